"""Normalisation layers."""

from collections.abc import Callable, Sequence

import numpy as np

from engine.errors import ParameterError, ShapeError
from engine.nn.module import Module, Parameter
from engine.ops import batch_norm, group_norm, layer_norm, local_response_norm
from engine.tensor import Tensor, tensor


def _affine(shape: tuple[int, ...], weight: bool, bias: bool) -> tuple[Parameter | None, Parameter | None]:
    """Return a weight of ones and a bias of zeros, or None for what is not wanted."""
    return (
        Parameter(np.ones(shape, np.float32)) if weight else None,
        Parameter(np.zeros(shape, np.float32)) if bias else None,
    )


class _BatchNorm(Module):
    axes: tuple[int, ...] = ()
    expected = ""
    running_mean: Tensor | None
    running_var: Tensor | None
    num_batches_tracked: Tensor | None

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        *,
        bias: bool = True,
    ) -> None:
        if num_features < 1:
            raise ParameterError(type(self).__name__, "num_features of at least 1", repr(num_features))
        self.num_features = num_features
        self.eps = eps
        self.momentum = momentum
        self.affine = affine
        self.track_running_stats = track_running_stats
        self.weight, self.bias = _affine((num_features,), affine, affine and bias)
        kept = track_running_stats
        self.register_buffer("running_mean", Tensor(np.zeros(num_features, np.float32)) if kept else None)
        self.register_buffer("running_var", Tensor(np.ones(num_features, np.float32)) if kept else None)
        self.register_buffer("num_batches_tracked", tensor(0) if kept else None)

    def reset_running_stats(self) -> None:
        """Forget what was seen in training."""
        for buffer, start in ((self.running_mean, 0), (self.running_var, 1), (self.num_batches_tracked, 0)):
            if buffer is not None:
                buffer.fill_(start)

    def reset_parameters(self) -> None:
        """Start anew: also weight 1 and bias 0."""
        self.reset_running_stats()
        for parameter, value in ((self.weight, 1), (self.bias, 0)):
            if parameter is not None:
                parameter.detach().fill_(value)

    def forward(self, input: Tensor) -> Tensor:
        """Map (N, C, …) to the same shape; in training, update the running statistics."""
        return self.compute_by(batch_norm, input)

    def compute_by(self, op: Callable[..., Tensor], input: Tensor) -> Tensor:
        """Call an op that has batch_norm's parameters; see engine/nn/fusion.py."""
        if input.ndim not in self.axes:
            raise ShapeError(type(self).__name__, f"input {self.expected}", f"shape {input.shape}")
        tracking = self.training and self.track_running_stats
        momentum = 0.0 if self.momentum is None else self.momentum
        if tracking and self.num_batches_tracked is not None:
            self.num_batches_tracked.add_(1)
            if self.momentum is None:
                momentum = 1.0 / self.num_batches_tracked.item()
        use_running = tracking or not self.training
        return op(
            input,
            self.running_mean if use_running else None,
            self.running_var if use_running else None,
            self.weight,
            self.bias,
            self.training or self.running_mean is None,
            momentum,
            self.eps,
        )

    def extra_repr(self) -> str:
        """Return the settings shown in ``print(module)``."""
        return (
            f"{self.num_features}, eps={self.eps}, momentum={self.momentum}, affine={self.affine}, "
            f"bias={self.bias is not None}, track_running_stats={self.track_running_stats}"
        )


class BatchNorm1d(_BatchNorm):
    """Bring every feature to mean 0 and variance 1 over the batch; see :func:`engine.batch_norm`.

    Parameters
    ----------
    num_features : int
        C, features (or channels) of each example.
    eps : float
        Added to the variance.
    momentum : float or None
        How much a batch counts in the running statistics; None averages all batches alike.
    affine : bool
        Whether to learn a weight and a bias for each feature.
    track_running_stats : bool
        False keeps no running statistics: evaluation, too, normalises over the batch.
    bias : bool
        False learns no bias.

    Attributes
    ----------
    weight, bias : Parameter (C,) or None
    running_mean, running_var : Buffer (C,) or None
    num_batches_tracked : Buffer () or None

    Raises
    ------
    ParameterError
        If `num_features` is below 1.

    Examples
    --------
    >>> import engine
    >>> layer = BatchNorm1d(1)
    >>> layer(engine.tensor([[1.0], [3.0]])).detach()
    tensor([[-0.999995],
            [ 0.999995]])
    >>> layer.running_mean
    Buffer([0.2])
    """

    axes = (2, 3)
    expected = "(N, C) or (N, C, L)"


class BatchNorm2d(_BatchNorm):
    """Bring every channel to mean 0 and variance 1 over the batch; see :func:`engine.batch_norm`.

    Parameters
    ----------
    num_features : int
        C, channels of each example.
    eps : float
        Added to the variance.
    momentum : float or None
        How much a batch counts in the running statistics; None averages all batches alike.
    affine : bool
        Whether to learn a weight and a bias for each channel.
    track_running_stats : bool
        False keeps no running statistics: evaluation, too, normalises over the batch.
    bias : bool
        False learns no bias.

    Attributes
    ----------
    weight, bias : Parameter (C,) or None
    running_mean, running_var : Buffer (C,) or None
    num_batches_tracked : Buffer () or None

    Raises
    ------
    ParameterError
        If `num_features` is below 1.

    Examples
    --------
    >>> BatchNorm2d(6)
    BatchNorm2d(6, eps=1e-05, momentum=0.1, affine=True, bias=True, track_running_stats=True)
    """

    axes = (4,)
    expected = "(N, C, H, W)"


class LayerNorm(Module):
    """Bring the last axes of every example to mean 0 and variance 1; see :func:`engine.layer_norm`.

    Parameters
    ----------
    normalized_shape : int or sequence of int
        Lengths of the last axes.
    eps : float
        Added to the variance.
    elementwise_affine : bool
        Whether to learn a weight and a bias for each number.
    bias : bool
        False learns no bias.

    Attributes
    ----------
    weight, bias : Parameter, of shape `normalized_shape`, or None

    Examples
    --------
    >>> import engine
    >>> LayerNorm(2)(engine.tensor([[1.0, 3.0]])).detach()
    tensor([[-0.999995,  0.999995]])
    """

    def __init__(
        self,
        normalized_shape: int | Sequence[int],
        eps: float = 1e-5,
        elementwise_affine: bool = True,
        bias: bool = True,
    ) -> None:
        given = normalized_shape
        self.normalized_shape = (given,) if isinstance(given, int) else tuple(given)
        self.eps = eps
        self.elementwise_affine = elementwise_affine
        self.weight, self.bias = _affine(self.normalized_shape, elementwise_affine, elementwise_affine and bias)

    def forward(self, input: Tensor) -> Tensor:
        """Map (…, *normalized_shape) to the same shape."""
        out: Tensor = layer_norm(input, self.normalized_shape, self.weight, self.bias, self.eps)
        return out

    def extra_repr(self) -> str:
        """Return the settings shown in ``print(module)``."""
        affine = f"elementwise_affine={self.elementwise_affine}, bias={self.bias is not None}"
        return f"{self.normalized_shape}, eps={self.eps}, {affine}"


class GroupNorm(Module):
    """Bring groups of channels of every example to mean 0 and variance 1; see :func:`engine.group_norm`.

    Parameters
    ----------
    num_groups : int
        G, which must divide C.
    num_channels : int
        C, channels of each example.
    eps : float
        Added to the variance.
    affine : bool
        Whether to learn a weight and a bias for each channel.
    bias : bool
        False learns no bias.

    Attributes
    ----------
    weight, bias : Parameter (C,) or None

    Raises
    ------
    ParameterError
        If `num_groups` does not divide `num_channels`.

    Examples
    --------
    >>> import engine
    >>> GroupNorm(2, 4)(engine.tensor([[1.0, 3.0, 10.0, 10.0]])).detach()
    tensor([[-0.999995,  0.999995,  0.      ,  0.      ]])
    """

    def __init__(
        self, num_groups: int, num_channels: int, eps: float = 1e-5, affine: bool = True, *, bias: bool = True
    ) -> None:
        if num_groups < 1 or num_channels < 1 or num_channels % num_groups:
            raise ParameterError("GroupNorm", f"num_groups that divides {num_channels} channels", repr(num_groups))
        self.num_groups = num_groups
        self.num_channels = num_channels
        self.eps = eps
        self.affine = affine
        self.weight, self.bias = _affine((num_channels,), affine, affine and bias)

    def forward(self, input: Tensor) -> Tensor:
        """Map (N, C, …) to the same shape."""
        out: Tensor = group_norm(input, self.num_groups, self.weight, self.bias, self.eps)
        return out

    def extra_repr(self) -> str:
        """Return the settings shown in ``print(module)``."""
        affine = f"affine={self.affine}, bias={self.bias is not None}"
        return f"{self.num_groups}, {self.num_channels}, eps={self.eps}, {affine}"


class LocalResponseNorm(Module):
    """Divide by what neighbouring channels amount to; see :func:`engine.local_response_norm`.

    Parameters
    ----------
    size : int
        How many neighbouring channels are looked at.
    alpha, beta, k : float
        AlexNet's are size=5, alpha=5e-4 (which is divided by the size here), beta=0.75, k=2.0.

    Examples
    --------
    >>> LocalResponseNorm(5, alpha=5e-4, k=2.0)
    LocalResponseNorm(5, alpha=0.0005, beta=0.75, k=2.0)
    """

    def __init__(self, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0) -> None:
        self.size = size
        self.alpha = alpha
        self.beta = beta
        self.k = k

    def forward(self, input: Tensor) -> Tensor:
        """Map (N, C, L, …) to the same shape."""
        out: Tensor = local_response_norm(input, self.size, self.alpha, self.beta, self.k)
        return out

    def extra_repr(self) -> str:
        """Return the settings shown in ``print(module)``."""
        return f"{self.size}, alpha={self.alpha}, beta={self.beta}, k={self.k}"
