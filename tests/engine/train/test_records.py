"""Records: of which commit a run is, and that no run counts twice."""

import subprocess
from pathlib import Path

import pytest

from engine.data import DATASETS, load_glyphs
from engine.train import records
from engine.train.cli import main
from engine.train.records import commit, read_records

ALONE = ("-c", "user.name=A", "-c", "user.email=a@b.example", "-c", "commit.gpgsign=false")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a git repository, and have the package lie in a folder of it."""
    package = tmp_path / "environment"
    package.mkdir()
    (package / "records.py").write_text("the package\n")
    (tmp_path / "own.txt").write_text("the user's\n")
    monkeypatch.setattr(records, "__file__", str(package / "records.py"))
    git(tmp_path, "init", "--quiet")
    return tmp_path


def git(folder: Path, *command: str) -> str:
    called = ["git", *ALONE, *command]
    return subprocess.run(called, cwd=folder, check=True, capture_output=True, text=True).stdout.strip()


def test_a_repository_that_the_package_is_installed_in_is_not_its_source(project: Path) -> None:
    git(project, "add", "own.txt")
    git(project, "commit", "--quiet", "--message", "the user's")
    assert commit().startswith("version ")


def test_the_commit_of_the_source(project: Path) -> None:
    git(project, "add", ".")
    git(project, "commit", "--quiet", "--message", "the source")
    assert commit() == git(project, "rev-parse", "--short=12", "HEAD")
    (project / "environment" / "records.py").write_text("changed\n")
    assert commit() == git(project, "rev-parse", "--short=12", "HEAD") + "-dirty"


def test_a_run_is_recorded_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    data = load_glyphs(100, 20)
    monkeypatch.setitem(DATASETS, "few", lambda: data)
    path = tmp_path / "records.jsonl"
    command = ["linear", "--data", "few", "--epochs", "1", "--out", str(tmp_path / "run")]
    command += ["--record", "--records", str(path)]
    assert main(command) == 0
    assert f"recorded in {path}" in capsys.readouterr().out
    monkeypatch.setattr("engine.train.commands.commit", lambda: "a later one")
    for again in (["--resume"], []):
        assert main([*command, *again]) == 0
        (record,) = read_records(path)
        assert f"not recorded: {path} has the same run, of {record.day}" in capsys.readouterr().out
    assert main([*command, "--seed", "1"]) == 0
    assert [record.seed for record in read_records(path)] == [0, 1]
