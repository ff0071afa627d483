"""What cases have in common, and how to tell: circumstances in which wrong code shows that it is wrong."""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from hypothesis import HealthCheck, Phase, given, seed, settings

from grader.catalog import load_catalog
from grader.exercise import Property
from grader.session import Grading

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

    # The session's module sees to it that Hypothesis draws alike, whatever else is loaded.
    seed(Grading().seed)(plain(given(prop.cases)(keep)))()
    return cases


def windows(case: Case) -> tuple[tuple[int, int], tuple[int, int], int, int]:
    """Return image, window, stride and padding of a case."""
    image = case["image"] if "image" in case else case["x"]
    window = case.get("kernel", case.get("w"))
    if window is not None:
        size = window.shape[-2:]
    elif "filter_h" in case:
        size = case["filter_h"], case["filter_w"]
    else:
        size = (case["kernel_size"],) * 2
    return image.shape[-2:], size, case.get("stride", 1), case.get("padding", 0)


def does_not_tile(case: Case) -> bool:
    image, window, stride, padding = windows(case)
    return any((n + 2 * padding - f) % stride for n, f in zip(image, window, strict=True))


def begins_behind(case: Case) -> bool:
    """Whether rounding up alone would make a window that begins behind the map."""
    image, window, stride, _ = windows(case)
    return any(-(-(n - f) // stride) * stride >= n for n, f in zip(image, window, strict=True))


def fills(case: Case) -> bool:
    image, window, _, padding = windows(case)
    return padding == 0 and image == window and image != (1, 1)


def has_ties(case: Case) -> bool:
    return any(len(np.unique(m)) < m.size for m in case["x"].reshape(-1, *case["x"].shape[-2:]))


def right(name: str, case: Case) -> Any:
    reference = load_catalog()[name].exercise.reference
    assert reference is not None
    return reference(**case)


def is_repeated(case: Case) -> bool:
    """Whether a gradient's operand was repeated along an axis of its own."""
    own = case["dy"].shape[case["dy"].ndim - len(case["shape"]) :]
    return any(length == 1 < repeated for length, repeated in zip(case["shape"], own, strict=True))


def uses(case: Case) -> Counter[str]:
    """Count in how many lines of a tape each value is an operand."""
    return Counter(name for line in case["operations"] for name in set(line[2:]))


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
KERNELS: dict[str, Callable[[Case], bool]] = {
    "not square": ALL["not square"],
    **BATCHES,
    **CHANNELS,
    **STRIDES,
    **FILTERS,
    **PADDINGS,
    **WINDOWS,
    "one filter": lambda case: len(case["w"]) == 1,
    "a bias": lambda case: bool(case["b"].any()),
}
