"""Processes that grade side by side: none is left behind, and none is taken for alive."""

import multiprocessing
import time
from multiprocessing import resource_tracker

import psutil

from grader.parallel import _kill_children


def test_a_killed_process_is_known_to_have_ended() -> None:
    """Who collects its exit code must be multiprocessing: or its pool waits for it, at full speed, for ever."""
    process = multiprocessing.get_context("spawn").Process(target=time.sleep, args=(60,))
    resource_tracker.ensure_running()  # Python's own helper, which is not to be killed
    before = {child.pid for child in psutil.Process().children()}
    process.start()
    _kill_children(before)
    assert not process.is_alive()
    assert process.exitcode not in (None, 0)
