"""Layers in NumPy and float64: by them the grader works out what a student's network must answer.

They are the definitions once more, and not the engine's: the student's network is built on the engine, and would agree
with a mistake there. The grader's process compiles nothing for them.
"""

import numpy as np

from grader.wire import Array

EPS = 1e-5


def conv2d(x: Array, w: Array, b: Array, padding: int = 0) -> Array:
    """Cross-correlate images x (N, C, H, W) with filters w (K, C, FH, FW) at stride 1, and add b (K,).

    Examples
    --------
    >>> conv2d(np.ones((1, 2, 3, 3)), np.ones((1, 2, 3, 3)), np.array([0.5]))
    array([[[[18.5]]]])
    """
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, w.shape[2:], axis=(2, 3))
    out: Array = np.tensordot(windows, w, axes=((1, 4, 5), (1, 2, 3))).transpose(0, 3, 1, 2)
    return out + b[:, None, None]


def table_conv2d(x: Array, w: Array, b: Array, table: tuple[tuple[int, ...], ...]) -> Array:
    """Cross-correlate as :func:`conv2d` does, each map with the maps of its row in a table only.

    Examples
    --------
    >>> table_conv2d(np.ones((1, 2, 3, 3)), np.ones((1, 3, 3)), np.zeros(1), ((1,),))
    array([[[[9.]]]])
    """
    maps, first = [], 0
    for k, row in enumerate(table):
        filters = w[None, first : first + len(row)]
        maps.append(conv2d(x[:, list(row)], filters, b[k : k + 1]))
        first += len(row)
    return np.concatenate(maps, axis=1)


def tiles(x: Array, size: int) -> Array:
    """Cut maps (N, C, H, W) into windows of `size` by `size` that do not overlap; a rest is left out.

    Returns
    -------
    ndarray (N, C, H // size, W // size, size * size)

    Examples
    --------
    >>> tiles(np.arange(4.0).reshape(1, 1, 2, 2), 2)
    array([[[[[0., 1., 2., 3.]]]]])
    """
    n, c, h, w = x.shape
    rows, columns = h // size, w // size
    cut = x[:, :, : rows * size, : columns * size].reshape(n, c, rows, size, columns, size)
    return cut.transpose(0, 1, 2, 4, 3, 5).reshape(n, c, rows, columns, size * size)


def batch_norm(x: Array, weight: Array, bias: Array, mean: Array, variance: Array, training: bool) -> Array:
    """Normalise maps (N, C, H, W) by channel: by the batch's own mean and variance in training, else by those given.

    Examples
    --------
    >>> x = np.array([[[[1.0, 3.0]]]])
    >>> one, zero = np.ones(1), np.zeros(1)
    >>> batch_norm(x, one, zero, zero, one, training=True).round(3)
    array([[[[-1.,  1.]]]])
    """
    if training:
        mean, variance = x.mean(axis=(0, 2, 3)), x.var(axis=(0, 2, 3))
    scale = weight / np.sqrt(variance + EPS)
    return x * scale[:, None, None] + (bias - mean * scale)[:, None, None]


def linear(x: Array, w: Array, b: Array) -> Array:
    """Multiply x (N, D) by w (K, D), and add b (K,)."""
    out: Array = x @ w.T + b
    return out


def relu(x: Array) -> Array:
    """Set what is negative to zero."""
    return np.maximum(x, 0.0)


def scaled_tanh(x: Array) -> Array:
    """Squash as LeNet-5 does: 1.7159 tanh(2x / 3)."""
    out: Array = 1.7159 * np.tanh(2.0 / 3.0 * x)
    return out
