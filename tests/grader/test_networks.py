"""What networks must answer is what the engine's own answer; and how trained ones are judged."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import engine
from engine import models, nn
from engine.data import load_glyphs, read_idx, write_idx
from grader.catalog import load_catalog
from grader.cli import main
from grader.course_networks import C3_TABLE, CONVNET, LENET5, MLP
from grader.networks import Network
from grader.runner import grade_source
from grader.session import Grading
from grader.training import TRAIN_SEED, as_lenet5_reads, from_zero_to_one, unseen
from grader.verdict import ExerciseVerdict, Status

NETWORKS = [(MLP, models.MLP), (CONVNET, models.ConvNet), (LENET5, models.LeNet5)]


@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize(("network", "make"), NETWORKS, ids=["mlp", "convnet", "lenet5"])
def test_definitions_are_the_engines(network: Network, make: Callable[[], Any], training: bool) -> None:
    drawn = network.expand({"seed": 5, "images": 2, "training": training})
    model = make()
    state = {name: engine.tensor(value) for name, value in zip(model.state_dict(), drawn["state"], strict=True)}
    model.load_state_dict(state)
    model.train(training)
    parameters, out = network.reference(**drawn)
    assert parameters == sum(parameter.numel() for parameter in model.parameters())
    np.testing.assert_allclose(model(engine.tensor(drawn["x"])).detach().numpy(), out, rtol=1e-4, atol=1e-5)


def test_table_of_c3_is_the_engines() -> None:
    assert tuple(map(tuple, nn.LENET5_C3_TABLE)) == C3_TABLE


def test_digits_for_a_test_are_those_of_the_weights() -> None:
    weights = [np.arange(4.0), np.ones((2, 2))]
    images, labels = unseen(weights, 20)
    again, _ = unseen([value.copy() for value in weights], 20)
    others, _ = unseen([weights[0] + 1e-12, weights[1]], 20)
    assert np.array_equal(images, again)
    assert not np.array_equal(images, others)
    assert sorted(labels) == sorted(list(range(10)) * 2)


def test_digits_for_a_test_are_not_those_to_train_with() -> None:
    trained = load_glyphs(200, 1, TRAIN_SEED).train_images
    images, _ = unseen([np.zeros(1)], 100)
    assert not any((trained == image).all(axis=(1, 2)).any() for image in images)


def test_images_are_prepared_as_networks_read_them() -> None:
    images = np.zeros((1, 28, 28), np.uint8)
    images[0, 0, 0] = 255
    assert from_zero_to_one(images)[0, 0, 0, :2].tolist() == [1.0, 0.0]
    assert as_lenet5_reads(images)[0, 0, 2, 2] == np.float32(1.175)


def graded(name: str, source: str) -> ExerciseVerdict:
    return grade_source(load_catalog()[name], source.encode(), Grading())


MLP_STATE = "[np.zeros((800, 784)), np.zeros(800), np.zeros((10, 800)), np.zeros(10)]"


@pytest.mark.parametrize(
    ("returned", "says"),
    [
        ("None", "it returned None: is there a return statement?"),
        ("{'w': np.zeros(3)}", "it must return a list of arrays: [value.numpy()"),
        ("[object()]", "neither a number, a text, an array nor a list of these"),
        ("[np.zeros(3)]", "it returned 1 arrays, but the network has 4"),
        (MLP_STATE.replace("800, 784", "784, 800"), "the first layer's weight has shape (784, 800), but (800, 784) is"),
        (MLP_STATE.replace("zeros(10)", "full(10, np.nan)"), "bias is not finite: was the learning rate too large?"),
        (MLP_STATE.replace("zeros(10)", "array(['a'] * 10)"), "an array of dtype <U1"),
    ],
)
def test_what_comes_back_is_looked_at_before_it_is_used(returned: str, says: str) -> None:
    verdict = graded("train_mlp", f"import numpy as np\ndef train_mlp(images, labels):\n    return {returned}\n")
    assert verdict.points == 0
    assert says in verdict.properties[0].message


def test_weights_that_were_never_trained_say_one_class() -> None:
    source = f"import numpy as np\ndef train_mlp(images, labels):\n    return {MLP_STATE}\n"
    verdict = graded("train_mlp", source)
    assert [prop.status for prop in verdict.properties] == [Status.PASSED, Status.FAILED, Status.FAILED]
    assert "it classifies 10.0% of 1000 digits right that it has not seen" in verdict.properties[1].message
    assert "it says 0 for nearly all" in verdict.properties[1].message


def test_a_function_that_learns_the_training_digits_by_heart_gets_no_points_for_it() -> None:
    # Nearest neighbours written as weights: right on all digits it was given.
    source = (
        "import numpy as np\ndef train_mlp(images, labels):\n    x = images.reshape(len(images), -1)[:800]\n"
        "    w1, b1 = 1e3 * x, -1e3 * ((x * x).sum(axis=1) - 0.01)\n"
        "    return [w1, b1, np.eye(10)[labels[:800]].T.copy(), np.zeros(10)]\n"
    )
    verdict = graded("train_mlp", source)
    assert verdict.properties[0].status is Status.PASSED
    assert verdict.properties[2].status is Status.FAILED


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("def mlp():\n    return 3\n", "it returned a int, but a network is asked for, an nn.Module"),
        ("def mlp():\n    pass\n", "it returned None: is there a return statement?"),
        ("from engine import nn\ndef mlp():\n    return nn.Flatten()\n", "it has 0 parameters, but 636,010 are right"),
        (
            "from engine import nn\ndef mlp():\n    return nn.Sequential(nn.Linear(800, 10), nn.Linear(784, 800))\n",
            "it has 636,010 parameters, as it should, but not in these shapes or not in this order",
        ),
        ("def mlp():\n    import engine.models\n", "'engine.models' may not be used in this exercise"),
    ],
)
def test_what_is_no_such_network_is_said(source: str, says: str) -> None:
    verdict = graded("mlp", source)
    assert verdict.points == 0
    assert says in verdict.properties[0].message


@pytest.mark.parametrize(
    ("hidden", "says"),
    [
        ("h.detach()", "no gradient reaches the first layer's weight"),
        ("h.detach() + 0 * h", "the gradient of the first layer's weight is zero everywhere"),
        ("h + 0 * (0 * h).sqrt()", "the gradient of the first layer's weight is not finite"),
    ],
)
def test_a_network_cut_off_from_its_weights_is_noticed(hidden: str, says: str) -> None:
    source = (
        "import engine\nfrom engine import nn\nclass Net(nn.Module):\n    def __init__(self):\n"
        "        super().__init__()\n        self.a, self.b = nn.Linear(784, 800), nn.Linear(800, 10)\n"
        "    def forward(self, x):\n        h = self.a(x.reshape(len(x), 784)).relu()\n"
        f"        return self.b({hidden})\ndef mlp():\n    return Net()\n"
    )
    verdict = graded("mlp", source)
    assert [prop.status for prop in verdict.properties] == [Status.PASSED, Status.PASSED, Status.FAILED]
    assert says in verdict.properties[2].message


@pytest.fixture
def other_digits(tmp_path: Path) -> Path:
    """Write drawn digits in the files of MNIST."""
    drawn = load_glyphs(500, 100, 3)
    images, labels = np.tile(drawn.train_images, (20, 1, 1)), np.tile(drawn.train_labels, 20)
    folder = tmp_path / "digits"
    folder.mkdir()
    write_idx(folder / "train-images-idx3-ubyte", images)
    write_idx(folder / "train-labels-idx1-ubyte", labels)
    write_idx(folder / "t10k-images-idx3-ubyte", images[:1000])
    write_idx(folder / "t10k-labels-idx1-ubyte", labels[:1000])
    return folder


def test_networks_train_on_a_data_set_from_files_where_that_is_said(other_digits: Path) -> None:
    source = (
        "import numpy as np\ndef train_mlp(images, labels):\n    print(images.shape, labels.dtype, images.max())\n"
        f"    return {MLP_STATE}\n"
    )
    verdict = grade_source(load_catalog()["train_mlp"], source.encode(), Grading(data=str(other_digits)))
    assert verdict.printed == "(10000, 1, 28, 28) int64 1.0\n"
    assert "10.0% of 1000 digits" in verdict.properties[1].message


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("nowhere", "nowhere"),
        ("small", "--data takes at least 10,000 images to train with and 1,000 to test by"),
        ("wide", "has 10,000 and 1,000 of 28x56 in 10 classes"),
    ],
)
def test_digits_that_cannot_be_used_are_said_before_grading(
    name: str, says: str, other_digits: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = other_digits.parent / name
    if name != "nowhere":
        folder.mkdir()
        for file in other_digits.iterdir():
            values = read_idx(file)
            if name == "small":
                values = values[:500]
            elif values.ndim == 3:
                values = np.tile(values, (1, 1, 2))
            write_idx(folder / file.name, values)
    with pytest.raises(SystemExit) as stop:
        main(["--only", "train_mlp", "--data", str(folder)])
    assert stop.value.code == 2
    assert says in capsys.readouterr().err
