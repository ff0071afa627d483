"""Weights saved by torchvision fit: the same names, the same shapes."""

from collections.abc import Callable

import pytest

from engine import models, nn
from tests.engine.models import torchvision_names as theirs

NETWORKS: dict[str, tuple[Callable[[], nn.Module], theirs.State]] = {
    "alexnet": (models.AlexNet, theirs.alexnet()),
    "vgg16": (models.vgg16, theirs.vgg(16)),
    "vgg19": (models.vgg19, theirs.vgg(19)),
    "googlenet": (models.GoogLeNet, theirs.googlenet()),
    "googlenet with heads": (lambda: models.GoogLeNet(aux_logits=True), theirs.googlenet(aux=True)),
    "inception_v3": (models.Inception3, theirs.inception()),
    "densenet121": (models.DenseNet, theirs.densenet121()),
    "resnet18": (models.resnet18, theirs.resnet(18)),
    "resnet34": (models.resnet34, theirs.resnet(34)),
    "resnet50": (models.resnet50, theirs.resnet(50)),
    "resnet101": (models.resnet101, theirs.resnet(101)),
    "resnet152": (models.resnet152, theirs.resnet(152)),
}


@pytest.mark.usefixtures("zero_weights")
@pytest.mark.parametrize("name", NETWORKS)
def test_names_and_shapes(name: str) -> None:
    make, expected = NETWORKS[name]
    assert {key: tensor.shape for key, tensor in make().state_dict().items()} == expected
