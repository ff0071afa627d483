"""Pictures of a run: what is written in them can be read."""

from itertools import pairwise

import numpy as np
import pytest

from engine.data import ImageData
from engine.train.evaluation import Evaluation
from engine.train.figures import MOST_MISTAKES, mistakes


@pytest.mark.parametrize(
    "classes", [("0", "1"), ("bar", "ring"), ("automobile", "aeroplane"), ("a name without end " * 9, "another")]
)
@pytest.mark.parametrize("count", [8, MOST_MISTAKES])
def test_names_above_mistakes_do_not_run_into_each_other(classes: tuple[str, str], count: int) -> None:
    images, labels = np.zeros((count, 28, 28), np.uint8), np.zeros(count, np.int64)
    data = ImageData(images, labels.astype(np.uint8), images, labels.astype(np.uint8), "two", classes)
    figure = mistakes(Evaluation(np.tile([0.0, 1.0], (count, 1)), labels), data)
    figure.draw_without_rendering()
    boxes = [axes.title.get_window_extent() for axes in figure.axes]
    assert all(left.x1 <= right.x0 for left, right in pairwise(boxes) if left.y0 == right.y0)
    pictures = [axes.get_window_extent() for axes in figure.axes]
    assert not any(title.overlaps(picture) for title in boxes for picture in pictures)
    assert min(picture.width for picture in pictures) > 50
