"""Images as rows of numbers."""

import numpy as np
from hypothesis import strategies as st

import engine
from grader.exercise import Exercise, Mutant
from grader.laws import example_by_example
from grader.properties import depends_on_values_alone, equals_reference, leaves_arguments_alone
from grader.strategies import case, floats


def unroll(images: np.ndarray) -> np.ndarray:
    """Write the pixels of an image, or of each image of a batch, into one row of numbers.

    A fully connected layer knows nothing of rows and columns: it takes a vector. So a digit of 20x20
    pixels becomes a vector of 400 numbers, the first row of pixels first, then the second, and so on:
    x_1 … x_20, then x_21 … x_40, at last x_381 … x_400. Counted from 0, as Python does, with W the width:

        row[i * W + j] = image[i, j]

    A batch is N images, one behind the other. It becomes N rows, one for each image, so that
    row n of what comes out is image n unrolled. Pixels of different images never share a row.

    Mind that many arrangements of the same numbers have the right shape. Only one has every pixel where
    it belongs.

    Parameters
    ----------
    images : ndarray (H, W) or (N, H, W)
        One image, or a batch. float32 or float64; the height and the width may differ.

    Returns
    -------
    ndarray (H * W,) or (N, H * W)
        One row for one image, a row for each image of a batch. Floating.

    Examples
    --------
    >>> image = np.array([[1.0, 2.0, 3.0],
    ...                   [4.0, 5.0, 6.0]])
    >>> unroll(image)
    array([1., 2., 3., 4., 5., 6.])

    The 5 stands in row 1 and column 1, so it becomes number 1 * 3 + 1 = 4, counted from 0. A batch of
    two images becomes two rows:

    >>> unroll(np.array([image, 10 * image]))
    array([[ 1.,  2.,  3.,  4.,  5.,  6.],
           [10., 20., 30., 40., 50., 60.]])
    >>> unroll(np.zeros((7, 20, 20))).shape
    (7, 400)
    """
    raise NotImplementedError


def by_reshape(images: np.ndarray) -> np.ndarray:
    height, width = images.shape[-2:]
    if images.ndim == 2:
        return images.reshape(height * width)
    return images.reshape(len(images), height * width)


def by_loops(images: np.ndarray) -> np.ndarray:
    batch = images[None] if images.ndim == 2 else images
    count, height, width = batch.shape
    out = np.zeros((count, height * width))
    for n in range(count):
        for i in range(height):
            for j in range(width):
                out[n, i * width + j] = batch[n, i, j]
    return out.ravel() if images.ndim == 2 else out


def by_joining_rows(images: np.ndarray) -> np.ndarray:
    rows = [images[..., i, :] for i in range(images.shape[-2])]
    return np.concatenate(rows, axis=-1)


def by_counting_pixels(images: np.ndarray) -> np.ndarray:
    height, width = images.shape[-2:]
    i, j = np.divmod(np.arange(height * width), width)
    out: np.ndarray = images[..., i, j]
    return out


def reference(images: np.ndarray) -> np.ndarray:
    out: np.ndarray = engine.flatten(engine.tensor(images), images.ndim - 2).numpy()
    return out


# Sizes that differ give away exchanged axes.
LENGTHS = st.integers(1, 6)


@st.composite
def single(draw: st.DrawFn) -> dict[str, np.ndarray]:
    return case(images=draw(floats((draw(LENGTHS), draw(LENGTHS)))))


@st.composite
def batches(draw: st.DrawFn) -> dict[str, np.ndarray]:
    return case(images=draw(floats((draw(st.integers(1, 4)), draw(LENGTHS), draw(LENGTHS)))))


@st.composite
def digits(draw: st.DrawFn) -> dict[str, np.ndarray]:
    return case(images=draw(floats((draw(st.integers(1, 3)), 20, 20))))


EXERCISE = Exercise(
    title="images as rows of numbers",
    order=1,
    stub=unroll,
    reference=reference,
    properties=(
        equals_reference("unroll one image, row by row", 2, single()),
        equals_reference("unroll a batch, a row for each image", 2, batches()),
        equals_reference("make rows of 400 numbers of digits of 20x20 pixels", 1, digits(), examples=10),
        example_by_example("images", 1, batches()),
        leaves_arguments_alone(1, st.one_of(single(), batches())),
        depends_on_values_alone(1, st.one_of(single(), batches())),
    ),
    hints=(
        "How long is the row of one image of H by W pixels? And which shape do N such rows have?",
        "images.ndim says whether there is one image (2 axes) or a batch (3 axes). The first axis of a batch "
        "must stay as it is; only the last two are joined.",
        "reshape reads the numbers row by row and writes them row by row, which is just what is wanted here. "
        "No axes need to be exchanged before.",
        "One image: images.reshape(H * W). A batch: images.reshape(N, H * W), where N is images.shape[0].",
    ),
    alternatives=(by_reshape, by_loops, by_joining_rows, by_counting_pixels),
    mutants=(
        Mutant(
            "column by column",
            (
                "height, width = images.shape[-2:]\n",
                "height, width = images.shape[-2:]\n    images = np.swapaxes(images, -1, -2)\n",
            ),
            "you unroll column by column: the first row of pixels comes first, so do not transpose",
        ),
        Mutant(
            "batch in one row",
            ("images.reshape(len(images), height * width)", "images.reshape(-1)"),
            "you put the whole batch into one row: each image has a row of its own, (N, H * W)",
        ),
        Mutant(
            "images as columns",
            ("images.reshape(len(images), height * width)", "images.reshape(len(images), height * width).T"),
            "your images are columns: row n of the output is image n",
        ),
        Mutant(
            "pixels of all images mixed",
            (
                "images.reshape(len(images), height * width)",
                "images.transpose(1, 2, 0).reshape(len(images), height * width)",
            ),
            "your rows hold pixels of several images: let the first axis stay first, and join the last two",
        ),
        Mutant(
            "one image as a batch",
            ("images.reshape(height * width)", "images.reshape(1, height * width)"),
            "one image (H, W) becomes a vector of shape (H * W,), not a batch of one row",
        ),
        Mutant(
            "rows of the image kept",
            (
                "images.reshape(len(images), height * width)",
                "images.reshape(len(images) * height, width)",
            ),
            "you joined the batch with the rows of the images; the last two axes are to be joined",
        ),
        Mutant(
            "last image only",
            (
                "return images.reshape(len(images), height * width)",
                "return images[-1:].reshape(1, height * width).repeat(len(images), 0)",
            ),
            "every row holds the last image: row n is image n",
        ),
        Mutant(
            "always 20 pixels wide",
            (
                "height, width = images.shape[-2:]\n",
                "height, width = 20, 20\n",
            ),
            "you take every image for 20x20: read height and width from images.shape",
        ),
        Mutant(
            "intensities scaled",
            ("images.reshape(len(images), height * width)", "images.reshape(len(images), height * width) / 255"),
            "you divide the pixels by 255: unrolling moves numbers and changes none",
        ),
    ),
)
