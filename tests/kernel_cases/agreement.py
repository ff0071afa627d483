"""Calls a kernel of the CUDA set and the same of the reference, and compares."""

from typing import Any

import numpy as np

from engine import kernels
from engine.arrays import Array
from engine.cuda.array import DeviceArray, from_host
from tests.kernel_cases.case import Draw, KernelCase


def drawn(case: KernelCase, seed: int, dtype: str, scale: int, statistics: str = "") -> list[Any]:
    """Return the arguments of a call."""
    return case.arguments(Draw(np.random.default_rng(seed), dtype, statistics or dtype, scale))


def to_device(argument: Any) -> Any:
    """Return an argument for the device: arrays and lists of arrays there."""
    if isinstance(argument, list) and argument and isinstance(argument[0], np.ndarray):
        return [from_host(array) for array in argument]
    return from_host(argument) if isinstance(argument, np.ndarray) else argument


def copied(argument: Any) -> Any:
    """Return an argument whose arrays the reference may write to."""
    if isinstance(argument, list):
        return [copied(part) for part in argument]
    return argument.copy() if isinstance(argument, np.ndarray) else argument


def _arrays(argument: Any) -> list[Array]:
    parts = argument if isinstance(argument, list) else [argument]
    return [part.host() if isinstance(part, DeviceArray) else part for part in parts]


def results(name: str, case: KernelCase, args: list[Any]) -> tuple[list[Array], list[Array]]:
    """Return what the CUDA kernel wrote, and what the reference did."""
    ours, theirs = [to_device(arg) for arg in args], [copied(arg) for arg in args]
    getattr(kernels.load("cuda"), name)(*ours)
    getattr(kernels.load("reference"), name)(*theirs)
    got = [array for arg in ours[: case.outputs] for array in _arrays(arg)]
    return got, [array for arg in theirs[: case.outputs] for array in _arrays(arg)]


def check(name: str, case: KernelCase, seed: int, dtype: str, scale: int) -> None:
    """Fail unless the kernel agrees with the reference."""
    tolerance = case.tolerance if dtype == "float32" else 1e-11
    for got, expected in zip(*results(name, case, drawn(case, seed, dtype, scale)), strict=True):
        finite = expected[np.isfinite(expected)] if expected.dtype.kind == "f" else expected
        size = max(1.0, float(np.abs(finite.astype(np.float64)).max(initial=0)))
        np.testing.assert_allclose(got, expected, rtol=tolerance, atol=tolerance * size, err_msg=name)
