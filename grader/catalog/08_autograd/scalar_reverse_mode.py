"""Derivatives of an expression, by going through it backwards."""

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

import engine
from grader.exercise import Equivalent, Exercise, Mutant, Property
from grader.properties import Cases, equals_reference, leaves_arguments_alone
from grader.strategies import case
from grader.trial import Trial


def scalar_reverse_mode(expression: tuple[object, ...] | str | float, values: dict[str, float]) -> dict[str, float]:
    """Compute the derivative of an expression for each of its variables, by reverse mode.

    An expression is a number, a name, or a tuple of an operation and its operands, which are expressions again:

        ("add", a, b)   a + b        ("exp", a)    e to the power of a
        ("sub", a, b)   a - b        ("tanh", a)   the hyperbolic tangent of a
        ("mul", a, b)   a * b
        ("div", a, b)   a / b

    So x * y + tanh(x) is ("add", ("mul", "x", "y"), ("tanh", "x")). The names have values, and wanted is
    by how much the whole expression changes where each of them does.

    Reverse mode needs two passes. Forward: compute the value of every part. Backward: begin with the whole
    expression, whose derivative for itself is 1. If g is the derivative of the whole for some part, then its
    operands get, by the chain rule, g times the derivative of the operation for that operand:

        a + b     a gets g            b gets g
        a - b     a gets g            b gets -g
        a * b     a gets g * b        b gets g * a
        a / b     a gets g / b        b gets -g * a / b ** 2
        exp(a)    a gets g * exp(a)
        tanh(a)   a gets g * (1 - tanh(a) ** 2)

    A name that occurs several times gets something from each place, and the sum is its derivative. A name that does
    not occur has the derivative 0. One backward pass serves all names at once: that is why networks with
    millions of weights are trained this way.

    Parameters
    ----------
    expression : tuple, str or float
    values : dict of str to float
        A value for each name, also for names that may not occur.

    Returns
    -------
    dict of str to float
        The derivative for each name in `values`.

    Examples
    --------
    For x * y + x at x = 2 and y = 3, x gets 3 from the product and 1 from the sum; z does not occur.

    >>> scalar_reverse_mode(("add", ("mul", "x", "y"), "x"), {"x": 2.0, "y": 3.0, "z": 5.0})
    {'x': 4.0, 'y': 2.0, 'z': 0.0}

    For (x - 1) * (x - 1) at x = 4, each factor is 3, and x gets 3 from each.

    >>> scalar_reverse_mode(("mul", ("sub", "x", 1.0), ("sub", "x", 1.0)), {"x": 4.0})
    {'x': 6.0}
    """
    raise NotImplementedError


def by_recursion(expression: tuple[object, ...] | str | float, values: dict[str, float]) -> dict[str, float]:
    import math

    def value(part: "Any") -> float:
        if isinstance(part, str):
            return values[part]
        if not isinstance(part, tuple):
            return float(part)
        a, b = value(part[1]), value(part[-1])
        match part[0]:
            case "add":
                return a + b
            case "sub":
                return a - b
            case "mul":
                return a * b
            case "div":
                return a / b
            case "exp":
                return math.exp(a)
        return math.tanh(a)

    grads = dict.fromkeys(values, 0.0)

    def back(part: "Any", g: float) -> None:
        if isinstance(part, str):
            grads[part] += g
        if not isinstance(part, tuple):
            return
        a, b = value(part[1]), value(part[-1])
        match part[0]:
            case "add":
                back(part[1], g)
                back(part[2], g)
            case "sub":
                back(part[1], g)
                back(part[2], -g)
            case "mul":
                back(part[1], g * b)
                back(part[2], g * a)
            case "div":
                back(part[1], g / b)
                back(part[2], -g * a / b**2)
            case "exp":
                back(part[1], g * math.exp(a))
            case "tanh":
                back(part[1], g * (1 - math.tanh(a) ** 2))

    back(expression, 1.0)
    return grads


def by_a_list_of_steps(expression: tuple[object, ...] | str | float, values: dict[str, float]) -> dict[str, float]:
    import math

    results: list[float] = []
    steps: list[list[tuple[int, float]]] = []
    place: dict[str, int] = {}

    def note(result: float, *slopes: tuple[int, float]) -> int:
        results.append(result)
        steps.append(list(slopes))
        return len(results) - 1

    def forward(part: "Any") -> int:
        if isinstance(part, str):
            return place[part]
        if not isinstance(part, tuple):
            return note(part)
        operation, *inner = part
        at = [forward(operand) for operand in inner]
        a, b = results[at[0]], results[at[-1]]
        rules: dict[str, Callable[[], tuple[float, ...]]] = {
            "add": lambda: (a + b, 1.0, 1.0),
            "sub": lambda: (a - b, 1.0, -1.0),
            "mul": lambda: (a * b, b, a),
            "div": lambda: (a / b, 1 / b, -a / (b * b)),
            "exp": lambda: (math.exp(a), math.exp(a)),
            "tanh": lambda: (math.tanh(a), 1 / math.cosh(a) ** 2),
        }
        result, *slopes = rules[operation]()
        return note(result, *zip(at, slopes, strict=True))

    for name, number in values.items():
        place[name] = note(number)
    top = forward(expression)
    gradients = [0.0 for _ in results]
    gradients[top] = 1.0
    for step in reversed(range(len(steps))):
        for operand, slope in steps[step]:
            gradients[operand] += slope * gradients[step]
    return {name: gradients[at] for name, at in place.items()}


def by_complex_steps(expression: tuple[object, ...] | str | float, values: dict[str, float]) -> dict[str, float]:
    import cmath

    def value(part: "Any", moved: str) -> complex:
        if isinstance(part, str):
            return complex(values[part], 1e-20 if part == moved else 0.0)
        if not isinstance(part, tuple):
            return complex(part)
        a, b = value(part[1], moved), value(part[-1], moved)
        results = {"add": a + b, "sub": a - b, "mul": a * b, "tanh": cmath.tanh(a)}
        if part[0] in results:
            return results[part[0]]
        return a / b if part[0] == "div" else cmath.exp(a)

    return {name: value(expression, name).imag / 1e-20 for name in values}


def evaluate(part: Any, tensors: dict[str, engine.Tensor]) -> engine.Tensor:
    if isinstance(part, str):
        return tensors[part]
    if not isinstance(part, tuple):
        return engine.tensor(float(part), dtype=engine.float64)
    result: engine.Tensor = engine.OPS[part[0]](*(evaluate(operand, tensors) for operand in part[1:]))
    return result


def reference(expression: Any, values: dict[str, float]) -> dict[str, float]:
    tensors = {name: engine.tensor(value, dtype=engine.float64, requires_grad=True) for name, value in values.items()}
    result = evaluate(expression, tensors)
    if result.requires_grad:
        result.backward()
    return {name: 0.0 if tensor.grad is None else float(tensor.grad.item()) for name, tensor in tensors.items()}


NAMES = ("x", "y", "z")
NUMBERS = (0.5, 1.0, -1.0, 1.5, 2.0, -2.0, 3.0)


@st.composite
def parts(draw: st.DrawFn, depth: int, names: tuple[str, ...]) -> Any:
    """Draw an expression that is not divided by 0 and has no large exponent."""
    if depth == 0:
        return draw(st.sampled_from((*names, *names, draw(st.sampled_from(NUMBERS)))))
    part = parts(depth - 1, names)
    tame = st.one_of(parts(0, names), st.tuples(st.just("tanh"), part))
    operation = draw(st.sampled_from(("add", "sub", "mul", "div", "exp", "tanh", "mul")))
    match operation:
        case "exp":
            return operation, draw(tame)
        case "tanh":
            return operation, draw(part)
        case "div":
            never_zero = st.one_of(parts(0, names), st.tuples(st.just("add"), st.just(2.0), tame.filter(is_tanh)))
            return operation, draw(part), draw(never_zero)
    # Either side may be deep.
    sides = [draw(part), draw(parts(draw(st.integers(0, depth - 1)), names))]
    return operation, *draw(st.permutations(sides))


def is_tanh(part: Any) -> bool:
    return isinstance(part, tuple)


@st.composite
def expressions(draw: st.DrawFn, depth: int, names: tuple[str, ...] = NAMES) -> dict[str, Any]:
    values = {name: draw(st.sampled_from(NUMBERS)) for name in NAMES}
    return case(expression=draw(parts(draw(st.integers(min(depth, 1), depth)), names)), values=values)


@st.composite
def operations(draw: st.DrawFn) -> dict[str, Any]:
    """Draw one operation on different names."""
    operation = draw(st.sampled_from(("add", "sub", "mul", "div", "exp", "tanh")))
    names = draw(st.permutations(NAMES))[: 1 if operation in ("exp", "tanh") else 2]
    return case(expression=(operation, *names), values={name: draw(st.sampled_from(NUMBERS)) for name in NAMES})


def same_again(points: int, cases: Cases) -> Property:
    def check(trial: Trial) -> None:
        trial.must_be_right(trial.call())
        trial.call(values={name: value + 0.25 for name, value in trial.case["values"].items()})
        trial.must_be_right(trial.call())

    return Property("give the same when called again, with other values between", points, cases, check, examples=10)


EXERCISE = Exercise(
    title="derivatives of an expression, backwards",
    order=1,
    stub=scalar_reverse_mode,
    reference=reference,
    properties=(
        equals_reference("be right for a name or number alone: 1 for the name, 0 for others", 1, expressions(0)),
        equals_reference("be right for each operation alone", 2, operations()),
        equals_reference("add up what one name gets from several places", 2, expressions(2, ("x",))),
        equals_reference("be right for nested expressions of several names", 3, expressions(4), examples=100),
        leaves_arguments_alone(1, expressions(3)),
        same_again(1, expressions(3)),
    ),
    hints=(
        "Write the forward pass first: a function value(part) that calls itself for the operands of a tuple. Try it "
        "on the examples.",
        "Backward is a second function that calls itself, back(part, g): g is what the part gets. At a name it adds g "
        "to the name's derivative; at a number it does nothing; at a tuple it calls itself for each operand.",
        "Begin with grads = dict.fromkeys(values, 0.0), then back(expression, 1.0). isinstance(part, str) tells "
        "names, isinstance(part, tuple) tells operations.",
        "For a product: a, b = value(part[1]), value(part[2]); back(part[1], g * b); back(part[2], g * a). The other "
        "operations follow the table in the same way; at a name grads[part] += g.",
    ),
    alternatives=(by_recursion, by_a_list_of_steps, by_complex_steps),
    mutants=(
        Mutant(
            "last place only",
            ("grads[part] += g", "grads[part] = g"),
            "a name that occurs several times gets the sum of what comes from each place: += instead of =",
        ),
        Mutant(
            "factor's own value",
            (
                "back(part[1], g * b)\n                back(part[2], g * a)",
                "back(part[1], g * a)\n                back(part[2], g * b)",
            ),
            "in a * b the slope for a is b, and for b it is a: you have them the other way round",
        ),
        Mutant(
            "product like a sum",
            (
                "back(part[1], g * b)\n                back(part[2], g * a)",
                "back(part[1], g)\n                back(part[2], g)",
            ),
            "the factors of a product get g times the other factor, not g itself",
        ),
        Mutant(
            "sign of a difference",
            ("back(part[2], -g)\n", "back(part[2], g)\n"),
            "what is subtracted gets -g",
        ),
        Mutant(
            "sign of a quotient",
            ("-g * a / b**2", "g * a / b**2"),
            "where the divisor grows the quotient shrinks: the divisor gets -g * a / b ** 2",
        ),
        Mutant(
            "divisor not squared",
            ("-g * a / b**2", "-g * a / b"),
            "the divisor gets -g * a / b ** 2: its square is below",
        ),
        Mutant(
            "chain rule forgotten",
            ("back(part[1], g * math.exp(a))", "back(part[1], math.exp(a))"),
            "at exp you hand on its slope alone: multiply it by g, which is what came from above",
        ),
        Mutant(
            "exp like a power",
            ("g * math.exp(a)", "g * a * math.exp(a - 1)"),
            "the derivative of exp(a) is exp(a) itself; the rule for powers of a is another one",
        ),
        Mutant(
            "slope of tanh from its argument",
            ("1 - math.tanh(a) ** 2", "1 - a**2"),
            "the slope of tanh is 1 - tanh(a) ** 2, the square of what comes out, not of a",
        ),
        Mutant(
            "begun with the value",
            ("back(expression, 1.0)", "back(expression, value(expression))"),
            "backward begins with 1, the derivative of the expression for itself, not with its value",
        ),
        Mutant(
            "names that do not occur left out",
            ("    return grads\n", "    return {name: g for name, g in grads.items() if g}\n"),
            "a name that does not occur has the derivative 0, and belongs into the answer",
        ),
    ),
    equivalents=(
        Equivalent(
            "return note(result, *zip(at, slopes, strict=True))",
            "return note(result, *zip(at, slopes))",
            "there are as many slopes as operands",
        ),
        Equivalent(
            "return note(result, *zip(at, slopes, strict=True))",
            "return note(result, *zip(at, slopes, strict=False))",
            "there are as many slopes as operands",
        ),
    ),
)
