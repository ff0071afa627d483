"""Averages of weights: the mean, the moving average, buffers, and the same as PyTorch's."""

from typing import Any, cast

import numpy as np
import pytest

import engine
from engine import nn
from engine.errors import ParameterError
from engine.optim.swa_utils import AveragedModel, get_ema_avg_fn, get_ema_multi_avg_fn


def stepped(model: nn.Module, rng: np.random.Generator) -> None:
    for parameter in model.parameters():
        parameter.array[...] = rng.standard_normal(parameter.shape)


def weight(model: nn.Module) -> np.ndarray:
    found: np.ndarray = model.state_dict()["weight"].detach().numpy()
    return found


def test_the_mean_of_all() -> None:
    rng, model = np.random.default_rng(0), nn.Linear(3, 2)
    averaged = AveragedModel(model)
    seen = []
    for _ in range(5):
        stepped(model, rng)
        seen.append(weight(model).copy())
        averaged.update_parameters(model)
    np.testing.assert_allclose(weight(averaged.module), np.mean(seen, axis=0), rtol=1e-5)
    assert averaged.n_averaged == 5
    x = engine.ones(1, 3)
    assert engine.equal(averaged(x), averaged.module(x))


def test_the_moving_average_forgets_its_beginning() -> None:
    average = get_ema_avg_fn(0.99)
    mean = engine.tensor([100.0])
    for count in range(1, 60):
        mean = average(mean, engine.tensor([1.0]), count)
    # With 0.99 from the first step on, 55 would be left.
    assert mean.item() < 2
    assert average(engine.tensor([0.0]), engine.tensor([1.0]), 10**6).item() == pytest.approx(0.01)
    with pytest.raises(ParameterError, match="decay from 0 to 1"):
        get_ema_avg_fn(1.5)


@pytest.mark.parametrize("use_buffers", [True, False])
def test_buffers_are_averaged_or_copied(use_buffers: bool) -> None:
    model = nn.BatchNorm1d(2)
    averaged = AveragedModel(model, use_buffers=use_buffers)
    own, mean = model.state_dict(), averaged.module.state_dict()
    for value in (1.0, 3.0):
        own["running_mean"].array[...] = value
        own["num_batches_tracked"].array[...] = int(value)
        averaged.update_parameters(model)
    assert mean["running_mean"].tolist() == ([2.0, 2.0] if use_buffers else [3.0, 3.0])
    assert mean["num_batches_tracked"].item() == 3
    assert own["weight"].array is not mean["weight"].array


def test_equals_pytorch() -> None:
    torch = pytest.importorskip("torch", reason="PyTorch is compared with where it is installed (extra 'bench')")
    from torch.optim import swa_utils

    rng = np.random.default_rng(1)
    ours, theirs = nn.Linear(3, 2), torch.nn.Linear(3, 2)
    mean, their_mean = AveragedModel(ours), cast(Any, swa_utils.AveragedModel(theirs))
    for _ in range(4):
        stepped(ours, rng)
        theirs.load_state_dict({name: torch.as_tensor(value.numpy()) for name, value in ours.state_dict().items()})
        mean.update_parameters(ours)
        their_mean.update_parameters(theirs)
    expected = their_mean.module.weight.detach().numpy()
    np.testing.assert_allclose(weight(mean.module), expected, rtol=1e-5)


def test_all_at_once_gives_what_one_by_one_gives() -> None:
    model = nn.BatchNorm1d(3)
    one = AveragedModel(model, get_ema_avg_fn(0.9), use_buffers=True)
    all_at_once = AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(0.9), use_buffers=True)
    rng = np.random.default_rng(0)
    for _ in range(30):
        for value in model.state_dict().values():
            value.array[...] = rng.integers(1, 9, value.shape)
        one.update_parameters(model)
        all_at_once.update_parameters(model)
    for name, value in one.module.state_dict().items():
        np.testing.assert_allclose(value.array, all_at_once.module.state_dict()[name].array, rtol=1e-5)
    with pytest.raises(ParameterError, match="expected avg_fn or multi_avg_fn, got both"):
        AveragedModel(model, get_ema_avg_fn(), get_ema_multi_avg_fn())
    with pytest.raises(ParameterError, match="get_ema_multi_avg_fn: expected decay from 0 to 1"):
        get_ema_multi_avg_fn(-0.1)
