"""What pictures are made of: a digit, and a landscape that is drawn here."""

import numpy as np
from PIL import Image, ImageDraw

from grader.wire import Array

# Drawn this much larger and averaged, so that edges are soft, as a camera's are.
FINE = 4
HEIGHT, WIDTH = 64, 96


def digit(number: int, side: int = 28, seed: int = 0) -> Array:
    """Draw a digit.

    Parameters
    ----------
    number : int
        0 to 9.
    side : int
        28, or a length that goes into 28: then each pixel is the mean of some.
    seed : int
        Another seed, another hand.

    Returns
    -------
    ndarray, float64, (side, side)
        0 is background, 1 is ink.

    Examples
    --------
    >>> digit(7, 14).shape
    (14, 14)
    """
    from engine import data  # here, because only who draws needs data sets

    pixels = data.draw_digit(number, np.random.default_rng(seed)) / 255
    step = len(pixels) // side
    means: Array = pixels.reshape(side, step, side, step).mean(axis=(1, 3))
    return means


def landscape(scale: int = 1) -> Array:
    """Draw a house with a fence under a sun, in colour: lines in all directions, and plain surfaces.

    Parameters
    ----------
    scale : int
        1, 2 or 4: how much larger.

    Returns
    -------
    ndarray, float64, (3, 64 * scale, 96 * scale)
        Red, green, blue, from 0 to 1.
    """
    image = Image.new("RGB", (FINE * WIDTH, FINE * HEIGHT), (150, 195, 235))
    pen = ImageDraw.Draw(image)

    def at(*points: tuple[float, float]) -> list[tuple[float, float]]:
        return [(FINE * x, FINE * y) for x, y in points]

    for row in range(FINE * 42):  # the sky is paler near the ground
        pen.line([(0, row), (FINE * WIDTH, row)], fill=(130 + row // 3, 180 + row // 4, 240))
    pen.ellipse(at((8, 6), (22, 20)), fill=(255, 225, 110))
    pen.polygon(at((0, 44), (18, 30), (42, 44), (70, 26), (96, 40), (96, 64), (0, 64)), fill=(120, 150, 110))
    pen.rectangle(at((0, 44), (96, 64)), fill=(105, 145, 75))
    pen.rectangle(at((34, 30), (64, 54)), fill=(235, 220, 190))
    pen.polygon(at((30, 30), (49, 12), (68, 30)), fill=(165, 65, 50))
    pen.line(at((29, 31), (49, 12), (69, 31)), fill=(240, 235, 225), width=6)
    pen.rectangle(at((45, 40), (53, 54)), fill=(95, 60, 45))
    for left in (37, 56):
        pen.rectangle(at((left, 36), (left + 6, 43)), fill=(80, 110, 140), outline=(250, 250, 250), width=4)
        pen.line(at((left + 3, 36), (left + 3, 43)), fill=(250, 250, 250), width=3)
    pen.rectangle(at((79, 36), (82, 52)), fill=(90, 65, 45))
    pen.ellipse(at((72, 18), (90, 40)), fill=(60, 105, 60))
    for x in range(1, 96, 6):
        pen.line(at((x, 52), (x, 61)), fill=(245, 240, 230), width=6)
    pen.line(at((0, 56), (96, 56)), fill=(245, 240, 230), width=5)
    values: Array = np.asarray(image.reduce(FINE // scale), np.float64).transpose(2, 0, 1) / 255
    return values


def line_filters() -> Array:
    """Return the filters of the exercise line_detectors.

    Returns
    -------
    ndarray, float64, (4, 3, 3)
        Horizontal, vertical, 45 degrees, 135 degrees: 2 along the line, -1 beside it.
    """
    eye, middle = np.eye(3), np.arange(3) == 1
    lines = np.stack([np.outer(middle, np.ones(3)), np.outer(np.ones(3), middle), eye[::-1], eye])
    filters: Array = 3 * lines - 1
    return filters
