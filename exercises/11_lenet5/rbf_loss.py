"""Unit 11, lenet5: the loss of LeNet-5 and its gradient.

Write the function below, then run:  grade exercises/ --only rbf_loss
"""

import numpy as np


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
