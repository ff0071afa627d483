"""The stochastic diagonal Levenberg-Marquardt method that LeNet-5 was trained with."""

from collections.abc import Callable, Iterable
from typing import TypeAlias

import numpy as np

from engine.arrays import Array
from engine.autograd import enable_grad
from engine.backward import grad
from engine.errors import ParameterError, ShapeError
from engine.optim.optimizer import Group, Optimizer, Parameters, State, at_least, decayed
from engine.random import default_generator
from engine.tensor import Tensor

# Told the model's outputs for one example (K,), returns R (K, any) with R R^T = the loss's Hessian in them.
LossRoot: TypeAlias = Callable[[Array], Array]


def squared_error_root(output: Array) -> Array:
    """Return the square root of the Hessian of half the squared error, sum (y - t)^2 / 2: the identity.

    Examples
    --------
    >>> squared_error_root(np.zeros(2)).tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """
    return np.eye(len(output))


def cross_entropy_root(output: Array) -> Array:
    """Return a square root of the Hessian of softmax cross-entropy, diag(p) - p p^T with p = softmax(output).

    It is diag(q) - p q^T with q = sqrt(p), and does not depend on the target.

    Examples
    --------
    >>> root = cross_entropy_root(np.zeros(2))
    >>> (root @ root.T).round(12).tolist()
    [[0.25, -0.25], [-0.25, 0.25]]
    """
    exponentials = np.exp(output.astype(np.float64) - output.max())
    p = exponentials / exponentials.sum()
    q = np.sqrt(p)
    root: Array = np.diag(q) - np.outer(p, q)
    return root


def rbf_loss_root(features: Array, codes: Array, j: float = 0.1) -> Array:
    """Return a square root of the Hessian of LeNet-5's loss in the features x that are compared with the codes.

    Parameters
    ----------
    features : ndarray (D,)
        x, what the RBF layer is told of one example.
    codes : ndarray (K, D)
        w, its weight.
    j : float
        As :func:`engine.nn.functional.rbf_loss` takes it.

    Returns
    -------
    ndarray (D, D + K + 1)

    Notes
    -----
    The loss is y_D + log(exp(-j) + sum exp(-y)) with y_i = |x - w_i|^2. With p the softmax of -y and -j, its
    Hessian is 2 p_j I + 4 (x - w)^T (diag(p) - p p^T) (x - w), for every target, and nowhere negative.

    The root is taken in x and not in y: while a network knows nothing, all penalties are far above j and the
    loss is nearly y_D, straight in y. Its curvature is that of the distance, which a root in y would not see.

    Examples
    --------
    Nothing fits, so the loss is nearly the squared distance to the right code:

    >>> root = rbf_loss_root(np.zeros(2), np.array([[4.0, 4.0], [4.0, -4.0]]))
    >>> (root @ root.T).round(6).tolist()
    [[2.0, 0.0], [0.0, 2.0]]
    """
    differences = features.astype(np.float64) - codes
    penalties = np.append((differences**2).sum(axis=1), j)
    softmax_root = cross_entropy_root(-penalties)
    exponentials = np.exp(penalties.min() - penalties)
    rubbish = exponentials[-1] / exponentials.sum()
    root: Array = np.hstack([np.sqrt(2 * rubbish) * np.eye(len(features)), 2 * differences.T @ softmax_root[:-1]])
    return root


class DiagonalLevenbergMarquardt(Optimizer):
    """Gradient descent with a step length for each weight: w -= lr / (mu + h) * grad.

    h is the weight's curvature, the diagonal element of the Gauss-Newton matrix, averaged over some
    examples. :meth:`estimate_curvature` computes it; call it before each pass over the training set.

    Parameters
    ----------
    params : iterable of Tensor, or of dict
        What to learn; see :class:`engine.optim.Optimizer`.
    lr : float
        The global learning rate, >= 0. LeNet-5's fell from 0.0005 to 0.00001.
    mu : float
        Keeps steps bounded where the curvature is small, > 0.
    weight_decay : float
        Factor of the parameter itself that is added to its gradient, >= 0. What the loss hardly depends on takes the
        longest steps, and so shrinks the most.
    maximize : bool
        Climb instead.

    Raises
    ------
    ParameterError
        If there is no parameter, or a setting is out of range.

    Notes
    -----
    With J the Jacobian of the outputs y of one example and H the Hessian of its loss in y, the
    Gauss-Newton matrix is G = J^T H J: the Hessian of the loss without the term that has second
    derivatives of the network. For a root R of H, H = R R^T, its diagonal is::

        G_kk = sum over r of ((R^T J)_rk)^2 = mean over signs s of ((J^T R s)_k)^2

    where s has independent elements of +1 or -1. Each term is the square of an ordinary gradient:
    backward, with a column of R (or R s) as upstream gradient. The sum is exact and takes a backward pass
    for each column; the mean is estimated from a single s for each example, without bias.

    LeCun et al. find G_kk by a second kind of backward pass, which gives up the off-diagonal elements at
    every layer and, for a weight that is used in many places, adds the curvatures of its uses as if they
    did not interact. Here nothing is given up, so h of shared weights differs, and with it the best lr.

    References
    ----------
    LeCun, Bottou, Orr, Mueller, "Efficient BackProp", 1998, sections 7 to 9.
    LeCun, Bottou, Bengio, Haffner, "Gradient-based learning applied to document recognition", 1998,
    appendix C.
    Martens, Sutskever, Swersky, "Estimating the Hessian by back-propagating curvature", 2012, for the
    estimate by random signs.

    Examples
    --------
    Half the squared error of y = 2 a + b has curvature 4 in a weight on the input 2, and 1 in the bias.

    >>> import engine
    >>> net = engine.nn.Linear(1, 1)
    >>> optimizer = DiagonalLevenbergMarquardt(net.parameters(), lr=0.1, mu=0.02)
    >>> optimizer.estimate_curvature(net, [engine.tensor([[2.0]])], squared_error_root)
    >>> [kept["curvature"].item() for kept in optimizer.state.values()]
    [4.0, 1.0]
    """

    def __init__(
        self, params: Parameters, lr: float = 5e-4, mu: float = 0.02, weight_decay: float = 0, *, maximize: bool = False
    ) -> None:
        super().__init__(params, {"lr": lr, "mu": mu, "weight_decay": weight_decay, "maximize": maximize})

    def check(self, group: Group) -> None:
        """Raise ParameterError unless the settings of a group can work."""
        at_least("DiagonalLevenbergMarquardt", group, "lr", "weight_decay")
        if not group["mu"] > 0:
            raise ParameterError("DiagonalLevenbergMarquardt", "mu > 0", repr(group["mu"]))

    def update(self, parameter: Array, gradient: Array, state: State, group: Group) -> None:
        """Move one parameter, in place."""
        if "curvature" not in state:
            fix = "call estimate_curvature before each pass over the training set"
            raise ParameterError("DiagonalLevenbergMarquardt.step", "an estimate of the curvature", "none", fix)
        gradient = decayed(gradient, parameter, group["weight_decay"])
        parameter -= group["lr"] / (group["mu"] + state["curvature"]) * gradient

    def estimate_curvature(
        self,
        model: Callable[[Tensor], Tensor],
        inputs: Iterable[Tensor],
        root: LossRoot = cross_entropy_root,
        exact: bool = False,
    ) -> None:
        """Replace h of every parameter by its mean over some examples; gradients are left as they are.

        Parameters
        ----------
        model : Module or callable
            Maps inputs (N, …) to outputs (N, …); called with one example at a time.
        inputs : iterable of Tensor (N, …)
            The examples, in batches of any size. LeNet-5 took 500 before each pass.
        root : callable
            Told the outputs of one example (K,), returns a square root (K, any) of the Hessian of its
            loss: :func:`cross_entropy_root`, :func:`squared_error_root`, or one of your own.
        exact : bool
            Sum over all columns of the root instead of drawing one combination for each example.

        Raises
        ------
        ShapeError
            If there is no example, or the root does not fit the outputs.
        """
        learnt = [(number, parameter) for number, _, parameter in self._numbered() if parameter.requires_grad]
        parameters = [parameter for _, parameter in learnt]
        sums = [np.zeros(parameter.shape) for parameter in parameters]
        examples = 0
        for batch in inputs:
            for i in range(len(batch)):
                with enable_grad():
                    output = model(Tensor(batch.array[i : i + 1]))
                columns = _columns(root(output.array.reshape(-1)), output, exact)
                for r, column in enumerate(columns):
                    last = r == len(columns) - 1
                    gradients = grad(output, parameters, column, retain_graph=not last, allow_unused=True)
                    for total, gradient in zip(sums, gradients, strict=True):
                        if gradient is not None:
                            total += np.square(gradient.array, dtype=np.float64)
                examples += 1
        if examples == 0:
            raise ShapeError("estimate_curvature", "at least one example", "none")
        for (number, parameter), total in zip(learnt, sums, strict=True):
            kept = self.state.setdefault(number, {})
            kept["curvature"] = (total / examples).astype(parameter.dtype)


def _columns(root: Array, output: Tensor, exact: bool) -> list[Tensor]:
    """Return the upstream gradients of one example: all columns of the root, or one sum of them with random signs."""
    if root.ndim != 2 or len(root) != output.numel():
        raise ShapeError("estimate_curvature", f"root ({output.numel()}, any)", f"shape {root.shape}")
    if not exact:
        root = root @ default_generator().choice([-1.0, 1.0], (root.shape[1], 1))
    return [Tensor(column.reshape(output.shape).astype(output.dtype)) for column in root.T]
