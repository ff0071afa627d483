"""``python -m tests.engine.agreement``: how closely every op agrees with PyTorch and with finite differences.

Prints a row for each op: the worst relative error of results and gradients over random calls, in float64
and float32, and how many elements gradcheck compared. What fails a test is in test_pytorch_parity.py and
test_op_contract.py; this shows by how much it passes.
"""

import argparse

import numpy as np
from hypothesis import given, settings
from rich.console import Console
from rich.table import Table

import engine
from engine.arrays import Array
from tests.engine.op_calls import forward_and_backward
from tests.engine.test_op_contract import DIFFERENTIABLE, check_gradient, thorough
from tests.engine.test_pytorch_parity import many, run
from tests.op_cases import OP_CASES, Sample


def relative_error(got: Array, expected: Array) -> float:
    """Return the largest difference as a share of the largest value (at least 1); NaN must meet NaN."""
    if got.dtype.kind != "f":
        return 0.0 if np.array_equal(got, expected) else np.inf
    if not np.array_equal(np.isnan(got), np.isnan(expected)):
        return np.inf
    same = got == expected  # infinities
    difference = np.where(same | np.isnan(got), 0.0, np.abs(got - np.where(same, got, expected)))
    return float(difference.max(initial=0)) / max(1.0, float(np.nanmax(np.abs(expected), initial=0)))


def against_pytorch(name: str, dtype: str) -> tuple[int, float, float]:
    """Return the number of calls, the worst error of results and the worst of gradients."""
    calls, forward, backward = 0, 0.0, 0.0

    @settings(many)
    @given(OP_CASES[name].samples)
    def compare(sample: Sample) -> None:
        nonlocal calls, forward, backward
        ours, our_gradients = forward_and_backward(name, sample, dtype)
        theirs, gradients = run(name, sample, dtype)
        calls += 1
        forward = max([forward, *map(relative_error, ours, theirs)])
        backward = max([backward, *map(relative_error, our_gradients, gradients)])

    compare()
    return calls, forward, backward


def against_differences(name: str) -> tuple[int, int, float]:
    """Return the number of elements compared, of kinks, and the worst difference."""
    checked, kinks, worst = 0, 0, 0.0

    @settings(thorough)
    @given(OP_CASES[name].samples)
    def compare(sample: Sample) -> None:
        nonlocal checked, kinks, worst
        report = check_gradient(name, sample)
        checked, kinks, worst = checked + report.checked, kinks + report.kinks, max(worst, report.worst)

    compare()
    return checked, kinks, worst


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m tests.engine.agreement", description=__doc__)
    parser.add_argument("ops", nargs="*", help="names of ops; all by default")
    names = parser.parse_args().ops or sorted(engine.OPS)
    table = Table(title="agreement of every op: worst errors, relative to the largest value")
    for heading in ("op", "calls", "float64 out", "float64 grad", "float32 out", "float32 grad", "elements", "worst"):
        table.add_column(heading, justify="left" if heading == "op" else "right", no_wrap=True)
    for name in names:
        row = [name]
        if OP_CASES[name].pytorch is None:
            row += ["no such op"] + [""] * 4
        else:
            calls, *double = against_pytorch(name, "float64")
            _, *single = against_pytorch(name, "float32")
            row += [str(calls), *(f"{error:.0e}" for error in (*double, *single))]
        if name in DIFFERENTIABLE:
            checked, kinks, worst = against_differences(name)
            row += [f"{checked}" + (f" ({kinks} kinks)" if kinks else ""), f"{worst:.0e}"]
        else:
            row += ["no gradient", ""]
        table.add_row(*row)
    console = Console(width=132)
    console.print(table)
    console.print("elements: derivatives compared with central differences in float64 under a random upstream gradient")


if __name__ == "__main__":
    main()
