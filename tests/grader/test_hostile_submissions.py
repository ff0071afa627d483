"""Files that hang, crash, flood, lie or reach out: each costs its own exercise only, and says why."""

import os
import subprocess
import sys
import textwrap
import time
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from grader.catalog import load_catalog
from grader.fence import MAX_SOURCE, Limits, ProcessTree, adopt_orphans
from grader.runner import grade_file, grade_source
from grader.session import Grading
from grader.verdict import ExerciseVerdict, Status

QUICK = Grading(limits=Limits(first_call=5.0, call=1.5, exercise=20.0))
RIGHT = """
    height, width = image.shape
    kernel_h, kernel_w = kernel.shape
    out = np.zeros((height - kernel_h + 1, width - kernel_w + 1))
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            out[i, j] = np.sum(image[i : i + kernel_h, j : j + kernel_w] * kernel)
"""

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="this part of the fence is Linux's")


def grade(source: str) -> ExerciseVerdict:
    entry = load_catalog()["cross_correlate2d"]
    return grade_source(entry, textwrap.dedent(source).encode(), QUICK)


def body(before: str = "", value: str = "out", top: str = "") -> str:
    """Write a right solution with something done before, another value returned, or something at the top."""
    before = textwrap.indent(textwrap.dedent(before), "    ")
    head = f"import os, sys, time\nimport numpy as np\n{top}\ndef cross_correlate2d(image, kernel):\n"
    return f"{head}{before}{RIGHT}    return {value}\n"


def first_message(verdict: ExerciseVerdict) -> str:
    return verdict.message or verdict.properties[0].message


def test_the_right_body_passes() -> None:
    verdict = grade(body())
    assert (verdict.status, verdict.points) == (Status.PASSED, verdict.max_points)


@pytest.mark.parametrize(
    ("source", "status", "says"),
    [
        pytest.param("def cross_correlate2d(image, kernel:\n", Status.FAILED, "in line 1", id="syntax error"),
        pytest.param("x = 1\n", Status.FAILED, "there is no function 'cross_correlate2d'", id="missing function"),
        pytest.param("import sys\nsys.exit(0)\n", Status.FAILED, "SystemExit", id="exit while loading"),
        pytest.param("while True: pass\n", Status.TIMED_OUT, "while loading the file", id="endless while loading"),
        pytest.param(body("while True: pass"), Status.TIMED_OUT, "no answer within", id="endless loop"),
        pytest.param(body("time.sleep(60)"), Status.TIMED_OUT, "no answer within", id="sleep"),
        pytest.param(body("sys.exit(0)"), Status.FAILED, "SystemExit", id="exit in the function"),
        pytest.param(body("os._exit(0)"), Status.CRASHED, "exit code 0", id="silent exit"),
        pytest.param(body("os.kill(os.getpid(), 11)"), Status.CRASHED, "signal 11", id="segmentation fault"),
        pytest.param(body("raise KeyboardInterrupt"), Status.FAILED, "KeyboardInterrupt", id="interrupt"),
        pytest.param(body("input()"), Status.FAILED, "waited for typed input", id="input"),
        pytest.param(body("import engine"), Status.FAILED, "write it yourself", id="the engine"),
        pytest.param(body("import grader.catalog"), Status.FAILED, "write it yourself", id="the grader"),
        pytest.param(body("return cross_correlate2d(image, kernel)"), Status.FAILED, "too deeply", id="recursion"),
        pytest.param(body(value="None"), Status.FAILED, "is there a return statement?", id="None"),
        pytest.param(body(value="out.tolist()"), Status.FAILED, "a list, but an array is right", id="list"),
        pytest.param(body(value="out.ravel()"), Status.FAILED, "it has shape", id="shape"),
        pytest.param(body(value="out[None]"), Status.FAILED, "it has shape", id="extra axis"),
        pytest.param(body(value="out * np.nan"), Status.FAILED, "NaN", id="NaN"),
        pytest.param(body(value="out.astype(complex)"), Status.FAILED, "complex", id="complex"),
        pytest.param(body(value="out.astype(object)"), Status.FAILED, "dtype object", id="objects"),
        pytest.param(body(value="lambda: 1"), Status.FAILED, "a function", id="a function as value"),
        pytest.param(body(value="np.empty((0,))"), Status.FAILED, "it has shape (0,)", id="empty"),
        pytest.param(body(value="np.zeros((5000, 5000))"), Status.FAILED, "too much to send", id="too large"),
        pytest.param(
            body(
                value="out.view(Liar)", top="class Liar(np.ndarray):\n    def __eq__(self, other): return True\n"
            ).replace("out.view(Liar)", "(out + 1).view(Liar)"),
            Status.FAILED,
            "values are wrong",
            id="an array that claims to equal everything",
        ),
        pytest.param(body(value="out", top="import hypothesis"), Status.FAILED, "may not be used", id="hypothesis"),
        pytest.param(
            body("for fd in range(3, 12):\n    try: os.write(fd, b'passed ' * 50)\n    except OSError: pass"),
            Status.CRASHED,
            "no answer",
            id="forged reply",
        ),
        pytest.param(
            body("raise Evil()", top="class Evil(Exception):\n    def __str__(self): raise RuntimeError"),
            Status.FAILED,
            "cannot be shown",
            id="an exception that cannot be shown",
        ),
    ],
)
def test_what_it_costs_and_says(source: str, status: Status, says: str) -> None:
    verdict = grade(source)
    assert (verdict.status, verdict.points) == (status, 0), first_message(verdict)
    assert says in first_message(verdict)


@linux_only
def test_ten_gigabytes() -> None:
    verdict = grade(body("hog = np.ones(10 * 2**30 // 8)"))
    assert verdict.status is Status.FAILED
    assert "more memory than the worker may use" in first_message(verdict)


def test_printing_costs_nothing_and_is_kept_in_part() -> None:
    verdict = grade(body("print('x' * 100_000)"))
    assert verdict.status is Status.PASSED
    assert 0 < len(verdict.printed) <= QUICK.limits.printed


def test_answers_that_change_from_call_to_call_fail() -> None:
    verdict = grade(body("calls.append(1)", "out + len(calls) % 3", top="calls = []"))
    assert verdict.status is Status.FAILED


def test_an_exception_on_some_cases_only_is_reported_at_its_line() -> None:
    verdict = grade(body("if image.shape[0] != image.shape[1]:\n    raise ValueError('square only')"))
    assert verdict.properties[0].status is Status.PASSED
    assert "it raised ValueError: square only in line" in verdict.properties[1].message


def test_not_implemented_on_some_cases_is_failed_not_not_started() -> None:
    verdict = grade(body("if kernel.shape[0] > 1: raise NotImplementedError"))
    assert verdict.status is Status.FAILED
    assert "still raises NotImplementedError" in first_message(verdict)


def test_changing_the_arguments_costs_its_own_property_only() -> None:
    verdict = grade(body().replace("    return out", "    image[:] = 0\n    return out"))
    (failed,) = (prop for prop in verdict.properties if prop.status is Status.FAILED)
    assert "changed its argument 'image'" in failed.message


def test_a_crash_in_one_property_leaves_the_others() -> None:
    verdict = grade(body("if image.shape[0] != image.shape[1]: os._exit(1)"))
    assert verdict.properties[0].status is Status.PASSED
    assert verdict.properties[1].status is Status.CRASHED


@linux_only
def test_detached_processes_do_not_survive(tmp_path: Path) -> None:
    # The walls let no worker start a process. Where there are none, the whole tree is killed.
    note = tmp_path / "pid"
    spawn = f"""
    import os, time
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            with open({str(note)!r}, "w") as file:
                file.write(str(os.getpid()))
            time.sleep(60)
        os._exit(0)
    time.sleep(60)
    """
    adopt_orphans()
    before = {child.pid for child in psutil.Process().children()}
    process = subprocess.Popen([sys.executable, "-c", textwrap.dedent(spawn)], start_new_session=True)
    deadline = time.monotonic() + 10
    while not (note.exists() and note.read_text()) and time.monotonic() < deadline:
        time.sleep(0.02)
    ProcessTree(process.pid, before).kill()
    process.wait()
    pid = int(note.read_text())
    assert not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def test_worker_sees_little_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_TOKEN", "12345")
    verdict = grade(body("raise ValueError(str(os.environ))"))
    assert "SECRET_TOKEN" not in first_message(verdict)
    assert "HOME" in first_message(verdict)


def test_what_is_no_regular_file_is_refused(tmp_path: Path) -> None:
    entry = load_catalog()["cross_correlate2d"]
    real = tmp_path / "real.py"
    real.write_text(body())
    link, folder, large = tmp_path / "link.py", tmp_path / "folder.py", tmp_path / "large.py"
    link.symlink_to(real)
    folder.mkdir()
    large.write_bytes(b"#" * (MAX_SOURCE + 1))
    for path, says in ((link, "is a link"), (folder, "not a regular file"), (large, "larger than 256 KiB")):
        verdict = grade_file(entry, path, QUICK)
        assert (verdict.status, verdict.points) == (Status.REFUSED, 0)
        assert says in verdict.message
    assert grade_file(entry, tmp_path / "missing.py", QUICK).status is Status.NOT_STARTED


@linux_only
def test_a_pipe_does_not_block(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.py"
    os.mkfifo(pipe)
    verdict = grade_file(load_catalog()["cross_correlate2d"], pipe, QUICK)
    assert verdict.status is Status.REFUSED


def test_a_defect_of_the_grader_is_not_the_students() -> None:
    entry = load_catalog()["cross_correlate2d"]

    def broken(**case: object) -> None:
        raise ZeroDivisionError

    verdict = grade_source(replace(entry, exercise=replace(entry.exercise, reference=broken)), body().encode(), QUICK)
    assert verdict.status is Status.GRADER_ERROR
    assert "ZeroDivisionError" in verdict.message
