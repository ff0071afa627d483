"""A convolution layer on several threads, without a race."""

import numpy as np

from grader.exercise import Exercise, Mutant
from grader.kernel_cases import convolutions, convolve, layer
from grader.kernel_properties import is_compiled, on_one_thread, same_for_any_threads, turns_do_not_meet
from grader.plain_numba import prange
from grader.properties import equals_reference, leaves_arguments_alone
from grader.workplace import NUMBA


def conv2d_parallel(x: np.ndarray, w: np.ndarray, b: np.ndarray, stride: int, padding: int) -> np.ndarray:
    """Apply K filters to N images on all processors at once.

    The layer is that of conv2d_njit; begin with your own loops. With @njit(parallel=True) above the function, Numba
    shares out the turns of a loop over prange among threads, one for each processor. You write

        from numba import njit, prange

    and prange(…) instead of range(…) for one loop, an outer one, so that each turn is worth the trouble. Of pranges
    inside each other, only the outermost is shared out. Get it right with range first: an error raised inside is lost.

    Nobody knows which turn is done first, and two of them may run at the very same moment. So it must not matter. It
    does not, if each turn writes to places of its own, to which no other writes and from which no other reads. If two
    write to one place, that is a race. The worst about a race is that it mostly goes well:

        out[n, k, i, j] += …        is three steps: fetch the element, add, put it back

    If two threads fetch before either has put back, one of the two sums is lost. That happens once in a thousand
    times, on another machine, on the day of the exam. So look for it in the text, not in the results: for each
    array that is written to inside the loop, ask whether the place depends on the turn. What has outputs of its own
    may be shared out: images, filters, rows of the output. What is summed may not: channels, and the rows and columns
    of a filter, all of which add to the same outputs. An array that is needed only for a while is safe if it is
    made inside the loop: then each turn has its own. So are variables that are set inside the loop.

    There is one exception. If each turn adds to a variable or to a whole array, total += …, every thread gets a copy,
    and the copies are added up at the end. That is no race, but it rounds sums in an order that depends on the
    number of threads. Here, the result must be the same to the last bit for any number of threads: leave sums whole.

    Parameters
    ----------
    x : ndarray (N, C, H, W)
        float32, as all arrays here, and C-contiguous.
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
    Two filters that could be applied by two threads; each writes to a map of its own:

    >>> x = np.array([[[[1, 2, 3], [4, 5, 6]]]], np.float32)
    >>> w = np.array([[[[1, 1]]], [[[1, -1]]]], np.float32)
    >>> conv2d_parallel(x, w, np.array([0, 10], np.float32), 1, 0)
    array([[[[ 3.,  5.],
             [ 9., 11.]],
    <BLANKLINE>
            [[ 9.,  9.],
             [ 9.,  9.]]]], dtype=float32)
    """
    raise NotImplementedError


def by_filters(x: np.ndarray, w: np.ndarray, b: np.ndarray, stride: int, padding: int) -> np.ndarray:
    images, channels, height, width = x.shape
    filters, _, filter_h, filter_w = w.shape
    out_h = (height + 2 * padding - filter_h) // stride + 1
    out_w = (width + 2 * padding - filter_w) // stride + 1
    out = np.zeros((images, filters, out_h, out_w), np.float32)
    for k in prange(filters):
        for n in range(images):
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


def by_rows(x: np.ndarray, w: np.ndarray, b: np.ndarray, stride: int, padding: int) -> np.ndarray:
    images, channels, height, width = x.shape
    filters, _, filter_h, filter_w = w.shape
    out_h = (height + 2 * padding - filter_h) // stride + 1
    out_w = (width + 2 * padding - filter_w) // stride + 1
    out = np.empty((images, filters, out_h, out_w), np.float32)
    for task in prange(images * filters * out_h):
        n, k, i = task // (filters * out_h), task // out_h % filters, task % out_h
        sums = np.zeros(out_w, np.float32)
        for c in range(channels):
            for p in range(filter_h):
                row = i * stride + p - padding
                if row >= 0 and row < height:
                    for j in range(out_w):
                        for q in range(filter_w):
                            column = j * stride + q - padding
                            if column >= 0 and column < width:
                                sums[j] += x[n, c, row, column] * w[k, c, p, q]
        for j in range(out_w):
            out[n, k, i, j] = sums[j] + b[k]
    return out


def by_images(x: np.ndarray, w: np.ndarray, b: np.ndarray, stride: int, padding: int) -> np.ndarray:
    images, channels, height, width = x.shape
    filters, _, filter_h, filter_w = w.shape
    tall, wide = height + 2 * padding, width + 2 * padding
    out_h, out_w = (tall - filter_h) // stride + 1, (wide - filter_w) // stride + 1
    out = np.empty((images, filters, out_h, out_w), np.float32)
    for n in prange(images):
        padded = np.zeros((channels, tall, wide), np.float32)
        for c in range(channels):
            for row in range(height):
                for column in range(width):
                    padded[c, row + padding, column + padding] = x[n, c, row, column]
        for k in range(filters):
            for i in range(out_h):
                for j in range(out_w):
                    total = b[k]
                    for c in range(channels):
                        for p in range(filter_h):
                            for q in range(filter_w):
                                total += padded[c, i * stride + p, j * stride + q] * w[k, c, p, q]
                    out[n, k, i, j] = total
    return out


# The loops of the first way, and what stands there instead when something else is shared out.
NEST = """\
    for k in prange(filters):
        for n in range(images):
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
"""
CHANNELS_SHARED_OUT = """\
    for k in range(filters):
        out[:, k] = b[k]
    for c in prange(channels):
        for n in range(images):
            for k in range(filters):
                for i in range(out_h):
                    for j in range(out_w):
                        for p in range(filter_h):
                            for q in range(filter_w):
                                row, column = i * stride + p - padding, j * stride + q - padding
                                if 0 <= row < height and 0 <= column < width:
                                    out[n, k, i, j] += x[n, c, row, column] * w[k, c, p, q]
"""
FILTER_ROWS_SHARED_OUT = CHANNELS_SHARED_OUT.replace("c in prange(channels)", "p in prange(filter_h)").replace(
    "p in range(filter_h)", "c in range(channels)"
)
ONE_SUM_FOR_ALL = "    total = np.zeros(1, np.float32)\n" + (
    NEST.replace("total =", "total[0] =").replace("total +=", "total[0] +=").replace("= total", "= total[0]")
)
ONE_PADDED_IMAGE = """\
    padded = np.zeros((channels, height + 2 * padding, width + 2 * padding), np.float32)
    for n in prange(images):
        for c in range(channels):
            for row in range(height):
                for column in range(width):
                    padded[c, row + padding, column + padding] = x[n, c, row, column]
        for k in range(filters):
            for i in range(out_h):
                for j in range(out_w):
                    total = b[k]
                    for c in range(channels):
                        for p in range(filter_h):
                            for q in range(filter_w):
                                total += padded[c, i * stride + p, j * stride + q] * w[k, c, p, q]
                    out[n, k, i, j] = total
"""
OUTPUTS_COUNTED = "    place, flat = 0, out.reshape(out.size)\n" + (
    NEST.replace("for k in prange(filters)", "for n in prange(images)")
    .replace("for n in range(images)", "for k in range(filters)")
    .replace("out[n, k, i, j] = total", "flat[place] = total\n                    place += 1")
)
SUMS_CUT = NEST.replace("prange(filters)", "range(filters)").replace("c in range(", "c in prange(")


EXERCISE = Exercise(
    title="several threads and no race",
    order=2,
    stub=conv2d_parallel,
    reference=convolve,
    properties=(
        on_one_thread(
            equals_reference("be right on one thread, stride 1, no padding", 1, convolutions(3, (1, 1), (0, 0)), (), 40)
        ),
        on_one_thread(
            equals_reference("be right on one thread for any stride and padding", 2, convolutions(biased=True))
        ),
        on_one_thread(is_compiled(1, convolutions(2), parallel=True)),
        turns_do_not_meet(3, convolutions(3, (1, 1), (0, 0))),
        same_for_any_threads(2, layer(2, 4, 5, size=(12, 13), kernel=(3, 2), padding=1)),
        on_one_thread(leaves_arguments_alone(1, convolutions(2, (1, 1), (0, 0)))),
    ),
    hints=(
        "Take your conv2d_njit. Which of its loops may be done in any order, and which add up into one number?",
        "Images and filters may be shared out: out[n, k] is another map for every n and every k. Mostly there are more "
        "filters than images, so that more threads find something to do.",
        "Is there an array, besides out, that is made before the prange loop and written to in it? Make it inside, so "
        "that each turn has its own. Or do without: a plain variable, total, is enough.",
        "for k in prange(filters): for n in range(images): for i …: for j …: total = b[k]; then the three loops that "
        "add to total; out[n, k, i, j] = total. Above it @njit(parallel=True), and prange imported from numba.",
    ),
    alternatives=(by_filters, by_rows, by_images),
    mutants=(
        Mutant(
            "channels shared out",
            (NEST, CHANNELS_SHARED_OUT),
            "you share out the channels, and all of them add to the same outputs: that is a race. Share out what has "
            "outputs of its own, such as filters",
        ),
        Mutant(
            "rows of the filter shared out",
            (NEST, FILTER_ROWS_SHARED_OUT),
            "you share out the rows of the filter, and all of them add to the same outputs: that is a race",
        ),
        Mutant(
            "one sum for all turns",
            (NEST, ONE_SUM_FOR_ALL),
            "all turns add up in one array that was made before the loop: make it inside, or use a variable",
        ),
        Mutant(
            "one padded image for all turns",
            (NEST, ONE_PADDED_IMAGE),
            "every turn copies its image into the same padded array: make that array inside the loop",
        ),
        Mutant(
            "outputs counted",
            (NEST, OUTPUTS_COUNTED),
            "you count outputs from turn to turn, and each thread counts for itself: work the place out from the turn",
        ),
        Mutant(
            "sums cut among threads",
            (NEST, SUMS_CUT),
            "a sum that is cut into parts is rounded otherwise for each number of threads: leave sums whole",
        ),
        Mutant("not parallel", ("(parallel=True)", ""), "without parallel=True, prange is a plain range"),
        Mutant(
            "range instead of prange",
            ("in prange(filters)", "in range(filters)"),
            "there is no prange: parallel=True alone shares out nothing of your loops",
        ),
        Mutant(
            "stride forgotten for columns",
            ("j * stride + q - padding", "j + q - padding"),
            "the stride moves your window down, but not to the right",
        ),
        Mutant(
            "padding moved by the stride",
            (
                "i * stride + p - padding, j * stride + q - padding",
                "(i - padding) * stride + p, (j - padding) * stride + q",
            ),
            "you multiply the padding by the stride, too: the row is S i + p - P",
        ),
    ),
    requires=("conv2d_njit",),
    workplace=NUMBA,
    decorator="@njit(parallel=True)",
)
