"""Moving an image, then filtering it, against filtering it, then moving the map."""

from typing import Any

import numpy as np
from hypothesis import strategies as st

import engine
from grader.exercise import Exercise, Mutant
from grader.properties import depends_on_values_alone, equals_reference, leaves_arguments_alone
from grader.strategies import SMALL, case, floats


def shift_equivariance(
    image: np.ndarray, kernel: np.ndarray, dy: int, dx: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Compute what shows that a convolution is shift equivariant: the map moves as the image does.

    If a cat moves to the right, the places at which a filter finds its ears move to the right by as much. So a
    network need not learn cats again for every place. The word for it is equivariant, not invariant:
    the output does not stay the same, it moves along.

    Moving an image by (dy, dx) takes every pixel dy rows down and dx columns to the right. The size
    stays the same. What leaves the image is lost, and zeros move in on the other side:

        moved[i, j] = image[i - dy, j - dx]    if there is such a pixel, with 0 <= i - dy < H and 0 <= j - dx < W
        moved[i, j] = 0                        otherwise

    Negative dy and dx move up and to the left. Either may be larger than the image; then all is 0.

    Return three arrays, each of the size of a map, (H - P + 1) by (W - Q + 1) for a filter of P by Q:

        moved_first = cross_correlate(move(image))      the image moved, then the filter slid over it
        moved_last  = move(cross_correlate(image))      the filter slid over the image, then the map moved
        certain     = True where the two agree whatever the image and the filter

    They are certain to agree where move took a number of the map, and did not put a zero: there the window of
    the filter shows only pixels that were in the image before. At the edge they may differ, because
    the moved image has pixels there of which the map knew nothing.

    Parameters
    ----------
    image : ndarray (H, W)
        float32 or float64.
    kernel : ndarray (P, Q)
        float32 or float64, no larger than the image, not turned. Slide it as cross_correlate2d does.
    dy, dx : int
        Rows down and columns to the right; may be negative.

    Returns
    -------
    moved_first : ndarray (H - P + 1, W - Q + 1)
        Floating.
    moved_last : ndarray (H - P + 1, W - Q + 1)
        Floating.
    certain : ndarray (H - P + 1, W - Q + 1)
        bool.

    Examples
    --------
    One row, moved to the right by 1: [0, 1, 2, 3]. The filter adds two neighbours.

    >>> image = np.array([[1.0, 2.0, 3.0, 4.0]])
    >>> kernel = np.array([[1.0, 1.0]])
    >>> moved_first, moved_last, certain = shift_equivariance(image, kernel, 0, 1)
    >>> moved_first
    array([[1., 3., 5.]])
    >>> moved_last
    array([[0., 3., 5.]])
    >>> certain
    array([[False,  True,  True]])

    The sums of the image as it was are 3, 5 and 7. The 7 moved out, and a 0 moved in, where the moved image
    gives 0 + 1.
    """
    raise NotImplementedError


def by_loops(image: np.ndarray, kernel: np.ndarray, dy: int, dx: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    def move(array: np.ndarray) -> np.ndarray:
        height, width = array.shape
        out = np.zeros(array.shape, array.dtype)
        for i in range(height):
            for j in range(width):
                y, x = i - dy, j - dx
                if 0 <= y < height and 0 <= x < width:
                    out[i, j] = array[y, x]
        return out

    def slide(array: np.ndarray) -> np.ndarray:
        out = np.zeros((array.shape[0] - kernel.shape[0] + 1, array.shape[1] - kernel.shape[1] + 1))
        for i in range(out.shape[0]):
            for j in range(out.shape[1]):
                out[i, j] = np.sum(array[i : i + kernel.shape[0], j : j + kernel.shape[1]] * kernel)
        return out

    found = slide(image)
    certain = move(np.ones(found.shape, bool))
    return slide(move(image)), move(found), certain


def by_indices(image: np.ndarray, kernel: np.ndarray, dy: int, dx: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    def move(array: np.ndarray) -> np.ndarray:
        height, width = array.shape
        rows, columns = np.arange(height) - dy, np.arange(width) - dx
        inside = np.outer((rows >= 0) & (rows < height), (columns >= 0) & (columns < width))
        return np.where(inside, array[np.ix_(rows % height, columns % width)], 0)

    def slide(array: np.ndarray) -> np.ndarray:
        windows = np.lib.stride_tricks.sliding_window_view(array, kernel.shape)
        out: np.ndarray = np.einsum("ijpq,pq->ij", windows, kernel)
        return out

    found = slide(image)
    return slide(move(image)), move(found), move(np.ones_like(found)) == 1


def by_matrices(image: np.ndarray, kernel: np.ndarray, dy: int, dx: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    def move(array: np.ndarray) -> np.ndarray:
        out: np.ndarray = np.eye(len(array), k=-dy) @ array @ np.eye(array.shape[1], k=dx)
        return out

    def slide(array: np.ndarray) -> np.ndarray:
        height, width = len(array) - len(kernel) + 1, array.shape[1] - kernel.shape[1] + 1
        out = np.zeros((height, width))
        for (p, q), weight in np.ndenumerate(kernel):
            out += weight * array[p : p + height, q : q + width]
        return out

    moved_last = move(slide(image))
    return slide(move(image)), moved_last, move(np.ones(moved_last.shape)) > 0


def reference(image: np.ndarray, kernel: np.ndarray, dy: int, dx: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    def move(array: np.ndarray) -> np.ndarray:
        padded = np.pad(array, ((abs(dy),) * 2, (abs(dx),) * 2))
        top, left = abs(dy) - dy, abs(dx) - dx
        return padded[top : top + array.shape[0], left : left + array.shape[1]].copy()

    def slide(array: np.ndarray) -> np.ndarray:
        filters = engine.tensor(kernel[None, None])
        out: np.ndarray = engine.conv2d(engine.tensor(array[None, None]), filters).numpy()[0, 0]
        return out

    found = slide(image)
    return slide(move(image)), move(found), move(np.ones(found.shape, bool))


# Without 0, so that what moved is told from what moved in.
VALUES = tuple(value for value in SMALL if value)


@st.composite
def moves(draw: st.DrawFn, least: int = -3, most: int = 3, room: int = 4) -> dict[str, Any]:
    kernel = draw(st.tuples(st.integers(1, 3), st.integers(1, 3)))
    size = kernel[0] + draw(st.integers(0, room)), kernel[1] + draw(st.integers(0, room))
    dy, dx = draw(st.integers(least, most)), draw(st.integers(least, most))
    return case(image=draw(floats(size, VALUES)), kernel=draw(floats(kernel, VALUES)), dy=dy, dx=dx)


@st.composite
def far_moves(draw: st.DrawFn) -> dict[str, Any]:
    """Draw moves by as much as the image is long, and by more."""
    drawn = draw(moves())
    for name, length in zip(("dy", "dx"), drawn["image"].shape, strict=True):
        if draw(st.booleans()):
            drawn[name] = draw(st.sampled_from((-1, 1))) * (length + draw(st.integers(0, 3)))
    return drawn


EXERCISE = Exercise(
    title="a map moves as its image does",
    order=7,
    stub=shift_equivariance,
    reference=reference,
    outputs=("moved_first", "moved_last", "certain"),
    properties=(
        equals_reference("be right where nothing moves", 1, moves(0, 0), examples=20),
        equals_reference("move the image down and to the right, then filter it", 2, moves(0), ("moved_first",)),
        equals_reference("move the map down and to the right", 2, moves(0), ("moved_last",)),
        equals_reference("move both by any dy and dx, also negative", 2, moves(), ("moved_first", "moved_last")),
        equals_reference("move by more than the image is long", 1, far_moves(), ("moved_first", "moved_last")),
        equals_reference("say where the two are certain to agree", 3, st.one_of(moves(), far_moves()), ("certain",)),
        leaves_arguments_alone(1, moves()),
        depends_on_values_alone(1, moves()),
    ),
    hints=(
        "Write one function that moves an array and one that slides the filter over it, inside your function or in "
        "front of it. The three results differ only in the order in which you call them.",
        "To move: begin with zeros, go through all (i, j), and copy array[i - dy, j - dx] if both indices are inside. "
        "A negative index is not an error in Python, it counts from the end: so ask first.",
        "Where may the two differ? Print moved_first - moved_last for some images: only in the rows and columns where "
        "zeros moved into the map.",
        "found = slide(image); moved_first = slide(move(image)); moved_last = move(found); "
        "certain = move(np.ones(found.shape, dtype=bool)).",
    ),
    alternatives=(by_loops, by_indices, by_matrices),
    mutants=(
        Mutant(
            "moved the wrong way",
            ("y, x = i - dy, j - dx", "y, x = i + dy, j + dx"),
            "you move the other way: with a positive dy, what was in row 0 is in row dy afterwards",
        ),
        Mutant(
            "dy and dx exchanged",
            ("y, x = i - dy, j - dx", "y, x = i - dx, j - dy"),
            "dy and dx are exchanged: dy counts rows, dx counts columns",
        ),
        Mutant(
            "wrapped around",
            ("y, x = i - dy, j - dx", "y, x = (i - dy) % height, (j - dx) % width"),
            "what leaves on one side comes back on the other, as np.roll does it: zeros must move in",
        ),
        Mutant(
            "negative indices",
            ("if 0 <= y < height and 0 <= x < width:", "if y < height and x < width:"),
            "a negative index counts from the end, so pixels of the other side move in: ask whether i - dy and j - dx "
            "are at least 0",
        ),
        Mutant(
            "edge repeated",
            ("y, x = i - dy, j - dx", "y, x = min(max(i - dy, 0), height - 1), min(max(j - dx, 0), width - 1)"),
            "you repeat the pixels at the edge: zeros must move in",
        ),
        Mutant(
            "moves away from the origin only",
            ("if 0 <= y < height and 0 <= x < width:", "if 0 <= y <= i and 0 <= x <= j:"),
            "you move nothing up or to the left: dy and dx may be negative",
        ),
        Mutant(
            "map moved in both",
            ("return slide(move(image)), move(found), certain", "return move(found), move(found), certain"),
            "your moved_first is the same as moved_last: move the image first, then slide the filter over it",
        ),
        Mutant(
            "image moved in both",
            (
                "return slide(move(image)), move(found), certain",
                "return slide(move(image)), slide(move(image)), certain",
            ),
            "your moved_last is the same as moved_first: slide the filter over the image as it is, then move the map",
        ),
        Mutant(
            "the two exchanged",
            ("return slide(move(image)), move(found), certain", "return move(found), slide(move(image)), certain"),
            "moved_first and moved_last are exchanged: first and last say when the move is made",
        ),
        Mutant(
            "where they happen to agree",
            (
                "return slide(move(image)), move(found), certain",
                "return slide(move(image)), move(found), slide(move(image)) == move(found)",
            ),
            "your certain is True where the two agree for this image: say where they agree for every image",
        ),
        Mutant(
            "certain everywhere",
            ("certain = move(np.ones(found.shape, bool))", "certain = np.ones(found.shape, bool)"),
            "you say that the two agree everywhere: where zeros move into the map they need not",
        ),
        Mutant(
            "far from every edge only",
            (
                "certain = move(np.ones(found.shape, bool))",
                "certain = move(np.ones(found.shape, bool)) & move(np.ones(found.shape, bool))[::-1, ::-1]",
            ),
            "you leave out the other side, too: zeros move in on one side only",
        ),
        Mutant(
            "filter turned",
            ("+ kernel.shape[1]] * kernel)", "+ kernel.shape[1]] * kernel[::-1, ::-1])"),
            "your filter is turned: slide it over the image as it is",
        ),
    ),
    requires=("cross_correlate2d",),
)
