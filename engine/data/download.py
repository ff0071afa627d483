"""Download one file: from whichever mirror gives it, on from where it stopped, and only if it is the right one.

What has come so far lies beside the file under another name, with a note which address gave it and what that
server called its version. The file gets its own name when its checksum is right, not before.
"""

import hashlib
import http.client
import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine.data.sources import RemoteFile
from engine.errors import DataError

CHUNK = 1 << 16
AGENT = "byhand"

Report = Callable[[int, int], None]


@dataclass(frozen=True)
class Patience:
    """How long to wait for servers.

    Attributes
    ----------
    silence : float
        Seconds without a byte after which a server is given up.
    window, least : float, int
        In so many seconds at least so many bytes must come: a server may also be too slow.
    attempts : int
        How often each address is tried in a row without getting at least so many bytes further.
    pause : float
        Seconds between two attempts; twice as many after each that brought little.
    """

    silence: float = 20.0
    window: float = 30.0
    least: int = 1 << 14
    attempts: int = 3
    pause: float = 0.5


PATIENCE = Patience()


class _TransferError(Exception):
    """An attempt did not give the file; says why."""


class _RefusalError(_TransferError):
    """The address will not give the file however often it is asked."""


@dataclass
class _Partial:
    """What has come so far, and where it came from."""

    path: Path
    note: Path = field(init=False)

    def __post_init__(self) -> None:
        self.note = self.path.with_name(f"{self.path.name}.json")

    def size(self) -> int:
        return self.path.stat().st_size if self.path.exists() else 0

    def came_from(self) -> dict[str, Any]:
        try:
            note = json.loads(self.note.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return note if isinstance(note, dict) else {}

    def begin(self, url: str, validator: str | None) -> None:
        self.note.write_text(json.dumps({"url": url, "validator": validator}), encoding="utf-8")
        self.path.write_bytes(b"")

    def discard(self) -> None:
        self.path.unlink(missing_ok=True)
        self.note.unlink(missing_ok=True)


def download(
    remote: RemoteFile, folder: Path, report: Report = lambda done, total: None, patience: Patience = PATIENCE
) -> Path:
    """Download a file unless it is there.

    Parameters
    ----------
    remote : RemoteFile
        What to download, and from where.
    folder : Path
        Where it shall be; made if need be. A file of its name that is there is left alone.
    report : callable
        Told (bytes so far, bytes in all) while it comes.
    patience : Patience
        How long to wait for servers.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    DataError
        If no address gives it, with the reason for each; what has come is kept, and the next call goes on from
        there. Also if the folder cannot be written to.
    """
    target = folder / remote.name
    if target.exists():
        return target
    partial, failures = _Partial(folder / f".{remote.name}.part"), []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for url in remote.urls:
            reason = _tried(url, remote, partial, report, patience)
            if reason is None:
                partial.path.replace(target)
                partial.discard()
                return target
            failures.append(f"{url}: {reason}")
    except OSError as error:
        reason = error.strerror or str(error)
        fix = "name another folder by the environment variable BYHAND_DATA"
        raise DataError(str(folder), "a folder that can be written to", reason, fix) from error
    fix = f"check the connection and try again, or copy the file into {folder}; `--data glyphs` needs no files"
    raise DataError(remote.name, f"{remote.size:,} bytes from one of its addresses", "; ".join(failures), fix)


def differs(remote: RemoteFile, folder: Path) -> bool:
    """Tell whether a file of this name is there, and is another one than should be downloaded.

    Parameters
    ----------
    remote : RemoteFile
    folder : Path
    """
    target = folder / remote.name
    return target.is_file() and _digest(target) != remote.sha256


def _tried(url: str, remote: RemoteFile, partial: _Partial, report: Report, patience: Patience) -> str | None:
    """Try an address until the file is complete and right (None) or nothing more comes (the reason)."""
    pause, left, furthest = patience.pause, patience.attempts, partial.size()
    while True:
        fresh = partial.size() == 0
        try:
            _transfer(url, remote, partial, report, patience)
            if _digest(partial.path) == remote.sha256:
                return None
            partial.discard()
            # What was put together from two answers may be wrong though each was right.
            reason, hopeless = "another checksum (SHA-256) than the file should have", fresh
        except _RefusalError as failed:
            reason, hopeless = str(failed), True
        except _TransferError as failed:
            reason, hopeless = str(failed), False
        # Further than ever before, and by more than a few bytes: else it could go on for ever.
        further = partial.size() - furthest >= patience.least
        left, pause = (patience.attempts, patience.pause) if further else (left - 1, 2 * pause)
        furthest = max(furthest, partial.size())
        if hopeless or left <= 0:
            return reason
        time.sleep(pause)


def _transfer(url: str, remote: RemoteFile, partial: _Partial, report: Report, patience: Patience) -> None:
    """Ask for what is missing, and add it to what is there."""
    have = partial.size()
    if have == remote.size:
        return
    if have > remote.size:
        partial.discard()
        have = 0
    request = urllib.request.Request(url, headers={"User-Agent": AGENT, "Accept-Encoding": "identity"})
    if have:
        request.add_header("Range", f"bytes={have}-")
        came = partial.came_from()
        # To another address the version's name means nothing; there the checksum decides.
        if came.get("url") == url and came.get("validator"):
            request.add_header("If-Range", str(came["validator"]))
    with _network(partial):
        answer = urllib.request.urlopen(request, timeout=patience.silence)
    with answer:
        if have and not (answer.status == 206 and _continues(answer, have, remote.size)):
            have = 0  # the server begins at the beginning: it knows no ranges, or has another version now
        if not have and answer.status != 200:
            raise _unusable(partial, f"status {answer.status}")
        _check_length(answer, remote.size - have)
        if not have:
            partial.begin(url, _version(answer))
        _receive(answer, have, remote, partial, report, patience)


@contextmanager
def _network(partial: _Partial) -> Iterator[None]:
    """Put what can go wrong between here and a server into words; what goes wrong on the disk is not its subject."""
    try:
        yield
    except urllib.error.HTTPError as error:
        error.close()
        if error.code == 416:  # nothing lies beyond what we have, so what we have is no beginning of it
            raise _unusable(partial, "the server has less than was downloaded before") from None
        kind = _TransferError if error.code in (408, 429) or error.code >= 500 else _RefusalError
        raise kind(f"{error.code} {error.reason}") from None
    except (OSError, http.client.HTTPException) as error:
        cause = error.reason if isinstance(error, urllib.error.URLError) else error
        raise _TransferError("no answer in time" if isinstance(cause, TimeoutError) else str(cause)) from None


def _unusable(partial: _Partial, reason: str) -> _TransferError:
    partial.discard()
    return _TransferError(reason)


def _continues(answer: http.client.HTTPResponse, have: int, size: int) -> bool:
    """Tell whether the answer is the rest of a file of the right length, from where we stopped."""
    return answer.headers.get("Content-Range", "") == f"bytes {have}-{size - 1}/{size}"


def _version(answer: http.client.HTTPResponse) -> str | None:
    """Return what names this version of the file; a weak ETag names versions whose bytes may differ."""
    tag = answer.headers.get("ETag")
    return tag if tag and not tag.startswith("W/") else answer.headers.get("Last-Modified")


def _check_length(answer: http.client.HTTPResponse, expected: int) -> None:
    """Refuse an answer of another length before it is read: a page that asks for a password, most likely."""
    announced = answer.headers.get("Content-Length")
    if announced is not None and announced != str(expected):
        raise _RefusalError(f"{announced} bytes instead of {expected}")


def _receive(
    answer: http.client.HTTPResponse,
    have: int,
    remote: RemoteFile,
    partial: _Partial,
    report: Report,
    patience: Patience,
) -> None:
    """Append what comes, until the file is complete."""
    with partial.path.open("ab" if have else "wb") as file:
        since, then = time.monotonic(), have
        while chunk := _chunk(answer, partial):
            have += len(chunk)
            if have > remote.size:
                file.close()
                raise _unusable(partial, "more bytes than the file should have")
            file.write(chunk)
            report(have, remote.size)
            if time.monotonic() - since > patience.window:
                if have - then < patience.least:
                    raise _TransferError(f"only {have - then} bytes in {patience.window:g} s")
                since, then = time.monotonic(), have
    if have < remote.size:
        raise _TransferError(f"broken off after {have:,} of {remote.size:,} bytes")


def _chunk(answer: http.client.HTTPResponse, partial: _Partial) -> bytes:
    with _network(partial):
        return answer.read1(CHUNK)  # not read: it waits until a whole chunk has come, however slowly


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
