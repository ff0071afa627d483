"""Two sizes in the lecture that do not come out as they are written, and what makes them come out."""

from dataclasses import dataclass

import numpy as np

from grader.exercise import Exercise, Mutant, Question
from grader.sheet import DOES_NOT_FIT, hand_sheet, personal_sheet

POOL = 2


@dataclass(frozen=True)
class Numbers:
    """A first layer that does not fit, and a border; an image, two layers of filters with a pooling behind each."""

    image: int = 224
    kernel: int = 11
    stride: int = 4
    padding: int = 2
    small: int = 28
    kernels: tuple[int, int] = (3, 3)
    depths: tuple[int, int] = (16, 64)


def draw(rng: np.random.Generator) -> Numbers:
    kernel = int(rng.choice((7, 9, 11, 13)))
    # By 3 the sizes would be thirds, which take long to write down.
    stride = int(rng.choice((4, 5, 8)))
    rest = int(rng.integers(1, stride))
    # With this border the filter still does not fit, and rounding down gives one position more.
    padding = int(rng.choice([p for p in range(1, stride) if stride < rest + 2 * p < 2 * stride]))
    image = int(rng.integers(30, 60)) * stride + kernel + rest
    first, second = (int(f) for f in rng.choice((3, 5, 7), 2))
    # An odd size in front of the second pooling.
    small = 2 * (2 * int(rng.integers(7, 14)) + 1) + first - 1
    depths = [int(depth) for depth in rng.choice((8, 16, 32, 64, 128), 2, replace=False)]
    return Numbers(image, kernel, stride, padding, small, (first, second), (depths[0], depths[1]))


def sheet(numbers: Numbers) -> Exercise:
    n, f, s, p = numbers.image, numbers.kernel, numbers.stride, numbers.padding
    first, second = numbers.kernels
    depth, depth2 = numbers.depths
    exact, bordered = (n - f) / s + 1, (n + 2 * p - f) / s + 1
    larger = n + (f - n) % s
    fitting = (larger - f) // s + 1
    small = numbers.small
    after1 = small - first + 1
    half = after1 // POOL
    after2 = half - second + 1
    down, up = after2 // POOL, -(-after2 // POOL)
    layer = f"{f}x{f} filters at stride {s}"
    zeros = f"{p} zero{'s' if p > 1 else ''}"
    return hand_sheet(
        title="sizes that do not come out, by hand",
        order=5,
        prompt=f"""
    Papers and slides name sizes that the formula does not give. Then either somebody counted wrongly, or
    something was rounded, and it matters which: a network whose sizes do not agree cannot be built.

    With N pixels along an axis, a filter or window of F, stride S and a border of P zeros on each side:

        (N + 2P - F) / S + 1

    Where that is no whole number, the last window would hang out over the edge. There are three ways
    on: say that it does not fit; round down, so that a few pixels at the end are never looked at; or
    round up, which pooling layers call ceil mode: the last window is then cut off at the edge of the map.

    Example: 8 pixels, windows of 3 at stride 2: (8 - 3) / 2 + 1 = 3.5. Rounded down, 3 windows cover
    7 pixels, and 1 is left over. Rounded up, there is a fourth window, with 2 pixels in it. With a border
    of 1 it is (8 + 2 - 3) / 2 + 1 = 4.5.

    The first trap is that of AlexNet, the network that won the ImageNet contest of 2012. Its paper names
    an image and filters that do not go together; here it is a {n}x{n} image, and {f}x{f} filters at
    stride {s}.

    The second trap is a network that begins with a {small}x{small} image. It has {first}x{first} filters, 2x2 max
    pooling at stride 2, then {second}x{second} filters, and 2x2 max pooling at stride 2 again. All filters
    have stride 1 and no border.

    Give volumes as three numbers: height, width, depth.
    """,
        questions=(
            Question(
                "formula",
                f"{n}x{n} image, {layer}, no border: what does the formula give? A number, with all its decimals",
                exact,
            ),
            Question(
                "strictly",
                "If nothing is rounded, how wide is the output of that layer? A number of pixels, or the text "
                '"does not fit"',
                DOES_NOT_FIT,
            ),
            Question(
                "left_over",
                "If the formula is rounded down, how many pixels at the end of each row lie under the filter at no "
                "position? A number",
                (n - f) % s,
            ),
            Question(
                "next_larger",
                f"What is the smallest image, larger than {n}x{n}, into which these filters fit without a border? Its "
                "width in pixels",
                larger,
                2,
            ),
            Question("next_larger_output", "And how wide is the output for that image? A number of pixels", fitting),
            Question(
                "bordered",
                f"A library gives the {n}x{n} image a border of {zeros} on each side instead, and rounds down: what "
                "does the formula give before it is rounded, and how wide is the output? Two numbers",
                (bordered, int(bordered)),
                2,
            ),
            Question(
                "sizes",
                "The second network: the width behind the first filters, behind the first pooling, and behind the "
                "second filters, three numbers",
                (after1, half, after2),
            ),
            Question(
                "rounded_down",
                f"The second filters are {depth2}, the first {depth}. The volume behind the second pooling if it is "
                "rounded down, three numbers",
                (down, down, depth2),
            ),
            Question(
                "rounded_up",
                "The volume behind the second pooling in ceil mode, three numbers",
                (up, up, depth2),
            ),
            Question(
                "corner",
                "In ceil mode, how many pixels of its map does the window in the bottom right corner hold? A number",
                1,
            ),
            Question(
                "inputs",
                "A fully connected layer follows. How many numbers go into each of its neurons if the pooling is "
                "rounded down, and how many in ceil mode? Two numbers",
                (down * down * depth2, up * up * depth2),
            ),
        ),
        hints=(
            f"Divide {n} - {f} = {n - f} by {s} with a remainder. The remainder is what is left over at the end, and "
            "it says how many pixels are missing until the filter fits once more.",
            f"A border of {zeros} lies on both sides, so the axis has {n} + 2 * {p} pixels. Whether it is "
            "rounded down before the + 1 or after it is the same.",
            f"A pooling window of 2 at stride 2 has ({after2} - 2) / 2 + 1 positions on {after2} pixels: an odd "
            "number of pixels leaves one over. Pooling does not change the depth, filters set it.",
            f"({n} - {f}) / {s} + 1 = {exact:g}; {larger} - {f} = {larger - f} is a multiple of {s}; "
            f"({n} + {2 * p} - {f}) / {s} + 1 = {bordered:g}. {small} - {first} + 1 = {after1}, halved, "
            f"minus {second}, plus 1 is {after2}; half of that is between {down} and {up}.",
        ),
        other_answers=(
            {
                "strictly": "Doesn't fit!",
                "bordered": [bordered, float(int(bordered))],
                "sizes": [after1, half, after2],
                "inputs": (float(down * down * depth2), float(up * up * depth2)),
            },
        ),
        mutants=(
            Mutant(
                "rounded down without a word",
                {"formula": int(exact), "strictly": int(exact)},
                f"that is rounded: {exact:g} positions are no whole number, so the filter does not fit",
            ),
            Mutant(
                "size of the paper",
                {"strictly": int(bordered)},
                f"{int(bordered)} comes out with a border and rounded down, or of a larger image; this layer does not "
                f"fit, for the formula gives {exact:g}",
            ),
            Mutant(
                "plus one forgotten",
                {
                    "formula": exact - 1,
                    "next_larger_output": fitting - 1,
                    "bordered": (bordered - 1, int(bordered) - 1),
                    "sizes": (after1 - 1, half - 1, after2 - 2),
                },
                "the first position counts too: + 1",
            ),
            Mutant(
                "what is missing taken for what is left over",
                {"left_over": s - (n - f) % s},
                f"{n - f} is {(n - f) // s} moves of {s}, and what remains is left over: fewer pixels than one move",
            ),
            Mutant(
                "next smaller image",
                {"next_larger": larger - s, "next_larger_output": fitting - 1},
                f"into {larger - s} pixels the filters fit, too, but that is smaller than {n}",
            ),
            Mutant(
                "border on one side only",
                {"bordered": (bordered - p / s, int(bordered - p / s))},
                "a border lies on both sides: N + 2P",
            ),
            Mutant(
                "border's output rounded up",
                {"bordered": (bordered, int(bordered) + 1)},
                "the library rounds down: the last window would hang out over the border",
            ),
            Mutant(
                "rounded up where it is rounded down",
                {"rounded_down": (up, up, depth2), "rounded_up": (down, down, depth2)},
                f"({after2} - 2) / 2 + 1 lies between {down} and {up}: ceil mode rounds up, without it it is rounded "
                "down",
            ),
            Mutant(
                "depth of the first filters",
                {"rounded_down": (down, down, depth), "rounded_up": (up, up, depth)},
                f"the depth is the number of the filters just before, {depth2}: pooling does not change it",
            ),
            Mutant(
                "corner window taken as whole",
                {"corner": POOL * POOL},
                "only one row and one column of pixels are left for the windows at the end: the corner has what lies "
                "in both",
            ),
            Mutant("corner window cut off on one side", {"corner": POOL}, "it is cut off below and on the right"),
            Mutant(
                "one map's numbers",
                {"inputs": (down * down, up * up)},
                f"that is one map: there are {depth2} of them, and a fully connected layer sees all",
            ),
        ),
    )


EXERCISE = personal_sheet(sheet, Numbers(), draw)
