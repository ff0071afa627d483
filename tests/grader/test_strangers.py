"""Modules that lie beside the exercises, with names of the standard library's or NumPy's, are never run."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from grader import compiled_engine, parallel
from grader.catalog import load_catalog
from grader.cli import main
from grader.cluster import run_on_cluster
from grader.export import stub_files, write_files
from grader.parallel import Task, run_apart
from grader.session import Grading
from grader.verdict import Status

ROOT = Path(__file__).parents[2]
CHOSEN = [load_catalog()[name] for name in ("output_size", "zero_pad")]
ONLY = [part for entry in CHOSEN for part in ("--only", entry.name)]
# What pip writes: Python looks for modules beside the script first.
SCRIPT = "import sys\nfrom grader.cli import main\nif __name__ == '__main__':\n    sys.exit(main())\n"
TASK = Task(CHOSEN[0].name, b"def output_size(n, f, stride=1, padding=0):\n    return 0\n", Grading())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Make a student's folder with exercises, and modules that leave a trace where they are imported."""
    write_files(stub_files(CHOSEN), tmp_path / "student" / "exercises")
    trace = f"open({str(tmp_path / 'trace')!r}, 'a').write(__file__)\n"
    for name in ("struct", "numpy", "json", "signal", "argparse", "threading"):
        (tmp_path / "student" / f"{name}.py").write_text(trace)
    return tmp_path / "student"


@pytest.fixture
def inside(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(folder)
    # It is put back at the end, whoever sets it.
    monkeypatch.setenv(parallel.SAFE_PATH, "")
    return folder


@pytest.mark.parametrize("way", ["script", "python -m"])
def test_the_command(way: str, folder: Path) -> None:
    script = folder.parent / "bin" / "grade"
    script.parent.mkdir()
    script.write_text(SCRIPT)
    start = [str(script)] if way == "script" else ["-m", "grader"]
    environment = {name: value for name, value in os.environ.items() if name != parallel.SAFE_PATH}
    done = subprocess.run(
        [sys.executable, *start, "exercises", "--jobs", "2", "--json", *ONLY],
        cwd=folder,
        env=environment | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert not (folder.parent / "trace").exists()
    assert (done.returncode, done.stderr) == (1, "")
    assert [exercise["points"] for exercise in json.loads(done.stdout)["exercises"]] == [0, 0]


def test_a_process_apart(inside: Path) -> None:
    parallel._process.cache_clear()
    assert run_apart(TASK).status is Status.FAILED
    parallel._process.cache_clear()
    assert not (inside.parent / "trace").exists()


def test_dasks_workers_on_this_machine(inside: Path) -> None:
    pytest.importorskip("distributed", reason="Dask is not installed (extra 'cluster')")
    ((_, verdict),) = run_on_cluster([("one", TASK)], "local", 1)
    assert verdict is not None
    assert verdict.status is Status.FAILED
    assert not (inside.parent / "trace").exists()
    assert os.environ[parallel.SAFE_PATH] == ""


def test_compiling_the_engine(inside: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled_engine, "PROGRAM", "import argparse, numpy")
    place = tmp_path / "compiled"
    place.mkdir()
    compiled_engine._compile_into(place)
    assert not (tmp_path / "trace").exists()


def test_numbas_settings_are_not_a_students(inside: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (inside / ".numba_config.yaml").write_text("cache_dir: mine\n")
    with pytest.raises(SystemExit) as stop:
        main(["exercises", *ONLY])
    assert stop.value.code == 2
    assert "Numba would follow" in capsys.readouterr().err
