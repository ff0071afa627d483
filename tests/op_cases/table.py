"""Cases of convolution with a connection table."""

from typing import Any

from hypothesis import strategies as st

import engine
from engine.errors import DTypeError, ParameterError, ShapeError
from tests.op_cases.case import BadInput, OpCase, Sample, seeds, t, values
from tests.op_cases.conv import batches, call, slidings, torch_conv2d


@st.composite
def tables(draw: st.DrawFn) -> tuple[int, tuple[tuple[int, ...], ...]]:
    """Draw a number of input maps and which of them each output map reads, in any order."""
    channels = draw(st.integers(1, 4))
    maps = st.lists(st.integers(0, channels - 1), min_size=1, unique=True).map(tuple)
    return channels, tuple(draw(st.lists(maps, min_size=1, max_size=4)))


@st.composite
def layouts(draw: st.DrawFn) -> Sample:
    channels, table = draw(tables())
    shape = (sum(map(len, table)), draw(st.integers(1, 3)), draw(st.integers(1, 3)))
    return Sample((values(draw(seeds), shape),), {"table": table, "in_channels": channels})


@st.composite
def table_convolutions(draw: st.DrawFn) -> Sample:
    channels, table = draw(tables())
    size, filter, settings = draw(slidings(dilated=False))
    if draw(st.integers(0, 4)) == 0:
        settings = {"padding": "same"}
    x = values(draw(seeds), (*draw(batches), channels, *size))
    w = values(draw(seeds), (sum(map(len, table)), *filter))
    bias = values(draw(seeds), (len(table),)) if draw(st.booleans()) else None
    return Sample((x, w, bias), {"table": table, **settings})


def mapwise(torch: Any, x: Any, w: Any, b: Any, table: Any, stride: Any = 1, padding: Any = 0) -> Any:
    """Convolve the input maps of each output map by themselves."""
    outs, start = [], 0
    for k, maps in enumerate(table):
        filters = w[start : start + len(maps)][None]
        bias = None if b is None else b[k : k + 1]
        picked = x[..., list(maps), :, :]
        outs.append(torch_conv2d(torch, picked, filters, bias, stride=stride, padding=padding))
        start += len(maps)
    return torch.cat(outs, dim=-3)


def masked(torch: Any, w: Any, table: Any, in_channels: int) -> Any:
    """Place each filter by a product with zeros and ones."""
    pairs = [(k, c) for k, maps in enumerate(table) for c in maps]
    places = torch.zeros(len(table), in_channels, len(pairs), dtype=w.dtype)
    for position, (k, c) in enumerate(pairs):
        places[k, c, position] = 1
    return torch.einsum("kcn,nij->kcij", places, w)


def convolve(table: Any, x: tuple[int, ...] = (2, 3, 3), w: tuple[int, ...] = (2, 2, 2), **settings: Any) -> Any:
    return call("table_conv2d", x, w, table=table, **settings)


def lay_out(table: Any, w: tuple[int, ...] = (2, 2, 2), dtype: str = "float32") -> Any:
    return lambda: engine.OPS["dense_filters"](t(*w, dtype=dtype), table, 2)


EACH = "table_conv2d: expected table with the numbers of at least one input map for each output map, none twice, got "

CASES = {
    "dense_filters": OpCase(
        layouts(),
        (
            BadInput(lay_out(((0, 2),)), ParameterError, "expected table with input maps from 0 to 1, got 2"),
            BadInput(lay_out(((0, 0),)), ParameterError, EACH + "(0, 0) for output map 0"),
            BadInput(lay_out(((0,), ())), ParameterError, EACH + "() for output map 1"),
            BadInput(lay_out((0, 1)), ParameterError, EACH + "0 for output map 0"),
            BadInput(lay_out(((0, -1),)), ParameterError, EACH + "(0, -1)"),
            BadInput(lay_out(()), ParameterError, "expected table with at least one output map, got ()"),
            BadInput(lay_out(((0,),)), ShapeError, "expected one filter for each connection"),
            BadInput(lay_out(((0, 1),), (2, 2)), ShapeError, "expected weight (connections, FH, FW), got shape (2, 2)"),
            BadInput(lay_out(((0, 1),), dtype="int64"), DTypeError, "table_conv2d: expected float32 or float64"),
        ),
        pytorch=masked,
    ),
    "table_conv2d": OpCase(
        table_convolutions(),
        (
            BadInput(convolve(((0, 1),), (3, 3)), ShapeError, "table_conv2d: expected input (N, C, H, W) or (C, H, W)"),
            BadInput(convolve(((0, 2),)), ParameterError, "table_conv2d: expected table with input maps from 0 to 1"),
            BadInput(convolve(((0, 1),), w=(3, 2, 2)), ShapeError, "table_conv2d: expected one filter for each conn"),
            BadInput(convolve(((0, 1),), w=(2, 4, 4)), ShapeError, "expected a filter no larger than the padded"),
            BadInput(convolve(((0, 1),), stride=0), ParameterError, "expected stride as a whole number >= 1"),
        ),
        pytorch=mapwise,
    ),
}
