"""Every file in hostile/ tries one way in. None gets a point it does not deserve, hangs, or leaves anything behind.

The files are text, which nobody imports or lints; the first lines say what is tried and what shall come of it. Where
a file says ``only: linux``, it takes the walls of Landlock and seccomp to stop it.
"""

import os
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import psutil
import pytest

from grader.catalog import load_catalog
from grader.fence import Limits
from grader.process import walls_here
from grader.runner import grade_source
from grader.session import Grading
from grader.verdict import ExerciseVerdict, Status

HOSTILE = sorted((Path(__file__).parent / "hostile").glob("*.py.txt"))
ROOT = Path(__file__).parents[2]
GRADING = Grading(limits=Limits(first_call=4.0, call=1.5, exercise=12.0), shrink=False)
# The exercise's own limit, and what killing and starting workers takes on a busy machine.
LONGEST_SECONDS = 30.0
EXERCISE, OTHER = "cross_correlate2d", "output_size"


class Attack(NamedTuple):
    """What the head of a hostile file says."""

    way: str
    statuses: set[str]
    says: str
    answers_rightly: bool
    only: str


def read(path: Path) -> Attack:
    head: dict[str, str] = {}
    for line in path.read_bytes().splitlines():
        if not line.startswith(b"# "):
            break
        key, _, value = line[2:].decode().partition(": ")
        head[key] = value
    return Attack(
        head["way"], set(head["status"].split(" or ")), head.get("says", ""), "answers" in head, head.get("only", "")
    )


@pytest.fixture
def listeners() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Wait for TCP and UDP on this machine."""
    with socket.socket() as tcp, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        for listener in (tcp, udp):
            listener.bind(("127.0.0.1", 0))
            listener.setblocking(False)
        tcp.listen()
        yield tcp, udp


def heard(listener: socket.socket, tcp: bool) -> bool:
    try:
        if tcp:
            listener.accept()[0].close()
        else:
            listener.recv(1)
    except BlockingIOError:
        return False
    return True


def messages(verdict: ExerciseVerdict) -> str:
    return "\n".join([verdict.message, *(prop.message for prop in verdict.properties)])


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_there_are_enough_ways() -> None:
    assert len(HOSTILE) >= 40
    assert len({read(path).way for path in HOSTILE}) == len(HOSTILE)


@pytest.mark.parametrize("path", HOSTILE, ids=lambda path: path.name.removesuffix(".py.txt"))
def test_a_way_in_leads_nowhere(path: Path, tmp_path: Path, listeners: tuple[socket.socket, socket.socket]) -> None:
    attack, catalog = read(path), load_catalog()
    if attack.only == "linux" and not walls_here().are_complete:
        pytest.skip(f"these walls do not keep it out: {walls_here().description}")
    outside, tcp, udp = tmp_path / "outside", *listeners
    outside.mkdir()
    (outside / "somebodys").write_text("mine")
    grader_before, outside_before = contents(ROOT / "grader"), contents(outside)
    source = path.read_bytes()
    for name, value in (
        ("OUTSIDE", outside),
        ("ROOT", ROOT),
        ("HOME", Path.home()),
        ("TCP", tcp.getsockname()[1]),
        ("UDP", udp.getsockname()[1]),
    ):
        source = source.replace(f"@{name}@".encode(), str(value).encode())
    children = {child.pid for child in psutil.Process().children(recursive=True)}
    start = time.monotonic()

    verdict = grade_source(catalog[EXERCISE], source, GRADING)

    assert time.monotonic() - start < LONGEST_SECONDS
    assert verdict.status in attack.statuses, messages(verdict)
    assert verdict.status is not Status.GRADER_ERROR
    assert attack.says in messages(verdict), messages(verdict)
    if not attack.answers_rightly:
        assert verdict.points == 0
    elif verdict.status is Status.PASSED:
        assert verdict.points == verdict.max_points
    assert not {child.pid for child in psutil.Process().children(recursive=True)} - children
    assert contents(outside) == outside_before
    assert os.access(outside, os.W_OK | os.X_OK)
    assert contents(ROOT / "grader") == grader_before
    assert not (Path.home() / ".byhand-hostile").exists()
    assert not heard(tcp, tcp=True)
    assert not heard(udp, tcp=False)
    if sys.platform == "linux":
        assert not list(Path("/dev/shm").glob("byhand-hostile*"))
    # The next exercise is graded as if nothing had been.
    right = catalog[OTHER]
    solution = (ROOT / "exercises" / right.path).read_bytes()
    assert grade_source(right, solution, GRADING).status is Status.NOT_STARTED
