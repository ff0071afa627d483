"""The course as units of exercises: what each needs, and what it is called where nobody has said yet."""

from collections.abc import Sequence
from dataclasses import dataclass

from grader.catalog import Entry, load_catalog
from grader.catalog.units import UNITS, Unit
from grader.exercise import Sheet


@dataclass(frozen=True)
class Chapter:
    """A unit with exercises of it, in their order.

    Attributes
    ----------
    unit : Unit
    entries : tuple of Entry
        All of the unit's exercises, or those that were asked for.
    """

    unit: Unit
    entries: tuple[Entry, ...]

    @property
    def number(self) -> int:
        """Of the unit: 4 for "04_cross_correlation"."""
        return number_of(self.unit.name)

    @property
    def points(self) -> int:
        """Points for all of these exercises."""
        return sum(entry.exercise.points for entry in self.entries)

    @property
    def whole(self) -> bool:
        """Whether no exercise of the unit is left out."""
        return len(self.entries) == sum(entry.unit == self.unit.name for entry in load_catalog().values())

    @property
    def needs(self) -> tuple[str, ...]:
        """Names of the units before it, by what its exercises require and by what the unit itself says."""
        catalog = load_catalog()
        own = [entry for entry in catalog.values() if entry.unit == self.unit.name]
        required = {catalog[name].unit for entry in own for name in entry.exercise.requires}
        return tuple(sorted((required | set(self.unit.needs)) - {self.unit.name}))


def chapters(entries: Sequence[Entry]) -> list[Chapter]:
    """Return the units that these exercises are of, in the order of the course.

    Parameters
    ----------
    entries : sequence of Entry
        In the order of the course.
    """
    declared = {unit.name: unit for unit in UNITS}
    names = dict.fromkeys(entry.unit for entry in entries)
    return [
        Chapter(declared.get(name, _undeclared(name)), tuple(entry for entry in entries if entry.unit == name))
        for name in names
    ]


def _undeclared(name: str) -> Unit:
    return Unit(name, name.partition("_")[2].replace("_", " "), "", "", "")


def number_of(unit: str) -> int:
    """Return the number that a unit's name begins with.

    Examples
    --------
    >>> number_of("04_cross_correlation")
    4
    """
    return int(unit.partition("_")[0])


def kind_of_exercise(entry: Entry) -> str:
    """Say in a word or two what is handed in."""
    exercise, workplace = entry.exercise, entry.exercise.workplace
    if isinstance(exercise.stub, Sheet):
        return "by hand"
    if workplace.ask == "launch":
        return "CUDA kernel"
    if workplace.uses_engine:
        return "model" if workplace.ask == "model" else "training"
    return "Numba kernel" if exercise.decorator else "function"
