"""How many positions a filter has along one axis, and an error where it does not fit."""

from hypothesis import strategies as st

from grader.exercise import Exercise, Mutant
from grader.properties import equals_reference, raises
from grader.strategies import case


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


def by_remainder(n: int, f: int, stride: int = 1, padding: int = 0) -> int:
    free = n + 2 * padding - f
    if free < 0:
        raise ValueError(f"does not fit: a filter of {f} is larger than {n + 2 * padding} pixels")
    if free % stride != 0:
        raise ValueError(f"does not fit: {free} is no multiple of stride {stride}")
    return free // stride + 1


def by_divmod(n: int, f: int, stride: int = 1, padding: int = 0) -> int:
    moves, left_over = divmod(n + 2 * padding - f, stride)
    if left_over or moves < 0:
        raise ValueError("does not fit")
    return moves + 1


def by_fractions(n: int, f: int, stride: int = 1, padding: int = 0) -> int:
    from fractions import Fraction

    size = Fraction(n + 2 * padding - f, stride) + 1
    if size.denominator != 1 or size < 1:
        raise ValueError(f"{size} positions")
    return int(size)


def by_floats(n: int, f: int, stride: int = 1, padding: int = 0) -> float:
    size = (n + 2 * padding - f) / stride + 1
    if size < 1 or not size.is_integer():
        raise ValueError(f"{size} positions")
    return size


def by_walking(n: int, f: int, stride: int = 1, padding: int = 0) -> int:
    end = n + 2 * padding
    positions, start = 0, 0
    while start + f <= end:
        positions += 1
        last_pixel = start + f
        start += stride
    if positions == 0 or last_pixel != end:
        raise ValueError("does not fit")
    return positions


def reference(n: int, f: int, stride: int = 1, padding: int = 0) -> int:
    positions = range(0, n + 2 * padding - f + 1, stride)
    if not positions or positions[-1] + f != n + 2 * padding:
        raise ValueError("does not fit")
    return len(positions)


@st.composite
def axes(
    draw: st.DrawFn,
    strides: tuple[int, int] = (1, 5),
    paddings: tuple[int, int] = (0, 3),
    most_moves: int = 60,
    arguments: int = 4,
) -> dict[str, int]:
    """Draw an axis on which the filter fits; only the first `arguments` are passed on."""
    f, stride = draw(st.integers(1, 11)), draw(st.integers(*strides))
    length = draw(st.integers(0, most_moves)) * stride + f
    padding = draw(st.integers(paddings[0], min(paddings[1], (length - 1) // 2)))
    drawn = case(n=length - 2 * padding, f=f, stride=stride, padding=padding)
    return dict(list(drawn.items())[:arguments])


@st.composite
def axes_with_a_rest(draw: st.DrawFn) -> dict[str, int]:
    f, stride = draw(st.integers(1, 11)), draw(st.integers(2, 5))
    length = draw(st.integers(0, 60)) * stride + draw(st.integers(1, stride - 1)) + f
    padding = draw(st.integers(0, min(3, (length - 1) // 2)))
    return case(n=length - 2 * padding, f=f, stride=stride, padding=padding)


@st.composite
def axes_too_short(draw: st.DrawFn) -> dict[str, int]:
    """Draw where the formula gives a whole number, but not a positive one."""
    n, stride, padding = draw(st.integers(1, 20)), draw(st.integers(1, 5)), draw(st.integers(0, 3))
    f = n + 2 * padding + stride * draw(st.integers(1, 4))
    return case(n=n, f=f, stride=stride, padding=padding)


PLAIN = case(n=7, f=3, stride=1, padding=0)

EXERCISE = Exercise(
    title="the size of what comes out",
    order=1,
    stub=output_size,
    reference=reference,
    properties=(
        equals_reference("give the size without a border, at stride 1", 1, axes((1, 1), (0, 0))),
        equals_reference("give the size for any stride and border that fit", 3, axes(), examples=100),
        equals_reference(
            "take stride 1 and padding 0 where they are left out",
            1,
            st.one_of(axes((1, 1), (0, 0), arguments=2), axes(paddings=(0, 0), arguments=3)),
        ),
        raises("raise ValueError where the size is not a whole number", 2, axes_with_a_rest(), PLAIN),
        raises(
            "raise ValueError where the filter is larger than the image with its border", 1, axes_too_short(), PLAIN
        ),
    ),
    hints=(
        "Draw 7 squares in a row and move a filter of 3 over them by 1, by 2 and by 3. How many pixels are "
        "left to move over once the filter lies at the left end?",
        "Compute free = n + 2 * padding - f first. Two things can be wrong with it: it is negative, or it "
        "is not a multiple of the stride.",
        "The operator % gives the remainder of a division: 4 % 2 is 0, 4 % 3 is 1. The operator // divides "
        "whole numbers and keeps them whole, where / makes floats.",
        "if free < 0 or free % stride != 0: raise ValueError('does not fit'); else return free // stride + 1.",
    ),
    alternatives=(by_remainder, by_divmod, by_fractions, by_floats, by_walking),
    mutants=(
        # The first that agrees with a student is named, so those that are wrong in few cases come first.
        Mutant(
            "border on one side only",
            ("free = n + 2 * padding - f", "free = n + padding - f"),
            "you add the border once, but it lies on both sides: N + 2P",
        ),
        Mutant(
            "rounded down",
            ("if free % stride != 0:", "if False:"),
            "you round down where the size is not a whole number: 2.33 positions are not 2, raise ValueError",
        ),
        Mutant(
            "fraction returned",
            ("if free % stride != 0:", "if stride:\n        return free / stride + 1\n    if False:"),
            "you return a size that is not whole, such as 2.33: look whether it is whole, and raise ValueError if not",
        ),
        Mutant(
            "filter larger than the image",
            ("if free < 0:", "if False:"),
            "you return a size of 0 or less: a filter larger than the image with its border has no position",
        ),
        Mutant(
            "border on one side only, and rounded down",
            ("free = n + 2 * padding - f", "return (n + padding - f) // stride + 1"),
            "you add the border once, but it lies on both sides: N + 2P",
        ),
        Mutant(
            "plus one forgotten",
            ("free // stride + 1", "free // stride"),
            "your size is 1 too small: you count the moves, and the position before the first move counts too: + 1",
        ),
        Mutant(
            "border added after the division",
            ("free // stride + 1", "(n - f) // stride + 1 + 2 * padding"),
            "you add the border to the output: it belongs to the image, so add 2P before you divide by the stride",
        ),
        Mutant(
            "stride forgotten",
            ("free // stride + 1", "free + 1"),
            "you do not divide by the stride: that is right at stride 1 only",
        ),
        Mutant(
            "parentheses forgotten",
            ("return free // stride + 1", "return n + 2 * padding - f // stride + 1"),
            "only F is divided by the stride: put parentheses around N + 2P - F",
        ),
        Mutant(
            "filter not subtracted",
            ("free = n + 2 * padding - f", "return (n + 2 * padding) // stride + 1"),
            "you do not subtract the filter's size: it cannot start on the last F - 1 pixels, it would hang out",
        ),
        Mutant(
            "padding 1 by default",
            ("padding: int = 0", "padding: int = 1"),
            "your function adds a border of 1 where none is asked for: the default of padding is 0",
        ),
    ),
)
