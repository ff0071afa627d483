"""The picture of two axes from the lecture, two line filters, and a max pool."""

from grader.exercise import Mutant, Question
from grader.sheet import hand_sheet

EXERCISE = hand_sheet(
    title="is this a pair of axes? By hand",
    order=3,
    prompt="""
    Does a picture show a pair of axes, a line that stands and a line that lies? Two filters and a
    max pool can say. Here is a picture of 4x4 pixels and the two filters:

        image:                  vertical filter:        horizontal filter:
            0   1   0   1           -1/2   1   -1/2         -1/2  -1/2  -1/2
            0   1   0   1           -1/2   1   -1/2          1     1     1
            1   1   1   1           -1/2   1   -1/2         -1/2  -1/2  -1/2
            0  -2   0  -2

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
        Question("vertical_top", "Vertical filter, first row of its map: two numbers, left to right", (2, -2)),
        Question("vertical_bottom", "Vertical filter, second row of its map: two numbers", (-1, 1)),
        Question("horizontal_top", "Horizontal filter, first row of its map: two numbers", (-1, -0.5)),
        Question("horizontal_bottom", "Horizontal filter, second row of its map: two numbers", (3.5, 4)),
        Question(
            "pooled",
            "Max pool with a 2x2 window: what is left of the vertical map and of the horizontal map, two numbers",
            (2, 4),
        ),
        Question(
            "plain_surface",
            "A picture without lines: all 16 pixels are 7. Which number does the vertical filter give at "
            "each position?",
            0,
        ),
        Question(
            "turned_over",
            "The image is turned over along its diagonal, so that its rows become columns: its first row is "
            "now 0 0 1 0. Which map does the vertical filter give? Two rows of two numbers, as in ((a, b), "
            "(c, d))",
            ((-1, 3.5), (-0.5, 4)),
            2,
        ),
    ),
    hints=(
        "Copy the image onto paper, cut a hole of 3x3 into a second sheet and lay it on the image. Only the "
        "nine numbers in the hole count; write down three sums, one for each row, before you add them.",
        "A row with weights -1/2, 1, -1/2 gives its middle minus half of what stands left and right. The "
        "third row of the image, 1 1 1 1, gives 1 - 1/2 - 1/2 = 0 at both positions.",
        "A row with weights 1 1 1 gives the sum of its three pixels, one with -1/2 -1/2 -1/2 minus half of "
        "it. Sums of three pixels, left and right: first row 1 and 2, second 1 and 2, third 3 and 3, fourth "
        "-2 and -4.",
        "Vertical: 1 + 1 + 0 and -1 - 1 + 0 above, 1 + 0 - 2 and -1 + 0 + 2 below. Horizontal: -1/2 + 1 - "
        "3/2 and -1 + 2 - 3/2 above, -1/2 + 3 + 1 and -1 + 3 + 2 below. The nine weights of a filter add up "
        "to 0. And a vertical filter on the turned image sees what the horizontal one saw on the image, "
        "turned too.",
    ),
    other_answers=(
        {
            "vertical_top": [2, -2],
            "horizontal_top": [-1.0, -1 / 2],
            "horizontal_bottom": (7 / 2, 4.0),
            "plain_surface": 0.0,
            "turned_over": [[-1, 3.5], [-0.5, 4]],
        },
        {"vertical_bottom": (-1.0, 1.0), "pooled": [2.0, 4.0], "turned_over": ([-1, 7 / 2], [-1 / 2, 4])},
    ),
    mutants=(
        Mutant(
            "third row read as 0 1 0",
            {"vertical_top": (3, -3)},
            "the third row of the image is 1 1 1 1: under -1/2, 1, -1/2 it gives 0, not 1 or -1",
        ),
        Mutant(
            "minus of the last row lost",
            {"vertical_bottom": (3, -3), "horizontal_bottom": (1.5, 0)},
            "the last row of the image holds -2, not 2",
        ),
        Mutant(
            "minus of the weights lost",
            {
                "vertical_top": (4, 4),
                "vertical_bottom": (1, 1),
                "horizontal_top": (3, 4.5),
                "horizontal_bottom": (2.5, 2),
            },
            "the weights beside the ones are -1/2, not 1/2",
        ),
        Mutant(
            "filters swapped",
            {
                "vertical_top": (-1, -0.5),
                "vertical_bottom": (3.5, 4),
                "horizontal_top": (2, -2),
                "horizontal_bottom": (-1, 1),
                "pooled": (4, 2),
            },
            "you swapped the two filters: the vertical one has its ones in a column",
        ),
        Mutant(
            "averaged instead of the largest",
            {"pooled": (0, 1.5)},
            "that is the average of each map: a max pool keeps the largest number",
        ),
        Mutant(
            "brightness taken for a line",
            {"plain_surface": 21},
            "you left out the negative weights: 3 * 7 under the ones, and 6 * 7 * -1/2 beside them",
        ),
        Mutant(
            "map not turned",
            {"turned_over": ((-1, -0.5), (3.5, 4))},
            "those are the right numbers, but rows and columns of the map change places as those of the image did",
        ),
        Mutant(
            "vertical map turned",
            {"turned_over": ((2, -1), (-2, 1))},
            "you turned the vertical map: standing lines lie after the turn, so now the vertical filter "
            "sees the line that lay before",
        ),
    ),
)
