"""Matrix products, and the fully connected layer built on them."""

from engine.arrays import Array


def matmul(out: Array, a: Array, b: Array, transpose_a: int, transpose_b: int) -> None:
    """out[s] = op(a[s]) @ op(b[s]) for every matrix s of a stack.

    Parameters
    ----------
    out : ndarray (S, M, N)
    a : ndarray (S, M, L), or (S, L, M) if `transpose_a`
    b : ndarray (S, L, N), or (S, N, L) if `transpose_b`
        A stack of a single matrix serves for all s.
    transpose_a, transpose_b : int
        1 to use the transposed matrices, else 0.
    """
    stack, rows, columns = out.shape
    length = a.shape[1] if transpose_a else a.shape[2]
    for s in range(stack):
        left_matrix, right_matrix = a[s if len(a) > 1 else 0], b[s if len(b) > 1 else 0]
        for m in range(rows):
            for n in range(columns):
                total = 0.0
                for i in range(length):
                    left = left_matrix[i, m] if transpose_a else left_matrix[m, i]
                    right = right_matrix[n, i] if transpose_b else right_matrix[i, n]
                    total += float(left) * float(right)
                out[s, m, n] = total


def linear(out: Array, x: Array, w: Array, b: Array, relu: int) -> None:
    """out[n, k] = b[k] + sum over d of x[n, d] * w[k, d].

    Parameters
    ----------
    out : ndarray (N, K)
    x : ndarray (N, D)
    w : ndarray (K, D)
    b : ndarray (K,)
    relu : int
        1 to rectify the result, so that what is negative becomes 0.
    """
    batch, depth = x.shape
    for n in range(batch):
        for k in range(w.shape[0]):
            total = float(b[k])
            for d in range(depth):
                total += float(x[n, d]) * float(w[k, d])
            out[n, k] = 0.0 if relu and total < 0.0 else total


def linear_backward_x(dx: Array, dy: Array, w: Array) -> None:
    """dx[n, d] = sum over k of dy[n, k] * w[k, d].

    Parameters
    ----------
    dx : ndarray (N, D)
    dy : ndarray (N, K)
    w : ndarray (K, D)
    """
    batch, outputs = dy.shape
    for n in range(batch):
        for d in range(w.shape[1]):
            total = 0.0
            for k in range(outputs):
                total += float(dy[n, k]) * float(w[k, d])
            dx[n, d] = total


def linear_backward_w(dw: Array, dy: Array, x: Array) -> None:
    """dw[k, d] = sum over n of dy[n, k] * x[n, d].

    Parameters
    ----------
    dw : ndarray (K, D)
    dy : ndarray (N, K)
    x : ndarray (N, D)
    """
    outputs, depth = dw.shape
    for k in range(outputs):
        for d in range(depth):
            total = 0.0
            for n in range(x.shape[0]):
                total += float(dy[n, k]) * float(x[n, d])
            dw[k, d] = total


def linear_backward_b(db: Array, dy: Array) -> None:
    """db[k] = sum over n of dy[n, k].

    Parameters
    ----------
    db : ndarray (K,)
    dy : ndarray (N, K)
    """
    batch, outputs = dy.shape
    for k in range(outputs):
        total = 0.0
        for n in range(batch):
            total += float(dy[n, k])
        db[k] = total
