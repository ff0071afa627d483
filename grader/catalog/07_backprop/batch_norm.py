"""Batch normalisation in training."""

import numpy as np
from hypothesis import strategies as st

import engine
from grader.exercise import Exercise, Mutant
from grader.properties import depends_on_values_alone, equals_reference, leaves_arguments_alone
from grader.strategies import case, floats


def batch_norm(
    x: np.ndarray,
    weight: np.ndarray,
    bias: np.ndarray,
    running_mean: np.ndarray,
    running_var: np.ndarray,
    momentum: float,
    eps: float,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Bring each channel of a batch to mean 0 and variance 1, then scale and shift it; keep running statistics.

    While a network learns, the numbers that reach a layer keep changing their size, and the layer must
    follow. Batch normalisation takes that away: each channel is measured over the whole batch, all images and
    all pixels, and brought to mean 0 and variance 1. What scale and shift are good for the next layer is then
    learned, by a weight and a bias for each channel. For channel c, with M = N * H * W numbers:

        mean[c]        = sum of x[:, c] / M
        var[c]         = sum of (x[:, c] - mean[c]) ** 2 / M
        xhat[n,c,i,j]  = (x[n,c,i,j] - mean[c]) / sqrt(var[c] + eps)
        y[n,c,i,j]     = weight[c] * xhat[n,c,i,j] + bias[c]

    eps is small, and stands inside the root: a channel of equal numbers is then not divided by 0.

    When the trained network is used, there may be a single image, and nothing to average over. So during training
    one remembers what means and variances are usual. Each batch moves the memory by the share momentum:

        running_mean[c] becomes (1 - momentum) * running_mean[c] + momentum * mean[c]
        running_var[c]  becomes (1 - momentum) * running_var[c]  + momentum * var[c] * M / (M - 1)

    The factor M / (M - 1) is there because the variance of a sample, divided by M, is on average too small. It
    belongs into the memory only: y is computed with var[c] as above. PyTorch does the same.

    Here the running statistics are returned as new arrays, and the arguments are left as they are.

    Parameters
    ----------
    x : ndarray (N, C, H, W)
        float32 or float64, with at least 2 numbers in a channel.
    weight, bias : ndarray (C,)
    running_mean, running_var : ndarray (C,)
        As they were before this batch.
    momentum : float
        From 0 to 1.
    eps : float

    Returns
    -------
    y : ndarray (N, C, H, W)
    running_mean, running_var : ndarray (C,)
        As they are after this batch. All floating.

    Examples
    --------
    One channel of four numbers with mean 3 and variance (4 + 0 + 4 + 0) / 4 = 2. With eps = 2 the root is
    that of 4, so that the numbers are easy.

    >>> x = np.array([[[[1.0, 3.0], [5.0, 3.0]]]])
    >>> one, zero = np.ones(1), np.zeros(1)
    >>> y, mean, var = batch_norm(x, 10 * one, one, zero, one, momentum=0.5, eps=2.0)
    >>> y  # xhat is -1, 0, 1, 0
    array([[[[-9.,  1.],
             [11.,  1.]]]])
    >>> mean  # 0.5 * 0 + 0.5 * 3
    array([1.5])
    >>> round(float(var[0]), 4)  # 0.5 * 1 + 0.5 * 2 * 4 / 3
    1.8333
    """
    raise NotImplementedError


def by_axes(
    x: np.ndarray,
    weight: np.ndarray,
    bias: np.ndarray,
    running_mean: np.ndarray,
    running_var: np.ndarray,
    momentum: float,
    eps: float,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    count = x.size / x.shape[1]
    mean = x.mean(axis=(0, 2, 3))
    var = x.var(axis=(0, 2, 3))
    xhat = (x - mean[:, None, None]) / np.sqrt(var + eps)[:, None, None]
    y = weight[:, None, None] * xhat + bias[:, None, None]
    running_mean = (1 - momentum) * running_mean + momentum * mean
    running_var = (1 - momentum) * running_var + momentum * var * count / (count - 1)
    return y, running_mean, running_var


def by_channels(
    x: np.ndarray,
    weight: np.ndarray,
    bias: np.ndarray,
    running_mean: np.ndarray,
    running_var: np.ndarray,
    momentum: float,
    eps: float,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    y = np.zeros(x.shape)
    means, variances = np.zeros(len(weight)), np.zeros(len(weight))
    for c in range(len(weight)):
        channel = x[:, c].astype(np.float64)
        y[:, c] = weight[c] * (channel - channel.mean()) / np.sqrt(channel.var() + eps) + bias[c]
        means[c] = running_mean[c] + momentum * (channel.mean() - running_mean[c])
        variances[c] = running_var[c] + momentum * (channel.var(ddof=1) - running_var[c])
    return y, means, variances


def by_rows(
    x: np.ndarray,
    weight: np.ndarray,
    bias: np.ndarray,
    running_mean: np.ndarray,
    running_var: np.ndarray,
    momentum: float,
    eps: float,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rows = np.moveaxis(x, 1, 0).reshape(x.shape[1], x.size // x.shape[1])
    mean = rows.sum(axis=1) / rows.shape[1]
    squares = np.sum((rows - mean[:, None]) ** 2, axis=1)
    scale = weight / np.sqrt(squares / rows.shape[1] + eps)
    shift = bias - mean * scale
    y = x * scale[:, None, None] + shift[:, None, None]
    keep = 1 - momentum
    return (
        y,
        keep * running_mean + momentum * mean,
        keep * running_var + momentum * squares / (rows.shape[1] - 1),
    )


def reference(
    x: np.ndarray,
    weight: np.ndarray,
    bias: np.ndarray,
    running_mean: np.ndarray,
    running_var: np.ndarray,
    momentum: float,
    eps: float,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    mean, var = engine.tensor(running_mean.copy()), engine.tensor(running_var.copy())
    scale, shift = engine.tensor(weight), engine.tensor(bias)
    y = engine.batch_norm(engine.tensor(x), mean, var, scale, shift, True, momentum, eps)
    return y.numpy(), mean.numpy(), var.numpy()


SCALES = (1.0, -1.0, 2.0, 0.5, -3.0, 10.0)
VARIANCES = (1.0, 0.5, 2.0, 4.0, 10.0)


@st.composite
def batches(draw: st.DrawFn, constant: bool = False, plain: bool = False) -> dict[str, np.ndarray | float]:
    images, channels, height, width = (draw(st.integers(1, most)) for most in (3, 3, 3, 4))
    if images * height * width == 1:
        width = 2
    x = draw(floats((images, channels, height, width)))
    weight, bias = draw(floats((channels,), SCALES)), draw(floats((channels,)))
    return case(
        x=x * 0 + bias.astype(x.dtype)[:, None, None] if constant else x,
        weight=weight * 0 + 1 if plain else weight,
        bias=bias * 0 if plain else bias,
        running_mean=draw(floats((channels,))),
        running_var=draw(floats((channels,), VARIANCES)),
        momentum=draw(st.sampled_from((0.1, 0.5, 0.25, 0.0, 1.0))),
        eps=draw(st.sampled_from((1e-5, 1e-3, 1.0, 2.0))),
    )


EXERCISE = Exercise(
    title="batch normalisation in training",
    order=7,
    stub=batch_norm,
    reference=reference,
    outputs=("y", "running_mean", "running_var"),
    properties=(
        equals_reference("normalise, with weight 1 and bias 0", 2, batches(plain=True), outputs=("y",)),
        equals_reference("scale and shift by weight and bias", 2, batches(), outputs=("y",)),
        equals_reference("give the bias where a channel is constant", 1, batches(constant=True), outputs=("y",)),
        equals_reference("give the right running mean", 1, batches(), outputs=("running_mean",)),
        equals_reference("give the right running variance", 2, batches(), outputs=("running_var",)),
        leaves_arguments_alone(1, batches(), outputs=("y",)),
        depends_on_values_alone(1, batches(), outputs=("y",)),
    ),
    hints=(
        "Over which axes is the mean of a channel taken? All but one: the channels are axis 1 of (N, C, H, W).",
        "A mean of shape (C,) does not line up with (N, C, H, W), because shapes are lined up from the right. "
        "mean[:, None, None] has the shape (C, 1, 1), which does.",
        "x.var(axis=(0, 2, 3)) divides by M. That is right for y; for the running variance multiply by M / (M - 1), "
        "where M = N * H * W.",
        "xhat = (x - mean[:, None, None]) / np.sqrt(var + eps)[:, None, None]; y = weight[:, None, None] * xhat + "
        "bias[:, None, None]; (1 - momentum) * running_var + momentum * var * M / (M - 1).",
    ),
    alternatives=(by_axes, by_channels, by_rows),
    mutants=(
        Mutant(
            "normalised over the batch alone",
            (
                "    y = weight",
                "    xhat = (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + eps)\n    y = weight",
            ),
            "you take a mean for each pixel, over the images alone: there is one for each channel, over all its pixels",
        ),
        Mutant(
            "each image by itself",
            (
                "    y = weight",
                "    own = {'axis': (2, 3), 'keepdims': True}\n"
                "    xhat = (x - x.mean(**own)) / np.sqrt(x.var(**own) + eps)\n    y = weight",
            ),
            "you normalise each image by itself: mean and variance of a channel are taken over all images",
        ),
        Mutant(
            "all channels together",
            ("    y = weight", "    xhat = (x - x.mean()) / np.sqrt(x.var() + eps)\n    y = weight"),
            "you take one mean over everything: each channel has its own",
        ),
        Mutant(
            "variance of a sample in y",
            (
                "np.sqrt(var + eps)",
                "np.sqrt(var * count / (count - 1) + eps)",
            ),
            "y is computed with the variance divided by M; M - 1 is for the running variance only",
        ),
        Mutant(
            "eps outside the root",
            ("np.sqrt(var + eps)", "(np.sqrt(var) + eps)"),
            "eps is added to the variance, inside the root: sqrt(var + eps)",
        ),
        Mutant(
            "divided by the variance",
            ("np.sqrt(var + eps)", "(var + eps)"),
            "you divide by the variance; divide by its root",
        ),
        Mutant(
            "bias before the weight",
            (
                "weight[:, None, None] * xhat + bias[:, None, None]",
                "weight[:, None, None] * (xhat + bias[:, None, None])",
            ),
            "you multiply the bias by the weight: scale first, then shift",
        ),
        Mutant(
            "running statistics normalise",
            (
                "    y = weight",
                "    root = np.sqrt(running_var + eps)[:, None, None]\n"
                "    xhat = (x - running_mean[:, None, None]) / root\n    y = weight",
            ),
            "you normalise with the running statistics; in training the batch's own are used",
        ),
        Mutant(
            "momentum the other way round",
            (
                "running_mean = (1 - momentum) * running_mean + momentum * mean",
                "running_mean = momentum * running_mean + (1 - momentum) * mean",
            ),
            "momentum is the share of the new batch, not that of the memory",
        ),
        Mutant(
            "running variance divided by M",
            ("momentum * var * count / (count - 1)", "momentum * var"),
            "the running variance takes up the variance of a sample: multiply by M / (M - 1)",
        ),
        Mutant(
            "running variance counts the images",
            ("momentum * var * count / (count - 1)", "momentum * var * len(x) / max(len(x) - 1, 1)"),
            "M is the count of numbers in a channel, N * H * W, not the number of images",
        ),
        Mutant(
            "running statistics not moved",
            ("return y, running_mean, running_var", "return y, mean, var * count / (count - 1)"),
            "you return the batch's own statistics: mix them with the running ones, by momentum",
        ),
    ),
)
