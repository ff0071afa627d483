"""What it costs to connect every unit with every pixel, and what is saved by not doing so."""

from dataclasses import dataclass

import numpy as np

from grader.exercise import Exercise, Mutant, Question
from grader.sheet import hand_sheet, personal_sheet

BYTES = 4


@dataclass(frozen=True)
class Numbers:
    """An image of `size` x `size` with a hidden unit for each pixel; fields of `field` x `field`; filters."""

    size: int = 200
    field: int = 10
    filters: int = 100


def draw(rng: np.random.Generator) -> Numbers:
    # So that the fields' pixels divide those of the image into few digits.
    field = int(rng.choice((4, 5, 8, 10)))
    return Numbers(int(rng.integers(5, 16)) * 20, field, int(rng.integers(3, 13)) * 10)


def sheet(numbers: Numbers) -> Exercise:
    n, f, k = numbers.size, numbers.field, numbers.filters
    units = pixels = n * n
    full, local, shared = units * pixels, units * f * f, k * f * f
    return hand_sheet(
        title="three ways to connect a layer, by hand",
        order=1,
        prompt=f"""
    An image of {n}x{n} pixels goes into a layer of {units:,} hidden units, as many as there are pixels. How
    many weights must be learned? That depends on how the units are connected with the pixels:

        fully connected      every unit has a weight for every pixel
        locally connected    every unit sees a small field of pixels only, and has weights for these
        convolutional        every unit sees a small field, and all units of a map share the same
                             weights, which are called the filter; K filters make K maps

    Pixels far from each other have little to say about each other, so a small field loses little. And an
    edge looks the same wherever it lies, so what finds it in one place can find it in all: that is why
    weights may be shared. Fewer weights need fewer examples to be learned from.

    Count weights alone, no biases. The answers are exact: where a slide rounds to billions, write
    the product itself. Powers such as 3e6 are welcome.

    Example: 30x30 pixels, 900 units, fields of 5x5, 8 filters. Fully connected 900 * 900 = 810,000 weights,
    locally connected 900 * 5 * 5 = 22,500, convolutional 8 * 5 * 5 = 200.
    """,
        questions=(
            Question("fully_connected", f"{units:,} units, each connected with all pixels: how many weights?", full),
            Question(
                "memory",
                f"How many gigabytes do these weights take, {BYTES} bytes each? A gigabyte is 10^9 bytes",
                full * BYTES / 1e9,
            ),
            Question(
                "locally_connected",
                f"{units:,} units, each connected with a field of {f}x{f} pixels, with weights of its own: how many?",
                local,
            ),
            Question("convolutional", f"{k} filters of {f}x{f} pixels, shared by all positions: how many?", shared),
            Question(
                "local_saves",
                "How many times as many weights has the fully connected layer as the locally connected one?",
                full / local,
            ),
            Question(
                "larger_image",
                f"The image becomes {2 * n}x{2 * n}, and again there is one hidden unit for each pixel. How many "
                "weights has each of the three layers now? Three numbers, in the order from above",
                (16 * full, 4 * local, shared),
                2,
            ),
        ),
        hints=(
            "For the first two, multiply the number of units by the weights that one unit has.",
            f"A unit of the fully connected layer has a weight for each of the {n} * {n} pixels, one of the locally "
            f"connected layer has {f} * {f}. In the convolutional layer count filters, not units.",
            "An image twice as high and twice as wide has 4 times the pixels. Then there are 4 times the units, and in "
            "one of the three layers each unit has 4 times the weights as well. The filters do not change.",
            f"{units} * {pixels}; that times {BYTES} / 10^9; {units} * {f} * {f}; {k} * {f} * {f}; {pixels} / "
            f"({f} * {f}); 16 times, 4 times and once the three counts.",
        ),
        other_answers=({"fully_connected": float(full), "larger_image": [float(16 * full), 4 * local, float(shared)]},),
        mutants=(
            Mutant(
                "side instead of pixels",
                {"fully_connected": units * n, "local_saves": n / (f * f)},
                f"the image has {n} * {n} = {pixels:,} pixels, and each unit has a weight for all of them",
            ),
            Mutant(
                "pixels counted",
                {"fully_connected": pixels},
                "that is the number of pixels, the weights of a single unit: there are as many units",
            ),
            Mutant(
                "pixels and units added",
                {"fully_connected": pixels + units},
                "every unit is connected with every pixel: multiply, do not add",
            ),
            Mutant(
                "rounded as on a slide",
                {"fully_connected": round(full / 1e9 + 0.5) * 10**9},
                "that is rounded to billions: multiply out",
            ),
            Mutant("bytes", {"memory": full * BYTES}, "those are bytes: a gigabyte is 10^9 of them"),
            Mutant("megabytes", {"memory": full * BYTES / 1e6}, "those are megabytes: a gigabyte is 10^9 bytes"),
            Mutant(
                "powers of 2",
                {"memory": full * BYTES / 2**30},
                "you divided by 1024 three times: a gigabyte is 10^9 bytes here",
            ),
            Mutant(
                "weights instead of bytes",
                {"memory": full / 1e9},
                f"each weight takes {BYTES} bytes",
            ),
            Mutant(
                "field's side",
                {"locally_connected": units * f, "convolutional": k * f},
                f"a field of {f}x{f} pixels has {f * f} of them",
            ),
            Mutant(
                "weights shared in the locally connected layer",
                {"locally_connected": f * f},
                "there, nothing is shared: each unit has weights of its own",
            ),
            Mutant(
                "filters at every position",
                {"convolutional": units * k * f * f},
                "you gave each position filters of its own: all positions share them, so count the filters alone",
            ),
            Mutant(
                "one filter",
                {"convolutional": f * f},
                f"that is one filter: there are {k}",
            ),
            Mutant(
                "compared with the convolutional layer",
                {"local_saves": full / shared},
                "that is how much the convolutional layer saves: the locally connected one is asked for",
            ),
            Mutant(
                "everything four times",
                {"larger_image": (4 * full, 4 * local, 4 * shared)},
                "in the fully connected layer there are 4 times the units with 4 times the weights each; filters do "
                "not become more when the image grows",
            ),
            Mutant(
                "filters grow with the image",
                {"larger_image": (16 * full, 4 * local, 4 * shared)},
                "the filters stay the same, however large the image is",
            ),
            Mutant(
                "twice the pixels",
                {"larger_image": (4 * full, 2 * local, shared)},
                "twice as high and twice as wide makes four times the pixels",
            ),
        ),
    )


EXERCISE = personal_sheet(sheet, Numbers(), draw)
