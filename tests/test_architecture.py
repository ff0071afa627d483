"""Who may import whom; kernel sets alike; no empty, overlong or vaguely named file."""

import ast
import inspect
from pathlib import Path

import pytest

from engine import kernels

ROOT = Path(__file__).parents[1]
SOURCES = sorted(path for package in ("engine", "grader") for path in (ROOT / package).rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))
MOST_LINES = 400
# What a worker loads.
WORKER_SIDE = ("worker", "wire", "asking", "launching", "landlock", "seccomp", "capabilities")
VAGUE = {"utils", "util", "helpers", "helper", "common", "base", "core", "misc", "manager", "handler"}

# Each part of the engine imports only what stands to its left (and itself).
LAYERS = [
    ("errors", "arrays", "dtypes", "versions", "whole_file"),
    ("device", "memory", "random"),
    ("kernels", "cuda", "placement"),
    ("autograd", "backward", "op", "saved", "tracing"),
    ("conversion", "indexing", "inplace", "methods", "tensor", "creation", "sampling"),
    ("equality", "gradcheck", "graph", "interchange", "weights"),
    ("ops",),
    ("nn",),
    ("optim", "data", "models", "summary", "work"),
    ("onnx",),
    ("train", "doctor"),
    ("__main__",),
]
LEVEL = {part: level for level, parts in enumerate(LAYERS) for part in parts}


def imported(path: Path) -> set[str]:
    """Return the dotted names of all modules a file imports, also inside functions."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def part_of(module: str) -> str | None:
    parts = module.split(".")
    return parts[1] if parts[0] == "engine" and len(parts) > 1 and parts[1] in LEVEL else None


@pytest.mark.parametrize("path", [p for p in SOURCES if p.parts[len(ROOT.parts)] == "engine"], ids=str)
def test_engine_imports_point_left(path: Path) -> None:
    own = path.relative_to(ROOT / "engine").with_suffix("").parts[0]
    if own == "__init__":
        return
    assert own in LEVEL, f"engine/{own} has no place in LAYERS"
    for name in imported(path):
        part = part_of(name)
        assert part is None or part == own or LEVEL[part] <= LEVEL[own], f"{path} imports {name}"
        assert not name.startswith(("grader", "hypothesis", "exercises")), f"{path} imports {name}"


@pytest.mark.parametrize("path", [p for p in SOURCES if p.parts[len(ROOT.parts)] == "grader"], ids=str)
def test_grader_uses_public_names_of_the_engine(path: Path) -> None:
    for name in imported(path):
        assert not name.startswith("exercises"), f"{path} imports {name}"
        allowed = name == "engine" or not name.startswith("engine.") or name.count(".") == 1
        assert allowed, f"{path} reaches into {name}"


@pytest.mark.parametrize("name", [f"{name}.py" for name in WORKER_SIDE])
def test_worker_side_needs_only_numpy_and_the_standard_library(name: str) -> None:
    found = {module.split(".")[0] for module in imported(ROOT / "grader" / name)}
    assert not found & {"engine", "grader", "hypothesis", "psutil", "rich"}


def test_numba_cuda_is_imported_in_one_module() -> None:
    importing = [
        path.relative_to(ROOT).as_posix()
        for path in SOURCES
        if any(name.startswith(("numba.cuda", "cuda.")) for name in imported(path))
    ]
    assert importing == ["engine/cuda/driver.py"]


@pytest.mark.parametrize("other", [*(name for name in kernels.KERNEL_SETS if name != "reference"), "cuda"])
def test_kernel_sets_have_the_same_functions_with_the_same_parameters(other: str) -> None:
    reference, theirs = kernels.load("reference"), kernels.load(other)
    assert theirs.__all__ == reference.__all__
    for name in reference.__all__:
        expected, got = (inspect.signature(getattr(module, name)) for module in (reference, theirs))
        assert list(got.parameters) == list(expected.parameters), name
    files = {p.name for p in (ROOT / "engine/kernels/reference").glob("*.py")}
    assert {p.name for p in (ROOT / "engine/kernels" / other).glob("*.py")} == files


@pytest.mark.parametrize("path", SOURCES + TESTS, ids=str)
def test_file_has_one_subject_and_a_name_that_says_which(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= MOST_LINES, f"{path} is too long: two subjects?"
    assert path.stem not in VAGUE, f"{path}: the name does not say what is in it"
    assert ast.get_docstring(ast.parse(text)), f"{path} does not say what it is for"


def test_nothing_is_silenced() -> None:
    marks = ("# no" + "qa", "# type: " + "ignore", "# pragma: no " + "cover")
    silenced = [
        f"{path}: {line.strip()}"
        for path in SOURCES + TESTS
        for line in path.read_text(encoding="utf-8").splitlines()
        if any(mark in line for mark in marks)
    ]
    assert silenced == []
