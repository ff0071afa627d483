"""Image files from anywhere: opened by few of Pillow's decoders, and what is wrong with them put into words."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image, UnidentifiedImageError

from engine.errors import DataError

# What photographs and drawings come in. Pillow knows more, goes by what is in a file, not by its name, and for one
# of them, EPS, starts another program.
FORMATS = ("BMP", "GIF", "JPEG", "PNG", "PPM", "TIFF", "WEBP")
GREY, COLOUR = "L", "RGB"
# Pillow's names for how pixels are stored, as far as there are eight bits of each. Others it converts by cutting off.
MODES = dict.fromkeys(("1", "L", "LA"), GREY)
MODES |= dict.fromkeys(("P", "PA", "RGB", "RGBA", "CMYK", "YCbCr"), COLOUR)
MOST_PIXELS = 50_000_000  # of one image; a few bytes can unpack to any number


@contextmanager
def opened_image(file: Path) -> Iterator[Image.Image]:
    """Open an image and look at what it says of itself before its pixels are read; put into words what is wrong.

    Parameters
    ----------
    file : Path
        One of ``FORMATS``, whatever its name ends in.

    Yields
    ------
    PIL.Image.Image
        With one of ``MODES``; its pixels are not yet read.

    Raises
    ------
    DataError
        If the file is missing, no image, damaged, unreasonably large, or of more than eight bits; also while it is
        read.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     Image.new("L", (3, 2)).save(Path(folder, "dark.png"))
    ...     with opened_image(Path(folder, "dark.png")) as image:
    ...         image.size
    (3, 2)
    """
    expected = f"an image ({', '.join(FORMATS)})"
    try:
        # Asked before opening: opening a named pipe would wait for somebody to write to it.
        if not file.is_file():
            got = "a folder" if file.is_dir() else "neither file nor folder" if file.exists() else "no such file"
            raise DataError(str(file), expected, got, "check the path")
        with warnings.catch_warnings():
            # Pillow's own word about very large images; the limit here is lower and is no warning.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            opened = Image.open(file, formats=FORMATS)
        with opened as image:
            if image.width * image.height > MOST_PIXELS:
                got = f"{image.width}x{image.height}"
                raise DataError(str(file), f"at most {MOST_PIXELS:,} pixels", got, "scale it down")
            if image.mode not in MODES:
                bits = "8 bits for each pixel and channel"
                raise DataError(str(file), bits, f"mode {image.mode}", "convert or remove it")
            yield image
    except DataError:
        raise
    except UnidentifiedImageError:
        raise DataError(str(file), expected, "something else or a damaged one", "remove or replace it") from None
    except Image.DecompressionBombError:
        raise DataError(str(file), f"at most {MOST_PIXELS:,} pixels", "far more", "scale it down") from None
    # Pillow's decoders raise whatever the damage leads to: OSError, ValueError, SyntaxError, struct.error, KeyError …
    except Exception as error:
        if isinstance(error, OSError) and error.strerror:  # the system's word, not Pillow's
            fix = "check path and permissions"
            raise DataError(str(file), "a file that can be read", error.strerror, fix) from error
        raise DataError(str(file), "an intact image", f"a damaged one ({error})", "remove or replace it") from error
