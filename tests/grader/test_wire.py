"""Frames: what goes in comes out; what breaks a rule is refused before anything is allocated."""

import contextlib
import io
import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from grader import wire

plain = st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False) | st.text(max_size=5)
arrays = hnp.arrays(
    st.sampled_from(["<f4", "<f8", "<i8", "|u1", "|b1", "<c16"]), hnp.array_shapes(min_dims=0, max_dims=4, min_side=0)
)
values = st.recursive(
    plain | arrays | st.fractions(max_denominator=100) | st.just(...),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=8,
)


def same(a: Any, b: Any) -> bool:
    if isinstance(a, np.ndarray):
        return bool(a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes())
    if isinstance(a, list | tuple):
        return type(a) is type(b) and len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    return type(a) is type(b) and bool(a == b)


@settings(deadline=None, derandomize=True, database=None)
@given(st.dictionaries(st.text(max_size=5), values, max_size=3))
def test_round_trip(message: dict[str, Any]) -> None:
    assert same(message, wire.read(io.BytesIO(wire.encode(message))))


def test_scalars_and_odd_arrays_travel_as_plain_ones() -> None:
    class Liar(np.ndarray):
        pass

    message = {
        "scalar": np.float32(0.5),
        "big_endian": np.arange(3, dtype=">f8"),
        "transposed": np.arange(6.0).reshape(2, 3).T,
        "long": np.ones(2, np.longdouble),
        "subclass": np.ones(2).view(Liar),
    }
    got = wire.read(io.BytesIO(wire.encode(message)))
    assert got is not None
    assert isinstance(got["scalar"], np.float32)
    assert got["big_endian"].tolist() == [0, 1, 2]
    assert got["transposed"].tolist() == [[0, 3], [1, 4], [2, 5]]
    assert got["long"].dtype == np.float64
    assert type(got["subclass"]) is np.ndarray


@pytest.mark.parametrize("value", [object(), {1: 2}, {1, 2}, np.array([None]), np.array(["a"]), np.zeros((1,) * 9)])
def test_what_cannot_be_sent(value: Any) -> None:
    with pytest.raises(wire.WireError):
        wire.encode({"value": value})


def test_too_deep_and_too_much() -> None:
    deep: list[Any] = []
    for _ in range(50):
        deep = [deep]
    for value in (deep, [np.zeros(1)] * 65, np.zeros(wire.MAX_PAYLOAD // 8 + 1), "x" * (wire.MAX_HEADER + 1)):
        with pytest.raises(wire.WireError):
            wire.encode({"value": value})


def frame(header: Any, payload: bytes = b"", header_size: int | None = None, payload_size: int | None = None) -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    sizes = (len(text) if header_size is None else header_size, len(payload) if payload_size is None else payload_size)
    return wire.LENGTHS.pack(*sizes) + text + payload


@pytest.mark.parametrize(
    "bad",
    [
        b"\x01\x02",
        frame({}, header_size=2**31),
        frame({}, payload_size=2**32 - 1),
        frame({}, payload_size=100),
        frame(b"not json"),
        frame(b"[" * 100_000),
        frame({"body": {"v": 1}, "arrays": []}),
        frame({"body": {"d": {}}, "arrays": [["<f8", [2**40]]]}),
        frame({"body": {"d": {}}, "arrays": [["<f8", [-1]]]}),
        frame({"body": {"d": {}}, "arrays": [["<f8", [True]]]}, b"\0" * 8),
        frame({"body": {"d": {}}, "arrays": [["|O", [1]]]}, b"\0" * 8),
        frame({"body": {"d": {}}, "arrays": [["<f8", [1]]] * 65}, b"\0" * 520),
        frame({"body": {"d": {}}, "arrays": [["<f8", [1]]]}, b"\0" * 16),
        frame({"body": {"d": {"x": {"a": 3}}}, "arrays": []}),
        frame({"body": {"d": {"x": {"a": -1}}}, "arrays": [["<f8", [1]]]}, b"\0" * 8),
        frame({"body": {"d": {"x": {"l": [{"a": 0}, {"a": 0}]}}}, "arrays": [["<f8", [1]]]}, b"\0" * 8),
        frame({"body": {"d": {"x": {"l": [{"a": 0}, {"n": 0}]}}}, "arrays": [["<f8", [1]]]}, b"\0" * 8),
        frame({"body": {"d": {"x": {"q": [1, 0]}}}, "arrays": []}),
        frame({"body": {"d": {"x": {"v": [1]}}}, "arrays": []}),
        frame({"body": {"d": {"x": {"z": 1}}}, "arrays": []}),
        frame({"body": {"d": {"x": 1}}, "arrays": []}),
        frame({"body": {"d": {}}, "arrays": 3}),
        frame({"body": {"d": {}}, "arrays": [3]}),
        frame([1, 2]),
    ],
)
def test_malformed_frames_are_refused(bad: bytes) -> None:
    with pytest.raises(wire.WireError):
        wire.read(io.BytesIO(bad))


@settings(deadline=None, derandomize=True, database=None, max_examples=300)
@given(st.binary(max_size=40), st.integers(0, 60))
def test_noise_never_raises_anything_else(noise: bytes, start: int) -> None:
    good = wire.encode({"x": np.ones(2), "y": "text"})
    spoiled = good[:start] + noise + good[start + len(noise) :]
    with contextlib.suppress(wire.WireError):
        wire.read(io.BytesIO(spoiled))


def test_end_of_stream() -> None:
    assert wire.read(io.BytesIO(b"")) is None
