"""Backpropagation through max pooling."""

import numpy as np
from hypothesis import strategies as st

import engine
from grader.exercise import Equivalent, Exercise, Mutant
from grader.laws import agrees_with_finite_differences
from grader.properties import depends_on_values_alone, equals_reference, leaves_arguments_alone
from grader.strategies import case, distinct_floats, floats, windows


def max_pool2d_backward(dy: np.ndarray, x: np.ndarray, kernel_size: int, stride: int) -> np.ndarray:
    """Compute the gradient of max pooling for its input, given the gradient of its output.

    The layer computed y = max_pool2d(x, kernel_size, stride). Only the largest pixel of a window had
    a say in it: moving any other by a little changes nothing. So the whole gradient of a window goes to
    its winner, and the others get 0:

        dx[winner of window (i, j)] gets dy[n, c, i, j]

    Windows overlap where the stride is smaller than the window. The same pixel may then win several
    times, and gets the sum.

    No two pixels of a map are equal here, so every window has exactly one winner.

    Parameters
    ----------
    dy : ndarray (N, C, OH, OW)
        Any numbers, not only ones.
    x : ndarray (N, C, H, W)
        float32 or float64, without equal values.
    kernel_size : int
    stride : int

    Returns
    -------
    ndarray (N, C, H, W)
        Floating.

    Examples
    --------
    >>> x = np.array([[[[1.0, 5.0, 2.0]]]])
    >>> x = np.concatenate([x, x - 10], axis=2)  # a second row of smaller values
    >>> max_pool2d_backward(np.array([[[[3.0, 4.0]]]]), x, kernel_size=2, stride=1)
    array([[[[0., 7., 0.],
             [0., 0., 0.]]]])

    The 5 won both windows: 3 + 4.
    """
    raise NotImplementedError


def by_loops(dy: np.ndarray, x: np.ndarray, kernel_size: int, stride: int) -> np.ndarray:
    dx = np.zeros(x.shape, dy.dtype)
    for n in range(x.shape[0]):
        for c in range(x.shape[1]):
            for i in range(dy.shape[2]):
                for j in range(dy.shape[3]):
                    top, left = i * stride, j * stride
                    window = x[n, c, top : top + kernel_size, left : left + kernel_size]
                    p, q = divmod(int(window.argmax()), kernel_size)
                    dx[n, c, top + p, left + q] += dy[n, c, i, j]
    return dx


def by_masks(dy: np.ndarray, x: np.ndarray, kernel_size: int, stride: int) -> np.ndarray:
    dx = np.zeros(x.shape)
    for i in range(dy.shape[2]):
        for j in range(dy.shape[3]):
            at = np.s_[:, :, i * stride : i * stride + kernel_size, j * stride : j * stride + kernel_size]
            winners = x[at] == x[at].max(axis=(2, 3), keepdims=True)
            dx[at] += winners * dy[:, :, i : i + 1, j : j + 1]
    return dx


def by_indices(dy: np.ndarray, x: np.ndarray, kernel_size: int, stride: int) -> np.ndarray:
    view = np.lib.stride_tricks.sliding_window_view(x, (kernel_size, kernel_size), axis=(2, 3))
    view = view[:, :, ::stride, ::stride]
    winner = view.reshape(*view.shape[:4], -1).argmax(axis=-1)
    n, c, i, j = np.indices(winner.shape)
    dx = np.zeros(x.shape)
    np.add.at(dx, (n, c, i * stride + winner // kernel_size, j * stride + winner % kernel_size), dy)
    return dx


def reference(dy: np.ndarray, x: np.ndarray, kernel_size: int, stride: int) -> np.ndarray:
    tensor = engine.tensor(x, requires_grad=True)
    engine.max_pool2d(tensor, kernel_size, stride).backward(engine.tensor(dy))
    dx: np.ndarray = tensor.grad.numpy()
    return dx


def loss(dy: np.ndarray, x: np.ndarray, kernel_size: int, stride: int) -> float:
    return float(np.sum(dy * engine.max_pool2d(engine.tensor(x), kernel_size, stride).numpy()))


@st.composite
def maps(draw: st.DrawFn, tiled: bool = False, overlapping: bool = False) -> dict[str, np.ndarray]:
    # No windows of one pixel: there, stride forgotten and stride taken for kernel_size look the same.
    window = draw(windows(paddings=(0, 0), square_kernel=True).filter(lambda drawn: drawn.kernel[0] > 1))
    kernel_size, stride, size = window.kernel[0], window.stride, window.size
    if tiled:
        stride = kernel_size
        size = (kernel_size * draw(st.integers(1, 3)), kernel_size * draw(st.integers(1, 3)))
    if overlapping:
        stride = draw(st.integers(1, 2))
        kernel_size = stride + draw(st.integers(1, 2))
        size = (kernel_size + draw(st.integers(0, 3)), kernel_size + draw(st.integers(stride, 4)))
    images, channels = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    out = [(length - kernel_size) // stride + 1 for length in size]
    return case(
        dy=draw(floats((images, channels, *out))),
        x=draw(distinct_floats((images, channels, *size))),
        kernel_size=kernel_size,
        stride=stride,
    )


EXERCISE = Exercise(
    title="max pooling, backward",
    order=6,
    stub=max_pool2d_backward,
    reference=reference,
    outputs=("dx",),
    properties=(
        equals_reference("be right where windows tile the map", 2, maps(tiled=True), simplify=False),
        equals_reference("be right where windows overlap", 2, maps(overlapping=True), simplify=False),
        equals_reference("be right for any window and stride", 2, maps(), simplify=False),
        # Where windows tile the map, so that a mistake with overlapping ones costs nothing here.
        agrees_with_finite_differences("dx", "x", loss, 1, maps(tiled=True), examples=10),
        leaves_arguments_alone(1, maps(tiled=True), simplify=False),
        depends_on_values_alone(1, maps(tiled=True), simplify=False),
    ),
    hints=(
        "Run the loops of your forward pass. For each window find out where the largest pixel is, not how large.",
        "window.argmax() counts through the window in reading order; divmod(…, F) turns that into a row and a column.",
        "p, q = divmod(window.argmax(), F); dx[n, c, i*S + p, j*S + q] += dy[n, c, i, j]",
    ),
    alternatives=(by_loops, by_masks, by_indices),
    mutants=(
        Mutant(
            "windows overwrite each other",
            ("] += dy[n, c, i, j]", "] = dy[n, c, i, j]"),
            "a pixel that wins several overlapping windows gets the sum of their gradients: += instead of =",
        ),
        Mutant(
            "gradient of 1",
            ("+= dy[n, c, i, j]", "+= 1"),
            "you hand back 1 instead of the upstream gradient dy",
        ),
        Mutant(
            "stride forgotten in the winner's place",
            ("dx[n, c, top + p, left + q]", "dx[n, c, i + p, j + q]"),
            "the winner's place lacks the stride: the window starts at row i * stride, column j * stride",
        ),
        Mutant(
            "stride taken for the window",
            ("top, left = i * stride, j * stride", "top, left = i * kernel_size, j * kernel_size"),
            "your windows are kernel_size apart; they must be stride apart",
        ),
        Mutant(
            "gradient shared by the window",
            (
                "dx[n, c, top + p, left + q] += dy[n, c, i, j]",
                "dx[n, c, top : top + kernel_size, left : left + kernel_size] += dy[n, c, i, j] / kernel_size**2",
            ),
            "you share the gradient among all pixels of the window; that is average pooling",
        ),
        Mutant(
            "gradient to every pixel of the window",
            (
                "dx[n, c, top + p, left + q] += dy[n, c, i, j]",
                "dx[n, c, top : top + kernel_size, left : left + kernel_size] += dy[n, c, i, j]",
            ),
            "every pixel of the window gets the gradient; only the largest may",
        ),
        Mutant(
            "row and column of the winner mixed up",
            ("p, q = divmod(int(window.argmax()), kernel_size)", "q, p = divmod(int(window.argmax()), kernel_size)"),
            "row and column of the winner are mixed up",
        ),
        Mutant(
            "smallest instead of largest",
            ("window.argmax()", "window.argmin()"),
            "the gradient goes to the smallest pixel of the window; the largest won",
        ),
    ),
    requires=("max_pool2d",),
    equivalents=(
        Equivalent(
            "winner = view.reshape(*view.shape[:4], -1).argmax(axis=-1)",
            "winner = view.reshape(*view.shape[:4], -2).argmax(axis=-1)",
            "to NumPy every negative length is the one to be found out",
        ),
    ),
)
