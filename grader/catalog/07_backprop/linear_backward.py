"""Backpropagation through a fully connected layer."""

import numpy as np
from hypothesis import strategies as st

import engine
from grader.exercise import Exercise, Mutant
from grader.laws import adjoint, agrees_with_finite_differences
from grader.properties import depends_on_values_alone, equals_reference, leaves_arguments_alone
from grader.strategies import case, floats


def linear_backward(dy: np.ndarray, x: np.ndarray, w: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Compute the gradients of a fully connected layer, given the gradient of its output.

    The layer computed y = x @ w.T + b, element by element

        y[n, k] = b[k] + sum over d = 0 … D-1 of w[k, d] * x[n, d]

    Some loss L was computed from y, and dy[n, k] says by how much L changes where y[n, k] does. Wanted is the
    same for every element of x, w and b. The chain rule says: go through all places where the element
    was used, and add up dy there times what the element was multiplied with.

        dx[n, d] = sum over k of dy[n, k] * w[k, d]      x[n, d] went into all K outputs of example n
        dw[k, d] = sum over n of dy[n, k] * x[n, d]      w[k, d] was used for all N examples
        db[k]    = sum over n of dy[n, k]                b[k] was added for all N examples

    Two of these are matrix products. Shapes tell which: of dy (N, K), x (N, D) and w (K, D), only one order
    with the right transpose gives (N, D), and only one gives (K, D). But shapes tell nothing where two of
    N, K and D are equal, so look at what is summed over.

    The gradients are sums over the batch, not means. If the loss is a mean, dy has the 1 / N already.

    Parameters
    ----------
    dy : ndarray (N, K)
        Any numbers, not only ones.
    x : ndarray (N, D)
    w : ndarray (K, D)

    Returns
    -------
    dx : ndarray (N, D)
    dw : ndarray (K, D)
    db : ndarray (K,)
        All floating.

    Examples
    --------
    One example of two numbers, one output.

    >>> dy, x, w = np.array([[10.0]]), np.array([[1.0, 2.0]]), np.array([[3.0, 4.0]])
    >>> dx, dw, db = linear_backward(dy, x, w)
    >>> dx  # 10 * 3 and 10 * 4
    array([[30., 40.]])
    >>> dw  # 10 * 1 and 10 * 2
    array([[10., 20.]])
    >>> db
    array([10.])
    """
    raise NotImplementedError


def by_matrices(dy: np.ndarray, x: np.ndarray, w: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    dx = dy @ w
    dw = dy.T @ x
    db = dy.sum(axis=0)
    return dx, dw, db


def by_loops(dy: np.ndarray, x: np.ndarray, w: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    dx, dw, db = np.zeros(x.shape), np.zeros(w.shape), np.zeros(len(w))
    for n in range(len(x)):
        for k in range(len(w)):
            db[k] += dy[n, k]
            for d in range(x.shape[1]):
                dx[n, d] += dy[n, k] * w[k, d]
                dw[k, d] += dy[n, k] * x[n, d]
    return dx, dw, db


def by_einsum(dy: np.ndarray, x: np.ndarray, w: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return np.einsum("nk,kd->nd", dy, w), np.einsum("nk,nd->kd", dy, x), np.einsum("nk->k", dy)


def by_products_and_sums(dy: np.ndarray, x: np.ndarray, w: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    wide = dy[:, :, None]
    return np.sum(wide * w, axis=1), np.sum(wide * x[:, None], axis=0), np.ones(len(dy)) @ dy


def reference(dy: np.ndarray, x: np.ndarray, w: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    tensors = [engine.tensor(array, requires_grad=True) for array in (x, w, np.zeros(len(w)))]
    engine.linear(*tensors).backward(engine.tensor(dy))
    dx, dw, db = (tensor.grad.numpy() for tensor in tensors)
    return dx, dw, db


def loss(dy: np.ndarray, x: np.ndarray, w: np.ndarray) -> float:
    return float(np.sum(dy * engine.linear(engine.tensor(x), engine.tensor(w)).numpy()))


@st.composite
def layers(draw: st.DrawFn, square: bool = False) -> dict[str, np.ndarray]:
    n, k, d = [draw(st.integers(2, 4))] * 3 if square else [draw(st.integers(1, 5)) for _ in range(3)]
    return case(dy=draw(floats((n, k))), x=draw(floats((n, d))), w=draw(floats((k, d))))


EXERCISE = Exercise(
    title="the fully connected layer, backward",
    order=2,
    stub=linear_backward,
    reference=reference,
    outputs=("dx", "dw", "db"),
    properties=(
        equals_reference("give the right db", 1, layers(), outputs=("db",)),
        equals_reference("give the right dw", 2, layers(), outputs=("dw",)),
        equals_reference("give the right dx", 2, layers(), outputs=("dx",)),
        equals_reference("be right where all shapes are the same square", 1, layers(square=True), examples=20),
        adjoint("dx", "x", loss, 1, layers(), examples=10),
        agrees_with_finite_differences("dw", "w", loss, 1, layers(), examples=10),
        leaves_arguments_alone(1, layers(), outputs=("dx",)),
        depends_on_values_alone(1, layers(), outputs=("dx", "dw")),
    ),
    hints=(
        "Write the forward pass with loops over n, k and d. There is one line y[n, k] += w[k, d] * x[n, d]. Backward "
        "has the same loops, and one line for dx and one for dw.",
        "dx[n, d] is a sum over k. In dy[n, k] the k is the column, in w[k, d] it is the row: just as in a matrix "
        "product. For dw the sum is over n, which is the row of both: one of them must be transposed.",
        "dx = dy @ w; dw = dy.T @ x; db = dy.sum(axis=0).",
    ),
    alternatives=(by_matrices, by_loops, by_einsum, by_products_and_sums),
    mutants=(
        Mutant(
            "weights transposed",
            ("dx = dy @ w", "dx = dy @ w.reshape(w.shape[::-1]).T"),
            "the weights in dx are those of other units: dx[n, d] sums dy[n, k] * w[k, d] over k",
        ),
        Mutant(
            "dw transposed",
            ("dw = dy.T @ x", "dw = x.T @ dy"),
            "your dw is (D, K), the transpose of what is asked for: it has the shape of w, (K, D)",
        ),
        Mutant(
            "dw reshaped instead of transposed",
            ("dw = dy.T @ x", "dw = (x.T @ dy).reshape(w.shape)"),
            "you reshape dw where it should be transposed: the numbers are right, their places are not",
        ),
        Mutant(
            "dw averaged",
            ("dw = dy.T @ x", "dw = dy.T @ x / len(x)"),
            "you divide dw by the number of examples: it is a sum over the batch",
        ),
        Mutant(
            "dw of the last example",
            ("dw = dy.T @ x", "dw = dy[-1:].T @ x[-1:]"),
            "your dw comes from the last example alone: every example used the weights, so sum over all",
        ),
        Mutant(
            "db averaged",
            ("db = dy.sum(axis=0)", "db = dy.mean(axis=0)"),
            "db is a sum over the batch, not a mean",
        ),
        Mutant(
            "db summed over the outputs",
            ("db = dy.sum(axis=0)", "db = dy.sum(axis=1)"),
            "you sum db over the outputs; each output has its own bias, and the sum is over the examples",
        ),
        Mutant(
            "db of shape (1, K)",
            ("db = dy.sum(axis=0)", "db = dy.sum(axis=0, keepdims=True)"),
            "your db is right but for its shape: (K,) is asked for, the shape of b, not (1, K)",
        ),
        Mutant(
            "db a single number",
            ("db = dy.sum(axis=0)", "db = dy.sum()"),
            "you sum over everything: db has one number for each of the K outputs",
        ),
        Mutant(
            "upstream gradient ignored",
            ("dx = dy @ w", "dx = np.ones_like(dy) @ w"),
            "dx does not depend on dy: multiply each weight by the gradient of the output it went into",
        ),
        Mutant(
            "upstream gradient missing in dw",
            ("dw = dy.T @ x", "dw = np.ones_like(dy).T @ x"),
            "dw does not depend on dy: multiply each x by the gradient of the output it went into",
        ),
    ),
    requires=("mlp_forward",),
)
