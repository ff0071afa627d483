"""``grade --watch``: grades again what was saved, as soon as it was."""

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

# Between two looks. A look at all files takes less than a thousandth of it.
PAUSE_SECONDS = 0.3

# What tells one version of a file from another; None where there is no file.
Version: TypeAlias = tuple[int, int] | None


def versions(files: Mapping[str, Path]) -> dict[str, Version]:
    """Return the version of each file now.

    Parameters
    ----------
    files : mapping of str to Path
        By exercise.
    """
    return {name: _version(path) for name, path in files.items()}


def _version(path: Path) -> Version:
    try:
        found = path.lstat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size


def watch(
    files: Mapping[str, Path],
    known: Mapping[str, Version],
    grade: Callable[[Sequence[str]], None],
    looks: int | None = None,
) -> None:
    """Grade exercises whose files change, until interrupted.

    Parameters
    ----------
    files : mapping of str to Path
        By exercise, where its file is or may come to be.
    known : mapping of str to Version
        What they were when they were last graded, or before: what was saved meanwhile is graded, too.
    grade : callable
        Told the names of those that changed.
    looks : int, optional
        End after so many looks; by default, never.
    """
    count = 0
    while looks is None or count < looks:
        count += 1
        seen = versions(files)
        changed = [name for name, version in seen.items() if version != known[name] and version is not None]
        known = seen
        if changed:
            grade(changed)
        time.sleep(PAUSE_SECONDS)
