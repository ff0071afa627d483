"""One case put to the student's work: what a property's check works with."""

import copy
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

import engine
from grader.compare import difference, kind_of, unlike
from grader.cut import cut
from grader.numba_errors import WHOLE, by_which_thread, in_plain_words
from grader.replies import MAX_TEXT, SENSELESS, shortened
from grader.verdict import Counterexample
from grader.wire import Array, each_array

Ask = Callable[[dict[str, Any]], dict[str, Any]]
# Of a message: what is said by the grader, an exception's text, and the line.
MOST_LETTERS = MAX_TEXT + 500


class FalsifiedError(Exception):
    """A property does not hold on a case."""

    def __init__(self, counterexample: Counterexample) -> None:
        super().__init__(counterexample.message)
        self.counterexample = counterexample


class NotStartedError(Exception):
    """The stub is as it was."""


class Trial:
    """A case, the student's function, and the oracle.

    The oracle is only ever asked after the student has answered, and works on its own copies.

    Parameters
    ----------
    name : str
        The exercise's name, which is its function's too.
    outputs : sequence of str
        Names of what the function returns.
    oracle : callable or None
        Takes the case by name, returns what is right; None for a hand sheet.
    case : mapping
        Arguments by name, or what they are made of; never changed.
    ask : callable
        Sends a request to the worker and returns its reply.
    way : str
        Of ``asking.py``, in which the function is asked.
    source : bytes
        The student's file. It is only ever read.
    expand : callable, optional
        Makes the arguments of a case that is only what they are made of.
    memory : dict, optional
        What earlier trials of the same grading left for later ones, such as a trained network.
    processor_seconds : callable
        Returns how long the worker has computed.
    """

    def __init__(
        self,
        name: str,
        outputs: Sequence[str],
        oracle: Callable[..., Any] | None,
        case: Mapping[str, Any],
        ask: Ask,
        *,
        way: str = "call",
        source: bytes = b"",
        expand: Callable[[Mapping[str, Any]], Mapping[str, Any]] = dict,
        memory: dict[str, Any] | None = None,
        processor_seconds: Callable[[], float] = float,
    ) -> None:
        self.name = name
        self.outputs = outputs
        self.oracle = oracle
        self.case = dict(case)
        self.arguments = dict(expand(case))
        self.arguments_after: list[Any] = []
        self.source = source
        self.memory: dict[str, Any] = {} if memory is None else memory
        self.processor_seconds = processor_seconds
        self._ask = ask
        self._way = way
        self._settings: Mapping[str, Any] = {}

    def asked(self, way: str, settings: Mapping[str, Any]) -> "Trial":
        """Return the same, asked in another way of ``asking.py`` where nothing else is said."""
        other = copy.copy(self)
        other._way, other._settings = way, settings
        return other

    def on(self, case: Mapping[str, Any]) -> "Trial":
        """Return the same on another case, which is what the function is called with."""
        other = copy.copy(self)
        other.case, other.arguments = dict(case), dict(case)
        return other

    @property
    def written(self) -> Sequence[str]:
        """Arguments that the student's work is to write into: a kernel's outputs."""
        return self.outputs if self._way == "launch" else ()

    def call(
        self, *, as_views: bool = False, way: str = "", settings: Mapping[str, Any] | None = None, **changes: Any
    ) -> Any:
        """Call the student's function with the case, some arguments replaced; returns its value.

        Parameters
        ----------
        as_views : bool
            Whether it gets views of every second element of larger arrays.
        way : str
            Of ``asking.py``; the exercise's own by default.
        settings : mapping, optional
            What that way takes besides.
        **changes : Any
            Arguments by name.

        Raises
        ------
        FalsifiedError
            If it raised, or returned something that cannot be sent.
        NotStartedError
            If it raised NotImplementedError.
        """
        reply = self.request(self._to_ask(changes, as_views, way, settings))
        match reply.get("status"):
            case "returned":
                after = reply.get("arguments")
                self.arguments_after = after if isinstance(after, list) else []
                return self._returned(reply.get("value"))
            case "missing":
                self.fail(f"there is no function '{self.name}' in the file")
        return self.fail(self._what_was_raised(reply) + self._how_it_is_called(reply))

    def array(self, **changes: Any) -> Array:
        """Call the student's function as :meth:`call` does; raise FalsifiedError unless its value looks right.

        Returns
        -------
        ndarray, float64
            Of the oracle's shape.
        """
        value = self.call(**changes)
        right = np.asarray(self.reference(**changes))
        with self.reading():
            problem = unlike(right, value)
        if problem:
            self.fail(problem, got=value)
        array: Array = value.astype(np.float64)
        return array

    def must_look_right(self, value: Any, output: str) -> None:
        """Raise FalsifiedError unless one output has the type, shape and kind of elements of the oracle's."""
        right = self.named_outputs(self.reference())[output]
        with self.reading():
            problem = unlike(right, value)
        if problem:
            self.fail(f"{output}: {problem}" if len(self.outputs) > 1 else problem, got=value, output=output)

    def must_raise(self, kind: str) -> None:
        """Raise FalsifiedError unless the student's function raises `kind`, or a subclass, on the case."""
        reply = self.request(self._to_ask({}))
        status, bases = reply.get("status"), reply.get("bases")
        if status == "missing":
            self.fail(f"there is no function '{self.name}' in the file")
        elif status != "raised":
            message = f"it returned a value, but nothing is right here: raise {kind}"
            self.fail(message, expected=kind, got=reply.get("value"))
        elif not isinstance(bases, list) or kind not in bases:
            self.fail(f"{self._what_was_raised(reply)}; {kind} is asked for")

    def answer(self, variable: str) -> Any:
        """Return a variable of the student's file.

        Raises
        ------
        NotStartedError
            If it is still ``...``.
        FalsifiedError
            If there is none, or its value cannot be sent.
        """
        reply = self.request({"do": "values", "names": [variable]})
        values = reply.get("value")
        if reply.get("status") != "returned" or not isinstance(values, dict):
            return self.fail(self._what_was_raised(reply))
        if variable not in values:
            return self.fail(f"there is no variable '{variable}' in the file")
        if values[variable] is ...:
            raise NotStartedError
        return values[variable]

    def request(self, request: dict[str, Any]) -> dict[str, Any]:
        """Send a request to the worker; a NotImplementedError there is NotStartedError here."""
        reply = self._ask(request)
        if reply.get("status") == "raised" and reply.get("type") == "NotImplementedError":
            raise NotStartedError
        return reply

    def reference(self, **changes: Any) -> Any:
        """Ask the oracle for the right value of the case, some arguments replaced, in float64."""
        if self.oracle is None:
            raise ValueError(f"{self.name} has no reference")
        return self.with_oracle(self.oracle, **changes)

    def with_oracle(self, function: Callable[..., Any], **changes: Any) -> Any:
        """Call a function of the catalog as the oracle is called: the case in float64, plain kernels."""
        with engine.use_kernels("reference"):
            return function(**in_float64(self.arguments | changes))

    def named_outputs(self, value: Any) -> dict[str, Any]:
        """Split what a function returned by the exercise's ``outputs``."""
        names = self.outputs
        if len(names) == 1:
            return {names[0]: value}
        if not isinstance(value, tuple | list) or len(value) != len(names):
            self.fail(f"it returned {kind_of(value)}, but a tuple ({', '.join(names)}) is right")
        return dict(zip(names, value, strict=True))

    def must_be_right(self, value: Any, outputs: Sequence[str] = (), *, also: bool = False) -> None:
        """Raise FalsifiedError unless what the function returned equals the oracle's value.

        Parameters
        ----------
        value : Any
            What the student's function returned for the case.
        outputs : sequence of str
            Which of several outputs to compare; all by default.
        also : bool
            Whether something else is asked in the first place; the message then says that this is asked, too.
        """
        theirs, right = self.named_outputs(value), self.named_outputs(self.reference())
        for output in outputs or right:
            self.compare(right[output], theirs[output], output if len(right) > 1 else "", also=also)

    def compare(self, expected: Any, got: Any, output: str = "", *, also: bool = False) -> None:
        """Raise FalsifiedError unless the two are close."""
        with self.reading():
            problem = difference(expected, got)
        if problem:
            about = f"{output}: {problem}" if output else problem
            about = f"the values must be right for that: {about}" if also else about
            self.fail(about, expected=expected, got=got, output=output)

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Take an exception inside for a reply that makes no sense.

        For what looks at what the worker sent, and at nothing else: what drawing cases or the oracle raises is a
        defect of the grader's own, and must not cost the student.
        """
        try:
            yield
        except (FalsifiedError, NotStartedError):
            raise
        except Exception as error:
            raise FalsifiedError(Counterexample(self.case, SENSELESS)) from error

    def fail(self, message: str, *, expected: Any = None, got: Any = None, output: str = "") -> None:
        """Raise FalsifiedError on this case.

        Hundreds of failures are kept while a case is made smaller: of a value that is too large, only how it begins.
        """
        raise FalsifiedError(Counterexample(self.case, shortened(message, MOST_LETTERS), expected, cut(got), output))

    def fail_in_all_cases(self, message: str) -> Any:
        """Raise FalsifiedError for what no case in particular shows."""
        raise FalsifiedError(Counterexample({}, shortened(message, MOST_LETTERS)))

    def _what_was_raised(self, reply: Mapping[str, Any]) -> str:
        with self.reading():
            return what_was_raised(reply, self.source)

    def _how_it_is_called(self, reply: Mapping[str, Any]) -> str:
        """Say with which arguments the function is called, if it seems not to take them."""
        at_the_call = reply.get("type") == "TypeError" and not isinstance(reply.get("line"), int)
        return f"; it is called as {self.name}({', '.join(self.case)})" if at_the_call else ""

    def _to_ask(
        self,
        changes: Mapping[str, Any],
        views: bool = False,
        way: str = "",
        settings: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        return {
            "do": "ask",
            "function": self.name,
            "arguments": list((self.arguments | dict(changes)).values()),
            "views": views,
            "way": way or self._way,
            "settings": dict(settings or self._settings),
        }

    def _returned(self, value: Any) -> Any:
        """Return what a kernel has written where others have a value: its first arguments."""
        if self._way != "launch" or not isinstance(value, list):
            return value
        written = value[: len(self.outputs)]
        return written[0] if len(written) == 1 else tuple(written)


def in_float64(case: Mapping[str, Any]) -> dict[str, Any]:
    """Copy a case with every floating array in float64."""
    return {name: each_array(value, _widened) for name, value in case.items()}


def _widened(array: Array) -> Array:
    return array.astype(np.float64 if array.dtype.kind == "f" else array.dtype)


def what_was_raised(reply: Mapping[str, Any], source: bytes) -> str:
    """Say in a sentence what a reply about a student's file reports that is not a value."""
    if reply.get("status") == "unsendable":
        return f"it returned {reply.get('message')}"
    if reply.get("status") != "raised":
        return SENSELESS
    uncompiled = in_plain_words(reply, source)
    if uncompiled:
        return uncompiled
    kind, (thread, message) = str(reply.get("type")), by_which_thread(str(reply.get("message")))
    where = f" in line {reply['line']}" if isinstance(reply.get("line"), int) else ""
    code = f": {str(reply['code']).strip()}" if where and reply.get("code") else ""
    match kind:
        case "MemoryError":
            what = "it asked for more memory than the worker may use"
        case "SystemExit":
            what = "it ended the program (SystemExit); a function must return"
        case "RecursionError":
            what = "it called itself too deeply (RecursionError)"
        case "PermissionError":
            what = f"it tried what a graded function may not, such as files, processes or the network ({message})"
        case "EOFError":
            what = "it waited for typed input, and there is none"
        case "IndexError" if thread and message.startswith("only integers"):
            what = f"{thread} used an index that is no whole number: {WHOLE}"
        case "IndexError" if thread and "tuple index" not in message:
            what = f"{thread} used an index outside of an array, which a card would not notice ({message})"
        case _:
            what = f"{thread or 'it'} raised {kind}" + (f": {message}" if message else "")
    return f"{what}{where}{code}"
