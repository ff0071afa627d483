"""Matrix products and the fully connected layer: the tiles of engine/cuda/product.py over matrices as they lie.

Transposed factors are read where they are. Which way neighbouring threads go through a factor is chosen so that
they read neighbours in memory.
"""

from functools import cache
from typing import Any

from engine.arrays import Array
from engine.cuda.driver import cuda
from engine.cuda.launch import THREADS, kernel, real
from engine.cuda.product import Product, multiply, product


@cache
def _of_matrices(transpose_a: bool, transpose_b: bool, relu: bool, with_bias: bool) -> Product:
    # n: whether the stacks of a and of b have a matrix for each product, or one for all.
    def row(a: Array, extra: Array, n: Any, z: int, m: int, i: int) -> Any:
        return a[z * n[0], m, i]

    def row_transposed(a: Array, extra: Array, n: Any, z: int, m: int, i: int) -> Any:
        return a[z * n[0], i, m]

    def column(b: Array, extra: Array, n: Any, z: int, i: int, c: int) -> Any:
        return b[z * n[1], i, c]

    def column_transposed(b: Array, extra: Array, n: Any, z: int, i: int, c: int) -> Any:
        return b[z * n[1], c, i]

    def plain(out: Array, bias: Array, n: Any, z: int, m: int, c: int, total: float) -> None:
        out[z, m, c] = total

    def biased(out: Array, bias: Array, n: Any, z: int, m: int, c: int, total: float) -> None:
        out[z, m, c] = total + bias[c]

    def rectified(out: Array, bias: Array, n: Any, z: int, m: int, c: int, total: float) -> None:
        value = total + bias[c]
        # Not max: NaN stays NaN.
        out[z, m, c] = bias.dtype.type(0) if value < bias.dtype.type(0) else value

    return product(
        row_transposed if transpose_a else row,
        column_transposed if transpose_b else column,
        rectified if relu else biased if with_bias else plain,
        left_along=not transpose_a,
        right_along=transpose_b,
    )


def matmul(out: Array, a: Array, b: Array, transpose_a: int, transpose_b: int) -> None:
    """out[s] = op(a[s]) @ op(b[s]) for every matrix s of a stack.

    Parameters
    ----------
    out : DeviceArray (S, M, N)
    a : DeviceArray (S, M, L), or (S, L, M) if `transpose_a`
    b : DeviceArray (S, L, N), or (S, N, L) if `transpose_b`
        A stack of a single matrix serves for all s.
    transpose_a, transpose_b : int
        1 to use the transposed matrices, else 0.
    """
    stack, rows, columns = out.shape
    length = a.shape[1] if transpose_a else a.shape[2]
    kind = _of_matrices(bool(transpose_a), bool(transpose_b), relu=False, with_bias=False)
    numbers = (int(len(a) > 1), int(len(b) > 1))
    multiply(kind, out, a, b, out, numbers, stack, (rows, columns, length))


def linear(out: Array, x: Array, w: Array, b: Array, relu: int) -> None:
    """out[n, k] = b[k] + sum over d of x[n, d] * w[k, d].

    Parameters
    ----------
    out : DeviceArray (N, K)
    x : DeviceArray (N, D)
    w : DeviceArray (K, D)
    b : DeviceArray (K,)
    relu : int
        1 to rectify the result, so that what is negative becomes 0.
    """
    kind = _of_matrices(False, True, bool(relu), with_bias=True)
    _one(kind, out, x, w, b, x.shape[1])


def linear_backward_x(dx: Array, dy: Array, w: Array) -> None:
    """dx[n, d] = sum over k of dy[n, k] * w[k, d].

    Parameters
    ----------
    dx : DeviceArray (N, D)
    dy : DeviceArray (N, K)
    w : DeviceArray (K, D)
    """
    _one(_of_matrices(False, False, relu=False, with_bias=False), dx, dy, w, dx, dy.shape[1])


def linear_backward_w(dw: Array, dy: Array, x: Array) -> None:
    """dw[k, d] = sum over n of dy[n, k] * x[n, d].

    Parameters
    ----------
    dw : DeviceArray (K, D)
    dy : DeviceArray (N, K)
    x : DeviceArray (N, D)
    """
    _one(_of_matrices(True, False, relu=False, with_bias=False), dw, dy, x, dw, x.shape[0])


def _one(kind: Product, out: Array, a: Array, b: Array, bias: Array, length: int) -> None:
    target, left, right = (array.reshape(1, *array.shape) for array in (out, a, b))
    rows, columns = out.shape
    multiply(kind, target, left, right, bias, (0, 0), 1, (rows, columns, length))


@kernel
def _sum_columns(db: Array, dy: Array) -> None:
    # Neighbouring threads have neighbouring columns, and each a part of the rows.
    scratch = cuda.shared.array(THREADS, real)
    part, parts = cuda.threadIdx.y, cuda.blockDim.y
    k = cuda.grid(2)[0]
    total = real(0)
    if k < dy.shape[1]:
        for n in range(part, dy.shape[0], parts):
            total += dy[n, k]
    place = part * cuda.blockDim.x + cuda.threadIdx.x
    scratch[place] = total
    cuda.syncthreads()
    half = parts // 2
    while half > 0:
        if part < half:
            scratch[place] += scratch[place + half * cuda.blockDim.x]
        cuda.syncthreads()
        half //= 2
    if part == 0 and k < dy.shape[1]:
        db[k] = scratch[place]


def linear_backward_b(db: Array, dy: Array) -> None:
    """db[k] = sum over n of dy[n, k].

    Parameters
    ----------
    db : DeviceArray (K,)
    dy : DeviceArray (N, K)
    """
    parts = 8
    _sum_columns.blocks(-(-db.size // (THREADS // parts)), (THREADS // parts, parts), db, dy)
