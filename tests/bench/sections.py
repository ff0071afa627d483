"""The sections of the benchmark: each measures its rows, in processes of its own."""

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import NamedTuple

from tests.bench import machine, mnist
from tests.bench.case import Case
from tests.bench.cases import CASES, chosen
from tests.bench.library import MODULES
from tests.bench.networks import NETWORKS
from tests.bench.peers import ROOT, Measurement, Pace, Peer, PeerError, alternate
from tests.bench.results import Row, single

TOLERANCE = 1e-3
PEAK_BATCH = 512
STARTS = 3


class Plan(NamedTuple):
    """What is to be measured.

    Attributes
    ----------
    threads : list of int
    patterns : list of str
        Of ids; none for all.
    pace : Pace
    libraries : list of str
        "engine", and "pytorch" if it is installed.
    mnist : Path or None
        Folder with its files.
    repeats : int
        Of what needs a fresh process or takes seconds.
    say : callable
        Told the id that is being measured.
    """

    threads: Sequence[int]
    patterns: Sequence[str]
    pace: Pace
    libraries: Sequence[str]
    mnist: Path | None
    repeats: int
    say: Callable[[str], None]


# Operations, or bytes, of one run of what measures the machine's limit.
LIMIT_WORK = {"sgemm": machine.SGEMM_FLOPS, "copy": machine.COPY_BYTES}


def compared(section: str, limit: str) -> Callable[[Plan], Iterator[Row]]:
    """Make a section of cases; the machine's limit ("sgemm" or "copy") takes its turn between the libraries."""

    def measure(plan: Plan) -> Iterator[Row]:
        cases = [case for case in CASES.values() if case.section == section and chosen(case.id, plan.patterns)]
        for threads in plan.threads if cases else ():
            with ExitStack() as stack:
                peers = [stack.enter_context(Peer(name, threads)) for name in plan.libraries]
                limits = (stack.enter_context(Peer("limits", threads)), limit)
                for case in cases:
                    plan.say(f"{case.id} on {threads} threads")
                    try:
                        measured = alternate([*((peer, case.id) for peer in peers), limits], plan.pace)
                    except PeerError as error:
                        yield Row(case.section, case.name, case.setting, threads, note=str(error))
                    else:
                        yield row_of(case, threads, measured, LIMIT_WORK[limit])

    return measure


def row_of(case: Case, threads: int, measured: Measurement, limit_work: float) -> Row:
    """Sum up the rounds of a case."""
    engine = measured.median("engine")
    pytorch = measured.median("pytorch") if "pytorch" in measured.seconds else None
    ratios = measured.ratios("pytorch", "engine") if pytorch is not None else []
    figures = {}
    if work := case.flops or case.memory:
        figures = {"engine_rate": work / engine, "limit": limit_work / measured.median("limits")}
        if pytorch is not None:
            figures["pytorch_rate"] = work / pytorch
    if case.images:
        figures["images"] = case.images
    return Row(
        case.section,
        case.name,
        case.setting,
        threads,
        engine,
        pytorch,
        median(ratios) if ratios else None,
        min(ratios, default=None),
        max(ratios, default=None),
        figures,
        disagreement(measured),
    )


def disagreement(measured: Measurement) -> str:
    """Say where the two did not compute the same; "" if they did."""
    if "pytorch" not in measured.checks:
        return ""
    ours, theirs = measured.checks["engine"], measured.checks["pytorch"]
    # "not within", because NaN is within nothing
    if len(ours) == len(theirs) and all(
        abs(a - b) <= TOLERANCE * max(abs(b), TOLERANCE) for a, b in zip(ours, theirs, strict=True)
    ):
        return ""
    return f"results differ: engine {ours[:4]}, PyTorch {theirs[:4]}"


def peak_memory(plan: Plan) -> Iterator[Row]:
    """Measure each network's step at batch 512 in fresh processes, most threads."""
    threads = max(plan.threads)
    for network in NETWORKS:
        id = ("peak-memory", network, str(PEAK_BATCH))
        if not chosen("/".join(id), plan.patterns):
            continue
        plan.say("/".join(id))
        figures: dict[str, float] = {}
        try:
            with Peer("engine", threads) as peer:  # compiles, so that the process that counts only loads
                peer.ask("peak", network=network, batch=PEAK_BATCH)
            for name in plan.libraries:
                with Peer(name, threads) as peer:
                    found = peer.ask("peak", network=network, batch=PEAK_BATCH) or {}
                figures |= {f"{name}_{what}": value for what, value in found.items()}
        except PeerError as error:
            yield Row(*id, threads, note=str(error))
            continue
        if figures:
            row = single(*id, threads, {name: figures.get(f"{name}_growth") for name in plan.libraries})
            yield Row(*id, threads, row.engine, row.pytorch, row.ratio, figures=figures)


def cold_start(plan: Plan) -> Iterator[Row]:
    """Measure imports, and the first LeNet step of a process: from its start, with an empty kernel cache and a full.

    Everything counts that a user waits for, the start of Python included.
    """
    threads = max(plan.threads)
    id = ("cold-start", "import", "later")
    if chosen("/".join(id), plan.patterns):
        plan.say("/".join(id))
        yield single(*id, threads, {name: import_seconds(name) for name in plan.libraries})
    if not chosen("cold-start/first-step/later", plan.patterns):
        return
    plan.say("cold-start/first-step")
    with tempfile.TemporaryDirectory() as cache:
        first = {"engine": first_step_seconds("engine", threads, cache)}
        later = {
            name: median(first_step_seconds(name, threads, cache) for _ in range(STARTS)) for name in plan.libraries
        }
    # PyTorch compiles nothing, so it is compared with itself being started at any time.
    yield single("cold-start", "first-step", "empty-cache", threads, {**later, **first})
    yield single("cold-start", "first-step", "later", threads, later)


def import_seconds(library: str) -> float:
    """Return the seconds of an import in a fresh process, the median of a few."""
    code = f"import time; start = time.perf_counter(); import {MODULES[library]}; print(time.perf_counter() - start)"
    starts = [
        subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout
        for _ in range(1 + STARTS)
    ]
    return median(map(float, starts[1:]))  # the first one reads the files from disk


def first_step_seconds(library: str, threads: int, cache: str) -> float:
    """Return the seconds from the start of a process to the end of its first training step."""
    start = time.perf_counter()
    with Peer(library, threads, {"NUMBA_CACHE_DIR": cache}) as peer:
        peer.ask("first_step", network="lenet-1x32x32", batch=64)
        return time.perf_counter() - start


def mnist_epoch(plan: Plan) -> Iterator[Row]:
    """Train the one-epoch network in each library in turn, most threads."""
    threads, id = max(plan.threads), ("mnist", "mnist-one-epoch", "epoch")
    if plan.mnist is None or not chosen("/".join(id), plan.patterns):
        return
    found: dict[str, list[dict[str, float]]] = {name: [] for name in plan.libraries}
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        images = Path(folder, "images.npz")
        mnist.save_images(plan.mnist, images)
        peers = [stack.enter_context(Peer(name, threads)) for name in plan.libraries]
        for seed in range(plan.repeats):
            for peer in peers:
                plan.say(f"{'/'.join(id)}: {peer.name}, seed {seed}")
                found[peer.name].append(peer.ask("epoch", images=str(images), seed=seed))
    row = single(*id, threads, {name: median(run["seconds"] for run in runs) for name, runs in found.items()})
    figures = {f"{name}_accuracy": median(run["accuracy"] for run in runs) for name, runs in found.items()}
    yield Row(*id, threads, row.engine, row.pytorch, row.ratio, figures=figures)


SECTIONS: dict[str, Callable[[Plan], Iterator[Row]]] = {
    "train": compared("train", "sgemm"),
    "conv": compared("conv", "sgemm"),
    "inference": compared("inference", "sgemm"),
    "memory-bound": compared("memory-bound", "copy"),
    "peak-memory": peak_memory,
    "per-image": compared("per-image", "sgemm"),
    "cold-start": cold_start,
    "mnist": mnist_epoch,
}
