"""The benchmark's own arithmetic: cases, choices, targets, files. Speed is measured there and asserted nowhere."""

from pathlib import Path
from typing import Any

import pytest

import engine
from engine import nn
from tests.bench import cpu, gpu, machine, results
from tests.bench.cases import CASES, chosen
from tests.bench.convolutions import CONVOLUTIONS
from tests.bench.gpu_cases import GPU_CASES
from tests.bench.library import Library, fingerprint, load
from tests.bench.networks import C3_TABLE, NETWORKS, draw_parameters
from tests.bench.peers import Measurement, Peer, PeerError
from tests.bench.resnet20 import RESNET20
from tests.bench.results import Row
from tests.bench.sections import SECTIONS, disagreement
from tests.bench.targets import TARGETS, Verdict

PARAMETERS = {
    "lenet-1x32x32": 61_706,
    "lenet-3x32x32": 62_006,
    "convnet-1x28x28": 29_034,
    "lenet-5-1998": 60_850,  # 60,000 and ten linear outputs in place of the RBF units
    "mlp-784-800-10": 636_010,
    "mnist-one-epoch": 215_194,
}


@pytest.fixture
def ours() -> Library:
    return load("engine", engine.get_num_threads())


@pytest.mark.parametrize("name", NETWORKS)
def test_network_has_the_parameters_and_the_products_that_it_is_said_to_have(name: str, ours: Library) -> None:
    network = NETWORKS[name]
    model = network.build(ours)
    draw_parameters(ours, model, seed=0)
    assert sum(p.numel() for p in model.parameters()) == PARAMETERS[name]
    assert 2 * engine.summary(model, network.image).multiply_adds == network.forward_flops(1)


def test_resnet20_is_that_of_its_paper(ours: Library) -> None:
    model = RESNET20.build(ours)
    assert sum(p.numel() for p in model.parameters()) == 269_722
    assert 2 * engine.summary(model, RESNET20.image).multiply_adds == RESNET20.forward_flops(1)


def seconds_of(**ways: list[float]) -> Measurement:
    named = {way.replace("_", "-"): seconds for way, seconds in ways.items()}
    return Measurement(named, {way: [1.0] for way in named})


def test_row_of_a_card_has_rates_and_ratios() -> None:
    found = seconds_of(
        engine_cuda=[2.0, 4.0], engine_graph=[1.0, 1.0], pytorch_cuda=[6.0, 6.0], pytorch_graph=[2.0, 2.0]
    )
    row = gpu.row_of(GPU_CASES["gpu-product/square/512"], found)
    assert row.rates["engine-cuda"] == 2 * 512**3 / 3
    assert row.ratios == {
        "engine-graph / pytorch-cuda": 6.0,
        "engine-graph / pytorch-graph": 2.0,
        "engine-cuda / pytorch-cuda": 2.25,
    }
    assert row.note == ""


def test_card_rows_say_who_differs() -> None:
    found = Measurement({}, {"engine-cuda": [1.0], "pytorch-tf32": [1.01], "pytorch-cuda": [1.01]})
    assert gpu.disagreement(found).startswith("results differ: engine-cuda [1.0], pytorch-cuda [1.01]")


@pytest.mark.skipif(engine.cuda.is_available(), reason="a CUDA device is there")
def test_without_a_card_nothing_is_measured(capsys: pytest.CaptureFixture[str]) -> None:
    assert gpu.main([]) == 1
    assert "nothing to measure: get_device_name: expected a CUDA device" in capsys.readouterr().out


def test_connection_table_is_the_engines() -> None:
    assert tuple(C3_TABLE) == tuple(nn.LENET5_C3_TABLE)


@pytest.mark.parametrize("convolution", CONVOLUTIONS, ids=lambda c: str(c.name))
def test_convolution_knows_its_output_and_its_operations(convolution: Any) -> None:
    settings = {"stride": convolution.stride, "padding": convolution.padding, "bias": convolution.bias}
    if convolution.kind == "table":
        layer: Any = nn.TableConv2d(C3_TABLE, convolution.kernel, **settings)
    else:
        kind = nn.ConvTranspose2d if convolution.kind == "transposed" else nn.Conv2d
        channels, filters, groups = convolution.input[1], convolution.filters, convolution.groups
        layer = kind(channels, filters, convolution.kernel, groups=groups, **settings)
    assert tuple(layer.weight.shape) == convolution.weight
    shown = engine.summary(layer, convolution.input[1:])
    assert shown.rows[-1].output_shape == (1, *convolution.output[1:])
    assert 2 * shown.multiply_adds * convolution.input[0] == convolution.flops


def test_every_case_belongs_to_a_section_that_measures_it() -> None:
    assert {case.section for case in CASES.values()} <= set(SECTIONS)
    assert all(id.count("/") == 2 for id in CASES)


def test_patterns_choose_sections_and_ids() -> None:
    assert chosen("conv/vgg-56/both", [])
    assert chosen("conv/vgg-56/both", ["train", "conv/vgg*"])
    assert chosen("conv/vgg-56/both", ["conv/*/both"])
    assert not chosen("memory-bound/relu/both", ["memory", "conv"])
    assert not chosen("inference/lenet-1x32x32/128", ["inference/lenet-1x32x32/1"])


def test_results_that_differ_are_said_to() -> None:
    seconds = {"engine": [1.0], "pytorch": [1.0]}
    good = Measurement(seconds, {"engine": [1.0, 2.0], "pytorch": [1.0005, 2.0]})
    wrong = Measurement(seconds, {"engine": [1.0, 2.0], "pytorch": [1.0, 2.1]})
    invalid = Measurement(seconds, {"engine": [1.0, float("nan")], "pytorch": [1.0, 2.0]})
    assert disagreement(good) == ""
    assert "differ" in disagreement(wrong)
    assert "differ" in disagreement(invalid)
    assert fingerprint(engine.tensor([1.0, -2.0, 3.0, -4.0]).numpy()) == [1.0, 2.0, 3.0, 4.0]


def verdict(text: str, rows: list[Row]) -> Verdict | None:
    (target,) = (target for target in TARGETS if text in target.text)
    return target.judge(rows)


def met(text: str, rows: list[Row]) -> bool | None:
    found = verdict(text, rows)
    return found if found is None else found.met


def test_targets_are_open_until_something_is_measured() -> None:
    assert all(target.judge([]) is None for target in TARGETS)
    alone = [Row("train", "convnet-1x28x28", "64", 2, engine=1.0)]
    assert met("training steps", alone) is None


def test_ratios_are_judged_one_by_one_at_most_threads() -> None:
    slow = Row("train", "mlp-784-800-10", "64", 1, 1.0, 0.5, 0.5)
    fast = Row("train", "mlp-784-800-10", "64", 2, 1.0, 2.5, 2.5)
    failed = Row("train", "mlp-784-800-10", "128", 2, 1.0, 9.0, 9.0, note="results differ")
    assert met("training steps", [slow]) is False
    assert met("training steps", [slow, fast]) is True
    assert met("training steps", [slow, fast, failed]) is False


def test_single_image_is_judged_by_the_batch_of_one() -> None:
    rows = [Row("inference", "lenet-1x32x32", batch, 2, 1.0, r, r) for batch, r in (("1", 3.5), ("128", 1.0))]
    assert met("LeNet on one image", rows) is True


def test_geometric_mean_of_convolutions() -> None:
    rows = [Row("conv", name, "both", 2, 1.0, r, r) for name, r in (("a", 2.0), ("b", 0.9))]
    assert met("convolutions: geometric mean", rows) is True  # 1.34
    assert met("convolutions: each", rows) is False


def test_second_thread_and_cost_per_image() -> None:
    steps = [Row("train", "convnet-1x28x28", "64", n, engine=s) for n, s in ((1, 1.9), (2, 1.0))]
    assert met("two threads", steps) is True
    costs = [Row("per-image", "convnet-1x28x28", str(n), 2, engine=s) for n, s in ((64, 64.0), (4096, 4096.0 * 1.2))]
    assert met("cost of an image", costs) is False
    assert met("cost of an image", [costs[0], Row("per-image", "convnet-1x28x28", "128", 2, engine=140.0)]) is True


def test_seconds_and_accuracy() -> None:
    assert met("import engine", [Row("cold-start", "import", "later", 2, engine=0.39)]) is True
    assert met("import engine", [Row("cold-start", "import", "later", 2, engine=0.41)]) is False
    epoch = Row("mnist", "mnist-one-epoch", "epoch", 2, 3.0, 9.0, 3.0, figures={"engine_accuracy": 0.9905})
    assert met("epoch of MNIST", [epoch]) is False


def test_file_gives_back_its_rows_and_runs_are_joined_by_medians(tmp_path: Path) -> None:
    runs = [
        [Row("conv", "a", "both", 2, time, 6.0, 6.0 / time, 5.0 / time, 7.0 / time, {"engine_rate": 1 / time})]
        for time in (1.0, 3.0, 2.0)
    ]
    results.write(tmp_path / "new" / "run.json", {"date": "today"}, runs[1])
    assert results.read(tmp_path / "new" / "run.json") == ({"date": "today"}, runs[1])
    (row,) = results.medians(runs)
    assert (row.engine, row.pytorch, row.ratio, row.low, row.high) == (2.0, 6.0, 3.0, 5 / 3, 7.0)
    assert row.figures == {"engine_rate": 0.5}


def test_worker_answers_and_survives_what_it_cannot_do() -> None:
    with Peer("limits", 1) as peer:
        with pytest.raises(PeerError, match="KeyError"):
            peer.ask("prepare", id="no such case")
        assert peer.ask("prepare", id="sgemm") == []
        assert peer.ask("time", repeats=1) > 0


def test_more_threads_than_processors_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cpu.arguments(["--threads", "100000"])
    assert "--threads" in capsys.readouterr().err


def test_own_work_is_not_taken_for_that_of_others(monkeypatch: pytest.MonkeyPatch) -> None:
    moments = iter([(100.0, 50.0, 7.0), (110.0, 56.0, 11.0)])  # of 10 seconds 6 were spent, 4 of them by us
    monkeypatch.setattr(machine.Others, "_now", lambda self: next(moments))
    assert machine.Others().share() == pytest.approx(0.2)
    monkeypatch.undo()
    assert 0.0 <= machine.Others().share() <= 1.0
