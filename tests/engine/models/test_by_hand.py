"""What weights under torchvision's names mean: networks computed from state_dict by functions of PyTorch's.

Written apart from the networks, so that a wrong order of maps, a ReLU too many or a shortcut from the wrong place
shows. All in evaluation, with running statistics that differ from those a network starts with.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import engine
from engine import models

torch: Any = pytest.importorskip("torch", reason="PyTorch is compared with where it is installed (extra 'bench')")
F = torch.nn.functional


class Weights:
    """A state_dict, and what is done with what stands under a name."""

    def __init__(self, state: dict[str, Any], eps: float) -> None:
        self.state, self.eps = state, eps

    def conv(self, name: str, x: Any, stride: int = 1, padding: Any = 0) -> Any:
        """Convolve."""
        return F.conv2d(x, self.state[f"{name}.weight"], self.state.get(f"{name}.bias"), stride, padding)

    def norm(self, name: str, x: Any) -> Any:
        """Normalise by the running statistics."""
        mean, var, weight, bias = (
            self.state[f"{name}.{what}"] for what in ("running_mean", "running_var", "weight", "bias")
        )
        return F.batch_norm(x, mean, var, weight, bias, eps=self.eps)

    def unit(self, name: str, x: Any, stride: int = 1, padding: Any = 0) -> Any:
        """GoogLeNet's and Inception's convolution."""
        return F.relu(self.norm(f"{name}.bn", self.conv(f"{name}.conv", x, stride, padding)))

    def linear(self, name: str, x: Any) -> Any:
        """Connect all with all."""
        return F.linear(x, self.state[f"{name}.weight"], self.state[f"{name}.bias"])

    def __contains__(self, name: str) -> bool:
        return f"{name}.weight" in self.state


def means(x: Any) -> Any:
    return x.mean((2, 3))


def resnet(w: Weights, x: Any) -> Any:
    x = F.max_pool2d(F.relu(w.norm("bn1", w.conv("conv1", x, 2, 3))), 3, 2, 1)
    for stage in range(1, 5):
        block = 0
        while f"layer{stage}.{block}.conv1" in w:
            name = f"layer{stage}.{block}"
            stride = 2 if stage > 1 and block == 0 else 1
            deep = f"{name}.conv3" in w
            first, second = ((1, 0), (stride, 1)) if deep else ((stride, 1), (1, 1))
            out = F.relu(w.norm(f"{name}.bn1", w.conv(f"{name}.conv1", x, *first)))
            out = w.norm(f"{name}.bn2", w.conv(f"{name}.conv2", out, *second))
            if deep:
                out = w.norm(f"{name}.bn3", w.conv(f"{name}.conv3", F.relu(out)))
            if f"{name}.downsample.0" in w:
                x = w.norm(f"{name}.downsample.1", w.conv(f"{name}.downsample.0", x, stride))
            x = F.relu(out + x)
            block += 1
    return w.linear("fc", means(x))


def densenet(w: Weights, x: Any) -> Any:
    x = F.max_pool2d(F.relu(w.norm("features.norm0", w.conv("features.conv0", x, 2, 3))), 3, 2, 1)
    block = 1
    while f"features.denseblock{block}.denselayer1.conv1" in w:
        number = 1
        while f"features.denseblock{block}.denselayer{number}.conv1" in w:
            name = f"features.denseblock{block}.denselayer{number}"
            new = w.conv(f"{name}.conv1", F.relu(w.norm(f"{name}.norm1", x)))
            new = w.conv(f"{name}.conv2", F.relu(w.norm(f"{name}.norm2", new)), padding=1)
            x = torch.cat((x, new), 1)
            number += 1
        name = f"features.transition{block}"
        if f"{name}.conv" in w:
            x = F.avg_pool2d(w.conv(f"{name}.conv", F.relu(w.norm(f"{name}.norm", x))), 2)
        block += 1
    return w.linear("classifier", means(F.relu(w.norm("features.norm5", x))))


def googlenet(w: Weights, x: Any) -> Any:
    x = F.max_pool2d(w.unit("conv1", x, 2, 3), 3, 2, ceil_mode=True)
    x = F.max_pool2d(w.unit("conv3", w.unit("conv2", x), padding=1), 3, 2, ceil_mode=True)
    for block in ("3a", "3b", "4a", "4b", "4c", "4d", "4e", "5a", "5b"):
        name = f"inception{block}"
        ways = [
            w.unit(f"{name}.branch1", x),
            w.unit(f"{name}.branch2.1", w.unit(f"{name}.branch2.0", x), padding=1),
            w.unit(f"{name}.branch3.1", w.unit(f"{name}.branch3.0", x), padding=1),
            w.unit(f"{name}.branch4.1", F.max_pool2d(x, 3, 1, 1)),
        ]
        x = torch.cat(ways, 1)
        if block in ("3b", "4e"):
            x = F.max_pool2d(x, 3 if block == "3b" else 2, 2, ceil_mode=True)
    return w.linear("fc", means(x))


def way(w: Weights, name: str, x: Any, shrinks: bool = False) -> Any:
    """Go through NAME, or NAME_1, NAME_2, …; where maps shrink, the last has stride 2 and no padding."""
    steps = [name] if f"{name}.conv" in w else []
    while f"{name}_{len(steps) + 1}.conv" in w:
        steps.append(f"{name}_{len(steps) + 1}")
    for step in steps:
        x = w.unit(step, x, 2) if shrinks and step == steps[-1] else w.unit(step, x, padding="same")
    return x


def inception(w: Weights, x: Any) -> Any:
    x = w.unit("Conv2d_2a_3x3", w.unit("Conv2d_1a_3x3", x, 2))
    x = F.max_pool2d(w.unit("Conv2d_2b_3x3", x, padding=1), 3, 2)
    x = F.max_pool2d(w.unit("Conv2d_4a_3x3", w.unit("Conv2d_3b_1x1", x)), 3, 2)
    for block in ("5b", "5c", "5d", "6a", "6b", "6c", "6d", "6e", "7a", "7b", "7c"):
        name = f"Mixed_{block}.branch"
        if block in ("6a", "7a"):
            kinds = ("3x3", "3x3dbl" if block == "6a" else "7x7x3")
            ways = [way(w, name + kind, x, shrinks=True) for kind in kinds] + [F.max_pool2d(x, 3, 2)]
        else:
            whole = {"5": "1x1 5x5 3x3dbl", "6": "1x1 7x7 7x7dbl", "7": "1x1"}[block[0]]
            ways = [way(w, name + kind, x) for kind in whole.split(" ")]
            for kind, last in (("3x3", 2), ("3x3dbl", 3)) if block[0] == "7" else ():
                before = way(w, name + kind, x)
                ways += [w.unit(f"{name}{kind}_{last}{side}", before, padding="same") for side in "ab"]
            ways.append(w.unit(f"{name}_pool", F.avg_pool2d(x, 3, 1, 1)))
        x = torch.cat(ways, 1)
    return w.linear("fc", means(x))


CASES: dict[str, tuple[Callable[[], Any], Callable[[Weights, Any], Any], float, int]] = {
    "resnet, basic": (lambda: models.ResNet(models.BasicBlock, [1, 2, 1, 1], 5), resnet, 1e-5, 64),
    "resnet, bottleneck": (lambda: models.ResNet(models.Bottleneck, [2, 1, 1, 1], 5), resnet, 1e-5, 64),
    "densenet": (lambda: models.DenseNet(4, (2, 3, 1), 8, 2, num_classes=5), densenet, 1e-5, 64),
    "googlenet": (lambda: models.GoogLeNet(5), googlenet, 1e-3, 80),
    "inception v3": (lambda: models.Inception3(5), inception, 1e-3, 91),
}


@pytest.mark.parametrize("name", CASES)
def test_equals_what_the_names_mean(name: str) -> None:
    engine.manual_seed(0)
    make, by_hand, eps, side = CASES[name]
    model, rng = make().double().eval(), np.random.default_rng(0)
    state = {key: value.numpy().copy() for key, value in model.state_dict().items()}
    for key, value in state.items():
        if value.ndim == 1:
            value[...] = (
                rng.uniform(0.5, 1.5, value.shape) if key.endswith(("var", "weight")) else rng.normal(size=value.shape)
            )
    model.load_state_dict(state)
    images = rng.standard_normal((2, 3, side, side))
    with engine.no_grad():
        logits = model(engine.tensor(images)).numpy()
    weights = Weights({key: torch.tensor(value) for key, value in state.items()}, eps)
    expected = by_hand(weights, torch.tensor(images)).numpy()
    np.testing.assert_allclose(logits, expected, rtol=1e-8, atol=1e-8 * np.abs(expected).max())
