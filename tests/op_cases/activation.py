"""Cases of the activation functions."""

from tests.op_cases.case import OpCase, dtype_error, unary

CASES = {
    "relu": OpCase(unary(), (dtype_error("relu", "bool"),)),
    "tanh": OpCase(unary(), (dtype_error("tanh"),)),
}
