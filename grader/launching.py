"""The ways in which work is asked that many threads do at once, on the worker's side.

Loaded by the worker, so it imports only NumPy and the standard library, and Numba when it is asked. What threads write
and read is written down, so that a race is found every time, and not when two of them happen to meet.
"""

import importlib
import importlib.util
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, TypeAlias

import numpy as np

# Of a block or a thread: x, y and z.
Place: TypeAlias = tuple[int, ...]


def scheduled(function: Callable[..., Any], arguments: list[Any], threads: int, chunk: int) -> Any:
    """Call a compiled function with its parallel loops shared out in another way.

    Parameters
    ----------
    function : callable
    arguments : list
    threads : int
    chunk : int
        Turns of a loop that a thread takes at a time; 0 for as many as there are for each thread.
    """
    numba: Any = importlib.import_module("numba")
    threads_before, chunk_before = numba.get_num_threads(), numba.set_parallel_chunksize(chunk)
    numba.set_num_threads(threads)
    try:
        return function(*arguments)
    finally:
        numba.set_num_threads(threads_before)
        numba.set_parallel_chunksize(chunk_before)


def at_once(function: Callable[..., Any], arguments: list[Any], sums: list[str]) -> dict[str, Any]:
    """Call the Python that a function was compiled from, every turn of its parallel loops as if all ran at once.

    Parameters
    ----------
    function : callable
    arguments : list
    sums : list of str
        Arrays to which each turn adds a whole array: Numba gives every thread a sum of its own.

    Returns
    -------
    dict
        ``value``; ``turns``, how many there were; ``meeting``, what is known of the first two turns that wrote to one
        place, if there are such: the array's name, the place, the two values of the loop's variable, and whether the
        array is what is returned.
    """
    numba: Any = importlib.import_module("numba")
    loops, prange = ParallelLoops(sums), numba.prange
    names = getattr(function, "py_func", function).__globals__
    compiled = {name: value for name, value in names.items() if value is prange or hasattr(value, "py_func")}
    try:
        numba.prange = loops.prange
        names |= {name: getattr(value, "py_func", loops.prange) for name, value in compiled.items()}
        value = getattr(function, "py_func", function)(*arguments)
    finally:
        numba.prange = prange
        names |= compiled
    meeting = loops.meeting and [*loops.meeting[:-1], np.shares_memory(loops.meeting[-1], value)]
    return {"value": value, "turns": loops.turns, "meeting": meeting}


class ParallelLoops:
    """Stands in for ``prange``: each turn finds arrays as they were before the loop.

    What the turns write is put together at the end. So two that write to one place are found whatever happens to be
    done first, and one that reads what another has written gets what it would get if that other came later.

    Parameters
    ----------
    sums : sequence of str
        Names of arrays that are left as they are.
    """

    def __init__(self, sums: Sequence[str]) -> None:
        self.turns = 0
        self.meeting: list[Any] = []
        self._sums = frozenset(sums)
        self._inside = False

    def prange(self, *numbers: int) -> Iterator[int]:
        """Yield the numbers of a range."""
        if self._inside:
            yield from range(*numbers)  # Numba shares out the outermost loop alone
            return
        self._inside = True
        shared = self._shared(sys._getframe(1).f_locals)
        before = [array.copy() for _, array in shared]
        after = [array.copy() for array in before]
        writers = [np.full(array.shape, -1) for array in before]
        for turn, number in enumerate(range(*numbers)):
            self.turns += 1
            yield number
            for (name, array), old, new, writer in zip(shared, before, after, writers, strict=True):
                written = (array != old) & ((array == array) | (old == old))  # NaN is not equal to itself
                twice = np.argwhere(written & (writer >= 0))
                if len(twice) and not self.meeting:
                    place = tuple(twice[0])
                    first = range(*numbers)[writer[place]]
                    self.meeting = [name, [int(index) for index in place], first, number, array]
                writer[written] = turn
                new[written] = array[written]
                if written.any():
                    array[...] = old
        for (_, array), old, new in zip(shared, before, after, strict=True):
            if (new != old).any():
                array[...] = new
        self._inside = False

    def _shared(self, variables: Mapping[str, Any]) -> list[tuple[str, Any]]:
        """Return the arrays that a function's variables have, and views of arrays as what they are views of."""
        found: dict[int, tuple[str, Any]] = {}
        for name, value in variables.items():
            if isinstance(value, np.ndarray) and name not in self._sums:
                owner = value
                while isinstance(owner.base, np.ndarray):
                    owner = owner.base
                if owner is value or id(owner) not in found:
                    found[id(owner)] = name, owner
        return list(found.values())


def launch(kernel: Any, arguments: list[Any]) -> Any:
    """Launch a CUDA kernel; the first two arguments are the blocks and the threads of each.

    Returns
    -------
    list
        The arguments of the kernel as it left them.
    """
    blocks, threads, *arrays = arguments
    _run(kernel, blocks, threads, arrays)
    return arrays


def _run(kernel: Any, blocks: Any, threads: Any, arguments: Sequence[Any]) -> None:
    """Launch a kernel; of all threads that fail at the same time, the first one's exception is raised."""
    FAILED.clear()
    try:
        kernel[_grid(blocks), _grid(threads)](*arguments)
    except Exception:
        for thread in threading.enumerate():
            if hasattr(thread, "blockIdx"):
                thread.join(LONGEST_JOIN)
        # When one fails, the others are told so where they wait.
        failed = [thread for thread in FAILED if "abort flag" not in str(thread.exception[0])]
        if not failed:
            raise
        error, traceback = min(failed, key=lambda thread: tuple(thread.threadIdx)).exception
        raise error.with_traceback(traceback) from None


def _grid(numbers: Any) -> Any:
    return tuple(numbers) if isinstance(numbers, tuple | list) else numbers


def watched(kernel: Any, arguments: list[Any]) -> dict[str, Any]:
    """Launch a CUDA kernel on the simulator, and write down which thread writes and reads where.

    Returns
    -------
    dict
        ``value``, as of :func:`launch`; ``reads``, how many elements of each argument were read; ``meeting``, what is
        known of the first two threads that meet at a place where one of them writes, with no wait between, if there are
        such: the argument's number or the negative line of the shared array, the place, block and thread of the one
        that writes and of the other, whether that one writes, too, and whether it had taken fewer steps.
    """
    cuda: Any = importlib.import_module("numba.cuda")
    blocks, threads, *values = arguments
    watch = Watch()
    for number, value in enumerate(values):
        if isinstance(value, np.ndarray):
            values[number] = cuda.to_device(value)
            values[number]._ary = watch.over(values[number]._ary, number)
    WATCHING[:] = [watch]
    try:
        _run(kernel, blocks, threads, values)
    finally:
        WATCHING.clear()
    left = [np.array(value._ary) if hasattr(value, "_ary") else value for value in values]
    return {"value": left, "reads": [watch.reads[number] for number in range(len(values))], "meeting": watch.meeting()}


# One that watches over shared memory, which a kernel makes for itself.
WATCHING: list["Watch"] = []
# Threads of the last launch that raised something.
FAILED: list[Any] = []
LONGEST_JOIN = 1.0


class Watch:
    """What is known of a launch: who was where."""

    def __init__(self) -> None:
        self.reads: Counter[int] = Counter()
        self._shapes: dict[int, tuple[int, ...]] = {}
        # Of each place: who was there, and after how many steps of its own.
        self._seen: dict[tuple[int, Place, int], dict[tuple[Place, Place, int, bool], int]] = {}

    def over(self, array: Any, label: int, block: Place = ()) -> "WatchedArray":
        """Return a view of an array that tells of itself; a block's number goes with what the block has for itself."""
        self._shapes[label] = array.shape
        view: WatchedArray = array.view(WatchedArray)
        view.tells, view.places = partial(self._note, label, block), np.arange(array.size).reshape(array.shape)
        return view

    def _note(self, label: int, owner: Place, places: Any, written: bool) -> None:
        thread: Any = threading.current_thread()
        if hasattr(thread, "blockIdx"):
            who = tuple(thread.blockIdx), tuple(thread.threadIdx), getattr(thread, "waits", 0), written
            self.reads[label] += 0 if written else np.size(places)
            thread.steps = getattr(thread, "steps", 0) + 1
            for place in np.ravel(places):
                self._seen.setdefault((label, owner, int(place)), {}).setdefault(who, thread.steps)

    def meeting(self) -> list[Any]:
        """Return the first two threads that meet: see :func:`watched`."""
        for (label, _, place), visits in sorted(self._seen.items()):
            for writes in sorted(visit for visit in visits if visit[-1]):
                for meets in sorted(visits):
                    (block, thread, waits, _), (other_block, other, other_waits, written) = writes, meets
                    in_order = block == other_block and (thread == other or waits != other_waits)
                    if not in_order:
                        index = [int(i) for i in np.unravel_index(place, self._shapes[label])]
                        earlier = visits[meets] < visits[writes]
                        return [label, index, [*block], [*thread], [*other_block], [*other], written, earlier]
        return []


class WatchedArray(np.ndarray):
    """An array that tells which of its elements are read and written one by one, or by slices."""

    tells: Any
    places: Any

    def __array_finalize__(self, origin: Any) -> None:
        """Make arrays that are computed from this one plain ones."""
        self.tells = None

    def __getitem__(self, place: Any) -> Any:
        found: Any = super().__getitem__(place)
        if self.tells:
            places = self.places[place]
            if isinstance(found, WatchedArray):
                found.tells, found.places = self.tells, places
            else:
                self.tells(places, False)
        return found

    def __setitem__(self, place: Any, value: Any) -> None:
        super().__setitem__(place, value)
        if self.tells:
            self.tells(self.places[place], True)


def prepare(modules: Sequence[str]) -> None:
    """Let CUDA's simulator start shared memory with what cannot be right, count waits, and lose less time.

    It takes what is allocated in one line for one array, and gives a block what the one before has left there.
    """
    if "numba.cuda" not in modules or importlib.util.find_spec("numba.cuda") is None:
        return
    shared: Any = importlib.import_module("numba.cuda.simulator.kernelapi").FakeCUDAShared
    running: Any = importlib.import_module("numba.cuda.simulator.kernel").BlockThread
    wait, run, lock = running.syncthreads, running.run, threading.Lock()

    def array(memory: Any, shape: Any, dtype: Any) -> Any:
        thread: Any = threading.current_thread()
        thread.asked = getattr(thread, "asked", 0) + 1
        kind = np.dtype(getattr(dtype, "name", dtype))
        block = tuple(thread.blockIdx)
        made = np.full(shape, np.nan if kind.kind == "f" else np.iinfo(kind).max, kind)
        if WATCHING:
            made = WATCHING[0].over(made, -sys._getframe(1).f_lineno, block)
        with lock:
            return memory._allocations.setdefault((block, thread.asked), made)

    def syncthreads(thread: Any) -> None:
        wait(thread)
        thread.waits = getattr(thread, "waits", 0) + 1

    def run_and_tell(thread: Any) -> None:
        run(thread)
        if thread.exception:
            FAILED.append(thread)

    shared.array, running.syncthreads, running.run = array, syncthreads, run_and_tell
    # The thread that watches those of a block never waits, and would keep them from running for 5 ms at a time.
    sys.setswitchinterval(1e-4)
