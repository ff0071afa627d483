"""Unit 11, lenet5: LeNet-5, whole.

Write the function below, then run:  grade exercises/ --only lenet5
"""

import engine
from engine import nn


def lenet5() -> nn.Module:
    """Build LeNet-5 of 1998 on the engine, with its 60,000 parameters.

    Seven layers, and no two of a kind in a row:

        C1   32x32x1  to 28x28x6     convolution 5x5                                        156 parameters
        S2   28x28x6  to 14x14x6     trainable subsampling by 2                              12
        C3   14x14x6  to 10x10x16    convolution 5x5; each map reads 3, 4 or all 6 maps   1,516
        S4   10x10x16 to 5x5x16      trainable subsampling by 2                              32
        C5   5x5x16   to 1x1x120     convolution 5x5: each unit sees all                 48,120
        F6   120      to 84          fully connected                                     10,164
        output 84     to 10          squared distances to the codes of the digits             0

    After each layer from C1 to F6 comes the squashing f(a) = 1.7159 tanh(2a / 3), after the subsampling layers, too.
    The output has none: unit i says how far the 84 features are from the picture of digit i, so the *smallest* of the
    ten is the answer.

    The engine has all of it: `nn.Conv2d(in_channels, out_channels, 5)`; `nn.Subsampling2d(channels, 2)`, which adds up
    2x2 pixels, times a coefficient and plus a bias of the map; `nn.TableConv2d(table, 5)`, a convolution that reads the
    maps of a table, where `nn.LENET5_C3_TABLE` is that of 1998; `nn.Linear(120, 84)`; `nn.RBF(84, 10)`, whose codes are
    no parameters; and `nn.ScaledTanh()`, the squashing.

    Three traps lie here. C3 with all connections would have 2,416 parameters. S2 and S4 are no max pooling: they have
    parameters. And 120 maps of 1x1 pixel must be unrolled before F6.

    Returns
    -------
    nn.Module
        Maps images (N, 1, 32, 32) to penalties (N, 10). Its parameters come in the order in which data meets
        them; their names do not matter.

    Examples
    --------
    >>> net = lenet5()
    >>> sum(parameter.numel() for parameter in net.parameters())
    60000
    >>> import engine
    >>> net(engine.zeros(5, 1, 32, 32)).shape
    (5, 10)
    """
    raise NotImplementedError
