"""What a worker says is not believed: whatever it is, it costs the student's points, never the grader its time."""

import re
import time
from typing import Any

import numpy as np
import pytest
from hypothesis import strategies as st

from grader import cuda_properties, kernel_properties, replies, worker
from grader.catalog import load_catalog
from grader.numba_errors import RULES, by_which_thread, in_plain_words
from grader.properties import leaves_arguments_alone
from grader.replies import MAX_TEXT, checked
from grader.trial import FalsifiedError, Trial, what_was_raised

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


SENSELESS = "the worker sent a reply that makes no sense"
ODD = np.arange(3)


def of(name: str, value: Any, case: dict[str, Any], arguments: Any = ()) -> Trial:
    """Make a trial whose worker says what it is told to say."""
    reply = checked({"status": "returned", "value": value, "arguments": [*arguments]})
    return Trial(name, ("out",), lambda **case: np.zeros(3), case, lambda request: reply)


MEETING = [0, [1], [0, 0, 0], [0, 0, 0], [0, 0, 0], [1, 0, 0], True, False]
LAUNCH = {"blocks": 1, "threads": 4, "out": np.zeros(3), "x": np.ones(3)}


def race(place: int, value: Any) -> dict[str, Any]:
    meeting = [value if i == place else part for i, part in enumerate(MEETING)]
    return {"value": [np.zeros(3)], "reads": [1], "meeting": meeting}


def test_an_honest_race_is_said() -> None:
    with pytest.raises(FalsifiedError, match="thread 0 of block 0 writes to out"):
        cuda_properties._must_not_meet(of("f", race(8, 0), LAUNCH))


@pytest.mark.parametrize(
    "value",
    [
        race(0, 99),
        race(0, ODD),
        race(2, [0]),
        race(3, [ODD, ODD, ODD]),
        race(4, [ODD, ODD, ODD]),
        race(5, ["a", 1, 2]),
        {"value": [np.zeros(3)], "reads": [10**4000], "meeting": MEETING},
    ],
)
def test_a_forged_race(value: Any) -> None:
    with pytest.raises(FalsifiedError, match=SENSELESS):
        cuda_properties._must_not_meet(of("f", value, LAUNCH))


def test_forged_turns() -> None:
    with pytest.raises(FalsifiedError, match=SENSELESS):
        kernel_properties._must_not_meet(of("f", {"turns": ODD}, {}), {})


NETWORK = {"made": "Module", "names": ["a"], "shapes": [[2]], "learns": [True]}


@pytest.mark.parametrize(
    "value",
    [
        3,
        NETWORK | {"names": []},
        NETWORK | {"names": [ODD]},
        NETWORK | {"shapes": [ODD]},
        NETWORK | {"shapes": [[10**4000]]},
        NETWORK | {"shapes": [["a"]]},
        NETWORK | {"shapes": 3},
        NETWORK | {"learns": [ODD]},
        {"made": ODD},
    ],
)
def test_a_forged_network(value: Any) -> None:
    for prop in load_catalog()["mlp"].exercise.properties:
        with pytest.raises(FalsifiedError, match=SENSELESS):
            prop.check(of("mlp", value, {}))


def test_arrays_put_where_numbers_were() -> None:
    with pytest.raises(FalsifiedError, match=SENSELESS):
        leaves_arguments_alone(1, st.just({})).check(of("f", np.zeros(3), {"shape": [1, 2]}, [[ODD, 2]]))


def test_what_the_oracle_raises_is_no_reply() -> None:
    trial = of("f", np.zeros(3), {})
    trial.oracle = lambda **case: 1 // 0
    with pytest.raises(ZeroDivisionError):
        trial.must_be_right(trial.call())


def test_what_an_honest_worker_says_is_not_cut_again() -> None:
    """The worker imports nothing of the grader's, so that it has limits of its own: they must be these."""
    theirs = worker.MAX_TEXT, worker.MAX_NAME, worker.MAX_BASES
    assert theirs == (replies.MAX_TEXT, replies.MAX_NAME, replies.MAX_BASES)
    long = "".join(map(str, range(2000)))
    assert worker.shortened(long) == replies.shortened(long) != long
