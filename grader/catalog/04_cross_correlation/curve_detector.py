"""The curve detector of the lecture, on a field that matches and on one that does not."""

from dataclasses import dataclass

import numpy as np

from grader.exercise import Exercise, Mutant, Question
from grader.sheet import hand_sheet, personal_sheet

SIDE = 8
FILTER = ((0, 6), (1, 4), (2, 3), (3, 3), (4, 3), (5, 3))
A_BRIGHT = ((1, 4), (1, 5), (1, 6), (2, 4), *((row, column) for row in range(3, 8) for column in (3, 4)))
A_DIM, A_END = ((2, 3),), ((0, 7),)
B_BRIGHT = ((0, 1), (1, 1), (2, 1), (3, 2), (4, 2), (6, 3), (6, 4), (6, 5), (7, 6), (7, 7))
B_DIM, B_END = ((2, 2), (6, 6)), ((5, 2),)


@dataclass(frozen=True)
class Numbers:
    """The filter's weight, and the brightness of three kinds of pixels."""

    weight: int = 30
    bright: int = 50
    dim: int = 20
    end: int = 30


def draw(rng: np.random.Generator) -> Numbers:
    dim, end = (int(level) * 10 for level in rng.choice((1, 2, 3), 2, replace=False))
    return Numbers(int(rng.integers(2, 8)) * 10, int(rng.integers(4, 8)) * 10, dim, end)


def picture(*kinds: tuple[int, tuple[tuple[int, int], ...]]) -> np.ndarray:
    pixels = np.zeros((SIDE, SIDE), int)
    for value, places in kinds:
        pixels[tuple(zip(*places, strict=True))] = value
    return pixels


def drawn(pixels: np.ndarray) -> str:
    """Write a picture down, its zeros as dots, below the prompt's own indentation."""
    return "\n".join(" " * 11 + "".join(f"{value or '.':>4}" for value in row) for row in pixels)


def sheet(numbers: Numbers) -> Exercise:
    weight, bright, dim, end = numbers.weight, numbers.bright, numbers.dim, numbers.end
    kernel = picture((weight, FILTER))
    field_a = picture((bright, A_BRIGHT), (dim, A_DIM), (end, A_END))
    field_b = picture((bright, B_BRIGHT), (dim, B_DIM), (end, B_END))

    def response(field: np.ndarray) -> int:
        return int((field * kernel).sum())

    moved = (response(np.pad(field_a, ((0, 0), (0, 1)))[:, 1:]), response(np.pad(field_a, ((0, 0), (1, 0)))[:, :-1]))
    under = [int(field_a[place]) for place in FILTER]
    beside = [int(field_a[row, column + 1]) for row, column in FILTER]
    return hand_sheet(
        title="a curve detector, by hand",
        order=3,
        prompt=f"""
    A filter is a small picture of what it looks for. This one looks for a line that rises and then
    bends to the right. The dots are zeros.

        filter:
{drawn(kernel)}

    The part of the image that lies under the filter is its receptive field. Here are two, from two
    places in one image; a number is the brightness of a pixel.

        field A:
{drawn(field_a)}

        field B:
{drawn(field_b)}

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
            Question("contributing", "Field A: how many of the 64 products are not zero? A count of pixels", 5),
            Question("response_a", "Field A: the filter's response, a number", response(field_a), 2),
            Question("response_b", "Field B: the filter's response, a number", response(field_b)),
            Question(
                "largest_possible",
                f"Pixels of an image lie between 0 and {bright}. What is the largest response that this filter can "
                "give to any field? A number",
                len(FILTER) * weight * bright,
            ),
            Question(
                "moved",
                "Field A again, but the image has moved by one pixel: the response after a move to the left, "
                "and after a move to the right, two numbers. What moves in at the edge is zero",
                moved,
                2,
            ),
        ),
        hints=(
            "Only places where the filter is not zero can contribute. There are six of them: look at those six "
            "in the field, and at nothing else.",
            "Count rows and columns from 0. The filter's six pixels are (0, 6), (1, 4), (2, 3), (3, 3), (4, 3) "
            "and (5, 3). In field A, (0, 6) is 0: the bright pixel of that row is one column further right.",
            f"All six weights are {weight}, so the response is {weight} times the sum of six pixels; no field does "
            f"better than six pixels of {bright}. If the image moves to the left, the filter sees at each place what "
            "was one column further right.",
            f"Field A: {weight} * ({' + '.join(map(str, under))}). Field B has a zero at all six places. Moved to the "
            f"left: {weight} * ({' + '.join(map(str, beside))}). Moved to the right: the six places show what was at "
            "(0, 5), (1, 3), (2, 2), (3, 2), (4, 2) and (5, 2).",
        ),
        other_answers=(
            {"contributing": 5.0, "response_a": float(response(field_a)), "response_b": 0.0, "moved": list(moved)},
            {"response_a": sum(pixel * weight for pixel in under), "moved": (float(moved[0]), -0.0)},
        ),
        mutants=(
            Mutant(
                "the filter's pixels counted",
                {"contributing": len(FILTER)},
                "you counted the filter's pixels: at one of the six, at row 0 and column 6, the field is 0",
            ),
            Mutant(
                "the field's pixels counted",
                {"contributing": int((field_a > 0).sum())},
                "you counted the bright pixels of the field: most of them lie where the filter is 0",
            ),
            Mutant(
                "end of the line counted",
                {"response_a": response(field_a) + end * weight},
                "one product is not there: in row 0 the field is bright at column 7, the filter at column 6",
            ),
            Mutant(
                "dim pixel taken as bright",
                {"response_a": response(field_a) + (bright - dim) * weight},
                f"one product is too large: in row 2 the pixel under the filter is {dim}, not {bright}",
            ),
            Mutant(
                "all pixels taken as bright",
                {"response_a": len(FILTER) * weight * bright},
                f"you took all six pixels as {bright}: look at each of them in the field",
            ),
            Mutant(
                "pixels added, not multiplied",
                {"response_a": sum(under)},
                f"you added the pixels under the filter: each is multiplied by the filter's {weight} first",
            ),
            Mutant(
                "the whole field added",
                {"response_a": weight * int(field_a.sum()), "response_b": weight * int(field_b.sum())},
                f"you multiplied all bright pixels by {weight}: those where the filter is 0 count for nothing",
            ),
            Mutant(
                "filter taken as full",
                {"largest_possible": SIDE * SIDE * weight * bright},
                f"you multiplied 64 bright pixels by {weight}: the filter has only six pixels that are not zero",
            ),
            Mutant(
                "moved the wrong way",
                {"moved": moved[::-1]},
                "left and right are swapped: after a move to the left, the filter sees what was one column to the "
                "right",
            ),
            Mutant(
                "movement ignored",
                {"moved": (response(field_a),) * 2},
                "you left the response as it was: the filter stays in its place, so other pixels lie under it now",
            ),
        ),
    )


EXERCISE = personal_sheet(sheet, Numbers(), draw)
