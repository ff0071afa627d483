"""Cases of the locally connected layer."""

from functools import partial
from typing import Any

from hypothesis import strategies as st

import engine
from engine.errors import DTypeError, ParameterError, ShapeError
from engine.ops.sliding import slide
from tests.op_cases.case import BadInput, OpCase, Sample, seeds, t, values
from tests.op_cases.conv import batches, call, slidings


@st.composite
def local_connections(draw: st.DrawFn) -> Sample:
    size, filter, settings = draw(slidings(dilated=False))
    if draw(st.integers(0, 4)) == 0:
        settings = {"padding": "same"}
    counts, _ = slide("test", size, filter, **settings)
    channels, filters = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    x = values(draw(seeds), (*draw(batches), channels, *size))
    w = values(draw(seeds), (*counts, filters, channels, *filter))
    bias = values(draw(seeds), (filters, *counts)) if draw(st.booleans()) else None
    return Sample((x, w, bias), settings)


def by_windows(torch: Any, x: Any, w: Any, b: Any, stride: Any = 1, padding: Any = 0) -> Any:
    """Multiply PyTorch's unfolded windows by the filters of their position."""
    functional = torch.nn.functional
    out_h, out_w, filters, _, filter_h, filter_w = w.shape
    if padding == "same":
        above, left = (filter_h - 1) // 2, (filter_w - 1) // 2
        x, padding = functional.pad(x, (left, filter_w - 1 - left, above, filter_h - 1 - above)), 0
    columns = functional.unfold(x, (filter_h, filter_w), 1, padding, stride)
    out = torch.einsum("...dl,lkd->...kl", columns, w.reshape(out_h * out_w, filters, -1))
    out = out.reshape(*x.shape[:-3], filters, out_h, out_w)
    return out if b is None else out + b


local = partial(call, "locally_connected2d")

CASES = {
    "locally_connected2d": OpCase(
        local_connections(),
        (
            BadInput(local((4, 4), (1,) * 6), ShapeError, "locally_connected2d: expected input (N, C, H, W) or"),
            BadInput(local((1, 4, 4), (1, 1, 3, 3)), ShapeError, "expected weight (OH, OW, K, C, FH, FW)"),
            BadInput(local((1, 4, 4), (2, 2, 0, 1, 3, 3)), ShapeError, "expected at least one filter"),
            BadInput(local((1, 4, 4), (2, 2, 1, 2, 3, 3)), ShapeError, "expected as many channels in weight"),
            BadInput(
                local((1, 4, 5), (2, 2, 1, 1, 3, 3)),
                ShapeError,
                "expected filters for each position, weight (OH, OW, K, C, FH, FW), got weight (2, 2, 1, 1, 3, 3) for",
            ),
            BadInput(local((1, 4, 4), (2, 2, 1, 1, 3, 3), (1,)), ShapeError, "expected bias (1, 2, 2), one for each"),
            BadInput(local((1, 2, 2), (1, 1, 1, 1, 3, 3)), ShapeError, "expected a filter no larger than the padded"),
            BadInput(local((1, 4, 4), (2, 2, 1, 1, 3, 3), stride=0), ParameterError, "expected stride as a whole"),
            BadInput(
                lambda: engine.OPS["locally_connected2d"](t(1, 1, 1), t(*(1,) * 6, dtype="float64")),
                DTypeError,
                "input float32, weight float64",
            ),
        ),
        pytorch=by_windows,
    ),
}
