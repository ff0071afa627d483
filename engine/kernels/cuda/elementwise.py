"""Elementwise kernels: a thread for each element, whose formula is compiled into the kernel.

Arrays of one shape that lie in reading order, the usual case, are walked as one long row: neighbouring threads
read neighbouring numbers, which the memory delivers together. A single number beside them is read by all threads.
Others are brought to four axes, along which a repeated input stands still (its stride is 0), so that nothing is
stretched in memory for broadcasting.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from engine.arrays import Array
from engine.cuda import constants
from engine.cuda.array import DeviceArray
from engine.cuda.driver import cuda, uint32
from engine.cuda.launch import Kernel, kernel
from engine.cuda.retyped import retyped

AXES = 4

# The kernels differ in how many inputs they have, and in nothing else.
ROW = """
def along(out, {inputs}):
    i = uint32(cuda.grid(1))
    if i < out.size:
        out[i] = formula({elements})
"""
BOX = """
def within(out, {inputs}):
    i = uint32(cuda.grid(1))
    if i < out.size:
        h, w = uint32(out.shape[2]), uint32(out.shape[3])
        above = i // w
        page = above // h
        d = i - above * w
        c = above - page * h
        a = page // uint32(out.shape[1])
        b = page - a * uint32(out.shape[1])
        out[a, b, c, d] = formula({elements})
"""


@cache
def _along(formula: Callable[..., float], dtype: np.dtype[Any], single: tuple[bool, ...]) -> Kernel:
    """Return the kernel for arrays that are rows, or single numbers."""
    elements = [f"x{i}[0]" if alone else f"x{i}[i]" for i, alone in enumerate(single)]
    return _made("along", ROW, formula, dtype, elements)


@cache
def _within(formula: Callable[..., float], dtype: np.dtype[Any], count: int) -> Kernel:
    """Return the kernel for arrays of AXES axes."""
    return _made("within", BOX, formula, dtype, [f"x{i}[a, b, c, d]" for i in range(count)])


def _made(name: str, text: str, formula: Callable[..., float], dtype: np.dtype[Any], elements: list[str]) -> Kernel:
    scope = {"cuda": cuda, "uint32": uint32, "formula": retyped(formula, dtype)}
    inputs = ", ".join(f"x{i}" for i in range(len(elements)))
    exec(text.format(inputs=inputs, elements=", ".join(elements)), scope)
    return kernel(scope[name])


def elementwise(out: Array, formula: Callable[..., float], *inputs: Array) -> None:
    """out[i] = formula(inputs[0][i], inputs[1][i], …) with NumPy's broadcasting.

    Parameters
    ----------
    out : DeviceArray, any shape
        The broadcast shape of the inputs; may be a view.
    formula : function
        One of :mod:`engine.kernels.formulas`.
    *inputs : DeviceArray or ndarray
        Arrays that broadcast to the shape of `out`.
    """
    given: list[Any] = [constants.on_device(x) if isinstance(x, np.ndarray) else x for x in inputs]
    target: Any = out
    real = next((x.dtype for x in (target, *given) if x.dtype.kind == "f"), None)
    dtype = real if real is not None else np.result_type(*[x.dtype for x in given])
    if target.contiguous and all(x.size == 1 or (x.shape == target.shape and x.contiguous) for x in given):
        single = tuple(x.size == 1 for x in given)
        _along(formula, dtype, single).over(target.size, target.reshape(-1), *[x.reshape(-1) for x in given])
        return
    boxes = _boxes([target, *given])
    if boxes is not None:
        _within(formula, dtype, len(given)).over(target.size, *boxes)
        return
    # More axes than the kernel has, which nothing joins: one after the other along the first.
    stretched = [x.broadcast_to(target.shape) for x in given]
    for i in range(len(target)):
        elementwise(target[i], formula, *[x[i] for x in stretched])


def _boxes(arrays: list[DeviceArray]) -> list[DeviceArray] | None:
    """Return views of AXES axes each, all of the first one's shape; None if that takes more axes."""
    shape = arrays[0].shape
    views = [np.broadcast_to(array.view, shape) for array in arrays]
    # Along neighbouring axes whose elements follow each other in every array, they count as one axis.
    axes: list[int] = []  # the last of the axes that were joined
    lengths: list[int] = []
    for axis, length in enumerate(shape):
        if length == 1:
            continue
        if axes and all(view.strides[axes[-1]] == view.strides[axis] * length for view in views):
            axes[-1], lengths[-1] = axis, lengths[-1] * length
        else:
            axes.append(axis)
            lengths.append(length)
    if len(axes) > AXES:
        return None
    full = (*[1] * (AXES - len(lengths)), *lengths)
    boxes = []
    for array, view in zip(arrays, views, strict=True):
        strides = (*[0] * (AXES - len(axes)), *[view.strides[axis] for axis in axes])
        boxes.append(array.strided(full, strides))
    return boxes
