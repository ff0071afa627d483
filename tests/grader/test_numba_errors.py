"""What Numba cannot compile is said in a plain sentence, at the student's line, before its own words."""

from collections.abc import Iterator

import numpy as np
import pytest

from grader.fence import Limits
from grader.process import WorkerProcess
from grader.trial import what_was_raised
from grader.workplace import CUDA_SIMULATOR, NUMBA, Workplace

X = np.arange(4, dtype=np.float32)
HEAD = """\
import math
import numpy as np
from numba import cuda, njit

TABLE = {1: 2}


def helper(a):
    return a
"""
# The faulty line comes first, then what stands around it with "@" in its place, then what must be said of it.
FAULTY = {
    "missing": ("return total + y", "total = 0.0\n    @", "there is no y"),
    "too_early": ("total += x[i]", "for i in range(n):\n        @\n    return total", "total has no value yet"),
    "no_such_function": ("y = np.pad(x, 1)", "@\n    return y", "Numba has no np.pad"),
    "no_such_method": ("return x.squeeze()", "@", "arrays have no .squeeze"),
    "no_such_part": ("return np.random.default_rng(0)", "@", "Numba has no numpy.random.default_rng"),
    "no_such_part_of_a_function": ("return np.add.reduce(x)", "@", "there is no .reduce"),
    "no_such_keyword": ("return np.sum(x, axis=0, keepdims=True)", "@", "sum takes no argument keepdims"),
    "list_of_sizes": ("return np.zeros([n, n])", "@", "sizes are a tuple, np.zeros((a, b)), not a list"),
    "list_of_sizes_and_a_type": (
        "return np.zeros([n, n], np.float32)",
        "@",
        "sizes are a tuple, np.zeros((a, b)), not a",
    ),
    "floating_size": ("return np.zeros(n / 2)", "@", "a size must be a whole number, and this is a floating number"),
    "floating_sizes": (
        "return np.zeros((n, n / 2))",
        "@",
        "a size must be a whole number, and this is a floating number",
    ),
    "two_types": (
        "return y",
        "y = 0\n    if n > 1:\n        y = x\n    @",
        "y is a whole number in one place and an array with 1 axis in another",
    ),
    "floating_index": ("return x[n / 2]", "@", "an index must be a whole number"),
    "two_indices": ("return x[0, 0]", "@", "the array has axes: 1, and gets indices: 2"),
    "not_compiled": ("return helper(x)", "@", "write @njit above def helper"),
    "from_outside": ("return TABLE", "@", "Numba cannot use TABLE, a dict, from outside"),
    "two_results": (
        "return 0",
        "if n > 1:\n        return x\n    @",
        "it returns a whole number in one place and an array with 1 axis in another: a compiled function",
    ),
    "function_returned": ("return np.zeros", "@", "it returns a function and no value"),
    "array_into_element": (
        "out[0] = x",
        "out = np.zeros(n)\n    @\n    return out",
        "an array with 1 axis cannot be put",
    ),
    "text_into_element": ("out[0] = 'a'", "out = np.zeros(n)\n    @\n    return out", "a text cannot be put there"),
    "array_for_a_number": ("return math.sqrt(x)", "@", "Numba has no sqrt for an array with 1 axis"),
    "text_and_number": ("return 'a' * x[0]", "@", "Numba cannot compute a text * a floating number"),
    "one_exception": (
        "except IndexError:",
        "try:\n        return x[0]\n    @\n        return x[1]",
        "compiled code can only say except Exception",
    ),
    "two_names": ("a, b = x.shape", "@\n    return a", "names on the left: 2, values on the right: 1"),
    "reshape": ("return x[::2].reshape((1, 2))", "@", "np.ascontiguousarray(…) makes a copy"),
    "wrong_call": ("return compiled(x, m=1)", "@", "missing a required argument: 'k'"),
    "whole_numbers_multiplied": (
        "return y @ y",
        "y = np.arange(4).reshape(2, 2)\n    @",
        "two floating arrays of the same dtype",
    ),
    "two_dtypes_multiplied": ("return np.dot(x, y)", "y = np.ones(4)\n    @", "two floating arrays of the same dtype"),
    "with": ("with open('a') as file:", "@\n        return file", "a with block cannot be compiled"),
    "import": ("import os", "@\n    return x", "an import belongs at the top of the file"),
    "global": ("total = 3", "global total\n    @\n    return x", "cannot change a variable of the file"),
    "class": ("class A:", "@\n        pass\n    return x", "a class cannot be made"),
    "star": ("a, *b = (1, 2, 3)", "@\n    return a", "take the parts by their indices"),
    "formatted": ("print(f'{n:3d}')", "@\n    return x", "cannot format numbers in an f-string"),
}
FILE = HEAD + "\n\n@njit\ndef compiled(a, k):\n    return a\n"
for name, (line, around, _) in FAULTY.items():
    FILE += f"\n\n@njit\ndef test_{name}(x, n):\n    {around.replace('@', f'{line}  # {name}')}\n"


@pytest.fixture(scope="module")
def worker() -> Iterator[WorkerProcess]:
    with WorkerProcess(FILE.encode(), "kernels", Limits(), NUMBA) as process:
        assert process.ask({"do": "load", "function": "compiled"})["status"] == "returned"
        yield process


def said(process: WorkerProcess, function: str, arguments: list[object], way: str, source: str) -> str:
    request = {"do": "ask", "function": function, "arguments": arguments, "views": False, "way": way, "settings": {}}
    return what_was_raised(process.ask(request, 60.0), source.encode())


@pytest.mark.parametrize("name", FAULTY)
def test_what_numba_cannot_compile_is_said_in_a_sentence(name: str, worker: WorkerProcess) -> None:
    line, _, says = FAULTY[name]
    text = said(worker, f"test_{name}", [X, 2], "call", FILE)
    sentence, _, own = text.partition("\nNumba says: ")
    assert says in sentence
    number = 1 + next(i for i, found in enumerate(FILE.splitlines()) if found.endswith(f"  # {name}"))
    if "in line" in text:
        assert f"in line {number}, {line}" in sentence
    else:
        # Numba itself does not say where.
        assert name in {"function_returned", "with"}
    assert own
    assert len(own) <= 301
    assert "0x" not in text
    assert "site-packages" not in text


def in_one(source: str, function: str, arguments: list[object], place: Workplace, way: str) -> str:
    with WorkerProcess(source.encode(), "kernels", Limits(), place) as process:
        process.ask({"do": "load", "function": function})
        return said(process, function, arguments, way, source)


def test_what_is_not_known_is_given_in_numbas_own_words() -> None:
    message = (
        'Failed in nopython mode pipeline (step: new)\nNothing known at 0x7f.\n\nFile "f.py", line 2:\ndef f(x):\n'
    )
    reply = {"status": "raised", "type": "LoweringError", "bases": ["LoweringError", "NumbaError"], "message": message}
    text = what_was_raised(reply, b"def f(x):\n    return x\n")
    assert text == "in line 2, return x: Numba says: Nothing known."


def test_compiled_code_that_fails_is_traced_to_its_line() -> None:
    source = HEAD + "\n\n@njit\ndef f(x, n):\n    y = x[0]\n    return y + x[n]\n"
    assert "IndexError: index 9 is out of bounds" in (text := in_one(source, "f", [X, 9], NUMBA, "call"))
    assert text.endswith("in line 15: return y + x[n]")


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("out[i] = x[i]", "thread 0 of block 2 used an index outside of an array, which a card would not notice"),
        ("out[i / 2] = 0", "thread 0 of block 0 used an index that is no whole number: / always gives a floating"),
        ("out[i] = x.shape[-1]", "thread 0 of block 0 raised IndexError: tuple index out of range"),
        ("out[i] = x[0] + None", "thread 0 of block 0 raised TypeError"),
    ],
)
def test_what_is_raised_in_a_kernel_says_in_which_thread(line: str, says: str) -> None:
    source = HEAD + f"\n\n@cuda.jit\ndef f(out, x):\n    i = cuda.grid(1)\n    {line}\n"
    text = in_one(source, "f", [3, 2, X, X], CUDA_SIMULATOR, "launch")
    assert text.startswith(says)
    assert text.endswith(f"in line 15: {line}")
