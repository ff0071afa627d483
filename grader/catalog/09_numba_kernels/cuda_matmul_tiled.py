"""A matrix product whose threads share what they have fetched: tiles in shared memory."""

import numpy as np
from hypothesis import strategies as st

from grader.cuda_properties import fetches_few, fits_a_card, or_says_race, threads_do_not_meet
from grader.exercise import Equivalent, Exercise, Mutant
from grader.kernel_cases import FLOAT32, UNTOUCHED
from grader.plain_numba import cuda, float32
from grader.properties import depends_on_values_alone, equals_reference, leaves_arguments_alone
from grader.strategies import SMALL, case, floats
from grader.workplace import CUDA_SIMULATOR


def cuda_matmul_tiled(out: np.ndarray, a: np.ndarray, b: np.ndarray) -> None:
    """Multiply two matrices on a card, tile by tile: out = a @ b.

    A convolution is a matrix product (unit 5), and this is how a card does it. Thread (x, y) of a block computes one
    element of out, and blocks have 4 by 4 threads. With

        column, row = cuda.grid(2)      x is the column, because neighbours in a row lie side by side in memory

    the element is the sum over t of a[row, t] * b[t, column]. Each element of a would be fetched once for every
    column, and memory is slow: a card multiplies dozens of times while it fetches one number. But the 4 threads of a
    row all want the same row of a, and the 4 of a column the same column of b. So they fetch together. A block has
    some fast memory that all its threads see:

        from numba import cuda, float32
        left = cuda.shared.array((4, 4), float32)       # the size must be numbers, not variables

    It goes along the sum in steps of 4. In each step, every thread fetches one element of a and one of b into
    two such tiles; then each adds 4 products, whose factors stand in the tiles:

        left[y, x]  = a[row, first + x]         first = 0, 4, 8 …, and x, y = cuda.threadIdx.x, cuda.threadIdx.y
        right[y, x] = b[first + y, column]
        total += left[y, t] * right[t, x]       for t = 0 … 3

    Threads do not run in step. Each uses what 6 others have fetched, so they must wait for one another: at
    cuda.syncthreads() a thread waits until all of its block are there. Two of these are needed in each step: one before
    the tiles are read, for they must be full, and one before they are filled again, for all must have read.

    Sizes need not be multiples of 4. A thread outside of `out` writes nothing, but it must not return early: it
    fetches for others, and they wait for it. Where a tile reaches beyond its matrix, it gets 0, which adds nothing to
    a sum.

    Parameters
    ----------
    out : ndarray (M, N)
        float32, as all arrays here; what is in it before is to be overwritten.
    a : ndarray (M, K)
    b : ndarray (K, N)
        The launch has blocks of (4, 4) threads, as many as cover the output: ceil(N / 4) by ceil(M / 4).

    Examples
    --------
    >>> a = np.array([[1, 2, 3, 4, 5]], np.float32)
    >>> b = np.array([[1, 0], [1, 0], [1, 0], [1, 0], [1, 1]], np.float32)
    >>> out = np.zeros((1, 2), np.float32)
    >>> cuda_matmul_tiled[(1, 1), (4, 4)](out, a, b)
    >>> out
    array([[15.,  5.]], dtype=float32)
    """
    raise NotImplementedError


def by_tiles_filled_up_with_zeros(out: np.ndarray, a: np.ndarray, b: np.ndarray) -> None:
    left = cuda.shared.array((4, 4), float32)
    right = cuda.shared.array((4, 4), float32)
    column, row = cuda.grid(2)
    x, y = cuda.threadIdx.x, cuda.threadIdx.y
    total = float32(0)
    for first in range(0, a.shape[1], 4):
        left[y, x] = 0
        right[y, x] = 0
        if row < a.shape[0] and first + x < a.shape[1]:
            left[y, x] = a[row, first + x]
        if first + y < b.shape[0] and column < b.shape[1]:
            right[y, x] = b[first + y, column]
        cuda.syncthreads()
        for t in range(4):
            total += left[y, t] * right[t, x]
        cuda.syncthreads()
    if row < out.shape[0] and column < out.shape[1]:
        out[row, column] = total


def by_leaving_out_what_is_not_there(out: np.ndarray, a: np.ndarray, b: np.ndarray) -> None:
    left = cuda.shared.array((4, 4), float32)
    right = cuda.shared.array((4, 4), float32)
    x, y = cuda.threadIdx.x, cuda.threadIdx.y
    column, row = cuda.blockIdx.x * 4 + x, cuda.blockIdx.y * 4 + y
    length = a.shape[1]
    total = float32(0)
    for first in range(0, length, 4):
        if row < out.shape[0] and first + x < length:
            left[y, x] = a[row, first + x]
        if column < out.shape[1] and first + y < length:
            right[y, x] = b[first + y, column]
        cuda.syncthreads()
        if row < out.shape[0] and column < out.shape[1]:
            for t in range(4):
                if first + t < length:
                    total += left[y, t] * right[t, x]
            out[row, column] = total
        cuda.syncthreads()


def by_two_tiles_in_turn(out: np.ndarray, a: np.ndarray, b: np.ndarray) -> None:
    tiles = cuda.shared.array((2, 2, 4, 4), float32)
    column, row = cuda.grid(2)
    x, y = cuda.threadIdx.x, cuda.threadIdx.y
    total = float32(0)
    for first in range(0, a.shape[1], 4):
        # While some still read one pair of tiles, others fill the other pair: one wait is enough.
        turn = first // 4 % 2
        inside = row < out.shape[0] and first + x < a.shape[1]
        tiles[turn, 0, y, x] = a[row, first + x] if inside else 0
        inside = column < out.shape[1] and first + y < a.shape[1]
        tiles[turn, 1, x, y] = b[first + y, column] if inside else 0
        cuda.syncthreads()
        for t in range(4):
            total += tiles[turn, 0, y, t] * tiles[turn, 1, x, t]
    if row < out.shape[0] and column < out.shape[1]:
        out[row, column] = total


def reference(
    blocks: tuple[int, int], threads: tuple[int, int], out: np.ndarray, a: np.ndarray, b: np.ndarray
) -> np.ndarray:
    right: np.ndarray = a @ b
    return right


WHOLE = st.sampled_from((4, 8))
ANY = st.integers(1, 9)


@st.composite
def products(
    draw: st.DrawFn, rows: st.SearchStrategy[int], length: st.SearchStrategy[int], columns: st.SearchStrategy[int]
) -> dict[str, object]:
    """Draw a launch; numbers other than 0, so that no product is left out unnoticed."""
    m, k, n = draw(rows), draw(length), draw(columns)
    return case(
        blocks=(-(-n // 4), -(-m // 4)),
        threads=(4, 4),
        out=np.full((m, n), UNTOUCHED, np.float32),
        a=draw(floats((m, k), SMALL[1:], FLOAT32)),
        b=draw(floats((k, n), SMALL[1:], FLOAT32)),
    )


def fetched_by_tiles(blocks: tuple[int, int], a: np.ndarray, **others: object) -> int:
    """Return how many elements the threads fetch if each fetches one of a and one of b in every step."""
    return blocks[0] * blocks[1] * 16 * 2 * -(-len(a.T) // 4)


# Two tiles, or four: who fills two pairs of tiles in turn meets others at the third tile or later, if at all.
SEVERAL_TILES = st.sampled_from((8, 16))
ONE_TILE = products(st.just(4), st.just(4), st.just(4))

ONE = "where one tile reaches beyond the sum, the other does, too, and one factor 0 is enough"
MORE = "more room than is used"

EXERCISE = Exercise(
    title="tiles in shared memory",
    order=5,
    stub=cuda_matmul_tiled,
    reference=reference,
    properties=tuple(
        or_says_race(prop)
        for prop in (
            equals_reference("be right for one tile", 1, ONE_TILE, (), 5),
            threads_do_not_meet(2, products(st.just(4), SEVERAL_TILES, st.just(4)), 6),
            equals_reference("add up several tiles", 1, products(st.just(4), st.just(8), st.just(4)), (), 5),
            equals_reference("be right for several blocks", 1, products(WHOLE, st.just(4), WHOLE), (), 5),
            equals_reference(
                "be right for sums that are no multiple of 4", 1, products(st.just(4), ANY, st.just(4)), (), 8
            ),
            equals_reference(
                "be right for outputs that are no multiple of 4", 2, products(ANY, st.just(4), ANY), (), 8
            ),
            fits_a_card(1, ONE_TILE, "shared.array", waits="in a loop"),
            fetches_few("fetch each element once for a block", 1, products(ANY, ANY, ANY), fetched_by_tiles),
            leaves_arguments_alone(1, products(ANY, ANY, ANY), examples=5),
            depends_on_values_alone(1, products(ANY, ANY, ANY), examples=3, views=False),
        )
    ),
    hints=(
        "First for matrices of 4 by 4, with one block: fetch, wait, add 4 products, write. No loop over tiles yet.",
        "Then the loop: for first in range(0, a.shape[1], 4). In it fetch, cuda.syncthreads(), add, "
        "cuda.syncthreads(). What goes wrong without the second wait? A quick thread fills the tile while a slow one "
        "still reads.",
        "At the borders, ask before you fetch: left[y, x] = 0, and if row < a.shape[0] and first + x < a.shape[1], it "
        "is a[row, first + x]. The same for right, with its own row and column. Ask again before you write.",
        "column, row = cuda.grid(2); x, y = cuda.threadIdx.x, cuda.threadIdx.y; total = float32(0). In the loop fill "
        "left[y, x] and right[y, x], wait, for t in range(4): total += left[y, t] * right[t, x], wait. At the end, if "
        "row < out.shape[0] and column < out.shape[1]: out[row, column] = total.",
    ),
    alternatives=(by_tiles_filled_up_with_zeros, by_leaving_out_what_is_not_there, by_two_tiles_in_turn),
    mutants=(
        Mutant(
            "early return",
            (
                "    total = float32(0)\n",
                "    if row >= out.shape[0] or column >= out.shape[1]:\n        return\n    total = float32(0)\n",
            ),
            "threads outside of out return before they have fetched what others need",
        ),
        Mutant(
            "waits in a branch",
            (
                "            right[y, x] = b[first + y, column]\n        cuda.syncthreads()\n",
                "            right[y, x] = b[first + y, column]\n            cuda.syncthreads()\n"
                "        else:\n            cuda.syncthreads()\n",
            ),
            "cuda.syncthreads() stands in a branch: put it where all threads come by",
        ),
        Mutant(
            "no zeros at the border",
            ("        left[y, x] = 0\n        right[y, x] = 0\n", ""),
            "where a tile reaches beyond its matrix, what stood there before remains: it must be 0",
        ),
        Mutant(
            "rows and columns exchanged in the grid",
            ("column, row = cuda.grid(2)", "row, column = cuda.grid(2)"),
            "x counts columns and y rows: cuda.grid(2) gives the column first",
        ),
        Mutant(
            "tile of b read by rows",
            ("left[y, t] * right[t, x]", "left[y, t] * right[x, t]"),
            "of right you go along a row: down the column x, right[t, x], is what belongs to your output",
        ),
        Mutant(
            "one tile only",
            ("range(0, a.shape[1], 4)", "range(0, 4, 4)"),
            "you add up one tile only: the sum goes on, four at a time",
        ),
        Mutant(
            "last tile left out",
            ("range(0, a.shape[1], 4)", "range(0, a.shape[1] - 3, 4)"),
            "you leave out the rest of the sum that does not fill a tile",
        ),
        Mutant(
            "straight from memory",
            (
                "        for t in range(4):\n            total += left[y, t] * right[t, x]\n",
                "        for t in range(first, min(first + 4, a.shape[1])):\n"
                "            if row < out.shape[0] and column < out.shape[1]:\n"
                "                total += a[row, t] * b[t, column]\n",
            ),
            "you fill the tiles, and then fetch the factors from memory all the same",
        ),
        Mutant(
            "total begun anew in each tile",
            (
                "    total = float32(0)\n    for first in range(0, a.shape[1], 4):\n",
                "    for first in range(0, a.shape[1], 4):\n        total = float32(0)\n",
            ),
            "your sum begins anew with each tile: the last one alone remains",
        ),
        Mutant(
            "no wait before the tiles are read",
            ("        cuda.syncthreads()\n        for t in range(4):\n", "        for t in range(4):\n"),
            "you read tiles that others have not filled yet: cuda.syncthreads() before the products",
        ),
        Mutant(
            "no wait before the tiles are filled again",
            (
                "            total += left[y, t] * right[t, x]\n        cuda.syncthreads()\n",
                "            total += left[y, t] * right[t, x]\n",
            ),
            "you fill tiles that others still read: cuda.syncthreads() after the products, too",
        ),
    ),
    equivalents=(
        Equivalent("left[y, x] = 0", "left[y, x] = 1", ONE),
        Equivalent("left[y, x] = 0", "left[y, x] = -1", ONE),
        Equivalent("left = cuda.shared.array((4, 4), float32)", "left = cuda.shared.array((5, 4), float32)", MORE),
        Equivalent("left = cuda.shared.array((4, 4), float32)", "left = cuda.shared.array((4, 5), float32)", MORE),
        Equivalent("right[y, x] = 0", "right[y, x] = 1", ONE),
        Equivalent("right[y, x] = 0", "right[y, x] = -1", ONE),
        Equivalent("right = cuda.shared.array((4, 4), float32)", "right = cuda.shared.array((5, 4), float32)", MORE),
        Equivalent("right = cuda.shared.array((4, 4), float32)", "right = cuda.shared.array((4, 5), float32)", MORE),
        *(
            Equivalent(
                "tiles = cuda.shared.array((2, 2, 4, 4), float32)", f"tiles = cuda.shared.array({more}, float32)", MORE
            )
            for more in ("(3, 2, 4, 4)", "(2, 3, 4, 4)", "(2, 2, 5, 4)", "(2, 2, 4, 5)")
        ),
        *(
            Equivalent(f"{line} if inside else 0", f"{line} if inside else {other}", ONE)
            for line in ("tiles[turn, 0, y, x] = a[row, first + x]", "tiles[turn, 1, x, y] = b[first + y, column]")
            for other in (1, -1)
        ),
        Equivalent(
            "x, y = (cuda.threadIdx.x, cuda.threadIdx.y)",
            "x, y = (cuda.threadIdx.y, cuda.threadIdx.x)",
            "all follows from x and y: other threads do the same",
        ),
    ),
    workplace=CUDA_SIMULATOR,
    requires=("cuda_scale_bias",),
    decorator="@cuda.jit",
)
