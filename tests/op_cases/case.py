"""How an op is tested: calls to draw, bad input, and what PyTorch calls it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

import engine
from engine.arrays import Array
from engine.errors import DTypeError, EngineError


@dataclass(frozen=True)
class Sample:
    """One call.

    Attributes
    ----------
    operands : tuple
        float64, whole numbers, bool, None, or a list of arrays. They fill, in order, the parameters that
        no setting names.
    settings : dict of str to Any
    constants : frozenset of int
        Positions of floating operands that have no gradient, such as a running mean.
    """

    operands: tuple[Any, ...]
    settings: dict[str, Any]
    constants: frozenset[int] = frozenset()


@dataclass(frozen=True)
class BadInput:
    """A call that must raise `error` with a message that contains `says`."""

    call: Callable[[], Any]
    error: type[EngineError]
    says: str


@dataclass(frozen=True)
class OpCase:
    """What the tests know of an op.

    Attributes
    ----------
    samples : strategy of Sample
        Valid calls. Values keep away from kinks and ties.
    bad : tuple of BadInput
    tolerance : float
        For float32 against the reference kernels, relative to the largest value.
    pytorch : callable or None
        ``(torch, *operands, **settings)``: the same by PyTorch; None where it has no such thing. By
        default ``torch.nn.functional.NAME`` or ``torch.NAME``.
    keeps_dtype : bool
        Whether floating results have the dtype of the operands.
    gradient : bool
        False for a composite whose results are bool or whole numbers. An op without vjp says so itself.
    """

    samples: SearchStrategy[Sample]
    bad: tuple[BadInput, ...]
    tolerance: float = 1e-5
    pytorch: Callable[..., Any] | str | None = "same name"
    keeps_dtype: bool = True
    gradient: bool = True


seeds = st.integers(0, 10_000)
lengths = st.integers(1, 4)


def values(seed: int, shape: tuple[int, ...]) -> Array:
    """Return distinct numbers between about -2 and 2, none near 0: no ties, no kinks."""
    size = int(np.prod(shape))
    return (np.random.default_rng(seed).permutation(size).reshape(shape) - size / 2 + 0.37) * (4 / max(1, size))


def t(*shape: int, dtype: str = "float32") -> engine.Tensor:
    """Return a tensor of ones for bad calls."""
    return engine.tensor(np.ones(shape, dtype))


@st.composite
def unary(draw: st.DrawFn) -> Sample:
    shape = tuple(draw(st.lists(lengths, max_size=3)))
    return Sample((values(draw(seeds), shape),), {})


def dtype_error(name: str, dtype: str = "int64") -> BadInput:
    return BadInput(lambda: engine.OPS[name](t(2, dtype=dtype)), DTypeError, f"{name}: expected")
