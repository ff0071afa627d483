"""A border of zeros around every map of a batch."""

import numpy as np
from hypothesis import strategies as st

from grader.exercise import Equivalent, Exercise, Mutant
from grader.laws import linear_in
from grader.properties import depends_on_values_alone, equals_reference, leaves_arguments_alone
from grader.show import Call, Picture, beside, coloured, enlarged, labelled, landscape, page
from grader.strategies import case, floats


def zero_pad(x: np.ndarray, padding: int) -> np.ndarray:
    """Put a border of zeros around every map of a batch of images.

    A filter of F pixels takes F - 1 pixels off every axis, so a deep network would soon run out of
    image. And a pixel in the corner lies under the filter at one position only, a pixel in the
    middle at F * F. A border of zeros helps with both: with (F - 1) / 2 zeros on each side,
    F odd and stride 1, what comes out is as large as what went in.

    A batch has four axes: N images, C channels (red, green, blue, or the maps of a layer), height H and
    width W. Only the maps get a border; the numbers of images and channels stay. With P = padding:

        out[n, c, P + i, P + j] = x[n, c, i, j]    for i = 0 … H-1 and j = 0 … W-1
        out = 0                                    everywhere else

    Parameters
    ----------
    x : ndarray (N, C, H, W)
        float32 or float64. Height and width may differ.
    padding : int
        Zeros on each of the four sides; 0 or more. With 0, nothing is added.

    Returns
    -------
    ndarray (N, C, H + 2 * padding, W + 2 * padding)
        Floating.

    Examples
    --------
    One image with one channel, of 2 by 3 pixels:

    >>> x = np.array([[[[1.0, 2.0, 3.0],
    ...                 [4.0, 5.0, 6.0]]]])
    >>> zero_pad(x, 1)
    array([[[[0., 0., 0., 0., 0.],
             [0., 1., 2., 3., 0.],
             [0., 4., 5., 6., 0.],
             [0., 0., 0., 0., 0.]]]])
    >>> zero_pad(x, 2).shape
    (1, 1, 6, 7)

    The height is 2 + 2 * 2 = 6 and the width 3 + 2 * 2 = 7.
    """
    raise NotImplementedError


def into_zeros(x: np.ndarray, padding: int) -> np.ndarray:
    images, channels, height, width = x.shape
    out = np.zeros((images, channels, height + 2 * padding, width + 2 * padding), dtype=x.dtype)
    out[:, :, padding : padding + height, padding : padding + width] = x
    return out


def by_np_pad(x: np.ndarray, padding: int) -> np.ndarray:
    return np.pad(x, [(0, 0), (0, 0), (padding, padding), (padding, padding)])


def by_strips(x: np.ndarray, padding: int) -> np.ndarray:
    images, channels, height, width = x.shape
    side = np.zeros((images, channels, height, padding))
    x = np.concatenate([side, x, side], axis=3)
    strip = np.zeros((images, channels, padding, width + 2 * padding))
    return np.concatenate([strip, x, strip], axis=2)


def by_pixels(x: np.ndarray, padding: int) -> np.ndarray:
    if padding == 0:
        return x
    images, channels, height, width = x.shape
    out = np.zeros((images, channels, height + 2 * padding, width + 2 * padding))
    for n in range(images):
        for c in range(channels):
            for i in range(height):
                for j in range(width):
                    out[n, c, i + padding, j + padding] = x[n, c, i, j]
    return out


def by_matrices(x: np.ndarray, padding: int) -> np.ndarray:
    height, width = x.shape[2:]
    down = np.eye(height + 2 * padding, height, -padding)
    across = np.eye(width, width + 2 * padding, padding)
    out: np.ndarray = down @ x @ across
    return out


def reference(x: np.ndarray, padding: int) -> np.ndarray:
    return np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))


# Sizes that differ give away mixed-up axes; sizes of 1 make small counterexamples.
SHAPES = st.tuples(st.integers(1, 3), st.integers(1, 4), st.integers(1, 5), st.integers(1, 6))


@st.composite
def batches(draw: st.DrawFn, least: int = 0, most: int = 3) -> dict[str, np.ndarray | int]:
    return case(x=draw(floats(draw(SHAPES))), padding=draw(st.integers(least, most)))


@st.composite
def square_images(draw: st.DrawFn) -> dict[str, np.ndarray | int]:
    size = draw(st.integers(1, 4))
    return case(x=draw(floats((1, 1, size, size))), padding=1)


def show(call: Call) -> Picture:
    x, scale = landscape(), 4
    tiles = []
    for padding in (0, 3, 12):
        padded = call(x=x[None], padding=padding)[0]
        _, height, width = padded.shape
        tiles.append(labelled(enlarged(coloured(padded), scale), f"padding {padding}: {height}x{width} pixels"))
    return Picture(
        (page(beside(*tiles), "A picture in three colours, with borders of zeros", "zeros in all three are black"),),
        "The border is black on all four sides, as wide as the padding says, and the house has not changed.",
    )


EXERCISE = Exercise(
    title="put a border of zeros around images",
    order=2,
    stub=zero_pad,
    reference=reference,
    properties=(
        equals_reference("put a border of 1 zero around a single square map", 1, square_images(), examples=30),
        equals_reference("put a border of any width around batches of any shape", 3, batches(1)),
        equals_reference("give the same values back when the padding is 0", 2, batches(0, 0)),
        linear_in("x", 1, batches(), examples=10),
        leaves_arguments_alone(1, batches()),
        depends_on_values_alone(1, batches()),
    ),
    hints=(
        "Which of the four axes grow, and by how much? Write down the shape of what comes out for x of shape "
        "(2, 3, 4, 5) and padding 1.",
        "Begin with an array of zeros of the right shape, then copy x into its middle. Row 0 of x goes to row P.",
        "The middle is rows P up to, not including, P + H, and columns P up to P + W. The slice P:-P is the "
        "same only while P is not 0: 0:-0 is 0:0, which is empty.",
        "out = np.zeros((N, C, H + 2 * padding, W + 2 * padding), dtype=x.dtype), then "
        "out[:, :, padding : padding + H, padding : padding + W] = x.",
    ),
    alternatives=(into_zeros, by_np_pad, by_strips, by_pixels, by_matrices),
    mutants=(
        Mutant(
            "all four axes padded",
            ("    return out", "    return np.pad(x, padding)"),
            "you pad all four axes, which adds whole images and channels of zeros: pad the height and the width only",
        ),
        Mutant(
            "channels taken to be last",
            (
                "    return out",
                "    return np.pad(x, ((0, 0), (padding, padding), (padding, padding), (0, 0)))",
            ),
            "you pad channels and height: the axes are (N, C, H, W), so height and width are the last two",
        ),
        Mutant(
            "border on one side only",
            ("    return out", "    return out[:, :, : padding + height, : padding + width]"),
            "your border lies above and on the left only: it belongs on all four sides",
        ),
        Mutant(
            "image in the corner",
            (
                "out[:, :, padding : padding + height, padding : padding + width]",
                "out[:, :, :height, :width]",
            ),
            "your shape is right, but the image lies in the top left corner: move it down and right by the padding",
        ),
        Mutant(
            "height alone padded",
            ("    return out", "    return out[:, :, :, padding : padding + width]"),
            "you pad above and below, but not left and right",
        ),
        Mutant(
            "border of 1 always",
            (
                "    images, channels, height, width = x.shape\n",
                "    images, channels, height, width = x.shape\n    padding = 1\n",
            ),
            "your border is always 1 wide, whatever the padding is",
        ),
        Mutant(
            "slice to minus padding",
            (
                "    out[:, :, padding : padding + height, padding : padding + width] = x",
                "    if padding > 0:\n        out[:, :, padding:-padding, padding:-padding] = x",
            ),
            "for padding 0 nothing is copied: the slice 0:-0 is empty; write padding : padding + height instead",
        ),
        Mutant(
            "last image only",
            (
                "    out[:, :, padding : padding + height, padding : padding + width] = x",
                "    out[-1, :, padding : padding + height, padding : padding + width] = x[-1]",
            ),
            "only the last image of the batch is copied: look at what stands inside the loop over images",
        ),
        Mutant(
            "edge repeated",
            (
                "    return out",
                '    return np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)), mode="edge")',
            ),
            "your border repeats the pixels at the edge: it must be zeros",
        ),
        Mutant(
            "whole numbers",
            ("dtype=x.dtype", "dtype=np.int64"),
            "your output holds whole numbers, so that 0.5 becomes 0: give np.zeros the dtype of x",
        ),
    ),
    show=show,
    equivalents=(
        Equivalent(
            "out = np.zeros((images, channels, height + 2 * padding, width + 2 * padding), dtype=x.dtype)",
            "out = np.zeros((images, channels, height + 2 * padding, width + 2 * padding))",
            "an answer in float64 is right, too",
        ),
        Equivalent(
            "if padding == 0:",
            "pass",
            "the general way does nothing where the padding is 0",
        ),
        Equivalent(
            "if padding == 0:",
            "if padding == -1:",
            "the general way does nothing where the padding is 0",
        ),
    ),
)
