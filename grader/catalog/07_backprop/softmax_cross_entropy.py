"""The loss of classification and its gradient."""

import numpy as np
from hypothesis import strategies as st

import engine
from grader.exercise import Equivalent, Exercise, Mutant
from grader.laws import agrees_with_finite_differences
from grader.properties import depends_on_values_alone, equals_reference, leaves_arguments_alone
from grader.strategies import case, floats, whole_numbers


def softmax_cross_entropy(logits: np.ndarray, labels: np.ndarray) -> tuple[float, np.ndarray]:
    """Compute the softmax cross-entropy of a batch, and its gradient for the logits.

    The network gives K numbers for each of N examples, the logits. Softmax turns them into
    probabilities, and the loss is small where the right class has a high one:

        p[n, k] = exp(logits[n, k]) / sum over j of exp(logits[n, j])
        loss    = mean over n of -log p[n, labels[n]]

    The gradient is wonderfully simple: for one example it is p - 1 at the right class and p at all
    others. As the loss is the mean, each row is divided by N:

        dlogits[n, k] = (p[n, k] - (1 if k == labels[n] else 0)) / N

    Mind large logits: exp(1000) is too large for any float, and log(0) is -infinity. Adding the same
    number to all logits of a row changes no probability: which number would be a good one to take away?

    Parameters
    ----------
    logits : ndarray (N, K)
        float32 or float64, any size.
    labels : ndarray (N,), int64
        The right class of each example, from 0 to K - 1.

    Returns
    -------
    loss : float
    dlogits : ndarray (N, K)
        Floating.

    Examples
    --------
    Two classes, equal logits: each has probability 1/2, and -log(1/2) is 0.6931.

    >>> loss, dlogits = softmax_cross_entropy(np.array([[0.0, 0.0]]), np.array([1]))
    >>> round(float(loss), 4)
    0.6931
    >>> dlogits
    array([[ 0.5, -0.5]])
    """
    raise NotImplementedError


def by_steps(logits: np.ndarray, labels: np.ndarray) -> tuple[float, np.ndarray]:
    count = len(logits)
    rows = np.arange(count)
    shifted = logits - logits.max(axis=1, keepdims=True)
    total = np.exp(shifted).sum(axis=1, keepdims=True)
    log_p = shifted - np.log(total)
    loss = -log_p[rows, labels].sum() / count
    dlogits = np.exp(log_p)
    dlogits[rows, labels] -= 1
    return loss, dlogits / count


def by_loops(logits: np.ndarray, labels: np.ndarray) -> tuple[float, np.ndarray]:
    count, classes = logits.shape
    loss = 0.0
    dlogits = np.zeros((count, classes))
    for n in range(count):
        row = [float(value) for value in logits[n]]
        largest = max(row)
        exponentials = [np.exp(value - largest) for value in row]
        total = sum(exponentials)
        loss += (np.log(total) - (row[labels[n]] - largest)) / count
        for k in range(classes):
            dlogits[n, k] = (exponentials[k] / total - (k == labels[n])) / count
    return loss, dlogits


def by_log_add_exp(logits: np.ndarray, labels: np.ndarray) -> tuple[float, np.ndarray]:
    logits = logits.astype(np.float64)
    log_total = np.logaddexp.reduce(logits, axis=1)
    hits = np.eye(logits.shape[1])[labels]
    loss = np.mean(log_total - np.sum(logits * hits, axis=1))
    return loss, (np.exp(logits - log_total[:, None]) - hits) / len(logits)


def by_log_of_total(logits: np.ndarray, labels: np.ndarray) -> tuple[float, np.ndarray]:
    logits = logits.astype(np.float32)
    rows = np.arange(len(logits))
    largest = logits.max(axis=1)
    log_total = largest + np.log(np.exp(logits - largest[:, None]).sum(axis=1))
    p = np.exp(logits - log_total[:, None])
    p[rows, labels] -= 1
    return np.mean(log_total - logits[rows, labels]), p / np.float32(len(logits))


def reference(logits: np.ndarray, labels: np.ndarray) -> tuple[float, np.ndarray]:
    tensor = engine.tensor(logits, requires_grad=True)
    loss = engine.cross_entropy(tensor, engine.tensor(labels))
    loss.backward()
    return float(loss.item()), tensor.grad.numpy()


def loss(logits: np.ndarray, labels: np.ndarray) -> float:
    return reference(logits, labels)[0]


LARGE = (1000.0, -1000.0, 0.0, 50.0, 500.0, -700.0)


@st.composite
def batches(draw: st.DrawFn, large: bool = False) -> dict[str, np.ndarray]:
    count, classes = draw(st.integers(2 if large else 1, 5)), draw(st.integers(2, 5))
    shape = (count, classes)
    logits = draw(floats(shape))
    if large:
        # No two alike in a row: 1000 + log(2) in float32 is off by 3e-5, which is no mistake.
        rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
        logits = np.array([rng.permutation(LARGE)[:classes] for _ in range(count)], logits.dtype)
    return case(logits=logits, labels=draw(whole_numbers((count,), 0, classes - 1)))


EXERCISE = Exercise(
    title="softmax cross-entropy and its gradient",
    order=4,
    stub=softmax_cross_entropy,
    reference=reference,
    outputs=("loss", "dlogits"),
    properties=(
        equals_reference("give the right loss", 2, batches(), outputs=("loss",)),
        equals_reference("give the right gradient", 3, batches(), outputs=("dlogits",)),
        equals_reference("give the right loss for large logits", 1, batches(large=True), outputs=("loss",)),
        equals_reference("give the right gradient for large logits", 1, batches(large=True), outputs=("dlogits",)),
        agrees_with_finite_differences("dlogits", "logits", loss, 1, batches(), examples=10),
        leaves_arguments_alone(1, batches()),
        depends_on_values_alone(1, batches()),
    ),
    hints=(
        "Take the largest logit of each row away from the row first: the largest exponential is then exp(0) = 1.",
        "log p = (logits - largest) - log(sum of exp(logits - largest)): so the logarithm never sees 0. The right "
        "classes are log_p[np.arange(N), labels].",
        "dlogits = np.exp(log_p); dlogits[np.arange(N), labels] -= 1; dlogits /= N; "
        "loss = -log_p[np.arange(N), labels].mean()",
    ),
    alternatives=(by_steps, by_loops, by_log_add_exp, by_log_of_total),
    mutants=(
        Mutant(
            "overflow",
            ("shifted = logits - logits.max(axis=1, keepdims=True)", "shifted = logits"),
            "exp overflows for large logits: take the largest logit of each row away first",
        ),
        Mutant(
            "log of zero",
            ("log_p = shifted - np.log(total)", "log_p = np.log(np.exp(shifted) / total)"),
            "a probability so small that it is 0 has no logarithm: compute log p without p",
        ),
        Mutant(
            "epsilon in the logarithm",
            ("log_p = shifted - np.log(total)", "log_p = np.log(np.exp(shifted) / total + 1e-12)"),
            "a small number added to the probability hides log(0), but then the loss never exceeds about 28, and it "
            "may be any size: compute log p without p",
        ),
        Mutant(
            "softmax over the batch",
            (".sum(axis=1, keepdims=True)", ".sum(axis=0, keepdims=True)"),
            "you sum the exponentials over the examples; each row has its own sum",
        ),
        Mutant(
            "gradient of the sum",
            ("return loss, dlogits / count", "return loss, dlogits"),
            "your gradient is that of the sum of the losses; the loss is their mean: divide by N",
        ),
        Mutant(
            "divided by the number of classes",
            ("return loss, dlogits / count", "return loss, dlogits / logits.shape[1]"),
            "you divide the gradient by the number of classes; the mean is over the N examples",
        ),
        Mutant(
            "loss summed",
            (".sum() / count", ".sum()"),
            "your loss is the sum over the batch; the mean is asked for",
        ),
        Mutant(
            "sign of the loss",
            ("loss = -log_p", "loss = log_p"),
            "your loss has the wrong sign: -log p",
        ),
        Mutant(
            "right class not subtracted",
            ("    dlogits[rows, labels] -= 1\n", ""),
            "your gradient is p everywhere; at the right class it is p - 1",
        ),
        Mutant(
            "1 subtracted in whole columns",
            ("dlogits[rows, labels] -= 1", "dlogits[:, labels] -= 1"),
            "[:, labels] means these columns in every row; each row has its own label: [np.arange(N), labels]",
        ),
    ),
    equivalents=(
        Equivalent(
            "logits = logits.astype(np.float64)",
            "pass",
            "float32 is close enough",
        ),
        Equivalent(
            "logits = logits.astype(np.float32)",
            "pass",
            "float64 is right, too",
        ),
    ),
)
