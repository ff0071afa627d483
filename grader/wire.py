"""What travels between the grader and the worker: frames of a JSON header and raw array bytes.

Nothing is pickled, and nothing a frame announces is believed: sizes are checked against hard caps before
anything is allocated. This file is loaded by the worker too, so it imports only NumPy and the standard
library.

A frame is ``<II`` (bytes of the header, bytes of the payload), the header, the payload. In the header,
values are tagged: ``{"v": 3}`` a plain value, ``{"a": 0}`` array 0 of the payload, ``{"n": 0}`` the same
as a NumPy scalar, ``{"t": []}`` tuple, ``{"l": []}`` list, ``{"d": {}}`` dict, ``{"q": [1, 2]}`` fraction,
``{"e": 0}`` the Ellipsis of an unanswered question.
"""

import json
import struct
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any, BinaryIO, TypeAlias

import numpy as np

Array: TypeAlias = np.ndarray[Any, np.dtype[Any]]

LENGTHS = struct.Struct("<II")
MAX_HEADER = 1 << 20
MAX_PAYLOAD = 64 << 20
MAX_ARRAYS = 64
MAX_AXES = 8
MAX_DEPTH = 16
DTYPES = frozenset(["<f4", "<f8", "<f2", "<c8", "<c16", "|i1", "<i2", "<i4", "<i8", "|u1", "<u2", "<u4", "<u8", "|b1"])


class WireError(Exception):
    """A frame breaks the rules, or a value cannot be sent."""


def encode(message: dict[str, Any]) -> bytes:
    """Turn a message of plain values and arrays into a frame.

    Parameters
    ----------
    message : dict
        String keys; None, bool, int, float, str, Fraction, Ellipsis, arrays, and lists, tuples and
        string-keyed dicts of these.

    Returns
    -------
    bytes
        The frame.

    Raises
    ------
    WireError
        If a value is of another type, or the frame would be over a cap.

    Examples
    --------
    >>> import io
    >>> frame = encode({"x": np.zeros((2, 3), np.float32), "stride": 2})
    >>> message = read(io.BytesIO(frame))
    >>> message["x"].shape, message["stride"]
    ((2, 3), 2)
    """
    arrays: list[Array] = []
    try:
        body = _pack(message, arrays, 0)
        described = [[array.dtype.str, list(array.shape)] for array in arrays]
        header = json.dumps({"body": body, "arrays": described}).encode()
    except (ValueError, RecursionError) as error:
        raise WireError(f"a value that cannot be sent: {error}") from error
    payload_size = sum(array.nbytes for array in arrays)
    if len(header) > MAX_HEADER or payload_size > MAX_PAYLOAD or len(arrays) > MAX_ARRAYS:
        raise WireError(f"too much to send: {payload_size} bytes in {len(arrays)} arrays")
    return b"".join([LENGTHS.pack(len(header), payload_size), header, *(a.tobytes() for a in arrays)])


def _pack(value: Any, arrays: list[Array], depth: int) -> dict[str, Any]:
    if depth > MAX_DEPTH:
        raise WireError("values nested too deeply")
    if value is None or type(value) in (bool, int, float, str):
        return {"v": value}
    if isinstance(value, np.ndarray | np.generic):
        arrays.append(_plain(value))
        return {"a" if isinstance(value, np.ndarray) else "n": len(arrays) - 1}
    if type(value) in (tuple, list):
        return {"t" if type(value) is tuple else "l": [_pack(item, arrays, depth + 1) for item in value]}
    if type(value) is dict and all(type(key) is str for key in value):
        return {"d": {key: _pack(item, arrays, depth + 1) for key, item in value.items()}}
    if type(value) is Fraction:
        return {"q": [value.numerator, value.denominator]}
    if value is ...:
        return {"e": 0}
    raise WireError(f"a {type(value).__name__}, which is neither a number, a text, an array nor a list of these")


def _plain(value: Any) -> Array:
    """Return a C-contiguous little-endian ndarray of a dtype that may travel (subclasses are undone)."""
    array: Array = np.array(value, order="C", subok=False)
    if array.dtype.kind == "f" and array.dtype.itemsize > 8:
        array = array.astype(np.float64)
    array = array.astype(array.dtype.newbyteorder("<"), copy=False)
    if array.dtype.str not in DTYPES or array.ndim > MAX_AXES:
        raise WireError(f"an array of dtype {array.dtype} with {array.ndim} axes")
    return array


def read(stream: BinaryIO) -> dict[str, Any] | None:
    """Read one frame.

    Parameters
    ----------
    stream : binary file
        Where the frame comes from.

    Returns
    -------
    dict or None
        The message; None if the stream ended before a frame began.

    Raises
    ------
    WireError
        If the frame is cut off or breaks a rule.
    """
    start = stream.read(LENGTHS.size)
    if not start:
        return None
    if len(start) < LENGTHS.size:
        raise WireError("a frame cut off in its lengths")
    header_size, payload_size = LENGTHS.unpack(start)
    if header_size > MAX_HEADER or payload_size > MAX_PAYLOAD:
        raise WireError(f"a frame that announces {header_size} + {payload_size} bytes")
    header, payload = stream.read(header_size), stream.read(payload_size)
    if len(header) < header_size or len(payload) < payload_size:
        raise WireError("a frame cut off")
    try:
        described = json.loads(header)
        arrays = _arrays(described["arrays"], payload)
        message = _unpack(described["body"], arrays, 0)
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError) as error:
        raise WireError(f"a header that makes no sense ({type(error).__name__})") from error
    if not isinstance(message, dict):
        raise WireError("a message that is no dict")
    return message


def _arrays(described: Any, payload: bytes) -> list[Array | None]:
    if type(described) is not list or len(described) > MAX_ARRAYS:
        raise WireError("a list of arrays that is none, or too long")
    arrays: list[Array | None] = []
    offset = 0
    for dtype, shape in described:
        if dtype not in DTYPES or type(shape) is not list or len(shape) > MAX_AXES:
            raise WireError("an array of a kind that may not travel")
        count = 1
        for length in shape:
            if type(length) is not int or length < 0:
                raise WireError("an array with a length that is none")
            count *= length
        size = count * np.dtype(dtype).itemsize
        if offset + size > len(payload):
            raise WireError("an array larger than the payload")
        flat = np.frombuffer(payload, dtype, count, offset)
        arrays.append(flat.reshape(shape).copy())
        offset += size
    if offset != len(payload):
        raise WireError("a payload larger than its arrays")
    return arrays


def _unpack(tagged: Any, arrays: list[Array | None], depth: int) -> Any:
    if depth > MAX_DEPTH or type(tagged) is not dict or len(tagged) != 1:
        raise WireError("a value without its tag, or nested too deeply")
    ((tag, value),) = tagged.items()
    match tag:
        case "v" if value is None or type(value) in (bool, int, float, str):
            return value
        case "a" | "n" if type(value) is int and 0 <= value < len(arrays) and arrays[value] is not None:
            # Named once only: a short header could else make a large array many.
            array, arrays[value] = arrays[value], None
            return array if tag == "a" or array is None else array[()]
        case "t" | "l" if type(value) is list:
            items = [_unpack(item, arrays, depth + 1) for item in value]
            return tuple(items) if tag == "t" else items
        case "d" if type(value) is dict:
            return {key: _unpack(item, arrays, depth + 1) for key, item in value.items()}
        case "q" if type(value) is list and len(value) == 2 and all(type(v) is int for v in value) and value[1]:
            return Fraction(*value)
        case "e":
            return ...
    raise WireError("a value with an unknown tag")


def each_array(value: Any, change: Callable[[Array], Any]) -> Any:
    """Return a value with every array in it changed, also those within lists, tuples and dicts.

    Examples
    --------
    >>> each_array({"x": np.array([1, 2]), "names": ("x",)}, lambda array: -array)
    {'x': array([-1, -2]), 'names': ('x',)}
    """
    if isinstance(value, np.ndarray):
        return change(value)
    if isinstance(value, dict):
        return {key: each_array(item, change) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return type(value)(each_array(item, change) for item in value)
    return value


def parts(value: Any) -> Iterator[Any]:
    """Yield the values within lists, tuples and dicts, one by one; a value that is none of these as it is.

    Examples
    --------
    >>> list(parts(("add", ("sin", "x"), {"y": 2})))
    ['add', 'sin', 'x', 2]
    """
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, tuple | list):
        for item in value:
            yield from parts(item)
    else:
        yield value


def as_view(value: Any) -> Any:
    """Return an array as a view of every second element of a larger one, also within a list or dict; all else as it is.

    What lies between is nothing that could be right: NaN, or the largest whole number.

    Examples
    --------
    >>> seen = as_view(np.array([1, 2, 3]))
    >>> seen, seen.flags.c_contiguous
    (array([1, 2, 3]), False)
    """
    return each_array(value, _every_second)


def _every_second(value: Array) -> Array:
    if value.ndim == 0:
        return value
    wide = np.empty((*value.shape[:-1], 2 * value.shape[-1]), value.dtype)
    wide[...] = True if value.dtype.kind == "b" else np.iinfo(value.dtype).max if value.dtype.kind in "iu" else np.nan
    wide[..., ::2] = value
    view: Array = wide[..., ::2]
    return view
