"""Small forms of all networks, quick to run, and the images they take."""

from collections.abc import Callable
from typing import Any, NamedTuple


class Small(NamedTuple):
    """A small network.

    Attributes
    ----------
    module : str
        File in engine/models.
    make : callable
        Told that module, or what stands for it, makes the network; it drops nothing.
    images : tuple of int
        Shape of a batch.
    classes : int
    """

    module: str
    make: Callable[[Any], Any]
    images: tuple[int, ...]
    classes: int


SMALL = {
    "mlp": Small("mlp", lambda m: m.MLP((12, 7, 6, 5), m.nn.ScaledTanh), (3, 1, 3, 4), 5),
    "convnet": Small("convnet", lambda m: m.ConvNet(), (3, 1, 28, 28), 10),
    "lenet": Small("lenet", lambda m: m.LeNet(), (3, 3, 32, 32), 10),
    "mnist net": Small("mnist_net", lambda m: m.MnistNet(), (3, 1, 28, 28), 10),
    "simple cnn": Small("simple_cnn", lambda m: m.SimpleCNN(4, 3, 2, image_size=12), (3, 1, 12, 12), 10),
    "committee net": Small("committee", lambda m: m.CommitteeNet(), (3, 1, 29, 29), 10),
    "committee": Small("committee", lambda m: m.Committee([m.CommitteeNet() for _ in range(3)]), (2, 1, 29, 29), 10),
    "resnet-14": Small("cifar_resnet", lambda m: m.CifarResNet(14, 5), (2, 3, 16, 16), 5),
    "plain-14": Small("cifar_resnet", lambda m: m.CifarResNet(14, 5, shortcuts=False), (2, 3, 16, 16), 5),
    "wrn-10-2": Small("wide_resnet", lambda m: m.WideResNet(10, 2, 5), (2, 3, 16, 16), 5),
    "alexnet": Small("alexnet", lambda m: m.AlexNet(5, 0.0, 16), (2, 3, 80, 70), 5),
    "vgg": Small("vgg", lambda m: m.VGG([1, 2, 1, 1, 1], 5, 0.0, 16), (2, 3, 40, 32), 5),
    "resnet, basic": Small("resnet", lambda m: m.ResNet(m.BasicBlock, [1, 2, 1, 1], 5), (2, 3, 64, 40), 5),
    "resnet, bottleneck": Small("resnet", lambda m: m.ResNet(m.Bottleneck, [2, 1, 1, 1], 5), (2, 3, 40, 64), 5),
    "googlenet": Small("googlenet", lambda m: m.GoogLeNet(5, dropout=0.0), (2, 3, 64, 48), 5),
    "inception v3": Small("inception", lambda m: m.Inception3(5, aux_logits=False, dropout=0.0), (2, 3, 107, 75), 5),
    "inception v3, head": Small("inception_blocks", lambda m: m.InceptionAux(6, 5), (3, 6, 17, 20), 5),
    "googlenet, head": Small("googlenet", lambda m: m.AuxiliaryHead(6, 5, dropout=0.0), (3, 6, 9, 7), 5),
    "densenet": Small("densenet", lambda m: m.DenseNet(4, (2, 3, 1), 8, 2, num_classes=5), (2, 3, 64, 48), 5),
}
