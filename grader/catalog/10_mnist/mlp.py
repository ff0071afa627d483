"""The multilayer perceptron 784-800-10, built on the engine."""

import engine
from engine import nn
from grader.course_networks import MLP
from grader.exercise import Exercise, Mutant
from grader.networks import NO_PREPARATION, answers, has_parameters, learns
from grader.workplace import MODEL


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


def by_a_sequence() -> nn.Module:
    return nn.Sequential(
        nn.Flatten(),
        nn.Linear(784, 800),
        nn.ReLU(),
        nn.Linear(800, 10),
    )


def by_a_class() -> nn.Module:
    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.hidden = nn.Linear(28 * 28, 800)
            self.logits = nn.Linear(800, 10)

        def forward(self, x: engine.Tensor) -> engine.Tensor:
            hidden = nn.functional.relu(self.hidden(x.reshape(x.shape[0], 28 * 28)))
            logits: engine.Tensor = self.logits(hidden)
            return logits

    return Net()


EXERCISE = Exercise(
    title="the network 784-800-10",
    order=4,
    stub=mlp,
    reference=MLP.reference,
    outputs=("parameters", "out"),
    properties=(
        has_parameters(2, MLP),
        answers("give the right logits", 3, MLP),
        learns(1, MLP),
    ),
    hints=(
        "Four layers in a row: one that unrolls, nn.Flatten(); a linear one; nn.ReLU(); and a second linear one.",
        "nn.Linear(inputs, outputs): the first goes from 784 to 800, the second from 800 to 10.",
        "return nn.Sequential(nn.Flatten(), nn.Linear(784, 800), nn.ReLU(), nn.Linear(800, 10))",
    ),
    alternatives=(by_a_sequence, by_a_class),
    mutants=(
        Mutant(
            "no activation",
            ("        nn.ReLU(),\n", ""),
            "there is no activation between the two layers: without one they are together no more than a single "
            "linear layer",
        ),
        Mutant(
            "softmax at the end",
            ("        nn.Linear(800, 10),\n", "        nn.Linear(800, 10),\n        nn.Softmax(dim=1),\n"),
            "there is a softmax at the end: cross_entropy has it already, so return the logits",
        ),
        Mutant(
            "activation at the end",
            ("        nn.Linear(800, 10),\n", "        nn.Linear(800, 10),\n        nn.ReLU(),\n"),
            "the logits go through a ReLU: they may be negative, so leave the last layer without",
        ),
        Mutant(
            "sigmoid for ReLU",
            ("nn.ReLU()", "nn.Sigmoid()"),
            "your hidden units have a sigmoid; here they have a ReLU",
        ),
        Mutant(
            "80 hidden units",
            (
                "        nn.Linear(784, 800),\n        nn.ReLU(),\n        nn.Linear(800, 10),\n",
                "        nn.Linear(784, 80),\n        nn.ReLU(),\n        nn.Linear(80, 10),\n",
            ),
            "there are 80 hidden units where 800 are asked for",
        ),
        Mutant(
            "no biases",
            ("nn.Linear(784, 800)", "nn.Linear(784, 800, bias=False)"),
            "the first layer has no biases: each of its 800 units has one",
        ),
    ),
    requires=("mlp_forward",),
    equivalents=(NO_PREPARATION,),
    workplace=MODEL,
    expand=MLP.expand,
)
