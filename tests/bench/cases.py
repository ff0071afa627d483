"""All cases, by id: parent and workers know the same ones."""

from collections.abc import Sequence
from fnmatch import fnmatchcase

from tests.bench.case import Case
from tests.bench.convolutions import convolution_cases
from tests.bench.memory_bound import memory_cases
from tests.bench.training import growing_cases, inference_cases, training_cases

CASES: dict[str, Case] = {
    case.id: case
    for cases in (training_cases, convolution_cases, inference_cases, memory_cases, growing_cases)
    for case in cases()
}


def chosen(id: str, patterns: Sequence[str]) -> bool:
    """Return whether an id, or the beginning of it up to a slash, matches one of the patterns; all do if none is given.

    Examples
    --------
    >>> chosen("train/convnet/64", ["train"]), chosen("train/convnet/64", ["train/*/512", "conv/*"])
    (True, False)
    """
    return not patterns or any(fnmatchcase(id, p) or fnmatchcase(id, p.rstrip("/") + "/*") for p in patterns)
