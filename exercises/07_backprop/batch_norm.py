"""Unit 7, backprop: batch normalisation in training.

Write the function below, then run:  grade exercises/ --only batch_norm
"""

import numpy as np


def batch_norm(
    x: np.ndarray,
    weight: np.ndarray,
    bias: np.ndarray,
    running_mean: np.ndarray,
    running_var: np.ndarray,
    momentum: float,
    eps: float,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Bring each channel of a batch to mean 0 and variance 1, then scale and shift it; keep running statistics.

    While a network learns, the numbers that reach a layer keep changing their size, and the layer must
    follow. Batch normalisation takes that away: each channel is measured over the whole batch, all images and
    all pixels, and brought to mean 0 and variance 1. What scale and shift are good for the next layer is then
    learned, by a weight and a bias for each channel. For channel c, with M = N * H * W numbers:

        mean[c]        = sum of x[:, c] / M
        var[c]         = sum of (x[:, c] - mean[c]) ** 2 / M
        xhat[n,c,i,j]  = (x[n,c,i,j] - mean[c]) / sqrt(var[c] + eps)
        y[n,c,i,j]     = weight[c] * xhat[n,c,i,j] + bias[c]

    eps is small, and stands inside the root: a channel of equal numbers is then not divided by 0.

    When the trained network is used, there may be a single image, and nothing to average over. So during training
    one remembers what means and variances are usual. Each batch moves the memory by the share momentum:

        running_mean[c] becomes (1 - momentum) * running_mean[c] + momentum * mean[c]
        running_var[c]  becomes (1 - momentum) * running_var[c]  + momentum * var[c] * M / (M - 1)

    The factor M / (M - 1) is there because the variance of a sample, divided by M, is on average too small. It
    belongs into the memory only: y is computed with var[c] as above. PyTorch does the same.

    Here the running statistics are returned as new arrays, and the arguments are left as they are.

    Parameters
    ----------
    x : ndarray (N, C, H, W)
        float32 or float64, with at least 2 numbers in a channel.
    weight, bias : ndarray (C,)
    running_mean, running_var : ndarray (C,)
        As they were before this batch.
    momentum : float
        From 0 to 1.
    eps : float

    Returns
    -------
    y : ndarray (N, C, H, W)
    running_mean, running_var : ndarray (C,)
        As they are after this batch. All floating.

    Examples
    --------
    One channel of four numbers with mean 3 and variance (4 + 0 + 4 + 0) / 4 = 2. With eps = 2 the root is
    that of 4, so that the numbers are easy.

    >>> x = np.array([[[[1.0, 3.0], [5.0, 3.0]]]])
    >>> one, zero = np.ones(1), np.zeros(1)
    >>> y, mean, var = batch_norm(x, 10 * one, one, zero, one, momentum=0.5, eps=2.0)
    >>> y  # xhat is -1, 0, 1, 0
    array([[[[-9.,  1.],
             [11.,  1.]]]])
    >>> mean  # 0.5 * 0 + 0.5 * 3
    array([1.5])
    >>> round(float(var[0]), 4)  # 0.5 * 1 + 0.5 * 2 * 4 / 3
    1.8333
    """
    raise NotImplementedError
