"""Backpropagation through batch normalisation."""

import numpy as np
from hypothesis import strategies as st

import engine
from grader.exercise import Equivalent, Exercise, Mutant, Property
from grader.laws import agrees_with_finite_differences
from grader.properties import Cases, depends_on_values_alone, equals_reference, leaves_arguments_alone
from grader.strategies import case, distinct_floats, floats
from grader.trial import Trial


def batch_norm_backward(
    dy: np.ndarray, x: np.ndarray, weight: np.ndarray, eps: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Compute the gradients of batch normalisation in training, given the gradient of its output.

    For channel c, with M = N * H * W numbers, the layer computed

        mean = sum of x / M            var = sum of (x - mean) ** 2 / M
        xhat = (x - mean) / sqrt(var + eps)
        y    = weight * xhat + bias

    Bias and weight are used once for every number of the channel, so what comes back to them is summed:

        dbias[c]   = sum of dy over the channel
        dweight[c] = sum of dy * xhat over the channel

    For x it is less simple, because x has three ways to the loss: through its own xhat, and, since mean and
    variance are made of all numbers of the channel, through every other xhat as well. Taken together, with
    averages over the M numbers of the channel:

        dx = weight / sqrt(var + eps) * (dy - average of dy - xhat * average of (dy * xhat))

    Read it so: what comes through is dy, less the part that would move all numbers of the channel alike, which the
    mean takes away again, and less the part that would stretch them, which the variance takes away
    again. So dx sums to 0 in each channel.

    Whoever treats mean and variance as constants gets weight / sqrt(var + eps) * dy, which is wrong.

    Parameters
    ----------
    dy : ndarray (N, C, H, W)
        Any numbers, not only ones.
    x : ndarray (N, C, H, W)
        float32 or float64.
    weight : ndarray (C,)
    eps : float

    Returns
    -------
    dx : ndarray (N, C, H, W)
    dweight : ndarray (C,)
    dbias : ndarray (C,)
        All floating.

    Examples
    --------
    One channel of four numbers with mean 3 and variance 2. With eps = 2 the root is that of 4, and xhat
    is -1, 0, 1, 0.

    >>> x = np.array([[[[1.0, 3.0], [5.0, 3.0]]]])
    >>> dy = np.array([[[[0.0, 4.0], [8.0, 0.0]]]])
    >>> dx, dweight, dbias = batch_norm_backward(dy, x, np.array([10.0]), eps=2.0)
    >>> dbias, dweight
    (array([12.]), array([8.]))

    The average of dy is 3, that of dy * xhat is 2, and 10 / sqrt(4) is 5. So the first number of dx
    is 5 * (0 - 3 - (-1) * 2) = -5.

    >>> dx
    array([[[[ -5.,   5.],
             [ 15., -15.]]]])
    """
    raise NotImplementedError


def by_the_formula(
    dy: np.ndarray, x: np.ndarray, weight: np.ndarray, eps: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    axes = (0, 2, 3)
    root = np.sqrt(x.var(axis=axes, keepdims=True) + eps)
    xhat = (x - x.mean(axis=axes, keepdims=True)) / root
    dbias = dy.sum(axis=axes)
    dweight = (dy * xhat).sum(axis=axes)
    rest = dy - dy.mean(axis=axes, keepdims=True) - xhat * (dy * xhat).mean(axis=axes, keepdims=True)
    dx = weight[:, None, None] / root * rest
    return dx, dweight, dbias


def by_steps(
    dy: np.ndarray, x: np.ndarray, weight: np.ndarray, eps: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    dx, dweight, dbias = np.zeros(x.shape), np.zeros(len(weight)), np.zeros(len(weight))
    for c in range(len(weight)):
        up, values = dy[:, c].astype(np.float64), x[:, c].astype(np.float64)
        centred = values - values.mean()
        root = np.sqrt(np.mean(centred**2) + eps)
        dbias[c] = up.sum()
        dweight[c] = np.sum(up * centred / root)
        dxhat = up * weight[c]
        dvar = np.sum(dxhat * centred) * -0.5 / root**3
        dcentred = dxhat / root + dvar * 2 * centred / values.size
        dx[:, c] = dcentred - dcentred.mean()
    return dx, dweight, dbias


def by_matrices(
    dy: np.ndarray, x: np.ndarray, weight: np.ndarray, eps: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    images, channels, height, width = x.shape
    rows, ups = (array.transpose(1, 0, 2, 3).reshape(channels, x.size // channels) for array in (x, dy))
    centring = np.eye(rows.shape[1]) - 1 / rows.shape[1]
    centred = rows @ centring
    variance = np.sum(centred**2, axis=1, keepdims=True) / rows.shape[1] + eps
    dots = np.sum(ups * centred, axis=1, keepdims=True)
    flat = weight[:, None] / variance**0.5 * (ups @ centring - centred * dots / (rows.shape[1] * variance))
    dx = flat.reshape(channels, images, height, width).swapaxes(0, 1)
    return dx, (dots / variance**0.5).ravel(), ups.sum(axis=1)


def reference(
    dy: np.ndarray, x: np.ndarray, weight: np.ndarray, eps: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    inputs, scale, shift = (engine.tensor(array, requires_grad=True) for array in (x, weight, np.zeros(len(weight))))
    engine.batch_norm(inputs, None, None, scale, shift, training=True, eps=eps).backward(engine.tensor(dy))
    dx, dweight, dbias = (tensor.grad.numpy() for tensor in (inputs, scale, shift))
    return dx, dweight, dbias


def loss(dy: np.ndarray, x: np.ndarray, weight: np.ndarray, eps: float) -> float:
    y = engine.batch_norm(engine.tensor(x), None, None, engine.tensor(weight), training=True, eps=eps)
    return float(np.sum(dy * y.numpy()))


SCALES = (1.0, -1.0, 2.0, 0.5, -3.0, 4.0)


@st.composite
def layers(draw: st.DrawFn, least: int = 2) -> dict[str, np.ndarray | float]:
    images, channels, height, width = (draw(st.integers(1, most)) for most in (3, 3, 3, 4))
    if images * height * width < least:
        width = least
    shape = (images, channels, height, width)
    return case(
        dy=draw(floats(shape)),
        x=draw(distinct_floats(shape)),
        weight=draw(floats((channels,), SCALES)),
        eps=draw(st.sampled_from((1e-5, 1e-3, 1.0, 2.0))),
    )


def sums_to_zero(points: int, cases: Cases) -> Property:
    def check(trial: Trial) -> None:
        value = trial.call()
        dx = trial.named_outputs(value)["dx"]
        trial.must_look_right(dx, "dx")
        sums = dx.astype(np.float64).sum(axis=(0, 2, 3))
        # Float32 rounds what is summed.
        if np.abs(sums).max() > 1e-4 * max(1.0, float(np.abs(dx).max())):
            message = "to move a channel as a whole changes nothing in y, so dx must sum to 0 in each channel"
            trial.fail(message, expected=np.zeros(sums.shape), got=sums, output="sum of dx over the channel")
        trial.must_be_right(value, ("dx",))

    return Property("give a dx that sums to 0 in each channel", points, cases, check, examples=20, simplify=False)


EXERCISE = Exercise(
    title="batch normalisation, backward",
    order=8,
    stub=batch_norm_backward,
    reference=reference,
    outputs=("dx", "dweight", "dbias"),
    properties=(
        equals_reference("give the right dbias", 1, layers(), outputs=("dbias",), examples=30, simplify=False),
        equals_reference("give the right dweight", 2, layers(), outputs=("dweight",), simplify=False),
        equals_reference("give the right dx", 3, layers(), outputs=("dx",), simplify=False),
        sums_to_zero(1, layers()),
        agrees_with_finite_differences("dx", "x", loss, 1, layers(least=4), examples=10),
        leaves_arguments_alone(1, layers(), outputs=("dx",), simplify=False),
        depends_on_values_alone(1, layers(), outputs=("dx", "dweight"), simplify=False),
    ),
    hints=(
        "Compute xhat once more, as the forward pass did, with keepdims=True so that all shapes go together. Then do "
        "dbias and dweight, which are one sum each.",
        "The averages in dx are over the images and pixels of a channel, axis=(0, 2, 3): the same axes as those of the "
        "mean in the forward pass.",
        "If you would rather not trust the formula: go back step by step, from y to xhat, from xhat to x - mean and to "
        "the root, from the root to the variance, to (x - mean) ** 2, to the mean. What comes back to x on all ways "
        "is added up.",
        "dx = weight[:, None, None] / root * (dy - dy.mean(axis=(0, 2, 3), keepdims=True) - xhat * (dy * xhat).mean("
        "axis=(0, 2, 3), keepdims=True)), with root = np.sqrt(var + eps).",
    ),
    alternatives=(by_the_formula, by_steps, by_matrices),
    mutants=(
        Mutant(
            "mean and variance taken as constant",
            ("/ root * rest", "/ root * dy"),
            "you treat mean and variance as constants; they change with x, so two more terms are missing in dx",
        ),
        Mutant(
            "variance taken as constant",
            (" - xhat * (dy * xhat).mean(axis=axes, keepdims=True)", ""),
            "the way through the variance is missing in dx: - xhat * average of (dy * xhat)",
        ),
        Mutant(
            "mean taken as constant",
            (" - dy.mean(axis=axes, keepdims=True)", ""),
            "the way through the mean is missing in dx: - average of dy",
        ),
        Mutant(
            "sums for averages",
            ("(dy * xhat).mean(axis=axes, keepdims=True)", "(dy * xhat).sum(axis=axes, keepdims=True)"),
            "in dx the term with xhat takes the average of dy * xhat, not the sum: divide by M",
        ),
        Mutant(
            "averages over the images alone",
            ("dy - dy.mean(axis=axes, keepdims=True)", "dy - dy.mean(axis=0, keepdims=True)"),
            "your average of dy is over the images alone: a channel's mean is made of all its pixels, too",
        ),
        Mutant(
            "weight forgotten",
            ("weight[:, None, None] / root * rest", "rest / root"),
            "dx lacks the weight that xhat was multiplied with",
        ),
        Mutant(
            "divided by the variance",
            ("/ root * rest", "/ root**2 * rest"),
            "you divide by the variance: divide by its root",
        ),
        Mutant(
            "not divided",
            ("/ root * rest", "* rest"),
            "dx lacks 1 / sqrt(var + eps), the slope of xhat",
        ),
        Mutant(
            "dweight with x",
            ("dweight = (dy * xhat)", "dweight = (dy * x)"),
            "you multiply dy by x in dweight; the weight was multiplied with xhat",
        ),
        Mutant(
            "dbias averaged",
            ("dbias = dy.sum(axis=axes)", "dbias = dy.mean(axis=axes)"),
            "dbias is a sum over images and pixels, not an average",
        ),
        Mutant(
            "variance of a sample",
            ("x.var(axis=axes, keepdims=True)", "x.var(axis=axes, keepdims=True, ddof=1)"),
            "you divide the variance by M - 1; the layer divided by M",
        ),
    ),
    equivalents=(
        Equivalent("axes = (0, 2, 3)", "axes = (0, 3, 2)", "sums over several axes do not depend on their order"),
        Equivalent(
            "dx = flat.reshape(channels, images, height, width).swapaxes(0, 1)",
            "dx = flat.reshape(channels, images, height, width).swapaxes(1, 0)",
            "two axes are exchanged, whichever is named first",
        ),
    ),
    requires=("batch_norm",),
)
