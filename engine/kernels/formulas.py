"""The scalar formulas of the elementwise ops: one forward, one derivative for each input.

Each formula is written once, for one element; every kernel set turns it into a loop over arrays
(``elementwise`` in its ``elementwise.py``). A derivative is a vector-Jacobian product for one element:
its first parameter is the upstream gradient ``dy``, the others name what it needs, which is then kept
for backward and nothing else: parameters of the formula, or its result ``y``. Only what Numba compiles
may be used: arithmetic, comparisons and NumPy's functions.
"""

import numpy as np

Scalar = float


def unchanged(dy: Scalar) -> Scalar:
    return dy


def negated(dy: Scalar) -> Scalar:
    return -dy


def add(a: Scalar, b: Scalar) -> Scalar:
    return a + b


def sub(a: Scalar, b: Scalar) -> Scalar:
    return a - b


def mul(a: Scalar, b: Scalar) -> Scalar:
    return a * b


def mul_da(dy: Scalar, b: Scalar) -> Scalar:
    return dy * b


def mul_db(dy: Scalar, a: Scalar) -> Scalar:
    return dy * a


def div(a: Scalar, b: Scalar) -> Scalar:
    return a / b


def div_da(dy: Scalar, b: Scalar) -> Scalar:
    return dy / b


def div_db(dy: Scalar, b: Scalar, y: Scalar) -> Scalar:
    return -dy * y / b


def neg(x: Scalar) -> Scalar:
    return -x


def relu(x: Scalar) -> Scalar:
    # Written so that NaN stays NaN, as in PyTorch: a comparison with NaN is false.
    return 0.0 if x < 0.0 else x


def relu_dx(dy: Scalar, y: Scalar) -> Scalar:
    # At exactly 0 any value between 0 and 1 is a subgradient; PyTorch and this engine take 0.
    return 0.0 if y <= 0.0 else dy


def tanh(x: Scalar) -> Scalar:
    return float(np.tanh(x))


def tanh_dx(dy: Scalar, y: Scalar) -> Scalar:
    return dy * (1.0 - y * y)


def squared_error(a: Scalar, b: Scalar) -> Scalar:
    return (a - b) * (a - b)


def squared_error_da(dy: Scalar, a: Scalar, b: Scalar) -> Scalar:
    return 2.0 * dy * (a - b)


def squared_error_db(dy: Scalar, a: Scalar, b: Scalar) -> Scalar:
    return 2.0 * dy * (b - a)


def absolute_error(a: Scalar, b: Scalar) -> Scalar:
    return abs(a - b)


def absolute_error_da(dy: Scalar, a: Scalar, b: Scalar) -> Scalar:
    # At a = b any value between -1 and 1 is a subgradient; PyTorch and this engine take 0, for NaN too.
    return dy if a > b else -dy if a < b else 0.0


def absolute_error_db(dy: Scalar, a: Scalar, b: Scalar) -> Scalar:
    return dy if b > a else -dy if b < a else 0.0


def binary_cross_entropy(x: Scalar, t: Scalar, w: Scalar, p: Scalar) -> Scalar:
    # -w (p t log s(x) + (1 - t) log(1 - s(x))) with s the logistic function. log s(x) is
    # min(x, 0) - log(1 + exp(-|x|)): exp never overflows, and log never sees 0.
    log_s = min(x, 0.0) - np.log1p(np.exp(-abs(x)))
    return float(w * ((1.0 - t) * x - (1.0 + (p - 1.0) * t) * log_s))


def binary_cross_entropy_dx(dy: Scalar, x: Scalar, t: Scalar, w: Scalar, p: Scalar) -> Scalar:
    small = np.exp(-abs(x))
    s_minus_x = small / (1.0 + small) if x > 0.0 else 1.0 / (1.0 + small)
    return float(dy * w * ((1.0 - t) - (1.0 + (p - 1.0) * t) * s_minus_x))


def binary_cross_entropy_dt(dy: Scalar, x: Scalar, w: Scalar, p: Scalar) -> Scalar:
    log_s = min(x, 0.0) - np.log1p(np.exp(-abs(x)))
    return float(-dy * w * (x + (p - 1.0) * log_s))
