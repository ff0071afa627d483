"""DeviceArray: an array in the memory of a CUDA device, with as much of NumPy's array as the ops need.

Where elements lie is NumPy's own calculus: every DeviceArray has an ndarray whose address is the device's, and
reshaping, slicing or transposing that gives the address, shape and strides of a view without looking at a single
element. It never leaves this package: the host cannot read from such an address.

What computes (arithmetic, assignment, conversion) launches the kernels of ``engine.kernels.cuda``.
"""

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from engine import kernels
from engine.arrays import Array
from engine.cuda import arena, driver
from engine.errors import DeviceError
from engine.kernels import formulas

Shape = tuple[int, ...]


class _Address:
    """What NumPy asks for to make an array of memory that it does not own."""

    def __init__(self, address: int, shape: Shape, dtype: np.dtype[Any]) -> None:
        self.__array_interface__ = {"data": (address, False), "shape": shape, "typestr": dtype.str, "version": 3}


class DeviceArray:
    """An n-dimensional array on the device.

    Parameters
    ----------
    view : ndarray
        At an address of the device: for shape, strides and dtype only.
    base : DeviceArray or None
        The array whose memory this one looks at.
    block : Block or None
        The memory itself, if it is nobody else's.
    """

    __slots__ = ("__weakref__", "_block", "_interface", "base", "contiguous", "dtype", "ndim", "shape", "size", "view")

    def __init__(self, view: Array, base: "DeviceArray | None", block: arena.Block | None = None) -> None:
        self.view, self.base, self._block = view, base, block
        self.shape: Shape = view.shape
        self.dtype, self.ndim, self.size = view.dtype, view.ndim, view.size
        self.contiguous: bool = view.flags.c_contiguous
        self._interface: dict[str, Any] | None = None

    def _looks(self, view: Array) -> "DeviceArray":
        return DeviceArray(view, self if self.base is None else self.base)

    @property
    def __cuda_array_interface__(self) -> dict[str, Any]:
        """What kernels, PyTorch and CuPy read: address, shape and strides."""
        if self._interface is None:
            self._interface = {
                "shape": self.shape,
                "typestr": self.dtype.str,
                "data": (self.view.__array_interface__["data"][0], False),
                "strides": None if self.contiguous else self.view.strides,
                "version": 3,
                "stream": None,
            }
        return self._interface

    @property
    def nbytes(self) -> int:
        """Bytes of all elements."""
        return self.view.nbytes

    @property
    def T(self) -> "DeviceArray":
        """The same elements, axes in the reverse order."""
        return self._looks(self.view.T)

    def reshape(self, *shape: Any) -> "DeviceArray":
        """Return the elements in another shape; a view where they lie in reading order."""
        wanted = shape[0] if len(shape) == 1 and isinstance(shape[0], Sequence) else shape
        array = self if self.contiguous else self.copy()
        return array._looks(array.view.reshape(wanted))

    def transpose(self, *axes: Any) -> "DeviceArray":
        """Return a view with axes in another order."""
        return self._looks(self.view.transpose(*axes))

    def broadcast_to(self, shape: Shape) -> "DeviceArray":
        """Return a view in which the elements repeat, as NumPy's broadcasting says."""
        return self._looks(np.broadcast_to(self.view, shape))

    def strided(self, shape: Shape, strides: Sequence[int]) -> "DeviceArray":
        """Return a view of a shape whose axes advance by so many bytes."""
        return self._looks(np.lib.stride_tricks.as_strided(self.view, shape, strides))

    def copy(self) -> "DeviceArray":
        """Return the elements in reading order, in memory of their own."""
        return self.astype(self.dtype)

    def astype(self, dtype: Any, copy: bool = True) -> "DeviceArray":
        """Return the elements in another dtype; the array itself if it has that, and no copy is asked for."""
        wanted = np.dtype(dtype)
        if wanted == self.dtype and not copy:
            return self
        out = empty(self.shape, wanted)
        _elementwise(out, formulas.unchanged, self)
        return out

    def host(self) -> Array:
        """Return the elements as an ndarray, when all kernels launched before are done."""
        if self.size == 0:
            return np.empty(self.shape, self.dtype)
        return driver.download(self if self.contiguous else self.copy())

    def item(self) -> Any:
        """Return the only element as a Python number."""
        return self.host().item()

    def tolist(self) -> Any:
        """Return the elements as nested lists."""
        return self.host().tolist()

    def __len__(self) -> int:
        return len(self.view)

    def __getitem__(self, index: Any) -> "DeviceArray":
        if _is_basic(index):
            return self._looks(self.view[_with_ellipsis(index)])
        places = self._places(index)
        out = empty(places.shape, self.dtype)
        source = self.reshape(-1)
        kernels.load(kernels.DEVICE_KERNELS).index.take(out.reshape(-1), source, places.reshape(-1))
        return out

    def __setitem__(self, index: Any, values: Any) -> None:
        if _is_basic(index):
            target = self._looks(self.view[_with_ellipsis(index)])
            given = values if isinstance(values, DeviceArray) else np.asarray(values, self.dtype)
            _elementwise(target, formulas.unchanged, given)
            return
        if not self.contiguous:
            raise DeviceError("setitem", "an array in reading order", f"a view of strides {self.view.strides}")
        places = self._places(index)
        picked = empty(places.shape, self.dtype)
        picked[...] = values
        kernels.load(kernels.DEVICE_KERNELS).index.put(self.reshape(-1), picked.reshape(-1), places.reshape(-1))

    def _places(self, index: Any) -> Array:
        """Return for each picked element its number in reading order; index arrays are looked at by the host."""
        numbers = np.arange(self.size, dtype=np.int64).reshape(self.shape)
        parts = index if isinstance(index, tuple) else (index,)
        places: Array = numbers[tuple(part.host() if isinstance(part, DeviceArray) else part for part in parts)]
        return places

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        raise DeviceError("numpy", "an array on the cpu", f"one on cuda, of shape {self.shape}", "use tensor.cpu()")

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> "DeviceArray":
        """Answer NumPy's elementwise functions that optimisers call, and arithmetic that begins with an ndarray."""
        formula = UFUNCS.get(ufunc)
        if formula is None or method != "__call__" or kwargs:
            fix = "move the tensor to the cpu for it: tensor.cpu()"
            raise DeviceError(ufunc.__name__, "arrays on the cpu", "one on cuda", fix)
        return self._computed(formula, *inputs)

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        """Answer NumPy's functions that ops call on arrays."""
        known = FUNCTIONS.get(function)
        if known is None:
            fix = "move the tensor to the cpu for it: tensor.cpu()"
            raise DeviceError(function.__name__, "arrays on the cpu", "one on cuda", fix)
        return known(*args, **kwargs)

    def _computed(self, formula: Callable[..., float], *inputs: Any) -> "DeviceArray":
        dtype = np.result_type(*[x.dtype if hasattr(x, "dtype") else x for x in inputs])
        operands = [_operand(x, dtype) for x in inputs]
        out = empty(np.broadcast_shapes(*[x.shape for x in operands]), dtype)
        _elementwise(out, formula, *operands)
        return out

    def _in_place(self, formula: Callable[..., float], other: Any) -> "DeviceArray":
        _elementwise(self, formula, self, _operand(other, self.dtype))
        return self

    def __add__(self, other: Any) -> "DeviceArray":
        return self._computed(formulas.add, self, other)

    def __radd__(self, other: Any) -> "DeviceArray":
        return self._computed(formulas.add, other, self)

    def __sub__(self, other: Any) -> "DeviceArray":
        return self._computed(formulas.sub, self, other)

    def __rsub__(self, other: Any) -> "DeviceArray":
        return self._computed(formulas.sub, other, self)

    def __mul__(self, other: Any) -> "DeviceArray":
        return self._computed(formulas.mul, self, other)

    def __rmul__(self, other: Any) -> "DeviceArray":
        return self._computed(formulas.mul, other, self)

    def __truediv__(self, other: Any) -> "DeviceArray":
        return self._computed(formulas.div, self, other)

    def __iadd__(self, other: Any) -> "DeviceArray":
        return self._in_place(formulas.add, other)

    def __isub__(self, other: Any) -> "DeviceArray":
        return self._in_place(formulas.sub, other)

    def __imul__(self, other: Any) -> "DeviceArray":
        return self._in_place(formulas.mul, other)

    def __itruediv__(self, other: Any) -> "DeviceArray":
        return self._in_place(formulas.div, other)

    def __neg__(self) -> "DeviceArray":
        return self._computed(formulas.neg, self)

    def __repr__(self) -> str:
        return f"DeviceArray({self.host()!r})"


def _elementwise(out: DeviceArray, formula: Callable[..., float], *inputs: Any) -> None:
    kernels.load(kernels.DEVICE_KERNELS).elementwise(out, formula, *inputs)


def _operand(value: Any, dtype: np.dtype[Any]) -> Any:
    """Return an array in `dtype`, which stays where it is."""
    return value.astype(dtype, copy=False) if isinstance(value, DeviceArray) else np.asarray(value, dtype)


def _is_basic(index: Any) -> bool:
    """Tell whether NumPy makes a view for an index: whole numbers, slices, None and Ellipsis."""
    parts = index if isinstance(index, tuple) else (index,)
    return all(part is None or part is ... or isinstance(part, int | np.integer | slice) for part in parts)


def _with_ellipsis(index: Any) -> tuple[Any, ...]:
    """Return an index for which NumPy makes a view also of a single element, not a number."""
    parts = index if isinstance(index, tuple) else (index,)
    return parts if any(part is ... for part in parts) else (*parts, ...)


def empty(shape: int | Sequence[int], dtype: Any) -> DeviceArray:
    """Return an array with any numbers in it."""
    lengths = (shape,) if isinstance(shape, int) else tuple(int(length) for length in shape)
    kind = np.dtype(dtype)
    block = arena.current().take(max(1, math.prod(lengths) * kind.itemsize))
    return DeviceArray(np.asarray(_Address(block.address, lengths, kind)), None, block)


def from_host(values: Array) -> DeviceArray:
    """Return a copy of an ndarray on the device."""
    array = empty(values.shape, values.dtype)
    if array.size:
        driver.upload(array, np.asarray(values, order="C"))
    return array


def on_device(array: Any) -> DeviceArray:
    """Return an array on the device: itself if it is there.

    Raises
    ------
    DeviceError
        If there is no device to use.
    """
    if isinstance(array, DeviceArray):
        return array
    driver.require("to")
    return from_host(array)


def fill(array: DeviceArray, values: Any) -> None:
    """Copy values of the host or of the device into an array of the same shape and dtype."""
    if isinstance(values, DeviceArray):
        array[...] = values
    elif array.size:
        driver.upload(array, np.asarray(values, order="C"))


def require(who: str) -> None:
    """Raise DeviceError unless there is a device to use."""
    driver.require(who)


def full(shape: int | Sequence[int], value: Any, dtype: Any) -> DeviceArray:
    """Return an array filled with a number."""
    array = empty(shape, dtype)
    array[...] = value
    return array


def _moveaxis(array: DeviceArray, source: Any, destination: Any) -> DeviceArray:
    return array._looks(np.moveaxis(array.view, source, destination))


def _flip(array: DeviceArray, axis: Any = None) -> DeviceArray:
    return array._looks(np.flip(array.view, axis))


def _roll(array: DeviceArray, shift: Any, axis: Any = None) -> DeviceArray:
    places = np.roll(np.arange(array.size).reshape(array.shape), shift, axis)
    return array.reshape(-1)[places]


def _concatenate(arrays: Sequence[DeviceArray], axis: int = 0, dtype: Any = None) -> DeviceArray:
    lengths = [array.shape[axis] for array in arrays]
    shape = list(arrays[0].shape)
    shape[axis] = sum(lengths)
    out = empty(shape, dtype)
    end = 0
    for array, length in zip(arrays, lengths, strict=True):
        start, end = end, end + length
        out[(slice(None),) * axis + (slice(start, end),)] = array
    return out


def _full_like(array: DeviceArray, value: Any) -> DeviceArray:
    return full(array.shape, value, array.dtype)


def _zeros_like(array: DeviceArray) -> DeviceArray:
    return _full_like(array, 0)


def _clip(array: Any, low: Any, high: Any, out: DeviceArray) -> DeviceArray:
    integers = None if out.dtype.kind == "f" else np.iinfo(out.dtype)
    least, most = (-np.inf, np.inf) if integers is None else (integers.min, integers.max)
    bounds = [_operand(end if bound is None else bound, out.dtype) for bound, end in ((low, least), (high, most))]
    _elementwise(out, formulas.clamp, array, *bounds)
    return out


def _result_type(*kinds: Any) -> Any:
    return np.result_type(*[kind.dtype if isinstance(kind, DeviceArray) else kind for kind in kinds])


FUNCTIONS: dict[Any, Callable[..., Any]] = {
    np.broadcast_to: DeviceArray.broadcast_to,
    np.clip: _clip,
    np.concatenate: _concatenate,
    np.flip: _flip,
    np.full_like: _full_like,
    np.moveaxis: _moveaxis,
    np.result_type: _result_type,
    np.roll: _roll,
    np.zeros_like: _zeros_like,
}

UFUNCS: dict[Any, Callable[..., float]] = {
    np.add: formulas.add,
    np.multiply: formulas.mul,
    np.sqrt: formulas.sqrt,
    np.subtract: formulas.sub,
    np.true_divide: formulas.div,
}
