"""What is to be said of one property or exercise, as plain text for formats that carry texts."""

import io

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from grader.reports.grids import draw_counterexample, plain
from grader.verdict import ExerciseVerdict, PropertyVerdict

WIDTH = 100


def property_text(prop: PropertyVerdict) -> str:
    """Return why a property does not hold, with the smallest case drawn; if it holds, how well, or "".

    Parameters
    ----------
    prop : PropertyVerdict
    """
    console = Console(file=io.StringIO(), width=WIDTH, color_system=None, highlight=False, legacy_windows=False)
    if prop.message:
        console.print(Text(plain(prop.message)))
    seen = prop.counterexample
    if seen is not None:
        if seen.diagnosis:
            console.print(Text(seen.diagnosis))
        if seen.case:
            console.print("the smallest case found:")
            console.print(Padding(draw_counterexample(seen), (0, 2)))
    file = console.file
    return "\n".join(line.rstrip() for line in file.getvalue().splitlines()) if isinstance(file, io.StringIO) else ""


def exercise_text(verdict: ExerciseVerdict) -> str:
    """Return what is said of an exercise as a whole, and what its code printed."""
    printed = plain(verdict.printed).strip()
    return "\n".join(
        [*([plain(verdict.message)] if verdict.message else []), *([f"printed:\n{printed}"] if printed else [])]
    )
