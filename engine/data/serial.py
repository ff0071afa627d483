"""How kernels that prepare data are compiled.

They run beside training, in a thread of their own (engine/data/prefetch.py). So they let go of Python's lock, and
take no threads from the kernels of the network.
"""

import numba

from engine.kernels.jit import FASTMATH

serial = numba.njit(cache=True, nogil=True, error_model="numpy", fastmath=FASTMATH)
