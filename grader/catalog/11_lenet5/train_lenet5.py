"""Training LeNet-5; judged on digits that nobody has seen."""

import numpy as np

import engine
from engine import nn
from grader.course_networks import LENET5
from grader.exercise import Exercise, Mutant
from grader.training import as_lenet5_reads, classifies, digits_for, has_shapes
from grader.workplace import TRAINING


def train_lenet5(images: np.ndarray, labels: np.ndarray) -> list[np.ndarray]:
    """Train LeNet-5 of 1998, and return its weights.

    The loop is that of `train_convnet`; the network is that of `lenet5`, and the loss is its own:
    `nn.functional.rbf_loss(penalties, labels)` is the mean over the batch of

        y_D + log(exp(-j) + sum_i exp(-y_i))          with j = 0.1

    where y_D is the penalty of the right digit. The first part draws the features to the right digit's picture, the
    second pushes them away from all others.

    In 1998 the weights were changed after every single image, and each had a step size of its own, worked out from
    second derivatives. Batches of 20 and momentum do here: lr=0.001, momentum=0.9. The penalties are sums over 84
    squares, and so are their gradients: a learning rate of 0.1 is far too large.

    What you return is tried on a thousand digits that are drawn only after you have returned. There is a minute on
    one processor, and some ten seconds suffice.

    Parameters
    ----------
    images : ndarray (N, 1, 32, 32)
        float32, -0.1 for paper and 1.175 for ink: so their mean is about 0, and their variance about 1.
    labels : ndarray (N,)
        int64, 0 to 9.

    Returns
    -------
    list of ndarray
        The state of the network of `lenet5`, in its order, the codes of the output at the end:
        `[value.numpy() for value in net.state_dict().values()]`, 13 arrays. Any codes of 1 and -1 will do.

    Examples
    --------
    >>> images, labels = np.zeros((20, 1, 32, 32), np.float32), np.arange(20) % 10
    >>> len(train_lenet5(images, labels))
    13
    """
    raise NotImplementedError


def by_momentum(images: np.ndarray, labels: np.ndarray) -> list[np.ndarray]:
    engine.manual_seed(0)
    net = nn.Sequential(
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
    optimizer = engine.optim.SGD(net.parameters(), lr=0.001, momentum=0.9)
    rng = np.random.default_rng(0)
    for _ in range(5):
        order = rng.permutation(len(images))
        for start in range(0, len(order), 20):
            chosen = order[start : start + 20]
            penalties = net(engine.tensor(images[chosen]))
            loss = nn.functional.rbf_loss(penalties, engine.tensor(labels[chosen]))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return [value.numpy() for value in net.state_dict().values()]


def by_adam(images: np.ndarray, labels: np.ndarray) -> list[np.ndarray]:
    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.c1, self.s2 = nn.Conv2d(1, 6, 5), nn.Subsampling2d(6, 2)
            self.c3, self.s4 = nn.TableConv2d(nn.LENET5_C3_TABLE, 5), nn.Subsampling2d(16, 2)
            self.c5, self.f6, self.output = nn.Conv2d(16, 120, 5), nn.Linear(120, 84), nn.RBF(84, 10)
            self.squash = nn.ScaledTanh()

        def forward(self, x: engine.Tensor) -> engine.Tensor:
            for layer in (self.c1, self.s2, self.c3, self.s4, self.c5):
                x = self.squash(layer(x))
            penalties: engine.Tensor = self.output(self.squash(self.f6(x.flatten(1))))
            return penalties

    engine.manual_seed(0)
    net = Net()
    optimizer = engine.optim.Adam(net.parameters(), lr=0.002)
    for step in range(250):
        chosen = np.arange(step * 40, step * 40 + 40) * 7 % len(images)
        loss = nn.RBFLoss()(net(engine.tensor(images[chosen])), engine.tensor(labels[chosen]))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return [value.numpy() for value in net.state_dict().values()]


EXERCISE = Exercise(
    title="LeNet-5, trained",
    order=8,
    stub=train_lenet5,
    reference=None,
    properties=(
        has_shapes(2, LENET5),
        classifies(2, 0.75, LENET5, as_lenet5_reads, np.argmin),
        classifies(4, 0.90, LENET5, as_lenet5_reads, np.argmin),
    ),
    hints=(
        "Take train_convnet, and put the network of lenet5 in, and nn.functional.rbf_loss for cross_entropy.",
        "engine.optim.SGD(net.parameters(), lr=0.001, momentum=0.9), batches of 20, and five epochs.",
        "return [value.numpy() for value in net.state_dict().values()]: the codes of the output are among them.",
    ),
    alternatives=(by_momentum, by_adam),
    mutants=(
        Mutant(
            "no step",
            ("            optimizer.step()\n", ""),
            "the optimiser takes no step, so the weights stay as they were drawn",
        ),
        Mutant(
            "cross-entropy of penalties",
            ("nn.functional.rbf_loss(penalties,", "nn.functional.cross_entropy(penalties,"),
            "cross_entropy makes the right digit's number the largest, and here the smallest penalty is the answer",
        ),
        Mutant(
            "learning rate too large",
            ("lr=0.001", "lr=1.0"),
            "the learning rate is too large: all units are driven to where the squashing is flat",
        ),
        Mutant(
            "labels out of step",
            ("engine.tensor(labels[chosen])", "engine.tensor(labels[start : start + 20])"),
            "images come in the drawn order and labels in the first one: they do not belong together",
        ),
        Mutant(
            "codes left out",
            ("net.state_dict().values()", "net.parameters()"),
            "the codes of the output are missing: they are in state_dict, and no parameters",
        ),
        Mutant(
            "one batch only",
            ("range(0, len(order), 20)", "range(0, 20, 20)"),
            "each epoch is one batch of 20: go through all images",
        ),
    ),
    requires=("lenet5", "train_convnet"),
    workplace=TRAINING,
    expand=digits_for(as_lenet5_reads),
)
