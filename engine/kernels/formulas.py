"""The scalar formulas of the elementwise ops: one forward, one derivative for each input.

Each formula is written once, for one element; every kernel set turns it into a loop over arrays
(``elementwise`` in its ``elementwise.py``). A derivative is a vector-Jacobian product for one element:
its first parameter is the upstream gradient ``dy``, the others name what it needs, which is then kept
for backward and nothing else: parameters of the formula, or its result ``y``. Only what Numba compiles
may be used: arithmetic, comparisons and NumPy's functions.
"""

import math

import numpy as np

Scalar = float

SQRT_HALF = math.sqrt(0.5)
NORMAL_PEAK = 1.0 / math.sqrt(2.0 * math.pi)  # the standard normal density at 0
GELU_SLOPE = math.sqrt(2.0 / math.pi)
GELU_CUBIC = 0.044715
LECUN_HEIGHT = 1.7159
LECUN_SLOPE = 2.0 / 3.0


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


def absolute(x: Scalar) -> Scalar:
    return abs(x)


def absolute_dx(dy: Scalar, x: Scalar) -> Scalar:
    # At 0 (and at NaN) 0, as in PyTorch.
    return dy if x > 0 else -dy if x < 0 else 0.0


def power(a: Scalar, b: Scalar) -> Scalar:
    result: Scalar = a**b
    return result


def power_da(dy: Scalar, a: Scalar, b: Scalar) -> Scalar:
    # a ** 0 is constant, also at a = 0, where the rule below would say 0 times infinity.
    return 0.0 if b == 0 else dy * (b * a ** (b - 1.0))


def power_db(dy: Scalar, a: Scalar, b: Scalar, y: Scalar) -> Scalar:
    # 0 ** b stays 0 when b > 0 moves; at b = 0, too, PyTorch and this engine take 0.
    return 0.0 if a == 0 and b >= 0 else dy * (y * float(np.log(a)))


def exp(x: Scalar) -> Scalar:
    return float(np.exp(x))


def exp_dx(dy: Scalar, y: Scalar) -> Scalar:
    return dy * y


def log(x: Scalar) -> Scalar:
    return float(np.log(x))


def log_dx(dy: Scalar, x: Scalar) -> Scalar:
    return dy / x


def sqrt(x: Scalar) -> Scalar:
    return float(np.sqrt(x))


def sqrt_dx(dy: Scalar, y: Scalar) -> Scalar:
    return dy / (2.0 * y)


def std_dvar(dy: Scalar, y: Scalar) -> Scalar:
    # As sqrt_dx, but equal elements (a deviation of 0) have gradient 0, not NaN, as in PyTorch.
    return 0.0 if y == 0 else dy / (2.0 * y)


def eq(a: Scalar, b: Scalar) -> bool:
    return a == b


def ne(a: Scalar, b: Scalar) -> bool:
    return a != b


def lt(a: Scalar, b: Scalar) -> bool:
    return a < b


def le(a: Scalar, b: Scalar) -> bool:
    return a <= b


def gt(a: Scalar, b: Scalar) -> bool:
    return a > b


def ge(a: Scalar, b: Scalar) -> bool:
    return a >= b


def logical_not(x: Scalar) -> bool:
    return x == 0


def maximum(a: Scalar, b: Scalar) -> Scalar:
    # a != a only for NaN, which wins from either side: if b is NaN, a > b is false.
    return a if a > b or a != a else b


def maximum_da(dy: Scalar, a: Scalar, b: Scalar) -> Scalar:
    # Of two equals each gets half. At NaN both get all, as in PyTorch.
    return 0.0 if a < b else dy / 2.0 if a == b else dy


def maximum_db(dy: Scalar, a: Scalar, b: Scalar) -> Scalar:
    return 0.0 if b < a else dy / 2.0 if a == b else dy


def minimum(a: Scalar, b: Scalar) -> Scalar:
    return a if a < b or a != a else b


def minimum_da(dy: Scalar, a: Scalar, b: Scalar) -> Scalar:
    return 0.0 if a > b else dy / 2.0 if a == b else dy


def minimum_db(dy: Scalar, a: Scalar, b: Scalar) -> Scalar:
    return 0.0 if b > a else dy / 2.0 if a == b else dy


def clamp(x: Scalar, low: Scalar, high: Scalar) -> Scalar:
    # The lower bound first, then the upper, which therefore wins if they cross. NaN anywhere stays NaN.
    raised = low if x < low or low != low else x
    return high if raised > high or high != high else raised


def clamp_dx(dy: Scalar, x: Scalar, low: Scalar, high: Scalar) -> Scalar:
    return dy if low <= x <= high else 0.0


def clamp_dlow(dy: Scalar, x: Scalar, low: Scalar, high: Scalar) -> Scalar:
    return dy if x < low and low < high else 0.0


def clamp_dhigh(dy: Scalar, x: Scalar, low: Scalar, high: Scalar) -> Scalar:
    return dy if x > high or low > high else 0.0


def where(condition: bool, a: Scalar, b: Scalar) -> Scalar:
    return a if condition else b


def where_da(dy: Scalar, condition: bool) -> Scalar:
    return dy if condition else 0.0


def where_db(dy: Scalar, condition: bool) -> Scalar:
    return 0.0 if condition else dy


def relu(x: Scalar) -> Scalar:
    # Written so that NaN stays NaN, as in PyTorch: a comparison with NaN is false.
    return 0 if x < 0 else x


def relu_dx(dy: Scalar, y: Scalar) -> Scalar:
    # At exactly 0 any value between 0 and 1 is a subgradient; PyTorch and this engine take 0.
    return 0.0 if y <= 0.0 else dy


def tanh(x: Scalar) -> Scalar:
    return float(np.tanh(x))


def tanh_dx(dy: Scalar, y: Scalar) -> Scalar:
    return dy * (1.0 - y * y)


def leaky_relu(x: Scalar, slope: Scalar) -> Scalar:
    return x if x > 0.0 else slope * x


def leaky_relu_dx(dy: Scalar, x: Scalar, slope: Scalar) -> Scalar:
    return dy if x > 0.0 else slope * dy


def gelu(x: Scalar) -> Scalar:
    # erfc(-z) is 1 + erf(z) without its cancellation for negative z.
    return x * 0.5 * math.erfc(-x * SQRT_HALF)


def gelu_dx(dy: Scalar, x: Scalar) -> Scalar:
    probability = 0.5 * math.erfc(-x * SQRT_HALF)
    return dy * (probability + x * NORMAL_PEAK * float(np.exp(-0.5 * x * x)))


def gelu_tanh(x: Scalar) -> Scalar:
    return 0.5 * x * (1.0 + float(np.tanh(GELU_SLOPE * (x + GELU_CUBIC * x * x * x))))


def gelu_tanh_dx(dy: Scalar, x: Scalar) -> Scalar:
    t = float(np.tanh(GELU_SLOPE * (x + GELU_CUBIC * x * x * x)))
    inner = GELU_SLOPE * (1.0 + 3.0 * GELU_CUBIC * x * x)
    return dy * 0.5 * (1.0 + t + x * (1.0 - t * t) * inner)


def sigmoid(x: Scalar) -> Scalar:
    # exp of the negative of |x| cannot overflow.
    e = float(np.exp(-abs(x)))
    return e / (1.0 + e) if x < 0.0 else 1.0 / (1.0 + e)


def sigmoid_dx(dy: Scalar, y: Scalar) -> Scalar:
    return dy * y * (1.0 - y)


def scaled_tanh(x: Scalar) -> Scalar:
    return LECUN_HEIGHT * float(np.tanh(LECUN_SLOPE * x))


def scaled_tanh_dx(dy: Scalar, y: Scalar) -> Scalar:
    t = y / LECUN_HEIGHT
    return dy * LECUN_HEIGHT * LECUN_SLOPE * (1.0 - t * t)


def softplus(x: Scalar, beta: Scalar, threshold: Scalar) -> Scalar:
    z = x * beta
    # log(1 + exp(z)) = max(z, 0) + log(1 + exp(-|z|)), where nothing overflows.
    return x if z > threshold else ((0.0 if z < 0.0 else z) + float(np.log1p(np.exp(-abs(z))))) / beta


def softplus_dx(dy: Scalar, x: Scalar, beta: Scalar, threshold: Scalar) -> Scalar:
    z = x * beta
    e = float(np.exp(-abs(z)))
    return dy if z > threshold else dy * (e if z < 0.0 else 1.0) / (1.0 + e)


def moved_average(average: Scalar, value: Scalar, momentum: Scalar, factor: Scalar) -> Scalar:
    return (1.0 - momentum) * average + momentum * (value * factor)


def over_deviation(scale: Scalar, variance: Scalar, eps: Scalar) -> Scalar:
    return scale / float(np.sqrt(variance + eps))


def class_number(target: Scalar, ignored: Scalar, classes: Scalar) -> Scalar:
    # -1 for an example that does not count, and `classes`, which no class has, for a class that does not exist.
    return -1 if target == ignored else classes if target < 0 or target >= classes else target


def counts(number: Scalar) -> Scalar:
    return 0 if number < 0 else 1


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
