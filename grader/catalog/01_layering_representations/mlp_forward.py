"""What a network of two fully connected layers computes."""

import numpy as np
from hypothesis import strategies as st

import engine
from grader.exercise import Equivalent, Exercise, Mutant
from grader.laws import adds_bias, example_by_example, linear_in
from grader.properties import depends_on_values_alone, equals_reference, leaves_arguments_alone
from grader.show import (
    Call,
    Picture,
    below,
    beside,
    digit,
    enlarged,
    grey,
    labelled,
    outlined,
    page,
    signed,
    trained_network,
)
from grader.strategies import case, floats


def mlp_forward(x: np.ndarray, w1: np.ndarray, b1: np.ndarray, w2: np.ndarray, b2: np.ndarray) -> np.ndarray:
    """Compute the logits of a multilayer perceptron with one hidden layer of ReLU units.

    Each row of x is one example, such as an unrolled image of D pixels. A hidden unit has a weight for
    each pixel, adds up pixel times weight, adds its bias, and cuts negative sums off at 0: that is ReLU,
    the rectified linear unit. The H hidden units are a new description of the image. From them a second
    layer computes, in the same way but without ReLU, one number for each of the K classes, the
    logits; the class with the largest is the network's answer.

        s[n, h]      = b1[h] + sum over d = 0 … D-1 of w1[h, d] * x[n, d]
        hidden[n, h] = max(s[n, h], 0)
        logits[n, k] = b2[k] + sum over h = 0 … H-1 of w2[k, h] * hidden[n, h]

    Why ReLU between the layers: without it, two layers are no more than one, since a weighted sum of
    weighted sums is a weighted sum. Why none after the second: logits may be negative.
    Turning them into probabilities (softmax) is left to the loss.

    The weights of one unit are one row of w1, as in PyTorch. So the matrix product that adds up over d needs
    the transpose of w1.

    Parameters
    ----------
    x : ndarray (N, D)
        float32 or float64.
    w1 : ndarray (H, D)
    b1 : ndarray (H,)
    w2 : ndarray (K, H)
    b2 : ndarray (K,)

    Returns
    -------
    ndarray (N, K)
        The logits. Floating.

    Examples
    --------
    One example of two numbers, two hidden units, one class.

    >>> x = np.array([[1.0, 2.0]])
    >>> w1 = np.array([[3.0, 1.0],
    ...                [1.0, -1.0]])
    >>> b1 = np.array([1.0, 0.5])
    >>> mlp_forward(x, w1, b1, np.array([[10.0, 100.0]]), np.array([-7.0]))
    array([[53.]])

    The sums are 3*1 + 1*2 + 1 = 6 and 1*1 - 1*2 + 0.5 = -0.5, of which ReLU makes 6 and 0. The logit is
    10*6 + 100*0 - 7 = 53.
    """
    raise NotImplementedError


def by_matrices(x: np.ndarray, w1: np.ndarray, b1: np.ndarray, w2: np.ndarray, b2: np.ndarray) -> np.ndarray:
    s = x @ w1.T + b1
    hidden = np.maximum(s, 0)
    logits: np.ndarray = hidden @ w2.T + b2
    return logits


def by_loops(x: np.ndarray, w1: np.ndarray, b1: np.ndarray, w2: np.ndarray, b2: np.ndarray) -> np.ndarray:
    out = np.zeros((len(x), len(w2)))
    for n in range(len(x)):
        hidden = []
        for h in range(len(w1)):
            total = float(b1[h])
            for d in range(x.shape[1]):
                total += w1[h, d] * x[n, d]
            hidden.append(total if total > 0 else 0.0)
        for k in range(len(w2)):
            out[n, k] = b2[k]
            for h in range(len(hidden)):
                out[n, k] += w2[k, h] * hidden[h]
    return out


def by_columns_of_ones(x: np.ndarray, w1: np.ndarray, b1: np.ndarray, w2: np.ndarray, b2: np.ndarray) -> np.ndarray:
    ones = np.ones((len(x), 1))
    s = np.hstack([x, ones]) @ np.hstack([w1, b1[:, None]]).T
    hidden = np.where(s > 0, s, 0)
    logits: np.ndarray = np.hstack([hidden, ones]) @ np.hstack([w2, b2[:, None]]).T
    return logits


def by_einsum(x: np.ndarray, w1: np.ndarray, b1: np.ndarray, w2: np.ndarray, b2: np.ndarray) -> np.ndarray:
    s = np.einsum("nd,hd->nh", x, w1) + b1
    logits: np.ndarray = np.einsum("nh,kh->nk", (s + np.abs(s)) / 2, w2) + b2
    return logits


def reference(x: np.ndarray, w1: np.ndarray, b1: np.ndarray, w2: np.ndarray, b2: np.ndarray) -> np.ndarray:
    tensors = [engine.tensor(array) for array in (w1, b1, w2, b2)]
    hidden = engine.relu(engine.linear(engine.tensor(x), *tensors[:2]))
    logits: np.ndarray = engine.linear(hidden, *tensors[2:]).numpy()
    return logits


@st.composite
def networks(draw: st.DrawFn, biases: bool = True, second_bias: bool = True) -> dict[str, np.ndarray]:
    examples, pixels, hidden, classes = (draw(st.integers(1, most)) for most in (3, 5, 5, 4))
    b1, b2 = draw(floats((hidden,))), draw(floats((classes,)))
    return case(
        x=draw(floats((examples, pixels))),
        w1=draw(floats((hidden, pixels))),
        b1=b1 if biases else 0 * b1,
        w2=draw(floats((classes, hidden))),
        b2=b2 if biases and second_bias else 0 * b2,
    )


def show(call: Call) -> Picture:
    net, scale = trained_network(), 3
    digits = [digit(number, 14, seed=4) for number in range(10)]
    x, units = np.stack([image.ravel() for image in digits]), len(net.w1)
    hidden = call(x=x, w1=net.w1, b1=net.b1, w2=np.eye(units), b2=np.zeros(units))
    logits = call(x=x, w1=net.w1, b1=net.b1, w2=net.w2, b2=net.b2)
    cell = scale * 14
    answers = enlarged(signed(logits), cell, 1)
    for row, column in enumerate(logits.argmax(axis=1)):
        answers = outlined(answers, cell, (row, int(column), 1, 1))
    images = [enlarged(grey(image), scale)[:-1, :-1] for image in digits]
    pictures = [signed(unit.reshape(14, 14)) for unit in net.w1]
    weights = [enlarged(unit, scale)[:-1, :-1] for unit in pictures]
    tables = beside(
        labelled(below(np.full_like(images[0], 255), *images, gap=0), ""),
        labelled(below(beside(*weights, gap=0), enlarged(signed(hidden), cell, 1), gap=0), "the units' values"),
        labelled(below(beside(*images, gap=0), answers, gap=0), "the logits of the ten classes"),
        middle=False,
    )
    large = beside(*(enlarged(unit, 6) for unit in pictures), gap=4)
    content = below(labelled(large, "the weights of the hidden units"), tables)
    return Picture(
        (page(content, "Twelve hidden units look at ten digits"),),
        "At the top each unit is drawn as its weights, red where ink speaks for it; below, how strongly it answers to "
        "each digit; on the right the logits, the largest of each row in a frame, most often that of the right digit.",
    )


EXERCISE = Exercise(
    title="two fully connected layers",
    order=2,
    stub=mlp_forward,
    reference=reference,
    properties=(
        equals_reference("give the logits of networks without biases", 2, networks(biases=False)),
        equals_reference("give the logits of any network", 3, networks()),
        linear_in("w2", 1, networks(second_bias=False), examples=10),
        adds_bias(1, networks(), argument="b2", examples=10),
        example_by_example("x", 1, networks(), examples=10),
        leaves_arguments_alone(1, networks()),
        depends_on_values_alone(1, networks()),
    ),
    hints=(
        "Begin with one example and one hidden unit: its sum is the dot product of a row of x and a row of w1, "
        "plus one number of b1.",
        "All dot products of rows with rows at once are x @ w1.T, of shape (N, H). A bias of shape (H,) is added to "
        "every row of it by itself, because NumPy lines shapes up from the right.",
        "np.maximum(s, 0) compares each number of s with 0. (np.max is something else: the largest number of all.)",
        "hidden = np.maximum(x @ w1.T + b1, 0); return hidden @ w2.T + b2.",
    ),
    alternatives=(by_matrices, by_loops, by_columns_of_ones, by_einsum),
    mutants=(
        Mutant(
            "no ReLU",
            ("hidden = np.maximum(s, 0)", "hidden = s"),
            "there is nothing between your layers, so they are one layer: cut negative sums off at 0",
        ),
        Mutant(
            "ReLU after the second layer, too",
            ("hidden @ w2.T + b2", "np.maximum(hidden @ w2.T + b2, 0)"),
            "your logits are never negative: there is no ReLU after the second layer",
        ),
        Mutant(
            "first bias after ReLU",
            ("s = x @ w1.T + b1\n    hidden = np.maximum(s, 0)", "hidden = np.maximum(x @ w1.T, 0) + b1"),
            "you add b1 after ReLU: it belongs to the sum that ReLU looks at",
        ),
        Mutant(
            "second bias forgotten",
            ("hidden @ w2.T + b2", "hidden @ w2.T"),
            "you do not add b2 to the logits",
        ),
        Mutant(
            "first bias forgotten",
            ("s = x @ w1.T + b1", "s = x @ w1.T"),
            "you do not add b1 to the hidden sums",
        ),
        Mutant(
            "sign lost",
            ("np.maximum(s, 0)", "np.abs(s)"),
            "you take the sums without their sign: a negative sum becomes 0",
        ),
        Mutant(
            "sigmoid",
            ("np.maximum(s, 0)", "1 / (1 + np.exp(-s.astype(float)))"),
            "your hidden units are sigmoids: ReLU is asked for, max(s, 0)",
        ),
        Mutant(
            "weights reshaped",
            ("s = x @ w1.T + b1", "s = x @ w1.reshape(w1.shape[::-1]) + b1"),
            "you reshape w1 to (D, H), which mixes the weights of different units: transpose it, w1.T",
        ),
        Mutant(
            "softmax",
            (
                "hidden @ w2.T + b2",
                "hidden @ w2.T + b2\n    logits = logits - logits.max(axis=1, keepdims=True)\n"
                "    logits = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)",
            ),
            "you return probabilities: the logits are asked for, before any softmax",
        ),
        Mutant(
            "sums of the batch shared",
            ("hidden = np.maximum(s, 0)", "hidden = np.maximum(s, 0).mean(axis=0, keepdims=True).repeat(len(s), 0)"),
            "your hidden values are means over the batch: each example has its own",
        ),
    ),
    requires=("unroll",),
    show=show,
    equivalents=(
        Equivalent("hidden = np.maximum(s, 0)", "hidden = np.maximum(0, s)", "the larger of two is the same"),
        Equivalent(
            "hidden.append(total if total > 0 else 0.0)",
            "hidden.append(total if total >= 0 else 0.0)",
            "at 0 both sides give 0",
        ),
        Equivalent("hidden = np.where(s > 0, s, 0)", "hidden = np.where(s >= 0, s, 0)", "at 0 both sides give 0"),
    ),
)
