"""A picture of a digit from anywhere: nothing in it starts a program, and what cannot be read is said in words."""

import contextlib
import io
import os
import random
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.errors import DataError
from engine.train.picture import read_digit

EPS = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 20 20\n%%EndComments\n0 0 9 9 rectfill\nshowpage\n%%EOF\n"


def refusal(file: Path) -> str:
    with pytest.raises(DataError) as caught:
        read_digit(file)
    message = str(caught.value)
    assert message.startswith(f"{file}: expected ")
    return message


def stroke(mode: str) -> Image.Image:
    paper = np.zeros((40, 40), np.uint8)
    paper[5:35, 18:22] = 255
    return Image.fromarray(paper).convert(mode)


def test_no_program_is_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pillow goes by what is in a file: PostScript it has drawn by whatever is called gs."""
    trace, programs = tmp_path / "trace", tmp_path / "programs"
    programs.mkdir()
    (programs / "gs").write_text(f"#!/bin/sh\necho ran >> {trace}\n")
    (programs / "gs").chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    file = tmp_path / "digit.png"
    file.write_bytes(EPS)
    with contextlib.suppress(Exception):
        read_digit(file)
    assert not trace.exists()
    assert "an image (BMP, GIF, JPEG, PNG, PPM, TIFF, WEBP), got something else" in refusal(file)


@pytest.mark.parametrize(("kind", "mode"), [("PNG", "L"), ("PNG", "P"), ("PNG", "RGBA"), ("PPM", "L"), ("WEBP", "RGB")])
def test_whatever_the_damage_the_answer_is_a_digit_or_a_data_error(kind: str, mode: str, tmp_path: Path) -> None:
    stream, draw = io.BytesIO(), random.Random(0)
    stroke(mode).save(stream, kind)
    file = tmp_path / "digit.png"
    for _ in range(100):
        content = bytearray(stream.getvalue())
        for _ in range(draw.randint(1, 3)):
            content[draw.randrange(min(len(content), draw.choice((40, 400))))] = draw.randrange(256)
        file.write_bytes(content)
        with contextlib.suppress(DataError):
            assert read_digit(file).shape == (28, 28)


def test_damage_is_said(tmp_path: Path) -> None:
    stroke("L").save(tmp_path / "digit.png")
    whole = (tmp_path / "digit.png").read_bytes()
    for content, says in (
        (whole[:60], "an intact image, got a damaged one"),
        (b"P5 8 8 70000 " + bytes(64), "an intact image, got a damaged one (maxval must be"),
        (b"no picture", "got something else or a damaged one"),
    ):
        (tmp_path / "digit.png").write_bytes(content)
        assert says in refusal(tmp_path / "digit.png")


def test_what_is_no_file(tmp_path: Path) -> None:
    assert "got no such file; check the path" in refusal(tmp_path / "nowhere.png")
    assert "got a folder; check the path" in refusal(tmp_path)
    os.mkfifo(tmp_path / "pipe.png")
    assert "got neither file nor folder; check the path" in refusal(tmp_path / "pipe.png")
    assert "a file that can be read, got File name too long" in refusal(tmp_path / ("x" * 300))


def test_more_than_eight_bits(tmp_path: Path) -> None:
    """Pillow would make white of all but the darkest."""
    Image.fromarray(np.asarray(stroke("L")).astype(np.uint16) * 257).save(tmp_path / "digit.png")
    assert "8 bits for each pixel and channel, got mode I;16" in refusal(tmp_path / "digit.png")


def test_specks_that_are_gone_when_the_picture_is_small(tmp_path: Path) -> None:
    paper = np.zeros((2000, 2000), np.uint8)
    paper[3, 3] = paper[1990, 1990] = 255
    Image.fromarray(paper).save(tmp_path / "digit.png")
    assert "a digit on a plain background, got a picture that shows nothing" in refusal(tmp_path / "digit.png")
