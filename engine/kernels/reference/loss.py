"""The negative log-likelihood. Cross-entropy stands with the softmax, whose rows it needs."""

from engine.arrays import Array


def nll_loss(loss: Array, x: Array, target: Array, weight: Array) -> None:
    """loss[n] = -weight[target[n]] * x[n, target[n]], or 0 if target[n] is negative.

    Parameters
    ----------
    loss : ndarray (N,)
    x : ndarray (N, K)
        Log-probabilities.
    target : ndarray (N,), int64
        Each below K; negative for examples that do not count.
    weight : ndarray (K,)
    """
    for n in range(x.shape[0]):
        k = target[n]
        loss[n] = -float(weight[k]) * float(x[n, k]) if k >= 0 else 0.0


def nll_loss_backward(dx: Array, dy: Array, target: Array, weight: Array) -> None:
    """dx[n, k] = -weight[k] * dy[n] where k is the target, else 0.

    Parameters
    ----------
    dx : ndarray (N, K)
    dy : ndarray (N,)
    target : ndarray (N,), int64
    weight : ndarray (K,)
    """
    batch, classes = dx.shape
    for n in range(batch):
        for k in range(classes):
            dx[n, k] = -float(weight[k]) * float(dy[n]) if k == target[n] else 0.0
