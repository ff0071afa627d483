"""Writes stubs, solutions and mutants to a folder, never over somebody's work."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from grader.catalog import Entry
from grader.stubs import render_alternative, render_mutant, render_stub


class ExportError(Exception):
    """A file is in the way; the message names it."""


def stub_files(entries: Iterable[Entry]) -> dict[Path, str]:
    """Return every stub by its path below the exercises folder."""
    return {entry.path: render_stub(entry) for entry in entries}


def solution_files(entries: Iterable[Entry]) -> dict[Path, str]:
    """Return the model solution of every exercise: a folder that scores full."""
    return {entry.path: render_alternative(entry, entry.exercise.alternatives[0]) for entry in entries}


def mutant_files(entries: Iterable[Entry]) -> dict[Path, str]:
    """Return every mutant, each in a folder of its own: ``EXERCISE/MUTANT/NN_unit/EXERCISE.py``."""
    return {
        Path(entry.name) / slug(mutant.name) / entry.path: render_mutant(entry, mutant)
        for entry in entries
        for mutant in entry.exercise.mutants
    }


def slug(name: str) -> str:
    """Turn a name into a folder's name.

    Examples
    --------
    >>> slug("+1 forgotten, twice")
    '1_forgotten_twice'
    """
    return "_".join(re.findall(r"[a-z0-9]+", name.lower()))


def write_files(files: Mapping[Path, str], folder: Path) -> int:
    """Write files below a folder; returns how many were not there yet.

    Parameters
    ----------
    files : mapping of Path to str
    folder : Path
        Made if it does not exist.

    Raises
    ------
    ExportError
        If a file is there with other contents; then nothing at all is written.
    """
    targets = {folder / path: text for path, text in files.items()}
    new = {}
    for path, text in targets.items():
        if not path.exists():
            new[path] = text
        elif not path.is_file() or path.read_text(encoding="utf-8", errors="replace") != text:
            raise ExportError(f"{path} is there already and would be overwritten; choose an empty folder")
    for path, text in new.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    return len(new)
