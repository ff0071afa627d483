"""Data sets: read from files, or drawn."""

from engine.data.glyphs import draw_digit, load_glyphs
from engine.data.idx import load_digits_dir, read_idx, write_idx
from engine.data.images import ImageData
from engine.data.loader import Batches

__all__ = [
    "Batches",
    "ImageData",
    "draw_digit",
    "load_digits_dir",
    "load_glyphs",
    "read_idx",
    "write_idx",
]
