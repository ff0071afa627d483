"""A tape of recorded operations, run backwards."""

import inspect
from typing import Any

import numpy as np
from hypothesis import strategies as st

import engine
from grader.exercise import Equivalent, Exercise, Mutant
from grader.properties import depends_on_values_alone, equals_reference, leaves_arguments_alone
from grader.show import Call, Picture, below, beside, digit, enlarged, graph, labelled, page, signed, text
from grader.strategies import case


def tape(operations: list[tuple[str, ...]], values: dict[str, np.ndarray], dy: np.ndarray) -> dict[str, np.ndarray]:
    """Run a tape of recorded operations backwards, and return the gradient of every value on it.

    While a network computes, an autograd engine writes a tape: one line for each operation, in the order in which
    they were done, and every array that was seen. A line names the operation, its result and its operands:

        ("add", "c", "a", "b")       c = a + b         a and b have the same shape
        ("mul", "c", "a", "b")       c = a * b         element by element, of the same shape
        ("matmul", "c", "a", "b")    c = a @ b         both are matrices
        ("tanh", "c", "a")           c = tanh(a)

    Some loss L was computed from the result of the last line, and dy is the gradient of L for it. Go through
    the lines from the last to the first. When a line is reached, every use of its result
    has been seen, so the gradient g of its result is complete, and is handed on to the operands:

        add        a gets g                  b gets g
        mul        a gets g * b              b gets g * a
        matmul     a gets g @ b.T            b gets a.T @ g
        tanh       a gets g * (1 - c ** 2)   c is the result, which is on the tape

    A value that was used in several lines, or twice in one line as in a * a, gets the sum of all that. A value that
    the last result does not depend on gets zeros.

    Two traps lie here. After x = g; y = g both names stand for one array, and x += 1 changes y, too: add
    into arrays of your own. And what you remember from one call must not be there in the next.

    Parameters
    ----------
    operations : list of tuple of str
        At least one. Each result has a name of its own.
    values : dict of str to ndarray
        All arrays by name, float64: those that were given, and all results.
    dy : ndarray
        The gradient of the last line's result, of its shape. Any numbers, not only ones.

    Returns
    -------
    dict of str to ndarray
        For each name in `values` the gradient, of the shape of the value. That of the last result is dy.

    Examples
    --------
    The tape of p = a * b, then q = p + a, at a = [2, 3] and b = [5, 7].

    >>> operations = [("mul", "p", "a", "b"), ("add", "q", "p", "a")]
    >>> values = {"a": np.array([2.0, 3.0]), "b": np.array([5.0, 7.0])}
    >>> values["p"] = values["a"] * values["b"]
    >>> values["q"] = values["p"] + values["a"]
    >>> grads = tape(operations, values, np.array([1.0, 10.0]))
    >>> grads["b"]  # dy * a
    array([ 2., 30.])
    >>> grads["a"]  # dy * b from the product, dy from the sum
    array([ 6., 80.])
    """
    raise NotImplementedError


def by_adding_into_zeros(
    operations: list[tuple[str, ...]], values: dict[str, np.ndarray], dy: np.ndarray
) -> dict[str, np.ndarray]:
    grads = {name: np.zeros(value.shape) for name, value in values.items()}
    grads[operations[-1][1]] += dy
    for operation, out, *names in reversed(operations):
        g = grads[out]
        a, b = names[0], names[-1]
        match operation:
            case "add":
                grads[a] += g
                grads[b] += g
            case "mul":
                grads[a] += g * values[b]
                grads[b] += g * values[a]
            case "matmul":
                grads[a] += g @ values[b].T
                grads[b] += values[a].T @ g
            case "tanh":
                grads[a] += g * (1 - values[out] ** 2)
    return grads


def by_lists_of_what_came(
    operations: list[tuple[str, ...]], values: dict[str, np.ndarray], dy: np.ndarray
) -> dict[str, np.ndarray]:
    came: dict[str, list[np.ndarray]] = {name: [0.0 * value] for name, value in values.items()}
    came[operations[-1][1]].append(dy)
    for line in operations[::-1]:
        g = np.sum(came[line[1]], axis=0)
        inputs = [values[name] for name in line[2:]]
        if line[0] == "add":
            back = [g, g]
        elif line[0] == "mul":
            back = [g * inputs[1], g * inputs[0]]
        elif line[0] == "matmul":
            back = [np.inner(g, inputs[1]), np.tensordot(inputs[0], g, (0, 0))]
        else:
            back = [g / np.cosh(*inputs) ** 2]
        for i in range(len(back)):
            came[line[2 + i]].append(back[i])
    return {name: np.sum(arrays, axis=0) for name, arrays in came.items()}


def by_asking_for_each_value(
    operations: list[tuple[str, ...]], values: dict[str, np.ndarray], dy: np.ndarray
) -> dict[str, np.ndarray]:
    grads: dict[str, np.ndarray] = {}

    def gradient(name: str) -> np.ndarray:
        if name in grads:
            return grads[name]
        total = dy.copy() if name == operations[-1][1] else np.zeros(values[name].shape)
        for operation, out, *names in operations:
            for i in range(len(names)):
                if names[i] == name:
                    g, other = gradient(out), values[names[1 - i]] if operation != "tanh" else values[out]
                    if operation == "add":
                        total += g
                    elif operation == "mul":
                        total += g * other
                    elif operation == "tanh":
                        total += g - g * other * other
                    else:
                        total += other.T @ g if i else g @ other.T
        grads[name] = total
        return total

    return {name: gradient(name) for name in values}


def reference(operations: list[tuple[str, ...]], values: dict[str, np.ndarray], dy: np.ndarray) -> dict[str, Any]:
    made = {line[1] for line in operations}
    tensors = {name: engine.tensor(value, requires_grad=True) for name, value in values.items() if name not in made}
    for operation, out, *names in operations:
        tensors[out] = engine.OPS[operation](*(tensors[name] for name in names))
    result = tensors[operations[-1][1]]
    found = engine.grad(result, [tensors[name] for name in values], engine.tensor(dy), allow_unused=True)
    return {
        name: np.zeros(values[name].shape) if gradient is None else gradient.numpy()
        for name, gradient in zip(values, found, strict=True)
    }


NUMBERS = (0.5, -0.5, 1.0, -1.0, 1.5, -2.0, 2.0, 0.25)
COMPUTE = {"add": np.add, "mul": np.multiply, "matmul": np.matmul, "tanh": np.tanh}
# Products of products grow fast; what is this large is not used again.
LARGE = 50.0


@st.composite
def tapes(
    draw: st.DrawFn,
    most: int = 6,
    known: tuple[str, ...] = tuple(COMPUTE),
    least: int = 1,
    few: bool = False,
) -> dict[str, Any]:
    """Draw a tape of up to `most` lines; with `few`, of two values only, so that they are used often."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    m, n = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    shapes = [(m, m), (m, m)] if few else [(m, n), (n, m), (m, n), (m, m)]
    values = {name: rng.choice(NUMBERS, shape) for name, shape in zip("abcd", shapes, strict=False)}
    lines: list[tuple[str, ...]] = []
    for number in range(draw(st.integers(least, most))):
        usable = [name for name, value in values.items() if np.abs(value).max() < LARGE]
        operation = draw(st.sampled_from(known))
        first = draw(st.sampled_from(usable))
        rows = values[first].shape[1] if operation == "matmul" else None
        others = [
            name
            for name in usable
            if (values[name].shape == values[first].shape if rows is None else len(values[name]) == rows)
        ]
        if operation != "tanh" and not others:
            operation = "tanh"
        names = (first,) if operation == "tanh" else (first, draw(st.sampled_from(others)))
        lines.append((operation, f"r{number}", *names))
        values[f"r{number}"] = COMPUTE[operation](*(values[name] for name in names))
    result = values[lines[-1][1]]
    return case(operations=lines, values=values, dy=rng.choice(NUMBERS, result.shape))


def show(call: Call) -> Picture:
    operations = [("matmul", "h", "x", "w"), ("tanh", "t", "h"), ("mul", "p", "t", "x"), ("add", "y", "p", "t")]
    values = {"x": digit(3, 7, seed=2), "w": np.random.default_rng(0).normal(0, 0.6, (7, 7))}
    for operation, out, *names in operations:
        values[out] = COMPUTE[operation](*(values[name] for name in names))
    grads = call(operations=operations, values=values, dy=values["y"] - digit(5, 7, seed=2))
    lines = {"x": "x", "w": "w", "h": "h = x @ w", "t": "t = tanh(h)", "p": "p = t * x", "y": "y = p + t"}
    nodes = {
        name: below(
            text(line),
            beside(
                labelled(enlarged(signed(values[name]), 14, 1), "value"),
                labelled(enlarged(signed(grads[name]), 14, 1), "gradient"),
                gap=8,
            ),
            gap=4,
        )
        for name, line in lines.items()
    }
    places = {"x": (0, 0), "w": (0, 1), "h": (1, 1), "t": (2, 1), "p": (3, 0), "y": (4, 0.5)}
    edges = [(name, out) for _, out, *names in operations for name in names]
    return Picture(
        (page(graph(nodes, places, edges), "A tape, run backwards"),),
        "Values were computed along the arrows from left to right, gradients go back from right to left: x and t, from "
        "which two arrows start, get a gradient from both, and every gradient has the shape of its value.",
    )


# What the first way does with each kind of line.
ADDED = inspect.getsource(by_adding_into_zeros).partition("match operation:\n")[2].partition("    return grads")[0]


EXERCISE = Exercise(
    title="a tape, run backwards",
    order=4,
    stub=tape,
    reference=reference,
    properties=(
        equals_reference("be right for a tape of one line", 2, tapes(1)),
        equals_reference("add up what a value gets from several lines", 2, tapes(4, ("add", "mul"), 2, few=True)),
        equals_reference("be right for any tape", 3, tapes(), examples=100),
        leaves_arguments_alone(1, tapes(), examples=20),
        depends_on_values_alone(1, tapes()),
    ),
    hints=(
        "Make a dict with an array of zeros for each value, of its shape. Into these you add; what is still zero at "
        "the end had no influence.",
        "Add dy to the gradient of the last line's result, operations[-1][1]. Then go through reversed(operations). "
        "For a line (operation, out, a, b), all you need is grads[out], and values[a], values[b] or values[out].",
        "grads[a] += … adds into the array that belongs to a. That is right as long as no two names share an array, so "
        "never write grads[a] = g.",
        "for operation, out, *names in reversed(operations): g = grads[out]; a, b = names[0], names[-1]; for mul: "
        "grads[a] += g * values[b]; grads[b] += g * values[a]. The other operations follow the table in the same way.",
    ),
    alternatives=(by_adding_into_zeros, by_lists_of_what_came, by_asking_for_each_value),
    mutants=(
        Mutant(
            "two names for one array",
            (
                "                grads[a] += g\n                grads[b] += g\n",
                "                for name in (a, b):\n"
                "                    if grads[name].any():\n                        grads[name] += g\n"
                "                    else:\n                        grads[name] = g\n",
            ),
            "after grads[a] = g the gradient of a and that of the result are one array, and what is added to one is "
            "added to the other: add into an array of its own, or copy",
        ),
        Mutant(
            "last use only",
            ("grads[a] += g * values[b]\n", "grads[a] = g * values[b]\n"),
            "a value that was used several times gets the sum of what comes back: += instead of =",
        ),
        Mutant(
            "overwritten in every line",
            (ADDED, ADDED.replace("+=", "=")),
            "a value that was used several times gets the sum of what comes back: += instead of =",
        ),
        Mutant(
            "used twice in one line counted once",
            (
                "                grads[b] += g * values[a]\n",
                "                if a != b:\n                    grads[b] += g * values[a]\n",
            ),
            "in a * a the value is used twice, and gets something from both places",
        ),
        Mutant(
            "run forwards",
            ("in reversed(operations)", "in operations"),
            "you run the tape forwards: begin with the last line, else the gradient of a result is not complete",
        ),
        Mutant(
            "factor's own value",
            (
                "grads[a] += g * values[b]\n                grads[b] += g * values[a]",
                "grads[a] += g * values[a]\n                grads[b] += g * values[b]",
            ),
            "in a * b the slope for a is b, and for b it is a: you have them the other way round",
        ),
        Mutant(
            "matrices not transposed",
            ("grads[a] += g @ values[b].T", "grads[a] += g @ values[b].reshape(values[b].shape[::-1])"),
            "for a product of matrices a gets g @ b.T: transpose b, do not reshape it",
        ),
        Mutant(
            "slope of tanh from its argument",
            ("1 - values[out] ** 2", "1 - values[a] ** 2"),
            "the slope of tanh is 1 - c ** 2 with the result c, not with what went in",
        ),
        Mutant(
            "chain rule forgotten at tanh",
            ("grads[a] += g * (1 - values[out] ** 2)", "grads[a] += 1 - values[out] ** 2"),
            "at tanh you hand on its slope alone: multiply it by g",
        ),
        Mutant(
            "begun with ones",
            ("grads[operations[-1][1]] += dy", "grads[operations[-1][1]] += 1"),
            "you begin with ones: the gradient of the last result is dy",
        ),
        Mutant(
            "results left out",
            (
                "    return grads\n",
                "    made = [line[1] for line in operations]\n"
                "    return {name: g for name, g in grads.items() if name not in made}\n",
            ),
            "the gradients of results on the way are asked for, too: one for each name in values",
        ),
        Mutant(
            "kept from call to call",
            (
                "    grads = {name: np.zeros(value.shape) for name, value in values.items()}\n",
                "    grads = vars(tape).setdefault('grads', {})\n"
                "    for name, value in values.items():\n"
                "        if name not in grads or grads[name].shape != value.shape:\n"
                "            grads[name] = np.zeros(value.shape)\n"
                "    for name in set(grads) - set(values):\n        del grads[name]\n",
            ),
            "your gradients are those of earlier calls as well: begin each call with zeros",
        ),
    ),
    equivalents=(
        Equivalent(
            "grads[operations[-1][1]] += dy",
            "grads[operations[-1][1]] = dy",
            "the last result is no operand of any line, so that nothing is added to dy",
        ),
        Equivalent("if name in grads:", "pass", "what is known is worked out once more"),
        Equivalent("grads[name] = total", "pass", "what is known is worked out once more"),
    ),
    requires=("scalar_reverse_mode",),
    show=show,
)
