"""Pooling windows that overlap: sizes, what each pixel is part of, and rounding up or down."""

from dataclasses import dataclass

import numpy as np

from grader.exercise import Exercise, Mutant, Question
from grader.sheet import hand_sheet, personal_sheet


@dataclass(frozen=True)
class Numbers:
    """Windows and stride; the size at the end of three poolings that fit, and of three that are rounded up."""

    kernel: int = 3
    stride: int = 2
    last: int = 6
    rounded_last: int = 14


def draw(rng: np.random.Generator) -> Numbers:
    kernel, stride = ((3, 2), (5, 2), (5, 4), (6, 4), (7, 4))[rng.integers(5)]
    return Numbers(kernel, stride, int(rng.integers(4, 10)), int(rng.integers(6, 16)))


def before(numbers: Numbers, after: int, missing: int) -> int:
    """Return the size from which pooling makes `after` windows, the last of which lacks some pixels."""
    return (after - 1) * numbers.stride + numbers.kernel - missing


def windows_over(numbers: Numbers, pixel: int) -> int:
    """Count the windows along an axis that cover a pixel, far from the end."""
    starts = range(0, pixel + 1, numbers.stride)
    return sum(start + numbers.kernel > pixel for start in starts)


def sheet(numbers: Numbers) -> Exercise:
    f, s = numbers.kernel, numbers.stride
    fits = [numbers.last]
    for _ in range(3):
        fits.append(before(numbers, fits[-1], 0))
    last, middle, first, start = fits
    missing = s - 1
    ceiled = [numbers.rounded_last]
    for _ in range(3):
        ceiled.append(before(numbers, ceiled[-1], missing))
    up3, up2, up1, large = ceiled

    def down(n: int) -> int:
        return (n - f) // s + 1

    exact = (large - f) / s + 1
    down1 = down(large)
    down2 = down(down1)
    down3 = down(down2)
    corner = f - missing
    once, often = windows_over(numbers, s - 1), windows_over(numbers, 2 * s)
    pooling = f"{f}x{f} windows at stride {s}"
    return hand_sheet(
        title="windows that overlap, by hand",
        order=4,
        prompt=f"""
    Most pooling windows lie side by side: 2x2 at stride 2. AlexNet's are larger than their stride, so that
    neighbours share pixels. The formula is the one of filters. Along an axis of N pixels, with windows
    of F at stride S, there are

        (N - F) / S + 1

    windows, if that is a whole number. If not, plain pooling rounds down and leaves the pixels at the end
    out. Ceil mode rounds up: the last window is cut off at the edge of the map.

    Number the pixels of a row from 0. Window k covers the pixels k * S to k * S + F - 1. In a map, a
    pixel lies in as many windows as its row number and its column number allow: multiply the two.

    Example: windows of 2 at stride 1 on 4 pixels: (4 - 2) / 1 + 1 = 3 windows, 0-1, 1-2 and 2-3. Pixel 0
    lies in one of them, pixel 1 in two. In a map, the pixel in row 0 and column 1 lies in 1 * 2 = 2 windows.

    All questions are about {pooling}.
    """,
        questions=(
            Question("shared", "How many pixels of a row do a window and its right neighbour share? A number", f - s),
            Question(
                "sizes",
                f"A map of {start}x{start} is pooled; what comes out is pooled again, and once more (layers between "
                "them keep the size). The width after each of the three, three numbers",
                (first, middle, last),
                2,
            ),
            Question(
                "covered",
                f"In how many windows of the {start}x{start} map lie the pixels at row {s - 1} and column {s - 1}, at "
                f"row {s - 1} and column {2 * s}, and at row {2 * s} and column {2 * s}? Three numbers",
                (once * once, once * often, often * often),
                2,
            ),
            Question(
                "formula",
                f"A map of {large}x{large}: what does the formula give? A number, with all its decimals",
                exact,
            ),
            Question(
                "down_and_up",
                f"The width that the {large}x{large} map is pooled to if it is rounded down, and in ceil mode, two "
                "numbers",
                (down1, up1),
            ),
            Question(
                "corner",
                "In ceil mode, how many pixels of that map does the window in the bottom right corner hold? A number",
                corner * corner,
                2,
            ),
            Question(
                "three_times_up",
                f"The {large}x{large} map is pooled three times in ceil mode: the width after each, three numbers",
                (up1, up2, up3),
            ),
            Question(
                "three_times_down",
                f"The {large}x{large} map is pooled three times, rounded down: the width after each, three numbers",
                (down1, down2, down3),
            ),
        ),
        hints=(
            f"Draw a row of 9 squares, and below it the first windows of {f} at stride {s}: where does each begin and "
            "end?",
            f"A window ends {f - 1} pixels behind its first, and its neighbour begins {s} behind it. Count the windows "
            f"over pixel {2 * s}: those that begin at a multiple of {s} and reach it.",
            f"({start} - {f}) / {s} + 1 = {first}. ({large} - {f}) / {s} is not whole: round it down or up, then "
            "add 1. The next pooling begins with what came out.",
            f"({large} - {f}) / {s} + 1 = {exact:.6g}, so {down1} or {up1}. The last of {up1} windows begins at pixel "
            f"{(up1 - 1) * s}, and the last pixel is {large - 1}: it holds {corner} pixels of a row, and as many of a "
            "column.",
        ),
        other_answers=(
            {
                "shared": float(f - s),
                "sizes": [first, middle, last],
                "covered": [float(once * once), float(once * often), float(often * often)],
                "down_and_up": [down1, up1],
            },
        ),
        mutants=(
            Mutant(
                "stride taken for what is shared",
                {"shared": s},
                f"the neighbour begins {s} pixels further on, so what remains of {f} is shared",
            ),
            Mutant(
                "window taken for what is shared",
                {"shared": f},
                "the neighbour does not begin where the window begins: its first pixels are not shared",
            ),
            Mutant(
                "plus one forgotten",
                {
                    "sizes": (first - 1, down(first - 1) - 1, down(down(first - 1) - 1) - 1),
                    "formula": exact - 1,
                    "down_and_up": (down1 - 1, up1 - 1),
                },
                "you counted the moves: the window before the first move counts too: + 1",
            ),
            Mutant(
                "windows taken to lie side by side",
                {"sizes": (start // f, start // f // f, start // f // f // f)},
                f"you divide by the window, as if windows lay side by side: they move by {s} only",
            ),
            Mutant(
                "window not subtracted",
                {"sizes": (start // s + 1, (start // s + 1) // s + 1, ((start // s + 1) // s + 1) // s + 1)},
                f"you do not subtract the window: it cannot begin on the last {f - 1} pixels",
            ),
            Mutant(
                "numbers of rows and columns added",
                {"covered": (2 * once, once + often, 2 * often)},
                "you add what row and column allow: each window of the rows goes with each of the columns, so multiply",
            ),
            Mutant(
                "each pixel in one window",
                {"covered": (1, 1, 1)},
                "windows overlap: pixels that neighbours share lie in more than one",
            ),
            Mutant(
                "one axis only",
                {"covered": (once, often, often)},
                "you count along one axis: a map has rows and columns, and both allow several windows",
            ),
            Mutant(
                "down and up exchanged",
                {"down_and_up": (up1, down1)},
                "you exchanged the two: ceil mode rounds up",
            ),
            Mutant(
                "rounded down in both",
                {"down_and_up": (down1, down1), "three_times_up": (down1, down2, down3)},
                "ceil mode rounds up: the last window is cut off, but it is there",
            ),
            Mutant(
                "rounded up in both",
                {"down_and_up": (up1, up1), "three_times_down": (up1, up2, up3)},
                "without ceil mode it is rounded down: the last window would stick out",
            ),
            Mutant(
                "corner window taken as whole",
                {"corner": f * f},
                f"the last window begins at row and column {(up1 - 1) * s}, and the map ends at {large - 1}",
            ),
            Mutant(
                "corner window cut off on one side",
                {"corner": f * corner},
                "the window in the corner is cut off below and on the right",
            ),
            Mutant(
                "corner of one axis",
                {"corner": corner},
                f"{corner} is what the window holds of a row: it holds as many rows",
            ),
        ),
    )


EXERCISE = personal_sheet(sheet, Numbers(), draw)
