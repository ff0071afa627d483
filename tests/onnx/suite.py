"""ONNX's own backend tests, and which of them are made of operators that the engine claims."""

import unittest
import warnings
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import onnx
import onnx.backend.test
from onnx.backend.test.loader import load_model_tests

from engine.onnx.backend import EngineBackend
from engine.onnx.model import unsupported

# Those of the kind "real" are whole networks that have to be downloaded first.
KINDS = ("node", "simple", "pytorch-converted", "pytorch-operator")


class Case(NamedTuple):
    """One of ONNX's tests.

    Attributes
    ----------
    name : str
    operators : frozenset of str
        All in its model.
    claimed : bool
        Whether the engine claims every one of them.
    """

    name: str
    operators: frozenset[str]
    claimed: bool


@cache
def cases() -> tuple[Case, ...]:
    """Return all tests that come with the onnx package."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # ONNX's test data divide by 0 while they are made
        found = [case for kind in KINDS for case in load_model_tests(kind=kind)]
    read: list[Case] = []
    for case in found:
        model = case.model or onnx.load(Path(case.model_dir or "") / "model.onnx")
        operators = frozenset(node.op_type for node in model.graph.node)
        read.append(Case(case.name, operators, not unsupported(model)))
    return tuple(read)


def claimed_tests() -> dict[str, type[unittest.TestCase]]:
    """Return ONNX's test classes, with only the tests in them that the engine claims."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        classes: dict[str, type[unittest.TestCase]] = onnx.backend.test.BackendTest(EngineBackend, __name__).test_cases
    names = {f"{case.name}_cpu" for case in cases() if case.claimed}
    for tests in classes.values():
        for name in [name for name in vars(tests) if name.startswith("test_") and name not in names]:
            delattr(tests, name)
    return {name: tests for name, tests in classes.items() if any(test.startswith("test_") for test in vars(tests))}


def run_claimed() -> Iterator[tuple[Case, bool]]:
    """Run every claimed test; yield it and whether it passes."""
    tests = {name: case for case in claimed_tests().values() for name in vars(case) if name.startswith("test_")}
    for case in cases():
        if case.claimed:
            name = f"{case.name}_cpu"
            result = unittest.TestResult()
            tests[name](name).run(result)
            yield case, result.wasSuccessful() and not result.skipped
