"""Tiles in columns, with an arrow from each to those that are made of it."""

from collections.abc import Iterable, Mapping

import numpy as np
from PIL import Image, ImageDraw

from grader.show.layout import PALE, PAPER
from grader.show.tiles import Pixels

ACROSS, DOWN = 70, 30
# Length of an arrow's head, and half its width.
HEAD, HALF = 10, 4


def graph(
    tiles: Mapping[str, Pixels], places: Mapping[str, tuple[int, float]], edges: Iterable[tuple[str, str]]
) -> Pixels:
    """Lay tiles out in columns, and draw an arrow for each edge.

    Parameters
    ----------
    tiles : mapping of str to ndarray, uint8, (H, W, 3)
        By name.
    places : mapping of str to (int, float)
        Column and row of each; rows may lie between two.
    edges : iterable of (str, str)
        From the right side of one to the left side of another.

    Returns
    -------
    ndarray, uint8, (H, W, 3)
    """
    width = max(tile.shape[1] for tile in tiles.values()) + ACROSS
    height = max(len(tile) for tile in tiles.values()) + DOWN
    columns, rows = (1 + max(place[axis] for place in places.values()) for axis in (0, 1))
    image = Image.new("RGB", (int(columns * width) - ACROSS, int(rows * height) - DOWN), (PAPER,) * 3)
    pen = ImageDraw.Draw(image)

    def corner(name: str) -> tuple[int, int]:
        column, row = places[name]
        return int(column * width), int(row * height)

    for start, end in edges:
        (left, top), (to, to_top) = corner(start), corner(end)
        begin = np.array((left + tiles[start].shape[1], top + len(tiles[start]) // 2))
        tip = np.array((to - 1, to_top + len(tiles[end]) // 2))
        along = (tip - begin) / np.hypot(*(tip - begin))
        base, aside = tip - HEAD * along, HALF * along[::-1] * (1, -1)
        pen.line([tuple(begin), tuple(base)], fill=PALE, width=2)
        pen.polygon([tuple(tip), tuple(base + aside), tuple(base - aside)], fill=PALE)
    for name, tile in tiles.items():
        image.paste(Image.fromarray(tile), corner(name))
    return np.asarray(image)
