"""Unit 11, lenet5: the RBF output layer.

Write the function below, then run:  grade exercises/ --only rbf_output
"""

import numpy as np


def rbf_output(x: np.ndarray, w: np.ndarray) -> np.ndarray:
    """Compare each example with the code of each class, by squared distance.

    The last layer of LeNet-5 does not weigh its inputs. Each of the 10 classes has a code of 84 numbers, -1
    and 1: a little picture of the digit, 7 pixels wide and 12 high. The 84 units of layer F6 are to draw
    that picture, and what the output layer gives is how far they are from it:

        y[n, k] = sum over j = 0 … J-1 of (x[n, j] - w[k, j])^2

    Such a unit is called a Euclidean radial basis function, RBF for short: its value depends on nothing but the
    distance from a centre, the code. The layer is called RBF output, though there is no exponential in it,
    and no square root either.

    So y is a penalty: 0 where an example is the code, large where it is far from it. The network's
    answer is the class with the smallest. Codes that are pictures make characters that look alike have
    codes that are alike, so that what is confused can be told apart later by looking at the whole word.

    Parameters
    ----------
    x : ndarray (N, J)
        The features of N examples. float32 or float64.
    w : ndarray (K, J)
        The code of each class; any numbers here, not only -1 and 1.

    Returns
    -------
    ndarray (N, K)
        Floating.

    Examples
    --------
    Two codes. The example is the first of them but for its last number, which is off by 3.

    >>> w = np.array([[1.0, -1.0, 1.0],
    ...               [1.0, 1.0, -1.0]])
    >>> rbf_output(np.array([[1.0, -1.0, 4.0]]), w)
    array([[ 9., 29.]])

    From the second code it is 0, -2 and 5 away: 0 + 4 + 25 = 29.
    """
    raise NotImplementedError
