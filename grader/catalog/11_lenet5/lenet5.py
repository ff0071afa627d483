"""LeNet-5 as it was in 1998, built on the engine: 60,000 parameters."""

import engine
from engine import nn
from grader.course_networks import LENET5
from grader.exercise import Exercise, Mutant
from grader.networks import NO_PREPARATION, answers, has_parameters, learns
from grader.workplace import MODEL


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


def by_a_sequence() -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(1, 6, 5),
        nn.ScaledTanh(),
        nn.Subsampling2d(6, 2),
        nn.ScaledTanh(),
        nn.TableConv2d(nn.LENET5_C3_TABLE, 5),
        nn.ScaledTanh(),
        nn.Subsampling2d(16, 2),
        nn.ScaledTanh(),
        nn.Conv2d(16, 120, 5),
        nn.ScaledTanh(),
        nn.Flatten(),
        nn.Linear(120, 84),
        nn.ScaledTanh(),
        nn.RBF(84, 10),
    )


def by_a_class() -> nn.Module:
    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.c1, self.s2 = nn.Conv2d(1, 6, 5), nn.Subsampling2d(6, 2)
            self.c3, self.s4 = nn.TableConv2d(nn.LENET5_C3_TABLE, 5), nn.Subsampling2d(16, 2)
            self.c5, self.f6 = nn.Conv2d(16, 120, 5), nn.Linear(120, 84)
            self.output = nn.RBF(84, 10)

        def forward(self, x: engine.Tensor) -> engine.Tensor:
            for layer in (self.c1, self.s2, self.c3, self.s4, self.c5):
                x = 1.7159 * (layer(x) * (2 / 3)).tanh()
            features = 1.7159 * (self.f6(x.reshape(x.shape[0], 120)) * (2 / 3)).tanh()
            penalties: engine.Tensor = self.output(features)
            return penalties

    return Net()


EXERCISE = Exercise(
    title="LeNet-5, whole",
    order=7,
    stub=lenet5,
    reference=LENET5.reference,
    outputs=("parameters", "out"),
    properties=(
        has_parameters(4, LENET5),
        answers("give the right penalties", 4, LENET5),
        learns(1, LENET5),
    ),
    hints=(
        "Seven layers in the order of the table, each but the last followed by nn.ScaledTanh(): nn.Sequential takes "
        "them all.",
        "C1 is nn.Conv2d(1, 6, 5), S2 nn.Subsampling2d(6, 2), C3 nn.TableConv2d(nn.LENET5_C3_TABLE, 5).",
        "S4 is nn.Subsampling2d(16, 2), C5 nn.Conv2d(16, 120, 5); then nn.Flatten(), F6 nn.Linear(120, 84), and at "
        "the end nn.RBF(84, 10) without a squashing.",
    ),
    alternatives=(by_a_sequence, by_a_class),
    mutants=(
        Mutant(
            "C3 reads all maps",
            ("nn.TableConv2d(nn.LENET5_C3_TABLE, 5)", "nn.Conv2d(6, 16, 5)"),
            "each map of your C3 reads all six maps of S2; by the table of 1998 only the last one does",
        ),
        Mutant(
            "average pooling",
            ("        nn.Subsampling2d(6, 2),\n", "        nn.AvgPool2d(2),\n"),
            "S2 has a coefficient and a bias for each map, 12 parameters, and average pooling has none",
        ),
        Mutant(
            "subsampling not squashed",
            ("        nn.Subsampling2d(6, 2),\n        nn.ScaledTanh(),\n", "        nn.Subsampling2d(6, 2),\n"),
            "there is no squashing after S2: each layer up to F6 has one",
        ),
        Mutant(
            "neither subsampling squashed",
            (
                "        nn.Subsampling2d(6, 2),\n        nn.ScaledTanh(),\n"
                "        nn.TableConv2d(nn.LENET5_C3_TABLE, 5),\n        nn.ScaledTanh(),\n"
                "        nn.Subsampling2d(16, 2),\n        nn.ScaledTanh(),\n",
                "        nn.Subsampling2d(6, 2),\n        nn.TableConv2d(nn.LENET5_C3_TABLE, 5),\n"
                "        nn.ScaledTanh(),\n        nn.Subsampling2d(16, 2),\n",
            ),
            "there is no squashing after S2 and S4: each layer up to F6 has one",
        ),
        Mutant(
            "plain tanh",
            (
                "        nn.Linear(120, 84),\n        nn.ScaledTanh(),\n",
                "        nn.Linear(120, 84),\n        nn.Tanh(),\n",
            ),
            "F6 is squashed by a plain tanh: here it is 1.7159 tanh(2a / 3)",
        ),
        Mutant(
            "linear output",
            ("nn.RBF(84, 10)", "nn.Linear(84, 10)"),
            "your output layer is a linear one with 850 parameters: LeNet-5 compares with fixed codes, nn.RBF",
        ),
        Mutant(
            "output negated",
            (
                "        nn.RBF(84, 10),\n    )",
                "        nn.RBF(84, 10),\n        Negative(),\n    )\n\n\n"
                "class Negative(nn.Module):\n    def forward(self, x):\n        return -x",
            ),
            "your outputs are the negative distances: here the smallest penalty is the answer",
        ),
        Mutant(
            "F6 squashed twice",
            ("        nn.RBF(84, 10),\n", "        nn.ScaledTanh(),\n        nn.RBF(84, 10),\n"),
            "F6 is squashed twice",
        ),
    ),
    requires=("convnet",),
    equivalents=(NO_PREPARATION,),
    workplace=MODEL,
    expand=LENET5.expand,
)
