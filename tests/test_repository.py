"""What the repository promises as a whole: set-up, packaging, top-level folders."""

import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from grader.catalog import load_catalog

ROOT = Path(__file__).parents[1]
FOLDERS = {"engine", "exercises", "grader", "tests"}


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout")
    return [Path(line) for line in listed.stdout.splitlines()]


def test_top_level_folders_are_fixed() -> None:
    assert {path.parts[0] for path in tracked() if len(path.parts) > 1 and path.parts[0][0] != "."} == FOLDERS


def test_no_data_is_committed() -> None:
    assert [p for p in tracked() if p.suffix in {".gz", ".npz", ".pkl", ".safetensors", ".npy"}] == []


def test_ci_runs_the_command_of_the_readme() -> None:
    assert "make test" in (ROOT / ".ci/run").read_text()
    assert "make grade" in (ROOT / "README.md").read_text()
    assert ".ci/run" in (ROOT / ".github/workflows/ci.yml").read_text()


def test_every_dependency_states_a_range() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = [item for group in project["optional-dependencies"].values() for item in group]
    for requirement in [*project["dependencies"], *extras]:
        # An extra may include another of ours, which states its own.
        assert requirement.startswith(f"{project['name']}[") or any(
            sign in requirement for sign in (">=", "==", "~=")
        ), requirement


def test_a_wheel_holds_the_catalog(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(tmp_path), str(ROOT)]
    done = subprocess.run(build, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"no wheel can be built here, the build tool cannot be fetched: {done.stderr[-200:]}")
    (wheel,) = tmp_path.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    for entry in load_catalog().values():
        assert f"grader/catalog/{entry.unit}/{entry.name}.py" in names
    assert "engine/py.typed" in names
    assert not any(name.startswith(("tests/", "exercises/")) for name in names)
