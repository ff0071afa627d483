"""What can be said of an exercise, and what it means exactly."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Status(StrEnum):
    """Outcome of a property or an exercise.

    ``GRADER_ERROR`` is a defect of the grader: it never costs the student, and the command ends with
    exit code 3.
    """

    PASSED = "passed"  # every drawn case was answered, and rightly
    FAILED = "failed"  # a case was answered wrongly, or an exception was raised
    NOT_STARTED = "not started"  # the stub is as it was
    UNFINISHED = "unfinished"  # of an exercise: part of it is answered, and rightly, and the rest is as it was
    TIMED_OUT = "timed out"  # a case was not answered in time
    CRASHED = "crashed"  # the process ended without an answer
    BLOCKED = "blocked"  # an exercise it requires has not passed
    REFUSED = "refused"  # not a file that may be loaded
    GRADER_ERROR = "grader error"  # the grader itself failed


@dataclass(frozen=True)
class Counterexample:
    """The smallest case found on which a property does not hold.

    Attributes
    ----------
    case : mapping
        Arguments by name.
    message : str
        What is wrong, in a sentence.
    expected, got : Any
        The right output and the student's; None where there is none to compare.
    output : str
        Name of the output compared, such as "dw"; empty if there is only one.
    diagnosis : str
        The misconception that gives just these outputs; empty if none does.
    """

    case: Mapping[str, Any]
    message: str
    expected: Any = None
    got: Any = None
    output: str = ""
    diagnosis: str = ""


@dataclass(frozen=True)
class PropertyVerdict:
    """Outcome of one property.

    Attributes
    ----------
    message : str
        Why it does not hold; of one that holds, how well, where it has more to say than that.
    """

    name: str
    status: Status
    points: int
    max_points: int
    message: str = ""
    counterexample: Counterexample | None = None
    cases: int = 0


@dataclass(frozen=True)
class ExerciseVerdict:
    """Outcome of one exercise.

    Attributes
    ----------
    message : str
        Why, where it is not for the properties to say.
    printed : str
        What the student's code printed.
    """

    name: str
    unit: str
    title: str
    status: Status
    max_points: int
    properties: tuple[PropertyVerdict, ...] = ()
    message: str = ""
    printed: str = ""

    @property
    def points(self) -> int:
        """Points earned."""
        return sum(prop.points for prop in self.properties)

    @property
    def remark(self) -> str:
        """What the last property that held and had more to say has said."""
        held = (prop.message for prop in reversed(self.properties) if prop.status is Status.PASSED)
        return next((message for message in held if message), "")


def overall(properties: tuple[PropertyVerdict, ...]) -> Status:
    """Return the status of an exercise: that of its first property that did not pass, of those that were answered.

    Examples
    --------
    >>> done = PropertyVerdict("a", Status.PASSED, 1, 1)
    >>> wrong = PropertyVerdict("b", Status.FAILED, 0, 1)
    >>> open_ = PropertyVerdict("c", Status.NOT_STARTED, 0, 1)
    >>> [overall(found).value for found in ((done, open_, wrong), (done, open_), (open_,))]
    ['failed', 'unfinished', 'not started']
    """
    answered = [prop.status for prop in properties if prop.status is not Status.NOT_STARTED]
    if not answered and properties:
        return Status.NOT_STARTED
    rest = Status.PASSED if len(answered) == len(properties) else Status.UNFINISHED
    return next((status for status in answered if status is not Status.PASSED), rest)
