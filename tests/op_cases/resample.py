"""Cases of resampling."""

from typing import Any

from hypothesis import assume
from hypothesis import strategies as st

import engine.nn.functional as F
from engine.errors import DTypeError, ParameterError, ShapeError
from tests.op_cases.case import BadInput, OpCase, Sample, seeds, t, values

factors = st.sampled_from([0.3, 0.5, 0.7, 1, 1.1, 1.5, 2, 2.2, 2.4, 3, 3.3])


@st.composite
def interpolations(draw: st.DrawFn) -> Sample:
    size = (draw(st.integers(1, 6)), draw(st.integers(1, 6)))
    settings: dict[str, Any] = {"mode": draw(st.sampled_from(["nearest", "nearest-exact", "bilinear"]))}
    if draw(st.booleans()):
        settings["size"] = draw(st.integers(1, 9) | st.tuples(st.integers(1, 9), st.integers(1, 9)))
    else:
        scale = draw(factors | st.tuples(factors, factors))
        both = scale if isinstance(scale, tuple) else (scale, scale)
        assume(all(length * factor >= 1 for length, factor in zip(size, both, strict=True)))
        settings |= {"scale_factor": scale, "recompute_scale_factor": draw(st.none() | st.booleans())}
    if settings["mode"] == "bilinear":
        settings["align_corners"] = draw(st.none() | st.booleans())
    return Sample((values(draw(seeds), (draw(st.integers(1, 3)), draw(st.integers(1, 3)), *size)),), settings)


def bad(says: str, **settings: Any) -> BadInput:
    return BadInput(lambda: F.interpolate(t(1, 1, 2, 2), **settings), ParameterError, f"interpolate: expected {says}")


CASES = {
    "interpolate": OpCase(
        interpolations(),
        (
            BadInput(lambda: F.interpolate(t(1, 2, 2), 3), ShapeError, "interpolate: expected input (N, C, H, W)"),
            BadInput(lambda: F.interpolate(t(1, 0, 2, 2), 3), ShapeError, "(N, C, H, W), no axis but N empty"),
            BadInput(lambda: F.interpolate(t(1, 1, 2, 2, dtype="int64"), 3), DTypeError, "interpolate: expected float"),
            bad("either size or scale_factor, got size None, scale_factor None"),
            bad("either size or scale_factor, got size 2, scale_factor 2", size=2, scale_factor=2),
            bad("size as a whole number >= 1", size=0),
            bad("size as a whole number >= 1", size=(2, 2, 2)),
            bad("scale_factor as a number > 0, or two of them, got (2, 2, 2)", scale_factor=(2, 2, 2)),
            bad("scale_factor as a number > 0, or two of them, got -1.0", scale_factor=-1.0),
            bad("scale_factor as a number > 0, or two of them, got nan", scale_factor=float("nan")),
            bad("a scale_factor that leaves at least one pixel, got 0.4 for maps of 2x2", scale_factor=0.4),
            bad("recompute_scale_factor only with scale_factor", size=2, recompute_scale_factor=True),
            bad("mode nearest, nearest-exact, bilinear, got 'bicubic'", size=2, mode="bicubic"),
            bad("align_corners only with mode \"bilinear\", got mode 'nearest'", size=2, align_corners=False),
        ),
    ),
}
