"""Downloading from a server that breaks off, stalls, lies, redirects, knows no ranges, and answers with errors."""

import hashlib
import json
import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.data.download import Patience, download
from engine.data.sources import RemoteFile
from engine.errors import DataError
from tests.engine.data.server import ETAG, Behaviour, Server, serving

CONTENT = np.random.default_rng(0).bytes(300_000)
HASTE = Patience(silence=0.3, window=0.2, least=1000, attempts=2, pause=0.01)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("no_proxy", "*")
    with serving() as running:
        yield running


def remote(*urls: str) -> RemoteFile:
    return RemoteFile("file.bin", len(CONTENT), hashlib.sha256(CONTENT).hexdigest(), urls)


def fetched(folder: Path, *urls: str, **patience: Any) -> list[tuple[int, int]]:
    """Download, check the file and that nothing else was left, and return what was reported."""
    reports: list[tuple[int, int]] = []
    path = download(remote(*urls), folder, lambda *report: reports.append(report), replace(HASTE, **patience))
    assert path.read_bytes() == CONTENT
    assert list(folder.iterdir()) == [path]
    return reports


def refusal(folder: Path, *urls: str, **patience: Any) -> str:
    with pytest.raises(DataError) as caught:
        download(remote(*urls), folder, patience=replace(HASTE, **patience))
    assert not (folder / "file.bin").exists()
    return str(caught.value)


def test_a_file(server: Server, tmp_path: Path) -> None:
    reports = fetched(tmp_path / "new" / "folder", server.url("a", Behaviour(CONTENT)))
    assert reports[-1] == (300_000, 300_000)
    assert sorted(reports) == reports
    assert server.asked == [("/a", None, None)]


def test_a_file_that_is_there_is_left_alone(server: Server, tmp_path: Path) -> None:
    (tmp_path / "file.bin").write_bytes(b"mine")
    assert download(remote(server.url("a", Behaviour(CONTENT))), tmp_path).read_bytes() == b"mine"
    assert server.asked == []


def test_broken_off_and_gone_on(server: Server, tmp_path: Path) -> None:
    """More often than attempts are allowed, since each brings more."""
    fetched(tmp_path, server.url("a", Behaviour(CONTENT, cut=[100_000, 50_000, 50_000, 50_000])))
    starts = (100_000, 150_000, 200_000, 250_000)
    assert server.ranges() == [None, *(f"bytes={start}-" for start in starts)]
    assert [if_range for _, _, if_range in server.asked] == [None, *[ETAG] * 4]


def test_a_second_call_goes_on_where_the_first_stopped(server: Server, tmp_path: Path) -> None:
    first = Behaviour(CONTENT, cut=[100_000, 0, 0, 0])
    url = server.url("a", first)
    assert "broken off after 100,000 of 300,000 bytes" in refusal(tmp_path, url)
    first.cut.clear()
    server.asked.clear()
    fetched(tmp_path, url)
    assert server.asked == [("/a", "bytes=100000-", ETAG)]


def test_a_server_that_has_another_version_now(server: Server, tmp_path: Path) -> None:
    (tmp_path / ".file.bin.part").write_bytes(b"of another version")
    url = server.url("a", Behaviour(CONTENT))
    (tmp_path / ".file.bin.part.json").write_text(json.dumps({"url": url, "validator": '"version-0"'}))
    fetched(tmp_path, url)
    assert server.asked == [("/a", "bytes=18-", '"version-0"')]


def test_a_weak_version_proves_nothing(server: Server, tmp_path: Path) -> None:
    fetched(tmp_path, server.url("a", Behaviour(CONTENT, cut=[1000], etag='W/"1"')))
    assert [if_range for _, _, if_range in server.asked] == [None, None]


def test_a_beginning_that_was_of_something_else(server: Server, tmp_path: Path) -> None:
    """Without a version only the checksum shows it; then all is fetched anew."""
    (tmp_path / ".file.bin.part").write_bytes(b"nobody knows from where")
    fetched(tmp_path, server.url("a", Behaviour(CONTENT)))
    assert server.ranges() == ["bytes=23-", None]


@pytest.mark.parametrize("note", ["", "[1]", "{"])
def test_a_note_that_is_damaged(note: str, server: Server, tmp_path: Path) -> None:
    (tmp_path / ".file.bin.part").write_bytes(CONTENT[:5])
    (tmp_path / ".file.bin.part.json").write_text(note)
    fetched(tmp_path, server.url("a", Behaviour(CONTENT)))
    assert server.ranges() == ["bytes=5-"]


def test_a_server_without_ranges(server: Server, tmp_path: Path) -> None:
    fetched(tmp_path, server.url("a", Behaviour(CONTENT, cut=[200_000], ranges=False)))
    assert server.ranges() == [None, "bytes=200000-"]


def test_a_server_that_gives_another_range(server: Server, tmp_path: Path) -> None:
    fetched(tmp_path, server.url("a", Behaviour(CONTENT, cut=[200_000], shift=1)), attempts=3)
    assert server.ranges() == [None, "bytes=200000-", None]


@pytest.mark.parametrize("have", [300_000, 300_001])
def test_more_than_there_is(have: int, server: Server, tmp_path: Path) -> None:
    """A file that was complete but not yet checked, and one that is too long."""
    (tmp_path / ".file.bin.part").write_bytes((CONTENT + b"!")[:have])
    fetched(tmp_path, server.url("a", Behaviour(CONTENT)))
    assert server.ranges() == ([] if have == 300_000 else [None])


def test_416_begins_anew(server: Server, tmp_path: Path) -> None:
    (tmp_path / ".file.bin.part").write_bytes(CONTENT[:200_000])
    behaviour = Behaviour(CONTENT, status=[416])
    fetched(tmp_path, server.url("a", behaviour))
    assert server.ranges() == ["bytes=200000-", None]


def test_silence(server: Server, tmp_path: Path) -> None:
    fetched(tmp_path, server.url("a", Behaviour(CONTENT, stall=1.5)))
    assert server.ranges() == [None, "bytes=150000-"]


def test_silence_for_good_leads_to_the_next_address(server: Server, tmp_path: Path) -> None:
    slow, quick = server.url("slow", Behaviour(CONTENT, drip=0.05)), server.url("quick", Behaviour(CONTENT))
    fetched(tmp_path, slow, quick, attempts=1)
    assert server.paths() == ["/slow", "/quick"]
    assert server.ranges()[1] is not None


def test_too_slow_is_said(server: Server, tmp_path: Path) -> None:
    message = refusal(tmp_path, server.url("slow", Behaviour(CONTENT, drip=0.05)), attempts=1)
    assert "bytes in 0.2 s" in message


def test_no_answer(server: Server, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        silent = f"http://127.0.0.1:{mute.getsockname()[1]}/x"
        message = refusal(tmp_path, silent, "http://127.0.0.1:9/y", attempts=1)
    assert f"{silent}: no answer in time; http://127.0.0.1:9/y: " in message
    assert "refused" in message


def test_damage_leads_to_the_next_address(server: Server, tmp_path: Path) -> None:
    wrong = CONTENT[:-1] + bytes([CONTENT[-1] ^ 1])
    fetched(tmp_path, server.url("wrong", Behaviour(wrong)), server.url("right", Behaviour(CONTENT)))
    assert server.paths() == ["/wrong", "/right"]
    assert server.ranges() == [None, None]


def test_damage_everywhere(server: Server, tmp_path: Path) -> None:
    wrong = bytes(len(CONTENT))
    message = refusal(tmp_path, server.url("wrong", Behaviour(wrong)))
    assert message.startswith("file.bin: expected 300,000 bytes from one of its addresses, got http://127.0.0.1:")
    assert "/wrong: another checksum (SHA-256) than the file should have" in message
    assert message.endswith(f"or copy the file into {tmp_path}; `--data glyphs` needs no files")
    assert list(tmp_path.iterdir()) == []


def test_a_beginning_from_one_server_and_the_rest_from_another(server: Server, tmp_path: Path) -> None:
    dying = Behaviour(CONTENT, cut=[100_000, 0, 0])
    fetched(tmp_path, server.url("dying", dying), server.url("other", Behaviour(CONTENT, etag='"2"')))
    assert server.asked[-1] == ("/other", "bytes=100000-", None)


def test_redirects_are_followed(server: Server, tmp_path: Path) -> None:
    target = server.url("target", Behaviour(CONTENT))
    fetched(tmp_path, server.url("moved", Behaviour(b"", location=target)))
    assert server.paths() == ["/moved", "/target"]


@pytest.mark.parametrize("target", ["file:///etc/hostname", "/circle"])
def test_redirects_that_lead_nowhere(target: str, server: Server, tmp_path: Path) -> None:
    url = server.url("circle", Behaviour(b"", location=target))
    assert "302" in refusal(tmp_path, url)


def test_errors_of_the_server(server: Server, tmp_path: Path) -> None:
    """404 is final; after 500 the same address is tried again."""
    missing = f"{server.address}/missing"
    fetched(tmp_path, missing, server.url("shaky", Behaviour(CONTENT, status=[500])))
    assert server.paths() == ["/missing", "/shaky", "/shaky"]


def test_errors_for_good(server: Server, tmp_path: Path) -> None:
    broken = server.url("broken", Behaviour(CONTENT, status=[503] * 9))
    message = refusal(tmp_path, f"{server.address}/missing", broken)
    assert "/missing: 404 Not Found; " in message
    assert "/broken: 503 Service Unavailable; " in message
    assert server.paths() == ["/missing", "/broken", "/broken"]


def test_a_page_instead_of_the_file(server: Server, tmp_path: Path) -> None:
    """What asks for a password in a hotel is refused by its length, and does not spoil what has come."""
    (tmp_path / ".file.bin.part").write_bytes(CONTENT[:1000])
    page = server.url("page", Behaviour(b"<html>log in", ranges=False))
    assert "/page: 12 bytes instead of 300000" in refusal(tmp_path, page)
    fetched(tmp_path, server.url("a", Behaviour(CONTENT)))
    assert server.ranges()[-1] == "bytes=1000-"


@pytest.mark.parametrize("length", [299_999, 300_001, 600_000])
def test_lengths_that_are_not_announced(length: int, server: Server, tmp_path: Path) -> None:
    url = server.url("a", Behaviour((CONTENT * 2)[:length], chunked=True))
    expected = "broken off after 299,999" if length < 300_000 else "more bytes than the file should have"
    assert expected in refusal(tmp_path, url)
    fetched(tmp_path, server.url("b", Behaviour(CONTENT, chunked=True)))


def test_a_folder_that_cannot_be_written_to(server: Server, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    message = refusal(tmp_path / "file", server.url("a", Behaviour(CONTENT)))
    assert "a folder that can be written to, got File exists" in message
    assert message.endswith("name another folder by the environment variable BYHAND_DATA")
