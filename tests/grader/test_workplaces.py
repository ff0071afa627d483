"""What a worker has for an exercise: Numba, CUDA's simulator, the engine; and what it has not, then, either."""

import sys
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from grader import compiled_engine
from grader.catalog import load_catalog
from grader.fence import Limits
from grader.process import WorkerProcess, walls_here
from grader.session import Grading, Session
from grader.workplace import CUDA_SIMULATOR, MODEL, NUMBA, PLAIN, TRAINING, Workplace

complete = pytest.mark.skipif(
    sys.platform != "linux" or not walls_here().are_complete, reason="no Landlock or no seccomp on this system"
)
FEW = np.array([1.0, 2.0, 3.0], np.float32)


def ask(source: str, workplace: Workplace, *arguments: Any, way: str = "", **settings: Any) -> Mapping[str, Any]:
    """Return what a worker answers that has a function f."""
    limits = workplace.within(Limits())
    with WorkerProcess(source.encode(), "f", limits, workplace) as worker:
        loaded = worker.ask({"do": "load", "function": "f"}, limits.first_call)
        if loaded["status"] != "returned":
            return loaded
        request = {"do": "ask", "function": "f", "arguments": list(arguments), "views": False}
        return worker.ask({**request, "way": way or workplace.ask, "settings": settings}, limits.call)


def test_numba_compiles_and_its_indices_are_checked() -> None:
    source = "from numba import njit\n@njit\ndef f(x):\n    return x[3]\n"
    reply = ask(source, NUMBA, FEW)
    assert reply["type"] == "IndexError"


def test_for_many_small_changes_nothing_is_compiled() -> None:
    source = "from numba import njit\n@njit\ndef g(x):\n    return x\ndef f(x):\n    return hasattr(g, 'py_func')\n"
    assert ask(source, NUMBA, FEW)["value"] is True
    assert ask(source, NUMBA.interpreted(), FEW)["value"] is False
    assert (MODEL.interpreted(), PLAIN.interpreted()) == (MODEL, PLAIN)


def test_what_takes_a_minute_at_first_use_takes_none_of_the_students_time(monkeypatch: pytest.MonkeyPatch) -> None:
    done = []
    monkeypatch.setattr(Workplace, "make_ready", lambda self: done.append("made ready"))
    monkeypatch.setattr("grader.session.Clock", lambda limits: done.append("clock"))
    Session(load_catalog()["mlp"], b"", Grading())
    assert done == ["made ready", "clock"]


def test_numba_asked_to_keep_what_it_compiled_keeps_nothing_and_does_not_mind() -> None:
    source = "from numba import njit\n@njit(cache=True)\ndef f(x):\n    return x.sum()\n"
    assert ask(source, NUMBA, FEW)["value"] == 6.0


@pytest.mark.parametrize(("threads", "chunk"), [(1, 0), (3, 1), (4, 2)])
def test_parallel_loops_are_shared_out_as_told(threads: int, chunk: int) -> None:
    source = (
        "import numpy as np\nfrom numba import get_num_threads, get_parallel_chunksize, njit, prange\n"
        "@njit(parallel=True)\ndef f(x):\n    out = np.zeros(2)\n"
        "    threads, chunk = get_num_threads(), get_parallel_chunksize()\n"
        "    for i in prange(2):\n        out[i] = chunk if i else threads\n    return out\n"
    )
    value = ask(source, NUMBA, FEW, way="scheduled", threads=threads, chunk=chunk)["value"]
    assert value.tolist() == [threads, chunk]


def test_a_kernel_is_launched_and_what_it_wrote_comes_back() -> None:
    source = (
        "from numba import cuda\n@cuda.jit\ndef f(out, x):\n    i = cuda.grid(1)\n"
        "    if i < x.size:\n        out[i] = 2 * x[i]\n"
    )
    out, x = ask(source, CUDA_SIMULATOR, 2, (2,), np.zeros(3, np.float32), FEW)["value"]
    assert out.tolist() == [2.0, 4.0, 6.0]
    assert x.tolist() == FEW.tolist()


NETWORK = "from engine import nn\ndef f():\n    return nn.Linear(2, 1)\n"
STATE = [np.array([[1.0, 2.0]], np.float32), np.array([0.5], np.float32)]


def test_a_network_is_given_values_and_asked() -> None:
    x, dy = np.array([[3.0, 4.0]], np.float32), np.array([[10.0]], np.float32)
    about = ask(NETWORK, MODEL, STATE, x, dy, True)["value"]
    assert (about["shapes"], about["learns"]) == ([[1, 2], [1]], [True, True])
    assert about["out"].tolist() == [[11.5]]
    assert [grad.tolist() for grad in about["grads"]] == [[[30.0, 40.0]], [10.0]]


def test_of_a_network_with_other_shapes_only_these_are_told() -> None:
    x, dy = np.zeros((1, 2), np.float32), np.zeros((1, 1), np.float32)
    about = ask(NETWORK, MODEL, [*STATE, STATE[1]], x, dy, True)["value"]
    assert about["shapes"] == [[1, 2], [1]]
    assert "out" not in about


def test_what_is_no_network_is_called_by_its_type() -> None:
    assert ask("def f():\n    return [1]\n", MODEL, [], FEW, FEW, True)["value"] == {"made": "list"}


@pytest.mark.parametrize("module", ["engine.models", "engine.models.mlp", "engine.train", "engine.data.glyphs"])
def test_whole_networks_and_digits_are_withheld(module: str) -> None:
    reply = ask(f"def f():\n    import {module}\n", TRAINING)
    assert reply["type"] == "ModuleNotFoundError"
    assert "may not be used in this exercise" in reply["message"]


@complete
@pytest.mark.parametrize(
    "steps",
    [
        "open(pathlib.Path(engine.__file__).with_name('models') / 'mlp.py')",
        "open(pathlib.Path(engine.__file__).parents[1] / 'grader' / 'course_networks.py')",
        "open(pathlib.Path(os.environ['NUMBA_CACHE_DIR']) / 'complete', 'w')",
        "os.remove(pathlib.Path(os.environ['NUMBA_CACHE_DIR']) / 'complete')",
        "open(pathlib.Path(engine.__file__), 'a')",
        "open('/proc/self/environ')",
        "os.fork()",
    ],
)
def test_who_has_the_engine_has_no_more_than_that(steps: str) -> None:
    reply = ask(f"import engine, os, pathlib\ndef f():\n    {steps}\n", TRAINING)
    assert reply["type"] == "PermissionError", reply
    assert (compiled_engine.folder() / "complete").exists()


@complete
@pytest.mark.parametrize("workplace", [NUMBA, CUDA_SIMULATOR, MODEL], ids=["numba", "cuda", "model"])
def test_walls_are_as_high_as_elsewhere(workplace: Workplace) -> None:
    with WorkerProcess(b"", "f", Limits(), workplace) as worker:
        assert worker.walls == walls_here()


def test_kernels_that_cannot_be_compiled_are_the_graders_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    monkeypatch.setattr(compiled_engine, "PROGRAM", "raise SystemExit('no compiler')")
    monkeypatch.setattr("platformdirs.user_cache_path", lambda name: tmp_path)
    with pytest.raises(RuntimeError, match=r"the engine's kernels cannot be compiled:\nno compiler"):
        compiled_engine.folder.__wrapped__()
