"""Layers that make maps larger or smaller."""

from collections.abc import Sequence

from engine.nn.module import Module
from engine.ops import interpolate
from engine.tensor import Tensor


class Upsample(Module):
    """Make maps larger or smaller; see :func:`engine.nn.functional.interpolate`.

    Parameters
    ----------
    size : int or (int, int), optional
        OH and OW.
    scale_factor : float or (float, float), optional
        Instead of `size`.
    mode : {"nearest", "nearest-exact", "bilinear"}
    align_corners : bool, optional
        For "bilinear" only; False by default.
    recompute_scale_factor : bool, optional
        Use `scale_factor` only for the size.

    Attributes
    ----------
    size, mode, align_corners, recompute_scale_factor
        As given.
    scale_factor : float, tuple of float, or None

    Raises
    ------
    ParameterError
        In forward, if the settings cannot work.

    Examples
    --------
    >>> import engine
    >>> Upsample(scale_factor=2)(engine.tensor([[[[1.0, 2.0]]]]))
    tensor([[[[1., 1., 2., 2.],
              [1., 1., 2., 2.]]]])
    >>> Upsample(scale_factor=2)
    Upsample(scale_factor=2.0, mode='nearest')
    """

    def __init__(
        self,
        size: int | Sequence[int] | None = None,
        scale_factor: float | Sequence[float] | None = None,
        mode: str = "nearest",
        align_corners: bool | None = None,
        recompute_scale_factor: bool | None = None,
    ) -> None:
        self.size = size
        self.scale_factor: float | tuple[float, ...] | None = None
        if isinstance(scale_factor, Sequence):
            self.scale_factor = tuple(float(factor) for factor in scale_factor)
        elif scale_factor is not None:
            self.scale_factor = float(scale_factor)
        self.mode = mode
        self.align_corners = align_corners
        self.recompute_scale_factor = recompute_scale_factor

    def forward(self, input: Tensor) -> Tensor:
        """Map (N, C, H, W) to (N, C, OH, OW)."""
        out: Tensor = interpolate(
            input, self.size, self.scale_factor, self.mode, self.align_corners, self.recompute_scale_factor
        )
        return out

    def extra_repr(self) -> str:
        """Return the settings shown in ``print(module)``."""
        given = f"size={self.size}" if self.scale_factor is None else f"scale_factor={self.scale_factor}"
        return f"{given}, mode={self.mode!r}"


class UpsamplingNearest2d(Upsample):
    """:class:`Upsample` with mode "nearest".

    Parameters
    ----------
    size : int or (int, int), optional
        OH and OW.
    scale_factor : float or (float, float), optional
        Instead of `size`.

    Attributes
    ----------
    size, scale_factor, mode, align_corners, recompute_scale_factor
        As in :class:`Upsample`.

    Raises
    ------
    ParameterError
        In forward, if the settings cannot work.

    Examples
    --------
    >>> import engine
    >>> UpsamplingNearest2d(size=(1, 3))(engine.tensor([[[[4.0]]]]))
    tensor([[[[4., 4., 4.]]]])
    """

    def __init__(
        self, size: int | Sequence[int] | None = None, scale_factor: float | Sequence[float] | None = None
    ) -> None:
        super().__init__(size, scale_factor, mode="nearest")


class UpsamplingBilinear2d(Upsample):
    """:class:`Upsample` with mode "bilinear" and ``align_corners=True``.

    Parameters
    ----------
    size : int or (int, int), optional
        OH and OW.
    scale_factor : float or (float, float), optional
        Instead of `size`.

    Attributes
    ----------
    size, scale_factor, mode, align_corners, recompute_scale_factor
        As in :class:`Upsample`.

    Raises
    ------
    ParameterError
        In forward, if the settings cannot work.

    Examples
    --------
    >>> import engine
    >>> UpsamplingBilinear2d(size=(1, 3))(engine.tensor([[[[1.0, 2.0]]]]))
    tensor([[[[1. , 1.5, 2. ]]]])
    """

    def __init__(
        self, size: int | Sequence[int] | None = None, scale_factor: float | Sequence[float] | None = None
    ) -> None:
        super().__init__(size, scale_factor, mode="bilinear", align_corners=True)
