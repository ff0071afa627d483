"""Prints what share of ONNX's own tests the engine passes: ``python -m tests.onnx.share``."""

import sys
from collections import Counter

import onnx

from engine.onnx import OPERATORS
from tests.onnx.suite import cases, run_claimed


def table() -> str:
    """Run all claimed tests; return one line for each operator and a total."""
    tests: Counter[str] = Counter()
    passed: Counter[str] = Counter()
    failed: list[str] = []
    for case, good in run_claimed():
        tests.update(case.operators)
        passed.update(case.operators if good else ())
        failed += [] if good else [case.name]
    count = sum(case.claimed for case in cases())
    lines = [f"{'operator':<27}{'tests':>6}{'passed':>8}"]
    lines += [f"{name:<27}{tests[name]:>6}{passed[name]:>8}" for name in sorted(OPERATORS)]
    lines.append(
        f"onnx {onnx.__version__}: of its {len(cases())} tests that need no download, {count} are made of these "
        f"{len(OPERATORS)} operators only; {count - len(failed)} of them pass"
    )
    return "\n".join([*lines, *(f"failed: {name}" for name in failed)])


if __name__ == "__main__":
    sys.stdout.write(table() + "\n")
