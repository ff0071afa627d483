"""The tile of tensor cores, with a Python stand-in for the instruction: what PTX's manual says that it does."""

from typing import Any

import numpy as np
import pytest

import engine
from engine.arrays import Array
from engine.cuda import tensor_cores
from engine.cuda.arithmetic import Tile
from engine.errors import ParameterError

WARP = 32


class Warp:
    """Collects what each thread brings to each instruction, and then does them all.

    By the manual's "Matrix Fragments for mma.m16n8k8" (.tf32): thread number g * 4 + q brings A[g, q], A[g + 8, q],
    A[g, q + 4], A[g + 8, q + 4], B[q, g] and B[q + 4, g], and holds C[g, 2 q], C[g, 2 q + 1], C[g + 8, 2 q] and
    C[g + 8, 2 q + 1].
    """

    def __init__(self) -> None:
        self.brought: list[list[Any]] = []

    def __call__(self, *numbers: Any) -> Any:
        """Note what a thread brings, and change no sum."""
        self.brought[-1].append(numbers[:6])
        return numbers[6:]

    def products(self) -> list[Array]:
        """Return A @ B of each instruction."""
        found = []
        for fragments in zip(*self.brought, strict=True):
            a, b = np.zeros((16, 8)), np.zeros((8, 8))
            for thread, (a0, a1, a2, a3, b0, b1) in enumerate(fragments):
                g, q = divmod(thread, 4)
                a[g, q], a[g + 8, q], a[g, q + 4], a[g + 8, q + 4] = a0, a1, a2, a3
                b[q, g], b[q + 4, g] = b0, b1
            found.append(a @ b)
        return found


@pytest.mark.parametrize("tile", tensor_cores.TILES, ids=str)
def test_warps_compute_the_product_of_a_tile(tile: Tile, monkeypatch: pytest.MonkeyPatch) -> None:
    arithmetic = tensor_cores.by_tensor_cores(tile)
    rng = np.random.default_rng(0)
    left, right = rng.standard_normal((tile.bk, tile.bm)), rng.standard_normal((tile.bk, tile.bn))
    result = np.full((tile.bm, tile.bn), np.nan)
    for first in range(0, arithmetic.threads, WARP):
        warp = Warp()
        monkeypatch.setattr(tensor_cores, "multiply_tf32", warp)
        for thread in range(first, first + WARP):
            warp.brought.append([])
            registers = (np.zeros(n) for n in (arithmetic.sums, arithmetic.heights, arithmetic.widths))
            arithmetic.accumulate.fn(left.reshape(-1), right.reshape(-1), *registers, thread)
        # An instruction for each group of four sums, and again for each step along k.
        groups = arithmetic.sums // 4
        totals = [np.sum(warp.products()[group::groups], axis=0) for group in range(groups)]
        for thread in range(first, first + WARP):
            g, q = divmod(thread % WARP, 4)
            for i in range(arithmetic.sums):
                row, column = g + i % 4 // 2 * 8, 2 * q + i % 2
                place = arithmetic.row_of.fn(i, thread), arithmetic.column_of.fn(i, thread)
                result[place] = totals[i // 4][row, column]
    np.testing.assert_allclose(result, left.T @ right)


def test_precision_is_the_highest_unless_asked_for() -> None:
    assert engine.get_float32_matmul_precision() == "highest"
    with pytest.raises(ParameterError, match='set_float32_matmul_precision: expected "highest" or "high", got'):
        engine.set_float32_matmul_precision("medium")
