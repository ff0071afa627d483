"""The exponential of float32, as a loop's vector instructions compute it: many numbers at a time.

The C library, which LLVM would call, computes one after the other, and takes five times as long.

e^x = 2^n e^r with a whole n and |r| <= ln(2) / 2. For e^r a polynomial of degree 7 suffices (Cephes, expf, by
Moshier); 2^n is put together from its bits. Right to a unit in the last place; what is too small for an ordinary
number of float32 is 0.
"""

from collections.abc import Callable
from typing import Any, cast

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic, overload

f32 = np.float32

# Below, e^x is no ordinary number of float32; above, it is infinite.
LEAST, MOST = f32(-87.33654), f32(88.72283)
PER_LN2 = f32(1.44269504)
# ln 2 in two parts, so that n times the first is exact.
LN2_HIGH, LN2_LOW = f32(0.693359375), f32(-2.12194440e-4)
# From the highest power to the second.
C7, C6, C5, C4, C3, C2 = map(
    f32, (1.9875691500e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1)
)


def _power_of_two(typingctx: Any, n: Any) -> Any:
    """Return 2^n as float32, for n = -126 … 127: the number with this exponent and no other bits."""

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        whole = ir.IntType(32)
        return builder.bitcast(builder.shl(builder.add(args[0], whole(127)), whole(23)), ir.FloatType())

    return types.float32(types.int32), generate


power_of_two = cast(Callable[[Any], Any], intrinsic(_power_of_two))


def exponential(x: float) -> float:
    """Return e^x; for compiled functions, in which float32 stays float32."""
    return float(np.exp(x))


def _float32(x: Any) -> Any:
    bounded = LEAST if x < LEAST else x
    bounded = MOST if bounded > MOST else bounded
    n = f32(np.floor(bounded * PER_LN2 + f32(0.5)))
    r = bounded - n * LN2_HIGH
    r = r - n * LN2_LOW
    series = ((((C7 * r + C6) * r + C5) * r + C4) * r + C3) * r + C2
    # NaN has no whole number n, but goes on through r. In two steps: 2^128 alone would be infinite.
    whole = np.int32(n) if x == x else np.int32(0)
    low = np.int32(whole >> 1)
    value = (series * (r * r) + r + f32(1)) * power_of_two(low) * power_of_two(np.int32(whole - low))
    value = f32(0) if x < LEAST else value
    return f32(np.inf) if x > MOST else value


def _others(x: Any) -> Any:
    return np.exp(x)


# Without `reassoc`, which would put the two parts of ln 2 together again.
@overload(exponential, jit_options={"fastmath": {"contract"}, "error_model": "numpy"})
def _typed(x: Any) -> Callable[[Any], Any]:
    return _float32 if x == types.float32 else _others
