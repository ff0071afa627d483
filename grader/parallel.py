"""Grading on several processors: one trusted process per processor, each with one worker at a time."""

import ctypes
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Hashable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from multiprocessing import resource_tracker
from pathlib import Path
from typing import TypeVar

import psutil

from grader.catalog import load_catalog
from grader.runner import grade_file, grade_source
from grader.session import Grading
from grader.verdict import ExerciseVerdict

Key = TypeVar("Key", bound=Hashable)

# Tasks that lie ready for each process, so that none waits for the parent.
WAITING_FOR_EACH = 3
# Where it is set, a Python that is started does not look for modules in the current folder.
SAFE_PATH = "PYTHONSAFEPATH"


@dataclass(frozen=True)
class Task:
    """One grading.

    Attributes
    ----------
    name : str
        The exercise.
    submission : Path or bytes
        The student's file, or its contents.
    grading : Grading
    """

    name: str
    submission: Path | bytes
    grading: Grading


def run_task(task: Task) -> ExerciseVerdict:
    """Grade one submission of one exercise."""
    entry = load_catalog()[task.name]
    if isinstance(task.submission, bytes):
        return grade_source(entry, task.submission, task.grading)
    return grade_file(entry, task.submission, task.grading)


def run_tasks(tasks: Sequence[Task], jobs: int) -> Iterator[ExerciseVerdict]:
    """Yield the verdicts in the order of the tasks.

    Parameters
    ----------
    tasks : sequence of Task
    jobs : int
        Processes; with 1, or a single task, everything runs in this one.

    Yields
    ------
    ExerciseVerdict

    Notes
    -----
    However it ends (Ctrl-C included) no process is left behind.
    """
    jobs = min(jobs, len(tasks))
    if jobs <= 1:
        yield from map(run_task, tasks)
        return
    with _pool(jobs) as pool:
        yield from pool.map(run_task, tasks)


def run_as_they_come(tasks: Iterable[tuple[Key, Task]], jobs: int) -> Iterator[tuple[Key, ExerciseVerdict | None]]:
    """Yield each verdict as soon as it is there, with the key of its task.

    Parameters
    ----------
    tasks : iterable of (key, Task)
        Taken as they are needed: some thousands may be waiting in it.
    jobs : int
        Processes.

    Yields
    ------
    (key, ExerciseVerdict or None)
        None for a task at which the grading process itself died (killed for memory, say), and again with it alone.
    """
    waiting = iter(tasks)
    while True:
        running: dict[Future[ExerciseVerdict], tuple[Key, Task]] = {}
        following: tuple[Key, Task] | None = None
        with _pool(jobs) as pool:
            try:
                while True:
                    while len(running) < WAITING_FOR_EACH * jobs:
                        following = next(waiting, None)
                        if following is None:
                            break
                        running[pool.submit(run_task, following[1])] = following
                        following = None
                    if not running:
                        return
                    for done in wait(running, return_when=FIRST_COMPLETED).done:
                        key, _ = running[done]
                        verdict = done.result()
                        del running[done]
                        yield key, verdict
            except BrokenProcessPool:
                # Nobody knows whose task it was.
                suspects = [*running.values(), *([following] if following else [])]
        yield from _each_alone(suspects)


def _each_alone(tasks: Sequence[tuple[Key, Task]]) -> Iterator[tuple[Key, ExerciseVerdict | None]]:
    """Grade one task after the other, so that a process that dies takes no other student's task with it."""
    left = list(reversed(tasks))
    while left:
        with _pool(1) as pool:
            died = False
            while left and not died:
                key, task = left.pop()
                try:
                    verdict: ExerciseVerdict | None = pool.submit(run_task, task).result()
                except BrokenProcessPool:
                    verdict, died = None, True
                yield key, verdict


def run_apart(task: Task) -> ExerciseVerdict:
    """Grade in a process of its own, which stays for the next task.

    For a process that has other threads, which may draw random numbers: Hypothesis must be alone with those it draws.

    Parameters
    ----------
    task : Task

    Raises
    ------
    BrokenProcessPool
        If that process died twice (killed for memory, say).
    """
    # For good, since another thread may be about to start a process, too.
    os.environ[SAFE_PATH] = "1"
    try:
        return _process().submit(run_task, task).result()
    except BrokenProcessPool:
        _process.cache_clear()
        return _process().submit(run_task, task).result()


@cache
def _process() -> ProcessPoolExecutor:
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(1, mp_context=context, initializer=_follow_parent, initargs=(os.getpid(),))


@contextmanager
def strangers_not_imported() -> Iterator[None]:
    """Let every Python that is started meanwhile import nothing from the current folder.

    As ``python -c``, which is how multiprocessing and Dask start theirs, it would look there first; and the current
    folder may be a student's, whose ``struct.py`` would run outside the walls.
    """
    before = os.environ.get(SAFE_PATH)
    os.environ[SAFE_PATH] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ[SAFE_PATH]
        else:
            os.environ[SAFE_PATH] = before


@contextmanager
def _pool(jobs: int) -> Iterator[ProcessPoolExecutor]:
    """Start grading processes; at the end, however it comes, none is left."""
    with strangers_not_imported():
        yield from _started(jobs)


def _started(jobs: int) -> Iterator[ProcessPoolExecutor]:
    # Spawned, not forked: a fork would copy the threads' locks of Hypothesis and Numba.
    context = multiprocessing.get_context("spawn")
    # Python's own helper process belongs to the interpreter: have it running before counting children.
    resource_tracker.ensure_running()
    before = {child.pid for child in psutil.Process().children()}
    pool = ProcessPoolExecutor(jobs, mp_context=context, initializer=_follow_parent, initargs=(os.getpid(),))
    try:
        with _interrupts_ignored():
            # All processes start here: one for each call, since none is idle yet.
            wait([pool.submit(int) for _ in range(jobs)])
        yield pool
        pool.shutdown()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        _kill_children(before)


@contextmanager
def _interrupts_ignored() -> Iterator[None]:
    """Start processes that ignore Ctrl-C from their first moment on: they inherit it (not on Windows).

    Ctrl-C reaches every process of a terminal; only this one shall act on it.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _follow_parent(parent: int) -> None:
    """Ignore Ctrl-C where that is not inherited, and end with the parent, however that ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "linux":
        set_parent_death_signal = 1
        ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)


def _kill_children(before: set[int]) -> None:
    left = [c for c in psutil.Process().children(recursive=True) if c.pid not in before]
    for process in left:
        try:
            process.kill()
        except psutil.NoSuchProcess:
            continue
    # Only multiprocessing may collect its own processes' exit codes: where psutil is first, it takes them for alive,
    # and the pool waits for their end without end.
    own = {process.pid: process for process in multiprocessing.active_children()}
    for child in own.values():
        child.join(2.0)
    psutil.wait_procs([process for process in left if process.pid not in own], timeout=2.0)
