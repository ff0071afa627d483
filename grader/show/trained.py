"""Pictures of networks that students trained: what the first layer looks for, and what a shift of the digits costs."""

from collections.abc import Callable, Sequence

import numpy as np
from PIL import Image, ImageDraw

from grader.networks import Network
from grader.show.layout import INK, beside, labelled, text
from grader.show.picture import Call, NoPictureError
from grader.show.tiles import Pixels
from grader.training import GLYPHS, TEST, no_state, unseen
from grader.wire import Array

SHIFTS = range(6)
BAR_WIDTH, BAR_HEIGHT = 40, 160
GREY, BLUE = (225, 225, 225), (60, 90, 170)


def trained_state(call: Call, network: Network) -> list[Array]:
    """Have the student's function train, and return the network's state in float64.

    Raises
    ------
    NoPictureError
        If what it returns is none.
    """
    state = call(data=GLYPHS)
    problem = no_state(state, network)
    if problem:
        raise NoPictureError(problem)
    return [np.asarray(value, np.float64) for value in state]


def shares_when_shifted(state: Sequence[Array], network: Network, prepare: Callable[[Array], Array]) -> list[float]:
    """Return which shares of unseen digits are classified right, moved to the right by 0, 1, 2 … pixels."""
    images, labels = unseen(state, TEST)
    shares = []
    for shift in SHIFTS:
        moved = np.zeros_like(images)
        moved[:, :, shift:] = images[:, :, : images.shape[2] - shift]
        outputs = network.forward(state, prepare(moved).astype(np.float64), False)
        shares.append(float(np.mean(outputs.argmax(axis=1) == labels)))
    return shares


def shift_chart(shares: Sequence[float]) -> Pixels:
    """Draw a bar for each shift, with the share of right answers above it.

    Examples
    --------
    >>> shift_chart([0.9, 0.5]).shape[2]
    3
    """
    bars = []
    for shift, share in enumerate(shares):
        bar = Image.new("RGB", (BAR_WIDTH, BAR_HEIGHT), GREY)
        top = round(BAR_HEIGHT * (1 - share))
        if top < BAR_HEIGHT:
            ImageDraw.Draw(bar).rectangle((0, top, BAR_WIDTH, BAR_HEIGHT), fill=BLUE)
        number = text(f"{shift} px", colour=INK, least=BAR_WIDTH)
        bars.append(labelled(np.concatenate([np.asarray(bar), _as_wide(number, BAR_WIDTH)]), f"{share:.0%}"))
    return beside(*bars, gap=14, middle=False)


def _as_wide(pixels: Pixels, width: int) -> Pixels:
    cut = pixels[:, :width]
    return np.pad(cut, ((0, 0), (0, width - cut.shape[1]), (0, 0)), constant_values=255)
