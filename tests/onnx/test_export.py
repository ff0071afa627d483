"""Export: ONNX's checker and its reference evaluator agree with the engine, also for another batch."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("onnx", reason="needs the extra onnx: pip install 'byhand[onnx]'")

from onnx.reference import ReferenceEvaluator

import engine
import engine.nn.functional as F
import engine.onnx
from engine import Tensor, nn
from engine.errors import DTypeError, OnnxError
from engine.models import LeNet
from engine.onnx.exporters import EXPORTERS
from engine.tracing import tracing

rng = np.random.default_rng(0)


class Network(nn.Module):
    """Any function as a module."""

    def __init__(self, function: Callable[..., Any], **layers: nn.Module | nn.Parameter) -> None:
        super().__init__()
        self.function = function
        for name, layer in layers.items():
            setattr(self, name, layer)

    def forward(self, *inputs: Tensor) -> Any:
        """Apply the function."""
        return self.function(*inputs)


def network(function: Callable[..., Any]) -> Callable[[], nn.Module]:
    return lambda: Network(function)


class ConvNet(nn.Module):
    """The deck's second listing."""

    def __init__(self) -> None:
        super().__init__()
        self.layer1 = nn.Sequential(nn.Conv2d(1, 16, 5, padding=2), nn.BatchNorm2d(16), nn.ReLU(), nn.MaxPool2d(2, 2))
        self.layer2 = nn.Sequential(nn.Conv2d(16, 32, 5, padding=2), nn.BatchNorm2d(32), nn.ReLU(), nn.MaxPool2d(2, 2))
        self.fc = nn.Linear(7 * 7 * 32, 10)

    def forward(self, x: Tensor) -> Any:
        """Map (N, 1, 28, 28) to logits (N, 10)."""
        out = self.layer2(self.layer1(x))
        return self.fc(out.reshape(out.size(0), -1))


def unpooled(x: Tensor) -> Any:
    largest, places = F.max_pool2d(x, 2, return_indices=True)
    return F.max_unpool2d(largest, places, 2)


IMAGE = (2, 4, 6, 8)
# Where onnx.reference itself is wrong: its LRN goes through as many channels as there are examples, its
# ConvTranspose mixes up groups. Both are tested against PyTorch or NumPy in this folder.
REFERENCE_IS_WRONG = {"conv transpose in groups", "local response"}
# What to build, and the shapes of its inputs.
CASES: dict[str, tuple[Callable[[], nn.Module], list[tuple[int, ...]]]] = {
    "LeNet": (LeNet, [(2, 3, 32, 32)]),
    "ConvNet": (ConvNet, [(2, 1, 28, 28)]),
    "arithmetic": (network(lambda a, b: (a + b) * a - a / (b * b + 1) + 2 * a - 1 / (abs(b) + 1)), [(2, 3), (2, 3)]),
    "functions": (
        network(lambda x: (x.exp(), (x * x).sqrt(), (x * x + 1).log(), -x, x**2, abs(x))),
        [(2, 3)],
    ),
    "activations": (
        network(
            lambda x: (
                F.relu(x),
                F.leaky_relu(x, 0.2),
                F.gelu(x),
                F.gelu(x, approximate="tanh"),
                F.sigmoid(x),
                F.tanh(x),
            )
        ),
        [(2, 3)],
    ),
    "softmax": (network(lambda x: (F.softmax(x, 1), F.log_softmax(x, -1), F.softplus(x))), [(2, 3, 4)]),
    "comparisons": (
        network(lambda a, b: (a < b, a <= b, a > b, a >= b, a == b, a != b, engine.ops.logical_not(a < b))),
        [(2, 3), (2, 3)],
    ),
    "choices": (
        network(
            lambda a, b: (engine.where(a < b, a, b), engine.maximum(a, b), engine.minimum(a, b), a.clamp(-0.5, 0.5))
        ),
        [(2, 3), (2, 3)],
    ),
    "limits": (network(lambda a: (a.clamp(min=0.1), a.clamp(max=0.1))), [(2, 3)]),
    "reductions": (
        network(lambda x: (x.sum(1), x.mean((1, 2), keepdim=True), engine.amax(x, 2), engine.amin(x, (1,)), x.sum(-1))),
        [(2, 3, 4)],
    ),
    "over everything": (network(lambda x: x.sum() + x.mean() + engine.argmax(x).to("float32")), [(2, 3, 4)]),
    "places": (network(lambda x: (engine.argmax(x, 1), engine.argmin(x, -1, keepdim=True))), [(2, 3, 4)]),
    "conversion": (network(lambda x: (x * 10).to("int64").to("float32") + x.to("float64").to("float32")), [(2, 3)]),
    "promotion": (network(lambda x: x.to("float64") * engine.tensor([1.5, 2.5, 3.5])), [(2, 3)]),
    "shapes": (
        network(
            lambda x: (x.reshape(x.size(0), -1), x.flatten(1), x.permute(0, 2, 1), x.unsqueeze(1).expand(-1, 2, 3, 4))
        ),
        [(2, 3, 4)],
    ),
    "slices": (
        network(lambda x: (x[:, 1:, ::2], x[:, 0], x[..., -1], x[:, None, 1], x[:, [2, 0]], engine.flip(x, (1, 2)))),
        [(2, 3, 4)],
    ),
    "joins": (network(lambda a, b: (engine.cat([a, b], 1), *a.split([1, 2], 1))), [(2, 3), (2, 3)]),
    "pads": (
        network(lambda x: (F.pad(x, (1, 2, 0, -1), value=3.0), F.pad(x, (1, 2), mode="reflect"))),
        [(2, 3, 4)],
    ),
    "linear without bias": (lambda: nn.Linear(4, 5, bias=False), [(2, 4)]),
    "matmul": (network(lambda a, b: a @ b), [(2, 3, 4), (2, 4, 5)]),
    "conv": (lambda: nn.Conv2d(4, 6, (3, 2), (2, 1), (1, 0), (1, 2), 2), [IMAGE]),
    "conv same": (lambda: nn.Conv2d(4, 6, (3, 2), padding="same", bias=False), [IMAGE]),
    "conv transpose": (lambda: nn.ConvTranspose2d(4, 6, 3, (2, 1), 1, (1, 0)), [IMAGE]),
    "conv transpose in groups": (lambda: nn.ConvTranspose2d(4, 6, 3, (2, 1), 1, (1, 0), 2), [IMAGE]),
    "max pool": (lambda: nn.MaxPool2d(3, 2, 1, ceil_mode=True), [IMAGE]),
    "avg pool": (lambda: nn.AvgPool2d(2, 2, 1, count_include_pad=False), [IMAGE]),
    "unpool": (network(unpooled), [IMAGE]),
    "adaptive": (
        network(lambda x: (F.adaptive_avg_pool2d(x, 1), F.adaptive_max_pool2d(x, 1), F.adaptive_avg_pool2d(x, (3, 2)))),
        [IMAGE],
    ),
    "interpolate": (
        network(
            lambda x: (
                F.interpolate(x, scale_factor=2.5),
                F.interpolate(x, (9, 5)),
                F.interpolate(x, scale_factor=1.7, mode="bilinear"),
                F.interpolate(x, (1, 11), mode="bilinear"),
                F.interpolate(x, (4, 11), mode="bilinear", align_corners=True),
            )
        ),
        [IMAGE],
    ),
    "batch norm without parameters": (lambda: nn.BatchNorm2d(4, affine=False), [IMAGE]),
    "layer norm": (lambda: nn.LayerNorm((6, 8)), [IMAGE]),
    "layer norm without parameters": (lambda: nn.LayerNorm(8, elementwise_affine=False), [IMAGE]),
    "group norm": (lambda: nn.GroupNorm(2, 4), [IMAGE]),
    "group norm without parameters": (lambda: nn.GroupNorm(2, 4, affine=False), [IMAGE]),
    "local response": (lambda: nn.LocalResponseNorm(3, 0.1, 0.7, 2.0), [IMAGE]),
    "dropout": (lambda: nn.Sequential(nn.Linear(3, 3), nn.Dropout(0.5)), [(2, 3)]),
    "losses": (
        network(
            lambda x: (
                F.cross_entropy(x, engine.argmax(x, 1), reduction="none")
                + F.nll_loss(x, engine.argmax(x, 1), reduction="none")
            )
        ),
        [(2, 3)],
    ),
}


def evaluated(model: nn.Module, arrays: list[Any]) -> list[Any]:
    with engine.no_grad():
        out = model(*map(engine.tensor, arrays))
    return [y.numpy() for y in (out if isinstance(out, tuple) else (out,))]


def drawn(shapes: list[tuple[int, ...]], longer: int = 0) -> list[Any]:
    return [rng.standard_normal((shape[0] + longer, *shape[1:]), np.float32) for shape in shapes]


@pytest.mark.parametrize("name", CASES)
def test_exported_models_compute_the_same(name: str, tmp_path: Path) -> None:
    engine.manual_seed(0)
    build, shapes = CASES[name]
    model = build()
    with engine.no_grad():
        model(*map(engine.tensor, drawn(shapes)))  # in training, so that running statistics are no longer 0 and 1
    proto = engine.onnx.export(model, tuple(map(engine.tensor, drawn(shapes))), tmp_path / "model.onnx")
    assert model.training
    model.eval()
    for longer in (0, 3):
        arrays = drawn(shapes, longer)
        expected = evaluated(model, arrays)
        inputs = {value.name: array for value, array in zip(proto.graph.input, arrays, strict=True)}
        loaded = engine.onnx.load(tmp_path / "model.onnx").run(inputs)
        references = loaded if name in REFERENCE_IS_WRONG else ReferenceEvaluator(proto).run(None, inputs)
        for ours, reference, again in zip(expected, references, loaded, strict=True):
            assert ours.dtype == reference.dtype == again.dtype
            np.testing.assert_allclose(reference, ours, rtol=1e-4, atol=1e-5)
            np.testing.assert_allclose(again, ours, rtol=1e-4, atol=1e-6)


def test_every_op_that_can_be_written_is_tested() -> None:
    seen: set[str] = set()
    with tracing(lambda name, arguments, results: seen.add(name)), engine.no_grad():
        for build, shapes in CASES.values():
            build().eval()(*map(engine.tensor, drawn(shapes)))
    assert seen == EXPORTERS.keys()


def test_state_keeps_its_names_and_values() -> None:
    model = LeNet()
    loaded = engine.onnx.load(engine.onnx.export(model, engine.tensor(*drawn([(1, 3, 32, 32)]))))
    assert loaded.state_dict().keys() == model.state_dict().keys()
    loaded.load_state_dict(model.state_dict())
    x, labels = engine.tensor(*drawn([(4, 3, 32, 32)])), engine.tensor([0, 1, 2, 3])
    for either in (model, loaded):
        F.cross_entropy(either(x), labels).backward()
    theirs = dict(loaded.named_parameters())
    for name, parameter in model.named_parameters():
        np.testing.assert_allclose(theirs[name].grad, parameter.grad, atol=1e-6)


@pytest.mark.parametrize("bias", [True, False])
def test_linear_of_a_single_row(bias: bool) -> None:
    layer, x = nn.Linear(4, 5, bias), rng.standard_normal(4, np.float32)
    proto = engine.onnx.export(layer, engine.tensor(x), dynamic_batch=False)
    reference = ReferenceEvaluator(proto).run(None, {"input": x})
    np.testing.assert_allclose(np.asarray(reference)[0], evaluated(layer, [x])[0], rtol=1e-5)


def test_names_of_inputs_and_outputs() -> None:
    proto = engine.onnx.export(LeNet(), engine.tensor(*drawn([(1, 3, 32, 32)])))
    assert [value.name for value in proto.graph.input] == ["x"]
    assert [value.name for value in proto.graph.output] == ["output"]
    shape = proto.graph.input[0].type.tensor_type.shape.dim
    assert (shape[0].dim_param, [dim.dim_value for dim in shape[1:]]) == ("batch", [3, 32, 32])
    fixed = engine.onnx.export(
        LeNet(),
        engine.tensor(*drawn([(1, 3, 32, 32)])),
        input_names=["image"],
        output_names=["logits"],
        dynamic_batch=False,
    )
    assert fixed.graph.input[0].type.tensor_type.shape.dim[0].dim_value == 1
    assert [value.name for value in fixed.graph.output] == ["logits"]


def test_inputs_that_are_returned_and_results_returned_twice() -> None:
    def several(x: Tensor) -> Any:
        y = x * 2
        return x, y, y, engine.tensor([1.0])

    proto = engine.onnx.export(Network(several), engine.tensor([[1.0], [2.0]]))
    results = engine.onnx.load(proto).run([np.array([[3.0]], np.float32)])
    assert [result.tolist() for result in results] == [[[3.0]], [[6.0]], [[6.0]], [1.0]]
    assert [node.op_type for node in proto.graph.node].count("Identity") == 2


def test_changes_in_place_are_found_unless_an_op_makes_them() -> None:
    x = engine.tensor(*drawn([(2, 3)]))
    with pytest.raises(OnnxError, match="export: expected tensors that stay as they are, got one changed in place"):
        engine.onnx.export(Network(lambda x: (x * 2).add_(1) * 3), x)
    for late in (lambda x: (x * 2).add_(1), lambda x: engine.cat([(x * 2).add_(1)], 1)):
        with pytest.raises(OnnxError, match="got one changed in place"):
            engine.onnx.export(Network(late), x)
    proto = engine.onnx.export(nn.Sequential(nn.Linear(3, 4), nn.ReLU(inplace=True), nn.Linear(4, 2)), x)
    assert [node.op_type for node in proto.graph.node] == ["Gemm", "Relu", "Gemm"]


def test_wrong_arguments() -> None:
    x = engine.tensor(*drawn([(2, 3)]))
    no_tensor: Any = x.numpy()
    with pytest.raises(DTypeError, match="export: expected a Tensor or a tuple of them, got ndarray"):
        engine.onnx.export(nn.ReLU(), no_tensor)
    with pytest.raises(OnnxError, match="export: expected 1 input_names, got a, b"):
        engine.onnx.export(nn.ReLU(), x, input_names=["a", "b"])
    with pytest.raises(OnnxError, match="a model that returns a Tensor or a tuple of them, got dict"):
        engine.onnx.export(Network(lambda x: {"y": x}), x)


def test_ops_that_cannot_be_written_are_all_named() -> None:
    model = Network(lambda x: engine.roll(x, 1) + engine.var(x))
    with pytest.raises(OnnxError, match=r"export: expected ops of abs, .*, got roll, var"):
        engine.onnx.export(model, engine.tensor([1.0, 2.0]))


@pytest.mark.parametrize(
    ("function", "says"),
    [
        (lambda x: x * engine.tensor(x.numpy() * 2), r"tensors computed by ops, got one of shape \(2, 3\)"),
        (lambda x: x.reshape(3, 2), r"export: expected a model for any batch, got reshape"),
        (lambda x: x if len(x) == 2 else x * 2, "the same ops for every length of the batch"),
        (lambda x: x[: len(x)], r"export of getitem: expected one index, got .*slice"),
        (lambda x: x[:1].expand(len(x), 3), "export of expand: expected lengths that do not depend on the batch"),
        (lambda x: x.reshape(len(x) * 3).reshape(1, len(x), 3), None),
        (lambda x: (x @ x.permute(1, 0)).reshape(1, 1, len(x), len(x)), "one length that depends on the batch"),
    ],
)
def test_what_depends_on_the_batch_is_found(function: Callable[[Tensor], Tensor], says: str | None) -> None:
    x = engine.tensor(*drawn([(2, 3)]))
    engine.onnx.export(Network(function), x, dynamic_batch=False)
    if says is None:
        engine.onnx.export(Network(function), x)
    else:
        with pytest.raises(OnnxError, match=says):
            engine.onnx.export(Network(function), x)


@pytest.mark.parametrize(
    ("function", "says"),
    [
        (
            lambda x: F.max_pool2d(x[0], 2),
            r"export of max_pool2d: expected images \(N, C, H, W\), got shape \(4, 6, 8\)",
        ),
        (lambda x: F.softplus(x, beta=2.0), "export of softplus: expected beta=1"),
        (lambda x: F.avg_pool2d(x, 2, divisor_override=3), "expected divisor_override=None, got 3"),
        (lambda x: F.adaptive_avg_pool2d(x, 5), r"expected an output_size that divides \(6, 8\)"),
        (lambda x: F.local_response_norm(x, 4), "expected an odd size, got 4"),
        (lambda x: F.batch_norm(x, None, None, training=True), "expected running statistics"),
        (lambda x: x[[0, 1], [1, 0]], r"export of \[\]: expected at most one array"),
        (lambda x: x[x > 0], r"export of (getitem|\[\]): expected"),
        (lambda x: engine.argmax(x, keepdim=True), "expected a dim with keepdim=True"),
    ],
)
def test_settings_that_onnx_does_not_have_are_refused(function: Callable[[Tensor], Tensor], says: str) -> None:
    with pytest.raises(OnnxError, match=says):
        engine.onnx.export(Network(function), engine.tensor(*drawn([IMAGE])))
