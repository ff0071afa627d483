"""Every window of an image as a column of a matrix."""

import numpy as np
from hypothesis import strategies as st

import engine
from grader.exercise import Equivalent, Exercise, Mutant
from grader.laws import linear_in, padding_is_a_border
from grader.properties import depends_on_values_alone, equals_reference, leaves_arguments_alone
from grader.strategies import case, floats, windows


def im2col(x: np.ndarray, filter_h: int, filter_w: int, stride: int = 1, padding: int = 0) -> np.ndarray:
    """Copy every window that a filter covers into a column of its own.

    A convolution multiplies each window by the filter and adds up. With the windows as columns of a
    matrix and the filters as its rows, that is one matrix product, for which every computer has very fast
    code. The next exercise does this product; here are the columns. The price is memory: where windows
    overlap, a pixel is copied once for each of them, up to FH * FW times.

    A window at output position (i, j) covers C channels of FH by FW pixels. With stride S and a border of P
    zeros, the pixel (c, p, q) of that window goes to

        columns[n, (c * FH + p) * FW + q, i * OW + j] = x[n, c, S i + p - P, S j + q - P]

    where a pixel outside the image counts as 0. So, going down a column: channel by channel, and each
    channel row by row. Going from column to column: the windows in reading order, as on a page. There are
    OH = floor((H + 2 P - FH) / S) + 1 rows of windows, and OW in each row likewise.

    Parameters
    ----------
    x : ndarray (N, C, H, W)
        float32 or float64.
    filter_h, filter_w : int
        FH and FW; they may differ.
    stride : int
        S, at least 1.
    padding : int
        P, at least 0.

    Returns
    -------
    ndarray (N, C * FH * FW, OH * OW)
        Floating.

    Examples
    --------
    Windows of 2 by 2 in an image of 2 by 3: there are two. The first holds 1, 2, 4, 5.

    >>> x = np.array([[[[1.0, 2.0, 3.0],
    ...                 [4.0, 5.0, 6.0]]]])
    >>> im2col(x, 2, 2)
    array([[[1., 2.],
            [2., 3.],
            [4., 5.],
            [5., 6.]]])

    Windows of 1 by 2 have 4 places, two in each row. With stride 2 there is room for one only.

    >>> im2col(x, 1, 2)
    array([[[1., 2., 4., 5.],
            [2., 3., 5., 6.]]])
    >>> im2col(x, 1, 2, stride=2)
    array([[[1.],
            [2.]]])
    """
    raise NotImplementedError


def by_windows_in_turn(x: np.ndarray, filter_h: int, filter_w: int, stride: int = 1, padding: int = 0) -> np.ndarray:
    images, channels, height, width = x.shape
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    out_h = (height + 2 * padding - filter_h) // stride + 1
    out_w = (width + 2 * padding - filter_w) // stride + 1
    columns = np.zeros((images, channels * filter_h * filter_w, out_h * out_w), x.dtype)
    for n in range(images):
        for i in range(out_h):
            for j in range(out_w):
                top, left = i * stride, j * stride
                window = padded[n, :, top : top + filter_h, left : left + filter_w]
                columns[n, :, i * out_w + j] = window.ravel()
    return columns


def by_pixels_of_the_window(
    x: np.ndarray, filter_h: int, filter_w: int, stride: int = 1, padding: int = 0
) -> np.ndarray:
    padded = np.pad(x, [(0, 0), (0, 0), (padding, padding), (padding, padding)])
    last_row, last_column = padded.shape[2] - filter_h, padded.shape[3] - filter_w
    parts = []
    for p in range(filter_h):
        for q in range(filter_w):
            part = padded[:, :, p : p + last_row + 1 : stride, q : q + last_column + 1 : stride]
            parts.append(part.reshape(*part.shape[:2], part.shape[2] * part.shape[3]))
    return np.stack(parts, axis=2).reshape(len(x), len(parts) * x.shape[1], parts[0].shape[2])


def by_a_view(x: np.ndarray, filter_h: int, filter_w: int, stride: int = 1, padding: int = 0) -> np.ndarray:
    padded = np.pad(x.astype(np.float64), [(0, 0), (0, 0), (padding, padding), (padding, padding)])
    view = np.lib.stride_tricks.sliding_window_view(padded, (filter_h, filter_w), axis=(2, 3))
    view = view[:, :, ::stride, ::stride].transpose(0, 1, 4, 5, 2, 3)
    return view.reshape(len(x), x.shape[1] * filter_h * filter_w, view.shape[4] * view.shape[5])


def reference(x: np.ndarray, filter_h: int, filter_w: int, stride: int = 1, padding: int = 0) -> np.ndarray:
    columns = engine.nn.Unfold((filter_h, filter_w), 1, padding, stride)(engine.tensor(x))
    out: np.ndarray = columns.numpy()
    return out


@st.composite
def layers(
    draw: st.DrawFn, most: int = 3, strides: tuple[int, int] = (1, 3), paddings: tuple[int, int] = (0, 2)
) -> dict[str, np.ndarray]:
    window = draw(windows(strides=strides, paddings=paddings))
    images, channels = draw(st.integers(1, most)), draw(st.integers(1, most))
    x = draw(floats((images, channels, *window.size)))
    arguments = case(x=x, filter_h=window.kernel[0], filter_w=window.kernel[1])
    if strides != (1, 1) or paddings != (0, 0):
        arguments |= case(stride=window.stride, padding=window.padding)
    return arguments


EXERCISE = Exercise(
    title="windows as columns of a matrix",
    order=3,
    stub=im2col,
    reference=reference,
    properties=(
        equals_reference("be right for one image and one channel", 2, layers(1, (1, 1), (0, 0)), examples=40),
        equals_reference("be right for several images and channels", 2, layers(3, (1, 1), (0, 0)), examples=40),
        equals_reference("be right for any stride", 2, layers(2, (1, 3), (0, 0)), examples=40),
        equals_reference("be right for any padding", 1, layers(2, (1, 1), (0, 2)), examples=40),
        equals_reference("be right for any stride and padding together", 2, layers()),
        # In the plainest cases, so that a mistake with anything else costs nothing here.
        linear_in("x", 1, layers(2, (1, 1), (0, 0)), examples=10),
        padding_is_a_border("x", 1, layers(2, (1, 1), (1, 2)), examples=10),
        leaves_arguments_alone(1, layers(2, (1, 1), (0, 0))),
        depends_on_values_alone(1, layers(2, (1, 1), (0, 0))),
    ),
    hints=(
        "How many columns are there, and how long is each? Begin with an array of zeros of just that shape: then "
        "nothing has to be turned around at the end.",
        "The window at (i, j) of image n is padded[n, :, i*S : i*S+FH, j*S : j*S+FW], an array (C, FH, FW). "
        "Its numbers, read in the order in which they lie in memory, are just the column.",
        "Windows in reading order: number i * OW + j is the one in row i and column j.",
        "Three loops, over n, i and j; inside, columns[n, :, i * OW + j] = padded[n, :, i*S : i*S+FH, "
        "j*S : j*S+FW].ravel().",
    ),
    alternatives=(by_windows_in_turn, by_pixels_of_the_window, by_a_view),
    mutants=(
        Mutant(
            "stride forgotten for columns",
            ("top, left = i * stride, j * stride", "top, left = i * stride, j"),
            "the stride moves your window down, but not to the right",
        ),
        Mutant(
            "channels last",
            ("window.ravel()", "window.transpose(1, 2, 0).ravel()"),
            "going down a column, the channels change fastest: a whole channel comes first, then the next",
        ),
        Mutant(
            "window read by columns",
            ("window.ravel()", "window.transpose(0, 2, 1).ravel()"),
            "going down a column, you go through each window by columns: go by rows",
        ),
        Mutant(
            "windows numbered by columns",
            ("columns[n, :, i * out_w + j]", "columns[n, :, j * out_h + i]"),
            "your columns are ordered as if the windows were read from top to bottom: read them row by row",
        ),
        Mutant(
            "windows numbered by the height",
            ("columns[n, :, i * out_w + j]", "columns[n, :, min(i * out_h + j, out_h * out_w - 1)]"),
            "the first window of row i has the number i * OW, not i * OH",
        ),
        Mutant(
            "rows and columns exchanged",
            ("    return columns", "    return columns.transpose(0, 2, 1)"),
            "your windows are rows: each must be a column, (N, C * FH * FW, OH * OW)",
        ),
        Mutant(
            "reshaped instead of transposed",
            ("    return columns", "    return columns.transpose(0, 2, 1).reshape(columns.shape)"),
            "you have the windows as rows and reshape them: the shape is right, but the numbers are in wrong places. "
            "Exchange the axes: transpose(0, 2, 1)",
        ),
        Mutant(
            "images side by side",
            ("    return columns", "    return columns.transpose(1, 0, 2).reshape(1, columns.shape[1], -1)"),
            "you put the windows of all images into one matrix: every image has a matrix of its own here",
        ),
        Mutant(
            "window turned",
            ("window.ravel()", "window[:, ::-1, ::-1].ravel()"),
            "your windows are turned by half a turn: copy them as they are",
        ),
        Mutant(
            "border on one side only",
            (
                "    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))\n",
                "    padded = np.pad(x, ((0, 0), (0, 0), (0, 2 * padding), (0, 2 * padding)))\n",
            ),
            "all of your border lies below and on the right: half of it belongs above and on the left",
        ),
        Mutant(
            "output sized by height alone",
            ("out_w = (width + 2 * padding - filter_w)", "out_w = (height + 2 * padding - filter_h)"),
            "your number of windows in a row comes from the height: it is another when image or filter is not square",
        ),
        Mutant(
            "last image only",
            ("    for n in range(images):\n", "    for n in range(images - 1, images):\n"),
            "only the last image has columns: look at what stands inside the loop over images",
        ),
    ),
    requires=("conv2d",),
    equivalents=(
        Equivalent(
            "padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))",
            "padded = np.pad(x, ((0, 1), (0, 0), (padding, padding), (padding, padding)))",
            "an image more at the end is never looked at",
        ),
        Equivalent(
            "return np.stack(parts, axis=2).reshape(len(x), len(parts) * x.shape[1], parts[0].shape[2])",
            "return np.stack(parts, axis=2).reshape(len(x), len(parts) * x.shape[1], parts[-1].shape[2])",
            "all parts have the same shape",
        ),
    ),
)
