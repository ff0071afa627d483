"""How good a network is: probabilities of classes, error rates, confusions."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

import engine.nn.functional as F
from engine.autograd import no_grad
from engine.data.loader import Batches
from engine.errors import ParameterError
from engine.nn import Module
from engine.tensor import Tensor

Probabilities = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]

# Changes a batch of inputs (N, C, H, W), as they go into the network.
View = Callable[[Tensor], Tensor]


@dataclass(frozen=True, eq=False)
class Evaluation:
    """Answers of a network, or of several, beside the right ones.

    Attributes
    ----------
    probabilities : ndarray (N, K)
        Of each class for each image.
    labels : ndarray (N,)
        The right classes.

    Examples
    --------
    >>> found = Evaluation(np.array([[0.9, 0.1], [0.6, 0.4]]), np.array([0, 1]))
    >>> found.error, found.wrong.tolist(), found.confusion.tolist()
    (0.5, [1], [[1, 0], [1, 0]])
    """

    probabilities: Probabilities
    labels: Labels

    @property
    def answers(self) -> Labels:
        """The most probable class of each image, (N,)."""
        answers: Labels = self.probabilities.argmax(axis=1)
        return answers

    @property
    def error(self) -> float:
        """Share of the images that are classified wrongly."""
        return float(np.mean(self.answers != self.labels))

    @property
    def wrong(self) -> Labels:
        """The numbers of the images that are classified wrongly, the surest mistakes first."""
        numbers = np.flatnonzero(self.answers != self.labels)
        sureness = self.probabilities[numbers].max(axis=1)
        found: Labels = numbers[np.argsort(-sureness, kind="stable")]
        return found

    @property
    def confusion(self) -> Labels:
        """How often class i (row) was answered by class j (column), (K, K)."""
        classes = self.probabilities.shape[1]
        pairs = np.bincount(self.labels * classes + self.answers, minlength=classes**2)
        table: Labels = pairs.reshape(classes, classes)
        return table


def evaluate(
    model: Module, batches: Batches, largest: bool = True, views: Sequence[View] = (), classes: int | None = None
) -> Evaluation:
    """Ask a network for all images.

    Parameters
    ----------
    model : Module
        Maps images (N, C, H, W) to outputs (N, K).
    batches : Batches
        Not shuffled.
    largest : bool
        Whether the largest output is the most probable; else the smallest.
    views : sequence of callable
        Test-time averaging: the probabilities are the mean over these changes of the images and the images as they
        are.
    classes : int, optional
        How many of the outputs stand for a class, the first ones; the others are no answers. By default all.

    Returns
    -------
    Evaluation
    """
    was_training = model.training
    model.eval()
    probabilities, labels = [], []
    with no_grad():
        for x, y in batches:
            seen = [_probabilities(model(view(x))[:, :classes], largest) for view in (_as_it_is, *views)]
            probabilities.append(np.mean(seen, axis=0))
            labels.append(y.cpu().numpy())
    model.train(was_training)
    return Evaluation(np.concatenate(probabilities), np.concatenate(labels))


def _as_it_is(x: Tensor) -> Tensor:
    return x


def _probabilities(outputs: Tensor, largest: bool) -> Probabilities:
    logits = outputs if largest else -outputs
    found: Probabilities = F.softmax(logits, 1).cpu().numpy().astype(np.float64)
    return found


def committee(members: Iterable[Evaluation]) -> Evaluation:
    """Return the answers of several networks together: the mean of their probabilities.

    Parameters
    ----------
    members : iterable of Evaluation
        Of the same images in the same order.

    Raises
    ------
    ParameterError
        If there is none, or they are of other images.

    Examples
    --------
    >>> sure, unsure = np.array([[0.9, 0.1]]), np.array([[0.4, 0.6]])
    >>> committee([Evaluation(sure, np.zeros(1, int)), Evaluation(unsure, np.zeros(1, int))]).error
    0.0
    """
    found = list(members)
    if not found or any(not np.array_equal(other.labels, found[0].labels) for other in found):
        raise ParameterError("committee", "members that were asked for the same images", f"{len(found)} members")
    return Evaluation(np.mean([member.probabilities for member in found], axis=0), found[0].labels)


def shifted(down: int, right: int) -> View:
    """Return a view of images moved by whole pixels; the edge is repeated.

    Examples
    --------
    >>> import engine
    >>> shifted(0, 1)(engine.tensor([[[[1.0, 2.0, 3.0]]]])).tolist()
    [[[[1.0, 1.0, 2.0]]]]
    """

    def view(x: Tensor) -> Tensor:
        reach = max(abs(down), abs(right))
        padded: Tensor = F.pad(x, (reach, reach, reach, reach), mode="replicate")
        height, width = x.shape[-2:]
        top, left = reach - down, reach - right
        moved: Tensor = padded[..., top : top + height, left : left + width]
        return moved

    return view


# The images moved by a pixel each way: what a digit is does not depend on that.
BY_A_PIXEL = (shifted(-1, 0), shifted(1, 0), shifted(0, -1), shifted(0, 1))


def mirrored(x: Tensor) -> Tensor:
    """Return images with left and right exchanged."""
    flipped: Tensor = x.flip(-1)
    return flipped
