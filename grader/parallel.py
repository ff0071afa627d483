"""Grading on several processors: one trusted process per processor, each with one worker at a time."""

import multiprocessing
import signal
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import resource_tracker
from pathlib import Path

import psutil

from grader.catalog import load_catalog
from grader.runner import Grading, grade_file, grade_source
from grader.verdict import ExerciseVerdict


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
    # Spawned, not forked: a fork would copy the threads' locks of Hypothesis and Numba.
    context = multiprocessing.get_context("spawn")
    # Python's own helper process belongs to the interpreter: have it running before counting children.
    resource_tracker.ensure_running()
    before = {child.pid for child in psutil.Process().children()}
    pool = ProcessPoolExecutor(jobs, mp_context=context, initializer=_leave_interrupts_to_parent)
    try:
        with _interrupts_ignored():
            verdicts = pool.map(run_task, tasks)
        yield from verdicts
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


def _leave_interrupts_to_parent() -> None:
    """Ignore Ctrl-C where that is not inherited."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


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
