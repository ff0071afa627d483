"""Unit 3, spatial dimensions: the receptive field of a stack of layers.

Write the function below, then run:  grade exercises/ --only receptive_field
"""


def receptive_field(kernels: list[int], strides: list[int]) -> int:
    """Count the pixels of the image, along one axis, that one pixel behind a stack of layers depends on.

    A pixel behind a 3x3 filter sees 3 pixels of the image in each direction. Behind a second layer of 3x3
    filters it sees three such pixels, side by side. Each of these sees 3, and they overlap, so together
    it is 5. Later layers see more and more of the image: this is how small filters come to see whole
    objects. What a pixel depends on is its receptive field.

    The layers are numbered from the image on. Layer l has filters (or pooling windows) of F[l] = kernels[l]
    pixels and moves them by S[l] = strides[l]. Two neighbouring pixels in front of layer l lie

        J[l] = S[0] * S[1] * … * S[l - 1]        pixels of the image apart; J[0] = 1

    and a filter of F[l] pixels reaches over F[l] - 1 such steps. So each layer adds its steps:

        receptive field = 1 + sum over the layers l of (F[l] - 1) * J[l]

    The stride of a layer does not change what its own pixels see, only what those of later layers do. Where a
    stride is larger than the filter, pixels between are skipped. Here they count as seen: what is
    asked for is the length from the first pixel to the last. Borders and the size of the image do not matter.

    Parameters
    ----------
    kernels : list of int
        Filter sizes from the first layer to the last, each at least 1.
    strides : list of int
        As many, each at least 1.

    Returns
    -------
    int
        1 if there are no layers: a pixel of the image sees itself.

    Examples
    --------
    Three layers of 3x3 filters see as much as one layer of 7x7, with 27 C * C weights instead of 49 C * C
    for C channels:

    >>> receptive_field([3, 3, 3], [1, 1, 1])
    7
    >>> receptive_field([7], [1])
    7

    AlexNet begins with 11x11 filters at stride 4, pooling windows of 3x3 at stride 2, and 5x5 filters at
    stride 1. The steps are 1, 4 and 8, so the field is 1 + 10 * 1 + 2 * 4 + 4 * 8 = 51.

    >>> receptive_field([11, 3, 5], [4, 2, 1])
    51
    """
    raise NotImplementedError
