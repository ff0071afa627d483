"""Checkpoints: a run that was killed, at whatever moment, ends with the bits of one that was not."""

import os
import re
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from engine import nn
from engine.data import DATASETS, ImageData, load_glyphs, write_idx
from engine.data.augment import RandomAffine
from engine.errors import DataError, DivergenceError, StateError
from engine.optim import SGD, Adam, Optimizer
from engine.optim.lr_scheduler import LambdaLR
from engine.random import default_generator
from engine.tensor import Tensor
from engine.train import RECIPES, Recipe, Trainer
from engine.train.checkpoint import identity, load_checkpoint, save_checkpoint
from engine.train.cli import main
from engine.train.description import described, settings
from engine.train.metrics import write_metrics
from engine.train.recipe import cross_entropy
from engine.weights import load_weights, save_weights

ROOT = Path(__file__).parents[3]
DATA = load_glyphs(300, 60)


def network() -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(1, 4, 5),
        nn.BatchNorm2d(4),
        nn.ReLU(),
        nn.MaxPool2d(4),
        nn.Flatten(),
        nn.Dropout(),
        nn.Linear(144, 10),
    )


# All there is to remember: moments, running means, averages, dropout's and the alterations' random numbers.
EVERYTHING = Recipe(
    name="everything",
    about="for this test",
    data="glyphs",
    model=network,
    image_size=28,
    batch_size=32,
    epochs=4,
    optimizer=partial(Adam, lr=1e-2),
    augment=RandomAffine(10),
    averaging=0.9,
)


def weights(trainer: Trainer) -> list[bytes]:
    return [value.array.tobytes() for model in (trainer.model, trainer.final) for value in model.state_dict().values()]


@pytest.mark.parametrize(
    "recipe", [EVERYTHING, replace(RECIPES["lenet5"], batch_size=30, epochs=3)], ids=lambda r: r.name
)
def test_to_go_on_is_bit_identical(recipe: Recipe, tmp_path: Path) -> None:
    whole = Trainer(recipe, DATA, seed=3)
    results = list(whole.run())
    passes: Iterator[object] = (stopped := Trainer(recipe, DATA, seed=3)).run()
    next(passes)
    next(passes)
    path = tmp_path / "c.safetensors"
    save_checkpoint(path, stopped, identity(stopped, DATA, 3))
    going_on = Trainer(recipe, DATA, seed=3)
    default_generator().random(7)
    load_checkpoint(path, going_on, identity(going_on, DATA, 3))
    rest = list(going_on.run())
    assert weights(going_on) == weights(whole)
    assert weights(stopped) != weights(whole)
    assert [(r.epoch, r.train_loss, r.test_accuracy) for r in rest] == [
        (r.epoch, r.train_loss, r.test_accuracy) for r in results[2:]
    ]


def test_another_run_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "c.safetensors"
    trainer = Trainer(RECIPES["linear"], DATA, epochs=2)
    save_checkpoint(path, trainer, identity(trainer, DATA, 0))
    other = ImageData(DATA.train_images[:-1], DATA.train_labels[:-1], DATA.test_images, DATA.test_labels, "glyphs")
    for changed in ({"seed": 1}, {"data": identity(trainer, other, 0)["data"]}, {"epochs": 3}, {"threads": 99}):
        with pytest.raises(StateError, match=f"{next(iter(changed))} .*begin anew without --resume"):
            load_checkpoint(path, trainer, identity(trainer, DATA, 0) | changed)
    with pytest.raises(StateError, match="device cpu, got cuda:0; go on with device as it was"):
        load_checkpoint(path, trainer, identity(trainer, DATA, 0) | {"device": "cuda:0"})
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(DataError, match="train without --resume to begin anew"):
        load_checkpoint(path, trainer, identity(trainer, DATA, 0))
    with pytest.raises(DataError, match="a place for"):
        save_checkpoint(tmp_path / "nowhere" / "c.safetensors", trainer, {})


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        (
            replace(EVERYTHING, optimizer=partial(Adam, lr=1e-3)),
            r"optimizer engine.optim.adam.Adam\(lr=0.01\), got .*lr=0.001",
        ),
        (replace(EVERYTHING, augment=RandomAffine(5)), r"augment .*RandomAffine\(degrees=\(-10.*, got .*degrees=\(-5"),
        (replace(EVERYTHING, members=(RandomAffine(1),)), "prepare None, got .*RandomAffine"),
        (replace(EVERYTHING, batch_size=50), "batch_size 32, got 50"),
    ],
    ids=["optimizer", "augment", "member", "batch size"],
)
def test_a_changed_recipe_is_refused(changed: Recipe, says: str, tmp_path: Path) -> None:
    path, trainer = tmp_path / "c.safetensors", Trainer(EVERYTHING, DATA)
    save_checkpoint(path, trainer, identity(trainer, DATA, 0))
    other = Trainer(changed.member(0), DATA)
    with pytest.raises(StateError, match=says):
        load_checkpoint(path, other, identity(other, DATA, 0))


def test_settings_are_described_alike_in_every_process() -> None:
    code = "from engine.train import RECIPES; from engine.train.description import settings; "
    code += "print([settings(recipe.member(1)) for recipe in RECIPES.values()])"
    there = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    here = [settings(recipe.member(1)) for recipe in RECIPES.values()]
    assert there.strip() == str(here)
    assert "0x" not in there
    assert described([np.arange(2), {"a": np.float32(0.5)}, True]) == "((0, 1), (a=0.5), True)"


def test_a_checkpoint_of_another_layout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, trainer = tmp_path / "c.safetensors", Trainer(EVERYTHING, DATA)
    run, (arrays, numbers) = identity(trainer, DATA, 0), trainer.state()
    older = {name: value for name, value in run.items() if name != "device"}
    save_checkpoint(path, trainer, older)
    says = "expected a checkpoint that this version wrote, got .*; train without --resume to begin anew"
    with pytest.raises(DataError, match=says):
        load_checkpoint(path, trainer, run)
    for part in numbers:
        rest = {name: value for name, value in numbers.items() if name != part}
        monkeypatch.setattr(trainer, "state", lambda rest=rest: (arrays, rest))
        save_checkpoint(path, trainer, run)
        with pytest.raises(DataError, match=says):
            load_checkpoint(path, trainer, run)


def test_killed_between_checkpoint_and_metrics(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(DATASETS, "few", lambda: DATA)
    command = ["linear", "--data", "few", "--epochs", "2", "--out", str(tmp_path)]
    assert main(command) == 0
    metrics = tmp_path / "metrics.csv"
    whole = metrics.read_text()
    metrics.unlink()
    assert main([*command, "--resume"]) == 0
    assert metrics.read_text() == whole


@pytest.mark.skipif(sys.platform == "win32", reason="folders cannot be opened")
@pytest.mark.parametrize("name", ["checkpoint", "weights", "metrics"])
def test_a_power_cut_leaves_the_old_file_or_the_new_one(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is written is on the disk before it gets its name, and then the name is."""
    trainer, path = Trainer(RECIPES["linear"], DATA, epochs=1), tmp_path / "file"
    write = {
        "checkpoint": lambda: save_checkpoint(path, trainer, {}),
        "weights": lambda: save_weights(path, trainer.model.state_dict()),
        "metrics": lambda: write_metrics(path, trainer.results),
    }
    seen: list[str] = []
    sync, replace_file = os.fsync, os.replace

    def noted_sync(descriptor: int) -> None:
        mode = os.fstat(descriptor).st_mode
        seen.append("folder" if stat.S_ISDIR(mode) else f"file of {os.fstat(descriptor).st_size} bytes")
        sync(descriptor)

    def noted_replace(source: Path, target: Path) -> None:
        seen.append("name")
        replace_file(source, target)

    monkeypatch.setattr(os, "fsync", noted_sync)
    monkeypatch.setattr(os, "replace", noted_replace)
    write[name]()
    assert seen == [f"file of {path.stat().st_size} bytes", "name", "folder"]
    before = path.read_bytes()
    monkeypatch.setattr(os, "replace", lambda source, target: (tmp_path / "nowhere").stat())
    with pytest.raises((DataError, FileNotFoundError)):
        write[name]()
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["file"]


@pytest.mark.skipif(sys.platform == "win32", reason="sends SIGKILL")
def test_killed_twice_and_resumed(tmp_path: Path) -> None:
    folder = tmp_path / "digits"
    folder.mkdir()
    for part, images, labels in (
        ("train", DATA.train_images, DATA.train_labels),
        ("t10k", DATA.test_images, DATA.test_labels),
    ):
        write_idx(folder / f"{part}-images-idx3-ubyte", images)
        write_idx(folder / f"{part}-labels-idx1-ubyte", labels)
    command = [sys.executable, "-m", "engine.train", "lenet", "--data", str(folder), "--epochs", "40"]
    command += ["--threads", "1", "--out"]
    subprocess.run([*command, str(tmp_path / "whole")], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    resume: list[str] = []
    for epochs in (5, 12):
        training = subprocess.Popen(
            [*command, str(tmp_path / "killed"), *resume],
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        metrics, deadline = tmp_path / "killed" / "metrics.csv", time.monotonic() + 120
        while time.monotonic() < deadline and not (metrics.exists() and len(metrics.read_text().splitlines()) > epochs):
            time.sleep(0.01)
        training.send_signal(signal.SIGKILL)
        assert training.wait() == -signal.SIGKILL, "it was done before it was killed"
        resume = ["--resume"]
    run = subprocess.run([*command, str(tmp_path / "killed"), *resume], cwd=ROOT, check=True, capture_output=True)
    assert b"of 40 epochs were done" in run.stdout
    whole, killed = (tmp_path / name / "lenet.safetensors" for name in ("whole", "killed"))
    assert whole.read_bytes() == killed.read_bytes()


def test_a_loss_that_is_no_number_ends_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wild = replace(RECIPES["linear"], name="wild", optimizer=partial(SGD, lr=1e38))
    with pytest.raises(
        DivergenceError, match=r"wild: expected a loss that is a number, got (nan|inf) at step \d+, in epoch 1"
    ):
        list(Trainer(wild, DATA).run())
    monkeypatch.setitem(RECIPES, "wild", wild)
    assert main(["wild", "--out", str(tmp_path / "run")]) == 2


@pytest.mark.parametrize("averaging", [0.0, 0.9])
def test_weights_that_are_no_numbers_are_not_kept(
    averaging: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The last step of a pass is told by no loss: here it is the second pass's only step, with a rate out of bounds."""

    def late(optimizer: Optimizer, steps_per_epoch: int, epochs: int) -> LambdaLR:
        return LambdaLR(optimizer, lambda step: 1e41 if step == 1 else 1.0)

    def steep(outputs: Tensor, labels: Tensor) -> Tensor:
        return 1000 * cross_entropy(outputs, labels)

    wild = replace(EVERYTHING, name="wild", batch_size=500, loss=steep, schedule=late, averaging=averaging)
    monkeypatch.setitem(RECIPES, "wild", replace(wild, optimizer=partial(SGD, lr=1e-3)))
    monkeypatch.setitem(DATASETS, "few", lambda: DATA)
    out = tmp_path / "run"
    assert main(["wild", "--data", "few", "--out", str(out)]) == 2
    says = r"wild: expected weights that are numbers, got [\w.]+ infinite or not a number at the end of epoch 2; .* a "
    assert re.search(f"{says}smaller learning rate than 1e\\+38 helps", capsys.readouterr().err)
    assert len((out / "metrics.csv").read_text().splitlines()) == 2
    kept = load_weights(out / "wild.safetensors")
    assert all(np.isfinite(value.array).all() for value in kept.values())
