"""A classifier without training: the direction in which the lines of an image run."""

import numpy as np
from hypothesis import strategies as st

import engine
from grader.exercise import Equivalent, Exercise, Mutant, Property
from grader.properties import depends_on_values_alone, equals_reference, leaves_arguments_alone
from grader.show import Call, Picture, below, beside, enlarged, grey, landscape, line_filters, page, signed, text
from grader.strategies import DTYPES, case
from grader.trial import Trial


def orientation(image: np.ndarray) -> int:
    """Say which of four directions the lines of an image have.

    This is a whole convolutional network in small: filters, a ReLU, pooling, and the class with the
    largest score. Only its filters are not learned. They are those of line_detectors:

        0: horizontal     1: vertical       2: 45 degrees     3: 135 degrees
        -1  -1  -1        -1   2  -1        -1  -1   2         2  -1  -1
         2   2   2        -1   2  -1        -1   2  -1        -1   2  -1
        -1  -1  -1        -1   2  -1         2  -1  -1        -1  -1   2

    1. Slide each filter over the image, with stride 1 and without a border. That makes four maps of H - 2
       by W - 2 numbers.
    2. Set what is negative to 0 (ReLU). Else a line would cancel itself: its filter gives 6 on it and -3 on
       both sides of it.
    3. Add each map up: its score.
    4. Answer with the number of the direction that has the largest score.

        score[k] = sum over i and j of max(0, sum over p, q of image[i + p, j + q] * filter[k, p, q])

    Should several have the same score, the first of them is the answer. (The grader draws only images whose largest
    score is ahead by 0.5 or more.)

    Parameters
    ----------
    image : ndarray (H, W)
        float32 or float64; H and W at least 3, and not always the same.

    Returns
    -------
    int
        0, 1, 2 or 3.

    Examples
    --------
    A line that falls to the right. In the middle its own filter gives 2 + 2 + 2 = 6. Over the whole image the
    four scores are 2, 2, 0 and 12.

    >>> orientation(np.array([[1.0, 0.0, 0.0, 0.0],
    ...                       [0.0, 1.0, 0.0, 0.0],
    ...                       [0.0, 0.0, 1.0, 0.0],
    ...                       [0.0, 0.0, 0.0, 1.0]]))
    3
    """
    raise NotImplementedError


def by_loops(image: np.ndarray) -> int:
    horizontal = [[-1, -1, -1], [2, 2, 2], [-1, -1, -1]]
    vertical = [[-1, 2, -1], [-1, 2, -1], [-1, 2, -1]]
    rising = [[-1, -1, 2], [-1, 2, -1], [2, -1, -1]]
    falling = [[2, -1, -1], [-1, 2, -1], [-1, -1, 2]]
    filters = np.array([horizontal, vertical, rising, falling])
    scores = np.zeros(4)
    for k in range(4):
        for i in range(image.shape[0] - 2):
            for j in range(image.shape[1] - 2):
                response = np.sum(image[i : i + 3, j : j + 3] * filters[k])
                scores[k] += max(0, response)
    return int(scores.argmax())


def by_windows(image: np.ndarray) -> np.intp:
    filters = np.full((4, 3, 3), -1.0)
    filters[0, 1] = filters[1, :, 1] = 2
    filters[3, range(3), range(3)] = filters[2, range(3), [2, 1, 0]] = 2
    windows = np.lib.stride_tricks.sliding_window_view(image, (3, 3))
    maps = np.tensordot(windows, filters, ((2, 3), (1, 2)))
    return np.argmax((maps * (maps > 0)).sum(axis=(0, 1)))


def by_lines_less_windows(image: np.ndarray) -> int:
    height, width = image.shape

    def at(p: int, q: int) -> np.ndarray:
        return image[p : p + height - 2, q : q + width - 2]

    window = sum(at(p, q) for p in range(3) for q in range(3))
    ends = [((1, 0), (1, 2)), ((0, 1), (2, 1)), ((0, 2), (2, 0)), ((0, 0), (2, 2))]
    lines = [at(*first) + at(1, 1) + at(*last) for first, last in ends]
    scores = [float(np.clip(3 * line - window, 0, None).sum()) for line in lines]
    return scores.index(max(scores))


EYE, MIDDLE = np.eye(3), np.arange(3) == 1
PLACES = np.stack([np.outer(MIDDLE, np.ones(3)), np.outer(np.ones(3), MIDDLE), EYE[::-1], EYE])
FILTERS = 3 * PLACES[:, None] - 1


def scores_of(image: np.ndarray) -> np.ndarray:
    maps = engine.relu(engine.conv2d(engine.tensor(image[None, None]), engine.tensor(FILTERS)))
    scores: np.ndarray = maps.numpy().sum(axis=(0, 2, 3))
    return scores


def reference(image: np.ndarray) -> int:
    return int(scores_of(image.astype(np.float64)).argmax())


def is_clear(image: np.ndarray) -> bool:
    """Whether the best score is ahead, so that no rule for ties decides."""
    with engine.use_kernels("reference"):
        second, first = np.sort(scores_of(image.astype(np.float64)))[-2:]
    return bool(first - second >= 0.5)


def line(rng: np.random.Generator, height: int, width: int) -> np.ndarray:
    """Draw a line through an image, in one of the four directions."""
    rows, columns = np.indices((height, width))
    distance: np.ndarray = (rows, columns, rows + columns, rows - columns)[rng.integers(4)]
    inner = distance[1:-1, 1:-1]
    marked: np.ndarray = distance == rng.integers(inner.min(), inner.max() + 1)
    return marked


def with_lines(seed: int, height: int, width: int, count: int, noise: int, dtype: str) -> dict[str, np.ndarray]:
    """Draw lines of their own brightness, some of them dark, on a ground that is not black."""
    rng = np.random.default_rng(seed)
    image = np.full((height, width), float(rng.integers(-2, 4)))
    for _ in range(count):
        image += rng.choice((-4, -2, 2, 3, 5)) * line(rng, height, width)
    return case(image=(image + rng.integers(-noise, noise + 1, image.shape) / 2).astype(dtype))


SIDES = st.integers(3, 8)
SEEDS = st.integers(0, 2**32 - 1)


def pictures(count: tuple[int, int], noise: int = 0, square: bool = False) -> st.SearchStrategy[dict[str, np.ndarray]]:
    sizes = SIDES.map(lambda n: (n, n)) if square else st.tuples(SIDES, SIDES)
    drawn = st.builds(
        lambda seed, size, lines, dtype: with_lines(seed, size[0], size[1], lines, noise, dtype),
        SEEDS,
        sizes,
        st.integers(*count),
        st.sampled_from(DTYPES),
    )
    return drawn.filter(lambda drawn: is_clear(drawn["image"]))


def turns_with_the_image(points: int) -> Property:
    """Require that a quarter of a turn exchanges horizontal and vertical, and the two diagonals."""

    def check(trial: Trial) -> None:
        plain, turned = trial.call(), trial.call(image=np.ascontiguousarray(np.rot90(trial.case["image"])))
        trial.must_be_right(plain)
        trial.compare((1, 0, 3, 2)[int(plain)], turned, "f(image after a quarter of a turn)")

    name = "exchange directions where the image makes a quarter of a turn"
    return Property(name, points, pictures((1, 3), 1), check, 30, simplify=False)


def ignores_light(points: int) -> Property:
    """Require the same answer for an image that is brighter all over and has less contrast."""

    def check(trial: Trial) -> None:
        plain, brighter = trial.call(), trial.call(image=trial.case["image"] / 8 + 10)
        trial.must_be_right(plain)
        trial.compare(int(plain), brighter, "f(image / 8 + 10)")

    return Property("answer the same in other light", points, pictures((1, 3), 1), check, 30, simplify=False)


DIRECTIONS = {
    "horizontal": (30, 110, 230),
    "vertical": (220, 30, 40),
    "45 degrees": (240, 150, 0),
    "135 degrees": (30, 150, 60),
}


def show(call: Call) -> Picture:
    image, side = 10 * landscape().mean(axis=0), 8
    pixels = grey(image, 0, 10)
    colours = np.array(list(DIRECTIONS.values()))
    for top, left in np.ndindex(*image.shape):
        piece = np.s_[top : top + side, left : left + side]
        if top % side == left % side == 0 and is_clear(image[piece]):
            answer = int(np.clip(call(image=image[piece]), 0, 3))
            pixels[piece] = pixels[piece] // 2 + colours[answer] // 2
    legend = [
        beside(enlarged(signed(filter_), 14, 1), text(name, colour=colour), gap=12)
        for filter_, (name, colour) in zip(line_filters(), DIRECTIONS.items(), strict=True)
    ]
    content = beside(enlarged(pixels, 8, side), below(*legend))
    return Picture(
        (page(content, "Which direction has each piece of the picture?", "every piece has the colour of its answer"),),
        "The picture is cut into pieces of 8x8 pixels, and each with clear lines has the colour of your answer: that "
        "of bright lines, so that a dark line, an edge or a corner may answer to a direction that it has not.",
    )


EXERCISE = Exercise(
    title="the direction of lines",
    order=6,
    stub=orientation,
    reference=reference,
    properties=(
        equals_reference(
            "name the direction of a single line, square images", 2, pictures((1, 1), 0, True), (), 40, False
        ),
        equals_reference(
            "name the direction of a single line, images of any shape", 2, pictures((1, 1)), (), 60, False
        ),
        equals_reference("decide between several lines", 2, pictures((2, 5)), (), 100, False),
        equals_reference("decide where there are no lines, only noise", 2, pictures((0, 0), 2), (), 100, False),
        turns_with_the_image(1),
        ignores_light(1),
        leaves_arguments_alone(1, pictures((1, 3), 1), simplify=False),
        depends_on_values_alone(1, pictures((1, 3), 1), simplify=False),
    ),
    hints=(
        "Steps 1 to 4 are one line of code each, if line_detectors is done: copy it into this file and begin with its "
        "four maps.",
        "np.maximum(maps, 0) sets negative numbers to 0, for a whole array at once.",
        "scores = maps.sum(axis=(1, 2)) adds up each of four maps; scores.argmax() is the number of the first largest.",
        "maps = line_detectors(image); return int(np.maximum(maps, 0).sum(axis=(1, 2)).argmax())",
    ),
    alternatives=(by_loops, by_windows, by_lines_less_windows),
    mutants=(
        Mutant(
            "strongest response instead of the sum",
            ("scores[k] += max(0, response)", "scores[k] = max(scores[k], response)"),
            "you take the strongest response at any place: one bright spot then decides. Add up all that are positive",
        ),
        Mutant(
            "no ReLU",
            ("max(0, response)", "response"),
            "you add up negative responses, too: a line then cancels itself. Set them to 0 before you add",
        ),
        Mutant(
            "sign taken away",
            ("max(0, response)", "abs(response)"),
            "you take away the sign: what is negative becomes 0, it does not count as if it were positive",
        ),
        Mutant(
            "negative ones counted",
            ("max(0, response)", "max(0, -response)"),
            "you keep the negative responses: the positive ones say where a line lies",
        ),
        Mutant(
            "places counted",
            ("max(0, response)", "(response > 0)"),
            "you count the places with a positive response: add up how strong they are",
        ),
        Mutant(
            "ReLU after the sum",
            ("scores[k] += max(0, response)", "scores[k] = max(0, scores[k] + response)"),
            "you cut off the sum, not each response: ReLU first, then add",
        ),
        Mutant(
            "diagonals exchanged",
            ("np.array([horizontal, vertical, rising, falling])", "np.array([horizontal, vertical, falling, rising])"),
            "your diagonals are exchanged: row 0 is at the top, so a line that rises to the right has its 2 of row 0 "
            "at the right",
        ),
        Mutant(
            "horizontal and vertical exchanged",
            ("np.array([horizontal, vertical, rising, falling])", "np.array([vertical, horizontal, rising, falling])"),
            "horizontal and vertical are exchanged: the horizontal filter has its 2s in a row",
        ),
        Mutant(
            "counted from 1",
            ("int(scores.argmax())", "int(scores.argmax()) + 1"),
            "you count directions from 1: horizontal is 0",
        ),
        Mutant(
            "largest score returned",
            ("int(scores.argmax())", "float(scores.max())"),
            "you return the largest score: its number is asked for, np.argmax gives it",
        ),
        Mutant(
            "smallest score",
            ("scores.argmax()", "scores.argmin()"),
            "you answer with the smallest score: the largest belongs to the direction of the lines",
        ),
        Mutant(
            "last row and column of places missed",
            (
                "        for i in range(image.shape[0] - 2):\n            for j in range(image.shape[1] - 2):\n",
                "        for i in range(image.shape[0] - 3):\n            for j in range(image.shape[1] - 3):\n",
            ),
            "you miss the last places: a filter of 3 pixels has H - 2 of them, not H - 3",
        ),
        Mutant(
            "square images only",
            ("range(image.shape[1] - 2)", "range(min(image.shape) - 2)"),
            "you look at as many columns as there are rows: the image need not be square",
        ),
    ),
    requires=("line_detectors",),
    show=show,
    equivalents=(
        Equivalent("scores = np.zeros(4)", "scores = np.zeros(5)", "a fifth score of 0 is never ahead of the others"),
        Equivalent(
            "scores[k] += max(0, response)",
            "scores[k] += max(response, 0)",
            "the larger of two is the same from both sides",
        ),
        Equivalent(
            "filters[3, range(3), range(3)] = filters[2, range(3), [2, 1, 0]] = 2",
            "filters[3, range(3), range(3)] = filters[2, [2, 1, 0], range(3)] = 2",
            "a diagonal stays what it is if rows and columns change places",
        ),
        Equivalent(
            "return np.argmax((maps * (maps > 0)).sum(axis=(0, 1)))",
            "return np.argmax((maps * (maps >= 0)).sum(axis=(0, 1)))",
            "a 0 adds nothing",
        ),
        Equivalent(
            "window = sum((at(p, q) for p in range(3) for q in range(3)))",
            "window = sum((at(q, p) for p in range(3) for q in range(3)))",
            "the order in which nine pixels are added does not matter",
        ),
        Equivalent(
            "scores = [float(np.clip(3 * line - window, 0, None).sum()) for line in lines]",
            "scores = [float(np.clip(0, 3 * line - window, None).sum()) for line in lines]",
            "0, but no less than the response, is the response, but no less than 0",
        ),
    ),
)
