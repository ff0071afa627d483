"""The building blocks of the course's networks, written as for PyTorch: the same source runs on both libraries."""

from typing import Any

import numpy as np
import pytest

import engine

IMPORTS = """
import engine as torch
import engine.nn as nn
import engine.nn.functional as F
"""

RESIDUAL = """
class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 6, 3, stride=2, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(6)
        self.relu = nn.ReLU(inplace=True)
        self.conv2 = nn.Conv2d(6, 6, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(6)
        self.downsample = nn.Sequential(nn.Conv2d(3, 6, 1, stride=2, bias=False), nn.BatchNorm2d(6))
        self.avgpool = nn.AdaptiveAvgPool2d((1, 1))
        self.fc = nn.Linear(6, 5)

    def forward(self, x):
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        out += self.downsample(x)
        out = self.avgpool(self.relu(out))
        return self.fc(torch.flatten(out, 1))
"""

INCEPTION = """
class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.branch1 = nn.Conv2d(3, 2, kernel_size=1)
        self.branch2 = nn.Sequential(nn.Conv2d(3, 2, 1), nn.ReLU(True), nn.Conv2d(2, 4, 3, padding=1))
        self.branch3 = nn.Sequential(nn.Conv2d(3, 2, 1), nn.ReLU(True), nn.Conv2d(2, 3, 5, padding=2))
        self.branch4 = nn.Sequential(nn.MaxPool2d(3, stride=1, padding=1, ceil_mode=True), nn.Conv2d(3, 2, 1))
        self.fc = nn.Linear(11, 5)

    def forward(self, x):
        out = torch.cat([b(x) for b in (self.branch1, self.branch2, self.branch3, self.branch4)], 1)
        return self.fc(F.relu(out).mean([2, 3]))
"""

DENSE = """
class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList(
            nn.Sequential(nn.BatchNorm2d(c), nn.ReLU(), nn.Conv2d(c, 2, 3, padding=1)) for c in (3, 5, 7))
        self.fc = nn.Linear(9, 5)

    def forward(self, x):
        for layer in self.layers:
            x = torch.cat((x, layer(x)), dim=1)
        return self.fc(F.avg_pool2d(x, 8).view(x.size(0), -1))
"""

ALEX = """
class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(3, 4, kernel_size=5, stride=2, padding=2), nn.ReLU(inplace=True),
            nn.LocalResponseNorm(3), nn.MaxPool2d(kernel_size=3, stride=2),
            nn.Conv2d(4, 6, 3, padding=1, groups=2), nn.ReLU(inplace=True))
        self.classifier = nn.Sequential(nn.Dropout(0.0), nn.Linear(6, 8), nn.Tanh(), nn.Linear(8, 5))

    def forward(self, x):
        return self.classifier(self.features(x).flatten(1))
"""

UNET = """
class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.down = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU())
        self.bottom = nn.Sequential(nn.Conv2d(4, 6, 3, padding="same"), nn.GroupNorm(2, 6), nn.ReLU())
        self.learned = nn.ConvTranspose2d(6, 4, 2, stride=2)
        self.up = nn.Conv2d(6, 4, 3, padding=1)
        self.last = nn.Conv2d(12, 5, 1)

    def forward(self, x):
        left = self.down(x)
        below = self.bottom(F.max_pool2d(left, 2))
        resized = self.up(F.interpolate(below, scale_factor=2, mode="bilinear", align_corners=False))
        right = torch.cat([left[:, :, :6, :6], self.learned(below), resized], dim=1)
        return self.last(F.pad(right, (1, 1, 1, 1))).permute(0, 2, 3, 1).reshape(-1, 5)[:2]
"""

SPEECH = """
class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, kernel_size=(3, 5))
        self.norm = nn.LayerNorm(4)
        self.fc = nn.Linear(4, 5)

    def forward(self, x):
        out = F.max_pool2d(F.gelu(self.conv(x)), kernel_size=(3, 1))
        out = self.norm(out.squeeze(2).transpose(1, 2))
        return self.fc(out.max(dim=1)[0])
"""

NETWORKS = {
    "residual": RESIDUAL,
    "inception": INCEPTION,
    "dense": DENSE,
    "alexnet": ALEX,
    "u-net": UNET,
    "speech": SPEECH,
}
SHAPES = {"speech": (2, 3, 5, 8)}


def network(name: str, imports: str = IMPORTS) -> Any:
    names: dict[str, Any] = {}
    exec(imports + NETWORKS[name], names)
    return names["Network"]()


@pytest.mark.parametrize("name", NETWORKS)
def test_runs_forward_and_backward(name: str) -> None:
    engine.manual_seed(0)
    model = network(name)
    logits = model(engine.randn(*SHAPES.get(name, (2, 3, 8, 8))))
    assert logits.shape == (2, 5)
    engine.cross_entropy(logits, engine.tensor([1, 4])).backward()
    assert all(parameter.grad is not None for parameter in model.parameters())


@pytest.mark.parametrize("name", NETWORKS)
def test_equals_pytorch_with_its_weights(name: str) -> None:
    torch = pytest.importorskip("torch", reason="PyTorch is compared with where it is installed (extra 'bench')")
    theirs, ours = network(name, IMPORTS.replace("engine", "torch")).double(), network(name).double()
    ours.load_state_dict({key: value.numpy() for key, value in theirs.state_dict().items()})
    array = np.random.default_rng(0).standard_normal(SHAPES.get(name, (2, 3, 8, 8)))
    x, their_x = engine.tensor(array, requires_grad=True), torch.tensor(array, requires_grad=True)
    logits, their_logits = ours(x), theirs(their_x)
    np.testing.assert_allclose(logits.detach().numpy(), their_logits.detach().numpy(), atol=1e-10)
    engine.cross_entropy(logits, engine.tensor([1, 4])).backward()
    torch.nn.functional.cross_entropy(their_logits, torch.tensor([1, 4])).backward()
    np.testing.assert_allclose(x.grad.numpy(), their_x.grad.numpy(), atol=1e-10)
    expected = {key: value.grad.numpy() for key, value in theirs.named_parameters()}
    for key, parameter in ours.named_parameters():
        np.testing.assert_allclose(parameter.grad.numpy(), expected[key], atol=1e-10, err_msg=key)
