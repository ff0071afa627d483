"""Short rows in vectors: what surrounds a convolution in networks whose maps are 5 to 28 pixels wide.

A compiler turns a loop into vector instructions for some dozen elements at a time and leaves the rest, here
nearly all, to be done one by one. These intrinsics take the largest vector that fits into a row; what remains
at its end is done by one more vector that ends with the row and overlaps the one before, which writes some
numbers twice, with the same value.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils

from engine.kernels.vectors import VECTOR_BYTES, Vectors, choose, emitted

WHOLE = ir.IntType(64)


def _walk(builder: Any, rows: Any, width: Any, lanes: int, body: Callable[[Any, Any], None]) -> None:
    """Generate body(row, column) for every vector of every row."""
    with cgutils.for_range(builder, rows) as row:
        with cgutils.for_range(builder, builder.sdiv(width, WHOLE(lanes))) as step:
            body(row.index, builder.mul(step.index, WHOLE(lanes)))
        rest = builder.srem(width, WHOLE(lanes))
        with builder.if_then(builder.icmp_signed("!=", rest, WHOLE(0))):
            body(row.index, builder.sub(width, WHOLE(lanes)))


def _for_width(builder: Any, element: Any, width: Any, generate: Callable[[int], None]) -> None:
    """Generate the code for every length of vector, and the choice of the largest that fits into the width."""
    lanes = [2**i for i in range((VECTOR_BYTES * 8 // element.bitwidth).bit_length())]
    key: Any = WHOLE(0)
    for count in lanes:
        key = builder.select(builder.icmp_signed(">=", width, WHOLE(count)), WHOLE(count), key)
    choose(builder, key, {count: partial(generate, count) for count in lanes})


@emitted
def copy_rows(
    typingctx: Any,
    out: Any,
    to: Any,
    out_step: Any,
    source: Any,
    at: Any,
    step: Any,
    rows: Any,
    width: Any,
    added: Any,
    floor: Any,
) -> Any:
    """Copy rows, add a number, and raise what is below a floor.

    Computes ``out[to + r out_step + p] = max(floor, source[at + r step + p] + added)`` for r = 0 … rows - 1
    and p = 0 … width - 1; NaN stays NaN. Arrays have one axis and do not overlap.
    """
    n = types.intp
    signature = types.void(out, n, n, source, n, n, n, n, out.dtype, out.dtype)

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> None:
        target, origin = (builder.gep(args[i], [args[i + 1]]) for i in (0, 3))

        def code(lanes: int) -> None:
            v = Vectors(context, builder, sig.args[0].dtype, lanes)
            number, floor = v.repeat(args[8]), v.repeat(args[9])

            def body(row: Any, column: Any) -> None:
                value = v.load(origin, builder.add(builder.mul(row, args[5]), column))
                value = builder.fadd(value, number)
                value = builder.select(builder.fcmp_ordered("<", value, floor), floor, value)
                v.store(value, target, builder.add(builder.mul(row, args[2]), column))

            _walk(builder, args[6], args[7], lanes, body)

        _for_width(builder, sig.args[0].dtype, args[7], code)

    return signature, generate


def _keep_larger(v: Vectors, value: Any, place: Any, best: Any, winner: Any) -> tuple[Any, Any]:
    """Return the larger of each two numbers and its place: the first of equals, but NaN before any number."""
    builder = v.builder
    take = builder.or_(builder.fcmp_ordered(">", value, best), builder.fcmp_unordered("uno", value, value))
    return builder.select(take, value, best), builder.select(take, place, winner)


def _pairs(rectified: bool) -> Callable[..., Any]:
    def pool_pairs(
        typingctx: Any,
        out: Any,
        to: Any,
        index: Any,
        x: Any,
        at: Any,
        width: Any,
        rows: Any,
        columns: Any,
        centre: Any,
        scale: Any,
        shift: Any,
        first: Any,
        wide: Any,
    ) -> Any:
        """Keep the largest z = (x - centre) * scale + shift of each 2x2 window of a plane, and its place.

        Computes ``out[to + i columns + j] = max of z[at + (2 i + a) width + 2 j + b]`` over a, b = 0, 1 for
        i = 0 … rows - 1 and j = 0 … columns - 1, and ``index`` at the same place: that of the winner,
        ``first + (2 i + a) wide + 2 j + b``. Where no number is larger than 0, a rectified maximum is 0, and the
        first place p of its window is given as -1 - p.
        """
        n, number = types.intp, out.dtype
        signature = types.void(out, n, index, x, n, n, n, n, number, number, number, n, n)

        def generate(context: Any, builder: Any, sig: Any, args: Any) -> None:
            out_start, index_start, origin = (
                builder.gep(args[i], [args[start]]) for i, start in ((0, 1), (2, 1), (3, 4))
            )
            whole = ir.IntType(sig.args[2].dtype.bitwidth)
            width, wide = args[5], args[12]

            def code(lanes: int) -> None:
                v = Vectors(context, builder, sig.args[0].dtype, lanes)
                centre, scale, shift = (v.repeat(args[i]) for i in (8, 9, 10))
                even, odd = ([2 * lane + i for lane in range(lanes)] for i in (0, 1))
                steps = ir.Constant(ir.VectorType(whole, lanes), even)
                row_step = v.repeat(builder.trunc(wide, whole) if whole.width < 64 else wide)
                one = v.repeat(whole(1))

                def body(row: Any, column: Any) -> None:
                    start = builder.add(builder.mul(builder.mul(row, width), WHOLE(2)), builder.mul(column, WHOLE(2)))
                    base = builder.mul(builder.add(builder.mul(row, wide), column), WHOLE(2))
                    base = builder.add(base, args[11])
                    base = builder.trunc(base, whole) if whole.width < 64 else base
                    first = builder.add(v.repeat(base), steps)
                    best, winner = v.zero(), builder.xor(first, v.repeat(whole(-1)))
                    for line in (0, 1):
                        here = builder.add(start, width) if line else start
                        left, right = v.load(origin, here), v.load(origin, builder.add(here, WHOLE(lanes)))
                        place = builder.add(first, row_step) if line else first
                        for beside, picked in ((0, even), (1, odd)):
                            value = builder.fsub(v.shuffle(left, right, picked), centre)
                            value = builder.call(v.fma, [value, scale, shift])
                            at_pixel = builder.add(place, one) if beside else place
                            if not rectified and not line and not beside:
                                best, winner = value, first
                            else:
                                best, winner = _keep_larger(v, value, at_pixel, best, winner)
                    offset = builder.add(builder.mul(row, args[7]), column)
                    v.store(best, out_start, offset)
                    place = builder.bitcast(builder.gep(index_start, [offset]), winner.type.as_pointer())
                    builder.store(winner, place, align=whole.width // 8)

                _walk(builder, args[6], args[7], lanes, body)

            _for_width(builder, sig.args[0].dtype, args[7], code)

        return signature, generate

    return pool_pairs


pool_pairs, relu_pool_pairs = emitted(_pairs(False)), emitted(_pairs(True))


@emitted
def add_pairs(
    typingctx: Any, out: Any, to: Any, x: Any, at: Any, width: Any, rows: Any, columns: Any, factor: Any
) -> Any:
    """Add up each 2x2 window of a plane.

    Computes ``out[to + i columns + j] = factor * sum of x[at + (2 i + a) width + 2 j + b]`` over a, b = 0, 1.
    """
    n = types.intp
    signature = types.void(out, n, x, n, n, n, n, out.dtype)

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> None:
        target, origin = (builder.gep(args[i], [args[i + 1]]) for i in (0, 2))

        def code(lanes: int) -> None:
            v = Vectors(context, builder, sig.args[0].dtype, lanes)
            factor = v.repeat(args[7])
            even, odd = ([2 * lane + i for lane in range(lanes)] for i in (0, 1))

            def body(row: Any, column: Any) -> None:
                start = builder.mul(builder.add(builder.mul(row, args[4]), column), WHOLE(2))
                sums = []
                for here in (start, builder.add(start, args[4])):
                    left, right = v.load(origin, here), v.load(origin, builder.add(here, WHOLE(lanes)))
                    sums.append(builder.fadd(v.shuffle(left, right, even), v.shuffle(left, right, odd)))
                value = builder.fmul(builder.fadd(*sums), factor)
                v.store(value, target, builder.add(builder.mul(row, args[6]), column))

            _walk(builder, args[5], args[6], lanes, body)

        _for_width(builder, sig.args[0].dtype, args[6], code)

    return signature, generate


@emitted
def spread_pairs(
    typingctx: Any, dx: Any, at: Any, dy: Any, to: Any, width: Any, rows: Any, columns: Any, factor: Any
) -> Any:
    """Give a number to each pixel of a 2x2 window of a plane: the way back of :func:`add_pairs`.

    Computes ``dx[at + (2 i + a) width + 2 j + b] = factor * dy[to + i columns + j]`` for a, b = 0, 1.
    """
    n = types.intp
    signature = types.void(dx, n, dy, n, n, n, n, dx.dtype)

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> None:
        target, origin = (builder.gep(args[i], [args[i + 1]]) for i in (0, 2))

        def code(lanes: int) -> None:
            v = Vectors(context, builder, sig.args[0].dtype, lanes)
            factor = v.repeat(args[7])
            doubled = [lane // 2 for lane in range(2 * lanes)]

            def body(row: Any, column: Any) -> None:
                value = builder.fmul(v.load(origin, builder.add(builder.mul(row, args[6]), column)), factor)
                start = builder.mul(builder.add(builder.mul(row, args[4]), column), WHOLE(2))
                for here in (start, builder.add(start, args[4])):
                    for half in (0, lanes):
                        part = v.shuffle(value, value, doubled[half : half + lanes])
                        v.store(part, target, builder.add(here, WHOLE(half)))

            _walk(builder, args[5], args[6], lanes, body)

        _for_width(builder, sig.args[0].dtype, args[6], code)

    return signature, generate
