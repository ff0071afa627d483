"""Unit 6, pooling: windows that overlap, by hand.

Most pooling windows lie side by side: 2x2 at stride 2. AlexNet's are larger than their stride, so that
neighbours share pixels. The formula is the one of filters. Along an axis of N pixels, with windows
of F at stride S, there are

    (N - F) / S + 1

windows, if that is a whole number. If not, plain pooling rounds down and leaves the pixels at the end
out. Ceil mode rounds up: the last window is cut off at the edge of the map.

Number the pixels of a row from 0. Window k covers the pixels k * S to k * S + F - 1. In a map, a
pixel lies in as many windows as its row number and its column number allow: multiply the two.

Example: windows of 2 at stride 1 on 4 pixels: (4 - 2) / 1 + 1 = 3 windows, 0-1, 1-2 and 2-3. Pixel 0
lies in one of them, pixel 1 in two. In a map, the pixel in row 0 and column 1 lies in 1 * 2 = 2 windows.

All questions are about 3x3 windows at stride 2.

Replace each ... by your answer, then run:
    grade exercises/ --only overlapping_windows
"""

# How many pixels of a row do a window and its right neighbour share? A number
shared = ...

# A map of 55x55 is pooled; what comes out is pooled again, and once more (layers between them keep
# the size). The width after each of the three, three numbers
sizes = ...

# In how many windows of the 55x55 map lie the pixels at row 1 and column 1, at row 1 and column 4,
# and at row 4 and column 4? Three numbers
covered = ...

# A map of 112x112: what does the formula give? A number, with all its decimals
formula = ...

# The width that the 112x112 map is pooled to if it is rounded down, and in ceil mode, two numbers
down_and_up = ...

# In ceil mode, how many pixels of that map does the window in the bottom right corner hold? A
# number
corner = ...

# The 112x112 map is pooled three times in ceil mode: the width after each, three numbers
three_times_up = ...

# The 112x112 map is pooled three times, rounded down: the width after each, three numbers
three_times_down = ...
