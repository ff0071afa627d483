"""What the train command prints: names as they are, each error once, and only what is so."""

from dataclasses import replace
from pathlib import Path

import pytest

from engine.data import DATASETS, load_glyphs
from engine.train import RECIPES, commands
from engine.train.cli import main
from engine.train.trained import save_trained

DATA = replace(load_glyphs(20, 10), name="[red]digits :smile:")


@pytest.fixture(autouse=True)
def few(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give few digits a name, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(DATASETS, "few", lambda: DATA)


def test_names_that_look_like_markup(capsys: pytest.CaptureFixture[str]) -> None:
    weights = Path("[new]", "linear.safetensors")
    weights.parent.mkdir()
    save_trained(weights, RECIPES["linear"], 0, RECIPES["linear"].model(), ((0.0,), (1.0,)), DATA.classes)
    assert main(["--evaluate", "--data", "few", "--weights", str(weights), "--threads", "1"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("[new]/linear.safetensors: ")
    assert out.endswith("of 10 wrong; [red]digits :smile:\n")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--evaluate", "--data", "few"], "train: runs/: expected a trained network, got none; "),
        (["--evaluate", "--data", "few", "--weights", "a"], "train: a: expected a safetensors file, got No such file"),
        (["--table", "page.md"], "train: --table: expected a file with <!-- records"),
    ],
)
def test_each_error_is_said_once(arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("page.md").write_text("no table")
    assert main(arguments) == 2
    assert capsys.readouterr().err.startswith(says)


def test_weights_of_something_else(capsys: pytest.CaptureFixture[str]) -> None:
    model = RECIPES["linear"].model()
    unknown = replace(RECIPES["linear"], name="unknown")
    save_trained(Path("a"), unknown, 0, model, ((0.0,), (1.0,)), DATA.classes)
    assert main(["--evaluate", "--data", "few", "--weights", "a"]) == 2
    assert "train: a: expected weights that `train` wrote, by a recipe there is, got " in capsys.readouterr().err


@pytest.mark.parametrize(
    ("work", "arguments", "kept"),
    [
        ("train", ["linear"], "; after each epoch all was kept: --resume goes on from there"),
        ("fit", ["svm"], ""),
        ("evaluate_files", ["--evaluate", "--weights", "a"], ""),
        ("load", ["linear"], ""),
    ],
)
def test_after_ctrl_c_only_training_can_go_on(
    work: str, arguments: list[str], kept: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*settings: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setitem(DATASETS, "few", interrupted if work == "load" else lambda: DATA)
    if work != "load":
        monkeypatch.setattr(commands, work, interrupted)
    assert main([*arguments, "--data", "few"]) == 130
    assert capsys.readouterr().err == f"train: interrupted{kept}\n"


def test_the_list_fits_a_terminal_of_80_columns(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert main(["--list"]) == 0
    out = capsys.readouterr().out
    assert max(len(line) for line in out.splitlines()) <= 80
    words = {word.rstrip(":") for word in out.split()}
    for known in commands.everything():
        assert {word.rstrip(":") for word in f"{known.name} {known.about} {known.deck}".split()} <= words
