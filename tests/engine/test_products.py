"""Matrix products of sizes that fill tiles, that leave parts of them over, and that have nothing to multiply."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import engine
import engine.nn.functional as F
from engine.kernels import load

thorough = settings(
    max_examples=150, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)
# A tile has up to 8 rows and 48 columns; a transposing copy takes 16x16 numbers.
sides = st.sampled_from([1, 3, 4, 7, 8, 9, 15, 16, 17, 33, 47, 48, 49, 70, 96, 120])


@thorough
@given(
    stacks=st.sampled_from([(1, 1), (3, 3), (3, 1), (1, 3)]),
    size=st.tuples(sides, sides, sides),
    transposed=st.tuples(st.booleans(), st.booleans()),
    dtype=st.sampled_from(["float32", "float64"]),
    seed=st.integers(0, 1000),
)
def test_product_equals_numpys(
    stacks: tuple[int, int], size: tuple[int, int, int], transposed: tuple[bool, bool], dtype: str, seed: int
) -> None:
    rows, columns, depth = size
    rng = np.random.default_rng(seed)
    left = rng.standard_normal((stacks[0], *((depth, rows) if transposed[0] else (rows, depth)))).astype(dtype)
    right = rng.standard_normal((stacks[1], *((columns, depth) if transposed[1] else (depth, columns)))).astype(dtype)
    out = np.full((max(stacks), rows, columns), np.nan, dtype)
    load("cpu").matmul(out, left, right, int(transposed[0]), int(transposed[1]))
    a, b = (m.swapaxes(1, 2) if t else m for m, t in zip((left, right), transposed, strict=True))
    np.testing.assert_allclose(out, a @ b, rtol=1e-4, atol=1e-4 if dtype == "float32" else 1e-11)


@thorough
@given(size=st.tuples(sides, sides, sides), relu=st.booleans(), seed=st.integers(0, 1000))
def test_layer_adds_its_bias_and_rectifies(size: tuple[int, int, int], relu: bool, seed: int) -> None:
    batch, outputs, depth = size
    rng = np.random.default_rng(seed)
    x, w, b = (rng.standard_normal(shape, np.float32) for shape in ((batch, depth), (outputs, depth), (outputs,)))
    out = np.full((batch, outputs), np.nan, np.float32)
    load("cpu").linear(out, x, w, b, int(relu))
    expected = x @ w.T + b
    np.testing.assert_allclose(out, np.maximum(expected, 0) if relu else expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("kernels", ["reference", "cpu"])
@pytest.mark.parametrize(("batch", "depth"), [(8, 0), (2, 0), (0, 4), (0, 0)])
def test_a_layer_without_features_or_examples(kernels: str, batch: int, depth: int) -> None:
    with engine.use_kernels(kernels):
        x, w = (engine.tensor(np.ones(shape), requires_grad=True) for shape in ((batch, depth), (3, depth)))
        b = engine.tensor([1.0, 2.0, 3.0], dtype="float64", requires_grad=True)
        out = F.linear(x, w, b)
        assert out.tolist() == [[1.0, 2.0, 3.0]] * batch
        out.sum().backward()
        assert b.grad.tolist() == [batch] * 3
        assert not w.grad.array.any()
