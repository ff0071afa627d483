"""The networks that are trained: the deck's listings as they stand, and four more.

Each is a function of a library, so that both run the same lines. What the engine has and PyTorch lacks
(LeNet-5's layers) is written for PyTorch as its users write it: a masked dense convolution, four times
average pooling.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from tests.bench.library import Array, Library

# Which maps of S2 each map of C3 reads (LeCun et al. 1998, table I); a copy, since PyTorch's process must not
# import the engine. A test holds it to the engine's.
C3_ROWS = "012 123 234 345 045 015 0123 1234 2345 0345 0145 0125 0134 1245 0235 012345"
C3_TABLE = [tuple(map(int, row)) for row in C3_ROWS.split(" ")]


def c3_mask() -> Array:
    """Return which of 16 maps reads which of 6, bool (16, 6)."""
    return np.array([[c in maps for c in range(6)] for maps in C3_TABLE])


def lenet(library: Library, channels: int) -> Any:
    """Build the deck's LeNet listing; its number of input channels is a parameter here."""
    nn, functional = library.nn, library.functional
    module: Any = nn.Module

    class LeNet(module):
        def __init__(self) -> None:
            super().__init__()
            self.conv1 = nn.Conv2d(channels, 6, 5)
            self.conv2 = nn.Conv2d(6, 16, 5)
            self.fc1 = nn.Linear(16 * 5 * 5, 120)
            self.fc2 = nn.Linear(120, 84)
            self.fc3 = nn.Linear(84, 10)

        def forward(self, x: Any) -> Any:
            out = functional.relu(self.conv1(x))
            out = functional.max_pool2d(out, 2)
            out = functional.relu(self.conv2(out))
            out = functional.max_pool2d(out, 2)
            out = out.view(out.size(0), -1)
            out = functional.relu(self.fc1(out))
            out = functional.relu(self.fc2(out))
            return self.fc3(out)

    return LeNet()


def convnet(library: Library) -> Any:
    """Build the deck's ConvNet listing."""
    nn = library.nn
    module: Any = nn.Module

    class ConvNet(module):
        def __init__(self, num_classes: int = 10) -> None:
            super().__init__()
            self.layer1 = nn.Sequential(
                nn.Conv2d(1, 16, kernel_size=5, stride=1, padding=2),
                nn.BatchNorm2d(16),
                nn.ReLU(),
                nn.MaxPool2d(kernel_size=2, stride=2),
            )
            self.layer2 = nn.Sequential(
                nn.Conv2d(16, 32, kernel_size=5, stride=1, padding=2),
                nn.BatchNorm2d(32),
                nn.ReLU(),
                nn.MaxPool2d(kernel_size=2, stride=2),
            )
            self.fc = nn.Linear(7 * 7 * 32, num_classes)

        def forward(self, x: Any) -> Any:
            out = self.layer1(x)
            out = self.layer2(out)
            out = out.reshape(out.size(0), -1)
            return self.fc(out)

    return ConvNet()


def lenet5(library: Library) -> Any:
    """Build LeNet-5 of 1998 with ten linear outputs in place of the RBF units: 60,850 parameters."""
    nn = library.nn
    layers = lenet5_layers(library)
    return nn.Sequential(
        nn.Conv2d(1, 6, 5),
        layers["subsampling"](6),
        layers["squash"](),
        layers["c3"](),
        layers["subsampling"](16),
        layers["squash"](),
        nn.Conv2d(16, 120, 5),
        layers["squash"](),
        nn.Flatten(),
        nn.Linear(120, 84),
        layers["squash"](),
        nn.Linear(84, 10),
    )


def lenet5_layers(library: Library) -> dict[str, Callable[..., Any]]:
    """Return LeNet-5's own layers: the engine's, or as PyTorch's users write them."""
    nn, functional, lib = library.nn, library.functional, library.lib
    if library.name == "engine":
        return {
            "subsampling": lambda channels: nn.Subsampling2d(channels, 2),
            "squash": nn.ScaledTanh,
            "c3": lambda: nn.TableConv2d(C3_TABLE, 5),
        }

    module: Any = nn.Module

    class Subsampling(module):
        def __init__(self, channels: int) -> None:
            super().__init__()
            self.weight = nn.Parameter(lib.ones(channels))
            self.bias = nn.Parameter(lib.zeros(channels))

        def forward(self, x: Any) -> Any:
            return functional.avg_pool2d(x, 2) * (4 * self.weight).view(1, -1, 1, 1) + self.bias.view(1, -1, 1, 1)

    class ScaledTanh(module):
        def forward(self, x: Any) -> Any:
            return 1.7159 * lib.tanh(x * (2 / 3))

    class MaskedConv(module):
        def __init__(self) -> None:
            super().__init__()
            self.weight = nn.Parameter(lib.empty(16, 6, 5, 5))
            self.bias = nn.Parameter(lib.empty(16))
            self.register_buffer("mask", lib.tensor(c3_mask()[:, :, None, None], dtype=lib.float32))

        def forward(self, x: Any) -> Any:
            return functional.conv2d(x, self.weight * self.mask, self.bias)

    return {"subsampling": Subsampling, "squash": ScaledTanh, "c3": MaskedConv}


def mlp(library: Library) -> Any:
    """Build the fully connected 784-800-10."""
    nn = library.nn
    return nn.Sequential(nn.Flatten(), nn.Linear(784, 800), nn.ReLU(), nn.Linear(800, 10))


def mnist_net(library: Library) -> Any:
    """Build the network that learns MNIST to 99% in one epoch."""
    nn = library.nn
    return nn.Sequential(
        nn.Conv2d(1, 24, 5),
        nn.MaxPool2d(2),
        nn.ReLU(),
        nn.Conv2d(24, 32, 3),
        nn.MaxPool2d(2),
        nn.ReLU(),
        nn.Flatten(),
        nn.Linear(32 * 5 * 5, 256),
        nn.ReLU(),
        nn.Linear(256, 10),
    )


def sgd(library: Library, model: Any) -> Any:
    """Return SGD with momentum; a small learning rate, so that thousands of steps leave the figures ordinary."""
    return library.optim.SGD(model.parameters(), lr=1e-3, momentum=0.9)


def adam(library: Library, model: Any) -> Any:
    """Return Adam, as the ConvNet listing has it, with a small learning rate for the same reason."""
    return library.optim.Adam(model.parameters(), lr=1e-5)


def fast_adam(library: Library, model: Any) -> Any:
    """Return the one-epoch net's Adam."""
    return library.optim.Adam(model.parameters(), lr=1e-5, betas=(0.7, 0.9))


@dataclass(frozen=True)
class Network:
    """A network with what its training step needs.

    Attributes
    ----------
    name : str
        For ids and tables.
    build : callable
    optimizer : callable
    image : tuple of int
        Shape of one input.
    products : tuple of int
        Multiply-adds of each layer for one image, missing connections not counted.
    """

    name: str
    build: Callable[[Library], Any]
    optimizer: Callable[[Library, Any], Any]
    image: tuple[int, ...]
    products: tuple[int, ...]

    def forward_flops(self, batch: int) -> float:
        """Count the operations of a forward pass."""
        return 2.0 * batch * sum(self.products)

    def step_flops(self, batch: int) -> float:
        """Count the operations of a training step: three products for each layer, but two for the first.

        Nobody asks for the gradient of the images.
        """
        return 2.0 * batch * (3 * sum(self.products) - self.products[0])


FULLY_CONNECTED = (400 * 120, 120 * 84, 84 * 10)
S2, S4 = 6 * 14 * 14, 16 * 5 * 5  # one coefficient for each unit
C3 = 60 * 25 * 10 * 10

NETWORKS = {
    network.name: network
    for network in (
        Network(
            "lenet-1x32x32",
            lambda library: lenet(library, 1),
            sgd,
            (1, 32, 32),
            (6 * 25 * 28 * 28, 16 * 6 * 25 * 10 * 10, *FULLY_CONNECTED),
        ),
        Network(
            "lenet-3x32x32",
            lambda library: lenet(library, 3),
            sgd,
            (3, 32, 32),
            (6 * 3 * 25 * 28 * 28, 16 * 6 * 25 * 10 * 10, *FULLY_CONNECTED),
        ),
        Network(
            "convnet-1x28x28",
            convnet,
            adam,
            (1, 28, 28),
            (16 * 25 * 28 * 28, 32 * 16 * 25 * 14 * 14, 7 * 7 * 32 * 10),
        ),
        Network(
            "lenet-5-1998",
            lenet5,
            sgd,
            (1, 32, 32),
            (6 * 25 * 28 * 28, S2, C3, S4, *FULLY_CONNECTED),
        ),
        Network("mlp-784-800-10", mlp, sgd, (1, 28, 28), (784 * 800, 800 * 10)),
        Network(
            "mnist-one-epoch",
            mnist_net,
            fast_adam,
            (1, 28, 28),
            (24 * 25 * 24 * 24, 32 * 24 * 9 * 10 * 10, 800 * 256, 256 * 10),
        ),
    )
}


def draw_parameters(library: Library, model: Any, seed: int) -> None:
    """Give a model parameters that depend on the seed only, not on the library.

    Weights are uniform within 1/sqrt(fan-in), as PyTorch starts them; biases within 0.05; what scales a
    channel is 0.25. A masked weight is drawn where its mask is, in the order of the engine's table.
    """
    rng = np.random.default_rng(seed)
    state = model.state_dict()
    for name, parameter in model.named_parameters():
        shape = tuple(parameter.shape)
        mask = state.get(name.replace("weight", "mask")) if name.endswith("weight") else None
        if mask is not None:
            values = np.zeros(shape, np.float32)
            values[c3_mask()] = _weights(rng, (int(mask.sum()), *shape[2:]))
        elif len(shape) > 1:
            values = _weights(rng, shape)
        elif name.endswith("weight"):
            values = np.full(shape, 0.25, np.float32)
        else:
            values = rng.uniform(-0.05, 0.05, shape).astype(np.float32)
        state[name] = library.tensor(values)
    model.load_state_dict(state)


def _weights(rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
    bound = float(np.prod(shape[1:])) ** -0.5
    return rng.uniform(-bound, bound, shape).astype(np.float32)
