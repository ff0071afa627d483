"""Products on tensor cores: a warp multiplies 16 x 8 by 8 x 8 numbers in one instruction. Off unless asked for.

Tensor cores take TF32: of a float32 number's 23 bits behind the point they see 10, and add up in float32. A product
of rows of 1,000 numbers then has some three digits right, instead of six. Training does well with that; a check
against finite differences does not, and results differ from those of other devices. So the default is "highest".

The instruction is no part of Numba: it is written in the driver's assembly language (PTX) into the kernel. Its 32
threads each bring 4 numbers of the left factor and 2 of the right one, and hold 4 sums; which ones is in PTX's
manual, "Matrix Fragments for mma.m16n8k8". With g = lane // 4 and t = lane % 4 they are:

- left: rows g and g + 8, columns t and t + 4;
- right: rows t and t + 4, column g;
- sums: rows g and g + 8, columns 2 t and 2 t + 1.
"""

from functools import cache
from typing import Any

import numpy as np
from llvmlite import ir

from engine.arrays import Array
from engine.cuda import driver, precision
from engine.cuda.arithmetic import Arithmetic, Tile
from engine.cuda.driver import uint32

# Cards from Ampere on have TF32.
LEAST_CAPABILITY = (8, 0)
WARP, ROWS, COLUMNS, DEPTH = 32, 16, 8, 8
# What a warp computes: 2 by 4 instructions' worth of sums, 32 of them in each thread.
DOWN, ACROSS = 2, 4

TILES = (Tile(128, 64, 16, 8, 4), Tile(64, 64, 16, 8, 4), Tile(32, 64, 16, 8, 4))


def are_wanted(dtype: np.dtype[Any]) -> bool:
    """Tell whether products of this dtype are for tensor cores."""
    reduced = precision.get_float32_matmul_precision() == "high"
    return reduced and dtype == np.float32 and driver.capability() >= LEAST_CAPABILITY


def _multiply_tf32(
    typingctx: Any, a0: Any, a1: Any, a2: Any, a3: Any, b0: Any, b1: Any, c0: Any, c1: Any, c2: Any, c3: Any
) -> Any:
    """Generate mma.m16n8k8 for 4 + 2 factors, which are rounded to TF32, and 4 sums in float32."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        real, word = ir.FloatType(), ir.IntType(32)
        rounding = ir.InlineAsm(ir.FunctionType(word, [real]), "cvt.rna.tf32.f32 $0, $1;", "=r,f")
        factors = [builder.call(rounding, [number]) for number in args[:6]]
        sums = ir.LiteralStructType([real] * 4)
        operands = "{$0,$1,$2,$3}, {$4,$5,$6,$7}, {$8,$9}, {$10,$11,$12,$13}"
        text = f"mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {operands};"
        registers = ",".join(["=f"] * 4 + ["r"] * 6 + ["f"] * 4)
        product = ir.InlineAsm(ir.FunctionType(sums, [word] * 6 + [real] * 4), text, registers, side_effect=True)
        result = builder.call(product, [*factors, *args[6:]])
        parts = [builder.extract_value(result, i) for i in range(4)]
        return context.make_tuple(builder, signature.return_type, parts)

    return driver.tuple_type(driver.float32, 4)(*[driver.float32] * 10), generate


multiply_tf32: Any = None if driver.SIMULATED else driver.intrinsic(_multiply_tf32)


@cache
def by_tensor_cores(tile: Tile) -> Arithmetic:
    """Return how the warps of a block share a tile: each computes DOWN * 16 rows by ACROSS * 8 columns of it."""
    bm, bn, bk = tile.bm, tile.bn, tile.bk
    warps_across = bn // (ACROSS * COLUMNS)

    def accumulate(left_tile: Array, right_tile: Array, sums: Array, heights: Array, widths: Array, t: int) -> None:
        lane, warp = uint32(t % WARP), uint32(t // WARP)
        g, q = uint32(lane // 4), uint32(lane % 4)
        top, side = uint32(warp // warps_across * (DOWN * ROWS)), uint32(warp % warps_across * (ACROSS * COLUMNS))
        for k in range(0, bk, DEPTH):
            for d in range(DOWN):
                for part in range(4):  # rows g, g + 8, and both again 4 columns further
                    row, column = uint32(top + d * ROWS + g + part % 2 * 8), uint32(k + q + part // 2 * 4)
                    heights[d * 4 + part] = left_tile[uint32(column * bm + row)]
            for e in range(ACROSS):
                for part in range(2):
                    row, column = uint32(k + q + part * 4), uint32(side + e * COLUMNS + g)
                    widths[e * 2 + part] = right_tile[uint32(row * bn + column)]
            for d in range(DOWN):
                for e in range(ACROSS):
                    s = (d * ACROSS + e) * 4
                    a0, a1, a2, a3 = heights[d * 4], heights[d * 4 + 1], heights[d * 4 + 2], heights[d * 4 + 3]
                    b0, b1 = widths[e * 2], widths[e * 2 + 1]
                    c0, c1, c2, c3 = multiply_tf32(
                        a0, a1, a2, a3, b0, b1, sums[s], sums[s + 1], sums[s + 2], sums[s + 3]
                    )
                    sums[s], sums[s + 1], sums[s + 2], sums[s + 3] = c0, c1, c2, c3

    def row_of(i: int, t: int) -> Any:
        lane, warp = uint32(t % WARP), uint32(t // WARP)
        d, part = i // (4 * ACROSS), i % 4
        return uint32(warp // warps_across * (DOWN * ROWS) + d * ROWS + lane // 4 + part // 2 * 8)

    def column_of(i: int, t: int) -> Any:
        lane, warp = uint32(t % WARP), uint32(t // WARP)
        e, part = i // 4 % ACROSS, i % 4
        return uint32(warp % warps_across * (ACROSS * COLUMNS) + e * COLUMNS + lane % 4 * 2 + part % 2)

    return Arithmetic(
        driver.on_device(accumulate),
        driver.on_device(row_of),
        driver.on_device(column_of),
        threads=bm // (DOWN * ROWS) * warps_across * WARP,
        sums=DOWN * ACROSS * 4,
        heights=DOWN * 4,
        widths=ACROSS * 2,
    )
