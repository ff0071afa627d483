"""Questions about elements that are answered by yes or no, and whether any or all say yes."""

from collections.abc import Sequence

from engine.op import Operand, composite
from engine.ops.comparison import ne
from engine.ops.extremum import amax, amin
from engine.tensor import Tensor


@composite
def isnan(input: Operand) -> Tensor:
    """Tell where a tensor is not a number.

    Parameters
    ----------
    input : Tensor, any shape and dtype

    Returns
    -------
    Tensor of bool, of input's shape

    Raises
    ------
    DTypeError
        If `input` is no Tensor.

    Examples
    --------
    >>> import engine
    >>> engine.isnan(engine.tensor([1.0, float("nan")]))
    tensor([False,  True])
    """
    different: Tensor = ne(input, input)
    return different


@composite
def any(input: Operand, dim: int | Sequence[int] = (), keepdim: bool = False) -> Tensor:
    """Tell whether at least one element is not 0.

    Parameters
    ----------
    input : Tensor, any shape and dtype
    dim : int or sequence of int
        The axes to look along; () means all of them.
    keepdim : bool
        Keep each of these axes with length 1.

    Returns
    -------
    Tensor of bool
        Without the axes `dim`.

    Raises
    ------
    ParameterError
        If an axis does not exist or is named twice.
    ShapeError
        If there is no element to look at.
    DTypeError
        If `input` is no Tensor.

    Examples
    --------
    >>> import engine
    >>> engine.any(engine.tensor([[0, 1], [0, 0]]), dim=1)
    tensor([ True, False])
    """
    found: Tensor = amax(ne(input, 0), dim, keepdim)
    return found


@composite
def all(input: Operand, dim: int | Sequence[int] = (), keepdim: bool = False) -> Tensor:
    """Tell whether no element is 0.

    Parameters
    ----------
    input : Tensor, any shape and dtype
    dim : int or sequence of int
        The axes to look along; () means all of them.
    keepdim : bool
        Keep each of these axes with length 1.

    Returns
    -------
    Tensor of bool
        Without the axes `dim`.

    Raises
    ------
    ParameterError
        If an axis does not exist or is named twice.
    ShapeError
        If there is no element to look at.
    DTypeError
        If `input` is no Tensor.

    Examples
    --------
    >>> import engine
    >>> engine.all(engine.tensor([[1, 1], [0, 1]]), dim=1)
    tensor([ True, False])
    """
    found: Tensor = amin(ne(input, 0), dim, keepdim)
    return found
