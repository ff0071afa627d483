"""Unit 7, backprop: a gradient by central differences.

Write the function below, then run:  grade exercises/ --only numerical_gradient
"""

import numpy as np


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
