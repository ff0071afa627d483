"""Fixtures for tests of networks."""

from typing import Any

import pytest

from engine.nn import init
from engine.tensor import Tensor


@pytest.fixture
def zero_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    """Start all weights from 0: to draw 143 million takes seconds, and what is counted does not depend on them."""

    def zero(tensor: Tensor, *_: Any) -> Tensor:
        return init.zeros_(tensor)

    monkeypatch.setattr(init, "uniform_", zero)
    monkeypatch.setattr(init, "normal_", zero)
