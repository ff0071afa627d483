"""What a benchmark measures: a case, which either library can prepare from the same seed."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from tests.bench.library import Library


class Work(NamedTuple):
    """A case made ready in one library.

    Attributes
    ----------
    run : callable
        Does the work once; this is what is timed.
    check : list of float
        What it computed, in a few numbers; the libraries must agree on them.
    """

    run: Callable[[], object]
    check: list[float]


@dataclass(frozen=True)
class Case:
    """One thing that is measured.

    Attributes
    ----------
    section, name, setting : str
        The three parts of its id, such as "train", "convnet-1x28x28" and "64".
    prepare : callable
        Builds it in a library.
    flops : float
        Floating point operations of one run, a multiplication and an addition each counting as one; 0 if
        arithmetic is not what it is about.
    memory : float
        Bytes that one run must read and write at the least, if no cache held them before; 0 likewise.
    images : int
        Images of one run.
    """

    section: str
    name: str
    setting: str
    prepare: Callable[[Library], Work]
    flops: float = 0.0
    memory: float = 0.0
    images: int = 0

    @property
    def id(self) -> str:
        """What ``--only`` is compared with."""
        return f"{self.section}/{self.name}/{self.setting}"
