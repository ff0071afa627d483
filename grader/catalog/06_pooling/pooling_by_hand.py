"""A small map, pooled by hand in several ways."""

from dataclasses import dataclass

import numpy as np

from grader.exercise import Exercise, Mutant, Question
from grader.sheet import hand_sheet, personal_sheet

Map = tuple[tuple[int, ...], ...]
Means = tuple[tuple[float, ...], ...]


@dataclass(frozen=True)
class Numbers:
    """The map; all of its bottom right quarter is negative."""

    pixels: Map = ((1, 0, 7, -4), (-2, -1, 6, 2), (8, 5, -5, -6), (5, -1, -4, -3))


def draw(rng: np.random.Generator) -> Numbers:
    pixels = rng.integers(-9, 10, (4, 4))
    pixels[2:, 2:] = rng.choice(range(-9, 0), (2, 2), replace=False)
    return Numbers(tuple(tuple(int(value) for value in row) for row in pixels))


def windows(pixels: np.ndarray, size: int, stride: int) -> np.ndarray:
    view: np.ndarray = np.lib.stride_tricks.sliding_window_view(pixels, (size, size))[::stride, ::stride]
    return view


def plain(array: np.ndarray) -> Map:
    return tuple(tuple(int(value) for value in row) for row in array)


def decimals(array: np.ndarray) -> Means:
    return tuple(tuple(float(value) for value in row) for row in array)


def in_a_row(pixels: np.ndarray) -> str:
    return ", ".join(str(value) for value in pixels.ravel())


def drawn(pixels: np.ndarray) -> str:
    """Write a map down, below the prompt's own indentation."""
    return "\n".join(" " * 7 + "".join(f"{value:>4}" for value in row) for row in pixels)


def sheet(numbers: Numbers) -> Exercise:
    pixels = np.array(numbers.pixels)
    moved = np.pad(pixels, ((0, 0), (1, 0)))[:, :-1]
    two, three = windows(pixels, 2, 2), windows(pixels, 3, 1)
    largest, means = plain(two.max((2, 3))), decimals(two.mean((2, 3)))
    overlapping = plain(three.max((2, 3)))
    after_move = plain(windows(moved, 2, 2).max((2, 3)))
    whole = float(pixels.mean())
    sums, flat = plain(two.sum((2, 3))), two.reshape(2, 2, 4)
    absolute = np.take_along_axis(flat, np.abs(flat).argmax(2)[..., None], 2)[..., 0]
    corner = in_a_row(pixels[2:, 2:])
    return hand_sheet(
        title="pooling a small map, by hand",
        order=3,
        prompt=f"""
    Pooling makes one number of each window of a map. Max pooling keeps the largest, average pooling takes the
    mean. Windows are F x F pixels large and move by S pixels. A window that does not fit is left out.

        map:
{drawn(pixels)}

    With windows of 2x2 at stride 2 this map has four windows that lie side by side. With 3x3 at stride 1 it
    has four, too, but they overlap. A global average takes the whole map as its only window.

    Write a map of 2x2 results as two rows, top row first: [[a, b], [c, d]].

    Example: the map [[1, 5], [3, -4]] is a single window of 2x2. Its largest number is 5, its mean is
    (1 + 5 + 3 - 4) / 4 = 1.25.
    """,
        questions=(
            Question("max_pool", "Max pooling, 2x2 windows at stride 2: four numbers as [[a, b], [c, d]]", largest, 2),
            Question(
                "average_pool",
                "Average pooling, 2x2 windows at stride 2: four numbers as [[a, b], [c, d]]",
                means,
                2,
            ),
            Question(
                "overlapping",
                "Max pooling, 3x3 windows at stride 1: four numbers as [[a, b], [c, d]]",
                overlapping,
                2,
            ),
            Question("global_average", "The global average of the map, a number", whole),
            Question(
                "moved",
                "The map moves to the right by one pixel: its last column is lost, and a column of zeros moves in on "
                "the left. Max pooling, 2x2 windows at stride 2: four numbers as [[a, b], [c, d]]",
                after_move,
                2,
            ),
            Question(
                "unchanged",
                "How many of the four numbers of the first question has the move left as they were? A count",
                int((np.array(largest) == after_move).sum()),
            ),
        ),
        hints=(
            "Draw lines through the map where 2x2 windows meet: a cross through its middle. Then each quarter is one "
            "window.",
            f"The window at the bottom right holds {corner}. Of negative numbers, the one nearest to 0 is the largest; "
            "0 itself is not among them.",
            f"The first window holds {in_a_row(pixels[:2, :2])}: its mean is their sum, {sums[0][0]}, divided by 4. "
            "The 3x3 windows begin at (0, 0), (0, 1), (1, 0) and (1, 1).",
            f"The sums of the four 2x2 windows are {sums[0][0]}, {sums[0][1]}, {sums[1][0]} and {sums[1][1]}, and "
            f"that of the whole map is {pixels.sum()}. After the move the top row is {in_a_row(moved[:1])}.",
        ),
        other_answers=(
            {
                "max_pool": [list(row) for row in largest],
                "average_pool": [list(row) for row in means],
                "moved": [[float(value) for value in row] for row in after_move],
            },
            {"overlapping": np.array(overlapping).tolist(), "global_average": int(pixels.sum()) / 16},
        ),
        mutants=(
            Mutant(
                "0 taken as the least",
                {"max_pool": plain(np.maximum(largest, 0))},
                f"the window at the bottom right holds {corner}: its largest number is negative, 0 is not in it",
            ),
            Mutant(
                "largest without its sign",
                {"max_pool": plain(absolute)},
                "a large negative number is small: the largest is the one furthest to the right on the number line",
            ),
            Mutant(
                "smallest kept",
                {"max_pool": plain(two.min((2, 3)))},
                "you kept the smallest number of each window: keep the largest",
            ),
            Mutant(
                "means for maxima",
                {"max_pool": means},
                "those are the means: max pooling keeps the largest number",
            ),
            Mutant(
                "maxima for means",
                {"average_pool": largest},
                "those are the largest numbers: average pooling takes the mean",
            ),
            Mutant(
                "not divided",
                {"average_pool": sums, "global_average": int(pixels.sum())},
                "those are sums: divide by the number of pixels in the window",
            ),
            Mutant(
                "divided by the side",
                {"average_pool": decimals(two.sum((2, 3)) / 2), "global_average": float(pixels.sum() / 4)},
                "you divided by the side of the window: it has side times side pixels",
            ),
            Mutant(
                "largest of the 2x2 windows averaged",
                {"global_average": float(np.mean(largest))},
                "that is the mean of the four largest: the global average takes all 16 pixels",
            ),
            Mutant(
                "results written by columns",
                {
                    "max_pool": plain(np.transpose(largest)),
                    "average_pool": decimals(np.transpose(means)),
                },
                "rows and columns of your result are exchanged: the first row holds the two windows at the top",
            ),
            Mutant(
                "windows of 2x2 again",
                {"overlapping": largest},
                "those are the windows of 2x2 at stride 2: now they have 3 rows and 3 columns, and move by 1",
            ),
            Mutant(
                "moved to the left",
                {"moved": plain(windows(np.pad(pixels, ((0, 0), (0, 1)))[:, 1:], 2, 2).max((2, 3)))},
                "you moved the map to the left: the zeros move in on the left",
            ),
            Mutant(
                "last column comes back",
                {"moved": plain(windows(np.roll(pixels, 1, 1), 2, 2).max((2, 3)))},
                "what leaves on the right does not come back on the left: zeros move in",
            ),
            Mutant("map not moved", {"moved": largest}, "you pooled the map as it was: move it first"),
            Mutant(
                "changed ones counted",
                {"unchanged": 4 - int((np.array(largest) == after_move).sum())},
                "you counted those that changed: count those that stayed",
            ),
        ),
    )


EXERCISE = personal_sheet(sheet, Numbers(), draw)
