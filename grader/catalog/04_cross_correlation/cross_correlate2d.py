"""Sliding one filter over one image."""

import numpy as np
from hypothesis import strategies as st

import engine
from grader.exercise import Equivalent, Exercise, Mutant
from grader.laws import linear_in, shift_equivariant
from grader.properties import depends_on_values_alone, equals_reference, leaves_arguments_alone
from grader.show import Call, Picture, below, beside, digit, enlarged, grey, labelled, outlined, page, signed, text
from grader.strategies import case, floats


def cross_correlate2d(image: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """Slide a filter over an image; at each position, multiply element by element and sum.

    The filter is laid on the image so that it fits wholly, first in the top left corner, then one
    pixel further right, and so on, row by row. What comes out is large where the image looks like
    the filter. With P x Q the filter's size:

        out[i, j] = sum over p = 0 … P-1 and q = 0 … Q-1 of image[i + p, j + q] * kernel[p, q]

    Mathematicians call this cross-correlation. Deep learning libraries call it convolution; in
    mathematics a convolution flips the filter first. Here nothing is flipped.

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
    >>> image = np.array([[1.0, 2.0, 3.0],
    ...                   [4.0, 5.0, 6.0]])
    >>> kernel = np.array([[1.0, 10.0]])
    >>> cross_correlate2d(image, kernel)
    array([[21., 32.],
           [54., 65.]])

    The first number is 1 * 1 + 2 * 10 = 21.
    """
    raise NotImplementedError


def by_loops(image: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    height, width = image.shape
    kernel_h, kernel_w = kernel.shape
    out = np.zeros((height - kernel_h + 1, width - kernel_w + 1), dtype=image.dtype)
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            for p in range(kernel_h):
                for q in range(kernel_w):
                    out[i, j] += image[i + p, j + q] * kernel[p, q]
    return out


def by_shifted_images(image: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    out_h = image.shape[0] - kernel.shape[0] + 1
    out_w = image.shape[1] - kernel.shape[1] + 1
    out = np.zeros((out_h, out_w))
    for (p, q), weight in np.ndenumerate(kernel):
        out += weight * image[p : p + out_h, q : q + out_w]
    return out


def by_windows(image: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    windows = np.lib.stride_tricks.sliding_window_view(image, kernel.shape)
    out: np.ndarray = np.einsum("ijpq,pq->ij", windows, kernel)
    return out


def by_fourier_transform(image: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    padded = np.zeros(image.shape)
    padded[: kernel.shape[0], : kernel.shape[1]] = kernel
    spectrum = np.fft.rfft2(image) * np.conj(np.fft.rfft2(padded))
    circular = np.fft.irfft2(spectrum, image.shape)
    return circular[: image.shape[0] - kernel.shape[0] + 1, : image.shape[1] - kernel.shape[1] + 1]


def reference(image: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    batch = engine.tensor(image[None, None])
    out: np.ndarray = engine.conv2d(batch, engine.tensor(kernel[None, None])).numpy()[0, 0]
    return out


@st.composite
def pictures(draw: st.DrawFn, square: bool = False, most_kernel: int = 4) -> dict[str, np.ndarray]:
    kernel_h = draw(st.integers(1, most_kernel))
    kernel_w = kernel_h if square else draw(st.integers(1, most_kernel))
    height = kernel_h + draw(st.integers(0, 4))
    width = height if square else kernel_w + draw(st.integers(0, 4))
    return case(image=draw(floats((height, width))), kernel=draw(floats((kernel_h, kernel_w))))


def show(call: Call) -> Picture:
    image, kernel = digit(4, 14, seed=3), np.array([[-1.0, 2.0, -1.0]] * 3)
    values, scale = call(image=image, kernel=kernel), 26
    colours = signed(values)
    shown = np.full_like(colours, 225)
    frames = []
    for i, j in np.ndindex(values.shape):
        shown[i, j] = colours[i, j]
        under = image[i : i + 3, j : j + 3]
        at_work = below(
            labelled(enlarged(signed(kernel), scale, 1), "the filter"),
            labelled(enlarged(grey(under), scale, 1), "under it"),
            text(f"its answer: {values[i, j]:.3g}", least=190),
        )
        map_so_far = outlined(enlarged(shown, scale, 1), scale, (i, j, 1, 1))
        window = outlined(enlarged(grey(image), scale, 1), scale, (i, j, 3, 3))
        content = beside(labelled(window, "the image"), at_work, labelled(map_so_far, "the map"), middle=False)
        frames.append(page(content, "A filter for vertical lines slides over a digit"))
    return Picture(
        tuple(frames),
        "At each place the nine pixels in the frame are multiplied with the filter and added up, which makes one pixel "
        "of the map: red where a vertical stroke lies under the filter's middle, blue beside it.",
    )


EXERCISE = Exercise(
    title="slide a filter over an image",
    order=1,
    stub=cross_correlate2d,
    reference=reference,
    properties=(
        equals_reference("equal the definition for square images and filters", 2, pictures(square=True)),
        equals_reference("equal the definition for images and filters of any shape", 4, pictures()),
        # Of squares, so that height and width mixed up cost nothing here.
        linear_in("image", 1, pictures(square=True), examples=10),
        linear_in("kernel", 1, pictures(square=True), examples=10),
        shift_equivariant("image", 1, pictures(square=True)),
        leaves_arguments_alone(1, pictures(square=True)),
        depends_on_values_alone(1, pictures(square=True)),
    ),
    hints=(
        "How many positions are there along an axis of H pixels for a filter of P? Try H = 3, P = 2 on paper.",
        "Two loops run over the positions (i, j) of the output. For each, the window of the image is "
        "image[i : i + P, j : j + Q].",
        "out[i, j] = np.sum(image[i : i + P, j : j + Q] * kernel), with out = np.zeros((H - P + 1, W - Q + 1)).",
    ),
    alternatives=(by_loops, by_shifted_images, by_windows, by_fourier_transform),
    mutants=(
        Mutant(
            "kernel flipped",
            ("* kernel[p, q]", "* kernel[-1 - p, -1 - q]"),
            "your kernel is flipped: this is convolution as mathematicians define it, the exercise asks for "
            "cross-correlation",
        ),
        Mutant(
            "kernel transposed",
            ("* kernel[p, q]", "* kernel.T[min(p, kernel_w - 1), min(q, kernel_h - 1)]"),
            "your kernel is transposed: rows and columns are mixed up",
        ),
        Mutant(
            "output sized by height alone",
            ("width - kernel_w + 1", "height - kernel_h + 1"),
            "the width of your output is computed from the height: they differ when the image is not square",
        ),
        Mutant(
            "last position missed",
            ("(height - kernel_h + 1, width - kernel_w + 1)", "(height - kernel_h, width - kernel_w)"),
            "your output lacks the last row and column: a filter of P pixels has H - P + 1 positions, not H - P",
        ),
        Mutant(
            "window not moved",
            ("image[i + p, j + q]", "image[p, q]"),
            "your window never leaves the top left corner",
        ),
        Mutant(
            "only the last product kept",
            ("out[i, j] += ", "out[i, j] = "),
            "you overwrite out[i, j] with each product; the products must be summed",
        ),
    ),
    show=show,
    equivalents=(
        Equivalent(
            "out = np.zeros((height - kernel_h + 1, width - kernel_w + 1), dtype=image.dtype)",
            "out = np.zeros((height - kernel_h + 1, width - kernel_w + 1))",
            "an answer in float64 is right, too",
        ),
    ),
)
