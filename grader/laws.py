"""Properties that are laws: what holds between several values of the student's function, without an oracle.

A law alone would be satisfied by a function that returns zeros, so each also requires the right value. The law is
tried first, because it says more of what is wrong.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from grader.exercise import Property
from grader.properties import Cases
from grader.trial import Trial
from grader.wire import Array

# Of the loss at both sides of a point; small beside the whole numbers between which a maximum changes hands.
STEP = 1e-3


def linear_in(argument: str, points: int, cases: Cases, examples: int = 20) -> Property:
    """Require f(2 a - 3 b) = 2 f(a) - 3 f(b) in one argument; b is a, reversed.

    Parameters
    ----------
    argument : str
    points : int
    cases : strategy of dict
        Without a bias.
    examples : int
    """

    def check(trial: Trial) -> None:
        a = trial.case[argument]
        b = a[::-1].copy()
        first, second, mixed = (trial.array(**{argument: value}) for value in (a, b, 2 * a - 3 * b))
        trial.compare(2.0 * first - 3.0 * second, mixed, "f(2a - 3b)")
        trial.must_be_right(trial.call(), also=True)

    return Property(f"be linear in {argument}: f(2a - 3b) = 2 f(a) - 3 f(b)", points, cases, check, examples)


def adds_bias(points: int, cases: Cases, argument: str = "b", examples: int = 20) -> Property:
    """Require that a bias for each channel adds itself to all of the channel: f(b) = f(0) + b.

    Parameters
    ----------
    points : int
    cases : strategy of dict
        With an output (N, K, …) and a bias (K,).
    argument : str
        The bias.
    examples : int
    """

    def check(trial: Trial) -> None:
        bias = trial.case[argument]
        without, biased = trial.array(**{argument: np.zeros_like(bias)}), trial.array()
        trial.compare(without + bias.reshape(1, -1, *[1] * (without.ndim - 2)), biased, f"f({argument})")
        trial.must_be_right(biased, also=True)

    return Property(
        f"add the bias to all of its channel: f({argument}) = f(0) + {argument}", points, cases, check, examples
    )


def example_by_example(argument: str, points: int, cases: Cases, examples: int = 20) -> Property:
    """Require that each example of a batch gets what it gets alone: f(x)[n] = f(x[n : n + 1])[0].

    Parameters
    ----------
    argument : str
        The batch, (N, …).
    points : int
    cases : strategy of dict
        With an output (N, …).
    examples : int
    """

    def check(trial: Trial) -> None:
        batch = trial.case[argument]
        alone = [trial.array(**{argument: batch[n : n + 1].copy()}) for n in range(len(batch))]
        together = trial.array()
        trial.compare(np.concatenate(alone), together, f"f({argument})")
        trial.must_be_right(together, also=True)

    return Property("give each example of a batch what it gets alone", points, cases, check, examples)


def shift_equivariant(argument: str, points: int, cases: Cases, stride: str = "", examples: int = 20) -> Property:
    """Require that the output moves with the image: without its first rows and columns, the output lacks its first.

    Parameters
    ----------
    argument : str
        The image, (…, H, W).
    points : int
    cases : strategy of dict
        Without padding: a border would stay where it is.
    stride : str
        Name of the setting that says how many pixels make one step; 1 without it.
    examples : int
    """

    def check(trial: Trial) -> None:
        out = trial.array()
        rows, columns = (int(length > 1) for length in out.shape[-2:])
        step = trial.case.get(stride, 1)
        moved = trial.array(**{argument: trial.case[argument][..., rows * step :, columns * step :].copy()})
        trial.compare(out[..., rows:, columns:], moved, "f(moved image)")
        trial.must_be_right(out, also=True)

    return Property("move its output with the image", points, cases, check, examples)


def padding_is_a_border(argument: str, points: int, cases: Cases, examples: int = 20) -> Property:
    """Require f(x, padding=P) = f(x with a border of P zeros, padding=0).

    Parameters
    ----------
    argument : str
        The image, (…, H, W).
    points : int
    cases : strategy of dict
        With a ``padding``.
    examples : int
    """

    def check(trial: Trial) -> None:
        x, padding = trial.case[argument], trial.case["padding"]
        border = [(0, 0)] * (x.ndim - 2) + [(padding, padding)] * 2
        bordered, padded = trial.array(**{argument: np.pad(x, border), "padding": 0}), trial.array()
        trial.compare(bordered, padded, f"f({argument}, padding)")
        trial.must_be_right(padded, also=True)

    return Property("give for a padding what it gives for a border of zeros", points, cases, check, examples)


def stride_skips(points: int, cases: Cases, examples: int = 20) -> Property:
    """Require f(stride=S) to be every S-th row and column of f(stride=1).

    Parameters
    ----------
    points : int
    cases : strategy of dict
        With a ``stride``.
    examples : int
    """

    def check(trial: Trial) -> None:
        stride = trial.case["stride"]
        dense, strided = trial.array(stride=1), trial.array()
        trial.compare(dense[..., ::stride, ::stride], strided, "f(stride)")
        trial.must_be_right(strided, also=True)

    return Property("give for a stride S every S-th value of stride 1", points, cases, check, examples)


def commutes_with_a_rising_function(argument: str, points: int, cases: Cases, examples: int = 20) -> Property:
    """Require f(g(x)) = g(f(x)) for g(x) = x cubed, which rises everywhere: so it is with maxima.

    Parameters
    ----------
    argument : str
    points : int
    cases : strategy of dict
    examples : int
    """

    def check(trial: Trial) -> None:
        plain, cubed = trial.array(), trial.array(**{argument: trial.case[argument] ** 3})
        trial.compare(plain**3, cubed, "f(x**3)")
        trial.must_be_right(plain, also=True)

    return Property("give the cubes for cubes: the largest stays the largest", points, cases, check, examples)


def adjoint(
    output: str, argument: str, loss: Callable[..., float], points: int, cases: Cases, examples: int = 20
) -> Property:
    """Require sum(dx * v) = sum(dy * layer(v)), for a layer that is linear in x: backward is its adjoint.

    Parameters
    ----------
    output : str
        The gradient, such as "dx".
    argument : str
        Of what, such as "x".
    loss : callable
        Takes a case in float64 by name, returns sum(dy * layer(x)); of the engine, not the student's.
    points : int
    cases : strategy of dict
    examples : int
    """

    def check(trial: Trial) -> None:
        value = trial.call()
        gradient = trial.named_outputs(value)[output]
        trial.must_look_right(gradient, output)
        v = _direction(trial.case[argument])
        expected = trial.with_oracle(loss, **{argument: v})
        trial.compare(expected, float(np.sum(gradient * v)), f"sum({output} * v)")
        trial.must_be_right(value, (output,), also=True)

    return Property(f"be the adjoint: sum({output} * v) = sum(dy * layer(v))", points, cases, check, examples)


def agrees_with_finite_differences(
    output: str, argument: str, loss: Callable[..., float], points: int, cases: Cases, examples: int = 20
) -> Property:
    """Require a gradient to say how much the loss changes where an argument is moved a little.

    The loss is looked at on both sides of the point, in a direction of whole numbers, at two distances. Where they tell
    of a kink, nothing is required of the slope.

    Parameters
    ----------
    output : str
        The gradient, such as "dx".
    argument : str
        Of what, such as "x".
    loss : callable
        Takes a case in float64 by name; for a layer, sum(dy * layer(x)). Of the engine, not the student's.
    points : int
    cases : strategy of dict
    examples : int
    """

    def check(trial: Trial) -> None:
        value = trial.call()
        gradient = trial.named_outputs(value)[output]
        trial.must_look_right(gradient, output)
        x = trial.case[argument].astype(np.float64)
        v = _direction(x)
        (_, wide_bend), (narrow, narrow_bend) = (_slope(trial, loss, argument, x, v, h) for h in (STEP, STEP / 2))
        allowed = STEP * max(1.0, abs(narrow))
        # Where a smooth loss is looked at from half as far, its bend is half as large; that of a kink stays.
        if narrow_bend <= 0.75 * wide_bend + STEP * allowed:
            slope = float(np.sum(gradient * v))
            if abs(slope - narrow) > allowed:
                changes, says = f"changes the loss by {narrow:.6g} * h", f"your {output} says {slope:.6g} * h"
                trial.fail(f"moving {argument} by h * v {changes}, {says}", output=f"sum({output} * v)")
        trial.must_be_right(value, (output,), also=True)

    name = f"agree in {output} with how the loss changes where {argument} moves"
    return Property(name, points, cases, check, examples, simplify=False)


def _slope(
    trial: Trial, loss: Callable[..., float], argument: str, x: Array, v: Array, h: float
) -> tuple[float, float]:
    """Return the slope of the loss at x along v, and how much it differs between the two sides of x."""
    ahead, here, behind = (trial.with_oracle(loss, **{argument: x + t * v}) for t in (h, 0.0, -h))
    return (ahead - behind) / (2 * h), abs(ahead + behind - 2 * here) / h


def _direction(x: Array) -> Array:
    """Return whole numbers from -3 to 3, without 0, in the shape of x; for one shape the same."""
    signs: Any = np.random.default_rng(0).choice([-3.0, -2.0, -1.0, 1.0, 2.0, 3.0], x.shape)
    direction: Array = signs
    return direction
