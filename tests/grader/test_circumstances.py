"""Cases cover the circumstances in which wrong code is wrong: a 3x3 square with stride 1 shows little."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings

from grader.catalog import load_catalog
from grader.exercise import Property, Sheet

Case = Mapping[str, Any]


def drawn(prop: Property) -> list[Case]:
    cases: list[Case] = []
    plain = settings(
        max_examples=prop.examples,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )

    def keep(case: Case) -> None:
        cases.append(case)

    seed(0)(plain(given(prop.cases)(keep)))()
    return cases


def windows(case: Case) -> tuple[tuple[int, int], tuple[int, int], int, int]:
    """Return image, window, stride and padding of a case."""
    image = case["image"] if "image" in case else case["x"]
    window = case.get("kernel", case.get("w"))
    size = (case["kernel_size"],) * 2 if window is None else window.shape[-2:]
    return image.shape[-2:], size, case.get("stride", 1), case.get("padding", 0)


def does_not_tile(case: Case) -> bool:
    image, window, stride, padding = windows(case)
    return any((n + 2 * padding - f) % stride for n, f in zip(image, window, strict=True))


def fills(case: Case) -> bool:
    image, window, _, padding = windows(case)
    return padding == 0 and image == window and image != (1, 1)


def has_ties(case: Case) -> bool:
    return any(len(np.unique(m)) < m.size for m in case["x"].reshape(-1, *case["x"].shape[-2:]))


def main(case: Case) -> np.ndarray:
    array: np.ndarray = next(value for value in case.values() if isinstance(value, np.ndarray) and value.ndim > 1)
    return array


ALL: dict[str, Callable[[Case], bool]] = {
    "float32": lambda case: main(case).dtype == np.float32,
    "float64": lambda case: main(case).dtype == np.float64,
    "not square": lambda case: main(case).shape[-1] != main(case).shape[-2],
}
BATCHES: dict[str, Callable[[Case], bool]] = {
    "one image": lambda case: len(main(case)) == 1,
    "several images": lambda case: len(main(case)) > 1,
}
CHANNELS: dict[str, Callable[[Case], bool]] = {
    "one channel": lambda case: case["x"].shape[1] == 1,
    "several channels": lambda case: case["x"].shape[1] > 1,
}
WINDOWS: dict[str, Callable[[Case], bool]] = {"a window as large as the image": fills}
STRIDES: dict[str, Callable[[Case], bool]] = {
    "windows do not tile": does_not_tile,
    "windows overlap": lambda case: windows(case)[2] < windows(case)[1][0],
    "windows skip pixels": lambda case: windows(case)[2] > windows(case)[1][0],
}
FILTERS: dict[str, Callable[[Case], bool]] = {
    "filter not square": lambda case: windows(case)[1][0] != windows(case)[1][1],
}
PADDINGS: dict[str, Callable[[Case], bool]] = {
    "padding": lambda case: case.get("padding", 0) > 0,
    "no padding": lambda case: case.get("padding", 0) == 0,
    "padding as large as the filter": lambda case: 0 < min(windows(case)[1]) <= case.get("padding", 0),
}
EXPECTED: dict[str, dict[str, Callable[[Case], bool]]] = {
    "zero_pad": ALL | BATCHES | CHANNELS | {"padding 0": lambda case: case["padding"] == 0},
    "cross_correlate2d": ALL | WINDOWS | FILTERS,
    "conv2d": ALL
    | BATCHES
    | CHANNELS
    | WINDOWS
    | STRIDES
    | FILTERS
    | PADDINGS
    | {"one filter": lambda case: len(case["w"]) == 1, "a bias": lambda case: bool(case["b"].any())},
    "max_pool2d": ALL
    | BATCHES
    | CHANNELS
    | WINDOWS
    | STRIDES
    | {"all negative": lambda case: bool((case["x"] < 0).all()), "ties": has_ties},
    "softmax_cross_entropy": ALL | BATCHES,
    "conv2d_backward": ALL | BATCHES | CHANNELS | WINDOWS | STRIDES | FILTERS | PADDINGS,
    "max_pool2d_backward": ALL
    | BATCHES
    | CHANNELS
    | WINDOWS
    | STRIDES
    | {"a window of negative values": lambda case: bool((case["x"].min(axis=(2, 3)) < 0).any())},
}


def test_every_exercise_on_arrays_is_listed() -> None:
    on_arrays = {
        name
        for name, entry in load_catalog().items()
        if not isinstance(entry.exercise.stub, Sheet)
        and any(isinstance(v, np.ndarray) for v in drawn(entry.exercise.properties[0])[0].values())
    }
    assert on_arrays == set(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_circumstances_occur(name: str) -> None:
    cases = [case for prop in load_catalog()[name].exercise.properties for case in drawn(prop)]
    missing = [what for what, occurs in EXPECTED[name].items() if not any(occurs(case) for case in cases)]
    assert not missing


@pytest.mark.parametrize("name", EXPECTED)
def test_every_exercise_on_arrays_has_the_properties_that_all_share(name: str) -> None:
    names = {prop.name for prop in load_catalog()[name].exercise.properties}
    assert {"leave its arguments unchanged", "give the same when called again, and for views of arrays"} <= names
