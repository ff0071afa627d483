"""The untrusted side: loads one student file and calls it with the arrays it is sent.

Started as ``python -I -S -B worker.py SETTINGS``, a JSON object. Frames come on the original stdin and
leave on the original stdout; what the student prints goes to stderr. Nothing here decides anything: the
grader judges what comes back, and a reply that is missing or malformed is a crash.
"""

import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import json
import os
import sys
import traceback
import types
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

MAX_TEXT = 2000
MAX_NAME = 100
MAX_BASES = 20
MAX_OWN = 20


class Refusal(importlib.abc.MetaPathFinder):
    """Says no to imports that would hand the student the answer, and to packages that are out of reach.

    Those look as if they were not installed, because some packages use others where they are there, as Numba does
    with yaml: what can be seen and not be read would stop them.

    Parameters
    ----------
    refused : sequence of str
        Packages, or modules of one.
    importable : sequence of str
        Packages.
    places : sequence of str
        Folders of installed packages.
    """

    def __init__(self, refused: Sequence[str], importable: Sequence[str], places: Sequence[str]) -> None:
        self.refused = frozenset(refused)
        self.importable = frozenset(importable)
        self.places = list(places)

    def find_spec(self, fullname: str, path: Sequence[str] | None, target: types.ModuleType | None = None) -> None:
        """Raise for a package that is not to be had; leave all others to the usual finders."""
        package, *inside = fullname.split(".")
        if any(".".join([package, *inside[:depth]]) in self.refused for depth in range(len(inside) + 1)):
            raise ModuleNotFoundError(f"'{fullname}' may not be used in this exercise: write it yourself", name=package)
        if package not in self.importable and importlib.machinery.PathFinder.find_spec(package, self.places):
            raise ModuleNotFoundError(f"No module named '{fullname}' for graded functions", name=package)


class Submission:
    """The student's file, loaded as a module.

    Parameters
    ----------
    path : Path
        The copy in the worker's own folder.
    wire : module
        Of this folder: how arrays come and go.
    ways : mapping of str to callable
        How the student's work is asked.
    """

    def __init__(self, path: Path, wire: Any, ways: Mapping[str, Any]) -> None:
        self.path = path
        self.wire = wire
        self.ways = ways
        self.module = types.ModuleType("submission")
        self.module.__file__ = str(path)

    def load(self, request: dict[str, Any]) -> dict[str, Any]:
        """Run the file."""
        code = compile(self.path.read_bytes(), str(self.path), "exec", dont_inherit=True)
        sys.modules["submission"] = self.module
        exec(code, self.module.__dict__)
        found = vars(self.module)
        own = [name for name, value in found.items() if getattr(value, "__module__", "") == "submission"]
        names = [str(name)[:MAX_NAME] for name in own[:MAX_OWN]]
        return {"status": "returned", "callable": callable(found.get(request["function"])), "own": names}

    def ask(self, request: dict[str, Any]) -> dict[str, Any]:
        """Ask the named function in one of the ways; returns its value and the arguments as it left them."""
        function = vars(self.module).get(request["function"])
        if not callable(function):
            return {"status": "missing"}
        arguments = request["arguments"]
        if request["views"]:
            arguments = [self.wire.as_view(value) for value in arguments]
        value = self.ways[request["way"]](function, arguments, **request["settings"])
        return {"status": "returned", "value": value, "arguments": arguments}

    def values(self, request: dict[str, Any]) -> dict[str, Any]:
        """Return the named variables that exist."""
        found = vars(self.module)
        return {"status": "returned", "value": {n: found[n] for n in request["names"] if n in found}}

    def raised(self, error: BaseException) -> dict[str, Any]:
        """Describe an exception at the student's own line."""
        own = [f for f in traceback.extract_tb(error.__traceback__) if f.filename == str(self.path)]
        line, code = (own[-1].lineno, own[-1].line) if own else (None, None)
        if isinstance(error, SyntaxError) and error.filename == str(self.path):
            line, code = error.lineno, (error.text or "").strip()
        try:
            message = error.msg if isinstance(error, SyntaxError) else str(error)
        except BaseException:
            message = "(its message cannot be shown)"
        bases = [base.__name__[:MAX_NAME] for base in type(error).__mro__[:MAX_BASES]]
        reply = {"type": type(error).__name__, "message": message, "code": code}
        cut = {key: shortened(text) if isinstance(text, str) else None for key, text in reply.items()}
        return {"status": "raised", "line": line, "bases": bases, **cut}


def shortened(text: str) -> str:
    """Cut a text that is too long in its middle: Numba says at the end in which line it was."""
    return text if len(text) <= MAX_TEXT else f"{text[: MAX_TEXT // 2]}\n…\n{text[-MAX_TEXT // 2 :]}"


def load_beside(name: str) -> Any:
    """Load a module from beside this file: the rest of the grader is out of reach here."""
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    if spec is None or spec.loader is None:
        raise ImportError(f"{name}.py is missing beside worker.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def limit(limits: dict[str, int]) -> None:
    """Bound what this process may use, and let it die with the grader. Linux and macOS only."""
    if sys.platform == "win32":
        return
    import resource

    for name, value in limits.items():
        kind = getattr(resource, name, None)
        if kind is not None:
            _, hard = resource.getrlimit(kind)
            wanted = value if hard == resource.RLIM_INFINITY else min(value, hard)
            resource.setrlimit(kind, (wanted, wanted))
    if sys.platform == "linux":
        import ctypes
        import signal

        set_parent_death_signal = 1
        ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGKILL, 0, 0, 0)


def wall_in(reachable: Sequence[tuple[str, int]]) -> dict[str, Any]:
    """Give up all that a student's function does not need, for ever; return what could be given up.

    Where the system refuses, the report says what is missing, and the grader decides whether to go on.
    """
    landlock, seccomp, capabilities = (load_beside(name) for name in ("landlock", "seccomp", "capabilities"))
    held: dict[str, Any] = {"landlock": 0, "seccomp": False}
    tasks = Path("/proc/self/task")
    if tasks.is_dir() and len(list(tasks.iterdir())) > 1:
        # Walls are around one thread and those it starts.
        return held | {"landlock_error": "other threads run already"}

    def confine_calls() -> bool:
        # Before the filter: what root may do is no wall of its own, and without it the filter is not worth its name.
        capabilities.drop(keep_reading=held["landlock"] > 0)
        return bool(seccomp.confine())

    for name, confine in (("landlock", lambda: landlock.confine(reachable)), ("seccomp", confine_calls)):
        try:
            held[name] = confine()
        except OSError as error:
            held[f"{name}_error"] = str(error)[:MAX_TEXT]
    return held


def main() -> None:
    """Answer requests until the grader closes the pipe."""
    settings = json.loads(sys.argv[1])
    requests, replies = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    limit(settings["limits"])
    sys.path[:] = [*sys.path, *settings["path"]]
    wire, asking, launching = load_beside("wire"), load_beside("asking"), load_beside("launching")
    for module in (asking, launching):
        module.prepare(settings["prepare"])
    walls = wall_in(settings["reachable"])
    sys.meta_path.insert(0, Refusal(settings["refused"], settings["importable"], settings["path"]))
    submission = Submission(Path(settings["file"]), wire, {**vars(asking), **vars(launching)})
    actions = {
        "walls": lambda request: {"status": "returned", **walls},
        "load": submission.load,
        "ask": submission.ask,
        "values": submission.values,
    }
    while (request := wire.read(requests)) is not None:
        try:
            reply = actions[request["do"]](request)
        except BaseException as error:
            reply = submission.raised(error)
        stamp = {"id": request["id"], "nonce": settings["nonce"]}
        try:
            frame = wire.encode(stamp | reply)
        except wire.WireError as error:
            frame = wire.encode(stamp | {"status": "unsendable", "message": str(error)[:MAX_TEXT]})
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:
                stream.flush()
        replies.write(frame)
        replies.flush()


if __name__ == "__main__":
    main()
