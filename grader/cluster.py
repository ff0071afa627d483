"""``grade --class --cluster``: the same grading by Dask's workers, on this machine or on many.

A worker grades one exercise at a time in its one thread. What it was given when it was lost, Dask gives to another.
Every task says which grader and which walls it is for; a worker that differs refuses it, so that no row of the results
was given in another way than the rest.
"""

import multiprocessing
import queue
import socket
import time
from collections.abc import Hashable, Iterable, Iterator
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from grader.catalog import catalog_digest
from grader.parallel import WAITING_FOR_EACH, Key, Task, run_apart, strangers_not_imported
from grader.process import walls_here
from grader.verdict import ExerciseVerdict
from grader.walls import Walls

if TYPE_CHECKING:
    from distributed import Client

LOCAL = "local"
# Grading has a process of its own on a worker (parallel.run_apart), which Dask forbids its workers unless told.
DAEMON = "distributed.worker.daemon"
START_WORKERS = "as in: DASK_DISTRIBUTED__WORKER__DAEMON=False dask worker ADDRESS --nthreads 1"
# Seconds until a cluster without a worker is given up.
PATIENCE = 60.0
# Seconds between two looks at whether there are workers still.
LOOK = 2.0


class ClusterError(Exception):
    """The cluster cannot grade, or can no longer; the message says what to do."""


class DifferentWorkerError(Exception):
    """A worker is not like the one that gives it work."""


def grade_like(task: Task, digest: str, walls: Walls) -> ExerciseVerdict:
    """Grade a task, on the worker, if the grader and the walls are the same there.

    Parameters
    ----------
    task : Task
    digest : str
        Of the catalog and the grader that give the task.
    walls : Walls
        That the report tells of.

    Raises
    ------
    DifferentWorkerError
        If this machine has others.
    """
    host = socket.gethostname()
    if multiprocessing.current_process().daemon:
        raise DifferentWorkerError(f"the worker on {host} may start no process: start it {START_WORKERS}")
    for what, here, there in (("grader", catalog_digest(), digest), ("walls", walls_here(), walls)):
        if here != there:
            raise DifferentWorkerError(f"the worker on {host} has another {what}: {here}, not {there}")
    return run_apart(task)


def run_on_cluster(
    tasks: Iterable[tuple[Key, Task]], address: str, jobs: int
) -> Iterator[tuple[Key, ExerciseVerdict | None]]:
    """Yield each verdict as soon as it is there, with the key of its task.

    Parameters
    ----------
    tasks : iterable of (key, Task)
        Taken as they are needed.
    address : str
        Of Dask's scheduler, such as ``tcp://10.0.0.1:8786``; or ``local``.
    jobs : int
        Workers to start, for ``local``.

    Yields
    ------
    (key, ExerciseVerdict or None)
        None for a task at which one worker after the other died.

    Raises
    ------
    ClusterError
        If Dask is not installed, there is no scheduler or no worker, or a worker differs.
    """
    with ExitStack() as stack:
        client = _connect(address, jobs, stack)
        yield from _run(tasks, client, address)


def _connect(address: str, jobs: int, stack: ExitStack) -> "Client":
    try:
        import dask
        from distributed import Client, LocalCluster
    except ImportError:
        raise ClusterError("--cluster needs Dask: pip install 'byhand[cluster]'") from None
    try:
        if address == LOCAL:
            # No limit of memory: a worker holds no data, and what students' processes use is limited already.
            settings: dict[str, Any] = {"n_workers": jobs, "threads_per_worker": 1, "memory_limit": 0}
            stack.enter_context(strangers_not_imported())
            stack.enter_context(dask.config.set({DAEMON: False}))
            place = stack.enter_context(LocalCluster(dashboard_address=None, **settings))
        else:
            place = address
        client: Client = stack.enter_context(Client(place, timeout=PATIENCE))
        client.wait_for_workers(1, timeout=PATIENCE)
    except (OSError, ValueError) as error:
        raise ClusterError(
            f"no Dask scheduler with a worker answers at {address} ({error}): start `dask scheduler`, "
            f"then workers ({START_WORKERS}), or use --cluster {LOCAL}"
        ) from None
    return client


def _run(
    tasks: Iterable[tuple[Key, Task]], client: "Client", address: str
) -> Iterator[tuple[Key, ExerciseVerdict | None]]:
    from distributed import KilledWorker

    waiting, digest, walls = iter(tasks), catalog_digest(), walls_here()
    done: queue.SimpleQueue[Any] = queue.SimpleQueue()
    running: dict[Hashable, tuple[Key, Any]] = {}
    more = True
    while True:
        wanted = WAITING_FOR_EACH * max(1, len(client.ncores()))
        while more and len(running) < wanted:
            following = next(waiting, None)
            if following is None:
                more = False
                break
            # Not pure: the same file of another student is another task.
            future = client.submit(grade_like, following[1], digest, walls, pure=False)
            running[future.key] = (following[0], future)
            future.add_done_callback(done.put)
        if not running:
            return
        key, future = running.pop(_next_done(done, client, address).key)
        try:
            verdict: ExerciseVerdict | None = future.result()
        except (KilledWorker, BrokenProcessPool):
            verdict = None
        except Exception as error:
            reason = f"{type(error).__name__}: {error}"
            raise ClusterError(
                f"the cluster at {address} cannot go on ({reason}); every worker needs byhand in this version, on a "
                "system like this one; what was graded stands: --resume"
            ) from error
        yield key, verdict


def _next_done(done: "queue.SimpleQueue[Any]", client: "Client", address: str) -> Any:
    alone_since: float | None = None
    while True:
        try:
            return done.get(timeout=LOOK)
        except queue.Empty:
            if client.status == "running" and client.ncores():
                alone_since = None
                continue
            alone_since = time.monotonic() if alone_since is None else alone_since
            if time.monotonic() - alone_since > PATIENCE:
                raise ClusterError(f"no worker is left at {address}: start new ones, then --resume") from None
