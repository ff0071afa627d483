"""Max pooling that leaves no pixel out: ceil mode."""

import math

import numpy as np
from hypothesis import strategies as st

import engine
from grader.exercise import Exercise, Mutant
from grader.laws import commutes_with_a_rising_function
from grader.properties import depends_on_values_alone, equals_reference, leaves_arguments_alone
from grader.strategies import SMALL, case, floats, windows


def max_pool2d_ceil(x: np.ndarray, kernel_size: int, stride: int) -> np.ndarray:
    """Keep the largest value of each window, also of windows that are cut off at the end of the map.

    Plain pooling rounds down: of 11 pixels, windows of 2 at stride 2 see 10, and the last is never looked
    at. Ceil mode rounds up instead: (11 - 2) / 2 + 1 = 5.5 becomes 6, and the sixth window has just one pixel.
    GoogLeNet pools like this. A network that was built with one of the two cannot use the other: its
    sizes would not agree.

    With windows of F x F pixels and stride S, along an axis of H pixels:

        OH = ceil((H - F) / S) + 1

    but a window must begin on the map: where the last would begin at pixel H or later, which happens
    only if S > F, there is one fewer. Of a window that sticks out, only the pixels on the map count:

        out[n, c, i, j] = max over p, q = 0 … F-1 with S i + p < H and S j + q < W of x[n, c, S i + p, S j + q]

    What lies beyond the edge is nothing at all, not 0: it must not win where all values are negative.

    Parameters
    ----------
    x : ndarray (N, C, H, W)
        float32 or float64; H and W at least F.
    kernel_size : int
        F.
    stride : int
        S.

    Returns
    -------
    ndarray (N, C, OH, OW)
        Floating.

    Examples
    --------
    Windows of 2 at stride 2 on rows of 5 pixels: there are 3, and the last holds only -7 and -9.

    >>> x = np.array([[[[1.0, 5.0, 2.0, 0.0, -7.0],
    ...                 [3.0, 4.0, 1.0, 7.0, -9.0]]]])
    >>> max_pool2d_ceil(x, kernel_size=2, stride=2)
    array([[[[ 5.,  7., -7.]]]])

    Windows of 1 pixel at stride 3 on the first row: ceil((5 - 1) / 3) + 1 = 3 would begin at 0, 3 and 6. Pixel
    6 is not on the map, so there are 2.

    >>> max_pool2d_ceil(x[:, :, :1], kernel_size=1, stride=3)
    array([[[[1., 0.]]]])
    """
    raise NotImplementedError


def by_loops(x: np.ndarray, kernel_size: int, stride: int) -> np.ndarray:
    images, channels, height, width = x.shape
    out_h = math.ceil((height - kernel_size) / stride) + 1
    out_w = math.ceil((width - kernel_size) / stride) + 1
    if (out_h - 1) * stride >= height:
        out_h -= 1
    if (out_w - 1) * stride >= width:
        out_w -= 1
    out = np.zeros((images, channels, out_h, out_w), x.dtype)
    for n in range(images):
        for c in range(channels):
            for i in range(out_h):
                for j in range(out_w):
                    top, left = i * stride, j * stride
                    window = x[n, c, top : top + kernel_size, left : left + kernel_size]
                    out[n, c, i, j] = window.max()
    return out


def by_minus_infinity(x: np.ndarray, kernel_size: int, stride: int) -> np.ndarray:
    room = kernel_size - 1
    padded = np.pad(x, ((0, 0), (0, 0), (0, room), (0, room)), constant_values=-np.inf)
    windows = np.lib.stride_tricks.sliding_window_view(padded, (kernel_size, kernel_size), axis=(2, 3))
    largest = windows[:, :, ::stride, ::stride].max(axis=(4, 5))
    # Windows now begin wherever the map has a pixel. One that holds only what the one before it holds is too many.
    rows, columns = (1 + -((kernel_size - n) // stride) for n in x.shape[2:])
    out: np.ndarray = largest[:, :, :rows, :columns]
    return out


def by_starts(x: np.ndarray, kernel_size: int, stride: int) -> np.ndarray:
    def starts(length: int) -> list[int]:
        found = [0]
        while found[-1] + kernel_size < length and found[-1] + stride < length:
            found.append(found[-1] + stride)
        return found

    rows = [x[:, :, top : top + kernel_size].max(axis=2) for top in starts(x.shape[2])]
    tall = np.stack(rows, axis=2).astype(np.float64)
    return np.stack([tall[..., left : left + kernel_size].max(axis=3) for left in starts(x.shape[3])], axis=3)


def reference(x: np.ndarray, kernel_size: int, stride: int) -> np.ndarray:
    out: np.ndarray = engine.max_pool2d(engine.tensor(x), kernel_size, stride, ceil_mode=True).numpy()
    return out


POSITIVE = tuple(abs(value) for value in SMALL)
NEGATIVE = tuple(-abs(value) - 1 for value in SMALL)


@st.composite
def maps(
    draw: st.DrawFn, values: tuple[float, ...] = SMALL, tiled: bool = False, sparse: bool = False
) -> dict[str, np.ndarray]:
    window = draw(windows(paddings=(0, 0), square_kernel=True))
    kernel_size, stride, size = window.kernel[0], window.stride, window.size
    if tiled:
        size = draw(st.integers(0, 2)) * stride + kernel_size, draw(st.integers(0, 2)) * stride + kernel_size
    if sparse:
        kernel_size = draw(st.integers(1, 2))
        stride = kernel_size + draw(st.integers(1, 3))
        size = kernel_size + draw(st.integers(0, 7)), kernel_size + draw(st.integers(0, 7))
    images, channels = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    return case(x=draw(floats((images, channels, *size), values)), kernel_size=kernel_size, stride=stride)


EXERCISE = Exercise(
    title="max pooling in ceil mode",
    order=5,
    stub=max_pool2d_ceil,
    reference=reference,
    properties=(
        equals_reference("be right where nothing has to be rounded", 2, maps(tiled=True)),
        equals_reference("round up, no value negative", 3, maps(POSITIVE)),
        equals_reference("be right where all values are negative", 2, maps(NEGATIVE), simplify=False),
        equals_reference("have no window that begins behind the end of the map", 2, maps(sparse=True), examples=80),
        # In the plainest cases, so that a mistake with anything else costs nothing here.
        commutes_with_a_rising_function("x", 1, maps(tiled=True), examples=10),
        leaves_arguments_alone(1, maps(tiled=True)),
        depends_on_values_alone(1, maps(tiled=True)),
    ),
    hints=(
        "How many windows are there on 5 pixels, with F = 2 and S = 2? With F = 3 and S = 2? Draw them. Which of them "
        "stick out?",
        "math.ceil rounds up, and so does -(-a // b) for whole numbers. Then look where the last window would begin: "
        "at (OH - 1) * S. If that is H or more, take one off.",
        "x[n, c, top : top + F, left : left + F] ends at the edge of the map by itself: a slice that goes too far is "
        "cut off without an error. So a window that sticks out needs nothing more.",
        "OH = math.ceil((H - F) / S) + 1; if (OH - 1) * S >= H: OH -= 1; the same for OW and W; then the loops of "
        "max_pool2d.",
    ),
    alternatives=(by_loops, by_minus_infinity, by_starts),
    mutants=(
        Mutant(
            "windows behind the map in both directions",
            (
                "    if (out_h - 1) * stride >= height:\n        out_h -= 1\n    if (out_w - 1) * stride >= width:\n"
                "        out_w -= 1\n    out = np.zeros((images",
                "    x = np.pad(x, ((0, 0), (0, 0), (0, 3 * stride), (0, 3 * stride)), constant_values=-np.inf)\n"
                "    out = np.zeros((images",
            ),
            "your last window begins behind the end of the map, and holds no pixel: there is one window fewer then",
        ),
        Mutant(
            "zeros beyond the edge",
            (
                "= window.max()",
                "= max(window.max(), 0 if window.size < kernel_size**2 else -np.inf)",
            ),
            "you fill up windows that stick out with zeros, and 0 is larger than a negative value: only pixels on the "
            "map count",
        ),
        Mutant(
            "rounded down",
            (
                "    out = np.zeros((images",
                "    out_h, out_w = (height - kernel_size) // stride + 1, (width - kernel_size) // stride + 1\n"
                "    out = np.zeros((images",
            ),
            "you round down: that is plain max pooling, which leaves pixels at the end out",
        ),
        Mutant(
            "rounded up for rows only",
            ("math.ceil((width - kernel_size) / stride) + 1", "(width - kernel_size) // stride + 1"),
            "you round the height up, but the width down",
        ),
        Mutant(
            "one window more always",
            (
                "    out = np.zeros((images",
                "    out_h = min((height - kernel_size) // stride + 2, -(-height // stride))\n"
                "    out_w = min((width - kernel_size) // stride + 2, -(-width // stride))\n"
                "    out = np.zeros((images",
            ),
            "you add a window also where the last one ends just at the edge: there is nothing left for it to see",
        ),
        Mutant(
            "as many windows as strides",
            (
                "    out = np.zeros((images",
                "    out_h, out_w = math.ceil(height / stride), math.ceil(width / stride)\n    out = np.zeros((images",
            ),
            "ceil(H / S) counts all places where a window can begin, also those that the window before saw wholly: "
            "it is ceil((H - F) / S) + 1",
        ),
        Mutant(
            "last window moved back",
            (
                "top, left = i * stride, j * stride",
                "top, left = min(i * stride, height - kernel_size), min(j * stride, width - kernel_size)",
            ),
            "you move a window back that sticks out, so that it is whole: it stays where it is, and is cut off",
        ),
        Mutant(
            "windows that stick out left at 0",
            (
                "= window.max()",
                "= window.max() if window.size == kernel_size**2 else 0",
            ),
            "windows that stick out give 0: take the largest of the pixels that they have on the map",
        ),
        Mutant(
            "maximum starts at 0",
            ("= window.max()", "= max(0, window.max())"),
            "your maximum starts at 0, so a window of negative values gives 0",
        ),
        Mutant(
            "output sized by height alone",
            ("math.ceil((width - kernel_size)", "math.ceil((height - kernel_size)"),
            "the width of your output is computed from the height: they differ when the map is not square",
        ),
    ),
    requires=("max_pool2d",),
)
