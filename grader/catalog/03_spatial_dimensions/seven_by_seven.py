"""The 7x7 image of the lecture and what happens to its size."""

from grader.exercise import Mutant, Question
from grader.sheet import DOES_NOT_FIT, hand_sheet

EXERCISE = hand_sheet(
    title="the size of what comes out, by hand",
    order=3,
    prompt="""
    A 3x3 filter slides over a 7x7 image. Draw the image on squared paper and move the filter with a
    finger: where can it stand? Along one axis of N pixels, a filter of F pixels that moves by S pixels
    has (N - F) / S + 1 positions, if that is a whole number; else it does not fit, and the answer
    is the text "does not fit". A border of P zeros on each side makes the axis N + 2P long.

    Example: a 5x5 image, a 2x2 filter, stride 1: (5 - 2) / 1 + 1 = 4 positions along each axis, so
    the output is 4 pixels wide.
    """,
    questions=(
        Question("stride_1", "7x7 image, 3x3 filter, stride 1: width of the output in pixels", 5),
        Question("stride_2", "7x7 image, 3x3 filter, stride 2: width of the output in pixels", 3),
        Question("stride_3", "7x7 image, 3x3 filter, stride 3: width of the output in pixels", DOES_NOT_FIT, 2),
        Question("padded", "7x7 image with a border of 1 zero, 3x3 filter, stride 1: width in pixels", 7),
        Question(
            "same_padding",
            "Borders of how many zeros keep the size at stride 1, for filters of 3x3, 5x5 and 7x7? Three numbers",
            (1, 2, 3),
        ),
        Question(
            "shrinking",
            "A 32x32 image goes through two layers of 5x5 filters, stride 1, no border: width after the "
            "first and after the second, two numbers",
            (28, 24),
        ),
    ),
    hints=(
        "Count positions of the filter's left edge: it can stand on pixel 0, 1, 2 … as long as its right edge "
        "is still inside.",
        "With stride 3 the left edge stands on 0, then 3, then 6, where the filter would cover pixels 6, 7, 8: "
        "but the last pixel is number 6.",
        "(7 - 3) / 1 + 1, (7 - 3) / 2 + 1, (7 - 3) / 3 + 1: the last is not whole. To keep the size, the border "
        "must give back the F - 1 pixels that the filter takes away, half of them on each side.",
    ),
    other_answers=({"stride_1": 5.0, "stride_3": "Doesn't fit!", "same_padding": [1, 2, 3]},),
    mutants=(
        Mutant("rounded down", {"stride_3": 2}, "2.33 positions is not 2: the filter does not fit"),
        Mutant("plus one forgotten", {"stride_1": 4, "stride_2": 2}, "the first position counts too: + 1"),
        Mutant("border on one side only", {"padded": 6}, "a border lies on both sides: N + 2P"),
    ),
)
