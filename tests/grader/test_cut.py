"""A wrong answer that is large costs the grader neither memory nor a report that nobody can keep."""

import json
import textwrap
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest

from grader.catalog import load_catalog
from grader.cut import MOST, cut
from grader.fence import Limits
from grader.reports import json as json_report
from grader.reports.feedback import render_feedback
from grader.reports.json import exercise_document, verdict_of
from grader.runner import grade_source
from grader.session import Grading
from grader.sheet import wrong_answer
from grader.trial import FalsifiedError, Trial
from grader.verdict import Counterexample, ExerciseVerdict, PropertyVerdict, Status
from grader.wire import parts

SCHEMA = json.loads(Path(json_report.__file__).with_name("report.schema.json").read_text())
GRADING = Grading(limits=Limits(exercise=20.0), shrink=False)
LARGE = [
    np.zeros(100_000, np.int8),
    np.full((400, 500), np.nan),
    [np.zeros(9000)] * 60,
    {"dw": np.zeros(MOST + 1), "db": [1.0] * (2 * MOST)},
    [*range(50_000)],
    {str(n): n for n in range(50_000)},
    "x" * 1_000_000,
]


def failed(got: Any, expected: Any = None) -> ExerciseVerdict:
    seen = Counterexample({"n": 1}, "wrong", expected, got)
    return ExerciseVerdict("a", "04_x", "a", Status.FAILED, 1, (PropertyVerdict("p", Status.FAILED, 0, 1, "", seen),))


@pytest.mark.parametrize("got", LARGE, ids=range(len(LARGE)))
def test_a_failure_keeps_little_of_a_large_answer(got: Any) -> None:
    with pytest.raises(FalsifiedError) as caught:
        Trial("f", ("out",), None, {}, dict).fail("x" * 1_000_000, got=got)
    kept = caught.value.counterexample
    assert len(kept.message) < 3000
    assert sum(np.size(part) for part in parts(kept.got)) <= MOST + 100
    assert all(part.base is None or part.base.size <= MOST for part in parts(kept.got) if isinstance(part, np.ndarray))


@pytest.mark.parametrize("got", LARGE, ids=range(len(LARGE)))
def test_a_large_answer_is_cut_in_a_report_and_read_back(got: Any) -> None:
    document = json.loads(json.dumps(exercise_document(failed(got, got))))
    assert len(json.dumps(document)) < 1_000_000
    schema = {**SCHEMA, "$ref": "#/$defs/exercise"}
    for key in ("type", "required", "properties", "additionalProperties"):
        del schema[key]
    jsonschema.validate(document, schema)
    again = verdict_of(document)
    assert exercise_document(again) == document
    assert render_feedback("a", [again], ()) == render_feedback("a", [failed(cut(got), cut(got))], ())


def test_what_is_not_large_stays_as_it_is() -> None:
    value = (np.zeros(100), {"a": [1, "b"]}, 3)
    same, (_, inner, _) = cut(value), cut(value)
    assert same[0] is value[0]
    assert inner == {"a": [1, "b"]}


@pytest.mark.parametrize("shape", [["a"], 3, [[1]]])
def test_what_looks_like_a_cut_array_and_is_none(shape: Any) -> None:
    got = {"dtype": "float64", "shape": shape, "values": [1.0], "cut": True}
    read = verdict_of(exercise_document(failed(got))).properties[0].counterexample
    assert read is not None
    assert read.got == got


def test_a_large_answer_from_a_worker() -> None:
    source = "import numpy as np\ndef cross_correlate2d(image, kernel):\n    return np.zeros(4_000_000, np.int8)\n"
    verdict = grade_source(load_catalog()["cross_correlate2d"], source.encode(), GRADING)
    assert verdict.status is Status.FAILED, verdict.message
    assert "it has shape (4000000,)" in verdict.properties[0].message
    assert len(json.dumps(exercise_document(verdict))) < 100_000


def test_a_large_answer_on_a_sheet() -> None:
    assert "numbers are asked for" in wrong_answer((1, 2), np.zeros(1_000_000, np.int8))
    entry = load_catalog()["alexnet_traps"]
    names = [prop.name for prop in entry.exercise.properties]
    source = "import numpy as np\n" + textwrap.dedent("\n".join(f"{name} = np.zeros(300_000)" for name in names[:1]))
    verdict = grade_source(entry, source.encode(), GRADING)
    message = verdict.properties[0].message
    assert message.startswith(f"{names[0]} = an array of shape (300000,): ")
    assert len(message) < 300
