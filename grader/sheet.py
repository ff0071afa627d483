"""Hand computations: questions with plain values for answers, a property and points for each."""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from hashlib import sha256
from typing import Any, TypeVar

import numpy as np
from hypothesis import strategies as st

from grader.compare import difference, kind_of, number_of
from grader.cut import CutArray, cut
from grader.exercise import Answers, Exercise, Mutant, Property, Question, Sheet
from grader.trial import Trial
from grader.wire import parts

DOES_NOT_FIT = "does not fit"
# Stands in a student's sheet, so that who has whose numbers can be seen.
OWNER = "The numbers are those of {}."
# Names that may stand there. Those of a class are not written into files.
STUDENT = re.compile(r"[\w@+-][\w .@+'-]{0,63}")
MOST_DRAWS = 1000
# Elements of an array that is given as an answer: no sheet asks for so many.
MOST_SHOWN = 100

Numbers = TypeVar("Numbers")


def hand_sheet(
    *,
    title: str,
    order: int,
    prompt: str,
    questions: Sequence[Question],
    hints: Sequence[str],
    other_answers: Sequence[Answers] = (),
    mutants: Sequence[Mutant] = (),
) -> Exercise:
    """Make an exercise of questions that are answered with plain values.

    Parameters
    ----------
    title : str
    order : int
    prompt : str
        What the sheet is about, in full sentences.
    questions : sequence of Question
    hints : sequence of str
    other_answers : sequence of mapping
        The same answers written differently (2.0 for 2, lists for tuples), which must score full too.
    mutants : sequence of Mutant
        Wrong answers by name; the others stay right.

    Returns
    -------
    Exercise
    """
    model = {question.name: question.answer for question in questions}
    return Exercise(
        title=title,
        order=order,
        stub=Sheet(prompt, tuple(questions)),
        reference=None,
        properties=tuple(_asks(question) for question in questions),
        hints=tuple(hints),
        alternatives=(model, *({**model, **other} for other in other_answers)),
        mutants=tuple(mutants),
    )


def personal_sheet(
    sheet: Callable[[Numbers], Exercise], deck: Numbers, draw: Callable[[np.random.Generator], Numbers]
) -> Exercise:
    """Make a sheet that each student may have with numbers of their own.

    Parameters
    ----------
    sheet : callable
        Makes the exercise from its numbers, by :func:`hand_sheet`; answers are worked out from them.
    deck : Numbers
        The lecture's, which everybody has who has none of their own.
    draw : callable
        Draws numbers that make the sheet as hard as the lecture's do.

    Returns
    -------
    Exercise

    Raises
    ------
    ValueError
        If no numbers can be drawn by which all misconceptions are told from the right answers.
    """
    exercise = sheet(deck)

    def for_student(student: str) -> Exercise:
        digest = sha256(f"{exercise.title}/{composed(student)}".encode(errors="surrogatepass")).digest()
        rng = np.random.default_rng(list(digest))
        for _ in range(MOST_DRAWS):
            numbers = draw(rng)
            drawn = sheet(numbers)
            if numbers != deck and _tells_apart(drawn):
                return drawn
        raise ValueError(f"no numbers for {student!r} in '{exercise.title}'")

    return replace(exercise, for_student=for_student)


def _tells_apart(exercise: Exercise) -> bool:
    """Whether every answer of every misconception is wrong."""
    right = exercise.alternatives[0]
    changes = [mutant.change for mutant in exercise.mutants]
    return isinstance(right, Mapping) and all(
        isinstance(change, Mapping) and all(wrong_answer(right[name], value) for name, value in change.items())
        for change in changes
    )


def in_words(count: int) -> str:
    """Spell a count out, so that "six 5x5 filters" can be read.

    Examples
    --------
    >>> in_words(6)
    'six'
    """
    words = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
    return words.split()[count]


def student_named_in(source: bytes) -> str:
    """Return whose numbers a sheet says that it has, its accents composed; empty if it says nothing.

    Examples
    --------
    >>> student_named_in(b"... The numbers are those of s123.")
    's123'
    """
    before, after = OWNER.split("{}")
    found = re.search(
        f"{re.escape(before)}({STUDENT.pattern}){re.escape(after)}\r?$",
        composed(source.decode(errors="replace")),
        re.M,
    )
    return found.group(1) if found else ""


def is_part(named: str, student: str) -> bool:
    """Whether a name is that of a student whom a learning system calls by several, joined by underscores.

    Examples
    --------
    >>> is_part("jdoe", "jdoe_1234"), is_part("j", "jdoe_1234")
    (True, False)
    """
    return named != "" and composed(named).lower() in composed(student).lower().split("_")


def composed(name: str) -> str:
    r"""Return a name with each accent as a part of its letter: some systems' files have them apart.

    Examples
    --------
    >>> len("Jose\u0301"), len(composed("Jose\u0301"))
    (5, 4)
    """
    return unicodedata.normalize("NFC", name)


def _asks(question: Question) -> Property:
    def check(trial: Trial) -> None:
        got = trial.answer(question.name)
        problem = wrong_answer(question.answer, got)
        if problem:
            # The right answer is not shown: it would only be copied.
            trial.fail(f"{question.name} = {_shown(got)}: {problem}", got=got, output=question.name)

    return Property(question.name, question.points, st.just({}), check, examples=1)


def wrong_answer(right: Any, got: Any) -> str:
    """Say why an answer is wrong without giving the right one away; "" if it is right.

    Parameters
    ----------
    right : number, str, or nested sequences of numbers
    got : Any
        What the student wrote: ints, floats, fractions, lists, tuples and arrays are all welcome.

    Examples
    --------
    >>> wrong_answer(0.5, Fraction(1, 2)), wrong_answer((28, 28, 6), [28, 28, 6])
    ('', '')
    >>> wrong_answer(5, DOES_NOT_FIT)
    'a number is asked for'
    """
    if isinstance(right, str):
        same = isinstance(got, str) and (_letters(got) == _letters(right) or (_doubts(right) and _doubts(got)))
        return "" if same else "that is not it"
    if isinstance(got, str):
        return "numbers are written without quotes" if _is_number(got) else "a number is asked for"
    if isinstance(right, tuple | list):
        return _wrong_sequence(right, got)
    if isinstance(got, tuple | list | set) or (isinstance(got, np.ndarray) and got.ndim):
        return "one number is asked for, not a list of them"
    return "that is not it" if difference(right, got) else ""


def _is_number(text: str) -> bool:
    return bool(re.fullmatch(r"\s*[+-]?[\d.,/ _]*\d[\d.,/ _]*", text))


def _wrong_sequence(right: Sequence[Any], got: Any) -> str:
    shape = np.shape(right)
    many = {1: f"{shape[0]} numbers", 2: f"{shape[0]} rows of {shape[-1]} numbers"}
    what = many.get(len(shape), f"numbers in the shape {shape}")
    ask = f"{what} are asked for, such as {_example(shape)}"
    # Counted first: as an array of objects, a large one would take many times its memory.
    if sum(np.size(part) for part in parts(got)) != np.size(right):
        return ask
    try:
        theirs = np.array(got, dtype=object)
    except ValueError:
        return ask
    if theirs.shape != shape or any(number_of(value) is None for value in theirs.flat):
        return ask
    wanted = np.array(right, dtype=object).flat
    return "that is not it" if any(difference(*pair) for pair in zip(wanted, theirs.flat, strict=True)) else ""


def _example(shape: tuple[int, ...]) -> str:
    return str(np.zeros(shape, dtype=int).tolist())


def _doubts(text: str) -> bool:
    """Whether a text says that something does not fit, such as "No, it doesn't fit"."""
    return _letters(text).endswith(DOES_NOT_FIT)


def _letters(text: str) -> str:
    """Reduce a text to what counts: "Doesn't fit!" and "does not fit" are the same."""
    plain = "".join(c for c in text.lower() if c.isalnum() or c == " ")
    return " ".join(plain.replace("doesnt", "does not").split())


def _shown(value: Any) -> str:
    value = cut(value)
    if isinstance(value, np.ndarray):
        return str(value.tolist()) if value.size <= MOST_SHOWN else kind_of(value)
    if isinstance(value, CutArray):
        return f"an array of shape {value.shape}"
    if isinstance(value, str):
        return repr(value)[:80]
    if isinstance(value, int | float | list | tuple | Fraction):
        return str(value)[:80]
    return kind_of(value)
