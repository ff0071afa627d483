"""The subsampling layers of LeNet-5, forward and backward."""

import numpy as np
from hypothesis import strategies as st

import engine
from grader.exercise import Exercise, Mutant
from grader.laws import agrees_with_finite_differences
from grader.properties import depends_on_values_alone, equals_reference, leaves_arguments_alone
from grader.strategies import case, floats


def subsample(
    x: np.ndarray, coefficient: np.ndarray, bias: np.ndarray, dy: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Make maps half as high and half as wide, as LeNet-5 did, and compute all gradients.

    Before there was max pooling, LeNet-5's layers S2 and S4 added up the four pixels of each window of 2 by 2. The
    sum is multiplied by a coefficient, and a bias is added. Both are learned, and each map has its own:

        s[n, c, i, j]   = sum over p, q = 0, 1 of x[n, c, 2 i + p, 2 j + q]
        out[n, c, i, j] = coefficient[c] * s[n, c, i, j] + bias[c]

    With the coefficient 1/4 and no bias it would be average pooling. A map can choose: a small coefficient
    blurs, a large one, once the result is squashed, acts like "or", or like "and" if the bias is far below 0.
    The squashing is left out here, it is the next exercise.

    Windows lie side by side. If a map has an odd number of rows or columns, the last one is in no window.

    Backward: some loss L was computed from out, and dy is its gradient for out. All four pixels of a window
    went into the sum with the same weight, so they get the same. The coefficient and the bias of a map
    were used at every place of that map in every image, so their gradients add up over all these:

        dx[n, c, 2 i + p, 2 j + q] = coefficient[c] * dy[n, c, i, j], and 0 for a pixel in no window
        dcoefficient[c]            = sum over n, i, j of dy[n, c, i, j] * s[n, c, i, j]
        dbias[c]                   = sum over n, i, j of dy[n, c, i, j]

    You may begin with `out`, and return None for what is not written yet.

    Parameters
    ----------
    x : ndarray (N, C, H, W)
        float32 or float64; H and W at least 2.
    coefficient : ndarray (C,)
    bias : ndarray (C,)
    dy : ndarray (N, C, H // 2, W // 2)
        Any numbers, not only ones.

    Returns
    -------
    out : ndarray (N, C, H // 2, W // 2)
    dx : ndarray (N, C, H, W)
    dcoefficient : ndarray (C,)
    dbias : ndarray (C,)
        All floating.

    Examples
    --------
    Two rows of five pixels: there are two windows, with the sums 1 + 2 + 3 + 4 = 10 and 5 + 0 + 1 + 0 = 6.

    >>> x = np.array([[[[1.0, 2.0, 5.0, 0.0, 9.0],
    ...                 [3.0, 4.0, 1.0, 0.0, 9.0]]]])
    >>> dy = np.array([[[[10.0, 100.0]]]])
    >>> out, dx, dcoefficient, dbias = subsample(x, np.array([0.5]), np.array([1.0]), dy)
    >>> out  # 0.5 * 10 + 1 and 0.5 * 6 + 1
    array([[[[6., 4.]]]])
    >>> dx  # 0.5 * 10 and 0.5 * 100
    array([[[[ 5.,  5., 50., 50.,  0.],
             [ 5.,  5., 50., 50.,  0.]]]])
    >>> dcoefficient  # 10 * 10 + 100 * 6
    array([700.])
    >>> dbias  # 10 + 100
    array([110.])
    """
    raise NotImplementedError


def by_windows(
    x: np.ndarray, coefficient: np.ndarray, bias: np.ndarray, dy: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    out, dx = np.zeros(dy.shape), np.zeros(x.shape)
    dcoefficient = np.zeros(len(coefficient))
    dbias = np.zeros(len(bias))
    for n, c, i, j in np.ndindex(out.shape):
        window = np.s_[n, c, 2 * i : 2 * i + 2, 2 * j : 2 * j + 2]
        s = x[window].sum()
        out[n, c, i, j] = coefficient[c] * s + bias[c]
        dx[window] = coefficient[c] * dy[n, c, i, j]
        dcoefficient[c] += dy[n, c, i, j] * s
        dbias[c] += dy[n, c, i, j]
    return out, dx, dcoefficient, dbias


def by_four_pixels(
    x: np.ndarray, coefficient: np.ndarray, bias: np.ndarray, dy: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    rows, columns = 2 * dy.shape[2], 2 * dy.shape[3]
    s = np.zeros(dy.shape)
    dx = np.zeros_like(x)
    for p in (0, 1):
        for q in (0, 1):
            s += x[:, :, p:rows:2, q:columns:2]
            dx[:, :, p:rows:2, q:columns:2] = coefficient[:, None, None] * dy
    out = s * coefficient[:, None, None] + bias[:, None, None]
    return out, dx, np.sum(dy * s, axis=(0, 2, 3)), np.sum(dy, axis=(0, 2, 3))


def by_two_more_axes(
    x: np.ndarray, coefficient: np.ndarray, bias: np.ndarray, dy: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    images, channels, rows, columns = dy.shape
    windows = x[:, :, : 2 * rows, : 2 * columns].reshape(images, channels, rows, 2, columns, 2)
    s = np.einsum("ncipjq->ncij", windows)
    out = np.einsum("c,ncij->ncij", coefficient, s) + bias.reshape(channels, 1, 1)
    dx = np.zeros(x.shape)
    share = dy * coefficient.reshape(channels, 1, 1)
    dx[:, :, : 2 * rows, : 2 * columns] = share.repeat(2, axis=2).repeat(2, axis=3)
    return out, dx, np.einsum("ncij,ncij->c", dy, s), np.einsum("ncij->c", dy)


def by_matrices(
    x: np.ndarray, coefficient: np.ndarray, bias: np.ndarray, dy: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    down = np.arange(x.shape[2]) // 2 == np.arange(dy.shape[2])[:, None]
    across = np.arange(x.shape[3]) // 2 == np.arange(dy.shape[3])[:, None]
    s = down @ x @ across.T
    height, offset = coefficient[None, :, None, None], bias[None, :, None, None]
    dx = down.T @ (height * dy) @ across
    return height * s + offset, dx, (dy * s).sum((0, 2, 3)), dy.sum((0, 2, 3))


def reference(
    x: np.ndarray, coefficient: np.ndarray, bias: np.ndarray, dy: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    tensors = [engine.tensor(array, requires_grad=True) for array in (x, coefficient, bias)]
    out = engine.nn.functional.subsample2d(tensors[0], tensors[1], tensors[2], 2)
    out.backward(engine.tensor(dy))
    dx, dcoefficient, dbias = (tensor.grad.numpy() for tensor in tensors)
    return out.detach().numpy(), dx, dcoefficient, dbias


def loss(x: np.ndarray, coefficient: np.ndarray, bias: np.ndarray, dy: np.ndarray) -> float:
    tensors = [engine.tensor(array) for array in (x, coefficient, bias)]
    return float(np.sum(dy * engine.nn.functional.subsample2d(tensors[0], tensors[1], tensors[2], 2).numpy()))


@st.composite
def maps(draw: st.DrawFn, most: int = 3, left_over: int = 0) -> dict[str, np.ndarray]:
    """Draw up to `most` images and channels; maps may have `left_over` rows and columns in no window."""
    images, channels = draw(st.integers(1, most)), draw(st.integers(1, most))
    rows, columns = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    size = 2 * rows + draw(st.integers(0, left_over)), 2 * columns + draw(st.integers(0, left_over))
    return case(
        x=draw(floats((images, channels, *size))),
        coefficient=draw(floats((channels,))),
        bias=draw(floats((channels,))),
        dy=draw(floats((images, channels, rows, columns))),
    )


EXERCISE = Exercise(
    title="trainable subsampling, forward and backward",
    order=3,
    stub=subsample,
    reference=reference,
    outputs=("out", "dx", "dcoefficient", "dbias"),
    properties=(
        equals_reference("give the right out for one image and one map", 1, maps(1), ("out",), examples=40),
        equals_reference("give the right out for several images and maps", 2, maps(), ("out",)),
        equals_reference("give the right dx", 2, maps(), ("dx",)),
        equals_reference("give the right dcoefficient", 2, maps(), ("dcoefficient",)),
        equals_reference("give the right dbias", 1, maps(), ("dbias",)),
        equals_reference("be right where the last row or column is in no window", 1, maps(2, 1), ("out", "dx")),
        agrees_with_finite_differences("dcoefficient", "coefficient", loss, 1, maps(2, 1), examples=10),
        leaves_arguments_alone(1, maps(2), outputs=("out",)),
        depends_on_values_alone(1, maps(2), outputs=("out",)),
    ),
    hints=(
        "Forward is average pooling without the division, then a product and a sum for each map. Keep the sums: the "
        "gradient of the coefficient needs them.",
        "coefficient[:, None, None] has the shape (C, 1, 1), and so meets the axis C of an array (N, C, OH, OW). "
        "Plain `coefficient` would meet the last axis.",
        "Loops over n, c, i and j do for everything. Window (i, j) is x[n, c, 2*i : 2*i + 2, 2*j : 2*j + 2]; in dx the "
        "same place gets coefficient[c] * dy[n, c, i, j].",
        "Begin with zeros. In the loops: s = the window's sum; out[n, c, i, j] = coefficient[c] * s + bias[c]; "
        "dcoefficient[c] += dy[n, c, i, j] * s; dbias[c] += dy[n, c, i, j].",
    ),
    alternatives=(by_windows, by_four_pixels, by_two_more_axes, by_matrices),
    mutants=(
        Mutant(
            "mean of the window",
            ("s = x[window].sum()", "s = x[window].mean()"),
            "you take the mean of the four pixels: LeNet-5 takes their sum, and leaves the rest to the coefficient",
        ),
        Mutant(
            "largest of the window",
            ("s = x[window].sum()", "s = x[window].max()"),
            "you take the largest pixel, as in max pooling: here the four are added up",
        ),
        Mutant(
            "bias multiplied, too",
            ("coefficient[c] * s + bias[c]", "coefficient[c] * (s + bias[c])"),
            "you add the bias before you multiply: first multiply the sum by the coefficient, then add the bias",
        ),
        Mutant(
            "bias for each pixel",
            ("coefficient[c] * s + bias[c]", "coefficient[c] * s + 4 * bias[c]"),
            "you add the bias four times: once for each window",
        ),
        Mutant(
            "bias forgotten",
            ("coefficient[c] * s + bias[c]", "coefficient[c] * s"),
            "you do not add the bias",
        ),
        Mutant(
            "one coefficient for all maps",
            ("coefficient[c] * s + bias[c]", "coefficient[0] * s + bias[0]"),
            "all your maps use the coefficient and the bias of the first: each has its own",
        ),
        Mutant(
            "windows overlap",
            (
                "window = np.s_[n, c, 2 * i : 2 * i + 2, 2 * j : 2 * j + 2]",
                "window = np.s_[n, c, i : i + 2, j : j + 2]",
            ),
            "your windows overlap: they lie side by side, window (i, j) begins at row 2 i and column 2 j",
        ),
        Mutant(
            "gradient shared among four",
            ("dx[window] = coefficient[c] * dy[n, c, i, j]", "dx[window] = coefficient[c] * dy[n, c, i, j] / 4"),
            "you divide the gradient by 4, as for a mean: in a sum each pixel has the weight 1, so each gets all of it",
        ),
        Mutant(
            "coefficient missing in dx",
            ("dx[window] = coefficient[c] * dy[n, c, i, j]", "dx[window] = dy[n, c, i, j]"),
            "what goes back to the pixels is multiplied by the coefficient, as they were",
        ),
        Mutant(
            "first pixel only",
            ("dx[window] = coefficient[c]", "dx[n, c, 2 * i, 2 * j] = coefficient[c]"),
            "only the first pixel of each window gets something: all four went into the sum",
        ),
        Mutant(
            "pixels in dx",
            (
                "dx[window] = coefficient[c] * dy[n, c, i, j]",
                "dx[window] = coefficient[c] * dy[n, c, i, j] * x[window]",
            ),
            "dx does not depend on the pixels: each went into its sum with the weight 1",
        ),
        Mutant(
            "output for the sum",
            ("dcoefficient[c] += dy[n, c, i, j] * s", "dcoefficient[c] += dy[n, c, i, j] * out[n, c, i, j]"),
            "you multiply dy by out: the coefficient was multiplied by the window's sum, so that is its slope",
        ),
        Mutant(
            "upstream gradient missing in dcoefficient",
            ("dcoefficient[c] += dy[n, c, i, j] * s", "dcoefficient[c] += s"),
            "dcoefficient does not depend on dy: multiply each window's sum by the gradient of its output",
        ),
        Mutant(
            "dcoefficient of the last window",
            ("dcoefficient[c] += dy", "dcoefficient[c] = dy"),
            "dcoefficient comes from the last window alone: the coefficient was used in all windows of its map in all "
            "images, so add up",
        ),
        Mutant(
            "dcoefficient averaged",
            ("return out, dx, dcoefficient, dbias", "return out, dx, dcoefficient / len(x), dbias"),
            "you divide dcoefficient by the number of images: it is a sum over the batch, not a mean",
        ),
        Mutant(
            "coefficient in dbias",
            ("dbias[c] += dy[n, c, i, j]", "dbias[c] += coefficient[c] * dy[n, c, i, j]"),
            "the bias was added after the product, so the coefficient is not in its gradient",
        ),
        Mutant(
            "dbias averaged",
            ("dbias[c] += dy[n, c, i, j]", "dbias[c] += dy[n, c, i, j] / dy[:, c].size"),
            "your dbias is a mean: it is the sum over all images and places",
        ),
        Mutant(
            "one gradient for all maps",
            ("dbias[c] += dy[n, c, i, j]", "dbias += dy[n, c, i, j]"),
            "you sum dbias over the maps as well: each map has a bias of its own",
        ),
    ),
    requires=("avg_pool2d",),
)
