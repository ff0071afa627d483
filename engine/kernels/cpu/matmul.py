"""Matrix products by NumPy's BLAS, which is at the limit of the machine for them.

A transposed matrix is handed to BLAS as a view: nothing is copied. BLAS starts threads of its own;
``engine.set_num_threads`` sets both.
"""

import numpy as np

from engine.arrays import Array


def matmul(out: Array, a: Array, b: Array, transpose_a: int, transpose_b: int) -> None:
    """out[s] = op(a[s]) @ op(b[s]) for every matrix s of a stack; see the reference."""
    left = a.swapaxes(1, 2) if transpose_a else a
    right = b.swapaxes(1, 2) if transpose_b else b
    np.matmul(left, right, out=out)


def linear(out: Array, x: Array, w: Array, b: Array) -> None:
    """Out = x @ w.T + b; see the reference."""
    np.matmul(x, w.T, out=out)
    out += b


def linear_backward_x(dx: Array, dy: Array, w: Array) -> None:
    """Dx = dy @ w; see the reference."""
    np.matmul(dy, w, out=dx)


def linear_backward_w(dw: Array, dy: Array, x: Array) -> None:
    """Dw = dy.T @ x; see the reference."""
    np.matmul(dy.T, x, out=dw)


def linear_backward_b(db: Array, dy: Array) -> None:
    """db[k] = sum over n of dy[n, k]; see the reference."""
    np.sum(dy, axis=0, out=db)
