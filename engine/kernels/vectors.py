"""What the code generators of registers.py and rows.py share: vectors of the processor's own width.

A Numba *intrinsic* is a function whose call is replaced by instructions that we choose. Here are the words in
which they are chosen. How wide a vector is and how many registers there are is asked of the processor.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cache, wraps
from typing import Any, cast

import llvmlite.binding
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic


@cache
def _machine() -> tuple[int, int]:
    """Return the bytes of a vector register, and how many there are."""
    features = llvmlite.binding.get_host_cpu_features()
    if features.get("avx512f"):
        return 64, 32
    if features.get("avx2") and features.get("fma"):
        return 32, 16
    return 16, 32 if "arm" in llvmlite.binding.get_default_triple() or features.get("neon") else 16


VECTOR_BYTES, REGISTERS = _machine()


def emitted(function: Callable[..., Any]) -> Callable[..., None]:
    """Make a kernel's call of this function a call of the code that it generates.

    The code becomes a function of its own, which is not inlined: optimising it in the middle of a kernel's
    loops takes LLVM several times as long, and a call costs nothing beside what is done in it. Of an array, it
    is handed the address.
    """

    @wraps(function)
    def outlined(typingctx: Any, *kinds: Any) -> Any:
        signature, generate = function(typingctx, *kinds)

        def call(context: Any, builder: Any, sig: Any, args: Any) -> Any:
            values = [_data(context, builder, kind, value) for kind, value in zip(sig.args, args, strict=True)]
            name = f"{function.__name__}.{'.'.join(str(kind) for kind in sig.args)}"
            code = builder.module.globals.get(name)
            if code is None:
                code = ir.Function(builder.module, ir.FunctionType(ir.VoidType(), [v.type for v in values]), name)
                code.linkage = "internal"
                code.attributes.add("noinline")
                inside = ir.IRBuilder(code.append_basic_block("entry"))
                generate(context, inside, sig, code.args)
                inside.ret_void()
            builder.call(code, values)
            return context.get_dummy_value()

        return signature, call

    return cast(Callable[..., None], intrinsic(outlined))


def _data(context: Any, builder: Any, kind: Any, value: Any) -> Any:
    return context.make_array(kind)(context, builder, value).data if isinstance(kind, types.Array) else value


class Vectors:
    """Loads, stores and arithmetic on vectors of one element type, for a code generator.

    Parameters
    ----------
    context, builder
        As Numba hands them to an intrinsic.
    element : numba type
        Floating.
    lanes : int, optional
        Elements of a vector; as many as a register holds by default.
    """

    def __init__(self, context: Any, builder: Any, element: Any, lanes: int | None = None) -> None:
        self.builder = builder
        self.element = context.get_value_type(element)
        self.bytes = element.bitwidth // 8
        self.lanes = VECTOR_BYTES // self.bytes if lanes is None else lanes
        self.vector = ir.VectorType(self.element, self.lanes)
        suffix = f"v{self.lanes}f{element.bitwidth}"
        signature = ir.FunctionType(self.vector, [self.vector] * 3)
        self.fma = cgutils.get_or_insert_function(builder.module, signature, f"llvm.fma.{suffix}")

    def zero(self) -> Any:
        """Return a vector of zeros."""
        return ir.Constant(self.vector, [0.0] * self.lanes)

    def load(self, pointer: Any, offset: Any) -> Any:
        """Read a vector, wherever it begins."""
        place = self.builder.bitcast(self.builder.gep(pointer, [offset]), self.vector.as_pointer())
        return self.builder.load(place, align=self.bytes)

    def store(self, value: Any, pointer: Any, offset: Any) -> None:
        """Write a vector, wherever it begins."""
        place = self.builder.bitcast(self.builder.gep(pointer, [offset]), self.vector.as_pointer())
        self.builder.store(value, place, align=self.bytes)

    def repeat(self, scalar: Any) -> Any:
        """Return a vector with the same number, floating or whole, in every lane."""
        undefined = ir.Constant(ir.VectorType(scalar.type, self.lanes), ir.Undefined)
        first = self.builder.insert_element(undefined, scalar, ir.IntType(32)(0))
        return self.shuffle(first, undefined, [0] * self.lanes)

    def shuffle(self, a: Any, b: Any, lanes: Sequence[int]) -> Any:
        """Return these lanes of two vectors; those of the second are counted on from the first's."""
        mask = ir.Constant(ir.VectorType(ir.IntType(32), len(lanes)), list(lanes))
        return self.builder.shuffle_vector(a, b, mask)

    def totals(self, vectors: Sequence[Any]) -> list[Any]:
        """Return the sum of each vector's lanes.

        Two vectors are added as halves: the first's become the lower half of one vector, the second's the upper.
        So with every round half as many vectors hold twice as many sums, of half as many lanes each; one vector
        at a time would take thrice as many instructions.
        """
        totals: list[Any] = []
        for first in range(0, len(vectors), self.lanes):
            some = list(vectors[first : first + self.lanes])
            count, lanes = len(some), self.lanes
            some += [self.zero()] * (self.lanes - count)
            while len(some) > 1:
                lanes //= 2
                starts = range(0, 2 * self.lanes, 2 * lanes)
                low = [start + lane for start in starts for lane in range(lanes)]
                high = [start + lanes + lane for start in starts for lane in range(lanes)]
                pairs = zip(some[::2], some[1::2], strict=True)
                some = [self.builder.fadd(self.shuffle(a, b, low), self.shuffle(a, b, high)) for a, b in pairs]
            places = [ir.IntType(32)(i) for i in range(count)]
            totals += [self.builder.extract_element(some[0], place) for place in places]
        return totals


def choose(builder: Any, key: Any, cases: Mapping[int, Callable[[], None]]) -> None:
    """Generate code for each case, and a jump to the one that `key` names."""
    end = builder.append_basic_block("end")
    switch = builder.switch(key, end)
    for number, generate in cases.items():
        block = builder.append_basic_block(f"case_{number}")
        switch.add_case(number, block)
        builder.position_at_end(block)
        generate()
        builder.branch(end)
    builder.position_at_end(end)
