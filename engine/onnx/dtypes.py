"""dtypes of ONNX that tensors do not have, and the tensors that stand in for them.

The value of a float16 (bfloat16, float8 …) is a float32 as well, so a float32 tensor stands in for it, and
is rounded to float16 after every node. Small whole numbers stand as int32, uint32 and uint64 as int64, and
wrap around after every node. Texts are only ever compared and moved: each stands as its number in a list.
"""

from typing import Any

import numpy as np
from onnx import helper

from engine.arrays import Array
from engine.dtypes import DTYPES
from engine.errors import DTypeError
from engine.tensor import Tensor

TEXT = np.dtype(object)


def dtype_of(element_type: int) -> np.dtype[Any]:
    """Return NumPy's dtype for ONNX's number of an element type; ml_dtypes has those that NumPy lacks."""
    return np.dtype(helper.tensor_dtype_to_np_dtype(element_type))


def stand_in(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """Return the dtype of the tensor that holds elements of `dtype`.

    Raises
    ------
    DTypeError
        If none can (complex numbers).
    """
    if dtype in DTYPES:
        return dtype
    name = dtype.name
    if dtype == TEXT or name in {"uint32", "uint64"}:
        return np.dtype(np.int64)
    if name.startswith(("int", "uint")):
        return np.dtype(np.int32)
    if "float" in name:
        return np.dtype(np.float32)
    raise DTypeError("onnx", "numbers, bool or text", name)


class Exchange:
    """Arrays of any ONNX dtype to tensors and back.

    Texts are numbered as they come, so tensors of one exchange are not to be mixed with another's.
    """

    def __init__(self) -> None:
        self._texts: list[str] = []
        self._numbers: dict[str, int] = {}

    def tensor(self, array: Array) -> Tensor:
        """Return a tensor that holds, or stands in for, this array.

        Raises
        ------
        DTypeError
            If the elements are complex, or whole numbers from 2**63 on.
        """
        if array.dtype.kind in "OUT":
            return Tensor(np.array([self._number(text) for text in array.flat], np.int64).reshape(array.shape))
        if array.dtype in DTYPES:
            return Tensor(array)
        held = array.astype(stand_in(array.dtype))
        if array.dtype == np.uint64 and (held < 0).any():
            raise DTypeError("onnx", "uint64 below 2**63", str(int(array.max())))
        return Tensor(held)

    def array(self, tensor: Tensor, dtype: np.dtype[Any]) -> Array:
        """Return the array of this dtype that the tensor holds or stands in for."""
        values = tensor.array
        if dtype == TEXT:
            return np.array([self._texts[number] for number in values.flat], TEXT).reshape(values.shape)
        return convert(values, dtype)

    def settle(self, tensor: Tensor, dtype: np.dtype[Any]) -> Tensor:
        """Round or wrap what a node computed to the dtype that the model declares."""
        if dtype in DTYPES:
            return tensor.to(dtype)
        if dtype == TEXT:
            return tensor
        return self.tensor(convert(tensor.array, dtype))

    def _number(self, text: str) -> int:
        if text not in self._numbers:
            self._numbers[text] = len(self._texts)
            self._texts.append(text)
        return self._numbers[text]


def convert(array: Array, dtype: np.dtype[Any]) -> Array:
    """Return the array in another dtype: rounded to floats, cut off to whole numbers, wrapped around."""
    with np.errstate(over="ignore", invalid="ignore"):
        return array.astype(dtype, copy=False)
