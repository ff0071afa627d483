"""A convolution layer as plain loops, compiled by Numba."""

import numpy as np

from grader.exercise import Exercise, Mutant
from grader.kernel_cases import convolutions, convolve
from grader.kernel_properties import is_compiled
from grader.properties import depends_on_values_alone, equals_reference, leaves_arguments_alone
from grader.workplace import NUMBA


def conv2d_njit(x: np.ndarray, w: np.ndarray, b: np.ndarray, stride: int, padding: int) -> np.ndarray:
    """Apply K filters to N images by loops that Numba compiles to machine code.

    The layer is that of conv2d in unit 5: with stride S, padding P, and 0 for every pixel outside the image,

        out[n, k, i, j] = b[k] + sum over c, p, q of x[n, c, S i + p - P, S j + q - P] * w[k, c, p, q]

    with OH = floor((H + 2 P - FH) / S) + 1 rows and OW columns likewise. What is new is @njit above the function.
    When it is first called, Numba looks at the types of the arguments, works out from them the type of every
    variable, and compiles the loops: that takes some seconds. Each later call with the same types starts at once,
    and runs about a hundred times as fast as Python does. So seven loops inside each other are no sin here, but
    the way it is done; all layers of this course's engine are such loops.

    What Numba compiles is a part of Python. Numbers, tuples, loops, if, arrays and their indices are
    in it, and of NumPy what makes arrays and some of the rest: np.zeros, np.empty, np.sum, but not np.pad or np.einsum.
    Sizes are tuples, np.zeros((3, 4), np.float32). And:

    - A variable has one type in the whole function. What is a number first may not become an array later.
    - Add up in a plain variable, and write it into the array once, at the end: a variable is kept in the
      processor, and an element of an array is fetched from memory and put back each time.
    - An index outside the array is not noticed, to save time, and reads or destroys other memory. The grader switches
      the check on (NUMBA_BOUNDSCHECK=1); set it as well when you look for a mistake. A negative index counts from the
      end, as in Python: the pixel in row -1 is no 0 but the last row.

    So padding is either a test, which takes a pixel only if its row and column are on the image, or a larger array
    of zeros into whose middle the image is copied.

    Parameters
    ----------
    x : ndarray (N, C, H, W)
        float32, as all arrays here, and C-contiguous: rows one after the other in memory.
    w : ndarray (K, C, FH, FW)
    b : ndarray (K,)
    stride : int
        At least 1.
    padding : int
        At least 0. With it, the filter fits at least once.

    Returns
    -------
    ndarray (N, K, OH, OW)
        float32.

    Examples
    --------
    One image of 2 by 3 pixels, a filter of ones, bias 100:

    >>> x = np.array([[[[1, 2, 3], [4, 5, 6]]]], np.float32)
    >>> w, b = np.ones((1, 1, 2, 2), np.float32), np.array([100], np.float32)
    >>> conv2d_njit(x, w, b, 1, 0)
    array([[[[112., 116.]]]], dtype=float32)

    With a border of zeros, the filter sees one pixel in each corner, and two at the sides:

    >>> conv2d_njit(x, w, b, 1, 1)
    array([[[[101., 103., 105., 103.],
             [105., 112., 116., 109.],
             [104., 109., 111., 106.]]]], dtype=float32)
    """
    raise NotImplementedError


def by_tests(x: np.ndarray, w: np.ndarray, b: np.ndarray, stride: int, padding: int) -> np.ndarray:
    images, channels, height, width = x.shape
    filters, _, filter_h, filter_w = w.shape
    out_h = (height + 2 * padding - filter_h) // stride + 1
    out_w = (width + 2 * padding - filter_w) // stride + 1
    out = np.zeros((images, filters, out_h, out_w), np.float32)
    for n in range(images):
        for k in range(filters):
            for i in range(out_h):
                for j in range(out_w):
                    total = b[k]
                    for c in range(channels):
                        for p in range(filter_h):
                            for q in range(filter_w):
                                row, column = i * stride + p - padding, j * stride + q - padding
                                if 0 <= row < height and 0 <= column < width:
                                    total += x[n, c, row, column] * w[k, c, p, q]
                    out[n, k, i, j] = total
    return out


def by_windows_of_a_padded_image(x: np.ndarray, w: np.ndarray, b: np.ndarray, stride: int, padding: int) -> np.ndarray:
    images, channels, height, width = x.shape
    filters, _, filter_h, filter_w = w.shape
    bottom, right = height + padding, width + padding
    padded = np.zeros((channels, bottom + padding, right + padding), np.float32)
    out_h = (bottom + padding - filter_h) // stride + 1
    out_w = (right + padding - filter_w) // stride + 1
    out = np.empty((images, filters, out_h, out_w), np.float32)
    for n in range(images):
        padded[:, padding:bottom, padding:right] = x[n]
        for i in range(out_h):
            for j in range(out_w):
                top, left = i * stride, j * stride
                window = padded[:, top : top + filter_h, left : left + filter_w]
                for k in range(filters):
                    out[n, k, i, j] = np.sum(window * w[k]) + b[k]
    return out


def by_adding_shifted_rows(x: np.ndarray, w: np.ndarray, b: np.ndarray, stride: int, padding: int) -> np.ndarray:
    images, channels, height, width = x.shape
    filters, _, filter_h, filter_w = w.shape
    padded = np.zeros((images, channels, height + 2 * padding, width + 2 * padding), x.dtype)
    for n in range(images):
        for c in range(channels):
            for row in range(height):
                for column in range(width):
                    padded[n, c, row + padding, column + padding] = x[n, c, row, column]
    out_h = (padded.shape[2] - filter_h) // stride + 1
    out_w = (padded.shape[3] - filter_w) // stride + 1
    out = np.zeros((images, filters, out_h, out_w), x.dtype)
    reach = (out_w - 1) * stride + 1
    for n in range(images):
        for k in range(filters):
            for i in range(out_h):
                for c in range(channels):
                    for p in range(filter_h):
                        for q in range(filter_w):
                            out[n, k, i] += w[k, c, p, q] * padded[n, c, i * stride + p, q : q + reach : stride]
                out[n, k, i] += b[k]
    return out


EXERCISE = Exercise(
    title="loops compiled by Numba",
    order=1,
    stub=conv2d_njit,
    reference=convolve,
    properties=(
        equals_reference(
            "be right for one image, channel and filter, stride 1, no padding",
            1,
            convolutions(1, (1, 1), (0, 0)),
            (),
            40,
        ),
        equals_reference(
            "be right for several images, channels and filters", 2, convolutions(3, (1, 1), (0, 0)), (), 40
        ),
        equals_reference("be right for any stride", 2, convolutions(2, (1, 3), (0, 0)), (), 40),
        equals_reference("be right for any padding", 2, convolutions(2, (1, 1), (0, 2)), (), 40),
        equals_reference("add each filter's bias once", 1, convolutions(2, (1, 1), (0, 0), True), (), 40),
        equals_reference("be right for any stride, padding and bias together", 1, convolutions(biased=True), (), 40),
        # In the plainest cases, so that a mistake with strides, say, costs nothing here.
        is_compiled(1, convolutions(1, (1, 1), (0, 0))),
        leaves_arguments_alone(1, convolutions(2, (1, 1), (0, 0))),
        depends_on_values_alone(1, convolutions(2, (1, 1), (0, 0)), views=False),
    ),
    hints=(
        "Write the formula as it stands: a loop for each of n, k, i and j, and inside them one for each of c, p and q. "
        "None of that is slow here.",
        "x.shape and w.shape can be unpacked: images, channels, height, width = x.shape. Make out with "
        "np.zeros((images, filters, out_h, out_w), np.float32): the sizes are a tuple.",
        "The pixel under weight (p, q) has row = i * stride + p - padding and column = j * stride + q - padding. If it "
        "is not 0 <= row < height and 0 <= column < width, it counts as 0: add nothing.",
        "total = b[k] before the loops over c, p and q; in them, total += x[n, c, row, column] * w[k, c, p, q] under "
        "the if; after them, out[n, k, i, j] = total.",
    ),
    alternatives=(by_tests, by_windows_of_a_padded_image, by_adding_shifted_rows),
    mutants=(
        Mutant(
            "not compiled",
            ("@njit\n", ""),
            "nothing stands above your function: with @njit there, Numba compiles it",
        ),
        Mutant(
            "no test above and to the left",
            ("0 <= row < height and 0 <= column < width", "row < height and column < width"),
            "you ask whether a pixel lies below or to the right of the image only: row -1 is the last row, as in "
            "Python, and no zero",
        ),
        Mutant(
            "border repeated",
            (
                "                                if 0 <= row < height and 0 <= column < width:\n"
                "                                    total += x[n, c, row, column] * w[k, c, p, q]\n",
                "                                row, column = max(row, 0), max(column, 0)\n"
                "                                row, column = min(row, height - 1), min(column, width - 1)\n"
                "                                total += x[n, c, row, column] * w[k, c, p, q]\n",
            ),
            "outside the image you take the nearest pixel: it counts as 0",
        ),
        Mutant(
            "padding moved by the stride",
            (
                "i * stride + p - padding, j * stride + q - padding",
                "(i - padding) * stride + p, (j - padding) * stride + q",
            ),
            "you multiply the padding by the stride, too: the row is S i + p - P",
        ),
        Mutant(
            "stride forgotten for columns",
            ("j * stride + q - padding", "j + q - padding"),
            "the stride moves your window down, but not to the right",
        ),
        Mutant(
            "padding forgotten in the size",
            ("(width + 2 * padding - filter_w)", "(width - filter_w)"),
            "the number of your columns is computed without the padding",
        ),
        Mutant(
            "sum not begun anew",
            (
                "            for i in range(out_h):\n                for j in range(out_w):\n"
                "                    total = b[k]\n",
                "            total = b[k]\n            for i in range(out_h):\n"
                "                for j in range(out_w):\n",
            ),
            "your sum goes on from one output to the next: it begins anew, with b[k], for each",
        ),
        Mutant(
            "kernel flipped",
            ("w[k, c, p, q]", "w[k, c, filter_h - 1 - p, filter_w - 1 - q]"),
            "your filter is flipped: this is convolution as mathematicians define it; a layer does not flip",
        ),
        Mutant(
            "bias added for every channel",
            (
                "                    total = b[k]\n",
                "                    total = channels * b[k]\n",
            ),
            "you add the bias once for each channel: it is added once",
        ),
        Mutant(
            "filter applied where it sticks out",
            ("(height + 2 * padding - filter_h) // stride + 1", "-(-(height + 2 * padding - filter_h) // stride) + 1"),
            "you round the number of rows up: where the filter would stick out at the end, it is not applied",
        ),
        Mutant(
            "first filter only",
            ("w[k, c, p, q]", "w[0, c, p, q]"),
            "every map is made with the first filter: map k belongs to filter k",
        ),
    ),
    requires=("conv2d",),
    workplace=NUMBA,
    decorator="@njit",
)
