"""Backpropagation through a convolution layer."""

import numpy as np
from hypothesis import strategies as st

import engine
from grader.exercise import Equivalent, Exercise, Mutant
from grader.laws import adjoint, agrees_with_finite_differences
from grader.properties import depends_on_values_alone, equals_reference, leaves_arguments_alone
from grader.show import Call, Picture, below, beside, digit, enlarged, grey, labelled, page, signed
from grader.strategies import case, floats, windows


def conv2d_backward(
    dy: np.ndarray, x: np.ndarray, w: np.ndarray, stride: int, padding: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Compute the gradients of a convolution layer, given the gradient of its output.

    The layer computed y = conv2d(x, w, b, stride, padding). Some loss L was computed from y, and dy
    holds its derivative for every element of y. Wanted are the derivatives for x, w and b.

    Go through the forward sum once more: y[n, k, i, j] got a product x * w for each element of its
    window, and the bias once. So for each position of each filter:

    - the pixel gets back   dy[n, k, i, j] * (the weight it was multiplied with),
    - the weight gets back  dy[n, k, i, j] * (the pixel it was multiplied with),
    - the bias gets back    dy[n, k, i, j].

    A pixel lies in many windows, a weight meets many pixels, a bias is added everywhere: what comes
    back to the same place is summed. What comes back to the border of zeros is dropped: the
    border is no part of x. Note that pixels at the end may lie in no window at all.

    Parameters
    ----------
    dy : ndarray (N, K, OH, OW)
        Any numbers, not only ones.
    x : ndarray (N, C, H, W)
    w : ndarray (K, C, FH, FW)
    stride : int
        At least 1.
    padding : int
        At least 0; it may be as large as the filter.

    Returns
    -------
    dx : ndarray (N, C, H, W)
    dw : ndarray (K, C, FH, FW)
    db : ndarray (K,)
        All floating.

    Examples
    --------
    A row of three pixels, a filter of two weights: y = [1*10 + 2*20, 2*10 + 3*20].

    >>> x = np.array([[[[1.0, 2.0, 3.0]]]])
    >>> w = np.array([[[[10.0, 20.0]]]])
    >>> dx, dw, db = conv2d_backward(np.array([[[[1.0, 5.0]]]]), x, w, stride=1, padding=0)
    >>> dx  # the middle pixel: 1 * 20 from the first window, 5 * 10 from the second
    array([[[[ 10.,  70., 100.]]]])
    >>> dw
    array([[[[11., 17.]]]])
    >>> db
    array([6.])
    """
    raise NotImplementedError


def by_loops(
    dy: np.ndarray, x: np.ndarray, w: np.ndarray, stride: int, padding: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    images, channels, height, width = x.shape
    filters, _, filter_h, filter_w = w.shape
    padded = np.zeros((images, channels, height + 2 * padding, width + 2 * padding), x.dtype)
    padded[:, :, padding : padding + height, padding : padding + width] = x
    dpadded, dw = np.zeros(padded.shape), np.zeros(w.shape)
    for n in range(images):
        for k in range(filters):
            for i in range(dy.shape[2]):
                for j in range(dy.shape[3]):
                    rows = slice(i * stride, i * stride + filter_h)
                    columns = slice(j * stride, j * stride + filter_w)
                    dpadded[n, :, rows, columns] += dy[n, k, i, j] * w[k]
                    dw[k] += dy[n, k, i, j] * padded[n, :, rows, columns]
    db = dy.sum(axis=(0, 2, 3))
    dx = dpadded[:, :, padding : padding + height, padding : padding + width]
    return dx, dw, db


def by_offsets(
    dy: np.ndarray, x: np.ndarray, w: np.ndarray, stride: int, padding: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding))).astype(np.float64)
    dpadded, dw = np.zeros_like(padded), np.zeros(w.shape)
    out_h, out_w = dy.shape[2:]
    for p in range(w.shape[2]):
        for q in range(w.shape[3]):
            at = np.s_[:, :, p : p + stride * out_h : stride, q : q + stride * out_w : stride]
            dpadded[at] += np.einsum("nkij,kc->ncij", dy, w[:, :, p, q])
            dw[:, :, p, q] = np.einsum("nkij,ncij->kc", dy, padded[at])
    height, width = x.shape[2:]
    return dpadded[:, :, padding : padding + height, padding : padding + width], dw, dy.sum((0, 2, 3))


def by_spreading_and_flipping(
    dy: np.ndarray, x: np.ndarray, w: np.ndarray, stride: int, padding: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    images, _, height, width = x.shape
    filters, _, filter_h, filter_w = w.shape
    view = np.lib.stride_tricks.sliding_window_view
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    dense = np.zeros(
        (images, filters, height + 2 * padding - filter_h + 1, width + 2 * padding - filter_w + 1), dy.dtype
    )
    dense[:, :, : stride * dy.shape[2] : stride, : stride * dy.shape[3] : stride] = dy
    wide = np.pad(dense, ((0, 0), (0, 0), (filter_h - 1, filter_h - 1), (filter_w - 1, filter_w - 1)))
    dpadded = np.einsum("nkijpq,kcpq->ncij", view(wide, (filter_h, filter_w), axis=(2, 3)), w[:, :, ::-1, ::-1])
    dw = np.einsum("ncpqij,nkij->kcpq", view(padded, dense.shape[2:], axis=(2, 3)), dense)
    end_h, end_w = padding + height, padding + width
    return dpadded[:, :, padding:end_h, padding:end_w], dw, dy.sum(axis=3).sum(axis=2).sum(axis=0)


def reference(
    dy: np.ndarray, x: np.ndarray, w: np.ndarray, stride: int, padding: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    tensors = [engine.tensor(array, requires_grad=True) for array in (x, w, np.zeros(len(w)))]
    images, weight, bias = tensors
    engine.conv2d(images, weight, bias, stride, padding).backward(engine.tensor(dy))
    dx, dw, db = (tensor.grad.numpy() for tensor in tensors)
    return dx, dw, db


def loss(dy: np.ndarray, x: np.ndarray, w: np.ndarray, stride: int, padding: int) -> float:
    y = engine.conv2d(engine.tensor(x), engine.tensor(w), None, stride, padding)
    return float(np.sum(dy * y.numpy()))


@st.composite
def layers(
    draw: st.DrawFn, strides: tuple[int, int] = (1, 3), paddings: tuple[int, int] = (0, 2)
) -> dict[str, np.ndarray]:
    window = draw(windows(strides=strides, paddings=paddings))
    images, channels, filters = draw(st.integers(1, 2)), draw(st.integers(1, 3)), draw(st.integers(1, 3))
    out = [(s + 2 * window.padding - f) // window.stride + 1 for s, f in zip(window.size, window.kernel, strict=True)]
    return case(
        dy=draw(floats((images, filters, *out))),
        x=draw(floats((images, channels, *window.size))),
        w=draw(floats((filters, channels, *window.kernel))),
        stride=window.stride,
        padding=window.padding,
    )


PLAIN = {"strides": (1, 1), "paddings": (0, 0)}


def show(call: Call) -> Picture:
    x, w = digit(5, 14, seed=2)[None, None], np.array([[[[-1.0, 0.0, 1.0], [-2.0, 0.0, 2.0], [-1.0, 0.0, 1.0]]]])
    fields = np.lib.stride_tricks.sliding_window_view(x, (3, 3), axis=(2, 3))
    y = np.tensordot(fields, w[0, 0], 2)
    one, several = np.zeros(y.shape), np.zeros(y.shape)
    one[0, 0, 4, 4] = 1
    several[0, 0, [2, 2, 5, 9], [2, 8, 9, 4]] = 1, -1, 1, 1
    several[0, 0, 9, 5] = 1
    rows = []
    for name, dy in (("one pixel", one), ("five pixels", several), ("the positive part of y", np.maximum(y, 0))):
        dx, dw, _ = call(dy=dy, x=x, w=w, stride=1, padding=0)
        tiles = (
            labelled(enlarged(signed(dy[0, 0]), 16, 1), f"dy: {name}"),
            labelled(enlarged(signed(dx[0, 0]), 16, 1), "dx"),
            labelled(enlarged(signed(dw[0, 0]), 40, 1), "dw"),
        )
        rows.append(beside(*tiles))
    layer = below(
        labelled(enlarged(grey(x[0, 0]), 16, 1), "the image x"),
        labelled(enlarged(signed(w[0, 0]), 40, 1), "the filter w"),
        labelled(enlarged(signed(y[0, 0]), 16, 1), "the output y"),
    )
    return Picture(
        (page(beside(layer, below(*rows), gap=60), "A convolution layer, backward"),),
        "Each pixel of dy lays the filter, times its own value, into dx, where filters that overlap are added up, and "
        "the window of the image that it was computed from, times the same value, into dw.",
    )


EXERCISE = Exercise(
    title="the convolution layer, backward",
    order=9,
    stub=conv2d_backward,
    reference=reference,
    outputs=("dx", "dw", "db"),
    properties=(
        equals_reference("give the right db", 1, layers(), outputs=("db",), examples=30),
        equals_reference("give the right dw for stride 1 without padding", 2, layers(**PLAIN), outputs=("dw",)),
        equals_reference("give the right dw for any stride and padding", 2, layers(), outputs=("dw",)),
        equals_reference("give the right dx for stride 1 without padding", 2, layers(**PLAIN), outputs=("dx",)),
        equals_reference("give the right dx for any stride and padding", 3, layers(), outputs=("dx",)),
        # For stride 1 without padding, so that a mistake with these costs nothing here.
        adjoint("dx", "x", loss, 1, layers(**PLAIN), examples=10),
        agrees_with_finite_differences("dw", "w", loss, 1, layers(**PLAIN), examples=10),
        leaves_arguments_alone(1, layers(**PLAIN), outputs=("dx",)),
        depends_on_values_alone(1, layers(**PLAIN), outputs=("dw",)),
    ),
    hints=(
        "Write your forward pass with loops over n, k, i and j. Backward runs the same loops; in the innermost "
        "place there is one line for the pixels and one for the weights.",
        "Work on the padded image: make dpadded, zeros of its shape, and add to the window that output (i, j) was "
        "computed from. At the end cut the border off. What does [P:-P] give when P is 0?",
        "dpadded[n, :, i*S : i*S+FH, j*S : j*S+FW] += dy[n, k, i, j] * w[k]; "
        "dw[k] += dy[n, k, i, j] * padded[n, :, i*S : i*S+FH, j*S : j*S+FW]; db = dy.sum(axis=(0, 2, 3)); "
        "dx = dpadded[:, :, P : P+H, P : P+W]",
    ),
    alternatives=(by_loops, by_offsets, by_spreading_and_flipping),
    mutants=(
        Mutant(
            "border cut off with [P:-P]",
            (
                "dx = dpadded[:, :, padding : padding + height, padding : padding + width]",
                "dx = dpadded[:, :, padding:-padding, padding:-padding]",
            ),
            "[padding:-padding] is empty when padding is 0: cut with [padding : padding + H]",
        ),
        Mutant(
            "windows overwrite each other",
            ("dpadded[n, :, rows, columns] += ", "dpadded[n, :, rows, columns] = "),
            "windows overlap, so a pixel gets gradients from several: add them up (+=), do not overwrite (=)",
        ),
        Mutant(
            "dw overwritten",
            ("dw[k] += ", "dw[k] = "),
            "a weight was used at every place of every image: add up what comes back from all of them (+=)",
        ),
        Mutant(
            "stride forgotten",
            (
                "rows = slice(i * stride, i * stride + filter_h)",
                "rows = slice(i, i + filter_h)",
            ),
            "the stride is missing in the rows: the window of output i starts at row i * stride",
        ),
        Mutant(
            "upstream gradient ignored",
            ("+= dy[n, k, i, j] * w[k]", "+= w[k]"),
            "dx does not depend on dy: multiply each weight by the gradient of the output it went into",
        ),
        Mutant(
            "filter flipped",
            ("+= dy[n, k, i, j] * w[k]", "+= dy[n, k, i, j] * w[k, :, ::-1, ::-1]"),
            "the filter is flipped in dx: with a loop over the outputs no flip is needed",
        ),
        Mutant(
            "last image only in dw",
            ("dw[k] += dy", "dw[k] = dw[k] * (i + j > 0) + dy"),
            "dw holds the last image only: sum over all images",
        ),
        Mutant(
            "db averaged",
            ("db = dy.sum(axis=(0, 2, 3))", "db = dy.mean(axis=(0, 2, 3))"),
            "db is a sum over images and positions, not a mean",
        ),
        Mutant(
            "db of shape (1, K)",
            ("db = dy.sum(axis=(0, 2, 3))", "db = dy.sum(axis=(0, 2, 3))[None]"),
            "your db is right but for its shape: (K,) is asked for, the shape of b, not (1, K)",
        ),
        Mutant(
            "db reshaped without a transpose",
            ("db = dy.sum(axis=(0, 2, 3))", "db = dy.reshape(filters, -1).sum(axis=1)"),
            "dy.reshape(K, -1) mixes images and filters, for the filters are the second axis: transpose first, or "
            "sum over the axes (0, 2, 3)",
        ),
        Mutant(
            "db of the first image",
            ("db = dy.sum(axis=(0, 2, 3))", "db = dy[0].sum(axis=(1, 2))"),
            "db sums over the first image only: all images count",
        ),
        Mutant(
            "weights meet the unpadded image",
            (
                "padded[:, :, padding : padding + height, padding : padding + width] = x",
                "padded[:, :, :height, :width] = x",
            ),
            "your padded image has x in its corner instead of its middle, so the weights meet the wrong pixels",
        ),
    ),
    requires=("conv2d",),
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
            "dense[:, :, :stride * dy.shape[2]:stride, :stride * dy.shape[3]:stride] = dy",
            "dense[:, :, ::stride, :stride * dy.shape[3]:stride] = dy",
            "the array ends where the bound is",
        ),
        Equivalent(
            "dense[:, :, :stride * dy.shape[2]:stride, :stride * dy.shape[3]:stride] = dy",
            "dense[:, :, :stride * dy.shape[2]:stride, ::stride] = dy",
            "the array ends where the bound is",
        ),
        Equivalent(
            "wide = np.pad(dense, ((0, 0), (0, 0), (filter_h - 1, filter_h - 1), (filter_w - 1, filter_w - 1)))",
            "wide = np.pad(dense, ((0, 0), (0, 0), (filter_h - 1, filter_h + 1), (filter_w - 1, filter_w - 1)))",
            "a border that is too wide at the end is cut off",
        ),
        Equivalent(
            "wide = np.pad(dense, ((0, 0), (0, 0), (filter_h - 1, filter_h - 1), (filter_w - 1, filter_w - 1)))",
            "wide = np.pad(dense, ((0, 0), (0, 0), (filter_h - 1, filter_h - 1), (filter_w - 1, filter_w + 1)))",
            "a border that is too wide at the end is cut off",
        ),
        Equivalent(
            "wide = np.pad(dense, ((0, 0), (0, 0), (filter_h - 1, filter_h - 1), (filter_w - 1, filter_w - 1)))",
            "wide = np.pad(dense, ((0, 0), (0, 0), (filter_h - 1, filter_h - 0), (filter_w - 1, filter_w - 1)))",
            "a border that is too wide at the end is cut off",
        ),
        Equivalent(
            "wide = np.pad(dense, ((0, 0), (0, 0), (filter_h - 1, filter_h - 1), (filter_w - 1, filter_w - 1)))",
            "wide = np.pad(dense, ((0, 0), (0, 0), (filter_h - 1, filter_h - 1), (filter_w - 1, filter_w - 0)))",
            "a border that is too wide at the end is cut off",
        ),
        Equivalent(
            "return (dpadded[:, :, padding:end_h, padding:end_w], dw, dy.sum(axis=3).sum(axis=2).sum(axis=0))",
            "return (dpadded[:, :, padding:end_h, padding:end_w], dw, dy.sum(axis=2).sum(axis=2).sum(axis=0))",
            "rows first or columns first, the sum is the same",
        ),
    ),
)
