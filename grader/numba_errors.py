"""What Numba says of a function that it cannot compile, in one plain sentence before its own words."""

import ast
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from grader.kernel_source import parsed
from grader.replies import shortened

LONGEST = 300
LOOPS = "write it as loops, which are fast here"
WHOLE = "/ always gives a floating number, // a whole one"

# Types as Numba writes them, and as a student knows them.
KINDS = (
    (r"array\(.*, (\d{1,2})d, \w+\)", "an array with {0} axes"),
    (r"Literal\[str\].*|unicode_type", "a text"),
    (r"Literal\[bool\].*|bool(ean)?", "a bool"),
    (r"Literal\[int\].*|u?int\d+", "a whole number"),
    (r"float\d+", "a floating number"),
    (r"complex\d+", "a complex number"),
    (r"(Uni)?Tuple\(.*\)", "a tuple"),
    (r"(reflected )?list\(.*", "a list"),
    (r"none|omitted\(None\)", "None"),
)
SIGNS = {"add": "+", "sub": "-", "mul": "*", "truediv": "/", "floordiv": "//", "mod": "%", "pow": "**", "matmul": "@"}
# Python's instructions that Numba does not know, and how a student comes by them.
INSTRUCTIONS = {
    "IMPORT_NAME": "an import belongs at the top of the file",
    "STORE_GLOBAL": "a compiled function cannot change a variable of the file: return the value",
    "LOAD_BUILD_CLASS": "a class cannot be made in a compiled function",
    "UNPACK_EX": "a starred name on the left cannot be compiled: take the parts by their indices",
}
# How the simulator writes a thread or a block.
THREE = r"(\d{1,10}), (\d{1,10}), (\d{1,10})"

Rule: TypeAlias = tuple[str, str | Callable[[re.Match[str]], str]]


def _kind(of: str) -> str:
    """Name a type of Numba's.

    Examples
    --------
    >>> _kind("array(float32, 4d, C)"), _kind("Literal[int](0)")
    ('an array with 4 axes', 'a whole number')
    """
    for pattern, words in KINDS:
        found = re.fullmatch(pattern, of.strip())
        if found:
            return words.format(*found.groups()).replace("1 axes", "1 axis")
    return of.strip()


def _parts(listed: str) -> list[str]:
    """Split at commas that are in no brackets."""
    parts, depth = [""], 0
    for sign in listed:
        depth += (sign in "([<") - (sign in ")]>")
        if sign == "," and not depth:
            parts.append("")
        else:
            parts[-1] += sign
    return [part.strip() for part in parts if part.strip()]


def _size(found: re.Match[str]) -> str:
    name, given = found.groups()
    if "list" in given:
        return f"sizes are a tuple, np.{name}((a, b)), not a list"
    return f"a size must be a whole number, and this is {_kind(given)}: {WHOLE}"


def _returns(found: re.Match[str]) -> str:
    # In an order that does not depend on Numba's.
    kinds = " in one place and ".join(sorted({_kind(part) for part in _parts(found[1])}))
    return f"it returns {kinds} in another: a compiled function returns one type, whatever happens"


def _assigned(found: re.Match[str]) -> str:
    parts = _parts(found[1])
    # Who writes the message himself may leave out what Numba always says.
    if len(parts) != 3:
        return ""
    array, _, value = parts
    return f"{_kind(value)} cannot be put there: an element of {_kind(array)} is a number"


def _no_implementation(found: re.Match[str]) -> str:
    name, listed = found.groups()
    kinds = [_kind(part.partition("=")[2] or part) for part in _parts(listed)]
    if name in SIGNS and len(kinds) == 2:
        return f"Numba cannot compute {kinds[0]} {SIGNS[name]} {kinds[1]}"
    return f"Numba has no {name} for {', '.join(kinds)}"


def _outside(found: re.Match[str]) -> str:
    if found[2] == "function":
        return f"{found[1]} is not compiled, and compiled code calls only what is: write @njit above def {found[1]}"
    return f"Numba cannot use {found[1]}, a {found[2]}, from outside the function: make it an argument"


# A student may raise any text as an exception of Numba's. Each pattern reads every letter a few times at most: where
# something is to be found later in a line, or below it, no second beginning of the same may stand between.
RULES: tuple[Rule, ...] = (
    (r"NameError: name '(\w+)' is not defined", "there is no {0}: neither the function nor the file gives it a value"),
    (r"Variable '(\w+)' is not defined", "{0} has no value yet where it is first used"),
    (r"unsupported NumPy function 'numpy\.([\w.]+)'", f"Numba has no np.{{0}}, or not like this: {LOOPS}"),
    (r"Unknown attribute '(\w+)' of type array", f"arrays have no .{{0}} in compiled code: {LOOPS}"),
    (r"Unknown attribute '(\w+)' of type Module\(<module '([\w.]+)'", f"Numba has no {{1}}.{{0}}: {LOOPS}"),
    (r"Unknown attribute '(\w+)' of type", f"there is no .{{0}} in compiled code: {LOOPS}"),
    (r"Untyped global name '(\w+)':[^\n']*<class '(\w+)'>", _outside),
    (r"Unsupported array index type (float\d+)", f"an index must be a whole number: {WHOLE}"),
    (
        r"cannot index array\([^()\n]*, (\d{1,2})d, \w+\) with (\d+) indices",
        "the array has axes: {0}, and gets indices: {1}",
    ),
    (r">>> (zeros|ones|empty|full)\((?:Uni)?Tuple\([^)>]*?(float\d+)", _size),
    (r">>> (zeros|ones|empty|full)\(((?:reflected )?list\([^\n]*)", _size),
    (r">>> (\w+)\((?:(?!>>> )[\s\S])*?Cannot parse input types to function np\.\w+\(([^,]+)", _size),
    (
        r"Cannot unify ((?:(?!Cannot unify| and )[^\n])+) and ((?:(?!Cannot unify| for ')[^\n])+)"
        r" for '(\w+?)(?:\.\d+)?'",
        lambda found: (
            f"{found[3]} is {_kind(found[1])} in one place and {_kind(found[2])} in another: to Numba, a variable is "
            "of one type in the whole function"
        ),
    ),
    (r"Can't unify return type from the following types: (.+)", _returns),
    (r"Can't return function object", "it returns a function and no value: are there brackets missing?"),
    (r">>> (\w+)\((?:(?!>>> )[\s\S])*unexpected keyword argument '(\w+)'", "Numba's {0} takes no argument {1}"),
    (r">>> setitem\(((?:(?!>>> )[^\n])+)\)", _assigned),
    (r"Exception matching is limited", "compiled code can only say except Exception: ask by if before it happens"),
    (
        r"wrong tuple length (?:(?!wrong tuple)[^\n])*expected (\d+), got (\d+)",
        "names on the left: {0}, values on the right: {1}",
    ),
    (
        r"reshape\(\) supports contiguous array",
        "reshape needs elements that lie in order in memory, as those of a slice or a transpose do not: "
        "np.ascontiguousarray(…) makes a copy that has them so",
    ),
    (r"due to \"TypeError: (.+)\"", "the function that is called takes other arguments: {0}"),
    (r">>> (?:dot|matmul)\(", "@ and np.dot are for two floating arrays of the same dtype, with at most 2 axes each"),
    (r"\(context manager\)", "a with block cannot be compiled"),
    (r"opcode \((\w+)\)", lambda found: INSTRUCTIONS.get(found[1], f"this cannot be compiled ({found[1]})")),
    (r"format spec in f-strings", "Numba cannot format numbers in an f-string: leave out what stands after the colon"),
    (
        r"Function\(<(?:built-in function|function|class|ufunc) '?(\w+)(?!\w)(?:(?!Function\(<)[^\n])*\n\s*"
        r">>> \w+\((.*)\)",
        _no_implementation,
    ),
)


def in_plain_words(reply: Mapping[str, Any], source: bytes) -> str:
    """Say in a sentence why Numba cannot compile a function.

    Parameters
    ----------
    reply : mapping
        Of the worker, about an exception.
    source : bytes
        The student's file.

    Returns
    -------
    str
        The line, the sentence, and beneath it what is informative in Numba's own text; empty for other exceptions.
    """
    kind, bases, message = reply.get("type"), reply.get("bases"), shortened(str(reply.get("message")))
    if kind != "UnsupportedBytecodeError" and not (isinstance(bases, list) and "NumbaError" in bases):
        return ""
    lines = source.decode(errors="replace").splitlines()
    number = _line(message, source)
    where = f"in line {number}" if number else "it cannot be compiled"
    code = f", {lines[number - 1].strip().rstrip(':')}" if 0 < number <= len(lines) else ""
    sentence = next((_say(words, found) for pattern, words in RULES if (found := re.search(pattern, message))), "")
    own = _own_words(message)
    return f"{where}{code}: {sentence}\nNumba says: {own}" if sentence else f"{where}{code}: Numba says: {own}"


def _say(words: str | Callable[[re.Match[str]], str], found: re.Match[str]) -> str:
    return words.format(*found.groups()) if isinstance(words, str) else words(found)


def _line(message: str, source: bytes) -> int:
    """Return the line of the student's file that a message is about; 0 if it does not say."""
    shown = re.findall(r'File "[^"/\\]+\.py", line (\d{1,7})', message)
    if "Return of: " in message:
        return max(map(int, shown), default=0)
    shown += re.findall(r"(?:at|from) [^\s/\\]+\.py \((\d{1,7})\)", message)
    if shown:
        return int(shown[0])
    missing = re.search(r"NameError: name '(\w+)'", message)
    if missing:
        uses = (node for node in ast.walk(parsed(source)) if isinstance(node, ast.Name) and node.id == missing[1])
        return min((node.lineno for node in uses), default=0)
    return 0


def _own_words(message: str) -> str:
    """Return what is informative in the message, in one line."""
    text = re.split(r"\n(?:File \"|During: |Return of: |There are \d+ candidate)", message)[0]
    kept = [line.strip() for line in text.splitlines() if not line.lstrip().startswith("Failed in nopython mode")]
    words = re.sub(r" at 0x[0-9a-f]+| from '[^']+'", "", " ".join(line for line in kept if line))
    return words if len(words) <= LONGEST else f"{words[:LONGEST]}…"


def by_which_thread(message: str) -> tuple[str, str]:
    """Split what the simulator puts before a message: which thread of which block raised it.

    Examples
    --------
    >>> by_which_thread("tid=[1, 0, 0] ctaid=[2, 0, 0]: index 9 is out of bounds")
    ('thread 1 of block 2', 'index 9 is out of bounds')
    """
    found = re.match(rf"tid=\[{THREE}\] ctaid=\[{THREE}\](?:: )?", message)
    if not found:
        return "", message
    numbers = [int(number) for number in found.groups()]
    return thread_of_block(numbers[:3], numbers[3:]), message[found.end() :]


def thread_of_block(thread: Sequence[Any], block: Sequence[Any], axes: int = 0) -> str:
    """Name a thread by its numbers and those of its block, in so many directions; 0 for those that they use.

    Examples
    --------
    >>> thread_of_block((1, 0, 0), (2, 0, 0)), thread_of_block((1, 3, 0), (0, 0, 0))
    ('thread 1 of block 2', 'thread (1, 3) of block (0, 0)')
    """
    flat = axes == 1 if axes else not any([*thread[1:], *block[1:]])
    names = [str(place[0]) if flat else f"({place[0]}, {place[1]})" for place in (thread, block)]
    return f"thread {names[0]} of block {names[1]}"
