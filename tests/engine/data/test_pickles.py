"""Pickles: those of arrays are read, all others refused, and nothing they ask for is run."""

import contextlib
import io
import os
import pickle
import pickletools
import struct
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.data import pickles
from engine.data.pickles import Stored, read_pickle
from engine.data.streams import Bounded
from engine.errors import DataError

MOST = 1 << 20


def read(content: bytes) -> Any:
    return read_pickle(io.BytesIO(content), "file", MOST)


def refusal(content: bytes) -> str:
    with pytest.raises(DataError, match=r"^file: expected ") as caught:
        read(content)
    return str(caught.value)


def plain(value: Any) -> Any:
    """Put arrays where they are announced."""
    match value:
        case Stored():
            return value.array
        case list():
            return [plain(item) for item in value]
        case tuple():
            return tuple(plain(item) for item in value)
        case dict():
            return {key: plain(item) for key, item in value.items()}
    return value


ARRAYS = [
    np.arange(6, dtype=np.float32).reshape(2, 3),
    np.array([-1, 2**40]),
    np.zeros((1, 5), np.uint8),
    np.array(3.5),
    np.asfortranarray(np.arange(6.0).reshape(2, 3)),
    np.arange(5, dtype=">i2"),
    np.arange(5, dtype="<u8"),
]


@pytest.mark.parametrize("protocol", range(5))
@pytest.mark.parametrize("array", ARRAYS, ids=lambda array: f"{array.dtype.str}{array.shape}")
def test_arrays(array: npt.NDArray[Any], protocol: int) -> None:
    got = plain(read(pickle.dumps(array, protocol=protocol)))
    np.testing.assert_array_equal(got, array)
    assert got.dtype == array.dtype.newbyteorder("=")
    assert got.flags.c_contiguous


@pytest.mark.parametrize("protocol", range(5))
def test_what_arrays_come_in(protocol: int) -> None:
    shared = np.arange(3)
    value = {
        "pairs": ((shared, [1, -2, 300, 70000, 2**40, 2**80]), shared),
        b"bytes": b"\0\xff",
        "text": "Grüße",
        5: [None, True, False, 2.5, (), [], {}, (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4)],
        "scalar": np.float64(0.25),
    }
    got = plain(read(pickle.dumps(value, protocol=protocol)))
    assert got.keys() == value.keys()
    np.testing.assert_array_equal(got["pairs"][1], shared)
    assert got["pairs"][0][1] == [1, -2, 300, 70000, 2**40, 2**80]
    assert {key: got[key] for key in got if key != "pairs"} == {key: value[key] for key in value if key != "pairs"}


def written_by_python_2(array: npt.NDArray[Any]) -> bytes:
    """Build the pickle that Python 2 and NumPy 1 wrote: text and bytes are one type there."""
    code = array.dtype.str[1:].encode()
    data = array.tobytes()
    return (
        b"\x80\x02cnumpy.core.multiarray\n_reconstruct\nq\x01cnumpy\nndarray\nq\x02K\x00\x85U\x01b\x87Rq\x03(K\x01"
        + b"".join(b"M" + struct.pack("<H", axis) for axis in array.shape)
        + {1: b"\x85", 2: b"\x86"}[array.ndim]
        + b"cnumpy\ndtype\nq\x04U\x02"
        + code
        + b"K\x00K\x01\x87Rq\x05(K\x03U\x01<NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb\x89T"
        + struct.pack("<i", len(data))
        + data
        + b"tb."
    )


@pytest.mark.parametrize("array", [np.arange(300, dtype="<f4").reshape(100, 3), np.arange(5, dtype="<i8")])
def test_arrays_of_python_2(array: npt.NDArray[Any]) -> None:
    content = written_by_python_2(array)
    np.testing.assert_array_equal(pickle.loads(content, encoding="latin1"), array)  # it is such a pickle
    np.testing.assert_array_equal(plain(read(content)), array)


class Calls:
    """Pickled as a call of a function."""

    def __init__(self, function: Callable[..., Any], *arguments: Any) -> None:
        self.call = function, arguments

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return self.call


@pytest.mark.parametrize("protocol", range(5))
@pytest.mark.parametrize(
    ("function", "arguments", "name"),
    [
        (os.system, ("echo ran > {}",), "system"),
        (eval, ("open({!r}, 'w').write('ran')",), "eval"),
        (exec, ("open({!r}, 'w').write('ran')",), "exec"),
        (subprocess.check_output, (["touch", "{}"],), "check_output"),
        (Path.touch, (Path("{}"),), ""),
        (np.save, ("{}", 1), "save"),
        (np.load, ("{}", None, True), "load"),
        (getattr, (os, "system"), ""),
        (io.open, ("{}", "w"), "open"),
    ],
)
def test_nothing_is_run(
    function: Callable[..., Any], arguments: tuple[Any, ...], name: str, protocol: int, tmp_path: Path
) -> None:
    trace = tmp_path / "trace.npy"
    filled = [
        str(part).format(trace) if isinstance(part, str | Path) else part
        for part in arguments
        if not isinstance(part, type(os))
    ]
    message = refusal(pickle.dumps([Calls(function, *filled)], protocol=protocol))
    assert "expected a pickle of arrays, numbers and text, got one that asks for" in message
    assert name in message
    assert "a pickle can run any program" in message
    assert not trace.exists()


def test_arrays_of_objects() -> None:
    hostile = np.array([Calls(os.system, "true")], dtype=object)
    assert "elements of type 'O8'" in refusal(pickle.dumps(hostile, protocol=2))


def scalar_of(dtype: bytes, data: bytes) -> bytes:
    """Build the pickle of a single number, with any element type and any bytes."""
    return (
        b"\x80\x02cnumpy.core.multiarray\nscalar\ncnumpy\ndtype\nU"
        + bytes([len(dtype)])
        + dtype
        + b"K\x00K\x01\x87R"
        + b"U"
        + bytes([len(data)])
        + data
        + b"\x86R."
    )


def test_a_scalar_of_objects_does_not_unpickle_what_is_in_it(tmp_path: Path) -> None:
    trace = tmp_path / "t"
    inner = pickle.dumps(Calls(os.system, f"touch {trace}"), protocol=2)
    assert "elements of type 'O8'" in refusal(scalar_of(b"O8", inner))
    assert not trace.exists()
    assert read(scalar_of(b"i2", b"\x05\x00")) == 5
    assert "damaged" in refusal(scalar_of(b"i2", b"\x05\x00\x05\x00"))


@pytest.mark.parametrize("name", ["V8", "M8", "S5", "U5", "i16", "f2", "c8", "O", "(1000000,1000000)f8", "f4,f4"])
def test_other_element_types(name: str) -> None:
    assert "elements of type" in refusal(scalar_of(name.encode(), b"12345678"))


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"\x80\x02cos\nsystem\nU\x04true\x85R.", "asks for 'os system'"),
        (b"(ios\nsystem\n.", "the instruction INST"),
        (b"(cnumpy\nndarray\no.", "the instruction OBJ"),
        (b"\x80\x02cnumpy\nndarray\nK\x05\x85\x81.", "the instruction NEWOBJ"),
        (b"\x80\x02\x82\x01.", "the instruction EXT1"),
        (b"Pperson\n.", "the instruction PERSID"),
        (b"K\x01Q.", "the instruction BINPERSID"),
        (b"cnumpy\nndarray\nK\x05\x85R.", "calls 'numpy ndarray'"),
        (b"cnumpy.core.multiarray\n_reconstruct\ncnumpy\ndtype\nK\x00\x85U\x01b\x87R.", "in an unusual way"),
        (b"cnumpy\ndtype\ncnumpy\nndarray\n\x85R.", "in an unusual way"),
        (b"c_codecs\nencode\nU\x01aU\x05rot13\x86R.", "in an unusual way"),
        (b"]}b.", "sets the attributes of an object"),
        (b"cnumpy\ndtype\nU\x02f4\x85R(K\x03U\x01xNNNtb.", "an unknown byte order"),
        (b"cnumpy\ndtype\nU\x02f4\x85R(K\x03U\x01<NN}tb.", "fields"),
        (b"cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85U\x01b\x87RK\x01b.", "without shape"),
        (b"}(K\x01s.", "damaged"),
        (b"})K\x01s.", "keys are not text"),
        (b"", "damaged"),
        (b"]", "damaged"),
        (b"K\x01K\x02.", "damaged"),
        (b"\xff", "damaged"),
        (b"a.", "damaged"),
        (b"t.", "damaged"),
        (b"(K\x01\x86.", "damaged"),
        (b"K\x05(K\x06\x86.", "damaged"),
        (b"g5\n.", "damaged"),
        (b"K\x01K\x02a.", "damaged"),
        (b"](K\x01u.", "damaged"),
        (b"}(K\x01u.", "damaged"),
        (b"I" + b"9" * 5000 + b"\n.", "damaged"),
    ],
)
def test_programs_that_are_no_data(content: bytes, says: str) -> None:
    assert says in refusal(content)


@pytest.mark.parametrize("shape", [b"K\x05\x85", b"J\xff\xff\xff\xffJ\xff\xff\xff\xff\x86", b"(" + b"K\x01" * 9 + b"t"])
def test_shapes_that_elements_do_not_fill(shape: bytes) -> None:
    content = written_by_python_2(np.array([7], "<i8")).replace(b"M\x01\x00\x85", shape)
    assert "do not fill its shape" in refusal(content)


def test_huge_numbers_cost_no_more_than_reading_them() -> None:
    """As axes they would be multiplied, as keys hashed, each time anew: seconds for each."""
    huge = b"\x8b" + struct.pack("<i", 1 << 18) + b"\x7f" * (1 << 18)
    many = b"(" + huge + b"q\x00" + 7 * b"h\x00" + b"t"
    for shape, count in ((many, 1), (many[:-1] + b"K\x00t", 0)):
        content = written_by_python_2(np.zeros(count, "<i8")).replace(b"M%c\x00\x85" % count, shape)
        begin = time.process_time()
        assert "do not fill its shape" in refusal(content)
        assert time.process_time() - begin < 0.5
    assert "keys are not text" in refusal(b"}" + huge + b"K\x01s.")


def test_deep_nesting_overflows_nothing() -> None:
    """In a process of its own: an overflow of the stack of C would end this one."""
    code = (
        "import io; from engine.data.pickles import read_pickle\n"
        "from engine.errors import DataError\n"
        "deep = read_pickle(io.BytesIO(b')' + b'\\x85' * 200_000 + b'.'), 'f', 1 << 20); del deep\n"
        "try: read_pickle(io.BytesIO(b'})' + b'\\x85' * 200_000 + b'K\\x01s.'), 'f', 1 << 20)\n"
        "except DataError as error: print('keys are not text' in str(error))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout == "True\n", done.stderr


def test_memory_follows_the_file_not_its_claims() -> None:
    """Sizes and places in the machine's memory that are announced cost nothing."""
    for content in (
        b"\x8e" + struct.pack("<Q", 1 << 40) + b"x.",
        b"T" + struct.pack("<i", 2**31 - 1) + b"x.",
        b"K\x01r\xff\xff\xff\x7f0.",
    ):
        tracemalloc.start()
        refusal(content)
        assert tracemalloc.get_traced_memory()[1] < MOST
        tracemalloc.stop()
    assert read(b"K\x01r\xff\xff\xff\x7f.") == 1


def peak_of(content: bytes, most: int = MOST) -> int:
    """Read, and return how much memory was in use at once."""
    tracemalloc.start()
    try:
        with contextlib.suppress(DataError):
            read_pickle(io.BytesIO(content), "file", most)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


TEXT = b"X" + struct.pack("<I", 1 << 16) + b"t" * (1 << 16) + b"q\x00"
BYTES = b"B" + struct.pack("<I", 1 << 16) + b"b" * (1 << 16) + b"q\x00"
ENCODE = b"c_codecs\nencode\nq\x01X\x06\x00\x00\x00latin1q\x02"
EMPTY = b"cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85U\x01b\x87R"


def state(order: bytes, by_columns: bytes) -> bytes:
    """Build what fills an array, and remember it."""
    element = b"cnumpy\ndtype\nU\x02i2\x85R(K\x03U\x01" + order + b"NNNtb"
    return b"(K\x01M\x00\x40K\x02\x86" + element + by_columns + b"h\x00tq\x03"


@pytest.mark.parametrize(
    ("begin", "again"),
    [
        (TEXT + ENCODE, b"h\x01h\x00h\x02\x86R"),
        (TEXT + state(b"<", b"\x89"), EMPTY + b"h\x03b"),
        (BYTES + state(b">", b"\x89"), EMPTY + b"h\x03b"),
        (BYTES + state(b"<", b"\x88"), EMPTY + b"h\x03b"),
    ],
    ids=["bytes of text", "numbers of text", "turned round", "by columns"],
)
def test_what_is_read_once_is_not_copied_again_and_again(begin: bytes, again: bytes) -> None:
    """Each copy takes a few instructions, and all of them stay."""
    assert isinstance(read(b"(" + begin + again + b"l."), list)
    content = b"(" + begin + 300 * again + b"l."
    assert peak_of(content) < 8 * len(content)
    assert "one that copies its content again and again" in refusal(content)


@pytest.mark.parametrize("words", [b"cnumpy\nndarray\n", b"}\x94", b"}K\x01K\x01s", EMPTY])
def test_very_many_small_things_do_not_fill_the_memory(words: bytes) -> None:
    count = 20_000
    assert peak_of(b"(" + count * words + b"l.") * pickles.MOST_INSTRUCTIONS / count < 64 * MOST


def test_a_longer_file_is_not_read_to_its_end() -> None:
    long = b"B" + struct.pack("<I", 2 * MOST) + bytes(2 * MOST) + b"."
    assert f"expected at most {MOST:,} bytes when unpacked, got more" in refusal(long)
    assert "more" in refusal(b"c" + b"x" * 2 * MOST)


def test_too_many_instructions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pickles, "MOST_INSTRUCTIONS", 100)
    assert read(b"(" + b"N" * 97 + b"l.") == [None] * 97
    assert "more than 100 instructions" in refusal(b"(" + b"N" * 99 + b"l.")


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200), st.integers(0, 400))
def test_whatever_the_bytes_the_answer_is_data_or_a_data_error(noise: bytes, at: int) -> None:
    whole = pickle.dumps({"a": (np.arange(9), [1, "two"])}, protocol=2)
    for content in (noise, whole[:at], whole[:at] + noise + whole[at + len(noise) :]):
        with contextlib.suppress(DataError):
            read(content)


def test_every_instruction_is_known_or_refused() -> None:
    """An instruction that a later Python adds is refused, not ignored."""
    for instruction in pickletools.opcodes:
        machine = pickles._Machine(Bounded(io.BytesIO(), 0, "nothing"))
        machine.stack, machine.marks = [1, [], {}, 2], [2]
        try:
            machine.do(instruction.name, 0)
        except (pickles.UnknownContentError, TypeError, KeyError, IndexError, ValueError):
            continue
        assert instruction.name not in {"INST", "OBJ", "NEWOBJ", "NEWOBJ_EX", "EXT1", "PERSID", "BINPERSID", "DUP"}
