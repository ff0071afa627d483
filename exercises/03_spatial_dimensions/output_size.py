"""Unit 3, spatial dimensions: the size of what comes out.

Write the function below, then run:  grade exercises/ --only output_size
"""


def output_size(n: int, f: int, stride: int = 1, padding: int = 0) -> int:
    """Count the positions of a filter along one axis of an image.

    A layer gives one output pixel for each position of its filter, so this count is the height or
    the width of what comes out. Whoever builds a network needs it for every layer.

    With N = n pixels, a filter of F = f pixels, a border of P = padding zeros on each of the two
    sides, and S = stride pixels from one position to the next:

        output size = (N + 2P - F) / S + 1

    Why: with its border the axis is N + 2P pixels long. The filter begins at the left end and covers
    F of them, so N + 2P - F pixels are left to move over. That makes (N + 2P - F) / S moves, and one
    position more than moves. If the division leaves a remainder, some pixels at the end stay uncovered,
    and one move more would take the filter over the edge: it does not fit.

    Many libraries then round down and say nothing. Here you raise ValueError, so that you notice.

    Parameters
    ----------
    n : int
        Pixels of the image along the axis, at least 1.
    f : int
        Pixels of the filter along the axis, at least 1.
    stride : int
        At least 1.
    padding : int
        Zeros on each side, 0 or more.

    Returns
    -------
    int

    Raises
    ------
    ValueError
        If the output size is not a whole number, or the filter is larger than the image with its
        border. The message is yours to choose.

    Examples
    --------
    A 7x7 image and a 3x3 filter: (7 - 3) / 1 + 1 = 5, (7 - 3) / 2 + 1 = 3, but (7 - 3) / 3 + 1 = 2.33.

    >>> output_size(7, 3)
    5
    >>> output_size(7, 3, 2)
    3
    >>> output_size(7, 3, 3)
    Traceback (most recent call last):
        ...
    ValueError: does not fit: 4 is no multiple of stride 3

    A border of 1 keeps the 7 pixels; without any, a 5x5 filter makes 28 of 32.

    >>> output_size(7, 3, 1, 1)
    7
    >>> output_size(32, 5)
    28

    The first layer of AlexNet has 11x11 filters and stride 4. Its paper says 224x224 for the image,
    and (224 - 11) / 4 + 1 = 54.25 does not fit; 227 does. (Libraries give 224 pixels a border of 2,
    which makes 55.25, and round down.)

    >>> output_size(227, 11, 4)
    55
    """
    raise NotImplementedError
