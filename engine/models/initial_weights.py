"""How the weights of whole networks start, where their papers do not start them layer by layer."""

from engine import nn


def he_convolutions(model: nn.Module) -> None:
    """Draw the weights of all convolutions from N(0, 2 / fan-out) and set their biases to 0.

    Parameters
    ----------
    model : Module
        Other layers in it are left as they are.

    References
    ----------
    He, Zhang, Ren, Sun, "Delving deep into rectifiers", 2015, section 2.2: gradients keep their size on the
    way back through convolutions that ReLU follows.

    Examples
    --------
    >>> layer = nn.Conv2d(2, 200, 5)
    >>> he_convolutions(layer)
    >>> bool(abs(layer.weight.array.std() / (2 / (200 * 25)) ** 0.5 - 1) < 0.05)
    True
    """
    for module in model.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
            if module.bias is not None:
                nn.init.zeros_(module.bias)


def uniform_parameters(model: nn.Module, bound: float) -> None:
    """Draw all parameters from U(-bound, bound), weights and biases alike.

    Parameters
    ----------
    model : Module
    bound : float

    Examples
    --------
    >>> layer = nn.Linear(4, 3)
    >>> uniform_parameters(layer, 0.05)
    >>> bool(abs(layer.weight.array).max() <= 0.05)
    True
    """
    for parameter in model.parameters():
        nn.init.uniform_(parameter, -bound, bound)
