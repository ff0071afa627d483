"""Data sets: read from files, downloaded, or drawn; and batches of them."""

from engine.data.cifar import load_cifar10
from engine.data.cifar_jpeg import load_cifar10_jpeg
from engine.data.datasets import DATASETS, GLYPHS, load
from engine.data.glyphs import draw_digit, load_glyphs
from engine.data.idx import read_idx, write_idx
from engine.data.idx_folder import load_idx_folder
from engine.data.image_folder import load_image_folder
from engine.data.images import ImageData
from engine.data.loader import Augment, Batches
from engine.data.mnist_pickle import load_mnist_pickle

__all__ = [
    "DATASETS",
    "GLYPHS",
    "Augment",
    "Batches",
    "ImageData",
    "draw_digit",
    "load",
    "load_cifar10",
    "load_cifar10_jpeg",
    "load_glyphs",
    "load_idx_folder",
    "load_image_folder",
    "load_mnist_pickle",
    "read_idx",
    "write_idx",
]
