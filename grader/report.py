"""A graded set of exercises: what every report format shows."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from grader.catalog import Entry
from grader.verdict import ExerciseVerdict, Status


@dataclass(frozen=True)
class Report:
    """Verdicts in the order of the course.

    Attributes
    ----------
    folder : str
        What was graded, as the user named it.
    seed : int
        Drew the cases.
    fence : str
        What the worker could not do, in a line.
    verdicts : tuple of ExerciseVerdict
    command : str
        How the user runs ``grade``, for what is suggested next.
    """

    folder: str
    seed: int
    fence: str
    verdicts: tuple[ExerciseVerdict, ...]
    command: str = "grade"

    @property
    def points(self) -> int:
        """Points earned."""
        return sum(verdict.points for verdict in self.verdicts)

    @property
    def max_points(self) -> int:
        """Points that could be earned; exercises the grader could not judge are left out."""
        return sum(v.max_points for v in self.verdicts if v.status is not Status.GRADER_ERROR)

    @property
    def next_step(self) -> ExerciseVerdict | None:
        """The first exercise that has not passed."""
        return next((v for v in self.verdicts if v.status is not Status.PASSED), None)

    @property
    def exit_code(self) -> int:
        """0 if all passed, 1 if work remains, 3 if the grader failed."""
        if any(v.status is Status.GRADER_ERROR for v in self.verdicts):
            return 3
        return 0 if self.next_step is None else 1


def mark_blocked(verdicts: Sequence[ExerciseVerdict], entries: Sequence[Entry]) -> tuple[ExerciseVerdict, ...]:
    """Show the cause: an exercise that fails while one it requires has not passed is blocked by that.

    One that passes all the same stays passed: a right answer is never taken away. Points earned stay.

    Parameters
    ----------
    verdicts : sequence of ExerciseVerdict
    entries : sequence of Entry
        The exercises graded, in the same order.

    Returns
    -------
    tuple of ExerciseVerdict
    """
    open_ones = {v.name for v in verdicts if v.status is not Status.PASSED}
    marked = []
    for verdict, entry in zip(verdicts, entries, strict=True):
        missing = [name for name in entry.exercise.requires if name in open_ones]
        if missing and verdict.status in (Status.FAILED, Status.TIMED_OUT, Status.CRASHED):
            message = f"finish {' and '.join(missing)} first: the cause may be there"
            verdict = replace(verdict, status=Status.BLOCKED, message=message)
        marked.append(verdict)
    return tuple(marked)
