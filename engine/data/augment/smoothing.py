"""The kernel that smooths random fields: a Gaussian, first along columns, then along rows."""

import numpy as np

from engine.arrays import Array
from engine.data.serial import serial


@serial
def smooth(out: Array, fields: Array, weights: Array, scale: float, offset: float) -> None:
    """Write ``scale * (fields * weights along both axes) + offset``, where the weights fit entirely.

    Parameters
    ----------
    out : ndarray (m, H, W), float32
    fields : ndarray (m, H + K - 1, W + K - 1), float32
    weights : ndarray (K,), float32
    scale, offset : float32
    """
    count, height, width = out.shape
    wide, taps = fields.shape[2], weights.size
    row = np.empty(wide, np.float32)
    for m in range(count):
        for i in range(height):
            row[:] = 0
            for k in range(taps):
                weight, source = weights[k], fields[m, i + k]
                for j in range(wide):
                    row[j] += weight * source[j]
            smoothed = out[m, i]
            smoothed[:] = offset
            for k in range(taps):
                weight, source = scale * weights[k], row[k : k + width]
                for j in range(width):
                    smoothed[j] += weight * source[j]
