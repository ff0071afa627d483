"""Kernels that look up pixels between pixels: bilinear, and 0 beyond the image's edge."""

from typing import Any

import numpy as np

from engine.arrays import Array
from engine.data.serial import serial


@serial
def _between(plane: Array, y: Any, x: Any) -> Any:
    """Return the pixel at row y and column x, which may lie between pixels or beyond the edge."""
    height, width = plane.shape
    # Written so that NaN is beyond, too.
    if not (y > -1 and y < height and x > -1 and x < width):
        return np.float32(0)
    # Truncation rounds down what is not negative.
    top, left = int(y + 1) - 1, int(x + 1) - 1
    down, right = np.float32(y - top), np.float32(x - left)
    up, back = np.float32(1) - down, np.float32(1) - right
    if top >= 0 and left >= 0 and top < height - 1 and left < width - 1:
        above, below = plane[top], plane[top + 1]
        return up * (back * above[left] + right * above[left + 1]) + down * (
            back * below[left] + right * below[left + 1]
        )
    value = np.float32(0)
    for i, share in ((top, up), (top + 1, down)):
        if 0 <= i < height:
            if left >= 0:
                value += share * back * plane[i, left]
            if left + 1 < width:
                value += share * right * plane[i, left + 1]
    return value


@serial
def affine(out: Array, images: Array, matrices: Array) -> None:
    """Write for each pixel (i, j) the one at ``matrix @ (i, j, 1)``.

    Parameters
    ----------
    out, images : ndarray (n, C, H, W), float32
    matrices : ndarray (n, 2, 3), float32
    """
    count, channels, height, width = out.shape
    for n in range(count):
        yi, yj, y0 = matrices[n, 0]
        xi, xj, x0 = matrices[n, 1]
        for c in range(channels):
            plane = images[n, c]
            for i in range(height):
                row = out[n, c, i]
                y, x = yi * np.float32(i) + y0, xi * np.float32(i) + x0
                for j in range(width):
                    row[j] = _between(plane, y + yj * np.float32(j), x + xj * np.float32(j))


@serial
def displaced(out: Array, images: Array, field: Array) -> None:
    """Write for each pixel (i, j) the one at ``(i, j) + field[:, i, j]``.

    Parameters
    ----------
    out, images : ndarray (n, C, H, W), float32
    field : ndarray (n, 2, H, W), float32
        Rows down, then columns to the right.
    """
    count, channels, height, width = out.shape
    for n in range(count):
        for c in range(channels):
            plane = images[n, c]
            for i in range(height):
                row, down, right = out[n, c, i], field[n, 0, i], field[n, 1, i]
                for j in range(width):
                    row[j] = _between(plane, np.float32(i) + down[j], np.float32(j) + right[j])
