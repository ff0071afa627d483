"""Unit 11, lenet5: what LeNet-5 learns, by hand.

LeNet-5 read the digits on cheques in 1998. These are its layers, for images of 32x32 pixels:

    C1        6 maps, filters of 5x5 over the image
    S2        6 maps, each half as high and half as wide as its map in C1
    C3        16 maps, filters of 5x5 over some maps of S2
    S4        16 maps, each half as high and half as wide as its map in C3
    C5        120 maps, filters of 5x5 over all maps of S4
    F6        84 units, fully connected with C5
    output    10 RBF units, one for each class

Filters move by one pixel, and there is no border: a map of side N becomes one of side N - 4. So the
maps of C5 have just one pixel each. Every map has one bias.

S layers have windows of 2x2 that lie side by side. A unit adds up its four pixels, multiplies the sum by
a coefficient and adds a bias; all units of a map share the two.

In C3 a map has a filter of its own for each map of S2 that it reads, and one bias: six maps read 3 maps
of S2, six read 4, three more also read 4, and one reads all 6.

An RBF unit compares the 84 features with the picture of its class, 12 pixels high and 7 wide.
These pictures are fixed, not learned, and there is no bias.

Parameters are the different numbers that a layer learns. Connections are the places where they are used: each
unit, that is each pixel of a map, has one for everything that it reads, and one for its bias.

Example: an image of 8x8, two maps with filters of 3x3. A map has 3 * 3 + 1 = 10 parameters, the layer 20.
The maps are 6x6; each of their pixels has 10 connections: 6 * 6 * 2 * 10 = 720. S maps of 3x3 follow, with 2 * 2
= 4 parameters and 3 * 3 * 2 * (4 + 1) = 90 connections. A map with filters of 3x3 that reads both has
2 * 3 * 3 + 1 = 19 parameters.

Replace each ... by your answer, then run:
    grade exercises/ --only lenet5_counts
"""

# C1: how many parameters, biases included?
c1_parameters = ...

# C1: how many connections, those of biases included?
c1_connections = ...

# S2: how many parameters?
s2_parameters = ...

# S2: how many connections?
s2_connections = ...

# C3, with its 16 maps: how many parameters?
c3_parameters = ...

# C3: how many connections?
c3_connections = ...

# S4: how many parameters, and how many connections? Two numbers
s4 = ...

# C5: how many parameters? There are as many connections
c5 = ...

# F6: how many parameters? There are as many connections
f6 = ...

# How many parameters are learned in the whole network?
all_learned = ...

# How many numbers are fixed, in the pictures of the output layer?
fixed = ...
