"""Average pooling."""

import numpy as np
from hypothesis import strategies as st

import engine
from grader.exercise import Exercise, Mutant
from grader.laws import linear_in, shift_equivariant, stride_skips
from grader.properties import depends_on_values_alone, equals_reference, leaves_arguments_alone
from grader.strategies import SMALL, case, floats, windows


def avg_pool2d(x: np.ndarray, kernel_size: int, stride: int) -> np.ndarray:
    """Take the mean of each window; each map on its own.

    Where max pooling asks whether something was seen in a window, average pooling asks how much of it there
    was. LeNet's subsampling layers are of this kind, and networks of today often end with one. Like
    max pooling it has nothing to learn. Unlike it, it is linear: a convolution with equal weights.

    A square window of F x F pixels slides over each map in steps of S pixels:

        out[n, c, i, j] = 1 / (F * F) * sum over p, q = 0 … F-1 of x[n, c, S i + p, S j + q]

    The output has floor((H - F) / S) + 1 rows, and columns likewise: pixels at the end that no whole
    window covers are left out. Windows overlap where S < F, and skip pixels where S > F. The divisor is
    the number of pixels in the window, whatever the stride.

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
    The first window holds 1, 5, 3 and 4: 13 / 4 = 3.25.

    >>> x = np.array([[[[1.0, 5.0, 2.0, 0.0],
    ...                 [3.0, 4.0, 1.0, 7.0]]]])
    >>> avg_pool2d(x, kernel_size=2, stride=2)
    array([[[[3.25, 2.5 ]]]])
    >>> avg_pool2d(x, kernel_size=2, stride=1)
    array([[[[3.25, 3.  , 2.5 ]]]])
    """
    raise NotImplementedError


def by_loops(x: np.ndarray, kernel_size: int, stride: int) -> np.ndarray:
    images, channels, height, width = x.shape
    out_h = (height - kernel_size) // stride + 1
    out_w = (width - kernel_size) // stride + 1
    out = np.zeros((images, channels, out_h, out_w), x.dtype)
    for n in range(images):
        for c in range(channels):
            for i in range(out_h):
                for j in range(out_w):
                    top, left = i * stride, j * stride
                    window = x[n, c, top : top + kernel_size, left : left + kernel_size]
                    out[n, c, i, j] = window.sum() / kernel_size**2
    return out


def by_windows(x: np.ndarray, kernel_size: int, stride: int) -> np.ndarray:
    windows = np.lib.stride_tricks.sliding_window_view(x, (kernel_size, kernel_size), axis=(2, 3))
    out: np.ndarray = windows[:, :, ::stride, ::stride].mean(axis=(4, 5))
    return out


def by_running_sums(x: np.ndarray, kernel_size: int, stride: int) -> np.ndarray:
    sums = np.zeros((*x.shape[:2], x.shape[2] + 1, x.shape[3] + 1))
    sums[:, :, 1:, 1:] = x.astype(np.float64).cumsum(axis=2).cumsum(axis=3)
    tall = sums[:, :, kernel_size:] - sums[:, :, :-kernel_size]
    whole = tall[:, :, :, kernel_size:] - tall[:, :, :, :-kernel_size]
    out: np.ndarray = whole[:, :, ::stride, ::stride] / (kernel_size * kernel_size)
    return out


def reference(x: np.ndarray, kernel_size: int, stride: int) -> np.ndarray:
    out: np.ndarray = engine.avg_pool2d(engine.tensor(x), kernel_size, stride).numpy()
    return out


@st.composite
def maps(draw: st.DrawFn, tiled: bool = False, most: int = 3) -> dict[str, np.ndarray]:
    window = draw(windows(paddings=(0, 0), square_kernel=True))
    kernel_size, stride, size = window.kernel[0], window.stride, window.size
    if tiled:
        stride = kernel_size
        size = (kernel_size * draw(st.integers(1, 3)), kernel_size * draw(st.integers(1, 3)))
    images, channels = draw(st.integers(1, most)), draw(st.integers(1, most))
    return case(x=draw(floats((images, channels, *size))), kernel_size=kernel_size, stride=stride)


@st.composite
def surfaces(draw: st.DrawFn) -> dict[str, np.ndarray]:
    """Draw maps whose values are all the same."""
    drawn = draw(maps(most=2))
    drawn["x"] = draw(floats(drawn["x"].shape, (draw(st.sampled_from([value for value in SMALL if value])),)))
    return drawn


EXERCISE = Exercise(
    title="average pooling",
    order=2,
    stub=avg_pool2d,
    reference=reference,
    properties=(
        equals_reference("be right where windows tile the map", 2, maps(tiled=True)),
        equals_reference("be right for any window and stride", 3, maps()),
        equals_reference("give the value itself where all values are the same", 1, surfaces(), examples=30),
        # In the plainest cases, so that a mistake with anything else costs nothing here.
        linear_in("x", 1, maps(tiled=True), examples=10),
        stride_skips(1, maps(), examples=10),
        shift_equivariant("x", 1, maps(), stride="stride", examples=10),
        leaves_arguments_alone(1, maps(tiled=True)),
        depends_on_values_alone(1, maps(tiled=True)),
    ),
    hints=(
        "If max_pool2d is done, this is the same walk over the windows. What is done with a window changes, and "
        "nothing else.",
        "The window of output (i, j) is x[n, c, i*S : i*S+F, j*S : j*S+F]. It has F * F pixels.",
        "out = np.zeros((N, C, (H - F) // S + 1, (W - F) // S + 1)); in loops over n, c, i and j: "
        "out[n, c, i, j] = x[n, c, i*S : i*S+F, j*S : j*S+F].mean()",
    ),
    alternatives=(by_loops, by_windows, by_running_sums),
    mutants=(
        Mutant(
            "maximum instead of mean",
            ("window.sum() / kernel_size**2", "window.max()"),
            "you take the largest value; that is max pooling",
        ),
        Mutant(
            "not divided",
            ("window.sum() / kernel_size**2", "window.sum()"),
            "you add the window up, but do not divide: a mean of F * F pixels is their sum divided by F * F",
        ),
        Mutant(
            "divided by F alone",
            ("/ kernel_size**2", "/ kernel_size"),
            "you divide by F: a window of F x F has F * F pixels",
        ),
        Mutant(
            "divided by the stride",
            ("/ kernel_size**2", "/ stride**2"),
            "you divide by the stride squared: divide by the pixels of the window, F * F",
        ),
        Mutant(
            "divided by 4 always",
            ("/ kernel_size**2", "/ 4"),
            "you divide by 4, which is right for windows of 2x2 only",
        ),
        Mutant(
            "whole numbers",
            ("window.sum() / kernel_size**2", "window.sum() // kernel_size**2"),
            "your division drops what is behind the point: // makes whole numbers, / does not",
        ),
        Mutant(
            "stride taken for the window",
            ("top, left = i * stride, j * stride", "top, left = i * kernel_size, j * kernel_size"),
            "your windows are kernel_size apart; they must be stride apart",
        ),
        Mutant(
            "window as large as the stride",
            ("top : top + kernel_size, left : left + kernel_size", "top : top + stride, left : left + stride"),
            "your windows are as large as the stride; they must be kernel_size large",
        ),
        Mutant(
            "output sized by height alone",
            ("out_w = (width - kernel_size)", "out_w = (height - kernel_size)"),
            "the width of your output is computed from the height: they differ when the map is not square",
        ),
        Mutant(
            "rounded up",
            (
                "out = np.zeros(",
                "out_h += (height - kernel_size) % stride > 0 and out_h * stride < height\n"
                "    out_w += (width - kernel_size) % stride > 0 and out_w * stride < width\n"
                "    out = np.zeros(",
            ),
            "you count a window that does not fit wholly at the end of a row or column: round down",
        ),
        Mutant(
            "mean over channels",
            ("window = x[n, c, top", "window = x[n, :, top"),
            "you add up all channels; each map is pooled on its own",
        ),
    ),
)
