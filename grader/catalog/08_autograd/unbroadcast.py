"""Broadcasting undone for gradients."""

import numpy as np
from hypothesis import strategies as st

import engine
from grader.exercise import Exercise, Mutant
from grader.laws import linear_in
from grader.properties import depends_on_values_alone, equals_reference, leaves_arguments_alone
from grader.strategies import case, floats


def unbroadcast(dy: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Sum a gradient back to the shape that an operand had before it was broadcast.

    NumPy adds a bias of shape (K,) to an array of shape (N, K) as if the bias stood there N times. This is
    broadcasting, and it has two rules. Shapes are lined up from the right, and axes that are missing on the left are
    put in; an axis of length 1 is repeated until it is as long as that of the other operand.

    Backward, the gradient has the shape of the result, but the operand needs one of its own shape.
    A number that was used in many places gets the sum of what comes back from all of them. So each
    repetition becomes a sum:

        axes that were put in on the left        are summed, and disappear
        axes of length 1 that were repeated      are summed, and stay as axes of length 1
        all others                               stay as they are

    This one function serves every elementwise operation: compute the gradient as if nothing had been
    broadcast, then call unbroadcast for each operand.

    Parameters
    ----------
    dy : ndarray
        The gradient in the shape of the result. Any numbers, not only ones.
    shape : tuple of int
        Of the operand; it can be broadcast to the shape of dy. It may be (), the shape of a single number.

    Returns
    -------
    ndarray of shape `shape`
        Floating; for the shape () a number will do.

    Examples
    --------
    >>> dy = np.array([[1.0, 2.0, 3.0],
    ...                [10.0, 20.0, 30.0]])
    >>> unbroadcast(dy, (3,))  # a row that was added to both rows
    array([11., 22., 33.])
    >>> unbroadcast(dy, (2, 1))  # a column that was added to all three columns
    array([[ 6.],
           [60.]])
    >>> unbroadcast(dy, (1, 3))
    array([[11., 22., 33.]])
    >>> float(unbroadcast(dy, ()))
    66.0
    >>> unbroadcast(dy, (2, 3))
    array([[ 1.,  2.,  3.],
           [10., 20., 30.]])
    """
    raise NotImplementedError


def by_axes(dy: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    added = dy.ndim - len(shape)
    out: np.ndarray = dy.sum(axis=tuple(range(added)))
    for axis, length in enumerate(shape):
        if length == 1:
            out = out.sum(axis=axis, keepdims=True)
    return out


def by_loops(dy: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    out = np.zeros(shape)
    for index in np.ndindex(dy.shape):
        kept = index[len(index) - len(shape) :]
        place = tuple(kept[axis] * (shape[axis] > 1) for axis in range(len(shape)))
        out[place] += dy[index]
    return out


def by_one_sum(dy: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    wide = (1,) * (dy.ndim - len(shape)) + shape
    axes = tuple(axis for axis in range(dy.ndim) if wide[axis] == 1)
    return np.asarray(dy.sum(axis=axes)).reshape(shape)


def by_counting_places(dy: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    size = int(np.prod(shape))
    places = np.broadcast_to(np.arange(size).reshape(shape), dy.shape)
    return np.bincount(places.ravel(), dy.ravel(), size).reshape(shape)


def reference(dy: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    operand = engine.zeros(shape, dtype=engine.float64, requires_grad=True)
    (operand + engine.zeros(dy.shape, dtype=engine.float64)).backward(engine.tensor(dy))
    out: np.ndarray = operand.grad.numpy()
    return out


@st.composite
def gradients(
    draw: st.DrawFn, added: tuple[int, int] = (0, 2), repeated: bool = True, least_axes: int = 0
) -> dict[str, np.ndarray | tuple[int, ...]]:
    front = draw(st.lists(st.integers(1, 3), min_size=added[0], max_size=added[1]))
    # An axis of length 1 may be one that was repeated, too.
    rest = draw(st.lists(st.integers(1 if repeated else 2, 4), min_size=max(least_axes, 0 if front else 1), max_size=3))
    shape = tuple(1 if repeated and draw(st.booleans()) else length for length in rest)
    return case(dy=draw(floats((*front, *rest))), shape=shape)


EXERCISE = Exercise(
    title="broadcasting undone",
    order=2,
    stub=unbroadcast,
    reference=reference,
    properties=(
        # Not to single numbers: those come last, in the third property.
        equals_reference(
            "sum over axes that were put in on the left", 2, gradients((1, 2), repeated=False, least_axes=1)
        ),
        equals_reference("sum over axes of length 1 that were repeated, and keep them", 2, gradients((0, 0))),
        equals_reference("be right for any two shapes", 2, gradients()),
        linear_in("dy", 1, gradients(least_axes=1), examples=10),
        leaves_arguments_alone(1, gradients()),
        depends_on_values_alone(1, gradients()),
    ),
    hints=(
        "How many axes has dy more than the operand? These stand in front, and all of them are summed.",
        "dy.sum(axis=(0, 1)) sums over two axes at once; dy.sum(axis=()) over none. After the first sum the array has "
        "as many axes as shape.",
        "Then look at each axis of shape: where its length is 1, sum over that axis with keepdims=True, so that the "
        "axis stays.",
        "out = dy.sum(axis=tuple(range(dy.ndim - len(shape)))); then for axis, length in enumerate(shape): if "
        "length == 1: out = out.sum(axis=axis, keepdims=True).",
    ),
    alternatives=(by_axes, by_loops, by_one_sum, by_counting_places),
    mutants=(
        Mutant(
            "mean over the axes on the left",
            ("dy.sum(axis=tuple(range(added)))", "dy.mean(axis=tuple(range(added)))"),
            "you take the mean over the axes that were put in: what comes back from several places is summed",
        ),
        Mutant(
            "mean over repeated axes",
            ("out.sum(axis=axis, keepdims=True)", "out.mean(axis=axis, keepdims=True)"),
            "you take the mean over repeated axes: what comes back from several places is summed",
        ),
        Mutant(
            "first of the repeated",
            ("out.sum(axis=axis, keepdims=True)", "out.take([0], axis=axis)"),
            "you take the first number along a repeated axis: all of them count, so sum",
        ),
        Mutant(
            "repeated axes not summed",
            ("if length == 1:", "if length == 0:"),
            "axes of length 1 that were repeated must be summed, too",
        ),
        Mutant(
            "repeated axes lost",
            ("out.sum(axis=axis, keepdims=True)", "np.asarray(out.sum(axis=axis))"),
            "an axis of length 1 belongs to the operand's shape: keepdims=True",
        ),
        Mutant(
            "axes summed on the right",
            ("tuple(range(added))", "tuple(range(dy.ndim - added, dy.ndim))"),
            "shapes are lined up from the right, so axes were put in on the left: sum over the first ones",
        ),
        Mutant(
            "cut off",
            (
                "    return out\n",
                "    return dy.reshape(-1)[: int(np.prod(shape))].reshape(shape)\n",
            ),
            "you cut a piece of the right size out of dy; all of dy comes back, as sums",
        ),
        Mutant(
            "spread out again",
            ("    return out\n", "    return np.broadcast_to(out, dy.shape)\n"),
            "your sums are right, but their shape is that of dy: the operand's is asked for",
        ),
        Mutant(
            "one sum for all",
            ("    return out\n", "    return np.full(shape, dy.sum())\n"),
            "you sum over everything: each element of the operand gets only what comes from its own places",
        ),
        Mutant(
            "first axis only",
            ("tuple(range(added))", "tuple(range(min(added, 1)))"),
            "several axes may have been put in on the left: sum over all of them",
        ),
    ),
)
