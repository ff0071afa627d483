"""The train command: results, determinism, bad input, interruption."""

import csv
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import engine
import engine.nn.functional as F
from engine.data import Batches, load_glyphs, write_idx
from engine.errors import ParameterError, ShapeError
from engine.models import LeNet
from engine.nn import Flatten, Linear, Sequential
from engine.optim import SGD
from engine.train import RECIPES, Trainer
from engine.train.cli import main
from engine.train.evaluation import evaluate

ROOT = Path(__file__).parents[3]


@pytest.fixture
def digits(tmp_path: Path) -> Path:
    """Write a folder like MNIST's with 400 and 100 drawn digits."""
    folder = tmp_path / "digits"
    folder.mkdir()
    data = load_glyphs(400, 100)
    write_idx(folder / "train-images-idx3-ubyte.gz", data.train_images)
    write_idx(folder / "train-labels-idx1-ubyte.gz", data.train_labels)
    write_idx(folder / "t10k-images-idx3-ubyte", data.test_images)
    write_idx(folder / "t10k-labels-idx1-ubyte", data.test_labels)
    return folder


def test_same_command_twice_gives_identical_weights(digits: Path, tmp_path: Path) -> None:
    for name in ("a", "b"):
        assert (
            main(["lenet", "--data", str(digits), "--epochs", "2", "--seed", "3", "--out", str(tmp_path / name)]) == 0
        )
    assert main(["lenet", "--data", str(digits), "--epochs", "2", "--seed", "4", "--out", str(tmp_path / "c")]) == 0
    a, b, c = ((tmp_path / name / "lenet.safetensors").read_bytes() for name in ("a", "b", "c"))
    assert a == b != c


def test_results_on_disk(digits: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "run"
    assert main(["lenet", "--data", str(digits), "--epochs", "2", "--out", str(out)]) == 0
    with (out / "metrics.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["epoch"] for row in rows] == ["1", "2"]
    printed = re.findall(r"test accuracy (\d+\.\d\d)%", capsys.readouterr().out)
    assert printed == [f"{100 * float(row['test_accuracy']):.2f}" for row in rows]
    model = LeNet(in_channels=1)
    model.load_state_dict(engine.load_weights(out / "lenet.safetensors"))
    data = load_glyphs(400, 100)
    batches = Batches(
        data.test_images,
        data.test_labels,
        50,
        mean=float(data.train_images.mean()) / 255,
        std=float(data.train_images.std()) / 255,
        pad=2,
    )
    assert 1 - evaluate(model, batches).error == float(rows[-1]["test_accuracy"])
    assert sorted(path.name for path in out.iterdir()) == [
        "checkpoint.safetensors",
        "confusion.png",
        "curves.png",
        "filters.png",
        "lenet.safetensors",
        "metrics.csv",
        "mistakes.png",
    ]


def test_lenet5_learns_as_in_1998() -> None:
    """One image at a time, by curvatures: with steps that are too long, all features saturate at once."""
    results = list(Trainer(RECIPES["lenet5"], load_glyphs(600, 200), epochs=2).run())
    assert results[1].train_loss < 0.8 * results[0].train_loss
    assert results[1].test_accuracy > 0.6


def test_a_cnn_is_clearly_ahead_of_a_linear_classifier_on_the_drawn_digits() -> None:
    data = load_glyphs(4000, 1000)
    *_, last = Trainer(RECIPES["lenet"], data, epochs=4).run()
    mean, std = float(data.train_images.mean()) / 255, float(data.train_images.std()) / 255
    linear = Sequential(Flatten(), Linear(28 * 28, 10))
    optimizer = SGD(linear.parameters(), lr=0.01, momentum=0.9)
    for _ in range(6):
        for x, y in Batches(data.train_images, data.train_labels, 64, mean=mean, std=std, shuffle=True):
            optimizer.zero_grad()
            F.cross_entropy(linear(x), y).backward()
            optimizer.step()
    straight = 1 - evaluate(linear, Batches(data.test_images, data.test_labels, 500, mean=mean, std=std)).error
    assert last.test_accuracy > 0.95
    assert 0.5 < straight < last.test_accuracy - 0.1


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["lenet", "--epochs", "0"], "0 is below 1"),
        (["lenet", "--epochs", "many"], "invalid"),
        (["lenet", "--seed", "-1"], "-1 is below 0"),
        (["alexnet1"], "invalid choice: 'alexnet1'"),
        (["lenett"], "did you mean 'lenet'?"),
        (["lenet", "--record", "--holdout", "5"], "--record is of the test images"),
        ([], "required: recipe"),
    ],
)
def test_wrong_usage(arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    assert stop.value.code == 2
    usage, error = capsys.readouterr().err.splitlines()
    assert usage.startswith("usage: train")
    assert says in error


def test_bad_data_says_what_to_do_and_touches_nothing(
    digits: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert main(["lenet", "--data", str(tmp_path / "nowhere"), "--out", str(out)]) == 2
    assert "--data glyphs" in capsys.readouterr().err
    (digits / "t10k-labels-idx1-ubyte").write_bytes(b"\0\0\x08\x01\0\0\0\x64")
    assert main(["lenet", "--data", str(digits), "--out", str(out)]) == 2
    assert "t10k-labels-idx1-ubyte" in capsys.readouterr().err
    assert main(["lenet", "--threads", "9999", "--out", str(out)]) == 2
    assert "set_num_threads" in capsys.readouterr().err
    assert not out.exists()
    out.write_text("a file")
    assert main(["lenet", "--out", str(out)]) == 2
    assert "train: " in capsys.readouterr().err
    assert out.read_text() == "a file"


def test_images_of_another_size(tmp_path: Path) -> None:
    data = load_glyphs(20, 10)
    for shape in ((20, 33, 33), (20, 28, 26), (20, 27, 27)):
        odd = type(data)(np.zeros(shape, np.uint8), data.train_labels, data.test_images, data.test_labels, "odd")
        with pytest.raises(ShapeError, match="lenet: expected square images of at most 32 pixels"):
            Trainer(RECIPES["lenet"], odd)


def test_batches() -> None:
    data = load_glyphs(10, 10)
    engine.manual_seed(0)
    batches = Batches(data.train_images, data.train_labels, 4, shuffle=True)
    first, second = ([int(label) for _, y in batches for label in y.array] for _ in range(2))
    assert len(batches) == 3
    assert first != second
    assert sorted(first) == sorted(second) == sorted(data.train_labels.tolist())
    (x, _), *_ = Batches(data.train_images, data.train_labels, 10, mean=0.5, std=0.25, pad=2)
    assert x.array[0, 0, 0, 0] == -2.0
    np.testing.assert_allclose(x.array[:, 0, 2:-2, 2:-2], (data.train_images / 255 - 0.5) / 0.25, atol=1e-6)
    with pytest.raises(ShapeError, match="Batches: expected images"):
        Batches(data.train_images, data.train_labels[:3], 4)
    with pytest.raises(ParameterError, match="Batches: expected batch_size >= 1"):
        Batches(data.train_images, data.train_labels, 0)


@pytest.mark.skipif(sys.platform == "win32", reason="sends SIGINT as a terminal does")
def test_ctrl_c_keeps_the_last_epoch(digits: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    command = [
        sys.executable,
        "-m",
        "engine.train",
        "lenet",
        "--data",
        str(digits),
        "--epochs",
        "9999",
        "--out",
        str(out),
    ]
    training = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    # A first epoch compiles; on a busy machine that takes its time.
    deadline = time.monotonic() + 300
    try:
        while not (out / "metrics.csv").exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        training.send_signal(signal.SIGINT)
        _, error = training.communicate(timeout=60)
    finally:
        training.kill()
    assert training.returncode == 130
    assert b"interrupted" in error
    assert b"Traceback" not in error
    LeNet(1).load_state_dict(engine.load_weights(out / "lenet.safetensors"))


def test_real_mnist_reaches_what_the_issue_asks(
    mnist: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["lenet", "--data", str(mnist), "--epochs", "1", "--seed", "0", "--out", str(tmp_path)]) == 0
    (percent,) = re.findall(r"test accuracy (\d+\.\d\d)%", capsys.readouterr().out)
    assert float(percent) >= 97.5
