"""What goes into a convolution layer and comes out of it: sizes, parameters, neurons."""

from grader.exercise import Mutant, Question
from grader.sheet import hand_sheet

EXERCISE = hand_sheet(
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
            "A 32x32x3 image and one 5x5x3 filter: the output volume in pixels, three numbers",
            (28, 28, 1),
        ),
        Question(
            "one_neuron",
            "How many weights and how many biases does one neuron of that map have? Two numbers",
            (75, 1),
        ),
        Question(
            "six_filters",
            "The same image and six 5x5x3 filters: the output volume in pixels, three numbers",
            (28, 28, 6),
        ),
        Question(
            "six_parameters",
            "How many parameters does that layer of six filters have, biases included?",
            456,
            2,
        ),
        Question("five_neurons", "The same image and five 5x5x3 filters: how many neurons are in the output?", 3920),
        Question("same_region", "How many of these neurons look at just the same 5x5x3 region of the image?", 5),
        Question(
            "same_padding",
            "Six 5x5x3 filters shall make a 32x32x6 volume of the 32x32x3 image: a border of how many zeros "
            "on each side, and how many parameters does the layer then have? Two numbers",
            (2, 456),
        ),
        Question(
            "second_layer",
            "The 28x28x6 volume goes through a second layer: ten filters of height and width 4, stride 2. "
            "The output volume in pixels, three numbers",
            (13, 13, 10),
        ),
        Question("second_parameters", "How many parameters does this second layer have, biases included?", 970, 2),
        Question(
            "without_sharing",
            "Back to the 28x28x6 volume that six 5x5x3 filters make of the image. If each of its neurons had "
            "weights and a bias of its own, how many parameters would that layer have?",
            357504,
            2,
        ),
    ),
    hints=(
        "Height and width of the output come from the formula, its depth from the number of filters alone. "
        "The depth of the input appears only in the number of weights.",
        "A neuron that looks at a 5x5x3 region has one weight for each number in it. At every position of "
        "the image stands one neuron for each filter.",
        "Parameters of a layer: (F * F * D + 1) * K. In the second layer D is the depth of what goes into "
        "it, 6. A border adds zeros to the image, no weights to the filter.",
        "(32 - 5) / 1 + 1 = 28 and (28 - 4) / 2 + 1 = 13. Parameters: (5 * 5 * 3 + 1) * 6 and (4 * 4 * 6 + "
        "1) * 10. Neurons: 28 * 28 * 5. Without sharing: 28 * 28 * 6 neurons with 76 parameters each.",
    ),
    other_answers=(
        {
            "one_filter": [28, 28, 1],
            "six_parameters": 456.0,
            "five_neurons": 28 * 28 * 5,
            "same_padding": [2.0, 456.0],
            "without_sharing": 357504.0,
        },
        {"one_neuron": [75, 1], "six_filters": [28.0, 28.0, 6.0], "second_layer": [13, 13, 10]},
    ),
    mutants=(
        Mutant(
            "depth of the input kept",
            {"one_filter": (28, 28, 3), "six_filters": (28, 28, 18)},
            "a filter is as deep as its input and adds up over the depth: one filter makes one map",
        ),
        Mutant(
            "depth of the filter forgotten",
            {"one_neuron": (25, 1), "six_parameters": 156, "second_parameters": 170},
            "you forgot that a filter is as deep as its input: F * F * D weights, not F * F",
        ),
        Mutant(
            "plus one forgotten",
            {"one_filter": (27, 27, 1), "six_filters": (27, 27, 6), "second_layer": (12, 12, 10)},
            "you counted the moves of the filter; the position before the first move counts too: + 1",
        ),
        Mutant(
            "biases forgotten",
            {
                "one_neuron": (75, 0),
                "six_parameters": 450,
                "second_parameters": 960,
                "without_sharing": 352800,
            },
            "you forgot the biases: one for each filter, or for each neuron if nothing is shared",
        ),
        Mutant(
            "one bias for the layer",
            {"six_parameters": 451, "second_parameters": 961},
            "every filter has a bias of its own, not one for the whole layer",
        ),
        Mutant(
            "one filter's parameters",
            {"six_parameters": 76, "second_parameters": 97},
            "those are the parameters of one filter: multiply by the number of filters",
        ),
        Mutant(
            "one map's neurons",
            {"five_neurons": 784},
            "those are the neurons of one map: each of the five filters has a map of its own",
        ),
        Mutant(
            "pixels of the region counted",
            {"same_region": 25},
            "you counted pixels of the region: count the neurons that look at it, one for each filter",
        ),
        Mutant(
            "no two neurons share a region",
            {"same_region": 1},
            "one neuron of each map looks at the region, and there are as many maps as filters",
        ),
        Mutant(
            "whole border on one side",
            {"same_padding": (4, 456)},
            "4 is what the border must add in all: half of it lies on each side",
        ),
        Mutant(
            "border of 1 always",
            {"same_padding": (1, 456)},
            "a border of 1 keeps the size for 3x3 filters: one of 5x5 takes 4 pixels away, so 4 must be added",
        ),
        Mutant(
            "stride forgotten",
            {"second_layer": (25, 25, 10)},
            "with stride 2 the filter moves by 2 pixels: divide by the stride before you add 1",
        ),
        Mutant(
            "depth of the image in the second layer",
            {"second_parameters": 490},
            "the second layer does not see the image: its input is 6 deep, so its filters are too",
        ),
        Mutant(
            "map by map",
            {"without_sharing": 456},
            "456 is what the layer has with sharing; without, multiply one neuron's 76 by the number of neurons",
        ),
        Mutant(
            "one map's neurons without sharing",
            {"without_sharing": 59584},
            "that is one map of 28 x 28 neurons: there are six",
        ),
    ),
)
