"""Unit 4, cross correlation: is this a pair of axes? By hand.

Does a picture show a pair of axes, a line that stands and a line that lies? Two filters and a
max pool can say. Here is a picture of 4x4 pixels and the two filters:

    image:                  vertical filter:        horizontal filter:
        0   1   0   1           -1/2   1   -1/2         -1/2  -1/2  -1/2
        0   1   0   1           -1/2   1   -1/2          1     1     1
        1   1   1   1           -1/2   1   -1/2         -1/2  -1/2  -1/2
        0  -2   0  -2

Slide each filter over the image without a border, at stride 1. It stands at (4 - 3) / 1 + 1 = 2
positions along each axis, so each filter gives a map of 2x2 numbers:

    map[i, j] = sum over p = 0, 1, 2 and q = 0, 1, 2 of image[i + p, j + q] * filter[p, q]

A filter gives a large number where the image looks like it, and a negative one where bright pixels
lie under its negative weights. Then a max pool with a 2x2 window keeps the largest number of each
map. That number says how clearly such a line was seen anywhere, and forgets where.

Example: the vertical filter on a window with the rows 1 1 0, then 0 1 0, then 0 2 1. Row by row:

    1 * -1/2 + 1 * 1 + 0 * -1/2 =  1/2
    0 * -1/2 + 1 * 1 + 0 * -1/2 =  1
    0 * -1/2 + 2 * 1 + 1 * -1/2 =  3/2      in all 3

Answers are plain numbers without a unit; write a half as 0.5 or 1/2.

Replace each ... by your answer, then run:
    grade exercises/ --only cartesian_axes
"""

# Vertical filter, first row of its map: two numbers, left to right
vertical_top = ...

# Vertical filter, second row of its map: two numbers
vertical_bottom = ...

# Horizontal filter, first row of its map: two numbers
horizontal_top = ...

# Horizontal filter, second row of its map: two numbers
horizontal_bottom = ...

# Max pool with a 2x2 window: what is left of the vertical map and of the horizontal map, two
# numbers
pooled = ...

# A picture without lines: all 16 pixels are 7. Which number does the vertical filter give at each
# position?
plain_surface = ...

# The image is turned over along its diagonal, so that its rows become columns: its first row is now
# 0 0 1 0. Which map does the vertical filter give? Two rows of two numbers, as in ((a, b), (c, d))
turned_over = ...
