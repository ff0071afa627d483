"""IDX files: whatever was written comes back."""

import gzip
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from engine.data.idx import read_idx, write_idx
from engine.errors import DataError, DTypeError, ShapeError

KINDS = (np.uint8, np.int8, np.int16, np.int32, np.float32, np.float64)


@settings(max_examples=60, database=None, deadline=None, derandomize=True)
@given(data=st.data(), suffix=st.sampled_from(["", ".gz"]), order=st.sampled_from(["little", "big"]))
def test_every_array_comes_back(
    data: st.DataObject,
    suffix: str,
    order: Literal["little", "big"],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """Any element type, shape, byte order and memory layout survives the round trip."""
    dtype = np.dtype(data.draw(st.sampled_from(KINDS))).newbyteorder(order)
    shape = data.draw(hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4))
    array = data.draw(hnp.arrays(dtype, shape))
    file = tmp_path_factory.getbasetemp() / f"round-trip{suffix}"
    write_idx(file, array.T)
    back = read_idx(file)
    assert back.shape == array.T.shape
    assert back.dtype == dtype.newbyteorder("=")
    assert back.dtype.isnative
    assert back.flags.writeable
    assert back.flags.c_contiguous
    assert back.tobytes() == array.T.astype(back.dtype).tobytes()  # bytes, so that NaN equals NaN


@pytest.mark.parametrize(
    ("code", "elements", "expected"),
    [
        (0x08, "00 ff", np.array([0, 255], np.uint8)),
        (0x09, "80 7f", np.array([-128, 127], np.int8)),
        (0x0B, "01 02 ff fe", np.array([258, -2], np.int16)),
        (0x0C, "00 01 00 00 ff ff ff ff", np.array([65536, -1], np.int32)),
        (0x0D, "3f 80 00 00 c0 00 00 00", np.array([1, -2], np.float32)),
        (0x0E, "3f f8 00 00 00 00 00 00 80 00 00 00 00 00 00 00", np.array([1.5, -0.0])),
    ],
)
def test_bytes_of_every_element_type(code: int, elements: str, expected: npt.NDArray[Any], tmp_path: Path) -> None:
    """Bytes written down by hand are read, and written, as what they mean."""
    content = bytes([0, 0, code, 1, 0, 0, 0, 2]) + bytes.fromhex(elements)
    file = tmp_path / "two"
    file.write_bytes(content)
    np.testing.assert_array_equal(read_idx(file), expected, strict=True)
    write_idx(file, expected)
    assert file.read_bytes() == content


@pytest.mark.parametrize("name", ["labels", "labels.gz"])
def test_the_first_bytes_decide_not_the_name(name: str, tmp_path: Path) -> None:
    """A gzip without .gz is read, and so is a plain file with it."""
    file, content = tmp_path / name, bytes.fromhex("00 00 08 01 00 00 00 03 01 02 03")
    for stored in (content, gzip.compress(content)):
        file.write_bytes(stored)
        assert read_idx(str(file)).tolist() == [1, 2, 3]


def test_writing_packs_by_name_and_repeatably(tmp_path: Path) -> None:
    """The suffix .gz asks for gzip; neither name nor clock shows in the bytes."""
    array = np.arange(6, dtype=np.int16).reshape(2, 3)
    for name in ("a", "a.gz", "b.gz"):
        write_idx(tmp_path / name, array)
    assert gzip.decompress((tmp_path / "a.gz").read_bytes()) == (tmp_path / "a").read_bytes()
    assert (tmp_path / "a.gz").read_bytes() == (tmp_path / "b.gz").read_bytes()
    assert (tmp_path / "a.gz").read_bytes()[4:8] == bytes(4)  # no clock in it


@pytest.mark.parametrize("dtype", [np.int64, np.uint16, np.bool_, np.complex64])
def test_write_refuses_other_elements(dtype: type[np.generic], tmp_path: Path) -> None:
    """An element type without a code is refused before a file is made."""
    expected = f"uint8 | int8 | int16 | int32 | float32 | float64, got {np.dtype(dtype)}; convert it"
    with pytest.raises(DTypeError) as caught:
        write_idx(tmp_path / "x", np.zeros(3, dtype))
    assert f"write_idx: expected {expected}" in str(caught.value)
    assert not (tmp_path / "x").exists()


def test_write_refuses_axes_beyond_32_bits(tmp_path: Path) -> None:
    """A size must fit its 32 bits."""
    with pytest.raises(ShapeError, match=r"axes shorter than 2\*\*32, got \(0, 4294967296\)"):
        write_idx(tmp_path / "x", np.empty((0, 2**32), np.uint8))


def test_write_into_no_folder(tmp_path: Path) -> None:
    """A file that cannot be made is a DataError that names it."""
    file = tmp_path / "none" / "x.gz"
    with pytest.raises(DataError) as caught:
        write_idx(file, np.zeros(3, np.uint8))
    assert str(caught.value).startswith(f"{file}: expected a file that can be written, got No such file")
