"""One library in a process of its own: ``python -m tests.bench.worker engine 2``.

Requests and replies are JSON, one on a line, on stdin and stdout; :mod:`tests.bench.peers` is the other end. While
no request comes the process sleeps. What libraries print goes to stderr.
"""

import gc
import json
import os
import sys
import time
import traceback
from collections.abc import Callable
from math import ceil
from typing import Any

from tests.bench import machine
from tests.bench.case import Work
from tests.bench.cases import CASES
from tests.bench.gpu_cases import GPU_CASES
from tests.bench.library import Library, load
from tests.bench.mnist import train_epochs
from tests.bench.networks import NETWORKS
from tests.bench.resident import peak_of_steps
from tests.bench.training import training_step

LEAST_CALLS = 3


class Worker:
    """What answers the requests.

    Parameters
    ----------
    name : str
        One of :data:`tests.bench.library.WAYS`, or "limits", which has no library: it measures the machine by NumPy.
    threads : int
    """

    def __init__(self, name: str, threads: int) -> None:
        self.name = name
        self.threads = threads
        self.library: Library | None = None if name == "limits" else load(name, threads)
        self.work: Work | None = None

    def prepare(self, id: str) -> list[float]:
        """Make a case ready, the one before it forgotten; return its check."""
        self.work = None
        gc.collect()
        if self.library is None:
            limits: dict[str, Callable[[int], Callable[[], object]]] = {"sgemm": machine.sgemm, "copy": machine.copy}
            self.work = Work(limits[id](self.threads), [])
        else:
            self.work = (CASES | GPU_CASES)[id].prepare(self.library)
        return self.work.check

    def warm(self, warm_seconds: float, round_seconds: float) -> int:
        """Run for a while; return how many calls fill a round."""
        calls, fastest, start = 0, float("inf"), time.perf_counter()
        while calls < LEAST_CALLS or time.perf_counter() - start < warm_seconds:
            fastest = min(fastest, self.time(1))
            calls += 1
        return max(1, ceil(round_seconds / fastest))

    def time(self, repeats: int) -> float:
        """Return the seconds of a call, the mean of `repeats` calls on end."""
        assert self.work is not None, "prepare comes first"
        run = self.work.run
        start = time.perf_counter()
        for _ in range(repeats):
            run()
        if self.library is not None:
            self.library.synchronize()
        return (time.perf_counter() - start) / repeats

    def forget(self) -> None:
        """Let go of the case and its memory."""
        self.work = None
        gc.collect()

    def first_step(self, network: str, batch: int) -> None:
        """Build a network and take one training step."""
        assert self.library is not None
        training_step(self.library, NETWORKS[network], batch)()

    def peak(self, network: str, batch: int) -> dict[str, float] | None:
        """Measure memory; see :func:`tests.bench.resident.peak_of_steps`. Asked of a fresh process only."""
        assert self.library is not None
        return peak_of_steps(self.library, network, batch)

    def epoch(self, images: str, seed: int, epochs: int = 1) -> dict[str, float]:
        """Train one epoch, or some; see :func:`tests.bench.mnist.train_epochs`."""
        assert self.library is not None
        return train_epochs(self.library, images, seed, epochs)


def serve(name: str, threads: int) -> None:
    """Answer requests until stdin ends."""
    # Replies go to what was stdout; whatever else is written there, also by C code, goes to stderr.
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as replies:
        os.dup2(2, 1)

        def reply(**message: Any) -> None:
            replies.write(json.dumps(message) + "\n")
            replies.flush()

        worker = Worker(name, threads)
        reply(result="ready")
        for line in sys.stdin:
            request = json.loads(line)
            method = getattr(worker, request.pop("do"))
            # A case that one library cannot do is a line in the table, not the end of the run.
            try:
                reply(result=method(**request))
            except Exception:
                reply(error=traceback.format_exc())


if __name__ == "__main__":
    serve(sys.argv[1], int(sys.argv[2]))
