"""Plain stacks of convolutions without padding and pooling: the nets of 99.8% on MNIST, and smaller ones."""

from engine import nn
from engine.errors import ParameterError
from engine.tensor import Tensor


class SimpleCNN(nn.Module):
    """Convolutions that each shrink the maps and add channels, then one fully connected layer.

    Batch normalisation follows every layer, the last one too, so that none has a bias; ReLU follows the
    convolutions. By default it is the paper's M3: ten 3x3 convolutions with 32, 48, … 176 channels.

    Parameters
    ----------
    depth : int
        Number of convolutions. Each takes ``kernel_size - 1`` pixels off the height and the width.
    width : int
        Channels of the first convolution.
    growth : int
        How many more channels each convolution has than the one before.
    kernel_size : int
        Height and width of the filters.
    in_channels : int
    image_size : int
        Height and width of the images.
    num_classes : int

    Raises
    ------
    ParameterError
        If there is no convolution, or no pixel is left after the last one.

    Notes
    -----
    The paper's M5 is ``SimpleCNN(5, 32, 32, kernel_size=5)`` and its M7 ``SimpleCNN(4, 48, 48, kernel_size=7)``.
    ``SimpleCNN(width=16, growth=8)`` is M3 with half the channels and a quarter of the multiply-adds, for
    machines with few processors. Pixels are expected between -1 and 1.

    References
    ----------
    An, Lee, Park, Yang, So, "An ensemble of simple convolutional neural network models for MNIST digit
    recognition", 2020.

    Examples
    --------
    >>> model = SimpleCNN()
    >>> [layer.out_channels for layer in model.features if isinstance(layer, nn.Conv2d)]
    [32, 48, 64, 80, 96, 112, 128, 144, 160, 176]
    >>> sum(p.numel() for p in model.parameters()), sum(p.numel() for p in SimpleCNN(width=16, growth=8).parameters())
    (1124180, 309812)
    """

    def __init__(
        self,
        depth: int = 10,
        width: int = 32,
        growth: int = 16,
        kernel_size: int = 3,
        in_channels: int = 1,
        image_size: int = 28,
        num_classes: int = 10,
    ) -> None:
        super().__init__()
        side = image_size - depth * (kernel_size - 1)
        if depth < 1 or side < 1:
            got = f"depth={depth} for kernel_size={kernel_size} and image_size={image_size}"
            raise ParameterError("SimpleCNN", "a depth of at least 1 that leaves at least one pixel", got)
        layers: list[nn.Module] = []
        for i in range(depth):
            channels = width + growth * i
            layers += [
                nn.Conv2d(in_channels, channels, kernel_size, bias=False),
                nn.BatchNorm2d(channels),
                nn.ReLU(),
            ]
            in_channels = channels
        self.features = nn.Sequential(*layers)
        self.classifier = nn.Sequential(
            nn.Flatten(), nn.Linear(in_channels * side * side, num_classes, bias=False), nn.BatchNorm1d(num_classes)
        )

    def forward(self, x: Tensor) -> Tensor:
        """Map images (N, in_channels, image_size, image_size) to logits (N, num_classes)."""
        logits: Tensor = self.classifier(self.features(x))
        return logits
