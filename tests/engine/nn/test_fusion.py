"""What Sequential does in one go is what its modules do one after the other."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import engine
from engine import nn
from engine.nn.fusion import runs
from engine.tracing import tracing

ROWS: dict[str, Callable[[], list[nn.Module]]] = {
    "normalise, rectify, pool": lambda: [nn.Conv2d(1, 3, 3), nn.BatchNorm2d(3), nn.ReLU(), nn.MaxPool2d(2)],
    "rectify, pool": lambda: [nn.BatchNorm2d(1), nn.Identity(), nn.ReLU(), nn.MaxPool2d(2, 2)],
    "convolve, rectify, pool": lambda: [nn.Conv2d(1, 3, 3), nn.ReLU(), nn.MaxPool2d(2, 2)],
    "normalise, rectify": lambda: [nn.Conv2d(1, 3, 3), nn.BatchNorm2d(3), nn.ReLU()],
    "normalise a row, rectify": lambda: [nn.Flatten(), nn.BatchNorm1d(88), nn.ReLU()],
    "convolve, rectify": lambda: [nn.Conv2d(1, 3, 3, padding=1, padding_mode="reflect"), nn.ReLU()],
    "multiply, rectify": lambda: [nn.Flatten(), nn.Linear(88, 5), nn.ReLU()],
    "convolve, pool, rectify": lambda: [nn.Conv2d(1, 3, 3), nn.MaxPool2d((2, 2)), nn.ReLU()],
    "pool, rectify": lambda: [nn.Identity(), nn.MaxPool2d((2, 2)), nn.ReLU()],
}
# Nothing here may be taken together.
OTHERS: dict[str, Callable[[], list[nn.Module]]] = {
    "windows of 3": lambda: [nn.ReLU(), nn.MaxPool2d(3)],
    "windows that overlap": lambda: [nn.ReLU(), nn.MaxPool2d(2, 1)],
    "padding": lambda: [nn.ReLU(), nn.MaxPool2d(2, padding=1)],
    "dilation": lambda: [nn.ReLU(), nn.MaxPool2d(2, dilation=2)],
    "a window more": lambda: [nn.ReLU(), nn.MaxPool2d(2, ceil_mode=True)],
    "places": lambda: [nn.ReLU(), nn.MaxPool2d(2, return_indices=True)],
    "another activation": lambda: [nn.BatchNorm2d(3), nn.Tanh(), nn.MaxPool2d(2)],
    "one module": lambda: [nn.ReLU()],
}


def ops_of(model: nn.Module, x: engine.Tensor) -> list[str]:
    """Return the ops in the graph, from the first."""
    node, names = model(x).sum().grad_fn, []
    while node is not None:
        names.append(node.name)
        node = node.inputs[0].grad_fn if node.inputs[0] is not None else None
    return names[::-1]


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("name", ROWS)
def test_a_row_in_one_go_equals_its_modules(name: str, training: bool) -> None:
    engine.manual_seed(0)
    together, x = nn.Sequential(*ROWS[name]()).train(training), np.random.default_rng(0).standard_normal((4, 1, 11, 8))
    apart = nn.Sequential(*ROWS[name]()).train(training)
    apart.load_state_dict(together.state_dict())
    results: list[list[Any]] = []
    for model in (together, apart):
        images = engine.tensor(x, dtype="float32", requires_grad=True)
        out: Any = images
        if model is together:
            out = model(images)
        else:
            for module in model:
                out = module(out)
        (out * out).sum().backward()
        values = [out.detach(), images.grad, *(p.grad for p in model.parameters()), *model.buffers()]
        results.append([value.numpy() for value in values])
    for ours, theirs in zip(*results, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-4 * max(1.0, np.abs(theirs).max()))


def test_rows_are_found() -> None:
    images = engine.tensor(np.ones((2, 1, 11, 8)), dtype="float32", requires_grad=True)
    found = {name: ops_of(nn.Sequential(*row()), images)[:-1] for name, row in ROWS.items()}
    assert found == {
        "normalise, rectify, pool": ["conv2d", "batch_norm_relu_max_pool2d"],
        "rectify, pool": ["batch_norm", "relu_max_pool2d"],
        "convolve, rectify, pool": ["conv2d_relu_max_pool2d"],
        "normalise, rectify": ["conv2d", "batch_norm_relu"],
        "normalise a row, rectify": ["reshape", "batch_norm_relu"],
        "convolve, rectify": ["getitem", "conv2d_relu"],
        "multiply, rectify": ["reshape", "linear_relu"],
        "convolve, pool, rectify": ["conv2d_relu_max_pool2d"],
        "pool, rectify": ["relu_max_pool2d"],
    }


@pytest.mark.parametrize("name", OTHERS)
def test_other_rows_are_called_one_by_one(name: str) -> None:
    modules = OTHERS[name]()
    assert list(runs(modules)) == modules


def test_a_watched_row_is_called_one_by_one() -> None:
    modules = ROWS["convolve, rectify, pool"]()
    seen: list[tuple[int, ...]] = []
    modules[1].register_forward_hook(lambda module, args, out: seen.append(out.shape))
    nn.Sequential(*modules)(engine.tensor(np.ones((2, 1, 8, 8)), dtype="float32"))
    assert seen == [(2, 3, 6, 6)]


def test_a_subclass_and_a_replaced_forward_are_called() -> None:
    class Doubled(nn.ReLU):
        def forward(self, input: engine.Tensor) -> engine.Tensor:
            return super().forward(input) * 2

    images = engine.tensor(np.ones((1, 1, 2, 2)), dtype="float32")
    assert nn.Sequential(Doubled(), nn.MaxPool2d(2))(images).item() == 2
    rectify = nn.ReLU()
    vars(rectify)["forward"] = lambda images: images * 3
    assert nn.Sequential(rectify, nn.MaxPool2d(2))(images).item() == 3


def test_a_traced_row_is_written_down_op_by_op() -> None:
    names: list[str] = []
    with tracing(lambda name, arguments, results: names.append(name)):
        nn.Sequential(*ROWS["convolve, rectify, pool"]())(engine.tensor(np.ones((1, 1, 8, 8)), dtype="float32"))
    assert names == ["conv2d", "relu", "max_pool2d"]
