"""The loss LeNet-5 was trained by, and its gradient."""

import math

import numpy as np
from hypothesis import strategies as st

import engine
from grader.exercise import Exercise, Mutant
from grader.laws import agrees_with_finite_differences
from grader.properties import depends_on_values_alone, equals_reference, leaves_arguments_alone
from grader.strategies import case, floats, whole_numbers


def rbf_loss(y: np.ndarray, labels: np.ndarray, j: float = 0.1) -> tuple[float, np.ndarray]:
    """Compute the loss of LeNet-5 for a batch of penalties, and its gradient.

    LeNet-5 gives a penalty for each of K classes, a squared distance: small where the class fits. Training is to
    make the penalty of the right class small. If that were all, it would be enough to make all penalties small. So
    there is a second term, which is large if any penalty is small, and the classes must compete:

        loss = mean over n of  y[n, labels[n]] + log(e^-j + sum over k = 0 … K-1 of e^-y[n, k])

    The sum goes over all classes, the right one included. The number j stands for one class more, "rubbish",
    whose penalty is always j: a wrong class whose penalty is far above j adds next to nothing to the sum,
    and is pushed no further.

    With the share p of each class in the sum, the gradient is short. The right class has the 1 from the first
    term, and the mean divides by N:

        p[n, k]  = e^-y[n, k] / (e^-j + sum over i of e^-y[n, i])
        dy[n, k] = ((1 if k == labels[n] else 0) - p[n, k]) / N

    It is softmax cross-entropy of -y, with the rubbish class beside the others. So its trap is here, too: e^-800 is
    0 in any float, log(0) is -infinity, and e^800 is infinity. With m the smallest of y[n, 0] … y[n, K-1] and j,

        log(e^-j + sum of e^-y) = -m + log(e^(m-j) + sum of e^(m-y))

    where no exponent is above 0, and one is 0. If m leaves j out, m - j may well be 800.

    Parameters
    ----------
    y : ndarray (N, K)
        Penalties of any size, none negative. float32 or float64.
    labels : ndarray (N,), int64
        The right class of each example, from 0 to K - 1.
    j : float
        The penalty of the rubbish class, above 0, of any size.

    Returns
    -------
    loss : float
    dy : ndarray (N, K)
        Floating. The rubbish class is not in it.

    Examples
    --------
    One example and two classes of penalty 0; j is log(2), so e^-j = 0.5. The sum is 0.5 + 1 + 1 = 2.5, the loss
    0 + log(2.5) = 0.9163, and each class has the share 1 / 2.5 = 0.4.

    >>> loss, dy = rbf_loss(np.array([[0.0, 0.0]]), np.array([0]), j=np.log(2.0))
    >>> round(float(loss), 4)
    0.9163
    >>> np.round(dy, 4)
    array([[ 0.6, -0.4]])

    With all penalties and j at 1000, the sum has three equal terms: 1000 - 1000 + log(3).

    >>> loss, dy = rbf_loss(np.array([[1000.0, 1000.0]]), np.array([0]), j=1000.0)
    >>> round(float(loss), 4)
    1.0986
    """
    raise NotImplementedError


def by_one_class_more(y: np.ndarray, labels: np.ndarray, j: float = 0.1) -> tuple[float, np.ndarray]:
    count = len(y)
    rows = np.arange(count)
    penalties = np.concatenate([y, np.full((count, 1), j)], axis=1)
    smallest = penalties.min(axis=1, keepdims=True)
    terms = np.exp(smallest - penalties)
    total = terms.sum(axis=1, keepdims=True)
    logs = (np.log(total) - smallest).ravel()
    loss = (y[rows, labels] + logs).sum() / count
    dy = -terms[:, :-1] / total
    dy[rows, labels] += 1
    return loss, dy / count


def by_loops(y: np.ndarray, labels: np.ndarray, j: float = 0.1) -> tuple[float, np.ndarray]:
    count, classes = y.shape
    loss = 0.0
    dy = np.zeros((count, classes))
    for n in range(count):
        row = [float(penalty) for penalty in y[n]]
        m = min([j, *row])
        total = math.exp(m - j) + sum(math.exp(m - penalty) for penalty in row)
        loss += (row[labels[n]] - m + math.log(total)) / count
        for k in range(classes):
            dy[n, k] = ((k == labels[n]) - math.exp(m - row[k]) / total) / count
    return loss, dy


def by_log_add_exp(y: np.ndarray, labels: np.ndarray, j: float = 0.1) -> tuple[float, np.ndarray]:
    logs = np.logaddexp.reduce(-y, axis=1, initial=-j)
    right = np.arange(y.shape[1]) == labels[:, None]
    loss = np.mean(np.sum(y, axis=1, where=right) + logs)
    return loss, (right - np.exp(-y - logs[:, None])) / len(y)


def by_distance_from_the_right_class(y: np.ndarray, labels: np.ndarray, j: float = 0.1) -> tuple[float, np.ndarray]:
    own = y[np.arange(len(y)), labels].astype(np.float64)[:, None]
    # Logits of all classes and of rubbish, if that of the right class is 0.
    logits = np.hstack([own - y, own - j])
    most = logits.max(axis=1)
    losses = most + np.log(np.exp(logits - most[:, None]).sum(axis=1))
    shares = np.exp(logits - losses[:, None])
    return losses.mean(), (np.eye(y.shape[1])[labels] - shares[:, : y.shape[1]]) / len(y)


def reference(y: np.ndarray, labels: np.ndarray, j: float = 0.1) -> tuple[float, np.ndarray]:
    tensor = engine.tensor(y, requires_grad=True)
    value = engine.rbf_loss(tensor, engine.tensor(labels), j)
    value.backward()
    return float(value.item()), tensor.grad.numpy()


def loss(y: np.ndarray, labels: np.ndarray, j: float = 0.1) -> float:
    return reference(y, labels, j)[0]


PENALTIES = (0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 7.0, 10.0)
# No two alike, nor like a large j: in float32, 1000 + log(2) is off by 3e-5, which is no mistake.
LARGE = (0.0, 800.0, 1000.0, 1250.0, 2000.0, 3000.0)
J = (0.1, 0.5, 1.0, 2.0, 4.0)
LARGE_J = (0.1, 900.0, 1500.0, 2500.0)


@st.composite
def batches(draw: st.DrawFn, most: int = 5, any_j: bool = True) -> dict[str, np.ndarray | float]:
    count, classes = draw(st.integers(1, most)), draw(st.integers(2, 5))
    y, labels = draw(floats((count, classes), PENALTIES)), draw(whole_numbers((count,), 0, classes - 1))
    return case(y=y, labels=labels, j=draw(st.sampled_from(J))) if any_j else case(y=y, labels=labels)


@st.composite
def large_batches(draw: st.DrawFn) -> dict[str, np.ndarray | float]:
    count, classes = draw(st.integers(1, 4)), draw(st.integers(2, 5))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    y = np.array([rng.permutation(LARGE)[:classes] for _ in range(count)], draw(st.sampled_from(("f8", "f4"))))
    return case(y=y, labels=draw(whole_numbers((count,), 0, classes - 1)), j=draw(st.sampled_from(LARGE_J)))


EXERCISE = Exercise(
    title="the loss of LeNet-5 and its gradient",
    order=6,
    stub=rbf_loss,
    reference=reference,
    outputs=("loss", "dy"),
    properties=(
        equals_reference("give the right loss with j = 0.1", 2, batches(any_j=False), ("loss",)),
        equals_reference("give the right gradient with j = 0.1", 2, batches(any_j=False), ("dy",)),
        equals_reference("give the right loss for any j", 1, batches(), ("loss",)),
        equals_reference("give the right gradient for any j", 1, batches(), ("dy",)),
        equals_reference("give the right loss for large penalties", 1, large_batches(), ("loss",), simplify=False),
        equals_reference("give the right gradient for large penalties", 1, large_batches(), ("dy",), simplify=False),
        agrees_with_finite_differences("dy", "y", loss, 1, batches(), examples=10),
        leaves_arguments_alone(1, batches(), outputs=("loss",)),
        depends_on_values_alone(1, batches(), outputs=("loss",)),
    ),
    hints=(
        "Write it for one example first. The rubbish class is just one more number in the sum; np.concatenate can put "
        "j behind each row.",
        "Take the smallest of a row and j away from all exponents, and from the logarithm: -m + log(sum of "
        "exp(m - …)). One of the exponentials is then exp(0) = 1, so the logarithm never sees 0.",
        "terms = np.exp(m - penalties), with the rubbish class last, and total their sum. p is terms[:, :-1] / total: "
        "rubbish counts in the sum, but has no gradient.",
        "dy = -terms[:, :-1] / total; dy[np.arange(N), labels] += 1; dy /= N; and the loss is "
        "(y[np.arange(N), labels] - m + np.log(total)).mean(), with m and total of shape (N,).",
    ),
    alternatives=(by_one_class_more, by_loops, by_log_add_exp, by_distance_from_the_right_class),
    mutants=(
        Mutant(
            "underflow",
            ("smallest = penalties.min(axis=1, keepdims=True)", "smallest = np.zeros((count, 1))"),
            "e^-y is 0 for a large y, and log(0) is -infinity: take the smallest penalty away first",
        ),
        Mutant(
            "smallest without j",
            ("smallest = penalties.min(axis=1, keepdims=True)", "smallest = y.min(axis=1, keepdims=True)"),
            "you take the smallest penalty of the classes away; if j is much smaller, e^(m - j) overflows: m is the "
            "smallest of them and j",
        ),
        Mutant(
            "largest taken away",
            ("smallest = penalties.min(axis=1, keepdims=True)", "smallest = penalties.max(axis=1, keepdims=True)"),
            "you take the largest penalty away, and e^(largest - y) overflows: in e^-y it is the smallest y that "
            "makes the largest term",
        ),
        Mutant(
            "epsilon in the logarithm",
            ("logs = (np.log(total) - smallest).ravel()", "logs = np.log(np.exp(-penalties).sum(axis=1) + 1e-12)"),
            "a small number added to the sum hides log(0), but then the logarithm never falls below about -28: take "
            "the smallest penalty away instead",
        ),
        Mutant(
            "right class left out of the sum",
            ("    total = terms.sum", "    terms[rows, labels] = 0\n    total = terms.sum"),
            "you leave the right class out of the sum: it goes over all classes",
        ),
        Mutant(
            "rubbish not in the shares",
            ("dy = -terms[:, :-1] / total", "dy = -terms[:, :-1] / terms[:, :-1].sum(axis=1, keepdims=True)"),
            "e^-j is missing below the line in your gradient, so the shares of the classes add up to 1: rubbish has "
            "a share, too",
        ),
        Mutant(
            "rubbish left out",
            ("np.full((count, 1), j)", "np.full((count, 1), np.inf)"),
            "e^-j is missing in the sum: that is plain softmax cross-entropy of -y",
        ),
        Mutant(
            "j itself in the sum",
            ("np.full((count, 1), j)", "np.full((count, 1), -np.log(j))"),
            "you add j to the sum: it is e^-j, j is a penalty like the others",
        ),
        Mutant(
            "sign of j",
            ("np.full((count, 1), j)", "np.full((count, 1), -j)"),
            "you add e^j to the sum: it is e^-j",
        ),
        Mutant(
            "j always 0.1",
            ("np.full((count, 1), j)", "np.full((count, 1), 0.1)"),
            "your j is always 0.1: use the argument",
        ),
        Mutant(
            "penalties taken for logits",
            ("np.concatenate([y, ", "np.concatenate([-y, "),
            "you have e^y in the sum: a penalty is small where the class fits, so it is e^-y",
        ),
        Mutant(
            "first term only",
            ("(y[rows, labels] + logs)", "(y[rows, labels])"),
            "your loss is the mean of the right classes' penalties alone: the logarithm is missing",
        ),
        Mutant(
            "sign of the first term",
            ("(y[rows, labels] + logs)", "(logs - y[rows, labels])"),
            "you subtract the right class's penalty: it is added, as it is to become small",
        ),
        Mutant(
            "loss summed",
            (".sum() / count", ".sum()"),
            "your loss is the sum over the batch; the mean is asked for",
        ),
        Mutant(
            "gradient of the sum",
            ("return loss, dy / count", "return loss, dy"),
            "your gradient is that of the sum of the losses; the loss is their mean: divide by N",
        ),
        Mutant(
            "divided by the number of classes",
            ("return loss, dy / count", "return loss, dy / y.shape[1]"),
            "you divide the gradient by the number of classes; the mean is over the N examples",
        ),
        Mutant(
            "gradient of softmax",
            ("return loss, dy / count", "return loss, -dy / count"),
            "your gradient has the wrong sign: p - 1 is right for logits, here it is 1 - p at the right class, -p at "
            "the others",
        ),
        Mutant(
            "1 forgotten",
            ("    dy[rows, labels] += 1\n", ""),
            "your gradient is -p everywhere; at the right class it is 1 - p, from the first term",
        ),
        Mutant(
            "1 added in whole columns",
            ("dy[rows, labels] += 1", "dy[:, labels] += 1"),
            "[:, labels] means these columns in every row; each row has its own label: [np.arange(N), labels]",
        ),
        Mutant(
            "gradient of rubbish returned",
            ("return loss, dy / count", "return loss, np.hstack([dy, -terms[:, -1:] / total]) / count"),
            "your gradient has a column for the rubbish class: it has no penalty that could change, so leave it out",
        ),
    ),
    requires=("softmax_cross_entropy",),
)
