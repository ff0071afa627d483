"""Peak memory of training steps, measured from inside a fresh process. Linux only."""

import gc
from pathlib import Path

from tests.bench.library import Library
from tests.bench.networks import NETWORKS
from tests.bench.training import training_step

STATUS = Path("/proc/self/status")
RESET = Path("/proc/self/clear_refs")
STEPS = 5
SMALL_BATCH = 2


def peak_of_steps(library: Library, network: str, batch: int) -> dict[str, float] | None:
    """Return what training steps add to the memory of a process, in bytes; None where it cannot be known.

    Returns
    -------
    dict
        "loaded": resident after the import and a step on two images, which loads kernels and all that a
        library imports when it is first used. "peak": the most that was resident during five steps at
        `batch`, building model and batch included. "growth": the difference.
    """
    if not (STATUS.is_file() and RESET.is_file()):
        return None
    training_step(library, NETWORKS[network], SMALL_BATCH)()
    gc.collect()
    loaded = _status("VmRSS")
    RESET.write_text("5", encoding="ascii")  # sets VmHWM, the most ever resident, back to what is resident now
    step = training_step(library, NETWORKS[network], batch)
    for _ in range(STEPS):
        step()
    peak = _status("VmHWM")
    return {"loaded": loaded, "peak": peak, "growth": peak - loaded}


def _status(key: str) -> float:
    line = next(line for line in STATUS.read_text(encoding="utf-8").splitlines() if line.startswith(key + ":"))
    return float(line.split()[1]) * 1024
