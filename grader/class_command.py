"""``grade --class``: what an instructor sees while a class is graded, and after."""

import secrets
import sqlite3
import sys
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from grader.catalog import Entry
from grader.classroom import DATABASE, Assignment, ClassError, ClassReport, grade_class
from grader.cluster import ClusterError
from grader.process import walls_here
from grader.reports.canvas import CanvasError, merge
from grader.reports.grades import GRADES, by_student, graded_exercises, standing
from grader.reports.grids import plain
from grader.session import Grading
from grader.store import Store
from grader.submissions import UnreadableError

SHOWN_DIFFERENCES, SHOWN_STUDENTS = 50, 20
CANVAS = "canvas.csv"
SEEDS = 1 << 31


def run(options: Namespace, entries: Sequence[Entry], grading: Grading, console: Console) -> int:
    """Grade a class; returns the exit code: 0 done, 2 not as asked, 3 if the grader failed at something.

    Parameters
    ----------
    options : Namespace
        Of the command line.
    entries : sequence of Entry
    grading : Grading
        Its seed counts if the command line names one. Else that of the results goes on, and new results get one that
        nobody knows beforehand.
    console : Console
    """
    walls = walls_here()
    if not walls.are_complete and not options.trust_submissions:
        sys.stderr.write(
            f"grade: other people's files are not graded here: {walls.description}.\n"
            "On Linux (x86-64, kernel 6.2 or newer) they are walled in; --trust-submissions grades them all the same.\n"
        )
        return 2
    out = Path(options.out)
    columns = (TextColumn("grading"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    try:
        if options.seed is None:
            grading = replace(grading, seed=_seed_of(out))
        assignment = Assignment(
            Path(options.class_folder),
            out,
            entries,
            grading,
            options.jobs,
            options.resume,
            options.regrade,
            options.only_student,
            options.cluster,
            options.own_numbers,
        )
        with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
            task = progress.add_task("grading", total=None)
            report = grade_class(assignment, lambda done, all_: progress.update(task, completed=done, total=all_))
        _print(report, out, grading.seed, console)
        if options.canvas is not None:
            _write_canvas(Path(options.canvas), out, options.assignment, console)
    except (ClassError, ClusterError, UnreadableError, CanvasError) as error:
        sys.stderr.write(f"grade: {error}\n")
        return 2
    except sqlite3.DatabaseError as error:
        sys.stderr.write(f"grade: {out / DATABASE} cannot be used: {error}; move it away, or name another --out\n")
        return 2
    except OSError as error:
        sys.stderr.write(f"grade: {error.filename}: {error.strerror}\n")
        return 2
    return 3 if report.errors else 0


def _seed_of(out: Path) -> int:
    """Return the seed of the results that are there, or draw one: students grade by seed 0, and know its cases."""
    if not (out / DATABASE).exists():
        return secrets.randbelow(SEEDS)
    with Store(out / DATABASE) as store:
        known = store.settings().get("seed")
    return secrets.randbelow(SEEDS) if known is None else int(known)


def _write_canvas(export: Path, out: Path, assignment: str, console: Console) -> None:
    with Store(out / DATABASE) as store:
        rows = list(store.rows())
    standings = {student: standing(found.values()) for student, found in by_student(rows).items()}
    points = {student: has.points for student, has in standings.items() if not has.unjudged}
    most = sum(graded_exercises(rows).values())
    table, missing = merge(export.read_text(encoding="utf-8-sig"), points, assignment, most)
    (out / CANVAS).write_text(table, encoding="utf-8")
    console.print(f"grades for Canvas in {out / CANVAS}", soft_wrap=True, markup=False)
    left_out = [student for student, has in standings.items() if has.unjudged]
    if left_out:
        console.print(Text(plain(f"not filled in, since not all is judged: {', '.join(left_out)}"), style="yellow"))
    if missing:
        console.print(Text(plain(f"not in {export}: {', '.join(missing)}"), style="yellow"))


def _print(report: ClassReport, out: Path, seed: int, console: Console) -> None:
    console.print(
        f"{report.students} students; {report.graded} exercises graded, {report.standing} stood already; "
        f"cases by seed {seed}",
        soft_wrap=True,
    )
    if report.differences:
        table = Table("student", "exercise", "before", "now", title="what the regrade changed", title_justify="left")
        for change in report.differences[:SHOWN_DIFFERENCES]:
            before, after = f"{change.before}, {change.points_before}", f"{change.after}, {change.points_after}"
            table.add_row(Text(plain(change.student)), change.exercise, before, after)
        console.print(table)
        if len(report.differences) > SHOWN_DIFFERENCES:
            console.print(f"and {len(report.differences) - SHOWN_DIFFERENCES} more")
    _list("to look at:", [f"{who}: {'; '.join(about)}" for who, about in report.notes.items()], "yellow", console)
    heading = "a defect of the grader, which costs nobody points; --resume tries again:"
    _list(heading, [f"{student}: {exercise}" for student, exercise in report.errors], "red", console)
    console.print(f"grades in {out / GRADES}, all that was found in {out}", soft_wrap=True, markup=False)


def _list(heading: str, lines: Sequence[str], style: str, console: Console) -> None:
    """Print what an instructor is to look at, and as many lines of it as can be read."""
    if not lines:
        return
    console.print(Text(heading, style=style))
    for line in lines[:SHOWN_STUDENTS]:
        console.print(Text(f"  {plain(line)}"), soft_wrap=True)
    if len(lines) > SHOWN_STUDENTS:
        console.print(f"  and {len(lines) - SHOWN_STUDENTS} more: {GRADES} has them all")
