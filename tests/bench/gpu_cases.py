"""What is measured on a card: training steps, products, the convolutions of the CPU's table at batch 128, memory."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import numpy as np

from tests.bench.case import Case, Work
from tests.bench.convolutions import CONVOLUTIONS, prepare
from tests.bench.library import Library, fingerprint
from tests.bench.memory_bound import memory_cases
from tests.bench.networks import NETWORKS
from tests.bench.resnet20 import RESNET20
from tests.bench.training import BATCHES, prepare_step

TRAINED = (*(NETWORKS[name] for name in ("lenet-1x32x32", "convnet-1x28x28", "lenet-5-1998")), RESNET20)
CONVOLUTION_BATCH = 128
PRODUCTS = (512, 1024, 2048, 4096, 8192)
COPIED_BYTES = 256 << 20


def training_cases() -> Iterator[Case]:
    """Yield the training steps of four networks at three batches."""
    for network in TRAINED:
        for batch in BATCHES:
            ready = partial(prepare_step, network=network, batch=batch)
            yield Case("gpu-train", network.name, str(batch), ready, network.step_flops(batch), images=batch)


def prepare_product(library: Library, size: int) -> Work:
    """Make a product of square matrices ready."""
    rng = np.random.default_rng(0)
    a, b = (library.tensor(rng.standard_normal((size, size), np.float32)) for _ in range(2))

    def run() -> object:
        with library.lib.no_grad():
            return a @ b

    return Work(run, fingerprint(library.array(a @ b)))


def product_cases() -> Iterator[Case]:
    """Yield products of square matrices."""
    for size in PRODUCTS:
        yield Case("gpu-product", "square", str(size), partial(prepare_product, size=size), 2.0 * size**3)


def convolution_cases() -> Iterator[Case]:
    """Yield the convolutions of the CPU's table, at one batch."""
    for convolution in CONVOLUTIONS:
        larger = replace(convolution, input=(CONVOLUTION_BATCH, *convolution.input[1:]))
        for setting, times in (("forward", 1), ("both", 3)):
            ready = partial(prepare, convolution=larger, backward=times == 3)
            yield Case("gpu-conv", convolution.name, setting, ready, times * larger.flops, images=CONVOLUTION_BATCH)


def prepare_copy(library: Library) -> Work:
    """Make a copy ready, for the rate at which memory can be read and written."""
    source = library.tensor(np.ones(COPIED_BYTES // 4, np.float32))

    def run() -> object:
        with library.lib.no_grad():
            return source * 1 if library.name == "engine" else source.clone()

    return Work(run, [])


def memory_bound_cases() -> Iterator[Case]:
    """Yield a copy, and the ops of the CPU's table that wait for memory."""
    yield Case("gpu-memory", "copy", "256MB", prepare_copy, memory=2.0 * COPIED_BYTES)
    for case in memory_cases():
        yield replace(case, section="gpu-memory")


GPU_CASES: dict[str, Case] = {
    case.id: case
    for cases in (training_cases, product_cases, convolution_cases, memory_bound_cases)
    for case in cases()
}
