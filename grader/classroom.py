"""Grades a whole class: every exercise of every student, several at a time, with results kept as they come."""

import csv
import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

from grader.catalog import Entry, catalog_digest
from grader.cluster import run_on_cluster
from grader.fence import describe
from grader.parallel import Task, run_as_they_come
from grader.process import walls_here
from grader.reports.json import VERSION, exercise_document
from grader.session import Grading
from grader.store import Row, Store
from grader.submissions import Submission, find_submissions
from grader.verdict import ExerciseVerdict, Status

DATABASE, GRADES, DIFFERENCES, STUDENTS = "results.sqlite", "grades.csv", "differences.csv", "students"
NUMBER = re.compile(r"[+-]?\d+(\.\d*)?")
# What a spreadsheet would take for a formula.
FORMULAS = ("=", "+", "-", "@", "\t", "\r")


class ClassError(Exception):
    """The class cannot be graded as asked; the message says what to do."""


@dataclass(frozen=True)
class Assignment:
    """What to grade, and how.

    Attributes
    ----------
    submissions : Path
        Folder or zip file.
    out : Path
        Folder for the results.
    entries : sequence of Entry
    grading : Grading
    jobs : int
    resume : bool
        Go on with results that are there; what stands is not graded again.
    regrade : bool
        Grade all again, and say what differs.
    only_student : str or None
    cluster : str or None
        Address of Dask's scheduler, or "local"; by default, processes of this machine grade.
    own_numbers : bool
        Whether hand sheets have numbers drawn from the student's name, not the lecture's.
    """

    submissions: Path
    out: Path
    entries: Sequence[Entry]
    grading: Grading
    jobs: int = 1
    resume: bool = False
    regrade: bool = False
    only_student: str | None = None
    cluster: str | None = None
    own_numbers: bool = False


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
class ClassReport:
    """What came of grading a class.

    Attributes
    ----------
    students, graded, standing : int
        Students, exercises graded now, and exercises that stood already.
    errors : int
        Exercises that the grader could not judge.
    differences : tuple of Difference
        Only after a regrade.
    """

    students: int
    graded: int
    standing: int
    errors: int
    differences: tuple[Difference, ...]


def grade_class(assignment: Assignment, on_graded: Callable[[int, int], None]) -> ClassReport:
    """Grade a class.

    Parameters
    ----------
    assignment : Assignment
    on_graded : callable
        Told (exercises graded, exercises to grade) after each.

    Returns
    -------
    ClassReport

    Raises
    ------
    ClassError
        If there are results already, and neither resume nor regrade is asked for; if there is no such student.
    ClusterError
        If a cluster is asked for and cannot grade.
    """
    names = [entry.name for entry in assignment.entries]
    found = list(find_submissions(assignment.submissions, names))
    if assignment.only_student is not None:
        found = [submission for submission in found if submission.student == assignment.only_student]
        if not found:
            raise ClassError(f"nobody is called {assignment.only_student!r} in {assignment.submissions}")
    assignment.out.mkdir(parents=True, exist_ok=True)
    settings = {
        "catalog": catalog_digest(),
        "numbers": "own" if assignment.own_numbers else "lecture",
        "fence": describe(assignment.grading.limits, walls_here()),
        "seed": str(assignment.grading.seed),
    }
    with Store(assignment.out / DATABASE) as store:
        before = {(row.student, row.exercise): row for row in store.rows()}
        if before and not (assignment.resume or assignment.regrade):
            raise ClassError(f"{assignment.out} has results already: go on by --resume, or grade all anew by --regrade")
        store.set_settings(settings)
        grading = sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest()[:16]
        for submission in found:
            store.put_submission(submission.student, json.dumps(submission.notes))
        standing = {
            (submission.student, name)
            for submission in found
            for name in names
            if assignment.resume and _stands(before.get((submission.student, name)), submission, name, grading)
        }
        graded = _grade(assignment, found, standing, grading, store, on_graded)
        rows = list(store.rows())
        write_results(assignment.out, rows, names)
        differences = _differences(before, rows) if assignment.regrade else ()
        if assignment.regrade:
            _write_differences(assignment.out / DIFFERENCES, differences)
    errors = sum(row.status == Status.GRADER_ERROR for row in rows)
    return ClassReport(len(found), graded, len(standing), errors, differences)


def _stands(row: Row | None, submission: Submission, name: str, grading: str) -> bool:
    if row is None or row.status == Status.GRADER_ERROR:
        return False
    return (row.source, row.grading) == (_digest(submission, name), grading)


def _digest(submission: Submission, name: str) -> str:
    if name in submission.refused:
        return f"refused: {submission.refused[name]}"
    return sha256(submission.sources[name]).hexdigest() if name in submission.sources else ""


def _grade(
    assignment: Assignment,
    found: Sequence[Submission],
    standing: set[tuple[str, str]],
    grading: str,
    store: Store,
    on_graded: Callable[[int, int], None],
) -> int:
    """Grade what does not stand, and write each verdict down; return how many were graded."""
    by_student = {submission.student: submission for submission in found}
    entries = {entry.name: entry for entry in assignment.entries}
    wanted = [(s.student, name) for s in found for name in entries if (s.student, name) not in standing]
    done = 0

    def note(key: tuple[str, str], verdict: ExerciseVerdict) -> None:
        nonlocal done
        student, name = key
        store.put(_row(student, _digest(by_student[student], name), grading, verdict))
        done += 1
        on_graded(done, len(wanted))

    def tasks() -> Iterator[tuple[tuple[str, str], Task]]:
        for student, name in wanted:
            submission = by_student[student]
            if name in submission.sources:
                by_numbers = replace(assignment.grading, student=student if assignment.own_numbers else "")
                yield (student, name), Task(name, submission.sources[name], by_numbers)

    for student, name in wanted:
        submission = by_student[student]
        if name in submission.refused:
            note((student, name), _unjudged(entries[name], Status.REFUSED, submission.refused[name]))
        elif name not in submission.sources:
            note((student, name), _unjudged(entries[name], Status.NOT_STARTED, "there is no file for it"))
    cluster, jobs = assignment.cluster, assignment.jobs
    verdicts = run_as_they_come(tasks(), jobs) if cluster is None else run_on_cluster(tasks(), cluster, jobs)
    for key, verdict in verdicts:
        lost = "the process that graded it was killed twice, for want of memory perhaps"
        note(key, verdict or _unjudged(entries[key[1]], Status.GRADER_ERROR, lost))
    return done


def _unjudged(entry: Entry, status: Status, message: str) -> ExerciseVerdict:
    return ExerciseVerdict(entry.name, entry.unit, entry.exercise.title, status, entry.exercise.points, (), message)


def _row(student: str, source: str, grading: str, verdict: ExerciseVerdict) -> Row:
    report, status = json.dumps(exercise_document(verdict), sort_keys=True), verdict.status.value
    return Row(student, verdict.name, source, grading, status, verdict.points, verdict.max_points, report)


def write_results(out: Path, rows: Sequence[Row], names: Sequence[str]) -> None:
    """Write the grades as a table, and for each student all that was found.

    Parameters
    ----------
    out : Path
    rows : sequence of Row
    names : sequence of str
        The exercises, in the order of the columns.
    """
    by_student: dict[str, dict[str, Row]] = {}
    for row in rows:
        by_student.setdefault(row.student, {})[row.exercise] = row
    with (out / GRADES).open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(["student", "points", "max_points", *names])
        for student, found in by_student.items():
            points = [found[name].points if name in found else "" for name in names]
            most = sum(row.max_points for row in found.values() if row.status != Status.GRADER_ERROR)
            table.writerow([harmless(student), sum(row.points for row in found.values()), most, *points])
    folder = out / STUDENTS
    folder.mkdir(exist_ok=True)
    for student, found in by_student.items():
        document = {
            "version": VERSION,
            "student": student,
            "points": sum(row.points for row in found.values()),
            "exercises": [json.loads(found[name].report) for name in names if name in found],
        }
        (folder / f"{file_name(student)}.json").write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


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


def _differences(before: dict[tuple[str, str], Row], rows: Sequence[Row]) -> tuple[Difference, ...]:
    changed = []
    for row in rows:
        old = before.get((row.student, row.exercise))
        if old is not None and (old.status, old.points) != (row.status, row.points):
            changed.append(Difference(row.student, row.exercise, old.status, row.status, old.points, row.points))
    return tuple(changed)


def _write_differences(path: Path, differences: Sequence[Difference]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(["student", "exercise", "before", "after", "points_before", "points_after"])
        for change in differences:
            rest = (change.before, change.after, change.points_before, change.points_after)
            table.writerow([harmless(change.student), change.exercise, *rest])
