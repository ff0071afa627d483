"""A CUDA kernel with a thread for each element, or for many."""

import numpy as np
from hypothesis import strategies as st

from grader.cuda_properties import fits_a_card, threads_do_not_meet
from grader.exercise import Exercise, Mutant
from grader.kernel_cases import FLOAT32, UNTOUCHED
from grader.plain_numba import cuda
from grader.properties import depends_on_values_alone, equals_reference, leaves_arguments_alone
from grader.strategies import SMALL, case, floats
from grader.workplace import CUDA_SIMULATOR


def cuda_scale_bias(out: np.ndarray, x: np.ndarray, scale: np.ndarray, bias: np.ndarray) -> None:
    """Multiply each channel by a number of its own and add another: batch normalisation, once a network is trained.

        out[c, t] = x[c, t] * scale[c] + bias[c]        c = 0 … C-1, t = 0 … L-1

    This is a CUDA kernel. On a graphics card, thousands of threads run the same function at the same time. They
    are launched in blocks, all blocks with the same number of threads, and each thread asks which one it is:

        cuda.threadIdx.x    which thread of its block      0, 1, 2 …
        cuda.blockIdx.x     which block                    0, 1, 2 …
        cuda.blockDim.x     threads in a block
        cuda.grid(1)        which thread of all, blockIdx.x * blockDim.x + threadIdx.x
        cuda.gridsize(1)    how many threads there are in all

    A kernel returns nothing: it writes into `out`, which is there already. Here the elements are counted through,
    channel by channel: element number e, from 0 to C * L - 1, belongs to channel e // L and is number e % L in it.
    Thread number e takes element number e. Two things are to be thought of:

    - There are hardly ever as many threads as elements, because all blocks are of one size. The threads that are too
      many must do nothing: a card does not notice an index that lies outside, and destroys other memory.
    - There may be fewer threads than elements. Then a thread takes several: after number e that with the number
      e + cuda.gridsize(1), and so on to the end. With this stride, threads that run side by side read side by side.

    A loop, for e in range(first, number of elements, step), does both: it has no turn for a thread that is too many.
    No element is done twice: each is written by one thread alone.

    Kernels are run on Numba's simulator, so you need no card. It knows no types and runs threads one after the other,
    and it looks at every index, as a card does not. On a card, the same file runs unchanged.

    Parameters
    ----------
    out : ndarray (C, L)
        float32, as all arrays here; what is in it before is to be overwritten.
    x : ndarray (C, L)
    scale, bias : ndarray (C,)

    Examples
    --------
    One channel of 3 elements and another one, with 2 blocks of 4 threads, two more than are needed:

    >>> x = np.array([[1, 2, 3], [4, 5, 6]], np.float32)
    >>> scale, bias = np.array([10, 1], np.float32), np.array([0, 0.5], np.float32)
    >>> out = np.zeros((2, 3), np.float32)
    >>> cuda_scale_bias[2, 4](out, x, scale, bias)
    >>> out
    array([[10. , 20. , 30. ],
           [ 4.5,  5.5,  6.5]], dtype=float32)
    """
    raise NotImplementedError


def by_a_grid_stride(out: np.ndarray, x: np.ndarray, scale: np.ndarray, bias: np.ndarray) -> None:
    channels, length = x.shape
    for element in range(cuda.grid(1), channels * length, cuda.gridsize(1)):
        c, t = element // length, element % length
        out[c, t] = x[c, t] * scale[c] + bias[c]


def by_counting_on(out: np.ndarray, x: np.ndarray, scale: np.ndarray, bias: np.ndarray) -> None:
    element = cuda.threadIdx.x + cuda.blockIdx.x * cuda.blockDim.x
    while element < x.size:
        c = element // x.shape[1]
        t = element - c * x.shape[1]
        out[c, t] = bias[c] + scale[c] * x[c, t]
        element += cuda.blockDim.x * cuda.gridDim.x


def by_channels_in_turn(out: np.ndarray, x: np.ndarray, scale: np.ndarray, bias: np.ndarray) -> None:
    for c in range(x.shape[0]):
        for t in range(cuda.grid(1), x.shape[1], cuda.gridsize(1)):
            out[c, t] = x[c, t] * scale[c] + bias[c]


def reference(
    blocks: int, threads: int, out: np.ndarray, x: np.ndarray, scale: np.ndarray, bias: np.ndarray
) -> np.ndarray:
    right: np.ndarray = x * scale[:, None] + bias[:, None]
    return right


@st.composite
def launches(draw: st.DrawFn, spare: bool = False, scarce: bool = False) -> dict[str, object]:
    """Draw a launch with just as many threads as elements, with more, or with fewer."""
    channels, length = draw(st.integers(1, 3)), draw(st.integers(1, 8))
    blocks, threads = draw(st.permutations((channels, length)))
    if spare:
        threads = draw(st.integers(2, 8))
        blocks = channels * length // threads + draw(st.integers(1, 2))
    elif scarce:
        blocks, threads = draw(st.integers(1, 2)), draw(st.integers(1, 4))
        length += blocks * threads // channels
    return case(
        blocks=blocks,
        threads=threads,
        out=np.full((channels, length), UNTOUCHED, np.float32),
        x=draw(floats((channels, length), dtypes=FLOAT32)),
        scale=draw(floats((channels,), SMALL[1:], FLOAT32)),
        bias=draw(floats((channels,), dtypes=FLOAT32)),
    )


EXERCISE = Exercise(
    title="a CUDA kernel with a guard",
    order=4,
    stub=cuda_scale_bias,
    reference=reference,
    properties=(
        equals_reference("be right with a thread for each element", 2, launches(), (), 20),
        equals_reference("be right with more threads than elements", 2, launches(spare=True), (), 20),
        equals_reference("be right with fewer threads than elements", 2, launches(scarce=True), (), 20),
        threads_do_not_meet(1, launches(scarce=True)),
        fits_a_card(1, launches(), "grid", "threadIdx"),
        leaves_arguments_alone(1, launches(), examples=5),
        depends_on_values_alone(1, launches(), examples=5, views=False),
    ),
    hints=(
        "Begin with e = cuda.grid(1), and think of a single thread: which channel is element number e in, and where?",
        "c, t = e // x.shape[1], e % x.shape[1]. A thread with e >= x.size has nothing to do: if e < x.size: …",
        "Where threads are few, that if becomes a loop: while e < x.size: …, and at its end e += cuda.gridsize(1).",
        "for e in range(cuda.grid(1), x.size, cuda.gridsize(1)): c, t = e // x.shape[1], e % x.shape[1]; "
        "out[c, t] = x[c, t] * scale[c] + bias[c].",
    ),
    alternatives=(by_a_grid_stride, by_counting_on, by_channels_in_turn),
    mutants=(
        Mutant(
            "one element a thread",
            (
                "    for element in range(cuda.grid(1), channels * length, cuda.gridsize(1)):\n",
                "    for element in range(cuda.grid(1), min(cuda.grid(1) + 1, channels * length)):\n",
            ),
            "each thread does one element only: where threads are few, the last elements are left out",
        ),
        Mutant(
            "no guard",
            (
                "    for element in range(cuda.grid(1), channels * length, cuda.gridsize(1)):\n",
                "    rounds = (channels * length + cuda.gridsize(1) - 1) // cuda.gridsize(1)\n"
                "    for element in range(cuda.grid(1), rounds * cuda.gridsize(1), cuda.gridsize(1)):\n",
            ),
            "a thread whose number is too large must do nothing",
        ),
        Mutant(
            "guard one too late",
            ("channels * length, cuda.gridsize(1)", "channels * length + 1, cuda.gridsize(1)"),
            "elements are counted from 0, so the last one has the number C * L - 1",
        ),
        Mutant(
            "number in the block only",
            ("range(cuda.grid(1),", "range(cuda.threadIdx.x,"),
            "threadIdx counts within the block, so every block does the same elements: cuda.grid(1) counts through",
        ),
        Mutant(
            "step of one block",
            ("cuda.gridsize(1)", "cuda.blockDim.x"),
            "your step is one block, so the blocks do the same elements again: step by cuda.gridsize(1)",
        ),
        Mutant(
            "neighbours instead of a stride",
            (
                "    for element in range(cuda.grid(1), channels * length, cuda.gridsize(1)):\n",
                "    each = channels * length // cuda.gridsize(1)\n"
                "    for element in range(cuda.grid(1) * each, (cuda.grid(1) + 1) * each):\n",
            ),
            "you give each thread the same number of elements and round down: what is left over is done by nobody",
        ),
        Mutant(
            "channel of the thread",
            ("* scale[c] + bias[c]", "* scale[element % channels] + bias[element % channels]"),
            "scale and bias belong to the channel, element // L, and you take them by another number",
        ),
        Mutant(
            "scale and bias exchanged",
            ("* scale[c] + bias[c]", "* bias[c] + scale[c]"),
            "you multiply by the bias and add the scale",
        ),
        Mutant(
            "added to what was there",
            ("out[c, t] = x[c, t]", "out[c, t] += x[c, t]"),
            "you add to what stands in out before: overwrite it",
        ),
        Mutant(
            "bias forgotten",
            (" + bias[c]", ""),
            "you never add the bias",
        ),
    ),
    workplace=CUDA_SIMULATOR,
    decorator="@cuda.jit",
)
