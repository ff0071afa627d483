"""What this machine has for the engine to run on, what is missing, and what to install."""

import importlib
import platform
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

import numpy as np

from engine.device import available_threads
from engine.errors import DeviceError


@dataclass(frozen=True)
class Finding:
    """One thing that was looked for.

    Attributes
    ----------
    subject : str
    found : str
        What is there, or that nothing is.
    fix : str
        What to do about it; empty if all is well.
    """

    subject: str
    found: str
    fix: str = ""


def examine() -> list[Finding]:
    """Look at everything the engine can run on.

    Returns
    -------
    list of Finding
        Of the host first, then of CUDA. Nothing is changed, and nothing is raised for what is missing.

    Examples
    --------
    >>> examine()[0].subject
    'python'
    """
    findings = [
        Finding("python", f"{platform.python_version()} on {platform.system()} {platform.machine()}"),
        Finding("numpy, numba", f"{np.__version__}, {_installed('numba')}"),
        Finding("processors", f"{available_threads()}"),
    ]
    try:
        return findings + _cuda()
    except DeviceError as error:
        return [*findings, Finding("numba-cuda", error.args[2], error.args[3])]


def _cuda() -> list[Finding]:
    driver = importlib.import_module("engine.cuda.driver")
    findings = [Finding("numba-cuda", _installed("numba-cuda"))]
    if driver.SIMULATED:
        found = "on (NUMBA_ENABLE_CUDASIM): kernels run in Python, thread by thread, to be tested and not to be fast"
        return [*findings, Finding("simulator", found)]
    missing = driver.driver_problem()
    if missing is None:
        findings.append(Finding("driver and card", driver.description(), driver.card_problem() or ""))
    else:
        fix = "with an NVIDIA card, install its driver, r580 or newer"
        findings.append(Finding("driver and card", missing, fix))
    missing = driver.toolkit_problem()
    if missing is None:
        findings.append(Finding("CUDA toolkit", "there: kernels can be compiled"))
    else:
        findings.append(Finding("CUDA toolkit", missing, "pip install 'byhand[cuda]'"))
    findings.append(Finding("simulator", "off; NUMBA_ENABLE_CUDASIM=1 python … runs CUDA kernels without a card"))
    return findings


def _installed(distribution: str) -> str:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return "not installed"
