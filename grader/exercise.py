"""What an exercise is: one frozen object in one catalog file."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from hypothesis.strategies import SearchStrategy

from grader.show import Draw
from grader.trial import Trial
from grader.workplace import PLAIN, Workplace

Case: TypeAlias = Mapping[str, Any]
Answers: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True)
class Property:
    """One thing that must be true of the student's work, for all cases that can be drawn.

    Attributes
    ----------
    name : str
        Says in the imperative what the work must do, such as "equal the definition on one channel"; for
        a question, its variable.
    points : int
        Earned if no case fails.
    cases : SearchStrategy
        Draws the arguments of a call by name, in the order of the stub's parameters.
    check : callable
        Takes a :class:`~grader.trial.Trial`; raises ``Falsified`` (through the trial) where the property
        does not hold. May return how well it does, in a clause that reports show.
    examples : int
        Cases to draw.
    simplify : bool
        Whether elements of floating arrays may be set to 0 or 1 to make a counterexample readable;
        not where a case must not have ties.
    shrink : bool
        Whether to look for smaller counterexamples at all; not where each call takes long, or no case is small.
    of_compiled : bool
        Whether it is about compiled code alone; where nothing is compiled, it holds.
    """

    name: str
    points: int
    cases: SearchStrategy[dict[str, Any]]
    check: Callable[[Trial], str | None]
    examples: int = 60
    simplify: bool = True
    shrink: bool = True
    of_compiled: bool = False


@dataclass(frozen=True)
class Mutant:
    """A misconception, made from the first alternative.

    Attributes
    ----------
    name : str
        Short, such as "kernel flipped".
    change : tuple of (str, str), or mapping
        Text of the first alternative, found there exactly once, and what stands there instead; for a
        hand sheet, the wrong answers by name.
    diagnosis : str
        Tells a student whose output is the same what went wrong.
    """

    name: str
    change: tuple[str, str] | Mapping[str, Any]
    diagnosis: str


@dataclass(frozen=True)
class Equivalent:
    """A change that the self-check makes by rule (grader/mutation.py), and that is no mistake.

    Attributes
    ----------
    before, after : str
        The line that is changed, as the self-check prints it, and what stands there instead.
    reason : str
        Why every answer stays right.
    """

    before: str
    after: str
    reason: str


@dataclass(frozen=True)
class Question:
    """One line of a hand sheet.

    Attributes
    ----------
    name : str
        The variable the student assigns.
    text : str
        What is asked, with the unit of the answer.
    answer : number, str, or nested lists or tuples of numbers
        The right value; :data:`grader.sheet.DOES_NOT_FIT` where nothing fits.
    points : int
    """

    name: str
    text: str
    answer: Any
    points: int = 1


@dataclass(frozen=True)
class Sheet:
    """The stub of a hand computation: a prompt, then a question for each answer."""

    prompt: str
    questions: tuple[Question, ...]


@dataclass(frozen=True)
class Exercise:
    """Everything there is to know of one exercise.

    Attributes
    ----------
    title : str
        Shown in lists and reports.
    order : int
        Position in its unit; unique there.
    stub : function or Sheet
        What the student is given: a signature with the prompt as its docstring and
        ``raise NotImplementedError``, or the questions of a hand sheet.
    reference : callable or None
        The oracle: takes a case by name, returns what is right. None for a hand sheet.
    properties : tuple of Property
    hints : tuple of str
        First a nudge, last nearly the answer.
    alternatives : tuple of (function or mapping)
        Different correct ways; each must score full. The first is the model solution.
    mutants : tuple of Mutant
        Each must lose points.
    outputs : tuple of str
        Names of what the function returns, more than one if it returns a tuple.
    requires : tuple of str
        Exercises without which this one makes no sense.
    equivalents : tuple of Equivalent
        Changes made by rule that are no mistakes.
    for_student : callable or None
        Takes a student's name, returns the exercise with that student's own numbers; None where all have the same.
    workplace : Workplace
        What the student's file may use, and how its function is asked.
    decorator : str
        Stands above the student's function, such as ``@njit``; the catalog's own functions do without, so that they
        can be called where Numba is not loaded.
    expand : callable
        Takes a case, returns the arguments of a call: where they are too large to be drawn one by one and shown, a
        case is only what they are made of.
    show : callable or None
        Draws what the student's function computes, for ``grade --show``; see :mod:`grader.show`.
    """

    title: str
    order: int
    stub: Callable[..., Any] | Sheet
    reference: Callable[..., Any] | None
    properties: tuple[Property, ...]
    hints: tuple[str, ...]
    alternatives: tuple[Callable[..., Any] | Answers, ...]
    mutants: tuple[Mutant, ...]
    outputs: tuple[str, ...] = ("out",)
    requires: tuple[str, ...] = field(default=())
    equivalents: tuple[Equivalent, ...] = field(default=())
    for_student: "Callable[[str], Exercise] | None" = None
    workplace: Workplace = PLAIN
    decorator: str = ""
    expand: Callable[[Case], Case] = dict
    show: Draw | None = None

    @property
    def points(self) -> int:
        """Points for the whole exercise."""
        return sum(prop.points for prop in self.properties)
