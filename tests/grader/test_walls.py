"""The walls around a worker: what is held is what is said, and the grader does not believe more."""

import errno
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from grader import capabilities, landlock, process, seccomp
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


def within_walls(script: str) -> Any:
    """Put up a worker's walls in a process of its own, and return what the script prints then, in JSON."""
    start = f"""
import ctypes, fcntl, json, os, resource, sys, threading
sys.path.insert(0, {str(Path(process.__file__).parents[1])!r})
from grader import landlock, worker
resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
held = worker.wall_in([("/usr", landlock.READ), ("/proc", landlock.READ)])
assert held["landlock"] and held["seccomp"], held
libc = ctypes.CDLL(None, use_errno=True)
def error(call, *arguments):
    ctypes.set_errno(0)
    return 0 if call(*arguments) >= 0 else ctypes.get_errno()
"""
    done = subprocess.run(
        [sys.executable, "-c", f"{start}\n{script}"], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@complete
def test_newer_names_of_what_is_refused_are_refused_too() -> None:
    """With what nobody can do wrong with as arguments: without the walls the errors are others."""
    numbers = [153, 160, 442, 443, 463, 464, 465, 466, 467, 468, 469]
    found = within_walls(f"print(json.dumps([error(libc.syscall, n, -1, 0, 0, 0, 0) for n in {numbers}]))")
    assert found == [errno.EPERM] * len(numbers)


@complete
def test_calls_to_come_do_not_exist() -> None:
    """The kernel has not got most of them: so it is the filter, not the kernel, that is asked."""
    newest = seccomp.NEWEST
    assert max(number for calls in seccomp.REFUSED.values() for number in calls.values()) <= newest
    assert verdict_of_filter(newest + 1) == seccomp.ERRNO | errno.ENOSYS
    assert verdict_of_filter(600) == seccomp.ERRNO | errno.ENOSYS
    assert verdict_of_filter(seccomp.X32 - 1) == seccomp.ERRNO | errno.ENOSYS
    for number in (seccomp.X32, seccomp.X32 + 39, seccomp.X32 + 520, 2**32 - 1):
        assert verdict_of_filter(number) == seccomp.ERRNO | errno.EPERM
    assert verdict_of_filter(0) == seccomp.ALLOW


def verdict_of_filter(number: int, *arguments: int) -> int:
    """Run the filter as the kernel does."""
    code, seen, line = seccomp._program(1), 0, 0
    halves = [half for argument in (*arguments, 0, 0, 0) for half in (argument & 0xFFFFFFFF, argument >> 32)]
    data = [number, seccomp.X86_64, 0, 0, *halves]
    while True:
        step = code[line]
        line += 1
        if step.code == seccomp.RETURN:
            return int(step.value)
        if step.code == seccomp.LOAD:
            seen = data[step.value // 4]
            continue
        passes = {
            seccomp.JUMP_EQUAL: seen == step.value,
            seccomp.JUMP_GREATER_OR_EQUAL: seen >= step.value,
            seccomp.JUMP_ANY_BIT: bool(seen & step.value),
        }
        line += step.yes if passes[step.code] else step.no


@complete
def test_nobody_is_signalled_by_way_of_a_file() -> None:
    """From version 6 on Landlock would keep the signal in; before it nothing but this does."""
    script = """
end, _ = os.pipe()
before = fcntl.fcntl(end, fcntl.F_GETFL)
asked = [
    error(libc.fcntl, end, 8, os.getppid()), error(libc.fcntl, end, 10, 9),
    error(libc.fcntl, end, 15, (ctypes.c_int * 2)(1, os.getppid())),
    error(libc.fcntl, end, 4, before | 0o20000), error(libc.fcntl, end, 1024, 0), error(libc.fcntl, end, 1026, 1),
    *(error(libc.ioctl, end, ctypes.c_ulong(ask), (ctypes.c_int * 1)(1)) for ask in (0x8901, 0x8902, 0x5452, 0x5412)),
    error(libc.ioctl, end, ctypes.c_ulong(1 << 32 | 0x5452), (ctypes.c_int * 1)(1)),
]
fcntl.fcntl(end, fcntl.F_SETFL, before | os.O_NONBLOCK)
fcntl.fcntl(end, fcntl.F_SETFD, fcntl.FD_CLOEXEC)
print(json.dumps([asked, bool(fcntl.fcntl(end, fcntl.F_GETFL) & os.O_NONBLOCK), os.isatty(end)]))
"""
    asked, does_not_block, is_terminal = within_walls(script)
    assert asked == [errno.EPERM] * 11
    assert does_not_block
    assert not is_terminal


@complete
def test_limits_stay_as_they_are_and_can_be_asked_for() -> None:
    script = """
limits = (ctypes.c_uint64 * 2)(32, 32)
changed = [error(libc.syscall, 160, 7, limits), error(libc.prlimit64, 0, 7, limits, None)]
threading.Thread(target=int).start()
print(json.dumps([*changed, resource.getrlimit(resource.RLIMIT_NOFILE)]))
"""
    assert within_walls(script) == [errno.EPERM, errno.EPERM, [64, 64]]


@complete
def test_roots_worker_may_do_no_more_than_anybodys() -> None:
    script = """
with open("/proc/self/status") as file:
    found = dict(line.split(":", 1) for line in file)
print(json.dumps([int(found[f"Cap{name}"], 16) for name in ("Eff", "Prm", "Inh", "Amb")]))
"""
    # What is left to root's, reading, is Landlock's to limit.
    may_read = capabilities.READ_ANYTHING if os.geteuid() == 0 else 0
    effective, permitted, *others = within_walls(script)
    assert effective == permitted
    assert effective & ~may_read == 0
    assert others == [0, 0]
