"""Measures the engine's cpu kernels beside PyTorch: ``python -m tests.bench.cpu``.

Each library runs in a process of its own, on the same number of threads, and works while the other sleeps
(:mod:`tests.bench.peers` says why). For each case both build the same from the same seed, and their results are
compared; both warm up; then they take turns, and the median over the turns counts. The ratio is PyTorch's time
divided by the engine's: above 1, the engine is faster; behind it, its range over the rounds. NumPy's sgemm, or a
copy, takes a turn, too, so that a share of what the machine can do is one of the same minute. Operations count
useful ones: a multiplication and an addition for each weight that exists. Let nothing else run meanwhile: what
other processes took is printed at the end.

``--only conv 'train/*/64'`` measures part; ``--quick`` looks whether all runs, its figures are rough. Without
PyTorch (``pip install torch==2.13.0``) the engine's figures stand alone. ``--medians a.json b.json c.json``
measures nothing: it prints the medians of earlier runs, and the targets by them.
"""

import argparse
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.console import Console

from tests.bench import machine, report, results
from tests.bench.peers import CAREFUL, QUICK, ROOT
from tests.bench.results import Row
from tests.bench.sections import SECTIONS, Plan
from tests.bench.targets import TARGETS

RUNS = 3  # of an epoch of MNIST
BUSY = 0.05  # of all processors, taken by others


def arguments(given: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.cpu", description="The engine beside PyTorch.")
    add = parser.add_argument
    most = machine.available_threads()
    usual = [1, 2] if most >= 2 else [1]
    add("--threads", type=int, nargs="+", default=usual, metavar="N", help="default: 1 2")
    add("--only", nargs="+", default=[], metavar="PATTERN", help="sections, or ids such as conv/vgg* or train/*/64")
    add("--quick", action="store_true", help="few and short rounds: does all of it run?")
    add("--mnist", type=Path, metavar="DIR", help="folder with MNIST's four files, to train an epoch")
    add("--json", type=Path, metavar="PATH", help="where the figures go; default: runs/bench/cpu-<time>.json")
    add("--medians", type=Path, nargs="+", metavar="PATH", help="print the medians of such files; measure nothing")
    found = parser.parse_args(given)
    if not all(1 <= threads <= most for threads in found.threads):
        parser.error(f"--threads: from 1 to {most} on this machine")
    return found


def main(given: Sequence[str] | None = None) -> int:
    """Measure, print, write; return 1 if a case failed or the libraries disagreed."""
    options = arguments(given)
    console = Console(
        highlight=False, width=min(Console().width, report.WIDTH) if sys.stdout.isatty() else report.WIDTH
    )
    if options.medians:
        return print_medians(console, options.medians)
    now = datetime.now().astimezone()
    path = options.json or ROOT / "runs" / "bench" / f"cpu-{now:%Y%m%d-%H%M%S}.json"
    about: dict[str, Any] = {
        "date": now.isoformat(timespec="seconds"),
        "machine": machine.describe(),
        "threads": options.threads,
        "quick": options.quick,
        "only": options.only,
    }
    report.print_machine(console, about["machine"])
    libraries = ["engine", "pytorch"] if machine.installed("torch") else ["engine"]
    if "pytorch" not in libraries:
        console.print("PyTorch is not installed: the engine's figures stand alone.\n")
    if options.mnist is None:
        console.print("No epoch of MNIST: name the folder with its files by --mnist.\n")
    rows: list[Row] = []
    others = machine.Others()
    with console.status("") as status:
        plan = Plan(
            options.threads,
            options.only,
            QUICK if options.quick else CAREFUL,
            libraries,
            options.mnist,
            1 if options.quick else RUNS,
            status.update,
        )
        for section, measure in SECTIONS.items():
            if found := list(measure(plan)):
                rows += found
                report.print_section(console, section, found)
                about["others"] = others.share()
                about["targets"] = judged(rows)
                results.write(path, about, rows)
    if not rows:
        console.print("No id matches --only.")
        return 1
    report.print_targets(console, rows)
    if about["others"] > BUSY:
        console.print(f"\n[red]Other processes took {about['others']:.0%} of the processors: measure again alone.[/]")
    console.print(f"\nfigures in {path}", soft_wrap=True)
    return int(any(row.note for row in rows))


def judged(rows: Sequence[Row]) -> dict[str, Any]:
    """Return the verdicts, by target, on what was measured."""
    verdicts = {target.text: target.judge(rows) for target in TARGETS}
    return {text: verdict._asdict() for text, verdict in verdicts.items() if verdict is not None}


def print_medians(console: Console, paths: Sequence[Path]) -> int:
    """Print the medians of several runs, and the targets by them."""
    runs = [results.read(path) for path in paths]
    report.print_machine(console, runs[-1][0]["machine"])
    console.print(f"medians of {len(runs)} runs: {', '.join(about['date'] for about, _ in runs)}\n", soft_wrap=True)
    rows = results.medians([rows for _, rows in runs])
    for section in SECTIONS:
        if found := [row for row in rows if row.section == section]:
            report.print_section(console, section, found)
    report.print_targets(console, rows)
    return int(any(row.note for row in rows))


if __name__ == "__main__":
    sys.exit(main())
