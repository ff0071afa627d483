"""Unit 4, cross correlation: a curve detector, by hand.

A filter is a small picture of what it looks for. This one looks for a line that rises and then
bends to the right. The dots are zeros.

    filter:
          .   .   .   .   .   .  30   .
          .   .   .   .  30   .   .   .
          .   .   .  30   .   .   .   .
          .   .   .  30   .   .   .   .
          .   .   .  30   .   .   .   .
          .   .   .  30   .   .   .   .
          .   .   .   .   .   .   .   .
          .   .   .   .   .   .   .   .

The part of the image that lies under the filter is its receptive field. Here are two, from two
places in one image; a number is the brightness of a pixel.

    field A:
          .   .   .   .   .   .   .  30
          .   .   .   .  50  50  50   .
          .   .   .  20  50   .   .   .
          .   .   .  50  50   .   .   .
          .   .   .  50  50   .   .   .
          .   .   .  50  50   .   .   .
          .   .   .  50  50   .   .   .
          .   .   .  50  50   .   .   .

    field B:
          .  50   .   .   .   .   .   .
          .  50   .   .   .   .   .   .
          .  50  20   .   .   .   .   .
          .   .  50   .   .   .   .   .
          .   .  50   .   .   .   .   .
          .   .  30   .   .   .   .   .
          .   .   .  50  50  50  20   .
          .   .   .   .   .   .  50  50

At each place the filter gives one number: multiply every pixel of the field by the filter's pixel
at the same row and column, and add the 64 products.

    response = sum over rows i and columns j of field[i, j] * filter[i, j]

Why this finds curves: a product is large where both pixels are large, and 0 where either is 0. So
the response is large where the bright pixels of the image lie where the filter has its own, and
small elsewhere.

Example with 2x2 pixels: the field [[50, 0], [20, 50]] and the filter [[30, 30], [0, 30]] give
50 * 30 + 0 * 30 + 20 * 0 + 50 * 30 = 3000, to which 2 pixels contribute.

Replace each ... by your answer, then run:
    grade exercises/ --only curve_detector
"""

# Field A: how many of the 64 products are not zero? A count of pixels
contributing = ...

# Field A: the filter's response, a number
response_a = ...

# Field B: the filter's response, a number
response_b = ...

# Pixels of an image lie between 0 and 50. What is the largest response that this filter can give to
# any field? A number
largest_possible = ...

# Field A again, but the image has moved by one pixel: the response after a move to the left, and
# after a move to the right, two numbers. What moves in at the edge is zero
moved = ...
