"""Training steps, inference, and what a step costs per image as the batch grows."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np

from tests.bench.case import Case, Work
from tests.bench.library import Library, fingerprint
from tests.bench.networks import NETWORKS, Network, draw_parameters

BATCHES = (64, 128, 512)
INFERENCE_BATCHES = (1, 64, 128, 512)
GROWING_BATCHES = (64, 128, 256, 512, 1024, 2048, 4096)
CHECKED_STEPS = 3


def training_step(library: Library, network: Network, batch: int) -> Callable[[], Any]:
    """Return a function that takes one training step on always the same batch, and returns the loss."""
    rng = np.random.default_rng(batch)
    model = network.build(library)
    draw_parameters(library, model, seed=0)
    library.place(model)
    optimizer = network.optimizer(library, model)
    x = library.tensor(rng.standard_normal((batch, *network.image), np.float32))
    y = library.tensor(rng.integers(0, 10, batch))

    def step() -> Any:
        loss = library.functional.cross_entropy(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss

    return library.repeated(step, optimizer)


def prepare_step(library: Library, network: Network, batch: int) -> Work:
    """Make a training step ready; it is checked by the losses of the first three."""
    step = training_step(library, network, batch)
    return Work(step, [step().item() for _ in range(CHECKED_STEPS)])


def prepare_inference(library: Library, network: Network, batch: int) -> Work:
    """Make a forward pass without gradients ready."""
    rng = np.random.default_rng(batch)
    model = network.build(library)
    draw_parameters(library, model, seed=0)
    library.place(model).eval()
    x = library.tensor(rng.standard_normal((batch, *network.image), np.float32))

    def run() -> Any:
        with library.lib.no_grad():
            return model(x)

    return Work(run, fingerprint(library.array(run())))


def training_cases() -> Iterator[Case]:
    """Yield the training steps that are compared: all networks, three batches."""
    for network in NETWORKS.values():
        for batch in BATCHES:
            prepare = partial(prepare_step, network=network, batch=batch)
            yield Case("train", network.name, str(batch), prepare, network.step_flops(batch), images=batch)


def inference_cases() -> Iterator[Case]:
    """Yield the forward passes of LeNet, from one image on."""
    network = NETWORKS["lenet-1x32x32"]
    for batch in INFERENCE_BATCHES:
        prepare = partial(prepare_inference, network=network, batch=batch)
        yield Case("inference", network.name, str(batch), prepare, network.forward_flops(batch), images=batch)


def growing_cases() -> Iterator[Case]:
    """Yield the training steps whose cost per image should not depend on the batch."""
    for name in ("lenet-1x32x32", "convnet-1x28x28"):
        network = NETWORKS[name]
        for batch in GROWING_BATCHES:
            prepare = partial(prepare_step, network=network, batch=batch)
            yield Case("per-image", name, str(batch), prepare, network.step_flops(batch), images=batch)
