"""The convolution layer with a connection table, and the table of LeNet-5."""

from collections.abc import Sequence

import numpy as np

from engine.nn.init import fan_in_uniform_
from engine.nn.module import Module, Parameter
from engine.ops import table_conv2d
from engine.ops.checks import pair
from engine.ops.sliding import Padding
from engine.ops.table import Table, connections
from engine.tensor import Tensor

# Which of the 6 maps of S2 each of the 16 maps of C3 reads: LeCun et al. 1998, table I. Three neighbours (in
# a ring), four neighbours, two pairs of neighbours, all. No two maps read the same, which is to break the
# symmetry: they are to learn different features.
LENET5_C3_TABLE: Table = (
    (0, 1, 2),
    (1, 2, 3),
    (2, 3, 4),
    (3, 4, 5),
    (0, 4, 5),
    (0, 1, 5),
    (0, 1, 2, 3),
    (1, 2, 3, 4),
    (2, 3, 4, 5),
    (0, 3, 4, 5),
    (0, 1, 4, 5),
    (0, 1, 2, 5),
    (0, 1, 3, 4),
    (1, 2, 4, 5),
    (0, 2, 3, 5),
    (0, 1, 2, 3, 4, 5),
)


class TableConv2d(Module):
    """A convolution whose output maps read only the input maps that a table lists.

    PyTorch has no such layer; Torch7's was SpatialConvolutionMap.

    Parameters
    ----------
    table : sequence of sequences of int
        For each output map, the input maps it reads, such as ``LENET5_C3_TABLE``.
    kernel_size : int or (int, int)
        FH and FW, height and width of a filter.
    stride : int or (int, int)
        Step between positions.
    padding : int or (int, int) or {"same", "valid"}
        Zeros added on each side.
    bias : bool
        Whether each output map adds a bias.

    Attributes
    ----------
    weight : Parameter (connections, FH, FW)
        One filter for each pair (output map, input map), in table order.
    bias : Parameter (K,) or None

    Raises
    ------
    ParameterError
        If the table names a map twice or not by a whole number, or a setting cannot work.

    Notes
    -----
    Each output map starts from U(-1/sqrt(n), 1/sqrt(n)), where n is the number of pixels it adds up: FH * FW
    for each input map it reads.

    Examples
    --------
    The third layer of LeNet-5: 60 filters of 25 weights, and 16 biases.

    >>> layer = TableConv2d(LENET5_C3_TABLE, 5)
    >>> sum(p.numel() for p in layer.parameters())
    1516
    """

    def __init__(
        self,
        table: Table,
        kernel_size: int | Sequence[int],
        stride: int | Sequence[int] = 1,
        padding: Padding = 0,
        bias: bool = True,
    ) -> None:
        name = "TableConv2d"
        _, inputs = connections(name, table)
        self.table = tuple(tuple(maps) for maps in table)
        self.in_channels = max(inputs) + 1
        self.out_channels = len(self.table)
        self.kernel_size = pair(name, "kernel_size", kernel_size, 1)
        self.stride = pair(name, "stride", stride, 1)
        self.padding = padding if isinstance(padding, str) else pair(name, "padding", padding, 0)
        self.weight = Parameter(np.empty((len(inputs), *self.kernel_size), np.float32))
        self.bias = Parameter(np.empty(self.out_channels, np.float32)) if bias else None
        start = 0
        for k, maps in enumerate(self.table):
            fan_in = len(maps) * self.kernel_size[0] * self.kernel_size[1]
            fan_in_uniform_(Tensor(self.weight.array[start : start + len(maps)]), fan_in)
            start += len(maps)
            if self.bias is not None:
                fan_in_uniform_(Tensor(self.bias.array[k : k + 1]), fan_in)

    def forward(self, input: Tensor) -> Tensor:
        """Map (N, C, H, W) to (N, K, OH, OW)."""
        return table_conv2d(input, self.weight, self.table, self.bias, self.stride, self.padding)

    def extra_repr(self) -> str:
        """Return the settings shown in ``print(module)``."""
        shown = [
            f"{self.in_channels}, {self.out_channels}, connections={self.weight.shape[0]}, "
            f"kernel_size={self.kernel_size}, stride={self.stride}"
        ]
        if self.padding != (0, 0):
            shown.append(f"padding={self.padding}")
        if self.bias is None:
            shown.append("bias=False")
        return ", ".join(shown)
