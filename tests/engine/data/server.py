"""A web server on this machine that misbehaves as it is told; nothing here reaches the internet."""

import http.server
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

ETAG = '"version-1"'


@dataclass
class Behaviour:
    """What the server does with a path.

    Attributes
    ----------
    content : bytes
    cut : list of int
        After so many bytes of each answer in turn the connection is closed; whole answers when the list is used up.
    stall : float
        Seconds of silence after half of the first answer.
    drip : float
        Seconds after each byte.
    ranges : bool
        Whether it knows ranges.
    etag : str
    status : list of int
        Of each answer in turn; 200 or 206 when the list is used up.
    location : str
        Where it redirects to.
    claims : int, optional
        Content-Length, if not the true one.
    chunked : bool
        Whether it says nothing of the length.
    shift : int
        By so much the ranges that it gives begin too late.
    """

    content: bytes
    cut: list[int] = field(default_factory=list)
    stall: float = 0.0
    drip: float = 0.0
    ranges: bool = True
    etag: str = ETAG
    status: list[int] = field(default_factory=list)
    location: str = ""
    claims: int | None = None
    chunked: bool = False
    shift: int = 0


class Server:
    """Behaviours by path, and what was asked for: path, Range and If-Range."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.behaviours: dict[str, Behaviour] = {}
        self.asked: list[tuple[str, str | None, str | None]] = []

    def url(self, path: str, behaviour: Behaviour) -> str:
        """Serve something, and return where."""
        self.behaviours[f"/{path}"] = behaviour
        return f"{self.address}/{path}"

    def paths(self) -> list[str]:
        """Return what was asked for."""
        return [path for path, _, _ in self.asked]

    def ranges(self) -> list[str | None]:
        """Return which parts were asked for."""
        return [asked for _, asked, _ in self.asked]


@contextmanager
def serving() -> Iterator[Server]:
    """Run a server on a free port of this machine."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer(self, served)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    class Quiet(http.server.ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: Any, client_address: Any) -> None:
            pass  # the client went away, as it should

    with Quiet(("127.0.0.1", 0), Handler) as running:
        served = Server(f"http://127.0.0.1:{running.server_port}")
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield served
        finally:
            running.shutdown()
            thread.join()


def answer(request: http.server.BaseHTTPRequestHandler, served: Server) -> None:
    """Answer as the path's behaviour says."""
    asked, if_range = request.headers.get("Range"), request.headers.get("If-Range")
    served.asked.append((request.path, asked, if_range))
    behaviour = served.behaviours.get(request.path)
    if behaviour is None:
        request.send_error(404)
        return
    if behaviour.location:
        request.send_response(302)
        request.send_header("Location", behaviour.location)
        request.end_headers()
        return
    status = behaviour.status.pop(0) if behaviour.status else 0
    if status:
        request.send_error(status)
        return
    content, first = behaviour.content, 0
    if asked and behaviour.ranges and if_range in (None, behaviour.etag):
        first = int(asked.removeprefix("bytes=").removesuffix("-"))
        if first >= len(content):
            request.send_error(416)
            return
        request.send_response(206)
        start = first + behaviour.shift
        request.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
    else:
        request.send_response(200)
    if not behaviour.chunked:
        request.send_header("Content-Length", str(behaviour.claims or len(content) - first))
    request.send_header("ETag", behaviour.etag)
    request.end_headers()
    body = content[first:]
    if behaviour.cut:
        body = body[: behaviour.cut.pop(0)]
    send(request, body, behaviour)


def send(request: http.server.BaseHTTPRequestHandler, body: bytes, behaviour: Behaviour) -> None:
    """Send the body, as slowly as the behaviour says."""
    if behaviour.drip:
        for i in range(len(body)):
            request.wfile.write(body[i : i + 1])
            time.sleep(behaviour.drip)
    elif behaviour.stall:
        half, pause, behaviour.stall = len(body) // 2, behaviour.stall, 0
        request.wfile.write(body[:half])
        time.sleep(pause)
        request.wfile.write(body[half:])
    else:
        request.wfile.write(body)
