"""One number for each map, whatever its size."""

import numpy as np
from hypothesis import strategies as st

import engine
from grader.exercise import Equivalent, Exercise, Mutant
from grader.laws import linear_in
from grader.properties import depends_on_values_alone, equals_reference, leaves_arguments_alone
from grader.strategies import SMALL, case, floats


def global_avg_pool(x: np.ndarray) -> np.ndarray:
    """Take the mean of each whole map.

    Behind its last convolution a network has, say, 512 maps of 7 by 7: each says where something was seen, and
    how clearly. For the class of the image it only matters how much of it there is. Global average
    pooling reduces each map to one number, its mean, so that 512 numbers are left:

        out[n, c] = 1 / (H * W) * sum over i, j of x[n, c, i, j]

    A fully connected layer to 10 classes then has 512 * 10 weights; on the unrolled maps it would
    have 7 * 7 * 512 * 10, which is 49 times as many. And since the number of weights no longer depends on H and
    W, the network takes images of any size. Network in Network did this first, GoogLeNet and the
    residual networks followed.

    Images stay apart, and so do channels: only height and width go.

    Parameters
    ----------
    x : ndarray (N, C, H, W)
        float32 or float64. H and W may differ, and either may be 1.

    Returns
    -------
    ndarray (N, C)
        Floating.

    Examples
    --------
    One image with two maps of 2 by 3. The first sums up to 12, and 12 / 6 = 2.

    >>> x = np.array([[[[1.0, 5.0, 2.0],
    ...                 [0.0, 3.0, 1.0]],
    ...                [[0.0, 0.0, 0.0],
    ...                 [0.0, 0.0, 3.0]]]])
    >>> global_avg_pool(x)
    array([[2. , 0.5]])
    """
    raise NotImplementedError


def by_mean(x: np.ndarray) -> np.ndarray:
    height, width = x.shape[2:]
    sums = x.sum(axis=(2, 3))
    out: np.ndarray = sums / (height * width)
    return out


def by_loops(x: np.ndarray) -> np.ndarray:
    out = np.zeros(x.shape[:2], x.dtype)
    for n in range(x.shape[0]):
        for c in range(x.shape[1]):
            for row in x[n, c]:
                for value in row:
                    out[n, c] += value / x[n, c].size
    return out


def by_unrolling(x: np.ndarray) -> np.ndarray:
    out: np.ndarray = x.reshape(*x.shape[:2], x.shape[2] * x.shape[3]).mean(axis=2)
    return out


def by_rows_then_columns(x: np.ndarray) -> np.ndarray:
    out: np.ndarray = x.astype(np.float64).mean(axis=3).mean(axis=2)
    return out


def by_equal_weights(x: np.ndarray) -> np.ndarray:
    height, width = x.shape[2:]
    out: np.ndarray = np.einsum("nchw,h,w->nc", x, np.full(height, 1 / height), np.full(width, 1 / width))
    return out


def reference(x: np.ndarray) -> np.ndarray:
    out: np.ndarray = engine.avg_pool2d(engine.tensor(x), x.shape[2:]).numpy()[:, :, 0, 0]
    return out


@st.composite
def batches(draw: st.DrawFn, most: int = 4, square: bool = False) -> dict[str, np.ndarray]:
    images, channels = draw(st.integers(1, most)), draw(st.integers(1, most))
    height = draw(st.integers(1, 5))
    width = height if square else draw(st.integers(1, 6))
    return case(x=draw(floats((images, channels, height, width))))


@st.composite
def surfaces(draw: st.DrawFn) -> dict[str, np.ndarray]:
    """Draw maps that have the same value everywhere."""
    shape = draw(st.tuples(*[st.integers(1, 4)] * 4))
    return case(x=draw(floats(shape, (draw(st.sampled_from([value for value in SMALL if value])),))))


EXERCISE = Exercise(
    title="global average pooling",
    order=6,
    stub=global_avg_pool,
    reference=reference,
    properties=(
        equals_reference("be right for a single square map", 1, batches(1, square=True), examples=30),
        equals_reference("be right for batches of any shape", 3, batches()),
        equals_reference("give the value itself where all values are the same", 1, surfaces(), examples=30),
        linear_in("x", 1, batches(), examples=20),
        leaves_arguments_alone(1, batches()),
        depends_on_values_alone(1, batches()),
    ),
    hints=(
        "Which of the four axes stay, and which go? How many numbers does each mean take in?",
        "sum and mean of NumPy take an axis, or several: x.sum(axis=2) adds up over the height. The axes are counted "
        "from 0: N, C, H, W.",
        "x.mean(axis=(2, 3)) takes the mean over two axes at once, and both are gone afterwards.",
    ),
    alternatives=(by_mean, by_loops, by_unrolling, by_rows_then_columns, by_equal_weights),
    mutants=(
        Mutant(
            "not divided",
            ("sums / (height * width)", "sums + 0.0"),
            "you add each map up, but do not divide by the number of its pixels, H * W",
        ),
        Mutant(
            "divided by the height, multiplied by the width",
            ("sums / (height * width)", "sums / height * width"),
            "`/ H * W` divides by H and multiplies by W: write / (H * W)",
        ),
        Mutant(
            "divided by the height squared",
            ("sums / (height * width)", "sums / (height * height)"),
            "you divide by H * H: the maps need not be square, they have H * W pixels",
        ),
        Mutant(
            "divided by the height alone",
            ("sums / (height * width)", "sums / height"),
            "you divide by H: a map has H * W pixels",
        ),
        Mutant(
            "axes kept",
            ("x.sum(axis=(2, 3))", "x.sum(axis=(2, 3), keepdims=True)"),
            "your output still has a height and a width of 1: (N, C) is asked for, without them",
        ),
        Mutant(
            "largest instead of mean",
            ("sums / (height * width)", "x.max(axis=(2, 3))"),
            "you take the largest value of each map: the mean is asked for",
        ),
        Mutant(
            "mean of everything",
            ("sums / (height * width)", "np.full(sums.shape, x.mean())"),
            "you take one mean of all maps together: each map has its own",
        ),
        Mutant(
            "mean over channels, too",
            ("sums / (height * width)", "x.mean(axis=(1, 2, 3))"),
            "you take the mean over the channels, too: each map keeps a number of its own, (N, C)",
        ),
        Mutant(
            "mean over images, too",
            ("sums / (height * width)", "x.mean(axis=(0, 2, 3))"),
            "you take the mean over the images, too: each image keeps its own numbers, (N, C)",
        ),
        Mutant(
            "channels taken to be last",
            ("sums / (height * width)", "x.mean(axis=(1, 2))"),
            "you take the mean over channels and height: the axes are (N, C, H, W), so height and width are 2 and 3",
        ),
        Mutant(
            "channels and images exchanged",
            ("sums / (height * width)", "(sums / (height * width)).T"),
            "your output is (C, N): images come first",
        ),
        Mutant(
            "whole numbers",
            ("sums / (height * width)", "sums // (height * width)"),
            "your division drops what is behind the point: // makes whole numbers, / does not",
        ),
    ),
    equivalents=(
        Equivalent(
            "out: np.ndarray = x.astype(np.float64).mean(axis=3).mean(axis=2)",
            "out: np.ndarray = x.astype(np.float64).mean(axis=2).mean(axis=2)",
            "the mean over the columns of the means over the rows is the same",
        ),
    ),
)
