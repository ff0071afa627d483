"""The ways in which a student's work is asked, on the worker's side: a function, a network. See also launching.py.

Loaded by the worker, so it imports only NumPy and the standard library, and what else a way needs when it is asked.
"""

import importlib
import importlib.util
import warnings
from collections.abc import Callable, Sequence
from typing import Any

MAX_NAME = 100


def call(function: Callable[..., Any], arguments: list[Any]) -> Any:
    """Call a function.

    Compiled code does not know in which line it stopped. The Python that it was made from stops there, too, and does.
    """
    try:
        return function(*arguments)
    except (IndexError, ValueError, ZeroDivisionError):
        if not hasattr(function, "py_func"):
            raise
        plain(function, arguments)
        raise


def plain(function: Callable[..., Any], arguments: list[Any]) -> Any:
    """Call the Python that a function was compiled from, which looks at every index."""
    return getattr(function, "py_func", function)(*arguments)


def model(function: Callable[..., Any], arguments: list[Any]) -> dict[str, Any]:
    """Make a network, give it parameters, and run it forwards and backwards.

    Parameters
    ----------
    function : callable
        Takes nothing and returns the network.
    arguments : list
        ``state``, the values of its parameters and buffers in their order; ``x`` for its input; ``dy``, the gradient
        of its output; and ``training``, a bool.

    Returns
    -------
    dict
        ``made``, the type's name; if it is a Module, ``names`` and ``shapes`` of its state, ``learns``, whether each
        is a parameter; and if the state has the shapes that are sent, ``out`` and ``grads``, those of the parameters.
    """
    engine: Any = importlib.import_module("engine")
    state, x, dy, training = arguments
    made = function()
    about: dict[str, Any] = {"made": type(made).__name__[:MAX_NAME]}
    if not isinstance(made, engine.nn.Module):
        return about
    own = made.state_dict()
    parameters = dict(made.named_parameters())
    about |= {
        "names": [str(name)[:MAX_NAME] for name in own],
        "shapes": [list(value.shape) for value in own.values()],
        "learns": [name in parameters for name in own],
    }
    if about["shapes"] != [list(value.shape) for value in state]:
        return about
    made.load_state_dict({name: engine.tensor(value) for name, value in zip(own, state, strict=True)})
    made.train(training)
    out = made(engine.tensor(x))
    about["out"] = out.detach().numpy()
    if out.shape == dy.shape:
        out.backward(engine.tensor(dy))
        grads = [parameters[name].grad for name in own if name in parameters]
        about["grads"] = [None if grad is None else grad.numpy() for grad in grads]
    return about


def prepare(modules: Sequence[str]) -> None:
    """Import what is trusted before the walls are up: some of it writes files then, as numba-cuda does.

    What is not installed is missed by the student's own import, which says so.
    """
    for module in modules:
        if importlib.util.find_spec(module) is not None:
            importlib.import_module(module)
    if "numba" in modules:
        _keep_nothing()


def _keep_nothing() -> None:
    """Let Numba read what was compiled before, and write nothing: a worker may not.

    Numba looks for a folder that it can write to, and gives up if there is none. It also warns that it can make no
    lock that processes share, which a single one does not need.
    """
    caching: Any = importlib.import_module("numba.core.caching")
    caching._CacheLocator.ensure_cache_path = lambda self: None
    caching.FunctionCache.save_overload = lambda self, signature, data: None
    warnings.filterwarnings("ignore", "\\s*Could not obtain multiprocessing lock")
