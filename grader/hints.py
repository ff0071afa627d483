"""``grade --hint``: one hint at a time. How many were shown is kept beside the exercises."""

import json
from contextlib import suppress
from pathlib import Path

from grader.catalog import Entry
from grader.fence import RefusedError, read_submission, write_beside

FILE = ".hints"


def next_hint(folder: Path, entry: Entry, number: int | None) -> tuple[int, str]:
    """Return the hint to show, and note that it was shown.

    Parameters
    ----------
    folder : Path
        That of the exercises. If it cannot be written to, hints do not count by themselves.
    entry : Entry
    number : int or None
        Which, from 1; by default the one after the last that was shown, and the last again where there is none.

    Returns
    -------
    (int, str)
        Its number and its text.
    """
    shown = _shown(folder)
    hints = entry.exercise.hints
    chosen = min(shown.get(entry.name, 0) + 1, len(hints)) if number is None else number
    with suppress(OSError):
        write_beside(folder / FILE, f"{json.dumps(shown | {entry.name: chosen})}\n".encode())
    return chosen, hints[chosen - 1]


def _shown(folder: Path) -> dict[str, int]:
    """Return how many hints of each exercise were shown; a file that is damaged says nothing."""
    try:
        found = json.loads(read_submission(folder / FILE) or b"{}")
    except (RefusedError, ValueError, RecursionError):
        return {}
    if not isinstance(found, dict):
        return {}
    return {name: count for name, count in found.items() if isinstance(count, int) and count >= 0}
