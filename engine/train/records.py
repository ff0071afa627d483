"""What recipes reached, one line of JSON for each run, and the README's table made from it."""

import json
import os
import platform
import statistics
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Protocol

from engine.errors import DataError

RECORDS = Path(__file__).with_name("records.jsonl")
BEGIN, END = "<!-- records: made by `train --table README.md` -->", "<!-- end of records -->"
UNMEASURED = "not yet measured"


@dataclass(frozen=True)
class Record:
    """One run.

    Attributes
    ----------
    recipe, data : str
    seed : int
        Of the only network, or of a committee's first.
    members : int
        Networks that voted.
    epochs : int
        0 for a classifier that has none.
    test_error : float
        Share of the test images that were wrong after the last epoch.
    test_images : int
    seconds : float
        Training without evaluation.
    threads : int
    hardware : str
    commit : str
        Of the source, or the version of the package.
    day : str
    """

    recipe: str
    data: str
    seed: int
    members: int
    epochs: int
    test_error: float
    test_images: int
    seconds: float
    threads: int
    hardware: str
    commit: str
    day: str


def hardware() -> str:
    """Name the processor and how many there are."""
    name = platform.processor() or platform.machine()
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
        name = next(line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        pass
    return f"{name}, {os.cpu_count()} processors"


def commit() -> str:
    """Return the commit that the source is of, marked if it was changed since; the package's version without git.

    A repository that the package is only installed in, as in the virtual environment of a project, is not the source's.
    """
    file = Path(__file__)
    try:
        _git(file.parent, "ls-files", "--error-unmatch", file.name)
        return _git(file.parent, "describe", "--always", "--dirty", "--abbrev=12", "--exclude=*")
    except (OSError, subprocess.CalledProcessError):
        return f"version {version('byhand')}"


def _git(folder: Path, *command: str) -> str:
    return subprocess.run(["git", "-C", folder, *command], capture_output=True, text=True, check=True).stdout.strip()


def today() -> str:
    """Return the day, as in 2026-01-31."""
    return date.today().isoformat()


def append_record(path: Path, record: Record) -> None:
    """Add a line.

    Parameters
    ----------
    path : Path
    record : Record

    Raises
    ------
    DataError
        If it cannot be written.
    """
    try:
        with path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(record)) + "\n")
    except OSError as error:
        raise DataError(str(path), "a file that can be written", str(error.strerror)) from error


def same_run(record: Record, records: Iterable[Record]) -> Record | None:
    """Return the record that is of the same run, if there is one: the same in all but time and commit.

    A run that is done again, or is resumed when it is finished, gives the same bits, and would count twice.

    Parameters
    ----------
    record : Record
    records : iterable of Record
    """
    return next((other for other in records if _what_ran(other) == _what_ran(record)), None)


def _what_ran(record: Record) -> Record:
    return replace(record, seconds=0.0, commit="", day="")


def read_records(path: Path = RECORDS) -> list[Record]:
    """Return all records.

    Raises
    ------
    DataError
        If a line is none.
    """
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    records = []
    for number, line in enumerate(lines, 1):
        try:
            records.append(Record(**json.loads(line)))
        except (TypeError, ValueError) as error:
            raise DataError(f"{path}, line {number}", "a record", str(error)) from error
    return records


class Named(Protocol):
    """A recipe, or a baseline."""

    @property
    def name(self) -> str:
        """As the ``train`` command knows it."""

    @property
    def about(self) -> str:
        """What it is, in a line."""

    @property
    def deck(self) -> str:
        """The lecture's figure."""


def table(recipes: Iterable[Named], records: Sequence[Record]) -> str:
    """Return a table in Markdown: for each recipe the lecture's figure, and ours.

    Parameters
    ----------
    recipes : iterable of Recipe or Baseline
    records : sequence of Record

    Notes
    -----
    Runs of one recipe on the same data are put together: the mean of their errors, and the least and largest.
    """
    lines = ["| recipe | what | the lecture | ours, test error | runs | seconds |", "|---|---|---|---|---|---|"]
    for recipe in recipes:
        own = [record for record in records if record.recipe == recipe.name]
        groups = dict.fromkeys((record.data, record.members, record.epochs) for record in own)
        if not groups:
            lines.append(f"| `{recipe.name}` | {recipe.about} | {recipe.deck or '-'} | {UNMEASURED} | | |")
        for data, members, epochs in groups:
            runs = [r for r in own if (r.data, r.members, r.epochs) == (data, members, epochs)]
            passes = f", {epochs} epoch{'s' if epochs > 1 else ''}" if epochs else ""
            about = f"{recipe.about}; {data}{passes}" + (f", {members} vote" if members > 1 else "")
            seconds = statistics.median(run.seconds for run in runs)
            cells = (f"`{recipe.name}`", about, recipe.deck, _errors(runs), str(len(runs)), f"{seconds:,.0f}")
            lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _errors(runs: Sequence[Record]) -> str:
    errors = [100 * run.test_error for run in runs]
    spread = f" ({min(errors):.2f} to {max(errors):.2f})" if len(errors) > 1 else ""
    return f"{statistics.mean(errors):.2f}%{spread}"


def put_table(text: str, made: str) -> str:
    """Return a text with the table between its two marks replaced.

    Raises
    ------
    DataError
        If the marks are not there.
    """
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise DataError("--table", f"a file with {BEGIN} and {END}", "one without")
    return f"{before}{begin}\n{made}\n{end}{after}"
