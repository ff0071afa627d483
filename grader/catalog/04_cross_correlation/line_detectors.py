"""Four filters for lines in four directions, applied to one image."""

import numpy as np
from hypothesis import strategies as st

import engine
from grader.exercise import Equivalent, Exercise, Mutant
from grader.laws import linear_in, shift_equivariant
from grader.properties import depends_on_values_alone, equals_reference, leaves_arguments_alone
from grader.show import (
    Call,
    Picture,
    below,
    beside,
    enlarged,
    grey,
    labelled,
    landscape,
    line_filters,
    page,
    signed,
    text,
)
from grader.strategies import SMALL, case, floats


def line_detectors(image: np.ndarray) -> np.ndarray:
    """Look for lines in four directions; give a map for each direction.

    A filter answers to what looks like it. These four have 2 along a line and -1 beside it, so each
    answers to a bright line in its own direction:

        0: horizontal     1: vertical       2: 45 degrees     3: 135 degrees
        -1  -1  -1        -1   2  -1        -1  -1   2         2  -1  -1
         2   2   2        -1   2  -1        -1   2  -1        -1   2  -1
        -1  -1  -1        -1   2  -1         2  -1  -1        -1  -1   2

    The third rises to the right, the fourth falls. The weights of each add up to 0, so a surface without
    any line gives 0, however bright it is. A dark line on bright ground gives a negative number.

    Slide every filter over the image and put the four maps on top of each other, in this order:

        out[k, i, j] = sum over p, q = 0, 1, 2 of image[i + p, j + q] * filter[k, p, q]

    This is a convolution layer with four filters. In a network nobody writes such filters down, but
    the first layer learns some that are much like them. (All four look the same after half a turn, so here it
    makes no difference whether a filter is turned first.)

    Parameters
    ----------
    image : ndarray (H, W)
        float32 or float64; H and W at least 3, and not always the same.

    Returns
    -------
    ndarray (4, H - 2, W - 2)
        Floating. Horizontal, vertical, 45 degrees, 135 degrees.

    Examples
    --------
    A vertical line of brightness 1. Its filter gives 2 + 2 + 2 = 6 on the line and -3 beside it. In a diagonal
    filter one 2 and two -1 lie on the line, which makes 0.

    >>> image = np.zeros((3, 5))
    >>> image[:, 2] = 1
    >>> maps = line_detectors(image)
    >>> maps.shape
    (4, 1, 3)
    >>> maps[1]
    array([[-3.,  6., -3.]])
    >>> float(maps[3, 0, 1])
    0.0
    """
    raise NotImplementedError


def by_loops(image: np.ndarray) -> np.ndarray:
    horizontal = [[-1, -1, -1], [2, 2, 2], [-1, -1, -1]]
    vertical = [[-1, 2, -1], [-1, 2, -1], [-1, 2, -1]]
    rising = [[-1, -1, 2], [-1, 2, -1], [2, -1, -1]]
    falling = [[2, -1, -1], [-1, 2, -1], [-1, -1, 2]]
    filters = np.array([horizontal, vertical, rising, falling])
    height, width = image.shape
    out = np.zeros((4, height - 2, width - 2))
    for k in range(4):
        for i in range(height - 2):
            for j in range(width - 2):
                out[k, i, j] = np.sum(image[i : i + 3, j : j + 3] * filters[k])
    return out


def by_windows(image: np.ndarray) -> np.ndarray:
    filters = np.full((4, 3, 3), -1.0, image.dtype)
    filters[0, 1] = filters[1, :, 1] = 2
    filters[3, range(3), range(3)] = filters[2, range(3), [2, 1, 0]] = 2
    windows = np.lib.stride_tricks.sliding_window_view(image, (3, 3))
    out: np.ndarray = np.tensordot(filters, windows, ((1, 2), (2, 3)))
    return out


def by_lines_less_windows(image: np.ndarray) -> np.ndarray:
    height, width = image.shape

    def at(p: int, q: int) -> np.ndarray:
        return image[p : p + height - 2, q : q + width - 2]

    window = sum(at(p, q) for p in range(3) for q in range(3))
    lines = [
        at(1, 0) + at(1, 1) + at(1, 2),
        at(0, 1) + at(1, 1) + at(2, 1),
        at(0, 2) + at(1, 1) + at(2, 0),
        at(0, 0) + at(1, 1) + at(2, 2),
    ]
    return np.stack([3 * line - window for line in lines])


def reference(image: np.ndarray) -> np.ndarray:
    eye, middle = np.eye(3), np.arange(3) == 1
    places = np.stack([np.outer(middle, np.ones(3)), np.outer(np.ones(3), middle), eye[::-1], eye])
    out: np.ndarray = engine.conv2d(engine.tensor(image[None, None]), engine.tensor(3 * places[:, None] - 1)).numpy()[0]
    return out


@st.composite
def images(draw: st.DrawFn, square: bool = False) -> dict[str, np.ndarray]:
    height = draw(st.integers(3, 7))
    width = height if square else draw(st.integers(3, 7))
    return case(image=draw(floats((height, width))))


@st.composite
def surfaces(draw: st.DrawFn) -> dict[str, np.ndarray]:
    """Draw an image with the same brightness everywhere."""
    shape = draw(st.integers(3, 6)), draw(st.integers(3, 6))
    brightness = draw(st.sampled_from([value for value in SMALL if value]))
    return case(image=draw(floats(shape, (brightness,))))


MIDDLE, THERE, BACK = [1, 1, 1], [0, 1, 2], [2, 1, 0]
LINES = ((MIDDLE, THERE), (THERE, MIDDLE), (BACK, THERE), (THERE, THERE))


@st.composite
def lines(draw: st.DrawFn) -> dict[str, np.ndarray]:
    """Draw a bright or dark line through a 3x3 image, in one of the four directions."""
    image = np.zeros((3, 3))
    image[draw(st.sampled_from(LINES))] = draw(st.sampled_from((1.0, 2.0, -1.0)))
    return case(image=image)


def show(call: Call) -> Picture:
    image = landscape().mean(axis=0)
    maps = call(image=image)
    largest = float(np.abs(maps).max())
    names = ("horizontal", "vertical", "45 degrees", "135 degrees")
    tiles = [
        below(beside(enlarged(signed(filter_), 14, 1), text(name)), enlarged(signed(values, largest), 4), gap=6)
        for name, filter_, values in zip(names, line_filters(), maps, strict=True)
    ]
    content = beside(labelled(enlarged(grey(image), 4), "the image"), below(beside(*tiles[:2]), beside(*tiles[2:])))
    return Picture(
        (page(content, "Four line detectors look at a house"),),
        "Each map is red where a bright line runs in its filter's direction, and blue beside it or where the line is "
        "dark: the fence posts answer to one filter, its rail to another, the roof's two sides to the two diagonals.",
    )


EXERCISE = Exercise(
    title="four line detectors",
    order=5,
    stub=line_detectors,
    reference=reference,
    properties=(
        equals_reference("answer to a line through a 3x3 image in its direction", 2, lines(), examples=30),
        equals_reference("be right for square images", 2, images(square=True), examples=40),
        equals_reference("be right for images of any shape", 2, images()),
        equals_reference("give 0 where the image is the same everywhere", 1, surfaces(), examples=30),
        linear_in("image", 1, images(), examples=10),
        shift_equivariant("image", 1, images(), examples=10),
        leaves_arguments_alone(1, images()),
        depends_on_values_alone(1, images()),
    ),
    hints=(
        "Write the four filters down as one array of shape (4, 3, 3). Along which of its three axes does the direction "
        "change?",
        "One filter alone is what cross_correlate2d did. Its map goes into out[k], with out = np.zeros((4, H - 2, "
        "W - 2)).",
        "filters = np.array([[[-1, -1, -1], [2, 2, 2], [-1, -1, -1]], …]); out[k, i, j] = "
        "np.sum(image[i : i + 3, j : j + 3] * filters[k]) in three loops, over k, i and j.",
    ),
    alternatives=(by_loops, by_windows, by_lines_less_windows),
    mutants=(
        Mutant(
            "diagonals exchanged",
            ("np.array([horizontal, vertical, rising, falling])", "np.array([horizontal, vertical, falling, rising])"),
            "your diagonals are exchanged: row 0 is at the top, so a line that rises to the right has its 2 of row 0 "
            "at the right",
        ),
        Mutant(
            "horizontal and vertical exchanged",
            ("np.array([horizontal, vertical, rising, falling])", "np.array([vertical, horizontal, rising, falling])"),
            "horizontal and vertical are exchanged: the horizontal filter has its 2s in a row",
        ),
        Mutant(
            "lines of 1",
            (
                "filters = np.array([horizontal, vertical, rising, falling])",
                "filters = np.minimum(np.array([horizontal, vertical, rising, falling]), 1)",
            ),
            "your filters have 1 along the line: with 2 there, the weights add up to 0, and a plain surface gives 0",
        ),
        Mutant(
            "zeros beside the line",
            (
                "filters = np.array([horizontal, vertical, rising, falling])",
                "filters = np.maximum(np.array([horizontal, vertical, rising, falling]), 0)",
            ),
            "your filters have 0 beside the line: with -1 there, a plain surface gives 0, however bright it is",
        ),
        Mutant(
            "negative responses cut off",
            ("    return out", "    return np.maximum(out, 0)"),
            "you cut negative responses off: a ReLU is a step of its own, which comes after the filters",
        ),
        Mutant(
            "sign taken away",
            ("    return out", "    return np.abs(out)"),
            "you take away the sign: a dark line gives a negative number",
        ),
        Mutant(
            "maps as the last axis",
            ("    return out", "    return out.transpose(1, 2, 0)"),
            "your maps are the last axis: the axes are (4, H - 2, W - 2)",
        ),
        Mutant(
            "only the strongest",
            ("    return out", "    return out.max(axis=0)"),
            "you keep the strongest of the four at each place: all four maps are asked for",
        ),
        Mutant(
            "as large as the image",
            ("    height, width = image.shape\n", "    image = np.pad(image, 1)\n    height, width = image.shape\n"),
            "you add a border of zeros: without one, a map of H - 2 by W - 2 comes out",
        ),
        Mutant(
            "output sized by height alone",
            (
                "    out = np.zeros((4, height - 2, width - 2))\n",
                "    width = height\n    out = np.zeros((4, height - 2, width - 2))\n",
            ),
            "the width of your output is computed from the height: they differ when the image is not square",
        ),
    ),
    requires=("cross_correlate2d",),
    show=show,
    equivalents=(
        Equivalent(
            "filters[3, range(3), range(3)] = filters[2, range(3), [2, 1, 0]] = 2",
            "filters[3, range(3), range(3)] = filters[2, [2, 1, 0], range(3)] = 2",
            "a diagonal stays what it is if rows and columns change places",
        ),
        Equivalent(
            "window = sum((at(p, q) for p in range(3) for q in range(3)))",
            "window = sum((at(q, p) for p in range(3) for q in range(3)))",
            "the order in which nine pixels are added does not matter",
        ),
    ),
)
