"""Parameters and multiply-adds of whole networks: published numbers."""

from collections.abc import Callable

import pytest

from engine import models, nn
from engine.summary import summary

PARAMETERS: dict[str, tuple[Callable[[], nn.Module], int]] = {
    "784-800-10": (models.MLP, 636_010),
    "deep mlp": (models.deep_mlp, 11_972_510),
    "lenet-5": (models.LeNet5, 60_000),
    "convnet": (models.ConvNet, 29_034),
    "lenet": (models.LeNet, 62_006),
    "simple cnn": (models.SimpleCNN, 1_124_180),
    "committee net": (models.CommitteeNet, 76_040),
    "mnist net": (models.MnistNet, 215_194),
    "resnet-20": (lambda: models.CifarResNet(20), 269_722),
    "resnet-32": (lambda: models.CifarResNet(32), 464_154),
    "resnet-44": (lambda: models.CifarResNet(44), 658_586),
    "resnet-56": (lambda: models.CifarResNet(56), 853_018),
    "plain-56": (lambda: models.CifarResNet(56, shortcuts=False), 853_018),
    "wrn-16-4": (lambda: models.WideResNet(16, 4), 2_748_890),
    "wrn-28-10": (lambda: models.WideResNet(28, 10), 36_479_194),
    "alexnet": (models.AlexNet, 61_100_840),
    "vgg-16": (models.vgg16, 138_357_544),
    "vgg-19": (models.vgg19, 143_667_240),
    "googlenet": (models.GoogLeNet, 6_624_904),
    "googlenet with heads": (lambda: models.GoogLeNet(aux_logits=True), 13_004_888),
    "inception v3": (models.Inception3, 27_161_264),
    "densenet-121": (models.DenseNet, 7_978_856),
    "resnet-18": (models.resnet18, 11_689_512),
    "resnet-34": (models.resnet34, 21_797_672),
    "resnet-50": (models.resnet50, 25_557_032),
    "resnet-101": (models.resnet101, 44_549_160),
    "resnet-152": (models.resnet152, 60_192_808),
}

# Thousand million for an image of 224x224 (Inception: 299x299), as torchvision's documentation lists them. They
# depend on every stride and padding, which parameters do not.
MULTIPLY_ADDS = {
    "alexnet": 0.71,
    "vgg-16": 15.47,
    "vgg-19": 19.63,
    "googlenet": 1.5,
    "inception v3": 5.71,
    "densenet-121": 2.83,
    "resnet-18": 1.81,
    "resnet-34": 3.66,
    "resnet-50": 4.09,
    "resnet-101": 7.8,
    "resnet-152": 11.51,
}


@pytest.mark.usefixtures("zero_weights")
@pytest.mark.parametrize("name", PARAMETERS)
def test_parameters(name: str) -> None:
    make, expected = PARAMETERS[name]
    assert sum(parameter.numel() for parameter in make().parameters()) == expected


@pytest.mark.usefixtures("zero_weights")
@pytest.mark.parametrize("name", MULTIPLY_ADDS)
def test_multiply_adds_of_an_image(name: str) -> None:
    side = 299 if name.startswith("inception") else 224
    found = summary(PARAMETERS[name][0](), (3, side, side))
    assert round(found.multiply_adds / 1e9, 2) == MULTIPLY_ADDS[name]
    assert (1, 1000) in [row.output_shape for row in found.rows if row.layer == "Linear"]


def test_deep_mlp_of_the_paper_counts_the_weights_of_29x29_images() -> None:
    weights = [layer.weight.numel() for layer in models.deep_mlp(29 * 29).layers if isinstance(layer, nn.Linear)]
    assert round(sum(weights) / 1e6, 2) == 12.11


def test_resnet20_has_the_multiply_adds_of_its_paper() -> None:
    """40.6 million, counted as its followers do: convolutions and the last layer."""
    assert summary(models.CifarResNet(20), (3, 32, 32)).multiply_adds == 40_551_040
