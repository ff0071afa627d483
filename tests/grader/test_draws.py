"""What is drawn depends on the seed alone, and drawing leaves nothing behind."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
SCRIPT = """
import sys
sys.path[:0] = [{root!r}, "."]
{first}
from dataclasses import replace
from hypothesis import strategies as st
from grader.catalog import load_catalog
from grader.session import Grading, Session
entry = load_catalog()["zero_pad"]
prop = replace(entry.exercise.properties[0], cases=st.fixed_dictionaries({{"n": st.integers(0, 10**9)}}), examples=400)
Session(entry, b"", Grading())._draw(prop, lambda drawn: print(drawn["n"]))
"""


def drawn(folder: Path, first: str) -> list[str]:
    script = SCRIPT.format(root=str(ROOT), first=first)
    run = subprocess.run([sys.executable, "-c", script], cwd=folder, capture_output=True, text=True, check=True)
    return run.stdout.split()


def test_modules_that_are_loaded_change_nothing(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text("NUMBERS = [" + ", ".join(str(717_000_000 + i) for i in range(500)) + "]\n")
    plain, loaded = drawn(tmp_path, ""), drawn(tmp_path, "import mine")
    assert plain == loaded
    assert len(set(plain)) > 300
    assert {path.name for path in tmp_path.iterdir()} - {"__pycache__"} == {"mine.py"}
