"""Unit 3, spatial dimensions: the size of what comes out, by hand.

A 3x3 filter slides over a 7x7 image. Draw the image on squared paper and move the filter with a
finger: where can it stand? Along one axis of N pixels, a filter of F pixels that moves by S pixels
has (N - F) / S + 1 positions, if that is a whole number; else it does not fit, and the answer
is the text "does not fit". A border of P zeros on each side makes the axis N + 2P long.

Example: a 5x5 image, a 2x2 filter, stride 1: (5 - 2) / 1 + 1 = 4 positions along each axis, so
the output is 4 pixels wide.

Replace each ... by your answer, then run:
    grade exercises/ --only seven_by_seven
"""

# 7x7 image, 3x3 filter, stride 1: width of the output in pixels
stride_1 = ...

# 7x7 image, 3x3 filter, stride 2: width of the output in pixels
larger_stride = ...

# 7x7 image, 3x3 filter, stride 3: width of the output in pixels
largest_stride = ...

# 7x7 image with a border of 1 zero, 3x3 filter, stride 1: width in pixels
padded = ...

# Borders of how many zeros keep the size at stride 1, for filters of 3x3, 5x5 and 7x7? Three
# numbers
same_padding = ...

# A 32x32 image goes through two layers, the first of 5x5 filters, the second of 5x5 filters, stride
# 1, no border: width after the first and after the second, two numbers
shrinking = ...
