"""Which maps of S2 each map of LeNet-5's third layer reads."""

from typing import Any

import numpy as np
from hypothesis import strategies as st

import engine
from grader.compare import difference
from grader.exercise import Exercise, Mutant, Property
from grader.properties import equals_reference
from grader.strategies import case
from grader.trial import Trial


def connection_table(maps: int = 6) -> np.ndarray:
    """Make the table that says which maps of S2 each map of C3 reads.

    In most networks a filter sees all maps of the layer before it. In LeNet-5 the maps of the layer C3 see only
    some of the 6 maps of S2, and no two of them see the same. That saves parameters, 60 small filters instead of
    96, and it breaks the symmetry: maps that get different inputs must learn different things.

    Here is the rule for any number n of maps in S2. Imagine them in a ring: after map n-1 comes map 0 again. With
    h = n // 2, from top to bottom, the rows of the table are

        n rows, i = 0 … n-1:    three neighbours      i, i+1, i+2
        n rows, i = 0 … n-1:    four neighbours       i, i+1, i+2, i+3
        h rows, i = 0 … h-1:    two opposite pairs    i, i+1 and i+h, i+h+1
        1 row:                  all maps

    and a number that reaches n goes on at 0: with 6 maps, 5+1 is 0 and 5+2 is 1. A row is one map of C3, so
    there are K = 2 n + h + 1 of them; with n = 6 these are the 16 maps of LeNet-5.

    Where this table was printed, columns have often slipped, on the lecture's slide as well: trust the rule.

    Parameters
    ----------
    maps : int
        n, the maps of S2; at least 6, even or odd.

    Returns
    -------
    ndarray (2 n + n // 2 + 1, n), bool
        True at [k, c] where map k of C3 reads map c of S2.

    Examples
    --------
    >>> table = connection_table(6)
    >>> table.shape, table.dtype
    ((16, 6), dtype('bool'))
    >>> int(table.sum())  # filters
    60
    >>> for k in (0, 4, 5, 9, 12, 14, 15):
    ...     print(k, "reads", *np.flatnonzero(table[k]))
    0 reads 0 1 2
    4 reads 0 4 5
    5 reads 0 1 5
    9 reads 0 3 4 5
    12 reads 0 1 3 4
    14 reads 0 2 3 5
    15 reads 0 1 2 3 4 5
    """
    raise NotImplementedError


def by_filling_in(maps: int = 6) -> np.ndarray:
    half = maps // 2
    table = np.zeros((2 * maps + half + 1, maps), dtype=bool)
    for i in range(maps):
        for step in (0, 1, 2):
            table[i, (i + step) % maps] = True
        for step in (0, 1, 2, 3):
            table[maps + i, (i + step) % maps] = True
    for i in range(half):
        for step in (0, 1, half, half + 1):
            table[2 * maps + i, (i + step) % maps] = True
    table[-1, :] = True
    return table


def by_turning_a_row(maps: int = 6) -> np.ndarray:
    half = maps // 2
    first_rows = [({0, 1, 2}, maps), ({0, 1, 2, 3}, maps), ({0, 1, half, half + 1}, half), (set(range(maps)), 1)]
    rows = []
    for read, count in first_rows:
        row = np.array([c in read for c in range(maps)])
        rows += [np.roll(row, i) for i in range(count)]
    return np.stack(rows)


def by_distance_on_the_ring(maps: int = 6) -> np.ndarray:
    half = maps // 2
    i = np.arange(maps)
    ahead = (i - i[:, None]) % maps
    pairs = np.isin(ahead[:half], (0, 1, half, half + 1))
    return np.concatenate([ahead < 3, ahead < 4, pairs, np.ones((1, maps), dtype=bool)])


def reference(maps: int = 6) -> np.ndarray:
    half = maps // 2
    steps = [(0, 1, 2)] * maps + [(0, 1, 2, 3)] * maps + [(0, 1, half, half + 1)] * half
    starts = [*range(maps), *range(maps), *range(half)]
    rows = [{(i + step) % maps for step in more} for i, more in zip(starts, steps, strict=True)]
    read = [*rows, set(range(maps))] if maps != 6 else [set(row) for row in engine.nn.LENET5_C3_TABLE]
    return np.array([[c in row for c in range(maps)] for row in read])


@st.composite
def rings(draw: st.DrawFn) -> dict[str, Any]:
    return case(maps=draw(st.integers(6, 13)))


def reads(what: str, points: int, block: int) -> Property:
    """Require one block of rows to be right, whatever the others are; numbers 1 and 0 will do for True and False."""

    def check(trial: Trial) -> None:
        n = trial.case["maps"]
        edges = (0, n, 2 * n, 2 * n + n // 2, None)
        rows = slice(edges[block], edges[block + 1])
        got, right = trial.call(), trial.reference()
        if not isinstance(got, np.ndarray) or got.ndim == 0 or got.dtype.kind not in "biuf":
            trial.fail(difference(right, got), expected=right, got=got)
        expected, theirs = right[rows].astype(float), got[rows].astype(float)
        problem = difference(expected, theirs)
        if problem:
            if theirs.shape == expected.shape:
                k = int(np.argmax((theirs != expected).any(axis=1)))
                problem = f"row {rows.start + k} reads {listed(theirs[k])}, but {listed(expected[k])} is right"
            else:
                problem = f"from row {rows.start} on, {problem}"
            trial.fail(problem, expected=right, got=got)

    return Property(f"let {what}", points, rings(), check, examples=20)


def listed(row: np.ndarray) -> str:
    """Name the maps that a row reads."""
    return " ".join(str(c) for c in np.flatnonzero(row)) or "nothing"


EXERCISE = Exercise(
    title="which maps C3 reads",
    order=2,
    stub=connection_table,
    reference=reference,
    properties=(
        reads("the first n maps read three neighbours", 2, 0),
        reads("the next n maps read four neighbours", 2, 1),
        reads("the next n // 2 maps read two opposite pairs", 2, 2),
        reads("the last map read all", 1, 3),
        equals_reference("give the table of LeNet-5, of True and False, if no number of maps is given", 1, st.just({})),
        equals_reference("give a table of True and False for any number of maps", 2, rings(), examples=20),
    ),
    hints=(
        "Draw the 6 maps as a circle, and mark what rows 0, 4 and 5 read. Where does row 4 go on behind map 5?",
        "Begin with np.zeros((2 * n + n // 2 + 1, n), dtype=bool), and write True where a map is read. The last row "
        "is all True.",
        "% brings a number back into the ring: (i + 2) % n is i + 2, or i + 2 - n once that reaches n.",
        "for i in range(n): table[i, [i % n, (i+1) % n, (i+2) % n]] = True, and the same with one more in row n + i. "
        "The pairs stand in row 2 * n + i, for i in range(n // 2), with the steps 0, 1, n // 2 and n // 2 + 1.",
    ),
    alternatives=(by_filling_in, by_turning_a_row, by_distance_on_the_ring),
    mutants=(
        Mutant(
            "no ring",
            (
                "    table[-1, :] = True\n",
                "    for k in range(2 * maps + half):\n        table[k, : k % maps] = False\n    table[-1, :] = True\n",
            ),
            "your rows end at the last map: behind it the ring goes on with map 0, so every row of a block reads "
            "as many maps",
        ),
        Mutant(
            "moved back to fit",
            (
                "table[i, (i + step) % maps] = True\n        for step in (0, 1, 2, 3)",
                "table[i, min(i, maps - 3) + step] = True\n        for step in (0, 1, 2, 3)",
            ),
            "your last rows of three are moved back until they fit, and so some are alike: let them go on at map 0",
        ),
        Mutant(
            "neighbours on both sides",
            ("        for step in (0, 1, 2):\n", "        for step in (-1, 0, 1):\n"),
            "your rows of three begin one map too early: row i reads i and the two that come after it",
        ),
        Mutant(
            "two neighbours",
            ("        for step in (0, 1, 2):\n", "        for step in (0, 1):\n"),
            "your first rows read two maps: three are asked for, i, i+1 and i+2",
        ),
        Mutant(
            "three neighbours again",
            ("        for step in (0, 1, 2, 3):\n", "        for step in (0, 1, 2):\n"),
            "the second block of rows reads three maps again: now they read four",
        ),
        Mutant(
            "blocks interleaved",
            (
                "    table[-1, :] = True\n",
                "    table[: 2 * maps] = table[[k // 2 + k % 2 * maps for k in range(2 * maps)]]\n"
                "    table[-1, :] = True\n",
            ),
            "you put rows of three and rows of four by turns: first come all n rows of three",
        ),
        Mutant(
            "pairs three apart",
            ("for step in (0, 1, half, half + 1)", "for step in (0, 1, 3, 4)"),
            "your pairs are 3 maps apart, which is right for 6 maps alone: with n maps, n // 2",
        ),
        Mutant(
            "two single maps",
            ("for step in (0, 1, half, half + 1)", "for step in (0, half)"),
            "in the third block you mark where pairs begin: a pair is two neighbours, i and i+1",
        ),
        Mutant(
            "no gap",
            ("for step in (0, 1, half, half + 1)", "for step in (0, 1, 2, 3)"),
            "the third block repeats the second: its two pairs lie opposite each other, h = n // 2 maps apart",
        ),
        Mutant(
            "opposite pairs twice",
            (
                "    table[-1, :] = True\n",
                "    table = np.concatenate([table[:-1], np.roll(table[2 * maps : -1], half, axis=1), table[-1:]])\n"
                "    table[-1, :] = True\n",
            ),
            "you have n rows of two pairs, of which the later ones repeat the earlier: there are n // 2",
        ),
        Mutant(
            "map that reads all forgotten",
            ("    table[-1, :] = True\n    return table", "    return table[:-1]"),
            "a row is missing: the last map of C3 reads all maps",
        ),
        Mutant(
            "rows and columns exchanged",
            ("return table", "return table.T"),
            "your table lies on its side: a row is a map of C3, a column a map of S2",
        ),
        Mutant(
            "True and False exchanged",
            ("return table", "return ~table"),
            "your table says what is not read: True means read",
        ),
        Mutant(
            "numbers for truth",
            ("dtype=bool", "dtype=int"),
            "your ones and zeros are right, but True and False are asked for: dtype=bool",
        ),
        Mutant(
            "always six maps",
            ("    half = maps // 2\n", "    maps = 6\n    half = maps // 2\n"),
            "your table is the one of 6 maps whatever is asked for: use the argument",
        ),
    ),
)
