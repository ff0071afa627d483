"""What alterations take and return."""

from typing import Any

import numpy as np
import numpy.typing as npt

from engine.errors import DTypeError, ShapeError

Images = npt.NDArray[np.float32]
Numbers = npt.NDArray[np.floating[Any]]


def checked(who: str, images: Images) -> Images:
    """Return a batch of images as kernels want it: in one piece.

    Parameters
    ----------
    who : str
        The alteration, for errors.
    images : ndarray (n, C, H, W), float32

    Raises
    ------
    DTypeError, ShapeError
        If it is something else.

    Examples
    --------
    >>> checked("example", np.zeros((2, 1, 4, 4), np.float32)[:, :, ::2]).flags.c_contiguous
    True
    """
    if images.dtype != np.float32:
        raise DTypeError(who, "images float32 (n, C, H, W)", images.dtype.name, "divide uint8 images by 255")
    if images.ndim != 4 or images.size == 0:
        raise ShapeError(who, "images (n, C, H, W), none of them 0", str(images.shape))
    return np.ascontiguousarray(images)
