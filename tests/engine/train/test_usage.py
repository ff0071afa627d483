"""Options of the train command: what each combination does, and that none is passed over in silence."""

import json
import os
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

from engine.data import DATASETS, ImageData, load_glyphs
from engine.train.cli import main
from engine.train.records import BEGIN, END, Record

DATA = load_glyphs(200, 50)


@pytest.fixture
def few(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Give few digits a name, in an empty folder; those for testing are labelled wrongly, one and all."""
    monkeypatch.chdir(tmp_path)
    wrong = ((DATA.test_labels + 1) % 10).astype(np.uint8)
    data = ImageData(DATA.train_images, DATA.train_labels, DATA.test_images, wrong, "few digits")
    monkeypatch.setitem(DATASETS, "few", lambda: data)
    return "few"


def test_evaluate_asks_for_the_images_held_out(few: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["linear", "--data", few, "--holdout", "40", "--epochs", "5"]) == 0
    (error,) = (line for line in capsys.readouterr().out.splitlines() if "test error" in line)
    assert main(["--evaluate", "--data", few, "--holdout", "40"]) == 0
    percent = error.removeprefix("test error ").split(";")[0]
    says = f"{percent} of 40 wrong; few digits, the last 40 training images held out"
    assert says in capsys.readouterr().out
    assert main(["--evaluate", "--data", few]) == 0
    assert "% of 50 wrong; few digits\n" in capsys.readouterr().out


def test_evaluate_asks_the_newest_network_of_the_recipe(few: str, capsys: pytest.CaptureFixture[str]) -> None:
    for recipe, written in (("linear", 1), ("mlp", 2)):
        assert main([recipe, "--data", few, "--epochs", "1"]) == 0
        os.utime(f"runs/{recipe}/{recipe}.safetensors", (written, written))
    capsys.readouterr()
    for named, asked in ([], "mlp"), (["linear"], "linear"), (["mlp"], "mlp"):
        assert main([*named, "--evaluate", "--data", few]) == 0
        assert capsys.readouterr().out.startswith(f"runs/{asked}/{asked}.safetensors: ")
    assert main(["lenet", "--evaluate", "--data", few]) == 2
    assert "expected a trained lenet, got none; train one first" in capsys.readouterr().err


def test_the_table_is_made_from_the_records_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page, records = tmp_path / "page.md", tmp_path / "records.jsonl"
    page.write_text(f"{BEGIN}\n{END}\n")
    assert main(["--table", str(page), "--records", str(records)]) == 2
    assert "records.jsonl: expected a file of records, got none" in capsys.readouterr().err
    record = Record("linear", "buttons", 0, 1, 3, 0.5, 10, 1.0, 1, "a machine", "abc", "2026-11-25")
    records.write_text(json.dumps(asdict(record)) + "\n")
    assert main(["--table", str(page), "--records", str(records)]) == 0
    assert "buttons, 3 epochs |  | 50.00% | 1 |" in page.read_text()
    assert "MNIST" not in page.read_text()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--evaluate", "--record"], "--record: not allowed with --evaluate; it goes with training a network and"),
        (["--evaluate", "--device", "cuda"], "--device: not allowed with --evaluate; it goes with training a network"),
        (["--evaluate", "--epochs", "3"], "--epochs: not allowed with --evaluate"),
        (["--evaluate", "--resume"], "--resume: not allowed with --evaluate"),
        (["--evaluate", "--seed", "1"], "--seed: not allowed with --evaluate"),
        (["--evaluate", "linear", "--weights", "a"], "--weights: not allowed with a recipe"),
        (["--evaluate", "svm"], "recipe: svm not allowed with --evaluate: it leaves no weights"),
        (["--predict", "a.png", "--data", "mnist"], "--data: not allowed with --predict"),
        (["--predict", "a.png", "--out", "a"], "--out: not allowed with --predict"),
        (["--list", "linear"], "recipe: not allowed with --list"),
        (["--table", "a", "--holdout", "1"], "--holdout: not allowed with --table"),
        (["linear", "--average"], "--average: not allowed with training a network; it goes with --evaluate"),
        (["linear", "--weights", "a"], "--weights: not allowed with training a network; it goes with --evaluate and"),
        (["linear", "--records", "a"], "--records: means nothing without --record"),
        (["svm", "--committee", "2"], "--committee: not allowed with a classifier of scikit-learn's"),
        (["svm", "--epochs", "2"], "--epochs: not allowed with a classifier of scikit-learn's; it goes with training"),
        (["svm", "--resume"], "--resume: not allowed with a classifier"),
        (["svm", "--device", "cuda"], "--device: not allowed with a classifier"),
        (["svm", "--out", "a"], "--out: not allowed with a classifier"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_means_nothing_is_refused(
    arguments: list[str], says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit, match="2"):
        main(arguments)
    assert f"train: error: argument {says}" in capsys.readouterr().err
