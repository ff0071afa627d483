"""Cases of the activation functions."""

from typing import Any

from hypothesis import strategies as st

import engine.nn.functional as F
from engine.errors import ParameterError
from tests.op_cases.case import BadInput, OpCase, Sample, dtype_error, lengths, seeds, t, unary, values

# A word that gelu does not know; Any, because a checker would not let it pass.
EXACT: Any = "exact"


@st.composite
def activations(draw: st.DrawFn, /, **settings: st.SearchStrategy[Any]) -> Sample:
    """Draw inputs from within -6 … 6, beyond which most of these functions are flat, and settings."""
    shape = tuple(draw(st.lists(lengths, max_size=3)))
    scale = draw(st.sampled_from([0.5, 1.0, 3.0]))
    return Sample((values(draw(seeds), shape) * scale,), {name: draw(s) for name, s in settings.items()})


CASES = {
    "relu": OpCase(unary(), (dtype_error("relu", "bool"),)),
    "leaky_relu": OpCase(activations(negative_slope=st.sampled_from([0.01, 0.3, -0.5])), (dtype_error("leaky_relu"),)),
    "gelu": OpCase(
        activations(approximate=st.sampled_from(["none", "tanh"])),
        (
            dtype_error("gelu"),
            BadInput(lambda: F.gelu(t(2), EXACT), ParameterError, 'gelu: expected approximate "none" or "tanh", got'),
        ),
    ),
    "sigmoid": OpCase(activations(), (dtype_error("sigmoid"),)),
    "tanh": OpCase(activations(), (dtype_error("tanh"),)),
    "scaled_tanh": OpCase(
        activations(),
        (dtype_error("scaled_tanh"),),
        pytorch=lambda torch, x: 1.7159 * torch.tanh(2 * x / 3),
    ),
    "softplus": OpCase(
        # Values are at most 6, so beta * input passes the threshold 2 often, and 20 for beta = 5.
        activations(beta=st.sampled_from([0.5, 1.0, 5.0]), threshold=st.sampled_from([2.0, 20.0])),
        (
            dtype_error("softplus"),
            BadInput(lambda: F.softplus(t(2), beta=0), ParameterError, "softplus: expected beta other than 0, got 0"),
        ),
    ),
}
