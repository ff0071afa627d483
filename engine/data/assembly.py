"""The kernel that puts a batch together: choose images, scale their pixels, add a border."""

import numpy as np

from engine.arrays import Array
from engine.data.serial import serial


@serial
def gather(out: Array, images: Array, chosen: Array, scale: Array, offset: Array, pad: int) -> None:
    """Write ``images[chosen] * scale - offset`` within a border of ``-offset``.

    Parameters
    ----------
    out : ndarray (n, C, H + 2 pad, W + 2 pad), float32
    images : ndarray (N, C, H, W), uint8 or float32
    chosen : ndarray (n,), int64
    scale, offset : ndarray (C,), float32
    pad : int
    """
    count, channels, height, width = chosen.size, images.shape[1], images.shape[2], images.shape[3]
    for n in range(count):
        for c in range(channels):
            factor, less = scale[c], offset[c]
            if pad:
                plane = out[n, c]
                plane[:pad] = -less
                plane[pad + height :] = -less
                plane[pad : pad + height, :pad] = -less
                plane[pad : pad + height, pad + width :] = -less
            for i in range(height):
                row, pixels = out[n, c, pad + i, pad : pad + width], images[chosen[n], c, i]
                for j in range(width):
                    row[j] = np.float32(pixels[j]) * factor - less
