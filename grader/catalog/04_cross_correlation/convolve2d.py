"""Convolution as mathematicians define it: the filter is turned first."""

import numpy as np
from hypothesis import strategies as st

import engine
from grader.exercise import Equivalent, Exercise, Mutant
from grader.laws import linear_in, shift_equivariant
from grader.properties import depends_on_values_alone, equals_reference, leaves_arguments_alone
from grader.strategies import case, floats


def convolve2d(image: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """Convolve an image with a filter, as the word is meant in mathematics.

    The layers of a convolutional network do not convolve, they cross-correlate: they lay the filter on
    the image as it is. A convolution turns the filter by half a turn first, so that its last row
    comes first and its last column too. With P x Q the filter's size:

        out[i, j] = sum over p = 0 … P-1 and q = 0 … Q-1 of
                    image[i + P-1 - p, j + Q-1 - q] * kernel[p, q]

    As p grows, the filter goes down and the image goes up: that is the turn. Only positions count at
    which the filter lies wholly on the image, just as in cross_correlate2d.

    Why anybody turns a filter: so that an image with a single bright pixel comes out as a picture of the
    filter, not of the turned filter (see below), and so that image and filter may change places, as the
    factors of a product may. A network does not care. It learns its filters, and would learn turned ones just as
    well. But you will need this: the gradient of a layer runs backwards through turned filters, and SciPy
    and signal processing mean this by convolution.

    Parameters
    ----------
    image : ndarray (H, W)
        float32 or float64.
    kernel : ndarray (P, Q)
        float32 or float64, no larger than the image, and not always square.

    Returns
    -------
    ndarray (H - P + 1, W - Q + 1)
        Floating.

    Examples
    --------
    One bright pixel, and the filter appears. Cross-correlation would give [[4, 3], [2, 1]].

    >>> image = np.array([[0.0, 0.0, 0.0],
    ...                   [0.0, 1.0, 0.0],
    ...                   [0.0, 0.0, 0.0]])
    >>> kernel = np.array([[1.0, 2.0],
    ...                    [3.0, 4.0]])
    >>> convolve2d(image, kernel)
    array([[1., 2.],
           [3., 4.]])

    A filter of one row is turned, too. The first number is 2 * 1 + 1 * 10 = 12.

    >>> convolve2d(np.array([[1.0, 2.0, 3.0]]), np.array([[1.0, 10.0]]))
    array([[12., 23.]])
    """
    raise NotImplementedError


def by_turning_the_filter(image: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    kernel_h, kernel_w = kernel.shape
    turned = kernel[::-1, ::-1]
    out = np.zeros((image.shape[0] - kernel_h + 1, image.shape[1] - kernel_w + 1))
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            out[i, j] = np.sum(image[i : i + kernel_h, j : j + kernel_w] * turned)
    return out


def by_the_definition(image: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    kernel_h, kernel_w = kernel.shape
    out = np.zeros((image.shape[0] - kernel_h + 1, image.shape[1] - kernel_w + 1), image.dtype)
    for i, j in np.ndindex(out.shape):
        for p in range(kernel_h):
            for q in range(kernel_w):
                out[i, j] += image[i + kernel_h - 1 - p, j + kernel_w - 1 - q] * kernel[p, q]
    return out


def by_turning_the_image(image: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    windows = np.lib.stride_tricks.sliding_window_view(np.rot90(image, 2), kernel.shape)
    return np.rot90(np.einsum("ijpq,pq->ij", windows, kernel), 2)


def by_rows(image: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    out = []
    for top in range(len(image) - len(kernel) + 1):
        window = image[top : top + len(kernel)][::-1]
        out.append(sum(np.convolve(window[p], kernel[p], "valid") for p in range(len(kernel))))
    return np.array(out)


def by_fourier_transform(image: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    spectrum = np.fft.rfft2(image) * np.fft.rfft2(kernel, image.shape)
    return np.fft.irfft2(spectrum, image.shape)[kernel.shape[0] - 1 :, kernel.shape[1] - 1 :]


def reference(image: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    turned = np.ascontiguousarray(np.flip(kernel))
    out: np.ndarray = engine.conv2d(engine.tensor(image[None, None]), engine.tensor(turned[None, None])).numpy()[0, 0]
    return out


@st.composite
def pictures(draw: st.DrawFn, least_h: int = 1, least_w: int = 1, square: bool = False) -> dict[str, np.ndarray]:
    kernel_h = draw(st.integers(least_h, 4))
    kernel_w = kernel_h if square else draw(st.integers(least_w, 4))
    height = kernel_h + draw(st.integers(0, 4))
    width = height if square else kernel_w + draw(st.integers(0, 4))
    return case(image=draw(floats((height, width))), kernel=draw(floats((kernel_h, kernel_w))))


@st.composite
def single_rows(draw: st.DrawFn) -> dict[str, np.ndarray]:
    """Draw one row and a filter of one row, or one column and a filter of one column."""
    kernel = draw(st.integers(2, 4))
    length, lying = kernel + draw(st.integers(0, 4)), draw(st.booleans())
    shapes = [(1, length), (1, kernel)] if lying else [(length, 1), (kernel, 1)]
    return case(image=draw(floats(shapes[0])), kernel=draw(floats(shapes[1])))


EXERCISE = Exercise(
    title="convolution, with the filter turned",
    order=2,
    stub=convolve2d,
    reference=reference,
    properties=(
        equals_reference("turn a filter of one row or of one column", 2, single_rows(), examples=40),
        equals_reference("equal the definition for square images and filters", 1, pictures(square=True)),
        equals_reference("equal the definition for images and filters of any shape", 3, pictures()),
        # In the plainest cases, so that a mistake with anything else costs nothing here.
        linear_in("image", 1, pictures(square=True), examples=10),
        linear_in("kernel", 1, pictures(square=True), examples=10),
        shift_equivariant("image", 1, pictures(square=True)),
        leaves_arguments_alone(1, pictures(square=True)),
        depends_on_values_alone(1, pictures(square=True)),
    ),
    hints=(
        "Write the filter [[1, 2], [3, 4]] on a scrap of paper and turn the paper by half a turn. What is in its "
        "first row now?",
        "If cross_correlate2d is done, this is one step more: turn the filter, then cross-correlate. Rows and columns "
        "are both reversed.",
        "kernel[::-1] reverses the rows, kernel[:, ::-1] the columns, kernel[::-1, ::-1] both: that is half a turn. A "
        "transposed filter is something else.",
        "turned = kernel[::-1, ::-1]; out[i, j] = np.sum(image[i : i + P, j : j + Q] * turned), with "
        "out = np.zeros((H - P + 1, W - Q + 1)).",
    ),
    alternatives=(by_turning_the_filter, by_the_definition, by_turning_the_image, by_rows, by_fourier_transform),
    mutants=(
        Mutant(
            "filter not turned",
            ("turned = kernel[::-1, ::-1]", "turned = kernel"),
            "that is cross-correlation: turn the filter before you lay it on the image",
        ),
        Mutant(
            "only rows reversed",
            ("turned = kernel[::-1, ::-1]", "turned = kernel[::-1]"),
            "you reverse the order of the rows only: half a turn reverses the columns, too",
        ),
        Mutant(
            "only columns reversed",
            ("turned = kernel[::-1, ::-1]", "turned = kernel[:, ::-1]"),
            "you reverse the order of the columns only: half a turn reverses the rows, too",
        ),
        Mutant(
            "filter transposed",
            ("turned = kernel[::-1, ::-1]", "turned = kernel.T"),
            "you transpose the filter: that exchanges rows and columns, half a turn reverses both",
        ),
        Mutant(
            "quarter of a turn",
            ("turned = kernel[::-1, ::-1]", "turned = np.rot90(kernel)"),
            "you turn the filter by a quarter only: np.rot90 does that once, and twice with np.rot90(kernel, 2)",
        ),
        Mutant(
            "image turned, not the filter",
            ("turned = kernel[::-1, ::-1]", "turned, image = kernel, image[::-1, ::-1]"),
            "you turn the image, not the filter: then what comes out is turned as well",
        ),
        Mutant(
            "zeros around the image",
            (
                "    kernel_h, kernel_w = kernel.shape\n",
                "    kernel_h, kernel_w = kernel.shape\n"
                "    image = np.pad(image, ((kernel_h - 1,) * 2, (kernel_w - 1,) * 2))\n",
            ),
            "you let the filter hang out over the edge, as SciPy's convolve2d does unless it is told mode='valid': "
            "count only positions at which it lies wholly on the image",
        ),
        Mutant(
            "output sized by height alone",
            ("image.shape[1] - kernel_w + 1", "image.shape[0] - kernel_h + 1"),
            "the width of your output is computed from the height: they differ when the image is not square",
        ),
        Mutant(
            "last position missed",
            (
                "(image.shape[0] - kernel_h + 1, image.shape[1] - kernel_w + 1)",
                "(image.shape[0] - kernel_h, image.shape[1] - kernel_w)",
            ),
            "your output lacks the last row and column: a filter of P pixels has H - P + 1 positions, not H - P",
        ),
    ),
    requires=("cross_correlate2d",),
    equivalents=(
        Equivalent(
            "window = image[top:top + len(kernel)][::-1]",
            "window = image[:top + len(kernel)][::-1]",
            "the rows of the window come first once the order is reversed, and no others are looked at",
        ),
        Equivalent(
            "out.append(sum((np.convolve(window[p], kernel[p], 'valid') for p in range(len(kernel)))))",
            "out.append(sum((np.convolve(kernel[p], window[p], 'valid') for p in range(len(kernel)))))",
            "in a convolution the two may change places",
        ),
    ),
)
