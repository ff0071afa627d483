"""What the machine is, and what it can do: the rates that figures are a share of."""

import importlib.metadata
import os
import platform
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import psutil
from threadpoolctl import threadpool_limits

PRODUCT = 2048
SGEMM_FLOPS = 2.0 * PRODUCT**3
COPIED = 256 << 20  # bytes: more than any cache
COPY_BYTES = 2.0 * COPIED  # read and written
VECTOR_FLAGS = (
    "neon",
    "asimd",
    "sve",
    "avx",
    "avx2",
    "fma",
    "avx512f",
    "avx512bw",
    "avx512vl",
    "avx512_bf16",
    "amx_tile",
)
PACKAGES = ("numpy", "numba", "llvmlite", "torch")


def sgemm(threads: int) -> Callable[[], object]:
    """Return a product of two float32 matrices by NumPy's BLAS."""
    threadpool_limits(limits=threads, user_api="blas")
    rng = np.random.default_rng(0)
    a, b = (rng.standard_normal((PRODUCT, PRODUCT), np.float32) for _ in range(2))
    out = np.empty_like(a)
    return lambda: np.matmul(a, b, out=out)


def copy(threads: int) -> Callable[[], object]:
    """Return a copy of one large array to another, in as many parts as threads; NumPy copies without the GIL."""
    source = np.zeros(COPIED // 4, np.float32)
    target = np.ones_like(source)
    parts = list(zip(np.array_split(target, threads), np.array_split(source, threads), strict=True))
    pool = ThreadPoolExecutor(threads)
    return lambda: list(pool.map(lambda pair: np.copyto(*pair), parts))


class Others:
    """What other processes take of the processors; a machine that somebody else keeps busy gives no figures.

    Libraries suffer from it unequally: one that waits for all threads after every op waits for the one that was
    put aside.
    """

    def __init__(self) -> None:
        self._start = self._now()

    def share(self) -> float:
        """Return the share of all processors' time that others took since the start, from 0 to 1.

        Worker processes count as one's own once they have ended.
        """
        whole, busy, own = (now - then for now, then in zip(self._now(), self._start, strict=True))
        return min(1.0, max(0.0, (busy - own) / whole)) if whole > 0 else 0.0

    def _now(self) -> tuple[float, float, float]:
        """Return seconds since the start: of all processors, of those when they worked, of this process's work."""
        times = psutil.cpu_times()._asdict()
        # The time of guests is part of user already.
        spent = {name: seconds for name, seconds in times.items() if not name.startswith("guest")}
        whole = sum(spent.values())
        own = psutil.Process().cpu_times()
        mine = own.user + own.system + own.children_user + own.children_system
        return whole, whole - spent.get("idle", 0.0) - spent.get("iowait", 0.0), mine


def available_threads() -> int:
    """Return the number of processors this process may run on."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def describe() -> dict[str, Any]:
    """Return processor, cores, vector instructions, system and versions."""
    model, flags = _processor()
    return {
        "processor": model,
        "cores": available_threads(),
        "vectors": [flag for flag in VECTOR_FLAGS if flag in flags],
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "versions": {name: version for name in PACKAGES if (version := installed(name))},
    }


def installed(package: str) -> str:
    """Return a package's version, "" if it is not there; does not import it."""
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return ""


def _processor() -> tuple[str, set[str]]:
    """Read Linux's description of the first processor; elsewhere what Python knows."""
    path = Path("/proc/cpuinfo")
    if not path.is_file():
        return platform.processor() or platform.machine(), set()
    fields: dict[str, str] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        key, _, value = line.partition(":")
        fields.setdefault(key.strip(), value.strip())
    model = fields.get("model name", platform.machine())
    return model, set((fields.get("flags") or fields.get("Features", "")).split())
