"""``grade --show``: every picture is drawn from the solution, and nothing is drawn from what is no answer."""

import io
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from rich.console import Console

import engine
from grader.catalog import load_catalog
from grader.cli import main
from grader.course_networks import CONVNET, MLP
from grader.export import solution_files, stub_files, write_files
from grader.fence import Limits
from grader.networks import Network
from grader.session import Grading
from grader.show import Draw, NoPictureError, Picture
from grader.show.film import COLOURS, write_film
from grader.show.graph import graph
from grader.show.layout import LEAST_WIDTH
from grader.show_command import drawn, run
from grader.stubs import render_alternative, render_mutant

SHOWN = {name: entry.exercise for name, entry in load_catalog().items() if entry.exercise.show is not None}
# Those that train a network have a test of their own.
HAVE = {name: exercise.show for name, exercise in SHOWN.items() if not exercise.workplace.trains}
SMALL, FILM = "zero_pad", "cross_correlate2d"


def draw_source(name: str, source: str, limits: Limits | None = None) -> tuple[Picture, str]:
    grading = Grading() if limits is None else Grading(limits=limits)
    return drawn(load_catalog()[name], HAVE[name] or pytest.fail(name), source.encode(), grading)


def solution(name: str) -> str:
    entry = load_catalog()[name]
    return render_alternative(entry, entry.exercise.alternatives[0])


def draw_mutant(name: str, mutant: str) -> tuple[Picture, str]:
    entry = load_catalog()[name]
    found = next(m for m in entry.exercise.mutants if m.name == mutant)
    return draw_source(name, render_mutant(entry, found))


def test_every_unit_has_a_picture() -> None:
    assert {load_catalog()[name].unit for name in SHOWN} == {entry.unit for entry in load_catalog().values()}


TRAINED = {"train_mlp": MLP, "train_convnet": CONVNET}


def test_all_trained_networks_are_among_these() -> None:
    assert SHOWN.keys() == HAVE.keys() | TRAINED.keys()


@pytest.mark.parametrize(("name", "network"), TRAINED.items())
def test_a_trained_network_is_drawn(name: str, network: Network) -> None:
    draw: Draw = load_catalog()[name].exercise.show or pytest.fail(f"{name} has no picture")
    state = network.expand({"seed": 0, "images": 1, "training": False})["state"]
    picture = draw(lambda data: state)
    assert picture.frames[0].shape[1] >= LEAST_WIDTH
    with pytest.raises(NoPictureError, match=r"it returned \d+ arrays, but the network has \d+"):
        draw(lambda data: state[1:])


@pytest.mark.parametrize("name", HAVE)
def test_the_solution_is_drawn_and_always_alike(name: str) -> None:
    picture, mistake = draw_source(name, solution(name))
    assert mistake == ""
    assert picture.caption.endswith(".")
    assert picture.caption.count(". ") == 0
    assert len({frame.shape for frame in picture.frames}) == 1
    for frame in (picture.frames[0], picture.frames[-1]):
        assert frame.dtype == np.uint8
        assert frame.shape[1] >= LEAST_WIDTH
        assert frame.shape[2] == 3
        assert (frame != 255).any(axis=2).mean() > 0.05, "an empty page"
    again, _ = draw_source(name, solution(name))
    assert all(np.array_equal(*pair) for pair in zip(picture.frames, again.frames, strict=True))


@pytest.mark.parametrize(
    ("name", "mutant"),
    [
        ("line_detectors", "diagonals exchanged"),
        ("zero_pad", "edge repeated"),
        ("conv2d_backward", "windows overwrite each other"),
        ("tape", "last use only"),
    ],
)
def test_a_mistake_is_seen_and_said(name: str, mutant: str) -> None:
    picture, mistake = draw_mutant(name, mutant)
    right, _ = draw_source(name, solution(name))
    assert "wrong" in mistake
    assert any(not np.array_equal(*pair) for pair in zip(picture.frames, right.frames, strict=True))


FILL = """import numpy as np
def zero_pad(x, padding):
    n, c, h, w = x.shape
    size = n, c, h + 2 * padding, w + 2 * padding
"""


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("return np.full(size, np.nan)", "NaN"),
        ("return np.full(size, np.inf)", "inf"),
        ("return np.where(np.arange(size[3]) == 1, np.nan, np.zeros(size))", "NaN"),
        ("return np.full(size, -1e200)", "more than 100 digits"),
        ("return np.zeros(size, complex)", "complex"),
        ("return np.zeros(size, bool)", "bool"),
        ("return np.full(size, None, object)", "dtype object"),
        ("return np.zeros(size, 'M8[s]')", "dtype datetime64"),
        ("return np.zeros((n, c, 1, 1))", "shape (1, 3, 1, 1)"),
        ("return np.zeros((9, 1000, 1000))", "too much to send"),
        ("return np.zeros((1 << 40,))", "memory"),
        ("return np.zeros(size).tolist()", "a list"),
        ("return (np.zeros(size),)", "a tuple"),
        ("return 'a picture'", "a str"),
        ("return None", "None"),
        ("return object()", "a object"),
        ("return {'frames': np.zeros(size)}", "a dict"),
        ("raise ValueError('\\x1b[31mred')", "ValueError"),
        ("return np.zeros(size) if padding == 0 else 1 / 0", "ZeroDivisionError"),
        ("raise NotImplementedError", "not written yet"),
        ("import os; os._exit(0)", "no answer"),
        ("raise SystemExit", "SystemExit"),
        ("while True: pass", "no answer within 1 s"),
    ],
)
def test_what_is_no_answer_is_not_drawn(body: str, says: str) -> None:
    with pytest.raises(NoPictureError) as refused:
        draw_source(SMALL, f"{FILL}    {body}\n", Limits(call=1.0))
    assert says in str(refused.value)


@pytest.mark.parametrize("name", HAVE)
@pytest.mark.parametrize("value", [-1e100, 5e-324, 0.0])
def test_any_numbers_are_drawn_that_are_finite(name: str, value: float) -> None:
    draw: Draw = load_catalog()[name].exercise.show or pytest.fail(f"{name} has no picture")
    outputs = load_catalog()[name].exercise.reference

    def call(**case: object) -> object:
        with engine.use_kernels("reference"):
            return replaced(outputs(**case) if outputs else None, value)

    frames = draw(call).frames
    assert len({frame.shape for frame in frames}) == 1


def replaced(answer: object, value: float) -> object:
    """Return an answer like another, with all its numbers replaced."""
    match answer:
        case dict():
            return {key: replaced(item, value) for key, item in answer.items()}
        case tuple():
            return tuple(replaced(item, value) for item in answer)
        case np.ndarray():
            return np.full(answer.shape, value)
    return value


@pytest.fixture
def exercises(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with the solution of one exercise and the stubs of two, from above which grade is called."""
    monkeypatch.chdir(tmp_path)
    entries = load_catalog()
    write_files(solution_files([entries[SMALL]]), tmp_path / "exercises")
    write_files(stub_files([entries["conv2d"], entries["im2col"]]), tmp_path / "exercises")
    return tmp_path / "exercises"


def test_the_command_writes_a_picture(exercises: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--show", SMALL]) == 0
    path, caption = capsys.readouterr().out.split("\n", 1)
    assert path == "pictures/zero_pad.png"
    assert "The border is black on all four sides" in caption
    with Image.open(path) as image:
        assert (image.format, image.mode) == ("PNG", "RGB")
    out = exercises.parent / "elsewhere" / "mine.PNG"
    assert main([str(exercises / load_catalog()[SMALL].path), "--show", SMALL, "--out", str(out)]) == 0
    assert out.read_bytes() == Path(path).read_bytes()


def test_a_terminal_shows_that_it_is_being_drawn(exercises: Path) -> None:
    terminal = Console(file=(out := io.StringIO()), force_terminal=True, width=80)
    options = Namespace(show=SMALL, folder=str(exercises), out=str(exercises / "x.png"))
    assert run(options, Grading(), terminal) == 0
    assert f"drawing {SMALL}" in out.getvalue()
    file = Console(file=(out := io.StringIO()), width=80)
    assert run(options, Grading(), file) == 0
    assert "drawing" not in out.getvalue()


def test_what_passed_and_has_a_picture_is_offered(exercises: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--only", SMALL]) == 0
    assert f"exercises --show {SMALL}" in capsys.readouterr().out
    assert main(["--only", "conv2d"]) == 1
    assert "--show" not in capsys.readouterr().out


def write_wrong(exercises: Path) -> None:
    (exercises / load_catalog()[SMALL].path).write_text(f"{FILL}    return np.ones(size)\n")


def write_escape(exercises: Path) -> None:
    (exercises / load_catalog()[SMALL].path).write_text("raise ValueError('\\x1b[31mred')\n")


def remove(exercises: Path) -> None:
    (exercises / load_catalog()[SMALL].path).unlink()


def link(exercises: Path) -> None:
    remove(exercises)
    (exercises / load_catalog()[SMALL].path).symlink_to(exercises / load_catalog()["conv2d"].path)


@pytest.mark.parametrize(
    ("change", "name", "says", "is_drawn"),
    [
        (None, "conv2d", "no picture of conv2d: it is not written yet", False),
        (write_wrong, SMALL, "It is not right yet: 18290 of 18432 values are wrong. Grade it", True),
        (write_escape, SMALL, "no picture of zero_pad: the file cannot be loaded: it raised ValueError", False),
        (remove, SMALL, "there is no file exercises/03_spatial_dimensions/zero_pad.py", False),
        (link, SMALL, "is a link", False),
    ],
)
def test_work_remains(
    exercises: Path,
    change: Callable[[Path], None] | None,
    name: str,
    says: str,
    is_drawn: bool,
    capsys: pytest.CaptureFixture[str],
) -> None:
    if change is not None:
        change(exercises)
    assert main(["--show", name]) == 1
    out = " ".join(capsys.readouterr().out.split())
    assert says in out
    assert "\x1b" not in out
    assert Path(f"pictures/{name}.png").exists() is is_drawn


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--show", "im2col"], f"im2col has no picture; these have one: {', '.join(SHOWN)}"),
        (["--show", "nothing"], "no exercise is named 'nothing'"),
        (["--show", SMALL, "--out", "film.gif"], "this is a picture, a PNG: --out takes a file that ends in .png"),
        (["--show", SMALL, "--out", "exercises/README/x.png"], "the picture cannot be written to exercises/README/x"),
        (["nowhere", "--show", SMALL], "there is no folder or file nowhere"),
        (["exercises/05_convolution_layer", "--show", SMALL], "its place is 03_spatial_dimensions/zero_pad.py"),
    ],
)
def test_wrong_usage(exercises: Path, arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]) -> None:
    (exercises / "README").write_text("a file where a folder would be")
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    assert stop.value.code == 2
    assert says in " ".join(capsys.readouterr().err.split())


def test_a_film_has_its_frames_and_colours(tmp_path: Path) -> None:
    frames = [np.full((40, 50, 3), 255, np.uint8) for _ in range(3)]
    for number, frame in enumerate(frames):
        frame[10:20, 10 * number : 10 * number + 10] = COLOURS[20 * number + 100]
    write_film(frames, 120, tmp_path / "film.gif")
    with Image.open(tmp_path / "film.gif") as film:
        assert (film.format, getattr(film, "n_frames", 1), film.info["loop"]) == ("GIF", 3, 0)
        for number, frame in enumerate(frames):
            film.seek(number)
            assert film.info["duration"] == (120 if number < 2 else 2500)
            assert np.array_equal(np.asarray(film.convert("RGB")), frame)


def test_an_arrow_has_its_head_where_it_ends() -> None:
    tiles = {name: np.full((41, 20, 3), 255, np.uint8) for name in "ab"}
    drawn_graph = graph(tiles, {"a": (0, 0.0), "b": (1, 0.0)}, [("a", "b")])
    thickness = (drawn_graph < 255).any(axis=2).sum(axis=0)
    left, right = 20, drawn_graph.shape[1] - 20
    assert (thickness[:left].max(), thickness[right:].max()) == (0, 0)
    assert thickness[left + 5] == 2
    assert thickness[right - 8] >= 5
    assert thickness[right - 2] < 3
