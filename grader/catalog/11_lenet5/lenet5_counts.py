"""What LeNet-5 learns, layer by layer, and how many connections that serves."""

from dataclasses import dataclass

import numpy as np

from grader.exercise import Exercise, Mutant, Question
from grader.sheet import hand_sheet, in_words, personal_sheet


@dataclass(frozen=True)
class Numbers:
    """Side of all filters; maps of S2, from which those of C3 follow; units of C5; height and width of a picture."""

    filter: int = 5
    maps: int = 6
    c5: int = 120
    picture: tuple[int, int] = (12, 7)


CLASSES = 10
# Pixels of a window of S2 and S4.
WINDOW = 2 * 2


def draw(rng: np.random.Generator) -> Numbers:
    return Numbers(
        filter=int(rng.integers(3, 8)),
        maps=int(rng.choice((6, 8, 10))),
        c5=int(rng.integers(8, 19)) * 10,
        picture=(int(rng.integers(9, 15)), int(rng.integers(6, 9))),
    )


def sheet(numbers: Numbers) -> Exercise:
    f, n, units = numbers.filter, numbers.maps, numbers.c5
    height, width = numbers.picture
    features, half = height * width, n // 2
    # C5's filters cover a map of S4 wholly; from there back to the image.
    side4 = f
    side3 = 2 * side4
    side2 = side3 + f - 1
    side1 = 2 * side2
    size = side1 + f - 1
    maps3 = 2 * n + half + 1
    # Filters of C3, one for each pair of a map and one that it reads.
    pairs = 3 * n + 4 * n + 4 * half + n
    c1, s2, c3, s4 = (f * f + 1) * n, 2 * n, pairs * f * f + maps3, 2 * maps3
    c5, f6 = (f * f * maps3 + 1) * units, (units + 1) * features
    c1_links, s2_links = side1**2 * c1, side2**2 * n * (WINDOW + 1)
    c3_links, s4_links = side3**2 * c3, side4**2 * maps3 * (WINDOW + 1)
    learned, codes = c1 + s2 + c3 + s4 + c5 + f6, features * CLASSES
    links = c1_links + s2_links + c3_links + s4_links + c5 + f6
    dense = (n * f * f + 1) * maps3
    which = "These are its layers" if numbers == Numbers() else "Here are the layers of a network like it"
    return hand_sheet(
        title="what LeNet-5 learns, by hand",
        order=1,
        prompt=f"""
    LeNet-5 read the digits on cheques in 1998. {which}, for images of {size}x{size} pixels:

        C1        {n} maps, filters of {f}x{f} over the image
        S2        {n} maps, each half as high and half as wide as its map in C1
        C3        {maps3} maps, filters of {f}x{f} over some maps of S2
        S4        {maps3} maps, each half as high and half as wide as its map in C3
        C5        {units} maps, filters of {f}x{f} over all maps of S4
        F6        {features} units, fully connected with C5
        output    {CLASSES} RBF units, one for each class

    Filters move by one pixel, and there is no border: a map of side N becomes one of side N - {f - 1}. So the
    maps of C5 have just one pixel each. Every map has one bias.

    S layers have windows of 2x2 that lie side by side. A unit adds up its four pixels, multiplies the sum by
    a coefficient and adds a bias; all units of a map share the two.

    In C3 a map has a filter of its own for each map of S2 that it reads, and one bias: {in_words(n)} maps read 3 maps
    of S2, {in_words(n)} read 4, {in_words(half)} more also read 4, and one reads all {n}.

    An RBF unit compares the {features} features with the picture of its class, {height} pixels high and {width} wide.
    These pictures are fixed, not learned, and there is no bias.

    Parameters are the different numbers that a layer learns. Connections are the places where they are used: each
    unit, that is each pixel of a map, has one for everything that it reads, and one for its bias.

    Example: an image of 8x8, two maps with filters of 3x3. A map has 3 * 3 + 1 = 10 parameters, the layer 20.
    The maps are 6x6; each of their pixels has 10 connections: 6 * 6 * 2 * 10 = 720. S maps of 3x3 follow, with 2 * 2
    = 4 parameters and 3 * 3 * 2 * (4 + 1) = 90 connections. A map with filters of 3x3 that reads both has
    2 * 3 * 3 + 1 = 19 parameters.
    """,
        questions=(
            Question("c1_parameters", "C1: how many parameters, biases included?", c1),
            Question("c1_connections", "C1: how many connections, those of biases included?", c1_links),
            Question("s2_parameters", "S2: how many parameters?", s2),
            Question("s2_connections", "S2: how many connections?", s2_links),
            Question("c3_parameters", f"C3, with its {maps3} maps: how many parameters?", c3, 2),
            Question("c3_connections", "C3: how many connections?", c3_links),
            Question("s4", "S4: how many parameters, and how many connections? Two numbers", (s4, s4_links)),
            Question("c5", "C5: how many parameters? There are as many connections", c5),
            Question("f6", "F6: how many parameters? There are as many connections", f6),
            Question("all_learned", "How many parameters are learned in the whole network?", learned),
            Question("fixed", "How many numbers are fixed, in the pictures of the output layer?", codes),
        ),
        hints=(
            "Write the side of the maps beside each layer first: filters take away F - 1 pixels, S layers halve. At C5 "
            "a single pixel must be left.",
            "Connections are units times the connections of one unit. A unit of C1 has as many as its map has "
            "parameters, for a map's parameters are just what each of its units uses. A unit of an S layer has 5: four "
            "pixels and a bias.",
            f"Filters of C3: {n} * 3 + {n} * 4 + {half} * 4 + {n} = {pairs}, of {f * f} weights each; and {maps3} "
            "biases. Connections of C3: its parameters times the pixels of a map.",
            f"Sides: {size}, {side1}, {side2}, {side3}, {side4}, 1. Parameters: ({f * f} + 1) * {n}; 2 * {n}; "
            f"{pairs} * {f * f} + {maps3}; 2 * {maps3}; ({maps3} * {f * f} + 1) * {units}; ({units} + 1) * {features}. "
            f"The pictures: {CLASSES} * {features}.",
        ),
        other_answers=(
            {"c1_parameters": float(c1), "s4": [s4, s4_links], "c3_connections": float(c3_links)},
            {"s4": [float(s4), float(s4_links)], "all_learned": float(learned)},
        ),
        mutants=(
            Mutant(
                "biases forgotten",
                {
                    "c1_parameters": f * f * n,
                    "s2_parameters": n,
                    "c3_parameters": pairs * f * f,
                    "s4": (maps3, side4**2 * maps3 * WINDOW),
                    "c5": f * f * maps3 * units,
                    "f6": units * features,
                    "all_learned": f * f * n + n + pairs * f * f + maps3 + f * f * maps3 * units + units * features,
                },
                "you forgot the biases: one for each map, or for each unit of F6",
            ),
            Mutant(
                "biases have no connection",
                {
                    "c1_connections": side1**2 * n * f * f,
                    "s2_connections": side2**2 * n * WINDOW,
                    "c3_connections": side3**2 * pairs * f * f,
                },
                "each unit has a connection to its bias as well",
            ),
            Mutant(
                "connections of one unit of each map",
                {"c1_connections": c1, "s2_connections": (WINDOW + 1) * n, "c3_connections": c3},
                "those are the connections of one unit of each map: multiply by the pixels of a map",
            ),
            Mutant(
                "pixels that are read counted",
                {
                    "c1_connections": size**2 * c1,
                    "s2_connections": side1**2 * n * (WINDOW + 1),
                    "c3_connections": side2**2 * c3,
                },
                "count the units of the layer itself: its maps are smaller than those that it reads",
            ),
            Mutant(
                "units counted",
                {"c1_connections": side1**2 * n, "s2_connections": side2**2 * n, "c3_connections": side3**2 * maps3},
                "those are the units of the layer: multiply by the connections of each",
            ),
            Mutant(
                "windows that overlap",
                {"s2_connections": (side1 - 1) ** 2 * n * (WINDOW + 1)},
                "your windows move by one pixel; they lie side by side, so S2 is half as high and half as wide as C1",
            ),
            Mutant(
                "a connection for the coefficient",
                {
                    "s2_connections": side2**2 * n * (WINDOW + 2),
                    "s4": (s4, side4**2 * maps3 * (WINDOW + 2)),
                },
                "the coefficient is what the four pixels are multiplied by, no connection of its own: 4 + 1",
            ),
            Mutant(
                "nothing learned in S layers",
                {"s2_parameters": 0, "s4": (0, s4_links), "all_learned": learned - s2 - s4},
                "pooling of today learns nothing, but here each map of an S layer has a coefficient and a bias",
            ),
            Mutant(
                "four weights in a window",
                {"s2_parameters": (WINDOW + 1) * n, "s4": ((WINDOW + 1) * maps3, s4_links)},
                "the four pixels of a window share one coefficient",
            ),
            Mutant(
                "all maps read",
                {"c3_parameters": dense, "c3_connections": side3**2 * dense},
                "only one map of C3 reads all maps of S2, the others read 3 or 4",
            ),
            Mutant(
                "one filter for each map",
                {"c3_parameters": (f * f + 1) * maps3, "c3_connections": side3**2 * (f * f + 1) * maps3},
                "a map of C3 has a filter of its own for each map that it reads, not one for all of them",
            ),
            Mutant(
                "a bias for each filter",
                {"c3_parameters": pairs * (f * f + 1), "c3_connections": side3**2 * pairs * (f * f + 1)},
                "the filters of one map share one bias",
            ),
            Mutant(
                "second four forgotten",
                {"c3_parameters": (pairs - 4 * half) * f * f + maps3 - half},
                f"count the maps of C3: {in_words(half)} more of them read 4 maps",
            ),
            Mutant(
                "one map read by C5",
                {"c5": (f * f + 1) * units},
                f"each unit of C5 reads all {maps3} maps of S4: its filter is as deep as that",
            ),
            Mutant(
                "filters forgotten in C5",
                {"c5": (maps3 + 1) * units},
                f"a unit of C5 reads {f}x{f} pixels of each map of S4, not one",
            ),
            Mutant(
                "F6 reads S4",
                {"f6": (f * f * maps3 + 1) * features},
                "F6 reads the units of C5, not the maps of S4",
            ),
            Mutant(
                "pictures counted as learned",
                {"all_learned": learned + codes},
                "the pictures of the output layer are fixed: they are not learned",
            ),
            Mutant(
                "connections counted",
                {"all_learned": links},
                "those are the connections: parameters that are used at many places count once",
            ),
            Mutant(
                "output layer as a linear one",
                {"fixed": (features + 1) * CLASSES},
                "an RBF unit has no bias",
            ),
            Mutant(
                "one picture",
                {"fixed": features},
                "that is one picture: each class has one",
            ),
        ),
    )


EXERCISE = personal_sheet(sheet, Numbers(), draw)
