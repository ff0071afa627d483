"""Backpropagation through average pooling."""

import numpy as np
from hypothesis import strategies as st

import engine
from grader.exercise import Exercise, Mutant
from grader.laws import adjoint, linear_in
from grader.properties import depends_on_values_alone, equals_reference, leaves_arguments_alone
from grader.strategies import case, floats, windows


def avg_pool2d_backward(dy: np.ndarray, x: np.ndarray, kernel_size: int, stride: int) -> np.ndarray:
    """Compute the gradient of average pooling for its input, given the gradient of its output.

    The layer computed y = avg_pool2d(x, kernel_size, stride): each output is the mean of a window of F by F
    pixels, F = kernel_size, and windows are stride pixels apart. In a mean of F * F pixels every pixel has the
    weight 1 / (F * F). So each pixel of window (i, j) gets the same share of the window's gradient:

        each pixel of window (i, j) gets dy[n, c, i, j] / (F * F)

    Where the stride is smaller than F, windows overlap. A pixel in several of them gets a share
    from each, and the shares add up. Pixels at the end that lie in no window get 0.

    Unlike in max pooling, the values of x do not matter here, only its shape: how much the mean changes
    does not depend on where it is.

    Parameters
    ----------
    dy : ndarray (N, C, OH, OW)
        Any numbers, not only ones.
    x : ndarray (N, C, H, W)
        float32 or float64.
    kernel_size : int
    stride : int
        May be smaller or larger than kernel_size.

    Returns
    -------
    ndarray (N, C, H, W)
        Floating.

    Examples
    --------
    Two rows of three pixels; windows of 2x2, one pixel apart, so there are two.

    >>> x = np.zeros((1, 1, 2, 3))
    >>> avg_pool2d_backward(np.array([[[[4.0, 8.0]]]]), x, kernel_size=2, stride=1)
    array([[[[1., 3., 2.],
             [1., 3., 2.]]]])

    The shares are 4 / 4 = 1 and 8 / 4 = 2; the pixels in the middle lie in both windows and get 1 + 2.
    """
    raise NotImplementedError


def by_windows(dy: np.ndarray, x: np.ndarray, kernel_size: int, stride: int) -> np.ndarray:
    dx = np.zeros(x.shape)
    share = dy / kernel_size**2
    for i in range(dy.shape[2]):
        for j in range(dy.shape[3]):
            top, left = i * stride, j * stride
            dx[:, :, top : top + kernel_size, left : left + kernel_size] += share[:, :, i : i + 1, j : j + 1]
    return dx


def by_offsets(dy: np.ndarray, x: np.ndarray, kernel_size: int, stride: int) -> np.ndarray:
    dx = np.zeros(x.shape)
    rows, columns = (stride * np.arange(length) for length in dy.shape[2:])
    for p in range(kernel_size):
        for q in range(kernel_size):
            dx[:, :, (rows + p)[:, None], columns + q] += dy / (kernel_size * kernel_size)
    return dx


def by_matrices(dy: np.ndarray, x: np.ndarray, kernel_size: int, stride: int) -> np.ndarray:
    down, across = np.zeros((x.shape[2], dy.shape[2])), np.zeros((x.shape[3], dy.shape[3]))
    for means in (down, across):
        for i in range(means.shape[1]):
            means[i * stride : i * stride + kernel_size, i] = 1 / kernel_size
    dx: np.ndarray = down @ dy @ across.T
    return dx


def by_pixels(dy: np.ndarray, x: np.ndarray, kernel_size: int, stride: int) -> np.ndarray:
    dx = np.zeros(x.shape, dy.dtype)
    for n, c, i, j in np.ndindex(dy.shape):
        for p, q in np.ndindex(kernel_size, kernel_size):
            dx[n, c, i * stride + p, j * stride + q] += dy[n, c, i, j] / kernel_size**2
    return dx


def reference(dy: np.ndarray, x: np.ndarray, kernel_size: int, stride: int) -> np.ndarray:
    tensor = engine.tensor(x, requires_grad=True)
    engine.avg_pool2d(tensor, kernel_size, stride).backward(engine.tensor(dy))
    dx: np.ndarray = tensor.grad.numpy()
    return dx


def loss(dy: np.ndarray, x: np.ndarray, kernel_size: int, stride: int) -> float:
    return float(np.sum(dy * engine.avg_pool2d(engine.tensor(x), kernel_size, stride).numpy()))


@st.composite
def maps(draw: st.DrawFn, tiled: bool = False, overlapping: bool = False) -> dict[str, np.ndarray | int]:
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
        x=draw(floats((images, channels, *size))),
        kernel_size=kernel_size,
        stride=stride,
    )


EXERCISE = Exercise(
    title="average pooling, backward",
    order=5,
    stub=avg_pool2d_backward,
    reference=reference,
    outputs=("dx",),
    properties=(
        equals_reference("be right where windows tile the map", 2, maps(tiled=True)),
        equals_reference("be right where windows overlap", 2, maps(overlapping=True)),
        equals_reference("be right for any window and stride", 2, maps()),
        linear_in("dy", 1, maps(), examples=10),
        adjoint("dx", "x", loss, 1, maps(), examples=10),
        leaves_arguments_alone(1, maps()),
        depends_on_values_alone(1, maps()),
    ),
    hints=(
        "Run the loops of your forward pass over the windows. What does every pixel of a window get?",
        "Begin with zeros of the shape of x. Window (i, j) is [i*S : i*S + F, j*S : j*S + F] of a map; all of its "
        "pixels get the same number, and it is added to what is there already.",
        "dx[n, c, i*S : i*S + F, j*S : j*S + F] += dy[n, c, i, j] / (F * F), in loops over n, c, i and j.",
    ),
    alternatives=(by_windows, by_offsets, by_matrices, by_pixels),
    mutants=(
        Mutant(
            "windows overwrite each other",
            ("] += share", "] = share"),
            "a pixel in several overlapping windows gets the sum of their shares: += instead of =",
        ),
        Mutant(
            "not divided",
            ("share = dy / kernel_size**2", "share = dy"),
            "every pixel gets the whole gradient of its window; in a mean of F * F pixels it gets 1 / (F * F) of it",
        ),
        Mutant(
            "divided by the side",
            ("share = dy / kernel_size**2", "share = dy / kernel_size"),
            "you divide by F; a window has F * F pixels",
        ),
        Mutant(
            "divided by the stride",
            ("share = dy / kernel_size**2", "share = dy / stride**2"),
            "you divide by the stride squared; how many pixels a window has says kernel_size",
        ),
        Mutant(
            "stride taken for the window",
            ("top, left = i * stride, j * stride", "top, left = i * kernel_size, j * kernel_size"),
            "your windows are kernel_size apart; they must be stride apart",
        ),
        Mutant(
            "stride forgotten",
            ("top, left = i * stride, j * stride", "top, left = i, j"),
            "the stride is missing: the window of output (i, j) begins at row i * stride, column j * stride",
        ),
        Mutant(
            "first pixel only",
            (
                "dx[:, :, top : top + kernel_size, left : left + kernel_size]",
                "dx[:, :, top : top + 1, left : left + 1]",
            ),
            "only the first pixel of a window gets something; all of them went into the mean",
        ),
        Mutant(
            "window as large as the stride",
            (
                "dx[:, :, top : top + kernel_size, left : left + kernel_size]",
                "dx[:, :, top : top + stride, left : left + stride]",
            ),
            "your windows are as large as the stride: they are kernel_size pixels high and wide",
        ),
        Mutant(
            "gradient of max pooling",
            (
                "dx[:, :, top : top + kernel_size, left : left + kernel_size] += share[:, :, i : i + 1, j : j + 1]",
                "at = np.s_[:, :, top : top + kernel_size, left : left + kernel_size]\n"
                "            largest = x[at] == x[at].max(axis=(2, 3), keepdims=True)\n"
                "            dx[at] += largest * dy[:, :, i : i + 1, j : j + 1]",
            ),
            "you give the gradient to the largest pixel; that is max pooling, a mean shares it among all",
        ),
        Mutant(
            "rows and columns mixed up",
            ("top, left = i * stride, j * stride", "left, top = i * stride, j * stride"),
            "rows and columns are mixed up: i counts windows downwards, j to the right",
        ),
    ),
    requires=("output_size",),
)
