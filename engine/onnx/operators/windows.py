"""Where windows stand: what convolutions and pooling have in common."""

from collections.abc import Sequence
from dataclasses import dataclass

from engine.errors import OnnxError
from engine.onnx.registry import Node


@dataclass(frozen=True)
class Windows:
    """Windows over the spatial axes, each setting with one entry for an axis.

    Attributes
    ----------
    size, stride, dilation : list of int
    before, after : list of int
        Elements added at the ends.
    count : list of int
        Number of windows.
    """

    size: list[int]
    stride: list[int]
    dilation: list[int]
    before: list[int]
    after: list[int]
    count: list[int]

    @property
    def reach(self) -> list[int]:
        """How many elements a window spans."""
        return [(k - 1) * d + 1 for k, d in zip(self.size, self.dilation, strict=True)]

    @property
    def ends(self) -> list[tuple[int, int]]:
        """The padding, without what rounding up lets stand over."""
        return list(zip(self.before, self.after, strict=True))

    def needed(self, lengths: Sequence[int]) -> list[tuple[int, int]]:
        """Return the padding with which exactly `count` windows fit; negative where elements are left over."""
        zipped = zip(lengths, self.before, self.count, self.stride, self.reach, strict=True)
        return [(first, (n - 1) * step + reach - length - first) for length, first, n, step, reach in zipped]


def windows(node: Node, lengths: Sequence[int], size: Sequence[int]) -> Windows:
    """Read strides, dilations and padding of a node.

    Parameters
    ----------
    node : Node
    lengths : sequence of int
        Of the spatial axes.
    size : sequence of int
        Of the window along each.
    """
    rank = len(lengths)
    stride = list(node.get("strides", [1] * rank))
    dilation = list(node.get("dilations", [1] * rank))
    auto = node.choice("auto_pad", ("NOTSET", "VALID", "SAME_UPPER", "SAME_LOWER"))
    reach = [(k - 1) * d + 1 for k, d in zip(size, dilation, strict=True)]
    pads = list(node.get("pads", [0] * 2 * rank)) if auto == "NOTSET" else [0] * 2 * rank
    if auto.startswith("SAME"):
        count = [-(-length // step) for length, step in zip(lengths, stride, strict=True)]
        for axis in range(rank):
            total = max(0, (count[axis] - 1) * stride[axis] + reach[axis] - lengths[axis])
            pads[axis] = total // 2 if auto == "SAME_UPPER" else total - total // 2
            pads[rank + axis] = total - pads[axis]
    before, after = pads[:rank], pads[rank:]
    count = []
    for axis in range(rank):
        padded = lengths[axis] + before[axis] + after[axis] - reach[axis]
        if padded < 0:
            got = f"lengths {tuple(lengths)}, padding {pads}"
            raise OnnxError(node.kind, f"windows of reach {tuple(reach)} that fit", got)
        number = padded // stride[axis] + 1
        if node.get("ceil_mode", 0) and auto == "NOTSET":
            number = -(-padded // stride[axis]) + 1
            # A window that would start beyond the last element, in the padding, is not counted.
            number -= (number - 1) * stride[axis] >= lengths[axis] + before[axis]
        count.append(number)
    return Windows(list(size), stride, dilation, before, after, count)
