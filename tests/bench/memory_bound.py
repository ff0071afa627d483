"""Ops that compute little for what they read and write: normalisation, activation, pooling, loss, update.

Each case says how many bytes it must move at the least: every array once from memory and once to it, except
that batch norm must read its input a second time once it knows the mean. Arrays that fit a cache may be faster than
memory, so a share above 100% is possible.
"""

from collections.abc import Callable, Iterator
from functools import partial
from math import prod
from typing import Any

import numpy as np

from tests.bench.case import Case, Work
from tests.bench.library import Library, fingerprint

FLOAT, INT64 = 4, 8
MAPS = (512, 16, 28, 28)  # behind the ConvNet's first layer
SCORES = ((512, 10), (8192, 1000))
# LeNet's parameters, and 5 million in four arrays.
UPDATES = {
    "62k": ((6, 3, 5, 5), (6,), (16, 6, 5, 5), (16,), (120, 400), (120,), (84, 120), (84,), (10, 84), (10,)),
    "5m": ((2048, 2048), (2048,), (400, 2048), (400,)),
}


def prepare_maps(library: Library, function: Callable[[Library, Any], Callable[[], Any]], backward: bool) -> Work:
    """Make an op on maps ready; `function` builds it for a library and a tensor."""
    rng = np.random.default_rng(0)
    x = library.tensor(rng.standard_normal(MAPS, np.float32), requires_grad=backward)
    op = function(library, x)
    if not backward:

        def forward() -> Any:
            with library.lib.no_grad():
                return op()

        return Work(forward, fingerprint(library.array(forward())))

    dy = library.tensor(rng.standard_normal(tuple(op().shape), np.float32))

    def both() -> None:
        x.grad = None
        op().backward(dy)

    both()
    return Work(both, fingerprint(library.array(x.grad)))


def batch_norm(library: Library, x: Any) -> Callable[[], Any]:
    """Normalise by the batch, as in training."""
    layer = library.nn.BatchNorm2d(MAPS[1])
    return lambda: layer(x)


def relu(library: Library, x: Any) -> Callable[[], Any]:
    """Set what is negative to 0."""
    return lambda: library.functional.relu(x)


def max_pool(library: Library, x: Any) -> Callable[[], Any]:
    """Keep the largest of each 2x2."""
    return lambda: library.functional.max_pool2d(x, 2)


def prepare_loss(library: Library, shape: tuple[int, int], backward: bool) -> Work:
    """Make softmax cross-entropy of scores (N, classes) ready."""
    rng = np.random.default_rng(0)
    scores = library.tensor(rng.standard_normal(shape, np.float32), requires_grad=backward)
    target = library.tensor(rng.integers(0, shape[1], shape[0]))

    def forward() -> Any:
        with library.lib.no_grad():
            return library.functional.cross_entropy(scores, target)

    def both() -> None:
        scores.grad = None
        library.functional.cross_entropy(scores, target).backward()

    if not backward:
        return Work(forward, [forward().item()])
    both()
    return Work(both, fingerprint(library.array(scores.grad)))


def prepare_update(library: Library, shapes: tuple[tuple[int, ...], ...]) -> Work:
    """Make an update by Adam ready, with gradients that stay as they are."""
    rng = np.random.default_rng(0)
    parameters = [library.nn.Parameter(library.tensor(rng.standard_normal(shape, np.float32))) for shape in shapes]
    for parameter in parameters:
        parameter.grad = library.tensor(rng.standard_normal(tuple(parameter.shape), np.float32))
    optimizer = library.optim.Adam(parameters, lr=1e-3)
    optimizer.step()
    return Work(optimizer.step, fingerprint(*(library.array(parameter) for parameter in parameters)))


def memory_cases() -> Iterator[Case]:
    """Yield the ops, forward and with their backward pass, and the updates."""
    size = float(FLOAT * prod(MAPS))
    for name, function, forward, backward in (
        # Reads x twice, writes y; then reads x and dy twice, writes dx.
        ("batch-norm", batch_norm, 3 * size, 5 * size),
        # Reads x, writes y; then reads y and dy, writes dx.
        ("relu", relu, 2 * size, 3 * size),
        # y and dy have a quarter of the elements; where the largest were must be known, at least in one byte.
        ("max-pool-2x2", max_pool, 1.25 * size, (0.25 + 1 / 16 + 1) * size),
    ):
        ready = partial(prepare_maps, function=function)
        yield Case("memory-bound", name, "forward", partial(ready, backward=False), memory=forward)
        yield Case("memory-bound", name, "both", partial(ready, backward=True), memory=forward + backward)
    for shape in SCORES:
        # Reads scores and targets; then both again, and writes the gradient.
        name, size = f"cross-entropy-{shape[0]}x{shape[1]}", float(FLOAT * prod(shape))
        once = size + INT64 * shape[0]
        forward_only, whole = partial(prepare_loss, shape=shape, backward=False), partial(prepare_loss, shape=shape)
        yield Case("memory-bound", name, "forward", forward_only, memory=once)
        yield Case("memory-bound", name, "both", partial(whole, backward=True), memory=2 * once + size)
    for setting, shapes in UPDATES.items():
        # Reads parameter, gradient and two running means, writes all but the gradient.
        count = sum(prod(shape) for shape in shapes)
        yield Case("memory-bound", "adam", setting, partial(prepare_update, shapes=shapes), memory=7.0 * FLOAT * count)
