"""A convolution layer in the order in which memory and processor like it."""

from colorsys import hsv_to_rgb

import numpy as np

from grader.exercise import Exercise, Mutant
from grader.kernel_cases import convolutions, convolve, layer
from grader.kernel_properties import in_plain_python
from grader.properties import depends_on_values_alone, equals_reference, leaves_arguments_alone
from grader.show import Call, Picture, below, beside, coloured, enlarged, grey, labelled, landscape, page, signed
from grader.speed import is_as_fast
from grader.workplace import NUMBA_AT_SPEED


def conv2d_fast(x: np.ndarray, w: np.ndarray, b: np.ndarray, stride: int, padding: int) -> np.ndarray:
    """Apply K filters to N images as fast as you can, on one thread.

    The layer is that of conv2d_njit, and its plain loops are compiled already. They still take about a hundred times as
    long as the kernel of this course's engine, on the same processor. That factor is made of:

    - Eight or sixteen. A processor multiplies and adds that many float32 by one instruction, if they lie side by side
      in memory, the factors as well as the sums.
    - Four to eight. An addition takes about four cycles, and two can begin in every cycle. But total += … always
      waits for the sum before it. Sums of different outputs need not wait for one another. The compiler may
      not regroup a sum by itself, because then it is rounded otherwise; @njit(fastmath=True) allows it.
    - Two, and more. Whatever is done in the innermost loop is done most often: a test for the border, an index of four
      numbers that must be worked out, a look whether an index is negative. Numba leaves that out, and uses
      the wide instructions, if a loop runs from 0 over arrays with one axis: for t in range(len(sums)).

    So what matters is what the innermost loop does. The order of the loops is yours: each product belongs to one
    output, and it does not matter when it is added. Arrays lie in memory as you read them, the last index
    fastest: x[n, c, i, j + 1] is the neighbour of x[n, c, i, j], and x[n, c, i + 1, j] lies a row further on. A good
    innermost loop

    - goes along one axis of memory, one by one, with long rows: its beginning and its end cost as much as some turns;
    - adds to another output in each turn: sums[t] += weight * pixels[t];
    - has one-dimensional arrays, cut out before it begins: pixels = padded[n, c, row, left:right].

    Copying costs little if what is copied is used often: pad the images before the loops; bring the filters into
    the order in which they are read, if that helps.

    The speed is measured at stride 1, with 8 images of 16 channels and 28 by 28 pixels, 32 filters of 5 by 5 and
    padding 2, as a multiple of the time of the engine's kernel on the same machine. Compiling does not count, and no
    index is checked. It must be right at every stride; that is looked at in plain Python, which checks every index.

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
    Two channels and a filter that adds them up, with twice the second one; bias 100:

    >>> x = np.array([[[[1, 2, 3]], [[10, 20, 30]]]], np.float32)
    >>> w = np.array([[[[1]], [[2]]]], np.float32)
    >>> conv2d_fast(x, w, np.array([100], np.float32), 1, 0)
    array([[[[121., 142., 163.]]]], dtype=float32)
    >>> conv2d_fast(x, w, np.array([100], np.float32), 2, 0)
    array([[[[121., 163.]]]], dtype=float32)
    """
    raise NotImplementedError


def by_whole_maps(x: np.ndarray, w: np.ndarray, b: np.ndarray, stride: int, padding: int) -> np.ndarray:
    images, channels, height, width = x.shape
    filters, _, filter_h, filter_w = w.shape
    tall, wide = height + 2 * padding, width + 2 * padding
    padded = np.zeros((images, channels, tall, wide), np.float32)
    padded[:, :, padding : padding + height, padding : padding + width] = x
    maps = padded.reshape(images, channels, tall * wide)
    out_h, out_w = (tall - filter_h) // stride + 1, (wide - filter_w) // stride + 1
    out = np.zeros((images, filters, out_h, out_w), np.float32)
    # From the first pixel of the map to the last at which a window may begin.
    sums = np.zeros((tall - filter_h) * wide + wide - filter_w + 1, np.float32)
    for n in range(images):
        for k in range(filters):
            sums[:] = b[k]
            for c in range(channels):
                for p in range(filter_h):
                    for q in range(filter_w):
                        weight, start = w[k, c, p, q], p * wide + q
                        pixels = maps[n, c, start : start + len(sums)]
                        for t in range(len(sums)):
                            sums[t] += weight * pixels[t]
            for i in range(out_h):
                for j in range(out_w):
                    out[n, k, i, j] = sums[i * stride * wide + j * stride]
    return out


def by_all_filters_at_once(x: np.ndarray, w: np.ndarray, b: np.ndarray, stride: int, padding: int) -> np.ndarray:
    images, channels, height, width = x.shape
    filters, _, filter_h, filter_w = w.shape
    padded = np.zeros((images, channels, height + 2 * padding, width + 2 * padding), np.float32)
    padded[:, :, padding : padding + height, padding : padding + width] = x
    # The filters' index fastest.
    turned = np.ascontiguousarray(w.transpose(1, 2, 3, 0))
    out_h, out_w = (padded.shape[2] - filter_h) // stride + 1, (padded.shape[3] - filter_w) // stride + 1
    out = np.zeros((images, filters, out_h, out_w), np.float32)
    sums = np.zeros((out_w, filters), np.float32)
    for n in range(images):
        for i in range(out_h):
            for j in range(out_w):
                sums[j] = b
            for c in range(channels):
                for p in range(filter_h):
                    for q in range(filter_w):
                        weights = turned[c, p, q]
                        for j in range(out_w):
                            pixel, some = padded[n, c, i * stride + p, j * stride + q], sums[j]
                            for k in range(filters):
                                some[k] += pixel * weights[k]
            out[n, :, i] = sums.T
    return out


def by_lines_for_all_filters(x: np.ndarray, w: np.ndarray, b: np.ndarray, stride: int, padding: int) -> np.ndarray:
    images, channels, height, width = x.shape
    filters, _, filter_h, filter_w = w.shape
    padded = np.zeros((channels, height + 2 * padding, width + 2 * padding), np.float32)
    out_h, out_w = (padded.shape[1] - filter_h) // stride + 1, (padded.shape[2] - filter_w) // stride + 1
    out = np.zeros((images, filters, out_h * out_w), np.float32)
    line = np.zeros(out_h * out_w, np.float32)
    for n in range(images):
        padded[:, padding : padding + height, padding : padding + width] = x[n]
        for k in range(filters):
            out[n, k] = b[k]
        for c in range(channels):
            for p in range(filter_h):
                for q in range(filter_w):
                    # What this weight of any filter is multiplied by.
                    for i in range(out_h):
                        for j in range(out_w):
                            line[i * out_w + j] = padded[c, i * stride + p, j * stride + q]
                    for k in range(filters):
                        weight, sums = w[k, c, p, q], out[n, k]
                        for t in range(len(sums)):
                            sums[t] += weight * line[t]
    return out.reshape(images, filters, out_h, out_w)


LAYER = layer(8, 16, 32, size=(28, 28), kernel=(5, 5), padding=2)
# The innermost loops of the first way, and others that are as right and slower.
ALONG_THE_MAP = """\
            sums[:] = b[k]
            for c in range(channels):
                for p in range(filter_h):
                    for q in range(filter_w):
                        weight, start = w[k, c, p, q], p * wide + q
                        pixels = maps[n, c, start : start + len(sums)]
                        for t in range(len(sums)):
                            sums[t] += weight * pixels[t]
            for i in range(out_h):
                for j in range(out_w):
                    out[n, k, i, j] = sums[i * stride * wide + j * stride]
"""
ALONG_THE_FILTER = """\
            for i in range(out_h):
                for j in range(out_w):
                    total = b[k]
                    for c in range(channels):
                        for p in range(filter_h):
                            for q in range(filter_w):
                                total += padded[n, c, i * stride + p, j * stride + q] * w[k, c, p, q]
                    out[n, k, i, j] = total
"""
DOWN_THE_COLUMNS = """\
            out[n, k] = b[k]
            for c in range(channels):
                for p in range(filter_h):
                    for q in range(filter_w):
                        for j in range(out_w):
                            for i in range(out_h):
                                out[n, k, i, j] += padded[n, c, i * stride + p, j * stride + q] * w[k, c, p, q]
"""

DIRECTIONS, SIDE = 8, 17
# Of a wave under a hill, in pixels.
WAVE, HILL = 7.0, 3.2


def waves() -> np.ndarray:
    """Return filters (8, 1, 17, 17), each for lines of another direction: a wave that fades away from the middle."""
    y, x = np.mgrid[:SIDE, :SIDE] - SIDE // 2
    angles = np.pi * np.arange(DIRECTIONS).reshape(-1, 1, 1) / DIRECTIONS
    across = x * np.sin(angles) + y * np.cos(angles)
    filters = np.cos(2 * np.pi * across / WAVE) * np.exp(-(x * x + y * y) / (2 * HILL**2))
    filters -= filters.mean(axis=(1, 2), keepdims=True)  # a plain surface gives 0
    filters /= np.abs(filters).sum(axis=(1, 2), keepdims=True)
    single: np.ndarray = filters[:, None].astype(np.float32)
    return single


def show(call: Call) -> Picture:
    image, filters = landscape(4).mean(axis=0), waves()
    x = np.pad(image, SIDE // 2, mode="edge")[None, None].astype(np.float32)
    maps = call(x=x, w=filters, b=np.zeros(DIRECTIONS, np.float32), stride=1, padding=0)[0]
    strength = np.abs(maps).max(axis=0)
    bright = np.quantile(strength, 0.98) or 1.0
    colours = np.array([hsv_to_rgb(number / DIRECTIONS, 1.0, 1.0) for number in range(DIRECTIONS)])
    seen = colours[np.abs(maps).argmax(axis=0)] * np.minimum(strength / bright, 1)[..., None]
    legend = [
        beside(enlarged(signed(filter_), 3), enlarged(coloured(colour.reshape(3, 1, 1)), 51), gap=2)
        for filter_, colour in zip(filters[:, 0], colours, strict=True)
    ]
    content = beside(
        below(
            labelled(enlarged(grey(image), 2), "the image, 256 x 384 pixels"),
            labelled(enlarged(coloured(seen.transpose(2, 0, 1)), 2), "where the lines are, and of which direction"),
        ),
        labelled(below(*legend, gap=8), "filter, colour"),
        middle=False,
    )
    return Picture(
        (page(content, "Eight filters of 17 x 17, at each of 98,304 places", "a colour for each direction of lines"),),
        "Your kernel did 227 million multiplications for this, which would take plain Python minutes: each place has "
        "the colour of the filter that answers most, and is as bright as its answer is large.",
    )


EXERCISE = Exercise(
    title="the order of loops and memory",
    order=3,
    stub=conv2d_fast,
    reference=convolve,
    properties=(
        in_plain_python(
            equals_reference("be right at stride 1 without padding", 1, convolutions(3, (1, 1), (0, 0)), (), 40)
        ),
        in_plain_python(equals_reference("be right for any stride, padding and bias", 2, convolutions(biased=True))),
        leaves_arguments_alone(1, convolutions(2, (1, 1), (0, 0))),
        depends_on_values_alone(1, convolutions(2, (1, 1), (0, 0)), views=False),
        is_as_fast("be compiled: at most 300 times the engine's time", 1, 300, LAYER),
        is_as_fast("be fast: at most 35 times the engine's time", 2, 35, LAYER),
        is_as_fast("be very fast: at most 18 times the engine's time", 3, 18, LAYER),
    ),
    hints=(
        "Which of the seven loops may be innermost? Over c, p or q, every turn adds to the same output, and waits. "
        "Over i, j, n or k, it adds to another one. Along which of these do neighbours lie side by side in memory?",
        "Copy the images into zeros with a border first, so that there is no test left. Then for each n, k, c, p and q "
        "and each row i: sums = out[n, k, i], pixels = padded[n, c, i + p, q : q + out_w], and a loop for j in "
        "range(out_w): sums[j] += weight * pixels[j]. That is for stride 1; other strides may be slower.",
        "Rows of 28 pixels are short. But rows lie one after the other in memory: seen as one long row, maps = "
        "padded.reshape(images, channels, tall * wide), the pixel that is i rows down and j to the right of the start "
        "lies i * wide + j further on. So a whole map can be one innermost loop.",
        "sums has (tall - filter_h) * wide + wide - filter_w + 1 elements, b[k] at first. For each c, p, q: start = p "
        "* wide + q; pixels = maps[n, c, start : start + len(sums)]; for t in range(len(sums)): sums[t] += weight * "
        "pixels[t]. Then out[n, k, i, j] = sums[i * stride * wide + j * stride]. What lies between is not used.",
    ),
    alternatives=(by_whole_maps, by_all_filters_at_once, by_lines_for_all_filters),
    mutants=(
        Mutant(
            "innermost along the filter",
            (ALONG_THE_MAP, ALONG_THE_FILTER),
            "your innermost loop adds to one output, and each addition waits for the one before",
        ),
        Mutant(
            "innermost down the columns",
            (ALONG_THE_MAP, DOWN_THE_COLUMNS),
            "your innermost loop goes down the columns, and every step is a whole row of memory",
        ),
        Mutant(
            "not compiled", ("@njit\n", ""), "nothing stands above your function: with @njit there, Numba compiles it"
        ),
        Mutant(
            "rows as long as the output's",
            ("sums[i * stride * wide + j * stride]", "sums[i * stride * (wide - filter_w + 1) + j * stride]"),
            "between two rows of your sums lie as many elements as a padded row has, not as many as a row of windows",
        ),
        Mutant(
            "stride forgotten for rows",
            ("sums[i * stride * wide + j * stride]", "sums[i * wide + j * stride]"),
            "the stride moves your window to the right, but not down",
        ),
        Mutant(
            "sums not cleared",
            ("            sums[:] = b[k]\n", "            sums += b[k]\n"),
            "your sums go on from one filter to the next: each begins with its own bias",
        ),
        Mutant(
            "image in the corner",
            (
                "padded[:, :, padding : padding + height, padding : padding + width] = x",
                "padded[:, :, :height, :width] = x",
            ),
            "you leave room for the border, but put the image in the top left corner instead of the middle",
        ),
        Mutant(
            "filter read by columns",
            ("p * wide + q", "q * wide + p"),
            "weight (p, q) is p rows further down and q columns to the right: you have them the other way round",
        ),
        Mutant(
            "bias forgotten",
            ("            sums[:] = b[k]\n", "            sums[:] = 0\n"),
            "you never add the bias",
        ),
        Mutant(
            "output sized by height alone",
            ("(wide - filter_w) // stride + 1", "(tall - filter_h) // stride + 1"),
            "the width of your output is computed from the height: they differ when image or filter is not square",
        ),
    ),
    requires=("conv2d_njit",),
    show=show,
    workplace=NUMBA_AT_SPEED,
    decorator="@njit",
)
