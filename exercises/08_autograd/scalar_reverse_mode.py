"""Unit 8, autograd: derivatives of an expression, backwards.

Write the function below, then run:  grade exercises/ --only scalar_reverse_mode
"""


def scalar_reverse_mode(expression: tuple[object, ...] | str | float, values: dict[str, float]) -> dict[str, float]:
    """Compute the derivative of an expression for each of its variables, by reverse mode.

    An expression is a number, a name, or a tuple of an operation and its operands, which are expressions again:

        ("add", a, b)   a + b        ("exp", a)    e to the power of a
        ("sub", a, b)   a - b        ("tanh", a)   the hyperbolic tangent of a
        ("mul", a, b)   a * b
        ("div", a, b)   a / b

    So x * y + tanh(x) is ("add", ("mul", "x", "y"), ("tanh", "x")). The names have values, and wanted is
    by how much the whole expression changes where each of them does.

    Reverse mode needs two passes. Forward: compute the value of every part. Backward: begin with the whole
    expression, whose derivative for itself is 1. If g is the derivative of the whole for some part, then its
    operands get, by the chain rule, g times the derivative of the operation for that operand:

        a + b     a gets g            b gets g
        a - b     a gets g            b gets -g
        a * b     a gets g * b        b gets g * a
        a / b     a gets g / b        b gets -g * a / b ** 2
        exp(a)    a gets g * exp(a)
        tanh(a)   a gets g * (1 - tanh(a) ** 2)

    A name that occurs several times gets something from each place, and the sum is its derivative. A name that does
    not occur has the derivative 0. One backward pass serves all names at once: that is why networks with
    millions of weights are trained this way.

    Parameters
    ----------
    expression : tuple, str or float
    values : dict of str to float
        A value for each name, also for names that may not occur.

    Returns
    -------
    dict of str to float
        The derivative for each name in `values`.

    Examples
    --------
    For x * y + x at x = 2 and y = 3, x gets 3 from the product and 1 from the sum; z does not occur.

    >>> scalar_reverse_mode(("add", ("mul", "x", "y"), "x"), {"x": 2.0, "y": 3.0, "z": 5.0})
    {'x': 4.0, 'y': 2.0, 'z': 0.0}

    For (x - 1) * (x - 1) at x = 4, each factor is 3, and x gets 3 from each.

    >>> scalar_reverse_mode(("mul", ("sub", "x", 1.0), ("sub", "x", 1.0)), {"x": 4.0})
    {'x': 6.0}
    """
    raise NotImplementedError
