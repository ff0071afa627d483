"""A page of tiles: side by side, one below the other, with words."""

from functools import cache, lru_cache

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from grader.show.tiles import Colour, Pixels

PAPER, INK, PALE = 255, (40, 40, 40), (110, 110, 110)
SMALL, PLAIN, LARGE = 15, 17, 22
SIGNS = "red is positive, blue is negative, white is 0"
MARGIN = 24
LEAST_WIDTH = 640


@cache
def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)


@lru_cache(maxsize=256)  # most words of a film's frames are those of the frame before
def text(words: str, size: int = PLAIN, colour: Colour = INK, least: int = 0) -> Pixels:
    """Write a line, or several; the font has ASCII and little else.

    Parameters
    ----------
    words : str
    size : int
    colour : (int, int, int)
    least : int
        Its width in pixels, at least: what stands beside words that change does not move.

    Returns
    -------
    ndarray, uint8, (H, W, 3)
        As high for the same size and number of lines, whatever the words.
    """
    font, lines = _font(size), words.split("\n")
    height = round(1.3 * size)
    width = max(least, *(int(np.ceil(font.getlength(line))) + 2 for line in lines))
    image = Image.new("RGB", (width, height * len(lines)), (PAPER,) * 3)
    pen = ImageDraw.Draw(image)
    for number, line in enumerate(lines):
        pen.text((0, number * height), line, fill=colour, font=font)
    return np.asarray(image)


def beside(*tiles: Pixels, gap: int = 20, middle: bool = True) -> Pixels:
    """Put tiles side by side.

    Parameters
    ----------
    *tiles : ndarray, uint8, (H, W, 3)
    gap : int
        Pixels between two.
    middle : bool
        Whether their middles are level, or their upper edges.

    Returns
    -------
    ndarray, uint8, (H, W, 3)

    Examples
    --------
    >>> beside(text("a"), np.zeros((50, 30, 3), np.uint8), gap=5)[:, -30:].any()
    np.False_
    """
    flipped = (tile.transpose(1, 0, 2) for tile in tiles)
    return below(*flipped, gap=gap, middle=middle).transpose(1, 0, 2)


def below(*tiles: Pixels, gap: int = 20, middle: bool = False) -> Pixels:
    """Put tiles one below the other; as :func:`beside`, with left edges in line unless `middle`."""
    height = sum(len(tile) for tile in tiles) + gap * (len(tiles) - 1)
    width = max(tile.shape[1] for tile in tiles)
    out = np.full((height, width, 3), PAPER, np.uint8)
    top = 0
    for tile in tiles:
        left = (width - tile.shape[1]) // 2 if middle else 0
        out[top : top + len(tile), left : left + tile.shape[1]] = tile
        top += len(tile) + gap
    return out


def labelled(tile: Pixels, words: str, size: int = SMALL) -> Pixels:
    """Put words above a tile."""
    return below(text(words, size), tile, gap=4)


def page(content: Pixels, title: str, note: str = SIGNS) -> Pixels:
    """Put a title above, and a margin around.

    Parameters
    ----------
    content : ndarray, uint8, (H, W, 3)
    title : str
    note : str
        What colours mean, or the like; in a line below the title.

    Returns
    -------
    ndarray, uint8, (H, W, 3)
        At least LEAST_WIDTH wide.
    """
    heading = below(text(title, LARGE), text(note, SMALL, PALE), gap=2)
    filled = below(heading, content, gap=16)
    spare = max(LEAST_WIDTH - 2 * MARGIN - filled.shape[1], 0)
    return np.pad(filled, ((MARGIN, MARGIN), (MARGIN, MARGIN + spare), (0, 0)), constant_values=PAPER)
