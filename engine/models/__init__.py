"""Networks."""

from engine.models.alexnet import AlexNet
from engine.models.cifar_resnet import CifarResNet
from engine.models.committee import Committee, CommitteeNet
from engine.models.convnet import ConvNet
from engine.models.densenet import DenseNet
from engine.models.googlenet import GoogLeNet
from engine.models.inception import Inception3
from engine.models.lenet import LeNet
from engine.models.lenet5 import LeNet5, digit_codes
from engine.models.mlp import MLP, deep_mlp
from engine.models.mnist_net import MnistNet
from engine.models.resnet import BasicBlock, Bottleneck, ResNet, resnet18, resnet34, resnet50, resnet101, resnet152
from engine.models.simple_cnn import SimpleCNN
from engine.models.vgg import VGG, vgg16, vgg19
from engine.models.wide_resnet import WideResNet

__all__ = [
    "MLP",
    "VGG",
    "AlexNet",
    "BasicBlock",
    "Bottleneck",
    "CifarResNet",
    "Committee",
    "CommitteeNet",
    "ConvNet",
    "DenseNet",
    "GoogLeNet",
    "Inception3",
    "LeNet",
    "LeNet5",
    "MnistNet",
    "ResNet",
    "SimpleCNN",
    "WideResNet",
    "deep_mlp",
    "digit_codes",
    "resnet18",
    "resnet34",
    "resnet50",
    "resnet101",
    "resnet152",
    "vgg16",
    "vgg19",
]
