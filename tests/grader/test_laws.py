"""Laws hold for what is right, and say what is wrong where they do not; a function of zeros satisfies none."""

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pytest
from hypothesis import strategies as st

from grader.catalog import Entry, load_catalog
from grader.compare import difference
from grader.exercise import Exercise, Property
from grader.fence import Limits
from grader.laws import (
    adds_bias,
    adjoint,
    agrees_with_finite_differences,
    commutes_with_a_rising_function,
    example_by_example,
    linear_in,
    padding_is_a_border,
    shift_equivariant,
    stride_skips,
)
from grader.properties import depends_on_values_alone, leaves_arguments_alone
from grader.runner import grade_source
from grader.session import Grading
from grader.trial import FalsifiedError, Trial
from grader.verdict import Status
from grader.wire import Array, as_view, each_array

X = np.array([[[[1.0, -2.0, 3.0, 0.5], [4.0, 5.0, -1.0, 2.0], [0.0, 7.0, 1.0, -3.0]]]])
W = np.array([[[[2.0, 1.0], [0.0, -1.0]]]])


def layer(x: Array, w: Array, b: Array, stride: int, padding: int) -> Array:
    x = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    windows = np.lib.stride_tricks.sliding_window_view(x, w.shape[2:], axis=(2, 3))[:, :, ::stride, ::stride]
    out: Array = np.einsum("ncijpq,kcpq->nkij", windows, w) + b[:, None, None]
    return out


def square_pool(x: Array) -> Array:
    """Take the largest of each 2x2 window that tiles."""
    largest: Array = x[:, :, :2, :4].reshape(1, 1, 1, 2, 2, 2).max(axis=(3, 5))
    return largest


def tried(prop: Property, function: Callable[..., Any], right: Callable[..., Any], case: Mapping[str, Any]) -> None:
    """Check a property on one case, with the function in this process."""

    def ask(request: dict[str, Any]) -> dict[str, Any]:
        arguments = [each_array(value, np.copy) for value in request["arguments"]]
        arguments = [as_view(value) for value in arguments] if request["views"] else arguments
        return {"status": "returned", "value": function(*arguments), "arguments": arguments}

    prop.check(Trial("f", ("out",), right, case, ask))


CASE = {"x": X, "w": W, "b": np.array([10.0]), "stride": 2, "padding": 1}
PLAIN = CASE | {"b": np.array([0.0]), "padding": 0}
NONE: Any = st.nothing()


def off_by(change: Callable[..., Array]) -> Callable[..., Array]:
    return lambda *arguments: layer(*arguments) + change(*arguments)


@pytest.mark.parametrize(
    ("prop", "case", "wrong", "says"),
    [
        (linear_in("x", 1, NONE), PLAIN, off_by(lambda x, *rest: np.abs(x).max()), r"f\(2a - 3b\)"),
        (linear_in("w", 1, NONE), PLAIN, off_by(lambda x, w, *rest: np.ones(1)), r"f\(2a - 3b\)"),
        (adds_bias(1, NONE), CASE, off_by(lambda x, w, b, *rest: b.sum()), r"f\(b\): "),
        (stride_skips(1, NONE), CASE, off_by(lambda x, w, b, stride, p: np.array(stride)), r"f\(stride\)"),
        (padding_is_a_border("x", 1, NONE), CASE, off_by(lambda *all_: np.array(all_[-1])), r"f\(x, padding\)"),
        (
            shift_equivariant("x", 1, NONE, stride="stride"),
            PLAIN,
            off_by(lambda x, *rest: x[0, 0, 0, 0]),
            "moved image",
        ),
    ],
)
def test_laws_of_a_layer(prop: Property, case: dict[str, Any], wrong: Callable[..., Any], says: str) -> None:
    tried(prop, layer, layer, case)
    with pytest.raises(FalsifiedError, match=says):
        tried(prop, wrong, layer, case)
    with pytest.raises(FalsifiedError, match=r"wrong|is right"):
        tried(prop, lambda *arguments: 0 * layer(*arguments), layer, case)
    with pytest.raises(FalsifiedError, match="it returned a list, but an array is right"):
        tried(prop, lambda *arguments: layer(*arguments).tolist(), layer, case)
    with pytest.raises(FalsifiedError, match="it has shape"):
        tried(prop, lambda *arguments: layer(*arguments)[0], layer, case)


def test_examples_of_a_batch_alone() -> None:
    prop, case = example_by_example("x", 1, NONE), CASE | {"x": np.concatenate([X, 2 * X])}
    tried(prop, layer, layer, case)
    with pytest.raises(FalsifiedError, match=r"f\(x\)"):
        tried(prop, off_by(lambda x, *rest: x.mean()), layer, case)
    with pytest.raises(FalsifiedError, match="wrong"):
        tried(prop, lambda *arguments: 0 * layer(*arguments), layer, case)


def test_maxima_rise_with_a_rising_function() -> None:
    prop = commutes_with_a_rising_function("x", 1, NONE)
    tried(prop, square_pool, square_pool, {"x": X})
    with pytest.raises(FalsifiedError, match=r"f\(x\*\*3\)"):
        tried(prop, lambda x: x[:, :, :2, :4].reshape(1, 1, 1, 2, 2, 2).mean(axis=(3, 5)), square_pool, {"x": X})


def dx_of_layer(dy: Array, x: Array) -> Array:
    dx = np.zeros(x.shape)
    for i, j in np.ndindex(dy.shape[2:]):
        dx[0, 0, i : i + 2, j : j + 2] += dy[0, 0, i, j] * W[0, 0]
    return dx


def loss(dy: Array, x: Array) -> float:
    return float(np.sum(dy * layer(x, W, np.zeros(1), 1, 0)))


@pytest.mark.parametrize("law", [adjoint, agrees_with_finite_differences])
def test_gradients(law: Callable[..., Property]) -> None:
    case = {"dy": np.arange(6.0).reshape(1, 1, 2, 3), "x": X}
    prop = law("out", "x", loss, 1, NONE)
    tried(prop, dx_of_layer, dx_of_layer, case)
    with pytest.raises(FalsifiedError, match=r"sum\(out \* v\)|changes the loss"):
        tried(prop, lambda dy, x: 2 * dx_of_layer(dy, x), dx_of_layer, case)
    with pytest.raises(FalsifiedError, match=r"sum\(out \* v\)|changes the loss"):
        tried(prop, lambda dy, x: dx_of_layer(np.ones_like(dy), x), dx_of_layer, case)


def test_at_a_kink_nothing_is_required_of_the_slope() -> None:
    """Both derivatives of |x| at 0 are good; a wrong one elsewhere is not."""
    for kink in (0.0, 1e-4):
        prop = agrees_with_finite_differences("out", "x", lambda x, at=kink: float(np.abs(x - at).sum()), 1, NONE)
        for slope in (-1.0, 0.0, 1.0):
            derivative = partial(np.full_like, fill_value=slope)
            tried(prop, derivative, lambda x, right=derivative: right(x), {"x": np.zeros(2)})
        with pytest.raises(FalsifiedError, match="moving x by h"):
            tried(prop, lambda x: -np.ones_like(x), lambda x: np.ones_like(x), {"x": np.ones(2)})


def reaching_into_memory(x: Array) -> Array:
    return x if x.base is None else x.base[..., : x.shape[-1]]


def remembering() -> Callable[[Array], Array]:
    seen: list[Array] = []

    def first(x: Array) -> Array:
        seen.append(x.copy())
        return x if len(seen) < 3 else seen[1]

    return first


@pytest.mark.parametrize("wrong", [remembering(), reaching_into_memory])
def test_values_alone(wrong: Callable[[Array], Array]) -> None:
    prop = depends_on_values_alone(1, NONE)
    tried(prop, lambda x: x.copy(), lambda x: x, {"x": X})
    with pytest.raises(FalsifiedError, match=r"values are wrong|NaN"):
        tried(prop, wrong, lambda x: x, {"x": X})


def test_arguments_left_alone() -> None:
    def doubling(x: Array) -> Array:
        x *= 2
        return x / 2

    with pytest.raises(FalsifiedError, match="it changed its argument 'x': work on a copy"):
        tried(leaves_arguments_alone(1, NONE), doubling, lambda x: x, {"x": X})


def test_lists_left_alone() -> None:
    with pytest.raises(FalsifiedError, match="it changed its argument 'sizes': work on a copy"):
        tried(leaves_arguments_alone(1, NONE), lambda sizes: sizes.pop(), lambda sizes: sizes[-1], {"sizes": [3, 5]})
    tried(leaves_arguments_alone(1, NONE), lambda sizes: sizes[-1], lambda sizes: sizes[-1], {"sizes": [3, 5]})


def test_arrays_within_a_dict_or_list() -> None:
    """They are views, and watched, like others."""
    case: dict[str, Any] = {"x": {"a": X, "name": "a"}, "y": [X, ("b", 2)]}

    def total(x: dict[str, Any], y: list[Any]) -> dict[str, Array]:
        return {"sum": x["a"] + y[0]}

    def changing(x: dict[str, Any], y: list[Any]) -> dict[str, Array]:
        x["b"] = X
        return total(x, y)

    def reaching(x: dict[str, Any], y: list[Any]) -> dict[str, Array]:
        return total({"a": reaching_into_memory(x["a"])}, y)

    for prop in (leaves_arguments_alone(1, NONE), depends_on_values_alone(1, NONE)):
        tried(prop, total, total, case)
        with pytest.raises(FalsifiedError, match=r"for 'sum': .* values are wrong"):
            tried(prop, lambda x, y: {"sum": x["a"]}, total, case)
    with pytest.raises(FalsifiedError, match="it changed its argument 'x'"):
        tried(leaves_arguments_alone(1, NONE), changing, total, case)
    with pytest.raises(FalsifiedError, match="for 'sum': it holds NaN"):
        tried(depends_on_values_alone(1, NONE), reaching, total, case)


@pytest.mark.parametrize(
    ("got", "says"),
    [([1.0], "it returned a list, but a dict is right"), ({}, "its dict lacks 'x'"), ({"x": 1, "y": 2}, "'y'")],
)
def test_dicts_are_compared_key_by_key(got: object, says: str) -> None:
    assert says in difference({"x": 1.0}, got)


def test_a_slow_function_that_is_wrong_once_keeps_the_points_of_the_rest() -> None:
    """To make its failing case smaller takes time, which the other properties must not be short of."""
    known = load_catalog()["zero_pad"]
    chosen = tuple(replace(known.exercise.properties[i], examples=5) for i in (1, 2))
    entry = Entry("zero_pad", known.unit, replace_properties(known.exercise, chosen))
    source = (
        "import time\nimport numpy as np\n\n\ndef zero_pad(x, padding):\n    time.sleep(0.05)\n"
        "    return np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding))) + (padding > 0)\n"
    )
    started = time.monotonic()
    verdict = grade_source(entry, source.encode(), Grading(limits=Limits(exercise=3.0, shrinking=2.0)))
    assert [prop.status for prop in verdict.properties] == [Status.FAILED, Status.PASSED]
    assert time.monotonic() - started < 10
    counterexample = verdict.properties[0].counterexample
    assert counterexample is not None


def replace_properties(exercise: Exercise, properties: tuple[Property, ...]) -> Exercise:
    return replace(exercise, properties=properties)
