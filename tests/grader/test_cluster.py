"""Grading by Dask's workers: the same results, workers lost on the way included."""

import sys
import threading
import time
from pathlib import Path
from typing import Any

import psutil
import pytest

from grader import cluster
from grader.catalog import catalog_digest, load_catalog
from grader.cli import main
from grader.cluster import ClusterError, DifferentWorkerError, grade_like, run_on_cluster
from grader.export import solution_files
from grader.parallel import Task
from grader.process import walls_here
from grader.session import Grading
from grader.store import Store
from tests.grader.made_class import make_class

CHOSEN = [load_catalog()[name] for name in ("output_size", "zero_pad")]
ONLY = [part for entry in CHOSEN for part in ("--only", entry.name)]
RIGHT = {path.stem: text.encode() for path, text in solution_files(CHOSEN).items()}

distributed = pytest.importorskip("distributed", reason="Dask is not installed (extra 'cluster')")


def dump(out: Path) -> list[str]:
    with Store(out / "results.sqlite") as store:
        return store.dump()


def workers() -> list[psutil.Process]:
    """Dask's workers below this process: they, not their nannies, started a process to grade in."""
    found = psutil.Process().children(recursive=True)
    return [p for p in found if any("worker.py" in " ".join(c.cmdline()) for c in grandchildren(p))]


def grandchildren(process: psutil.Process) -> list[psutil.Process]:
    try:
        return [grandchild for child in process.children() for grandchild in child.children()]
    except psutil.NoSuchProcess:
        return []


def kill_one_worker(killed: list[int]) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        for process in workers():
            process.kill()
            killed.append(process.pid)
            return
        time.sleep(0.02)


def test_the_same_results_with_a_worker_killed(tmp_path: Path) -> None:
    submissions = tmp_path / "class"
    make_class(submissions, 16, entries=CHOSEN)
    graded = ["--class", str(submissions), *ONLY, "--jobs", "2", "--seed", "0", "--out"]
    assert main([*graded, str(tmp_path / "here")]) == 0
    killed: list[int] = []
    killer = threading.Thread(target=kill_one_worker, args=(killed,))
    killer.start()
    assert main([*graded, str(tmp_path / "there"), "--cluster", "local"]) == 0
    killer.join()
    assert killed
    assert dump(tmp_path / "here") == dump(tmp_path / "there")
    time.sleep(0.5)
    assert not workers()


def test_nobody_answers(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(cluster, "PATIENCE", 0.5)
    make_class(tmp_path / "class", 1, entries=CHOSEN)
    command = ["--class", str(tmp_path / "class"), "--out", str(tmp_path / "out"), *ONLY]
    assert main([*command, "--cluster", "tcp://127.0.0.1:9"]) == 2
    assert "no Dask scheduler with a worker answers at tcp://127.0.0.1:9" in capsys.readouterr().err


def test_without_dask(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ClusterError, match=r"pip install 'byhand\[cluster\]'"):
        list(run_on_cluster([], "local", 1))


@pytest.mark.parametrize(
    ("digest", "walls", "what"),
    [("another", walls_here(), "grader"), (catalog_digest(), None, "walls")],
)
def test_a_worker_that_differs_refuses(digest: str, walls: Any, what: str) -> None:
    with pytest.raises(DifferentWorkerError, match=f"has another {what}"):
        grade_like(Task("zero_pad", RIGHT["zero_pad"], Grading()), digest, walls)
