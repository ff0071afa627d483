"""What is read in a student's file: decorators, waits, what no card would take."""

import pytest

from grader.kernel_source import KernelSource

NJIT = ("numba.njit", "numba.jit")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("from numba import njit\n@njit\ndef f(): pass", ""),
        ("from numba import njit as fast\n@fast()\ndef f(): pass", ""),
        ("import numba as nb\n@nb.njit(parallel=True)\ndef f(): pass", ""),
        ("from numba import jit\n@jit(nopython=True)\ndef f(): pass", ""),
        ("from numba import njit\ndef f(): pass", "there is nothing above def f: write @njit"),
        ("from numba import njit\n@njit\ndef g(): pass", "there is no def f at the left edge"),
        ("from numba import njit\n@njit\ndef f(): pass\nf = len", "f is given to something else"),
        ("from numba import njit\n@njit\ndef f(): pass\nfrom math import sqrt as f", "f is given to something else"),
        ("def njit(f): return f\n@njit\ndef f(): pass", "only Numba's @njit may stand"),
        ("from numba import njit\ndef njit(f): return f\n@njit\ndef f(): pass", "only Numba's @njit may stand"),
        ("from numba import njit\nnjit = id\n@njit\ndef f(): pass", "only Numba's @njit may stand"),
        ("from numba import njit\nfrom functools import cache\n@cache\n@njit\ndef f(): pass", "only Numba's @njit"),
        ("from numba import njit\n@njit\n@len\ndef f(): pass", "only Numba's @njit"),
        ("from numba import jit\n@jit(forceobj=True)\ndef f(): pass", "fall back on Python"),
        ("from numba import jit\n@jit(nopython=False)\ndef f(): pass", "fall back on Python"),
        ("", "there is no def f"),
        ("def (", "there is no def f"),
    ],
)
def test_whether_a_function_is_compiled_is_read_in_its_file(text: str, says: str) -> None:
    problem = KernelSource(text.encode(), "f").why_not_compiled(NJIT)
    assert says in problem
    assert bool(says) == bool(problem)


def test_settings_of_the_decorator_are_read() -> None:
    text = b"from numba import njit\n@njit(fastmath=True)\ndef f(): pass"
    assert KernelSource(text, "f").why_not_compiled(NJIT, fastmath=True) == ""
    assert "@njit(parallel=True)" in KernelSource(text, "f").why_not_compiled(NJIT, parallel=True)


WAIT = "from numba import cuda\ndef f(x):\n    t = cuda.threadIdx.x\n"


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("    cuda.syncthreads()", ""),
        ("    for i in range(3):\n        if t:\n            x[t] = 0\n        cuda.syncthreads()", ""),
        ("    x[t] = 0", "called nowhere"),
        ("    if t:\n        cuda.syncthreads()", "in line 5 cuda.syncthreads() stands in a branch"),
        ("    if t:\n        return\n    cuda.syncthreads()", "in line 5 threads return"),
        ("    cuda.syncthreads()\n    if t:\n        return", ""),
    ],
)
def test_where_threads_wait_is_read_in_the_file(body: str, says: str) -> None:
    problem = KernelSource((WAIT + body).encode(), "f").why_threads_do_not_wait()
    assert says in problem
    assert bool(says) == bool(problem)


def test_a_wait_in_no_loop_is_not_enough_where_there_are_steps() -> None:
    plain, looped = (WAIT + "    cuda.syncthreads()", WAIT + "    while t:\n        cuda.syncthreads()")
    assert "no loop" in KernelSource(plain.encode(), "f").why_threads_do_not_wait(in_a_loop=True)
    assert KernelSource(looped.encode(), "f").why_threads_do_not_wait(in_a_loop=True) == ""


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("    s = cuda.shared.array(8, 'f4')", ""),
        ("    s = cuda.shared.array((TILE, 4), 'f4')", ""),
        ("    s = cuda.shared.array(t, 'f4')", "in line 5 the size of a shared array"),
        ("    s = cuda.shared.array(shape=(4, x.shape[0]), dtype='f4')", "in line 5 the size of a shared array"),
        ("    return x", "in line 5 the kernel returns something"),
        ("    if t:\n        return", ""),
    ],
)
def test_what_no_card_would_take_is_read_in_the_file(body: str, says: str) -> None:
    text = "TILE = 4\n" + WAIT + body
    problem = KernelSource(text.encode(), "f").why_not_for_a_card()
    assert says in problem
    assert bool(says) == bool(problem)


def test_what_turns_add_to_as_a_whole_is_read_in_the_file() -> None:
    text = (
        b"from numba import prange\ndef f(x):\n    for i in prange(3):\n        out += x\n        y[0] += 1\n    n += 1"
    )
    assert KernelSource(text, "f").sums == ["out"]
