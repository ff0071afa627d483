"""Unit 10, mnist: batches of images with their labels.

Write the function below, then run:  grade exercises/ --only batches
"""

import numpy as np


def batches(
    images: np.ndarray, labels: np.ndarray, order: np.ndarray, batch_size: int, drop_last: bool
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Cut a data set into batches of images with their labels, in a given order.

    A network learns from a few images at a time, a batch. The gradient of 64 images points roughly where that of all
    60,000 would, and costs about a thousandth. One pass through all batches is an epoch. For every epoch a new order is
    drawn, because a file may be sorted: of images that are all ones, a network learns to say one.

    The order is an argument here, already drawn, so that there is one right answer. The image that is number k in
    this order, counted from 0, is

        images[order[k]], with the label labels[order[k]]

    The first B = batch_size of them are the first batch, the next B the second, and so on. If N is not a multiple
    of B, the last batch is smaller: it has what is left. With drop_last = True it is left out instead, so that all
    batches have the same size; that concerns a smaller batch only, one with B images stays. No batch is empty. With
    fewer images than B there is one smaller batch, or, with drop_last, none at all: an empty list.

    Two things go wrong easily, and nothing complains. An image must keep its label: a network that is
    trained on other images' labels learns nothing. And images, labels and order belong to whoever calls you: do not
    shuffle them where they lie. images[order] is a new array, and so is images[[2, 0]].

    Parameters
    ----------
    images : ndarray (N, …)
        float32 or float64, N at least 1; whatever axes follow, as (N, H, W), or (N, D) where images are unrolled.
    labels : ndarray (N,), int64
    order : ndarray (N,), int64
        Every number from 0 to N - 1, once.
    batch_size : int
        B, at least 1.
    drop_last : bool
        Whether a last batch of fewer than B images is left out.

    Returns
    -------
    list of (ndarray (n, …), ndarray (n,))
        For each batch its images and its labels; n is B, or less in the last. A list, not a generator.

    Examples
    --------
    Three images of two pixels; image 2 comes first, then 0, then 1.

    >>> images = np.array([[10.0, 11.0], [20.0, 21.0], [30.0, 31.0]])
    >>> labels = np.array([1, 2, 3])
    >>> order = np.array([2, 0, 1])
    >>> first, second = batches(images, labels, order, batch_size=2, drop_last=False)
    >>> first
    (array([[30., 31.],
           [10., 11.]]), array([3, 1]))
    >>> second
    (array([[20., 21.]]), array([2]))

    The second batch has one image only.

    >>> len(batches(images, labels, order, batch_size=2, drop_last=True))
    1
    >>> batches(images, labels, order, batch_size=4, drop_last=True)
    []
    """
    raise NotImplementedError
