"""The curve detector of the lecture, on a field that matches and on one that does not."""

from grader.exercise import Mutant, Question
from grader.sheet import hand_sheet

EXERCISE = hand_sheet(
    title="a curve detector, by hand",
    order=2,
    prompt="""
    A filter is a small picture of what it looks for. This one looks for a line that rises and then
    bends to the right. The dots are zeros.

        filter:
              .   .   .   .   .   .  30   .
              .   .   .   .  30   .   .   .
              .   .   .  30   .   .   .   .
              .   .   .  30   .   .   .   .
              .   .   .  30   .   .   .   .
              .   .   .  30   .   .   .   .
              .   .   .   .   .   .   .   .
              .   .   .   .   .   .   .   .

    The part of the image that lies under the filter is its receptive field. Here are two, from two
    places in one image; a number is the brightness of a pixel.

        field A:
              .   .   .   .   .   .   .  30
              .   .   .   .  50  50  50   .
              .   .   .  20  50   .   .   .
              .   .   .  50  50   .   .   .
              .   .   .  50  50   .   .   .
              .   .   .  50  50   .   .   .
              .   .   .  50  50   .   .   .
              .   .   .  50  50   .   .   .

        field B:
              .  50   .   .   .   .   .   .
              .  50   .   .   .   .   .   .
              .  50  20   .   .   .   .   .
              .   .  50   .   .   .   .   .
              .   .  50   .   .   .   .   .
              .   .  30   .   .   .   .   .
              .   .   .  50  50  50  20   .
              .   .   .   .   .   .  50  50

    At each place the filter gives one number: multiply every pixel of the field by the filter's pixel
    at the same row and column, and add the 64 products.

        response = sum over rows i and columns j of field[i, j] * filter[i, j]

    Why this finds curves: a product is large where both pixels are large, and 0 where either is 0. So
    the response is large where the bright pixels of the image lie where the filter has its own, and
    small elsewhere.

    Example with 2x2 pixels: the field [[50, 0], [20, 50]] and the filter [[30, 30], [0, 30]] give
    50 * 30 + 0 * 30 + 20 * 0 + 50 * 30 = 3000, to which 2 pixels contribute.
    """,
    questions=(
        Question(
            "contributing",
            "Field A: how many of the 64 products are not zero? A count of pixels",
            5,
        ),
        Question("response_a", "Field A: the filter's response, a number", 6600, 2),
        Question("response_b", "Field B: the filter's response, a number", 0),
        Question(
            "largest_possible",
            "Pixels of an image lie between 0 and 50. What is the largest response that this filter can "
            "give to any field? A number",
            9000,
        ),
        Question(
            "moved",
            "Field A again, but the image has moved by one pixel: the response after a move to the left, "
            "and after a move to the right, two numbers. What moves in at the edge is zero",
            (8400, 0),
            2,
        ),
    ),
    hints=(
        "Only places where the filter is not zero can contribute. There are six of them: look at those six "
        "in the field, and at nothing else.",
        "Count rows and columns from 0. The filter's six pixels are (0, 6), (1, 4), (2, 3), (3, 3), (4, 3) "
        "and (5, 3). In field A, (0, 6) is 0: the bright pixel of that row is one column further right.",
        "All six weights are 30, so the response is 30 times the sum of six pixels; no field does better "
        "than six pixels of 50. If the image moves to the left, the filter sees at each place what was one "
        "column further right.",
        "Field A: 30 * (0 + 50 + 20 + 50 + 50 + 50). Field B has a zero at all six places. Moved to the "
        "left: 30 * (30 + 50 + 50 + 50 + 50 + 50). Moved to the right: the six places show what was at (0, "
        "5), (1, 3), (2, 2), (3, 2), (4, 2) and (5, 2).",
    ),
    other_answers=(
        {"contributing": 5.0, "response_a": 6600.0, "response_b": 0.0, "moved": [8400, 0]},
        {"response_a": 50 * 30 + 20 * 30 + 3 * (50 * 30), "largest_possible": 9e3, "moved": (8400.0, -0.0)},
    ),
    mutants=(
        Mutant(
            "the filter's pixels counted",
            {"contributing": 6},
            "you counted the filter's pixels: at one of the six, at row 0 and column 6, the field is 0",
        ),
        Mutant(
            "the field's pixels counted",
            {"contributing": 16},
            "you counted the bright pixels of the field: most of them lie where the filter is 0",
        ),
        Mutant(
            "one product too large",
            {"response_a": 7500},
            "one product is 900 too large: in row 0 the field is bright at column 7, the filter at column "
            "6; and in row 2 the pixel under the filter is 20, not 50",
        ),
        Mutant(
            "all pixels taken as 50",
            {"response_a": 9000},
            "you took all six pixels as 50: look at each of them in the field",
        ),
        Mutant(
            "pixels added, not multiplied",
            {"response_a": 220},
            "you added the pixels under the filter: each is multiplied by the filter's 30 first",
        ),
        Mutant(
            "the whole field added",
            {"response_a": 22500, "response_b": 17100},
            "you multiplied all bright pixels by 30: those where the filter is 0 count for nothing",
        ),
        Mutant(
            "filter taken as full",
            {"largest_possible": 96000},
            "you multiplied 64 bright pixels by 30: the filter has only six pixels that are not zero",
        ),
        Mutant(
            "moved the wrong way",
            {"moved": (0, 8400)},
            "left and right are swapped: after a move to the left, the filter sees what was one column to the right",
        ),
        Mutant(
            "movement ignored",
            {"moved": (6600, 6600)},
            "you left the response as it was: the filter stays in its place, so other pixels lie under it now",
        ),
    ),
)
