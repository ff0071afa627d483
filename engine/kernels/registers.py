"""Sums of products held in the processor's vector registers: the innermost loops of convolution.

LLVM, left alone, keeps the accumulators of such loops in memory. Here they are written as values of one
loop, so that they stay in registers: a block of filters times a strip of pixels, as large as the registers
allow. How wide a vector is and how many registers there are is asked of the processor.
"""

from functools import partial
from typing import Any

from llvmlite import ir
from numba import types

from engine.kernels.vectors import REGISTERS, Vectors, choose, emitted

# For each size of a block of filters, how many vectors of pixels a strip has: their product is the number of
# sums kept at once, and the pixels and a weight must fit beside them.
STRIPS = {8: 3, 6: 4, 4: 6, 2: 8, 1: 8} if REGISTERS == 32 else {6: 2, 4: 3, 2: 4, 1: 6}
# The block and the strip of a product of matrices, whose strips are all equally wide.
ROWS = max(STRIPS)
PANEL = STRIPS[ROWS]
# Blocks of products: sizes of blocks of filters, and taps in each.
DOT_FILTERS, DOT_TAPS = ((4, 2, 1), 6) if REGISTERS == 32 else ((3, 2, 1), 4)


def _sum_strip(v: Vectors, filters: int, strip: int, places: tuple[Any, ...], steps: tuple[Any, ...]) -> None:
    """Generate the loop over the taps for one size of block and strip."""
    builder, whole = v.builder, ir.IntType(64)
    target, source, shifts, factors = places
    row, count, tap_step, filter_step = steps
    before = builder.block
    loop, done = builder.append_basic_block("tap"), builder.append_basic_block("store")
    builder.branch(loop)
    builder.position_at_end(loop)
    t = builder.phi(whole)
    sums = [[builder.phi(v.vector) for _ in range(strip)] for _ in range(filters)]
    shifted = builder.gep(source, [builder.load(builder.gep(shifts, [t]))])
    strips = [v.load(shifted, whole(i * v.lanes)) for i in range(strip)]
    weight = builder.gep(factors, [builder.mul(t, tap_step)])
    new = []
    for f in range(filters):
        repeated = v.repeat(builder.load(builder.gep(weight, [builder.mul(filter_step, whole(f))])))
        new.append([builder.call(v.fma, [repeated, strips[i], sums[f][i]]) for i in range(strip)])
    following = builder.add(t, whole(1))
    t.add_incoming(whole(0), before)
    t.add_incoming(following, loop)
    for f in range(filters):
        for i in range(strip):
            sums[f][i].add_incoming(v.zero(), before)
            sums[f][i].add_incoming(new[f][i], loop)
    builder.cbranch(builder.icmp_signed("<", following, count), loop, done)
    builder.position_at_end(done)
    for f in range(filters):
        line = builder.gep(target, [builder.mul(row, whole(f))])
        for i in range(strip):
            v.store(new[f][i], line, whole(i * v.lanes))


@emitted
def sum_strip(
    typingctx: Any,
    filters: Any,
    vectors: Any,
    out: Any,
    to: Any,
    row: Any,
    pixels: Any,
    at: Any,
    shift: Any,
    first: Any,
    count: Any,
    weights: Any,
    start: Any,
    tap_step: Any,
    filter_step: Any,
) -> Any:
    """Sum shifted strips of pixels, each times a weight, for a block of filters.

    Computes for each filter f of the block and each pixel p of the strip::

        out[to + f row + p] = sum over t of pixels[at + shift[first + t] + p]
                                            * weights[start + t tap_step + f filter_step]

    with t = 0 … count - 1, count >= 1. A block has one of the sizes in STRIPS; a strip has STRIPS[filters],
    PANEL (if that is fewer) or one vector. Arrays have one axis; `shift` is int64, the others share a
    floating dtype.
    """
    n = types.intp
    signature = types.void(n, n, out, n, n, pixels, n, shift, n, n, weights, n, n, n)

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> None:
        v = Vectors(context, builder, sig.args[2].dtype)
        places = tuple(builder.gep(args[i], [args[i + 1]]) for i in (2, 5, 7, 10))
        # args: filters, vectors, out, to, row, pixels, at, shift, first, count, weights, start, tap, filter step
        steps = (args[4], args[9], args[12], args[13])
        cases = {
            16 * size + strip: partial(_sum_strip, v, size, strip, places, steps)
            for size, most in STRIPS.items()
            for strip in {1, min(PANEL, most), most}
        }
        choose(builder, builder.add(builder.mul(args[0], ir.IntType(64)(16)), args[1]), cases)

    return signature, generate


def _dot_block(v: Vectors, filters: int, places: tuple[Any, ...], steps: tuple[Any, ...]) -> None:
    """Generate the loop over pixels for one size of block."""
    builder, whole, taps = v.builder, ir.IntType(64), DOT_TAPS
    target, lines, source, shifts = places
    row, wide, count = steps
    rows = [builder.gep(lines, [builder.mul(wide, whole(f))]) for f in range(filters)]
    strips = [builder.gep(source, [builder.load(builder.gep(shifts, [whole(t)]))]) for t in range(taps)]
    before = builder.block
    loop, done = builder.append_basic_block("pixel"), builder.append_basic_block("total")
    builder.branch(loop)

    builder.position_at_end(loop)
    p = builder.phi(whole)
    sums = [[builder.phi(v.vector) for _ in range(taps)] for _ in range(filters)]
    factors = [v.load(line, p) for line in rows]
    new: list[list[Any]] = [[] for _ in range(filters)]
    for t in range(taps):
        strip = v.load(strips[t], p)
        for f in range(filters):
            new[f].append(builder.call(v.fma, [factors[f], strip, sums[f][t]]))
    following = builder.add(p, whole(v.lanes))
    p.add_incoming(whole(0), before)
    p.add_incoming(following, loop)
    for f in range(filters):
        for t in range(taps):
            sums[f][t].add_incoming(v.zero(), before)
            sums[f][t].add_incoming(new[f][t], loop)
    builder.cbranch(builder.icmp_signed("<", following, count), loop, done)

    builder.position_at_end(done)
    totals = iter(v.totals([total for line in new for total in line]))
    for f in range(filters):
        line = builder.gep(target, [builder.mul(row, whole(f))])
        for t in range(taps):
            place = builder.gep(line, [whole(t)])
            builder.store(builder.fadd(builder.load(place), next(totals)), place)


@emitted
def dot_block(
    typingctx: Any,
    filters: Any,
    out: Any,
    to: Any,
    row: Any,
    upstream: Any,
    at: Any,
    wide: Any,
    pixels: Any,
    start: Any,
    shift: Any,
    first: Any,
    count: Any,
) -> Any:
    """Add up products of two lines of pixels, for a block of filters and DOT_TAPS taps.

    Computes for each filter f of the block, whose size is one of DOT_FILTERS, and each tap t::

        out[to + f row + t] += sum over p of upstream[at + f wide + p] * pixels[start + shift[first + t] + p]

    with p = 0 … count - 1, a multiple of a vector's length and not 0.
    """
    n = types.intp
    signature = types.void(n, out, n, n, upstream, n, n, pixels, n, shift, n, n)

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> None:
        v = Vectors(context, builder, sig.args[1].dtype)
        places = tuple(builder.gep(args[i], [args[i + 1]]) for i in (1, 4, 7, 9))
        # args: filters, out, to, row, upstream, at, wide, pixels, start, shift, first, count
        steps = (args[3], args[6], args[11])
        choose(builder, args[0], {size: partial(_dot_block, v, size, places, steps) for size in DOT_FILTERS})

    return signature, generate


@emitted
def transpose_block(typingctx: Any, out: Any, to: Any, out_step: Any, source: Any, at: Any, step: Any) -> Any:
    """Write a square block of numbers, as many each way as a vector holds, with rows and columns exchanged.

    Computes ``out[to + j out_step + i] = source[at + i step + j]``. In as many rounds as halving takes, the
    rows of the upper half are interleaved with those of the lower half; after them, the block is transposed.
    """
    n = types.intp
    signature = types.void(out, n, n, source, n, n)

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> None:
        v = Vectors(context, builder, sig.args[0].dtype)
        whole, half = ir.IntType(64), v.lanes // 2
        target, origin = (builder.gep(args[i], [args[i + 1]]) for i in (0, 3))
        rows = [v.load(origin, builder.mul(args[5], whole(i))) for i in range(v.lanes)]
        low = [lane // 2 + lane % 2 * v.lanes for lane in range(v.lanes)]
        high = [lane + half for lane in low]
        for _ in range(v.lanes.bit_length() - 1):
            pairs = [(rows[i], rows[i + half]) for i in range(half)]
            rows = [v.shuffle(upper, lower, lanes) for upper, lower in pairs for lanes in (low, high)]
        for j in range(v.lanes):
            v.store(rows[j], target, builder.mul(args[2], whole(j)))

    return signature, generate
