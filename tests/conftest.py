"""Fixtures for all tests."""

import os
from pathlib import Path

import pytest

SHARED = Path(os.environ.get("BYHAND_SHARED", Path(__file__).parents[2] / "shared"))


@pytest.fixture
def mnist() -> Path:
    """Find the folder with MNIST's four files, which lie beside a checkout or not at all."""
    folder = SHARED / "data" / "mnist"
    if not folder.is_dir():
        pytest.skip(f"no MNIST at {folder}; name a folder with data/mnist in it by BYHAND_SHARED")
    return folder
