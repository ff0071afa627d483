"""The lecture's two PyTorch listings run on this engine with nothing changed but the imports."""

import re
from typing import Any

import numpy as np
import pytest

import engine
import engine.nn.functional as F
from tests.conftest import shared

# As printed, with `torch` replaced by `engine` in the import lines only.
IMPORTS = """
import engine.nn as nn

import engine.nn.functional as F
"""

CONVNET = """
# Convolutional neural network (two convolutional layers)
class ConvNet(nn.Module):
    def __init__(self, num_classes=10):
        super(ConvNet, self).__init__()
        self.layer1 = nn.Sequential(
            nn.Conv2d(1, 16, kernel_size=5, stride=1, padding=2),
            nn.BatchNorm2d(16),
            nn.ReLU(),
            nn.MaxPool2d(kernel_size=2, stride=2))
        self.layer2 = nn.Sequential(
            nn.Conv2d(16, 32, kernel_size=5, stride=1, padding=2),
            nn.BatchNorm2d(32),
            nn.ReLU(),
            nn.MaxPool2d(kernel_size=2, stride=2))
        self.fc = nn.Linear(7*7*32, num_classes)

    def forward(self, x):
        out = self.layer1(x)
        out = self.layer2(out)
        out = out.reshape(out.size(0), -1)
        out = self.fc(out)

        return out
"""

# In the deck the last line has lost its indentation, so that it stands outside the function; here it is inside.
LENET = """
class LeNet(nn.Module):
    def __init__(self):
        super(LeNet, self).__init__()
        self.conv1 = nn.Conv2d(3, 6, 5)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.fc1   = nn.Linear(16*5*5, 120)
        self.fc2   = nn.Linear(120, 84)
        self.fc3   = nn.Linear(84, 10)

    def forward(self, x):
        out = F.relu(self.conv1(x))
        out = F.max_pool2d(out, 2)
        out = F.relu(self.conv2(out))
        out = F.max_pool2d(out, 2)
        out = out.view(out.size(0), -1)
        out = F.relu(self.fc1(out))
        out = F.relu(self.fc2(out))
        out = self.fc3(out)

        return out
"""

LISTINGS = {"ConvNet": (CONVNET, (1, 28, 28), 29_034), "LeNet": (LENET, (3, 32, 32), 62_006)}


def network(name: str, imports: str = IMPORTS) -> Any:
    """Run a listing and construct its network."""
    names: dict[str, Any] = {}
    exec(imports + LISTINGS[name][0], names)
    return names[name]()


@pytest.mark.parametrize("name", LISTINGS)
def test_listing_is_the_decks(name: str) -> None:
    text = shared("deck.md").read_text(encoding="utf-8")
    start = re.search(rf"^\d+ +class {name}\(", text, re.MULTILINE)
    assert start is not None
    lines = [re.sub(r"^\d+ ?", "", line).rstrip() for line in text[start.start() :].split("```")[0].splitlines()]
    ours = LISTINGS[name][0].strip().splitlines()
    ours = ours[next(i for i, line in enumerate(ours) if line.startswith("class")) :]
    assert [line.strip() for line in lines if line] == [line.strip() for line in ours if line]


@pytest.mark.parametrize("name", LISTINGS)
def test_listing_runs_forward_and_backward(name: str) -> None:
    engine.manual_seed(0)
    model, (_, shape, count) = network(name), LISTINGS[name]
    assert sum(p.numel() for p in model.parameters()) == count
    rng = np.random.default_rng(0)
    x = engine.tensor(rng.standard_normal((4, *shape)), dtype="float32", requires_grad=True)
    logits = model(x)
    assert logits.shape == (4, 10)
    F.cross_entropy(logits, engine.tensor([3, 1, 4, 1])).backward()
    for parameter_name, parameter in model.named_parameters():
        assert np.abs(parameter.grad.array).max() > 0, parameter_name
    assert np.abs(x.grad.array).max() > 0


@pytest.mark.parametrize("name", LISTINGS)
def test_listing_equals_pytorch_step_by_step(name: str) -> None:
    """Same weights, three training steps with momentum: the same losses and the same weights afterwards."""
    torch = pytest.importorskip("torch", reason="PyTorch is compared with where it is installed (extra 'bench')")
    theirs = network(name, IMPORTS.replace("engine", "torch"))
    ours, (_, shape, _) = network(name), LISTINGS[name]
    ours.load_state_dict({key: value.numpy() for key, value in theirs.state_dict().items()})
    rng = np.random.default_rng(0)
    our_optimizer = engine.optim.SGD(ours.parameters(), lr=0.05, momentum=0.9)
    their_optimizer = torch.optim.SGD(theirs.parameters(), lr=0.05, momentum=0.9)
    for _ in range(3):
        x, y = rng.standard_normal((8, *shape)).astype(np.float32), rng.integers(0, 10, 8)
        loss = F.cross_entropy(ours(engine.tensor(x)), engine.tensor(y))
        their_loss = torch.nn.functional.cross_entropy(theirs(torch.tensor(x)), torch.tensor(y))
        assert loss.item() == pytest.approx(their_loss.item(), rel=1e-4)
        for optimizer, value in ((our_optimizer, loss), (their_optimizer, their_loss)):
            optimizer.zero_grad()
            value.backward()
            optimizer.step()
    for key, value in theirs.state_dict().items():
        scale = max(1.0, float(value.abs().max()))
        np.testing.assert_allclose(ours.state_dict()[key].numpy(), value.numpy(), atol=1e-4 * scale, err_msg=key)
