"""Processes that grade side by side: none is left behind, and none is taken for alive."""

import multiprocessing
import os
import time
from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import resource_tracker
from pathlib import Path
from typing import Never

import psutil
import pytest

from grader import parallel
from grader.parallel import Task, _kill_children, run_as_they_come
from grader.session import Grading
from grader.verdict import ExerciseVerdict, Status


def test_a_killed_process_is_known_to_have_ended() -> None:
    """Who collects its exit code must be multiprocessing: or its pool waits for it, at full speed, for ever."""
    process = multiprocessing.get_context("spawn").Process(target=time.sleep, args=(60,))
    resource_tracker.ensure_running()  # Python's own helper, which is not to be killed
    before = {child.pid for child in psutil.Process().children()}
    process.start()
    _kill_children(before)
    assert not process.is_alive()
    assert process.exitcode not in (None, 0)


def pretend(task: Task) -> ExerciseVerdict:
    """Stand in for grading: some tasks are their process's end, each time or the first time only."""
    if task.name == "deadly":
        os._exit(9)
    if task.name == "deadly once" and isinstance(task.submission, Path) and not task.submission.exists():
        task.submission.touch()
        os._exit(9)
    time.sleep(0.3)  # long enough to be there when another's process dies
    return ExerciseVerdict(task.name, "", "", Status.PASSED, 1)


def test_whose_process_dies_takes_nobody_with_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(parallel, "run_task", pretend)
    names = ["deadly", *["innocent"] * 4, "deadly", "innocent", "deadly once", *["innocent"] * 4]
    tasks = [(number, Task(name, tmp_path / "died", Grading())) for number, name in enumerate(names)]

    verdicts = dict(run_as_they_come(tasks, 2))

    assert {number for number, verdict in verdicts.items() if verdict is None} == {0, 5}
    assert sorted(verdicts) == list(range(len(names)))


def test_a_task_handed_to_a_pool_that_is_broken_already_is_not_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken(ThreadPoolExecutor):
        def submit(self, *call: object, **named: object) -> Never:
            raise BrokenProcessPool

    pools: list[Executor] = [ThreadPoolExecutor(2), ThreadPoolExecutor(1), Broken()]

    @contextmanager
    def pool(jobs: int) -> Iterator[Executor]:
        with pools.pop() as made:
            yield made

    monkeypatch.setattr(parallel, "_pool", pool)
    monkeypatch.setattr(parallel, "run_task", pretend)
    tasks = [(number, Task("innocent", b"", Grading())) for number in range(3)]
    assert {number for number, verdict in run_as_they_come(tasks, 2) if verdict} == {0, 1, 2}
