"""The tables that are printed: a section each, in 110 columns, then the targets."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from tests.bench.results import Row
from tests.bench.targets import TARGETS

WIDTH = 110
UNKNOWN = "-"

TITLES = {
    "train": "Training steps: forward, loss, backward, update, zero_grad; share of the sgemm rate",
    "conv": "Convolutions, forward and with the gradients of input and weight; share of the sgemm rate",
    "inference": "Inference of the LeNet listing without gradients; share of the sgemm rate",
    "memory-bound": "Ops bound by memory: the bytes they must move, as a share of the rate of a copy",
    "peak-memory": "Peak memory of training steps: growth over a process that has made a small step",
    "per-image": "Cost of an image in a training step as the batch grows",
    "cold-start": "Cold start: import, and from the start of a process to the end of its first LeNet step",
    "mnist": "One epoch of MNIST",
}


def number(value: float | None, scale: float = 1.0) -> str:
    """Write a figure with three digits that count, or a dash."""
    if value is None:
        return UNKNOWN
    value *= scale
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def share(part: float | None, whole: float | None) -> str:
    """Write a percentage, or a dash."""
    return UNKNOWN if part is None or not whole else f"{100 * part / whole:.0f}%"


def ratio(row: Row) -> str:
    """Write a ratio, and its range over rounds."""
    if row.ratio is None:
        return UNKNOWN
    colour = "green" if row.ratio >= 1 else "red"
    single = row.low is None or row.low == row.high
    between = "" if single else f" [dim]({number(row.low)}-{number(row.high)})[/]"
    return f"[{colour}]{number(row.ratio)}[/]{between}"


Column = tuple[str, Callable[[Row], str]]

THREADS: Column = ("threads", lambda row: str(row.threads))
RATIO: Column = ("ratio", ratio)


def figure(key: str, scale: float = 1.0, digits: int | None = None) -> Callable[[Row], str]:
    """Write one of the other figures, with this many digits behind the point if they are given."""
    if digits is None:
        return lambda row: number(row.figures.get(key), scale)
    return lambda row: f"{row.figures[key] * scale:.{digits}f}" if key in row.figures else UNKNOWN


def rates(unit: str, scale: float) -> tuple[Column, ...]:
    """Return the columns of rates and of shares of the machine's."""
    return (
        (f"engine\n{unit}", figure("engine_rate", scale)),
        (f"PyTorch\n{unit}", figure("pytorch_rate", scale)),
        ("engine\nshare", lambda row: share(row.figures.get("engine_rate"), row.figures.get("limit"))),
        ("PyTorch\nshare", lambda row: share(row.figures.get("pytorch_rate"), row.figures.get("limit"))),
    )


def seconds(unit: str, scale: float) -> tuple[Column, ...]:
    """Return the two libraries' times."""
    return (
        (f"engine\n{unit}", lambda row: number(row.engine, scale)),
        (f"PyTorch\n{unit}", lambda row: number(row.pytorch, scale)),
    )


def per_image(library: str) -> Callable[[Row], str]:
    """Write microseconds for each image."""
    return lambda row: number(getattr(row, library), 1e6 / row.figures.get("images", 1.0))


TIMES = (THREADS, *seconds("ms", 1e3), RATIO)
MEGABYTE = 1 / (1 << 20)

COLUMNS: dict[str, tuple[Column, ...]] = {
    "train": (*TIMES, *rates("GFLOP/s", 1e-9)),
    "conv": (*TIMES, *rates("GFLOP/s", 1e-9)),
    "inference": (*TIMES, *rates("GFLOP/s", 1e-9)),
    "memory-bound": (*TIMES, *rates("GB/s", 1e-9)),
    "per-image": (*TIMES, ("engine\nµs/image", per_image("engine")), ("PyTorch\nµs/image", per_image("pytorch"))),
    "peak-memory": (
        THREADS,
        *seconds("MB", MEGABYTE),
        RATIO,
        ("engine\nwhole peak", figure("engine_peak", MEGABYTE)),
        ("PyTorch\nwhole peak", figure("pytorch_peak", MEGABYTE)),
    ),
    "cold-start": (THREADS, *seconds("s", 1.0), RATIO),
    "mnist": (
        THREADS,
        *seconds("s", 1.0),
        RATIO,
        ("engine\nright, %", figure("engine_accuracy", 100.0, 2)),
        ("PyTorch\nright, %", figure("pytorch_accuracy", 100.0, 2)),
    ),
}


def print_section(console: Console, section: str, rows: Sequence[Row]) -> None:
    """Print the table of a section, what went wrong beneath it."""
    console.print(f"[bold]{TITLES[section]}[/]")
    table = Table(box=None, pad_edge=False)
    table.add_column("case")
    table.add_column("")
    for header, _ in COLUMNS[section]:
        table.add_column(header, justify="right", no_wrap=True)
    for row in rows:
        table.add_row(escape(row.name), escape(row.setting), *(write(row) for _, write in COLUMNS[section]))
    console.print(table)
    for row in rows:
        if row.note:
            console.print(f"[red]{escape(row.id)} on {row.threads} threads:[/] {escape(row.note)}", soft_wrap=True)
    console.print()


def print_targets(console: Console, rows: Sequence[Row]) -> None:
    """Print which targets are met."""
    most = max((row.threads for row in rows), default=0)
    console.print(f"[bold]Targets, on {most} thread{'s' if most > 1 else ''}[/]")
    table = Table(box=None, pad_edge=False)
    table.add_column("target", no_wrap=True)
    table.add_column("", no_wrap=True)
    table.add_column("measured")
    for target in TARGETS:
        verdict = target.judge(rows)
        if verdict is None:
            table.add_row(target.text, "[dim]open[/]", "[dim]not measured[/]")
        else:
            table.add_row(target.text, "[green]met[/]" if verdict.met else "[red]missed[/]", verdict.figures)
    console.print(table)


def print_machine(console: Console, machine: Mapping[str, Any]) -> None:
    """Print what it was measured on."""
    versions = ", ".join(f"{name} {version}" for name, version in machine["versions"].items())
    console.print(f"{machine['processor']}, {machine['cores']} cores, {' '.join(machine['vectors'])}", highlight=False)
    console.print(f"{machine['system']}, Python {machine['python']}, {versions}\n", highlight=False)
