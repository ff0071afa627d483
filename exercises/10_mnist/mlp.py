"""Unit 10, mnist: the network 784-800-10.

Write the function below, then run:  grade exercises/ --only mlp
"""

import engine
from engine import nn


def mlp() -> nn.Module:
    """Build the multilayer perceptron 784-800-10 on the engine.

    An image of 28 by 28 pixels is unrolled to 784 numbers, 800 hidden units look at all of them, and ten outputs look
    at the 800:

        hidden = relu(W1 x + b1)          W1 (800, 784), b1 (800,)
        logits = W2 hidden + b2           W2 (10, 800),  b2 (10,)

    From here on nothing has to be written twice: the engine has layers (`engine.nn`, with PyTorch's names),
    and its autograd finds the gradients. `nn.Linear(784, 800)` holds W1 and b1 and computes W1 x + b1.
    Layers are put together by `nn.Sequential(first, second, …)`, or in a class of your own:

        class Net(nn.Module):
            def __init__(self):
                super().__init__()
                self.first = nn.Linear(784, 800)      # found by its place here: parameters, state_dict …

            def forward(self, x):                     # called by net(x)
                return …

    The outputs are logits: no softmax at the end, it is part of the loss (`nn.functional.cross_entropy`).
    How many parameters that makes, you can work out: 784 * 800 + 800 + 800 * 10 + 10 = 636010.

    Two traps lie here. Images come as (N, 1, 28, 28), so they must be unrolled first, and the axis N must stay. And
    a layer that is made in `forward` is a new one at each call, with new weights, and learns nothing.

    Returns
    -------
    nn.Module
        Maps images (N, 1, 28, 28) to logits (N, 10). Its parameters are W1, b1, W2, b2, in this order; their
        names do not matter.

    Examples
    --------
    >>> net = mlp()
    >>> sum(parameter.numel() for parameter in net.parameters())
    636010
    >>> import engine
    >>> net(engine.zeros(5, 1, 28, 28)).shape
    (5, 10)
    """
    raise NotImplementedError
