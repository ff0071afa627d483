"""Landlock, Linux's fence around files: a process that has put it up can never take it down, nor can its children.

Loaded by the worker, so it imports only the standard library. The kernel's interface is three system calls, which
no Python package wraps; numbers and structures are those of ``linux/landlock.h`` (man 7 landlock).
"""

import ctypes
import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446  # the same on every architecture
VERSION_FLAG, PATH_BENEATH = 1, 1
SET_NO_NEW_PRIVS = 38

EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = (1 << bit for bit in range(4))
REMOVE_DIR, REMOVE_FILE, MAKE_CHAR, MAKE_DIR, MAKE_REG = (1 << bit for bit in range(4, 9))
TRUNCATE = 1 << 14

# How many rights over files each version knows of, from the first: refer, truncate and ioctl came later.
FILE_RIGHTS = (13, 14, 15, 15, 16)
NETWORK_VERSION, SCOPE_VERSION = 4, 6
BIND_AND_CONNECT, ABSTRACT_SOCKETS_AND_SIGNALS = 3, 3

READ = READ_FILE | READ_DIR
WRITE = READ | WRITE_FILE | REMOVE_DIR | REMOVE_FILE | MAKE_DIR | MAKE_REG | TRUNCATE
# The rights that make sense for a single file.
OF_FILES = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE


class _Ruleset(ctypes.Structure):
    _fields_ = [("files", ctypes.c_uint64), ("network", ctypes.c_uint64), ("scoped", ctypes.c_uint64)]


class _PathBeneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = [("allowed", ctypes.c_uint64), ("descriptor", ctypes.c_int32)]


def version() -> int:
    """Return the version of Landlock in this kernel; 0 if there is none."""
    if sys.platform != "linux":
        return 0
    found: int = _libc().syscall(CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(VERSION_FLAG))
    return max(0, found)


def confine(allowed: Iterable[tuple[str, int]]) -> int:
    """Let this process reach only these paths, connect to nothing, and signal nobody outside.

    Parameters
    ----------
    allowed : iterable of (str, int)
        Paths, each with the rights to it and to all beneath. What does not exist is passed over.

    Returns
    -------
    int
        The version that confines; 0, and nothing is confined, where there is none.

    Raises
    ------
    OSError
        If the kernel has it and refuses.
    """
    found = version()
    if not found:
        return 0
    libc = _libc()
    handled = (1 << FILE_RIGHTS[min(found, len(FILE_RIGHTS)) - 1]) - 1
    network = BIND_AND_CONNECT if found >= NETWORK_VERSION else 0
    scoped = ABSTRACT_SOCKETS_AND_SIGNALS if found >= SCOPE_VERSION else 0
    attributes = _Ruleset(handled, network, scoped)
    # Older kernels want the structure as long as they know it.
    size = ctypes.sizeof(attributes) if scoped else 16 if network else 8
    ruleset = _checked(libc.syscall(CREATE_RULESET, ctypes.byref(attributes), ctypes.c_size_t(size), 0))
    try:
        for path, rights in _merged(allowed).items():
            _allow(libc, ruleset, path, rights & handled)
        _checked(libc.prctl(SET_NO_NEW_PRIVS, 1, 0, 0, 0))
        _checked(libc.syscall(RESTRICT_SELF, ruleset, 0))
    finally:
        os.close(ruleset)
    return found


def _allow(libc: Any, ruleset: int, path: str, rights: int) -> None:
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        if not Path(path).is_dir():
            rights &= OF_FILES
        rule = _PathBeneath(rights, descriptor)
        _checked(libc.syscall(ADD_RULE, ruleset, PATH_BENEATH, ctypes.byref(rule), 0))
    finally:
        os.close(descriptor)


def _merged(allowed: Iterable[tuple[str, int]]) -> Mapping[str, int]:
    rights: dict[str, int] = {}
    for path, given in allowed:
        rights[path] = rights.get(path, 0) | given
    return rights


def _checked(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"landlock: {os.strerror(number)}")
    return result


def _libc() -> Any:
    return ctypes.CDLL(None, use_errno=True)
