"""Frames as a GIF, which has 256 colours."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from grader.show.tiles import ORANGE, Pixels, grey, signed
from grader.wire import Array

# How long the last frame stays, in milliseconds.
LAST = 2500
# The same for all frames and films: chosen for each by Pillow, they would flicker, and paper would not be white.
COLOURS = np.concatenate(
    [grey(np.linspace(0, 1, 86)[None])[0], signed(np.linspace(-1, 1, 169)[None])[0], np.array([ORANGE], np.uint8)]
)


def write_film(frames: Sequence[Pixels], pause: int, path: Path) -> None:
    """Write a film that begins again when it ends.

    Parameters
    ----------
    frames : sequence of ndarray, uint8, (H, W, 3)
        In grey, red, blue and orange, as tiles are; what has another colour gets the nearest of these.
    pause : int
        Milliseconds from one to the next.
    path : Path
    """
    packed = [_packed(frame) for frame in frames]
    used = np.zeros(1 << 24, bool)
    for frame in packed:
        used[frame] = True
    numbers = np.flatnonzero(used)
    colours = np.stack([numbers >> 16, numbers >> 8 & 255, numbers & 255], axis=1)
    nearest = np.zeros(1 << 24, np.uint8)
    nearest[numbers] = ((colours[:, None] - COLOURS.astype(int)) ** 2).sum(axis=2).argmin(axis=1)
    images = [Image.fromarray(nearest[frame]) for frame in packed]
    for image in images:
        image.putpalette(COLOURS.tobytes())
    pauses = [pause] * (len(images) - 1) + [LAST]
    images[0].save(path, save_all=True, append_images=images[1:], duration=pauses, loop=0)


def _packed(frame: Pixels) -> Array:
    """Return each pixel's colour as one number."""
    red, green, blue = np.moveaxis(frame.astype(np.int32), 2, 0)
    number: Array = red << 16 | green << 8 | blue
    return number
