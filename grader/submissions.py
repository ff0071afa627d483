"""What students handed in, in whatever shape a learning system exports it: folders, zip files, single files.

Nothing is unpacked, imported or followed: files are read one at a time, up to a cap, and only those that have the
name of an exercise. What is broken costs the student whose it is, and says why.
"""

import os
import re
import stat
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import IO

from grader.fence import MAX_SOURCE, RefusedError, read_submission

MAX_ENTRIES = 20_000
MAX_ZIP = 256 << 20
MAX_DEPTH = 12
# A zip in a zip, as Canvas exports them, and no further. One at a time is held in memory.
MAX_ZIP_INSIDE, MAX_ZIPS_INSIDE = 64 << 20, 20
# Of others, zipfile unpacks more than it is asked for: some hundred bytes become gigabytes.
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
ENTRY, CHUNK = b"PK\1\2", 1 << 20
IGNORED = {"__MACOSX", "__pycache__", "site-packages", "node_modules"}
# "doejane_LATE_123_456_conv2d.py": login, user, attempt, file.
CANVAS = re.compile(r"^(?P<student>.+?)(?:_LATE)?_(?P<user>\d+)_\d+_(?P<file>.+)$")
# "Jane Doe_123_assignsubmission_file_"
MOODLE = re.compile(r"^(?P<student>.+_\d+)_assignsubmission_file_?$")
# What systems add to a name that was handed in before: "conv2d-1", "conv2d (2)".
AGAIN = re.compile(r"(?:-(\d+)| \((\d+)\))$")


class UnreadableError(Exception):
    """A submission, or a part of it, cannot be read; the message says why."""


@dataclass(frozen=True)
class Item:
    """A file that lies in a submission.

    Attributes
    ----------
    path : PurePosixPath
        Below the folder or zip file of all submissions.
    read : callable
        Returns its first bytes, at most as many as it is told; raises UnreadableError.
    """

    path: PurePosixPath
    read: Callable[[int], bytes]


@dataclass(frozen=True)
class Submission:
    """What one student handed in.

    Attributes
    ----------
    student : str
    sources : mapping of str to bytes
        By exercise, what is to be graded.
    refused : mapping of str to str
        By exercise, why its file cannot be loaded.
    notes : tuple of str
        What an instructor may want to know, such as files found twice.
    """

    student: str
    sources: Mapping[str, bytes] = field(default_factory=dict)
    refused: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def find_submissions(root: Path, names: Sequence[str]) -> Iterator[Submission]:
    """Yield what each student handed in, in the order of their names.

    Parameters
    ----------
    root : Path
        A folder or a zip file with an entry for each student: a folder, a zip file, or files named as Canvas does.
    names : sequence of str
        The exercises to look for.

    Yields
    ------
    Submission

    Raises
    ------
    UnreadableError
        If `root` itself cannot be read.
    """
    if not root.exists():
        raise UnreadableError(f"there is no folder or zip file {root}")
    _archive.cache_clear()  # files may have changed
    by_student: dict[str, list[Item]] = {}
    notes: dict[str, list[str]] = {}
    for item in _without_wrapper(list(_items(root, notes))):
        student, rest = _owner(item.path)
        by_student.setdefault(student, []).append(Item(rest, item.read))
    for student in sorted(set(by_student) | set(notes)):
        yield _collect(student, by_student.get(student, []), names, notes.get(student, []))


def _owner(path: PurePosixPath) -> tuple[str, PurePosixPath]:
    """Tell whose a file is from the first part of its path; return that, and the rest."""
    first, *rest = path.parts
    if rest:
        moodle = MOODLE.match(first)
        canvas = CANVAS.match(first)
        if moodle:
            first = moodle["student"]
        elif canvas and first.lower().endswith(".zip"):
            first = f"{canvas['student']}_{canvas['user']}"
        return readable(first.removesuffix(".zip")), PurePosixPath(*rest)
    canvas = CANVAS.match(first)
    if canvas:
        return readable(f"{canvas['student']}_{canvas['user']}"), PurePosixPath(canvas["file"])
    return readable(PurePosixPath(first).stem), path


def readable(text: str) -> str:
    r"""Return a name that can be written as UTF-8, whatever bytes a file system has for it.

    Examples
    --------
    >>> print(readable(b"zo\xeb".decode(errors="surrogateescape")))
    zo\udceb
    """
    return text.encode(errors="backslashreplace").decode()


def _without_wrapper(items: list[Item]) -> list[Item]:
    """Take off a folder that holds all submissions, as exports have one."""
    while items:
        firsts = {item.path.parts[0] for item in items}
        deep = all(len(item.path.parts) > 2 for item in items)
        seconds = {item.path.parts[1] for item in items if len(item.path.parts) > 1}
        units = any(re.match(r"\d\d_", second) for second in seconds)
        # A single student's folder with folders in it looks the same, unless there are several of those.
        if len(firsts) > 1 or len(seconds) < 2 or not deep or units:
            break
        items = [Item(PurePosixPath(*item.path.parts[1:]), item.read) for item in items]
    return items


def _collect(student: str, items: Sequence[Item], names: Sequence[str], notes: list[str]) -> Submission:
    candidates: dict[str, list[tuple[tuple[int, int, str], Item]]] = {}
    for item in items:
        if item.path.suffix != ".py":
            continue
        stem = item.path.stem
        again = AGAIN.search(stem)
        attempt = int(next(filter(None, again.groups()))) if again else 0
        name = stem[: again.start()] if again else stem
        if name in names:
            # The last attempt, then the one nearest to the top.
            candidates.setdefault(name, []).append(((-attempt, len(item.path.parts), str(item.path)), item))
    sources: dict[str, bytes] = {}
    refused: dict[str, str] = {}
    for name, found in candidates.items():
        _, item = min(found, key=lambda pair: pair[0])
        if len(found) > 1:
            notes.append(readable(f"{len(found)} files for {name}: {item.path} is graded"))
        try:
            source = item.read(MAX_SOURCE + 1)
            if len(source) > MAX_SOURCE:
                raise UnreadableError(f"{item.path} is larger than {MAX_SOURCE >> 10} KiB")
            sources[name] = source
        except UnreadableError as error:
            refused[name] = readable(str(error))
    if not candidates:
        notes.append("no file has the name of an exercise")
    return Submission(student, sources, refused, tuple(notes))


def _items(root: Path, notes: dict[str, list[str]]) -> Iterator[Item]:
    if root.is_dir():
        yield from _in_folder(root, notes)
    elif zipfile.is_zipfile(root):
        yield from _in_zip(root, PurePosixPath(), notes)
    else:
        raise UnreadableError(f"{root} is neither a folder nor a zip file")


def _note(notes: dict[str, list[str]], path: PurePosixPath, text: str) -> None:
    notes.setdefault(_owner(path)[0], []).append(readable(f"{path.name}: {text}"))


def _in_folder(root: Path, notes: dict[str, list[str]]) -> Iterator[Item]:
    counted: dict[str, int] = {}
    stack: list[tuple[Path, PurePosixPath]] = [(root, PurePosixPath())]
    while stack:
        folder, below = stack.pop()
        try:
            with os.scandir(folder) as entries:
                found = sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            _note(notes, below, f"cannot be listed: {error.strerror}")
            continue
        for entry in found:
            path = below / entry.name
            if entry.name in IGNORED or entry.name.startswith("."):
                continue
            counted[path.parts[0]] = counted.get(path.parts[0], 0) + 1
            if counted[path.parts[0]] > MAX_ENTRIES or len(path.parts) > MAX_DEPTH:
                if counted[path.parts[0]] <= MAX_ENTRIES + 1:
                    _note(notes, path, "too many files or folders; the rest is not looked at")
                continue
            if entry.is_symlink():
                _note(notes, path, "a link, which is not followed")
            elif entry.is_dir():
                stack.append((Path(entry.path), path))
            elif entry.name.lower().endswith(".zip") and entry.is_file():
                yield from _in_zip(Path(entry.path), path, notes)
            else:
                yield Item(path, _reader(Path(entry.path)))


def _reader(path: Path) -> Callable[[int], bytes]:
    def read(most: int) -> bytes:
        try:
            source = read_submission(path)
        except RefusedError as error:
            raise UnreadableError(str(error)) from None
        if source is None:
            raise UnreadableError(f"{path} is no longer there")
        return source

    return read


def _in_zip(
    file: Path, path: PurePosixPath, notes: dict[str, list[str]], inner: zipfile.ZipInfo | None = None
) -> Iterator[Item]:
    try:
        members = _archive(file, inner).infolist()
    except UnreadableError as error:
        _note(notes, path or PurePosixPath("submissions"), f"cannot be read: {error}")
        return
    zips: dict[str, int] = {}
    for member in sorted(members, key=lambda member: member.filename):
        inside = PurePosixPath(member.filename)
        parts = [part for part in inside.parts if part not in ("/", "..", ".")]
        if member.is_dir() or not parts or any(part in IGNORED or part.startswith(".") for part in parts):
            continue
        place = path / PurePosixPath(*parts)
        if len(place.parts) > MAX_DEPTH:
            _note(notes, place, "lies too deep")
        elif stat.S_ISLNK(member.external_attr >> 16):
            _note(notes, place, "a link, which is not followed")
        elif place.suffix.lower() == ".zip" and inner is None:
            owner = _owner(place)[0]
            zips[owner] = zips.get(owner, 0) + 1
            if zips[owner] > MAX_ZIPS_INSIDE:
                _note(notes, place, f"more than {MAX_ZIPS_INSIDE} zip files; this one is not looked into")
                continue
            yield from _in_zip(file, place, notes, member)
        else:
            yield Item(place, _member(file, inner, member))


# Only the last are kept: those of a class together may be larger than memory, and more than may be open at once.
@lru_cache(maxsize=2)
def _archive(file: Path, inner: zipfile.ZipInfo | None) -> zipfile.ZipFile:
    """Open a zip file, or one in it, unless it is unreasonable."""
    try:
        if inner is not None:
            content = _content(_archive(file, None), inner, MAX_ZIP_INSIDE + 1)
            if len(content) > MAX_ZIP_INSIDE:
                raise UnreadableError(f"a zip file larger than {MAX_ZIP_INSIDE >> 20} MiB")
            _check_entries(BytesIO(content))
            return zipfile.ZipFile(BytesIO(content))
        if file.stat().st_size > MAX_ZIP:
            raise UnreadableError(f"a zip file larger than {MAX_ZIP >> 20} MiB")
        with file.open("rb") as stream:
            _check_entries(stream)
        return zipfile.ZipFile(file)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise UnreadableError(str(error)) from None


def _check_entries(stream: IO[bytes]) -> None:
    """Count what the list of contents may have before it is read, which takes memory for each."""
    entries, end = 0, b""
    while chunk := stream.read(CHUNK):
        entries += (end + chunk).count(ENTRY)
        end = chunk[1 - len(ENTRY) :]
    if entries > MAX_ENTRIES:
        raise UnreadableError(f"a zip file of {entries:,} entries")


def _member(file: Path, inner: zipfile.ZipInfo | None, member: zipfile.ZipInfo) -> Callable[[int], bytes]:
    return lambda most: _content(_archive(file, inner), member, most)


def _content(archive: zipfile.ZipFile, member: zipfile.ZipInfo, most: int) -> bytes:
    if member.compress_type not in METHODS:
        raise UnreadableError(f"{member.filename} is packed in an unusual way: use plain zip files (deflate)")
    try:
        with archive.open(member) as file:
            return file.read(most)
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, EOFError, ValueError) as error:
        raise UnreadableError(f"{member.filename} cannot be read: {error}") from None
    except Exception as error:  # of zlib
        raise UnreadableError(f"{member.filename} cannot be read: {type(error).__name__}") from None
