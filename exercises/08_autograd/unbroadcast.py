"""Unit 8, autograd: broadcasting undone.

Write the function below, then run:  grade exercises/ --only unbroadcast
"""

import numpy as np


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
