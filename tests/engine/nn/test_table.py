"""The table of LeNet-5's third layer, and the layer that follows it."""

import re
from typing import Any

import numpy as np
import pytest

import engine
from engine import nn
from engine.errors import ParameterError
from engine.nn import LENET5_C3_TABLE


def ring(*maps: int) -> list[set[int]]:
    """Turn a set of maps by one map at a time, all the way round the six."""
    return [{(c + turn) % 6 for c in maps} for turn in range(6)]


def test_the_table_follows_the_rule_of_1998() -> None:
    """Runs of three, runs of four, two pairs of neighbours opposite each other, all."""
    rows = [set(maps) for maps in LENET5_C3_TABLE]
    assert rows[:6] == ring(0, 1, 2)
    assert rows[6:12] == ring(0, 1, 2, 3)
    assert all(row in ring(0, 1, 3, 4) for row in rows[12:15])
    assert rows[15] == set(range(6))
    assert len({frozenset(row) for row in rows}) == 16
    assert sum(map(len, LENET5_C3_TABLE)) == 60


def test_no_output_map_depends_on_a_map_it_does_not_read() -> None:
    layer = nn.TableConv2d(LENET5_C3_TABLE, 5)
    x = np.random.default_rng(0).standard_normal((6, 14, 14)).astype(np.float32)
    before = layer(engine.tensor(x)).array
    assert before.shape == (16, 10, 10)
    for c in range(6):
        changed = x.copy()
        changed[c] += 1
        different = np.abs(layer(engine.tensor(changed)).array - before).max(axis=(1, 2)) > 1e-4
        assert different.tolist() == [c in maps for maps in LENET5_C3_TABLE]


def test_each_output_map_starts_in_the_range_of_its_own_inputs() -> None:
    engine.manual_seed(0)
    layer = nn.TableConv2d((range(4), range(16)), 5)
    narrow, wide = layer.weight.array[4:], layer.weight.array[:4]
    assert 0.04 < np.abs(narrow).max() <= 0.05
    assert 0.08 < np.abs(wide).max() <= 0.1
    assert layer.bias is not None
    assert np.abs(layer.bias.array[1]) <= 0.05


def test_names_and_repr() -> None:
    layer = nn.TableConv2d(LENET5_C3_TABLE, (5, 3), padding=(2, 1))
    assert {name: v.shape for name, v in layer.state_dict().items()} == {"weight": (60, 5, 3), "bias": (16,)}
    assert repr(layer) == ("TableConv2d(6, 16, connections=60, kernel_size=(5, 3), stride=(1, 1), padding=(2, 1))")
    assert repr(nn.TableConv2d([[0]], 1, bias=False)).endswith("bias=False)")


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: nn.TableConv2d((), 3), "TableConv2d: expected table with at least one output map"),
        (lambda: nn.TableConv2d(((0, 1), (2, 2)), 3), "TableConv2d: expected table with the numbers"),
        (lambda: nn.TableConv2d(((0, 1),), 0), "TableConv2d: expected kernel_size as a whole number >= 1"),
    ],
)
def test_bad_settings(make: Any, says: str) -> None:
    with pytest.raises(ParameterError, match=re.escape(says)):
        make()
