"""The networks that students build and train: what they are made of, and how their outputs come about."""

from collections.abc import Sequence

from grader.networks import Network, Slot, batch_norm_slots, weights
from grader.plain_layers import batch_norm, conv2d, linear, relu, scaled_tanh, table_conv2d, tiles
from grader.wire import Array

# Which maps of S2 each map of C3 reads (LeCun 1998, table I).
C3_TABLE = (
    *(tuple(sorted((i + j) % 6 for j in range(3))) for i in range(6)),
    *(tuple(sorted((i + j) % 6 for j in range(4))) for i in range(6)),
    *(tuple(sorted((i + j) % 6 for j in (0, 1, 3, 4))) for i in range(3)),
    tuple(range(6)),
)
CONNECTIONS = sum(map(len, C3_TABLE))


def _mlp(state: Sequence[Array], x: Array, training: bool) -> Array:
    w1, b1, w2, b2 = state
    return linear(relu(linear(x.reshape(len(x), -1), w1, b1)), w2, b2)


MLP = Network((*weights("the first layer", (800, 784)), *weights("the second layer", (10, 800))), (1, 28, 28), _mlp)


def _convnet(state: Sequence[Array], x: Array, training: bool) -> Array:
    for w, b, weight, bias, mean, variance in (state[:6], state[7:13]):
        x = relu(batch_norm(conv2d(x, w, b, padding=2), weight, bias, mean, variance, training))
        x = tiles(x, 2).max(axis=-1)
    return linear(x.reshape(len(x), -1), *state[14:])


CONVNET = Network(
    (
        *weights("the first convolution", (16, 1, 5, 5)),
        *batch_norm_slots("the first batch norm", 16),
        *weights("the second convolution", (32, 16, 5, 5)),
        *batch_norm_slots("the second batch norm", 32),
        *weights("the last layer", (10, 1568)),
    ),
    (1, 28, 28),
    _convnet,
)


def _lenet5(state: Sequence[Array], x: Array, training: bool) -> Array:
    c1, c1_bias, s2, s2_bias, c3, c3_bias, s4, s4_bias, c5, c5_bias, f6, f6_bias, codes = state

    def subsample(maps: Array, coefficient: Array, bias: Array) -> Array:
        sums: Array = tiles(maps, 2).sum(axis=-1)
        return sums * coefficient[:, None, None] + bias[:, None, None]

    x = scaled_tanh(subsample(scaled_tanh(conv2d(x, c1, c1_bias)), s2, s2_bias))
    x = scaled_tanh(subsample(scaled_tanh(table_conv2d(x, c3, c3_bias, C3_TABLE)), s4, s4_bias))
    x = scaled_tanh(conv2d(x, c5, c5_bias)).reshape(len(x), -1)
    features = scaled_tanh(linear(x, f6, f6_bias))
    penalties: Array = ((features[:, None] - codes) ** 2).sum(axis=-1)
    return penalties


LENET5 = Network(
    (
        *weights("C1", (6, 1, 5, 5)),
        *weights("S2", (6,)),
        *weights("C3", (CONNECTIONS, 5, 5), 16),
        *weights("S4", (16,)),
        *weights("C5", (120, 16, 5, 5)),
        *weights("F6", (84, 120)),
        Slot("the output's codes", (10, 84), 1, learns=False),
    ),
    (1, 32, 32),
    _lenet5,
)
