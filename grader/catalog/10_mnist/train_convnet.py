"""Training the network of two convolutions; judged on digits that nobody has seen."""

import numpy as np

import engine
from engine import nn
from grader.course_networks import CONVNET
from grader.exercise import Exercise, Mutant
from grader.plain_layers import batch_norm, conv2d, relu
from grader.show import Call, Picture, below, beside, digit, enlarged, grey, labelled, page, signed
from grader.show.trained import shares_when_shifted, shift_chart, trained_state
from grader.training import classifies, digits_for, from_zero_to_one, has_shapes
from grader.workplace import TRAINING


def train_convnet(images: np.ndarray, labels: np.ndarray) -> list[np.ndarray]:
    """Train the network of two convolutions, and return its weights.

    The loop is that of `train_mlp`; only the network is another, that of `convnet`. It has 29,034 parameters
    where the perceptron had 636,010, and is asked for more right answers: 94 of 100, where 88 were enough.
    That is what the lecture means by sharing weights: what a stroke looks like is learnt once, and not anew for
    each place.

    A batch normalisation behaves in two ways. While the network trains, it uses the mean and the variance of the
    batch, and keeps a running average of them; when it answers, it uses that average. `net.train()` and
    `net.eval()` switch; a new network trains. The running averages are part of what you return. They come near
    the truth only after some dozens of batches: three epochs with batches of 50 are enough, one batch of all
    images is not. And the steps must be shorter: the perceptron's rate, 0.1, is too large here. Adam with 0.002
    does well, or SGD with 0.01 and momentum 0.9.

    What you return is tried on a thousand digits that are drawn only after you have returned. There is a minute on
    one processor, and some ten seconds suffice.

    Parameters
    ----------
    images : ndarray (N, 1, 28, 28)
        float32, 0 for paper and 1 for ink.
    labels : ndarray (N,)
        int64, 0 to 9.

    Returns
    -------
    list of ndarray
        The state of the network of `convnet`, in its order: `[value.numpy() for value in
        net.state_dict().values()]`, 16 arrays.

    Examples
    --------
    >>> images, labels = np.zeros((20, 1, 28, 28), np.float32), np.arange(20) % 10
    >>> len(train_convnet(images, labels))
    16
    """
    raise NotImplementedError


def by_adam(images: np.ndarray, labels: np.ndarray) -> list[np.ndarray]:
    engine.manual_seed(0)
    net = nn.Sequential(
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
    optimizer = engine.optim.Adam(net.parameters(), lr=0.002)
    rng = np.random.default_rng(0)
    for _ in range(3):
        order = rng.permutation(len(images))
        for start in range(0, len(order), 50):
            chosen = order[start : start + 50]
            logits = net(engine.tensor(images[chosen]))
            loss = nn.functional.cross_entropy(logits, engine.tensor(labels[chosen]))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return [value.numpy() for value in net.state_dict().values()]


def by_momentum(images: np.ndarray, labels: np.ndarray) -> list[np.ndarray]:
    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv1, self.norm1 = nn.Conv2d(1, 16, 5, 1, 2), nn.BatchNorm2d(16)
            self.conv2, self.norm2 = nn.Conv2d(16, 32, 5, 1, 2), nn.BatchNorm2d(32)
            self.out = nn.Linear(1568, 10)

        def forward(self, x: engine.Tensor) -> engine.Tensor:
            for conv, norm in ((self.conv1, self.norm1), (self.conv2, self.norm2)):
                x = nn.functional.max_pool2d(norm(conv(x)).relu(), 2)
            logits: engine.Tensor = self.out(x.flatten(1))
            return logits

    engine.manual_seed(0)
    net = Net()
    optimizer = engine.optim.SGD(net.parameters(), lr=0.01, momentum=0.9, nesterov=True)
    for step in range(240):
        chosen = np.arange(step * 50, step * 50 + 50) * 11 % len(images)
        loss = nn.functional.cross_entropy(net(engine.tensor(images[chosen])), engine.tensor(labels[chosen]))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return [value.numpy() for value in net.state_dict().values()]


def show(call: Call) -> Picture:
    state = trained_state(call, CONVNET)
    filters = state[0][:, 0]
    large = [enlarged(signed(one, np.abs(filters).max()), 14, 1) for one in filters]
    image = digit(5)
    w, b, weight, bias, mean, variance = state[:6]
    maps = relu(batch_norm(conv2d(image[None, None], w, b, 2), weight, bias, mean, variance, training=False))[0]
    answers = [enlarged(grey(one, 0.0, maps.max()), 3)[:-1, :-1] for one in maps]
    pairs = [below(one, answer, gap=4, middle=True) for one, answer in zip(large, answers, strict=True)]
    rows = [beside(*pairs[first : first + 8], gap=10) for first in (0, 8)]
    shares = shares_when_shifted(state, CONVNET, from_zero_to_one)
    content = below(
        labelled(below(*rows), "the 16 filters of the first layer, and what each of them finds in a 5"),
        labelled(shift_chart(shares), "unseen digits classified right, when they are moved to the right"),
    )
    return Picture(
        (page(content, "What the network of two convolutions looks for"),),
        "At the top what its filters have become, edges and strokes in all directions, each above its map of a digit; "
        "below, that it bears a shift far better than the perceptron of train_mlp does.",
    )


EXERCISE = Exercise(
    title="two convolutions, trained",
    order=7,
    stub=train_convnet,
    reference=None,
    properties=(
        has_shapes(2, CONVNET),
        classifies(2, 0.85, CONVNET, from_zero_to_one),
        classifies(4, 0.94, CONVNET, from_zero_to_one),
    ),
    hints=(
        "Take train_mlp, and put the network of convnet in. The images need not be unrolled now.",
        "With engine.optim.Adam(net.parameters(), lr=0.002) and batches of 50, three epochs are enough.",
        "return [value.numpy() for value in net.state_dict().values()]: state_dict has the running averages, too, "
        "which parameters() has not.",
    ),
    alternatives=(by_adam, by_momentum),
    mutants=(
        Mutant(
            "no step",
            ("            optimizer.step()\n", ""),
            "the optimiser takes no step, so the weights stay as they were drawn",
        ),
        Mutant(
            "parameters only",
            (
                "[value.numpy() for value in net.state_dict().values()]",
                "[p.detach().numpy() for p in net.parameters()]",
            ),
            "the running averages of the batch normalisation are missing: they are in state_dict, not in parameters",
        ),
        Mutant(
            "labels out of step",
            ("engine.tensor(labels[chosen])", "engine.tensor(labels[start : start + 50])"),
            "images come in the drawn order and labels in the first one: they do not belong together",
        ),
        Mutant(
            "learning rate too large",
            ("lr=0.002", "lr=3.0"),
            "the learning rate is too large: the weights jump from one extreme to the other",
        ),
        Mutant(
            "one batch only",
            ("range(0, len(order), 50)", "range(0, 50, 50)"),
            "each epoch is one batch of 50: go through all images",
        ),
    ),
    requires=("convnet", "train_mlp"),
    workplace=TRAINING,
    show=show,
    expand=digits_for(from_zero_to_one),
)
