"""Unit 1, layering representations: the parameters of a perceptron, by hand.

A network for digits sees an image unrolled into one vector, row by row. In a fully connected layer
every unit has a weight for each number that goes in, and one bias of its own. So a layer with D
numbers going in and H units learns

    weights       D * H
    biases        H
    parameters    D * H + H = (D + 1) * H

The units of one layer are what goes into the next. The last layer has as many units as there are
classes, and here these are the 10 digits.

Example: 6 numbers, 4 hidden units, 3 classes. The first layer has 6 * 4 = 24 weights and 4 biases, 28
parameters; the second 4 * 3 = 12 weights and 3 biases, 15 parameters; together 43.

Pixels are counted from 1 here, as on the lecture's slides: x_1 is the first of row 1.

Replace each ... by your answer, then run:
    grade exercises/ --only mlp_parameters
"""

# Of how many numbers is the vector that a 20x20 image is unrolled into?
inputs = ...

# Which x_… is the pixel in row 3 and column 5 of that image? The number alone
place = ...

# The vector goes into 25 hidden units: how many weights have these?
hidden_weights = ...

# And how many parameters, weights and biases?
hidden_parameters = ...

# The 25 hidden units go into 10 output units: how many parameters have these?
output_parameters = ...

# How many parameters has the whole network?
all_parameters = ...

# An image of MNIST has 28x28 pixels. How many parameters has a network 784-800-10, that is, one
# with 800 hidden units and 10 classes?
mnist = ...

# How many parameters has the network with 25 hidden units and 10 classes if images are twice as
# high and twice as wide, 40x40?
doubled = ...
