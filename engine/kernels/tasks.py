"""Work shared between threads: a compiled function that does one task, called for each of many.

A kernel says ``share(body, tasks, work, (a, b, …))``, which is ``for task in prange(tasks): body(task, a, b, …)``
with three differences. Every thread begins with tasks of its own, those it had in the kernel before, whose numbers
are still in its cache; one that has finished takes over what others have not begun, so that a thread that the
system keeps waiting holds nobody up. Little work wakes no thread: it is done by ordinary calls. And the body is
compiled twice, where Numba's parallel loop compiles what is in it four times: most of what a first run waits for.

Which thread does a task changes nothing in what is computed: that depends only on how the work was cut up.

Arrays are lent to tasks without their reference count. Numba counts up and down with every slice, and threads that
count references to the same array wait for each other longer than many a task takes; the caller holds the arrays
until all tasks are done.
"""

from collections.abc import Callable
from typing import Any, cast

import llvmlite.binding
import numba
import numpy as np
from llvmlite import ir
from numba import prange, types
from numba.core import cgutils
from numba.extending import intrinsic

from engine.arrays import Array
from engine.device import THREADS

# Work is counted in numbers that are read, moved a little and written. So many of them take about as long as
# waking another thread; and in the time of one, so many products are added up in registers.
WORTH_SHARING, PRODUCTS = 1 << 14, 32

WHOLE, FLAG = ir.IntType(64), ir.IntType(32)
# What does some tasks: it is told the address of the arguments, the first task, and the one after the last.
TASK = ir.FunctionType(ir.VoidType(), [WHOLE, WHOLE, WHOLE])
LAUNCH = ir.FunctionType(ir.VoidType(), [WHOLE, WHOLE, WHOLE])
# Compiled kernels come from the disk; by these names they find what is elsewhere in every process.
LAUNCH_NAME, THREADS_NAME = "byhand_launch", "byhand_threads"
# Into so many portions the tasks of each thread are cut: what others may take over.
PORTIONS = 4
# Counters are so far apart, in numbers of 8 bytes, that no two share a cache line: threads would wait for it.
APART = 16


def _call(typingctx: Any, function: Any, arguments: Any, first: Any, end: Any) -> Any:
    """Call a function by its address."""

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        builder.call(builder.inttoptr(args[0], TASK.as_pointer()), args[1:])
        return context.get_dummy_value()

    return types.void(types.int64, types.int64, types.int64, types.int64), generate


def _take(typingctx: Any, counters: Any, place: Any, count: Any) -> Any:
    """Return a counter and add to it, in one step that no other thread can come between."""

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        data = context.make_array(sig.args[0])(context, builder, args[0]).data
        return builder.atomic_rmw("add", builder.gep(data, [args[1]]), args[2], "monotonic")

    return types.int64(counters, types.int64, types.int64), generate


def _threads(typingctx: Any) -> Any:
    """Return the number of threads in use."""

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        cell = builder.module.globals.get(THREADS_NAME) or ir.GlobalVariable(builder.module, WHOLE, THREADS_NAME)
        return builder.load(cell)

    return types.int64(), generate


call = cast(Callable[[int, int, int, int], None], intrinsic(_call))
take = cast(Callable[[Array, int, int], int], intrinsic(_take))
threads_in_use = cast(Callable[[], int], intrinsic(_threads))


def _launch(function: int, arguments: int, tasks: int) -> None:
    """Do all tasks, on as many threads as are in use."""
    threads = min(threads_in_use(), tasks)
    portion, following = max(1, tasks // (threads * PORTIONS)), np.empty(threads * APART, np.int64)
    for thread in range(threads):
        following[thread * APART] = thread * tasks // threads
    for thread in prange(threads):
        for neighbour in range(threads):
            owner = (thread + neighbour) % threads
            end = (owner + 1) * tasks // threads
            first = take(following, owner * APART, portion)
            while first < end:
                call(function, arguments, first, min(end, first + portion))
                first = take(following, owner * APART, portion)


llvmlite.binding.add_symbol(THREADS_NAME, THREADS.ctypes.data)
launcher = numba.cfunc(types.void(types.int64, types.int64, types.int64), parallel=True, cache=True)(_launch)
llvmlite.binding.add_symbol(LAUNCH_NAME, launcher.address)


def _share(typingctx: Any, body: Any, tasks: Any, work: Any, arguments: Any) -> Any:
    """Call ``body(task, *arguments)`` for every task; on all threads if the work is worth it.

    Parameters
    ----------
    body : compiled function
        Returns nothing; what it writes for one task no other task reads or writes.
    tasks : int
    work : int
        What all tasks together have to do, counted in numbers that are read.
    arguments : tuple

    Raises
    ------
    MemoryError
        If a task raised: compiled bodies raise nothing else.
    """
    inside = typingctx.resolve_function_type(body, (types.intp, *arguments), {})
    signature = types.void(body, types.intp, types.intp, arguments)

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        compiled = body.dispatcher.get_compile_result(inside)
        context.active_code_library.add_linking_library(compiled.library)
        _, count, amount, values = args
        for i, kind in enumerate(sig.args[3]):
            if isinstance(kind, types.Array):
                array = context.make_array(kind)(context, builder, builder.extract_value(values, i))
                array.meminfo = ir.Constant(array.meminfo.type, None)
                values = builder.insert_value(values, array._getvalue(), i)
        # Where tasks find their arguments, and leave word that one could not be done.
        given = ir.LiteralStructType([values.type, FLAG])
        place = cgutils.alloca_once(builder, given)
        builder.store(values, cgutils.gep_inbounds(builder, place, 0, 0))
        failed = cgutils.gep_inbounds(builder, place, 0, 1)
        builder.store(FLAG(0), failed)
        address = builder.ptrtoint(place, WHOLE)
        task = _task(context, builder.module, compiled.fndesc, inside, given)
        several = builder.and_(
            builder.icmp_signed(">", count, WHOLE(1)), builder.icmp_signed(">=", amount, WHOLE(WORTH_SHARING))
        )
        with builder.if_else(several) as (by_all, by_this):
            with by_all:
                launch = cgutils.get_or_insert_function(builder.module, LAUNCH, LAUNCH_NAME)
                builder.call(launch, [builder.ptrtoint(task, WHOLE), address, count])
            with by_this:
                builder.call(task, [address, WHOLE(0), count])
        with cgutils.if_unlikely(builder, builder.icmp_signed("!=", builder.load(failed), FLAG(0))):
            context.call_conv.return_user_exc(builder, MemoryError, ("not enough memory for a kernel's buffers",))
        return context.get_dummy_value()

    return signature, generate


def _task(context: Any, module: Any, described: Any, signature: Any, given: Any) -> Any:
    """Generate the function that takes the arguments from their place and calls the body for some tasks."""
    code = ir.Function(module, TASK, module.get_unique_name("task"))
    code.linkage = "internal"
    builder = ir.IRBuilder(code.append_basic_block("entry"))
    place = builder.inttoptr(code.args[0], given.as_pointer())
    values = builder.load(cgutils.gep_inbounds(builder, place, 0, 0))
    arguments = [builder.extract_value(values, i) for i in range(len(signature.args) - 1)]
    function = context.declare_function(module, described)
    with cgutils.for_range_slice(builder, code.args[1], code.args[2], WHOLE(1), inc=True) as (number, _):
        given_task = [number, *arguments]
        # Inlined, so that arguments are unpacked once for all tasks, not for each of them.
        status, _ = context.call_conv.call_function(
            builder, function, signature.return_type, signature.args, given_task, attrs=("alwaysinline",)
        )
        with cgutils.if_unlikely(builder, status.is_error):
            builder.store(FLAG(1), cgutils.gep_inbounds(builder, place, 0, 1))
    builder.ret_void()
    return code


share = cast(Callable[[Callable[..., None], int, int, tuple[Any, ...]], None], intrinsic(_share))
