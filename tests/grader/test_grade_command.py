"""The command as students and instructors type it."""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from grader.catalog import Entry, load_catalog
from grader.cli import main
from grader.export import stub_files
from grader.process import WorkerTimeoutError
from grader.selfcheck import check_folder, self_check
from grader.session import Grading
from grader.stubs import render_alternative

ROOT = Path(__file__).parents[2]
# Each takes some seconds.
MUTANTS_OF_SLOW_EXERCISES = 2


@pytest.fixture
def stubs(tmp_path: Path) -> Path:
    folder = tmp_path / "exercises"
    assert main(["--write-stubs", str(folder)]) == 0
    return folder


def test_fresh_stubs(stubs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(stubs)]) == 1
    out = capsys.readouterr().out
    assert out.count("not started") == len(load_catalog())
    assert "0 of " in out
    assert f"{next(iter(load_catalog()))}.py" in out
    assert "fence:" in out


def test_solutions_score_full(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Those of a unit; that all do, the self-check sees, which grades the same texts."""
    assert main(["--write-solutions", str(tmp_path / "s")]) == 0
    for entry in load_catalog().values():
        written = (tmp_path / "s" / entry.path).read_text(encoding="utf-8")
        assert written == render_alternative(entry, entry.exercise.alternatives[0])
    assert main([str(tmp_path / "s/03_spatial_dimensions"), "--json"]) == 0
    out = capsys.readouterr().out
    report = json.loads(out[out.index("{") :])
    assert report["points"] == report["max_points"] > 0
    assert {exercise["status"] for exercise in report["exercises"]} == {"passed"}


def test_one_bad_file_leaves_the_rest(stubs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (stubs / "03_spatial_dimensions/zero_pad.py").write_text("def zero_pad(:\n")
    (stubs / "04_cross_correlation/cross_correlate2d.py").write_text("import os\nos._exit(0)\n")
    assert main([str(stubs)]) == 1
    out = capsys.readouterr().out
    assert "zero_pad: failed" in out
    assert "the file cannot be loaded" in out
    assert "cross_correlate2d: crashed" in out
    assert out.count("not started") == len(load_catalog()) - 2


def test_the_counterexample_is_drawn(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--write-mutants", str(tmp_path)]) == 0
    folder = tmp_path / "cross_correlate2d" / "kernel_flipped"
    assert main([str(folder), "--only", "cross_correlate2d"]) == 1
    out = capsys.readouterr().out
    for text in ("image", "kernel", "expected", "yours", "0*", "* wrong", "your kernel is flipped"):
        assert text in out


def test_one_file(stubs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = stubs / "03_spatial_dimensions" / "output_size.py"
    file.write_text("def output_size(n, f, stride=1, padding=0):\n    return (n + 2 * padding - f) // stride + 1\n")
    report = stubs / "report.json"
    assert main([str(file), "--json", str(report)]) == 1
    (exercise,) = json.loads(report.read_text())["exercises"]
    assert exercise["name"] == "output_size"
    assert 0 < exercise["points"] < exercise["max_points"]


def test_hints_count_beside_the_exercises_whatever_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["--write-stubs", str(tmp_path)])
    entry = load_catalog()["unroll"]
    for number, folder in enumerate((tmp_path, tmp_path / entry.unit, tmp_path / entry.path), 1):
        capsys.readouterr()
        assert main([str(folder), "--hint", "unroll"]) == 0
        assert f"hint {min(number, len(entry.exercise.hints))} of" in capsys.readouterr().out


def test_list_and_hints(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--list"]) == 0
    out = capsys.readouterr().out
    assert all(name in out for name in load_catalog())
    for name, entry in load_catalog().items():
        for number, hint in enumerate(entry.exercise.hints, 1):
            assert main(["--hint", name, "--number", str(number)]) == 0
            assert hint[:20] in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["nowhere"], "there is no folder or file nowhere"),
        (["--only", "nothing"], "no exercise or unit is named 'nothing'"),
        (["--hint", "nothing"], "no exercise is named 'nothing'"),
        (["--hint", "conv2d", "--number", "99"], "conv2d has hints 1 to"),
        (["--jobs", "0"], "--jobs must be at least 1"),
        (["--json", "exercises"], "--json takes a file, and exercises is a folder"),
        (["--only", "seven_by_seven", "--json", "nowhere/report.json"], "cannot be written to nowhere/report.json"),
        (["--frobnicate"], "unrecognized arguments"),
        ([str(ROOT / "README.md")], "has not the name of an exercise"),
    ],
)
def test_wrong_usage_exits_with_2(arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    assert stop.value.code == 2
    usage, error = capsys.readouterr().err.splitlines()
    assert usage.startswith("usage: grade")
    assert says in error


def test_a_terminal_that_knows_ascii_only(stubs: Path) -> None:
    (stubs / "03_spatial_dimensions/zero_pad.py").write_text("def zero_pad(x, padding):\n    return x * 0\n")
    command = [sys.executable, "-m", "grader", str(stubs)]
    environment = os.environ | {"PYTHONIOENCODING": "ascii"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=False, timeout=120)
    assert (done.returncode, done.stderr) == (1, b"")
    assert b"zero_pad: failed" in done.stdout


def test_where_no_worker_starts_nothing_is_graded_in_vain(
    stubs: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail() -> None:
        raise WorkerTimeoutError

    def grade(*given: object) -> None:
        raise AssertionError("it was graded first")

    monkeypatch.setattr("grader.cli.walls_here", fail)
    monkeypatch.setattr("grader.cli.run_tasks", grade)
    assert main([str(stubs)]) == 3
    assert capsys.readouterr().err == "grade: no worker can be started here: it does not answer\n"


def test_work_is_never_overwritten(stubs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = stubs / "03_spatial_dimensions" / "output_size.py"
    file.write_text("my work\n")
    for option in ("--write-stubs", "--write-solutions"):
        with pytest.raises(SystemExit) as stop:
            main([option, str(stubs)])
        assert stop.value.code == 2
    assert file.read_text() == "my work\n"
    assert "would be overwritten" in capsys.readouterr().err


def with_few_mutants(entry: Entry) -> Entry:
    """Leave out most misconceptions where each is compiled or trains a network; `grade --self-check` tries them all."""
    exercise = entry.exercise
    few = MUTANTS_OF_SLOW_EXERCISES if exercise.workplace.seconds else None
    return replace(entry, exercise=replace(exercise, mutants=exercise.mutants[:few]))


def test_self_check_finds_no_defect() -> None:
    entries = [with_few_mutants(entry) for entry in load_catalog().values()]
    grading = Grading(until_failure=True)
    assert [check for check in self_check(entries, grading, jobs=2) if check.defects] == []
    assert check_folder(list(load_catalog().values()), ROOT / "exercises") == []


def test_self_check_prints_what_it_found(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(ROOT / "exercises"), "--self-check", "--mutants", "named", "--only", "seven_by_seven"]) == 0
    assert "1 exercises checked, 0 defects" in capsys.readouterr().out


def test_self_check_sees_a_stray_file_and_a_changed_stub(stubs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    entries = list(load_catalog().values())
    assert check_folder(entries, stubs) == []
    (stubs / "stray.py").write_text("")
    first, second = list(stub_files(entries))[:2]
    (stubs / first).write_text("changed")
    (stubs / second).unlink()
    found = "\n".join(check_folder(entries, stubs))
    assert "stray.py is no exercise" in found
    assert f"{first} differs" in found
    assert f"{second} is missing" in found


@pytest.mark.skipif(sys.platform == "win32", reason="sends SIGINT as a terminal does")
def test_ctrl_c_leaves_no_process_behind(stubs: Path) -> None:
    for name in ("output_size", "zero_pad"):
        (stubs / f"03_spatial_dimensions/{name}.py").write_text(f"def {name}(*args):\n    while True: pass\n")
    command = [sys.executable, "-m", "grader", str(stubs), "--jobs", "2"]
    grading = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
    )
    workers: list[psutil.Process] = []
    deadline = time.monotonic() + 30
    while not workers and time.monotonic() < deadline:
        time.sleep(0.1)
        children = psutil.Process(grading.pid).children(recursive=True)
        # A child may end between the two questions.
        with suppress(psutil.NoSuchProcess):
            workers = [child for child in children if any(part.endswith("worker.py") for part in child.cmdline())]
    assert workers
    started = psutil.Process(grading.pid).children(recursive=True)
    os.killpg(grading.pid, signal.SIGINT)
    _, error = grading.communicate(timeout=20)
    assert grading.returncode == 130
    assert b"Traceback" not in error
    assert b"interrupted" in error
    _, alive = psutil.wait_procs(started, timeout=5)
    assert [process.pid for process in alive if process.status() != psutil.STATUS_ZOMBIE] == []
