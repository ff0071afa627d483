"""One entry per op: what to draw, what is bad input. tests/engine/test_op_contract.py walks them.

A missing entry is a failing test that names the op.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

import engine
from engine.arrays import Array
from engine.errors import DTypeError, EngineError, ParameterError, ShapeError


@dataclass(frozen=True)
class Sample:
    """Operands (float64, or labels, or None) and settings of one call."""

    operands: tuple[Any, ...]
    settings: dict[str, Any]


@dataclass(frozen=True)
class BadInput:
    """A call that must raise `error` with a message that contains `says`."""

    call: Callable[[], Any]
    error: type[EngineError]
    says: str


@dataclass(frozen=True)
class OpCase:
    """Attributes: `samples` draws valid calls, `bad` are invalid ones, `tolerance` for float32."""

    samples: SearchStrategy[Sample]
    bad: tuple[BadInput, ...]
    tolerance: float = 1e-5


def values(seed: int, shape: tuple[int, ...]) -> Array:
    """Return distinct numbers between about -2 and 2, none near 0: no ties, no kinks."""
    size = max(1, int(np.prod(shape)))
    return (np.random.default_rng(seed).permutation(size).reshape(shape) - size / 2 + 0.37) * (4 / size)


def t(*shape: int, dtype: str = "float32") -> engine.Tensor:
    """Return a tensor of ones for bad calls."""
    return engine.tensor(np.ones(shape, dtype))


# A word that cross_entropy does not know; Any, because a checker would not let it pass.
AVERAGE: Any = "average"

seeds = st.integers(0, 10_000)
lengths = st.integers(1, 4)


@st.composite
def unary(draw: st.DrawFn) -> Sample:
    shape = tuple(draw(st.lists(lengths, max_size=3)))
    return Sample((values(draw(seeds), shape),), {})


@st.composite
def binary(draw: st.DrawFn) -> Sample:
    """Draw two shapes that broadcast: each axis may be 1 or missing in either."""
    full = draw(st.lists(lengths, max_size=3))
    shapes = []
    for _ in range(2):
        kept = [n if draw(st.booleans()) else 1 for n in full]
        shapes.append(tuple(kept[draw(st.integers(0, len(kept))) :]))
    return Sample((values(draw(seeds), shapes[0]), values(draw(seeds), shapes[1])), {})


@st.composite
def reductions(draw: st.DrawFn) -> Sample:
    shape = tuple(draw(st.lists(lengths, min_size=1, max_size=4)))
    axes: Any = draw(st.none() | st.integers(-len(shape), len(shape) - 1) | st.permutations(range(len(shape))))
    if isinstance(axes, list):
        axes = tuple(axes[: draw(st.integers(1, len(axes)))])
    return Sample((values(draw(seeds), shape),), {"dim": axes, "keepdim": draw(st.booleans())})


@st.composite
def reshapes(draw: st.DrawFn) -> Sample:
    shape = tuple(draw(st.lists(lengths, min_size=1, max_size=3)))
    wanted = draw(st.sampled_from([(-1,), shape[::-1], (1, *shape), (*shape, 1)]))
    return Sample((values(draw(seeds), shape),), {"shape": wanted})


@st.composite
def products(draw: st.DrawFn) -> Sample:
    m, length, n = draw(lengths), draw(lengths), draw(lengths)
    stack = draw(st.sampled_from([(), (1,), (3,)]))
    return Sample((values(draw(seeds), (*stack, m, length)), values(draw(seeds), (*stack, length, n))), {})


@st.composite
def linears(draw: st.DrawFn) -> Sample:
    depth, outputs = draw(lengths), draw(lengths)
    batch = draw(st.sampled_from([(), (1,), (3,)]))
    bias = values(draw(seeds), (outputs,)) if draw(st.booleans()) else None
    return Sample((values(draw(seeds), (*batch, depth)), values(draw(seeds), (outputs, depth)), bias), {})


@st.composite
def convolutions(draw: st.DrawFn) -> Sample:
    strides, pads, kernel, size = [], [], [], []
    for _ in range(2):
        kernel.append(draw(st.integers(1, 3)))
        strides.append(draw(st.integers(1, 3)))
        pads.append(draw(st.integers(0, 2)))
        positions, over = draw(st.integers(1, 3)), draw(st.integers(0, 2))
        size.append(max(1, (positions - 1) * strides[-1] + kernel[-1] + over - 2 * pads[-1]))
    batch, channels, filters = draw(st.integers(1, 3)), draw(st.integers(1, 3)), draw(st.integers(1, 3))
    bias = values(draw(seeds), (filters,)) if draw(st.booleans()) else None
    x, w = values(draw(seeds), (batch, channels, *size)), values(draw(seeds), (filters, channels, *kernel))
    return Sample((x, w, bias), {"stride": tuple(strides), "padding": tuple(pads)})


@st.composite
def poolings(draw: st.DrawFn) -> Sample:
    kernel = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    size = tuple(k + draw(st.integers(0, 4)) for k in kernel)
    stride = draw(st.none() | st.integers(1, 3) | st.tuples(st.integers(1, 3), st.integers(1, 3)))
    shape = (draw(st.integers(1, 2)), draw(st.integers(1, 2)), *size)
    return Sample((values(draw(seeds), shape),), {"kernel_size": kernel, "stride": stride})


@st.composite
def softmaxes(draw: st.DrawFn) -> Sample:
    shape = tuple(draw(st.lists(lengths, min_size=1, max_size=3)))
    return Sample((values(draw(seeds), shape) * 3,), {"dim": draw(st.integers(-len(shape), len(shape) - 1))})


@st.composite
def losses(draw: st.DrawFn) -> Sample:
    batch, classes = draw(lengths), draw(st.integers(1, 5))
    target = np.random.default_rng(draw(seeds)).integers(0, classes, batch)
    reduction = draw(st.sampled_from(["mean", "sum", "none"]))
    return Sample((values(draw(seeds), (batch, classes)) * 3, target), {"reduction": reduction})


def broadcast_errors(name: str) -> tuple[BadInput, ...]:
    op = engine.OPS[name]
    return (
        BadInput(lambda: op(t(2, 3), t(2)), ShapeError, f"{name}: expected shapes that broadcast"),
        BadInput(lambda: op(np.ones(2), np.ones(2)), DTypeError, f"{name}: expected a Tensor, got ndarray"),
        BadInput(lambda: op(t(2), np.ones(2)), DTypeError, f"{name}: expected a Tensor, got ndarray for other"),
        BadInput(lambda: op(t(2, dtype="bool"), t(2, dtype="bool")), DTypeError, f"{name}: expected"),
    )


def dtype_error(name: str, dtype: str = "int64") -> BadInput:
    return BadInput(lambda: engine.OPS[name](t(2, dtype=dtype)), DTypeError, f"{name}: expected")


def pool_errors(name: str) -> tuple[BadInput, ...]:
    op = engine.OPS[name]
    return (
        BadInput(lambda: op(t(2, 3), 2), ShapeError, f"{name}: expected input (N, C, H, W), got shape (2, 3)"),
        BadInput(lambda: op(t(1, 1, 2, 2), 3), ShapeError, f"{name}: expected a window no larger than the map"),
        BadInput(lambda: op(t(1, 1, 2, 2), 0), ParameterError, f"{name}: expected kernel_size as a whole number >= 1"),
        BadInput(lambda: op(t(1, 1, 2, 2), 2, 0), ParameterError, f"{name}: expected stride as a whole number >= 1"),
        BadInput(lambda: op(t(1, 1, 2, 2, dtype="int64"), 2), DTypeError, f"{name}: expected float32 or float64"),
    )


OP_CASES = {
    "add": OpCase(binary(), broadcast_errors("add")),
    "sub": OpCase(binary(), broadcast_errors("sub")),
    "mul": OpCase(binary(), broadcast_errors("mul")),
    "div": OpCase(binary(), (*broadcast_errors("div"),)),
    "neg": OpCase(unary(), (dtype_error("neg", "bool"),)),
    "relu": OpCase(unary(), (dtype_error("relu", "bool"),)),
    "tanh": OpCase(unary(), (dtype_error("tanh"),)),
    "sum": OpCase(
        reductions(),
        (
            dtype_error("sum"),
            BadInput(lambda: engine.sum(t(2), 1), ParameterError, "sum: expected dim within -1 … 0"),
            BadInput(lambda: engine.sum(t(2, 2), (0, 0)), ParameterError, "sum: expected dim within"),
        ),
    ),
    "mean": OpCase(
        reductions(),
        (
            dtype_error("mean"),
            BadInput(lambda: engine.mean(t(2), 1), ParameterError, "mean: expected dim within -1 … 0"),
            BadInput(lambda: engine.mean(t(0)), ShapeError, "mean: expected at least one element"),
        ),
    ),
    "reshape": OpCase(
        reshapes(),
        (BadInput(lambda: engine.reshape(t(2, 3), (4,)), ShapeError, "reshape: expected as many elements"),),
    ),
    "matmul": OpCase(
        products(),
        (
            BadInput(lambda: engine.matmul(t(2, 3), t(2, 3)), ShapeError, "matmul: expected (M, L) and (L, N)"),
            BadInput(lambda: engine.matmul(t(2), t(2)), ShapeError, "matmul: expected (M, L)"),
            BadInput(lambda: engine.matmul(t(2, 2), t(2, 2, dtype="float64")), DTypeError, "matmul: expected float32"),
        ),
    ),
    "linear": OpCase(
        linears(),
        (
            BadInput(lambda: engine.linear(t(2, 3), t(4, 2)), ShapeError, "linear: expected input (N, 2)"),
            BadInput(lambda: engine.linear(t(2, 3), t(3)), ShapeError, "linear: expected weight (K, D)"),
            BadInput(lambda: engine.linear(t(2, 3), t(4, 3), t(3)), ShapeError, "linear: expected bias (4,)"),
            BadInput(lambda: engine.linear(t(2, 3), None), DTypeError, "got NoneType for weight"),
            BadInput(lambda: engine.linear(t(2, 3), t(4, 3, dtype="float64")), DTypeError, "linear: expected float32"),
        ),
    ),
    "conv2d": OpCase(
        convolutions(),
        (
            BadInput(lambda: engine.conv2d(t(3, 8, 8), t(2, 3, 3, 3)), ShapeError, "conv2d: expected input (N, C, H"),
            BadInput(lambda: engine.conv2d(t(1, 3, 8, 8), t(3, 3)), ShapeError, "conv2d: expected weight (K, C, FH"),
            BadInput(lambda: engine.conv2d(t(1, 3, 8, 8), t(2, 1, 3, 3)), ShapeError, "conv2d: expected as many chan"),
            BadInput(
                lambda: engine.conv2d(t(1, 3, 8, 8), t(2, 3, 3, 3), t(3)), ShapeError, "conv2d: expected bias (2,)"
            ),
            BadInput(lambda: engine.conv2d(t(1, 1, 2, 2), t(1, 1, 3, 3)), ShapeError, "a filter no larger than"),
            BadInput(
                lambda: engine.conv2d(t(1, 1, 4, 4), t(1, 1, 3, 3), stride=0),
                ParameterError,
                "conv2d: expected stride as a whole number >= 1, or two of them, got 0",
            ),
            BadInput(
                lambda: engine.conv2d(t(1, 1, 4, 4), t(1, 1, 3, 3), padding=(1, -1)),
                ParameterError,
                "conv2d: expected padding as a whole number >= 0, or two of them, got (1, -1)",
            ),
            BadInput(
                lambda: engine.conv2d(t(1, 1, 4, 4, dtype="int64"), t(1, 1, 3, 3)), DTypeError, "input int64, weight f"
            ),
        ),
    ),
    "max_pool2d": OpCase(poolings(), pool_errors("max_pool2d")),
    "avg_pool2d": OpCase(poolings(), pool_errors("avg_pool2d")),
    "log_softmax": OpCase(
        softmaxes(),
        (
            BadInput(lambda: engine.log_softmax(t(2, 3), 2), ParameterError, "log_softmax: expected dim within -2 … 1"),
            BadInput(lambda: engine.log_softmax(t(2, dtype="int64"), 0), DTypeError, "log_softmax: expected float32"),
        ),
    ),
    "cross_entropy": OpCase(
        losses(),
        (
            BadInput(
                lambda: engine.cross_entropy(t(2, 3), engine.tensor([0, 3])),
                ParameterError,
                "cross_entropy: expected target classes from 0 to 2, got 3",
            ),
            BadInput(lambda: engine.cross_entropy(t(2, 3), t(2)), DTypeError, "give class numbers, not one-hot rows"),
            BadInput(
                lambda: engine.cross_entropy(t(2, 3), engine.tensor([0])),
                ShapeError,
                "cross_entropy: expected target (2,)",
            ),
            BadInput(
                lambda: engine.cross_entropy(t(0, 3), engine.tensor(np.zeros(0, np.int64))),
                ShapeError,
                "at least one ex",
            ),
            BadInput(lambda: engine.cross_entropy(t(3), engine.tensor([0])), ShapeError, "expected input (N, K)"),
            BadInput(
                lambda: engine.cross_entropy(t(1, 3), engine.tensor([0]), reduction=AVERAGE),
                ParameterError,
                'expected reduction "mean", "sum" or "none"',
            ),
        ),
    ),
}
