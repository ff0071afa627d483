"""LeNet-5 against its paper: layers, connections, first weights, pictures, and the same network on PyTorch."""

from itertools import combinations
from typing import Any

import numpy as np
import pytest

import engine
import engine.nn.functional as F
from engine import nn
from engine.models import LeNet5, digit_codes
from engine.summary import summary

# Layer: trainable parameters, connections.
TABLE = {
    "c1": (156, 122_304),
    "s2": (12, 5_880),
    "c3": (1_516, 151_600),
    "s4": (32, 2_000),
    "c5": (48_120, 48_120),
    "f6": (10_164, 10_164),
    "output": (0, 840),
}


def test_layers_have_the_parameters_and_connections_of_the_paper() -> None:
    model = LeNet5()
    found = summary(model, (1, 32, 32))
    assert {row.path: (row.parameters, row.connections) for row in found.rows} == TABLE
    assert (found.trainable, found.fixed) == (60_000, 0)
    assert {name: buffer.numel() for name, buffer in model.named_buffers()} == {"output.weight": 840}


def test_units_start_in_the_range_of_their_inputs() -> None:
    engine.manual_seed(0)
    model = LeNet5()
    inputs = {"c1": 25, "s2": 4, "s4": 4, "c5": 400, "f6": 120}
    # Of several networks, so that there are enough coefficients to come near the ends of their range.
    models = [model, *(LeNet5() for _ in range(9))]
    ranges = [
        (name, np.concatenate([one.get_parameter(f"{name}.weight").array.ravel() for one in models]), count)
        for name, count in inputs.items()
    ]
    first = 0
    for k, maps in enumerate(model.c3.table):
        ranges.append((f"c3, map {k}", model.c3.weight.array[first : first + len(maps)], 25 * len(maps)))
        first += len(maps)
    for name, weights, count in ranges:
        share = np.abs(weights).max() * np.sqrt(count / 3)
        assert 0.9 * (weights.size > 50) < share <= 1, name
    biases = model.get_parameter("c3.bias").array
    assert (np.abs(biases) <= [np.sqrt(3 / (25 * len(maps))) for maps in model.c3.table]).all()
    assert np.abs(model.get_parameter("f6.bias").array).max() <= np.sqrt(3 / 120)


def test_pictures_are_of_ink_and_paper_and_no_two_are_alike() -> None:
    codes = digit_codes().numpy()
    assert codes.shape == (10, 12, 7)
    assert set(np.unique(codes)) == {-1.0, 1.0}
    assert min((a != b).sum() for a, b in combinations(codes, 2)) >= 9
    # Seven has a full bar on top, four at its crossing.
    assert (codes[7, 0] == 1).all()
    assert (codes[4, 7] == 1).all()
    np.testing.assert_array_equal(LeNet5().output.weight.numpy(), codes.reshape(10, 84))


def test_penalties_and_loss_are_those_of_the_paper() -> None:
    engine.manual_seed(0)
    model = LeNet5().double()
    images, target = engine.randn(4, 1, 32, 32, dtype="float64"), np.array([7, 0, 3, 3])
    features = []
    model.f6.register_forward_hook(lambda module, args, output: features.append(output.numpy()))
    with engine.no_grad():
        y = model(images).numpy()
    squashed = 1.7159 * np.tanh(2 * features[0] / 3)
    distances = (squashed[:, None] - digit_codes().numpy().reshape(10, 84)) ** 2
    np.testing.assert_allclose(y, distances.sum(2), rtol=1e-12)
    right = y[np.arange(4), target]
    expected = np.mean(right + np.log(np.exp(-0.1) + np.exp(-y).sum(1)))
    assert F.rbf_loss(engine.tensor(y), engine.tensor(target)).item() == pytest.approx(expected, rel=1e-12)


def test_it_learns() -> None:
    engine.manual_seed(0)
    model, target = LeNet5(), engine.tensor([0, 1, 2, 3])
    images = engine.randn(4, 1, 32, 32)
    optimizer = engine.optim.SGD(model.parameters(), lr=0.002, momentum=0.9)
    for _ in range(100):
        optimizer.zero_grad()
        F.rbf_loss(model(images), target).backward()
        optimizer.step()
    assert model(images).array.argmin(1).tolist() == [0, 1, 2, 3]


def run_on_pytorch(torch: Any, state: dict[str, Any], x: Any) -> Any:
    """Compute the penalties as PyTorch's users write LeNet-5: a dense filter bank with zeros, average pooling."""
    functional = torch.nn.functional

    def squash(a: Any) -> Any:
        return 1.7159 * torch.tanh(2 * a / 3)

    def subsample(a: Any, layer: str) -> Any:
        weight, bias = (state[f"{layer}.{what}"].view(1, -1, 1, 1) for what in ("weight", "bias"))
        return 4 * functional.avg_pool2d(a, 2) * weight + bias

    out = squash(functional.conv2d(x, state["c1.weight"], state["c1.bias"]))
    out = squash(subsample(out, "s2"))
    rows = [k for k, maps in enumerate(nn.LENET5_C3_TABLE) for _ in maps]
    columns = [c for maps in nn.LENET5_C3_TABLE for c in maps]
    dense = torch.zeros(16, 6, 5, 5, dtype=x.dtype).index_put(
        (torch.tensor(rows), torch.tensor(columns)), state["c3.weight"]
    )
    out = squash(functional.conv2d(out, dense, state["c3.bias"]))
    out = squash(subsample(out, "s4"))
    out = squash(functional.conv2d(out, state["c5.weight"], state["c5.bias"])).flatten(1)
    out = squash(functional.linear(out, state["f6.weight"], state["f6.bias"]))
    return ((out[:, None] - state["output.weight"]) ** 2).sum(2)


def test_equals_pytorch() -> None:
    torch = pytest.importorskip("torch", reason="PyTorch is compared with where it is installed (extra 'bench')")
    engine.manual_seed(0)
    model = LeNet5().double()
    state = {key: torch.tensor(value.numpy()) for key, value in model.state_dict().items()}
    for key, _ in model.named_parameters():
        state[key].requires_grad_()
    array, target = np.random.default_rng(0).standard_normal((3, 1, 32, 32)), np.array([2, 9, 4])
    penalties = model(engine.tensor(array))
    their_penalties = run_on_pytorch(torch, state, torch.tensor(array))
    np.testing.assert_allclose(penalties.detach().numpy(), their_penalties.detach().numpy(), rtol=1e-10)
    F.rbf_loss(penalties, engine.tensor(target)).backward()
    rubbish = torch.full((3, 1), -0.1, dtype=torch.float64)
    right = their_penalties[torch.arange(3), torch.tensor(target)]
    (right + torch.cat([-their_penalties, rubbish], 1).logsumexp(1)).mean().backward()
    for key, parameter in model.named_parameters():
        np.testing.assert_allclose(parameter.grad.numpy(), state[key].grad.numpy(), rtol=1e-8, atol=1e-12, err_msg=key)
