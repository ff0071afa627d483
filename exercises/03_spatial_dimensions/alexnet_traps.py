"""Unit 3, spatial dimensions: sizes that do not come out, by hand.

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
an image and filters that do not go together; here it is a 224x224 image, and 11x11 filters at
stride 4.

The second trap is a network that begins with a 28x28 image. It has 3x3 filters, 2x2 max
pooling at stride 2, then 3x3 filters, and 2x2 max pooling at stride 2 again. All filters
have stride 1 and no border.

Give volumes as three numbers: height, width, depth.

Replace each ... by your answer, then run:
    grade exercises/ --only alexnet_traps
"""

# 224x224 image, 11x11 filters at stride 4, no border: what does the formula give? A number, with
# all its decimals
formula = ...

# If nothing is rounded, how wide is the output of that layer? A number of pixels, or the text "does
# not fit"
strictly = ...

# If the formula is rounded down, how many pixels at the end of each row lie under the filter at no
# position? A number
left_over = ...

# What is the smallest image, larger than 224x224, into which these filters fit without a border?
# Its width in pixels
next_larger = ...

# And how wide is the output for that image? A number of pixels
next_larger_output = ...

# A library gives the 224x224 image a border of 2 zeros on each side instead, and rounds down: what
# does the formula give before it is rounded, and how wide is the output? Two numbers
bordered = ...

# The second network: the width behind the first filters, behind the first pooling, and behind the
# second filters, three numbers
sizes = ...

# The second filters are 64, the first 16. The volume behind the second pooling if it is rounded
# down, three numbers
rounded_down = ...

# The volume behind the second pooling in ceil mode, three numbers
rounded_up = ...

# In ceil mode, how many pixels of its map does the window in the bottom right corner hold? A number
corner = ...

# A fully connected layer follows. How many numbers go into each of its neurons if the pooling is
# rounded down, and how many in ceil mode? Two numbers
inputs = ...
