"""What a network consists of: output shapes, parameters, connections and multiply-adds, layer by layer."""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine import nn
from engine.autograd import no_grad
from engine.errors import ParameterError
from engine.tensor import Tensor
from engine.work import Shape, Work, work


@dataclass(frozen=True)
class Row:
    """One call of a layer.

    Attributes
    ----------
    path : str
        Such as "layer1.0"; "" is the model itself.
    layer : str
        Name of its class.
    output_shape : tuple of int or None
        Of the batch of one example; None if the layer was not called.
    parameters : int
        Those not counted in a row above.
    connections, multiply_adds : int or None
        For one example; None if :func:`work` has no rule.
    """

    path: str
    layer: str
    output_shape: Shape | None
    parameters: int
    connections: int | None
    multiply_adds: int | None


@dataclass(frozen=True)
class Summary:
    """What :func:`summary` found; printing it shows a table.

    Attributes
    ----------
    rows : tuple of Row
        In the order of the calls.
    trainable, fixed : int
        Parameters that require a gradient, and the others.
    """

    rows: tuple[Row, ...]
    trainable: int
    fixed: int

    @property
    def parameters(self) -> int:
        """All parameters, each counted once."""
        return self.trainable + self.fixed

    @property
    def connections(self) -> int:
        """Sum over all rows that have a number."""
        return sum(row.connections or 0 for row in self.rows)

    @property
    def multiply_adds(self) -> int:
        """Sum over all rows that have a number."""
        return sum(row.multiply_adds or 0 for row in self.rows)

    def __str__(self) -> str:
        titles = ("layer", "type", "output", "parameters", "connections", "multiply-adds")
        cells: list[tuple[str, ...]] = [titles]
        for row in self.rows:
            output = "not called" if row.output_shape is None else str(row.output_shape[1:])
            numbers = (row.parameters, row.connections, row.multiply_adds)
            cells.append((row.path, row.layer, output, *(_number(number) for number in numbers)))
        totals = (self.parameters, self.connections, self.multiply_adds)
        cells.append(("total", "", "", *(_number(number) for number in totals)))
        widths = [max(len(line[column]) for line in cells) for column in range(len(titles))]
        lines = [
            "  ".join(
                cell.ljust(width) if column < 3 else cell.rjust(width)
                for column, (cell, width) in enumerate(zip(line, widths, strict=True))
            )
            for line in cells
        ]
        rule = "-" * len(lines[0])
        notes = [f"parameters: {self.trainable:,} trainable, {self.fixed:,} fixed"]
        unknown = sorted({row.layer for row in self.rows if row.connections is None})
        if unknown:
            notes.append(f"?: no rule for {', '.join(unknown)} (see engine/work.py): not in the totals")
        return "\n".join(line.rstrip() for line in [lines[0], rule, *lines[1:-1], rule, lines[-1], *notes])

    __repr__ = __str__


def _number(number: int | None) -> str:
    return "?" if number is None else f"{number:,}"


def summary(
    model: nn.Module,
    input_shape: Sequence[int] | Sequence[Sequence[int]],
    dtype: np.dtype[Any] | type[Any] | str = np.float32,
) -> Summary:
    """Run a model once on zeros and count what each layer is and does.

    Parameters
    ----------
    model : Module
        Run in evaluation mode without recording, then put back as it was.
    input_shape : sequence of int, or of such sequences
        Shape of one example; one for each argument of the model, if it has several.
    dtype : dtype
        Of the zeros; int64 for models that take numbers of classes or words.

    Returns
    -------
    Summary
        Its ``rows`` are the layers, and modules with parameters of their own, as they were called; then
        those that were not. A layer that is called twice has two rows: its parameters count once, its
        work twice. :func:`work` says how work is counted.

    Raises
    ------
    ParameterError
        If `input_shape` is no shape.

    Notes
    -----
    Functions are no modules: what ``forward`` does by ``F.max_pool2d`` or ``x + y`` has no row and
    counts nothing.

    References
    ----------
    LeCun, Bottou, Bengio, Haffner, "Gradient-based learning applied to document recognition", 1998,
    counts parameters and connections of LeNet-5 layer by layer in section II.B.

    Examples
    --------
    >>> import engine
    >>> summary(nn.Sequential(nn.Conv2d(1, 6, 5), nn.ReLU(), nn.Flatten(), nn.Linear(4704, 10)), (1, 32, 32))
    layer  type     output       parameters  connections  multiply-adds
    -------------------------------------------------------------------
    0      Conv2d   (6, 28, 28)         156      122,304        117,600
    1      ReLU     (6, 28, 28)           0            0              0
    2      Flatten  (4704,)               0            0              0
    3      Linear   (10,)            47,050       47,050         47,040
    -------------------------------------------------------------------
    total                            47,206      169,354        164,640
    parameters: 47,206 trainable, 0 fixed
    """
    inputs = [Tensor(np.zeros((1, *shape), dtype)) for shape in _shapes(input_shape)]
    paths = {
        module: path
        for path, module in model.named_modules()
        if not list(module.children()) or list(module.parameters(recurse=False))
    }
    calls: list[tuple[nn.Module, Shape | None, Work | None]] = []

    def note(module: nn.Module, args: tuple[Any, ...], output: Any) -> None:
        given, made = _first_shape(args), _first_shape(output)
        calls.append((module, made, work(module, given[1:], made[1:])))

    training = {module: module.training for module in model.modules()}
    with ExitStack() as stack:
        for module in paths:
            stack.enter_context(module.register_forward_hook(note))
        stack.enter_context(no_grad())
        try:
            model.eval()(*inputs)
        finally:
            for module, mode in training.items():
                module.training = mode
    called = {module for module, _, _ in calls}
    calls += [(module, None, Work(0, 0)) for module in paths if module not in called]
    counted: set[int] = set()
    rows = []
    for module, shape, done in calls:
        own = [parameter for parameter in module.parameters(recurse=False) if id(parameter) not in counted]
        counted.update(id(parameter) for parameter in own)
        size = sum(parameter.numel() for parameter in own)
        connections, multiply_adds = (None, None) if done is None else done
        rows.append(Row(paths[module], type(module).__name__, shape, size, connections, multiply_adds))
    sizes = [(parameter.requires_grad, parameter.numel()) for parameter in model.parameters()]
    trainable = sum(size for learnt, size in sizes if learnt)
    return Summary(tuple(rows), trainable, sum(size for _, size in sizes) - trainable)


def _shapes(input_shape: Any) -> list[Shape]:
    given = list(input_shape) if isinstance(input_shape, Sequence) else [input_shape]
    several = bool(given) and all(isinstance(shape, Sequence) for shape in given)
    shapes = [tuple(shape) for shape in given] if several else [tuple(given)]
    for shape in shapes:
        if not all(isinstance(length, int) and length >= 0 for length in shape):
            raise ParameterError("summary", "input_shape as whole numbers, such as (1, 28, 28)", repr(input_shape))
    return shapes


def _first_shape(values: Any) -> Shape:
    """Return the shape of a tensor, or of the first among several."""
    if isinstance(values, Tensor):
        return values.shape
    if isinstance(values, dict):
        values = list(values.values())
    shapes = [_first_shape(value) for value in values] if isinstance(values, list | tuple) else []
    return next((shape for shape in shapes if shape), ())
