"""Convolution and pooling with any settings, against PyTorch: ONNX's own tests try few of them."""

from typing import Any

import numpy as np
import pytest

pytest.importorskip("onnx", reason="needs the extra onnx: pip install 'byhand[onnx]'")

from onnx import helper

from engine.onnx.backend import EngineBackend

rng = np.random.default_rng(0)
RANKS = (1, 2, 3)


def settings(rank: int, names: str) -> dict[str, list[int]]:
    least = {"strides": 1, "dilations": 1, "pads": 0, "output_padding": 0}
    drawn = {name: rng.integers(least[name], least[name] + 2, rank).tolist() for name in names.split()}
    if "pads" in drawn:
        drawn["pads"] = drawn["pads"] * 2
    return drawn


def run(kind: str, inputs: list[Any], **attributes: Any) -> tuple[Any, ...]:
    names = ["y", "places"][: 1 + (kind == "MaxPool")]
    node = helper.make_node(kind, [f"x{i}" for i in range(len(inputs))], names, **attributes)
    return EngineBackend.run_node(node, inputs)


@pytest.mark.parametrize("rank", RANKS)
@pytest.mark.parametrize("group", [1, 2])
def test_conv_and_its_transpose(rank: int, group: int) -> None:
    torch = pytest.importorskip("torch")
    for _ in range(5):
        size = rng.integers(1, 4, rank)
        x = rng.standard_normal((2, 4, *rng.integers(6, 9, rank)), np.float32)
        chosen = settings(rank, "strides dilations pads")
        common = {"stride": chosen["strides"], "dilation": chosen["dilations"], "padding": chosen["pads"][:rank]}
        weight, bias = rng.standard_normal((6, 4 // group, *size), np.float32), rng.standard_normal(6, np.float32)
        conv = getattr(torch.nn.functional, f"conv{rank}d")
        expected = conv(*map(torch.from_numpy, (x, weight, bias)), groups=group, **common).numpy()
        np.testing.assert_allclose(run("Conv", [x, weight, bias], group=group, **chosen)[0], expected, atol=1e-4)
        weight = rng.standard_normal((4, 6 // group, *size), np.float32)
        extra = [int(stride > 1) for stride in chosen["strides"]]
        conv = getattr(torch.nn.functional, f"conv_transpose{rank}d")
        expected = conv(*map(torch.from_numpy, (x, weight, bias)), groups=group, output_padding=extra, **common).numpy()
        (got,) = run("ConvTranspose", [x, weight, bias], group=group, output_padding=extra, **chosen)
        np.testing.assert_allclose(got, expected, atol=1e-4)


@pytest.mark.parametrize("rank", RANKS)
@pytest.mark.parametrize("ceil_mode", [0, 1])
def test_pooling(rank: int, ceil_mode: int) -> None:
    torch = pytest.importorskip("torch")
    for _ in range(5):
        size = rng.integers(2, 4, rank).tolist()
        x = rng.standard_normal((2, 3, *rng.integers(6, 9, rank)), np.float32)
        chosen = settings(rank, "strides dilations pads")
        common = {"stride": chosen["strides"], "padding": chosen["pads"][:rank], "ceil_mode": bool(ceil_mode)}
        pool = getattr(torch.nn.functional, f"max_pool{rank}d")
        expected, indices = pool(torch.from_numpy(x), size, dilation=chosen["dilations"], return_indices=True, **common)
        got, places = run("MaxPool", [x], kernel_shape=size, ceil_mode=ceil_mode, **chosen)
        np.testing.assert_array_equal(got, expected.numpy())
        planes = np.arange(6).reshape(2, 3, *[1] * rank) * np.prod(x.shape[2:])
        np.testing.assert_array_equal(places, indices.numpy() + planes)
        np.testing.assert_array_equal(x.reshape(-1)[places], got)
        del chosen["dilations"]
        pool = getattr(torch.nn.functional, f"avg_pool{rank}d")
        for include in (0, 1):
            expected = pool(torch.from_numpy(x), size, count_include_pad=bool(include), **common).numpy()
            (got,) = run(
                "AveragePool", [x], kernel_shape=size, ceil_mode=ceil_mode, count_include_pad=include, **chosen
            )
            np.testing.assert_allclose(got, expected, atol=1e-5)


@pytest.mark.parametrize("rank", [1, 2])
def test_unpooling(rank: int) -> None:
    torch = pytest.importorskip("torch")
    x = rng.standard_normal((2, 3, *[8, 6][:rank]), np.float32)
    size = [2, 3][:rank]
    values, places = run("MaxPool", [x], kernel_shape=size, strides=size)
    pool, unpool = (getattr(torch.nn.functional, f"{name}{rank}d") for name in ("max_pool", "max_unpool"))
    expected = unpool(*pool(torch.from_numpy(x), size, return_indices=True), size).numpy()
    (got,) = run("MaxUnpool", [values, places], kernel_shape=size, strides=size)
    np.testing.assert_array_equal(got, expected)
