"""The one place where modules in a row become one op: only :class:`engine.nn.Sequential` asks.

A network is written and printed as ever. When it runs, a row of modules that one op can stand for is called as
that op; the results are the same but for rounding. Modules that someone watches (by a hook, or because the
computation is being written down) are called one by one, so that what lies between them can be seen.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from engine.nn.activation import ReLU
from engine.nn.conv import Conv2d
from engine.nn.linear import Linear
from engine.nn.module import Module
from engine.nn.norm import BatchNorm1d, BatchNorm2d
from engine.nn.pool import MaxPool2d
from engine.ops import (
    batch_norm_relu,
    batch_norm_relu_max_pool2d,
    conv2d_relu,
    conv2d_relu_max_pool2d,
    linear_relu,
    relu_max_pool2d,
)
from engine.tracing import current_tracer


def runs(modules: Sequence[Module]) -> Iterator[Callable[[Any], Any]]:
    """Yield what to call, one after the other, to hand an input through all modules.

    Parameters
    ----------
    modules : sequence of Module

    Yields
    ------
    callable
        A module, or the op that stands for a few of them.
    """
    i, watched = 0, current_tracer.get() is not None
    while i < len(modules):
        count, call = (0, None) if watched else _fused(modules[i : i + 3])
        yield modules[i] if call is None else call
        i += max(1, count)


def _fused(row: Sequence[Module]) -> tuple[int, Callable[[Any], Any] | None]:
    """Return how many modules at the beginning of the row one call stands for, and that call."""
    first, second, third = (*row, None, None)[:3]
    if _rectifies_and_pools(second, third) and _unwatched(first, second, third):
        # Exact types, here and below: a subclass may do anything in its forward.
        if type(first) is BatchNorm2d:
            return 3, partial(first.compute_by, batch_norm_relu_max_pool2d)
        if type(first) is Conv2d:
            return 3, partial(first.compute_by, conv2d_relu_max_pool2d)
    if type(second) is ReLU and _unwatched(first, second):
        if type(first) is Linear:
            return 2, partial(first.compute_by, linear_relu)
        if type(first) is Conv2d:
            return 2, partial(first.compute_by, conv2d_relu)
        if type(first) is BatchNorm1d or type(first) is BatchNorm2d:
            return 2, partial(first.compute_by, batch_norm_relu)
    if _rectifies_and_pools(first, second) and _unwatched(first, second):
        return 2, relu_max_pool2d
    return 0, None


def _rectifies_and_pools(first: Module | None, second: Module | None) -> bool:
    """Return whether these are ReLU and 2x2 pooling; either way round it is the same: the largest, if positive."""
    pool = second if type(first) is ReLU else first if type(second) is ReLU else None
    return type(pool) is MaxPool2d and _by_pairs(pool)


def _unwatched(*modules: Module | None) -> bool:
    return not any("_hooks" in vars(module) or "forward" in vars(module) for module in modules)


def _by_pairs(pool: MaxPool2d) -> bool:
    """Return whether the windows are 2x2 and lie side by side."""
    return (
        pool.kernel_size in (2, (2, 2))
        and pool.stride in (None, 2, (2, 2))
        and pool.padding in (0, (0, 0))
        and pool.dilation in (1, (1, 1))
        and not pool.ceil_mode
        and not pool.return_indices
    )
