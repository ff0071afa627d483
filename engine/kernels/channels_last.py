"""Images laid out with channels innermost, so that a vector holds one pixel of many channels; and back."""

from engine.arrays import Array
from engine.kernels import registers, vectors
from engine.kernels.jit import using
from engine.kernels.registers import transpose_block
from engine.kernels.vectors import VECTOR_BYTES

compiled = using(registers, vectors)

# Of float32, the only dtype that is laid out so.
LANES = VECTOR_BYTES // 4


@compiled
def whole_vectors(count: int) -> int:
    """Return the number of channels rounded up to whole vectors."""
    return (count + LANES - 1) // LANES * LANES


@compiled
def channels_last(
    line: Array, scratch: Array, x: Array, n: int, first: int, rows: int, columns: int, left: int
) -> None:
    """line[r, q, c] = x[n, c, first + r, q - left], and 0 outside the image, for some rows and columns."""
    channels, height, width = x.shape[1:]
    whole, plane, pixels = whole_vectors(channels), height * width, x.reshape(-1)
    line[: rows * columns * whole] = 0
    low, high = max(0, first), min(height, first + rows)
    count = (high - low) * width
    if count <= 0:
        return
    start = n * channels * plane + low * width
    whole_blocks = count >= LANES and channels >= LANES
    if not whole_blocks:
        for p in range(count):
            for c in range(channels):
                scratch[p * whole + c] = pixels[start + c * plane + p]
    for p in range(0, count if whole_blocks else 0, LANES):
        # The last blocks end with the last pixel and the last channel: they overlap the ones before.
        q = min(p, count - LANES)
        for c in range(0, channels, LANES):
            k = min(c, channels - LANES)
            transpose_block(scratch, q * whole + k, whole, pixels, start + k * plane + q, plane)
    long = min(width, columns - left) * whole
    for r in range(low, high):
        to, at = ((r - first) * columns + left) * whole, (r - low) * width * whole
        target, source = line[to : to + long], scratch[at : at + long]
        for i in range(long):
            target[i] = source[i]


@compiled
def channels_first(out: Array, to: int, plane: int, pixels: Array, count: int, channels: int) -> None:
    """out[to + k plane + p] = pixels[p, k]."""
    whole = whole_vectors(channels)
    if count < LANES or channels < LANES:
        for p in range(count):
            for k in range(channels):
                out[to + k * plane + p] = pixels[p * whole + k]
        return
    for c in range(0, channels, LANES):
        k = min(c, channels - LANES)
        for p in range(0, count, LANES):
            q = min(p, count - LANES)
            transpose_block(out, to + k * plane + q, plane, pixels, q * whole + k, whole)
