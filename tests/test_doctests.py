"""Every example in a docstring runs and prints what it says."""

import doctest
import importlib
from pathlib import Path

import pytest

from grader.catalog import load_catalog
from grader.exercise import Sheet
from grader.stubs import in_plain_python, render_alternative

ROOT = Path(__file__).parents[1]


def modules() -> list[str]:
    files = (
        path.relative_to(ROOT).with_suffix("") for name in ("engine", "grader") for path in (ROOT / name).rglob("*.py")
    )
    dotted = (".".join(part for part in file.parts if part != "__init__") for file in files)
    return sorted(name for name in dotted if ".catalog." not in name and not name.endswith("__main__"))


@pytest.mark.parametrize("name", modules())
def test_module(name: str) -> None:
    if name.startswith("engine.onnx"):
        pytest.importorskip("onnx", reason="needs the extra onnx")
    assert doctest.testmod(importlib.import_module(name)).failed == 0


@pytest.mark.parametrize("name", sorted(n for n, e in load_catalog().items() if not isinstance(e.exercise.stub, Sheet)))
def test_prompt_of_exercise_holds_for_its_solution(name: str) -> None:
    entry = load_catalog()[name]
    prompt = entry.exercise.stub.__doc__ or ""
    namespace: dict[str, object] = {}
    exec(in_plain_python(render_alternative(entry, entry.exercise.alternatives[0])), namespace)
    namespace["np"] = importlib.import_module("numpy")
    examples = doctest.DocTestParser().get_doctest(prompt, namespace, name, None, None)
    assert examples.examples, f"{name} has no worked example"
    assert doctest.DocTestRunner().run(examples).failed == 0


def test_readme() -> None:
    assert doctest.testfile(str(ROOT / "README.md"), module_relative=False, encoding="utf-8").failed == 0
