"""Arrays drawn as grids for the terminal, wrong elements marked."""

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from rich import box
from rich.columns import Columns
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from grader.compare import difference, wrong_elements
from grader.verdict import Counterexample
from grader.wire import Array, parts

MOST_ROWS = 12
MOST_COLUMNS = 14
MOST_MAPS = 6
# Letters of a terminal of 80, less what stands around a grid.
MOST_WIDTH = 68
WRONG = "bold red"


def draw_counterexample(seen: Counterexample) -> RenderableType:
    """Draw the arguments, then the right value beside the student's with differences marked.

    Parameters
    ----------
    seen : Counterexample

    Returns
    -------
    renderable
    """
    opened = dict(_opened(seen.case))
    arrays = {name: value for name, value in opened.items() if isinstance(value, np.ndarray)}
    settings = [f"{name} = {value!r}" for name, value in opened.items() if name not in arrays]
    drawn: list[RenderableType] = []
    if settings:
        drawn.append(Text(", ".join(settings)))
    if arrays:
        drawn.append(_row(grid for name, value in arrays.items() for grid in _grids(name, value)))
    drawn += _outputs(seen)
    return Group(*drawn)


def _opened(case: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield arguments, and of a dict of arrays each array."""
    for name, value in case.items():
        if isinstance(value, dict) and any(isinstance(item, np.ndarray) for item in value.values()):
            yield from ((f"{name}[{key!r}]", item) for key, item in value.items())
        else:
            yield name, value


def _outputs(seen: Counterexample) -> list[RenderableType]:
    if seen.expected is None and seen.got is None:
        return []
    name = f"{seen.output}, " if seen.output else ""
    expected, got = seen.expected, seen.got
    right, theirs = _inside(seen.output, expected), _inside(seen.output, got)
    if right and right.keys() == theirs.keys():
        wrong_ones = [key for key in right if difference(right[key], theirs[key])]
        each = [replace(seen, expected=right[key], got=theirs[key], output=key) for key in wrong_ones[:MOST_MAPS]]
        return [drawn for one in each for drawn in _outputs(one)]
    comparable = (
        isinstance(expected, np.ndarray)
        and isinstance(got, np.ndarray)
        and expected.shape == got.shape
        and got.dtype.kind in "fiub"
    )
    wrong = wrong_elements(expected, got) if comparable else None
    grids = [*_grids(f"{name}expected", expected, wrong), *_grids(f"{name}yours", got, wrong, star=True)]
    rows: list[RenderableType] = [_row(grids)]
    if wrong is not None and wrong.any():
        rows.append(Text("* wrong", style=WRONG))
    return rows


def _inside(name: str, value: Any) -> dict[str, Any]:
    """Return what is in a dict, or in a list or tuple of arrays, by what it is called; nothing for anything else."""
    if isinstance(value, dict):
        return {repr(key): item for key, item in value.items()}
    if isinstance(value, list | tuple) and any(isinstance(part, np.ndarray) for part in parts(value)):
        return {f"{name}[{i}]": item for i, item in enumerate(value)}
    return {}


def _row(grids: Any) -> Columns:
    return Columns(list(grids), padding=(0, 3))


def _grids(name: str, value: Any, wrong: Array | None = None, star: bool = False) -> Iterator[RenderableType]:
    """One grid for each two-dimensional map of an array."""
    listed = {} if isinstance(value, dict) else _inside(name, value)
    if listed:
        for inner, item in list(listed.items())[:MOST_MAPS]:
            yield from _grids(inner, item)
        if len(listed) > MOST_MAPS:
            yield Text(f"… {len(listed) - MOST_MAPS} more in {name}")
        return
    if not isinstance(value, np.ndarray):
        yield Text(f"{name}: {plain(repr(value))[:200]}")
        return
    if value.size == 0:
        yield Text(f"{name}: nothing in it, shape {value.shape}")
        return
    if value.ndim <= 2:
        yield _grid(name, np.atleast_2d(value), None if wrong is None else np.atleast_2d(wrong), star)
        return
    leading = value.shape[:-2]
    for count, position in enumerate(np.ndindex(leading)):
        if count == MOST_MAPS:
            yield Text(f"… {int(np.prod(leading)) - MOST_MAPS} more maps")
            return
        index = ", ".join(str(i) for i in position)
        yield _grid(f"{name} [{index}]", value[position], None if wrong is None else wrong[position], star)


def _grid(title: str, values: Array, wrong: Array | None, star: bool) -> Group:
    table = Table(box=box.SQUARE, show_header=False)
    rows = min(values.shape[0], MOST_ROWS)
    columns = _columns_that_fit(values[:rows, :MOST_COLUMNS])
    cut = "…" if values.shape[1] > columns else None
    for _ in range(columns + bool(cut)):
        table.add_column(justify="right", no_wrap=True)
    for i in range(rows):
        cells = []
        for j in range(columns):
            bad = wrong is not None and bool(wrong[i, j])
            text = number(values[i, j]) + ("*" if bad and star else "")
            cells.append(Text(text, style=WRONG if bad else ""))
        table.add_row(*cells, *([Text(cut)] if cut else []))
    if values.shape[0] > rows:
        table.add_row(*[Text("⋮")] * (columns + bool(cut)))
    return Group(Text(title), table)


def _columns_that_fit(values: Array) -> int:
    """Return how many columns fit into a line, each with a star and its frame."""
    widths = [4 + max(len(number(value)) for value in column) for column in values.T]
    return max(1, int((np.cumsum(widths) <= MOST_WIDTH).sum()))


def number(value: Any) -> str:
    """Write a number as short as it is.

    Examples
    --------
    >>> number(2.0), number(0.5), number(1 / 3)
    ('2', '0.5', '0.333333')
    """
    return f"{value:.6g}" if isinstance(value, float | np.floating) else str(value)


def plain(text: str) -> str:
    r"""Take out what could steer a terminal: control characters, escape sequences.

    Examples
    --------
    >>> plain("a\x1b[2Jb")
    'a[2Jb'
    """
    return "".join(c for c in text if c in "\n\t" or not unicodedata.category(c).startswith("C"))
