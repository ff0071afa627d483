"""Misconceptions that are built on the engine are asked in one worker."""

from dataclasses import replace
from unittest.mock import Mock

import numpy as np
import pytest

from grader import mutants
from grader.catalog import Entry, load_catalog
from grader.diagnosis import misconception
from grader.exercise import Mutant
from grader.mutants import Misconceptions
from grader.process import WorkerCrashError, WorkerProcess
from grader.verdict import Counterexample

RELU = ("        nn.ReLU(),\n", "")
TANH = ("nn.ReLU()", "nn.Tanh()")
ENDS_THE_WORKER = ("    return nn.Sequential(", "    import os\n    os._exit(3)\n    return nn.Sequential(")
ENDS_IT_WHEN_LOADED = ("def mlp()", "import os\n\nos._exit(3)\n\n\ndef mlp()")
CANNOT_BE_LOADED = ("def mlp()", "raise ValueError\n\n\ndef mlp()")


@pytest.fixture
def workers(monkeypatch: pytest.MonkeyPatch) -> Mock:
    counted = Mock(wraps=WorkerProcess)
    monkeypatch.setattr(mutants, "WorkerProcess", counted)
    return counted


def mlp_with(*changes: tuple[str, str]) -> Entry:
    entry = load_catalog()["mlp"]
    made = tuple(Mutant(f"number {number}", change, "said of it") for number, change in enumerate(changes))
    return replace(entry, exercise=replace(entry.exercise, mutants=made))


def test_all_are_asked_in_one_worker(workers: Mock) -> None:
    entry = mlp_with(RELU, TANH)
    case = entry.exercise.expand({"seed": 0, "images": 2, "training": False})
    with Misconceptions(entry) as known:
        assert workers.call_count == 0
        (parameters, linear), (_, tanh) = (function(*case.values()) for _, function in known)
    assert workers.call_count == 1
    weight, bias, last, shift = case["state"]
    hidden = case["x"].reshape(2, 784) @ weight.T + bias
    assert parameters == 636_010
    np.testing.assert_allclose(linear, hidden @ last.T + shift, rtol=1e-3, atol=1e-4)
    np.testing.assert_allclose(tanh, np.tanh(hidden) @ last.T + shift, rtol=1e-3, atol=1e-4)


def test_one_that_ends_the_worker_or_cannot_be_loaded_leaves_the_others(workers: Mock) -> None:
    entry = mlp_with(ENDS_THE_WORKER, CANNOT_BE_LOADED, TANH)
    drawn = {"seed": 0, "images": 1, "training": False}
    case = entry.exercise.expand(drawn)
    with Misconceptions(entry) as known:
        ends, missing, tanh = (function for _, function in known)
        with pytest.raises(WorkerCrashError, match="exit code 3"):
            ends(*case.values())
        with pytest.raises(KeyError):
            missing(*case.values())
        got = tanh(*case.values())[1]
        seen = Counterexample(drawn, "", output="out", expected=got + 1, got=got)
        assert misconception(known, [seen]) == "said of it"
    assert workers.call_count == 3


def test_one_that_ends_the_worker_when_loaded_does_so_at_once(workers: Mock) -> None:
    entry = mlp_with(ENDS_IT_WHEN_LOADED, TANH)
    case = entry.exercise.expand({"seed": 0, "images": 1, "training": False})
    with Misconceptions(entry) as known:
        for _, function in known:
            with pytest.raises(WorkerCrashError, match="exit code 3"):
                function(*case.values())
    assert workers.call_count == 2
