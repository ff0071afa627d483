"""Unit 8, autograd: the matrix product and its vjp.

Write the function below, then run:  grade exercises/ --only matmul_vjp
"""

import numpy as np


def matmul_vjp(dy: np.ndarray, a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Multiply matrices, and give the gradients of both for a gradient of the product.

    In an autograd engine an operation is two things: forward, and a function that takes the gradient of what
    came out and returns those of what went in. The second is called its vjp, for vector-Jacobian product: the
    gradient is the vector, and the Jacobian is the table of all derivatives of outputs for inputs,
    which is never written down, because it would be huge.

    Forward is the matrix product

        out[m, n] = sum over l of a[m, l] * b[l, n]

    Backward, a[m, l] met b[l, n] for every n, and b[l, n] met a[m, l] for every m:

        da[m, l] = sum over n of dy[m, n] * b[l, n]      da = dy @ (b transposed)
        db[l, n] = sum over m of a[m, l] * dy[m, n]      db = (a transposed) @ dy

    There may be a batch of S matrices on each side, which are multiplied pair by pair. Or there is a batch on one
    side only, and a single matrix on the other: that one is broadcast, it meets all S. Then its gradient is
    the sum over the batch, and has the shape of the single matrix.

    Transposing means to exchange the last two axes. For a batch, .T turns round all three axes, which is not it.

    Parameters
    ----------
    dy : ndarray (M, N) or (S, M, N)
        The gradient of out, of its shape. Any numbers, not only ones.
    a : ndarray (M, L) or (S, M, L)
    b : ndarray (L, N) or (S, L, N)

    Returns
    -------
    out : ndarray (M, N) or (S, M, N)
    da : ndarray of the shape of a
    db : ndarray of the shape of b
        All floating.

    Examples
    --------
    >>> a, b = np.array([[1.0, 2.0]]), np.array([[3.0], [4.0]])
    >>> out, da, db = matmul_vjp(np.array([[10.0]]), a, b)
    >>> out  # 1 * 3 + 2 * 4
    array([[11.]])
    >>> da  # 10 * 3 and 10 * 4
    array([[30., 40.]])
    >>> db
    array([[10.],
           [20.]])

    The same b for two matrices a: it gets 10 * [1, 2] from the first and 1 * [5, 6] from the second.

    >>> out, da, db = matmul_vjp(np.array([[[10.0]], [[1.0]]]), np.array([[[1.0, 2.0]], [[5.0, 6.0]]]), b)
    >>> db
    array([[15.],
           [26.]])
    """
    raise NotImplementedError
