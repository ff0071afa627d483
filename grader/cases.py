"""The smallest failing cases, kept beside the exercises, so that a student can try one again at once.

A file is a frame of :mod:`grader.wire`: arrays and plain values, nothing that could run.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from grader import wire
from grader.fence import RefusedError, read_submission, write_beside
from grader.verdict import ExerciseVerdict

FOLDER = ".cases"
LARGEST = wire.LENGTHS.size + wire.MAX_HEADER + wire.MAX_PAYLOAD


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

    A folder that cannot be written to, or is a link, is no reason to complain: grading goes without.

    Parameters
    ----------
    folder : Path
        That of the exercises.
    verdicts : sequence of ExerciseVerdict
    """
    if (folder / FOLDER).is_symlink():
        return
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
            write_beside(path, frame)


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
        if path.parent.is_symlink():
            raise RefusedError(f"{path.parent} is a link")
        kept = read_submission(path, LARGEST)
        if kept is None:
            raise CaseError(f"no failing case of {exercise} is kept in {path.parent}: grade it first")
        message = wire.read(BytesIO(kept))
    except (RefusedError, wire.WireError) as error:
        raise CaseError(f"{path} cannot be read ({error}): delete it, and grade {exercise} again") from None
    match message:
        case {"exercise": str(name), "property": str(prop), "case": dict(case)} if name == exercise:
            return SavedCase(name, prop, case)
    raise CaseError(f"{path} is no case of {exercise}: grade it again")


def _path(folder: Path, exercise: str) -> Path:
    return folder / FOLDER / f"{exercise}.case"
