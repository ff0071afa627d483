"""Matrix products from tiles that stay in the vector registers, and the fully connected layer.

A tile is a few rows of the result by a few vectors of its columns. For it, one row of the right factor after
the other is multiplied by one number for each row of the left factor. Of the right factor, a *panel* as wide
as a tile is copied into one block of memory, which stays in the second-level cache while all rows of the
left one pass; the copy also transposes it where need be. Left factors are read where they are.

Why not NumPy's BLAS, which is as fast on large matrices: its threads and those of the kernels take the
processors from each other, and it adds no bias on the way. What it costs: the copy, which pays only if more
than a few rows pass it. Of products with fewer, such as those of a single image, and of whole numbers, shorter
work is made without tiles.
"""

import numpy as np

from engine.arrays import Array
from engine.device import get_num_threads
from engine.kernels import buffers, registers, tasks, vectors
from engine.kernels.buffers import buffer
from engine.kernels.jit import using
from engine.kernels.registers import PANEL, ROWS, STRIPS, sum_strip, transpose_block
from engine.kernels.tasks import PRODUCTS, share
from engine.kernels.vectors import VECTOR_BYTES

compiled = using(buffers, registers, tasks, vectors)

# By the number of rows left: how many the next tile has.
TALL = np.array([max((size for size in STRIPS if size <= left), default=0) for left in range(ROWS + 1)])


@compiled
def _copy_panel(panel: Array, b: Array, start: int, step: int, k_step: int, columns: int, depth: int) -> None:
    """panel[k, j] = b[k, j] for some columns, with zeros up to the panel's width."""
    lanes = VECTOR_BYTES // panel.itemsize
    wide = PANEL * lanes
    if step == 1:
        for k in range(depth):
            target, source = panel[k * wide : (k + 1) * wide], b[start + k * k_step : start + k * k_step + columns]
            for j in range(columns):
                target[j] = source[j]
            target[columns:] = 0
        return
    if columns < wide:
        panel[:] = 0
    whole_columns, whole_depth = columns // lanes * lanes, depth // lanes * lanes
    for j in range(0, whole_columns, lanes):
        for k in range(0, whole_depth, lanes):
            transpose_block(panel, k * wide + j, wide, b, start + j * step + k, step)
    for j in range(columns):
        source, target = b[start + j * step : start + j * step + depth], panel[j:]
        for k in range(whole_depth if j < whole_columns else 0, depth):
            target[k * wide] = source[k]


@compiled
def _finish(
    out: Array, m: int, n: int, rows: int, columns: int, sums: Array, wide: int, bias: Array, relu: int
) -> None:
    """Put a tile where it belongs, with the bias added and, if so wished, what is negative raised to 0."""
    for r in range(rows):
        source, target = sums[r * wide : r * wide + columns], out[m + r, n : n + columns]
        if bias.size == 0:
            for j in range(columns):
                target[j] = source[j]
            continue
        b = bias[n : n + columns]
        if relu:
            for j in range(columns):
                value = source[j] + b[j]
                target[j] = 0 if value < 0 else value
        else:
            for j in range(columns):
                target[j] = source[j] + b[j]


@compiled
def _tile_rows(
    task: int,
    out: Array,
    a: Array,
    a_steps: tuple[int, int, int],
    b: Array,
    b_steps: tuple[int, int, int],
    bias: Array,
    relu: int,
    depth: int,
    chunks: int,
    tall: Array,
) -> None:
    """Compute a panel's columns of a part of the rows."""
    rows, columns = out.shape[1:]
    lanes = VECTOR_BYTES // out.itemsize
    wide = PANEL * lanes
    panels = (columns + wide - 1) // wide
    shift, flat = np.arange(depth) * wide, out.reshape(-1)
    s, n, chunk = task // (panels * chunks), task // chunks % panels * wide, task % chunks
    taken = min(wide, columns - n)
    panel, sums = buffer(depth * wide, out), buffer(ROWS * wide, out)
    _copy_panel(panel, b, s * b_steps[0] + n * b_steps[2], b_steps[2], b_steps[1], taken, depth)
    m, end = chunk * rows // chunks, (chunk + 1) * rows // chunks
    while m < end:
        some = tall[min(ROWS, end - m)]
        start = s * a_steps[0] + m * a_steps[1]
        if taken == wide and bias.size == 0:
            to = (s * rows + m) * columns + n
            sum_strip(some, PANEL, flat, to, columns, panel, 0, shift, 0, depth, a, start, a_steps[2], a_steps[1])
            m += some
            continue
        vectors = PANEL if taken > (PANEL - 1) * lanes else 1
        for p in range(0, taken, vectors * lanes):
            sum_strip(some, vectors, sums, p, wide, panel, p, shift, 0, depth, a, start, a_steps[2], a_steps[1])
        _finish(out[s], m, n, some, taken, sums, wide, bias, relu)
        m += some


@compiled
def _tiles(
    out: Array,
    a: Array,
    a_steps: tuple[int, int, int],
    b: Array,
    b_steps: tuple[int, int, int],
    bias: Array,
    relu: int,
    depth: int,
    chunks: int,
    tall: Array,
) -> None:
    """Compute the product; a panel and a part of the rows are a task."""
    wide = PANEL * VECTOR_BYTES // out.itemsize
    count = out.shape[0] * ((out.shape[2] + wide - 1) // wide) * chunks
    share(
        _tile_rows, count, out.size * depth // PRODUCTS, (out, a, a_steps, b, b_steps, bias, relu, depth, chunks, tall)
    )


NO_BIAS = {dtype: np.empty(0, dtype) for dtype in (np.dtype(np.float32), np.dtype(np.float64))}


def _product(
    out: Array, a: Array, b: Array, transpose_a: int, transpose_b: int, bias: Array | None = None, relu: int = 0
) -> None:
    """out[s] = op(a[s]) @ op(b[s]) + bias for every matrix s of a stack, where op may transpose.

    Parameters
    ----------
    out : ndarray (S, M, N), float32 or float64
    a : ndarray (S, M, K), or (S, K, M) if `transpose_a`
    b : ndarray (S, K, N), or (S, N, K) if `transpose_b`
        A stack of a single matrix serves for all s; K is not 0.
    transpose_a, transpose_b : {0, 1}
    bias : ndarray (N,), optional
    relu : {0, 1}
        With a bias: whether what is negative becomes 0.
    """
    rows, columns = out.shape[1:]
    depth = a.shape[1] if transpose_a else a.shape[2]
    a_next, b_next = rows * depth * (len(a) > 1), depth * columns * (len(b) > 1)
    a_steps = (a_next, 1, rows) if transpose_a else (a_next, depth, 1)
    b_steps = (b_next, 1, depth) if transpose_b else (b_next, columns, 1)
    panels = -(-columns // (PANEL * VECTOR_BYTES // out.itemsize)) * len(out)
    threads = get_num_threads()
    # Panels are shared out, and cut by rows where they cannot be shared equally.
    chunks = 1 if panels % threads == 0 or panels > 4 * threads else min(threads, max(1, rows // ROWS))
    shift = NO_BIAS[out.dtype] if bias is None else bias
    _tiles(out, a.reshape(-1), a_steps, b.reshape(-1), b_steps, shift, relu, depth, chunks, TALL)


# So many rows of a result are worth the copies that tiles are made from.
ENOUGH_ROWS = 4


def matmul(out: Array, a: Array, b: Array, transpose_a: int, transpose_b: int) -> None:
    """out[s] = op(a[s]) @ op(b[s]) for every matrix s of a stack; see the reference."""
    if out.shape[1] < ENOUGH_ROWS or out.dtype.kind != "f" or 0 in a.shape:
        left = a.swapaxes(1, 2) if transpose_a else a
        right = b.swapaxes(1, 2) if transpose_b else b
        np.matmul(left, right, out=out)
        return
    _product(out, a, b, transpose_a, transpose_b)


@compiled
def _linear_rows(out: Array, x: Array, w: Array, b: Array, relu: int) -> None:
    for n in range(x.shape[0]):
        for k in range(w.shape[0]):
            row, weights = x[n], w[k]
            total = x.dtype.type(0)
            for d in range(row.size):
                total += row[d] * weights[d]
            value = total + b[k]
            out[n, k] = 0 if relu and value < 0 else value


def linear(out: Array, x: Array, w: Array, b: Array, relu: int) -> None:
    """Out = x @ w.T + b; see the reference."""
    if len(x) < ENOUGH_ROWS or x.shape[1] == 0:
        _linear_rows(out, x, w, b, relu)
        return
    _product(out[None], x[None], w[None], 0, 1, b, relu)


def linear_backward_x(dx: Array, dy: Array, w: Array) -> None:
    """Dx = dy @ w; see the reference."""
    matmul(dx[None], dy[None], w[None], 0, 0)


def linear_backward_w(dw: Array, dy: Array, x: Array) -> None:
    """Dw = dy.T @ x; see the reference."""
    matmul(dw[None], dy[None], x[None], 1, 0)


def linear_backward_b(db: Array, dy: Array) -> None:
    """db[k] = sum over n of dy[n, k]; see the reference."""
    np.sum(dy, axis=0, out=db)
