"""Random numbers made where they are used: Philox, a function of a counter, so that no thread waits for another.

What makes it random is a key, the seed, and ten rounds that multiply and mix four words of a counter (Salmon et
al., "Parallel random numbers: as easy as 1, 2, 3", 2011). The counter is the number of the element and the number
of the call. The seed and the number of the next call lie on the device, so that a graph of launches draws new
numbers at each replay. The numbers are the same on every device, but not those of the host's generator.
"""

from typing import Any

import numpy as np

from engine import random
from engine.cuda import driver, recording
from engine.cuda.array import DeviceArray, empty
from engine.cuda.driver import cuda, uint32, uint64
from engine.cuda.launch import kernel, real

# Multipliers and key steps of Philox4x32, of the paper's table 2 and section 4.3.
M0, M1 = uint64(0xD2511F53), uint64(0xCD9E8D57)
W0, W1 = uint64(0x9E3779B9), uint64(0xBB67AE85)
LOW = uint64(0xFFFFFFFF)
ROUNDS = 10


@driver.on_device
def philox(element: int, call: int, seed: int) -> Any:
    """Return 32 random bits for an element of a call."""
    a, b, c, d = uint64(element) & LOW, uint64(element) >> uint64(32), uint64(call) & LOW, uint64(call) >> uint64(32)
    key, other = uint64(seed) & LOW, uint64(seed) >> uint64(32)
    for _ in range(ROUNDS):
        left, right = M0 * a, M1 * c
        a, b, c, d = (right >> uint64(32)) ^ b ^ key, right & LOW, (left >> uint64(32)) ^ d ^ other, left & LOW
        key, other = (key + W0) & LOW, (other + W1) & LOW
    return uint32(a)


@kernel
def _drop(mask: Any, state: Any, p: float) -> None:
    i = cuda.grid(1)
    if i < mask.size:
        # 24 bits are what a float32 below 1 holds.
        drawn = real(philox(i, state[1], state[0]) >> uint32(8)) * real(2.0**-24)
        kept = real(1) / (real(1) - p) if p < real(1) else real(0)
        mask[i] = kept if drawn >= p else real(0)


@kernel
def _advance(state: Any) -> None:
    state[1] += 1


_state: DeviceArray | None = None
_seeded = -1


def _current_state() -> DeviceArray:
    """Return the array (seed, number of the next call), filled anew if the engine was seeded since."""
    global _state, _seeded
    if _state is None:
        _state, _seeded = empty((2,), np.int64), -1
    if _seeded != random.seedings():
        driver.upload(_state, np.array([random.initial_seed() % 2**63, 0], np.int64))
        _seeded = random.seedings()
    return _state


def dropout_mask(shape: tuple[int, ...], dtype: np.dtype[Any], p: float) -> DeviceArray:
    """Return an array of zeros, each with probability `p`, and of 1 / (1 - p).

    Parameters
    ----------
    shape : tuple of int
    dtype : dtype
    p : float
        From 0 to 1.
    """
    state, mask = _current_state(), empty(shape, dtype)
    _drop.over(mask.size, mask.reshape(-1), state, float(p))
    _advance.blocks(1, 1, state)
    recording.repeat_before_replay(_seed_again)
    return mask


def _seed_again() -> None:
    _current_state()
