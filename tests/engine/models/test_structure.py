"""What makes each network what it is: shortcuts, first weights, votes, and settings that cannot work."""

import re
from typing import Any

import numpy as np
import pytest

import engine
from engine import models, nn
from engine.errors import ParameterError
from engine.models.cifar_resnet import CifarBlock
from engine.models.initial_weights import he_convolutions
from engine.models.wide_resnet import WideBlock
from tests.bench.library import Library, load
from tests.bench.networks import NETWORKS
from tests.bench.resnet20 import RESNET20


@pytest.fixture
def benchmark_library() -> Library:
    return load("engine", engine.get_num_threads())


@pytest.mark.parametrize(
    ("make", "network"),
    [
        (models.ConvNet, NETWORKS["convnet-1x28x28"]),
        (models.LeNet, NETWORKS["lenet-3x32x32"]),
        (models.MLP, NETWORKS["mlp-784-800-10"]),
        (models.MnistNet, NETWORKS["mnist-one-epoch"]),
        (lambda: models.CifarResNet(20), RESNET20),
    ],
    ids=lambda item: getattr(item, "name", ""),
)
def test_the_benchmark_measures_these_networks(make: Any, network: Any, benchmark_library: Library) -> None:
    """It has copies, since PyTorch's process must not import the engine; they are held to ours here."""
    engine.manual_seed(0)
    model, copied = make(), network.build(benchmark_library)
    values = [tensor.numpy() for tensor in model.state_dict().values()]
    copied.load_state_dict(dict(zip(copied.state_dict(), values, strict=True)))
    images = engine.randn(2, *network.image)
    with engine.no_grad():
        np.testing.assert_allclose(model.eval()(images).numpy(), copied.eval()(images).numpy(), atol=1e-5)


def silence(block: Any) -> Any:
    """Make a block's layers give 0: what is left is its shortcut."""
    for parameter in block.layers[-1].parameters():
        nn.init.zeros_(parameter)
    return block


def test_shortcut_without_parameters_is_option_a() -> None:
    engine.manual_seed(0)
    x = engine.randn(2, 16, 6, 6)
    same, halved = silence(CifarBlock(16, 16)), silence(CifarBlock(16, 32, stride=2))
    np.testing.assert_array_equal(same(x).detach().numpy(), np.maximum(x.numpy(), 0))
    out = halved(x).detach().numpy()
    np.testing.assert_array_equal(out[:, :16], np.maximum(x.numpy()[:, :, ::2, ::2], 0))
    assert not out[:, 16:].any()
    assert not silence(CifarBlock(16, 16, shortcut=False))(x).detach().numpy().any()


def test_wide_shortcut_is_untouched_where_maps_are_as_many() -> None:
    engine.manual_seed(0)
    x = engine.randn(2, 16, 6, 6)
    np.testing.assert_array_equal(silence(WideBlock(16, 16))(x).detach().numpy(), x.numpy())
    block = silence(WideBlock(16, 32, stride=2))
    assert block.shortcut.weight.shape == (32, 16, 1, 1)
    expected = block.shortcut(nn.functional.relu(block.before[0](x))).detach().numpy()
    np.testing.assert_allclose(block(x).detach().numpy(), expected, atol=1e-6)


def test_gradients_grow_on_their_way_back_and_less_with_shortcuts() -> None:
    """The first convolution's gradient beside the last one's, at 44 layers."""
    growth = {}
    for shortcuts in (True, False):
        engine.manual_seed(0)
        model = models.CifarResNet(44, shortcuts=shortcuts)
        engine.cross_entropy(model(engine.randn(8, 3, 16, 16)), engine.arange(8)).backward()
        sizes = [np.abs(parameter.grad.array).mean() for parameter in model.parameters() if parameter.ndim == 4]
        growth[shortcuts] = sizes[0] / sizes[-1]
    assert growth[False] > 10 * growth[True]


def test_first_weights() -> None:
    engine.manual_seed(0)
    for model in (models.deep_mlp(10), models.CommitteeNet()):
        for name, parameter in model.named_parameters():
            largest = np.abs(parameter.array).max()
            assert 0.045 * (parameter.numel() > 100) < largest <= np.float32(0.05), name
    layer = nn.Conv2d(8, 32, 3)
    he_convolutions(layer)
    assert layer.weight.array.std() == pytest.approx((2 / (32 * 9)) ** 0.5, rel=0.1)
    assert not any(tensor.array.any() for name, tensor in layer.named_parameters() if name == "bias")
    vgg = models.VGG([1, 1, 1, 1, 1], hidden_features=16)
    assert vgg.classifier[0].weight.array.std() == pytest.approx(0.01, rel=0.05)
    assert not any(tensor.array.any() for name, tensor in vgg.named_parameters() if name.endswith("bias"))


@pytest.mark.usefixtures("zero_weights")
@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (lambda: models.AlexNet(dropout=0.1), {"classifier.0": 0.1, "classifier.3": 0.1}),
        (lambda: models.VGG([1, 1, 1, 1, 1], 5, 0.1, 16), {"classifier.2": 0.1, "classifier.5": 0.1}),
        (models.AlexNet, {"classifier.0": 0.5, "classifier.3": 0.5}),
        (
            lambda: models.GoogLeNet(aux_logits=True),
            {"aux1.dropout": 0.7, "aux2.dropout": 0.7, "dropout": 0.2},
        ),
        (models.Inception3, {"dropout": 0.5}),
        (
            lambda: models.DenseNet(4, (1, 1), 8, drop_rate=0.3),
            {"features.denseblock1.denselayer1.drop": 0.3, "features.denseblock2.denselayer1.drop": 0.3},
        ),
        (
            lambda: models.WideResNet(10, 1, dropout=0.3),
            {"features.1.layers.3": 0.3, "features.2.layers.3": 0.3, "features.3.layers.3": 0.3},
        ),
    ],
)
def test_where_numbers_are_dropped(make: Any, expected: dict[str, float]) -> None:
    found = {path: module.p for path, module in make().named_modules() if isinstance(module, nn.Dropout)}
    assert found == expected


def test_a_committee_answers_with_the_mean_probability_of_its_members() -> None:
    engine.manual_seed(0)
    members = [nn.Linear(3, 4) for _ in range(3)]
    x = engine.randn(5, 3)
    with engine.no_grad():
        probabilities = models.Committee(members)(x).numpy()
        expected = np.mean([engine.softmax(member(x), 1).numpy() for member in members], axis=0)
    np.testing.assert_allclose(probabilities, expected, atol=1e-6)


def test_shapes_of_the_other_simple_nets_of_the_paper() -> None:
    for model, channels, side in (
        (models.SimpleCNN(5, 32, 32, kernel_size=5), 160, 8),
        (models.SimpleCNN(4, 48, 48, kernel_size=7), 192, 4),
        (models.SimpleCNN(), 176, 8),
    ):
        assert model.classifier[1].in_features == channels * side * side


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: models.MLP((10,)), "MLP: expected sizes of at least inputs and outputs, got (10,)"),
        (lambda: models.MLP((4, 0, 2)), "Linear: expected sizes of at least 1, got in_features=4, out_features=0"),
        (
            lambda: models.SimpleCNN(14),
            "SimpleCNN: expected a depth of at least 1 that leaves at least one pixel, got depth=14 for "
            "kernel_size=3 and image_size=28",
        ),
        (lambda: models.SimpleCNN(0), "SimpleCNN: expected a depth of at least 1"),
        (lambda: models.Committee([]), "Committee: expected at least one member, got none"),
        (lambda: models.CifarResNet(18), "CifarResNet: expected depth 6n + 2 with n >= 1"),
        (lambda: models.CifarResNet(2), "CifarResNet: expected depth 6n + 2 with n >= 1"),
        (lambda: models.WideResNet(20, 4), "WideResNet: expected depth 6n + 4 with n >= 1"),
        (lambda: models.WideResNet(16, 0), "a width of at least 1, got depth=16, width=0"),
    ],
)
def test_settings_that_cannot_work(make: Any, says: str) -> None:
    with pytest.raises(ParameterError, match=re.escape(says)):
        make()
