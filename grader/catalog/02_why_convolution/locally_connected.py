"""A layer whose every output has a filter of its own."""

import numpy as np
from hypothesis import strategies as st

import engine
from grader.exercise import Exercise, Mutant
from grader.laws import example_by_example, linear_in
from grader.properties import depends_on_values_alone, equals_reference, leaves_arguments_alone
from grader.show import Call, Picture, below, beside, digit, enlarged, grey, labelled, page, signed
from grader.strategies import case, floats, windows


def locally_connected(x: np.ndarray, w: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Compute a layer in which each unit sees a small field of the image, with weights of its own.

    The units form a grid of OH by OW. Unit (i, j) sees the field of FH by FW pixels whose top left corner is
    pixel (i, j). It multiplies each pixel of its field by the weight for that pixel, adds up, and adds its bias:

        out[n, i, j] = b[i, j] + sum over p = 0 … FH-1 and q = 0 … FW-1 of x[n, i + p, j + q] * w[i, j, p, q]

    So w holds OH * OW small filters, one for each place of the grid. A fully connected layer would have a
    weight for every pixel in each of them; a convolutional layer would have one filter in all, the same
    at every place. This layer lies between the two: units look at neighbours only, as in a
    convolution, but nothing is shared. It makes sense where a place has a meaning, as in pictures of faces
    that all are cut out alike.

    Neighbouring fields overlap: moving one place to the right moves the field by one pixel, not by its width.

    Parameters
    ----------
    x : ndarray (N, H, W)
        N grey images. float32 or float64.
    w : ndarray (OH, OW, FH, FW)
        w[i, j] is the filter of unit (i, j). OH = H - FH + 1, OW = W - FW + 1.
    b : ndarray (OH, OW)
        A bias for each unit.

    Returns
    -------
    ndarray (N, OH, OW)
        Floating.

    Examples
    --------
    One image of one row of three pixels, so two units, with fields of two pixels.

    >>> x = np.array([[[1.0, 2.0, 3.0]]])
    >>> w = np.array([[[[10.0, 20.0]], [[1.0, -1.0]]]])
    >>> w.shape
    (1, 2, 1, 2)
    >>> locally_connected(x, w, np.array([[0.5, 100.0]]))
    array([[[50.5, 99. ]]])

    The first unit gives 1 * 10 + 2 * 20 + 0.5 = 50.5, the second 2 * 1 + 3 * (-1) + 100 = 99.
    """
    raise NotImplementedError


def by_loops(x: np.ndarray, w: np.ndarray, b: np.ndarray) -> np.ndarray:
    out_h, out_w, field_h, field_w = w.shape
    out = np.zeros((len(x), out_h, out_w))
    for n in range(len(x)):
        for i in range(out_h):
            for j in range(out_w):
                field = x[n, i : i + field_h, j : j + field_w]
                out[n, i, j] = np.sum(field * w[i, j]) + b[i, j]
    return out


def by_shifted_images(x: np.ndarray, w: np.ndarray, b: np.ndarray) -> np.ndarray:
    out_h, out_w = b.shape
    out: np.ndarray = np.zeros((len(x), out_h, out_w)) + b
    for p, q in np.ndindex(w.shape[2:]):
        out += x[:, p : p + out_h, q : q + out_w] * w[:, :, p, q]
    return out


def by_windows(x: np.ndarray, w: np.ndarray, b: np.ndarray) -> np.ndarray:
    fields = np.lib.stride_tricks.sliding_window_view(x, w.shape[2:], axis=(1, 2))
    out: np.ndarray = np.einsum("nijpq,ijpq->nij", fields, w) + b
    return out


def by_one_large_matrix(x: np.ndarray, w: np.ndarray, b: np.ndarray) -> np.ndarray:
    full = np.zeros((*b.shape, *x.shape[1:]))
    for i, j in np.ndindex(b.shape):
        full[i, j, i : i + w.shape[2], j : j + w.shape[3]] = w[i, j]
    pixels = x.shape[1] * x.shape[2]
    rows = x.reshape(len(x), pixels) @ full.reshape(b.size, pixels).T
    out: np.ndarray = rows.reshape(len(x), *b.shape) + b
    return out


def reference(x: np.ndarray, w: np.ndarray, b: np.ndarray) -> np.ndarray:
    images = engine.tensor(x[:, None])
    units = [
        engine.conv2d(images[:, :, i : i + w.shape[2], j : j + w.shape[3]], engine.tensor(w[i, j][None, None]))
        for i, j in np.ndindex(b.shape)
    ]
    out: np.ndarray = engine.cat(units, 1).numpy().reshape(len(x), *b.shape) + b
    return out


@st.composite
def layers(draw: st.DrawFn, bias: bool = True, shared: bool = False) -> dict[str, np.ndarray]:
    window = draw(windows(most_out=4, strides=(1, 1), paddings=(0, 0)))
    grid = tuple(size - field + 1 for size, field in zip(window.size, window.kernel, strict=True))
    w, b = draw(floats((*grid, *window.kernel))), draw(floats(grid))
    return case(
        x=draw(floats((draw(st.integers(1, 3)), *window.size))),
        w=np.broadcast_to(w[0, 0], w.shape).copy() if shared else w,
        b=b if bias else 0 * b,
    )


def show(call: Call) -> Picture:
    three = digit(3, 14, seed=2)
    fields = np.lib.stride_tricks.sliding_window_view(three, (3, 3))
    w = fields - fields.mean(axis=(2, 3), keepdims=True)
    shown = {
        "the same 3": three,
        "moved by 2": np.roll(three, 2, axis=1),
        "another 3": digit(3, 14, seed=3),
        "a 4": digit(4, 14, seed=2),
    }
    maps = call(x=np.stack(list(shown.values())), w=w, b=np.zeros(w.shape[:2]))
    largest = float(np.abs(maps).max())
    tiles = [
        below(
            labelled(enlarged(grey(image), 14), name),
            labelled(enlarged(signed(values, largest), 14), f"answers: {values.sum():.3g} in all"),
        )
        for (name, image), values in zip(shown.items(), maps, strict=True)
    ]
    height, width, field, _ = w.shape
    mosaic = signed(w.transpose(0, 2, 1, 3).reshape(height * field, width * field))
    filters = labelled(enlarged(mosaic, 12, field), f"{height * width} units, each with a filter of its own")
    return Picture(
        (page(beside(filters, *tiles), "Units that each expect their own piece of a 3"),),
        "Every unit looks for its own piece of one 3, so the layer answers to that 3 (all red) and less to others, "
        "even to the same one moved by two pixels, because nothing is shared between places.",
    )


EXERCISE = Exercise(
    title="a filter of its own for each place",
    order=2,
    stub=locally_connected,
    reference=reference,
    properties=(
        equals_reference("be a sliding filter where all filters are the same", 2, layers(bias=False, shared=True)),
        equals_reference("use the filter of each place, without biases", 2, layers(bias=False)),
        equals_reference("add the bias of each place", 2, layers()),
        linear_in("x", 1, layers(bias=False), examples=10),
        example_by_example("x", 1, layers(), examples=10),
        leaves_arguments_alone(1, layers()),
        depends_on_values_alone(1, layers()),
    ),
    hints=(
        "Loop over the grid of units. For unit (i, j), which rows and which columns of the image does it see?",
        "The field of unit (i, j) is x[n, i : i + FH, j : j + FW], and its filter is w[i, j]. Both have the same "
        "shape (FH, FW).",
        "The grid's size is that of b, or the first two lengths of w: OH, OW, FH, FW = w.shape. The output has it "
        "too, with the images in front.",
        "out[n, i, j] = np.sum(x[n, i : i + FH, j : j + FW] * w[i, j]) + b[i, j], in loops over n, i and j.",
    ),
    alternatives=(by_loops, by_shifted_images, by_windows, by_one_large_matrix),
    mutants=(
        Mutant(
            "one filter for all places",
            ("np.sum(field * w[i, j])", "np.sum(field * w[0, 0])"),
            "all your units use the filter of the first place: unit (i, j) has its own, w[i, j]",
        ),
        Mutant(
            "filters flipped",
            ("np.sum(field * w[i, j])", "np.sum(field * w[i, j, ::-1, ::-1])"),
            "your filters are flipped: pixel (p, q) of the field meets weight (p, q)",
        ),
        Mutant(
            "one bias for all places",
            ("+ b[i, j]", "+ b[0, 0]"),
            "all your units have the bias of the first: unit (i, j) has b[i, j]",
        ),
        Mutant(
            "bias for each pixel",
            ("np.sum(field * w[i, j]) + b[i, j]", "np.sum(field * w[i, j] + b[i, j])"),
            "you add the bias once for each pixel of the field: add it once, to the sum",
        ),
        Mutant(
            "biases forgotten",
            (" + b[i, j]", ""),
            "you do not add the biases",
        ),
        Mutant(
            "fields side by side",
            (
                "x[n, i : i + field_h, j : j + field_w]",
                "x[n, i * field_h : i * field_h + field_h, j * field_w : j * field_w + field_w]",
            ),
            "your fields lie side by side: neighbouring fields overlap, the next begins one pixel further",
        ),
        Mutant(
            "same field everywhere",
            ("x[n, i : i + field_h, j : j + field_w]", "x[n, :field_h, :field_w]"),
            "all your units see the top left corner: the field of unit (i, j) begins at pixel (i, j)",
        ),
        Mutant(
            "mean instead of sum",
            ("np.sum(field * w[i, j])", "np.mean(field * w[i, j])"),
            "you take the mean of the products; their sum is asked for",
        ),
        Mutant(
            "last image only",
            ("field = x[n,", "field = x[-1,"),
            "your outputs are all computed from the last image",
        ),
        Mutant(
            "places exchanged",
            ("np.sum(field * w[i, j])", "np.sum(field * w.reshape(out_w, out_h, field_h, field_w)[j, i])"),
            "the filters of the wrong places are used: w[i, j] has the row i first, then the column j",
        ),
    ),
    requires=("three_counts",),
    show=show,
)
