"""Weights on disk: round trip, damage, dtypes of other programs, the deck's listings trained in PyTorch."""

import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save_file

import engine
from engine import Tensor, nn
from engine.errors import DataError
from engine.models import LeNet


def test_round_trip(tmp_path: Path) -> None:
    model = LeNet()
    path = tmp_path / "a.safetensors"
    engine.save_weights(path, model.state_dict())
    loaded = engine.load_weights(str(path))
    assert {name: tensor.tolist() for name, tensor in loaded.items()} == {
        name: tensor.tolist() for name, tensor in model.state_dict().items()
    }
    assert [p.name for p in tmp_path.iterdir()] == ["a.safetensors"]


@pytest.mark.parametrize("dtype", ["float32", "float64", "int64", "int32", "uint8", "bool"])
@pytest.mark.parametrize("shape", [(), (0, 2), (2, 3)])
def test_every_dtype_and_shape(dtype: str, shape: tuple[int, ...], tmp_path: Path) -> None:
    values = engine.tensor(np.ones(shape), dtype=dtype)
    engine.save_weights(tmp_path / "a", {"x": values})
    (back,) = engine.load_weights(tmp_path / "a").values()
    assert (back.dtype, back.shape, back.tolist()) == (values.dtype, values.shape, values.tolist())
    back.fill_(0)


def damaged(header: bytes, length: int | None = None) -> bytes:
    return struct.pack("<Q", len(header) if length is None else length) + header + bytes(8)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"nonsense",
        damaged(b"{}", 2**62),
        damaged(b"not json"),
        damaged(b'{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,800]}}'),
        damaged(b'{"x":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,8]}}'),
        damaged(b'{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,8]}}'),
        damaged(b'{"x":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}'),
        damaged(b'{"x":{"dtype":"object","shape":[2],"data_offsets":[0,8]}}'),
    ],
)
def test_damaged_and_hostile_files(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "bad.safetensors"
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"bad\.safetensors: expected a safetensors file"):
        engine.load_weights(path)


def test_files_that_are_not_there_or_cannot_be_written(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "missing.safetensors"):
        with pytest.raises(DataError, match="expected a safetensors file"):
            engine.load_weights(path)
    kept = tmp_path / "kept.safetensors"
    engine.save_weights(kept, {"x": engine.tensor([1.0])})
    with pytest.raises(DataError, match="save_weights: expected a place for"):
        engine.save_weights(tmp_path / "no" / "such" / "a.safetensors", {})
    (tmp_path / "folder").mkdir()
    with pytest.raises(DataError, match="save_weights: expected a place for"):
        engine.save_weights(tmp_path / "folder", {"x": engine.tensor([1.0])})
    assert sorted(p.name for p in tmp_path.iterdir()) == ["folder", "kept.safetensors"]


def test_half_precision_of_other_programs(tmp_path: Path) -> None:
    halves = np.array([0.1, -65504, np.inf], np.float16)
    save_file({"x": halves}, tmp_path / "half")
    (x,) = engine.load_weights(tmp_path / "half").values()
    assert x.dtype == np.float32
    np.testing.assert_array_equal(x.numpy(), halves.astype(np.float32))
    save_file({"fine": np.zeros(1, np.float32), "small": np.zeros(1, np.int8)}, tmp_path / "int8")
    with pytest.raises(DataError, match=r"int8: expected small as one of BOOL, F16, F32, .*, got I8"):
        engine.load_weights(tmp_path / "int8")


def test_bfloat16_of_pytorch_is_refused_by_name(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    torch_files = pytest.importorskip("safetensors.torch")
    torch_files.save_file({"fc.weight": torch.ones(2, dtype=torch.bfloat16)}, tmp_path / "a")
    with pytest.raises(DataError, match=r"expected fc\.weight as one of .*, got BF16; convert it before saving"):
        engine.load_weights(tmp_path / "a")


class ConvNet(nn.Module):
    """The deck's second listing, as a student writes it here."""

    def __init__(self) -> None:
        self.layer1 = nn.Sequential(nn.Conv2d(1, 16, 5, padding=2), nn.BatchNorm2d(16), nn.ReLU(), nn.MaxPool2d(2, 2))
        self.layer2 = nn.Sequential(nn.Conv2d(16, 32, 5, padding=2), nn.BatchNorm2d(32), nn.ReLU(), nn.MaxPool2d(2, 2))
        self.fc = nn.Linear(7 * 7 * 32, 10)

    def forward(self, x: Tensor) -> Any:
        """Map (N, 1, 28, 28) to logits (N, 10)."""
        out = self.layer2(self.layer1(x))
        return self.fc(out.reshape(out.size(0), -1))


def torch_convnet(nn: Any) -> Any:
    def block(channels: int, filters: int) -> Any:
        convolution = nn.Conv2d(channels, filters, 5, padding=2)
        return nn.Sequential(convolution, nn.BatchNorm2d(filters), nn.ReLU(), nn.MaxPool2d(2, 2))

    return nn.ModuleDict({"layer1": block(1, 16), "layer2": block(16, 32), "fc": nn.Linear(7 * 7 * 32, 10)})


def torch_lenet(nn: Any) -> Any:
    sizes = {"fc1": (400, 120), "fc2": (120, 84), "fc3": (84, 10)}
    layers = {"conv1": nn.Conv2d(3, 6, 5), "conv2": nn.Conv2d(6, 16, 5)}
    return nn.ModuleDict(layers | {name: nn.Linear(*size) for name, size in sizes.items()})


def run_torch_convnet(torch: Any, layers: Any, x: Any) -> Any:
    out = layers["layer2"](layers["layer1"](x))
    return layers["fc"](out.reshape(out.shape[0], -1))


def run_torch_lenet(torch: Any, layers: Any, x: Any) -> Any:
    pool = torch.nn.functional.max_pool2d
    out = pool(layers["conv1"](x).relu(), 2)
    out = pool(layers["conv2"](out).relu(), 2)
    out = layers["fc1"](out.reshape(out.shape[0], -1)).relu()
    return layers["fc3"](layers["fc2"](out).relu())


@pytest.mark.parametrize(
    ("ours", "build", "run", "shape"),
    [
        (ConvNet, torch_convnet, run_torch_convnet, (4, 1, 28, 28)),
        (LeNet, torch_lenet, run_torch_lenet, (4, 3, 32, 32)),
    ],
    ids=["ConvNet", "LeNet"],
)
def test_weights_of_pytorch_give_the_same_logits(
    ours: Any, build: Any, run: Any, shape: tuple[int, ...], tmp_path: Path
) -> None:
    torch = pytest.importorskip("torch")
    torch_files = pytest.importorskip("safetensors.torch")
    torch.manual_seed(0)
    theirs = build(torch.nn)
    x = np.random.default_rng(0).standard_normal(shape, dtype=np.float32)
    with torch.no_grad():
        run(torch, theirs, torch.from_numpy(x))  # in training, so that running statistics are no longer 0 and 1
        theirs.eval()
        expected = run(torch, theirs, torch.from_numpy(x)).numpy()
    torch_files.save_file(theirs.state_dict(), tmp_path / "theirs")
    model = ours().eval()
    model.load_state_dict(engine.load_weights(tmp_path / "theirs"))
    with engine.no_grad():
        np.testing.assert_allclose(model(engine.tensor(x)), expected, rtol=0, atol=1e-5)
    engine.save_weights(tmp_path / "ours", model.state_dict())
    back = torch_files.load_file(tmp_path / "ours")
    theirs.load_state_dict(back)
    with torch.no_grad():
        np.testing.assert_array_equal(run(torch, theirs, torch.from_numpy(x)).numpy(), expected)
