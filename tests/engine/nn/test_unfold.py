"""Unfold and Fold as layers."""

from typing import Any

import numpy as np
import pytest

import engine
from engine import nn


@pytest.mark.parametrize("settings", [{}, {"dilation": (1, 2), "padding": 1, "stride": (2, 1)}])
def test_layers_equal_pytorchs(settings: Any) -> None:
    torch = pytest.importorskip("torch")
    x = np.random.default_rng(0).standard_normal((2, 3, 6, 5))
    columns = nn.Unfold((2, 3), **settings)(engine.tensor(x))
    theirs = torch.nn.Unfold((2, 3), **settings)
    np.testing.assert_array_equal(columns.array, theirs(torch.tensor(x)).numpy())
    assert repr(nn.Unfold((2, 3), **settings)) == repr(theirs)
    fold, their_fold = nn.Fold((6, 5), (2, 3), **settings), torch.nn.Fold((6, 5), (2, 3), **settings)
    np.testing.assert_allclose(fold(columns).array, their_fold(torch.tensor(columns.array)).numpy(), rtol=1e-14)
    assert repr(fold) == repr(their_fold)
