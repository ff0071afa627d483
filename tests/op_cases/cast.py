"""Cases of the conversion between dtypes."""

from engine.errors import DeviceError, DTypeError, ParameterError
from tests.op_cases.case import BadInput, OpCase, Sample, t, unary

CASES = {
    # Between devices tests/cudasim and tests/gpu move.
    "to_device": OpCase(
        unary().map(lambda sample: Sample(sample.operands, {"device": "cpu"})),
        (
            BadInput(lambda: t(2).to(device="gpu"), ParameterError, 'device: expected "cpu" or "cuda", got \'gpu\''),
            BadInput(lambda: t(2).to("cuda:1"), DeviceError, "device: expected the first device, got cuda:1"),
        ),
        pytorch=lambda torch, x, device: x.to(device),
    ),
    # Only to the wider dtype: finite differences see nothing through float32. tests/engine/test_cast.py has the rest.
    "to": OpCase(
        unary().map(lambda sample: Sample(sample.operands, {"dtype": "float64"})),
        (
            BadInput(
                lambda: t(2).to("float16"), DTypeError, "to: expected float32, float64, int64, int32, uint8, bool"
            ),
            BadInput(lambda: t(2).type("colour"), DTypeError, "got 'colour'"),
        ),
        keeps_dtype=False,
        pytorch=lambda torch, x, dtype: x.to(getattr(torch, dtype)),
    ),
}
