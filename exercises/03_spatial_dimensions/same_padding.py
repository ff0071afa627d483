"""Unit 3, spatial dimensions: the border that keeps the size.

Write the function below, then run:  grade exercises/ --only same_padding
"""


def same_padding(filter_h: int, filter_w: int) -> tuple[int, int]:
    """Say how many zeros a border needs on each side, so that a filter keeps the image's size at stride 1.

    Without a border every layer makes its image smaller: two layers of 5x5 filters make 28 and then 24 of
    32 pixels, and a deep network would soon have nothing left. A border of zeros in front of every layer
    prevents that. Libraries call it "same" padding: height and width come out the same as they went in.

    Along one axis, N pixels with a border of P zeros on each of the two sides make N + 2P - F + 1 pixels
    of a filter of F at stride 1. That shall be N again:

        N + 2P - F + 1 = N,  so  2P = F - 1,  so  P = (F - 1) / 2

    N drops out: the border depends on the filter alone. For an odd F it is a whole number. An even F
    would need half a zero on each side, so no border that is equally wide on both sides keeps the
    size; then raise ValueError. The message is yours to choose; a good one names the number that is wrong.

    A filter need not be square: a network for speech may have filters of 3 by 5. Then the border above and
    below is not the same as the one on the left and on the right.

    Parameters
    ----------
    filter_h : int
        Height of the filter, at least 1.
    filter_w : int
        Width of the filter, at least 1.

    Returns
    -------
    padding_h : int
        Rows of zeros to add above, and as many below.
    padding_w : int
        Columns of zeros to add on the left, and as many on the right.

    Raises
    ------
    ValueError
        If the height or the width is even.

    Examples
    --------
    >>> same_padding(3, 3), same_padding(5, 5), same_padding(7, 7)
    ((1, 1), (2, 2), (3, 3))
    >>> same_padding(3, 5)
    (1, 2)

    Check the last one on an image of 20 by 40: 20 + 2 * 1 - 3 + 1 = 20 and 40 + 2 * 2 - 5 + 1 = 40.

    >>> same_padding(3, 4)
    Traceback (most recent call last):
        ...
    ValueError: a filter of 4 pixels would need a border of 1.5
    """
    raise NotImplementedError
