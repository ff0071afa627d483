"""Folders of images: classes, sizes, colours, orientation, and files that are damaged or far too large."""

import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from engine.data import image_folder
from engine.data.image_folder import has_image_folders, load_image_folder
from engine.errors import DataError, ParameterError


def drawn(file: Path, colour: Any = 128, mode: str = "L", size: tuple[int, int] = (6, 4), **settings: Any) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    Image.new(mode, size, colour).save(file, **settings)
    return file


def animals(folder: Path, count: int = 10, **settings: Any) -> Path:
    for number in range(count):
        drawn(folder / "dog" / f"{number}.png", 200, **settings)
        drawn(folder / "cat" / f"{number}.png", 100, **settings)
    return folder


def refusal(folder: Path, **settings: Any) -> str:
    with pytest.raises(DataError) as caught:
        load_image_folder(folder, **settings)
    return str(caught.value)


def test_folders_for_training_and_testing(tmp_path: Path) -> None:
    animals(tmp_path / "pets" / "train", 3)
    animals(tmp_path / "pets" / "test", 1)
    data = load_image_folder(tmp_path / "pets")
    assert (data.name, data.classes) == ("pets", ("cat", "dog"))
    assert data.train_images.shape == (6, 4, 6)
    assert data.train_labels.tolist() == [0, 0, 0, 1, 1, 1]
    assert data.train_images[:, 0, 0].tolist() == [100, 100, 100, 200, 200, 200]
    assert data.test_images[:, 0, 0].tolist() == [100, 200]


def names_tested(folder: Path, **settings: Any) -> set[str]:
    _, _, test = image_folder._found(folder, settings.get("test_share", 0.2), settings.get("seed", 0))
    return {f"{file.parent.name}/{file.name}" for files in test for file in files}


def test_one_folder_is_split_by_a_seed(tmp_path: Path) -> None:
    animals(tmp_path, 10)
    data = load_image_folder(tmp_path)
    assert np.bincount(data.train_labels).tolist() == [8, 8]
    assert np.bincount(data.test_labels).tolist() == [2, 2]
    assert names_tested(tmp_path) == names_tested(tmp_path)
    assert names_tested(tmp_path) != names_tested(tmp_path, seed=1)
    assert {name[4:] for name in names_tested(tmp_path) if "cat" in name} != {
        name[4:] for name in names_tested(tmp_path) if "dog" in name
    }
    before = names_tested(tmp_path)
    for number in range(10, 15):
        drawn(tmp_path / "dog" / f"{number}.png")
    assert {name for name in before if "cat" in name} == {name for name in names_tested(tmp_path) if "cat" in name}
    assert len(load_image_folder(tmp_path, test_share=0.99).train_labels) == 2


def test_what_is_no_image_is_passed_over(tmp_path: Path) -> None:
    animals(tmp_path, 2)
    (tmp_path / "dog" / "notes.txt").write_text("good dog")
    (tmp_path / "dog" / ".hidden.png").write_text("nothing")
    (tmp_path / "dog" / "folder.png").mkdir()
    (tmp_path / ".git").mkdir()
    (tmp_path / "readme.png").write_text("beside the folders")
    data = load_image_folder(tmp_path)
    assert len(data.train_labels) + len(data.test_labels) == 4


@pytest.mark.parametrize(
    ("mode", "colour", "expected"),
    [
        ("RGB", (10, 20, 30), (10, 20, 30)),
        ("RGBA", (10, 20, 30, 255), (10, 20, 30)),
        ("RGBA", (10, 20, 30, 0), (0, 0, 0)),
        ("P", 0, (0, 0, 0)),
        ("L", 77, (77, 77, 77)),
        ("1", 1, (255, 255, 255)),
        ("LA", (200, 0), (0, 0, 0)),
    ],
)
def test_every_kind_of_image_becomes_colour(mode: str, colour: Any, expected: tuple[int, ...], tmp_path: Path) -> None:
    animals(tmp_path, 2)
    drawn(tmp_path / "dog" / "0.png", (1, 2, 3), "RGB")
    for name in ("0", "1"):
        drawn(tmp_path / "cat" / f"{name}.png", colour, mode)
    images = load_image_folder(tmp_path).train_images
    assert images.shape == (2, 3, 4, 6)
    assert tuple(images[0, :, 1, 1]) == expected


def test_grey_only_if_all_are_or_it_is_asked_for(tmp_path: Path) -> None:
    animals(tmp_path, 2)
    assert load_image_folder(tmp_path).channels == 1
    assert load_image_folder(tmp_path, mode="RGB").channels == 3
    drawn(tmp_path / "dog" / "0.png", (255, 0, 0), "RGB")
    assert load_image_folder(tmp_path).channels == 3
    assert load_image_folder(tmp_path, mode="L").channels == 1


def test_size_is_that_of_most_or_as_asked_for(tmp_path: Path) -> None:
    animals(tmp_path, 3, size=(8, 6))
    drawn(tmp_path / "cat" / "0.png", size=(50, 50))
    assert load_image_folder(tmp_path).train_images.shape[1:] == (6, 8)
    assert load_image_folder(tmp_path, size=(5, 7)).train_images.shape[1:] == (5, 7)


def test_large_images_are_scaled_down(tmp_path: Path) -> None:
    animals(tmp_path, 2, size=(1024, 512))
    assert load_image_folder(tmp_path).train_images.shape[1:] == (128, 256)


def test_orientation_of_photographs(tmp_path: Path) -> None:
    """A photograph taken upright lies on its side in the file, with a note."""
    animals(tmp_path, 2, size=(4, 6))
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by 90 degrees to the right when it is shown
    for name in ("0", "1"):
        (tmp_path / "cat" / f"{name}.png").unlink()
        lying = Image.new("L", (6, 4), 0)
        lying.paste(255, (0, 0, 3, 4))  # left half light: the upper half when upright
        lying.save(tmp_path / "cat" / f"{name}.jpg", exif=exif, quality=95)
    images = load_image_folder(tmp_path).train_images
    assert images.shape == (2, 6, 4)
    assert images[0, :3].min() > 200
    assert images[0, 3:].max() < 50


def damaged(file: Path) -> None:
    whole = drawn(file, size=(60, 60)).read_bytes()
    file.write_bytes(whole[:60])


def header_of_a_bomb(file: Path, side: int) -> None:
    """Write a PNG that says it is so large."""
    chunks = b""
    for kind, content in ((b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)), (b"IDAT", zlib.compress(b""))):
        chunks += struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
    file.write_bytes(b"\x89PNG\r\n\x1a\n" + chunks)


@pytest.mark.parametrize(
    ("write", "says"),
    [
        (damaged, "an intact image, got a damaged one"),
        (lambda file: file.write_bytes(b""), "something else or a damaged one"),
        (lambda file: file.write_bytes(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n"), "something else"),
        (lambda file: header_of_a_bomb(file, 8_000), "at most 50,000,000 pixels, got 8000x8000"),
        (lambda file: header_of_a_bomb(file, 12_000), "at most 50,000,000 pixels, got 12000x12000"),
        (lambda file: header_of_a_bomb(file, 60_000), "at most 50,000,000 pixels, got far more"),
        (lambda file: drawn(file, 9, "I;16"), "8 bits for each pixel and channel, got mode I;16"),
    ],
)
def test_the_file_is_named(write: Any, says: str, tmp_path: Path) -> None:
    animals(tmp_path, 3)
    file = tmp_path / "dog" / "1.png"
    write(file)
    message = refusal(tmp_path)
    assert message.startswith(f"{file}: expected ")
    assert says in message


def test_folders_that_do_not_fit(tmp_path: Path) -> None:
    assert "got no such directory" in refusal(tmp_path / "nowhere")
    assert "a folder for each class with images in it, got no folders" in refusal(tmp_path)
    assert not has_image_folders(tmp_path)
    animals(tmp_path, 2)
    assert has_image_folders(tmp_path)
    (tmp_path / "empty").mkdir()
    assert "got none in empty; images end in .bmp, .gif" in refusal(tmp_path)
    drawn(tmp_path / "empty" / "1.png")
    assert refusal(tmp_path).startswith(f"{tmp_path / 'empty'}: expected at least 2 images")
    animals(tmp_path / "both" / "train", 2)
    animals(tmp_path / "both" / "test", 2)
    assert has_image_folders(tmp_path / "both")
    drawn(tmp_path / "both" / "test" / "horse" / "1.png")
    assert "the same classes in train/ and test/, got horse in one of them alone" in refusal(tmp_path / "both")


def test_a_part_for_testing_of_another_name(tmp_path: Path) -> None:
    """The folders train and val were taken for classes, and blamed for having no images."""
    animals(tmp_path / "train", 2)
    animals(tmp_path / "val", 2)
    assert has_image_folders(tmp_path)
    fix = "rename the folder to test on to test/, or name train/ itself, of which a share is kept for testing"
    assert refusal(tmp_path) == f"{tmp_path}: expected train/ and test/, got train/ and no test/; {fix}"
    assert len(load_image_folder(tmp_path / "train").test_labels) == 2


def test_a_class_may_be_called_train(tmp_path: Path) -> None:
    animals(tmp_path, 2)
    drawn(tmp_path / "train" / "1.png")
    drawn(tmp_path / "train" / "2.png")
    assert load_image_folder(tmp_path).classes == ("cat", "dog", "train")


def test_too_many_classes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(image_folder, "MOST_CLASSES", 1)
    assert "at most 1 classes, got 2 folders" in refusal(animals(tmp_path, 2))


def test_more_pixels_than_fit_into_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(image_folder, "MOST_BYTES", 100)
    message = refusal(animals(tmp_path, 5), size=(4, 5))
    assert "at most 100 bytes of pixels, got 200 bytes for 10 images of 4x5" in message
    assert len(load_image_folder(tmp_path, size=(2, 5)).train_labels) == 8


@pytest.mark.parametrize(
    "settings", [{"mode": "CMYK"}, {"size": (0, 5)}, {"test_share": 0.0}, {"test_share": 1.0}, {"seed": -1}]
)
def test_settings_that_cannot_work(settings: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match="load_image_folder: expected "):
        load_image_folder(animals(tmp_path, 2), **settings)
