"""The exercise on IDX files has an oracle and damaged files of its own: the engine's reader agrees with both."""

from pathlib import Path

import numpy as np
import pytest

from engine.data import read_idx
from engine.errors import DataError
from grader.catalog import load_catalog
from grader.exercise import Property
from tests.grader.circumstances import drawn

EXERCISE = load_catalog()["parse_idx"].exercise


@pytest.mark.parametrize("prop", EXERCISE.properties, ids=lambda prop: prop.name)
def test_the_engine_reads_what_is_drawn_and_refuses_what_is_damaged(prop: Property, tmp_path: Path) -> None:
    assert EXERCISE.reference is not None
    file = tmp_path / "drawn"
    for case in drawn(prop):
        file.write_bytes(case["data"].tobytes())
        if prop.name.startswith("raise"):
            with pytest.raises(DataError):
                read_idx(file)
        else:
            right, ours = read_idx(file), EXERCISE.reference(**case)
            assert (ours.dtype, ours.shape) == (right.dtype, right.shape)
            assert np.array_equal(ours, right)
