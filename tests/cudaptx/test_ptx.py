"""Every CUDA kernel compiles for Turing, Ampere and Hopper, without spills; those for float32 without float64."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from engine import kernels
from engine.cuda import driver
from tests.cudaptx.recorded import Launch, recording
from tests.kernel_cases import KERNEL_CASES, KernelCase
from tests.kernel_cases.agreement import drawn, to_device

CAPABILITIES = [(7, 5), (8, 0), (9, 0)]
CALLS = [
    pytest.param(name, case, id=f"{name}-{case.arguments.__name__}")
    for name, cases in sorted(KERNEL_CASES.items())
    for case in cases
]
if driver.SIMULATED or driver.toolkit_problem() is not None:
    pytest.skip("no CUDA toolkit to compile with: pip install 'byhand[ptx]'", allow_module_level=True)


def launches_of(name: str, case: KernelCase, dtype: str) -> list[Launch]:
    with recording() as launches:
        getattr(kernels.load("cuda"), name)(*[to_device(arg) for arg in drawn(case, 0, dtype, scale=8)])
    assert launches, f"{name} launched nothing"
    return launches


def assembler() -> str | None:
    """Find ptxas: where pip puts it, which goes with what compiles, or on the path."""
    installed = [str(path) for root in sys.path for path in Path(root).glob("nvidia/*/bin/ptxas")]
    return installed[0] if installed else shutil.which("ptxas")


@pytest.mark.parametrize("capability", CAPABILITIES, ids=lambda c: f"sm_{c[0]}{c[1]}")
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(("name", "case"), CALLS)
def test_compiles(name: str, case: KernelCase, dtype: str, capability: tuple[int, int], tmp_path: Path) -> None:
    for launch in launches_of(name, case, dtype):
        text = driver.compile_ptx(launch.function, launch.signature, capability)
        what = f"{name}: {launch.function.__name__}{launch.signature}"
        if launch.single:
            doubles = re.findall(r"^.*\.f64.*$", text, re.MULTILINE)
            assert not doubles, f"{what} computes in float64: {doubles[:3]}"
        program = assembler()
        if program is None:
            continue
        (tmp_path / "kernel.ptx").write_text(text)
        command = [program, "-v", f"-arch=sm_{capability[0]}{capability[1]}", str(tmp_path / "kernel.ptx")]
        report = subprocess.run([*command, "-o", "/dev/null"], capture_output=True, text=True, check=True).stderr
        spills = re.findall(r"(\d+) bytes spill stores", report)
        assert set(spills) == {"0"}, f"{what} spills registers:\n{report}"
