"""Max pooling."""

import numpy as np
from hypothesis import strategies as st

import engine
from grader.exercise import Equivalent, Exercise, Mutant
from grader.laws import commutes_with_a_rising_function, shift_equivariant, stride_skips
from grader.properties import depends_on_values_alone, equals_reference, leaves_arguments_alone
from grader.show import Call, Picture, below, beside, digit, enlarged, grey, labelled, outlined, page, text
from grader.strategies import SMALL, case, floats, windows


def max_pool2d(x: np.ndarray, kernel_size: int, stride: int) -> np.ndarray:
    """Keep the largest value of each window; each map on its own.

    A square window of F x F pixels slides over each map in steps of S pixels. Pooling makes maps
    smaller, and the answer a little less dependent on where exactly something was seen. There is
    nothing to learn in it.

        out[n, c, i, j] = max over p, q = 0 … F-1 of x[n, c, S i + p, S j + q]

    The output has floor((H - F) / S) + 1 rows, and columns likewise: pixels at the end that no whole
    window covers are left out. Windows overlap where S < F, and skip pixels where S > F. Values
    may be negative, all of them too.

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
    >>> x = np.array([[[[1.0, 5.0, 2.0, 0.0],
    ...                 [3.0, 4.0, 1.0, 7.0]]]])
    >>> max_pool2d(x, kernel_size=2, stride=2)
    array([[[[5., 7.]]]])
    >>> max_pool2d(x, kernel_size=2, stride=1)
    array([[[[5., 5., 7.]]]])
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
                    out[n, c, i, j] = window.max()
    return out


def by_windows(x: np.ndarray, kernel_size: int, stride: int) -> np.ndarray:
    windows = np.lib.stride_tricks.sliding_window_view(x, (kernel_size, kernel_size), axis=(2, 3))
    out: np.ndarray = windows[:, :, ::stride, ::stride].max(axis=(4, 5))
    return out


def by_shifted_maps(x: np.ndarray, kernel_size: int, stride: int) -> np.ndarray:
    height = (x.shape[2] - kernel_size) // stride * stride + 1
    width = (x.shape[3] - kernel_size) // stride * stride + 1
    out = np.full((*x.shape[:2], (height - 1) // stride + 1, (width - 1) // stride + 1), -np.inf)
    for p in range(kernel_size):
        for q in range(kernel_size):
            out = np.maximum(out, x[:, :, p : p + height : stride, q : q + width : stride])
    return out


def reference(x: np.ndarray, kernel_size: int, stride: int) -> np.ndarray:
    out: np.ndarray = engine.max_pool2d(engine.tensor(x), kernel_size, stride).numpy()
    return out


POSITIVE = tuple(abs(value) for value in SMALL)  # with 0, as after a ReLU
NEGATIVE = tuple(-abs(value) - 1 for value in SMALL)


@st.composite
def maps(
    draw: st.DrawFn, tiled: bool = False, values: tuple[float, ...] = SMALL, most: int = 3
) -> dict[str, np.ndarray]:
    window = draw(windows(paddings=(0, 0), square_kernel=True))
    kernel_size, stride, size = window.kernel[0], window.stride, window.size
    if tiled:
        stride = kernel_size
        size = (kernel_size * draw(st.integers(1, 3)), kernel_size * draw(st.integers(1, 3)))
    images, channels = draw(st.integers(1, most)), draw(st.integers(1, most))
    x = draw(floats((images, channels, *size), values))
    return case(x=x, kernel_size=kernel_size, stride=stride)


def show(call: Call) -> Picture:
    x, scale = digit(3, seed=2), 14
    rows = []
    for size, stride in ((2, 2), (3, 2)):
        pooled = call(x=x[None, None], kernel_size=size, stride=stride)[0, 0]
        before = enlarged(grey(x), scale, stride)
        for i, j in np.ndindex(pooled.shape):
            top, left = i * stride, j * stride
            winners = np.argwhere(x[top : top + size, left : left + size] == pooled[i, j])
            if pooled[i, j] > 0 and len(winners):
                before = outlined(before, scale, (top + int(winners[0, 0]), left + int(winners[0, 1]), 1, 1))
        words = [f"{len(values)}x{len(values)} pixels" for values in (x, pooled)]
        tiles = beside(labelled(before, words[0]), labelled(enlarged(grey(pooled), scale * stride), words[1]))
        rows.append(below(text(f"windows of {size}x{size}, {stride} pixels apart"), tiles, gap=8))
    return Picture(
        (page(below(*rows), "Max pooling", "an orange frame: the pixel that won its window"),),
        "Of each window only the brightest pixel is left, the one in an orange frame: half as many rows and columns "
        "still show the digit, and where windows overlap, one pixel may win several of them.",
    )


EXERCISE = Exercise(
    title="max pooling",
    order=1,
    stub=max_pool2d,
    reference=reference,
    properties=(
        equals_reference(
            "be right where windows tile a map without negative values", 2, maps(tiled=True, values=POSITIVE)
        ),
        equals_reference("be right for any window and stride, no value negative", 3, maps(values=POSITIVE)),
        equals_reference("be right where all values are negative", 1, maps(values=NEGATIVE), simplify=False),
        # Without negative values, so that a maximum that starts at 0 costs nothing here.
        commutes_with_a_rising_function("x", 1, maps(values=POSITIVE), examples=10),
        stride_skips(1, maps(values=POSITIVE), examples=10),
        shift_equivariant("x", 1, maps(values=POSITIVE), stride="stride", examples=10),
        leaves_arguments_alone(1, maps(tiled=True, values=POSITIVE)),
        depends_on_values_alone(1, maps(tiled=True, values=POSITIVE)),
    ),
    hints=(
        "How many windows fit along a row of 5 pixels, with F = 3 and S = 2? And with F = 2 and S = 2? Draw them.",
        "The window of output (i, j) is x[n, c, i*S : i*S+F, j*S : j*S+F]. What is the smallest value the "
        "largest pixel can have? Not 0.",
        "out = np.zeros((N, C, (H - F) // S + 1, (W - F) // S + 1)); in loops over n, c, i and j: "
        "out[n, c, i, j] = x[n, c, i*S : i*S+F, j*S : j*S+F].max()",
    ),
    alternatives=(by_loops, by_windows, by_shifted_maps),
    mutants=(
        Mutant(
            "maximum starts at 0",
            ("= window.max()", "= max(0, window.max())"),
            "your maximum starts at 0, so a window of negative values gives 0",
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
            "mean instead of maximum",
            ("window.max()", "window.mean()"),
            "you take the mean; that is average pooling",
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
            "size divided by the stride",
            ("out_w = (width - kernel_size) // stride + 1", "out_w = width // stride"),
            "W // S windows fit only where the window is as large as the stride; it is (W - F) // S + 1",
        ),
        Mutant(
            "maximum over channels",
            ("window = x[n, c, top", "window = x[n, :, top"),
            "you take the maximum over all channels; each map is pooled on its own",
        ),
    ),
    show=show,
    equivalents=(
        Equivalent(
            "out = np.maximum(out, x[:, :, p:p + height:stride, q:q + width:stride])",
            "out = np.maximum(x[:, :, p:p + height:stride, q:q + width:stride], out)",
            "the larger of two is the same from both sides",
        ),
    ),
)
