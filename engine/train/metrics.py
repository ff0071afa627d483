"""metrics.csv: one line for each epoch."""

import csv
from collections.abc import Sequence
from dataclasses import asdict, fields
from pathlib import Path

from engine.train.trainer import EpochResult
from engine.whole_file import whole_file


def write_metrics(path: Path, results: Sequence[EpochResult]) -> None:
    """Write all epochs so far; a file that was there is replaced only once the new one is complete.

    Parameters
    ----------
    path : Path
    results : sequence of EpochResult
        Columns are named as its attributes.
    """
    with whole_file(path) as unfinished, unfinished.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, [field.name for field in fields(EpochResult)])
        writer.writeheader()
        writer.writerows(asdict(result) for result in results)
