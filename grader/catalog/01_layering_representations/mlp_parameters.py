"""How many numbers a network of fully connected layers learns."""

from dataclasses import dataclass

import numpy as np

from grader.exercise import Exercise, Mutant, Question
from grader.sheet import hand_sheet, personal_sheet


@dataclass(frozen=True)
class Numbers:
    """Images of `size` x `size`, of which one pixel is looked for; hidden units; units of the network for MNIST."""

    size: int = 20
    pixel: tuple[int, int] = (3, 5)
    hidden: int = 25
    mnist: int = 800


CLASSES = 10
MNIST = 28 * 28


def draw(rng: np.random.Generator) -> Numbers:
    size = int(rng.integers(12, 31))
    row, column = (int(place) for place in rng.choice(range(2, 12), 2, replace=False))
    return Numbers(size, (row, column), int(rng.integers(11, 60)), int(rng.integers(3, 16)) * 100)


def sheet(numbers: Numbers) -> Exercise:
    n, h, m = numbers.size, numbers.hidden, numbers.mnist
    row, column = numbers.pixel
    d = n * n
    first, second = (d + 1) * h, (h + 1) * CLASSES
    mnist_first, mnist_second = (MNIST + 1) * m, (m + 1) * CLASSES
    return hand_sheet(
        title="the parameters of a perceptron, by hand",
        order=3,
        prompt=f"""
    A network for digits sees an image unrolled into one vector, row by row. In a fully connected layer
    every unit has a weight for each number that goes in, and one bias of its own. So a layer with D
    numbers going in and H units learns

        weights       D * H
        biases        H
        parameters    D * H + H = (D + 1) * H

    The units of one layer are what goes into the next. The last layer has as many units as there are
    classes, and here these are the {CLASSES} digits.

    Example: 6 numbers, 4 hidden units, 3 classes. The first layer has 6 * 4 = 24 weights and 4 biases, 28
    parameters; the second 4 * 3 = 12 weights and 3 biases, 15 parameters; together 43.

    Pixels are counted from 1 here, as on the lecture's slides: x_1 is the first of row 1.
    """,
        questions=(
            Question("inputs", f"Of how many numbers is the vector that a {n}x{n} image is unrolled into?", d),
            Question(
                "place",
                f"Which x_… is the pixel in row {row} and column {column} of that image? The number alone",
                (row - 1) * n + column,
            ),
            Question("hidden_weights", f"The vector goes into {h} hidden units: how many weights have these?", d * h),
            Question("hidden_parameters", "And how many parameters, weights and biases?", first),
            Question(
                "output_parameters",
                f"The {h} hidden units go into {CLASSES} output units: how many parameters have these?",
                second,
            ),
            Question("all_parameters", "How many parameters has the whole network?", first + second),
            Question(
                "mnist",
                f"An image of MNIST has 28x28 pixels. How many parameters has a network 784-{m}-10, that is, one with "
                f"{m} hidden units and {CLASSES} classes?",
                mnist_first + mnist_second,
                2,
            ),
            Question(
                "doubled",
                f"How many parameters has the network with {h} hidden units and {CLASSES} classes if images are twice "
                f"as high and twice as wide, {2 * n}x{2 * n}?",
                (4 * d + 1) * h + second,
                2,
            ),
        ),
        hints=(
            "Draw it small: 3 numbers, 2 hidden units, and a line for each weight. How many lines are there, and what "
            "does each unit have besides?",
            f"In front of row {row} stand {row - 1} whole rows. Parameters of a layer: (numbers going in + 1) * units; "
            "the 1 is the bias.",
            "What goes into the output layer are the hidden units, not the pixels. An image twice as high and twice "
            "as wide has four times the pixels.",
            f"{n} * {n} = {d}; ({row} - 1) * {n} + {column}; {d} * {h}; {d + 1} * {h}; {h + 1} * {CLASSES}; the sum of "
            f"the last two; {MNIST + 1} * {m} + {m + 1} * {CLASSES}; {4 * d + 1} * {h} + {h + 1} * {CLASSES}.",
        ),
        other_answers=(
            {"inputs": float(d), "hidden_parameters": float(first), "mnist": float(mnist_first + mnist_second)},
        ),
        mutants=(
            Mutant(
                "biases forgotten",
                {
                    "hidden_parameters": d * h,
                    "output_parameters": h * CLASSES,
                    "all_parameters": d * h + h * CLASSES,
                    "mnist": MNIST * m + m * CLASSES,
                    "doubled": 4 * d * h + h * CLASSES,
                },
                "you forgot the biases: each unit has one",
            ),
            Mutant(
                "one bias for the layer",
                {
                    "hidden_parameters": d * h + 1,
                    "output_parameters": h * CLASSES + 1,
                    "all_parameters": d * h + 1 + h * CLASSES + 1,
                    "mnist": MNIST * m + 1 + m * CLASSES + 1,
                    "doubled": 4 * d * h + 1 + h * CLASSES + 1,
                },
                "every unit has a bias of its own, not one for the whole layer",
            ),
            Mutant(
                "biases of the hidden units alone",
                {
                    "all_parameters": first + h * CLASSES,
                    "mnist": mnist_first + m * CLASSES,
                    "doubled": (4 * d + 1) * h + h * CLASSES,
                },
                "the output units have biases, too",
            ),
            Mutant(
                "column by column",
                {"place": (column - 1) * n + row},
                "you count down the columns: the vector takes row after row",
            ),
            Mutant(
                "counted from 0",
                {"place": (row - 1) * n + column - 1},
                "you count from 0, as Python does: on the slides the first pixel is x_1",
            ),
            Mutant(
                "rows counted from 0",
                {"place": row * n + column},
                f"in front of row {row} there are {row - 1} whole rows, not {row}",
            ),
            Mutant(
                "inputs go to the output units",
                {"output_parameters": (d + 1) * CLASSES, "all_parameters": first + (d + 1) * CLASSES},
                "the output units see the hidden units, not the pixels",
            ),
            Mutant(
                "units counted",
                {"all_parameters": d + h + CLASSES, "mnist": MNIST + m + CLASSES},
                "you counted units; parameters are the weights between them, and the biases",
            ),
            Mutant("one side of the image", {"inputs": n, "hidden_weights": n * h}, f"an image has {n} * {n} pixels"),
            Mutant(
                "hidden layer alone",
                {"all_parameters": first, "mnist": mnist_first, "doubled": (4 * d + 1) * h},
                "those are the parameters of the hidden layer: the output layer has some, too",
            ),
            Mutant(
                "twice the pixels",
                {"doubled": (2 * d + 1) * h + second},
                "twice as high and twice as wide makes four times the pixels",
            ),
            Mutant(
                "all parameters doubled",
                {"doubled": 2 * (first + second)},
                "only the weights of the first layer become more, and they become four times as many",
            ),
        ),
    )


EXERCISE = personal_sheet(sheet, Numbers(), draw)
