"""Moving a tensor to another device: no arithmetic, no kernel."""

from engine.arrays import Array
from engine.device import Device
from engine.op import Context, Operand, op
from engine.placement import device_arrays, on_host


@op
def to_device(ctx: Context, input: Operand, device: str | Device) -> Array:
    """Move the elements to another device; what a tensor's methods ``to``, ``cuda`` and ``cpu`` call.

    Parameters
    ----------
    input : Tensor, any shape
    device : str or Device
        "cpu" or "cuda".

    Returns
    -------
    Tensor
        Of the same shape and dtype. The gradient is moved back.

    Raises
    ------
    ParameterError
        If there is no such kind of device.
    DeviceError
        If there is no CUDA device to use, or it has no memory left.

    Examples
    --------
    >>> import engine
    >>> engine.ops.to_device(engine.tensor([1.0, 2.0]), "cpu")
    tensor([1., 2.])
    """
    ctx.save(ctx.on_device)
    return moved(input, Device(device).type == "cuda")


@to_device.vjp
def to_device_vjp(ctx: Context, dy: Array) -> tuple[Array]:
    (was_on_device,) = ctx.saved
    return (moved(dy, was_on_device),)


def moved(array: Array, to_cuda: bool) -> Array:
    """Return an array on the device or on the host; itself if it is there."""
    if not to_cuda:
        return on_host(array)
    made: Array = device_arrays().on_device(array)
    return made
