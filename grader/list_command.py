"""``grade --list``: the map of the course, and what the last grading found."""

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from grader.catalog import Entry
from grader.choice import UsageError, locate
from grader.course import Chapter, chapters, number_of
from grader.progress import Reached, load_progress, version_of
from grader.reports.terminal import MARKS
from grader.verdict import Status

UNKNOWN = "not graded yet"
# Stands at an exercise whose result can be drawn.
PICTURE = "▣"


def run(folder: Path, entries: Sequence[Entry], console: Console, command: str) -> int:
    """Print the units with their exercises; returns the exit code.

    Parameters
    ----------
    folder : Path
        That of the exercises, of a unit, or the file of one exercise; it need not exist.
    entries : sequence of Entry
    console : Console
    command : str
        How the user runs ``grade``, for what is suggested next.
    """
    try:
        root, places = locate(folder, entries)
    except UsageError as error:
        console.print(Text(str(error), style="dim"))
        root, places = folder, {entry.name: folder / entry.path for entry in entries}
    entries = [entry for entry in entries if entry.name in places]
    known = load_progress(root)
    # More points than there are were found in another version of the exercise, or were never found.
    reached = {e.name: known[e.name] for e in entries if e.name in known and known[e.name].points <= e.exercise.points}
    changed = {name for name, found in reached.items() if version_of(places[name]) != found.version}
    widths = [max(len(entry.name) for entry in entries), max(len(str(e.exercise.points)) for e in entries) * 2 + 1]
    for chapter in chapters(entries):
        _print_chapter(chapter, reached, changed, widths, console)
    console.print(Text(_sum(entries, reached), style="bold"))
    if any(entry.exercise.show is not None for entry in entries):
        console.print(Text(f"{PICTURE} what it computes can be looked at: --show NAME", style="cyan"))
    if changed:
        console.print(Text("* the file has changed since: grade it again", style="yellow"))
    following = next((e for e in entries if e.name not in reached or reached[e.name].status is not Status.PASSED), None)
    if following is not None:
        console.print(
            Text.assemble("Next: ", (following.exercise.title, "bold"), f", in {places[following.name]}"),
            soft_wrap=True,
        )
        console.print(Text(f"      {command} {root} --only {following.name}"), soft_wrap=True)
    return 0


def _print_chapter(
    chapter: Chapter, reached: dict[str, Reached], changed: set[str], widths: Sequence[int], console: Console
) -> None:
    needs = ", ".join(str(number_of(name)) for name in chapter.needs)
    console.print(
        Text.assemble(
            (f"{chapter.number} {chapter.unit.title}", "bold"),
            f"  {_sum(chapter.entries, reached)}",
            (f"; builds on {needs}" if needs else "", "dim"),
        )
    )
    if chapter.unit.question:
        console.print(Text(f"  {chapter.unit.question}", style="italic"))
    table = Table.grid(padding=(0, 1))
    table.add_column(width=3, justify="right")
    table.add_column(width=widths[0], no_wrap=True)
    table.add_column(width=widths[1], justify="right", no_wrap=True)
    table.add_column(width=len(UNKNOWN), no_wrap=True)
    table.add_column()
    for entry in chapter.entries:
        found = reached.get(entry.name)
        mark, style = MARKS[found.status if found is not None else Status.NOT_STARTED]
        points = f"{found.points if found is not None else '-'}/{entry.exercise.points}"
        status = UNKNOWN if found is None else found.status.value + ("*" if entry.name in changed else "")
        title = Text(entry.exercise.title)
        if entry.exercise.show is not None:
            title.append(f" {PICTURE}", style="cyan")
        table.add_row(Text(mark, style=style), entry.name, points, Text(status, style=style), title)
    console.print(table)
    console.print()


def _sum(entries: Sequence[Entry], reached: dict[str, Reached]) -> str:
    found = [reached[entry.name] for entry in entries if entry.name in reached]
    passed = sum(one.status is Status.PASSED for one in found)
    of = sum(entry.exercise.points for entry in entries)
    return f"{sum(one.points for one in found)} of {of} points, {passed} of {len(entries)} passed"
