"""How much of the image one pixel of a deep layer can see."""

import math

import numpy as np
from hypothesis import strategies as st

from grader.exercise import Equivalent, Exercise, Mutant
from grader.properties import depends_on_values_alone, equals_reference, leaves_arguments_alone
from grader.show import Call, Picture, below, beside, coloured, enlarged, landscape, outlined, page, text
from grader.strategies import case


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


def from_the_image(kernels: list[int], strides: list[int]) -> int:
    field, step = 1, 1
    for layer in range(len(kernels)):
        field += (kernels[layer] - 1) * step
        step *= strides[layer]
    return field


def from_the_last_layer(kernels: list[int], strides: list[int]) -> int:
    field = 1
    for layer in reversed(range(len(kernels))):
        field = (field - 1) * strides[layer] + kernels[layer]
    return field


def by_its_ends(kernels: list[int], strides: list[int]) -> int:
    first, last = 5, 5
    for layer in range(len(kernels) - 1, -1, -1):
        first = first * strides[layer]
        last = last * strides[layer] + kernels[layer] - 1
    return last - first + 1


def by_products(kernels: list[int], strides: list[int]) -> int:
    return 1 + sum((kernel - 1) * math.prod(strides[:layer]) for layer, kernel in enumerate(kernels))


def by_spreading(kernels: list[int], strides: list[int]) -> int:
    seen = np.ones(1)
    for layer in reversed(range(len(kernels))):
        apart = np.zeros((len(seen), strides[layer]))
        apart[:, 0] = seen
        seen = np.convolve(apart.ravel(), np.ones(kernels[layer]))
    return int(np.flatnonzero(seen).max()) + 1


def reference(kernels: list[int], strides: list[int]) -> int:
    """Return the largest pixel of the image that pixel 0 behind the layers depends on, and pixel 0 itself."""
    last = 0
    for kernel, stride in zip(reversed(kernels), reversed(strides), strict=True):
        last = stride * last + kernel - 1
    return last + 1


@st.composite
def stacks(draw: st.DrawFn, least: int = 1, most: int = 5, most_stride: int = 4) -> dict[str, list[int]]:
    layers = draw(st.integers(least, most))
    kernels = draw(st.lists(st.integers(1, 11), min_size=layers, max_size=layers))
    strides = draw(st.lists(st.integers(1, most_stride), min_size=layers, max_size=layers))
    return case(kernels=kernels, strides=strides)


STACK = (("3x3 filters", 3, 1), ("3x3 filters", 3, 1), ("2x2 pooling, stride 2", 2, 2)) * 2 + (
    ("3x3 filters", 3, 1),
) * 3


def show(call: Call) -> Picture:
    image, scale = landscape(), 8
    kernels, strides = ([layer[column] for layer in STACK] for column in (1, 2))
    tile = enlarged(coloured(image), scale)
    lines = []
    for depth, (name, _, _) in enumerate(STACK, 1):
        field = call(kernels=kernels[:depth], strides=strides[:depth])
        colour = (255 - 16 * depth, 130 - 10 * depth, 28 * depth)
        side = int(np.clip(field, 1, image.shape[1] - 1))
        tile = outlined(tile, scale, (32 - side // 2, 49 - side // 2, side, side), colour)
        lines.append(text(f"{depth}. {name}: sees {field:.4g}x{field:.4g} pixels", colour=colour))
    return Picture(
        (page(beside(tile, below(*lines, gap=8)), "What one pixel sees, layer by layer", "frames: receptive fields"),),
        "Behind the first layer a pixel sees a few pixels of the image, behind the ninth nearly the whole house: small "
        "filters see large things if there are enough layers, and strides make the fields grow faster.",
    )


EXERCISE = Exercise(
    title="the receptive field of a stack of layers",
    order=6,
    stub=receptive_field,
    reference=reference,
    properties=(
        equals_reference("give the field of layers with stride 1", 2, stacks(most_stride=1)),
        equals_reference("give the field of a single layer, whatever its stride", 1, stacks(most=1), examples=30),
        equals_reference("give the field of layers with any strides", 4, stacks(), examples=100),
        equals_reference("give 1 where there are no layers", 1, stacks(0, 0), examples=1),
        leaves_arguments_alone(1, stacks(most_stride=1), examples=20),
        depends_on_values_alone(1, stacks(most_stride=1)),
    ),
    hints=(
        "Draw a row of 9 pixels, above it the row behind a filter of 3, and above that the row behind a second filter "
        "of 3. Mark what the pixel at the top sees in the middle row, and then what these see in the lowest.",
        "Now with stride 2 in the first layer: how many pixels of the image lie between what two neighbours of the "
        "middle row see first? This distance is the step, and every stride multiplies it.",
        "Go through the layers from the image on and keep two numbers: the field so far, 1 to begin with, and the step "
        "between neighbours, also 1. The layer's filter comes before its stride.",
        "for kernel, stride in zip(kernels, strides): field += (kernel - 1) * step; then step *= stride.",
    ),
    alternatives=(from_the_image, from_the_last_layer, by_its_ends, by_products, by_spreading),
    mutants=(
        Mutant(
            "own stride counted",
            (
                "        field += (kernels[layer] - 1) * step\n        step *= strides[layer]\n",
                "        step *= strides[layer]\n        field += (kernels[layer] - 1) * step\n",
            ),
            "you multiply a layer's filter by its own stride: a stride spreads only what later layers see, so "
            "change the step after the field",
        ),
        Mutant(
            "strides ignored",
            ("        step *= strides[layer]\n", ""),
            "you leave the strides out: behind a stride of 2, neighbouring pixels lie 2 pixels of the image apart",
        ),
        Mutant(
            "strides added",
            ("step *= strides[layer]", "step += strides[layer] - 1"),
            "you add the strides up: two layers of stride 2 make steps of 4, which is 2 * 2, and three make 8",
        ),
        Mutant(
            "last stride only",
            ("step *= strides[layer]", "step = strides[layer]"),
            "you use the stride of the layer before only: those of all earlier layers multiply",
        ),
        Mutant(
            "filters added up whole",
            ("field += (kernels[layer] - 1) * step", "field += kernels[layer] * step"),
            "you count F pixels for each layer: the windows overlap, and a layer adds only F - 1 steps",
        ),
        Mutant(
            "began at 0",
            ("field, step = 1, 1", "field, step = 0, 1"),
            "your field is one pixel too small: begin with the 1 pixel that looks",
        ),
        Mutant(
            "filters multiplied",
            ("field += (kernels[layer] - 1) * step", "field *= kernels[layer]"),
            "you multiply the filter sizes: fields of neighbouring pixels overlap, so two filters of 3 see 5 pixels, "
            "not 9",
        ),
        Mutant(
            "from the wrong end",
            ("for layer in range(len(kernels)):", "for layer in reversed(range(len(kernels))):"),
            "you go through the layers from the last to the first: a stride spreads what later layers see, so begin "
            "at the image",
        ),
        Mutant(
            "last layer left out",
            ("for layer in range(len(kernels)):", "for layer in range(len(kernels) - 1):"),
            "you leave the last layer out: its filter widens the field, too",
        ),
    ),
    show=show,
    equivalents=(
        Equivalent(
            "seen = np.convolve(apart.ravel(), np.ones(kernels[layer]))",
            "seen = np.convolve(np.ones(kernels[layer]), apart.ravel())",
            "in a convolution the two may change places",
        ),
    ),
)
