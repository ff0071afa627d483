"""x[...] against NumPy: what it reads, where its gradient goes, what x[...] = v writes. Iteration."""

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, basic_indices, integer_array_indices

import engine
from engine.arrays import Array
from engine.errors import PositionError, ShapeError
from tests.op_cases.index import indices

thorough = settings(
    max_examples=150, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)


def numbered(shape: tuple[int, ...]) -> Array:
    return np.arange(np.prod(shape), dtype=np.float64).reshape(shape)


def forwards(index: Any) -> bool:
    """Tell whether no slice has a negative step, which PyTorch refuses."""
    parts = index if isinstance(index, tuple) else (index,)
    return all(not isinstance(part, slice) or part.step is None or part.step > 0 for part in parts)


def equals_numpy(x: Array, index: Any) -> None:
    expected = np.asarray(x[index])
    upstream = np.random.default_rng(0).standard_normal(expected.shape)
    for kernels in engine.kernels.KERNEL_SETS:
        with engine.use_kernels(kernels):
            tensor = engine.tensor(x, requires_grad=True)
            got = tensor[index]
            np.testing.assert_array_equal(got.array, expected)
            got.backward(engine.tensor(upstream))
            gradient = np.zeros(x.shape)
            np.add.at(gradient, index, upstream)
            np.testing.assert_allclose(tensor.grad.array, gradient, atol=1e-12)
    written, target = x.copy(), engine.tensor(x)
    written[index] = upstream
    target[index] = engine.tensor(upstream)
    np.testing.assert_array_equal(target.array, written)


@thorough
@given(st.data())
def test_basic_indices_are_numpys(data: st.DataObject) -> None:
    shape = data.draw(array_shapes(max_dims=4, max_side=4))
    index = data.draw(basic_indices(shape, allow_newaxis=True, max_dims=8).filter(forwards))
    equals_numpy(numbered(shape), index)


@thorough
@given(st.data())
def test_arrays_of_positions_are_numpys_and_ties_add_up(data: st.DataObject) -> None:
    shape = data.draw(array_shapes(max_dims=3, max_side=3))
    equals_numpy(numbered(shape), data.draw(integer_array_indices(shape)))


@thorough
@given(st.data())
def test_masks_are_numpys(data: st.DataObject) -> None:
    shape = data.draw(array_shapes(max_dims=3, max_side=4))
    axes = data.draw(st.integers(1, len(shape)))
    bits = data.draw(st.lists(st.booleans(), min_size=1, max_size=20))
    equals_numpy(numbered(shape), np.resize(np.array(bits), shape[:axes]))


@thorough
@given(st.data())
def test_what_is_written_is_where_it_is_read(data: st.DataObject) -> None:
    shape = tuple(data.draw(st.lists(st.integers(1, 4), max_size=4)))
    index = data.draw(indices(shape))
    places = engine.tensor(numbered(shape).astype(np.int64))[index].array
    values = np.random.default_rng(0).standard_normal(places.shape)
    expected, target = np.zeros(shape), engine.zeros(shape, dtype="float64")
    expected.reshape(-1)[places] = values
    target[index] = values
    np.testing.assert_array_equal(target.array, expected)


def test_whole_numbers_beside_arrays_come_off_first_as_in_pytorch() -> None:
    x = engine.tensor(numbered((2, 3, 4, 5)))
    assert x[0, :, [0, 1]].shape == (3, 2, 5)
    assert x[engine.tensor(0), :, engine.tensor([0, 1])].shape == (3, 2, 5)
    assert x[:, [0, 1], ..., [0, 1], :].shape == (2, 2, 5)
    assert x[:, [0, 1], 0, [0, 1]].shape == (2, 2)
    assert x[[0, 1], :, [0, 1]].shape == (2, 3, 5)


def test_repeated_positions_add_up_in_order_on_any_number_of_threads() -> None:
    positions = engine.tensor(np.random.default_rng(0).integers(-3, 3, 4000))
    upstream = engine.tensor(np.random.default_rng(1).standard_normal((4000, 2)), dtype="float32")
    before, gradients = engine.get_num_threads(), []
    try:
        for threads in range(1, before + 1):
            engine.set_num_threads(threads)
            x = engine.zeros(3, 2, requires_grad=True)
            x[positions].backward(upstream)
            gradients.append(x.grad.array)
    finally:
        engine.set_num_threads(before)
    expected = np.zeros((3, 2), np.float32)
    np.add.at(expected, positions.array, upstream.array)
    for gradient in gradients:
        np.testing.assert_array_equal(gradient, expected)


def test_an_index_changed_after_the_forward_pass_changes_no_gradient() -> None:
    x, index = engine.zeros(3, requires_grad=True), engine.tensor([0, 0])
    y = x[index].sum()
    index.fill_(2)
    y.backward()
    assert x.grad.tolist() == [2.0, 0.0, 0.0]


def test_numbers_of_numpy_and_tensors_stand_for_whole_numbers() -> None:
    x = engine.tensor([5, 6, 7])
    assert x[np.int64(1)].item() == x[engine.tensor(1)].item() == x[np.array(-2)].item() == 6
    assert x[engine.tensor(1) :].tolist() == [6, 7]
    assert [5, 6, 7][engine.tensor(1)] == 6
    assert x[[]].shape == (0,)
    with pytest.raises(TypeError, match="interpreted as an integer"):
        range(engine.tensor(1.0))


def test_an_index_that_does_not_exist_is_an_index_error() -> None:
    x = engine.zeros(2, 3)
    with pytest.raises(IndexError):
        x[2]
    with pytest.raises(
        PositionError, match="__setitem__: expected positions within -3 … 2 for axis 1 of length 3, got 3"
    ):
        x[0, 3] = 1
    with pytest.raises(ShapeError, match="__setitem__: expected values that fit the places"):
        x[0] = engine.zeros(2)
    assert x.array.sum() == 0


def test_iteration_ends_and_carries_gradients() -> None:
    x = engine.tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], requires_grad=True)
    assert [row.tolist() for row in x] == x.tolist()
    first, second, _ = x
    (first * 2 + second).sum().backward()
    assert x.grad.tolist() == [[2.0, 2.0], [1.0, 1.0], [0.0, 0.0]]
    assert list(engine.zeros(0, 3)) == []
    with pytest.raises(ShapeError, match="len: expected a tensor with at least one axis"):
        iter(engine.tensor(1.0))


def test_numpy_sees_an_array_not_a_sequence_of_tensors() -> None:
    x = engine.tensor([[1.0, 2.0]])
    assert np.shares_memory(np.asarray(x), x.array)
    assert np.array(x, dtype=np.float64).dtype == "float64"
    assert engine.tensor([engine.tensor(1.0), engine.tensor(2.0)]).tolist() == [1.0, 2.0]
