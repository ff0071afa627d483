"""The 7x7 image of the lecture and what happens to its size."""

from dataclasses import dataclass

import numpy as np

from grader.exercise import Exercise, Mutant, Question
from grader.sheet import DOES_NOT_FIT, hand_sheet, personal_sheet


@dataclass(frozen=True)
class Numbers:
    """An image and a filter; strides, of which one fits; a border; filters to keep the size; an image, two layers."""

    size: int = 7
    kernel: int = 3
    strides: tuple[int, int] = (2, 3)
    padding: int = 1
    odd: tuple[int, int, int] = (3, 5, 7)
    image: int = 32
    layers: tuple[int, int] = (5, 5)


def width(size: int, kernel: int, stride: int = 1) -> int | str:
    positions, rest = divmod(size - kernel, stride)
    return DOES_NOT_FIT if rest else positions + 1


def draw(rng: np.random.Generator) -> Numbers:
    kernel = int(rng.integers(3, 6))
    first, second = sorted(int(stride) for stride in rng.choice((2, 3, 4), 2, replace=False))
    # A common multiple would fit both.
    moves = [m for m in range(5, 13) if (m % first == 0) != (m % second == 0)]
    odd = sorted(int(f) for f in rng.choice((3, 5, 7, 9, 11), 3, replace=False))
    return Numbers(
        size=kernel + int(rng.choice(moves)),
        kernel=kernel,
        strides=(first, second),
        padding=int(rng.integers(1, 4)),
        odd=(odd[0], odd[1], odd[2]),
        image=int(rng.integers(7, 16)) * 4,
        layers=(int(rng.choice((3, 5, 7))), int(rng.choice((3, 5, 7)))),
    )


def sheet(numbers: Numbers) -> Exercise:
    n, f, p = numbers.size, numbers.kernel, numbers.padding
    image, kernel = f"{n}x{n} image", f"{f}x{f} filter"
    fits = [width(n, f, stride) != DOES_NOT_FIT for stride in numbers.strides]
    good, bad = (numbers.strides[fits.index(fit)] for fit in (True, False))
    first, second = numbers.layers
    moves = n - f
    after = (numbers.image - first + 1, numbers.image - first - second + 2)
    names = dict(zip(numbers.strides, ("larger_stride", "largest_stride"), strict=True))
    return hand_sheet(
        title="the size of what comes out, by hand",
        order=4,
        prompt=f"""
    A {kernel} slides over a {image}. Draw the image on squared paper and move the filter with a
    finger: where can it stand? Along one axis of N pixels, a filter of F pixels that moves by S pixels
    has (N - F) / S + 1 positions, if that is a whole number; else it does not fit, and the answer
    is the text "does not fit". A border of P zeros on each side makes the axis N + 2P long.

    Example: a 5x5 image, a 2x2 filter, stride 1: (5 - 2) / 1 + 1 = 4 positions along each axis, so
    the output is 4 pixels wide.
    """,
        questions=(
            Question("stride_1", f"{image}, {kernel}, stride 1: width of the output in pixels", width(n, f)),
            *(
                Question(
                    names[stride],
                    f"{image}, {kernel}, stride {stride}: width of the output in pixels",
                    width(n, f, stride),
                    1 if fit else 2,
                )
                for stride, fit in zip(numbers.strides, fits, strict=True)
            ),
            Question(
                "padded",
                f"{image} with a border of {p} zero{'s' if p > 1 else ''}, {kernel}, stride 1: width in pixels",
                width(n + 2 * p, f),
            ),
            Question(
                "same_padding",
                "Borders of how many zeros keep the size at stride 1, for filters of "
                f"{numbers.odd[0]}x{numbers.odd[0]}, {numbers.odd[1]}x{numbers.odd[1]} and "
                f"{numbers.odd[2]}x{numbers.odd[2]}? Three numbers",
                tuple((odd - 1) // 2 for odd in numbers.odd),
            ),
            Question(
                "shrinking",
                f"A {numbers.image}x{numbers.image} image goes through two layers, the first of {first}x{first} "
                f"filters, the second of {second}x{second} filters, stride 1, no border: width after the first and "
                "after the second, two numbers",
                after,
            ),
        ),
        hints=(
            "Count positions of the filter's left edge: it can stand on pixel 0, 1, 2 … as long as its right edge "
            "is still inside.",
            f"With stride {bad} the left edge stands on 0, then {bad}, then {2 * bad} … and must come to stand on "
            f"{moves}, for there the filter covers the last pixel, number {n - 1}. Does it?",
            f"({n} - {f}) / 1 + 1, ({n} - {f}) / {good} + 1, ({n} - {f}) / {bad} + 1: the last is not whole. To keep "
            "the size, the border must give back the F - 1 pixels that the filter takes away, half of them on each "
            "side.",
        ),
        other_answers=(
            {
                "stride_1": float(moves + 1),
                names[bad]: "Doesn't fit!",
                "same_padding": [(odd - 1) // 2 for odd in numbers.odd],
            },
        ),
        mutants=(
            Mutant(
                "rounded down",
                {names[bad]: moves // bad + 1},
                f"{moves / bad + 1:.4g} positions is not {moves // bad + 1}: the filter does not fit",
            ),
            Mutant(
                "plus one forgotten",
                {"stride_1": moves, names[good]: moves // good},
                "the first position counts too: + 1",
            ),
            Mutant("border on one side only", {"padded": moves + p + 1}, "a border lies on both sides: N + 2P"),
            Mutant(
                "filters' own pixels taken away",
                {"shrinking": (numbers.image - first, numbers.image - first - second)},
                "a filter of F pixels takes F - 1 pixels away, not F: it can stand on the last F pixels too",
            ),
        ),
    )


EXERCISE = personal_sheet(sheet, Numbers(), draw)
