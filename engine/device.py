"""Where kernels run and on how many threads."""

import ctypes
import os
import sys
from dataclasses import dataclass

import numpy as np

from engine.errors import DeviceError, ParameterError

# The layers in the order Numba should try them. OpenMP and TBB may be entered from several Python
# threads at once; workqueue may not, so it comes last.
THREADING_LAYERS = "omp tbb workqueue"

# How often OpenMP's threads look for work before they sleep, about half a millisecond's worth. A thread that
# sleeps is woken too late, and often on the processor of the one that woke it: with OMP_WAIT_POLICY=passive
# two threads took as long as one for a ConvNet step (2 cores), 28 ms where now it is 16. Read when OpenMP loads.
SPINS = "50000"

_requested: int | None = None

# How many threads kernels use, where compiled code reads it.
THREADS = np.ones(1, np.int64)


@dataclass(frozen=True)
class Device:
    """Where tensors lie and are computed: ``engine.device("cpu")`` or ``engine.device("cuda")``.

    Parameters
    ----------
    type : str or Device
        "cpu", "cuda" or "cuda:0", as in PyTorch; one device of CUDA is used.

    Raises
    ------
    ParameterError
        If there is no such kind of device.
    DeviceError
        If another than the first device of CUDA is asked for.

    Notes
    -----
    Whether a CUDA device is there is asked when a tensor is moved to it. With several, the first is used;
    the environment variable ``CUDA_VISIBLE_DEVICES`` says which that is.

    Examples
    --------
    >>> Device("cuda")
    device(type='cuda', index=0)
    >>> str(Device("cpu"))
    'cpu'
    """

    type: str

    def __init__(self, type: "str | Device") -> None:
        kind, _, index = str(type).partition(":")
        if kind not in ("cpu", "cuda") or (index and not index.isdigit()):
            raise ParameterError("device", '"cpu" or "cuda"', repr(type))
        if index not in ("", "0"):
            fix = "choose one by the environment variable CUDA_VISIBLE_DEVICES"
            raise DeviceError("device", "the first device", str(type), fix)
        object.__setattr__(self, "type", kind)

    @property
    def index(self) -> int | None:
        """Number of the device, None for the processor."""
        return 0 if self.type == "cuda" else None

    def __str__(self) -> str:
        return "cpu" if self.index is None else f"{self.type}:{self.index}"

    def __repr__(self) -> str:
        return f"device(type='{self.type}'" + ("" if self.index is None else f", index={self.index}") + ")"


CPU, CUDA = Device("cpu"), Device("cuda")


def available_threads() -> int:
    """Return the number of processors this process may run on.

    Examples
    --------
    >>> available_threads() >= 1
    True
    """
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def set_num_threads(count: int) -> None:
    """Run kernels on this many threads.

    Parameters
    ----------
    count : int
        At least 1, at most :func:`available_threads`.

    Raises
    ------
    ParameterError
        If `count` is outside that range.

    Notes
    -----
    The same seed and the same number of threads give bit-identical results.

    The kernels bring their own threads also to matrix products. From the first kernel on, NumPy's BLAS runs on
    one thread in this process: two sets of threads would take the processors from each other.

    Examples
    --------
    >>> before = get_num_threads()
    >>> set_num_threads(1)
    >>> get_num_threads()
    1
    >>> set_num_threads(before)
    """
    most = available_threads()
    if not isinstance(count, int) or not 1 <= count <= most:
        raise ParameterError("set_num_threads", f"a whole number from 1 to {most}", repr(count))
    global _requested
    _requested = count
    if "numba" in sys.modules:
        apply_num_threads()


def get_num_threads() -> int:
    """Return the number of threads that kernels use.

    Examples
    --------
    >>> 1 <= get_num_threads() <= available_threads()
    True
    """
    return _requested if _requested is not None else available_threads()


def prepare_threads() -> None:
    """Choose how Numba's threads are made and how they wait; to be called before Numba is first imported."""
    if "OMP_WAIT_POLICY" not in os.environ:
        os.environ.setdefault("GOMP_SPINCOUNT", SPINS)
    os.environ.setdefault("NUMBA_THREADING_LAYER_PRIORITY", THREADING_LAYERS)


def apply_num_threads() -> None:
    """Tell Numba and the kernels, and keep BLAS to one thread; called when the cpu kernels load."""
    import numba
    from threadpoolctl import threadpool_limits

    THREADS[0] = min(get_num_threads(), vars(numba.config)["NUMBA_NUM_THREADS"])
    numba.set_num_threads(int(THREADS[0]))
    threadpool_limits(limits=1, user_api="blas")


# mallopt's numbers for its settings, from glibc's malloc.h; 32 MB is the most the first one takes.
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3
KEPT_BYTES, LARGEST_KEPT_BYTES = 256 << 20, 32 << 20


def reuse_memory() -> bool:
    """Keep freed memory for the next array instead of giving it back to the system; called with the cpu kernels.

    Otherwise every array of more than 128 KB comes fresh from the system, and each of its pages costs an
    interrupt when it is first written: a LeNet step took 14.2 ms so, 9.6 ms with memory kept (2 cores). What
    it costs: up to 256 MB that were freed stay with the process.

    Returns
    -------
    bool
        Whether it could be set: only where the C library is glibc.

    Examples
    --------
    >>> isinstance(reuse_memory(), bool)
    True
    """
    if not sys.platform.startswith("linux"):
        return False
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:
        return False
    return bool(mallopt(M_MMAP_THRESHOLD, LARGEST_KEPT_BYTES) and mallopt(M_TRIM_THRESHOLD, KEPT_BYTES))
