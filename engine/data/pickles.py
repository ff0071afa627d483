"""Pickles of arrays, read without unpickling: nothing that a file asks for is ever called.

A pickle is a program for a small machine with a stack, and one of its instructions calls a function of the file's
choice. Old data sets come as pickles all the same. Here the standard library takes the program apart
(``pickletools``), and what carries it out knows numbers, text, lists, tuples, dictionaries and NumPy's arrays of
numbers. Names of functions are words to it: it compares them with the few that stand for an array.
"""

import math
import pickletools
import sys
import warnings
from typing import IO, Any, cast

import numpy as np

from engine.arrays import Array
from engine.data.streams import Bounded
from engine.errors import DataError

# A batch of CIFAR-10 has some 50,000 instructions. The small things that so many leave behind are some 40 MB.
MOST_INSTRUCTIONS = 250_000
# What is large was read, or made of what was read: text into bytes, bytes into an array, each of them once. Whoever
# remembers a text and asks for its bytes again and again makes more, in a few instructions each.
MOST_COPIES = 2
MOST_AXES = 8

ELEMENTS = {f"{kind}{size}" for kind, sizes in (("f", "48"), ("i", "1248"), ("u", "1248")) for size in sizes}
BYTE_ORDERS = "<>|="

RECONSTRUCT = {"numpy.core.multiarray _reconstruct", "numpy._core.multiarray _reconstruct"}
SCALAR = {"numpy.core.multiarray scalar", "numpy._core.multiarray scalar"}
NDARRAY, DTYPE, ENCODE = "numpy ndarray", "numpy dtype", "_codecs encode"
KNOWN = {*RECONSTRUCT, *SCALAR, NDARRAY, DTYPE, ENCODE}

NUMBERS = {"BINFLOAT", "BININT", "BININT1", "BININT2", "FLOAT", "INT", "LONG", "LONG1", "LONG4"}
TEXT = {"BINSTRING", "BINUNICODE", "BINUNICODE8", "SHORT_BINSTRING", "SHORT_BINUNICODE", "UNICODE"}
PLAIN = {*NUMBERS, *TEXT, "BINBYTES", "BINBYTES8", "SHORT_BINBYTES"}
CONSTANTS = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False}
TUPLES = {"EMPTY_TUPLE": 0, "TUPLE1": 1, "TUPLE2": 2, "TUPLE3": 3}


class UnknownContentError(Exception):
    """The pickle asks for something that is not in a pickle of arrays; says what."""


class Name:
    """A name of a function or class: a word, not what it stands for."""

    def __init__(self, words: str) -> None:
        if words not in KNOWN:
            raise UnknownContentError(f"one that asks for {words[:80]!r}")
        self.words = words


class Element:
    """The type of an array's elements."""

    def __init__(self, name: str | bytes) -> None:
        code = name.decode("latin-1") if isinstance(name, bytes) else name
        if code not in ELEMENTS:
            raise UnknownContentError(f"one with elements of type {code[:20]!r}")
        self.code = code
        self.order = "="

    def set(self, state: Any) -> None:
        """Take the byte order from the state that NumPy writes: version, order, and fields, of which there are none."""
        if not isinstance(state, tuple) or len(state) < 5 or any(part is not None for part in state[2:5]):
            raise UnknownContentError("one whose elements have fields")
        order = state[1].decode("latin-1") if isinstance(state[1], bytes) else state[1]
        if not isinstance(order, str) or len(order) != 1 or order not in BYTE_ORDERS:
            raise UnknownContentError("one with an unknown byte order")
        self.order = order

    def numbers(self, data: Any) -> Array:
        """Return the numbers that these bytes are, in the machine's own byte order."""
        dtype = np.dtype(f"{self.order}{self.code}")
        raw = data.encode("latin-1") if isinstance(data, str) else data
        if not isinstance(raw, bytes) or len(raw) % dtype.itemsize:
            raise UnknownContentError("one whose numbers are not bytes of whole numbers")
        return np.frombuffer(raw, dtype).astype(dtype.newbyteorder("="), copy=False)


class Stored:
    """An array, from where it is announced to where its elements come; then ``array`` has them."""

    def __init__(self) -> None:
        self.array: Array | None = None

    def set(self, state: Any) -> None:
        """Take shape, type and elements from the state that NumPy writes."""
        match state:
            case (int(), tuple() as shape, Element() as element, bool() | int() as by_columns, data):
                numbers = element.numbers(data)
            case _:
                raise UnknownContentError("an array without shape, type and elements")
        # Looked at before they are multiplied: a pickle's integers may have a megabyte each, and that takes seconds.
        longest = numbers.size or sys.maxsize
        whole = len(shape) <= MOST_AXES and all(type(axis) is int and 0 <= axis <= longest for axis in shape)
        if not whole or math.prod(shape) != numbers.size:
            raise UnknownContentError("an array whose elements do not fill its shape")
        self.array = np.ascontiguousarray(numbers.reshape(shape, order="F" if by_columns else "C"))


def read_pickle(stream: Any, who: str, most: int) -> Any:
    """Read a pickle that holds arrays of numbers, numbers and text, in tuples, lists and dictionaries.

    Parameters
    ----------
    stream : binary file
        From where it stands.
    who : str
        The file, for errors.
    most : int
        No more than so many bytes are read.

    Returns
    -------
    object
        What was pickled, with each array as its :class:`Stored`. Text that Python 2 wrote is str.

    Raises
    ------
    DataError
        If the pickle is damaged, asks for anything else, is longer, has very many instructions, or copies what it
        has again and again.

    Examples
    --------
    >>> import io, pickle
    >>> tens = read_pickle(io.BytesIO(pickle.dumps({"tens": np.array([10, 20])}, protocol=2)), "tens", 1000)
    >>> tens["tens"].array
    array([10, 20])
    """
    try:
        with warnings.catch_warnings():
            # Python's own word about odd escapes in text; what is wrong with the file is said below.
            warnings.simplefilter("ignore", DeprecationWarning)
            return _Machine(Bounded(stream, most, who)).run()
    except DataError:
        raise
    except UnknownContentError as refused:
        fix = "do not unpickle it by other means: a pickle can run any program"
        raise DataError(who, "a pickle of arrays, numbers and text", str(refused), fix) from None
    # What pickletools raises for bytes that are no instructions, and the machine for instructions in no order.
    except (ValueError, TypeError, IndexError, KeyError, OverflowError) as error:
        raise DataError(who, "an intact pickle", f"a damaged one ({type(error).__name__}: {str(error)[:80]})") from None


class _Machine:
    """Carries out a pickle's instructions on a stack, as far as arrays need them."""

    def __init__(self, stream: Bounded) -> None:
        self.stream = stream
        self.stack: list[Any] = []
        self.marks: list[int] = []
        self.memory: dict[int, Any] = {}
        self.copied = 0

    def run(self) -> Any:
        for number, (instruction, argument, _) in enumerate(pickletools.genops(cast(IO[bytes], self.stream))):
            if number == MOST_INSTRUCTIONS:
                raise UnknownContentError(f"one of more than {MOST_INSTRUCTIONS:,} instructions")
            if instruction.name == "STOP":
                (result,) = self.stack
                return result
            self.do(instruction.name, argument)
        raise UnknownContentError("one without an end")

    def do(self, name: str, argument: Any) -> None:
        stack = self.stack
        if name in PLAIN:
            stack.append(argument)
        elif name in CONSTANTS:
            stack.append(CONSTANTS[name])
        elif name in TUPLES:
            stack.append(tuple(self.taken(len(stack) - TUPLES[name])))
        elif name == "MARK":
            self.marks.append(len(stack))
        elif name in ("TUPLE", "LIST", "DICT"):
            items = self.taken(self.marks.pop())
            stack.append(tuple(items) if name == "TUPLE" else items if name == "LIST" else self.filled({}, items))
        elif name in ("EMPTY_LIST", "EMPTY_DICT"):
            stack.append([] if name == "EMPTY_LIST" else {})
        elif name in ("APPEND", "APPENDS"):
            items = self.taken(len(stack) - 1 if name == "APPEND" else self.marks.pop())
            self.top(list).extend(items)
        elif name in ("SETITEM", "SETITEMS"):
            items = self.taken(len(stack) - 2 if name == "SETITEM" else self.marks.pop())
            self.filled(self.top(dict), items)
        elif name in ("PUT", "BINPUT", "LONG_BINPUT"):
            self.memory[argument] = stack[-1]
        elif name == "MEMOIZE":
            self.memory[len(self.memory)] = stack[-1]
        elif name in ("GET", "BINGET", "LONG_BINGET"):
            stack.append(self.memory[argument])
        elif name == "GLOBAL":
            stack.append(Name(argument))
        elif name == "STACK_GLOBAL":
            module, attribute = self.taken(len(stack) - 2)
            stack.append(Name(f"{module} {attribute}"[:200] if isinstance(module, str) else "?"))
        elif name == "REDUCE":
            function, arguments = self.taken(len(stack) - 2)
            stack.append(self.counted(_made(function, arguments)))
        elif name == "BUILD":
            made, state = self.taken(len(stack) - 2)
            if not isinstance(made, Stored | Element):
                raise UnknownContentError("one that sets the attributes of an object")
            made.set(state)
            stack.append(self.counted(made))
        elif name not in ("PROTO", "FRAME"):
            raise UnknownContentError(f"one with the instruction {name}")

    def counted(self, made: Any) -> Any:
        """Add the size of what was made to that of all before; together they follow what was read."""
        if isinstance(made, Stored) and made.array is not None:
            self.copied += made.array.nbytes
        elif isinstance(made, bytes):
            self.copied += len(made)
        if self.copied > MOST_COPIES * self.stream.done:
            raise UnknownContentError("one that copies its content again and again")
        return made

    def taken(self, first: int) -> list[Any]:
        """Take what lies on the stack from here up."""
        if first < (self.marks[-1] if self.marks else 0):
            raise IndexError("not enough on the stack")
        items = self.stack[first:]
        del self.stack[first:]
        return items

    def top(self, kind: type) -> Any:
        if not isinstance(self.stack[-1], kind):
            raise TypeError(f"no {kind.__name__} to add to")
        return self.stack[-1]

    def filled(self, entries: dict[Any, Any], items: list[Any]) -> dict[Any, Any]:
        """Add keys and values that follow each other."""
        for key, value in zip(items[::2], items[1::2], strict=True):
            # Tuples could be keys, too; the hash of one that is nested deeply enough overflows Python's own stack.
            # That of a number of a megabyte takes its time, and is worked out anew whenever it is asked for.
            if not isinstance(key, str | bytes | int) or (isinstance(key, int) and key.bit_length() > 64):
                raise UnknownContentError("a dictionary whose keys are not text")
            entries[key] = value
        return entries


def _made(function: Any, arguments: Any) -> Any:
    """Return what a call stands for."""
    words = function.words if isinstance(function, Name) else "?"
    match arguments:
        case (Name(words="numpy ndarray"), tuple(), str() | bytes()) if words in RECONSTRUCT:
            return Stored()
        case (str() | bytes() as code, *_) if words == DTYPE:
            return Element(code)
        case (Element() as element, str() | bytes() as data) if words in SCALAR:
            (number,) = element.numbers(data)
            return number.item()
        case (str() as text, "latin1" | "latin-1") if words == ENCODE:
            return text.encode("latin-1")
    raise UnknownContentError(f"one that calls {words!r} in an unusual way")
