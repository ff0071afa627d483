"""Unit 5, convolution layer: volumes, parameters and neurons, by hand.

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

Replace each ... by your answer, then run:
    grade exercises/ --only volumes_and_parameters
"""

# A 32x32x3 image and one 5x5x3 filter: the output volume in pixels, three numbers
one_filter = ...

# How many weights and how many biases does one neuron of that map have? Two numbers
one_neuron = ...

# The same image and six 5x5x3 filters: the output volume in pixels, three numbers
several_filters = ...

# How many parameters does that layer of six filters have, biases included?
several_parameters = ...

# The same image and five 5x5x3 filters: how many neurons are in the output?
neurons = ...

# How many of these neurons look at just the same 5x5x3 region of the image?
same_region = ...

# Six 5x5x3 filters shall make a 32x32x6 volume of the 32x32x3 image: a border of how many zeros on
# each side, and how many parameters does the layer then have? Two numbers
same_padding = ...

# The 28x28x6 volume goes through a second layer: ten filters of height and width 4, stride 2. The
# output volume in pixels, three numbers
second_layer = ...

# How many parameters does this second layer have, biases included?
second_parameters = ...

# Back to the 28x28x6 volume that six 5x5x3 filters make of the image. If each of its neurons had
# weights and a bias of its own, how many parameters would that layer have?
without_sharing = ...
