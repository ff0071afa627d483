"""Fetching whole data sets: once, by one process at a time, with what is missing only; and the command without data."""

import hashlib
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import filelock
import numpy as np
import pytest

from engine.data import cache
from engine.data.cache import fetch, load_cached
from engine.data.download import Patience
from engine.data.images import ImageData
from engine.data.sources import RemoteFile
from engine.data.streams import AGAIN
from engine.errors import DataError
from engine.train.cli import main
from tests.engine.data.server import Behaviour, Server, serving

CONTENT = {"a": np.random.default_rng(0).bytes(5000), "b": np.random.default_rng(1).bytes(70_000)}
HASTE = Patience(silence=0.3, attempts=1, pause=0.01)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("no_proxy", "*")
    with serving() as running:
        yield running


def files(server: Server, **changed: Behaviour) -> list[RemoteFile]:
    return [
        RemoteFile(name, len(content), hashlib.sha256(content).hexdigest(), (server.url(name, behaviour),))
        for name, content in CONTENT.items()
        for behaviour in [changed.get(name, Behaviour(content))]
    ]


def blank(folder: Path) -> ImageData:
    images, labels = np.zeros((1, 2, 2), np.uint8), np.zeros(1, np.uint8)
    return ImageData(images, labels, images, labels, folder.name)


def complete(folder: Path) -> Path | None:
    return folder if all((folder / name).exists() for name in CONTENT) else None


def test_a_set_is_downloaded_once(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BYHAND_DATA", str(tmp_path))
    for _ in range(2):
        assert load_cached("small", files(server), complete, blank).name == "small"
    assert server.paths() == ["/a", "/b"]
    for name, content in CONTENT.items():
        assert (tmp_path / "small" / name).read_bytes() == content
    assert capsys.readouterr().out == ""


def test_what_was_damaged_since_is_named(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is there, so nothing would download it again; and it may be somebody's own, so nothing removes it."""
    monkeypatch.setenv("BYHAND_DATA", str(tmp_path))

    def read(folder: Path) -> ImageData:
        if (folder / "b").read_bytes() != CONTENT["b"]:
            raise DataError(str(folder / "b"), "an intact gzip file", "a damaged one", AGAIN)
        return blank(folder)

    given, file = files(server), tmp_path / "small" / "b"
    load_cached("small", given, complete, read)
    file.write_bytes(CONTENT["b"][:-1])
    with pytest.raises(DataError) as caught:
        load_cached("small", given, complete, read)
    fix = f"it is not as published: remove {file} and try again, which downloads it"
    assert str(caught.value) == f"{file}: expected an intact gzip file, got a damaged one; {fix}"
    file.unlink()
    assert load_cached("small", given, complete, read).name == "small"


def test_what_cannot_be_read_though_it_is_as_published(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BYHAND_DATA", str(tmp_path))

    def read(folder: Path) -> ImageData:
        raise DataError("b", "digits", "others", AGAIN)

    with pytest.raises(DataError, match=f"^b: expected digits, got others; {AGAIN}$"):
        load_cached("small", files(server), complete, read)


def test_only_what_is_missing(server: Server, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"mine")
    fetch("small", files(server), tmp_path)
    assert server.paths() == ["/b"]
    assert (tmp_path / "a").read_bytes() == b"mine"


def test_the_lock_is_given_back_after_an_error(server: Server, tmp_path: Path) -> None:
    for _ in range(2):
        with pytest.raises(DataError, match="404 Not Found"):
            fetch("small", [RemoteFile("x", 1, "", (f"{server.address}/x",))], tmp_path, HASTE)
    with filelock.FileLock(tmp_path / ".lock", timeout=0):
        pass


def test_another_process_is_waited_for_and_then_given_up(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(cache, "NOTICE_AFTER", 0.05)
    monkeypatch.setattr(cache, "LONGEST_WAIT", 0.1)
    with filelock.FileLock(tmp_path / ".lock"), pytest.raises(DataError) as caught:
        fetch("small", files(server), tmp_path)
    assert capsys.readouterr().err == "small: another process is downloading it; waiting\n"
    assert str(caught.value).startswith("small: expected to be the only one who downloads it, got another process")
    # Not to remove the lock: a third process would make a new one, and write into the file of the first.
    assert str(caught.value).endswith("end the other process, or try again when it is done")


def test_a_folder_that_cannot_be_written_to(server: Server, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(DataError, match=r"a folder that can be written to, got .*BYHAND_DATA, or use `--data glyphs`$"):
        fetch("small", files(server), tmp_path / "file" / "inside")


PROCESS = """
import sys
from pathlib import Path
from engine.data.cache import fetch
from engine.data.sources import RemoteFile
name, size, sha256, url, folder = sys.argv[1:]
print("ready", flush=True)
sys.stdin.readline()
fetch("small", [RemoteFile(name, int(size), sha256, (url,))], Path(folder))
"""


def test_two_processes_at_once_download_once(server: Server, tmp_path: Path) -> None:
    file = files(server, b=Behaviour(CONTENT["b"], stall=0.5))[1]
    command = [sys.executable, "-c", PROCESS, file.name, str(file.size), file.sha256, file.urls[0], str(tmp_path)]
    processes = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    for process in processes:
        _, error = process.communicate(timeout=30)
        assert process.returncode == 0, error
    assert server.paths() == ["/b"]
    assert (tmp_path / "b").read_bytes() == CONTENT["b"]


def test_a_process_that_was_killed_holds_nobody_up(server: Server, tmp_path: Path) -> None:
    """The lock goes with the process; what it had downloaded is used."""
    file = files(server, b=Behaviour(CONTENT["b"], stall=30))[1]
    command = [sys.executable, "-c", PROCESS, file.name, str(file.size), file.sha256, file.urls[0], str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
        deadline, partial = time.monotonic() + 30, tmp_path / ".b.part"
        while not (partial.exists() and partial.stat().st_size) and time.monotonic() < deadline:
            time.sleep(0.02)
        process.kill()
    assert partial.exists()
    assert partial.stat().st_size
    server.behaviours["/b"].stall = 0
    fetch("small", [file], tmp_path)
    assert server.ranges()[-1] is not None
    assert (tmp_path / "b").read_bytes() == CONTENT["b"]


def test_the_command_without_data_says_what_to_do(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """No address can be reached: the last word is the data set that needs none."""
    monkeypatch.setenv("BYHAND_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("https_proxy", f"{server.address}/")
    monkeypatch.setenv("no_proxy", "")
    monkeypatch.setattr(time, "sleep", lambda seconds: None)
    assert main(["lenet", "--data", "mnist", "--out", str(tmp_path / "out")]) == 2
    error = capsys.readouterr().err
    assert "train: train-images-idx3-ubyte.gz: expected 9,912,422 bytes from one of its addresses" in error
    assert "`--data glyphs` needs no files" in error
    assert not (tmp_path / "out").exists()
