"""The READMEs of the exercises: what stands between two marks is made from the catalog, the rest is whoever's it is."""

import re
import textwrap
from collections.abc import Sequence
from pathlib import Path

from grader.catalog import Entry, load_catalog
from grader.course import Chapter, chapters, kind_of_exercise, number_of

FILE = "README.md"
BEGIN = "<!-- made by `grade --write-stubs`: what is changed between this mark and the next is lost -->"
END = "<!-- end of what is made -->"
WIDTH = 118


def write_readmes(entries: Sequence[Entry], folder: Path) -> int:
    """Write the READMEs, or what is made in them anew; returns how many changed.

    A README without the marks is somebody's own, and is left alone.

    Parameters
    ----------
    entries : sequence of Entry
        A unit some of whose exercises are missing here gets no README. The map of the course is written with the
        whole course; one that is there already is brought up to date in any case.
    folder : Path
        That of the exercises.
    """
    parts = unit_parts(entries)
    if len(entries) == len(load_catalog()) or (folder / FILE).is_file():
        parts[Path(FILE)] = course_part()
    changed = 0
    for path, (heading, part) in parts.items():
        before = read_readme(folder / path)
        after = with_part(before, heading, part)
        if after != before:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(after, encoding="utf-8", errors="surrogateescape", newline="\n")
            changed += 1
    return changed


def readme_defects(entries: Sequence[Entry], folder: Path) -> list[str]:
    """Compare the READMEs of an exercises folder with the catalog.

    Parameters
    ----------
    entries : sequence of Entry
        The whole catalog.
    folder : Path

    Returns
    -------
    list of str
        A sentence for each README that is missing or differs, each that is of no unit, and each unit that does not
        say what it is about.
    """
    parts = unit_parts(entries) | {Path(FILE): course_part()}
    defects = [
        f"unit {chapter.unit.name} does not say what it is about: put it into grader/catalog/units.py"
        for chapter in chapters(entries)
        if not chapter.unit.about
    ]
    found = {path.relative_to(folder) for path in folder.rglob(FILE)}
    defects += [f"{folder / path} is of no unit of the catalog" for path in sorted(found - parts.keys())]
    for path, (heading, part) in parts.items():
        before = read_readme(folder / path)
        if before is None or END not in before.partition(BEGIN)[2]:
            what = "is missing" if before is None else "has not the marks between which it is made"
            defects.append(f"{folder / path} {what}: take it away, and grade --write-stubs writes it")
        elif with_part(before, heading, part) != before:
            defects.append(f"{folder / path} differs from the catalog: grade --write-stubs brings it up to date")
    return defects


def read_readme(path: Path) -> str | None:
    """Return the text of a README, None where there is none."""
    if not path.exists():
        return None
    return path.read_text(encoding="utf-8", errors="surrogateescape") if path.is_file() else ""


def with_part(before: str | None, heading: str, part: str) -> str:
    """Put what is made into a README's text.

    Parameters
    ----------
    before : str or None
        The text, None where there is none: then it is the heading and what is made.
    heading : str
    part : str
        What is made.

    Examples
    --------
    >>> text = with_part(None, "Pooling", "old")
    >>> with_part(text + "my notes", "Pooling", "new") == text.replace("old", "new") + "my notes"
    True
    >>> with_part("no marks in it", "Pooling", "new")
    'no marks in it'
    """
    if before is None:
        return f"# {heading}\n\n{BEGIN}\n{part}\n{END}\n"
    head, begin, rest = before.partition(BEGIN)
    _, end, tail = rest.partition(END)
    return f"{head}{begin}\n{part}\n{end}{tail}" if begin and end else before


def unit_parts(entries: Sequence[Entry]) -> dict[Path, tuple[str, str]]:
    """Return the heading of each unit's README and what is made in it, by its path below the exercises folder.

    Parameters
    ----------
    entries : sequence of Entry
        Units of which exercises are missing here are left out.
    """
    return {
        Path(chapter.unit.name) / FILE: (f"Unit {chapter.number}: {chapter.unit.title}", _unit_part(chapter))
        for chapter in chapters(entries)
        if chapter.whole
    }


def _unit_part(chapter: Chapter) -> str:
    unit, first = chapter.unit, chapter.entries[0].name
    rows = ["| | exercise | what it is | kind | points | requires |", "|---|---|---|---|---|---|"]
    for place, entry in enumerate(chapter.entries, 1):
        exercise = entry.exercise
        link = f"[`{entry.name}`]({entry.path.name})"
        required = ", ".join(_required(name, unit.name) for name in exercise.requires)
        what, kind = plain_in_markdown(exercise.title), kind_of_exercise(entry)
        rows.append(f"| {place} | {link} | {what} | {kind} | {exercise.points} | {required} |")
    rows.append(f"| | | | | {chapter.points} | |")
    needs = [str(number_of(name)) for name in chapter.needs]
    commands = {
        f"grade exercises/{unit.name}": "this unit",
        f"grade exercises/ --only {first}": "one exercise of it",
        f"grade exercises/ --hint {first}": "a hint, and the next time the next one",
    }
    paragraphs = [
        _wrapped(unit.about),
        _wrapped(f"**The question:** {unit.question}") if unit.question else "",
        "\n".join(rows),
        f"Builds on unit{'s' if len(needs) > 1 else ''} {_listed(needs)}." if needs else "",
        _wrapped(f"Then you can {unit.able}.") if unit.able else "",
        _shell(commands),
        f"[The map of the course](../{FILE})",
    ]
    return "\n\n".join(paragraph for paragraph in paragraphs if paragraph)


def _required(name: str, unit: str) -> str:
    other = load_catalog()[name].unit
    return f"`{name}`" if other == unit else f"`{name}` (unit {number_of(other)})"


def course_part() -> tuple[str, str]:
    """Return the heading of the README of all exercises, and what is made in it: order, commands and map."""
    catalog = load_catalog()
    rows = [
        "| unit | what it asks | builds on | then you can | exercises | points |",
        "|---|---|---|---|---|---|",
    ]
    for chapter in chapters(list(catalog.values())):
        unit = chapter.unit
        link = f"[{chapter.number}: {plain_in_markdown(unit.title)}]({unit.name}/{FILE})"
        needs = ", ".join(str(number_of(name)) for name in chapter.needs)
        texts = [plain_in_markdown(text) for text in (unit.question, needs, unit.able)]
        rows.append(f"| {' | '.join([link, *texts])} | {len(chapter.entries)} | {chapter.points} |")
    points = sum(entry.exercise.points for entry in catalog.values())
    rows.append(f"| | | | | {len(catalog)} | {points} |")
    first = next(iter(catalog))
    commands = {
        "grade exercises/": "where am I, and what is next?",
        f"grade exercises/ --hint {first}": "a hint, and the next time the next one",
        "grade exercises/ --list": "the map below, with what you have reached",
    }
    order = (
        "Work through the units in the order of their numbers, and through a unit in the order of its table. Whoever "
        "wants to go straight to one unit finds under “builds on” which ones to do before."
    )
    where = (
        "`grade` is found once the environment that was set up at the start is active: `source .venv/bin/activate`, on "
        "Windows `.venv\\Scripts\\activate`. Or write `.venv/bin/grade`."
    )
    return "Exercises", "\n\n".join([_wrapped(order), _shell(commands), _wrapped(where), "\n".join(rows)])


def plain_in_markdown(text: str) -> str:
    r"""Return text that Markdown shows as it is, also in a table.

    Examples
    --------
    >>> print(plain_in_markdown("a * b | c_d"))
    a \* b \| c\_d
    """
    return re.sub(r"([\\`*_|<\[\]])", r"\\\1", text)


def _wrapped(text: str) -> str:
    return textwrap.fill(text, WIDTH, break_long_words=False, break_on_hyphens=False)


def _listed(words: Sequence[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def _shell(commands: dict[str, str]) -> str:
    width = max(map(len, commands))
    return "\n".join(["```sh", *(f"{command.ljust(width)}    # {what}" for command, what in commands.items()), "```"])
