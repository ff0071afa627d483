"""The smallest failing cases, kept beside the exercises, so that a student can try one again at once.

A file is a frame of :mod:`grader.wire`: arrays and plain values, nothing that could run.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader import wire
from grader.verdict import ExerciseVerdict

FOLDER = ".cases"


class CaseError(Exception):
    """There is no case to try; the message says what to do."""


@dataclass(frozen=True)
class SavedCase:
    """A case on which a property did not hold.

    Attributes
    ----------
    exercise, property : str
    case : mapping
        Arguments by name.
    """

    exercise: str
    property: str
    case: Mapping[str, Any]


def save_cases(folder: Path, verdicts: Sequence[ExerciseVerdict]) -> None:
    """Keep the first failing case of each exercise, and forget those of exercises that have none.

    A folder that cannot be written to is no reason to complain: grading goes without.

    Parameters
    ----------
    folder : Path
        That of the exercises.
    verdicts : sequence of ExerciseVerdict
    """
    for verdict in verdicts:
        path = _path(folder, verdict.name)
        failed = next((p for p in verdict.properties if p.counterexample is not None and p.counterexample.case), None)
        with suppress(OSError, wire.WireError):
            if failed is None or failed.counterexample is None:
                path.unlink(missing_ok=True)
                continue
            message = {"exercise": verdict.name, "property": failed.name, "case": dict(failed.counterexample.case)}
            frame = wire.encode(message)
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(frame)


def load_case(folder: Path, exercise: str) -> SavedCase:
    """Return the case that was kept for an exercise.

    Parameters
    ----------
    folder : Path
        That of the exercises.
    exercise : str

    Raises
    ------
    CaseError
        If there is none, or the file is damaged.
    """
    path = _path(folder, exercise)
    try:
        with path.open("rb") as file:
            message = wire.read(file)
    except FileNotFoundError:
        raise CaseError(f"no failing case of {exercise} is kept in {path.parent}: grade it first") from None
    except (OSError, wire.WireError) as error:
        raise CaseError(f"{path} cannot be read ({error}): grade {exercise} again") from None
    match message:
        case {"exercise": str(name), "property": str(prop), "case": dict(case)} if name == exercise:
            return SavedCase(name, prop, case)
    raise CaseError(f"{path} is no case of {exercise}: grade it again")


def _path(folder: Path, exercise: str) -> Path:
    return folder / FOLDER / f"{exercise}.case"
