"""Which exercises the command line asks for, and where their files lie."""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from pathlib import Path

from engine import errors
from grader.catalog import Entry, load_catalog
from grader.networks import CLASSES
from grader.training import SIDE, TEST, TRAIN_OF_FILES, of_files


class UsageError(Exception):
    """The command line asks for what there is not; the message says what there is."""


def chosen(only: Sequence[str]) -> list[Entry]:
    """Return the exercises with these names or of these units; all, if there are no names.

    Parameters
    ----------
    only : sequence of str

    Raises
    ------
    UsageError
        If there is no such exercise or unit.
    """
    catalog = load_catalog()
    known = set(catalog) | {entry.unit for entry in catalog.values()}
    for name in only:
        if name not in known:
            raise UsageError(f"no exercise or unit is named '{name}'{nearest(name, known)}; see grade --list")
    return [entry for entry in catalog.values() if not only or entry.name in only or entry.unit in only]


def named(name: str) -> Entry:
    """Return the exercise of this name.

    Raises
    ------
    UsageError
        If there is none.
    """
    entry = load_catalog().get(name)
    if entry is None:
        raise UsageError(f"no exercise is named '{name}'{nearest(name, load_catalog())}; see grade --list")
    return entry


def nearest(name: str, known: Iterable[str]) -> str:
    """Return a question that names what is spelled most alike; empty if nothing is.

    Examples
    --------
    >>> nearest("conv2", ["conv2d", "zero_pad"])
    " (did you mean 'conv2d'?)"
    """
    found = get_close_matches(name, list(known), 1)
    return f" (did you mean '{found[0]}'?)" if found else ""


def locate(folder: Path, entries: Sequence[Entry]) -> tuple[Path, dict[str, Path]]:
    """Return the folder of the exercises, and by name where the files of those lie that are to be graded.

    Parameters
    ----------
    folder : Path
        That of the exercises, of a unit, or the file of one exercise.
    entries : sequence of Entry

    Raises
    ------
    UsageError
        If there is no such folder or file, or nothing in it is an exercise.
    """
    if folder.is_file():
        names = [entry.name for entry in entries]
        if folder.stem not in names:
            raise UsageError(f"{folder} has not the name of an exercise{nearest(folder.stem, names)}; see grade --list")
        (unit,) = (entry.unit for entry in entries if entry.name == folder.stem)
        above = folder.parents[1] if len(folder.parents) > 1 else Path("..")
        return above if folder.resolve().parent.name == unit else folder.parent, {folder.stem: folder}
    if not folder.is_dir():
        here = any(Path(entry.unit).is_dir() for entry in entries)
        raise UsageError(
            f"there is no folder or file {folder} in {Path.cwd()}"
            + ("; the exercises are in this very folder: grade ." if here else "; go to the folder that has it in it")
        )
    in_unit = [entry for entry in entries if entry.unit == folder.resolve().name]
    if in_unit:
        return folder.resolve().parent, {entry.name: folder / entry.path.name for entry in in_unit}
    places = {entry.name: place(folder, entry) for entry in entries}
    if not any(path.exists() or path.is_symlink() for path in places.values()):
        below = next((path.parents[1] for path in sorted(folder.glob("*/*/*.py")) if path.stem in places), None)
        raise UsageError(
            f"there is no exercise in {folder}"
            + (f"; did you mean grade {below}?" if below else ": it has no files such as " + str(entries[0].path))
        )
    return folder, places


def place(folder: Path, entry: Entry) -> Path:
    """Return where an exercise's file lies: in its unit's folder, or, as systems hand files over, side by side."""
    flat = folder / entry.path.name
    return flat if flat.is_file() and not (folder / entry.path).exists() else folder / entry.path


def read_digits(name: str) -> None:
    """Read what networks are to be trained on, so that what is wrong with it is said before anything is graded.

    Parameters
    ----------
    name : str
        Of a data set, or where it lies.

    Raises
    ------
    UsageError
        If it is not there, damaged, or has other images than networks of 28x28 pixels and ten classes take.
    """
    try:
        read = of_files(name)
    except errors.DataError as error:
        raise UsageError(str(error)) from None
    sides, train, test = read.train_images.shape[1:], len(read.train_images), len(read.test_images)
    if sides != (SIDE, SIDE) or len(read.classes) != CLASSES or train < TRAIN_OF_FILES or test < TEST:
        found = f"{train:,} and {test:,} of {'x'.join(map(str, sides))} in {len(read.classes)} classes"
        raise UsageError(
            f"--data takes at least {TRAIN_OF_FILES:,} images to train with and {TEST:,} to test by, of {SIDE}x{SIDE} "
            f"grey pixels in {CLASSES} classes; {name} has {found}"
        )
