"""What a worker can reach once its walls are up, and how high they are on this system."""

import sys
import sysconfig
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from grader import landlock

# What exercises may import besides the standard library: packages and the libraries beside them.
IMPORTABLE = ("numpy", "numpy.libs", "scipy", "scipy.libs", "numba", "llvmlite", "llvmlite.libs")
# Truncating a file is guarded from this version on.
LEAST_LANDLOCK = 3


@dataclass(frozen=True)
class Walls:
    """Which walls a worker has put up around itself, as it said before it loaded anything of a student's.

    Attributes
    ----------
    landlock : int
        Version of Landlock that keeps it from files, TCP and, from version 6 on, from signals; 0 for none.
    seccomp : bool
        Whether system calls for sockets, processes and the system are refused.
    """

    landlock: int
    seccomp: bool

    @property
    def are_complete(self) -> bool:
        """Whether strangers' files may be graded behind them."""
        return self.landlock >= LEAST_LANDLOCK and self.seccomp

    @property
    def description(self) -> str:
        """Say in a few words what they keep out."""
        held = []
        if self.landlock:
            held.append(f"no file but Python's and NumPy's can be read and none written (Landlock {self.landlock})")
        if self.seccomp:
            held.append("no network, no other process (seccomp)")
        if self.are_complete:
            return ", ".join(held)
        missing = [
            name for name, up in (("files", self.landlock >= LEAST_LANDLOCK), ("network", self.seccomp)) if not up
        ]
        return ", ".join([*held, f"{' and '.join(missing)} not fenced off"])

    @classmethod
    def from_reply(cls, reply: Mapping[str, Any]) -> "Walls":
        """Read what a worker said."""
        return cls(int(reply["landlock"]), bool(reply["seccomp"]))


@cache
def reachable() -> list[tuple[str, int]]:
    """Return the paths a worker may reach besides its own folder, each with the rights to it and to all beneath.

    Python's standard library is named entry by entry, because installed packages lie in a folder of it, and the
    grader, with all answers, may be one of them. Of the folder of packages, names can be listed, which imports do,
    and files of a few packages be read.
    """
    return list(_paths())


def _paths() -> Iterator[tuple[str, int]]:
    read, listing = landlock.READ, landlock.READ_DIR
    for name in {sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib")}:
        folder = Path(name)
        yield str(folder), listing
        if folder.is_dir():
            entries = (entry for entry in folder.iterdir() if entry.name not in ("site-packages", "dist-packages"))
            yield from ((str(entry), read) for entry in entries)
    packages = Path(np.__file__).parents[1]
    yield str(packages), listing
    yield from ((str(packages / name), read) for name in IMPORTABLE)
    if sys.platform == "linux":
        yield from _system_paths()


def _system_paths() -> Iterator[tuple[str, int]]:
    read = landlock.READ
    multiarch = sysconfig.get_config_var("MULTIARCH") or ""
    for root in ("/lib", "/usr/lib"):
        if multiarch:
            yield f"{root}/{multiarch}", read
    for name in ("/lib64", "/usr/lib64", "/etc/ld.so.cache", "/dev/urandom", "/dev/zero"):
        yield name, read
    yield "/dev/null", read | landlock.WRITE_FILE
    library = Path(sysconfig.get_config_var("LIBDIR") or "/nowhere")
    if library.is_dir():
        yield from ((str(file), read) for file in library.glob("lib*.so*"))
