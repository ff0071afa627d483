"""The engine's kernels, compiled once for all workers: a network that is built on the engine starts at once.

Compiled code is kept by Numba as pickles, which whoever can write to them can fill with anything. So workers read
this folder and cannot write to it, and the grader itself never reads it: what fills it is a process of its own, in
which nothing of a student's runs.
"""

import hashlib
import os
import subprocess
import sys
from functools import cache
from importlib.metadata import version
from pathlib import Path

import filelock
import platformdirs

import engine

# What students' networks are made of, forwards, backwards, and a step of an optimiser, in float32.
PROGRAM = """
import numpy as np
import engine
from engine import models, nn, optim

images, labels = np.zeros((4, 1, 28, 28), np.float32), engine.tensor(np.arange(4))
for make, side in ((models.MLP, 28), (models.ConvNet, 28), (models.LeNet5, 32)):
    model = make()
    x = engine.tensor(np.zeros((4, 1, side, side), np.float32))
    loss_of = nn.functional.rbf_loss if make is models.LeNet5 else nn.functional.cross_entropy
    for optimizer in (optim.SGD(model.parameters(), 0.1, momentum=0.9), optim.Adam(model.parameters())):
        optimizer.zero_grad()
        loss_of(model(x), labels).backward()
        optimizer.step()
    model.eval()
    model(x).argmax(dim=1)
    model(engine.tensor(x.numpy(), requires_grad=True)).sum().backward()
"""
SECONDS = 600.0


@cache
def folder() -> Path:
    """Return the folder with the compiled kernels, filled at first use, which takes a minute.

    Returns
    -------
    Path
        In the user's cache; another one for each version of the engine, of Numba and of Python, and for each kind of
        processor.

    Raises
    ------
    RuntimeError
        If the kernels cannot be compiled.
    """
    place = platformdirs.user_cache_path("byhand") / "compiled" / _digest()
    place.mkdir(parents=True, exist_ok=True)
    done = place / "complete"
    with filelock.FileLock(place.with_suffix(".lock")):
        if not done.exists():
            _compile_into(place)
            done.touch()
    return place


def _compile_into(place: Path) -> None:
    sys.stderr.write("grade: compiling the engine for graded networks; this happens once\n")
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(place), "PYTHONPATH": str(Path(engine.__file__).parents[1])}
    # The current folder may be a student's: neither modules (-P) nor Numba's settings are taken from there.
    command = [sys.executable, "-B", "-P", "-c", PROGRAM]
    done = subprocess.run(
        command, cwd=place, env=environment, capture_output=True, text=True, timeout=SECONDS, check=False
    )
    if done.returncode:
        raise RuntimeError(f"the engine's kernels cannot be compiled:\n{done.stderr}")


def _digest() -> str:
    # Loads LLVM, which most gradings do not need.
    from llvmlite.binding import get_host_cpu_features, get_host_cpu_name

    files = sorted(Path(engine.__file__).parent.rglob("*.py"))
    stamps = [f"{file} {file.stat().st_mtime_ns} {file.stat().st_size}" for file in files]
    about = [version("numba"), sys.version, get_host_cpu_name(), get_host_cpu_features().flatten(), *stamps]
    return hashlib.sha256("\n".join(about).encode()).hexdigest()[:16]
