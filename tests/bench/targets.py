"""What the engine shall reach, and whether a run's rows show that it does.

All but the gain by a second thread are judged at the largest number of threads that was measured.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import geometric_mean
from typing import NamedTuple

from tests.bench.cases import chosen
from tests.bench.results import Row

TRAINING_RATIO = 2.0
CONVOLUTION_RATIO = 1.0
CONVOLUTION_MEAN = 1.3
SINGLE_IMAGE_RATIO = 3.0
MEMORY_RATIO = 1.0
SECOND_THREAD_GAIN = 1.8
PER_IMAGE_SPREAD = 1.15
EMPTY_CACHE_SECONDS = 30.0
LATER_SECONDS = 1.5
IMPORT_SECONDS = 0.4
EPOCH_SECONDS = 4.0
EPOCH_ACCURACY = 0.991


class Verdict(NamedTuple):
    """Whether a target is met, and the figures that say so."""

    met: bool
    figures: str


@dataclass(frozen=True)
class Target:
    """One target; `judge` gives None if nothing of it was measured."""

    text: str
    judge: Callable[[Sequence[Row]], Verdict | None]


def ratio_of_each(pattern: str, least: float) -> Callable[[Sequence[Row]], Verdict | None]:
    """Ask that each row that `--only pattern` would choose has at least this ratio; one that failed has none."""

    def judge(rows: Sequence[Row]) -> Verdict | None:
        rows = [row for row in at_most_threads(rows) if chosen(row.id, [pattern])]
        if not rows or all(row.pytorch is None and not row.note for row in rows):
            return None
        ratios = {f"{row.name}/{row.setting}": 0.0 if row.note else row.ratio or 0.0 for row in rows}
        worst = min(ratios, key=ratios.__getitem__)
        good = sum(ratio >= least for ratio in ratios.values())
        return Verdict(good == len(ratios), f"{good} of {len(ratios)}; least {ratios[worst]:.2f} ({worst})")

    return judge


def convolution_mean(rows: Sequence[Row]) -> Verdict | None:
    """Ask for the geometric mean over all convolutions, forward and with gradients."""
    ratios = [row.ratio for row in at_most_threads(rows) if row.section == "conv" and row.ratio and not row.note]
    if not ratios:
        return None
    mean = geometric_mean(ratios)
    return Verdict(mean >= CONVOLUTION_MEAN, f"{mean:.2f} over {len(ratios)}")


def second_thread(rows: Sequence[Row]) -> Verdict | None:
    """Ask what two threads gain over one in the ConvNet's step, at each batch."""
    seconds = {
        (row.setting, row.threads): row.engine
        for row in rows
        if row.section == "train" and row.name == "convnet-1x28x28"
    }
    gains = {
        setting: one / two
        for (setting, threads), one in seconds.items()
        if threads == 1 and one and (two := seconds.get((setting, 2)))
    }
    if not gains:
        return None
    shown = ", ".join(f"{gain:.2f} (batch {setting})" for setting, gain in gains.items())
    return Verdict(min(gains.values()) >= SECOND_THREAD_GAIN, shown)


def per_image(rows: Sequence[Row]) -> Verdict | None:
    """Ask that the dearest image of a batch costs little more than the cheapest."""
    costs: dict[str, list[float]] = {}
    for row in at_most_threads(rows):
        if row.section == "per-image" and row.engine is not None:
            costs.setdefault(row.name, []).append(row.engine / int(row.setting))
    spreads = {name: max(values) / min(values) for name, values in costs.items() if len(values) > 1}
    if not spreads:
        return None
    shown = ", ".join(f"{name}: {(spread - 1) * 100:.0f}%" for name, spread in spreads.items())
    return Verdict(max(spreads.values()) <= PER_IMAGE_SPREAD, shown)


def seconds_at_most(id: str, most: float) -> Callable[[Sequence[Row]], Verdict | None]:
    """Ask that a row of the engine takes at most so long."""

    def judge(rows: Sequence[Row]) -> Verdict | None:
        found = next((row.engine for row in at_most_threads(rows) if row.id == id and row.engine is not None), None)
        return None if found is None else Verdict(found <= most, f"{found:.2f} s")

    return judge


def epoch(rows: Sequence[Row]) -> Verdict | None:
    """Ask for the epoch's time and accuracy."""
    row = next((row for row in at_most_threads(rows) if row.section == "mnist"), None)
    if row is None or row.engine is None:
        return None
    accuracy = row.figures["engine_accuracy"]
    met = row.engine <= EPOCH_SECONDS and accuracy >= EPOCH_ACCURACY
    return Verdict(met, f"{row.engine:.2f} s, {accuracy:.2%}")


def at_most_threads(rows: Sequence[Row]) -> list[Row]:
    """Keep the rows of the largest number of threads."""
    most = max((row.threads for row in rows), default=0)
    return [row for row in rows if row.threads == most]


TARGETS = (
    Target(f"training steps: each at least {TRAINING_RATIO:g} x PyTorch", ratio_of_each("train", TRAINING_RATIO)),
    Target(f"convolutions: each at least {CONVOLUTION_RATIO:g} x PyTorch", ratio_of_each("conv", CONVOLUTION_RATIO)),
    Target(f"convolutions: geometric mean at least {CONVOLUTION_MEAN:g} x PyTorch", convolution_mean),
    Target(
        f"LeNet on one image: at least {SINGLE_IMAGE_RATIO:g} x PyTorch",
        ratio_of_each("inference/lenet-1x32x32/1", SINGLE_IMAGE_RATIO),
    ),
    Target("peak memory of a step: at most PyTorch's", ratio_of_each("peak-memory", MEMORY_RATIO)),
    Target(f"two threads on the ConvNet's step: at least {SECOND_THREAD_GAIN:g} x one", second_thread),
    Target(f"cost of an image, batch 64 to 4096: within {PER_IMAGE_SPREAD - 1:.0%}", per_image),
    Target(
        f"first step, no kernel compiled before: at most {EMPTY_CACHE_SECONDS:g} s",
        seconds_at_most("cold-start/first-step/empty-cache", EMPTY_CACHE_SECONDS),
    ),
    Target(
        f"first step in a later process: at most {LATER_SECONDS:g} s",
        seconds_at_most("cold-start/first-step/later", LATER_SECONDS),
    ),
    Target(f"import engine: at most {IMPORT_SECONDS:g} s", seconds_at_most("cold-start/import/later", IMPORT_SECONDS)),
    Target(f"an epoch of MNIST: at most {EPOCH_SECONDS:g} s, at least {EPOCH_ACCURACY:.1%} right", epoch),
)
