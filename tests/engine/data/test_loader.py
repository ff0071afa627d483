"""Batches: grey and colour, statistics for each channel, alterations, and the thread that works ahead."""

import threading
import tracemalloc
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

import engine
from engine.data import Batches
from engine.data.loader import Images
from engine.data.prefetch import THREAD_NAME
from engine.errors import DTypeError, ParameterError, ShapeError

GREY = np.random.default_rng(0).integers(0, 256, (23, 6, 5)).astype(np.uint8)
COLOUR = np.random.default_rng(1).integers(0, 256, (23, 3, 6, 5)).astype(np.uint8)
LABELS = np.arange(23, dtype=np.uint8)

prefetched = pytest.mark.parametrize("prefetch", [False, True])


def noise(images: Images, rng: np.random.Generator) -> Images:
    """Add what no other batch gets."""
    return images + rng.random(images.shape, np.float32)


def passed(batches: Batches) -> list[tuple[Images, list[int]]]:
    """Return the arrays of one pass."""
    return [(x.array, y.tolist()) for x, y in batches]


def same(a: list[tuple[Images, list[int]]], b: list[tuple[Images, list[int]]]) -> bool:
    return all(np.array_equal(x, other) and y == numbers for (x, y), (other, numbers) in zip(a, b, strict=True))


def working() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith(THREAD_NAME)]


@prefetched
def test_order_and_labels_without_shuffling(prefetch: bool) -> None:
    batches = passed(Batches(GREY, LABELS, 10, prefetch=prefetch))
    assert [x.shape for x, _ in batches] == [(10, 1, 6, 5), (10, 1, 6, 5), (3, 1, 6, 5)]
    assert [number for _, y in batches for number in y] == list(range(23))
    np.testing.assert_allclose(np.concatenate([x for x, _ in batches])[:, 0], GREY / 255, atol=1e-6)


@pytest.mark.parametrize("strided", [False, True])
def test_colour_is_normalised_by_channel_and_has_a_border_of_black(strided: bool) -> None:
    mean, std = np.array([0.4, 0.5, 0.6]), np.array([0.2, 0.25, 0.5])
    images, labels = (COLOUR[::2], LABELS[::2]) if strided else (COLOUR, LABELS)
    ((x, _),) = Batches(images, labels, 23, mean=mean.tolist(), std=std.tolist(), pad=3)
    assert x.shape == (len(images), 3, 12, 11)
    expected = np.pad(images / 255, ((0, 0), (0, 0), (3, 3), (3, 3)))
    expected = (expected - mean[:, None, None]) / std[:, None, None]
    np.testing.assert_allclose(x.array, expected, atol=1e-5)


def test_one_number_serves_all_channels() -> None:
    ((x, _),) = Batches(COLOUR, LABELS, 23, mean=0.5, std=(0.25,))
    np.testing.assert_allclose(x.array, (COLOUR / 255 - 0.5) / 0.25, atol=1e-5)


@prefetched
def test_alterations_come_before_normalisation_and_may_change_the_size(prefetch: bool) -> None:
    def halve(images: Images, rng: np.random.Generator) -> Images:
        assert images.dtype == np.float32
        assert 0 <= images.min() < images.max() <= 1
        return np.ascontiguousarray(images[:, :, ::2, 1:])

    ((x, _),) = Batches(GREY, LABELS, 23, mean=0.5, std=0.25, pad=1, augment=halve, prefetch=prefetch)
    assert x.shape == (23, 1, 5, 6)
    assert np.all(x.array[:, 0, 0] == -2)
    np.testing.assert_allclose(x.array[:, 0, 1:-1, 1:-1], (GREY[:, ::2, 1:] / 255 - 0.5) / 0.25, atol=1e-5)


def test_same_seed_same_batches_prefetched_or_not() -> None:
    runs = []
    for prefetch in (False, True, False):
        engine.manual_seed(7)
        batches = Batches(GREY, LABELS, 4, shuffle=True, augment=noise, prefetch=prefetch)
        runs.append([passed(batches) for _ in range(3)])
    for epoch in range(3):
        assert same(runs[0][epoch], runs[1][epoch])
        assert same(runs[0][epoch], runs[2][epoch])
    assert not same(runs[0][0], runs[0][1])


@prefetched
def test_a_pass_depends_on_the_state_of_the_generator_when_it_begins(prefetch: bool) -> None:
    """What stopping and resuming a run needs: the state, and nothing else, is saved between passes."""
    generator = engine.manual_seed(3)
    batches = Batches(GREY, LABELS, 4, shuffle=True, augment=noise, prefetch=prefetch)
    passed(batches)
    state = generator.bit_generator.state
    second = iter(batches)
    generator.random(100)  # as dropout draws while a batch is trained on
    expected = [(x.array, y.tolist()) for x, y in second]
    engine.manual_seed(99).bit_generator.state = state
    assert same(passed(Batches(GREY, LABELS, 4, shuffle=True, augment=noise, prefetch=not prefetch)), expected)


def test_without_alterations_a_pass_draws_the_order_alone() -> None:
    generator, other = engine.manual_seed(5), np.random.default_rng(5)
    passed(Batches(GREY, LABELS, 4, shuffle=True))
    other.permutation(23)
    assert generator.random() == other.random()


def test_every_batch_of_every_pass_gets_its_own_noise() -> None:
    still = np.zeros((8, 6, 5), np.uint8)
    batches = Batches(still, LABELS[:8], 4, augment=noise)
    drawn = [x for _ in range(2) for x, _ in passed(batches)]
    assert len({x.tobytes() for x in drawn}) == 4


@prefetched
def test_errors_reach_the_caller_where_the_batch_is_asked_for(prefetch: bool) -> None:
    asked = []

    def fail(images: Images, rng: np.random.Generator) -> Images:
        asked.append(len(images))
        if len(asked) == 3:
            raise ZeroDivisionError("third batch")
        return images

    iterator = iter(Batches(GREY, LABELS, 4, augment=fail, prefetch=prefetch))
    next(iterator)
    next(iterator)
    with pytest.raises(ZeroDivisionError, match="third batch"):
        next(iterator)
    assert working() == []


def test_nothing_is_left_running() -> None:
    batches = Batches(GREY, LABELS, 4, augment=noise, prefetch=True)
    for number, _ in enumerate(batches):
        assert len(working()) == 1
        if number == 1:
            break
    assert working() == []
    passed(batches)
    assert working() == []
    iterator = iter(batches)
    next(iterator)
    with pytest.raises(RuntimeError, match="no more"):
        raise_from(iterator)
    del iterator
    assert working() == []


def test_what_is_not_yet_begun_when_iteration_is_broken_off_is_not_made() -> None:
    made, go_on = [], threading.Event()

    def wait(images: Images, rng: np.random.Generator) -> Images:
        made.append(len(images))
        if len(made) == 2:
            go_on.wait(10)
        return images

    for _ in Batches(GREY, LABELS, 4, augment=wait, prefetch=True):
        threading.Timer(0.5, go_on.set).start()
        break
    assert len(made) <= 2  # the third was waiting; whether the second had begun is chance


def raise_from(iterator: Any) -> None:
    for _ in iterator:
        raise RuntimeError("no more")


def test_the_next_batch_is_made_before_it_is_asked_for() -> None:
    third = threading.Event()
    made: list[int] = []

    def note(images: Images, rng: np.random.Generator) -> Images:
        made.append(len(images))
        if len(made) == 2:
            third.set()
        return images

    iterator = iter(Batches(GREY, LABELS, 10, augment=note, prefetch=True))
    next(iterator)
    assert third.wait(10)


def test_a_pass_makes_no_copy_of_the_data_set() -> None:
    images = np.zeros((2000, 3, 32, 32), np.uint8)
    batches = Batches(images, np.zeros(2000, np.uint8), 10, shuffle=True, augment=noise)
    next(iter(batches))
    tracemalloc.start()
    for _ in batches:
        pass
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < images.nbytes / 4


@pytest.mark.parametrize(
    ("returned", "got"),
    [
        (np.zeros((22, 1, 6, 5), np.float32), "float32 (22, 1, 6, 5)"),
        (np.zeros((23, 6, 5), np.float32), "float32 (23, 6, 5)"),
        (np.zeros((23, 1, 6, 5)), "float64 (23, 1, 6, 5)"),
    ],
)
def test_what_alterations_may_not_return(returned: npt.NDArray[Any], got: str) -> None:
    with pytest.raises(ShapeError) as caught:
        passed(Batches(GREY, LABELS, 23, augment=lambda images, rng: returned))
    assert str(caught.value).startswith("Batches: expected augment to return float32 (23, 1) images")
    assert str(caught.value).endswith(f"got {got}")


@pytest.mark.parametrize(
    ("images", "labels", "got"),
    [
        ((GREY / 255).astype(np.float32), LABELS, "float32 images and uint8 labels; give pixels from 0 to 255"),
        (GREY.astype(np.int64), LABELS, "int64 images and uint8 labels"),
        (GREY > 0, LABELS, "bool images and uint8 labels"),
        (GREY, LABELS.astype(np.float64), "uint8 images and float64 labels"),
        (GREY, LABELS > 3, "uint8 images and bool labels"),
    ],
)
def test_elements_of_another_type(images: npt.NDArray[Any], labels: npt.NDArray[Any], got: str) -> None:
    """Pixels that were divided already would be divided once more, and nobody would notice."""
    with pytest.raises(DTypeError) as caught:
        Batches(images, labels, 4)
    assert f"Batches: expected uint8 images and labels of whole numbers, got {got}" in str(caught.value)
    assert [y.tolist() for _, y in Batches(GREY[:2], LABELS[:2].astype(np.int32), 2)] == [[0, 1]]


def test_settings_that_cannot_work() -> None:
    with pytest.raises(ShapeError, match=r"Batches: expected images \(N, H, W\) or \(N, C, H, W\)"):
        Batches(GREY[0], LABELS, 4)
    with pytest.raises(ShapeError, match=r"one for each of 3 channels, got mean=\(0.1, 0.2\), std=1.0"):
        Batches(COLOUR, LABELS, 4, mean=(0.1, 0.2))
    with pytest.raises(ParameterError, match="Batches: expected batch_size >= 1, std > 0 and pad >= 0"):
        Batches(COLOUR, LABELS, 4, std=(0.1, 0.2, 0.0))
    with pytest.raises(ParameterError, match="pad=-1"):
        Batches(COLOUR, LABELS, 4, pad=-1)
