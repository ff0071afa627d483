"""Shift, rotation, scale and shear: together one affine map, so that images are resampled once."""

import numpy as np

from engine.data.augment.batch import Images, Numbers, checked
from engine.data.compiled import compiled
from engine.errors import ParameterError, ShapeError

Range = tuple[float, float]


def affine_matrices(
    size: tuple[int, int],
    degrees: Numbers | float = 0.0,
    translate: tuple[Numbers | float, Numbers | float] = (0.0, 0.0),
    scale: tuple[Numbers | float, Numbers | float] = (1.0, 1.0),
    shear: Numbers | float = 0.0,
) -> Numbers:
    """Return the maps from pixels of altered images back to those of the originals.

    What is drawn is sheared, scaled, turned about the image's middle, and then shifted.

    Parameters
    ----------
    size : (int, int)
        Height and width of the images.
    degrees : float or ndarray (n,)
        Of the rotation, clockwise.
    translate : (float or ndarray (n,), float or ndarray (n,))
        Pixels to the right and down.
    scale : (float or ndarray (n,), float or ndarray (n,))
        In width and in height; 2 makes things twice as large.
    shear : float or ndarray (n,)
        Degrees by which upright lines lean to the left at their lower end.

    Returns
    -------
    ndarray (n, 2, 3), float64
        For :func:`affine`; n = 1 if all settings are numbers.

    Examples
    --------
    >>> affine_matrices((28, 28), translate=(3.0, 0.0))
    array([[[ 1.,  0.,  0.],
            [ 0.,  1., -3.]]])
    """
    settings = (degrees, *translate, *scale, shear)
    turn, right, down, wide, high, lean = np.broadcast_arrays(*(np.atleast_1d(np.float64(value)) for value in settings))
    cos, sin, slope = np.cos(np.radians(turn)), np.sin(np.radians(turn)), np.tan(np.radians(lean))
    # Of (down, right): first the shear, then the scale, then the rotation; clockwise takes right to down.
    rotated = np.stack([cos, sin, -sin, cos], -1).reshape(-1, 2, 2)
    drawn = np.stack([high, 0 * high, -slope * wide, wide], -1).reshape(-1, 2, 2)
    back = np.linalg.inv(rotated @ drawn)
    middle = (np.array(size) - 1) / 2
    start = middle - np.einsum("nij,nj->ni", back, middle + np.stack([down, right], -1))
    return np.concatenate([back, start[:, :, None]], axis=2)


def affine(images: Images, matrices: Numbers) -> Images:
    """Resample images by affine maps, bilinear; what lies beyond the edge is 0.

    Parameters
    ----------
    images : ndarray (n, C, H, W), float32
    matrices : ndarray (n, 2, 3) or (1, 2, 3)
        Applied to (row, column, 1) of a pixel gives row and column of the pixel that is put there.

    Returns
    -------
    ndarray (n, C, H, W), float32

    Raises
    ------
    ShapeError, DTypeError
        If images or matrices are not of these shapes and types.

    Examples
    --------
    >>> image = np.arange(9, dtype=np.float32).reshape(1, 1, 3, 3)
    >>> affine(image, affine_matrices((3, 3), translate=(1.0, 0.0)))[0, 0]
    array([[0., 0., 1.],
           [0., 3., 4.],
           [0., 6., 7.]], dtype=float32)
    """
    images = checked("affine", images)
    if matrices.shape not in ((len(images), 2, 3), (1, 2, 3)):
        raise ShapeError("affine", f"matrices ({len(images)}, 2, 3) or (1, 2, 3)", str(matrices.shape))
    each = np.ascontiguousarray(np.broadcast_to(matrices, (len(images), 2, 3)), np.float32)
    out = np.empty_like(images)
    compiled("augment.resampling").affine(out, images, each)
    return out


class RandomAffine:
    """Turn, shift, scale and shear each image at random.

    Parameters
    ----------
    degrees : float or (float, float)
        Rotation is drawn from this range, or from minus to plus this number.
    translate : (float, float), optional
        Largest shift, as a share of width and of height.
    scale : (float, float), optional
        Range of the factor.
    shear : float or (float, float), optional
        Range of the angle, like `degrees`.
    independent : bool
        Whether width and height are scaled by factors of their own, as digits are usually altered.

    Raises
    ------
    ParameterError
        If a range is upside down, or a scale not positive, or a share not between 0 and 1.

    Examples
    --------
    >>> alter = RandomAffine(15, translate=(0.1, 0.1), scale=(0.85, 1.15))
    >>> alter(np.zeros((2, 1, 28, 28), np.float32), np.random.default_rng(0)).shape
    (2, 1, 28, 28)
    """

    def __init__(
        self,
        degrees: float | Range,
        translate: Range | None = None,
        scale: Range | None = None,
        shear: float | Range | None = None,
        independent: bool = False,
    ) -> None:
        self.degrees = _around_zero(degrees)
        self.translate = translate or (0.0, 0.0)
        self.scale = scale or (1.0, 1.0)
        self.shear = _around_zero(shear or 0.0)
        self.independent = independent
        rising = all(low <= high for low, high in (self.degrees, self.scale, self.shear))
        if not rising or self.scale[0] <= 0 or not all(0 <= share <= 1 for share in self.translate):
            raise ParameterError(
                "RandomAffine", "ranges from low to high, scale > 0, translate from 0 to 1", repr(self)
            )

    def __call__(self, images: Images, rng: np.random.Generator) -> Images:
        """Return the altered images, (n, C, H, W) float32."""
        images = checked("RandomAffine", images)
        count, (height, width) = len(images), images.shape[2:]
        degrees, shear = rng.uniform(*self.degrees, count), rng.uniform(*self.shear, count)
        right = rng.uniform(-1, 1, count) * self.translate[0] * width
        down = rng.uniform(-1, 1, count) * self.translate[1] * height
        wide = rng.uniform(*self.scale, count)
        high = rng.uniform(*self.scale, count) if self.independent else wide
        return affine(images, affine_matrices((height, width), degrees, (right, down), (wide, high), shear))

    def __repr__(self) -> str:
        return (
            f"RandomAffine(degrees={self.degrees}, translate={self.translate}, scale={self.scale}, "
            f"shear={self.shear}, independent={self.independent})"
        )


def _around_zero(value: float | Range) -> Range:
    return value if isinstance(value, tuple) else (0 - value, value)
