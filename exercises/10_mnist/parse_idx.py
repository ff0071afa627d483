"""Unit 10, mnist: MNIST's own file format.

Write the function below, then run:  grade exercises/ --only parse_idx
"""

import numpy as np


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
