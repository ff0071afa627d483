"""The rows of the lecture's table that are no networks, by scikit-learn, on the same images (extra ``baselines``)."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.arrays import Array
from engine.data import ImageData
from engine.data.augment import Deskew
from engine.data.augment.batch import Images
from engine.errors import ParameterError
from engine.train.evaluation import Evaluation

MISSING = "pip install 'byhand[baselines]' brings scikit-learn"


@dataclass(frozen=True)
class Baseline:
    """A classifier of scikit-learn's, and what its images go through first.

    Attributes
    ----------
    name, about, deck : str
        As for a recipe.
    classifier : callable
        Told a seed, makes it.
    prepare : callable or None
        Changes images, float32 (n, C, H, W) from 0 to 1.
    """

    name: str
    about: str
    deck: str
    classifier: Callable[[int], Any]
    prepare: Callable[[Images, np.random.Generator], Images] | None = None


def _linear(seed: int) -> Any:
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(max_iter=200, tol=1e-3, random_state=seed)


def _neighbours(seed: int) -> Any:
    from sklearn.neighbors import KNeighborsClassifier

    return KNeighborsClassifier(3, algorithm="brute")


def _quadratic(seed: int) -> Any:
    from sklearn.decomposition import PCA
    from sklearn.linear_model import RidgeClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import PolynomialFeatures, StandardScaler

    # The quadratic terms of 40 components, weighed linearly: a surface of second order between any two classes.
    return make_pipeline(PCA(40, random_state=seed), StandardScaler(), PolynomialFeatures(2), RidgeClassifier(1.0))


def _stumps(seed: int) -> Any:
    from sklearn.ensemble import HistGradientBoostingClassifier

    # Steps are divided by curvature, which is next to nothing where images are told apart already: the regularisation
    # keeps them short. After 15,000 training images, 7.88% of 10,000 that were held out were wrong.
    return HistGradientBoostingClassifier(
        max_iter=1000,
        learning_rate=0.3,
        l2_regularization=10.0,
        max_leaf_nodes=2,
        early_stopping=False,
        random_state=seed,
    )


def _svm(seed: int) -> Any:
    from sklearn.svm import SVC

    return SVC(C=5, gamma=0.02, kernel="rbf", cache_size=1000)


BASELINES = {
    baseline.name: baseline
    for baseline in (
        Baseline("linear-deskewed", "a linear classifier, images deskewed", "7.6% (pairwise)", _linear, Deskew()),
        Baseline(
            "k-nn", "the three nearest neighbours, by Euclidean distance", "0.52% (with deformation)", _neighbours
        ),
        Baseline("pca-quadratic", "40 principal components and a quadratic classifier", "3.3%", _quadratic),
        Baseline("boosted-stumps", "a thousand rounds of boosted stumps on pixels", "0.87% (Haar)", _stumps),
        Baseline("svm", "a support vector machine with a Gaussian kernel", "0.56% (virtual, degree 9)", _svm),
    )
}


def fit_and_test(baseline: Baseline, data: ImageData, seed: int) -> tuple[Evaluation, float]:
    """Fit a classifier to the training images and ask it for the test images.

    Parameters
    ----------
    baseline : Baseline
    data : ImageData
    seed : int

    Returns
    -------
    Evaluation
        With a probability of 1 for each answer: most of these classifiers know no others.
    float
        Seconds that fitting took.

    Raises
    ------
    ParameterError
        If scikit-learn is not installed.
    """
    try:
        classifier = baseline.classifier(seed)
    except ImportError:
        raise ParameterError(baseline.name, "scikit-learn", "an environment without", MISSING) from None
    started = time.perf_counter()
    classifier.fit(_rows(baseline, data.train_images), data.train_labels)
    seconds = time.perf_counter() - started
    answers = classifier.predict(_rows(baseline, data.test_images))
    certain = np.zeros((len(answers), len(data.classes)))
    certain[np.arange(len(answers)), answers] = 1.0
    return Evaluation(certain, data.test_labels.astype(np.int64)), seconds


def _rows(baseline: Baseline, images: Array) -> Array:
    """Return an image as a row of numbers from 0 to 1."""
    pixels: Images = images.reshape(len(images), -1, *images.shape[-2:]).astype(np.float32) / np.float32(255)
    if baseline.prepare is not None:
        pixels = baseline.prepare(pixels, np.random.default_rng(0))
    rows: Array = pixels.reshape(len(images), -1)
    return rows
