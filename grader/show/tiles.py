"""From numbers to pixels: tiles in grey, in red and blue, in colour; enlarged, and with frames around parts of them."""

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from grader.wire import Array

Pixels: TypeAlias = npt.NDArray[np.uint8]
Colour: TypeAlias = tuple[int, int, int]

RED, BLUE, ORANGE, LINE = (190, 15, 40), (15, 85, 170), (240, 130, 0), (205, 205, 205)


def grey(values: Array, low: float = 0.0, high: float = 1.0) -> Pixels:
    """Draw numbers from black to white; what lies outside is as black or as white as the ends.

    Parameters
    ----------
    values : ndarray (H, W)
    low, high : float
        What is black and what is white.

    Returns
    -------
    ndarray, uint8, (H, W, 3)

    Examples
    --------
    >>> grey(np.array([[0.0, 1.0, 9.0]]))[0, :, 0].tolist()
    [0, 255, 255]
    """
    return coloured(np.stack([(np.clip(values, low, high) - low) / (high - low)] * 3))


def coloured(values: Array) -> Pixels:
    """Draw numbers from 0 to 1 as red, green and blue.

    Parameters
    ----------
    values : ndarray (3, H, W)
        What lies outside is taken as 0 or 1.

    Returns
    -------
    ndarray, uint8, (H, W, 3)
    """
    levels: Pixels = np.rint(255 * np.clip(values, 0, 1)).astype(np.uint8).transpose(1, 2, 0)
    return levels


def signed(values: Array, largest: float | None = None) -> Pixels:
    """Draw 0 white, positive numbers red, negative ones blue.

    Parameters
    ----------
    values : ndarray (H, W)
    largest : float, optional
        How far from 0 a number is as red or blue as can be; by default, the farthest there is.

    Returns
    -------
    ndarray, uint8, (H, W, 3)

    Examples
    --------
    >>> signed(np.array([[0.0, 2.0, -2.0]]))[0].tolist()
    [[255, 255, 255], [190, 15, 40], [15, 85, 170]]
    """
    far = float(np.abs(values).max(initial=0.0)) if largest is None else largest
    share = np.clip(values, -far, far) / far if far else np.zeros(values.shape)
    away = np.where(share[..., None] > 0, RED, BLUE)
    return np.rint(255 + np.abs(share)[..., None] * (away - 255.0)).astype(np.uint8)


def enlarged(pixels: Pixels, scale: int, lines: int = 0) -> Pixels:
    """Make a square of every pixel.

    Parameters
    ----------
    pixels : ndarray, uint8, (H, W, 3)
    scale : int
        Side of a square.
    lines : int
        Draw a line after so many pixels, and around all; 0 for none but around.

    Returns
    -------
    ndarray, uint8, (H * scale + 1, W * scale + 1, 3)
        With a thin line around.

    Examples
    --------
    >>> enlarged(np.zeros((2, 3, 3), np.uint8), 10).shape
    (21, 31, 3)
    """
    height, width = pixels.shape[:2]
    out = np.empty((height * scale + 1, width * scale + 1, 3), np.uint8)
    out[...] = LINE
    out[:-1, :-1] = pixels.repeat(scale, axis=0).repeat(scale, axis=1)
    step = lines * scale
    out[:: step or height * scale] = LINE
    out[:, :: step or width * scale] = LINE
    return out


def outlined(tile: Pixels, scale: int, box: tuple[int, int, int, int], colour: Colour = ORANGE) -> Pixels:
    """Draw a frame around some pixels of an enlarged tile.

    Parameters
    ----------
    tile : ndarray, uint8
        As :func:`enlarged` gave it.
    scale : int
        By which it was enlarged.
    box : (int, int, int, int)
        Top, left, height and width, in pixels before they were enlarged.
    colour : (int, int, int)

    Returns
    -------
    ndarray, uint8
        A copy.
    """
    top, left, height, width = (scale * length for length in box)
    out = tile.copy()
    frame = np.zeros(tile.shape[:2], bool)
    frame[max(top - 1, 0) : top + height + 2, max(left - 1, 0) : left + width + 2] = True
    frame[top + 2 : top + height - 1, left + 2 : left + width - 1] = False
    out[frame] = colour
    return out
