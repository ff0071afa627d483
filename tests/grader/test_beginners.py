"""The mistakes beginners make get a message by which they can go on, at the line where it is, and never a traceback."""

from pathlib import Path

import pytest

from grader.catalog import load_catalog
from grader.cli import main

FIRST = next(iter(load_catalog().values())).path
UNIT = load_catalog()["cross_correlate2d"].unit
IMPORT = "import numpy as np\n\n\n"
HEAD = "def cross_correlate2d(image, kernel):\n"
SIZE = "    out = np.zeros((image.shape[0] - kernel.shape[0] + 1, image.shape[1] - kernel.shape[1] + 1))\n"
LOOPS = (
    "    for i in range(out.shape[0]):\n"
    "        for j in range(out.shape[1]):\n"
    "            out[i, j] = np.sum(image[i : i + kernel.shape[0], j : j + kernel.shape[1]] * kernel)\n"
)
BODY = IMPORT + HEAD + SIZE + LOOPS

MISTAKES = {
    "return forgotten": (BODY, ["it returned None: is there a return statement?"]),
    "printed instead of returned": (
        BODY + "    print(out)\n",
        ["your function prints, and returns nothing", "is there a return statement?"],
    ),
    "returned from inside the loop": (BODY + "            return out\n", ["is the return inside a loop?"]),
    "a list returned": (
        BODY + "    return out.tolist()\n",
        ["it returned a list, but an array is right: np.array(…) makes one"],
    ),
    "two things returned": (BODY + "    return out, out.shape\n", ["it returned a tuple of 2, but an array is right"]),
    "a number returned": (BODY + "    return out[0, 0]\n", ["it returned a number, but an array is right"]),
    "yield instead of return": (BODY + "    yield out\n", ["it returned a generator, which is neither"]),
    "whole numbers": (
        BODY.replace("+ 1))", "+ 1), dtype=int)") + "    return out\n",
        ["its elements are whole-number (int64), but floating ones are right: make the array with dtype=float"],
    ),
    "divided with //": (
        BODY.replace("* kernel)", "* kernel) // 1") + "    return out\n",
        ["values are rounded down to whole numbers: is there // for /"],
    ),
    "divided a size with /": (
        BODY.replace("kernel.shape[0] + 1,", "kernel.shape[0] / 1 + 1,") + "    return out\n",
        ["TypeError: 'float' object cannot be interpreted as an integer in line 5: out = np.zeros("],
    ),
    "changed in place": (
        BODY.replace(HEAD, HEAD + "    image *= 2\n") + "    return out / 2\n",
        ["it changed its argument 'image': work on a copy"],
    ),
    "another name": (
        BODY.replace("cross_correlate2d", "crosscorrelate") + "    return out\n",
        ["there is no function 'cross_correlate2d' in the file; what there is, is called crosscorrelate"],
    ),
    "a method": (
        IMPORT + "class Filter:\n    def cross_correlate2d(self, image, kernel):\n        return image\n",
        ["there is no function 'cross_correlate2d' in the file; what there is, is called Filter"],
    ),
    "other arguments": (
        BODY.replace("(image, kernel)", "(image)") + "    return out\n",
        ["takes 1 positional argument but 2 were given; it is called as cross_correlate2d(image, kernel)"],
    ),
    "numpy not imported": (BODY.removeprefix(IMPORT) + "    return out\n", ["name 'np' is not defined in line 2"]),
    "a bracket not closed": (
        BODY.replace("+ 1))", "+ 1)") + "    return out\n",
        ["the file cannot be loaded", "SyntaxError: '(' was never closed in line 5: out = np.zeros("],
    ),
    "indented too far": (
        BODY.replace("    out =", "  out =") + "    return out\n",
        ["IndentationError: unexpected indent in line 6"],
    ),
    "tabs and spaces": (
        IMPORT + HEAD + "\tout = image\n        return out\n",
        ["TabError: inconsistent use of tabs and spaces in indentation in line 6"],
    ),
    "an index too far": (
        BODY.replace("out[i, j] =", "out[i, j + 1] =") + "    return out\n",
        ["IndexError: index", "in line 8: out[i, j + 1] ="],
    ),
    "the stub's last line left": (
        BODY + "    raise NotImplementedError\n    return out\n",
        ["it still comes to raise NotImplementedError: take that line out"],
    ),
    "asks for input": (
        BODY.replace(HEAD, HEAD + '    size = input("size? ")\n') + "    return out\n",
        ["it waited for typed input, and there is none in line 5"],
    ),
    "an endless loop": (IMPORT + HEAD + "    while True:\n        pass\n", ["timed out", "no answer within 5 s"]),
    "plots": ("import torch\n" + BODY + "    return out\n", ["No module named 'torch'"]),
    "the engine used": (
        "import engine\n\n\n" + HEAD + "    return engine.conv2d(image, kernel)\n",
        ["'engine' may not be used in this exercise: write it yourself in line 1"],
    ),
    "a notebook": (
        '{"cells": [{"cell_type": "code", "source": []}]}',
        ["the file is a notebook: copy the function into a plain Python file cross_correlate2d.py"],
    ),
}


def said(folder: Path, capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    main([str(folder), "--only", "cross_correlate2d", *arguments])
    return " ".join(capsys.readouterr().out.split())


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")


@pytest.mark.parametrize("mistake", MISTAKES)
def test_the_message_says_what_to_do(mistake: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source, expected = MISTAKES[mistake]
    (tmp_path / UNIT).mkdir()
    (tmp_path / UNIT / "cross_correlate2d.py").write_text(source)
    out = said(tmp_path, capsys)
    assert all(text in out for text in expected), out
    assert "Traceback" not in out


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
def test_another_encoding(encoding: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "cross_correlate2d.py").write_text(BODY + "    return out\n", encoding=encoding)
    assert "save it again, as UTF-8" in said(tmp_path, capsys)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "latin-1"])
def test_encodings_that_python_reads(encoding: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = f"# -*- coding: {encoding} -*-\n# é\n{BODY}    return out\n"
    (tmp_path / "cross_correlate2d.py").write_text(source, encoding=encoding)
    assert "Done." in said(tmp_path, capsys)


def test_a_callable_need_not_be_written_with_def(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = BODY.replace("def cross_correlate2d", "def mine") + "    return out\n"
    source += "\n\nfrom functools import partial\ncross_correlate2d = partial(mine)\n"
    (tmp_path / "cross_correlate2d.py").write_text(source)
    assert "Done." in said(tmp_path, capsys)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["exercise"], "there is no folder or file exercise in"),
        (["exercises/../exercises/nothing"], "there is no folder or file"),
        (
            ["empty"],
            f"there is no exercise in empty: it has no files such as {FIRST}",
        ),
        (["."], "there is no exercise in .; did you mean grade exercises?"),
        (["exercises/04_cross_correlation/cross_corelate2d.py"], "did you mean 'cross_correlate2d'?"),
        (["exercises", "--only", "cross_corelate2d"], "did you mean 'cross_correlate2d'?"),
        (["exercises", "--hint", "conv2"], "no exercise is named 'conv2' (did you mean 'conv2d'?)"),
        (["exercises", "--replay", "conv2"], "did you mean 'conv2d'?"),
    ],
)
def test_the_wrong_place(
    arguments: list[str],
    says: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    main(["--write-stubs", "exercises"])
    (tmp_path / "exercises" / UNIT / "cross_corelate2d.py").write_text(BODY)
    (tmp_path / "empty").mkdir()
    with pytest.raises(SystemExit, match="2"):
        main(arguments)
    assert says in " ".join(capsys.readouterr().err.split())


def test_inside_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    main(["--write-stubs", str(tmp_path)])
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit, match="2"):
        main(["exercises"])
    assert "the exercises are in this very folder: grade ." in " ".join(capsys.readouterr().err.split())


def test_a_unit_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    main(["--write-solutions", str(tmp_path)])
    capsys.readouterr()
    assert main([str(tmp_path / UNIT)]) == 0
    monkeypatch.chdir(tmp_path / UNIT)
    assert main(["."]) == 0
    out = capsys.readouterr().out
    assert "cross_correlate2d" in out
    assert "max_pool2d" not in out
    assert {path.name for path in tmp_path.rglob(".*")} <= {".cases", ".progress"}
