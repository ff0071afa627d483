"""seccomp, Linux's fence around system calls: what a student's function never needs is refused by the kernel.

Landlock guards files and TCP. This guards the rest: other sockets, other processes, programs, changes of owners and
modes, clocks, mounts. A refused call fails with EPERM, as if the user were not allowed to; nothing is killed.

Loaded by the worker, so it imports only the standard library. The filter is a program for the kernel's packet
filter (man 2 seccomp, linux/filter.h): it loads the call's number, compares, and returns a verdict. Numbers differ
by architecture; those of x86-64 are here, and elsewhere there is no filter, which the report says.
"""

import ctypes
import os
import platform
import sys
from collections.abc import Mapping

SET_NO_NEW_PRIVS, SET_SECCOMP, FILTER = 38, 22, 2
ALLOW, ERRNO, KILL = 0x7FFF0000, 0x00050000, 0x80000000
EPERM, ENOSYS = 1, 38
LOAD, JUMP_EQUAL, JUMP_GREATER_OR_EQUAL, JUMP_ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
# Where the kernel puts what it asks about: number, architecture, and the arguments, of 8 bytes, lower half first.
NUMBER, ARCHITECTURE = 0, 4
FIRST_ARGUMENT, SECOND_ARGUMENT, THIRD_ARGUMENT, HALF = 16, 24, 32, 4
X86_64 = 0xC000003E
# Calls of the x32 interface: other numbers for the same.
X32 = 0x40000000
CLONE_THREAD = 0x10000
# The last call that was looked at for this list, file_setattr of Linux 6.17. What newer kernels add does not exist for
# a worker: who knows what it does, and C libraries cope with kernels that are older than they are.
NEWEST = 469

REFUSED = {
    "sockets": {"socket": 41, "socketpair": 53},
    # io_uring does what other calls would, past this filter.
    "io_uring": {"io_uring_setup": 425, "io_uring_enter": 426, "io_uring_register": 427},
    "programs and processes": {"execve": 59, "execveat": 322, "fork": 57, "vfork": 58},
    "other processes": {
        "ptrace": 101,
        "process_vm_readv": 310,
        "process_vm_writev": 311,
        "rt_sigqueueinfo": 129,
        "tkill": 200,
        "rt_tgsigqueueinfo": 297,
        "pidfd_open": 434,
        "pidfd_send_signal": 424,
        "pidfd_getfd": 438,
        "kcmp": 312,
        "process_madvise": 440,
        "process_mrelease": 448,
        "setpriority": 141,
        "sched_setparam": 142,
        "sched_setscheduler": 144,
        "sched_setattr": 314,
        "ioprio_set": 251,
        "migrate_pages": 256,
        "move_pages": 279,
        "setpgid": 109,
        "setsid": 112,
    },
    "shared memory and queues": {
        "shmget": 29,
        "shmat": 30,
        "shmctl": 31,
        "semget": 64,
        "semop": 65,
        "semctl": 66,
        "semtimedop": 220,
        "msgget": 68,
        "msgsnd": 69,
        "msgrcv": 70,
        "msgctl": 71,
        "mq_open": 240,
        "mq_unlink": 241,
    },
    "owners, modes and times of files": {
        "chmod": 90,
        "fchmod": 91,
        "fchmodat": 268,
        "fchmodat2": 452,
        "chown": 92,
        "fchown": 93,
        "lchown": 94,
        "fchownat": 260,
        "setxattr": 188,
        "lsetxattr": 189,
        "fsetxattr": 190,
        "removexattr": 197,
        "lremovexattr": 198,
        "fremovexattr": 199,
        "utime": 132,
        "utimes": 235,
        "futimesat": 261,
        "utimensat": 280,
        "setxattrat": 463,
        "getxattrat": 464,
        "listxattrat": 465,
        "removexattrat": 466,
        "file_getattr": 468,
        "file_setattr": 469,
        "open_by_handle_at": 304,
        "name_to_handle_at": 303,
        "mknod": 133,
        "mknodat": 259,
    },
    "the system": {
        "mount": 165,
        "umount2": 166,
        "pivot_root": 155,
        "chroot": 161,
        "unshare": 272,
        "setns": 308,
        "open_tree": 428,
        "move_mount": 429,
        "fsopen": 430,
        "fsconfig": 431,
        "fsmount": 432,
        "fspick": 433,
        "mount_setattr": 442,
        "open_tree_attr": 467,
        "vhangup": 153,
        "bpf": 321,
        "perf_event_open": 298,
        "userfaultfd": 323,
        "fanotify_init": 300,
        "add_key": 248,
        "request_key": 249,
        "keyctl": 250,
        "syslog": 103,
        "acct": 163,
        "reboot": 169,
        "swapon": 167,
        "swapoff": 168,
        "sethostname": 170,
        "setdomainname": 171,
        "settimeofday": 164,
        "clock_settime": 227,
        "adjtimex": 159,
        "clock_adjtime": 305,
        "init_module": 175,
        "finit_module": 313,
        "delete_module": 176,
        "kexec_load": 246,
        "kexec_file_load": 320,
        "iopl": 172,
        "ioperm": 173,
        "quotactl": 179,
        "quotactl_fd": 443,
    },
    # The worker has set its own by now. Who is root could set them higher.
    "limits": {"setrlimit": 160},
}
CLONE, CLONE3, KILL_CALL, TGKILL = 56, 435, 62, 234
# Allowed for this process itself, which they call 0.
SCHED_SETAFFINITY = 203
# It sets limits and asks for them: asking is allowed, which threads do when they start.
PRLIMIT64 = 302

# Whose file it is decides who gets a signal when something happens to it: the grader, by SIGKILL, if a student's
# function said so of a pipe. Landlock keeps signals in from version 6 on only. A lease keeps others waiting who open
# the file.
FCNTL, SET_FLAGS, ASYNCHRONOUS = 72, 4, 0o20000
REFUSED_OF_FCNTL = {"F_SETOWN": 8, "F_SETSIG": 10, "F_SETOWN_EX": 15, "F_SETLEASE": 1024, "F_NOTIFY": 1026}
# The same by other names; flags of files, immutable for one; and letters typed into somebody's terminal.
IOCTL = 16
REFUSED_OF_IOCTL = {
    "FIOSETOWN": 0x8901,
    "SIOCSPGRP": 0x8902,
    "FIOASYNC": 0x5452,
    "FS_IOC_SETFLAGS": 0x40086602,
    "FS_IOC_FSSETXATTR": 0x401C5820,
    "TIOCSTI": 0x5412,
    "TIOCLINUX": 0x541C,
}


class _Instruction(ctypes.Structure):
    _fields_ = [("code", ctypes.c_uint16), ("yes", ctypes.c_uint8), ("no", ctypes.c_uint8), ("value", ctypes.c_uint32)]


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_uint16), ("instructions", ctypes.POINTER(_Instruction))]


def is_known_here() -> bool:
    """Tell whether there is a filter for this system and architecture."""
    return sys.platform == "linux" and platform.machine() == "x86_64"


def confine() -> bool:
    """Refuse, from now on and for ever, what a student's function never needs.

    Returns
    -------
    bool
        False, and nothing is refused, where there is no filter for the system.

    Raises
    ------
    OSError
        If the kernel does not take the filter.
    """
    if not is_known_here():
        return False
    instructions = _program(os.getpid())
    array = (_Instruction * len(instructions))(*instructions)
    program = _Program(len(instructions), array)
    libc = ctypes.CDLL(None, use_errno=True)
    for number, *arguments in ((SET_NO_NEW_PRIVS, 1, 0), (SET_SECCOMP, FILTER, ctypes.byref(program))):
        if libc.prctl(number, *arguments, 0, 0) < 0:
            number = ctypes.get_errno()
            raise OSError(number, f"seccomp: {os.strerror(number)}")
    return True


def _program(own: int) -> list[_Instruction]:
    """Return the filter; `own` is the process that may signal itself."""
    code = [
        _Instruction(LOAD, 0, 0, ARCHITECTURE),
        _Instruction(JUMP_EQUAL, 1, 0, X86_64),
        _Instruction(RETURN, 0, 0, KILL),
        _Instruction(LOAD, 0, 0, NUMBER),
        *_refuse_if(JUMP_GREATER_OR_EQUAL, X32),
        *_refuse_if(JUMP_GREATER_OR_EQUAL, NEWEST + 1, ENOSYS),
    ]
    for calls in REFUSED.values():
        for number in calls.values():
            code += _refuse_if(JUMP_EQUAL, number)
    # The C library tries clone3, whose flags a filter cannot see, and then clone.
    code += _refuse_if(JUMP_EQUAL, CLONE3, ENOSYS)
    code += _of_call(CLONE, _refuse_unless(FIRST_ARGUMENT, JUMP_ANY_BIT, CLONE_THREAD))  # threads, and no processes
    for number in (KILL_CALL, TGKILL):
        code += _of_call(number, _refuse_unless(FIRST_ARGUMENT, JUMP_EQUAL, own))
    code += _of_call(SCHED_SETAFFINITY, _refuse_unless(FIRST_ARGUMENT, JUMP_EQUAL, 0))
    only_asking = [step for half in (0, HALF) for step in _refuse_unless(THIRD_ARGUMENT + half, JUMP_EQUAL, 0)]
    code += _of_call(PRLIMIT64, [*_refuse_unless(FIRST_ARGUMENT, JUMP_EQUAL, 0), *only_asking])
    code += _of_call(FCNTL, [*_refuse_values(REFUSED_OF_FCNTL), *_flags_of_files()])
    code += _of_call(IOCTL, _refuse_values(REFUSED_OF_IOCTL))
    return [*code, _Instruction(RETURN, 0, 0, ALLOW)]


def _of_call(number: int, tests: list[_Instruction]) -> list[_Instruction]:
    """Put one call to the tests, and allow it if none refuses."""
    tests = [*tests, _Instruction(RETURN, 0, 0, ALLOW)]
    return [_Instruction(JUMP_EQUAL, 0, len(tests), number), *tests]


def _refuse_if(test: int, value: int, error: int = EPERM) -> list[_Instruction]:
    """Refuse the call if what was loaded last passes a test."""
    return [_Instruction(test, 0, 1, value), _Instruction(RETURN, 0, 0, ERRNO | error)]


def _refuse_unless(place: int, test: int, value: int) -> list[_Instruction]:
    """Refuse the call if half an argument does not pass a test."""
    return [
        _Instruction(LOAD, 0, 0, place),
        _Instruction(test, 1, 0, value),
        _Instruction(RETURN, 0, 0, ERRNO | EPERM),
    ]


def _refuse_values(values: Mapping[str, int]) -> list[_Instruction]:
    """Refuse the call for some values of its second argument, of which the kernel takes the lower half."""
    code = [_Instruction(LOAD, 0, 0, SECOND_ARGUMENT)]
    for value in values.values():
        code += _refuse_if(JUMP_EQUAL, value)
    return code


def _flags_of_files() -> list[_Instruction]:
    """Refuse, of the flags that an open file can get, the one that asks for signals; the command is loaded already."""
    tests = [_Instruction(LOAD, 0, 0, THIRD_ARGUMENT), *_refuse_if(JUMP_ANY_BIT, ASYNCHRONOUS)]
    return [_Instruction(JUMP_EQUAL, 0, len(tests), SET_FLAGS), *tests]
