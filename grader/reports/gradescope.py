"""The report as Gradescope's results.json, and the two scripts of an autograder that writes it.

Gradescope runs ``setup.sh`` once and ``run_autograder`` for each submission, and then reads
``/autograder/results/results.json`` (its documentation: "Autograder specifications").
"""

import json
from pathlib import Path
from typing import Any

from grader.report import Report
from grader.reports.text import exercise_text, property_text
from grader.verdict import ExerciseVerdict, Status

# A wheel, never a package by its name: nobody has published one as byhand, so anybody might.
SETUP = """#!/usr/bin/env bash
# Gradescope runs this once, when the autograder is built.
set -euo pipefail
fail() { echo "$1" >&2; exit 1; }
wheels=(/autograder/source/byhand-*.whl)
[ -f "${wheels[0]}" ] || \\
    fail "no byhand-*.whl beside setup.sh: pip wheel --no-deps --wheel-dir . BYHAND, then zip it too"
apt-get update
apt-get install -y python3 python3-venv
python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \\
    fail "byhand needs Python 3.11 or newer, and this image has $(python3 --version): choose a newer one"
python3 -m venv /autograder/byhand
/autograder/byhand/bin/pip install --quiet "${wheels[0]}"
# Compiled once here, instead of for each submission.
/autograder/byhand/bin/python -c "from grader.compiled_engine import folder; folder()"
"""
RUN = """#!/usr/bin/env bash
# Gradescope runs this for each submission. Results are written whatever happens: first that grading broke off, which
# is no zero of the student's, and in its place what was found.
mkdir -p /autograder/results
results=/autograder/results/results.json
cat > "$results" <<'JSON'
{"output": "Grading broke off. This is a defect of the grader, not of your work.", "stdout_visibility": "hidden"}
JSON
/autograder/byhand/bin/grade --gradescope "$results.new" /autograder/submission
[ -s "$results.new" ] && mv "$results.new" "$results"
exit 0
"""
# What is left to do with the two scripts.
NEXT = """next, in that folder:
  pip wheel --no-deps --wheel-dir . BYHAND      BYHAND is the folder with byhand's pyproject.toml
  zip autograder.zip setup.sh run_autograder byhand-*.whl
then upload autograder.zip to Gradescope, with a base image that has Python 3.11 or newer"""


def render_gradescope(report: Report) -> str:
    """Return the report as Gradescope's results.json.

    Parameters
    ----------
    report : Report

    Returns
    -------
    str
        JSON. An exercise that the grader could not judge has no score, and is left out of the sum.

    Examples
    --------
    >>> import json
    >>> json.loads(render_gradescope(Report("exercises", 0, "none", ())))["score"]
    0
    """
    tests = [test for number, verdict in enumerate(report.verdicts, 1) for test in _tests(verdict, number)]
    document = {
        "score": report.points,
        "output": f"{report.points} of {report.max_points} points. {report.fence}",
        "output_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "tests": tests,
        "extra_data": {"seed": report.seed},
    }
    return json.dumps(document, indent=2)


def _tests(verdict: ExerciseVerdict, number: int) -> list[dict[str, Any]]:
    if verdict.status is Status.GRADER_ERROR:
        return [_test(verdict.name, str(number), "failed", "the grader failed at this; it costs you nothing")]
    if not verdict.properties:
        text = exercise_text(verdict) or verdict.status.value
        return [_test(verdict.name, str(number), "failed", text) | {"score": 0, "max_score": verdict.max_points}]
    found = []
    for place, prop in enumerate(verdict.properties, 1):
        status = "passed" if prop.status is Status.PASSED else "failed"
        test = _test(f"{verdict.name}: {prop.name}", f"{number}.{place}", status, property_text(prop))
        found.append(test | {"score": prop.points, "max_score": prop.max_points, "tags": [verdict.unit]})
    return found


def _test(name: str, number: str, status: str, output: str) -> dict[str, Any]:
    return {
        "name": name,
        "number": number,
        "status": status,
        "output": output,
        "output_format": "text",
        "visibility": "visible",
    }


def autograder_files() -> dict[Path, str]:
    """Return the files of an autograder by their names."""
    return {Path("setup.sh"): SETUP, Path("run_autograder"): RUN}
