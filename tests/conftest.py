"""Fixtures for all tests."""

import os
from pathlib import Path

import pytest

# Several test processes share the processors; threads that spin between kernels take them from each other.
if "PYTEST_XDIST_WORKER" in os.environ:
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")

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
