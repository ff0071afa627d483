"""The convolution layer: many images, many channels, many filters."""

import numpy as np
from hypothesis import strategies as st

import engine
from grader.exercise import Equivalent, Exercise, Mutant
from grader.laws import adds_bias, linear_in, padding_is_a_border, shift_equivariant, stride_skips
from grader.properties import depends_on_values_alone, equals_reference, leaves_arguments_alone
from grader.show import Call, Picture, below, beside, digit, enlarged, grey, labelled, page, signed, text
from grader.strategies import SMALL, case, floats, windows


def conv2d(x: np.ndarray, w: np.ndarray, b: np.ndarray, stride: int = 1, padding: int = 0) -> np.ndarray:
    """Apply K filters to N images: the forward pass of a convolution layer.

    Each filter is as deep as the image. It slides over height and width only; at each position all
    products, over all channels, are summed, and the filter's bias is added once. So each filter makes
    one map, and the K maps are the channels of the output.

    With a border of `padding` zeros on all four sides and a step of `stride` pixels:

        out[n, k, i, j] = b[k] + sum over c, p, q of x[n, c, S i + p - P, S j + q - P] * w[k, c, p, q]

    where S is the stride, P the padding, and a pixel outside the image counts as 0. The output has
    OH = floor((H + 2 P - FH) / S) + 1 rows, and OW columns likewise: where the filter would stick
    out at the end, it is not applied.

    Images and filters need not be square.

    Parameters
    ----------
    x : ndarray (N, C, H, W)
        float32 or float64.
    w : ndarray (K, C, FH, FW)
    b : ndarray (K,)
    stride : int
        At least 1.
    padding : int
        At least 0.

    Returns
    -------
    ndarray (N, K, OH, OW)
        Floating.

    Examples
    --------
    One image with two channels, one filter that adds the channels up, bias 100:

    >>> x = np.array([[[[1.0, 2.0, 3.0]], [[10.0, 20.0, 30.0]]]])
    >>> w = np.ones((1, 2, 1, 1))
    >>> conv2d(x, w, np.array([100.0]))
    array([[[[111., 122., 133.]]]])
    >>> conv2d(x, w, np.array([100.0]), stride=2)
    array([[[[111., 133.]]]])
    """
    raise NotImplementedError


def by_loops(x: np.ndarray, w: np.ndarray, b: np.ndarray, stride: int = 1, padding: int = 0) -> np.ndarray:
    images, channels, height, width = x.shape
    filters, _, filter_h, filter_w = w.shape
    padded = np.zeros((images, channels, height + 2 * padding, width + 2 * padding), x.dtype)
    padded[:, :, padding : padding + height, padding : padding + width] = x
    out_h = (height + 2 * padding - filter_h) // stride + 1
    out_w = (width + 2 * padding - filter_w) // stride + 1
    out = np.zeros((images, filters, out_h, out_w), x.dtype)
    for n in range(images):
        for k in range(filters):
            for i in range(out_h):
                for j in range(out_w):
                    top, left = i * stride, j * stride
                    window = padded[n, :, top : top + filter_h, left : left + filter_w]
                    out[n, k, i, j] = np.sum(window * w[k]) + b[k]
    return out


def by_windows(x: np.ndarray, w: np.ndarray, b: np.ndarray, stride: int = 1, padding: int = 0) -> np.ndarray:
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, w.shape[2:], axis=(2, 3))
    windows = windows[:, :, ::stride, ::stride]
    out: np.ndarray = np.einsum("ncijpq,kcpq->nkij", windows, w) + b[:, None, None]
    return out


def by_matrix_product(x: np.ndarray, w: np.ndarray, b: np.ndarray, stride: int = 1, padding: int = 0) -> np.ndarray:
    x = np.pad(x.astype(np.float64), ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    filters, channels, filter_h, filter_w = w.shape
    out_h = (x.shape[2] - filter_h) // stride + 1
    out_w = (x.shape[3] - filter_w) // stride + 1
    columns = np.empty((len(x), channels, filter_h, filter_w, out_h, out_w))
    for p in range(filter_h):
        for q in range(filter_w):
            columns[:, :, p, q] = x[:, :, p : p + stride * out_h : stride, q : q + stride * out_w : stride]
    rows: np.ndarray = w.reshape(filters, -1) @ columns.reshape(len(x), channels * filter_h * filter_w, out_h * out_w)
    out: np.ndarray = rows.reshape(len(x), filters, out_h, out_w) + b.reshape(1, -1, 1, 1)
    return out


def by_shifted_images(x: np.ndarray, w: np.ndarray, b: np.ndarray, stride: int = 1, padding: int = 0) -> np.ndarray:
    x = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    filter_h, filter_w = w.shape[2:]
    height, width = x.shape[2] - filter_h + 1, x.shape[3] - filter_w + 1
    out: np.ndarray = np.zeros((len(x), len(w), height, width)) + b[None, :, None, None]
    for p in range(filter_h):
        for q in range(filter_w):
            out += np.tensordot(x[:, :, p : p + height, q : q + width], w[:, :, p, q], (1, 1)).transpose(0, 3, 1, 2)
    return out[:, :, ::stride, ::stride]


def reference(x: np.ndarray, w: np.ndarray, b: np.ndarray, stride: int = 1, padding: int = 0) -> np.ndarray:
    images, weight, bias = (engine.tensor(array) for array in (x, w, b))
    out: np.ndarray = engine.conv2d(images, weight, bias, stride, padding).numpy()
    return out


@st.composite
def layers(
    draw: st.DrawFn,
    most: int = 3,
    strides: tuple[int, int] = (1, 3),
    paddings: tuple[int, int] = (0, 2),
    biased: bool = False,
) -> dict[str, np.ndarray]:
    window = draw(windows(strides=strides, paddings=paddings))
    images, channels, filters = (draw(st.integers(1, most)) for _ in range(3))
    arguments = case(
        x=draw(floats((images, channels, *window.size))),
        w=draw(floats((filters, channels, *window.kernel))),
        b=draw(floats((filters,), SMALL if biased else (0.0,))),
    )
    if strides != (1, 1) or paddings != (0, 0):
        arguments |= case(stride=window.stride, padding=window.padding)
    return arguments


BANK = {
    "left edges": [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]],
    "right edges": [[1, 0, -1], [2, 0, -2], [1, 0, -1]],
    "upper edges": [[-1, -2, -1], [0, 0, 0], [1, 2, 1]],
    "lower edges": [[1, 2, 1], [0, 0, 0], [-1, -2, -1]],
    "vertical lines": [[-1, 2, -1], [-1, 2, -1], [-1, 2, -1]],
    "horizontal lines": [[-1, -1, -1], [2, 2, 2], [-1, -1, -1]],
    "the mean": [[1, 1, 1], [1, 1, 1], [1, 1, 1]],
    "single points": [[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]],
}


def show(call: Call) -> Picture:
    x, w = digit(3, seed=2)[None, None], np.array(list(BANK.values()), float)[:, None]
    maps = call(x=x, w=w, b=np.zeros(len(w)), stride=1, padding=1)[0]
    tiles = [
        below(beside(enlarged(signed(filter_), 14, 1), text(name), gap=12), enlarged(signed(values), 7), gap=6)
        for name, filter_, values in zip(BANK, w[:, 0], maps, strict=True)
    ]
    content = beside(labelled(enlarged(grey(x[0, 0]), 7), "the image"), below(beside(*tiles[:4]), beside(*tiles[4:])))
    return Picture(
        (page(content, "Eight filters look at a digit, so eight maps come out"),),
        "One layer of eight filters sees the same digit in eight ways: where its edges and strokes are and which "
        "direction they have, each map as large as the image because of the border of zeros.",
    )


EXERCISE = Exercise(
    title="the convolution layer",
    order=1,
    stub=conv2d,
    reference=reference,
    properties=(
        equals_reference(
            "be right for one image, channel and filter, stride 1, no padding",
            2,
            layers(1, (1, 1), (0, 0)),
            examples=40,
        ),
        equals_reference(
            "be right for several images, channels and filters", 2, layers(3, (1, 1), (0, 0)), examples=40
        ),
        equals_reference("be right for any stride", 2, layers(2, (1, 3), (0, 0)), examples=40),
        equals_reference("be right for any padding", 2, layers(2, (1, 1), (0, 2)), examples=40),
        equals_reference("add each filter's bias once", 2, layers(2, (1, 1), (0, 0), biased=True), examples=40),
        equals_reference("be right for any stride, padding and bias together", 2, layers(biased=True)),
        # In the plainest cases, so that a mistake with strides, say, costs nothing here.
        linear_in("x", 1, layers(2, (1, 1), (0, 0)), examples=10),
        linear_in("w", 1, layers(2, (1, 1), (0, 0)), examples=10),
        adds_bias(1, layers(2, (1, 1), (0, 0), biased=True), examples=10),
        stride_skips(1, layers(2, (2, 3), (0, 0)), examples=10),
        padding_is_a_border("x", 1, layers(2, (1, 1), (1, 2)), examples=10),
        shift_equivariant("x", 1, layers(2, (1, 1), (0, 0)), examples=10),
        leaves_arguments_alone(1, layers(2, (1, 1), (0, 0))),
        depends_on_values_alone(1, layers(2, (1, 1), (0, 0))),
    ),
    hints=(
        "Build on cross_correlate2d: one image with one channel and one filter is just that. What changes "
        "when there are C channels? The window gets deeper, and there is still one number for each position.",
        "Make a zero array of H + 2P rows and W + 2P columns and copy x into its middle. The window of output "
        "(i, j) then starts at row i * S and column j * S of it.",
        "Four loops, over n, k, i and j; inside, out[n, k, i, j] = np.sum(padded[n, :, i*S : i*S+FH, j*S : j*S+FW] "
        "* w[k]) + b[k].",
    ),
    alternatives=(by_loops, by_windows, by_matrix_product, by_shifted_images),
    mutants=(
        Mutant(
            "stride forgotten for columns",
            ("top, left = i * stride, j * stride", "top, left = i * stride, j"),
            "the stride moves your window down, but not to the right",
        ),
        Mutant(
            "stride forgotten",
            ("top, left = i * stride, j * stride", "top, left = i, j"),
            "your window moves by one pixel, whatever the stride is: position i begins at row i * stride",
        ),
        Mutant(
            "no border",
            ("padded = np.zeros(", "padding = 0\n    padded = np.zeros("),
            "you leave the border of zeros away: the image gets `padding` rows and columns on every side first",
        ),
        Mutant(
            "bias added for each channel",
            ("np.sum(window * w[k]) + b[k]", "np.sum(window * w[k]) + b[k] * channels"),
            "you add the bias once for each channel; it is added once to the whole sum",
        ),
        Mutant(
            "bias added for every pixel of the window",
            ("np.sum(window * w[k]) + b[k]", "np.sum(window * w[k] + b[k])"),
            "you add the bias to every product before summing; it is added once to the sum",
        ),
        Mutant("bias forgotten", (" + b[k]", ""), "you never add the bias"),
        Mutant(
            "kernel flipped",
            ("np.sum(window * w[k])", "np.sum(window * w[k, :, ::-1, ::-1])"),
            "your filter is flipped: this is convolution as mathematicians define it; a layer does not flip",
        ),
        Mutant(
            "first channel only",
            ("np.sum(window * w[k])", "np.sum(window[0] * w[k, 0])"),
            "you use the first channel only; sum over all of them",
        ),
        Mutant(
            "height and width of the filter mixed up",
            ("window * w[k]", "window * w[k].reshape(channels, filter_w, filter_h).transpose(0, 2, 1)"),
            "you read the filter with height and width mixed up",
        ),
        Mutant(
            "padded in the size, not in fact",
            (
                "padded[:, :, padding : padding + height, padding : padding + width] = x",
                "padded[:, :, :height, :width] = x",
            ),
            "you leave room for the border, but put the image in the top left corner instead of the middle",
        ),
        Mutant(
            "padding fixed at 1",
            (
                "padded = np.zeros(",
                "padding = 1 if padding else 0\n    padded = np.zeros(",
            ),
            "you pad by 1, whatever the padding is",
        ),
        Mutant(
            "reshaped instead of transposed",
            ("return out", "return out.transpose(0, 2, 3, 1).reshape(out.shape)"),
            "you have (N, OH, OW, K) and reshape it to (N, K, OH, OW): the shape is right, but every number is in the "
            "wrong place. Move the axis: transpose(0, 3, 1, 2)",
        ),
        Mutant(
            "output sized by height alone",
            ("out_w = (width + 2 * padding - filter_w)", "out_w = (height + 2 * padding - filter_h)"),
            "the width of your output is computed from the height: they differ when image or filter is not square",
        ),
        Mutant(
            "last image only",
            (
                "out[n, k, i, j] = np.sum(window",
                "out[:] *= n == 0 or (k, i, j) != (0, 0, 0)\n                    out[n, k, i, j] = np.sum(window",
            ),
            "only the last image has an output: each new image wipes out those before it",
        ),
    ),
    requires=("cross_correlate2d",),
    show=show,
    equivalents=(
        Equivalent(
            "padded = np.zeros((images, channels, height + 2 * padding, width + 2 * padding), x.dtype)",
            "padded = np.zeros((images, channels, height + (2 + padding), width + 2 * padding), x.dtype)",
            "a border that is too wide at the end is never looked at",
        ),
        Equivalent(
            "padded = np.zeros((images, channels, height + 2 * padding, width + 2 * padding), x.dtype)",
            "padded = np.zeros((images, channels, height + 2 * padding, width + (2 + padding)), x.dtype)",
            "a border that is too wide at the end is never looked at",
        ),
        Equivalent(
            "padded = np.zeros((images, channels, height + 2 * padding, width + 2 * padding), x.dtype)",
            "padded = np.zeros((images, channels, height + 3 * padding, width + 2 * padding), x.dtype)",
            "a border that is too wide at the end is never looked at",
        ),
        Equivalent(
            "padded = np.zeros((images, channels, height + 2 * padding, width + 2 * padding), x.dtype)",
            "padded = np.zeros((images, channels, height + 2 * padding, width + 3 * padding), x.dtype)",
            "a border that is too wide at the end is never looked at",
        ),
        Equivalent(
            "rows: np.ndarray = w.reshape(filters, -1) @ "
            "columns.reshape(len(x), channels * filter_h * filter_w, out_h * out_w)",
            "rows: np.ndarray = w.reshape(filters, -2) @ "
            "columns.reshape(len(x), channels * filter_h * filter_w, out_h * out_w)",
            "to NumPy every negative length is the one to be found out",
        ),
        Equivalent(
            "out: np.ndarray = rows.reshape(len(x), filters, out_h, out_w) + b.reshape(1, -1, 1, 1)",
            "out: np.ndarray = rows.reshape(len(x), filters, out_h, out_w) + b.reshape(1, -2, 1, 1)",
            "to NumPy every negative length is the one to be found out",
        ),
    ),
)
