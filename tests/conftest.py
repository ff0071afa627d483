"""Fixtures for all tests."""

import os
import signal
from pathlib import Path

import pytest

# Several test processes share the processors; threads that spin between kernels take them from each other.
if "PYTEST_XDIST_WORKER" in os.environ:
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")

# A shell has what it starts in the background ignore Ctrl-C, and so would all that the tests start and interrupt.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# Kernels of a device are tested on the simulator by a process of their own (make test starts it): whether Numba
# simulates is decided when it is imported.
if "NUMBA_ENABLE_CUDASIM" not in os.environ:
    collect_ignore = ["cudasim"]

SHARED = Path(os.environ.get("BYHAND_SHARED", Path(__file__).parents[2] / "shared"))


def shared(path: str) -> Path:
    """Find what lies beside a checkout or not at all; the test is skipped, and says so, where it is not there."""
    found = SHARED / path
    if not found.exists():
        pytest.skip(f"no {path} in {SHARED}; name a folder that has it by BYHAND_SHARED")
    return found


@pytest.fixture
def mnist() -> Path:
    """Find the folder with MNIST's four files."""
    return shared("data/mnist")
