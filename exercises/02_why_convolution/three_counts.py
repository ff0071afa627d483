"""Unit 2, why convolution: three ways to connect a layer, by hand.

An image of 200x200 pixels goes into a layer of 40,000 hidden units, as many as there are pixels. How
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

Replace each ... by your answer, then run:
    grade exercises/ --only three_counts
"""

# 40,000 units, each connected with all pixels: how many weights?
fully_connected = ...

# How many gigabytes do these weights take, 4 bytes each? A gigabyte is 10^9 bytes
memory = ...

# 40,000 units, each connected with a field of 10x10 pixels, with weights of its own: how many?
locally_connected = ...

# 100 filters of 10x10 pixels, shared by all positions: how many?
convolutional = ...

# How many times as many weights has the fully connected layer as the locally connected one?
local_saves = ...

# The image becomes 400x400, and again there is one hidden unit for each pixel. How many weights has
# each of the three layers now? Three numbers, in the order from above
larger_image = ...
