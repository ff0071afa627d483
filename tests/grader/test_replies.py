"""What a worker says is not believed: whatever it is, it costs the student's points, never the grader its time."""

import re
import time
from typing import Any

import numpy as np
import pytest

from grader.numba_errors import RULES, by_which_thread, in_plain_words
from grader.replies import MAX_TEXT, checked
from grader.trial import what_was_raised

# What is the costliest for one rule or another: its beginnings again and again, or one of them and much after it.
REPEATED = [
    ">>> a(",
    ">>> a(x\n",
    ">>> zeros(Tuple(",
    ">>> setitem(",
    ">>> setitem(a",
    ">>> zeros(list(",
    "Cannot unify a",
    "Cannot unify a and ",
    "Cannot unify a and b for '",
    "cannot index array(",
    "cannot index array(a, 1d, b",
    ", 1d, a",
    "Untyped global name 'a':",
    "Untyped global name 'a': <class ",
    "wrong tuple length ",
    "wrong tuple length expected 1",
    "expected 1",
    "Function(<class a",
    "Function(<class 'a\n",
    "Function(<class 'a\n >>> a(",
    'due to "TypeError: ',
    "Unknown attribute 'a' of type Module(<module 'a",
    "Can't unify return type from the following types: array(",
    "unexpected keyword argument 'a",
    "Cannot parse input types to function np.a(",
    'File "a',
    'File "a.py", line ',
    " at a.py (",
    " from '",
    " at 0x",
    "\n",
    " ",
    "a",
    "1",
]
BEGINNINGS = [
    "",
    "Function(<class '",
    "cannot index array(a",
    "Cannot unify a",
    ">>> setitem(",
    ">>> a(",
    "Function(<class a\n",
    "wrong tuple length ",
]


@pytest.mark.parametrize("again", REPEATED)
def test_reading_a_message_takes_time_in_proportion_to_it(again: str) -> None:
    for beginning in BEGINNINGS:
        # Longer than any that is read, so that more than proportional time shows.
        message = beginning + again * (30_000 // len(again))
        start = time.process_time()
        for pattern, _ in RULES:
            re.search(pattern, message)
        assert time.process_time() - start < 0.7, (beginning, again)


@pytest.mark.parametrize("again", REPEATED)
def test_a_message_without_end_is_read_at_once(again: str) -> None:
    reply = {"type": "NumbaError", "bases": ["NumbaError"], "message": again * (1_000_000 // len(again))}
    start = time.process_time()
    assert len(in_plain_words(reply, b"def f(x):\n    return x\n")) < 3 * MAX_TEXT
    assert time.process_time() - start < 1.0


@pytest.mark.parametrize(
    "message",
    ["tid=[,] ctaid=[,]", "tid=[0, 1] ctaid=[0]: x", "tid=[1,2,] ctaid=[ , , ]", f"tid=[{'9' * 5000}, 0, 0] ctaid=[0]"],
)
def test_what_looks_like_the_simulators_words_and_is_not_stays_as_it_is(message: str) -> None:
    assert by_which_thread(message) == ("", message)


def test_an_assignment_that_numba_would_not_write() -> None:
    reply = {"type": "NumbaError", "bases": ["NumbaError"], "message": ">>> setitem(a)"}
    assert in_plain_words(reply, b"") == "it cannot be compiled: Numba says: >>> setitem(a)"


RAISED = {"status": "raised", "type": "ValueError", "message": "no", "code": "f()", "line": 3, "bases": ["ValueError"]}


def test_an_honest_reply_stays_as_it_is() -> None:
    assert checked(RAISED) == RAISED


@pytest.mark.parametrize("key", RAISED)
@pytest.mark.parametrize("value", [np.arange(3), [np.arange(3)], {}, None, -1, 10**4000, "x" * 100_000, b"", ...])
def test_any_reply_is_said_in_a_sentence(key: str, value: Any) -> None:
    reply = checked(RAISED | {key: value})
    says = what_was_raised(reply, b"")
    assert 0 < len(says) < 3 * MAX_TEXT
    if key in ("status", "type", "message") and not isinstance(value, str):
        assert says == "the worker sent a reply that makes no sense"
