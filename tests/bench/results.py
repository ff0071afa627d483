"""What was measured: rows, and the file they are written to."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median
from typing import Any


@dataclass(frozen=True)
class Row:
    """One figure of the engine, and the same of PyTorch.

    Attributes
    ----------
    section, name, setting : str
        Its id in three parts.
    threads : int
    engine, pytorch : float or None
        Seconds of one run, the median over rounds; bytes for peak memory. None if not measured.
    ratio : float or None
        PyTorch's figure divided by the engine's, the median over rounds: above 1, the engine is better.
    low, high : float or None
        The least and the largest ratio of a round.
    figures : dict of str to float
        Others, such as "engine_rate" (operations or bytes a second) and "limit" (the machine's).
    note : str
        What went wrong; "" if nothing did.
    """

    section: str
    name: str
    setting: str
    threads: int
    engine: float | None = None
    pytorch: float | None = None
    ratio: float | None = None
    low: float | None = None
    high: float | None = None
    figures: dict[str, float] = field(default_factory=dict)
    note: str = ""

    @property
    def id(self) -> str:
        """The three parts."""
        return f"{self.section}/{self.name}/{self.setting}"


def single(section: str, name: str, setting: str, threads: int, figures: Mapping[str, float | None]) -> Row:
    """Make a row of one figure for each library, by its name."""
    engine, pytorch = figures.get("engine"), figures.get("pytorch")
    ratio = pytorch / engine if engine and pytorch else None
    return Row(section, name, setting, threads, engine, pytorch, ratio, ratio, ratio)


def write(path: Path, about: Mapping[str, Any], rows: Sequence[Row]) -> None:
    """Write a run as JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps({**about, "rows": [asdict(row) for row in rows]}, indent=1)
    path.write_text(text + "\n", encoding="utf-8")


def read(path: Path) -> tuple[dict[str, Any], list[Row]]:
    """Read what :func:`write` wrote."""
    about = json.loads(path.read_text(encoding="utf-8"))
    return about, [Row(**row) for row in about.pop("rows")]


def medians(runs: Sequence[Sequence[Row]]) -> list[Row]:
    """Join several runs: the median of each figure, the widest range of ratios, all notes."""
    found: dict[tuple[str, int], list[Row]] = {}
    for rows in runs:
        for row in rows:
            found.setdefault((row.id, row.threads), []).append(row)
    return [_joined(rows) for rows in found.values()]


def _joined(rows: Sequence[Row]) -> Row:
    first = rows[0]
    figures = {key: median(row.figures[key] for row in rows if key in row.figures) for key in first.figures}
    lows = [row.low for row in rows if row.low is not None]
    highs = [row.high for row in rows if row.high is not None]
    return Row(
        first.section,
        first.name,
        first.setting,
        first.threads,
        _median([row.engine for row in rows]),
        _median([row.pytorch for row in rows]),
        _median([row.ratio for row in rows]),
        min(lows, default=None),
        max(highs, default=None),
        figures,
        "; ".join(sorted({row.note for row in rows if row.note})),
    )


def _median(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return median(known) if known else None
