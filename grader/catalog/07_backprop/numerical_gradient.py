"""A gradient without calculus: how much a function changes where its argument is moved a little."""

import numpy as np
from hypothesis import strategies as st

from grader.exercise import Exercise, Mutant
from grader.properties import depends_on_values_alone, equals_reference, leaves_arguments_alone
from grader.strategies import case, floats, whole_numbers


def numerical_gradient(x: np.ndarray, w: np.ndarray, h: float) -> np.ndarray:
    """Estimate the gradient of a function by central differences.

    Whoever writes a backward pass needs a judge. Here is one that knows no calculus: move a single element
    of x by h to both sides, see how much the function changes, and divide by the length of the way. For
    element i, with everything else left where it was:

        grad[i] = (f(x with x[i] + h) - f(x with x[i] - h)) / (2 h)

    This costs two calls of f for each element, so it is far too slow for training, but it is right
    whatever f is. Looking to both sides is worth it: the error shrinks like h * h, while
    that of the one-sided (f(x + h) - f(x)) / h shrinks only like h.

    The function is this one, which you write yourself: K weighted sums of all elements of x, each cubed,
    and all added up. w[k] has the shape of x.

        s[k] = sum over all elements of w[k] * x
        f(x) = sum over k = 0 … K-1 of s[k] ** 3

    Give just this quotient, not the derivative itself: for an h as large as 1 or 2 they differ, and the grader
    looks for the difference.

    Three things go wrong easily. The element must be put back before the next one is moved. In an array of
    whole numbers, x[i] += 0.5 loses the half. And where h is tiny, f at both sides is nearly the same, so that in
    float32 no digit of the difference is right: compute in float64.

    Parameters
    ----------
    x : ndarray of any shape
        float32, float64 or whole numbers (int64). It must be as before when you return.
    w : ndarray (K, *x.shape)
        Floating.
    h : float
        The step, greater than 0, from 0.0001 to 2.

    Returns
    -------
    ndarray, of the shape of x
        Floating.

    Examples
    --------
    One element and one weight of 1, so f(x) = x ** 3. At x = 2 with h = 1 this is (27 - 1) / 2 = 13; the
    derivative 3 * x ** 2 is 12, and a smaller h comes closer to it.

    >>> numerical_gradient(np.array([2.0]), np.array([[1.0]]), 1.0)
    array([13.])
    >>> round(float(numerical_gradient(np.array([2.0]), np.array([[1.0]]), 0.001)[0]), 4)
    12.0

    Two elements, f(x) = (x[0] + 2 * x[1]) ** 3. At [1, 0] with h = 1: (8 - 0) / 2 = 4 for the first, and
    (27 - (-1)) / 2 = 14 for the second, because it moves the sum by 2.

    >>> numerical_gradient(np.array([1.0, 0.0]), np.array([[1.0, 2.0]]), 1.0)
    array([ 4., 14.])
    """
    raise NotImplementedError


def by_moving_each_element(x: np.ndarray, w: np.ndarray, h: float) -> np.ndarray:
    x, w = x.astype(np.float64), w.astype(np.float64)
    axes = tuple(range(1, w.ndim))
    grad = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        kept = x[i]
        x[i] = kept + h
        ahead = np.sum(np.sum(w * x, axis=axes) ** 3)
        x[i] = kept - h
        behind = np.sum(np.sum(w * x, axis=axes) ** 3)
        x[i] = kept
        grad[i] = (ahead - behind) / (2 * h)
    return grad


def by_a_row_for_each_element(x: np.ndarray, w: np.ndarray, h: float) -> np.ndarray:
    rows = w.reshape(len(w), x.size).astype(np.float64)
    steps = h * np.eye(x.size)
    ahead, behind = (np.sum((rows @ (x.ravel() + way * steps).T) ** 3, axis=0) for way in (1, -1))
    grad: np.ndarray = (ahead - behind) / (2 * h)
    return grad.reshape(x.shape)


def by_following_the_sums(x: np.ndarray, w: np.ndarray, h: float) -> np.ndarray:
    grad = np.zeros(x.shape)
    for weights in w.astype(np.float64):
        s = np.sum(weights * x)
        grad += ((s + h * weights) ** 3 - (s - h * weights) ** 3) / (2 * h)
    return grad


def by_a_function(x: np.ndarray, w: np.ndarray, h: float) -> np.ndarray:
    def f(values: list[float]) -> float:
        return sum(sum(float(row[d]) * values[d] for d in range(len(values))) ** 3 for row in w.reshape(len(w), x.size))

    flat = [float(value) for value in x.flat]
    grad = []
    for i in range(len(flat)):
        ahead, behind = ([*flat[:i], flat[i] + way, *flat[i + 1 :]] for way in (h, -h))
        grad.append((f(ahead) - f(behind)) / (2 * h))
    return np.array(grad).reshape(x.shape)


def reference(x: np.ndarray, w: np.ndarray, h: float) -> np.ndarray:
    """Multiply the cubes out: (s + d)^3 - (s - d)^3 = 6 s^2 d + 2 d^3, without any difference of large numbers."""
    s = np.sum(w * x, axis=tuple(range(1, w.ndim)), keepdims=True)
    grad: np.ndarray = np.sum(3 * s**2 * w + h**2 * w**3, axis=0)
    return grad


WEIGHTS = (1.0, -1.0, 2.0, -2.0, 0.5, 0.0)
LARGE_STEPS = (1.0, 2.0, 0.5, 0.25)
SMALL_STEPS = (1e-3, 1e-4)


@st.composite
def points(
    draw: st.DrawFn, most_axes: int = 3, steps: tuple[float, ...] = LARGE_STEPS, whole: bool = False
) -> dict[str, np.ndarray | float]:
    shape = tuple(draw(st.lists(st.integers(1, 3), min_size=1, max_size=most_axes)))
    x = draw(whole_numbers(shape, -3, 3) if whole else floats(shape))
    return case(x=x, w=draw(floats((draw(st.integers(1, 3)), *shape), WEIGHTS)), h=draw(st.sampled_from(steps)))


EXERCISE = Exercise(
    title="a gradient by central differences",
    order=1,
    stub=numerical_gradient,
    reference=reference,
    outputs=("grad",),
    properties=(
        equals_reference("be right for vectors", 2, points(most_axes=1)),
        equals_reference("be right for arrays of any shape", 2, points()),
        equals_reference("be right where x holds whole numbers", 1, points(whole=True), examples=30),
        equals_reference("be close to the derivative for a small step", 2, points(steps=SMALL_STEPS), examples=40),
        leaves_arguments_alone(1, points()),
        depends_on_values_alone(1, points()),
    ),
    hints=(
        "Write f first, as a function of your own, and try it on the examples: f([1, 0]) with w = [[1, 2]] is 1.",
        "Copy x into a float64 array. For each element: remember it, set it to itself plus h and call f, set it to "
        "itself minus h and call f, then put back what you remembered.",
        "np.ndindex(x.shape) goes through the indices of an array of any shape; x[i] takes such an index, and so does "
        "grad[i].",
        "x = x.astype(np.float64), which copies. Then for i in np.ndindex(x.shape): kept = x[i]; x[i] = kept + h; "
        "ahead = f(x); x[i] = kept - h; behind = f(x); x[i] = kept; grad[i] = (ahead - behind) / (2 * h)",
    ),
    alternatives=(by_moving_each_element, by_a_row_for_each_element, by_following_the_sums, by_a_function),
    mutants=(
        Mutant(
            "looks ahead only",
            ("x[i] = kept - h", "x[i] = kept"),
            "you compare f(x + h) with f(x), and divide by 2 h: step back by h, too",
        ),
        Mutant(
            "one-sided difference",
            (
                "        x[i] = kept - h\n        behind = np.sum(np.sum(w * x, axis=axes) ** 3)\n        x[i] = kept\n"
                "        grad[i] = (ahead - behind) / (2 * h)",
                "        x[i] = kept\n        behind = np.sum(np.sum(w * x, axis=axes) ** 3)\n"
                "        grad[i] = (ahead - behind) / h",
            ),
            "you compute (f(x + h) - f(x)) / h; a central difference looks to both sides: x + h and x - h",
        ),
        Mutant(
            "divided by h",
            ("(ahead - behind) / (2 * h)", "(ahead - behind) / h"),
            "you divide by h, but from x - h to x + h the way is 2 h long",
        ),
        Mutant(
            "multiplied by h",
            ("(ahead - behind) / (2 * h)", "(ahead - behind) / 2 * h"),
            "/ 2 * h divides by 2 and then multiplies by h: write / (2 * h)",
        ),
        Mutant(
            "true derivative",
            (
                "return grad",
                "s = np.sum(w * x, axis=axes, keepdims=True)\n    return np.sum(3 * s**2 * w, axis=0)",
            ),
            "you return the derivative itself; the central difference is asked for, and for a large h it differs",
        ),
        Mutant(
            "elements not put back",
            ("        x[i] = kept\n", ""),
            "you do not put an element back before you move the next one, so several are moved at a time",
        ),
        Mutant(
            "all elements moved at once",
            (
                "x[i] = kept + h\n        ahead = np.sum(np.sum(w * x, axis=axes) ** 3)\n        x[i] = kept - h\n"
                "        behind = np.sum(np.sum(w * x, axis=axes) ** 3)\n        x[i] = kept\n",
                "ahead = np.sum(np.sum(w * (x + h), axis=axes) ** 3)\n"
                "        behind = np.sum(np.sum(w * (x - h), axis=axes) ** 3)\n",
            ),
            "you move all elements at once: then every element gets the same number; move one at a time",
        ),
        Mutant(
            "whole numbers stay whole",
            ("x, w = x.astype(np.float64), w.astype(np.float64)", "x, w = x.copy(), w.astype(np.float64)"),
            "an array of whole numbers cannot hold x + 0.5, and float32 loses the small steps: copy x to float64",
        ),
        Mutant(
            "back minus ahead",
            ("(ahead - behind)", "(behind - ahead)"),
            "your gradient has the wrong sign: f(x + h) - f(x - h)",
        ),
        Mutant(
            "cube of the sum of sums",
            ("axes = tuple(range(1, w.ndim))", "axes = None"),
            "each of the K sums is cubed by itself; then they are added up",
        ),
    ),
)
