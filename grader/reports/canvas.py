"""Grades for Canvas: put into the table that an instructor exported from its gradebook, and imported again there.

The table has ``Student, ID, SIS User ID, SIS Login ID, Section``, then a column for each assignment, whose heading
ends in its number: ``Exercises (1234)``. A row or two below the headings, such as ``Points Possible``, are no students.
"""

import csv
import io
from collections.abc import Mapping, Sequence

from grader.reports.grades import harmless

IDENTITIES = ("ID", "SIS User ID", "SIS Login ID", "Student")
NO_STUDENTS = ("Points Possible", "Student, Test")


class CanvasError(Exception):
    """The table is not what Canvas exports; the message says what is missing."""


def merge(export: str, points: Mapping[str, int], assignment: str, max_points: int) -> tuple[str, list[str]]:
    r"""Return an exported table with one column filled in, and the students of `points` that it does not have.

    Parameters
    ----------
    export : str
        The table, as text.
    points : mapping of str to int
        By student: a login, an ID, a name, or a folder's name that begins or ends with one of them.
    assignment : str
        The heading of the column, with or without its number; a new column if there is none.
    max_points : int
        For a new column.

    Returns
    -------
    str
        The table.
    list of str

    Raises
    ------
    CanvasError
        If the headings are not those of an export.

    Examples
    --------
    >>> table = "Student,ID,SIS User ID,SIS Login ID,Section,Work (7)\nDoe,12,,jane,A,\n"
    >>> print(merge(table, {"jane": 3}, "Work", 5)[0].splitlines()[1])
    Doe,12,,jane,A,3
    """
    rows = list(csv.reader(io.StringIO(export.removeprefix("\ufeff"))))
    if not rows or not {"Student", "ID"} <= set(rows[0]):
        raise CanvasError("the table has no headings Student and ID: export it from the gradebook in Canvas")
    headings = rows[0]
    column = _column(rows, assignment, max_points)
    places = [headings.index(name) for name in IDENTITIES if name in headings]
    student_place = headings.index("Student")
    owners = {key: row for row in rows[1:] for key in _keys(row, places, student_place)}
    missing = []
    for student, earned in points.items():
        row = _find(student, owners)
        if row is None:
            missing.append(student)
        else:
            row[column] = str(earned)
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([[harmless(cell) for cell in row] for row in rows])
    return out.getvalue(), missing


def _column(rows: list[list[str]], assignment: str, max_points: int) -> int:
    headings = rows[0]
    known = [heading.rpartition(" (")[0] or heading for heading in headings]
    if assignment in headings or assignment in known:
        place = headings.index(assignment) if assignment in headings else known.index(assignment)
    else:
        place = len(headings)
        headings.append(assignment)
    for row in rows[1:]:
        row += [""] * (place + 1 - len(row))
        if row[0].strip() == "Points Possible" and not row[place]:
            row[place] = str(max_points)
    return place


def _keys(row: Sequence[str], places: Sequence[int], student_place: int) -> set[str]:
    if row[student_place].strip() in NO_STUDENTS:
        return set()
    return {row[place].strip().lower() for place in places if row[place].strip()}


def _find(student: str, owners: Mapping[str, list[str]]) -> list[str] | None:
    """Find a student by name, or by what Canvas makes of it in files: login and ID with an underscore between."""
    name = student.lower()
    login, _, user = name.rpartition("_")
    return owners.get(name) or owners.get(user if user.isdigit() else "") or owners.get(login)
