"""A data set in batches, images and labels together."""

import math
from typing import Any

import numpy as np
from hypothesis import strategies as st

from grader.exercise import Exercise, Mutant, Property
from grader.properties import depends_on_values_alone, equals_reference, leaves_arguments_alone
from grader.strategies import case, distinct_floats, whole_numbers


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


def by_slices_of_the_order(
    images: np.ndarray, labels: np.ndarray, order: np.ndarray, batch_size: int, drop_last: bool
) -> list[tuple[np.ndarray, np.ndarray]]:
    parts = []
    for start in range(0, len(order), batch_size):
        chosen = order[start : start + batch_size]
        if len(chosen) == batch_size or not drop_last:
            parts.append((images[chosen], labels[chosen]))
    return parts


def by_counting_batches(
    images: np.ndarray, labels: np.ndarray, order: np.ndarray, batch_size: int, drop_last: bool
) -> list[tuple[np.ndarray, np.ndarray]]:
    batches = len(images) / batch_size
    count = math.floor(batches) if drop_last else math.ceil(batches)
    shuffled, theirs = images[order], labels[order]
    places = [slice(i * batch_size, (i + 1) * batch_size) for i in range(count)]
    return [(shuffled[place], theirs[place]) for place in places]


def by_one_after_the_other(
    images: np.ndarray, labels: np.ndarray, order: np.ndarray, batch_size: int, drop_last: bool
) -> list[tuple[np.ndarray, np.ndarray]]:
    parts, some_images, some_labels = [], [], []
    for k in order:
        some_images.append(images[k])
        some_labels.append(labels[k])
        if len(some_images) == batch_size:
            parts.append((np.stack(some_images), np.array(some_labels)))
            some_images, some_labels = [], []
    if some_images and not drop_last:
        parts.append((np.stack(some_images), np.array(some_labels)))
    return parts


def by_splitting(
    images: np.ndarray, labels: np.ndarray, order: np.ndarray, batch_size: int, drop_last: bool
) -> list[tuple[np.ndarray, np.ndarray]]:
    ends = np.arange(batch_size, len(order), batch_size)
    groups = np.split(order, ends)
    if drop_last and len(groups[-1]) < batch_size:
        groups.pop()
    return [(np.take(images, group, axis=0), np.take(labels, group)) for group in groups]


def reference(
    images: np.ndarray, labels: np.ndarray, order: np.ndarray, batch_size: int, drop_last: bool
) -> list[tuple[np.ndarray, np.ndarray]]:
    left_over = len(order) % batch_size if drop_last else 0
    taken = order[: len(order) - left_over]
    starts = range(0, len(taken), batch_size)
    return [(images[taken[i : i + batch_size]], labels[taken[i : i + batch_size]]) for i in starts]


@st.composite
def data_sets(
    draw: st.DrawFn,
    full: tuple[int, int] = (1, 3),
    rest: bool = False,
    shuffled: bool = False,
    drop_last: bool | None = None,
) -> dict[str, np.ndarray]:
    """Draw a data set of so many full batches, and perhaps a rest."""
    batch_size = draw(st.integers(1 + rest, 4))
    count = draw(st.integers(*full)) * batch_size + (draw(st.integers(1, batch_size - 1)) if rest else 0)
    pixels = draw(st.lists(st.integers(1, 3), min_size=1, max_size=2))
    return case(
        images=draw(distinct_floats((count, *pixels))),
        labels=draw(whole_numbers((count,), 0, 9)),
        order=np.array(draw(st.permutations(range(count)))) if shuffled else np.arange(count),
        batch_size=batch_size,
        drop_last=draw(st.booleans()) if drop_last is None else drop_last,
    )


ANY = st.booleans().flatmap(lambda rest: data_sets((1 - rest, 3), rest, shuffled=True))


def right(name: str, points: int, cases: st.SearchStrategy[dict[str, Any]]) -> Property:
    # Images stay as they are drawn: made alike, they could not be told apart.
    return equals_reference(name, points, cases, simplify=False)


EXERCISE = Exercise(
    title="batches of images with their labels",
    order=2,
    stub=batches,
    reference=reference,
    properties=(
        right("cut the images as they stand, where they fill all batches", 2, data_sets(drop_last=False)),
        right("take images and labels in the order given", 2, data_sets(drop_last=False, shuffled=True)),
        right("keep a smaller batch at the end where drop_last is False", 2, data_sets(rest=True, drop_last=False)),
        right("leave a smaller batch out where drop_last is True", 1, data_sets(rest=True, drop_last=True)),
        right("keep a full batch at the end where drop_last is True", 1, data_sets(drop_last=True)),
        right("be right for fewer images than a batch has", 1, data_sets((0, 0), rest=True)),
        right("be right for any number of images in any order", 1, ANY),
        leaves_arguments_alone(1, data_sets(rest=True, drop_last=False, shuffled=True), 20, simplify=False),
        depends_on_values_alone(1, data_sets(drop_last=True), simplify=False),
    ),
    hints=(
        "Forget the images for a moment, and cut the order into pieces. With 7 numbers and B = 3: where does each "
        "piece begin, and where does it end?",
        "range(0, N, B) gives the beginnings. order[start : start + B] is the piece, and it ends with the order by "
        "itself: a slice that goes too far is cut off without an error.",
        "If chosen is an array of numbers, images[chosen] has just these images, in this order, as a new array. Use "
        "the same numbers for the labels.",
        "A batch is left out only if both hold: drop_last is True, and it has fewer than B images.",
        "for start in range(0, len(order), batch_size): chosen = order[start : start + batch_size]; if len(chosen) == "
        "batch_size or not drop_last: parts.append((images[chosen], labels[chosen])).",
    ),
    alternatives=(by_slices_of_the_order, by_counting_batches, by_one_after_the_other, by_splitting),
    mutants=(
        Mutant(
            "full last batch dropped, too",
            ("if len(chosen) == batch_size or not drop_last:", "if start + batch_size < len(order) or not drop_last:"),
            "with drop_last you drop the last batch also where it is full: only one of fewer than B images is left out",
        ),
        Mutant(
            "empty batch at the end",
            ("range(0, len(order), batch_size)", "range(0, len(order) + 1, batch_size)"),
            "where N is a multiple of B, you add a batch without any image at the end",
        ),
        Mutant(
            "smaller batch always dropped",
            (" or not drop_last:", ":"),
            "you leave the smaller batch out where drop_last is False: keep it, else its images are never learned from",
        ),
        Mutant(
            "smaller batch always kept",
            ("if len(chosen) == batch_size or not drop_last:", "if len(chosen):"),
            "you keep the smaller batch where drop_last is True: it is to be left out",
        ),
        Mutant(
            "drop_last the other way round",
            ("or not drop_last:", "or drop_last:"),
            "you have drop_last the other way round: True leaves the smaller batch out",
        ),
        Mutant(
            "filled up from the beginning",
            ("order[start : start + batch_size]", "np.resize(order, start + batch_size)[start:]"),
            "you fill the last batch up with images from the beginning of the order: it has what is left, no more",
        ),
        Mutant(
            "begun early enough to be full",
            ("order[start : start + batch_size]", "order[max(min(start, len(order) - batch_size), 0) :][:batch_size]"),
            "your last batch begins earlier, so that it is full, and takes some images a second time: it has what is "
            "left, and is smaller",
        ),
        Mutant(
            "batches of about the same size",
            (
                "    for start in range(0, len(order), batch_size):\n"
                "        chosen = order[start : start + batch_size]\n",
                "    for chosen in np.array_split(order, -(-len(order) // batch_size)):\n",
            ),
            "you make all batches about equally large, as np.array_split does: each has B images, and only the last "
            "has fewer",
        ),
        Mutant(
            "batch_size batches",
            (
                "    for start in range(0, len(order), batch_size):\n"
                "        chosen = order[start : start + batch_size]\n"
                "        if len(chosen) == batch_size or not drop_last:\n",
                "    for chosen in np.array_split(order, batch_size):\n        if len(chosen):\n",
            ),
            "you make B batches: B is how many images there are in a batch",
        ),
        Mutant(
            "order ignored",
            ("chosen = order[start", "chosen = np.arange(len(order))[start"),
            "you take the images as they stand: the one that is number k in turn is images[order[k]]",
        ),
        Mutant(
            "labels out of step",
            ("labels[chosen]", "labels[start : start + batch_size]"),
            "your images are in the new order, but your labels in the old one: each image must keep its label",
        ),
        Mutant(
            "images out of step",
            ("images[chosen]", "images[start : start + batch_size]"),
            "your labels are in the new order, but your images in the old one: each image must keep its label",
        ),
        Mutant(
            "order turned around",
            ("chosen = order[start", "chosen = np.argsort(order)[start"),
            "you put image k at place order[k]; it is the other way round: at place k stands image order[k]",
        ),
        Mutant(
            "images apart from labels",
            ("    return parts\n", "    return [part[0] for part in parts], [part[1] for part in parts]\n"),
            "you return a list of images and a list of labels: one list is asked for, with a pair for each batch",
        ),
        Mutant(
            "shuffled where they lie",
            (
                "    parts = []\n",
                "    images[:], labels[:] = images[order], labels[order]\n"
                "    order = np.arange(len(order))\n    parts = []\n",
            ),
            "you shuffle the caller's own images and labels: take them out by images[chosen], which is a new array",
        ),
    ),
)
