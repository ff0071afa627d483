"""What people who know PyTorch write without thinking."""

import re
from typing import Any

import numpy as np
import pytest

import engine
from engine.errors import DTypeError, EngineError, GraphError, ShapeError

LIST: Any = [1.0, 2.0]


def test_dtypes_have_pytorchs_names() -> None:
    assert engine.tensor([1, 2], dtype=engine.float64).dtype == engine.double == np.float64
    assert [engine.float, engine.int, engine.long, engine.bool] == [np.dtype(c) for c in ("f4", "i4", "i8", "?")]
    assert engine.ones(2).to(engine.uint8).dtype == engine.uint8


def test_counting_right_answers() -> None:
    logits, labels = engine.tensor([[0.1, 0.9], [0.8, 0.2], [0.3, 0.7]], requires_grad=True), engine.tensor([1, 0, 0])
    _, predicted = engine.max(logits.data, 1)
    assert (predicted == labels).sum().item() == 2
    assert not (predicted == labels).all()
    assert (predicted == labels).any()


def test_printing_a_loss() -> None:
    loss = engine.tensor(1.23456, requires_grad=True)
    assert f"{loss:.3f}" == "1.235"
    assert f"{loss}" == "tensor(1.23456, requires_grad=True)"
    with pytest.raises(ShapeError, match="item: expected a tensor with one element"):
        format(engine.ones(2), ".3f")


def test_assigning_data_keeps_the_parameter_and_is_noticed_by_backward() -> None:
    layer = engine.nn.Linear(2, 1, bias=False)
    loss = (layer.weight * layer.weight).sum()
    layer.weight.data = engine.tensor([[3.0, 4.0]])
    assert layer.weight.tolist() == [[3.0, 4.0]]
    assert layer.weight.requires_grad
    with pytest.raises(GraphError, match="changed in place since"):
        loss.backward()


def test_leaves_and_axes() -> None:
    x = engine.ones(2, 3, requires_grad=True)
    assert (x.is_leaf, (x * 2).is_leaf) == (True, False)
    assert (x.dim(), x.t().shape) == (2, (3, 2))


def test_one_answer_for_two_tensors() -> None:
    x = engine.tensor([1.0, float("nan")])
    assert not engine.equal(x, x)
    assert not engine.equal(engine.ones(2), engine.ones(2, 1))
    assert not engine.allclose(x, x)
    assert engine.allclose(x, x, equal_nan=True)
    assert x.isnan().tolist() == [False, True]
    assert engine.is_tensor(x)


@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        (lambda: engine.equal(engine.ones(1), LIST), DTypeError, "equal: expected two Tensors, got list; wrap arrays"),
        (lambda: engine.allclose(LIST, engine.ones(1)), DTypeError, "allclose: expected two Tensors, got list"),
        (lambda: engine.Tensor(LIST), DTypeError, "Tensor: expected an ndarray, got list; engine.tensor(...) takes"),
        (
            lambda: setattr(engine.ones(2), "data", LIST),
            ShapeError,
            "data: expected a Tensor of float32 (2,), got list",
        ),
        (lambda: setattr(engine.ones(2), "data", engine.ones(3)), ShapeError, "got float32 (3,)"),
    ],
)
def test_mistakes(call: Any, error: type[EngineError], says: str) -> None:
    with pytest.raises(error, match=re.escape(says)):
        call()
