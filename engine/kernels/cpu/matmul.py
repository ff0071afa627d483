"""Matrix products, by tiles (product.py) wherever enough rows share a factor.

A transposed matrix is read through its steps: nothing is transposed in memory. Of products with few rows,
such as those of a single image, and of whole numbers, NumPy makes shorter work.
"""

import numpy as np

from engine.arrays import Array
from engine.kernels.cpu.product import product
from engine.kernels.jit import inner

# So many rows of a result are worth the copies that tiles are made from.
ENOUGH_ROWS = 4


def matmul(out: Array, a: Array, b: Array, transpose_a: int, transpose_b: int) -> None:
    """out[s] = op(a[s]) @ op(b[s]) for every matrix s of a stack; see the reference."""
    if out.shape[1] < ENOUGH_ROWS or out.dtype.kind != "f" or 0 in a.shape:
        left = a.swapaxes(1, 2) if transpose_a else a
        right = b.swapaxes(1, 2) if transpose_b else b
        np.matmul(left, right, out=out)
        return
    product(out, a, b, transpose_a, transpose_b)


@inner
def _linear_rows(out: Array, x: Array, w: Array, b: Array) -> None:
    for n in range(x.shape[0]):
        for k in range(w.shape[0]):
            row, weights = x[n], w[k]
            total = x.dtype.type(0)
            for d in range(row.size):
                total += row[d] * weights[d]
            out[n, k] = total + b[k]


def linear(out: Array, x: Array, w: Array, b: Array) -> None:
    """Out = x @ w.T + b; see the reference."""
    if len(x) < ENOUGH_ROWS:
        _linear_rows(out, x, w, b)
        return
    product(out[None], x[None], w[None], 0, 1, b)


def linear_backward_x(dx: Array, dy: Array, w: Array) -> None:
    """Dx = dy @ w; see the reference."""
    matmul(dx[None], dy[None], w[None], 0, 0)


def linear_backward_w(dw: Array, dy: Array, x: Array) -> None:
    """Dw = dy.T @ x; see the reference."""
    matmul(dw[None], dy[None], x[None], 1, 0)


def linear_backward_b(db: Array, dy: Array) -> None:
    """db[k] = sum over n of dy[n, k]; see the reference."""
    np.sum(dy, axis=0, out=db)
