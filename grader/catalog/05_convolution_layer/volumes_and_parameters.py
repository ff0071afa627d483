"""What goes into a convolution layer and comes out of it: sizes, parameters, neurons."""

from dataclasses import dataclass

import numpy as np

from grader.exercise import Exercise, Mutant, Question
from grader.sheet import hand_sheet, in_words, personal_sheet


@dataclass(frozen=True)
class Numbers:
    """An image of `size` and `depth`, filters of `kernel`, of which there are `filters` or `fewer`; a second layer."""

    size: int = 32
    depth: int = 3
    kernel: int = 5
    filters: int = 6
    fewer: int = 5
    second_kernel: int = 4
    second_filters: int = 10


STRIDE = 2


def draw(rng: np.random.Generator) -> Numbers:
    kernel = int(rng.choice((3, 5, 7)))
    filters, fewer = (int(count) for count in rng.choice(range(4, 13), 2, replace=False))
    size = int(rng.integers(10, 25)) * 2
    # Of the same parity as what the first layer makes of the image, so that a stride of 2 fits.
    second_kernel = int(rng.choice([f for f in range(2, 7) if (size - kernel + 1 - f) % STRIDE == 0]))
    return Numbers(size, int(rng.choice((2, 3, 4))), kernel, filters, fewer, second_kernel, int(rng.integers(7, 17)))


def sheet(numbers: Numbers) -> Exercise:
    n, d, f, k, fewer = numbers.size, numbers.depth, numbers.kernel, numbers.filters, numbers.fewer
    f2, k2 = numbers.second_kernel, numbers.second_filters
    out = n - f + 1
    out2 = (out - f2) // STRIDE + 1
    image, filters = f"{n}x{n}x{d} image", f"{f}x{f}x{d} filter"
    volume, region = f"{out}x{out}x{k} volume", f"{f}x{f}x{d} region"
    weights, border = f * f * d, (f - 1) // 2
    one = weights + 1
    layer, layer2 = one * k, (f2 * f2 * k + 1) * k2
    neurons, several = out * out * k, in_words(k)
    return hand_sheet(
        title="volumes, parameters and neurons, by hand",
        order=2,
        prompt="""
    A colour image is a volume: height x width x depth, with a depth of 3 for red, green and blue. A
    filter is a volume too. It is small in height and width but always as deep as what it slides over,
    so it moves along two axes only. At each position it multiplies all the numbers it covers by its
    weights, adds them up, adds its bias, and gives one number. So one filter makes one flat map, and K
    filters make K maps, which are stacked: K is the depth of what comes out.

    With an input of N x N x D, K filters of F x F x D, stride S and a border of P zeros on each side:

        output size (height and width)    (N + 2P - F) / S + 1
        output volume                     size x size x K
        weights of one filter             F * F * D, and 1 bias
        parameters of the layer           (F * F * D + 1) * K

    Another way to see it: each number that comes out is a neuron that looks at one region of the input.
    All neurons of a map share one filter, so its weights are stored, and learned, only once. That is why
    the parameters depend neither on the size of the image nor on the border.

    Example: a 10x10x2 volume and four 3x3x2 filters, stride 1, no border. The size is
    (10 - 3) / 1 + 1 = 8, the output 8x8x4, so there are 8 * 8 * 4 = 256 neurons. A filter has
    3 * 3 * 2 = 18 weights and 1 bias, the layer (18 + 1) * 4 = 76 parameters.

    Give volumes as three numbers: height, width, depth. Stride 1 and no border unless it is said.
    """,
        questions=(
            Question(
                "one_filter",
                f"A {image} and one {filters}: the output volume in pixels, three numbers",
                (out, out, 1),
            ),
            Question(
                "one_neuron",
                "How many weights and how many biases does one neuron of that map have? Two numbers",
                (weights, 1),
            ),
            Question(
                "several_filters",
                f"The same image and {several} {filters}s: the output volume in pixels, three numbers",
                (out, out, k),
            ),
            Question(
                "several_parameters",
                f"How many parameters does that layer of {several} filters have, biases included?",
                layer,
                2,
            ),
            Question(
                "neurons",
                f"The same image and {in_words(fewer)} {filters}s: how many neurons are in the output?",
                out * out * fewer,
            ),
            Question("same_region", f"How many of these neurons look at just the same {region} of the image?", fewer),
            Question(
                "same_padding",
                f"{several.capitalize()} {filters}s shall make a {n}x{n}x{k} volume of the {image}: a border of how "
                "many zeros on each side, and how many parameters does the layer then have? Two numbers",
                (border, layer),
            ),
            Question(
                "second_layer",
                f"The {volume} goes through a second layer: {in_words(k2)} filters of height and width {f2}, stride "
                f"{STRIDE}. The output volume in pixels, three numbers",
                (out2, out2, k2),
            ),
            Question(
                "second_parameters", "How many parameters does this second layer have, biases included?", layer2, 2
            ),
            Question(
                "without_sharing",
                f"Back to the {volume} that {several} {filters}s make of the image. If each of its neurons had "
                "weights and a bias of its own, how many parameters would that layer have?",
                neurons * one,
                2,
            ),
        ),
        hints=(
            "Height and width of the output come from the formula, its depth from the number of filters alone. "
            "The depth of the input appears only in the number of weights.",
            f"A neuron that looks at a {region} has one weight for each number in it. At every position of "
            "the image stands one neuron for each filter.",
            "Parameters of a layer: (F * F * D + 1) * K. In the second layer D is the depth of what goes into "
            f"it, {k}. A border adds zeros to the image, no weights to the filter.",
            f"({n} - {f}) / 1 + 1 = {out} and ({out} - {f2}) / {STRIDE} + 1 = {out2}. Parameters: "
            f"({f} * {f} * {d} + 1) * {k} and ({f2} * {f2} * {k} + 1) * {k2}. Neurons: {out} * {out} * {fewer}. "
            f"Without sharing: {out} * {out} * {k} neurons with {one} parameters each.",
        ),
        other_answers=(
            {
                "one_filter": [out, out, 1],
                "several_parameters": float(layer),
                "same_padding": [float(border), float(layer)],
                "without_sharing": float(neurons * one),
            },
            {
                "one_neuron": [weights, 1],
                "several_filters": [float(out), float(out), float(k)],
                "second_layer": [out2, out2, k2],
            },
        ),
        mutants=(
            Mutant(
                "depth of the input kept",
                {"one_filter": (out, out, d), "several_filters": (out, out, d * k)},
                "a filter is as deep as its input and adds up over the depth: one filter makes one map",
            ),
            Mutant(
                "depth of the filter forgotten",
                {
                    "one_neuron": (f * f, 1),
                    "several_parameters": (f * f + 1) * k,
                    "second_parameters": (f2 * f2 + 1) * k2,
                },
                "you forgot that a filter is as deep as its input: F * F * D weights, not F * F",
            ),
            Mutant(
                "plus one forgotten",
                {
                    "one_filter": (out - 1, out - 1, 1),
                    "several_filters": (out - 1, out - 1, k),
                    "second_layer": (out2 - 1, out2 - 1, k2),
                },
                "you counted the moves of the filter; the position before the first move counts too: + 1",
            ),
            Mutant(
                "biases forgotten",
                {
                    "one_neuron": (weights, 0),
                    "several_parameters": weights * k,
                    "second_parameters": f2 * f2 * k * k2,
                    "without_sharing": neurons * weights,
                },
                "you forgot the biases: one for each filter, or for each neuron if nothing is shared",
            ),
            Mutant(
                "one bias for the layer",
                {"several_parameters": weights * k + 1, "second_parameters": f2 * f2 * k * k2 + 1},
                "every filter has a bias of its own, not one for the whole layer",
            ),
            Mutant(
                "one filter's parameters",
                {"several_parameters": one, "second_parameters": f2 * f2 * k + 1},
                "those are the parameters of one filter: multiply by the number of filters",
            ),
            Mutant(
                "one map's neurons",
                {"neurons": out * out},
                f"those are the neurons of one map: each of the {in_words(fewer)} filters has a map of its own",
            ),
            Mutant(
                "pixels of the region counted",
                {"same_region": f * f},
                "you counted pixels of the region: count the neurons that look at it, one for each filter",
            ),
            Mutant(
                "no two neurons share a region",
                {"same_region": 1},
                "one neuron of each map looks at the region, and there are as many maps as filters",
            ),
            Mutant(
                "whole border on one side",
                {"same_padding": (2 * border, layer)},
                f"{2 * border} is what the border must add in all: half of it lies on each side",
            ),
            Mutant(
                "border one too narrow",
                {"same_padding": (border - 1, layer)},
                f"a filter of {f}x{f} takes {f - 1} pixels away, so {f - 1} must be added, half of them on each side",
            ),
            Mutant(
                "stride forgotten",
                {"second_layer": (out - f2 + 1, out - f2 + 1, k2)},
                f"with stride {STRIDE} the filter moves by {STRIDE} pixels: divide by the stride before you add 1",
            ),
            Mutant(
                "depth of the image in the second layer",
                {"second_parameters": (f2 * f2 * d + 1) * k2},
                f"the second layer does not see the image: its input is {k} deep, so its filters are too",
            ),
            Mutant(
                "map by map",
                {"without_sharing": layer},
                f"{layer} is what the layer has with sharing; without, multiply one neuron's {one} by the number of "
                "neurons",
            ),
            Mutant(
                "one map's neurons without sharing",
                {"without_sharing": out * out * one},
                f"that is one map of {out} x {out} neurons: there are {several}",
            ),
        ),
    )


EXERCISE = personal_sheet(sheet, Numbers(), draw)
