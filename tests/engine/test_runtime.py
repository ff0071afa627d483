"""Import time, threads, kernel choice, the notice about compiling, the on-disk cache."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import engine
from engine.device import available_threads
from engine.errors import ParameterError
from engine.kernels import jit

ROOT = Path(__file__).parents[2]


def run(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )


def test_import_does_not_load_numba() -> None:
    """Numba takes longer to import than all the rest; it waits until a kernel is called."""
    assert run("import engine, sys; print('numba' in sys.modules)").stdout.strip() == "False"


def test_reference_kernels_need_no_numba() -> None:
    code = (
        "import engine, sys; engine.use_kernels('reference');"
        "print(engine.relu(engine.tensor([-1.0, 1.0])).tolist(), 'numba' in sys.modules)"
    )
    assert run(code).stdout.strip() == "[0.0, 1.0] False"


def test_use_kernels() -> None:
    with pytest.raises(ParameterError, match="use_kernels: expected one of reference, cpu, got 'gpu'"):
        engine.use_kernels("gpu")
    before = engine.kernels.current().__name__
    with engine.use_kernels("reference"):
        with engine.use_kernels("cpu"):
            assert engine.kernels.current().__name__ == "engine.kernels.cpu"
        assert engine.kernels.current().__name__ == "engine.kernels.reference"
    assert engine.kernels.current().__name__ == before


def test_threads() -> None:
    before = engine.get_num_threads()
    try:
        engine.set_num_threads(1)
        assert engine.get_num_threads() == 1
        engine.relu(engine.tensor([1.0]))
        engine.set_num_threads(available_threads())
    finally:
        engine.set_num_threads(before)
    wrong: list[Any] = [0, -1, available_threads() + 1, 1.5, "2"]
    for bad in wrong:
        with pytest.raises(ParameterError, match="set_num_threads: expected a whole number from 1 to"):
            engine.set_num_threads(bad)


def test_threads_set_before_the_kernels_load_hold_for_them() -> None:
    code = (
        "import engine; engine.set_num_threads(1); engine.relu(engine.tensor([1.0]));"
        "import numba; print(numba.get_num_threads())"
    )
    assert run(code).stdout.strip() == "1"


def test_a_long_first_compile_says_so_once_and_only_then(tmp_path: Path) -> None:
    code = (
        "import engine, engine.kernels.jit as jit; jit.SILENT_SECONDS = 0.05\n"
        "x = engine.tensor([[0.0, 1.0]], requires_grad=True)\n"
        "engine.cross_entropy(x, engine.tensor([1])).backward()"
    )
    cold = run(code, NUMBA_CACHE_DIR=str(tmp_path))
    assert cold.stderr.count("engine: compiling kernels") == 1
    warm = run(code.replace("0.05", "1.0"), NUMBA_CACHE_DIR=str(tmp_path))
    assert warm.stderr == ""
    assert any(tmp_path.rglob("*.nbi"))
    quiet = run(code, NUMBA_CACHE_DIR=str(tmp_path / "other"), BYHAND_QUIET="1")
    assert quiet.stderr == ""


def test_same_seed_and_threads_give_identical_bits() -> None:
    code = (
        "import engine, numpy as np\n"
        "from engine.data import load_glyphs\n"
        "from engine.train import RECIPES, Trainer\n"
        "trainer = Trainer(RECIPES['lenet'], load_glyphs(300, 50), seed=5, epochs=1); list(trainer.run())\n"
        "import hashlib; weights = b''.join(p.array.tobytes() for p in trainer.model.parameters())\n"
        "print(hashlib.sha256(weights).hexdigest())"
    )
    assert run(code).stdout == run(code).stdout


def test_a_kernel_is_kept_under_the_digest_of_the_file_it_uses(tmp_path: Path) -> None:
    """Numba does not see a change in another file; the name under which it keeps the kernel does."""
    names = []
    for i, text in enumerate(("SIZE = 8\n", "SIZE = 6\n", "SIZE = 8\n")):
        path = tmp_path / f"part_{i}.py"
        path.write_text(text)
        spec = importlib.util.spec_from_file_location(path.stem, path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)

        def twice(x: int) -> int:
            return 2 * x

        compiled = jit.using(module)
        assert compiled(twice)(3) == 6
        names.append(twice.__qualname__)
    assert names[0] != names[1]
    assert names[0] == names[2]
