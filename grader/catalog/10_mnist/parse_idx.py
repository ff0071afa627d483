"""MNIST's own file format."""

import math

import numpy as np
from hypothesis import strategies as st

from grader.exercise import Exercise, Mutant
from grader.properties import depends_on_values_alone, equals_reference, leaves_arguments_alone, raises
from grader.strategies import case


def parse_idx(data: np.ndarray) -> np.ndarray:
    """Make an array of the contents of an IDX file, the format in which MNIST's images and labels are kept.

    A file on disk is a row of bytes. What they mean has to be agreed on; an IDX file says it in its first bytes:

        bytes 0 and 1       0 and 0
        byte 2              a code for the type of the elements
        byte 3              A, the number of axes
        4 bytes each        the A lengths, one after the other: whole numbers without a sign
        all that follows    the elements, the last axis running fastest, as in any new NumPy array

        code      type       bytes for one element
        0x08      uint8      1
        0x09      int8       1
        0x0B      int16      2
        0x0C      int32      4
        0x0D      float32    4
        0x0E      float64    8

    MNIST's training images are a file of uint8 with 3 axes, of lengths 60000, 28 and 28; their labels have one axis.

    A number of several bytes is big-endian: the byte that counts most comes first. 60000 is 234 * 256 + 96, so it is
    stored as 0, 0, 234, 96. Your computer very likely has it the other way round; NumPy reads big-endian elements
    if it is told so, with a dtype such as ">i2" instead of int16.

    A file may be damaged, or another file. Raise ValueError, with a message of your own, if

        it does not begin with 0, 0 and one of the six codes,
        it is cut off, wherever that is: within the first four bytes, within the lengths, or within the elements,
        or it goes on after the last element.

    You get the bytes as an array. From a file, np.frombuffer(file.read(), np.uint8) makes it; data.tobytes() goes
    back to bytes, also where data is a view of every second element of something else. Mind that uint8 knows no
    number above 255: 234 * 256 has to be worked out with Python's own numbers, or with int64.

    Parameters
    ----------
    data : ndarray (B,), uint8
        All bytes of the file; there may be none at all.

    Returns
    -------
    ndarray
        Of the lengths in the file, of which there is at least one, and none of which is 0. Elements of the type in
        the file, in your computer's own order of bytes.

    Raises
    ------
    ValueError
        If the file is not what its format says, as above.

    Examples
    --------
    One axis of length 3, then three bytes: the labels 7, 2 and 1.

    >>> parse_idx(np.array([0, 0, 0x08, 1, 0, 0, 0, 3, 7, 2, 1], np.uint8))
    array([7, 2, 1], dtype=uint8)

    Two axes, of lengths 1 and 2, and elements of two bytes: 0 * 256 + 5, and 1 * 256 + 2.

    >>> parse_idx(np.array([0, 0, 0x0B, 2, 0, 0, 0, 1, 0, 0, 0, 2, 0, 5, 1, 2], np.uint8))
    array([[  5, 258]], dtype=int16)

    Three labels are announced, and there are two.

    >>> parse_idx(np.array([0, 0, 0x08, 1, 0, 0, 0, 3, 7, 2], np.uint8))
    Traceback (most recent call last):
        ...
    ValueError: 3 bytes of elements are announced, 2 are left
    """
    raise NotImplementedError


def by_a_buffer(data: np.ndarray) -> np.ndarray:
    kinds = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
    content = data.tobytes()
    header = content[:4]
    if len(header) != 4 or header[:2] != b"\0\0" or header[2] not in kinds:
        raise ValueError("it does not begin like an IDX file")
    kind, axes = np.dtype(kinds[header[2]]), header[3]
    start = 4 + 4 * axes
    shape = [int.from_bytes(content[i : i + 4], "big") for i in range(4, start, 4)]
    announced = math.prod(shape) * kind.itemsize
    left = len(content) - start
    if left != announced:
        raise ValueError(f"{announced} bytes of elements are announced, {left} are left")
    elements = np.frombuffer(content[start:], kind)
    return elements.reshape(shape).astype(kind.newbyteorder("="))


def by_struct(data: np.ndarray) -> np.ndarray:
    import struct

    letters = {8: "B", 9: "b", 11: "h", 12: "i", 13: "f", 14: "d"}
    content = data.tobytes()
    try:
        zeros, code, axes = struct.unpack_from(">HBB", content)
        shape = struct.unpack_from(f">{axes}I", content, 4)
        elements = struct.unpack(f">{math.prod(shape)}{letters[code]}", content[4 + 4 * axes :])
    except (struct.error, KeyError) as error:
        raise ValueError(f"not a whole IDX file: {error}") from error
    if zeros != 0:
        raise ValueError("the first two bytes are not 0")
    return np.array(elements, letters[code]).reshape(shape)


def by_turning_bytes_around(data: np.ndarray) -> np.ndarray:
    kinds = {8: "<u1", 9: "<i1", 11: "<i2", 12: "<i4", 13: "<f4", 14: "<f8"}
    header = data[:4].tolist()
    if len(header) != 4 or header[:2] != [0, 0] or header[2] not in kinds:
        raise ValueError("it does not begin like an IDX file")
    kind, axes = np.dtype(kinds[header[2]]), header[3]
    start = 4 + 4 * axes
    # Where bytes are missing, or too many, they have no room in these shapes, and reshape raises ValueError.
    lengths = data[4:start].reshape(axes, 4)[:, ::-1].copy().view("<u4").ravel()
    elements = data[start:].reshape(np.prod(lengths), kind.itemsize)
    return elements[:, ::-1].copy().view(kind).reshape(lengths)


def reference(data: np.ndarray) -> np.ndarray:
    code, axes = data[2:4].tolist()
    start = 4 + 4 * axes
    elements: np.ndarray = data[start:].view(np.dtype(TYPES[code]).newbyteorder(">"))
    return elements.reshape(data[4:start].view(">u4").tolist()).astype(TYPES[code])


TYPES = {0x08: "uint8", 0x09: "int8", 0x0B: "int16", 0x0C: "int32", 0x0D: "float32", 0x0E: "float64"}
FRACTIONS = (0.5, -0.5, 1.0, -2.0, 3.25, 10.0, -0.125)
# No whole number so large that its neighbours pass for it.
ELEMENTS: dict[int, tuple[float, ...]] = {
    0x08: (0, 1, 2, 7, 100, 127, 128, 200, 255),
    0x09: (0, 1, -1, 2, -2, 100, 127, -128),
    0x0B: (0, 1, -1, 2, 255, 256, 258, -300, 1000),
    0x0C: (0, 1, -1, 2, 258, 65536, 70000, -70000),
    0x0D: FRACTIONS,
    0x0E: FRACTIONS,
}


def idx_file(code: int, shape: list[int], seed: int) -> np.ndarray:
    """Return the bytes of a file with elements drawn from `seed`."""
    elements = np.random.default_rng(seed).choice(ELEMENTS[code], shape)
    header = np.array([code, len(shape)], np.uint8).tobytes() + np.array(shape, ">u4").tobytes()
    body = elements.astype(np.dtype(TYPES[code]).newbyteorder(">")).tobytes()
    return np.frombuffer(b"\0\0" + header + body, np.uint8).copy()


SHORT = st.integers(1, 4)
# Of two bytes, and of three.
LONG = st.sampled_from((256, 300, 515, 700, 65600))


@st.composite
def files(
    draw: st.DrawFn,
    codes: tuple[int, ...] = (0x08,),
    axes: tuple[int, int] = (1, 1),
    lengths: st.SearchStrategy[int] = SHORT,
) -> dict[str, np.ndarray]:
    shape = draw(st.lists(lengths, min_size=axes[0], max_size=axes[1]))
    return case(data=idx_file(draw(st.sampled_from(codes)), shape, draw(st.integers(0, 2**32 - 1))))


@st.composite
def files_of_another_format(draw: st.DrawFn) -> dict[str, np.ndarray]:
    data = draw(files(axes=(1, 2)))["data"]
    place = draw(st.integers(0, 2))
    wrong = (0x00, 0x07, 0x0A, 0x0F, 0x80) if place == 2 else (1, 8, 255)
    data[place] = draw(st.sampled_from(wrong))
    return case(data=data)


@st.composite
def files_cut_off(draw: st.DrawFn, header: bool) -> dict[str, np.ndarray]:
    data = draw(files(tuple(TYPES), axes=(1, 2)))["data"]
    start = 4 + 4 * int(data[3])
    return case(data=data[: draw(st.integers(0, start - 1) if header else st.integers(start, len(data) - 1))])


@st.composite
def files_that_go_on(draw: st.DrawFn) -> dict[str, np.ndarray]:
    data = draw(files(tuple(TYPES), axes=(1, 2)))["data"]
    return case(data=np.append(data, data[-draw(st.integers(1, 8)) :]))


PLAIN = case(data=idx_file(8, [2], 0))

EXERCISE = Exercise(
    title="MNIST's own file format",
    order=1,
    stub=parse_idx,
    reference=reference,
    properties=(
        equals_reference("read labels: bytes along one axis", 2, files()),
        equals_reference("read bytes along several axes", 2, files(axes=(1, 4)), examples=40),
        equals_reference("read elements of every type", 2, files(tuple(TYPES)), examples=80),
        equals_reference("read lengths above 255", 1, files(lengths=LONG), examples=20),
        raises("raise ValueError for a file that does not begin like one", 1, files_of_another_format(), PLAIN),
        raises(
            "raise ValueError for a file that is cut off",
            1,
            st.one_of(files_cut_off(header=True), files_cut_off(header=False)),
            PLAIN,
            examples=100,
        ),
        raises("raise ValueError for a file that goes on after its last element", 1, files_that_go_on(), PLAIN),
        leaves_arguments_alone(1, files(tuple(TYPES)), examples=30),
        depends_on_values_alone(1, files()),
    ),
    hints=(
        "Take a pencil: write down the bytes of the first example, and beneath each what it means. Where do the "
        "lengths begin, and where do they end? Where do the elements begin if there are A axes?",
        "content = data.tobytes() gives bytes: content[2] is then one of Python's own numbers, and "
        'int.from_bytes(content[4:8], "big") is the first length. How many bytes must be left after all lengths?',
        "Look at len(content) before you look at content[3], which else raises IndexError, and not ValueError. One "
        "comparison finds both a file that is cut off and one that goes on: the bytes that are left must be as many as "
        "the product of all lengths times the bytes of one element.",
        'A dict such as {0x08: ">u1", 0x0B: ">i2", …} has the dtype for each code; "in" tells whether a code is there. '
        "np.frombuffer(content[start:], dtype) reads all elements, with start = 4 + 4 * A.",
        'kind = np.dtype(kinds[content[2]]); shape = [int.from_bytes(content[i : i + 4], "big") for i in range(4, '
        "start, 4)]; if len(content) - start != math.prod(shape) * kind.itemsize: raise ValueError(…); "
        'np.frombuffer(content[start:], kind).reshape(shape).astype(kind.newbyteorder("=")).',
    ),
    alternatives=(by_a_buffer, by_struct, by_turning_bytes_around),
    mutants=(
        Mutant(
            "rows counted from what is there",
            (
                "    if left != announced:\n"
                '        raise ValueError(f"{announced} bytes of elements are announced, {left} are left")\n',
                "    shape[0] = left // max(1, math.prod(shape[1:]) * kind.itemsize)\n",
            ),
            "you take as many rows as there are bytes for: compare with the first length, too, else nobody notices "
            "that a file is cut off, or goes on",
        ),
        Mutant(
            "filled up with zeros",
            (
                "    if left != announced:\n",
                '    content = content.ljust(start + announced, b"\\0")\n    left = max(left, announced)\n'
                "    if left != announced:\n",
            ),
            "you put zeros where elements are missing: a file that is cut off is damaged, raise ValueError",
        ),
        Mutant(
            "what follows left unread",
            (
                "    if left != announced:\n",
                "    content, left = content[: start + announced], min(left, announced)\n    if left != announced:\n",
            ),
            "you read as much as is announced and leave the rest unread: a file that goes on is not what its header "
            "says, raise ValueError",
        ),
        Mutant(
            "zeros not looked at",
            (' or header[:2] != b"\\0\\0"', ""),
            "you do not look at the first two bytes: if one of them is not 0, this is no IDX file",
        ),
        Mutant(
            "unknown types taken for bytes",
            (
                ' or header[2] not in kinds:\n        raise ValueError("it does not begin like an IDX file")\n',
                ':\n        raise ValueError("it does not begin like an IDX file")\n'
                '    kinds.setdefault(header[2], ">u1")\n',
            ),
            "you read a type that does not exist as if it were one of the six: raise ValueError for any other code",
        ),
        Mutant(
            "signed bytes without their sign",
            ('0x09: ">i1"', '0x09: ">u1"'),
            "code 0x09 is int8, which goes from -128 to 127: you read it as uint8, so that -1 becomes 255",
        ),
        Mutant(
            "shorts without their sign",
            ('0x0B: ">i2"', '0x0B: ">u2"'),
            "code 0x0B is int16, which has a sign: you read it as uint16, so that -1 becomes 65535",
        ),
        Mutant(
            "int32 and float32 mixed up",
            ('0x0C: ">i4", 0x0D: ">f4"', '0x0C: ">f4", 0x0D: ">i4"'),
            "0x0C is int32 and 0x0D is float32: you have them the other way round",
        ),
        Mutant(
            "elements little-endian",
            ("np.frombuffer(content[start:], kind)", 'np.frombuffer(content[start:], kind.newbyteorder("<"))'),
            "your elements are read with their bytes in the wrong order: the one that counts most comes first, as with "
            'the lengths; NumPy has the dtype ">i2" for that',
        ),
        Mutant(
            "everything read as bytes",
            (
                "    elements = np.frombuffer(content[start:], kind)\n",
                "    kind = np.dtype(np.uint8)\n"
                "    elements = np.frombuffer(content[start:], kind)[: math.prod(shape)]\n",
            ),
            "you read every element as one byte, as it is in MNIST: byte 2 of the file says of which type they are",
        ),
        Mutant(
            "lengths from their last two bytes",
            (
                '[int.from_bytes(content[i : i + 4], "big") for i in range(4, start, 4)]\n',
                '[int.from_bytes(content[i + 2 : i + 4], "big") for i in range(4, start, 4)]\n'
                "    content = content[: start + math.prod(shape) * kind.itemsize]\n",
            ),
            "you take two bytes of each length: all four belong to it, and 65600 is 65536 + 64",
        ),
        Mutant(
            "lengths from their last byte",
            (
                '[int.from_bytes(content[i : i + 4], "big") for i in range(4, start, 4)]\n',
                "list(content[7:start:4])\n    content = content[: start + math.prod(shape) * kind.itemsize]\n",
            ),
            "you take one byte of each length: all four belong to it, and 300 is 1 * 256 + 44",
        ),
        Mutant(
            "bytes of a length added up",
            (
                '[int.from_bytes(content[i : i + 4], "big") for i in range(4, start, 4)]\n',
                "[sum(content[i : i + 4]) for i in range(4, start, 4)]\n"
                "    content = content[: start + math.prod(shape) * kind.itemsize]\n",
            ),
            "you add up the four bytes of a length: each counts 256 times as much as the one after it",
        ),
        Mutant(
            "left flat",
            ("elements.reshape(shape)", "elements"),
            "your elements stand in one row: give them the lengths of the file, with reshape",
        ),
        Mutant(
            "lengths in reverse",
            ("elements.reshape(shape)", "elements.reshape(shape[::-1])"),
            "your axes are in reverse order: the first length belongs to the first axis",
        ),
        Mutant(
            "first axis fastest",
            ("elements.reshape(shape)", 'elements.reshape(shape, order="F")'),
            "you let the first axis run fastest: the last one does, as in NumPy, so a plain reshape is right",
        ),
        Mutant(
            "bytes turned around where they lie",
            (
                '(content[start:], kind)\n    return elements.reshape(shape).astype(kind.newbyteorder("="))',
                '(data[start:], kind.newbyteorder("="))\n    return elements.byteswap(inplace=True).reshape(shape)',
            ),
            "you turn the bytes around in data itself, which is not yours: work on a copy",
        ),
    ),
)
