"""What a worker may not do, and how that is enforced here: clock, memory, output, process tree.

These limits keep a mistake (an endless loop, a huge allocation, a forgotten subprocess) from harming the grading.
The walls of :mod:`grader.walls` keep hostile code from files, the network and other processes. How far both go on
this system :func:`describe` says in every report.
"""

import ctypes
import os
import re
import secrets
import stat
import sys
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from grader.walls import Walls

MAX_SOURCE = 256 << 10
# The folder of a unit came with the submission, as the files in it did; what lies above is whoever's who grades.
UNIT = re.compile(r"\d\d_\w+")
REFUSED_PACKAGES = ("engine", "grader", "hypothesis", "_pytest", "pytest")


@dataclass(frozen=True)
class Limits:
    """Bounds of one worker.

    Attributes
    ----------
    first_call : float
        Seconds for loading the file.
    call : float
        Seconds for one call,
    later_call : float
        and after one has taken longer than that.
    exercise : float
        Seconds for everything one exercise does, but
    shrinking : float
        Seconds in which its failing cases are made smaller.
    memory : int
        Bytes of address space (not enforced on Windows and macOS).
    printed : int
        Bytes of printed output that are kept; the rest is thrown away.
    """

    first_call: float = 10.0
    call: float = 5.0
    later_call: float = 1.0
    exercise: float = 60.0
    shrinking: float = 60.0
    memory: int = 4 << 30
    printed: int = 64 << 10

    def resources(self) -> dict[str, int]:
        """Return the limits by their names in Python's ``resource`` module."""
        return {
            "RLIMIT_AS": self.memory,
            "RLIMIT_CPU": int(self.exercise + self.shrinking) + 10,
            "RLIMIT_FSIZE": 16 << 20,
            "RLIMIT_NOFILE": 64,
            "RLIMIT_CORE": 0,
        }


class RefusedError(Exception):
    """A submission is not a file that may be loaded; the message says why."""


def read_submission(path: Path, most: int = MAX_SOURCE) -> bytes | None:
    """Read a student's file without following links or blocking on pipes.

    Parameters
    ----------
    path : Path
        The file as it lies in the submission.
    most : int
        Bytes that it may have.

    Returns
    -------
    bytes or None
        Its contents; None if there is no such file.

    Raises
    ------
    RefusedError
        If it is a link, or lies in a unit's folder that is one; if it is a pipe, a folder, too large, or unreadable.
    """
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        if path.is_symlink():
            raise RefusedError(f"{path} is a link; put the file itself there")
        if UNIT.fullmatch(path.parent.name) and path.parent.is_symlink():
            raise RefusedError(f"{path.parent} is a link; put the folder itself there")
        descriptor = os.open(path, flags)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise RefusedError(f"{path} cannot be read: {error.strerror}") from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise RefusedError(f"{path} is not a regular file")
    with os.fdopen(descriptor, "rb") as file:
        source = file.read(most + 1)
    if len(source) > most:
        raise RefusedError(f"{path} is larger than {most >> 10} KiB")
    return source


def write_beside(path: Path, content: bytes) -> None:
    """Write a file into a student's folder, where a link in its place is replaced and not followed.

    Parameters
    ----------
    path : Path
    content : bytes

    Raises
    ------
    OSError
        If it cannot be written.
    """
    path.unlink(missing_ok=True)
    with path.open("xb") as file:
        file.write(content)


def environment(folder: Path) -> dict[str, str]:
    """Return the worker's environment variables: nothing of the caller's but what Python needs to start."""
    inherited = {name: os.environ[name] for name in ("SYSTEMROOT", "LD_LIBRARY_PATH") if name in os.environ}
    return inherited | {
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "LC_ALL": "C.UTF-8",
        "NUMBA_CACHE_DIR": str(folder / "numba"),
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
    }


def nonce() -> str:
    """Return a secret that ties replies to this worker."""
    return secrets.token_hex(16)


def adopt_orphans() -> None:
    """Make processes whose parent has died become children of this one, so that none escapes the kill."""
    if sys.platform == "linux":
        set_child_subreaper = 36
        ctypes.CDLL(None).prctl(set_child_subreaper, 1, 0, 0, 0)


@dataclass
class ProcessTree:
    """The worker and everything it started, also what detached itself from it.

    Attributes
    ----------
    pid : int
        The worker.
    before : set of int
        Children this process had already; they are left alone.
    """

    pid: int
    before: set[int] = field(default_factory=set)

    def kill(self) -> None:
        """Kill all of it, and again until nothing new turns up."""
        for _ in range(20):
            found = self._members()
            if not found:
                return
            for process in found:
                try:
                    process.kill()
                except psutil.NoSuchProcess:
                    continue
            psutil.wait_procs(found, timeout=1.0)

    def _members(self) -> list[psutil.Process]:
        found: dict[int, psutil.Process] = {}
        for child in psutil.Process().children():
            if child.pid in self.before:
                continue
            try:
                for process in [child, *child.children(recursive=True)]:
                    if process.status() != psutil.STATUS_ZOMBIE:
                        found[process.pid] = process
            except psutil.NoSuchProcess:
                continue
        return list(found.values())


def describe(limits: Limits, walls: Walls) -> str:
    """Say in one line what holds on this system."""
    held = [
        f"{limits.call:.0f} s a call",
        f"{limits.exercise:.0f} s an exercise",
        "capped output",
        "process tree",
    ]
    if sys.platform == "linux":
        held.insert(2, f"{limits.memory >> 30} GiB memory")
    return f"fence: {', '.join(held)}; {walls.description}"
