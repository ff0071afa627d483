"""Downloaded data sets: where they are kept, and one process at a time that fetches them."""

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import filelock
import platformdirs
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn, TransferSpeedColumn

from engine.data.download import PATIENCE, Patience, differs, download
from engine.data.images import ImageData
from engine.data.sources import RemoteFile
from engine.errors import DataError

VARIABLE = "BYHAND_DATA"
# Longer than a download of the largest set by a slow line.
LONGEST_WAIT = 3600.0
NOTICE_AFTER = 1.0


def data_folder() -> Path:
    """Return the folder with a folder for each data set: what BYHAND_DATA names, or one in the user's cache.

    Raises
    ------
    DataError
        If the folder is said to be in the home of somebody who has none.

    Examples
    --------
    >>> data_folder().is_absolute()
    True
    """
    named = os.environ.get(VARIABLE)
    if not named:
        return platformdirs.user_cache_path("byhand") / "data"
    try:
        return Path(named).expanduser().absolute()
    except RuntimeError as error:  # nobody of this name
        raise DataError(VARIABLE, "a folder", f"{named} ({error})", "write its path without ~") from None


def load_cached(
    name: str,
    files: Sequence[RemoteFile],
    find: Callable[[Path], Path | None],
    read: Callable[[Path], ImageData],
) -> ImageData:
    """Load a data set from its folder in :func:`data_folder`; what is not there is downloaded first.

    Parameters
    ----------
    name : str
        Of the set, and of its folder.
    files : sequence of RemoteFile
    find : callable
        Given the folder, returns where in it the set lies, complete, or None. So sets that somebody put there
        are used as they are.
    read : callable
        Reads what was found.

    Returns
    -------
    ImageData

    Raises
    ------
    DataError
        If the set can be neither found nor downloaded, or is damaged.
    """
    folder = data_folder() / name
    found = find(folder)
    if found is None:
        fetch(name, files, folder)
        found = find(folder)
    if found is None:
        raise DataError(name, f"the data set in {folder}", "not all of it", "remove that folder and try again")
    try:
        return read(found)
    except DataError as error:
        damaged = [str(folder / remote.name) for remote in files if differs(remote, folder)]
        if not damaged:
            raise
        # What is there is not downloaded again. Nor is it removed here: somebody may be copying it just now.
        fix = f"it is not as published: remove {' and '.join(damaged)} and try again, which downloads it"
        who, expected, got, _ = error.args
        raise DataError(who, expected, got, fix) from error


def fetch(name: str, files: Sequence[RemoteFile], folder: Path, patience: Patience = PATIENCE) -> None:
    """Download the files that are missing, showing how far it is; a second process waits for the first.

    Parameters
    ----------
    name : str
        Of the data set.
    files : sequence of RemoteFile
    folder : Path
        Where they shall be.
    patience : Patience
        How long to wait for servers.

    Raises
    ------
    DataError
        If a file cannot be had, or the folder cannot be written to, or another process holds it for an hour.
    """
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with _alone(name, folder), Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        for remote in files:
            task = progress.add_task(f"{name}: {remote.name}", total=remote.size)
            download(remote, folder, partial(_show, progress, task), patience)


def _show(progress: Progress, task: TaskID, done: int, total: int) -> None:
    progress.update(task, completed=done, total=total)


@contextmanager
def _alone(name: str, folder: Path) -> Iterator[None]:
    """Keep other processes from downloading the same; wait for one that does."""
    lock = filelock.FileLock(folder / ".lock")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        try:
            lock.acquire(timeout=NOTICE_AFTER)
        except filelock.Timeout:
            sys.stderr.write(f"{name}: another process is downloading it; waiting\n")
            lock.acquire(timeout=LONGEST_WAIT)
    except filelock.Timeout:
        fix = "end the other process, or try again when it is done"
        raise DataError(name, "to be the only one who downloads it", "another process that does", fix) from None
    except OSError as error:
        reason = error.strerror or str(error)
        fix = f"name another folder by the environment variable {VARIABLE}, or use `--data glyphs`"
        raise DataError(str(folder), "a folder that can be written to", reason, fix) from error
    try:
        yield
    finally:
        lock.release()
