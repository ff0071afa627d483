"""Unit 10, mnist: two convolutions to 7x7x32.

Write the function below, then run:  grade exercises/ --only convnet
"""

import engine
from engine import nn


def convnet() -> nn.Module:
    """Build a network of two convolutions, to maps of 7x7x32, on the engine.

    Twice the same block: a convolution, batch normalisation, ReLU, and pooling, which halves the maps. Then one fully
    connected layer:

        28x28x1    convolution 5x5, padding 2     28x28x16    batch norm, ReLU
        28x28x16   max pooling 2x2                14x14x16
        14x14x16   convolution 5x5, padding 2     14x14x32    batch norm, ReLU
        14x14x32   max pooling 2x2                7x7x32
        7x7x32     unrolled, fully connected      10

    What the parameters are, you can work out: a filter has 5 * 5 * (channels in) weights and a bias; a batch
    normalisation has a weight and a bias for each channel; the last layer 7 * 7 * 32 * 10 weights and 10 biases.
    That is 29,034 in all, a twentieth of what the perceptron 784-800-10 has.

    The layers are `nn.Conv2d(in_channels, out_channels, kernel_size, padding=…)`, `nn.BatchNorm2d(channels)`,
    `nn.ReLU()`, `nn.MaxPool2d(size)`, `nn.Flatten()` and `nn.Linear(inputs, outputs)`.

    Three traps lie here. Without padding 2 the maps would shrink by 4 at each convolution, and 7x7x32 would not come
    out. The normalisation stands between the convolution and the ReLU. And `nn.Flatten()` must keep the axis N.

    Returns
    -------
    nn.Module
        Maps images (N, 1, 28, 28) to logits (N, 10). Its parameters come in the order in which data meets them;
        their names do not matter.

    Examples
    --------
    >>> net = convnet()
    >>> sum(parameter.numel() for parameter in net.parameters())
    29034
    >>> import engine
    >>> net(engine.zeros(5, 1, 28, 28)).shape
    (5, 10)
    """
    raise NotImplementedError
