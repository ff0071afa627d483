"""Alterations of training images, drawn anew each time an image is used.

Each is a setting that can be called: ``alter(images, rng)`` takes a batch, float32 (n, C, H, W) with pixels from 0
to 1, and a NumPy generator, and returns a new batch; the same generator state gives the same batch.
:class:`engine.data.Batches` takes one as `augment`, and :class:`Compose` makes one of several. Those without chance
(:class:`Deskew`, :class:`NormalizeWidth`) are for test images, too.
"""

from engine.data.augment.affine import RandomAffine, affine, affine_matrices
from engine.data.augment.compose import Compose
from engine.data.augment.crop import RandomCrop
from engine.data.augment.cutout import Cutout
from engine.data.augment.deskew import Deskew
from engine.data.augment.elastic import ElasticTransform, displace, elastic_field
from engine.data.augment.flip import RandomHorizontalFlip
from engine.data.augment.width import NormalizeWidth

__all__ = [
    "Compose",
    "Cutout",
    "Deskew",
    "ElasticTransform",
    "NormalizeWidth",
    "RandomAffine",
    "RandomCrop",
    "RandomHorizontalFlip",
    "affine",
    "affine_matrices",
    "displace",
    "elastic_field",
]
