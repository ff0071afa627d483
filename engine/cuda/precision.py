"""How exactly float32 products are computed on a device; it imports nothing of CUDA."""

from engine.errors import ParameterError

PRECISIONS = ("highest", "high")

_precision = "highest"


def set_float32_matmul_precision(precision: str) -> None:
    """Choose how products and convolutions of float32 are computed on a CUDA device.

    Parameters
    ----------
    precision : {"highest", "high"}
        "high" uses tensor cores (TF32) where the card has them, as PyTorch's function of this name.

    Raises
    ------
    ParameterError
        If it is none of these.

    Examples
    --------
    >>> set_float32_matmul_precision("high")
    >>> get_float32_matmul_precision()
    'high'
    >>> set_float32_matmul_precision("highest")
    """
    global _precision
    if precision not in PRECISIONS:
        raise ParameterError("set_float32_matmul_precision", '"highest" or "high"', repr(precision))
    _precision = precision


def get_float32_matmul_precision() -> str:
    """Return what :func:`set_float32_matmul_precision` chose; "highest" before it is called."""
    return _precision
