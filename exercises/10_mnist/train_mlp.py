"""Unit 10, mnist: 784-800-10, trained.

Write the function below, then run:  grade exercises/ --only train_mlp
"""

import numpy as np

import engine
from engine import nn


def train_mlp(images: np.ndarray, labels: np.ndarray) -> list[np.ndarray]:
    """Train the multilayer perceptron 784-800-10, and return its weights.

    Now the parts come together: the network of `mlp`, batches as in `batches`, the loop of `train_softmax`. With the
    engine a step is four lines:

        optimizer.zero_grad()                                             forget the gradients of the last step
        loss = nn.functional.cross_entropy(net(x), y)                     forwards: x (B, 1, 28, 28), y (B,)
        loss.backward()                                                   backwards
        optimizer.step()                                                  and the update

    with `optimizer = engine.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)`, say, or `engine.optim.Adam`.
    `engine.tensor(array)` makes a tensor of an array. Go through all images several times (epochs), each time in
    another order (`np.random.default_rng(0).permutation(len(images))`), some 50 at a time.

    You are given drawn digits. What you return is tried on a thousand others, which are drawn only after you have
    returned: so there is nothing to be learnt by heart. There is a minute on one processor, and a few seconds
    suffice.

    `engine.manual_seed(0)` at the beginning makes the first weights, and all else, the same each time.

    If the loss becomes NaN, the learning rate is too large. If it stays at 2.3, which is log(10), the network says the
    same of all digits: is there a step, and do images and labels belong together?

    Parameters
    ----------
    images : ndarray (N, 1, 28, 28)
        float32, 0 for paper and 1 for ink.
    labels : ndarray (N,)
        int64, 0 to 9.

    Returns
    -------
    list of ndarray
        W1 (800, 784), b1 (800,), W2 (10, 800), b2 (10,), as in `mlp`:
        `[value.numpy() for value in net.state_dict().values()]`.

    Examples
    --------
    >>> images, labels = np.zeros((20, 1, 28, 28), np.float32), np.arange(20) % 10
    >>> [array.shape for array in train_mlp(images, labels)]
    [(800, 784), (800,), (10, 800), (10,)]
    """
    raise NotImplementedError
