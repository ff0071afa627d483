"""What the last grading found, kept beside the exercises for ``grade --list``.

Only shown, never scored by: the file is the student's, who may write anything into it.
"""

import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from grader.fence import RefusedError, read_submission, write_beside
from grader.verdict import ExerciseVerdict, Status

FILE = ".progress"


@dataclass(frozen=True)
class Reached:
    """What the last grading found of an exercise.

    Attributes
    ----------
    status : Status
    points : int
    version : str
        Of the file that was graded: see :func:`version_of`.
    """

    status: Status
    points: int
    version: str


def version_of(path: Path) -> str:
    """Return what changes when a student's file does.

    Parameters
    ----------
    path : Path
        The file; it may be missing, or be anything else.
    """
    try:
        source = read_submission(path)
    except RefusedError:
        return "refused"
    return "missing" if source is None else sha256(source).hexdigest()[:16]


def save_progress(folder: Path, verdicts: Iterable[ExerciseVerdict], graded: Mapping[str, str]) -> None:
    """Keep what was found; what is known of other exercises stays.

    Where the grader itself failed, nothing new is known. A folder that cannot be written to is no reason to complain.

    Parameters
    ----------
    folder : Path
        That of the exercises.
    verdicts : iterable of ExerciseVerdict
    graded : mapping of str to str
        The version of each exercise's file before it was graded: what is saved meanwhile is newer than the verdict.
    """
    known = load_progress(folder)
    for verdict in verdicts:
        if verdict.status is not Status.GRADER_ERROR:
            known[verdict.name] = Reached(verdict.status, verdict.points, graded[verdict.name])
    lines = {name: vars(reached) for name, reached in known.items()}
    with suppress(OSError):
        write_beside(folder / FILE, f"{json.dumps(lines, indent=1)}\n".encode())


def load_progress(folder: Path) -> dict[str, Reached]:
    """Return by exercise what the last grading found; of a file that is damaged, what makes sense in it.

    Parameters
    ----------
    folder : Path
        That of the exercises.
    """
    try:
        found = json.loads(read_submission(folder / FILE) or b"{}")
    except (RefusedError, ValueError, RecursionError):
        return {}
    if not isinstance(found, dict):
        return {}
    read = {name: _reached(line) for name, line in found.items()}
    return {name: reached for name, reached in read.items() if reached is not None}


def _reached(line: Any) -> Reached | None:
    match line:
        case {"status": str(status), "points": int(points), "version": str(version)}:
            sensible = status in list(Status) and points >= 0 and not isinstance(points, bool)
            return Reached(Status(status), points, version) if sensible else None
    return None
