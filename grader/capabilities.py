"""Capabilities, what Linux lets root do: a worker gives them up, so that one of a root's grader is nobody special.

Loaded by the worker, so it imports only the standard library. The calls are the C library's, which has them on every
architecture (man 2 capset); numbers are those of ``linux/capability.h``.
"""

import ctypes
import os
import sys

VERSION_3 = 0x20080522
DROP_FROM_BOUNDING_SET = 24
READ_ANYTHING = 1 << 2
MOST = 64


class _Header(ctypes.Structure):
    _fields_ = [("version", ctypes.c_uint32), ("process", ctypes.c_int)]


class _Sets(ctypes.Structure):
    """Half of the sets: 32 capabilities."""

    _fields_ = [("effective", ctypes.c_uint32), ("permitted", ctypes.c_uint32), ("inheritable", ctypes.c_uint32)]


def drop(keep_reading: bool) -> None:
    """Give up all capabilities of this thread and of those it starts; do nothing on other systems than Linux.

    Parameters
    ----------
    keep_reading : bool
        Whether root may go on to read what belongs to others. Where Landlock says which files these are, nothing is
        lost by that, and who calls the grader by sudo has Python's packages in a home that is closed to all others.

    Raises
    ------
    OSError
        If the kernel refuses.
    """
    if sys.platform != "linux":
        return
    libc = ctypes.CDLL(None, use_errno=True)
    for number in range(MOST):
        # It may not be allowed, or not exist. This is for programs that are started: the sets below hold by themselves.
        libc.prctl(DROP_FROM_BOUNDING_SET, number, 0, 0, 0)
    header, halves = _Header(VERSION_3, 0), (_Sets * 2)()
    _check(libc.capget(ctypes.byref(header), halves))
    kept = halves[0].permitted & READ_ANYTHING if keep_reading else 0
    halves[0], halves[1] = _Sets(kept, kept, 0), _Sets(0, 0, 0)
    _check(libc.capset(ctypes.byref(header), halves))


def _check(result: int) -> None:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"capabilities: {os.strerror(number)}")
