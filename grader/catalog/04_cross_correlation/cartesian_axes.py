"""The picture of two axes from the lecture, two line filters, and a max pool."""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from grader.exercise import Exercise, Mutant, Question
from grader.sheet import hand_sheet, personal_sheet

VERTICAL = np.array([[-0.5, 1.0, -0.5]] * 3)
HORIZONTAL = VERTICAL.T
LINE = (1, 1, 1, 1)


@dataclass(frozen=True)
class Numbers:
    """The pixels of the image, whose third row is the line that lies, and the pixels of a surface without lines."""

    above: tuple[int, int, int, int] = (0, 1, 0, 1)
    below: tuple[int, int, int, int] = (0, -2, 0, -2)
    plain: int = 7


def draw(rng: np.random.Generator) -> Numbers:
    # The line that stands is in column 1, another bright pixel in a column beside it; one row below is negative.
    other = int(rng.choice((0, 3)))
    above, below = [0, 0, 0, 0], [0, 0, 0, 0]
    above[1], above[other] = (int(rng.integers(1, 5)) for _ in range(2))
    below[1], below[other] = (int(-2 * rng.integers(1, 4)) for _ in range(2))
    return Numbers((above[0], above[1], 0, above[3]), (below[0], below[1], 0, below[3]), int(rng.integers(3, 10)))


def slid(image: np.ndarray, kernel: np.ndarray) -> tuple[tuple[float, ...], ...]:
    windows = np.lib.stride_tricks.sliding_window_view(image, kernel.shape)
    return tuple(tuple(shortest(v) for v in row) for row in np.einsum("ijpq,pq->ij", windows, kernel))


def shortest(value: float) -> float:
    """Return a whole number as one."""
    return int(value) if value == int(value) else float(value)


def sheet(numbers: Numbers) -> Exercise:
    image = np.array([numbers.above, numbers.above, LINE, numbers.below])
    rows = ["".join(f"{value:>4}" for value in row) for row in image]
    vertical, horizontal = slid(image, VERTICAL), slid(image, HORIZONTAL)
    turned = slid(image.T, VERTICAL)
    misread = np.array([*image[:2], numbers.above, image[3]])
    careless = np.abs(image)
    unsigned = [slid(image, np.abs(kernel)) for kernel in (VERTICAL, HORIZONTAL)]
    averages = tuple(shortest(float(np.mean(found))) for found in (vertical, horizontal))
    largest = tuple(max(max(row) for row in found) for found in (vertical, horizontal))
    first, last = (" ".join(str(value) for value in row) for row in (numbers.above, image.T[0]))
    left, right = ([sum(int(v) for v in row[start : start + 3]) for row in image] for start in (0, 1))
    return hand_sheet(
        title="is this a pair of axes? By hand",
        order=4,
        prompt=f"""
    Does a picture show a pair of axes, a line that stands and a line that lies? Two filters and a
    max pool can say. Here is a picture of 4x4 pixels and the two filters:

        image:                  vertical filter:        horizontal filter:
         {rows[0]}           -1/2   1   -1/2         -1/2  -1/2  -1/2
         {rows[1]}           -1/2   1   -1/2          1     1     1
         {rows[2]}           -1/2   1   -1/2         -1/2  -1/2  -1/2
         {rows[3]}

    Slide each filter over the image without a border, at stride 1. It stands at (4 - 3) / 1 + 1 = 2
    positions along each axis, so each filter gives a map of 2x2 numbers:

        map[i, j] = sum over p = 0, 1, 2 and q = 0, 1, 2 of image[i + p, j + q] * filter[p, q]

    A filter gives a large number where the image looks like it, and a negative one where bright pixels
    lie under its negative weights. Then a max pool with a 2x2 window keeps the largest number of each
    map. That number says how clearly such a line was seen anywhere, and forgets where.

    Example: the vertical filter on a window with the rows 1 1 0, then 0 1 0, then 0 2 1. Row by row:

        1 * -1/2 + 1 * 1 + 0 * -1/2 =  1/2
        0 * -1/2 + 1 * 1 + 0 * -1/2 =  1
        0 * -1/2 + 2 * 1 + 1 * -1/2 =  3/2      in all 3

    Answers are plain numbers without a unit; write a half as 0.5 or 1/2.
    """,
        questions=(
            Question("vertical_top", "Vertical filter, first row of its map: two numbers, left to right", vertical[0]),
            Question("vertical_bottom", "Vertical filter, second row of its map: two numbers", vertical[1]),
            Question("horizontal_top", "Horizontal filter, first row of its map: two numbers", horizontal[0]),
            Question("horizontal_bottom", "Horizontal filter, second row of its map: two numbers", horizontal[1]),
            Question(
                "pooled",
                "Max pool with a 2x2 window: what is left of the vertical map and of the horizontal map, two numbers",
                largest,
            ),
            Question(
                "plain_surface",
                f"A picture without lines: all 16 pixels are {numbers.plain}. Which number does the vertical filter "
                "give at each position?",
                0,
            ),
            Question(
                "turned_over",
                "The image is turned over along its diagonal, so that its rows become columns: its first row is "
                f"now {last}. Which map does the vertical filter give? Two rows of two numbers, as in ((a, b), "
                "(c, d))",
                turned,
                2,
            ),
        ),
        hints=(
            "Copy the image onto paper, cut a hole of 3x3 into a second sheet and lay it on the image. Only the "
            "nine numbers in the hole count; write down three sums, one for each row, before you add them.",
            "A row with weights -1/2, 1, -1/2 gives its middle minus half of what stands left and right. The "
            "third row of the image, 1 1 1 1, gives 1 - 1/2 - 1/2 = 0 at both positions.",
            "A row with weights 1 1 1 gives the sum of its three pixels, one with -1/2 -1/2 -1/2 minus half of "
            "it. Sums of three pixels, left and right: "
            + ", ".join(f"{a} and {b}" for a, b in zip(left, right, strict=True))
            + " in the four rows.",
            f"Vertical: {by_rows(image, VERTICAL, 0)} above, {by_rows(image, VERTICAL, 1)} below. Horizontal: "
            f"{by_rows(image, HORIZONTAL, 0)} above, {by_rows(image, HORIZONTAL, 1)} below. The nine weights of a "
            "filter add up to 0. And a vertical filter on the turned image sees what the horizontal one saw on the "
            "image, turned too.",
        ),
        other_answers=(
            {
                "vertical_top": [float(value) for value in vertical[0]],
                "horizontal_bottom": list(horizontal[1]),
                "plain_surface": 0.0,
                "turned_over": [list(row) for row in turned],
            },
            {
                "vertical_bottom": tuple(float(value) for value in vertical[1]),
                "pooled": [float(value) for value in largest],
            },
        ),
        mutants=(
            Mutant(
                f"third row read as {first}",
                {"vertical_top": slid(misread, VERTICAL)[0]},
                f"the third row of the image is 1 1 1 1: under -1/2, 1, -1/2 it gives 0; you took it for {first}",
            ),
            Mutant(
                "minus of the last row lost",
                {"vertical_bottom": slid(careless, VERTICAL)[1], "horizontal_bottom": slid(careless, HORIZONTAL)[1]},
                f"the last row of the image holds {min(numbers.below)}, not {-min(numbers.below)}",
            ),
            Mutant(
                "minus of the weights lost",
                {
                    "vertical_top": unsigned[0][0],
                    "vertical_bottom": unsigned[0][1],
                    "horizontal_top": unsigned[1][0],
                    "horizontal_bottom": unsigned[1][1],
                },
                "the weights beside the ones are -1/2, not 1/2",
            ),
            Mutant(
                "filters swapped",
                {
                    "vertical_top": horizontal[0],
                    "vertical_bottom": horizontal[1],
                    "horizontal_top": vertical[0],
                    "horizontal_bottom": vertical[1],
                    "pooled": largest[::-1],
                },
                "you swapped the two filters: the vertical one has its ones in a column",
            ),
            Mutant(
                "averaged instead of the largest",
                {"pooled": averages},
                "that is the average of each map: a max pool keeps the largest number",
            ),
            Mutant(
                "brightness taken for a line",
                {"plain_surface": 3 * numbers.plain},
                f"you left out the negative weights: 3 * {numbers.plain} under the ones, and "
                f"6 * {numbers.plain} * -1/2 beside them",
            ),
            Mutant(
                "map not turned",
                {"turned_over": horizontal},
                "those are the right numbers, but rows and columns of the map change places as those of the image did",
            ),
            Mutant(
                "vertical map turned",
                {"turned_over": tuple(zip(*vertical, strict=True))},
                "you turned the vertical map: standing lines lie after the turn, so now the vertical filter "
                "sees the line that lay before",
            ),
        ),
    )


def by_rows(image: np.ndarray, kernel: np.ndarray, i: int) -> str:
    """Write down both sums of a row of the map, one term for each row of the window."""
    sums = []
    for j in (0, 1):
        terms = [Fraction((image[i + p, j : j + 3] * kernel[p]).sum()) for p in range(3)]
        sums.append(" ".join([str(terms[0]), *(f"{'-' if term < 0 else '+'} {abs(term)}" for term in terms[1:])]))
    return " and ".join(sums)


EXERCISE = personal_sheet(sheet, Numbers(), draw)
