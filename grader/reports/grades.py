"""The results of a class as files: ``grades.csv``, ``differences.csv``, and for each student all that was found."""

import csv
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from grader.catalog import load_catalog
from grader.reports.feedback import render_feedback
from grader.reports.json import VERSION, verdict_of
from grader.store import Row
from grader.verdict import Status

GRADES, DIFFERENCES, STUDENTS = "grades.csv", "differences.csv", "students"
NUMBER = re.compile(r"[+-]?\d+(\.\d*)?")
# What a spreadsheet would take for a formula.
FORMULAS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Difference:
    """What a regrade changed."""

    student: str
    exercise: str
    before: str
    after: str
    points_before: int
    points_after: int


@dataclass(frozen=True)
class Standing:
    """What a student has.

    Attributes
    ----------
    points, max_points : int
        Sums; what the grader could not judge counts in neither.
    unjudged : tuple of str
        Those exercises.
    """

    points: int
    max_points: int
    unjudged: tuple[str, ...]


def standing(rows: Iterable[Row]) -> Standing:
    """Return what a student has by these verdicts."""
    found = list(rows)
    unjudged = tuple(row.exercise for row in found if row.status == Status.GRADER_ERROR)
    most = sum(row.max_points for row in found if row.exercise not in unjudged)
    return Standing(sum(row.points for row in found), most, unjudged)


def by_student(rows: Iterable[Row]) -> dict[str, dict[str, Row]]:
    """Return the verdicts of each student by exercise."""
    found: dict[str, dict[str, Row]] = {}
    for row in rows:
        found.setdefault(row.student, {})[row.exercise] = row
    return found


def graded_exercises(rows: Iterable[Row]) -> dict[str, int]:
    """Return the exercises that there are verdicts of, in the course's order, and the points of each.

    Those that the course no longer has come last.
    """
    points = {row.exercise: row.max_points for row in rows}
    course = load_catalog()
    names = [name for name in course if name in points]
    return {name: points[name] for name in [*names, *sorted(set(points) - set(names))]}


def write_results(out: Path, rows: Sequence[Row], notes: Mapping[str, Sequence[str]]) -> None:
    """Write the grades as a table, and for each student all that was found: as JSON, and as a text to hand back.

    Parameters
    ----------
    out : Path
    rows : sequence of Row
        All there are, also of exercises that were graded in an earlier run: the table is written anew.
    notes : mapping of str to sequence of str
        By student, what is odd about what was handed in.
    """
    names, found = list(graded_exercises(rows)), by_student(rows)
    with (out / GRADES).open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(["student", "points", "max_points", "notes", *names])
        for student, mine in found.items():
            has = standing(mine.values())
            cells = [_cell(mine[name]) if name in mine else "" for name in names]
            odd = harmless("; ".join(notes.get(student, ())))
            table.writerow([harmless(student), has.points, has.max_points, odd, *cells])
    folder = out / STUDENTS
    folder.mkdir(exist_ok=True)
    for student, mine in found.items():
        has, about = standing(mine.values()), notes.get(student, ())
        documents = [json.loads(mine[name].report) for name in names if name in mine]
        document = {
            "version": VERSION,
            "student": student,
            "points": has.points,
            "max_points": has.max_points,
            "notes": list(about),
            "exercises": documents,
        }
        name = file_name(student)
        (folder / f"{name}.json").write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
        feedback = render_feedback(student, [verdict_of(found) for found in documents], about)
        (folder / f"{name}.txt").write_text(feedback, encoding="utf-8")


def _cell(row: Row) -> str:
    """Return the points, or that the grader failed: that is no zero of the student's."""
    return row.status if row.status == Status.GRADER_ERROR else str(row.points)


def write_differences(out: Path, differences: Sequence[Difference]) -> None:
    """Write what a regrade changed as a table.

    Parameters
    ----------
    out : Path
    differences : sequence of Difference
    """
    with (out / DIFFERENCES).open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(["student", "exercise", "before", "after", "points_before", "points_after"])
        for change in differences:
            rest = (change.before, change.after, change.points_before, change.points_after)
            table.writerow([harmless(change.student), change.exercise, *rest])


def harmless(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula; a number stays one.

    Examples
    --------
    >>> harmless("=1+1"), harmless("Jane"), harmless("-2.5")
    ("'=1+1", 'Jane', '-2.5')
    """
    return f"'{text}" if text.startswith(FORMULAS) and not NUMBER.fullmatch(text) else text


def file_name(student: str) -> str:
    """Return a name for a file that is like the student's and unlike every other's."""
    plain = "".join(letter if letter.isalnum() or letter in "-_" else "_" for letter in student)[:80]
    return plain if plain == student else f"{plain}-{sha256(student.encode(errors='surrogatepass')).hexdigest()[:8]}"
