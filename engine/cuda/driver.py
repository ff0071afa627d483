"""Everything of numba-cuda and the CUDA driver that the engine uses, named here and nowhere else.

Importing this module imports numba-cuda; nothing here touches the driver before :func:`require` is called, and
nothing in the engine imports this module before a device is asked for.
"""

import os
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from types import SimpleNamespace
from typing import Any
from unittest import mock

import numpy as np

from engine.arrays import Array
from engine.cuda import recording
from engine.device import prepare_threads
from engine.errors import DeviceError

prepare_threads()
# Small networks have small grids; to hear so at every launch helps nobody.
os.environ.setdefault("NUMBA_CUDA_LOW_OCCUPANCY_WARNINGS", "0")

try:
    from numba import cuda as _cuda
    from numba.cuda.core import config
    from numba.cuda.np.numpy_support import from_dtype
except ImportError as error:
    raise DeviceError(
        "cuda", "numba-cuda on this machine", str(error), "pip install numba-cuda (there is none for macOS)"
    ) from None

# Its names are made while it is imported, so that no checker knows them.
cuda: Any = _cuda
float32, float64, int32, int64, uint32, uint64 = (
    getattr(cuda, name) for name in ("float32", "float64", "int32", "int64", "uint32", "uint64")
)

__all__ = ["cuda", "float32", "float64", "int32", "int64", "uint32", "uint64"]

# Whether kernels run in Python, thread by thread: set by NUMBA_ENABLE_CUDASIM=1 before Numba is imported.
SIMULATED = bool(config.ENABLE_CUDASIM)
# Oldest cards that CUDA 13 compiles for: Turing, of 2018.
LEAST_CAPABILITY = (7, 5)

# What a launch is made with; a graph that is being captured puts itself in their place.
Launcher = Callable[[Any, tuple[int, ...], tuple[int, ...], tuple[Any, ...]], None]


class OutOfMemoryError(Exception):
    """The device has no memory left; whoever asked may free some and ask again."""


@cache
def problem() -> tuple[str, str] | None:
    """Return what is in the way of using a device, and what to do about it; None if nothing is."""
    if SIMULATED:
        return None
    missing = driver_problem()
    if missing is not None:
        fix = "install NVIDIA's driver (r580 or newer), or set NUMBA_ENABLE_CUDASIM=1 to simulate a device"
        return f"none: {missing}", fix
    too_old = card_problem()
    if too_old is not None:
        return description(), too_old
    missing = toolkit_problem()
    if missing is not None:
        return f"no CUDA toolkit: {missing}", "pip install 'byhand[cuda]'"
    return None


@cache
def driver_problem() -> str | None:
    """Return why there is no card to talk to, or None."""
    if SIMULATED or cuda.is_available():
        return None
    return " ".join(str(cuda.cuda_error() or "no card found").split()).rstrip(".: ")


def card_problem() -> str | None:
    """Return what is wanted of a card that this one does not have, or None."""
    if tuple(cuda.get_current_device().compute_capability) < LEAST_CAPABILITY:
        return f"a card of compute capability {LEAST_CAPABILITY[0]}.{LEAST_CAPABILITY[1]} or newer is needed"
    return None


@cache
def toolkit_problem() -> str | None:
    """Return why kernels cannot be compiled, or None."""
    if SIMULATED:
        return None

    def nothing(out: Any) -> None:
        out[0] = 0

    try:
        cuda.compile_ptx(nothing, (float32[::1],), cc=LEAST_CAPABILITY)
    except Exception as error:  # of several kinds, by which part is missing: a library, a header, a version
        return f"{type(error).__name__}: {str(error).partition(': No such file')[0]}"
    return None


def require(who: str) -> None:
    """Raise DeviceError unless there is a device to use."""
    found = problem()
    if found is not None:
        raise DeviceError(who, "a CUDA device", found[0], f"{found[1]}; `python -m engine` tells more")


def _text(name: str | bytes) -> str:
    return name.decode() if isinstance(name, bytes) else name


def description() -> str:
    """Return the device in words."""
    if SIMULATED:
        return "Numba's CUDA simulator"
    device = cuda.get_current_device()
    capability = ".".join(map(str, device.compute_capability))
    free, total = memory_info()
    return f"{_text(device.name)}, compute capability {capability}, {free >> 20:,} of {total >> 20:,} MiB free"


def multiprocessors() -> int:
    """Return how many blocks of threads truly run at a time, at least."""
    return 1 if SIMULATED else int(cuda.get_current_device().MULTIPROCESSOR_COUNT)


def allocate(size: int) -> tuple[int, Any]:
    """Return the address of fresh memory on the device, and what keeps it.

    Raises
    ------
    OutOfMemoryError
    """
    if SIMULATED:
        memory = np.empty(size, np.uint8)
        return memory.ctypes.data, memory
    try:
        held = cuda.current_context().memalloc(size)
    except cuda.cudadrv.driver.CudaAPIError as error:
        if "OUT_OF_MEMORY" in str(error):
            raise OutOfMemoryError from None
        raise
    return int(held.device_ctypes_pointer.value or 0), held


def memory_info() -> tuple[int, int]:
    """Return the free and the total bytes of the device."""
    if SIMULATED:
        return 0, 0
    free, total = cuda.current_context().get_memory_info()
    return int(free), int(total)


def argument(array: Any) -> Any:
    """Return what a kernel takes for a DeviceArray: the array itself, which speaks __cuda_array_interface__."""
    if SIMULATED:
        return cuda.cudadrv.devicearray.FakeCUDAArray(array.view)
    return array


def upload(array: Any, values: Array) -> None:
    """Copy from the host to a C-contiguous DeviceArray of the same shape and dtype."""
    _not_while_capturing("values copied from the host")
    if SIMULATED:
        array.view[...] = values
    elif array.size:
        flat = cuda.as_cuda_array(array.reshape(-1), sync=False)
        flat.copy_to_device(values.reshape(-1), stream=current_stream)


def upload_later(array: Any, values: Array, copied: Any) -> None:
    """Have pinned values of the host copied to a DeviceArray; `copied` is an event that then has happened."""
    _not_while_capturing("values copied from the host")
    if SIMULATED:
        array.view[...] = values
        return
    queue = current_stream or cuda.default_stream()  # named, or Numba waits for the copy
    cuda.as_cuda_array(array.reshape(-1), sync=False).copy_to_device(values.reshape(-1), stream=queue)
    copied.record(queue)


def event() -> Any:
    """Return a mark to put into a queue of work, which the host can wait for."""
    return None if SIMULATED else cuda.event(timing=False)


def wait_for(mark: Any) -> None:
    """Wait until the device has come to a mark."""
    if mark is not None:
        mark.synchronize()


def download(array: Any) -> Array:
    """Copy a C-contiguous DeviceArray to the host, when all that was launched before is done."""
    _not_while_capturing("values looked at on the host, as item() and print do")
    if SIMULATED:
        copied: Array = array.view.copy()
        return copied
    values = np.empty(array.size, array.dtype)
    cuda.as_cuda_array(array.reshape(-1), sync=False).copy_to_host(values, stream=current_stream)
    if current_stream:
        current_stream.synchronize()
    return values.reshape(array.shape)


def _not_while_capturing(got: str) -> None:
    if recording.is_capturing():
        fix = "look at what the step returns, and make its inputs arguments of the step"
        raise DeviceError("graph", "a step that stays on the device", got, fix)


def pinned(shape: tuple[int, ...], dtype: np.dtype[Any]) -> Array:
    """Return an array of the host that the device can read while the host does something else."""
    array: Array = np.empty(shape, dtype) if SIMULATED else cuda.pinned_array(shape, dtype)
    return array


def synchronize() -> None:
    """Wait for all that was launched."""
    if not SIMULATED:
        cuda.synchronize()


def new_stream() -> Any:
    """Return a queue of work that the device may do beside that of others."""
    return 0 if SIMULATED else cuda.stream()


def jit(function: Callable[..., Any], signature: tuple[Any, ...]) -> Any:
    """Return a function compiled for the device and for one signature.

    One signature: what types the arguments have is then not asked at every launch.
    """
    return cuda.jit(function) if SIMULATED else cuda.jit(signature)(function)


def on_device(function: Callable[..., Any]) -> Any:
    """Let kernels call a function."""
    return cuda.jit(device=True)(function)


def compile_ptx(function: Callable[..., Any], signature: tuple[Any, ...], capability: tuple[int, int]) -> str:
    """Return a kernel in the driver's assembly language; needs the toolkit, but no device."""
    # Functions that kernels call are compiled for the card at hand, of which there may be none.
    card = SimpleNamespace(compute_capability=capability)
    with mock.patch("numba.cuda.dispatcher.get_current_device", return_value=card):
        text: str = cuda.compile_ptx(function, signature, cc=capability)[0]
    return text


def capability() -> tuple[int, int]:
    """Return the card's compute capability; of a simulator, one without tensor cores."""
    if SIMULATED:
        return LEAST_CAPABILITY
    major, minor = cuda.get_current_device().compute_capability
    return int(major), int(minor)


# What makes a function generate instructions; the simulator has none.
intrinsic: Any = None if SIMULATED else cuda.extending.intrinsic


def element_type(dtype: np.dtype[Any]) -> Any:
    """Return Numba's type of an element; called with a number, it converts that."""
    return from_dtype(dtype)


def array_type(dtype: np.dtype[Any], ndim: int, contiguous: bool) -> Any:
    """Return Numba's type of such an array."""
    element = from_dtype(dtype)
    if ndim < 2:
        return element[::1] if contiguous else element[:]
    return element[(slice(None),) * (ndim - 1) + (slice(None, None, 1 if contiguous else None),)]


def tuple_type(element: Any, count: int) -> Any:
    """Return Numba's type of a tuple of so many of the same type."""
    return cuda.types.UniTuple(element, count)


def number_type(value: Any, dtype: np.dtype[Any]) -> Any:
    """Return Numba's type of a number that stands beside arrays of `dtype`: never float64 beside float32."""
    if isinstance(value, float):
        return from_dtype(dtype)
    return int32 if -(2**31) <= value < 2**31 else int64


def launch_now(kernel: Any, grid: tuple[int, ...], block: tuple[int, ...], args: tuple[Any, ...]) -> None:
    """Put a kernel into the queue of the current stream."""
    if SIMULATED:
        with warnings.catch_warnings():  # for all threads, as np.errstate is not: what devices never remark on
            warnings.simplefilter("ignore", RuntimeWarning)
            kernel[grid, block](*args)
    else:
        kernel[grid, block, current_stream](*args)


current_stream: Any = 0
launcher: Launcher = launch_now


def launch(kernel: Any, grid: tuple[int, ...], block: tuple[int, ...], args: tuple[Any, ...]) -> None:
    """Launch a kernel: now, or whenever the graph that is being captured is replayed."""
    launcher(kernel, grid, block, args)


def launch_nothing(kernel: Any, grid: tuple[int, ...], block: tuple[int, ...], args: tuple[Any, ...]) -> None:
    """Take the place of :func:`launch_now` where the results are not wanted."""


@contextmanager
def launching(way: Launcher) -> Iterator[None]:
    """Have launches done in another way inside a ``with`` block."""
    global launcher
    former, launcher = launcher, way
    try:
        yield
    finally:
        launcher = former


@contextmanager
def recorded(held: list[Any]) -> Iterator[Callable[[], Callable[[], None]]]:
    """Note launches instead of doing them; yields what makes of them a function that does them all.

    Parameters
    ----------
    held : list
        Is given the arguments of every launch, whose memory must stay.
    """
    if SIMULATED:
        noted: list[tuple[Any, ...]] = []

        def note(*launch: Any) -> None:
            noted.append(launch)

        def repeat() -> None:
            for launch in noted:
                launch_now(*launch)

        with launching(note):
            yield lambda: repeat
        return

    from cuda.core import Device

    device = Device()
    device.set_current()
    builder = device.create_graph_builder()

    def add(kernel: Any, grid: tuple[int, ...], block: tuple[int, ...], args: tuple[Any, ...]) -> None:
        held.append(args)
        kernel[grid, block, builder](*args)

    # Memory that is given back to the driver in the middle of a capture would break it.
    with cuda.defer_cleanup(), launching(add):
        builder.begin_building()
        try:
            yield lambda: _finished(builder)
        except BaseException:
            with suppress(Exception):  # the step's own error is the one to be told
                builder.end_building()
            raise


def _finished(builder: Any) -> Callable[[], None]:
    from cuda.core import Stream

    graph = builder.end_building().complete()
    return lambda: graph.launch(Stream.from_handle(int(getattr(current_stream, "handle", 0) or 0)))
