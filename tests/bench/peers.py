"""The parent's end: one process for each library, driven in turn, so that each works while the others sleep.

In one process the libraries would disturb each other: two OpenMP runtimes, one of them inside PyTorch, and OpenBLAS
each keep threads that spin while they wait for work, and a convolution of 14 ms then takes 300. A process that
waits for a line on its stdin takes nothing.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from types import TracebackType
from typing import Any, NamedTuple

ROOT = Path(__file__).parents[2]
# Threads that wait for more work spin before they fall asleep, OpenBLAS's for 2^26 clock ticks: some 25 ms.
PAUSE_SECONDS = 0.04


class PeerError(Exception):
    """A worker could not do what it was asked to."""


class Peer:
    """A worker process; see :mod:`tests.bench.worker`.

    Parameters
    ----------
    name : str
        One of :data:`tests.bench.library.WAYS`, or "limits".
    threads : int
    environment : mapping, optional
        Added to this process's own.
    """

    def __init__(self, name: str, threads: int, environment: Mapping[str, str] | None = None) -> None:
        self.name = name
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.worker", name, str(threads)],
            cwd=ROOT,
            env={**os.environ, **(environment or {})},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        self._reply()

    def ask(self, do: str, **arguments: Any) -> Any:
        """Call a method of the worker and wait for its result."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps({"do": do, **arguments}) + "\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            raise PeerError(f"{self.name}: the process has ended") from None
        return self._reply()

    def _reply(self) -> Any:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise PeerError(f"{self.name}: the process ended with exit code {self._process.wait()}")
        message = json.loads(line)
        if "error" in message:
            raise PeerError(f"{self.name}: {message['error'].strip()}")
        return message["result"]

    def __enter__(self) -> "Peer":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the process."""
        if kind is None:
            self._process.communicate()  # closes its stdin: it ends by itself
        else:
            self._process.kill()
            self._process.communicate()


class Pace(NamedTuple):
    """How long is measured.

    Attributes
    ----------
    rounds : int
        Each peer has its turn once in a round.
    warm_seconds, round_seconds : float
        At least, for each peer.
    """

    rounds: int
    warm_seconds: float
    round_seconds: float


CAREFUL = Pace(7, 0.3, 0.1)
QUICK = Pace(3, 0.05, 0.03)


class Measurement(NamedTuple):
    """Seconds of one call in each round, by peer, and what each computed."""

    seconds: dict[str, list[float]]
    checks: dict[str, list[float]]

    def median(self, name: str) -> float:
        """Return the median of the rounds of a peer."""
        return median(self.seconds[name])

    def ratios(self, over: str, under: str) -> list[float]:
        """Return the ratio of two peers' seconds in each round."""
        return [a / b for a, b in zip(self.seconds[over], self.seconds[under], strict=True)]


def alternate(jobs: Sequence[tuple[Peer, str]], pace: Pace) -> Measurement:
    """Measure a case in several peers, in turns.

    Each prepares and warms up, and finds how many calls take as long as a round shall. Then the rounds;
    who is first in one is last in the next, so that a machine that gets slower is unfair to nobody.
    """
    checks: dict[str, list[float]] = {}
    repeats: dict[str, int] = {}
    for peer, id in jobs:
        checks[peer.name] = peer.ask("prepare", id=id)
        repeats[peer.name] = peer.ask("warm", warm_seconds=pace.warm_seconds, round_seconds=pace.round_seconds)
    seconds: dict[str, list[float]] = {peer.name: [] for peer, _ in jobs}
    for number in range(pace.rounds):
        for peer, _ in jobs if number % 2 == 0 else reversed(jobs):
            time.sleep(PAUSE_SECONDS)
            seconds[peer.name].append(peer.ask("time", repeats=repeats[peer.name]))
    for peer, _ in jobs:
        peer.ask("forget")
    return Measurement(seconds, checks)
