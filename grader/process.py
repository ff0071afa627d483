"""One worker as the grader sees it: started in a fresh folder, asked with a clock running, killed whole."""

import io
import json
import os
import queue
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO, cast

import numpy as np
import psutil

from grader import fence, landlock, wire
from grader.fence import Limits
from grader.replies import checked
from grader.walls import IMPORTABLE, Walls, reachable
from grader.workplace import PLAIN, Workplace

WORKER = Path(__file__).with_name("worker.py")


class WorkerTimeoutError(Exception):
    """The worker did not answer in time; it has been killed."""


class WorkerCrashError(Exception):
    """The worker ended, or answered with something that is no reply; the message says what is known."""


class WorkerProcess:
    """A running worker with one student file loaded; use it in a ``with`` block.

    Parameters
    ----------
    source : bytes
        The student's file.
    name : str
        What to call it, so that error messages show the student's own file name.
    limits : Limits
        What it may use.
    workplace : Workplace
        What else it has.
    """

    def __init__(self, source: bytes, name: str, limits: Limits, workplace: Workplace = PLAIN) -> None:
        self._limits = limits
        self._nonce = fence.nonce()
        self._requests = 0
        self._folder = Path(tempfile.mkdtemp(prefix="byhand-"))
        self._printed = bytearray()
        file = self._folder / f"{name}.py"
        file.write_bytes(source)
        more = workplace.settings()
        refused = [package for package in fence.REFUSED_PACKAGES if package not in more["packages"]]
        settings = {
            "file": str(file),
            "limits": limits.resources(),
            "path": [str(Path(np.__file__).parents[1]), *more["path"]],
            "refused": [*refused, *more["withheld"]],
            "importable": [*IMPORTABLE, *(name.removesuffix(".py") for name in more["packages"])],
            "reachable": [*reachable(), *more["reachable"], (str(self._folder), landlock.READ)],
            "prepare": more["prepare"],
            "nonce": self._nonce,
        }
        fence.adopt_orphans()
        before = {child.pid for child in psutil.Process().children()}
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", "-B", str(WORKER), json.dumps(settings)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=self._folder,
            env={**fence.environment(self._folder), **workplace.variables()},
            start_new_session=True,
        )
        self._tree = fence.ProcessTree(self._process.pid, before)
        self._outbox: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._inbox: queue.SimpleQueue[dict[str, Any] | Exception | None] = queue.SimpleQueue()
        self._threads = [threading.Thread(target=work, daemon=True) for work in (self._exchange, self._drain)]
        for thread in self._threads:
            thread.start()
        # Asked before anything of the student's runs, so that the answer can be believed.
        self.walls = Walls.from_reply(self.ask({"do": "walls"}, limits.first_call))

    def __enter__(self) -> "WorkerProcess":
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    @property
    def printed(self) -> str:
        """What the student's code has printed so far, cut at the limit."""
        text = self._unplaced(bytes(self._printed).decode(errors="replace"))
        # The cut may have left a part of the folder's name, which no two workers share.
        return text if len(self._printed) < self._limits.printed else text[: -len(str(self._folder))]

    def processor_seconds(self) -> float:
        """Return how long the worker has computed, whatever else ran on the machine; in hundredths of a second."""
        used = psutil.Process(self._process.pid).cpu_times()
        return float(used.user + used.system)

    def _unplaced(self, text: str) -> str:
        """Take this worker's folder out of a text, so that the same work gets the same report."""
        return text.replace(f"{self._folder}{os.sep}", "").replace(str(self._folder), "")

    def ask(self, request: dict[str, Any], seconds: float | None = None) -> dict[str, Any]:
        """Send a request and wait for its reply.

        Parameters
        ----------
        request : dict
            ``do`` and what it needs; see worker.py.
        seconds : float, optional
            How long to wait; the limit of a call by default.

        Returns
        -------
        dict
            The reply, with its ``status``.

        Raises
        ------
        WorkerTimeoutError
            If no reply came in time.
        WorkerCrashError
            If the worker ended or its reply was none.
        """
        self._requests += 1
        self._outbox.put(wire.encode(request | {"id": self._requests}))
        try:
            reply = self._inbox.get(timeout=self._limits.call if seconds is None else seconds)
        except queue.Empty:
            self.close()
            raise WorkerTimeoutError from None
        except BaseException:
            self.close()
            raise
        if isinstance(reply, dict) and self._was_asked_for(reply.get("nonce"), reply.get("id")):
            return checked(
                {k: self._unplaced(value) if isinstance(value, str) else value for k, value in reply.items()}
            )
        raise WorkerCrashError(self._epitaph(reply))

    def _was_asked_for(self, nonce: Any, number: Any) -> bool:
        """Whether both are right; arrays, which are compared element by element, never are."""
        return type(nonce) is str and type(number) is int and (nonce, number) == (self._nonce, self._requests)

    def _epitaph(self, reply: dict[str, Any] | Exception | None) -> str:
        if isinstance(reply, dict):
            self.close()
            return "it sent a reply that was not asked for"
        if isinstance(reply, wire.WireError):
            self.close()
            return f"it sent {reply}"
        deadline = time.monotonic() + 1.0
        while self._process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.01)
        code = self._process.poll()
        self.close()
        if code is None:
            return "it closed its pipe"
        return f"the process was killed by signal {-code}" if code < 0 else f"the process ended with exit code {code}"

    def _exchange(self) -> None:
        """Write requests and read replies; a worker that does not read or write blocks only this thread."""
        stdin, stdout = cast(BinaryIO, self._process.stdin), cast(BinaryIO, self._process.stdout)
        # Leaving the block closes both; closing stdin flushes it, which fails if the worker is gone.
        with suppress(BrokenPipeError), stdout, stdin:
            while (frame := self._outbox.get()) is not None:
                try:
                    stdin.write(frame)
                    stdin.flush()
                    reply = wire.read(stdout)
                except (OSError, wire.WireError) as error:
                    self._inbox.put(error)
                    return
                self._inbox.put(reply)
                if reply is None:
                    return

    def _drain(self) -> None:
        """Keep the first part of what is printed; read the rest too, so that printing never blocks."""
        stderr = cast(io.BufferedReader, self._process.stderr)
        with stderr:
            while chunk := stderr.read1(1 << 16):
                room = self._limits.printed - len(self._printed)
                self._printed += chunk[: max(0, room)]

    def close(self) -> None:
        """Kill the worker with all it started, and remove its folder."""
        self._tree.kill()
        self._process.wait()
        self._outbox.put(None)
        for thread in self._threads:
            thread.join(timeout=2.0)
        shutil.rmtree(self._folder, ignore_errors=True)


@cache
def walls_here() -> Walls:
    """Return the walls that a worker has on this system; every other worker must have them too."""
    # Nothing of a student's runs here, so that there is time, however busy the machine is.
    with WorkerProcess(b"", "nothing", Limits(first_call=60.0)) as worker:
        return worker.walls
