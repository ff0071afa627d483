"""The squashing function of LeNet-5, forward and backward."""

import math

import numpy as np
from hypothesis import strategies as st

import engine
from grader.exercise import Exercise, Mutant
from grader.laws import agrees_with_finite_differences
from grader.properties import depends_on_values_alone, equals_reference, leaves_arguments_alone
from grader.strategies import case, floats


def scaled_tanh(a: np.ndarray, dy: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Squash each number as LeNet-5 does, and compute the gradient.

    Every unit of LeNet-5 up to the layer F6 adds up its inputs, which gives a, and squashes the sum:

        out = 1.7159 * tanh(2 a / 3)

    Why these two numbers? With them 1 goes to 1 and -1 to -1 (to five digits), and 1 and -1 are the values that
    the units are to learn to give. A plain tanh comes near 1 only where it is flat, so a unit that shall give 1
    would be driven to where it learns nothing more. Here it is flat near 1.7159 and -1.7159 only, and at 1
    and -1 it still has two thirds of its slope.

    Some loss L was computed from out, and dy is its gradient for out. The chain rule takes the outer
    number, the inner number and the slope of tanh, which is 1 - tanh(…)^2:

        dx = dy * 1.7159 * 2/3 * (1 - tanh(2 a / 3)^2)

    The square is that of the tanh alone, not of out, which is larger by 1.7159.

    Parameters
    ----------
    a : ndarray of any shape
        float32 or float64, any size: exp(1000) is too large for any float, tanh(1000) is just 1.
    dy : ndarray of the same shape
        Any numbers, not only ones.

    Returns
    -------
    out : ndarray of the same shape
    dx : ndarray of the same shape
        The gradient for a. Both floating.

    Examples
    --------
    >>> out, dx = scaled_tanh(np.array([0.0, 1.0, -1.0, 1000.0]), np.array([1.0, 1.0, 10.0, 1.0]))
    >>> np.round(out, 4)
    array([ 0.    ,  1.    , -1.    ,  1.7159])
    >>> np.round(dx, 4)
    array([1.1439, 0.7554, 7.5541, 0.    ])

    At 0 the slope is 1.7159 * 2/3 = 1.1439; for a = -1 it is the same as for 1, and dy there was 10.
    """
    raise NotImplementedError


def by_tanh(a: np.ndarray, dy: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    t = np.tanh(2 * a / 3)
    out = 1.7159 * t
    dx = dy * 1.7159 * (2 / 3) * (1 - t**2)
    return out, dx


def by_its_own_value(a: np.ndarray, dy: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    out = 1.7159 * np.tanh(a / 1.5)
    return out, dy * (1.7159 - out) * (1.7159 + out) / (1.5 * 1.7159)


def by_loops(a: np.ndarray, dy: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    out, dx = np.zeros(a.shape), np.zeros(a.shape)
    for place in np.ndindex(a.shape):
        t = math.tanh(2 * a[place] / 3)
        out[place] = 1.7159 * t
        dx[place] = dy[place] * 1.7159 * 2 / 3 * (1 - t * t)
    return out, dx


def by_exponentials(a: np.ndarray, dy: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    e = np.exp(-4 * np.abs(a) / 3)
    out = 1.7159 * np.sign(a) * (1 - e) / (1 + e)
    return out, dy * 1.7159 * 8 / 3 * e / (1 + e) ** 2


def reference(a: np.ndarray, dy: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    tensor = engine.tensor(a, requires_grad=True)
    out = engine.nn.functional.scaled_tanh(tensor)
    out.backward(engine.tensor(dy))
    return out.detach().numpy(), tensor.grad.numpy()


def loss(a: np.ndarray, dy: np.ndarray) -> float:
    return float(np.sum(dy * engine.nn.functional.scaled_tanh(engine.tensor(a)).numpy()))


NUMBERS = (0.0, 0.5, -0.5, 1.0, -1.0, 1.5, -1.5, 2.0, -2.0, 0.25, -0.25, 3.0, -3.0)
FAR_OUT = (1000.0, -1000.0, 90.0, -90.0, 20.0, -20.0)


@st.composite
def layers(draw: st.DrawFn, values: tuple[float, ...] = NUMBERS) -> dict[str, np.ndarray]:
    shape = tuple(draw(st.lists(st.integers(1, 3), min_size=1, max_size=4)))
    return case(a=draw(floats(shape, values)), dy=draw(floats(shape)))


EXERCISE = Exercise(
    title="the scaled tanh, forward and backward",
    order=4,
    stub=scaled_tanh,
    reference=reference,
    outputs=("out", "dx"),
    properties=(
        equals_reference("give 1 for 1 and -1 for -1", 1, layers((1.0, -1.0)), ("out",), examples=20),
        equals_reference("give the right values for arrays of any shape", 2, layers(), ("out",)),
        equals_reference("give the right gradient for arrays of any shape", 3, layers(), ("dx",)),
        equals_reference("give the right values far out", 1, layers(FAR_OUT), ("out",), examples=30),
        equals_reference("give the right gradient far out", 1, layers(FAR_OUT), ("dx",), examples=30),
        agrees_with_finite_differences("dx", "a", loss, 1, layers(), examples=10),
        leaves_arguments_alone(1, layers(), outputs=("out",)),
        depends_on_values_alone(1, layers(), outputs=("out",)),
    ),
    hints=(
        "Compute t = tanh(2 a / 3) once; both answers are made of it. NumPy's np.tanh takes a whole array, and numbers "
        "of any size.",
        "Check the values at 0, 1 and -1 first: 0, 1 and -1 must come out. For the gradient, there are three steps: "
        "multiply by 2/3, take tanh, multiply by 1.7159. What is the slope of each?",
        "The slope of tanh is 1 - t**2. Multiply the slopes of the three steps, and by dy.",
        "t = np.tanh(2 * a / 3); out = 1.7159 * t; dx = dy * 1.7159 * 2 / 3 * (1 - t**2)",
    ),
    alternatives=(by_tanh, by_its_own_value, by_loops, by_exponentials),
    mutants=(
        Mutant(
            "height forgotten",
            ("out = 1.7159 * t", "out = t"),
            "your values lie between -1 and 1: multiply the tanh by 1.7159",
        ),
        Mutant(
            "2/3 forgotten",
            ("np.tanh(2 * a / 3)", "np.tanh(a)"),
            "you take the tanh of a itself: it is the tanh of 2 a / 3",
        ),
        Mutant(
            "plain tanh",
            ("t = np.tanh(2 * a / 3)\n    out = 1.7159 * t\n", "t = np.tanh(a)\n    out = t\n"),
            "that is the plain tanh: a is multiplied by 2/3 first, and the result by 1.7159",
        ),
        Mutant(
            "3/2 for 2/3",
            ("np.tanh(2 * a / 3)", "np.tanh(3 * a / 2)"),
            "you take the tanh of 3 a / 2: it is 2 a / 3, which is less than a",
        ),
        Mutant(
            "rounded numbers",
            ("np.tanh(2 * a / 3)", "np.tanh(0.67 * a)"),
            "0.67 is not near enough to 2/3: write 2 / 3",
        ),
        Mutant(
            "whole-number division",
            ("np.tanh(2 * a / 3)", "np.tanh(2 * a // 3)"),
            "// drops what is behind the point: divide by /",
        ),
        Mutant(
            "overflow",
            (
                "t = np.tanh(2 * a / 3)",
                "t = (np.exp(4 * a / 3) - 1) / (np.exp(4 * a / 3) + 1)",
            ),
            "your exponential is infinite for a large a, and infinite / infinite is not a number: np.tanh knows how to "
            "avoid that",
        ),
        Mutant(
            "square of the output",
            ("(1 - t**2)", "(1 - out**2)"),
            "you square out in the gradient: square the tanh alone, which is out / 1.7159",
        ),
        Mutant(
            "tanh not squared",
            ("(1 - t**2)", "(1 - t)"),
            "the slope of tanh is 1 - tanh(…)^2: the square is missing",
        ),
        Mutant(
            "inner slope forgotten",
            ("dx = dy * 1.7159 * (2 / 3) * (1 - t**2)", "dx = dy * 1.7159 * (1 - t**2)"),
            "the chain rule also takes the slope of what is inside the tanh, 2/3",
        ),
        Mutant(
            "height missing in the gradient",
            ("dx = dy * 1.7159 * (2 / 3) * (1 - t**2)", "dx = dy * (2 / 3) * (1 - t**2)"),
            "the gradient is multiplied by 1.7159, too, as the output is",
        ),
        Mutant(
            "gradient of the plain tanh",
            ("dx = dy * 1.7159 * (2 / 3) * (1 - t**2)", "dx = dy * (1 - np.tanh(a) ** 2)"),
            "your gradient is that of the plain tanh: the two numbers belong in it, too",
        ),
        Mutant(
            "upstream gradient ignored",
            ("dx = dy * 1.7159", "dx = 1.7159"),
            "you return the slope alone: multiply it by dy",
        ),
        Mutant(
            "written into the argument",
            ("    t = np.tanh(2 * a / 3)\n", "    a *= 2 / 3\n    t = np.tanh(a)\n"),
            "you write into a, which belongs to the caller: make a new array",
        ),
    ),
)
