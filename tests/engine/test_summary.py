"""engine.summary: the numbers of LeNet-5's paper and of the course, and models that are not plain chains."""

import re
from typing import Any

import numpy as np
import pytest

import engine
import engine.nn.functional as F
from engine import nn
from engine.errors import ParameterError
from engine.models import LeNet
from engine.summary import Summary, summary
from engine.tensor import Tensor
from engine.work import Work, work


def rows(found: Summary) -> list[tuple[Any, ...]]:
    return [
        (row.path, row.layer, row.output_shape, row.parameters, row.connections, row.multiply_adds)
        for row in found.rows
    ]


@pytest.mark.parametrize(
    ("layer", "shape", "connections"),
    [
        (nn.Conv2d(1, 6, 5), (1, 32, 32), 122_304),  # C1
        (nn.Subsampling2d(6, 2), (6, 28, 28), 5_880),  # S2
        (nn.TableConv2d(nn.LENET5_C3_TABLE, 5), (6, 14, 14), 151_600),  # C3
        (nn.Subsampling2d(16, 2), (16, 10, 10), 2_000),  # S4
        (nn.Conv2d(16, 120, 5), (16, 5, 5), 48_120),  # C5
        (nn.Linear(120, 84), (120,), 10_164),  # F6
    ],
)
def test_connections_of_lenet_5(layer: nn.Module, shape: tuple[int, ...], connections: int) -> None:
    """The numbers stand in section II.B of the paper of 1998."""
    assert summary(layer, shape).connections == connections


@pytest.mark.parametrize(
    ("layer", "shape", "connections", "multiply_adds"),
    [
        (nn.Conv2d(2, 3, (2, 1), bias=False), (2, 4, 5), 180, 180),  # 3 x 3 x 5 units of 4 inputs
        (nn.Conv2d(1, 1, 3, stride=2, padding=1), (1, 5, 5), 90, 81),  # 9 units, padding counts
        (nn.Linear(3, 2, bias=False), (3,), 6, 6),
        (nn.MaxPool2d(2), (3, 4, 6), 72, 0),
        (nn.MaxPool2d(3, 2), (1, 5, 5), 36, 0),
        (nn.AvgPool2d((1, 2)), (1, 2, 4), 8, 0),
        (nn.AdaptiveAvgPool2d(1), (2, 3, 4), 24, 0),
        (nn.AdaptiveMaxPool2d((2, 1)), (1, 3, 2), 8, 0),  # rows 0-1 and 1-2
        (nn.ConvTranspose2d(2, 3, 2, stride=2), (2, 4, 5), 720, 480),  # 40 pixels by 12 weights, 240 biases
        (nn.LocallyConnected2d(1, 2, (3, 3), 2), (1, 3, 3), 40, 32),
        (nn.Subsampling2d(1, 2), (1, 2, 2), 5, 1),
        (nn.BatchNorm2d(2), (2, 3, 3), 0, 0),
        (nn.ReLU(), (7,), 0, 0),
        (nn.Flatten(), (2, 3), 0, 0),
        (nn.Identity(), (2, 3), 0, 0),
    ],
)
def test_work(layer: nn.Module, shape: tuple[int, ...], connections: int, multiply_adds: int) -> None:
    found = summary(layer, shape)
    assert (found.connections, found.multiply_adds) == (connections, multiply_adds)
    assert found.rows[0].path == ""


def test_lenet_5_layer_by_layer() -> None:
    """Layer, trainable parameters and connections, as in the paper; the output's 840 weights are fixed."""
    lenet_5 = nn.Sequential(
        *(nn.Conv2d(1, 6, 5), nn.Subsampling2d(6, 2), nn.ScaledTanh()),
        *(nn.TableConv2d(nn.LENET5_C3_TABLE, 5), nn.Subsampling2d(16, 2), nn.ScaledTanh()),
        *(nn.Conv2d(16, 120, 5), nn.ScaledTanh(), nn.Flatten()),
        *(nn.Linear(120, 84), nn.ScaledTanh(), nn.RBF(84, 10)),
    )
    found = summary(lenet_5, (1, 32, 32))
    numbers = {
        "Conv2d": (156, 122_304),
        "Subsampling2d": (12, 5_880),
        "TableConv2d": (1_516, 151_600),
        "Linear": (10_164, 10_164),
        "RBF": (0, 840),
    }
    for name, expected in numbers.items():
        row = next(row for row in found.rows if row.layer == name)
        assert (row.parameters, row.connections) == expected, name
    assert [row.parameters for row in found.rows if row.layer == "Subsampling2d"] == [12, 32]
    assert [row.parameters for row in found.rows if row.layer == "Conv2d"] == [156, 48_120]
    assert found.trainable == 60_000
    assert sum(buffer.numel() for buffer in lenet_5.buffers()) == 840


def test_a_unit_for_each_output() -> None:
    """Counted one by one: what an output depends on are its inputs, so the Jacobian has as many entries."""
    layer = nn.Conv2d(2, 3, 2, stride=2).double()
    x = engine.tensor(np.ones((1, 2, 5, 4)), requires_grad=True)
    reached = 0
    out = layer(x)
    for place in np.ndindex(out.shape):
        upstream = np.zeros(out.shape)
        upstream[place] = 1
        (dx,) = engine.grad(out, x, engine.tensor(upstream), retain_graph=True)
        reached += int(np.count_nonzero(dx.array))
    assert summary(layer, (2, 5, 4), np.float64).multiply_adds == reached


def test_listings_of_the_course() -> None:
    lenet = summary(LeNet(), (3, 32, 32))
    assert (lenet.parameters, lenet.trainable, lenet.fixed) == (62_006, 62_006, 0)
    assert [row.path for row in lenet.rows] == ["conv1", "conv2", "fc1", "fc2", "fc3"]
    assert rows(lenet)[1] == ("conv2", "Conv2d", (1, 16, 10, 10), 2_416, 241_600, 240_000)


class Twice(nn.Module):
    """One layer called twice, one never, one that shares its weight, and a parameter of its own."""

    def __init__(self) -> None:
        self.layer = nn.Linear(2, 2)
        self.idle = nn.Linear(2, 3)
        self.tied = nn.Linear(2, 2)
        self.tied.weight = self.layer.weight
        self.scale = nn.Parameter(engine.tensor([1.0]), requires_grad=False)
        self.layer.requires_grad_(False)

    def forward(self, x: Tensor) -> dict[str, Any]:
        """Use them."""
        return {"none": None, "out": (self.tied(self.layer(self.layer(x))) * self.scale,)}


def test_a_layer_used_twice_counts_its_parameters_once_and_its_work_twice() -> None:
    found = summary(Twice(), (2,))
    assert rows(found) == [
        ("layer", "Linear", (1, 2), 6, 6, 4),
        ("layer", "Linear", (1, 2), 0, 6, 4),
        ("tied", "Linear", (1, 2), 2, 6, 4),
        ("", "Twice", (1, 2), 1, None, None),
        ("idle", "Linear", None, 9, 0, 0),
    ]
    assert (found.parameters, found.trainable, found.fixed) == (18, 11, 7)
    assert (found.connections, found.multiply_adds) == (18, 12)
    text = str(found)
    assert re.search(r"^idle +Linear +not called +9 +0 +0$", text, re.MULTILINE)
    assert re.search(r"^ +Twice +\(2,\) +1 +\? +\?$", text, re.MULTILINE)
    assert text.endswith("11 trainable, 7 fixed\n?: no rule for Twice (see engine/work.py): not in the totals")


def test_the_model_is_left_as_it_was() -> None:
    net = nn.Sequential(nn.Linear(2, 2), nn.Sequential(nn.ReLU()))
    net[0].eval()
    seen: list[bool] = []
    net[1][0].register_forward_hook(lambda module, args, output: seen.append(module.training or output.requires_grad))
    summary(net, (2,))
    assert seen == [False]
    assert [module.training for module in net.modules()] == [True, False, True, True]
    with pytest.raises(engine.errors.ShapeError):
        summary(net, (3,))
    assert [module.training for module in net.modules()] == [True, False, True, True]
    calls = len(seen)
    found = summary(net, (2,))
    assert len(found.rows) == 2
    net(engine.tensor([[1.0, 2.0]]))
    assert len(found.rows) == 2
    assert len(seen) == calls + 2


def test_several_inputs_and_whole_numbers() -> None:
    class Pick(nn.Module):
        def __init__(self) -> None:
            self.layer = nn.Linear(2, 1).double()

        def forward(self, a: Tensor, b: Tensor) -> Any:
            assert (a.shape, b.shape, str(a.dtype)) == ((1, 2), (1, 3), "int64")
            return self.layer(engine.tensor(a.array, dtype="float64"))

    assert [row.path for row in summary(Pick(), [(2,), (3,)], np.int64).rows] == ["layer"]


def test_functions_have_no_row() -> None:
    class Net(nn.Module):
        def forward(self, x: Tensor) -> Any:
            return F.max_pool2d(x, 2)

    found = summary(nn.Sequential(Net()), (1, 4, 4))
    assert rows(found) == [("0", "Net", (1, 1, 2, 2), 0, 0, 0)]


def test_a_rule_for_a_layer_of_ones_own() -> None:
    class Scale(nn.Module):
        def __init__(self) -> None:
            self.factor = nn.Parameter(engine.tensor([2.0, 3.0]))

        def forward(self, x: Tensor) -> Any:
            return x * self.factor

    assert summary(Scale(), (2,)).rows[0].connections is None
    work.register(Scale, lambda layer, shape, output: Work(output[0], shape[0]))
    assert rows(summary(Scale(), (2,))) == [("", "Scale", (1, 2), 2, 2, 2)]


def test_table_fits_a_terminal() -> None:
    lines = repr(summary(LeNet(), (3, 32, 32))).splitlines()
    assert max(map(len, lines)) <= 80
    assert lines[-2].split() == ["total", "62,006", "658,238", "651,720"]


@pytest.mark.parametrize("shape", ["abc", 3.5, (1, 2.5), [(1,), "a"], (-1,)])
def test_bad_shapes(shape: Any) -> None:
    with pytest.raises(ParameterError, match="summary: expected input_shape as whole numbers"):
        summary(nn.ReLU(), shape)
