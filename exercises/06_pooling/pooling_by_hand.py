"""Unit 6, pooling: pooling a small map, by hand.

Pooling makes one number of each window of a map. Max pooling keeps the largest, average pooling takes the
mean. Windows are F x F pixels large and move by S pixels. A window that does not fit is left out.

    map:
      1   0   7  -4
     -2  -1   6   2
      8   5  -5  -6
      5  -1  -4  -3

With windows of 2x2 at stride 2 this map has four windows that lie side by side. With 3x3 at stride 1 it
has four, too, but they overlap. A global average takes the whole map as its only window.

Write a map of 2x2 results as two rows, top row first: [[a, b], [c, d]].

Example: the map [[1, 5], [3, -4]] is a single window of 2x2. Its largest number is 5, its mean is
(1 + 5 + 3 - 4) / 4 = 1.25.

Replace each ... by your answer, then run:
    grade exercises/ --only pooling_by_hand
"""

# Max pooling, 2x2 windows at stride 2: four numbers as [[a, b], [c, d]]
max_pool = ...

# Average pooling, 2x2 windows at stride 2: four numbers as [[a, b], [c, d]]
average_pool = ...

# Max pooling, 3x3 windows at stride 1: four numbers as [[a, b], [c, d]]
overlapping = ...

# The global average of the map, a number
global_average = ...

# The map moves to the right by one pixel: its last column is lost, and a column of zeros moves in
# on the left. Max pooling, 2x2 windows at stride 2: four numbers as [[a, b], [c, d]]
moved = ...

# How many of the four numbers of the first question has the move left as they were? A count
unchanged = ...
