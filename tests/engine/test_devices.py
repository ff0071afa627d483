"""Devices where there is none: clear errors at use, nothing at import, and all else works."""

import subprocess
import sys

import pytest

import engine
from engine import nn
from engine.doctor import examine
from engine.errors import DeviceError
from engine.train.cli import main as train

without_card = pytest.mark.skipif(engine.cuda.is_available(), reason="a CUDA device is there")


def python(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    import os

    settings = {**os.environ, **environment}
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=settings, check=False)


def test_import_touches_nothing_of_cuda() -> None:
    code = "import sys, engine; print([m for m in sys.modules if m.startswith(('numba', 'cuda'))])"
    assert python(code).stdout.strip() == "[]"


def test_names_of_devices() -> None:
    assert engine.device("cuda:0") == engine.device("cuda") != engine.device("cpu")
    assert (str(engine.device("cpu")), engine.device("cpu").index) == ("cpu", None)
    assert engine.tensor([1.0]).device == engine.device("cpu")
    assert engine.device(engine.device("cuda")).type == "cuda"


@without_card
@pytest.mark.parametrize(
    "use",
    [
        lambda: engine.tensor([1.0]).cuda(),
        lambda: engine.tensor([1.0], device="cuda"),
        lambda: nn.Linear(1, 1).to("cuda"),
        lambda: engine.graph(lambda x: x)(engine.tensor([1.0])),
        lambda: engine.cuda.synchronize(),
        lambda: engine.cuda.Stream(),
        lambda: engine.cuda.get_device_name(),
    ],
)
def test_no_device_is_an_error_when_one_is_used(use: object) -> None:
    assert callable(use)
    with pytest.raises(DeviceError, match=r"expected a CUDA device, got .*; `python -m engine` tells more"):
        use()


@without_card
def test_a_module_that_cannot_move_stays_whole() -> None:
    layer = nn.Linear(2, 1)
    with pytest.raises(DeviceError):
        layer.cuda()
    assert not any(parameter.is_cuda for parameter in layer.parameters())
    assert layer(engine.tensor([[1.0, 2.0]])).shape == (1, 1)


@without_card
def test_memory_of_no_device() -> None:
    assert (engine.cuda.memory_allocated(), engine.cuda.memory_reserved()) == (0, 0)
    engine.cuda.empty_cache()


class Card:
    """A card as Numba describes it."""

    def __init__(self, name: str, *capability: int) -> None:
        self.name, self.compute_capability = name, capability


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Pretend that a driver is there, with an old card and no toolkit."""
    from engine.cuda import driver

    monkeypatch.setattr(driver, "driver_problem", lambda: None)
    monkeypatch.setattr(driver, "toolkit_problem", lambda: "no libnvrtc")
    monkeypatch.setattr(driver.cuda, "get_current_device", lambda: Card("GTX 1080", 6, 1))
    monkeypatch.setattr(driver, "memory_info", lambda: (7 << 30, 8 << 30))
    monkeypatch.setattr(driver, "problem", driver.problem.__wrapped__)
    return monkeypatch


@without_card
def test_a_card_that_is_too_old(machine: pytest.MonkeyPatch) -> None:
    says = r"got GTX 1080, compute capability 6\.1, 7,168 of 8,192 MiB free; a card of compute capability 7\.5 or newer"
    with pytest.raises(DeviceError, match=says):
        engine.tensor([1.0]).cuda()


@without_card
def test_a_toolkit_that_is_missing(machine: pytest.MonkeyPatch) -> None:
    from engine.cuda import driver

    machine.setattr(driver.cuda, "get_current_device", lambda: Card("H100", 9, 0))
    with pytest.raises(DeviceError, match=r"got no CUDA toolkit: no libnvrtc; pip install 'byhand\[cuda\]'"):
        engine.tensor([1.0]).cuda()
    assert [finding.fix for finding in examine() if finding.fix] == ["pip install 'byhand[cuda]'"]


def test_numba_cuda_that_is_not_installed() -> None:
    code = "import sys; sys.modules['numba.cuda'] = None; import engine; engine.tensor([1.0]).cuda()"
    assert "DeviceError: cuda: expected numba-cuda on this machine, got" in python(code).stderr


@without_card
def test_train_says_that_there_is_no_device(capsys: pytest.CaptureFixture[str]) -> None:
    assert train(["lenet", "--device", "cuda"]) == 2
    assert "expected a CUDA device" in capsys.readouterr().err


def test_train_knows_its_devices(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        train(["lenet", "--device", "gpu"])
    assert 'expected "cpu" or "cuda", got \'gpu\'' in capsys.readouterr().err


@without_card
def test_doctor_says_what_is_missing() -> None:
    result = subprocess.run([sys.executable, "-m", "engine"], capture_output=True, text=True, check=False)
    assert result.returncode == 1
    for text in ("✗  driver and card", "install its driver", 'tensors can be on "cpu" only', "NUMBA_ENABLE_CUDASIM=1"):
        assert text in result.stdout


def test_doctor_sees_the_simulator() -> None:
    result = python("from engine.__main__ import main; raise SystemExit(main())", NUMBA_ENABLE_CUDASIM="1")
    assert result.returncode == 0, result.stderr
    assert 'tensors can be on "cpu" and "cuda"' in result.stdout
