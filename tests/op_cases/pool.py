"""Cases of the poolings, of unpooling and of trainable subsampling."""

from typing import Any

import numpy as np
from hypothesis import assume
from hypothesis import strategies as st

import engine
import engine.nn.functional as F
from engine.errors import DTypeError, ParameterError, ShapeError
from tests.op_cases.case import BadInput, OpCase, Sample, seeds, t, values


def holds_pixels(length: int, kernel: int, stride: int, pad: int, dilation: int, ceil_mode: bool) -> bool:
    """Say whether there is a window and each holds a pixel: PyTorch's gradient of an empty one is a stray write."""
    reach, end = dilation * (kernel - 1) + 1, length + pad
    begins = [
        begin
        for begin in range(-pad, length, stride)
        if begin + reach <= end or (ceil_mode and begin - stride + reach < end)
    ]
    return bool(begins) and all(any(0 <= begin + k * dilation < length for k in range(kernel)) for begin in begins)


@st.composite
def maps(draw: st.DrawFn, size: tuple[int, int]) -> Any:
    batch = draw(st.none() | st.integers(1, 3))
    shape = (draw(st.integers(1, 3)), *size)
    return values(draw(seeds), shape if batch is None else (batch, *shape))


@st.composite
def windows(draw: st.DrawFn, dilated: bool = False) -> tuple[tuple[int, int], dict[str, Any]]:
    """Draw settings that overlap, touch or leave gaps, and the size of a map that suits them."""
    kernel = draw(st.integers(1, 3).map(lambda k: (k, k)) | st.tuples(st.integers(1, 4), st.integers(1, 3)))
    stride = draw(st.none() | st.integers(1, 4) | st.tuples(st.integers(1, 4), st.integers(1, 4)))
    pads = tuple(draw(st.integers(0, k // 2)) for k in kernel)
    gaps = (draw(st.integers(1, 3)), draw(st.integers(1, 3))) if dilated else (1, 1)
    ceil_mode = draw(st.booleans())
    steps = kernel if stride is None else (stride, stride) if isinstance(stride, int) else stride
    size = (draw(st.integers(1, 7)), draw(st.integers(1, 7)))
    assume(all(holds_pixels(*axis, ceil_mode) for axis in zip(size, kernel, steps, pads, gaps, strict=True)))
    settings: dict[str, Any] = {"kernel_size": kernel, "stride": stride, "padding": pads, "ceil_mode": ceil_mode}
    if kernel[0] == kernel[1] and draw(st.booleans()):
        settings["kernel_size"] = kernel[0]
    if dilated:
        settings["dilation"] = gaps
    return size, settings


@st.composite
def max_poolings(draw: st.DrawFn) -> Sample:
    size, settings = draw(windows(dilated=True))
    return Sample((draw(maps(size)),), settings | {"return_indices": draw(st.booleans())})


@st.composite
def mean_poolings(draw: st.DrawFn) -> Sample:
    size, settings = draw(windows())
    settings["count_include_pad"] = draw(st.booleans())
    settings["divisor_override"] = draw(st.none() | st.sampled_from([1, 3, -2]))
    return Sample((draw(maps(size)),), settings)


@st.composite
def adaptive(draw: st.DrawFn, with_indices: bool) -> Sample:
    size = (draw(st.integers(1, 7)), draw(st.integers(1, 7)))
    length = st.none() | st.integers(1, 8)
    settings: dict[str, Any] = {"output_size": draw(st.integers(1, 4) | st.tuples(length, length))}
    if with_indices:
        settings["return_indices"] = draw(st.booleans())
    return Sample((draw(maps(size)),), settings)


@st.composite
def unpoolings(draw: st.DrawFn) -> Sample:
    kernel = (draw(st.integers(1, 3)), draw(st.integers(1, 3)))
    stride = draw(st.none() | st.tuples(st.integers(1, 3), st.integers(1, 3)))
    steps = kernel if stride is None else stride
    pads = tuple(draw(st.integers(0, k // 2)) for k in kernel)
    size = (draw(st.integers(1, 3)), draw(st.integers(1, 3)))
    output = [(n - 1) * s + k - 2 * p for n, s, k, p in zip(size, steps, kernel, pads, strict=True)]
    given = draw(st.sampled_from(["not", "two", "four"]))
    if given != "not":
        output = [n + draw(st.integers(1 - s, s - 1)) for n, s in zip(output, steps, strict=True)]
    assume(min(output) >= 1 and output[0] * output[1] >= size[0] * size[1])
    x = draw(maps(size))
    rng = np.random.default_rng(draw(seeds))
    planes = [rng.permutation(output[0] * output[1])[: size[0] * size[1]] for _ in range(x.size // (size[0] * size[1]))]
    settings: dict[str, Any] = {"kernel_size": kernel, "stride": stride, "padding": pads}
    if given != "not":
        settings["output_size"] = (*((1, 1) if given == "four" else ()), *output)
    return Sample((x, np.array(planes).reshape(x.shape)), settings)


@st.composite
def subsamplings(draw: st.DrawFn) -> Sample:
    size, settings = draw(windows())
    settings = {name: settings[name] for name in ("kernel_size", "stride")}
    kernel = settings["kernel_size"]
    kernel = (kernel, kernel) if isinstance(kernel, int) else kernel
    assume(all(k <= n for k, n in zip(kernel, size, strict=True)))
    x = draw(maps(size))
    channels = (x.shape[-3],)
    return Sample((x, values(draw(seeds), channels), values(draw(seeds), channels)), settings)


def subsample_by_pytorch(torch: Any, x: Any, weight: Any, bias: Any, kernel_size: Any, stride: Any) -> Any:
    sums = torch.nn.functional.avg_pool2d(x, kernel_size, stride, divisor_override=1)
    return sums * weight[:, None, None] + bias[:, None, None]


def map_errors(name: str, *settings: Any) -> tuple[BadInput, ...]:
    op = engine.OPS[name]
    return (
        BadInput(lambda: op(t(2, 3), *settings), ShapeError, f"{name}: expected input (N, C, H, W) or (C, H, W)"),
        BadInput(lambda: op(t(1, 1, 0, 3), *settings), ShapeError, f"{name}: expected input (N, C, H, W) or (C, H, W)"),
        BadInput(lambda: op(t(1, 2, 2, dtype="int64"), *settings), DTypeError, f"{name}: expected float32 or float64"),
    )


def window_errors(name: str) -> tuple[BadInput, ...]:
    op, x = engine.OPS[name], t(1, 1, 2, 2)
    return (
        *map_errors(name, 2),
        BadInput(lambda: op(x, 3), ShapeError, f"{name}: expected a window no larger than the padded map, got kernel"),
        BadInput(lambda: op(x, 4, 1, ceil_mode=True), ShapeError, f"{name}: expected a window no larger than the pad"),
        BadInput(lambda: op(x, 0), ParameterError, f"{name}: expected kernel_size as a whole number >= 1"),
        BadInput(lambda: op(x, 2, 0), ParameterError, f"{name}: expected stride as a whole number >= 1"),
        BadInput(lambda: op(x, 2, padding=-1), ParameterError, f"{name}: expected padding as a whole number >= 0"),
        BadInput(
            lambda: op(x, (2, 3), padding=(1, 2)),
            ParameterError,
            f"{name}: expected padding of at most half the kernel_size, got padding (1, 2) with kernel_size (2, 3)",
        ),
    )


def adaptive_errors(name: str) -> tuple[BadInput, ...]:
    op, says = engine.OPS[name], f"{name}: expected output_size as a whole number >= 0, or two of them, got "
    return (
        *map_errors(name, 1),
        BadInput(lambda: op(t(1, 2, 2), -1), ParameterError, f"{says}-1"),
        BadInput(lambda: op(t(1, 2, 2), None), ParameterError, f"{says}None"),
        BadInput(lambda: op(t(1, 2, 2), (1, 2, 3)), ParameterError, f"{says}(1, 2, 3)"),
    )


def unpool(**settings: Any) -> engine.Tensor:
    places = engine.tensor(settings.pop("indices", [[[0]]]))
    out: engine.Tensor = F.max_unpool2d(t(1, 1, 1), places, **({"kernel_size": 2} | settings))
    return out


CASES = {
    "max_pool2d": OpCase(
        max_poolings(),
        (
            *window_errors("max_pool2d"),
            BadInput(lambda: engine.max_pool2d(t(1, 2, 2), 2, dilation=0), ParameterError, "max_pool2d: expected dil"),
            BadInput(lambda: engine.max_pool2d(t(1, 3, 3), 2, dilation=3), ShapeError, "max_pool2d: expected a window"),
        ),
    ),
    "avg_pool2d": OpCase(
        mean_poolings(),
        (
            *window_errors("avg_pool2d"),
            BadInput(
                lambda: engine.avg_pool2d(t(1, 2, 2), 2, divisor_override=0),
                ParameterError,
                "avg_pool2d: expected divisor_override as a whole number, not 0, got 0",
            ),
            BadInput(
                lambda: engine.OPS["avg_pool2d"](t(1, 2, 2), 2, divisor_override=0.5),
                ParameterError,
                "avg_pool2d: expected divisor_override as a whole number, not 0, got 0.5",
            ),
        ),
    ),
    "adaptive_avg_pool2d": OpCase(adaptive(with_indices=False), adaptive_errors("adaptive_avg_pool2d")),
    "adaptive_max_pool2d": OpCase(adaptive(with_indices=True), adaptive_errors("adaptive_max_pool2d")),
    "max_unpool2d": OpCase(
        unpoolings(),
        (
            BadInput(
                lambda: F.max_unpool2d(t(1, 1), engine.tensor([[0]]), 2), ShapeError, "max_unpool2d: expected input"
            ),
            BadInput(
                lambda: F.max_unpool2d(t(1, 1, 1), t(1, 1, 1), 2), DTypeError, "max_unpool2d: expected indices of whole"
            ),
            BadInput(lambda: unpool(indices=[[0]]), ShapeError, "max_unpool2d: expected an index for each value"),
            BadInput(
                lambda: unpool(indices=[[[4]]]), ParameterError, "expected indices from 0 to 3, for maps of 2x2, got 4"
            ),
            BadInput(lambda: unpool(indices=[[[-1]]]), ParameterError, "expected indices from 0 to 3, for maps of 2x2"),
            BadInput(lambda: unpool(output_size=(4, 2)), ParameterError, "output_size less than the stride (2, 2) fro"),
            BadInput(lambda: unpool(output_size=(1, 2, 2)), ParameterError, "output_size of 2 numbers, or a shape of"),
            BadInput(lambda: unpool(output_size=2), ParameterError, "output_size of 2 numbers, or a shape of 4, got 2"),
            BadInput(lambda: unpool(padding=1), ParameterError, "max_unpool2d: expected padding that leaves a pixel"),
            BadInput(lambda: unpool(kernel_size=0), ParameterError, "max_unpool2d: expected kernel_size as a whole"),
            BadInput(lambda: unpool(stride=0), ParameterError, "max_unpool2d: expected stride as a whole number"),
        ),
    ),
    "subsample2d": OpCase(
        subsamplings(),
        (
            BadInput(lambda: F.subsample2d(t(4, 4), t(4), t(4), 2), ShapeError, "subsample2d: expected input (N, C, H"),
            BadInput(lambda: F.subsample2d(t(1, 4, 4), t(1), t(1), 5), ShapeError, "subsample2d: expected a window no"),
            BadInput(lambda: F.subsample2d(t(2, 4, 4), t(1), t(2), 2), ShapeError, "weight and bias (2,), a number"),
            BadInput(lambda: F.subsample2d(t(2, 4, 4), t(2), t(2, 1), 2), ShapeError, "weight and bias (2,), a number"),
            BadInput(
                lambda: F.subsample2d(t(2, 4, 4), t(2, dtype="float64"), t(2), 2),
                DTypeError,
                "subsample2d: expected float32 or float64, the same for all tensors",
            ),
        ),
        pytorch=subsample_by_pytorch,
    ),
}
