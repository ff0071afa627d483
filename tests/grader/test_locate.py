"""Where errors lie: each sentence is said where it is true, and none where it is an accident."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.catalog import load_catalog
from grader.locate import where_errors_lie
from grader.runner import grade_source
from grader.session import Grading
from grader.wire import Array

RNG = np.random.default_rng(0)
SHAPES = ((2, 3, 4, 5), (1, 2, 3, 4), (3, 1, 5, 4))
RIGHT = [RNG.integers(-9, 10, shape) + 0.25 for shape in SHAPES]


def edited(place: Any) -> Callable[[Array], Array]:
    def edit(right: Array) -> Array:
        got: Array = right.copy()
        got[place] += RNG.integers(1, 9, got[place].shape)
        return got

    return edit


def but_for(place: Any) -> Callable[[Array], Array]:
    def edit(right: Array) -> Array:
        got: Array = right + RNG.integers(1, 9, right.shape)
        got[place] = right[place]
        return got

    return edit


def moved_down(right: Array) -> Array:
    got = np.full_like(right, 20.0)
    got[..., 1:, :] = right[..., :-1, :]
    return got


SAID: list[tuple[Callable[[Array], Array], str]] = [
    (lambda right: 0 * right, "every value is 0"),
    (lambda right: -right, "every value is -1 times the right one: the sign is turned around"),
    (lambda right: 2 * right, "every value is 2 times the right one"),
    (lambda right: right / right.size, "another in each case"),
    (lambda right: right + 3, "every value is too large by 3"),
    (lambda right: right - right.shape[0], "off by the same amount, another in each case"),
    (lambda right: np.maximum(right, 0), "negative values have become 0"),
    (np.abs, "negative values have lost their sign"),
    (np.trunc, "the digits behind the point are lost"),
    (lambda right: right[..., ::-1, :], "upside down"),
    (lambda right: right[..., ::-1], "mirrored"),
    (lambda right: right[..., ::-1, ::-1], "half a turn"),
    (lambda right: right.swapaxes(-1, -2), "your output is the transpose"),
    (moved_down, "your output is the right one, moved one row down"),
    (edited(np.s_[..., 0, :]), "only the first row is wrong"),
    (edited(np.s_[..., -1, :]), "only the last row is wrong"),
    (edited(np.s_[..., :1]), "only the first column is wrong"),
    (edited(np.s_[..., -1]), "only the last column is wrong"),
    (but_for(np.s_[..., 1:-1, 1:-1]), "only the border (first and last rows and columns) of each map is wrong"),
    (edited(np.s_[0]), "only the first image is wrong"),
    (but_for(np.s_[0]), "only the first image is right"),
    (but_for(np.s_[-1]), "only the last image is right"),
    (edited(np.s_[:, 0]), "only the first channel is wrong"),
    (but_for(np.s_[:, -1]), "only the last channel is right"),
    (lambda right: right.reshape(-1)[::-1].reshape(right.shape)[..., ::-1, ::-1], "in the wrong places"),
]


@pytest.mark.parametrize(("wrong", "says"), SAID, ids=[says for _, says in SAID])
def test_what_is_said(wrong: Callable[[Array], Array], says: str) -> None:
    pairs = [(right, wrong(right)) for right in RIGHT]
    pairs = [(right, got) for right, got in pairs if right.shape != got.shape or not np.allclose(right, got)]
    assert says in where_errors_lie(pairs)


def test_a_square_transpose() -> None:
    right = np.arange(9.0).reshape(3, 3)
    assert "transpose" in where_errors_lie([(right, right.T)])


@given(st.integers(0, 1000), st.lists(st.integers(1, 3), min_size=0, max_size=4))
def test_noise_has_no_pattern(seed: int, shape: list[int]) -> None:
    """Nothing is said of values that have nothing to do with the right ones, and nothing breaks."""
    rng = np.random.default_rng(seed)
    pairs = [(rng.standard_normal(shape), rng.standard_normal(shape)) for _ in range(5)]
    pairs += [(rng.standard_normal((2, 2, 4, 5)), rng.standard_normal((2, 2, 4, 5)))]
    assert where_errors_lie(pairs) == ""


def test_one_number_shows_nothing() -> None:
    assert where_errors_lie([(np.array([[2.0]]), np.array([[4.0]]))]) == ""


def test_not_a_number_breaks_nothing() -> None:
    right = np.arange(6.0).reshape(2, 3)
    assert where_errors_lie([(right, np.full((2, 3), np.nan))]) == ""
    assert "first row" in where_errors_lie([(right, np.where(right < 3, np.inf, right))])


def test_a_student_is_told() -> None:
    source = (
        "import numpy as np\n\n\ndef cross_correlate2d(image, kernel):\n"
        "    view = np.lib.stride_tricks.sliding_window_view(image, kernel.shape)\n"
        "    return -3 * np.einsum('ijpq,pq->ij', view, kernel)\n"
    )
    verdict = grade_source(load_catalog()["cross_correlate2d"], source.encode(), Grading())
    counterexample = verdict.properties[0].counterexample
    assert counterexample is not None
    assert counterexample.diagnosis == "every value is -3 times the right one"
