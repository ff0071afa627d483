"""Grades a whole class: every exercise of every student, several at a time, with results kept as they come."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

from grader.catalog import Entry, catalog_digest, load_catalog
from grader.cluster import run_on_cluster
from grader.fence import describe
from grader.parallel import Task, run_as_they_come
from grader.process import walls_here
from grader.reports.grades import Difference, write_differences, write_results
from grader.reports.json import exercise_document
from grader.session import Grading
from grader.sheet import student_named_in
from grader.store import Row, Store
from grader.submissions import Submission, find_submissions
from grader.verdict import ExerciseVerdict, Status

DATABASE = "results.sqlite"


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
class ClassReport:
    """What came of grading a class.

    Attributes
    ----------
    students, graded, standing : int
        Students, exercises graded now, and exercises that stood already.
    errors : tuple of (str, str)
        Student and exercise of what the grader could not judge.
    notes : mapping of str to sequence of str
        By student, what is odd about what was handed in, of those who were looked at now.
    differences : tuple of Difference
        Only after a regrade.
    """

    students: int
    graded: int
    standing: int
    errors: tuple[tuple[str, str], ...]
    notes: Mapping[str, Sequence[str]]
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
    # All exercises are looked for, so that a note is as true of a run with --only.
    found = list(find_submissions(assignment.submissions, list(load_catalog())))
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
        notes = {submission.student: _notes(submission, assignment.own_numbers) for submission in found}
        for student, about in notes.items():
            store.put_submission(student, json.dumps(about))
        standing = {
            (submission.student, name)
            for submission in found
            for name in names
            if assignment.resume and _stands(before.get((submission.student, name)), submission, name, grading)
        }
        graded = _grade(assignment, found, standing, grading, store, on_graded)
        rows = list(store.rows())
        write_results(assignment.out, rows, {who: json.loads(about) for who, about in store.submissions().items()})
        differences = _differences(before, rows) if assignment.regrade else ()
        if assignment.regrade:
            write_differences(assignment.out, differences)
    errors = tuple((row.student, row.exercise) for row in rows if row.status == Status.GRADER_ERROR)
    odd = {student: about for student, about in notes.items() if about}
    return ClassReport(len(found), graded, len(standing), errors, odd, differences)


def _notes(submission: Submission, own_numbers: bool) -> list[str]:
    """Return what an instructor may want to know of a submission, also whether its sheets can be graded as asked."""
    course, notes = load_catalog(), list(submission.notes)
    for name, source in submission.sources.items():
        named = student_named_in(source) if course[name].exercise.for_student is not None else ""
        if named and not own_numbers:
            notes.append(f"{name} has numbers drawn for {named}, and is graded by the lecture's: see --own-numbers")
    return notes


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


def _differences(before: dict[tuple[str, str], Row], rows: Sequence[Row]) -> tuple[Difference, ...]:
    changed = []
    for row in rows:
        old = before.get((row.student, row.exercise))
        if old is not None and (old.status, old.points) != (row.status, row.points):
            changed.append(Difference(row.student, row.exercise, old.status, row.status, old.points, row.points))
    return tuple(changed)
