"""What a picture is, and what a function that draws one gets and gives."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from grader.show.tiles import Pixels

# Calls the student's function with a case, its arguments by name and in the order of its parameters. What comes back
# has the shape of the right value, as float64, and is finite and not huge; nothing else can be said of it. Where there
# is no right value, it is what came back, as it is.
Call: TypeAlias = Callable[..., Any]


class NoPictureError(Exception):
    """There is nothing to draw; the message says why, in a sentence."""


@dataclass(frozen=True)
class Picture:
    """What is to be looked at.

    Attributes
    ----------
    frames : tuple of ndarray, uint8, (H, W, 3)
        One for a picture, several of one size for a film.
    caption : str
        One sentence that says what is seen where the function is right.
    pause : int
        Milliseconds from one frame of a film to the next.
    """

    frames: tuple[Pixels, ...]
    caption: str
    pause: int = 80

    @property
    def suffix(self) -> str:
        """The ending of the file's name: a film is a GIF."""
        return ".gif" if len(self.frames) > 1 else ".png"


Draw: TypeAlias = Callable[[Call], Picture]
