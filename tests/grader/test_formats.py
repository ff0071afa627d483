"""Reports for other programs: each is what its reader has published that it reads."""

import csv
import io
import json
import os
import subprocess
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import numpy as np
import pytest

from grader.cli import main
from grader.report import Report
from grader.reports import json as json_report
from grader.reports.canvas import CanvasError, merge
from grader.reports.feedback import render_feedback
from grader.reports.gradescope import render_gradescope
from grader.reports.json import exercise_document, render_json, verdict_of
from grader.reports.junit import render_junit
from grader.reports.terminal import MARKS
from grader.verdict import Counterexample, ExerciseVerdict, PropertyVerdict, Status

SCHEMA = Path(json_report.__file__).with_name("report.schema.json")
CASE = Counterexample({"image": np.zeros((1, 2))}, "1 of 2 values is wrong", np.ones(2), np.zeros(2), "", "flipped")
PROPERTIES = (
    PropertyVerdict("equal the definition", Status.PASSED, 2, 2),
    PropertyVerdict("be linear \x00 <&>", Status.FAILED, 0, 3, "1 of 2 values is wrong", CASE),
)


def verdict(
    name: str, status: Status, properties: tuple[PropertyVerdict, ...] = (), message: str = ""
) -> ExerciseVerdict:
    return ExerciseVerdict(name, "04_cross_correlation", name, status, 5, properties, message, "printed \x1b[1m text")


REPORT = Report(
    "exercises",
    7,
    "fence: all of it",
    (
        verdict("right", Status.PASSED, PROPERTIES[:1]),
        verdict("wrong", Status.FAILED, PROPERTIES),
        verdict("slow", Status.TIMED_OUT, message="no answer"),
        verdict("refused", Status.REFUSED, message="a link"),
        verdict("crashed", Status.CRASHED, message="killed"),
        verdict("open", Status.NOT_STARTED),
        verdict("begun", Status.UNFINISHED, (PROPERTIES[0], PropertyVerdict("rest", Status.NOT_STARTED, 0, 3))),
        verdict("blocked", Status.BLOCKED, PROPERTIES, "finish right first"),
        verdict("defect", Status.GRADER_ERROR, message="Traceback"),
    ),
)


def test_every_status_is_reported() -> None:
    assert {verdict.status for verdict in REPORT.verdicts} == set(Status) == set(MARKS)
    assert json.loads(SCHEMA.read_text())["$defs"]["status"]["enum"] == list(Status)


@pytest.mark.parametrize("given", REPORT.verdicts, ids=[given.name for given in REPORT.verdicts])
def test_a_verdict_is_read_back_from_json(given: ExerciseVerdict) -> None:
    document = json.loads(json.dumps(exercise_document(given)))
    assert render_feedback("jane", [verdict_of(document)], ()) == render_feedback("jane", [given], ())
    assert json.dumps(exercise_document(verdict_of(document))) == json.dumps(document)


@pytest.mark.parametrize(
    "got",
    [
        {"dtype": "S9999999999", "shape": [1], "values": ["a"]},
        {"dtype": "float64", "shape": [9, 9], "values": [1.0]},
        {"dtype": "int8", "shape": [1], "values": [1 << 40]},
        {"dtype": ["float64"], "shape": "x", "values": {}},
    ],
)
def test_what_looks_like_an_array_and_is_none_stays_what_it_is(got: dict[str, Any]) -> None:
    seen = Counterexample({"n": 1}, "wrong", expected=2, got=got)
    wrong = ExerciseVerdict("a", "04_x", "a", Status.FAILED, 1, (PropertyVerdict("p", Status.FAILED, 0, 1, "", seen),))
    read = verdict_of(json.loads(json.dumps(exercise_document(wrong)))).properties[0].counterexample
    assert read is not None
    assert read.got == got


def test_feedback_says_nothing_of_the_grader_s_insides() -> None:
    text = render_feedback("ja\x1b[2Jne", REPORT.verdicts, ["a \x1b[31mnote"])
    assert "Traceback" not in text
    assert "the grader failed at this; it costs you nothing" in text
    assert "\x1b" not in text


def test_junit() -> None:
    root = ElementTree.fromstring(render_junit(REPORT))
    assert root.tag == "testsuites"
    assert {name: root.get(name) for name in ("tests", "failures", "errors", "skipped")} == {
        "tests": "12",
        "failures": "1",
        "errors": "4",
        "skipped": "3",
    }
    for suite in root:
        assert suite.tag == "testsuite"
        assert suite.get("name") == "04_cross_correlation"
        for case in suite:
            assert case.tag == "testcase"
            assert {"classname", "name", "time"} <= set(case.attrib)
            assert [part.tag for part in case] in ([], ["failure"], ["error"], ["skipped"])
            assert all(part.get("message") for part in case)
    failure = root.find(".//failure")
    assert failure is not None
    assert "flipped" in (failure.text or "")
    assert "the smallest case found" in (failure.text or "")


# Of Gradescope's documentation, "Autograder specifications": what may stand in results.json, and its type.
VISIBILITY = {"enum": ["hidden", "after_due_date", "after_published", "visible"]}
FORMAT = {"enum": ["text", "html", "simple_format", "md", "ansi"]}
TEST = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "score": {"type": "number"},
        "max_score": {"type": "number"},
        "status": {"enum": ["passed", "failed"]},
        "name": {"type": "string"},
        "name_format": FORMAT,
        "number": {"type": "string"},
        "output": {"type": "string"},
        "output_format": FORMAT,
        "tags": {"type": "array", "items": {"type": "string"}},
        "visibility": VISIBILITY,
        "extra_data": {"type": "object"},
    },
}
GRADESCOPE = {
    "type": "object",
    "additionalProperties": False,
    # The score of all, or one of each test.
    "anyOf": [{"required": ["score"]}, {"properties": {"tests": {"items": {"required": ["score"]}}}}],
    "properties": {
        "score": {"type": "number"},
        "execution_time": {"type": "number"},
        "output": {"type": "string"},
        "output_format": FORMAT,
        "test_output_format": FORMAT,
        "test_name_format": FORMAT,
        "visibility": VISIBILITY,
        "stdout_visibility": VISIBILITY,
        "extra_data": {"type": "object"},
        "tests": {"type": "array", "items": TEST},
        "leaderboard": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["name", "value"],
                "properties": {"name": {"type": "string"}, "order": {"enum": ["asc", "desc"]}},
            },
        },
    },
}


def check_gradescope(document: Any) -> None:
    jsonschema.validate(document, GRADESCOPE)


def test_json_is_as_its_schema_says(tmp_path: Path) -> None:
    schema = json.loads(SCHEMA.read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(json.loads(render_json(REPORT)), schema)
    assert main(["--write-mutants", str(tmp_path / "mutants"), "--only", "conv2d"]) == 0
    mutant = next(path for path in sorted((tmp_path / "mutants").glob("*/*")))
    assert main([str(mutant), "--only", "conv2d", "--json", str(tmp_path / "report.json")]) == 1
    document = json.loads((tmp_path / "report.json").read_text())
    jsonschema.validate(document, schema)
    assert any(prop["counterexample"] for prop in document["exercises"][0]["properties"])
    document["exercises"][0]["status"] = "perfect"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document, schema)


def test_gradescope() -> None:
    document = json.loads(render_gradescope(REPORT))
    check_gradescope(document)
    assert document["score"] == REPORT.points == 8
    defect = document["tests"][-1]
    assert "score" not in defect
    assert "costs you nothing" in defect["output"]


def test_the_command_writes_them(tmp_path: Path) -> None:
    assert main(["--write-stubs", str(tmp_path / "s")]) == 0
    junit, results = tmp_path / "junit.xml", tmp_path / "results.json"
    only = ["--only", "output_size"]
    assert main([str(tmp_path / "s"), *only, "--junit", str(junit), "--gradescope", str(results)]) == 1
    assert ElementTree.parse(junit).getroot().tag == "testsuites"
    check_gradescope(json.loads(results.read_text()))


def test_files_side_by_side_are_graded(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--write-solutions", str(tmp_path / "s")]) == 0
    (tmp_path / "flat").mkdir()
    (next((tmp_path / "s").rglob("output_size.py"))).rename(tmp_path / "flat" / "output_size.py")
    assert main([str(tmp_path / "flat"), "--only", "output_size"]) == 0


@pytest.mark.skipif(os.name == "nt", reason="the scripts are for Gradescope's Linux")
def test_autograder_writes_results_also_where_grading_breaks_off(tmp_path: Path) -> None:
    assert main(["--write-gradescope", str(tmp_path / "auto")]) == 0
    script = (tmp_path / "auto" / "run_autograder").read_text().replace("/autograder", str(tmp_path / "machine"))
    subprocess.run(["bash", "-n", str(tmp_path / "auto" / "setup.sh")], check=True)
    subprocess.run(["bash", "-c", script], check=True, capture_output=True)
    results = tmp_path / "machine" / "results" / "results.json"
    assert "defect of the grader" in json.loads(results.read_text())["output"]
    grade = tmp_path / "machine" / "byhand" / "bin" / "grade"
    grade.parent.mkdir(parents=True)
    grade.write_text('#!/bin/sh\necho \'{"score": 3, "tests": []}\' > "$2"\nexit 1\n')
    grade.chmod(0o755)
    subprocess.run(["bash", "-c", script], check=True, capture_output=True)
    assert json.loads(results.read_text())["score"] == 3


@pytest.mark.skipif(os.name == "nt", reason="the scripts are for Gradescope's Linux")
def test_an_autograder_installs_the_wheel_and_nothing_else(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--write-gradescope", str(tmp_path)]) == 0
    assert "pip wheel --no-deps --wheel-dir . BYHAND" in capsys.readouterr().out
    script = (tmp_path / "setup.sh").read_text().replace("/autograder", str(tmp_path / "machine"))
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True)
    assert done.returncode == 1
    assert "no byhand-*.whl beside setup.sh" in done.stderr
    assert "install --quiet byhand" not in script


EXPORT = """Student,ID,SIS User ID,SIS Login ID,Section,Exercises (77),Current Score
    Points Possible,,,,,10,(read only)
"Doe, Jane",12,s12,jdoe,A,,
"Ray, Rob",13,s13,rray,A,1,
"=Evil, Eve",14,s14,eve,A,,
"""


def test_canvas() -> None:
    table, missing = merge(EXPORT, {"jdoe": 7, "rray_13": 8, "stranger": 1}, "Exercises", 20)
    rows = {row["Student"].strip(): row for row in csv.DictReader(io.StringIO(table))}
    assert rows["Doe, Jane"]["Exercises (77)"] == "7"
    assert rows["Ray, Rob"]["Exercises (77)"] == "8"
    assert rows["Points Possible"]["Exercises (77)"] == "10"
    assert "'=Evil, Eve" in rows
    assert missing == ["stranger"]
    assert table.splitlines()[0] == EXPORT.splitlines()[0]


def test_canvas_gets_a_new_column() -> None:
    table, _ = merge(EXPORT, {"jdoe": 7}, "Other", 20)
    rows = list(csv.DictReader(io.StringIO(table)))
    assert [row["Other"] for row in rows] == ["20", "7", "", ""]


def test_a_table_that_is_none_of_canvas() -> None:
    with pytest.raises(CanvasError, match="no headings Student and ID: export it from the gradebook"):
        merge("name,points\na,1\n", {}, "x", 1)
