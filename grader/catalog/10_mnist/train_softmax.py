"""Gradient descent with momentum, on the smallest network there is."""

import numpy as np
from hypothesis import strategies as st

import engine
from grader.exercise import Exercise, Mutant
from grader.properties import depends_on_values_alone, equals_reference, leaves_arguments_alone
from grader.strategies import case, floats, whole_numbers


def train_softmax(
    x: np.ndarray,
    labels: np.ndarray,
    w: np.ndarray,
    b: np.ndarray,
    lr: float,
    momentum: float,
    batch_size: int,
    epochs: int,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Train a linear classifier by gradient descent with momentum, batch after batch.

    Every network of this course is trained by the loop that you write here. The network is the smallest there is,
    one layer: logits = x @ w + b. On MNIST that is enough to be right about 92 times of 100.

    An epoch goes through the examples from the first to the last, batch_size at a time; the last batch has
    what is left. (One would shuffle first. Here they stay as they are, so that there is one right answer.) Each batch
    makes one step. For its n examples xs with labels ys:

        logits   = xs @ w + b                                   (n, K)
        p[i, k]  = exp(logits[i, k]) / sum over j of exp(logits[i, j])
        loss     = mean over i of -log p[i, ys[i]]
        d[i, k]  = (p[i, k] - (1 if k == ys[i] else 0)) / n     the gradient for the logits
        dw       = xs.T @ d                                     (D, K)
        db       = sum over i of d[i]                           (K,)

    The mean is over the examples in this very batch, also where it is smaller than the others. Plain gradient descent
    would now subtract lr * dw from w. But gradients of single batches point to and fro. With momentum, w moves by a
    velocity that remembers former gradients: what they have in common adds up, the rest cancels out.

        vw = momentum * vw + dw         w = w - lr * vw
        vb = momentum * vb + db         b = b - lr * vb

    That is how PyTorch's SGD does it. The velocities are 0 before the first step of all, and go on
    from batch to batch and from epoch to epoch. With momentum 0 this is plain gradient descent.

    Logits may be large: exp(1000) is too large for any float, and log(0) is -infinity. See softmax_cross_entropy
    in unit 7.

    Parameters
    ----------
    x : ndarray (N, D)
        Examples, float32 or float64.
    labels : ndarray (N,), int64
        The right class of each, from 0 to K - 1.
    w : ndarray (D, K)
    b : ndarray (K,)
        Where to begin. They are the caller's: leave them as they are, and return others.
    lr : float
        The learning rate.
    momentum : float
        From 0 to less than 1.
    batch_size : int
        At least 1; may be more than N.
    epochs : int
        At least 1.

    Returns
    -------
    w : ndarray (D, K)
    b : ndarray (K,)
        After the last step.
    losses : ndarray (S,)
        The loss of each batch, worked out before the step that it makes; S = epochs * ceil(N / batch_size). All
        floating.

    Examples
    --------
    Two examples of one number, two classes, batches of one. At first all logits are 0, so p is 1/2 for both classes,
    d is [-1/2, 1/2], and dw is 2 * d. In the second batch x is 0, and so is dw. Yet w moves on, by half of its first
    step: that is momentum.

    >>> x, labels = np.array([[2.0], [0.0]]), np.array([0, 0])
    >>> zeros = np.zeros((1, 2)), np.zeros(2)
    >>> w, b, losses = train_softmax(x[:1], labels[:1], *zeros, lr=1.0, momentum=0.5, batch_size=1, epochs=1)
    >>> w
    array([[ 1., -1.]])
    >>> b
    array([ 0.5, -0.5])
    >>> w, b, losses = train_softmax(x, labels, *zeros, lr=1.0, momentum=0.5, batch_size=1, epochs=1)
    >>> w
    array([[ 1.5, -1.5]])
    >>> losses.round(4)  # log(2), then -log p at the logits 0.5 and -0.5
    array([0.6931, 0.3133])
    """
    raise NotImplementedError


def by_batches(
    x: np.ndarray,
    labels: np.ndarray,
    w: np.ndarray,
    b: np.ndarray,
    lr: float,
    momentum: float,
    batch_size: int,
    epochs: int,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    vw, vb = np.zeros(w.shape), np.zeros(b.shape)
    losses = []
    for _ in range(epochs):
        for start in range(0, len(x), batch_size):
            xs, ys = x[start : start + batch_size], labels[start : start + batch_size]
            n = len(xs)
            logits = xs @ w + b
            shifted = logits - logits.max(axis=1, keepdims=True)
            log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
            losses.append(-log_p[np.arange(n), ys].sum() / n)
            d = np.exp(log_p)
            d[np.arange(n), ys] -= 1
            dw, db = xs.T @ d / n, d.sum(axis=0) / n
            vw = momentum * vw + dw
            vb = momentum * vb + db
            w = w - lr * vw
            b = b - lr * vb
    return w, b, np.array(losses)


def by_a_column_of_ones(
    x: np.ndarray,
    labels: np.ndarray,
    w: np.ndarray,
    b: np.ndarray,
    lr: float,
    momentum: float,
    batch_size: int,
    epochs: int,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    both = np.vstack([w, b]).astype(np.float64)
    inputs = np.column_stack([x, np.ones(len(x))])
    hits = np.eye(len(b))[labels]
    step = np.zeros(both.shape)
    ends = [*range(batch_size, len(x), batch_size), len(x)]
    losses = []
    for _ in range(epochs):
        start = 0
        for end in ends:
            xs, ys = inputs[start:end], hits[start:end]
            log_p = xs @ both
            log_p = log_p - np.logaddexp.reduce(log_p, axis=1)[:, None]
            losses.append(np.sum(-log_p * ys) / (end - start))
            # With a learning rate that stays the same, it may as well be part of the velocity.
            step = momentum * step - lr / (end - start) * (xs.T @ (np.exp(log_p) - ys))
            both += step
            start = end
    return both[: len(w)], both[len(w)], np.array(losses)


def by_single_examples(
    x: np.ndarray,
    labels: np.ndarray,
    w: np.ndarray,
    b: np.ndarray,
    lr: float,
    momentum: float,
    batch_size: int,
    epochs: int,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    w, b = w.copy(), b.copy()
    vw, vb = np.zeros_like(w), np.zeros_like(b)
    batches = [range(len(x))[start : start + batch_size] for start in range(0, len(x), batch_size)] * epochs
    losses = np.zeros(len(batches))
    for number in range(len(batches)):
        vw *= momentum
        vb *= momentum
        for i in batches[number]:
            share = 1 / len(batches[number])
            logits = [float(x[i] @ w[:, k] + b[k]) for k in range(len(b))]
            largest = max(logits)
            exponentials = [np.exp(logit - largest) for logit in logits]
            total = sum(exponentials)
            losses[number] += share * (np.log(total) + largest - logits[labels[i]])
            for k in range(len(b)):
                error = share * (exponentials[k] / total - (k == labels[i]))
                vw[:, k] += error * x[i]
                vb[k] += error
        w -= lr * vw
        b -= lr * vb
    return w, b, losses


def reference(
    x: np.ndarray,
    labels: np.ndarray,
    w: np.ndarray,
    b: np.ndarray,
    lr: float,
    momentum: float,
    batch_size: int,
    epochs: int,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    weight, bias = engine.nn.Parameter(engine.tensor(w.T.copy())), engine.nn.Parameter(engine.tensor(b))
    optimizer = engine.optim.SGD([weight, bias], lr, momentum)
    losses = []
    for start in [*range(0, len(x), batch_size)] * epochs:
        batch = slice(start, start + batch_size)
        optimizer.zero_grad()
        logits = engine.linear(engine.tensor(x[batch]), weight, bias)
        loss = engine.cross_entropy(logits, engine.tensor(labels[batch]))
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return weight.detach().numpy().T, bias.detach().numpy(), np.array(losses)


# So short that at learning rates up to 1/2 rounding does not grow from step to step.
INPUTS = (0.0, 1.0, -1.0, 0.5, -0.5)
WEIGHTS = (*INPUTS, 1.5, -1.5, 2.0, -2.0)
LARGE = (1000.0, -1000.0, 2000.0, -500.0)


@st.composite
def trainings(
    draw: st.DrawFn,
    full: tuple[int, int] = (1, 1),
    rest: bool = False,
    momenta: tuple[float, ...] = (0.0,),
    epochs: tuple[int, int] = (1, 1),
    large: bool = False,
) -> dict[str, np.ndarray]:
    """Draw a training with so many full batches in an epoch, and perhaps a smaller one."""
    batch_size = draw(st.integers(1 + rest, 4))
    count = draw(st.integers(*full)) * batch_size + (draw(st.integers(1, batch_size - 1)) if rest else 0)
    depth, classes = draw(st.integers(1, 3)), draw(st.integers(2, 4))
    x = draw(floats((count, depth), LARGE if large else INPUTS))
    # Between large logits that are nearly the same, float32 cannot tell.
    dtype = np.float64 if large else x.dtype
    return case(
        x=x.astype(dtype),
        labels=draw(whole_numbers((count,), 0, classes - 1)),
        w=draw(floats((depth, classes), WEIGHTS)).astype(dtype),
        b=draw(floats((classes,), WEIGHTS)).astype(dtype),
        lr=draw(st.sampled_from((0.5, 0.25, 0.125))),
        momentum=draw(st.sampled_from(momenta)),
        batch_size=batch_size,
        epochs=draw(st.integers(*epochs)),
    )


MOMENTA = (0.5, 0.75, 0.9)
MOVED, LOSSES = ("w", "b"), ("losses",)
# Of the first way, changed by some misconceptions.
GRADIENTS = "dw, db = xs.T @ d / n, d.sum(axis=0) / n"
STEPS = "w = w - lr * vw\n            b = b - lr * vb"

EXERCISE = Exercise(
    title="a training loop with momentum",
    order=3,
    stub=train_softmax,
    reference=reference,
    outputs=("w", "b", "losses"),
    properties=(
        equals_reference("give the loss before a single step", 1, trainings(), LOSSES, examples=40),
        equals_reference("make a single step, without momentum", 2, trainings(), MOVED, examples=40),
        equals_reference("go from batch to batch, without momentum", 1, trainings((2, 3)), MOVED, examples=40),
        equals_reference("take a smaller batch at the end by its own size", 1, trainings((0, 2), rest=True), MOVED),
        equals_reference("go through the data several times", 1, trainings((1, 2), epochs=(2, 3)), MOVED, examples=40),
        equals_reference("carry momentum from batch to batch", 1, trainings((2, 3), momenta=MOMENTA), MOVED),
        equals_reference("carry momentum from epoch to epoch", 1, trainings(momenta=MOMENTA, epochs=(2, 3)), MOVED),
        equals_reference("give the loss of every batch", 1, trainings((1, 2), True, epochs=(1, 2)), LOSSES),
        equals_reference("be right for large logits", 1, trainings(large=True), examples=40),
        leaves_arguments_alone(1, trainings(), outputs=MOVED),
        depends_on_values_alone(1, trainings(), outputs=MOVED),
    ),
    hints=(
        "Begin with one batch that has all the data, one epoch and momentum 0. That is one step, and the first two "
        "properties are about it. Then put loops around it.",
        "There are two loops: over the epochs, and in it over range(0, N, batch_size). The velocities are made before "
        "both; what is made inside is forgotten with the next batch.",
        "log_p = (logits - largest) - log(sum of exp(logits - largest)), with the largest logit of each row. The loss "
        "is -log_p[np.arange(n), ys].mean(). p is np.exp(log_p); take 1 away at the right classes, and divide by n = "
        "len(xs).",
        "w = w - lr * vw makes a new array; w -= lr * vw would write into the caller's.",
        "In the inner loop: xs, ys = x[start : start + batch_size], labels[start : start + batch_size]; logits, loss "
        "and d; losses.append(loss); vw = momentum * vw + xs.T @ d; w = w - lr * vw; the "
        "same for b with d.sum(axis=0). At the end return w, b, np.array(losses).",
    ),
    alternatives=(by_batches, by_a_column_of_ones, by_single_examples),
    mutants=(
        Mutant(
            "divided by batch_size",
            (GRADIENTS, "dw, db = xs.T @ d / batch_size, d.sum(axis=0) / batch_size"),
            "you divide the gradient by batch_size also where the last batch has fewer examples: divide by len(xs)",
        ),
        Mutant(
            "loss divided by batch_size",
            (".sum() / n)", ".sum() / batch_size)"),
            "you divide the loss by batch_size also where the last batch has fewer examples: divide by len(xs)",
        ),
        Mutant(
            "smaller batch left out",
            ("range(0, len(x), batch_size)", "range(0, len(x) - batch_size + 1, batch_size)"),
            "you leave the smaller batch at the end out: it makes a step, too",
        ),
        Mutant(
            "divided by N",
            (GRADIENTS, "dw, db = xs.T @ d / len(x), d.sum(axis=0) / len(x)"),
            "you divide the gradient by N; the mean is over the examples of the batch, so divide by len(xs)",
        ),
        Mutant(
            "one epoch only",
            ("for _ in range(epochs):", "for _ in range(1):"),
            "you go through the data once: epochs says how often",
        ),
        Mutant(
            "velocity forgotten after each epoch",
            (
                "    for _ in range(epochs):\n",
                "    for _ in range(epochs):\n        vw, vb = np.zeros(w.shape), np.zeros(b.shape)\n",
            ),
            "your velocities begin at 0 in every epoch: make them once, before both loops",
        ),
        Mutant(
            "velocity forgotten after each batch",
            ("            n = len(xs)\n", "            n = len(xs)\n            vw, vb = 0 * vw, 0 * vb\n"),
            "momentum changes nothing in your loop, as if velocities began at 0 with every batch: make them once, "
            "before both loops, and let vw = momentum * vw + dw go on from the last",
        ),
        Mutant(
            "bias without momentum",
            ("vb = momentum * vb + db", "vb = db"),
            "your w moves with momentum, but your b without: each has a velocity of its own",
        ),
        Mutant(
            "running average",
            (GRADIENTS, "share = (1 - momentum) / n\n            dw, db = xs.T @ d * share, d.sum(axis=0) * share"),
            "you weigh the gradient by 1 - momentum, as in a running average: here, as in PyTorch, it is added whole",
        ),
        Mutant(
            "Nesterov's momentum",
            (STEPS, "w = w - lr * (dw + momentum * vw)\n            b = b - lr * (db + momentum * vb)"),
            "you step by dw + momentum * vw, which is Nesterov's momentum: here w moves by the velocity itself",
        ),
        Mutant(
            "all data in each step",
            ("xs, ys = x[start : start + batch_size], labels[start : start + batch_size]", "xs, ys = x, labels"),
            "every step of yours looks at all examples: take those of the batch",
        ),
        Mutant(
            "one loss for an epoch",
            ("np.array(losses)", "np.array(losses).reshape(epochs, -1).mean(axis=1)"),
            "you return one loss for each epoch: one for each batch is asked for",
        ),
        Mutant(
            "loss after the step",
            (
                "            b = b - lr * vb\n",
                "            b = b - lr * vb\n            logits = xs @ w + b\n"
                "            log_total = np.logaddexp.reduce(logits, axis=1)\n"
                "            losses[-1] = (log_total - logits[np.arange(n), ys]).sum() / n\n",
            ),
            "your losses are those after the step: the loss comes first, then the step that it makes",
        ),
        Mutant(
            "loss summed",
            (".sum() / n)", ".sum())"),
            "your loss is the sum over the batch; the mean is asked for",
        ),
        Mutant(
            "gradient of the sum",
            (GRADIENTS, "dw, db = xs.T @ d, d.sum(axis=0)"),
            "your gradient is that of the sum of the losses; the loss is their mean: divide by n = len(xs)",
        ),
        Mutant(
            "bias not trained",
            ("            b = b - lr * vb\n", ""),
            "your b stays as it was: it is trained like w",
        ),
        Mutant(
            "overflow",
            ("shifted = logits - logits.max(axis=1, keepdims=True)", "shifted = logits"),
            "exp overflows for large logits: take the largest logit of each row away first",
        ),
        Mutant(
            "log of zero",
            (
                "log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))",
                "log_p = np.log(np.exp(shifted) / np.exp(shifted).sum(axis=1, keepdims=True))",
            ),
            "a probability so small that it is 0 has no logarithm: compute log p without p",
        ),
        Mutant(
            "caller's weights changed",
            (STEPS, "w -= (lr * vw).astype(w.dtype)\n            b -= (lr * vb).astype(b.dtype)"),
            "w -= … writes into the caller's array: w = w - … makes a new one",
        ),
    ),
    requires=("linear_backward", "softmax_cross_entropy"),
)
