"""A small network that has learned digits, so that there are hidden units to look at."""

from functools import cache
from typing import NamedTuple

import numpy as np

from grader.wire import Array

SIDE, HIDDEN, CLASSES = 14, 12, 10
IMAGES, STEPS, RATE, MOMENTUM = 600, 120, 0.15, 0.9
# Holds weights near 0 that the digits say little about, so that a unit's picture shows what matters.
DECAY = 0.004


class Network(NamedTuple):
    """Weights and biases of a network 196-12-10 with ReLU, as mlp_forward takes them."""

    w1: Array
    b1: Array
    w2: Array
    b2: Array


@cache
def trained_network() -> Network:
    """Train on drawn digits of 14x14 pixels, always alike; it takes less than a second.

    Returns
    -------
    Network
    """
    from engine import data  # here, because only who draws needs data sets

    digits = data.load_glyphs(train=IMAGES, test=1)
    x = digits.train_images.reshape(IMAGES, SIDE, 2, SIDE, 2).mean(axis=(2, 4)).reshape(IMAGES, -1) / 255
    right = np.eye(CLASSES)[digits.train_labels]
    rng = np.random.default_rng(0)
    weights = [rng.normal(0, 0.02, (HIDDEN, SIDE**2)), np.full(HIDDEN, 0.2)]
    weights += [rng.normal(0, 0.3, (CLASSES, HIDDEN)), np.zeros(CLASSES)]
    # By einsum, not by BLAS: as good for so little, and its threads would wait for each other on a busy machine.
    speeds = [np.zeros(array.shape) for array in weights]
    for _ in range(STEPS):
        w1, b1, w2, b2 = weights
        hidden = np.maximum(np.einsum("nd,hd->nh", x, w1) + b1, 0)
        logits = hidden @ w2.T + b2
        odds = np.exp(logits - logits.max(axis=1, keepdims=True))
        dlogits = (odds / odds.sum(axis=1, keepdims=True) - right) / IMAGES
        dhidden = (dlogits @ w2) * (hidden > 0)
        dw1 = np.einsum("nh,nd->hd", dhidden, x) + DECAY * w1
        grads = [dw1, dhidden.sum(axis=0), dlogits.T @ hidden, dlogits.sum(axis=0)]
        for array, speed, grad in zip(weights, speeds, grads, strict=True):
            speed *= MOMENTUM
            speed -= RATE * grad
            array += speed
    return Network(*weights)
