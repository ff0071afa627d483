"""The convolution layer as one matrix product."""

import numpy as np
from hypothesis import strategies as st

import engine
from grader.exercise import Equivalent, Exercise, Mutant
from grader.laws import adds_bias, linear_in
from grader.properties import depends_on_values_alone, equals_reference, leaves_arguments_alone
from grader.strategies import SMALL, case, floats


def conv2d_by_matmul(columns: np.ndarray, w: np.ndarray, b: np.ndarray, out_h: int) -> np.ndarray:
    """Apply K filters to the windows of N images, given as columns, by one matrix product.

    The columns are what im2col makes of a batch: going down a column, the numbers of one window, channel by
    channel and each channel row by row; one column for each of the OH * OW windows, in reading order. A
    filter is as large as a window. Written down in the same order it is a row of C * FH * FW weights, and
    the row times the column is what the filter gives for that window:

        row k of W      = w[k], all of its C * FH * FW weights one after the other
        out[n, k, i, j] = b[k] + sum over r of W[k, r] * columns[n, r, i * OW + j]

    So the K filters are a matrix W of K rows, and W times the columns of an image is all the layer does.
    The product has a column for each window; at the end the windows become rows and columns of a map again.
    Stride, padding and the size of the image are not needed any more: im2col has dealt with them. Of the
    output's shape the height OH must be said, and OW follows from the number of columns.

    This is how most libraries compute convolutions, or did for years: matrix products are what processors
    do best. No loop is needed here.

    Parameters
    ----------
    columns : ndarray (N, C * FH * FW, OH * OW)
        float32 or float64.
    w : ndarray (K, C, FH, FW)
    b : ndarray (K,)
    out_h : int
        OH.

    Returns
    -------
    ndarray (N, K, OH, OW)
        Floating.

    Examples
    --------
    Two filters of 1 by 2 on four windows that lie in two rows. The first filter adds the two pixels, the second
    takes the left one from the right one; their biases are 0 and 100.

    >>> columns = np.array([[[1.0, 2.0, 4.0, 5.0],
    ...                      [2.0, 3.0, 5.0, 6.0]]])
    >>> w = np.array([[[[1.0, 1.0]]], [[[-1.0, 1.0]]]])
    >>> out = conv2d_by_matmul(columns, w, np.array([0.0, 100.0]), out_h=2)
    >>> out[0, 0]
    array([[ 3.,  5.],
           [ 9., 11.]])
    >>> out[0, 1]
    array([[101., 101.],
           [101., 101.]])
    """
    raise NotImplementedError


def by_matrix_product(columns: np.ndarray, w: np.ndarray, b: np.ndarray, out_h: int) -> np.ndarray:
    images, depth, places = columns.shape
    rows = w.reshape(len(w), depth)
    out: np.ndarray = rows @ columns + b[:, None]
    return out.reshape(images, len(w), out_h, places // out_h)


def by_loops(columns: np.ndarray, w: np.ndarray, b: np.ndarray, out_h: int) -> np.ndarray:
    out_w = columns.shape[2] // out_h
    out = np.zeros((len(columns), len(w), out_h, out_w), columns.dtype)
    for n in range(len(columns)):
        for k in range(len(w)):
            for place in range(columns.shape[2]):
                i, j = divmod(place, out_w)
                out[n, k, i, j] = np.dot(w[k].ravel(), columns[n, :, place]) + b[k]
    return out


def by_one_wide_matrix(columns: np.ndarray, w: np.ndarray, b: np.ndarray, out_h: int) -> np.ndarray:
    wide = np.concatenate(list(columns.astype(np.float64)), axis=1)
    product = w.reshape(len(w), len(wide)) @ wide
    maps = product.reshape(len(w), len(columns), out_h, columns.shape[2] // out_h).transpose(1, 0, 2, 3)
    out: np.ndarray = maps + b[:, None, None]
    return out


def by_einsum(columns: np.ndarray, w: np.ndarray, b: np.ndarray, out_h: int) -> np.ndarray:
    places = columns.reshape(len(columns), *w.shape[1:], out_h, columns.shape[2] // out_h)
    out: np.ndarray = np.einsum("ncpqij,kcpq->nkij", places, w) + b[None, :, None, None]
    return out


def reference(columns: np.ndarray, w: np.ndarray, b: np.ndarray, out_h: int) -> np.ndarray:
    """Take each number of a window as a channel: then the filters are of 1 by 1 pixel."""
    deep = columns.reshape(*columns.shape[:2], out_h, columns.shape[2] // out_h)
    filters = w.reshape(len(w), -1, 1, 1)
    out: np.ndarray = engine.conv2d(engine.tensor(deep), engine.tensor(filters), engine.tensor(b)).numpy()
    return out


@st.composite
def layers(draw: st.DrawFn, most: int = 3, biased: bool = False) -> dict[str, np.ndarray]:
    images, channels, filters = (draw(st.integers(1, most)) for _ in range(3))
    filter_h, filter_w = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    out_h, out_w = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    return case(
        columns=draw(floats((images, channels * filter_h * filter_w, out_h * out_w))),
        w=draw(floats((filters, channels, filter_h, filter_w))),
        b=draw(floats((filters,), SMALL if biased else (0.0,))),
        out_h=out_h,
    )


EXERCISE = Exercise(
    title="the convolution layer as one matrix product",
    order=4,
    stub=conv2d_by_matmul,
    reference=reference,
    properties=(
        equals_reference("be right for one image and one filter", 1, layers(1), examples=40),
        equals_reference("be right for several images, channels and filters", 3, layers(), examples=60),
        equals_reference("add each filter's bias", 2, layers(biased=True), examples=60),
        linear_in("columns", 1, layers(2), examples=10),
        linear_in("w", 1, layers(2), examples=10),
        adds_bias(1, layers(biased=True), examples=20),
        leaves_arguments_alone(1, layers(2, biased=True)),
        depends_on_values_alone(1, layers(2, biased=True)),
    ),
    hints=(
        "Write down the three shapes: of the filters as a matrix, of the columns of one image, and of their product. "
        "Which of the output's axes are already there?",
        "w.reshape(K, -1) writes each filter in a row, in the same order as im2col the windows. The operator @ "
        "multiplies a matrix by each matrix of a stack.",
        "The product has the shape (N, K, OH * OW). A bias of shape (K,) would be added along the last axis; as (K, 1) "
        "it is added to each row.",
        "out = w.reshape(K, -1) @ columns + b.reshape(-1, 1); return out.reshape(N, K, out_h, -1).",
    ),
    alternatives=(by_matrix_product, by_loops, by_one_wide_matrix, by_einsum),
    mutants=(
        Mutant("bias forgotten", (" + b[:, None]", ""), "you never add the bias"),
        Mutant(
            "bias laid along the last axis",
            ("+ b[:, None]", "+ b"),
            "a plain b meets the last axis, the windows: b[:, None] has the shape (K, 1), so that row k gets b[k]",
        ),
        Mutant(
            "bias added along the windows",
            ("+ b[:, None]", "+ np.resize(b, places)"),
            "you add the biases along the windows: b[k] belongs to all of row k, so give b the shape (K, 1)",
        ),
        Mutant(
            "bias added for every weight",
            ("+ b[:, None]", "+ b[:, None] * rows.shape[1]"),
            "you add the bias to every product before summing; it is added once to the sum",
        ),
        Mutant(
            "first filter's bias for all",
            ("+ b[:, None]", "+ b[0]"),
            "you add the first filter's bias everywhere: each filter has its own",
        ),
        Mutant(
            "channels last in the filters",
            ("w.reshape(len(w), depth)", "w.transpose(0, 2, 3, 1).reshape(len(w), depth)"),
            "the weights of your rows stand in another order than the numbers of the columns: channel by channel, and "
            "each channel row by row",
        ),
        Mutant(
            "filter turned",
            ("w.reshape(len(w), depth)", "w[:, :, ::-1, ::-1].reshape(len(w), depth)"),
            "your filters are turned by half a turn: a layer uses them as they are",
        ),
        Mutant(
            "filter read by columns",
            ("w.reshape(len(w), depth)", "w.transpose(0, 1, 3, 2).reshape(len(w), depth)"),
            "you write the filters down by columns: im2col goes through windows by rows",
        ),
        Mutant(
            "filters reshaped instead of transposed",
            ("w.reshape(len(w), depth)", "w.reshape(depth, len(w)).T"),
            "reshape(-1, K).T puts weights of several filters into one row: reshape(K, -1) keeps each filter together",
        ),
        Mutant(
            "maps with height and width exchanged",
            ("out_h, places // out_h)", "places // out_h, out_h)"),
            "out_h is the height of the maps: the shape is (N, K, OH, OW)",
        ),
        Mutant(
            "windows read by columns",
            (
                "return out.reshape(images, len(w), out_h, places // out_h)",
                "return out.reshape(images, len(w), places // out_h, out_h).transpose(0, 1, 3, 2)",
            ),
            "you arrange the windows by columns: they come in reading order, row by row",
        ),
        Mutant(
            "reshaped instead of transposed",
            (
                "return out.reshape(images, len(w), out_h, places // out_h)",
                "return out.transpose(0, 2, 1).reshape(images, len(w), out_h, places // out_h)",
            ),
            "you have (N, OH * OW, K) and reshape it: the shape is right, but every number is in the wrong place. Move "
            "the axis of the filters in front first",
        ),
        Mutant(
            "images and filters exchanged",
            (
                "return out.reshape(images, len(w), out_h, places // out_h)",
                "return out.transpose(1, 0, 2).reshape(images, len(w), out_h, places // out_h)",
            ),
            "your product has the filters in front of the images: transpose before you reshape",
        ),
    ),
    requires=("im2col",),
    equivalents=(
        Equivalent(
            "out[n, k, i, j] = np.dot(w[k].ravel(), columns[n, :, place]) + b[k]",
            "out[n, k, i, j] = np.dot(columns[n, :, place], w[k].ravel()) + b[k]",
            "the product of two rows of numbers is the same from both sides",
        ),
    ),
)
