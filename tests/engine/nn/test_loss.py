"""Loss layers against the functions, and what PyTorch's layers give."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import engine
from engine import nn

Make = Callable[[Any, Callable[[list[float]], Any]], Any]
NUMBERS, LOGITS = [2, 0, 1, 2], np.random.default_rng(0).standard_normal((4, 3)).astype(np.float32)
ANSWERS = (np.random.default_rng(1).random((4, 3)) > 0.5).astype(np.float32)

# Built from nn and tensor of the engine, or of PyTorch.
LOSSES: list[tuple[Make, Any]] = [
    (lambda nn, tensor: nn.CrossEntropyLoss(), NUMBERS),
    (lambda nn, tensor: nn.CrossEntropyLoss(tensor([1.0, 2.0, 3.0]), ignore_index=1, label_smoothing=0.1), NUMBERS),
    (lambda nn, tensor: nn.NLLLoss(tensor([1.0, 2.0, 3.0]), ignore_index=0, reduction="sum"), NUMBERS),
    (lambda nn, tensor: nn.NLLLoss(reduction="none"), NUMBERS),
    (lambda nn, tensor: nn.MSELoss(), ANSWERS),
    (lambda nn, tensor: nn.L1Loss(reduction="sum"), ANSWERS),
    (lambda nn, tensor: nn.BCEWithLogitsLoss(), ANSWERS),
    (lambda nn, tensor: nn.BCEWithLogitsLoss(tensor([1.0, 2.0, 3.0]), pos_weight=tensor([2.0, 1.0, 4.0])), ANSWERS),
]


@pytest.mark.parametrize(("make", "target"), LOSSES)
def test_loss_equals_pytorchs(make: Make, target: Any) -> None:
    torch = pytest.importorskip("torch")
    ours, theirs = make(nn, engine.tensor), make(torch.nn, torch.tensor)
    assert repr(ours) == repr(theirs)
    assert list(ours.state_dict()) == list(theirs.state_dict())
    got, expected = (
        ours(engine.tensor(LOGITS), engine.tensor(target)),
        theirs(torch.tensor(LOGITS), torch.tensor(target)),
    )
    np.testing.assert_allclose(got.array, expected.numpy(), rtol=1e-6)


def test_weights_are_state_and_not_learnt() -> None:
    layer = nn.CrossEntropyLoss(engine.tensor([1.0, 2.0]))
    assert list(layer.parameters()) == []
    assert layer.state_dict()["weight"].tolist() == [1.0, 2.0]
