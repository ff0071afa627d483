"""All exercises, one file each, in folders by unit."""

import importlib
from dataclasses import dataclass, replace
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

from grader.exercise import Exercise


@dataclass(frozen=True)
class Entry:
    """An exercise and its place.

    Attributes
    ----------
    name : str
        The file's name, and the function's.
    unit : str
        The folder's name, such as "04_cross_correlation".
    exercise : Exercise
    student : str
        Whose numbers it has; empty for those that all have.
    """

    name: str
    unit: str
    exercise: Exercise
    student: str = ""

    @property
    def heading(self) -> str:
        """One line for the top of a file."""
        number, _, words = self.unit.partition("_")
        return f"Unit {int(number)}, {words.replace('_', ' ')}: {self.exercise.title}."

    def of(self, student: str) -> "Entry":
        """Return the exercise with the numbers of a student; itself, where all have the same, or for no student."""
        if not student or self.exercise.for_student is None:
            return self
        return replace(self, exercise=self.exercise.for_student(student), student=student)

    @property
    def path(self) -> Path:
        """Where the student's file lies below the exercises folder."""
        return Path(self.unit) / f"{self.name}.py"


@cache
def load_catalog() -> dict[str, Entry]:
    """Return every exercise by name, in the order of the course.

    Raises
    ------
    ValueError
        If two exercises share a name or a place.
    """
    entries = []
    for file in sorted(Path(__file__).parent.glob("[0-9][0-9]_*/*.py")):
        module = importlib.import_module(f"{__name__}.{file.parent.name}.{file.stem}")
        entries.append(Entry(file.stem, file.parent.name, module.EXERCISE))
    entries.sort(key=lambda entry: (entry.unit, entry.exercise.order))
    catalog = {entry.name: entry for entry in entries}
    places = {(entry.unit, entry.exercise.order) for entry in entries}
    if len(catalog) < len(entries) or len(places) < len(entries):
        raise ValueError("two exercises have the same name, or the same place in their unit")
    return catalog


@cache
def catalog_digest() -> str:
    """Return what changes when an exercise does, the grader, or what draws the cases: then no verdict stands."""
    files = sorted(Path(__file__).parents[1].rglob("*.py"))
    parts = [sha256(file.read_bytes()).digest() for file in files]
    parts += [version(package).encode() for package in ("hypothesis", "numpy")]
    return sha256(b"".join(parts)).hexdigest()[:16]
