"""The engine's errors: who complains, what was expected, what came, what to do."""


class EngineError(Exception):
    """Root of every error the engine raises on purpose.

    Parameters
    ----------
    who : str
        The function, layer or file that complains.
    expected : str
        What it would have accepted.
    got : str
        What it was given, values included.
    fix : str, optional
        What to do about it, as a sentence without its full stop.

    Examples
    --------
    >>> print(ShapeError("linear", "input (N, 400)", "(64, 20, 20)", "flatten it first"))
    linear: expected input (N, 400), got (64, 20, 20); flatten it first
    """

    def __init__(self, who: str, expected: str, got: str, fix: str = "") -> None:
        super().__init__(who, expected, got, fix)

    def __str__(self) -> str:
        who, expected, got, fix = self.args
        return f"{who}: expected {expected}, got {got}" + (f"; {fix}" if fix else "")


class ShapeError(EngineError, ValueError):
    """An array has the wrong number of axes, or axes that do not go together."""


class PositionError(EngineError, IndexError):
    """An index does not fit the tensor it is used on."""


class DTypeError(EngineError, TypeError):
    """An argument is of the wrong type, or its elements are."""


class ParameterError(EngineError, ValueError):
    """A setting (stride, padding, learning rate, name of a kernel set …) has a value that cannot work."""


class GraphError(EngineError, RuntimeError):
    """Backward was asked for where the graph cannot give it."""


class GradientError(EngineError, AssertionError):
    """A vjp disagrees with finite differences (raised by :func:`engine.gradcheck`)."""


class StateError(EngineError, KeyError):
    """A state_dict does not belong to the module it is loaded into."""


class PathError(EngineError, AttributeError):
    """A module has no module, parameter or buffer at the path asked for."""


class DataError(EngineError, ValueError):
    """A data file is missing, damaged, or not what its name says."""


class DeviceError(EngineError, RuntimeError):
    """A device is missing, out of memory, or not where the tensor is."""


class DivergenceError(EngineError, ArithmeticError):
    """Training has left the numbers: the loss is infinite or not a number."""


class OnnxError(EngineError, ValueError):
    """A model in ONNX is not valid, or needs what the engine does not have."""
