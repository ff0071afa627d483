"""Training the multilayer perceptron; judged on digits that nobody has seen."""

import numpy as np

import engine
from engine import nn
from grader.course_networks import MLP
from grader.exercise import Exercise, Mutant
from grader.show import Call, Picture, below, beside, enlarged, labelled, page, signed
from grader.show.trained import shares_when_shifted, shift_chart, trained_state
from grader.training import classifies, digits_for, from_zero_to_one, has_shapes
from grader.workplace import TRAINING


def train_mlp(images: np.ndarray, labels: np.ndarray) -> list[np.ndarray]:
    """Train the multilayer perceptron 784-800-10, and return its weights.

    Now the parts come together: the network of `mlp`, batches as in `batches`, the loop of `train_softmax`. With the
    engine a step is four lines:

        optimizer.zero_grad()                                             forget the gradients of the last step
        loss = nn.functional.cross_entropy(net(x), y)                     forwards: x (B, 1, 28, 28), y (B,)
        loss.backward()                                                   backwards
        optimizer.step()                                                  and the update

    with `optimizer = engine.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)`, say, or `engine.optim.Adam`.
    `engine.tensor(array)` makes a tensor of an array. Go through all images several times (epochs), each time in
    another order (`np.random.default_rng(0).permutation(len(images))`), some 50 at a time.

    You are given drawn digits. What you return is tried on a thousand others, which are drawn only after you have
    returned: so there is nothing to be learnt by heart. There is a minute on one processor, and a few seconds
    suffice.

    `engine.manual_seed(0)` at the beginning makes the first weights, and all else, the same each time.

    If the loss becomes NaN, the learning rate is too large. If it stays at 2.3, which is log(10), the network says the
    same of all digits: is there a step, and do images and labels belong together?

    Parameters
    ----------
    images : ndarray (N, 1, 28, 28)
        float32, 0 for paper and 1 for ink.
    labels : ndarray (N,)
        int64, 0 to 9.

    Returns
    -------
    list of ndarray
        W1 (800, 784), b1 (800,), W2 (10, 800), b2 (10,), as in `mlp`:
        `[value.numpy() for value in net.state_dict().values()]`.

    Examples
    --------
    >>> images, labels = np.zeros((20, 1, 28, 28), np.float32), np.arange(20) % 10
    >>> [array.shape for array in train_mlp(images, labels)]
    [(800, 784), (800,), (10, 800), (10,)]
    """
    raise NotImplementedError


def by_momentum(images: np.ndarray, labels: np.ndarray) -> list[np.ndarray]:
    engine.manual_seed(0)
    net = nn.Sequential(nn.Flatten(), nn.Linear(784, 800), nn.ReLU(), nn.Linear(800, 10))
    optimizer = engine.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
    rng = np.random.default_rng(0)
    for _ in range(5):
        order = rng.permutation(len(images))
        for start in range(0, len(order), 50):
            chosen = order[start : start + 50]
            optimizer.zero_grad()
            logits = net(engine.tensor(images[chosen]))
            loss = nn.functional.cross_entropy(logits, engine.tensor(labels[chosen]))
            loss.backward()
            optimizer.step()
    return [value.numpy() for value in net.state_dict().values()]


def by_adam(images: np.ndarray, labels: np.ndarray) -> list[np.ndarray]:
    engine.manual_seed(0)
    hidden, out = nn.Linear(784, 800), nn.Linear(800, 10)
    parameters = [*hidden.parameters(), *out.parameters()]
    optimizer = engine.optim.Adam(parameters, lr=0.001)
    x, y = engine.tensor(images.reshape(len(images), 784)), engine.tensor(labels)
    for step in range(400):
        chosen = engine.tensor(np.arange(step * 50, step * 50 + 50) * 7 % len(images))
        loss = nn.functional.cross_entropy(out(hidden(x[chosen]).relu()), y[chosen])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return [parameter.detach().numpy() for parameter in parameters]


def show(call: Call) -> Picture:
    state = trained_state(call, MLP)
    strongest = np.argsort(-np.abs(state[2]).sum(axis=0))[:24]
    units = [enlarged(signed(state[0][unit].reshape(28, 28)), 3) for unit in strongest]
    rows = [beside(*units[first : first + 8], gap=6) for first in range(0, 24, 8)]
    shares = shares_when_shifted(state, MLP, from_zero_to_one)
    content = below(
        labelled(below(*rows, gap=6), "24 of the 800 hidden units, those that count most: their weights"),
        labelled(shift_chart(shares), "unseen digits classified right, when they are moved to the right"),
    )
    return Picture(
        (page(content, "What the perceptron looks for"),),
        "At the top the weights of hidden units, each a whole image, red where ink speaks for it; below, how soon the "
        "network is lost when the digits stand somewhere else.",
    )


EXERCISE = Exercise(
    title="784-800-10, trained",
    order=5,
    stub=train_mlp,
    reference=None,
    properties=(
        has_shapes(2, MLP),
        classifies(2, 0.75, MLP, from_zero_to_one),
        classifies(3, 0.88, MLP, from_zero_to_one),
    ),
    hints=(
        "Begin with the network of your `mlp` and an optimiser for its parameters; then two loops, over epochs and "
        "over batches.",
        "In an epoch: order = rng.permutation(len(images)); then for start in range(0, len(order), 50) the batch is "
        "chosen = order[start : start + 50], with images[chosen] and labels[chosen].",
        "The four lines of a step, with engine.tensor(images[chosen]) and engine.tensor(labels[chosen]). With lr=0.1 "
        "and momentum=0.9 five epochs suffice.",
        "At the end: return [value.numpy() for value in net.state_dict().values()].",
    ),
    alternatives=(by_momentum, by_adam),
    mutants=(
        Mutant(
            "no step",
            ("            optimizer.step()\n", ""),
            "the optimiser takes no step, so the weights stay as they were drawn",
        ),
        Mutant(
            "gradients kept",
            ("            optimizer.zero_grad()\n", ""),
            "the gradients of all steps add up: call zero_grad() in each",
        ),
        Mutant(
            "labels out of step",
            ("engine.tensor(labels[chosen])", "engine.tensor(labels[start : start + 50])"),
            "images come in the drawn order and labels in the first one: they do not belong together",
        ),
        Mutant(
            "learning rate too large",
            ("lr=0.1,", "lr=20.0,"),
            "the learning rate is too large: the weights jump, or are not finite",
        ),
        Mutant(
            "learning rate too small",
            ("lr=0.1,", "lr=1e-5,"),
            "the learning rate is too small: five epochs change next to nothing",
        ),
        Mutant(
            "one batch only",
            ("range(0, len(order), 50)", "range(0, 50, 50)"),
            "each epoch is one batch of 50: go through all images",
        ),
        Mutant(
            "weights as lists",
            ("[value.numpy() for value in", "[value.tolist() for value in"),
            "the weights are lists, and arrays are asked for",
        ),
    ),
    requires=("mlp",),
    workplace=TRAINING,
    show=show,
    expand=digits_for(from_zero_to_one),
)
