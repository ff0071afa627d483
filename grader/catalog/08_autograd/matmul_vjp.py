"""A tensor operation with its backward pass: products of matrices, also of batches of them."""

import numpy as np
from hypothesis import strategies as st

import engine
from grader.exercise import Equivalent, Exercise, Mutant
from grader.laws import adjoint, agrees_with_finite_differences
from grader.properties import depends_on_values_alone, equals_reference, leaves_arguments_alone
from grader.strategies import case, floats


def matmul_vjp(dy: np.ndarray, a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Multiply matrices, and give the gradients of both for a gradient of the product.

    In an autograd engine an operation is two things: forward, and a function that takes the gradient of what
    came out and returns those of what went in. The second is called its vjp, for vector-Jacobian product: the
    gradient is the vector, and the Jacobian is the table of all derivatives of outputs for inputs,
    which is never written down, because it would be huge.

    Forward is the matrix product

        out[m, n] = sum over l of a[m, l] * b[l, n]

    Backward, a[m, l] met b[l, n] for every n, and b[l, n] met a[m, l] for every m:

        da[m, l] = sum over n of dy[m, n] * b[l, n]      da = dy @ (b transposed)
        db[l, n] = sum over m of a[m, l] * dy[m, n]      db = (a transposed) @ dy

    There may be a batch of S matrices on each side, which are multiplied pair by pair. Or there is a batch on one
    side only, and a single matrix on the other: that one is broadcast, it meets all S. Then its gradient is
    the sum over the batch, and has the shape of the single matrix.

    Transposing means to exchange the last two axes. For a batch, .T turns round all three axes, which is not it.

    Parameters
    ----------
    dy : ndarray (M, N) or (S, M, N)
        The gradient of out, of its shape. Any numbers, not only ones.
    a : ndarray (M, L) or (S, M, L)
    b : ndarray (L, N) or (S, L, N)

    Returns
    -------
    out : ndarray (M, N) or (S, M, N)
    da : ndarray of the shape of a
    db : ndarray of the shape of b
        All floating.

    Examples
    --------
    >>> a, b = np.array([[1.0, 2.0]]), np.array([[3.0], [4.0]])
    >>> out, da, db = matmul_vjp(np.array([[10.0]]), a, b)
    >>> out  # 1 * 3 + 2 * 4
    array([[11.]])
    >>> da  # 10 * 3 and 10 * 4
    array([[30., 40.]])
    >>> db
    array([[10.],
           [20.]])

    The same b for two matrices a: it gets 10 * [1, 2] from the first and 1 * [5, 6] from the second.

    >>> out, da, db = matmul_vjp(np.array([[[10.0]], [[1.0]]]), np.array([[[1.0, 2.0]], [[5.0, 6.0]]]), b)
    >>> db
    array([[15.],
           [26.]])
    """
    raise NotImplementedError


def by_swapped_axes(dy: np.ndarray, a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    out = a @ b
    da = dy @ b.swapaxes(-1, -2)
    db = a.swapaxes(-1, -2) @ dy
    if da.ndim > a.ndim:
        da = da.sum(axis=0)
    if db.ndim > b.ndim:
        db = db.sum(axis=0)
    return out, da, db


def by_loops(dy: np.ndarray, a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    out, da, db = np.zeros(dy.shape), np.zeros(a.shape), np.zeros(b.shape)
    for place in np.ndindex(dy.shape[:-2]):
        at_a, at_b = place[: a.ndim - 2], place[: b.ndim - 2]
        out[place] = a[at_a] @ b[at_b]
        da[at_a] += dy[place] @ b[at_b].T
        db[at_b] += a[at_a].T @ dy[place]
    return out, da, db


def by_einsum(dy: np.ndarray, a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    in_a, in_b, in_y = ("sml"[3 - a.ndim :], "sln"[3 - b.ndim :], "smn"[3 - dy.ndim :])
    return (
        np.einsum(f"{in_a},{in_b}->{in_y}", a, b),
        np.einsum(f"{in_y},{in_b}->{in_a}", dy, b),
        np.einsum(f"{in_a},{in_y}->{in_b}", a, dy),
    )


def by_elements(dy: np.ndarray, a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    left, right, up = a[..., :, :, None], b[..., None, :, :], dy[..., :, None, :]
    da, db = (up * right).sum(axis=-1), (left * up).sum(axis=-3)
    while da.ndim > a.ndim:
        da = da.sum(axis=0)
    while db.ndim > b.ndim:
        db = db.sum(axis=0)
    return (left * right).sum(axis=-2), da, db


def reference(dy: np.ndarray, a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    left, right = engine.tensor(a, requires_grad=True), engine.tensor(b, requires_grad=True)
    out = left @ right
    out.backward(engine.tensor(dy))
    return out.detach().numpy(), left.grad.numpy(), right.grad.numpy()


def loss(dy: np.ndarray, a: np.ndarray, b: np.ndarray) -> float:
    return float(np.sum(dy * engine.matmul(engine.tensor(a), engine.tensor(b)).numpy()))


@st.composite
def products(draw: st.DrawFn, batches: tuple[str, ...] = ("", "a", "b", "ab")) -> dict[str, np.ndarray]:
    m, length, n = (draw(st.integers(1, 4)) for _ in range(3))
    count, which = draw(st.integers(1, 3)), draw(st.sampled_from(batches))
    front_a, front_b, front = ((count,) if side in which else () for side in ("a", "b", ""))
    return case(
        dy=draw(floats((*(front if which else ()), m, n))),
        a=draw(floats((*front_a, m, length))),
        b=draw(floats((*front_b, length, n))),
    )


EXERCISE = Exercise(
    title="the matrix product and its vjp",
    order=3,
    stub=matmul_vjp,
    reference=reference,
    outputs=("out", "da", "db"),
    properties=(
        equals_reference("give the right product", 1, products(), outputs=("out",)),
        equals_reference("give the right da and db for two matrices", 2, products(("",)), outputs=("da", "db")),
        equals_reference("give the right da and db for two batches", 1, products(("ab",)), outputs=("da", "db")),
        equals_reference("give the right da where one matrix a meets a batch", 1, products(("b",)), outputs=("da",)),
        equals_reference("give the right db where one matrix b meets a batch", 1, products(("a",)), outputs=("db",)),
        adjoint("da", "a", loss, 1, products(), examples=10),
        agrees_with_finite_differences("db", "b", loss, 1, products(), examples=10),
        leaves_arguments_alone(1, products()),
        depends_on_values_alone(1, products()),
    ),
    hints=(
        "For two matrices, let the shapes lead you: dy is (M, N), b is (L, N), and da must be (M, L). What must be "
        "transposed?",
        "a.swapaxes(-1, -2) transposes each matrix of a batch, and a single matrix, too. The operator @ multiplies "
        "batches pair by pair.",
        "If a has two axes and dy three, dy @ b.swapaxes(-1, -2) has a batch that a does not have: sum over axis 0. "
        "The same for b.",
        "da = dy @ b.swapaxes(-1, -2); db = a.swapaxes(-1, -2) @ dy; then if da.ndim > a.ndim: da = da.sum(axis=0), "
        "and likewise for db.",
    ),
    alternatives=(by_swapped_axes, by_loops, by_einsum, by_elements),
    mutants=(
        Mutant(
            "all axes turned round",
            ("db = a.swapaxes(-1, -2) @ dy", "db = a.T @ dy"),
            "for a batch, .T turns round all axes: exchange only the last two, a.swapaxes(-1, -2)",
        ),
        Mutant(
            "reshaped instead of transposed in da",
            (
                "da = dy @ b.swapaxes(-1, -2)",
                "da = dy @ b.reshape(*b.shape[:-2], b.shape[-1], b.shape[-2])",
            ),
            "you reshape b where it should be transposed: the shape is right, the elements stand in other places",
        ),
        Mutant(
            "reshaped instead of transposed in db",
            (
                "db = a.swapaxes(-1, -2) @ dy",
                "db = a.reshape(*a.shape[:-2], a.shape[-1], a.shape[-2]) @ dy",
            ),
            "you reshape a where it should be transposed: the shape is right, the elements stand in other places",
        ),
        Mutant(
            "batch of da not summed",
            ("        da = da.sum(axis=0)\n", "        pass\n"),
            "one matrix a met the whole batch, so da is the sum over it, and has the shape of a",
        ),
        Mutant(
            "batch of db not summed",
            ("        db = db.sum(axis=0)\n", "        pass\n"),
            "one matrix b met the whole batch, so db is the sum over it, and has the shape of b",
        ),
        Mutant(
            "batch averaged in da",
            ("da = da.sum(axis=0)", "da = da.mean(axis=0)"),
            "what comes back from the batch is summed, not averaged",
        ),
        Mutant(
            "batch averaged in db",
            ("db = db.sum(axis=0)", "db = db.mean(axis=0)"),
            "what comes back from the batch is summed, not averaged",
        ),
        Mutant(
            "last of the batch",
            ("db = db.sum(axis=0)", "db = db[-1]"),
            "your db comes from the last matrix of the batch alone: sum over all of them",
        ),
        Mutant(
            "upstream gradient ignored in da",
            ("da = dy @", "da = np.ones_like(dy) @"),
            "da does not depend on dy: multiply each b by the gradient of the output it went into",
        ),
        Mutant(
            "upstream gradient ignored in db",
            ("@ dy\n", "@ np.ones_like(dy)\n"),
            "db does not depend on dy: multiply each a by the gradient of the output it went into",
        ),
        Mutant(
            "db transposed",
            ("db = a.swapaxes(-1, -2) @ dy", "db = dy.swapaxes(-1, -2) @ a"),
            "your db is (N, L), the transpose of what is asked for: it has the shape of b",
        ),
    ),
    equivalents=(
        Equivalent(
            "da = dy @ b.swapaxes(-1, -2)",
            "da = dy @ b.swapaxes(-2, -1)",
            "two axes are exchanged, whichever is named first",
        ),
        Equivalent(
            "db = a.swapaxes(-1, -2) @ dy",
            "db = a.swapaxes(-2, -1) @ dy",
            "two axes are exchanged, whichever is named first",
        ),
    ),
    requires=("unbroadcast",),
)
