"""train --evaluate, --predict, --committee, --record, --table; and that every recipe is whole."""

import json
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import engine
from engine import nn
from engine.data import DATASETS, ImageData, load_glyphs, write_idx
from engine.errors import DataError
from engine.train import RECIPES, Recipe, Trainer
from engine.train.baselines import BASELINES, Baseline, fit_and_test
from engine.train.cli import main
from engine.train.commands import everything
from engine.train.evaluation import evaluate, mirrored, shifted
from engine.train.picture import read_digit
from engine.train.records import BEGIN, END, Record, put_table, read_records, table
from engine.train.trained import load_trained

README = Path(__file__).parents[3] / "README.md"
DATA = load_glyphs(200, 50)


@pytest.fixture
def digits(tmp_path: Path) -> Path:
    folder = tmp_path / "digits"
    folder.mkdir()
    for part, images, labels in (
        ("train", DATA.train_images, DATA.train_labels),
        ("t10k", DATA.test_images, DATA.test_labels),
    ):
        write_idx(folder / f"{part}-images-idx3-ubyte", images)
        write_idx(folder / f"{part}-labels-idx1-ubyte", labels)
    return folder


@pytest.mark.parametrize("recipe", RECIPES.values(), ids=list(RECIPES))
def test_every_recipe_takes_a_step(recipe: Recipe) -> None:
    """A batch forward, backward and through the optimiser, and a test, for data of the kind it is for."""
    rng = np.random.default_rng(0)
    shape = (4, 3, 32, 32) if recipe.data == "cifar10" else (4, 28, 28)
    images, labels = rng.integers(0, 256, shape).astype(np.uint8), np.arange(4, dtype=np.uint8)
    data = ImageData(images, labels, images, labels, "noise")
    small = replace(recipe, batch_size=min(4, recipe.batch_size), epochs=1)
    trainer = Trainer(small.member(1), data)
    before = [parameter.array.copy() for parameter in trainer.model.parameters()]
    (result,) = trainer.run()
    assert np.isfinite(result.train_loss)
    moved = [not np.array_equal(a, b.array) for a, b in zip(before, trainer.model.parameters(), strict=True)]
    assert any(moved)
    assert len(recipe.about) < 140
    (outputs,) = {trainer.model(x).shape[1] for x, _ in trainer.testing}
    assert outputs == recipe.outputs


def test_evaluate_gives_what_training_gave(
    digits: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["linear", "--data", str(digits), "--epochs", "3", "--seed", "1"]) == 0
    error = next(line for line in capsys.readouterr().out.splitlines() if "test error" in line).split("%")[0]
    assert main(["--evaluate", "--data", str(digits), "--out", str(tmp_path / "seen")]) == 0
    out = capsys.readouterr().out
    assert f"{error.removeprefix('test error ')}% of 50 wrong" in out
    assert (tmp_path / "seen" / "mistakes.png").exists()
    trained = load_trained(Path("runs/linear/linear.safetensors"))
    # Other data are normalised as those that were trained on.
    dark = ImageData(DATA.train_images // 2, DATA.train_labels, DATA.test_images, DATA.test_labels, "dark")
    assert np.array_equal(trained.ask(dark).probabilities, trained.ask(DATA).probabilities)


def test_a_committee(digits: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out, records = tmp_path / "run", tmp_path / "records.jsonl"
    command = ["linear", "--data", str(digits), "--epochs", "2", "--out", str(out), "--committee", "3", "--seed", "5"]
    assert main([*command, "--record", "--records", str(records)]) == 0
    (record,) = read_records(records)
    assert (record.recipe, record.members, record.seed, record.epochs, record.test_images) == ("linear", 3, 5, 2, 50)
    assert record.seconds > 0
    weights = [str(out / str(number) / "linear.safetensors") for number in (1, 2, 3)]
    networks = [engine.load_weights(path) for path in weights]
    # The files differ anyway: each says which member it is.
    assert len({b"".join(value.array.tobytes() for value in network.values()) for network in networks}) == 3
    capsys.readouterr()
    assert main(["--evaluate", "--data", str(digits), "--weights", *weights]) == 0
    assert f"together: {100 * record.test_error:.2f}% wrong" in capsys.readouterr().out
    with pytest.raises(SystemExit, match="2"):
        main([*command, "--record", "--holdout", "20"])


def test_predict(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(DATASETS, "few", lambda: load_glyphs(3000, 50))
    out = tmp_path / "run"
    assert main(["lenet", "--data", "few", "--epochs", "4", "--threads", "1", "--out", str(out)]) == 0
    weights = out / "lenet.safetensors"
    right = 0
    for number in range(10):
        # On white paper, off the middle and larger, as one draws it; without the dust, which is fainter than a pen.
        paper = np.full((80, 60), 255, np.uint8)
        pen = np.where(DATA.test_images[number] > 128, DATA.test_images[number], 0).astype(np.uint8)
        large = np.kron(255 - pen, np.ones((2, 2), np.uint8))
        paper[10:66, 2:58] = large
        picture = tmp_path / "digit.png"
        Image.fromarray(paper).save(picture)
        capsys.readouterr()
        assert main(["--predict", str(picture), "--weights", str(weights)]) == 0
        right += f"{picture}: {DATA.test_labels[number]}\n" in capsys.readouterr().out.replace("\n  ", "\n")
    assert right >= 8
    (tmp_path / "text.png").write_text("no picture")
    assert main(["--predict", str(tmp_path / "text.png"), "--weights", str(weights)]) == 2
    assert "expected an image (BMP, GIF, JPEG, PNG" in capsys.readouterr().err


def test_a_picture_becomes_like_the_data(tmp_path: Path) -> None:
    """A digit of MNIST's form that is put on other paper comes back, up to rounding and resampling."""
    ring = np.zeros((28, 28), np.uint8)
    rows, columns = np.mgrid[:28, :28] - 13.5
    ring[np.abs(np.hypot(rows, columns) - 8) < 2] = 255
    for path, paper in (("dark.png", ring), ("light.png", 255 - ring), ("wide.png", np.pad(ring, ((0, 9), (30, 0))))):
        Image.fromarray(paper).save(tmp_path / path)
        seen = read_digit(tmp_path / path)
        assert seen.shape == (28, 28)
        assert np.abs(seen.astype(int) - ring).mean() < 8
    Image.fromarray(np.zeros((20, 20), np.uint8)).save(tmp_path / "blank.png")
    with pytest.raises(DataError, match="a digit on a plain background"):
        read_digit(tmp_path / "blank.png")


def test_views_average_what_they_see() -> None:
    class Corner(nn.Module):
        def forward(self, x: engine.Tensor) -> engine.Tensor:
            return engine.stack((x[:, 0, 0, 0], x[:, 0, 0, -1]), 1)

    images = np.zeros((1, 2, 2), np.uint8)
    images[0, 0, 1] = 255
    data = ImageData(images, np.ones(1, np.uint8), images, np.ones(1, np.uint8), "two")
    batches = replace(RECIPES["linear"], image_size=2).batches(data, train=False)
    plain, averaged = (evaluate(Corner(), batches, views=views) for views in ((), (mirrored,)))
    assert plain.probabilities[0, 1] > 0.9
    np.testing.assert_allclose(averaged.probabilities[0], 0.5)
    np.testing.assert_array_equal(
        shifted(-1, 0)(engine.tensor([[[[1.0], [2.0], [3.0]]]])).numpy()[0, 0, :, 0], [2, 3, 3]
    )


@pytest.mark.parametrize("baseline", BASELINES.values(), ids=list(BASELINES))
def test_baselines(baseline: Baseline, tmp_path: Path) -> None:
    pytest.importorskip("sklearn", reason="scikit-learn is not installed (extra 'baselines')")
    quick = baseline
    if baseline.name == "boosted-stumps":
        quick = replace(baseline, classifier=lambda seed: baseline.classifier(seed).set_params(max_iter=30))
    evaluation, seconds = fit_and_test(quick, load_glyphs(1000, 200), 0)
    assert evaluation.error < 0.5
    assert seconds > 0


def test_without_scikit_learn(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setitem(sys.modules, "sklearn.svm", None)
    monkeypatch.setitem(DATASETS, "few", lambda: DATA)
    assert main(["svm", "--data", "few"]) == 2
    assert "pip install 'byhand[baselines]'" in capsys.readouterr().err


def record(**changes: object) -> Record:
    plain: dict[str, object] = {
        "recipe": "linear",
        "data": "MNIST",
        "seed": 0,
        "members": 1,
        "epochs": 10,
        "test_error": 0.08,
        "test_images": 10_000,
        "seconds": 5.0,
        "threads": 2,
        "hardware": "a machine",
        "commit": "abc",
        "day": "2026-11-25",
    }
    made: Record = Record(**json.loads(json.dumps(plain | changes)))
    return made


def test_the_table() -> None:
    chosen = [RECIPES["linear"], RECIPES["mlp"]]
    made = table(chosen, [record(), record(seed=1, test_error=0.06, seconds=7.0), record(members=5, test_error=0.05)])
    lines = made.splitlines()
    assert "MNIST, 10 epochs |  | 7.00% (6.00 to 8.00) | 2 | 6 |" in lines[2]
    assert "5 vote |  | 5.00% | 1 |" in lines[3]
    assert "not yet measured" in lines[4]
    assert put_table(f"a\n{BEGIN}\nold\n{END}\nb", "new") == f"a\n{BEGIN}\nnew\n{END}\nb"
    with pytest.raises(DataError, match="a file with <!-- records"):
        put_table("nothing", "new")


def test_a_damaged_record(tmp_path: Path) -> None:
    path = tmp_path / "records.jsonl"
    path.write_text(json.dumps({"recipe": "linear"}) + "\n")
    with pytest.raises(DataError, match="line 1: expected a record"):
        read_records(path)


def test_the_readme_has_the_records() -> None:
    text = README.read_text(encoding="utf-8")
    assert put_table(text, table(everything(), read_records())) == text, "run train --table README.md"
