"""A picture from anywhere made like the images of a data set of digits, so that a network can be asked about it."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps

from engine.data.image_file import opened_image
from engine.errors import DataError

# MNIST's digits: 20 pixels along the longer side, their centre of mass in the middle of 28x28.
SIDE, INSIDE = 28, 20
# Ink is what is darker, or lighter, than the background by this share of the range.
FAINT = 0.25


def read_digit(path: Path) -> npt.NDArray[np.uint8]:
    """Read a picture of one digit and bring it into MNIST's form.

    The background may be light or dark: it is what most of the edge shows. The digit is cut out, made 20 pixels
    large, and put into 28x28 pixels with its centre of mass in the middle, as MNIST's were.

    Parameters
    ----------
    path : Path
        BMP, GIF, JPEG, PNG, PPM, TIFF or WebP, with eight bits for each pixel and channel.

    Returns
    -------
    np.ndarray, uint8, (28, 28)
        0 is background.

    Raises
    ------
    DataError
        If there is no such file, it is no picture, damaged, too large or of more bits, or shows nothing.
    """
    with opened_image(path) as picture:
        grey = np.asarray(_on_white(ImageOps.exif_transpose(picture)).convert("L"), np.float64) / 255
    edge = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
    ink = np.abs(grey - np.median(edge))
    ink = np.where(ink > FAINT * ink.max(), ink, 0.0)
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    placed = None
    if rows.size and ink.max() >= 0.1:
        placed = _placed(ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1] / ink.max())
    if placed is None:
        raise DataError(str(path), "a digit on a plain background", "a picture that shows nothing")
    return placed


def _on_white(picture: Image.Image) -> Image.Image:
    """Lay what is transparent on white."""
    if not picture.has_transparency_data:
        return picture
    layered = picture.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", layered.size, "white"), layered)


def _placed(ink: npt.NDArray[np.float64]) -> npt.NDArray[np.uint8] | None:
    """Return the digit in MNIST's size and place, or None if nothing of it is left at that size."""
    height, width = ink.shape
    scale = INSIDE / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = np.asarray(Image.fromarray((255 * ink).astype(np.uint8)).resize(size, Image.Resampling.BOX), np.float64)
    mass = small.sum()
    if mass == 0:  # a few specks, far apart
        return None
    out = np.zeros((SIDE, SIDE), np.uint8)
    corner = []
    for axis, length in enumerate(small.shape):
        centre = (small.sum(axis=1 - axis) * (np.arange(length) + 0.5)).sum() / mass
        corner.append(int(np.clip(round(SIDE / 2 - centre), 0, SIDE - length)))
    out[corner[0] : corner[0] + small.shape[0], corner[1] : corner[1] + small.shape[1]] = small * (255 / small.max())
    return out
