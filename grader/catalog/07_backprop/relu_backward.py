"""Backpropagation through ReLU."""

import numpy as np
from hypothesis import strategies as st

import engine
from grader.exercise import Exercise, Mutant
from grader.laws import adjoint, agrees_with_finite_differences, linear_in
from grader.properties import depends_on_values_alone, equals_reference, leaves_arguments_alone
from grader.strategies import SMALL, case, floats


def relu_backward(dy: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Compute the gradient of ReLU for its input, given the gradient of its output.

    The layer computed y = max(x, 0), for each element by itself. Where x is positive, y moves as x does:
    the gradient goes through unchanged. Where x is negative, y stays 0 whatever x does: nothing goes through.

        dx = dy    where x > 0
        dx = 0     where x < 0

    It is the sign of x that decides, not that of dy: a gradient may well be negative.

    Exactly at 0 there is a kink, with the slope 0 on one side and 1 on the other, so there is no
    derivative. Libraries agree on 0 there, and so shall you. The grader looks at this by itself, for one
    point; in all other cases no x is 0.

    Parameters
    ----------
    dy : ndarray of any shape
        Any numbers, not only ones.
    x : ndarray of the same shape
        What went into the layer. float32 or float64.

    Returns
    -------
    ndarray of the same shape
        Floating.

    Examples
    --------
    >>> x = np.array([[3.0, -2.0, 0.5],
    ...               [-1.0, -4.0, 7.0]])
    >>> dy = np.array([[10.0, 20.0, -30.0],
    ...                [40.0, -50.0, 60.0]])
    >>> relu_backward(dy, x)
    array([[ 10.,   0., -30.],
           [  0.,   0.,  60.]])
    """
    raise NotImplementedError


def by_choosing(dy: np.ndarray, x: np.ndarray) -> np.ndarray:
    return np.where(x > 0, dy, 0.0)


def by_a_mask(dy: np.ndarray, x: np.ndarray) -> np.ndarray:
    dx: np.ndarray = dy * (x > 0)
    return dx


def by_a_copy(dy: np.ndarray, x: np.ndarray) -> np.ndarray:
    dx = dy.copy()
    dx[x <= 0] = 0
    return dx


def by_loops(dy: np.ndarray, x: np.ndarray) -> np.ndarray:
    dx = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        if x[i] > 0:
            dx[i] = dy[i]
    return dx


def reference(dy: np.ndarray, x: np.ndarray) -> np.ndarray:
    tensor = engine.tensor(x, requires_grad=True)
    engine.relu(tensor).backward(engine.tensor(dy))
    dx: np.ndarray = tensor.grad.numpy()
    return dx


def loss(dy: np.ndarray, x: np.ndarray) -> float:
    return float(np.sum(dy * np.maximum(x, 0)))


# Of dy where x is positive only: there ReLU is linear, and backward is its adjoint.
def loss_of_tangent(dy: np.ndarray, x: np.ndarray) -> float:
    return float(np.sum(dy * x))


NO_ZEROS = tuple(value for value in SMALL if value)


@st.composite
def layers(draw: st.DrawFn, values: tuple[float, ...] = NO_ZEROS, most_axes: int = 4) -> dict[str, np.ndarray]:
    shape = tuple(draw(st.lists(st.integers(1, 4), min_size=1, max_size=most_axes)))
    return case(dy=draw(floats(shape)), x=draw(floats(shape, values)))


POSITIVE = tuple(value for value in SMALL if value > 0)

EXERCISE = Exercise(
    title="ReLU, backward",
    order=3,
    stub=relu_backward,
    reference=reference,
    outputs=("dx",),
    properties=(
        equals_reference("be right for vectors", 1, layers(most_axes=1), simplify=False),
        equals_reference("be right for arrays of any shape", 2, layers(), simplify=False),
        equals_reference("give 0 where x is exactly 0", 1, layers((0.0, 1.0, -1.0)), examples=30),
        linear_in("dy", 1, layers(), examples=10),
        adjoint("dx", "x", loss_of_tangent, 1, layers(POSITIVE), examples=10),
        agrees_with_finite_differences("dx", "x", loss, 1, layers(), examples=10),
        leaves_arguments_alone(1, layers(), simplify=False),
        depends_on_values_alone(1, layers(), simplify=False),
    ),
    hints=(
        "For one element there are two cases. What decides which of them it is, and what is dx in each?",
        "x > 0 makes an array of True and False, of the shape of x. In a product, True counts as 1 and False as 0.",
        "dx = dy * (x > 0), or np.where(x > 0, dy, 0.0). Do not write into dy: it belongs to the caller.",
    ),
    alternatives=(by_choosing, by_a_mask, by_a_copy, by_loops),
    mutants=(
        Mutant(
            "derivative of 1 at 0",
            ("x > 0", "x >= 0"),
            "where x is exactly 0 you let the gradient through; it is 0 there: x > 0, not x >= 0",
        ),
        Mutant(
            "sign of dy decides",
            ("x > 0", "dy > 0"),
            "you look at the sign of dy: whether the gradient goes through depends on the sign of x",
        ),
        Mutant(
            "ReLU of both",
            ("x > 0", "(x > 0) & (dy > 0)"),
            "negative gradients are lost: where x is positive, dy goes through whatever its sign",
        ),
        Mutant(
            "upstream gradient ignored",
            ("np.where(x > 0, dy, 0.0)", "np.where(x > 0, 1.0, 0.0)"),
            "you return the derivative of ReLU alone, 1 or 0: multiply it by the upstream gradient dy",
        ),
        Mutant(
            "forward once more",
            ("np.where(x > 0, dy, 0.0)", "np.maximum(x, 0)"),
            "that is ReLU itself; its gradient is dy where x is positive",
        ),
        Mutant(
            "multiplied by the output",
            ("np.where(x > 0, dy, 0.0)", "dy * np.maximum(x, 0)"),
            "you multiply dy by y; the slope is 1 where x is positive, however large x is",
        ),
        Mutant(
            "derivative of the absolute value",
            ("np.where(x > 0, dy, 0.0)", "np.where(x > 0, dy, -dy)"),
            "where x is negative you return -dy; there y is 0 whatever x does, so the gradient is 0",
        ),
        Mutant(
            "wrong side",
            ("np.where(x > 0, dy, 0.0)", "np.where(x > 0, 0.0, dy)"),
            "you let the gradient through where x is negative: there it is 0",
        ),
        Mutant(
            "gradient goes through everywhere",
            ("np.where(x > 0, dy, 0.0)", "dy + 0.0"),
            "you hand dy back as it came: where x is negative the gradient is 0",
        ),
        Mutant(
            "written into dy",
            ("return np.where(x > 0, dy, 0.0)", "dy[x <= 0] = 0\n    return dy"),
            "you write into dy, which belongs to the caller: make a new array",
        ),
    ),
)
