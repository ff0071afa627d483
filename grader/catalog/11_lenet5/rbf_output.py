"""The output layer of LeNet-5: how far the features lie from the picture of each class."""

import numpy as np
from hypothesis import strategies as st

import engine
from engine import models
from grader.exercise import Exercise, Mutant, Property
from grader.laws import example_by_example
from grader.properties import depends_on_values_alone, equals_reference, leaves_arguments_alone
from grader.show import Call, Picture, below, beside, enlarged, grey, labelled, outlined, page, text
from grader.strategies import case, floats
from grader.trial import Trial


def rbf_output(x: np.ndarray, w: np.ndarray) -> np.ndarray:
    """Compare each example with the code of each class, by squared distance.

    The last layer of LeNet-5 does not weigh its inputs. Each of the 10 classes has a code of 84 numbers, -1
    and 1: a little picture of the digit, 7 pixels wide and 12 high. The 84 units of layer F6 are to draw
    that picture, and what the output layer gives is how far they are from it:

        y[n, k] = sum over j = 0 … J-1 of (x[n, j] - w[k, j])^2

    Such a unit is called a Euclidean radial basis function, RBF for short: its value depends on nothing but the
    distance from a centre, the code. The layer is called RBF output, though there is no exponential in it,
    and no square root either.

    So y is a penalty: 0 where an example is the code, large where it is far from it. The network's
    answer is the class with the smallest. Codes that are pictures make characters that look alike have
    codes that are alike, so that what is confused can be told apart later by looking at the whole word.

    Parameters
    ----------
    x : ndarray (N, J)
        The features of N examples. float32 or float64.
    w : ndarray (K, J)
        The code of each class; any numbers here, not only -1 and 1.

    Returns
    -------
    ndarray (N, K)
        Floating.

    Examples
    --------
    Two codes. The example is the first of them but for its last number, which is off by 3.

    >>> w = np.array([[1.0, -1.0, 1.0],
    ...               [1.0, 1.0, -1.0]])
    >>> rbf_output(np.array([[1.0, -1.0, 4.0]]), w)
    array([[ 9., 29.]])

    From the second code it is 0, -2 and 5 away: 0 + 4 + 25 = 29.
    """
    raise NotImplementedError


def by_one_more_axis(x: np.ndarray, w: np.ndarray) -> np.ndarray:
    away = x[:, None, :] - w
    y: np.ndarray = np.sum(away**2, axis=2)
    return y


def by_loops(x: np.ndarray, w: np.ndarray) -> np.ndarray:
    y = np.zeros((len(x), len(w)))
    for n in range(len(x)):
        for k in range(len(w)):
            for j in range(w.shape[1]):
                y[n, k] += (x[n, j] - w[k, j]) ** 2
    return y


def by_products(x: np.ndarray, w: np.ndarray) -> np.ndarray:
    y: np.ndarray = np.sum(x * x, axis=1)[:, None] - 2 * (x @ w.T) + np.sum(w * w, axis=1)
    return y


def by_classes(x: np.ndarray, w: np.ndarray) -> np.ndarray:
    return np.stack([np.linalg.norm(x - code, axis=1) ** 2 for code in w], axis=1)


def reference(x: np.ndarray, w: np.ndarray) -> np.ndarray:
    y: np.ndarray = engine.rbf(engine.tensor(x), engine.tensor(w)).numpy()
    return y


@st.composite
def examples(draw: st.DrawFn, most: int = 4) -> dict[str, np.ndarray]:
    n, k, j = draw(st.integers(1, most)), draw(st.integers(1, most)), draw(st.integers(1, 5))
    return case(x=draw(floats((n, j))), w=draw(floats((k, j))))


@st.composite
def hits(draw: st.DrawFn) -> dict[str, np.ndarray]:
    """Draw as many examples as classes, each the code of its class."""
    w = draw(floats((draw(st.integers(1, 4)), draw(st.integers(1, 5)))))
    return case(x=w.copy(), w=w)


def only_distances_count(points: int) -> Property:
    """Require f(x + t, w + t) = f(x, w): where everything moves, distances stay."""

    def check(trial: Trial) -> None:
        t = np.arange(3.0, 3.0 + trial.case["x"].shape[1])
        here, moved = trial.array(), trial.array(x=trial.case["x"] + t, w=trial.case["w"] + t)
        trial.compare(here, moved, "f(x + t, w + t)")
        trial.must_be_right(here, also=True)

    return Property("give the same where examples and codes move alike", points, examples(), check, examples=10)


# Share of the pixels of a code that are turned from ink to paper or back.
SPOILT = (0.0, 0.1, 0.2, 0.3, 0.4)


def show(call: Call) -> Picture:
    codes = models.digit_codes().numpy().reshape(10, 84)
    order = np.random.default_rng(4).permutation(84)
    x = np.repeat(codes[3:4], len(SPOILT), axis=0)
    for features, share in zip(x, SPOILT, strict=True):
        features[order[: round(84 * share)]] *= -1
    penalties = call(x=x, w=codes)
    tiles = [enlarged(grey(-code.reshape(12, 7), -1, 1), 5) for code in codes]
    rows = [beside(text("", least=89), *(labelled(tile, str(digit)) for digit, tile in enumerate(tiles)), gap=14)]
    for share, features, row in zip(SPOILT, x, penalties, strict=True):
        found = enlarged(grey(-features.reshape(12, 7), -1, 1), 5)
        numbers = []
        for k, penalty in enumerate(row):
            bar = np.ones((12, 7))
            bar[12 - round(12 * max(penalty, 0) / max(row.max(), 1)) :] = 0.75
            drawn = enlarged(grey(bar), 5)
            drawn = outlined(drawn, 5, (0, 0, 12, 7)) if k == row.argmin() else drawn
            numbers.append(below(drawn, text(f"{penalty:.4g}", least=36), gap=2))
        rows.append(beside(text(f"{share:.0%}", least=40), found, *numbers, gap=14))
    return Picture(
        (page(below(*rows), "How far is a spoilt 3 from each digit?", "the smallest penalty has a frame"),),
        "From above, 0 to 40 percent of the pixels of a 3 are turned around: up to 20 its own code is the nearest, "
        "and where more is spoilt, that of a digit that looks like what is left.",
    )


EXERCISE = Exercise(
    title="the RBF output layer",
    order=5,
    stub=rbf_output,
    reference=reference,
    outputs=("y",),
    properties=(
        equals_reference("be right for one example and one class", 1, examples(1), examples=30),
        equals_reference("be right for several examples and classes", 4, examples()),
        equals_reference("give 0 where an example is the code", 1, hits(), examples=20),
        only_distances_count(1),
        example_by_example("x", 1, examples(), examples=10),
        leaves_arguments_alone(1, examples()),
        depends_on_values_alone(1, examples()),
    ),
    hints=(
        "For one example and one class, x[n] and w[k] are two vectors of J numbers. Take the difference, square each "
        "number, add up. Then do that for all pairs of n and k.",
        "Two loops do it: y[n, k] = np.sum((x[n] - w[k]) ** 2), into zeros of shape (N, K).",
        "Without loops: x[:, None, :] has the shape (N, 1, J), and with w (K, J) it makes all differences at once, "
        "(N, K, J). Sum over the last axis.",
    ),
    alternatives=(by_one_more_axis, by_loops, by_products, by_classes),
    mutants=(
        Mutant(
            "square root taken",
            ("np.sum(away**2, axis=2)", "np.sqrt(np.sum(away**2, axis=2))"),
            "you take the square root, which gives the distance itself: the squared distance is asked for",
        ),
        Mutant(
            "absolute differences",
            ("away**2", "np.abs(away)"),
            "you add up the sizes of the differences: square them",
        ),
        Mutant(
            "not squared",
            ("away**2", "away"),
            "your differences are not squared, so that those above and below 0 cancel each other",
        ),
        Mutant(
            "squared after the sum",
            ("np.sum(away**2, axis=2)", "np.sum(away, axis=2) ** 2"),
            "you square the sum of the differences: square each of them first, then add up",
        ),
        Mutant(
            "product as in a linear layer",
            ("np.sum(away**2, axis=2)", "x @ w.T"),
            "you weigh the inputs, as a fully connected layer does: take differences, and square them",
        ),
        Mutant(
            "mean over the features",
            ("np.sum(away**2, axis=2)", "np.mean(away**2, axis=2)"),
            "you take the mean over the features; their sum is asked for",
        ),
        Mutant(
            "half of the square",
            ("np.sum(away**2, axis=2)", "np.sum(away**2, axis=2) / 2"),
            "you take half of the squared distance: there is no 1/2 in the formula",
        ),
        Mutant(
            "Gaussian",
            ("np.sum(away**2, axis=2)", "np.exp(-np.sum(away**2, axis=2))"),
            "other RBF networks take exp(-distance^2); here the squared distance itself is asked for",
        ),
        Mutant(
            "negative",
            ("np.sum(away**2, axis=2)", "-np.sum(away**2, axis=2)"),
            "your values are negative, as if the best class had the largest: y is a penalty, and the best has the "
            "smallest",
        ),
        Mutant(
            "added instead of subtracted",
            ("x[:, None, :] - w", "x[:, None, :] + w"),
            "you add the code to the example: subtract it",
        ),
        Mutant(
            "examples and classes exchanged",
            ("return y", "return y.T"),
            "your result is (K, N): a row is an example, a column a class",
        ),
        Mutant(
            "reshaped instead of transposed",
            ("return y", "return y.T.reshape(y.shape)"),
            "the shape is right, but the numbers are in wrong places: you have (K, N), and reshape it where it should "
            "be transposed",
        ),
        Mutant(
            "smallest alone",
            ("return y", "return y * (y == y.min(axis=1, keepdims=True))"),
            "you keep the best class alone: the penalties of all classes are asked for",
        ),
    ),
    show=show,
)
