"""Kernels: races in loops and among threads, and speed."""

from collections.abc import Callable, Iterator
from typing import Any

import numba
import numpy as np
import pytest

from grader import launching, speed
from grader.catalog import load_catalog
from grader.cuda_properties import or_says_race
from grader.fence import Limits
from grader.kernel_cases import convolve, layer
from grader.kernel_properties import in_plain_python, on_one_thread
from grader.process import WorkerProcess
from grader.runner import grade_source
from grader.session import Grading
from grader.stubs import render_alternative, render_mutant
from grader.trial import FalsifiedError, Trial
from grader.verdict import Status
from grader.wire import Array
from grader.workplace import CUDA_SIMULATOR


def loop(body: str) -> Callable[..., Any]:
    """Make a function of an array, with a prange loop in it, which is not compiled."""
    text = f"def f(x):\n    out, spare, total = np.zeros(len(x)), np.zeros(2), 0.0\n{body}\n    return out"
    namespace: dict[str, Any] = {"np": np, "prange": numba.prange, "numba": numba}
    exec(text, namespace)
    function: Callable[..., Any] = namespace["f"]
    return function


X = np.array([3.0, 5.0, 7.0])


def test_turns_that_write_to_places_of_their_own_do_not_meet() -> None:
    body = "    for i in prange(len(x)):\n        part = np.zeros(1)\n        part[0] = x[i]\n        out[i] = part[0]"
    reply = launching.at_once(loop(body), [X], [])
    assert reply["value"].tolist() == X.tolist()
    assert (reply["turns"], reply["meeting"]) == (3, [])


@pytest.mark.parametrize("prange", ["prange", "numba.prange"])
def test_turns_that_write_to_one_place_meet(prange: str) -> None:
    function = loop(f"    for i in {prange}(1, len(x)):\n        spare[1] = x[i]\n        out[i] = spare[1]")
    assert launching.at_once(function, [X], [])["meeting"] == ["spare", [1], 1, 2, False]
    function = loop(f"    for i in {prange}(len(x)):\n        out[0] += x[i]")
    assert launching.at_once(function, [X], [])["meeting"] == ["out", [0], 0, 1, True]


def test_turns_meet_in_a_view_as_in_what_it_is_a_view_of() -> None:
    function = loop(
        "    for i in prange(len(x)):\n        row = spare[:1]\n        row[0] = x[i]\n        out[i] = row[0]"
    )
    assert launching.at_once(function, [X], [])["meeting"][:2] == ["spare", [0]]


def test_a_turn_does_not_see_what_another_one_has_written() -> None:
    function = loop("    for i in prange(1, len(x)):\n        out[i] = out[i - 1] + x[i]")
    reply = launching.at_once(function, [X], [])
    assert reply["meeting"] == []
    assert reply["value"].tolist() == [0.0, 5.0, 7.0]


def test_sums_of_whole_arrays_are_left_to_numba() -> None:
    function = loop("    for i in prange(3):\n        out += x")
    assert launching.at_once(function, [X], ["out"])["value"].tolist() == (3 * X).tolist()
    assert launching.at_once(function, [X], [])["meeting"]


def test_only_the_outermost_loop_is_shared_out() -> None:
    function = loop("    for i in prange(3):\n        for j in prange(2):\n            out[i] += x[j]")
    reply = launching.at_once(function, [X], [])
    assert (reply["turns"], reply["meeting"]) == (3, [])
    assert reply["value"].tolist() == [8.0, 8.0, 8.0]


def test_number_of_threads_and_names_are_as_before() -> None:
    function = loop("    for i in prange(3):\n        out[i] = numba.get_num_threads()")
    before = numba.get_num_threads(), numba.get_parallel_chunksize(), numba.prange
    assert launching.scheduled(function, [X], threads=1, chunk=3).tolist() == [1.0, 1.0, 1.0]
    launching.at_once(function, [X], [])
    assert (numba.get_num_threads(), numba.get_parallel_chunksize(), numba.prange) == before


KERNELS = """
from numba import cuda, float32

@cuda.jit
def good(out, x):
    s = cuda.shared.array(4, float32)
    t = cuda.threadIdx.x
    s[t] = x[t]
    cuda.syncthreads()
    out[cuda.grid(1)] = s[3 - t]

@cuda.jit
def no_wait(out, x):
    s = cuda.shared.array(4, float32)
    t = cuda.threadIdx.x
    s[t] = x[t]
    out[cuda.grid(1)] = s[3 - t]

@cuda.jit
def two_blocks(out, x):
    out[cuda.threadIdx.x] = x[0]

@cuda.jit
def two_arrays(out, x):
    s, r = cuda.shared.array(4, float32), cuda.shared.array(4, float32)
    t = cuda.threadIdx.x
    s[t], r[t] = x[t], 1
    out[cuda.grid(1)] = s[t]

@cuda.jit
def never_set(out, x):
    s = cuda.shared.array(4, float32)
    out[cuda.grid(1)] = s[0]

@cuda.jit
def by_slices(out, x):
    s = cuda.shared.array((2, 4), float32)
    t = cuda.threadIdx.x
    row = s[0]
    row[t] = x[t]
    out[cuda.grid(1)] = row[3 - t]
"""
FOUR = np.array([1, 2, 3, 4], np.float32)


@pytest.fixture(scope="module")
def simulator() -> Iterator[WorkerProcess]:
    with WorkerProcess(KERNELS.encode(), "kernels", Limits(), CUDA_SIMULATOR) as process:
        process.ask({"do": "load", "function": "good"})
        yield process


def asked(process: WorkerProcess, kernel: str, way: str, blocks: int = 2) -> Any:
    arguments = [blocks, 4, np.full(8, -99, np.float32), FOUR]
    request = {"do": "ask", "function": kernel, "arguments": arguments, "views": False, "way": way, "settings": {}}
    reply = process.ask(request)
    assert reply["status"] == "returned", reply
    return reply["value"]


def test_threads_that_wait_do_not_meet(simulator: WorkerProcess) -> None:
    reply = asked(simulator, "good", "watched")
    assert reply["value"][0].tolist() == [4, 3, 2, 1] * 2
    assert (reply["meeting"], reply["reads"]) == ([], [0, 8])


def test_threads_that_do_not_wait_meet_every_time(simulator: WorkerProcess) -> None:
    line = -14
    for kernel, place in (("no_wait", [0]), ("by_slices", [0, 0])):
        found = [asked(simulator, kernel, "watched")["meeting"] for _ in range(3)]
        assert found[0] == found[1] == found[2]
        label, *rest = found[0]
        assert rest == [place, [0, 0, 0], [0, 0, 0], [0, 0, 0], [3, 0, 0], False, False]
        assert kernel == "by_slices" or label == line


def test_blocks_that_write_to_one_place_meet(simulator: WorkerProcess) -> None:
    meeting = asked(simulator, "two_blocks", "watched")["meeting"]
    assert meeting == [0, [0], [0] * 3, [0] * 3, [1, 0, 0], [0] * 3, True, False]
    assert asked(simulator, "two_blocks", "watched", blocks=1)["meeting"] == []


def test_shared_arrays_are_two_in_one_line_and_hold_nothing_at_first(simulator: WorkerProcess) -> None:
    assert asked(simulator, "two_arrays", "launch")[0].tolist() == [1, 2, 3, 4] * 2
    assert np.isnan(asked(simulator, "never_set", "launch")[0]).all()


@pytest.mark.parametrize(
    ("missing", "says"),
    [
        ("no wait before the tiles are read", "(0, 0) of block (0, 0) writes to right[0, 0], and thread (0, 1)"),
        ("no wait before the tiles are filled again", "(0, 1) of block (0, 0) reads right[0, 0], and thread (0, 0)"),
    ],
)
def test_a_race_is_told_in_the_order_of_the_kernel(missing: str, says: str) -> None:
    entry = load_catalog()["cuda_matmul_tiled"]
    mutant = next(mutant for mutant in entry.exercise.mutants if mutant.name == missing)
    source = render_mutant(entry, mutant).encode()
    verdict = grade_source(entry, source, Grading(shrink=False, until_failure=True))
    assert says in verdict.properties[-1].message


def test_a_race_that_comes_with_the_third_tile_is_seen() -> None:
    entry = load_catalog()["cuda_matmul_tiled"]
    in_turn = entry.exercise.alternatives[2]
    source = render_alternative(entry, in_turn)
    assert source.count("first // 4 % 2") == 1
    source = source.replace("first // 4 % 2", "first // 3 % 2")
    verdict = grade_source(entry, source.encode(), Grading(shrink=False))
    failed = [prop.name for prop in verdict.properties if prop.status is Status.FAILED]
    assert failed == ["have no two threads meet at one place"]


def test_a_race_is_told_with_its_place() -> None:
    entry = load_catalog()["conv2d_parallel"]
    loop, made = "    for k in prange(filters):\n", "    spare = np.zeros(1)\n"
    source = render_alternative(entry, entry.exercise.alternatives[0])
    source = source.replace(loop, f"{made}{loop}        spare[0] = k + 1\n")
    verdict = grade_source(entry, source.encode(), Grading(shrink=False))
    failed = {prop.name: prop.message for prop in verdict.properties if prop.status is Status.FAILED}
    assert failed.keys() == {
        "let no turn of prange write where another writes or reads",
        "give the same bits with any number of threads",
    }
    for message in failed.values():
        assert "the turns 0 and 1 of the prange loop both write to spare[0]" in message
        assert "make spare inside the loop" in message


def slow(seconds: float, factor: float = 1.0, decorator: str = "@njit", remembers: bool = False) -> Trial:
    """Make a trial of a function that seems to compute for so many seconds; right, if the factor is 1.

    One that remembers gives for all images of a shape what it gave for the first.
    """
    used = 0.0
    known: dict[tuple[int, ...], Array] = {}

    def ask(request: dict[str, Any]) -> dict[str, Any]:
        nonlocal used
        used += seconds
        x = request["arguments"][0]
        images = known.setdefault(x.shape, x) if remembers else x
        value = factor * convolve(images, *request["arguments"][1:])
        return {"status": "returned", "value": value, "arguments": request["arguments"]}

    source = f"from numba import njit\n{decorator}\ndef f(x, w, b, stride, padding): pass"
    return Trial("f", ("out",), None, {}, ask, source=source.encode(), processor_seconds=lambda: used)


FAST = speed.is_as_fast("be fast", 1, 10.0, layer(1, 2, 2, size=(6, 6), kernel=(3, 3), padding=1))


def test_speed_is_a_multiple_of_the_engines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speed, "_seconds_of_engine", lambda arguments: 0.01)
    for as_asked in (FAST, or_says_race(FAST), on_one_thread(FAST), in_plain_python(FAST)):
        assert as_asked.check(slow(0.09)) == "about 9 times the engine's time"
    with pytest.raises(FalsifiedError, match=r"about 30 times as long as the engine's kernel .* at most 10 times"):
        FAST.check(slow(0.32))


def test_a_function_that_is_wrong_or_not_compiled_is_not_fast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speed, "_seconds_of_engine", lambda arguments: 1.0)
    with pytest.raises(FalsifiedError, match="write @njit"):
        FAST.check(slow(0.09, decorator=""))
    with pytest.raises(FalsifiedError, match="the values must be right"):
        FAST.check(slow(0.09, factor=2.0))


def test_a_call_that_is_left_out_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speed, "_seconds_of_engine", lambda arguments: 1.0)
    with pytest.raises(FalsifiedError, match="the values must be right"):
        FAST.check(slow(0.001, remembers=True))


BUSY_AND_IDLE = b"""
import time

def busy():
    while time.process_time() < 0.6:
        pass

def idle():
    time.sleep(0.5)
"""


def test_a_workers_time_is_that_for_which_it_computed() -> None:
    request: dict[str, Any] = {"do": "ask", "arguments": [], "views": False, "way": "call", "settings": {}}
    with WorkerProcess(BUSY_AND_IDLE, "busy", Limits()) as process:
        process.ask({"do": "load", "function": "busy"})
        start = process.processor_seconds()
        process.ask(request | {"function": "idle"})
        assert process.processor_seconds() - start < 0.2
        process.ask(request | {"function": "busy"})
        assert process.processor_seconds() > 0.5


def test_where_nothing_is_compiled_speed_is_not_asked() -> None:
    entry = load_catalog()["conv2d_fast"]
    source = render_alternative(entry, entry.exercise.alternatives[0]).encode()
    verdict = grade_source(entry, source, Grading(compiled=False))
    assert (verdict.status, verdict.points) == (Status.PASSED, entry.exercise.points)
    assert [prop.cases for prop in verdict.properties if "engine's time" in prop.name] == [0, 0, 0]


@pytest.mark.parametrize("name", ["conv2d_njit", "conv2d_parallel"])
def test_the_decorator_is_worth_its_own_points_only(name: str) -> None:
    entry = load_catalog()[name]
    source = render_alternative(entry, entry.exercise.alternatives[0]).replace(f"{entry.exercise.decorator}\n", "")
    verdict = grade_source(entry, source.encode(), Grading())
    lost = [prop.name for prop in verdict.properties if prop.status is not Status.PASSED]
    assert [name.startswith("be compiled by Numba") for name in lost] == [True]
