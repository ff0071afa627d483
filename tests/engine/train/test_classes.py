"""Data of other classes, or other channels, than a recipe's network has."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.data import DATASETS, ImageData, load_glyphs
from engine.errors import ShapeError
from engine.train import RECIPES, Trainer
from engine.train.cli import main
from engine.train.trained import save_trained

DATA = load_glyphs(200, 60)


def only(*digits: str) -> ImageData:
    """Return the images of some digits, which are the only classes there are."""
    numbers = [int(digit) for digit in digits]
    train, test = (np.isin(labels, numbers) for labels in (DATA.train_labels, DATA.test_labels))
    return ImageData(
        DATA.train_images[train],
        np.searchsorted(numbers, DATA.train_labels[train]).astype(np.uint8),
        DATA.test_images[test],
        np.searchsorted(numbers, DATA.test_labels[test]).astype(np.uint8),
        "some digits",
        digits,
    )


@pytest.fixture(autouse=True)
def named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give the data of these tests a name, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    for name, load in {"few": lambda: DATA, "two": lambda: only("1", "7"), "others": lambda: only("3", "8")}.items():
        monkeypatch.setitem(DATASETS, name, load)


@pytest.mark.parametrize("recipe", ["linear", "lenet5"])
def test_two_classes_are_learned_drawn_and_predicted(recipe: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Outputs that stand for no class are never an answer, not even of a network that has learned nothing."""
    assert main([recipe, "--data", "two", "--epochs", "1", "--out", "run"]) == 0
    assert Path("run/confusion.png").exists()
    weights = f"run/{recipe}.safetensors"
    assert main(["--evaluate", "--data", "two", "--weights", weights, "--out", "seen"]) == 0
    Image.fromarray(only("1", "7").test_images[0]).save("digit.png")
    capsys.readouterr()
    assert main(["--predict", "digit.png", "--weights", weights]) == 0
    (answer, *shares) = capsys.readouterr().out.splitlines()[14:]
    assert answer in ("digit.png: 1", "digit.png: 7")
    assert len(shares) == 2
    assert sum(float(line.split("%")[0].split()[1]) for line in shares) == pytest.approx(100, abs=0.02)


def test_answers_are_classes_before_anything_is_learned() -> None:
    evaluation = Trainer(RECIPES["linear"], only("1", "7")).evaluate()
    assert evaluation.probabilities.shape[1] == 2
    assert evaluation.confusion.sum() == len(evaluation.labels)


def test_more_classes_than_outputs_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    many = replace(DATA, name="many", classes=tuple("abcdefghijkl"))
    monkeypatch.setitem(DATASETS, "many", lambda: many)
    with pytest.raises(
        ShapeError, match="linear: expected at most 10 classes, the network's outputs, got 12 classes in"
    ):
        Trainer(RECIPES["linear"], many)
    assert main(["linear", "--data", "many"]) == 2
    assert not Path("runs").exists()


def test_channels_are_checked_before_a_folder_is_made(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cifar10-lenet", "--data", "few"]) == 2
    says = "cifar10-lenet: expected colour images, got grey images of glyphs; --data cifar10 has such"
    assert says in capsys.readouterr().err
    assert not Path("runs").exists()
    images, labels = np.zeros((2, 3, 28, 28), np.uint8), np.zeros(2, np.uint8)
    with pytest.raises(ShapeError, match="mlp: expected grey images, got colour images of red; --data mnist has such"):
        Trainer(RECIPES["mlp"], ImageData(images, labels, images, labels, "red"))
    images = np.zeros((2, 4, 28, 28), np.uint8)
    with pytest.raises(ShapeError, match="mlp: expected grey images, got 4 channels in images of deep"):
        Trainer(RECIPES["mlp"], ImageData(images, labels, images, labels, "deep"))


def test_networks_of_other_classes_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("two", "others"):
        assert main(["linear", "--data", name, "--epochs", "1", "--out", name]) == 0
    capsys.readouterr()
    both = ["two/linear.safetensors", "others/linear.safetensors"]
    assert main(["--evaluate", "--data", "two", "--weights", *both]) == 2
    says = (
        "some digits: expected the classes that linear was trained on (3, 8), got 1, 7; train a network on these data"
    )
    assert says in capsys.readouterr().err
    Image.fromarray(DATA.test_images[0]).save("digit.png")
    assert main(["--predict", "digit.png", "--weights", *both]) == 2
    error = capsys.readouterr().err
    assert "others/linear.safetensors: expected a network for the classes of two/linear.safetensors (1, 7)" in error


def test_a_network_for_colours_is_not_asked_what_digit_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    classes, statistics = tuple("abcdefghij"), ((0.0,) * 3, (1.0,) * 3)
    save_trained(Path("colours"), RECIPES["cifar10-mlp"], 0, RECIPES["cifar10-mlp"].model(), statistics, classes)
    Image.fromarray(DATA.test_images[0]).save("digit.png")
    assert main(["--predict", "digit.png", "--weights", "colours"]) == 2
    assert "train: colours: expected a network for grey images, got cifar10-mlp" in capsys.readouterr().err
