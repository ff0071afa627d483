"""A sum by many threads: halving in shared memory."""

import numpy as np
from hypothesis import strategies as st

from grader.cuda_properties import fits_a_card, or_says_race, threads_do_not_meet
from grader.exercise import Equivalent, Exercise, Mutant
from grader.kernel_cases import FLOAT32, UNTOUCHED
from grader.plain_numba import cuda, float32
from grader.properties import depends_on_values_alone, equals_reference, leaves_arguments_alone
from grader.strategies import SMALL, case, floats
from grader.workplace import CUDA_SIMULATOR


def cuda_block_sum(out: np.ndarray, x: np.ndarray) -> None:
    """Add up an array on a card: each block of 8 threads adds up its own 8 elements.

    Gradients of a bias, means of a batch, losses: all are sums over many numbers. One thread could do it, while
    thousands stand by. Or they add in pairs, and the sums of pairs in pairs again, and so on. In a block of 8:

        8 numbers     s0 s1 s2 s3 s4 s5 s6 s7
        half = 4      s0+s4  s1+s5  s2+s6  s3+s7        by the threads 0 to 3
        half = 2      by the threads 0 and 1
        half = 1      by thread 0, which then has the sum of all in s0

    The numbers stand in an array that all threads of the block see, s = cuda.shared.array(8, float32), with
    from numba import cuda, float32. In a step, thread t adds s[t + half] to s[t], if t < half. What it adds is what
    another thread has left there in the step before. So after each step all must wait for one another, and before
    the first one, too: cuda.syncthreads(). A thread waits there until all threads of its block are there. So all must
    come by, also those with nothing to add: it stands behind the if, not in it. In the if, a card may wait for ever.
    The simulator does not show that, so the grader also reads your file.

    Thread t of block i begins with element number cuda.grid(1) = 8 i + t. If x has no such element, it puts 0 into s
    and goes on like all others; it must not return. A block that has no element at all writes the sum 0. For more than
    8 numbers, the sums of all blocks would be added up by another launch.

    Sums of floating numbers depend on their order, by a last digit. Here the order is always the same, and so are the
    bits. With cuda.atomic.add, chance would decide.

    Parameters
    ----------
    out : ndarray (blocks,)
        float32; what is in it before is to be overwritten.
    x : ndarray (n,)
        float32. The launch has blocks of 8 threads, at least n in all.

    Examples
    --------
    Ten numbers, the sum of the first eight and that of the last two:

    >>> x = np.array([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], np.float32)
    >>> out = np.zeros(2, np.float32)
    >>> cuda_block_sum[2, 8](out, x)
    >>> out
    array([36., 19.], dtype=float32)
    """
    raise NotImplementedError


def by_halves(out: np.ndarray, x: np.ndarray) -> None:
    s = cuda.shared.array(8, float32)
    t = cuda.threadIdx.x
    s[t] = x[cuda.grid(1)] if cuda.grid(1) < x.size else 0
    cuda.syncthreads()
    half = 4
    while half > 0:
        if t < half:
            s[t] += s[t + half]
        cuda.syncthreads()
        half //= 2
    if t == 0:
        out[cuda.blockIdx.x] = s[0]


def by_neighbours(out: np.ndarray, x: np.ndarray) -> None:
    s = cuda.shared.array(8, float32)
    t = cuda.threadIdx.x
    place = cuda.blockIdx.x * cuda.blockDim.x + t
    s[t] = 0
    if place < len(x):
        s[t] = x[place]
    cuda.syncthreads()
    for distance in (1, 2, 4):
        if t % (2 * distance) == 0:
            s[t] += s[t + distance]
        cuda.syncthreads()
    if t == 0:
        out[cuda.blockIdx.x] = s[t]


def by_handing_on(out: np.ndarray, x: np.ndarray) -> None:
    s = cuda.shared.array(8, float32)
    t = cuda.threadIdx.x
    total = float32(0)
    if cuda.grid(1) < x.size:
        total = x[cuda.grid(1)]
    for half in (4, 2, 1):
        # Each hands its sum on, and those in front take one.
        s[t] = total
        cuda.syncthreads()
        if t < half:
            total += s[t + half]
        cuda.syncthreads()
    if t == 0:
        out[cuda.blockIdx.x] = total


def reference(blocks: int, threads: int, out: np.ndarray, x: np.ndarray) -> np.ndarray:
    padded = np.zeros(blocks * 8)
    padded[: len(x)] = x
    right: np.ndarray = padded.reshape(blocks, 8).sum(axis=1)
    return right


@st.composite
def launches(draw: st.DrawFn, least: int, most: int, blocks: int = 0) -> dict[str, object]:
    """Draw a launch for `least` to `most` elements; with as many blocks as are needed at least, and these more."""
    full = [size for size in range(least, most + 1) if size % 8 == 0]
    n = draw(st.integers(least, most) | st.sampled_from(full or [most]))
    count = -(-n // 8) + draw(st.integers(0, blocks))
    return case(
        blocks=count,
        threads=8,
        out=np.full(count, UNTOUCHED, np.float32),
        x=draw(floats((n,), SMALL[1:], FLOAT32)),
    )


EXERCISE = Exercise(
    title="a sum by halves",
    order=6,
    stub=cuda_block_sum,
    reference=reference,
    properties=tuple(
        or_says_race(prop)
        for prop in (
            equals_reference("be right for one full block", 2, launches(8, 8), (), 10),
            threads_do_not_meet(2, launches(1, 16)),
            equals_reference("be right for fewer elements than threads", 1, launches(1, 7), (), 10),
            equals_reference("be right for several blocks", 2, launches(9, 32), (), 10),
            equals_reference("give 0 for blocks without elements", 1, launches(1, 8, 2), (), 10),
            fits_a_card(2, launches(8, 8), "shared.array", waits="in a loop"),
            leaves_arguments_alone(1, launches(1, 16), examples=5),
            depends_on_values_alone(1, launches(1, 16), examples=3, views=False),
        )
    ),
    hints=(
        "First fill s: s[t] = x[i] if i < x.size else 0, with i = cuda.grid(1). Then all must wait, for each thread "
        "will read what another one has filled in.",
        "half = 4; while half > 0: …; half //= 2. Which threads have something to add in a step? Those with t < half.",
        "In the loop: if t < half: s[t] += s[t + half]. Then, outside of the if, cuda.syncthreads().",
        "s = cuda.shared.array(8, float32); t = cuda.threadIdx.x; fill s[t]; cuda.syncthreads(); the loop; and at the "
        "end, if t == 0: out[cuda.blockIdx.x] = s[0].",
    ),
    alternatives=(by_halves, by_neighbours, by_handing_on),
    mutants=(
        Mutant(
            "wait in the branch",
            (
                "        cuda.syncthreads()\n        half //= 2\n",
                "            cuda.syncthreads()\n        half //= 2\n",
            ),
            "cuda.syncthreads() stands in the if: put it behind, where all threads come by",
        ),
        Mutant(
            "early return",
            (
                "    s[t] = x[cuda.grid(1)] if cuda.grid(1) < x.size else 0\n",
                "    if cuda.grid(1) >= x.size:\n        return\n    s[t] = x[cuda.grid(1)]\n",
            ),
            "threads without an element return, and leave no 0 in s: others read what was there before",
        ),
        Mutant(
            "no guard",
            (" if cuda.grid(1) < x.size else 0\n", "\n"),
            "a thread without an element must put 0 into s",
        ),
        Mutant(
            "element of the block",
            ("s[t] = x[cuda.grid(1)]", "s[t] = x[t]"),
            "every block adds up the first elements: those of block i begin at 8 i",
        ),
        Mutant(
            "one step too few",
            ("while half > 0:", "while half > 1:"),
            "you stop before the last step: with half = 1, s[0] and s[1] are still to be added",
        ),
        Mutant(
            "first step left out",
            ("half = 4\n", "half = 2\n"),
            "your first half is 2: of 8 threads, 4 add in the first step",
        ),
        Mutant(
            "neighbour added",
            ("s[t] += s[t + half]", "s[t] += s[t + 1]"),
            "you always add the neighbour: in each step it is the element that is `half` further on",
        ),
        Mutant(
            "one thread adds all",
            (
                "    half = 4\n    while half > 0:\n        if t < half:\n            s[t] += s[t + half]\n"
                "        cuda.syncthreads()\n        half //= 2\n",
                "    if t == 0:\n        for other in range(1, 8):\n            s[0] += s[other]\n",
            ),
            "one thread adds up everything, and 7 stand by: add in steps",
        ),
        Mutant(
            "all sums added up",
            ("out[cuda.blockIdx.x] = s[0]", "out[cuda.blockIdx.x] += s[0]"),
            "you add to what stands in out before: overwrite it",
        ),
        Mutant(
            "no wait before the first step",
            ("    cuda.syncthreads()\n    half = 4\n", "    half = 4\n"),
            "the first step reads what others may not have filled in yet: cuda.syncthreads() before it",
        ),
        Mutant(
            "no wait between the steps",
            ("        cuda.syncthreads()\n        half //= 2\n", "        half //= 2\n"),
            "each step reads what others have added in the one before: cuda.syncthreads() after every step",
        ),
    ),
    equivalents=(
        Equivalent(
            "s = cuda.shared.array(8, float32)",
            "s = cuda.shared.array(9, float32)",
            "a ninth element is never looked at",
        ),
        Equivalent(
            "if t == 0:",
            "if t == 1:",
            "after the last wait every thread may write what stands in s[0]",
        ),
        Equivalent(
            "s[t] += s[t + distance]",
            "s[t] += s[t - distance]",
            "around the end, as negative indices go, other neighbours are added up, and all of them once",
        ),
    ),
    workplace=CUDA_SIMULATOR,
    requires=("cuda_scale_bias",),
    decorator="@cuda.jit",
)
