"""Averages of weights over the steps of training, under PyTorch's names."""

import copy
from collections.abc import Callable, Sequence

from engine.autograd import no_grad
from engine.errors import ParameterError
from engine.nn import Module
from engine.tensor import Tensor

# Told the average, the present weights and how often was averaged, returns the new average.
AvgFn = Callable[[Tensor, Tensor, int], Tensor]
# Told all averages, all present weights and how often was averaged, moves the averages in place.
MultiAvgFn = Callable[[Sequence[Tensor], Sequence[Tensor], int], None]


def get_ema_avg_fn(decay: float = 0.999) -> AvgFn:
    """Return the exponential moving average: decay * average + (1 - decay) * weights.

    Parameters
    ----------
    decay : float
        From 0 to 1.

    Raises
    ------
    ParameterError
        If `decay` is not from 0 to 1.

    Notes
    -----
    In the first steps the decay is smaller, (1 + n) / (10 + n), so that what the weights began with is soon
    forgotten. PyTorch's is the same from the first step on.

    Examples
    --------
    >>> import engine
    >>> average = get_ema_avg_fn(0.75)
    >>> average(engine.tensor([1.0]), engine.tensor([2.0]), 1000).tolist()
    [1.25]
    """
    _require_decay("get_ema_avg_fn", decay)

    def average(mean: Tensor, new: Tensor, count: int) -> Tensor:
        mixed: Tensor = mean + (1 - _kept(decay, count)) * (new - mean)
        return mixed

    return average


def get_ema_multi_avg_fn(decay: float = 0.999) -> MultiAvgFn:
    """Return the average of :func:`get_ema_avg_fn`, in place: a quarter of the time where tensors are small.

    Parameters and errors are the same, too.

    Examples
    --------
    >>> import engine
    >>> mean = engine.tensor([1.0])
    >>> get_ema_multi_avg_fn(0.75)([mean], [engine.tensor([2.0])], 1000)
    >>> mean.tolist()
    [1.25]
    """
    _require_decay("get_ema_multi_avg_fn", decay)

    def average(means: Sequence[Tensor], news: Sequence[Tensor], count: int) -> None:
        kept = _kept(decay, count)
        for mean, new in zip(means, news, strict=True):
            mean.mul_(kept).add_(new, alpha=1 - kept)

    return average


def _require_decay(who: str, decay: float) -> None:
    if not 0 <= decay <= 1:
        raise ParameterError(who, "decay from 0 to 1", repr(decay))


def _kept(decay: float, count: int) -> float:
    return min(decay, (1 + count) / (10 + count))


class AveragedModel(Module):
    """A copy of a network whose weights are averages of those it had.

    Parameters
    ----------
    model : Module
    avg_fn : callable, optional
        See :func:`get_ema_avg_fn`; by default the mean of all.
    multi_avg_fn : callable, optional
        Instead of `avg_fn`, for all at once; see :func:`get_ema_multi_avg_fn`.
    use_buffers : bool
        Whether buffers (running means) are averaged, too; else they are copied.

    Raises
    ------
    ParameterError
        If both functions are given.

    Examples
    --------
    >>> import engine
    >>> model = engine.nn.Linear(1, 1, bias=False)
    >>> averaged = AveragedModel(model)
    >>> for value in (1.0, 3.0):
    ...     _ = model.load_state_dict({"weight": engine.tensor([[value]])})
    ...     averaged.update_parameters(model)
    >>> averaged.module.weight.item()
    2.0
    """

    def __init__(
        self,
        model: Module,
        avg_fn: AvgFn | None = None,
        multi_avg_fn: MultiAvgFn | None = None,
        use_buffers: bool = False,
    ) -> None:
        super().__init__()
        if avg_fn is not None and multi_avg_fn is not None:
            raise ParameterError("AveragedModel", "avg_fn or multi_avg_fn", "both")
        self.module = copy.deepcopy(model)
        self.use_buffers = use_buffers
        self.n_averaged = 0
        self._multi_avg_fn = multi_avg_fn or _each(avg_fn or _mean)

    def forward(self, *inputs: Tensor) -> Tensor:
        """Call the averaged network."""
        output: Tensor = self.module(*inputs)
        return output

    def update_parameters(self, model: Module) -> None:
        """Take the present weights of a network of the same kind into the average."""
        means: list[Tensor] = list(self.module.parameters())
        news: list[Tensor] = list(model.parameters())
        if self.use_buffers:
            means += self.module.buffers()
            news += model.buffers()
        # Counts are not averaged, and the first average is what there is.
        moved = [place for place, mean in enumerate(means) if self.n_averaged and mean.dtype.kind == "f"]
        copied: list[tuple[Tensor, Tensor]] = [
            (mean, new) for place, (mean, new) in enumerate(zip(means, news, strict=True)) if place not in moved
        ]
        if not self.use_buffers:
            copied += zip(self.module.buffers(), model.buffers(), strict=True)
        with no_grad():
            self._multi_avg_fn([means[place] for place in moved], [news[place] for place in moved], self.n_averaged)
            for mean, new in copied:
                mean.copy_(new)
        self.n_averaged += 1


def _each(avg_fn: AvgFn) -> MultiAvgFn:
    def average(means: Sequence[Tensor], news: Sequence[Tensor], count: int) -> None:
        for mean, new in zip(means, news, strict=True):
            mean.copy_(avg_fn(mean, new, count))

    return average


def _mean(mean: Tensor, new: Tensor, count: int) -> Tensor:
    moved: Tensor = mean + (new - mean) / (count + 1)
    return moved
