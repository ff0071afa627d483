"""Unit 8, autograd: a tape, run backwards.

Write the function below, then run:  grade exercises/ --only tape
"""

import numpy as np


def tape(operations: list[tuple[str, ...]], values: dict[str, np.ndarray], dy: np.ndarray) -> dict[str, np.ndarray]:
    """Run a tape of recorded operations backwards, and return the gradient of every value on it.

    While a network computes, an autograd engine writes a tape: one line for each operation, in the order in which
    they were done, and every array that was seen. A line names the operation, its result and its operands:

        ("add", "c", "a", "b")       c = a + b         a and b have the same shape
        ("mul", "c", "a", "b")       c = a * b         element by element, of the same shape
        ("matmul", "c", "a", "b")    c = a @ b         both are matrices
        ("tanh", "c", "a")           c = tanh(a)

    Some loss L was computed from the result of the last line, and dy is the gradient of L for it. Go through
    the lines from the last to the first. When a line is reached, every use of its result
    has been seen, so the gradient g of its result is complete, and is handed on to the operands:

        add        a gets g                  b gets g
        mul        a gets g * b              b gets g * a
        matmul     a gets g @ b.T            b gets a.T @ g
        tanh       a gets g * (1 - c ** 2)   c is the result, which is on the tape

    A value that was used in several lines, or twice in one line as in a * a, gets the sum of all that. A value that
    the last result does not depend on gets zeros.

    Two traps lie here. After x = g; y = g both names stand for one array, and x += 1 changes y, too: add
    into arrays of your own. And what you remember from one call must not be there in the next.

    Parameters
    ----------
    operations : list of tuple of str
        At least one. Each result has a name of its own.
    values : dict of str to ndarray
        All arrays by name, float64: those that were given, and all results.
    dy : ndarray
        The gradient of the last line's result, of its shape. Any numbers, not only ones.

    Returns
    -------
    dict of str to ndarray
        For each name in `values` the gradient, of the shape of the value. That of the last result is dy.

    Examples
    --------
    The tape of p = a * b, then q = p + a, at a = [2, 3] and b = [5, 7].

    >>> operations = [("mul", "p", "a", "b"), ("add", "q", "p", "a")]
    >>> values = {"a": np.array([2.0, 3.0]), "b": np.array([5.0, 7.0])}
    >>> values["p"] = values["a"] * values["b"]
    >>> values["q"] = values["p"] + values["a"]
    >>> grads = tape(operations, values, np.array([1.0, 10.0]))
    >>> grads["b"]  # dy * a
    array([ 2., 30.])
    >>> grads["a"]  # dy * b from the product, dy from the sum
    array([ 6., 80.])
    """
    raise NotImplementedError
