"""The report as a student reads it: a line for each exercise, then what failed, drawn, then the next step."""

import io
import sys
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from grader.catalog import load_catalog
from grader.catalog.units import UNITS
from grader.report import Report
from grader.reports.grids import draw_counterexample, plain
from grader.verdict import ExerciseVerdict, PropertyVerdict, Status

MARKS = {
    Status.PASSED: ("✓", "green"),
    Status.FAILED: ("✗", "red"),
    Status.NOT_STARTED: ("·", "dim"),
    Status.UNFINISHED: ("◐", "yellow"),
    Status.TIMED_OUT: ("⏱", "red"),
    Status.CRASHED: ("✗", "red"),
    Status.BLOCKED: ("▪", "yellow"),
    Status.REFUSED: ("✗", "red"),
    Status.GRADER_ERROR: ("!", "magenta"),
}
PRINTED_LINES = 8


def print_on_any_terminal() -> None:
    """Print "?" for a character that stdout or stderr cannot show, instead of failing.

    Matters where the encoding is not UTF-8: a file or pipe on Windows, or ``PYTHONIOENCODING=ascii``.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def print_report(report: Report, console: Console) -> None:
    """Print the report.

    Parameters
    ----------
    report : Report
    console : rich.console.Console
    """
    print_verdicts(report, console)
    console.print()
    console.print(Text(f"{report.points} of {report.max_points} points", style="bold"))
    _print_next_step(report, console)
    console.print(Text(f"seed {report.seed}; {report.fence}", style="dim"), soft_wrap=True)


def print_verdicts(report: Report, console: Console) -> None:
    """Print a line for each exercise, then what is to be said of those that have not passed.

    Parameters
    ----------
    report : Report
    console : rich.console.Console
    """
    _print_overview(report, console)
    for verdict in report.verdicts:
        if verdict.status is not Status.PASSED and (verdict.status is not Status.NOT_STARTED or verdict.message):
            _print_details(verdict, console)


def _print_overview(report: Report, console: Console) -> None:
    width = max((len(v.name) for v in report.verdicts), default=0)
    unit = ""
    for verdict in report.verdicts:
        if verdict.unit != unit:
            unit = verdict.unit
            console.print(Text(_title(unit), style="bold"))
        mark, style = MARKS[verdict.status]
        line = Text(f"  {mark} ", style=style)
        line.append(verdict.name.ljust(width), style="")
        line.append(f"  {verdict.points:>3}/{verdict.max_points:<3}", style="")
        line.append(f" {verdict.status.value}", style=style)
        if verdict.status is Status.PASSED and verdict.remark:
            line.append(f": {verdict.remark}", style="dim")
        console.print(line, no_wrap=True, overflow="ellipsis")


def _title(unit: str) -> str:
    """Return what a unit is called wherever the course is shown: its number and its title."""
    titles = (f"{number} {known.title}" for number, known in enumerate(UNITS, 1) if known.name == unit)
    return next(titles, unit.replace("_", " "))


def _print_details(verdict: ExerciseVerdict, console: Console) -> None:
    mark, style = MARKS[verdict.status]
    console.print()
    console.print(Text(f"{mark} {verdict.name}: {verdict.status.value}", style=f"bold {style}"))
    if verdict.message:
        console.print(Padding(Text(plain(verdict.message)), (0, 2)))
    if verdict.status is Status.BLOCKED:
        return
    drawn = False
    said: set[str] = set()
    for prop in verdict.properties:
        seen = prop.counterexample
        diagnosis = "" if seen is None or seen.diagnosis in said else seen.diagnosis
        shown = replace(
            prop,
            message="as above" if prop.message and prop.message in said else prop.message,
            counterexample=seen and replace(seen, diagnosis=diagnosis),
        )
        print_property(shown, console, draw=not drawn)
        drawn = drawn or seen is not None
        said |= {prop.message, diagnosis}
    if verdict.printed.strip():
        lines = plain(verdict.printed).strip().splitlines()
        console.print(Padding(Text("your code printed:", style="dim"), (0, 2)))
        for line in lines[:PRINTED_LINES]:
            console.print(Padding(Text(line, style="dim"), (0, 4)), no_wrap=True, overflow="ellipsis")
        if len(lines) > PRINTED_LINES:
            console.print(Padding(Text(f"… {len(lines) - PRINTED_LINES} more lines", style="dim"), (0, 4)))


def print_property(prop: PropertyVerdict, console: Console, draw: bool = True) -> None:
    """Print whether a property holds, and, if it does not, why.

    Parameters
    ----------
    prop : PropertyVerdict
    console : rich.console.Console
    draw : bool
        Whether to draw the case that shows it.
    """
    mark, style = MARKS[prop.status]
    line = Text(f"{mark} {prop.name}", style=style)
    if prop.max_points:
        line.append(f"  {prop.points}/{prop.max_points}", style="")
    if prop.status is Status.PASSED and prop.message:
        line.append(f"  {prop.message}", style="dim")
    console.print(Padding(line, (0, 2)))
    if prop.status is Status.PASSED:
        return
    if prop.message:
        console.print(Padding(Text(plain(prop.message)), (0, 4)))
    seen = prop.counterexample
    if seen is not None and seen.diagnosis:
        console.print(Padding(Text(seen.diagnosis, style="bold"), (0, 4)))
    # What a network was trained on is no case.
    if seen is not None and seen.case and draw and seen.case.keys() != {"data"}:
        console.print(Padding(Text("the smallest case found:"), (0, 4)))
        console.print(Padding(draw_counterexample(seen), (0, 4)))


def _print_next_step(report: Report, console: Console) -> None:
    following = report.next_step
    if following is None:
        _print_what_is_done(report, console)
        return
    file = Path(report.folder) / following.unit / f"{following.name}.py"
    console.print(Text.assemble("Next: ", (following.title, "bold"), f", in {file}"), soft_wrap=True)
    console.print(Text(f"      {report.command} {report.folder} --only {following.name}"), soft_wrap=True)
    console.print(Text(f"      {report.command} {report.folder} --hint {following.name}"), soft_wrap=True)
    if any(prop.counterexample is not None and prop.counterexample.case for prop in following.properties):
        replay = f"      {report.command} {report.folder} --replay {following.name}"
        console.print(Text(f"{replay}    # tries the case above alone"), soft_wrap=True)


def _print_what_is_done(report: Report, console: Console) -> None:
    course = list(load_catalog().values())
    graded = {verdict.name for verdict in report.verdicts}
    last = max((place for place, entry in enumerate(course) if entry.name in graded), default=len(course))
    if last + 1 >= len(course):
        console.print(Text("All done." if len(graded) == len(course) else "Done.", style="green"))
        return
    following = course[last + 1]
    console.print(Text("Done.", style="green"), Text("In the course there follows"), end=" ")
    console.print(Text.assemble((following.exercise.title, "bold"), f", in {following.path}"), soft_wrap=True)
