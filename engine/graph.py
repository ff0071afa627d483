"""``engine.graph``: a training step whose kernels are launched all at once."""

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from engine.errors import DTypeError
from engine.placement import device_arrays
from engine.tensor import Tensor

R = TypeVar("R")

# Steps done as usual before one is captured: the first makes what an optimiser keeps, the second is as all others.
WARM_UPS = 2


class _Captured(Generic[R]):
    """A step for inputs of certain shapes: the places where inputs are put, and the graph."""

    def __init__(self, step: Callable[..., R], inputs: tuple[Tensor, ...]) -> None:
        from engine.cuda.capture import Capture

        arrays = device_arrays()
        self._step, self._capture = step, Capture()
        self._inputs = tuple(Tensor(arrays.empty(given.shape, given.dtype)) for given in inputs)
        self._warm_ups = 0
        self._result: Any = None

    def __call__(self, inputs: tuple[Tensor, ...]) -> R:
        for place, given in zip(self._inputs, inputs, strict=True):
            device_arrays().fill(place.array, given.array)
        if self._warm_ups < WARM_UPS:
            self._warm_ups += 1
            warmed: R = self._capture.warm_up(lambda: self._step(*self._inputs))
            return warmed
        if self._capture.is_complete:
            self._capture.refresh()
        else:
            self._result = self._capture.capture(lambda: self._step(*self._inputs))
        self._capture.replay()
        result: R = self._result
        return result


class Graph(Generic[R]):
    """A step that is captured as a CUDA graph; made by :func:`graph`.

    Parameters
    ----------
    step : callable
    """

    def __init__(self, step: Callable[..., R]) -> None:
        self._step = step
        self._captured: dict[tuple[Any, ...], _Captured[R]] = {}

    def __call__(self, *inputs: Any) -> R:
        """Do the step with tensors as inputs: the first times as usual, then as a graph."""
        for given in inputs:
            if not isinstance(given, Tensor):
                fix = "let the step find numbers and modules outside its arguments"
                raise DTypeError("graph", "tensors as inputs", type(given).__name__, fix)
        device_arrays().require("graph")
        key = tuple((given.shape, given.dtype.char) for given in inputs)
        if key not in self._captured:
            self._captured[key] = _Captured(self._step, inputs)
        return self._captured[key](inputs)


def graph(step: Callable[..., R]) -> Graph[R]:
    """Capture a step on a CUDA device as a graph: what takes long is then the kernels, not Python.

    Parameters
    ----------
    step : callable
        Takes tensors, such as a batch's images and labels, and returns tensors, such as the loss, or None. It
        may compute, call backward, and let optimisers (SGD, Adam, AdamW) step; it must not look at values
        (``item()``, ``print``), nor choose by them.

    Returns
    -------
    Graph
        To be called as `step` is. Each call does one step: the first two with inputs of certain shapes as usual,
        the third is captured, and from then on the captured one is repeated with the new inputs. Inputs may be
        on the cpu or on the device. What it returns is the same memory each time.

    Raises
    ------
    DeviceError
        If there is no CUDA device, or the step does not stay on it.
    DTypeError
        If an input is no tensor.

    Notes
    -----
    Python runs once only. Settings of optimisers, such as a learning rate that a schedule moves, are read anew
    for each step; all else that is not a tensor (a number added to a tensor, ``model.train()``) stays as it was
    captured.

    Examples
    --------
    ::

        @engine.graph
        def step(images, labels):
            optimizer.zero_grad()
            loss = F.cross_entropy(model(images), labels)
            loss.backward()
            optimizer.step()
            return loss

        for images, labels in batches:
            loss = step(images, labels)
            schedule.step()
    """
    return Graph(step)
