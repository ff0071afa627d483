"""The report as JUnit XML (xunit2), which nearly every tool that shows test results reads.

A property is a test case, an exercise its class, a unit its suite. A wrong answer is a failure; a crash, a time-out, a
refused file and a defect of the grader are errors; what is not started or blocked is skipped.
"""

import re
from collections.abc import Iterable
from itertools import groupby
from xml.etree import ElementTree

from grader.report import Report
from grader.reports.text import exercise_text, property_text
from grader.verdict import ExerciseVerdict, Status

FAILURES = {Status.FAILED}
ERRORS = {Status.CRASHED, Status.TIMED_OUT, Status.REFUSED, Status.GRADER_ERROR}
# What XML 1.0 has no place for, not even as an entity.
ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render_junit(report: Report) -> str:
    """Return the report as XML.

    Parameters
    ----------
    report : Report

    Returns
    -------
    str

    Examples
    --------
    >>> render_junit(Report("exercises", 0, "none", ())).splitlines()[1]
    '<testsuites name="byhand" tests="0" failures="0" errors="0" skipped="0" time="0" />'
    """
    root = ElementTree.Element("testsuites", {"name": "byhand"})
    for unit, verdicts in groupby(report.verdicts, key=lambda verdict: verdict.unit):
        suite = ElementTree.SubElement(root, "testsuite", {"name": unit})
        for verdict in verdicts:
            _add_exercise(suite, verdict)
        _count(suite)
    _count(root)
    ElementTree.indent(root)
    text = ElementTree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n'


def _add_exercise(suite: ElementTree.Element, verdict: ExerciseVerdict) -> None:
    name = f"{verdict.unit}.{verdict.name}"
    parts = [(prop.name, prop.status, property_text(prop)) for prop in verdict.properties]
    if verdict.status is Status.BLOCKED:
        parts = [
            (part, status if status is Status.PASSED else Status.BLOCKED, verdict.message) for part, status, _ in parts
        ]
    for part, status, text in parts or [(verdict.name, verdict.status, exercise_text(verdict))]:
        case = ElementTree.SubElement(suite, "testcase", {"classname": name, "name": _legal(part), "time": "0"})
        if status is Status.PASSED:
            continue
        tag = "failure" if status in FAILURES else "error" if status in ERRORS else "skipped"
        first = text.splitlines()[0] if text else status.value
        outcome = ElementTree.SubElement(case, tag, {"message": _legal(first)})
        if tag != "skipped":
            outcome.set("type", status.value)
            outcome.text = _legal(text)


def _count(element: ElementTree.Element) -> None:
    def number(found: Iterable[ElementTree.Element]) -> str:
        return str(sum(1 for _ in found))

    element.set("tests", number(element.iter("testcase")))
    for name, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        element.set(name, number(element.iter(tag)))
    element.set("time", "0")


def _legal(text: str) -> str:
    return ILLEGAL.sub("\ufffd", text)
