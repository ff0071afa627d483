"""ONNX's own tests of every operator that the engine claims."""

import pytest

pytest.importorskip("onnx", reason="needs the extra onnx: pip install 'byhand[onnx]'")

from engine.onnx import OPERATORS
from tests.onnx.suite import cases, claimed_tests

globals().update(claimed_tests())


def test_no_operator_is_claimed_without_a_test() -> None:
    tested = set().union(*(case.operators for case in cases() if case.claimed))
    assert set(OPERATORS) <= tested


def test_no_test_of_claimed_operators_is_left_out() -> None:
    named = {name for tests in claimed_tests().values() for name in vars(tests) if name.startswith("test_")}
    expected = {f"{case.name}_cpu" for case in cases() if case.operators <= OPERATORS.keys()}
    assert named == expected
    assert len(named) > 900
