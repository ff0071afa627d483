"""Cases cover the circumstances in which wrong code is wrong: a 3x3 square with stride 1 shows little."""

from collections.abc import Callable

import numpy as np
import pytest

from grader.catalog import load_catalog
from grader.exercise import Sheet
from tests.grader.circumstances import (
    ALL,
    BATCHES,
    CHANNELS,
    FILTERS,
    KERNELS,
    PADDINGS,
    STRIDES,
    WINDOWS,
    Case,
    begins_behind,
    does_not_tile,
    drawn,
    has_ties,
    is_repeated,
    right,
    uses,
)

EXPECTED: dict[str, dict[str, Callable[[Case], bool]]] = {
    "unroll": ALL
    | {
        "one image alone": lambda case: case["images"].ndim == 2,
        "a batch of one": lambda case: case["images"].ndim == 3 and len(case["images"]) == 1,
        "a batch of several": lambda case: case["images"].ndim == 3 and len(case["images"]) > 1,
        "digits of 20x20": lambda case: case["images"].shape[-2:] == (20, 20),
    },
    "mlp_forward": ALL
    | BATCHES
    | {
        "biases": lambda case: bool(case["b1"].any() and case["b2"].any()),
        "a unit that is cut off for all": lambda case: bool((case["x"] @ case["w1"].T + case["b1"]).max(0).min() < 0),
        "a negative logit": lambda case: bool(case["b2"].min() < 0),
        "as many hidden units as pixels": lambda case: case["w1"].shape[0] == case["w1"].shape[1] > 1,
    },
    "locally_connected": ALL
    | BATCHES
    | {
        "filter not square": lambda case: case["w"].shape[2] != case["w"].shape[3],
        "a field as large as the image": lambda case: case["w"].shape[2:] == case["x"].shape[1:],
        "filters that differ": lambda case: len(np.unique(case["w"].reshape(-1, *case["w"].shape[2:]), axis=0)) > 1,
        "a bias": lambda case: bool(case["b"].any()),
    },
    "numerical_gradient": {
        "float32": lambda case: case["x"].dtype == np.float32,
        "float64": lambda case: case["x"].dtype == np.float64,
        "whole numbers": lambda case: case["x"].dtype == np.int64,
        "a vector": lambda case: case["x"].ndim == 1,
        "three axes": lambda case: case["x"].ndim == 3,
        "several sums": lambda case: len(case["w"]) > 1,
        "a large step": lambda case: case["h"] >= 1,
        "a small step": lambda case: case["h"] <= 1e-3,
    },
    "linear_backward": ALL
    | BATCHES
    | {"all square": lambda case: case["dy"].shape == case["x"].shape == case["w"].shape},
    "relu_backward": {
        "float32": lambda case: case["x"].dtype == np.float32,
        "float64": lambda case: case["x"].dtype == np.float64,
        "a vector": lambda case: case["x"].ndim == 1,
        "four axes": lambda case: case["x"].ndim == 4,
        "exactly 0": lambda case: bool((case["x"] == 0).any()),
        "a negative gradient that goes through": lambda case: bool(((case["x"] > 0) & (case["dy"] < 0)).any()),
    },
    "avg_pool2d_backward": ALL | BATCHES | CHANNELS | WINDOWS | STRIDES,
    "batch_norm": ALL
    | BATCHES
    | CHANNELS
    | {
        "a constant channel": lambda case: bool((np.ptp(case["x"], axis=(0, 2, 3)) == 0).any()),
        "momentum 0": lambda case: case["momentum"] == 0,
        "momentum 1": lambda case: case["momentum"] == 1,
        "a large eps": lambda case: case["eps"] >= 1,
        "two numbers in a channel": lambda case: case["x"].size == 2 * case["x"].shape[1],
    },
    "batch_norm_backward": ALL
    | BATCHES
    | CHANNELS
    | {"a small eps": lambda case: case["eps"] < 1e-4, "a large eps": lambda case: case["eps"] >= 1},
    "unbroadcast": {
        "float32": lambda case: case["dy"].dtype == np.float32,
        "float64": lambda case: case["dy"].dtype == np.float64,
        "a single number": lambda case: case["shape"] == (),
        "nothing to undo": lambda case: case["shape"] == case["dy"].shape,
        "two axes put in": lambda case: case["dy"].ndim - len(case["shape"]) == 2,
        "an axis repeated": lambda case: is_repeated(case),
        "an axis put in, another repeated": lambda case: is_repeated(case) and len(case["shape"]) < case["dy"].ndim,
    },
    "matmul_vjp": ALL
    | {
        "two matrices": lambda case: case["dy"].ndim == 2,
        "two batches": lambda case: case["a"].ndim == case["b"].ndim == 3,
        "a batch and one matrix b": lambda case: case["a"].ndim == 3 and case["b"].ndim == 2 and len(case["a"]) > 1,
        "one matrix a and a batch": lambda case: case["a"].ndim == 2 and case["b"].ndim == 3 and len(case["b"]) > 1,
        "matrices that are square": lambda case: case["a"].shape[-1] == case["a"].shape[-2] == case["b"].shape[-1] > 1,
    },
    "tape": {
        "one line": lambda case: len(case["operations"]) == 1,
        "many lines": lambda case: len(case["operations"]) > 4,
        "a value used in several lines": lambda case: any(count > 1 for count in uses(case).values()),
        "a value used twice in one line": lambda case: any(len(set(line)) < len(line) for line in case["operations"]),
        "a value that is not used": lambda case: len(uses(case)) < len(case["values"]) - 1,
        "not square": lambda case: case["dy"].shape[0] != case["dy"].shape[1],
    }
    | {
        name: (lambda case, name=name: any(line[0] == name for line in case["operations"]))
        for name in ("add", "mul", "matmul", "tanh")
    },
    "parse_idx": {
        "a byte above 127": lambda case: bool((case["data"][-4:] > 127).any()),
        "a length above 255": lambda case: 255 < len(case["data"]) < 65536,
        "a length above 65535": lambda case: len(case["data"]) > 65536,
        "four axes": lambda case: len(case["data"]) > 3 and case["data"][3] == 4,
        "not even the first four bytes": lambda case: len(case["data"]) < 4,
        "no byte at all": lambda case: len(case["data"]) == 0,
    }
    | {
        f"type {code:#x}": (lambda case, code=code: len(case["data"]) > 8 and case["data"][2] == code)
        for code in (0x08, 0x09, 0x0B, 0x0C, 0x0D, 0x0E)
    },
    "batches": {
        "images unrolled": lambda case: case["images"].ndim == 2,
        "images not square": lambda case: case["images"].ndim == 3 and len(set(case["images"].shape[1:])) == 2,
        "batches of one": lambda case: case["batch_size"] == 1,
        "fewer images than a batch has": lambda case: len(case["order"]) < case["batch_size"],
        "an order that is not its own inverse": lambda case: bool(
            (case["order"][case["order"]] != np.arange(len(case["order"]))).any()
        ),
    }
    | {
        f"drop_last {drop_last}, {'nothing' if fits else 'something'} left over": (
            lambda case, drop_last=drop_last, fits=fits: (
                case["drop_last"] is drop_last and (len(case["order"]) % case["batch_size"] == 0) is fits
            )
        )
        for drop_last in (True, False)
        for fits in (True, False)
    },
    "train_softmax": ALL
    | {
        "one example": lambda case: len(case["x"]) == 1,
        "fewer examples than a batch has": lambda case: len(case["x"]) < case["batch_size"],
        "several batches and a smaller one": lambda case: (
            len(case["x"]) % case["batch_size"] > 0 and len(case["x"]) > case["batch_size"]
        ),
        "several batches of one size": lambda case: (
            len(case["x"]) % case["batch_size"] == 0 and len(case["x"]) > case["batch_size"]
        ),
        "several epochs": lambda case: case["epochs"] > 1,
        "momentum": lambda case: case["momentum"] > 0,
        "no momentum": lambda case: case["momentum"] == 0,
        "exp overflows": lambda case: bool((case["x"] @ case["w"] + case["b"] > 710).any()),
        "as many classes as inputs": lambda case: case["w"].shape[0] == case["w"].shape[1],
    },
    "zero_pad": ALL | BATCHES | CHANNELS | {"padding 0": lambda case: case["padding"] == 0},
    "cross_correlate2d": ALL | WINDOWS | FILTERS,
    "convolve2d": ALL | WINDOWS | FILTERS,
    "line_detectors": ALL
    | {
        "3x3": lambda case: case["image"].shape == (3, 3),
        "3 rows only": lambda case: case["image"].shape[0] == 3 < case["image"].shape[1],
        "the same everywhere": lambda case: len(np.unique(case["image"])) == 1,
    },
    "shift_equivariance": ALL
    | WINDOWS
    | FILTERS
    | {
        "up": lambda case: case["dy"] < 0,
        "to the left": lambda case: case["dx"] < 0,
        "not at all": lambda case: case["dy"] == case["dx"] == 0,
        "farther than the image is high": lambda case: abs(case["dy"]) > case["image"].shape[0],
        "farther than the image is wide": lambda case: abs(case["dx"]) > case["image"].shape[1],
    },
    "orientation": ALL | {f"direction {k} wins": lambda case, k=k: right("orientation", case) == k for k in range(4)},
    "conv2d": ALL
    | BATCHES
    | CHANNELS
    | WINDOWS
    | STRIDES
    | FILTERS
    | PADDINGS
    | {"one filter": lambda case: len(case["w"]) == 1, "a bias": lambda case: bool(case["b"].any())},
    "im2col": ALL | BATCHES | CHANNELS | WINDOWS | STRIDES | FILTERS | PADDINGS,
    "conv2d_by_matmul": ALL
    | BATCHES
    | {
        "one channel": lambda case: case["w"].shape[1] == 1,
        "several channels": lambda case: case["w"].shape[1] > 1,
        "one filter": lambda case: len(case["w"]) == 1,
        "filter not square": lambda case: case["w"].shape[2] != case["w"].shape[3],
        "one window": lambda case: case["columns"].shape[2] == 1,
        "maps not square": lambda case: case["columns"].shape[2] != case["out_h"] ** 2,
        "a bias": lambda case: bool(case["b"].any()),
    },
    "max_pool2d": ALL
    | BATCHES
    | CHANNELS
    | WINDOWS
    | STRIDES
    | {"all negative": lambda case: bool((case["x"] < 0).all()), "ties": has_ties},
    "avg_pool2d": ALL | BATCHES | CHANNELS | WINDOWS | STRIDES,
    "max_pool2d_ceil": ALL
    | BATCHES
    | CHANNELS
    | WINDOWS
    | STRIDES
    | {
        "all negative": lambda case: bool((case["x"] < 0).all()),
        "a window would begin behind the end": begins_behind,
        "nothing to round": lambda case: not does_not_tile(case),
    },
    "global_avg_pool": ALL
    | BATCHES
    | CHANNELS
    | {
        "one pixel": lambda case: case["x"].shape[2:] == (1, 1),
        "one row": lambda case: case["x"].shape[2] == 1 < case["x"].shape[3],
    },
    "softmax_cross_entropy": ALL | BATCHES,
    "conv2d_njit": KERNELS,
    "conv2d_parallel": KERNELS,
    "conv2d_fast": KERNELS,
    "cuda_scale_bias": {
        "a thread for each element": lambda case: case["x"].size == case["blocks"] * case["threads"],
        "threads that are too many": lambda case: case["x"].size < case["blocks"] * case["threads"],
        "threads that are too few": lambda case: case["x"].size > case["blocks"] * case["threads"],
        "one channel": lambda case: len(case["x"]) == 1,
        "several channels": lambda case: len(case["x"]) > 1,
        "one block": lambda case: case["blocks"] == 1 < case["threads"],
        "several blocks": lambda case: case["blocks"] > 1 < case["threads"],
    },
    "cuda_matmul_tiled": {
        "not square": ALL["not square"],
        "several tiles": lambda case: case["a"].shape[1] > 4,
        "a sum shorter than a tile": lambda case: case["a"].shape[1] < 4,
        "a sum that is no multiple": lambda case: 4 < case["a"].shape[1] != 8,
        "several blocks in both directions": lambda case: min(case["blocks"]) > 1,
        "more blocks across than down": lambda case: case["blocks"][0] > case["blocks"][1],
        "more blocks down than across": lambda case: case["blocks"][0] < case["blocks"][1],
        "rows that are no multiple": lambda case: case["out"].shape[0] % 4 > 0,
        "columns that are no multiple": lambda case: case["out"].shape[1] % 4 > 0,
    },
    "cuda_block_sum": {
        "a full block": lambda case: case["x"].size == 8,
        "one element": lambda case: case["x"].size == 1,
        "several blocks, all full": lambda case: case["x"].size in (16, 24, 32),
        "several blocks, the last not full": lambda case: case["blocks"] > 1 and case["x"].size % 8 > 0,
        "a block without elements": lambda case: case["blocks"] * 8 - case["x"].size >= 8,
    },
    "conv2d_backward": ALL | BATCHES | CHANNELS | WINDOWS | STRIDES | FILTERS | PADDINGS,
    "max_pool2d_backward": ALL
    | BATCHES
    | CHANNELS
    | WINDOWS
    | STRIDES
    | {"a window of negative values": lambda case: bool((case["x"].min(axis=(2, 3)) < 0).any())},
    "subsample": ALL
    | BATCHES
    | CHANNELS
    | {
        "a row in no window": lambda case: case["x"].shape[2] % 2 == 1,
        "a column in no window": lambda case: case["x"].shape[3] % 2 == 1,
        "coefficients that differ": lambda case: len(np.unique(case["coefficient"])) > 1,
        "as many columns as maps": lambda case: case["dy"].shape[1] == case["dy"].shape[3] > 1,
    },
    "scaled_tanh": {
        "float32": lambda case: case["a"].dtype == np.float32,
        "float64": lambda case: case["a"].dtype == np.float64,
        "a vector": lambda case: case["a"].ndim == 1,
        "four axes": lambda case: case["a"].ndim == 4,
        "exactly 0": lambda case: bool((case["a"] == 0).any()),
        "too large for exp": lambda case: bool((case["a"] > 709).any()),
    },
    "rbf_output": ALL
    | BATCHES
    | {
        "one class": lambda case: len(case["w"]) == 1,
        "as many examples as classes": lambda case: len(case["x"]) == len(case["w"]) > 1,
        "an example that is its code": lambda case: bool((right("rbf_output", case) == 0).any()),
    },
    "rbf_loss": ALL
    | BATCHES
    | {
        "no j given": lambda case: "j" not in case,
        "j is the smallest": lambda case: bool(case.get("j", 0.1) < case["y"].min()),
        "e^-y and e^-j all 0": lambda case: bool(min(case.get("j", 0.1), case["y"].min(axis=1).max()) > 746),
        "far above a small j": lambda case: bool(case["y"].min(axis=1).max() - case.get("j", 0.1) > 709),
    },
}


def test_every_exercise_on_arrays_is_listed() -> None:
    on_arrays = {
        name
        for name, entry in load_catalog().items()
        if not isinstance(entry.exercise.stub, Sheet)
        and any(isinstance(v, np.ndarray) for v in drawn(entry.exercise.properties[0])[0].values())
    }
    assert on_arrays == set(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_circumstances_occur(name: str) -> None:
    cases = [case for prop in load_catalog()[name].exercise.properties for case in drawn(prop) if case]
    missing = [what for what, occurs in EXPECTED[name].items() if not any(occurs(case) for case in cases)]
    assert not missing


@pytest.mark.parametrize("name", EXPECTED)
def test_every_exercise_on_arrays_has_the_properties_that_all_share(name: str) -> None:
    exercise = load_catalog()[name].exercise
    names = {prop.name for prop in exercise.properties}
    # Kernels are compiled for contiguous arrays alone.
    again = "give the same when called again" + ("" if exercise.decorator else ", and for views of arrays")
    assert "leave its arguments unchanged" in names
    assert names & {again, "give the same bits with any number of threads"}
