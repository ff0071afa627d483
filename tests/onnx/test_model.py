"""Models read from ONNX: names, training, dtypes, old operator sets, and what is refused."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("onnx", reason="needs the extra onnx: pip install 'byhand[onnx]'")

import onnx
import onnx.parser
from onnx import TensorProto, helper, numpy_helper

import engine
import engine.onnx
from engine.errors import DataError, DTypeError, OnnxError
from engine.onnx.backend import EngineBackend

rng = np.random.default_rng(0)


def parsed(graph: str, opset: int = 21) -> onnx.ModelProto:
    return onnx.parser.parse_model(f'<ir_version: 10, opset_import: ["" : {opset}]> {graph}')


def with_initializers(graph: str, opset: int = 21, **arrays: Any) -> onnx.ModelProto:
    model = parsed(graph, opset)
    model.graph.initializer.extend(numpy_helper.from_array(np.asarray(array), name) for name, array in arrays.items())
    return model


def small_network() -> onnx.ModelProto:
    return with_initializers(
        """net (float[N, 3] x) => (float[N, 2] y) {
            h = Gemm <transB = 1> (x, weight, bias)
            n = BatchNormalization (h, scale, shift, mean, var)
            s = Reshape (n, shape)
            y = Relu (s)
        }""",
        weight=rng.standard_normal((2, 3), np.float32),
        bias=rng.standard_normal(2, np.float32),
        scale=np.ones(2, np.float32),
        shift=np.zeros(2, np.float32),
        mean=np.zeros(2, np.float32),
        var=np.ones(2, np.float32),
        shape=np.array([0, -1]),
    )


def test_initializers_are_parameters_and_buffers_under_their_names() -> None:
    model = engine.onnx.load(small_network())
    assert [name for name, _ in model.named_parameters()] == ["weight", "bias", "scale", "shift"]
    assert [name for name, _ in model.named_buffers()] == ["mean", "var", "shape"]
    assert (model.input_names, model.output_names) == (("x",), ("y",))


def test_a_model_from_onnx_can_be_trained() -> None:
    engine.manual_seed(0)
    model = engine.onnx.load(small_network())
    x, labels = engine.tensor(rng.standard_normal((8, 3), np.float32)), engine.tensor([0, 1] * 4)
    optimizer = engine.optim.SGD(model.parameters(), lr=0.5)
    losses = []
    for _ in range(20):
        optimizer.zero_grad()
        loss = engine.nn.functional.cross_entropy(model(x), labels)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < 0.8 * losses[0]


def test_run_takes_arrays_in_order_or_by_name() -> None:
    model = engine.onnx.load(parsed("f (float[N] a, float[N] b) => (float[N] y) { y = Sub (a, b) }"))
    a, b = np.array([3.0, 1.0], np.float32), np.array([1.0, 1.0], np.float32)
    for inputs in ([a, b], {"b": b, "a": a}):
        (y,) = model.run(inputs)
        assert y.tolist() == [2.0, 0.0]
    with pytest.raises(OnnxError, match=r"OnnxModel: expected the inputs a, b, got no b for Sub"):
        model.run([a])
    with pytest.raises(OnnxError, match=r"OnnxModel: expected a float32, got float64"):
        model.run([a.astype(np.float64), b])
    with pytest.raises(OnnxError, match=r"expected inputs named a, b, got c"):
        model.run({"c": a})
    with pytest.raises(OnnxError, match=r"expected at most 2 inputs \(a, b\), got 3"):
        model.run([a, b, a])


def test_operators_that_are_missing_are_all_named() -> None:
    model = parsed("f (float[N] x) => (float[N] y) { a = Erf (x)  b = Celu (a)  y = Relu (b) }")
    with pytest.raises(OnnxError, match=r"onnx: expected operators of Abs, Add, .*, got Celu, Erf"):
        engine.onnx.load(model)
    node = helper.make_node("Relu", ["x"], ["y"], domain="com.example")
    values = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1]) for name in "xy"]
    opsets = [helper.make_opsetid("", 21), helper.make_opsetid("com.example", 1)]
    foreign = helper.make_model(helper.make_graph([node], "f", values[:1], values[1:]), opset_imports=opsets)
    with pytest.raises(OnnxError, match=r"got com\.example\.Relu"):
        engine.onnx.load(foreign)


def test_functions_of_the_model_are_put_in_place() -> None:
    text = """<ir_version: 10, opset_import: ["" : 21, "own" : 1]>
    f (float[N] x) => (float[N] y) { y = own.twice (x) }
    <domain: "own", opset_import: ["" : 21]> twice (a) => (b) { b = Add (a, a) }"""
    (y,) = engine.onnx.load(onnx.parser.parse_model(text)).run([np.ones(2, np.float32)])
    assert y.tolist() == [2.0, 2.0]


def test_files_that_are_no_models(tmp_path: Path) -> None:
    (tmp_path / "bad.onnx").write_bytes(b"nonsense")
    for name in ("bad.onnx", "missing.onnx"):
        with pytest.raises(DataError, match=f"{name}: expected an ONNX model"):
            engine.onnx.load(tmp_path / name)
    model = parsed("f (float[N] x) => (float[N] y) { y = Relu (x) }")
    onnx.save(model, tmp_path / "good.onnx")
    assert engine.onnx.load(str(tmp_path / "good.onnx")).run([np.array([-1.0, 1.0], np.float32)])[0].tolist() == [0, 1]
    model.graph.node[0].input[0] = "nowhere"
    with pytest.raises(OnnxError, match="onnx: expected a valid model, got"):
        engine.onnx.load(model)


def test_initializers_may_be_called_like_a_method() -> None:
    model = with_initializers(
        "f (float[N] x) => (float[N] y) { y = Mul (x, forward) }", forward=np.array([2.0], np.float32)
    )
    assert engine.onnx.load(model)(engine.tensor([3.0])).tolist() == [6.0]


def test_half_precision_is_rounded_after_every_node() -> None:
    model = engine.onnx.load(parsed("f (float16[N] x) => (float16[N] z) { y = Mul (x, x)  z = Sub (y, x) }"))
    x = rng.standard_normal(1000).astype(np.float16)
    (z,) = model.run([x])
    assert z.dtype == np.float16
    np.testing.assert_array_equal(z, x * x - x)


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int16", "uint16", "uint32", "uint64"])
def test_whole_numbers_wrap_after_every_node(dtype: str) -> None:
    model = engine.onnx.load(parsed(f"f ({dtype}[N] x) => ({dtype}[N] z) {{ y = Mul (x, x)  z = Div (y, x) }}"))
    x = rng.integers(1, min(np.iinfo(dtype).max, 2**31), 100).astype(dtype)
    (z,) = model.run([x])
    expected = np.where(x * x < 0, -(-(x * x) // x), x * x // x) if dtype.startswith("int") else x * x // x
    np.testing.assert_array_equal(z, expected)
    assert z.dtype == dtype


def test_values_that_nothing_can_stand_in_for_are_refused() -> None:
    model = engine.onnx.load(parsed("f (uint64[N] x) => (uint64[N] y) { y = Identity (x) }"))
    with pytest.raises(DTypeError, match=r"onnx: expected uint64 below 2\*\*63, got 9223372036854775808"):
        model.run([np.array([2**63], np.uint64)])
    model = engine.onnx.load(parsed("f (complex64[N] x) => (complex64[N] y) { y = Identity (x) }"))
    with pytest.raises(DTypeError, match="onnx: expected numbers, bool or text, got complex64"):
        model.run([np.zeros(1, np.complex64)])
    cast = engine.onnx.load(parsed("f (float[N] x) => (string[N] y) { y = Cast <to = 8> (x) }"))
    with pytest.raises(OnnxError, match="Cast: expected numbers to convert to numbers, got float32 to object"):
        cast.run([np.zeros(1, np.float32)])


def test_texts_can_be_moved_and_compared() -> None:
    model = engine.onnx.load(
        parsed(
            """f (string[N] a, string[N] b) => (bool[N] same, string[M] both) {
                same = Equal (a, b)  both = Concat <axis = 0> (a, b)
            }"""
        )
    )
    same, both = model.run([np.array(["x", "y"], object), np.array(["x", "z"], object)])
    assert same.tolist() == [True, False]
    assert both.tolist() == ["x", "y", "x", "z"]


def test_broadcasting_of_operator_set_6() -> None:
    graph = "f (float[2, 3, 4] a, float[3] b) => (float[2, 3, 4] y) { y = Add <broadcast = 1, axis = 1> (a, b) }"
    a, b = rng.standard_normal((2, 3, 4), np.float32), rng.standard_normal(3, np.float32)
    (y,) = engine.onnx.load(parsed(graph, 6)).run([a, b])
    np.testing.assert_allclose(y, a + b[:, None])


def test_softmax_of_operator_set_11_takes_all_axes_from_one_on() -> None:
    graph = "f (float[2, 3, 4] x) => (float[2, 3, 4] y) { y = Softmax <axis = 1> (x) }"
    (y,) = engine.onnx.load(parsed(graph, 11)).run([rng.standard_normal((2, 3, 4), np.float32)])
    np.testing.assert_allclose(y.sum((1, 2)), 1, rtol=1e-6)


def test_dropout_in_training_drops_the_share_asked_for() -> None:
    graph = """f (float[N] x) => (float[N] y, bool[N] mask) {
        ratio = Constant <value_float = 0.25> ()  on = Constant <value = bool {1}> ()  y, mask = Dropout (x, ratio, on)
    }"""
    engine.manual_seed(0)
    y, mask = engine.onnx.load(parsed(graph)).run([np.ones(10000, np.float32)])
    np.testing.assert_array_equal(y, np.where(mask, np.float32(1 / 0.75), 0))
    assert abs(mask.mean() - 0.75) < 0.02


def test_an_even_number_of_neighbours_is_counted_as_onnx_does() -> None:
    graph = "f (float[N, C, H, W] x) => (float[N, C, H, W] y) { y = LRN <size = 4, alpha = 2.0, beta = 0.5> (x) }"
    x = rng.standard_normal((2, 6, 3, 2), np.float32)
    squares = np.pad(x**2, ((0, 0), (1, 2), (0, 0), (0, 0)))
    around = sum(squares[:, i : i + 6] for i in range(4))
    (y,) = engine.onnx.load(parsed(graph)).run([x])
    np.testing.assert_allclose(y, x / np.sqrt(1 + 2.0 / 4 * around), rtol=1e-5)


def test_the_backend_runs_single_nodes() -> None:
    node = helper.make_node("Clip", ["x", "", "high"], ["y"])
    (y,) = EngineBackend.run_node(node, [np.array([-1.0, 5.0], np.float32), np.float32(2)])
    assert y.tolist() == [-1.0, 2.0]
    assert EngineBackend.supports_device("CPU")
    with pytest.raises(OnnxError, match="EngineBackend: expected device CPU, got CUDA"):
        EngineBackend.prepare(small_network(), "CUDA")


def test_import_engine_does_not_import_onnx() -> None:
    code = "import sys, engine; sys.exit('onnx' in sys.modules or 'engine.onnx' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parents[2], check=False).returncode == 0


def test_without_the_package_the_error_says_what_to_install() -> None:
    code = "import importlib.util\nimportlib.util.find_spec = lambda name: None\nimport engine.onnx"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=Path(__file__).parents[2], check=False, capture_output=True, text=True
    )
    assert "engine.onnx: expected the package onnx, got none installed; pip install 'byhand[onnx]'" in done.stderr
