"""Winograd's transforms: convolution of small tiles with a fraction of the multiplications.

One dimension first. Four outputs of a filter of 3 come from 6 pixels; done directly, that takes 12
multiplications. Pixels and weights are the coefficients of polynomials, the outputs those of a product: and a
polynomial is also known by its values at enough points. So take the 6 values of each at 0, 1, -1, 2, -2 and
infinity (sums, and products with small constants), multiply value by value (6 multiplications), and go back.
In two dimensions the same is done to columns and rows: 36 multiplications instead of 144 for 4x4 outputs of a
3x3 filter, and instead of 100 for 2x2 outputs of a 5x5 filter: the same 6x6 points serve for both.

The saving pays because values are added up over channels before going back: a tile's pixels are transformed
once for all filters, a filter once for all tiles. What it costs: the transforms; and digits, since values at 2
and -2 are large sums that nearly cancel later: errors are some 5 times those of the direct sum, 1e-5 of the
largest output. A NaN or an infinity would spoil its whole tile, so results that are not finite are computed anew,
directly.

Lavin, Gray, "Fast algorithms for convolutional neural networks", 2016.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, TypeAlias

from llvmlite import ir
from numba import types

from engine.kernels.vectors import Vectors, choose, emitted

# Points in each direction: pixels of a tile.
POINTS = 6

Line: TypeAlias = list[Any]


class Sums:
    """Arithmetic on vectors, in few words."""

    def __init__(self, v: Vectors) -> None:
        self.v = v
        self.add, self.sub = v.builder.fadd, v.builder.fsub

    def constant(self, number: float) -> Any:
        """Return the number in every lane."""
        return ir.Constant(self.v.vector, [number] * self.v.lanes)

    def times(self, number: float, value: Any) -> Any:
        """Return number * value."""
        return self.v.builder.fmul(self.constant(number), value)

    def plus(self, rest: Any, number: float, value: Any) -> Any:
        """Return rest + number * value."""
        return self.v.builder.call(self.v.fma, [self.constant(number), value, rest])

    def weighted(self, numbers: Sequence[float], values: Line) -> Any:
        """Return the sum of numbers[i] * values[i]."""
        total = self.times(numbers[0], values[0])
        for number, value in zip(numbers[1:], values[1:], strict=True):
            total = self.plus(total, number, value) if number else total
        return total


def _pixels(s: Sums, d: Line) -> Line:
    """Return values at the points that belong to 6 pixels."""
    low, high = s.plus(d[4], -4, d[2]), s.plus(d[3], -4, d[1])
    even, odd = s.sub(d[4], d[2]), s.sub(d[3], d[1])
    return [
        s.plus(s.plus(d[4], -5, d[2]), 4, d[0]),
        s.add(low, high),
        s.sub(low, high),
        s.plus(even, 2, odd),
        s.plus(even, -2, odd),
        s.plus(s.plus(d[5], -5, d[3]), 4, d[1]),
    ]


def _outputs(count: int, s: Sums, m: Line) -> Line:
    """Return the outputs that belong to values at the points."""
    near, far = s.add(m[1], m[2]), s.add(m[3], m[4])
    near_odd, far_odd = s.sub(m[1], m[2]), s.sub(m[3], m[4])
    found = [s.add(m[0], s.add(near, far)), s.plus(near_odd, 2, far_odd)]
    if count == 4:
        found += [s.plus(near, 4, far), s.plus(near_odd, 8, far_odd)]
    found[-1] = s.add(found[-1], m[5])
    return found


def _slopes(count: int, s: Sums, y: Line) -> Line:
    """Return the gradient of values at the points: the transpose of :func:`_outputs`."""
    even, odd = (y[0], y[1]) if count == 2 else (s.add(y[0], y[2]), s.add(y[1], y[3]))
    even_far, odd_far = (y[0], s.times(2, y[1]))
    if count == 4:
        even_far, odd_far = s.plus(y[0], 4, y[2]), s.plus(odd_far, 8, y[3])
    return [y[0], s.add(even, odd), s.sub(even, odd), s.add(even_far, odd_far), s.sub(even_far, odd_far), y[-1]]


def filter_rows(size: int) -> list[list[float]]:
    """Return the matrix (6, size) that takes a filter's weights to its values at the points."""
    divisors = {0: 4, 1: -6, -1: -6, 2: 24, -2: 24}
    rows = [[float(point) ** power / divisor for power in range(size)] for point, divisor in divisors.items()]
    return [*rows, [0.0] * (size - 1) + [1.0]]


def _weights(size: int, s: Sums, g: Line) -> Line:
    """Return a filter's values at the points."""
    return [s.weighted(row, g) for row in filter_rows(size)]


def _weight_slopes(size: int, s: Sums, u: Line) -> Line:
    """Return the gradient of a filter: the transpose of :func:`_weights`."""
    columns = zip(*filter_rows(size), strict=True)
    return [s.weighted(list(column), u) for column in columns]


Rule: TypeAlias = Callable[[Sums, Line], Line]


def _both_ways(v: Vectors, read: int, rule: Rule, places: tuple[Any, Any], steps: tuple[Any, ...]) -> None:
    """Generate a rule's work on the columns, then on the rows, of a square of vectors."""
    builder, whole = v.builder, ir.IntType(64)
    target, source = places
    out_row, out_column, row, column = steps

    def place(i: int, row_step: Any, j: int, column_step: Any) -> Any:
        return builder.add(builder.mul(row_step, whole(i)), builder.mul(column_step, whole(j)))

    square = []
    for j in range(read):
        values = [v.load(source, place(i, row, j, column)) for i in range(read)]
        square.append(rule(Sums(v), values))
    for i in range(len(square[0])):
        for j, value in enumerate(rule(Sums(v), [line[i] for line in square])):
            v.store(value, target, place(i, out_row, j, out_column))


def _transform(name: str, rules: Mapping[int, tuple[int, Rule]]) -> Callable[..., None]:
    """Make a function that applies one of the rules, by its size, to columns and rows of a square of vectors."""

    def transform(
        typingctx: Any,
        size: Any,
        out: Any,
        to: Any,
        out_row: Any,
        out_column: Any,
        source: Any,
        at: Any,
        row: Any,
        column: Any,
    ) -> Any:
        n = types.intp
        signature = types.void(n, out, n, n, n, source, n, n, n)

        def generate(context: Any, builder: Any, sig: Any, args: Any) -> None:
            v = Vectors(context, builder, sig.args[1].dtype)
            places = builder.gep(args[1], [args[2]]), builder.gep(args[5], [args[6]])
            steps = (args[3], args[4], args[7], args[8])
            cases = {key: partial(_both_ways, v, read, rule, places, steps) for key, (read, rule) in rules.items()}
            choose(builder, args[0], cases)

        return signature, generate

    transform.__name__ = transform.__qualname__ = name
    return emitted(transform)


# Each is called with (size, out, to, out_row, out_column, source, at, row, column): square (i, j) of vectors is read
# at source[at + i row + j column], and written at out[to + i out_row + j out_column]. `size` is the number of
# outputs of a tile, or of weights of a filter, in each direction.
pixels_to_points = _transform("pixels_to_points", dict.fromkeys((0,), (POINTS, _pixels)))
points_to_outputs = _transform("points_to_outputs", {size: (POINTS, partial(_outputs, size)) for size in (2, 4)})
slopes_to_points = _transform("slopes_to_points", {size: (size, partial(_slopes, size)) for size in (2, 4)})
weights_to_points = _transform("weights_to_points", {size: (size, partial(_weights, size)) for size in (3, 5)})
points_to_weights = _transform("points_to_weights", {size: (POINTS, partial(_weight_slopes, size)) for size in (3, 5)})
