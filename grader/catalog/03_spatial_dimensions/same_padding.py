"""The border that gives back what a filter takes off, and an error where no such border exists."""

from hypothesis import strategies as st

from grader.exercise import Equivalent, Exercise, Mutant
from grader.properties import equals_reference, raises
from grader.strategies import case


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


def one_axis_after_the_other(filter_h: int, filter_w: int) -> tuple[int, int]:
    for f in (filter_h, filter_w):
        if f % 2 == 0:
            raise ValueError(f"a filter of {f} pixels would need a border of {(f - 1) / 2}")
    padding_h = (filter_h - 1) // 2
    padding_w = (filter_w - 1) // 2
    return padding_h, padding_w


def by_divmod(filter_h: int, filter_w: int) -> tuple[int, ...]:
    halves = [divmod(f - 1, 2) for f in (filter_h, filter_w)]
    if any(rest for _, rest in halves):
        raise ValueError(f"no border keeps the size for a filter of {filter_h} by {filter_w}")
    return tuple(half for half, _ in halves)


def by_trying(filter_h: int, filter_w: int) -> list[int]:
    found = []
    for f in (filter_h, filter_w):
        borders = [p for p in range(f) if 2 * p == f - 1]
        if not borders:
            raise ValueError(f"{f} is even")
        found += borders
    return found


def by_floats(filter_h: int, filter_w: int) -> tuple[float, float]:
    borders = (filter_h - 1) / 2, (filter_w - 1) / 2
    if not (borders[0].is_integer() and borders[1].is_integer()):
        raise ValueError(f"borders of {borders}")
    return borders


def reference(filter_h: int, filter_w: int) -> tuple[int, int]:
    """Walk to the middle of the filter: what lies in front of it is the border."""
    if filter_h & filter_w & 1 == 0:
        raise ValueError("even")
    return len(range(1, filter_h, 2)), len(range(1, filter_w, 2))


ODD = st.integers(0, 10).map(lambda half: 2 * half + 1)
EVEN = st.integers(1, 10).map(lambda half: 2 * half)

PLAIN = case(filter_h=3, filter_w=3)

EXERCISE = Exercise(
    title="the border that keeps the size",
    order=3,
    stub=same_padding,
    reference=reference,
    outputs=("padding_h", "padding_w"),
    properties=(
        equals_reference(
            "give the border for square filters of odd size",
            2,
            ODD.map(lambda f: case(filter_h=f, filter_w=f)),
            examples=30,
        ),
        equals_reference(
            "give both borders for filters that are not square",
            2,
            st.builds(lambda h, w: case(filter_h=h, filter_w=w), ODD, ODD),
        ),
        raises(
            "raise ValueError where the height is even",
            1,
            st.builds(lambda h, w: case(filter_h=h, filter_w=w), EVEN, st.one_of(ODD, EVEN)),
            PLAIN,
        ),
        raises(
            "raise ValueError where the width is even",
            1,
            st.builds(lambda h, w: case(filter_h=h, filter_w=w), st.one_of(ODD, EVEN), EVEN),
            PLAIN,
        ),
    ),
    hints=(
        "Lay a filter of 5 on a row of 7 squares. It has 3 positions, so 4 pixels are missing. Where do the zeros "
        "go that bring them back, and how many are there on each side?",
        "A filter of F takes F - 1 pixels off an axis. The border gives them back in two halves, one on each side.",
        "F % 2 == 0 says that F is even. Look at the height and at the width: each of them may be even alone.",
        "For f in (filter_h, filter_w): if f % 2 == 0: raise ValueError(...). Then return (filter_h - 1) // 2, "
        "(filter_w - 1) // 2.",
    ),
    alternatives=(one_axis_after_the_other, by_divmod, by_trying, by_floats),
    mutants=(
        Mutant(
            "even filters accepted",
            ("        if f % 2 == 0:", "        if f < 1:"),
            "you round down for an even filter: the image would come out a pixel smaller. Raise ValueError",
        ),
        Mutant(
            "only the height looked at",
            ("for f in (filter_h, filter_w):", "for f in (filter_h,):"),
            "you return a border for an even width: look whether the width is even, too",
        ),
        Mutant(
            "only the width looked at",
            ("for f in (filter_h, filter_w):", "for f in (filter_w,):"),
            "you return a border for an even height: look whether the height is even, too",
        ),
        Mutant(
            "whole border on one side",
            (
                "    padding_h = (filter_h - 1) // 2\n    padding_w = (filter_w - 1) // 2",
                "    padding_h = filter_h - 1\n    padding_w = filter_w - 1",
            ),
            "F - 1 zeros are what an axis needs in all: half of them lie on each side",
        ),
        Mutant(
            "half the filter rounded up",
            (
                "    padding_h = (filter_h - 1) // 2\n    padding_w = (filter_w - 1) // 2",
                "    padding_h = (filter_h + 1) // 2\n    padding_w = (filter_w + 1) // 2",
            ),
            "your border is one zero too wide on each side: a filter of F takes F - 1 pixels off, not F + 1",
        ),
        Mutant(
            "half the filter",
            (
                "    padding_h = (filter_h - 1) // 2\n    padding_w = (filter_w - 1) // 2",
                "    padding_h = filter_h / 2\n    padding_w = filter_w / 2",
            ),
            "you halve F: a filter of F takes F - 1 pixels off, so halve F - 1",
        ),
        Mutant(
            "height and width exchanged",
            ("return padding_h, padding_w", "return padding_w, padding_h"),
            "height and width are exchanged: the border above and below comes from the filter's height",
        ),
        Mutant(
            "square border",
            ("return padding_h, padding_w", "return padding_h, padding_h"),
            "you use the height for both: a filter that is wider than high needs a wider border on its left and right",
        ),
        Mutant(
            "border of 1 always",
            ("return padding_h, padding_w", "return 1, 1"),
            "a border of 1 is right for 3x3 filters only: it grows with the filter",
        ),
    ),
    requires=("output_size",),
    equivalents=(
        Equivalent(
            "padding_h = (filter_h - 1) // 2",
            "padding_h = (filter_h - 0) // 2",
            "half of an odd number, rounded down, is half of the even number before it",
        ),
        Equivalent(
            "padding_w = (filter_w - 1) // 2",
            "padding_w = (filter_w - 0) // 2",
            "half of an odd number, rounded down, is half of the even number before it",
        ),
    ),
)
