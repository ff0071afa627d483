"""Arrays in and out: NumPy's protocols and DLPack, both ways, without copies."""

import numpy as np
import pytest

import engine
from engine import Tensor
from engine.dtypes import DTYPES
from engine.errors import DTypeError, GraphError, ParameterError, ShapeError

DTYPE_NAMES = [str(dtype) for dtype in DTYPES]


def test_numpy_takes_a_tensor_without_copying_unless_asked() -> None:
    tensor = engine.tensor([1.0, 2.0])
    array = np.asarray(tensor)
    assert array is tensor.numpy()
    assert np.array(tensor, copy=False) is tensor.numpy()
    copied = np.array(tensor)
    copied[0] = 9
    assert tensor.tolist() == [1.0, 2.0]
    as_double = np.asarray(tensor, dtype="float64")
    assert as_double.dtype == np.float64
    assert as_double.tolist() == [1.0, 2.0]
    with pytest.raises(ValueError, match="copy"):
        np.array(tensor, dtype="float64", copy=False)


@pytest.mark.parametrize("take", [np.asarray, np.array, np.from_dlpack, lambda t: t.__dlpack__()])
def test_a_tensor_with_gradient_is_refused_as_numpy_refuses_it(take: object) -> None:
    assert callable(take)
    with pytest.raises(GraphError, match=r"numpy: expected a tensor without gradient.*detach"):
        take(engine.tensor([1.0], requires_grad=True))


@pytest.mark.parametrize("dtype", DTYPE_NAMES)
def test_dlpack_shares_memory_with_numpy_both_ways(dtype: str) -> None:
    tensor = engine.tensor(np.zeros((2, 3)), dtype=dtype)
    array = np.from_dlpack(tensor)
    assert array.dtype == dtype
    array[1, 2] = 1
    assert tensor.tolist()[1][2] == 1
    back = engine.from_dlpack(array)
    assert isinstance(back, Tensor)
    back.fill_(1)
    assert tensor.tolist() == np.ones((2, 3)).tolist()
    assert tensor.__dlpack_device__() == (1, 0)


@pytest.mark.parametrize("dtype", DTYPE_NAMES)
def test_dlpack_shares_memory_with_pytorch_both_ways(dtype: str) -> None:
    torch = pytest.importorskip("torch")
    theirs = torch.zeros((2, 3), dtype=getattr(torch, dtype))
    ours = engine.from_dlpack(theirs)
    assert ours.dtype == dtype
    theirs[0, 1] = 1
    ours[1, 2] = 1
    assert ours.tolist() == theirs.tolist()
    assert sum(np.asarray(ours).ravel().tolist()) == 2
    again = torch.from_dlpack(ours)
    assert again.data_ptr() == theirs.data_ptr()
    again[0, 0] = 1
    assert sum(np.asarray(ours).ravel().tolist()) == 3


def test_what_cannot_be_shared_is_refused() -> None:
    with pytest.raises(DTypeError, match=r"from_dlpack: expected an object with __dlpack__, got list"):
        engine.from_dlpack([1.0])
    with pytest.raises(ShapeError, match=r"from_dlpack: expected elements in reading order .*strides \(8, 24\)"):
        engine.from_dlpack(np.zeros((2, 3)).T)
    read_only = np.zeros(2)
    read_only.flags.writeable = False
    with pytest.raises(ParameterError, match=r"from_dlpack: expected (memory that can be shared|writable memory), got"):
        engine.from_dlpack(read_only)
    with pytest.raises(DTypeError, match="got float16"):
        engine.from_dlpack(np.zeros(2, np.float16))


def test_what_pytorch_refuses_to_share_is_refused() -> None:
    torch = pytest.importorskip("torch")
    with pytest.raises(ParameterError, match=r"from_dlpack: expected memory that can be shared, got .*gradient"):
        engine.from_dlpack(torch.ones(2, requires_grad=True))
    with pytest.raises(ParameterError, match=r"from_dlpack: .*processor's memory"):
        engine.from_dlpack(torch.ones(2, device="meta"))


def test_a_write_through_a_shared_tensor_is_noticed_by_backward() -> None:
    x = engine.from_dlpack(np.ones(2))
    w = engine.tensor([1.0, 1.0], dtype="float64", requires_grad=True)
    y = (x * w).sum()
    x.fill_(3)
    with pytest.raises(GraphError, match="changed in place"):
        y.backward()
