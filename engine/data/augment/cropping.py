"""The kernel that takes chosen rows and columns of each image."""

import numpy as np

from engine.arrays import Array
from engine.data.serial import serial


@serial
def crop(out: Array, images: Array, rows: Array, columns: Array) -> None:
    """Write ``images[n, c, rows[n, i], columns[n, j]]``, and 0 where one of the two is -1.

    Parameters
    ----------
    out : ndarray (n, C, h, w), float32
    images : ndarray (n, C, H, W), float32
    rows : ndarray (n, h), int64
    columns : ndarray (n, w), int64
    """
    count, channels, height, width = out.shape
    for n in range(count):
        for c in range(channels):
            for i in range(height):
                piece = out[n, c, i]
                if rows[n, i] < 0:
                    piece[:] = 0
                    continue
                pixels = images[n, c, rows[n, i]]
                for j in range(width):
                    column = columns[n, j]
                    piece[j] = pixels[column] if column >= 0 else np.float32(0)
