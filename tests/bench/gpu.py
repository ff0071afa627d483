"""Measures the engine's CUDA kernels beside PyTorch on the same card: ``python -m tests.bench.gpu``.

Both work as usual (eager) and with a step as a CUDA graph, with TF32 off, which is the engine's default, and on.
Each way is a process of its own that works while the others wait (:mod:`tests.bench.peers`). All build the same
from the same seed, and their results are compared; all warm up; then they take turns, a turn ends when the card is
done, and the median over the turns counts. The ratio is PyTorch's time divided by the engine's: above 1, the
engine is faster. ``--mnist DIR`` also trains the one-epoch net until 99% of the test images are right.

Figures are written as JSON with card, driver and date: put those of a release into tests/bench/results.
"""

import argparse
import json
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from statistics import median
from typing import Any

from rich.console import Console
from rich.table import Table

from tests.bench import machine, mnist
from tests.bench.case import Case
from tests.bench.cases import chosen
from tests.bench.gpu_cases import GPU_CASES
from tests.bench.peers import CAREFUL, QUICK, ROOT, Measurement, Pace, Peer, PeerError, alternate
from tests.bench.report import number
from tests.bench.sections import TOLERANCE

EAGER, TF32 = ("engine-cuda", "pytorch-cuda"), ("engine-tf32", "pytorch-tf32")
GRAPHS, GRAPHS_TF32 = ("engine-graph", "pytorch-graph"), ("engine-graph-tf32", "pytorch-graph-tf32")
WAYS = {
    "gpu-train": (*EAGER, *GRAPHS, *TF32, *GRAPHS_TF32),
    "gpu-product": (*EAGER, *TF32),
    "gpu-conv": (*EAGER, *TF32),
    "gpu-memory": EAGER,
}
# What the engine's best way is compared with.
RIVALS = {
    "engine-graph": ("pytorch-cuda", "pytorch-graph"),
    "engine-cuda": ("pytorch-cuda",),
    "engine-tf32": ("pytorch-tf32",),
}
# TF32 has 10 bits of mantissa.
TF32_TOLERANCE = 2e-2
GOAL, MOST_EPOCHS = 0.99, 3


@dataclass(frozen=True)
class GpuRow:
    """What was measured of a case.

    Attributes
    ----------
    id : str
    seconds : dict of str to float
        The median over rounds, by way.
    rates : dict of str to float
        Operations, or bytes, in a second.
    ratios : dict of str to float
        The rival's time divided by the engine's, the median over rounds: by "engine's way / rival".
    note : str
        What went wrong; "" if nothing did.
    """

    id: str
    seconds: dict[str, float] = field(default_factory=dict)
    rates: dict[str, float] = field(default_factory=dict)
    ratios: dict[str, float] = field(default_factory=dict)
    note: str = ""


def arguments(given: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.gpu", description="The engine beside PyTorch.")
    add = parser.add_argument
    add("--only", nargs="+", default=[], metavar="PATTERN", help="sections, or ids such as gpu-conv/vgg*")
    add("--quick", action="store_true", help="few and short rounds: does all of it run?")
    add("--mnist", type=Path, metavar="DIR", help="folder with MNIST's four files, to train to 99%%")
    add("--json", type=Path, metavar="PATH", help="where the figures go; default: runs/bench/gpu-<time>.json")
    return parser.parse_args(given)


def main(given: Sequence[str] | None = None) -> int:
    """Measure, print, write; return 1 if there is no card, a case failed, or the libraries disagreed."""
    from engine import cuda
    from engine.errors import DeviceError

    options, console = arguments(given), Console(highlight=False)
    try:
        card = cuda.get_device_name()
    except DeviceError as error:
        console.print(f"nothing to measure: {error}", markup=False)
        return 1
    now = datetime.now().astimezone()
    about = {"date": now.isoformat(timespec="seconds"), "card": card, "machine": machine.describe()}
    console.print(f"{card}\n", markup=False)
    torch = bool(machine.installed("torch"))
    rows: list[GpuRow] = []
    pace = QUICK if options.quick else CAREFUL
    for section in WAYS:
        ways = [way for way in WAYS[section] if torch or way.startswith("engine")]
        found = list(measured(section, ways, options.only, pace, console))
        print_section(console, section, ways, found)
        rows += found
    if options.mnist is not None:
        found = list(to_goal(options.mnist, torch))
        print_section(console, "gpu-mnist", ["engine-graph", "engine-cuda", "pytorch-cuda"], found)
        rows += found
    path = options.json or ROOT / "runs" / "bench" / f"gpu-{now:%Y%m%d-%H%M%S}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({**about, "rows": [asdict(row) for row in rows]}, indent=1) + "\n", encoding="utf-8")
    console.print(f"figures in {path}", markup=False)
    return 1 if any(row.note for row in rows) else 0


def measured(
    section: str, ways: Sequence[str], patterns: Sequence[str], pace: Pace, console: Console
) -> Iterator[GpuRow]:
    """Yield the rows of a section."""
    cases = [case for case in GPU_CASES.values() if case.section == section and chosen(case.id, patterns)]
    if not cases:
        return
    with ExitStack() as stack, console.status("") as status:
        peers = [stack.enter_context(Peer(way, 1)) for way in ways]
        for case in cases:
            status.update(case.id)
            try:
                yield row_of(case, alternate([(peer, case.id) for peer in peers], pace))
            except PeerError as error:
                yield GpuRow(case.id, note=str(error))


def row_of(case: Case, found: Measurement) -> GpuRow:
    """Sum up the rounds of a case."""
    seconds = {way: found.median(way) for way in found.seconds}
    work = case.flops or case.memory
    ratios = {
        f"{ours} / {rival}": median(found.ratios(rival, ours))
        for ours, rivals in RIVALS.items()
        for rival in rivals
        if ours in seconds and rival in seconds
    }
    rates = {way: work / taken for way, taken in seconds.items()} if work else {}
    return GpuRow(case.id, seconds, rates, ratios, disagreement(found))


def disagreement(found: Measurement) -> str:
    """Say where a way did not compute what the engine did; "" if all agree."""
    first = next(iter(found.checks))
    for way, values in found.checks.items():
        tolerance = TF32_TOLERANCE if way.endswith("tf32") else TOLERANCE
        ours = found.checks[first]
        close = all(abs(a - b) <= tolerance * max(abs(b), tolerance) for a, b in zip(values, ours, strict=False))
        if len(values) != len(ours) or not close:
            return f"results differ: {first} {ours[:4]}, {way} {values[:4]}"
    return ""


def to_goal(folder: Path, torch: bool) -> Iterator[GpuRow]:
    """Yield the seconds of training to the goal, the tests not counted: by whole schedules of 1, 2 … epochs."""
    with tempfile.TemporaryDirectory() as temporary:
        images = Path(temporary, "images.npz")
        mnist.save_images(folder, images)
        seconds: dict[str, float] = {}
        notes = []
        for way in ("engine-graph", "engine-cuda", *(["pytorch-cuda"] if torch else [])):
            with Peer(way, 1) as peer:
                for epochs in range(1, MOST_EPOCHS + 1):
                    runs = [peer.ask("epoch", images=str(images), seed=seed, epochs=epochs) for seed in range(3)]
                    if median(run["accuracy"] for run in runs) >= GOAL:
                        seconds[way] = median(run["seconds"] for run in runs)
                        break
                else:
                    notes.append(f"{way} does not reach {GOAL:.0%} in {MOST_EPOCHS} epochs")
    ratios = {}
    if {"engine-graph", "pytorch-cuda"} <= seconds.keys():
        ratios["engine-graph / pytorch-cuda"] = seconds["pytorch-cuda"] / seconds["engine-graph"]
    yield GpuRow("gpu-mnist/mnist-one-epoch/99%", seconds, {}, ratios, "; ".join(notes))


def print_section(console: Console, section: str, ways: Sequence[str], rows: Sequence[GpuRow]) -> None:
    """Print milliseconds of each way, rates of the engine's and PyTorch's, and ratios."""
    if not rows:
        return
    table = Table(title=section, title_justify="left", box=None)
    for heading in ("case", *(f"{way} ms" for way in ways), "engine T/s", "PyTorch T/s", "ratios"):
        table.add_column(heading, justify="left" if heading in ("case", "ratios") else "right")
    for row in rows:
        rates = [number(row.rates.get(way), 1e-12) for way in ("engine-cuda", "pytorch-cuda")]
        ratios = ", ".join(number(ratio) for ratio in row.ratios.values())
        taken = [number(row.seconds.get(way), 1e3) for way in ways]
        table.add_row(row.id.partition("/")[2], *taken, *rates, row.note or ratios)
    console.print(table)
    pairs: dict[str, Any] = {pair: None for row in rows for pair in row.ratios}
    console.print(f"ratios: {', '.join(pairs)}\n" if pairs else "", markup=False)


if __name__ == "__main__":
    raise SystemExit(main())
