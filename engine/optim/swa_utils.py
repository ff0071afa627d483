"""Averages of weights over the steps of training, under PyTorch's names."""

import copy
from collections.abc import Callable

from engine.autograd import no_grad
from engine.errors import ParameterError
from engine.nn import Module
from engine.tensor import Tensor

# Told the average, the present weights and how often was averaged, returns the new average.
AvgFn = Callable[[Tensor, Tensor, int], Tensor]


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
    if not 0 <= decay <= 1:
        raise ParameterError("get_ema_avg_fn", "decay from 0 to 1", repr(decay))

    def average(mean: Tensor, new: Tensor, count: int) -> Tensor:
        kept = min(decay, (1 + count) / (10 + count))
        mixed: Tensor = mean + (1 - kept) * (new - mean)
        return mixed

    return average


class AveragedModel(Module):
    """A copy of a network whose weights are averages of those it had.

    Parameters
    ----------
    model : Module
    avg_fn : callable, optional
        See :func:`get_ema_avg_fn`; by default the mean of all.
    use_buffers : bool
        Whether buffers (running means) are averaged, too; else they are copied.

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

    def __init__(self, model: Module, avg_fn: AvgFn | None = None, use_buffers: bool = False) -> None:
        super().__init__()
        self.module = copy.deepcopy(model)
        self.use_buffers = use_buffers
        self.n_averaged = 0
        self._avg_fn = avg_fn or _mean

    def forward(self, *inputs: Tensor) -> Tensor:
        """Call the averaged network."""
        output: Tensor = self.module(*inputs)
        return output

    def update_parameters(self, model: Module) -> None:
        """Take the present weights of a network of the same kind into the average."""
        averaged = list(zip(self.module.parameters(), model.parameters(), strict=True))
        buffers = list(zip(self.module.buffers(), model.buffers(), strict=True))
        with no_grad():
            for mean, new in averaged + (buffers if self.use_buffers else []):
                first = self.n_averaged == 0 or mean.dtype.kind != "f"
                mean.copy_(new if first else self._avg_fn(mean, new, self.n_averaged))
            for kept, new in [] if self.use_buffers else buffers:
                kept.copy_(new)
        self.n_averaged += 1


def _mean(mean: Tensor, new: Tensor, count: int) -> Tensor:
    moved: Tensor = mean + (new - mean) / (count + 1)
    return moved
