"""From a catalog file to files that can be graded: the stub, the solutions, the mutants."""

import inspect
import re
import textwrap
from collections.abc import Callable, Mapping
from typing import Any

from grader.catalog import Entry
from grader.exercise import Answers, Mutant, Sheet
from grader.sheet import OWNER

WIDTH = 100


def render_stub(entry: Entry) -> str:
    """Return the file a student is given.

    Parameters
    ----------
    entry : Entry

    Returns
    -------
    str
        Python source: the prompt, and either a function that raises NotImplementedError or a variable
        set to ``...`` for each question.
    """
    stub = entry.exercise.stub
    if isinstance(stub, Sheet):
        return _render_answers(entry, {question.name: ... for question in stub.questions})
    heading = f'"""{entry.heading}\n\nWrite the function below, then run:  grade exercises/ --only {entry.name}\n"""'
    return _module(heading, inspect.getsource(stub), entry.exercise.decorator)


def render_alternative(entry: Entry, alternative: Callable[..., Any] | Answers) -> str:
    """Return a file with a correct solution.

    Parameters
    ----------
    entry : Entry
    alternative : function or mapping
        One of the exercise's alternatives.
    """
    if isinstance(alternative, Mapping):
        return _render_answers(entry, alternative)
    source = inspect.getsource(alternative)
    renamed = source.replace(f"def {alternative.__name__}(", f"def {entry.name}(", 1)
    heading = f'"""A solution: {alternative.__name__.replace("_", " ")}."""'
    return _module(heading, renamed, entry.exercise.decorator)


def render_mutant(entry: Entry, mutant: Mutant) -> str:
    """Return a file with a misconception in it.

    Parameters
    ----------
    entry : Entry
    mutant : Mutant

    Raises
    ------
    ValueError
        If the text to change does not occur exactly once in the first alternative.
    """
    model = entry.exercise.alternatives[0]
    if isinstance(model, Mapping) and isinstance(mutant.change, Mapping):
        return _render_answers(entry, {**model, **mutant.change})
    source = render_alternative(entry, model)
    old, new = mutant.change
    if source.count(old) != 1:
        raise ValueError(f"{entry.name}, mutant '{mutant.name}': {old!r} occurs {source.count(old)} times")
    return source.replace(old, new)


def render_all_mutants(entry: Entry) -> str:
    """Return a file with all misconceptions in it, mutant_0, mutant_1, …, each in a namespace of its own.

    One that cannot be loaded is left out.

    Parameters
    ----------
    entry : Entry
    """
    sources = [render_mutant(entry, mutant) for mutant in entry.exercise.mutants]
    return (
        f"for number, source in enumerate({sources!r}):\n"
        "    namespace = {'__name__': __name__}\n"
        "    try:\n"
        "        exec(source, namespace)\n"
        f"        globals()[f'mutant_{{number}}'] = namespace[{entry.name!r}]\n"
        "    except Exception:\n"
        "        continue\n"
    )


def in_plain_python(text: str) -> str:
    """Return a file of the catalog's with Numba's names in plain Python: it can be run where Numba is not loaded."""
    return re.sub(NUMBA_IMPORT, f"from grader.plain_numba import {', '.join(NUMBA)}", text)


# What stands in a file for each name that its function or its prompt uses, in groups.
IMPORTS = (
    {"math": "import math"},
    {"np": "import numpy as np"},
    {"engine": "import engine", "nn": "from engine import nn"},
)
NUMBA = ("cuda", "float32", "njit", "prange")
NUMBA_IMPORT = "from numba import .*"


def _module(heading: str, function: str, decorator: str) -> str:
    body = f"{decorator}\n{function}" if decorator else function
    groups = [[line for name, line in group.items() if re.search(rf"\b{name}\.", body)] for group in IMPORTS]
    of_numba = [name for name in NUMBA if re.search(rf"\b{name}\b", _without_docstring(body))] if decorator else []
    if of_numba:
        groups[1].append(f"from numba import {', '.join(of_numba)}")
    imports = ["\n".join(group) for group in groups if group]
    return "\n\n".join([heading, *imports, "\n" + body.rstrip()]) + "\n"


def _without_docstring(function: str) -> str:
    return re.sub(r'""".*?"""', "", function, flags=re.DOTALL)


def _render_answers(entry: Entry, answers: Answers) -> str:
    sheet = entry.exercise.stub
    if not isinstance(sheet, Sheet):
        raise TypeError(f"{entry.name} is no hand sheet")
    lines = [
        f'"""{entry.heading}',
        "",
        inspect.cleandoc(sheet.prompt),
        *(["", OWNER.format(entry.student)] if entry.student else []),
        "",
        "Replace each ... by your answer, then run:",
    ]
    lines += [f"    grade exercises/ --only {entry.name}", '"""']
    for question in sheet.questions:
        lines += ["", *textwrap.wrap(question.text, WIDTH, initial_indent="# ", subsequent_indent="# ")]
        answer = answers[question.name]
        lines.append(f"{question.name} = {'...' if answer is ... else repr(answer)}")
    return "\n".join(lines) + "\n"
