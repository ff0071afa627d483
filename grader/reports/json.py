"""The report as JSON, for programs."""

import json
import operator
from contextlib import suppress
from typing import Any

import numpy as np

from grader.cut import CutArray, cut
from grader.report import Report
from grader.verdict import Counterexample, ExerciseVerdict, PropertyVerdict, Status

VERSION = 1
# What arrays are read back: no others are ever drawn.
ARRAYS = ["bool", *(f"{kind}{bits}" for kind in ("int", "uint") for bits in (8, 16, 32, 64)), "float32", "float64"]

ARRAY = {"dtype", "shape", "values"}


def render_json(report: Report) -> str:
    """Return the report as a JSON text.

    Parameters
    ----------
    report : Report

    Returns
    -------
    str
        An object with version, points, max_points, seed, fence, and a list of exercises, each with its
        properties; arrays are nested lists with their dtype and shape, and of one that is too large there is a row
        with its first elements.

    Examples
    --------
    >>> import json
    >>> json.loads(render_json(Report("exercises", 0, "none", ())))["points"]
    0
    """
    document = {
        "version": VERSION,
        "folder": report.folder,
        "seed": report.seed,
        "fence": report.fence,
        "points": report.points,
        "max_points": report.max_points,
        "exercises": [exercise_document(verdict) for verdict in report.verdicts],
    }
    return json.dumps(document, indent=2)


def exercise_document(verdict: ExerciseVerdict) -> dict[str, Any]:
    """Return what the report says of one exercise, in values that JSON knows.

    Parameters
    ----------
    verdict : ExerciseVerdict
    """
    return {
        "name": verdict.name,
        "unit": verdict.unit,
        "title": verdict.title,
        "status": verdict.status.value,
        "points": verdict.points,
        "max_points": verdict.max_points,
        "message": verdict.message,
        "printed": verdict.printed,
        "properties": [_property(prop) for prop in verdict.properties],
    }


def _property(prop: PropertyVerdict) -> dict[str, Any]:
    return {
        "name": prop.name,
        "status": prop.status.value,
        "points": prop.points,
        "max_points": prop.max_points,
        "cases": prop.cases,
        "message": prop.message,
        "counterexample": None if prop.counterexample is None else _counterexample(prop.counterexample),
    }


def _counterexample(seen: Counterexample) -> dict[str, Any]:
    return {
        "case": {name: _value(value) for name, value in seen.case.items()},
        "message": seen.message,
        "output": seen.output,
        "expected": _value(cut(seen.expected)),
        "got": _value(cut(seen.got)),
        "diagnosis": seen.diagnosis,
    }


def verdict_of(document: dict[str, Any]) -> ExerciseVerdict:
    """Return the verdict that :func:`exercise_document` has written down, as far as can be told from JSON.

    Tuples have become lists.

    Parameters
    ----------
    document : dict
    """
    of_exercise = {key: document[key] for key in ("name", "unit", "title", "max_points", "message", "printed")}
    properties = tuple(
        PropertyVerdict(
            **prop | {"status": Status(prop["status"]), "counterexample": _counterexample_of(prop["counterexample"])}
        )
        for prop in document["properties"]
    )
    return ExerciseVerdict(status=Status(document["status"]), properties=properties, **of_exercise)


def _counterexample_of(document: dict[str, Any] | None) -> Counterexample | None:
    if document is None:
        return None
    values = {key: _value_of(document[key]) for key in ("case", "expected", "got")}
    return Counterexample(**document | values)


def _value_of(value: Any) -> Any:
    if isinstance(value, dict) and value.keys() == ARRAY and value["dtype"] in ARRAYS:
        # A student may have returned a dict that looks so, too.
        with suppress(TypeError, ValueError, OverflowError):
            return np.array(value["values"], dtype=value["dtype"]).reshape(value["shape"])
    if isinstance(value, dict) and value.keys() == {*ARRAY, "cut"} and value["dtype"] in ARRAYS:
        with suppress(TypeError, ValueError, OverflowError):
            first = np.array(value["values"], dtype=value["dtype"]).reshape(-1)
            return CutArray(tuple(operator.index(length) for length in value["shape"]), first)
    if isinstance(value, dict):
        return {key: _value_of(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_value_of(item) for item in value]
    return float(value) if value in ("nan", "inf", "-inf") else value


def _value(value: Any) -> Any:
    if isinstance(value, CutArray):
        first = value.first
        return {"dtype": str(first.dtype), "shape": list(value.shape), "values": _finite(first.tolist()), "cut": True}
    if isinstance(value, np.ndarray):
        return {"dtype": str(value.dtype), "shape": list(value.shape), "values": _finite(value.tolist())}
    if isinstance(value, np.generic):
        return _finite(value.item())
    if isinstance(value, list | tuple):
        return [_value(item) for item in value]
    if isinstance(value, dict):
        return {key: _value(item) for key, item in value.items()}
    return _finite(value)


def _finite(value: Any) -> Any:
    """Write NaN, infinities and what JSON has no word for as text."""
    if isinstance(value, list):
        return [_finite(item) for item in value]
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float) and np.isfinite(value):
        return value
    return str(value)
