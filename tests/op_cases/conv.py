"""Cases of convolution and transposed convolution."""

import warnings
from functools import partial
from typing import Any

from hypothesis import strategies as st

import engine
from engine.errors import DTypeError, ParameterError, ShapeError
from tests.op_cases.case import BadInput, OpCase, Sample, seeds, t, values

# Settings that a checker would not let pass.
FULL: Any = "full"
HALF: Any = 0.5

batches = st.just(()) | st.tuples(st.integers(1, 3))


@st.composite
def slidings(
    draw: st.DrawFn, dilated: bool = True, least: int = 1
) -> tuple[tuple[int, int], tuple[int, int], dict[str, Any]]:
    """Draw (H, W), (FH, FW) and stride, padding and dilation that go with them, for at least so many positions."""
    settings: dict[str, list[int]] = {"stride": [], "padding": [], "dilation": []}
    size, filter = [], []
    for _ in range(2):
        length, stride, pad = draw(st.integers(1, 3)), draw(st.integers(1, 3)), draw(st.integers(0, 2))
        dilation = draw(st.integers(1, 3)) if dilated else 1
        positions, over = draw(st.integers(least, least + 2)), draw(st.integers(0, 2))
        span = dilation * (length - 1) + 1
        size.append(max(1, (positions - 1) * stride + span + over - 2 * pad))
        filter.append(length)
        for name, value in (("stride", stride), ("padding", pad), ("dilation", dilation)):
            settings[name].append(value)
    drawn = {name: tuple(pair) for name, pair in settings.items()}
    if not dilated:
        del drawn["dilation"]
    return (size[0], size[1]), (filter[0], filter[1]), drawn


@st.composite
def convolutions(draw: st.DrawFn) -> Sample:
    size, filter, settings = draw(slidings())
    if draw(st.integers(0, 4)) == 0:
        settings |= {"padding": "same", "stride": 1}
    elif all(length >= 1 + settings["dilation"][i] * (filter[i] - 1) for i, length in enumerate(size)):
        settings["padding"] = draw(st.sampled_from(["valid", 0, 1, settings["padding"]]))
    groups = draw(st.integers(1, 3))
    channels, filters = draw(st.integers(1, 2)), groups * draw(st.integers(1, 2))
    x = values(draw(seeds), (*draw(batches), channels * groups, *size))
    w = values(draw(seeds), (filters, channels, *filter))
    bias = values(draw(seeds), (filters,)) if draw(st.booleans()) else None
    return Sample((x, w, bias), {**settings, "groups": groups})


@st.composite
def transposed_convolutions(draw: st.DrawFn) -> Sample:
    size, filter, settings = draw(slidings())
    strides, dilations = settings["stride"], settings["dilation"]
    extra = tuple(draw(st.integers(0, max(s, d) - 1)) for s, d in zip(strides, dilations, strict=True))
    # Rows and columns without padding; cut off less than all.
    whole = [(size[i] - 1) * strides[i] + dilations[i] * (filter[i] - 1) + extra[i] + 1 for i in (0, 1)]
    pads = tuple(draw(st.integers(0, min(2, (length - 1) // 2))) for length in whole)
    groups = draw(st.integers(1, 3))
    channels, maps = groups * draw(st.integers(1, 2)), draw(st.integers(1, 2))
    x = values(draw(seeds), (*draw(batches), channels, *size))
    w = values(draw(seeds), (channels, maps, *filter))
    bias = values(draw(seeds), (maps * groups,)) if draw(st.booleans()) else None
    return Sample((x, w, bias), {**settings, "padding": pads, "output_padding": extra, "groups": groups})


def torch_conv2d(torch: Any, *operands: Any, **settings: Any) -> Any:
    """Call PyTorch's, which remarks that padding="same" costs it a copy where the padding is odd."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Using padding='same' with even kernel lengths")
        return torch.nn.functional.conv2d(*operands, **settings)


def call(name: str, *shapes: tuple[int, ...], **settings: Any) -> Any:
    return lambda: engine.OPS[name](*[t(*shape) for shape in shapes], **settings)


conv2d = partial(call, "conv2d")
conv_transpose2d = partial(call, "conv_transpose2d")

CASES = {
    "conv2d": OpCase(
        convolutions(),
        (
            BadInput(conv2d((8, 8), (2, 3, 3, 3)), ShapeError, "conv2d: expected input (N, C, H, W) or (C, H, W)"),
            BadInput(conv2d((1, 3, 0, 8), (2, 3, 3, 3), padding=2), ShapeError, "with at least one pixel, got shape"),
            BadInput(conv2d((1, 3, 8, 8), (3, 3)), ShapeError, "conv2d: expected weight (K, C / groups, FH, FW)"),
            BadInput(conv2d((1, 3, 8, 8), (0, 3, 3, 3)), ShapeError, "conv2d: expected at least one filter"),
            BadInput(conv2d((1, 3, 8, 8), (2, 1, 3, 3)), ShapeError, "conv2d: expected as many channels"),
            BadInput(conv2d((1, 4, 8, 8), (4, 4, 3, 3), groups=2), ShapeError, "conv2d: expected as many channels"),
            BadInput(conv2d((1, 4, 8, 8), (3, 2, 3, 3), groups=2), ShapeError, "the groups can share equally"),
            BadInput(conv2d((1, 4, 8, 8), (3, 2, 3, 3), groups=0), ParameterError, "groups as a whole number >= 1"),
            BadInput(conv2d((1, 3, 8, 8), (2, 3, 3, 3), (3,)), ShapeError, "conv2d: expected bias (2,)"),
            BadInput(conv2d((1, 1, 2, 2), (1, 1, 3, 3)), ShapeError, "conv2d: expected a filter no larger than"),
            BadInput(
                conv2d((1, 1, 4, 4), (1, 1, 3, 3), dilation=2),
                ShapeError,
                "got filter 3x3, image 4x4, padding (0, 0), dilation (2, 2); pad more",
            ),
            BadInput(
                conv2d((1, 1, 4, 4), (1, 1, 3, 3), stride=0),
                ParameterError,
                "conv2d: expected stride as a whole number >= 1, or two of them, got 0",
            ),
            BadInput(conv2d((1, 1, 4, 4), (1, 1, 3, 3), dilation=0), ParameterError, "conv2d: expected dilation"),
            BadInput(
                conv2d((1, 1, 4, 4), (1, 1, 3, 3), padding=(1, -1)),
                ParameterError,
                "conv2d: expected padding as a whole number >= 0, or two of them, got (1, -1)",
            ),
            BadInput(
                conv2d((1, 1, 4, 4), (1, 1, 3, 3), padding=FULL),
                ParameterError,
                'conv2d: expected padding "same", "valid", a whole number or two of them, got \'full\'',
            ),
            BadInput(
                conv2d((1, 1, 4, 4), (1, 1, 3, 3), padding="same", stride=(1, 2)),
                ParameterError,
                'conv2d: expected stride 1 with padding="same", got stride (1, 2)',
            ),
            BadInput(
                lambda: engine.conv2d(t(1, 1, 4, 4, dtype="int64"), t(1, 1, 3, 3)), DTypeError, "input int64, weight f"
            ),
        ),
        pytorch=torch_conv2d,
    ),
    "conv_transpose2d": OpCase(
        transposed_convolutions(),
        (
            BadInput(conv_transpose2d((8, 8), (3, 2, 3, 3)), ShapeError, "conv_transpose2d: expected input (N, C, H"),
            BadInput(conv_transpose2d((3, 8, 8), (3, 3)), ShapeError, "expected weight (C, K / groups, FH, FW)"),
            BadInput(conv_transpose2d((3, 8, 8), (3, 0, 3, 3)), ShapeError, "expected at least one filter"),
            BadInput(conv_transpose2d((3, 8, 8), (2, 3, 3, 3)), ShapeError, "conv_transpose2d: expected as many chan"),
            BadInput(conv_transpose2d((3, 8, 8), (3, 1, 3, 3), groups=2), ShapeError, "the groups can share equally"),
            BadInput(conv_transpose2d((3, 8, 8), (3, 1, 3, 3), groups=HALF), ParameterError, "groups as a whole"),
            BadInput(conv_transpose2d((4, 8, 8), (4, 1, 3, 3), (4,), groups=2), ShapeError, "expected bias (2,)"),
            BadInput(
                conv_transpose2d((1, 3, 3), (1, 1, 2, 2), output_padding=(1, 1), stride=(2, 1)),
                ParameterError,
                "expected output_padding less than stride or dilation, got output_padding (1, 1), stride (2, 1)",
            ),
            BadInput(
                conv_transpose2d((1, 1, 1), (1, 1, 2, 2), padding=1), ShapeError, "an output of at least 1x1, got 0x0"
            ),
            BadInput(
                conv_transpose2d((1, 3, 3), (1, 1, 2, 2), padding="same"), ParameterError, "conv_transpose2d: expected"
            ),
            BadInput(
                lambda: engine.conv_transpose2d(t(1, 4, 4, dtype="int64"), t(1, 1, 3, 3)), DTypeError, "input int64"
            ),
        ),
    ),
}
