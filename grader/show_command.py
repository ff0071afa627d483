"""``grade --show``: draws what the student's function of one exercise computes."""

from argparse import Namespace
from pathlib import Path

from PIL import Image
from rich.console import Console
from rich.text import Text

from grader.catalog import Entry, load_catalog
from grader.choice import UsageError, chosen, locate, named
from grader.fence import RefusedError, read_submission
from grader.report import Report
from grader.reports.grids import plain
from grader.session import Grading, InterruptedGrading, Session
from grader.show import Draw, NoPictureError, Picture
from grader.show.film import write_film
from grader.show.student import Student
from grader.trial import FalsifiedError, NotStartedError
from grader.verdict import Status

FOLDER = Path("pictures")


def run(options: Namespace, grading: Grading, console: Console) -> int:
    """Write the picture; returns the exit code: 1 where the function is not right, or gives nothing to draw.

    Parameters
    ----------
    options : Namespace
        Of the command line.
    grading : Grading
    console : Console

    Raises
    ------
    UsageError
        If the exercise has no picture, there is no such folder, or the picture cannot be written.
    """
    entry = named(options.show)
    draw = entry.exercise.show
    if draw is None:
        have = ", ".join(name for name, other in load_catalog().items() if other.exercise.show is not None)
        raise UsageError(f"{entry.name} has no picture; these have one: {have}")
    _, places = locate(Path(options.folder), chosen(()))
    path = places.get(entry.name)
    if path is None:
        raise UsageError(f"{entry.name} is not in {options.folder}: its place is {entry.path}")
    try:
        source = read_submission(path)
        if source is None:
            raise NoPictureError(f"there is no file {path}")
        trains = entry.exercise.workplace.trains
        doing = f"{entry.name} trains, which may take a minute, and is drawn" if trains else f"drawing {entry.name}"
        with console.status(Text(doing)):
            picture, mistake = drawn(entry, draw, source, grading)
    except (NoPictureError, RefusedError) as error:
        console.print(Text(f"no picture of {entry.name}: {plain(str(error))}"), soft_wrap=True)
        return 1
    out = FOLDER / f"{entry.name}{picture.suffix}" if options.out is None else Path(options.out)
    write(picture, out)
    console.print(Text(str(out)), soft_wrap=True)
    if mistake:
        console.print(Text(f"It is not right yet: {plain(mistake)}. Grade it to see where: --only {entry.name}"))
        console.print(Text(f"Once it is right: {picture.caption}"))
        return 1
    console.print(Text(picture.caption))
    return 0


def offer(report: Report, console: Console) -> None:
    """Say how to look at what was graded, where that is one exercise that passed and has a picture.

    Parameters
    ----------
    report : Report
    console : Console
    """
    names = [verdict.name for verdict in report.verdicts if verdict.status is Status.PASSED]
    if len(report.verdicts) == len(names) == 1 and load_catalog()[names[0]].exercise.show is not None:
        command = f"{report.command} {report.folder} --show {names[0]}"
        console.print(Text(f"To look at what it computes: {command}"), soft_wrap=True)


def drawn(entry: Entry, draw: Draw, source: bytes, grading: Grading) -> tuple[Picture, str]:
    """Draw what a student's file computes.

    Parameters
    ----------
    entry : Entry
    draw : callable
        The exercise's.
    source : bytes
        The student's file.
    grading : Grading

    Returns
    -------
    (Picture, str)
        And how what it computes is wrong; empty if it is not.

    Raises
    ------
    NoPictureError
        If the function is not written yet, raises, does not answer in time, or returns what cannot be drawn.
    """
    session = Session(entry, source, grading)
    try:
        stop = session.load()
        if stop is not None:
            raise NoPictureError(stop.message)
        student = Student(session)
        return draw(student), student.mistake
    except FalsifiedError as error:
        raise NoPictureError(error.counterexample.message) from None
    except NotStartedError:
        raise NoPictureError("it is not written yet: it still comes to raise NotImplementedError") from None
    except InterruptedGrading as stop:
        raise NoPictureError(stop.message) from None
    finally:
        session.close()


def write(picture: Picture, path: Path) -> None:
    """Write a picture as PNG, a film as GIF.

    Parameters
    ----------
    picture : Picture
    path : Path
        Its folder is made if need be.

    Raises
    ------
    UsageError
        If the name has another ending, or nothing can be written there.
    """
    if path.suffix.lower() != picture.suffix:
        kind = "film, a GIF" if picture.suffix == ".gif" else "picture, a PNG"
        raise UsageError(f"this is a {kind}: --out takes a file that ends in {picture.suffix}, not {path}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if picture.suffix == ".gif":
            write_film(picture.frames, picture.pause, path)
        else:
            Image.fromarray(picture.frames[0]).save(path)
    except OSError as error:
        raise UsageError(f"the picture cannot be written to {path}: {error.strerror or error}") from None
