"""The walls around a worker: what is held is what is said, and the grader does not believe more."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from grader import landlock, process, seccomp
from grader.catalog import load_catalog
from grader.fence import Limits, describe
from grader.process import walls_here
from grader.runner import grade_source
from grader.session import Grading
from grader.verdict import Status
from grader.walls import Walls, reachable

complete = pytest.mark.skipif(
    sys.platform != "linux" or not walls_here().are_complete, reason="no Landlock or no seccomp on this system"
)


def test_walls_are_those_that_the_system_has() -> None:
    walls = walls_here()
    assert walls.landlock == landlock.version()
    assert walls.seccomp == seccomp.is_known_here()


@pytest.mark.parametrize(
    ("walls", "are_complete", "says"),
    [
        (Walls(7, True), True, "none written (Landlock 7), no network, no other process (seccomp)"),
        (Walls(2, True), False, "(Landlock 2), no network, no other process (seccomp), files not fenced off"),
        (Walls(7, False), False, "none written (Landlock 7), network not fenced off"),
        (Walls(0, False), False, "files and network not fenced off"),
    ],
)
def test_report_says_how_high_they_are(walls: Walls, are_complete: bool, says: str) -> None:
    assert walls.are_complete is are_complete
    assert describe(Limits(), walls).endswith(says)


def test_a_worker_with_lower_walls_than_reported_is_the_graders_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "walls_here", lambda: Walls(99, True))
    monkeypatch.setattr("grader.session.walls_here", lambda: Walls(99, True))
    entry = load_catalog()["output_size"]
    verdict = grade_source(entry, b"", Grading())
    assert verdict.status is Status.GRADER_ERROR
    assert "Walls(landlock=99, seccomp=True) is what the report says" in verdict.message


def test_answers_lie_out_of_reach() -> None:
    root = Path(process.__file__).parents[1]
    for name, rights in reachable():
        path = Path(name)
        inside = (
            root.is_relative_to(path) or path.is_relative_to(root / "grader") or path.is_relative_to(root / "engine")
        )
        assert not (inside and rights & landlock.READ_FILE), name


@complete
def test_nothing_leads_over_the_walls_again() -> None:
    script = f"""
import json, os, sys
sys.path.insert(0, {str(Path(process.__file__).parents[1])!r})
from grader import landlock, seccomp
landlock.confine([("/usr", landlock.READ)])
seccomp.confine()
def can(do):
    try:
        do()
        return True
    except OSError:
        return False
first = can(lambda: os.listdir("/etc"))
landlock.confine([("/", landlock.WRITE)])  # a second ruleset can only take away
seccomp.confine()
print(json.dumps([first, can(lambda: os.listdir("/etc")), can(lambda: os.listdir("/usr")), can(os.fork)]))
"""
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert json.loads(run.stdout) == [False, False, True, False], run.stderr


@pytest.mark.parametrize(
    "module",
    ["scipy.signal", "numba", "json", "fractions", "itertools", "ctypes", "sqlite3", "ssl", "decimal", "asyncio"],
)
def test_what_may_be_imported_still_is(module: str) -> None:
    pytest.importorskip(module)
    entry = load_catalog()["output_size"]
    source = f"import {module}\n\n\ndef output_size(*sizes):\n    raise NotImplementedError\n"
    verdict = grade_source(entry, source.encode(), Grading(limits=Limits(first_call=60.0)))
    assert verdict.status is Status.NOT_STARTED, verdict.message


def test_a_package_out_of_reach_looks_as_if_it_were_not_installed() -> None:
    """Else Numba, which uses yaml where it is there, would stop at what it cannot read."""
    entry = load_catalog()["output_size"]
    source = "try:\n    import rich\nexcept ModuleNotFoundError as error:\n    print(error)\n"
    source += "def output_size(*sizes):\n    raise NotImplementedError\n"
    verdict = grade_source(entry, source.encode(), Grading())
    assert verdict.status is Status.NOT_STARTED, verdict.message
    assert verdict.printed == "No module named 'rich' for graded functions\n"


@complete
def test_threads_that_run_already_would_be_outside() -> None:
    script = f"""
import json, sys, threading, time
sys.path.insert(0, {str(Path(process.__file__).parents[1])!r})
from grader import worker
thread = threading.Thread(target=time.sleep, args=(60,), daemon=True)
thread.start()
print(json.dumps(worker.wall_in([])))
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)
    held = json.loads(done.stdout)
    assert held == {"landlock": 0, "seccomp": False, "landlock_error": "other threads run already"}
    assert not Walls.from_reply(held).are_complete
