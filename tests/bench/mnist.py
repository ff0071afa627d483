"""One epoch of MNIST: the network, batches, schedule and first weights are the same for both libraries."""

import time
from pathlib import Path
from typing import Any

import numpy as np

from tests.bench.library import Array, Library
from tests.bench.networks import NETWORKS, draw_parameters

BATCH = 256
MAX_LR = 0.01
# Chosen among 0.05, 0.1, 0.15 and 0.3 on the last 10,000 training images, by the mean of five seeds.
WARM_UP = 0.15
MEAN, STD = 0.1307, 0.3081
TEST_BATCH = 1000
WARM_STEPS = 3


def save_images(folder: Path, target: Path) -> None:
    """Read MNIST's files and write them as one .npz, which needs no library to read."""
    from engine.data import load_idx_folder

    data = load_idx_folder(folder)
    np.savez(
        target,
        train_images=data.train_images,
        train_labels=data.train_labels,
        test_images=data.test_images,
        test_labels=data.test_labels,
    )


def train_epochs(library: Library, images: str, seed: int, epochs: int) -> dict[str, float]:
    """Train for so many epochs; return the seconds and the share of test images that are right after it.

    The seconds hold everything between the first batch and the last: choosing images, forward, backward,
    update, schedule. Not in them: reading the files, three steps of another model before (compiling), the test.
    """
    with np.load(images) as stored:
        train, labels = _normalised(stored["train_images"]), stored["train_labels"].astype(np.int64)
        test, test_labels = _normalised(stored["test_images"]), stored["test_labels"].astype(np.int64)
    _train(library, train[: WARM_STEPS * BATCH], labels[: WARM_STEPS * BATCH], seed, 1)
    start = time.perf_counter()
    model = _train(library, train, labels, seed, epochs)
    seconds = time.perf_counter() - start
    model.eval()
    right = 0
    with library.lib.no_grad():
        for first in range(0, len(test), TEST_BATCH):
            scores = library.array(model(library.moved(test[first : first + TEST_BATCH])))
            right += int((scores.argmax(1) == test_labels[first : first + TEST_BATCH]).sum())
    return {"seconds": seconds, "accuracy": right / len(test)}


def _train(library: Library, images: Array, labels: Array, seed: int, epochs: int) -> Any:
    rng = np.random.default_rng(seed)
    model = NETWORKS["mnist-one-epoch"].build(library)
    draw_parameters(library, model, seed)
    library.place(model)
    optimizer = library.optim.Adam(model.parameters(), lr=MAX_LR, betas=(0.7, 0.9))
    steps = epochs * -(-len(images) // BATCH)
    schedule = library.optim.lr_scheduler.OneCycleLR(
        optimizer, MAX_LR, total_steps=steps, pct_start=WARM_UP, cycle_momentum=False
    )

    def learn(x: Any, y: Any) -> None:
        loss = library.functional.cross_entropy(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    # PyTorch's graphs want inputs at fixed places; its way here is the one without.
    step = library.lib.graph(learn) if library.way.graphs and library.name == "engine" else learn
    for _ in range(epochs):
        order = rng.permutation(len(images))
        for first in range(0, len(images), BATCH):
            some = order[first : first + BATCH]
            step(library.moved(images[some]), library.moved(labels[some]))
            schedule.step()
    library.synchronize()
    return model


def _normalised(images: Array) -> Array:
    scaled = (images.astype(np.float32) / 255 - MEAN) / STD
    return scaled.astype(np.float32)[:, None]
