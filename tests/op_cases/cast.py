"""Cases of the conversion between dtypes."""

from engine.errors import DTypeError
from tests.op_cases.case import BadInput, OpCase, Sample, t, unary

CASES = {
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
