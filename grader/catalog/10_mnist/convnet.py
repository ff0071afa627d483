"""The lecture's ConvNet listing, built on the engine."""

import engine
from engine import nn
from grader.course_networks import CONVNET
from grader.exercise import Exercise, Mutant
from grader.networks import NO_PREPARATION, answers, has_parameters, learns
from grader.workplace import MODEL


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


def by_a_sequence() -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(1, 16, 5, padding=2),
        nn.BatchNorm2d(16),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(16, 32, 5, padding=2),
        nn.BatchNorm2d(32),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(7 * 7 * 32, 10),
    )


def by_a_class() -> nn.Module:
    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv1, self.norm1 = nn.Conv2d(1, 16, 5, padding="same"), nn.BatchNorm2d(16)
            self.conv2, self.norm2 = nn.Conv2d(16, 32, 5, padding="same"), nn.BatchNorm2d(32)
            self.out = nn.Linear(1568, 10)

        def forward(self, x: engine.Tensor) -> engine.Tensor:
            for conv, norm in ((self.conv1, self.norm1), (self.conv2, self.norm2)):
                x = nn.functional.max_pool2d(norm(conv(x)).relu(), 2)
            logits: engine.Tensor = self.out(x.reshape(x.shape[0], 1568))
            return logits

    return Net()


def by_blocks() -> nn.Module:
    def block(inputs: int, outputs: int) -> list[nn.Module]:
        # The larger of two maxima: ReLU and pooling may change places.
        return [nn.Conv2d(inputs, outputs, 5, 1, 2), nn.BatchNorm2d(outputs), nn.MaxPool2d(2, 2), nn.ReLU()]

    return nn.Sequential(*block(1, 16), *block(16, 32), nn.Flatten(1), nn.Linear(32 * 49, 10))


EXERCISE = Exercise(
    title="two convolutions to 7x7x32",
    order=6,
    stub=convnet,
    reference=CONVNET.reference,
    outputs=("parameters", "out"),
    properties=(
        has_parameters(3, CONVNET),
        answers("give the right logits when it answers", 3, CONVNET),
        answers("give the right logits when it trains", 2, CONVNET, training=True),
        learns(1, CONVNET),
    ),
    hints=(
        "Write down the shapes of the maps after each layer; each layer's settings follow from the shapes "
        "before and after it.",
        "A block is nn.Conv2d(1, 16, 5, padding=2), nn.BatchNorm2d(16), nn.ReLU(), nn.MaxPool2d(2). The second "
        "goes from 16 to 32 channels.",
        "return nn.Sequential(…): both blocks, then nn.Flatten() and nn.Linear(7 * 7 * 32, 10).",
    ),
    alternatives=(by_a_sequence, by_a_class, by_blocks),
    mutants=(
        Mutant(
            "normalised after ReLU",
            (
                "        nn.BatchNorm2d(16),\n        nn.ReLU(),\n",
                "        nn.ReLU(),\n        nn.BatchNorm2d(16),\n",
            ),
            "in the first block you normalise after the ReLU: here the normalisation stands before it",
        ),
        Mutant(
            "normalised after ReLU in both blocks",
            (
                "        nn.BatchNorm2d(16),\n        nn.ReLU(),\n        nn.MaxPool2d(2),\n"
                "        nn.Conv2d(16, 32, 5, padding=2),\n        nn.BatchNorm2d(32),\n        nn.ReLU(),\n",
                "        nn.ReLU(),\n        nn.BatchNorm2d(16),\n        nn.MaxPool2d(2),\n"
                "        nn.Conv2d(16, 32, 5, padding=2),\n        nn.ReLU(),\n        nn.BatchNorm2d(32),\n",
            ),
            "your blocks normalise after ReLU: batch normalisation comes right after the convolution",
        ),
        Mutant(
            "ReLU forgotten",
            ("        nn.BatchNorm2d(32),\n        nn.ReLU(),\n", "        nn.BatchNorm2d(32),\n"),
            "there is no ReLU in the second block",
        ),
        Mutant(
            "average instead of maximum",
            (
                "        nn.MaxPool2d(2),\n        nn.Conv2d(16, 32",
                "        nn.AvgPool2d(2),\n        nn.Conv2d(16, 32",
            ),
            "the first pooling takes averages: maxima are asked for",
        ),
        Mutant(
            "no batch norm",
            ("        nn.BatchNorm2d(32),\n", ""),
            "the second block has no batch normalisation: its 32 weights and 32 biases are missing",
        ),
        Mutant(
            "filters of 3x3",
            ("nn.Conv2d(1, 16, 5, padding=2)", "nn.Conv2d(1, 16, 3, padding=1)"),
            "the first layer's filters are 3x3; here they are 5x5",
        ),
        Mutant(
            "softmax at the end",
            (
                "        nn.Linear(7 * 7 * 32, 10),\n",
                "        nn.Linear(7 * 7 * 32, 10),\n        nn.Softmax(dim=1),\n",
            ),
            "there is a softmax at the end: cross_entropy has it already, so return the logits",
        ),
        Mutant(
            "ReLU after the last layer",
            (
                "        nn.Linear(7 * 7 * 32, 10),\n    )",
                "        nn.Linear(7 * 7 * 32, 10),\n        nn.ReLU(),\n    )",
            ),
            "the logits go through a ReLU: they may be negative, so leave the last layer without",
        ),
        Mutant(
            "no padding",
            (
                "        nn.Conv2d(16, 32, 5, padding=2),\n        nn.BatchNorm2d(32),\n        nn.ReLU(),\n"
                "        nn.MaxPool2d(2),\n        nn.Flatten(),\n        nn.Linear(7 * 7 * 32, 10),\n",
                "        nn.Conv2d(16, 32, 5),\n        nn.BatchNorm2d(32),\n        nn.ReLU(),\n"
                "        nn.MaxPool2d(2),\n        nn.Flatten(),\n        nn.Linear(5 * 5 * 32, 10),\n",
            ),
            "without padding the second convolution gives 10x10 and the pooling 5x5: padding 2 keeps 14x14, and 7x7 "
            "comes out",
        ),
    ),
    requires=("mlp",),
    equivalents=(NO_PREPARATION,),
    workplace=MODEL,
    expand=CONVNET.expand,
)
