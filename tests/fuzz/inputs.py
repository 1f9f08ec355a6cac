"""Scenario files, formulas and calls, drawn at random: mostly usable, at the ends of every range, or slightly spoilt.

Everything drawn comes from one seed, so that a case can be had again by its number.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from random import Random
from typing import Any, TypeAlias

Scenario: TypeAlias = dict[str, Any]

NUMBERS = (0, 1, -1, 0.5, -0.3, 0.1, 2, 10, -40, 40, 1e-9, 1e-300, 5e-324, 750, -750, 1e5, 1e150, -1e200, 1e308)
ACTIVATIONS = ["identity", "sigmoid", "tanh", "relu", "leaky_relu", "elu", "softplus", "silu", "gelu", "softmax"]
LOSSES = ["half_squared_error", "squared_error", "mean_squared_error", "binary_cross_entropy", "cross_entropy"]
OPTIMIZERS = ["sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adam", "adamw"]
FUNCTIONS = [
    "exp",
    "log",
    "sin",
    "cos",
    "tan",
    "sqrt",
    "abs",
    "sigmoid",
    "tanh",
    "relu",
    "leaky_relu",
    "elu",
    "softplus",
    "silu",
    "gelu",
]
TEXTS = (
    "t",
    "a {x} } {",
    "\x1b[31m",
    "\u202e abc",
    "<script>",
    "$$",
    "\u5b66\u4e60",
    "# |",
    "x" * 300,
    "\\(",
    "&amp;",
    "`",
)
CALLS = (
    "run FILE",
    "run FILE --view deltas",
    "run FILE --view matrix",
    "run FILE --view graph",
    "run FILE --detail full --derive",
    "run FILE --detail brief",
    "run FILE --format json",
    "run FILE --format html",
    "run FILE --format markdown",
    "run FILE --at-step N",
    "run FILE --nudge NAME",
    "run FILE --focus NAME",
    "run FILE --notation nielsen",
    "run FILE --lang zh --digits 3",
    "train FILE --epochs N",
    "train FILE --epochs N --until gradient_norm=1e-3 --format json",
    "compare FILE --epochs N --optimizer sgd,adam",
    "diagnose FILE NAME=NUMBER",
    "diagnose FILE NAME=NUMBER after.loss=NUMBER",
    "diagnose FILE stepN.NAME=NUMBER --format json",
    "check FILE ANSWERS",
    "check FILE --blank",
    "verify FILE",
    "verify FILE --format json",
    "quiz FILE --print --seed N --count 5",
    "quiz FILE --print --seed N --count 5 --format json",
    "mistakes given-miscopied FILE",
    "mistakes --confusable FILE",
    "graph FILE",
    "graph FILE --format svg",
    "export FILE -o OUT.html --force",
    "export FILE -o OUT.py --force",
    "worksheet FILE -o OUT --force",
    "worksheet FILE -o OUT --force --format moodle --variants 2",
)


HOLE = re.compile(r"\b(?:NAME|NUMBER|FILE|ANSWERS|OUT|N)\b|(?<=^step)N\b")
"""What is drawn in a call."""


def formula(draw: Random, names: Sequence[str], depth: int = 3) -> str:
    """A formula in some names."""
    if depth == 0 or draw.random() < 0.2:
        return draw.choice([*names, *names, "1", "2", "0.5", "0", "1e-3"])
    inner = [formula(draw, names, depth - 1) for _ in range(2)]
    kind = draw.randrange(9)
    if kind < 4:
        return f"({inner[0]} {'+-*/'[kind]} {inner[1]})"
    if kind == 4:
        return f"({inner[0]})^{draw.choice(['2', '3', '0.5', '-1', '0'])}"
    if kind == 5:
        return f"{draw.choice(['max', 'min'])}({inner[0]}, {inner[1]})"
    return f"{draw.choice(FUNCTIONS)}({inner[0]})"


def number(draw: Random) -> float:
    """A number: an everyday one, now and then one from the ends of the floats."""
    return draw.choice(NUMBERS) if draw.random() < 0.15 else round(draw.uniform(-2, 2), draw.randrange(4))


def network(draw: Random) -> Scenario:
    """A layered network."""
    sizes = [draw.choice([1, 1, 2, 2, 3, 4]) for _ in range(draw.choice([2, 2, 3, 4]))]
    layers = []
    for below, units in pairwise(sizes):
        own = draw.random() < 0.25
        named = ACTIVATIONS if len(layers) == len(sizes) - 2 else ACTIVATIONS[:-1]  # a softmax belongs to the outputs
        layer: Scenario = {"units": units, "activation": formula(draw, ["z"], 2) if own else draw.choice(named)}
        layer["weights"] = [[number(draw) for _ in range(below)] for _ in range(units)]
        if draw.random() < 0.7:
            layer["bias"] = [number(draw) for _ in range(units)]
        layers.append(layer)
    loss = formula(draw, ["a", "y"], 2) if draw.random() < 0.2 else draw.choice(LOSSES)
    targets = [0, 1] if "cross" in loss else [0, 1, 0.3, -2, 1e5]
    rows = [
        {"x": [number(draw) for _ in range(sizes[0])], "y": [draw.choice(targets) for _ in range(sizes[-1])]}
        for _ in range(draw.choice([1, 1, 2, 3]))
    ]
    return {"network": {"inputs": sizes[0], "layers": layers}, "loss": loss, "data": rows}


def graph(draw: Random) -> Scenario:
    """An expression graph."""
    inputs = {f"x{i}": number(draw) for i in range(draw.choice([1, 2]))}
    parameters = {f"w{i}": number(draw) for i in range(draw.choice([0, 1, 2]))}
    nodes: dict[str, str] = {}
    for i in range(draw.choice([1, 2, 4, 6])):
        nodes[f"n{i}"] = formula(draw, [*inputs, *parameters, *nodes], 2)
    used = re.findall(r"\b[xwn]\d\b", " ".join(nodes.values()))
    missing = [each for each in (*inputs, *parameters, *list(nodes)[:-1]) if each not in used]
    nodes[f"n{len(nodes)}"] = draw.choice(["+", "*", "-"]).join((list(nodes)[-1], *missing))
    return {"graph": {"inputs": inputs, "parameters": parameters, "nodes": nodes, "output": list(nodes)[-1]}}


def scenario(draw: Random) -> Scenario:
    """A scenario: a network or a graph, some title and some way to train it."""
    made = draw.choice([network, network, graph])(draw)
    training: Scenario = {"learning_rate": draw.choice([0.1, 0.5, 1e-3, 100]), "steps": draw.choice([1, 1, 2, 3])}
    if draw.random() < 0.5:
        training["optimizer"] = draw.choice(OPTIMIZERS)
    if draw.random() < 0.2:
        training["batch"] = draw.choice(["full", "online", 2])
    return {"title": draw.choice(TEXTS), **made, "training": training}


def spoilt(draw: Random, text: str) -> str:
    """A text with a few characters taken out, doubled or exchanged for others."""
    for _ in range(draw.choice([1, 1, 2, 5])):
        at = draw.randrange(len(text))
        text = text[:at] + draw.choice(["", text[at] * 2, *"{}[]:,-\"'\t\x00\u202e\U0001f600"]) + text[at + 1 :]
    return text


def name(draw: Random, made: Mapping[str, Any]) -> str:
    """The name of a number, which may be there or not."""
    if "graph" in made:
        base = draw.choice([*made["graph"]["nodes"], *made["graph"]["inputs"], "loss", "nope"])
        return draw.choice(["", "grads.", "after.", "values."]) + base
    return draw.choice(["", "grads.", "after.", "updated."]) + draw.choice(
        ["z1[1]", "a1[1]", "W1[1,1]", "b1[1]", "loss", "W2[1,1]", "W1", "a2[1]@2", "dL/dW", "z1[9]", "\x1b"]
    )


def call(draw: Random, made: Mapping[str, Any], paths: Mapping[str, str]) -> list[str]:
    """One call of the program on the scenario."""
    fill: Mapping[str, Callable[[], str]] = {
        "NAME": lambda: name(draw, made),
        "NUMBER": lambda: draw.choice([str(number(draw)), "nan", "1e400", "1/3", "0,5", "-", "inf", "0.10"]),
        "FILE": lambda: paths["FILE"],
        "ANSWERS": lambda: paths["ANSWERS"],
        "OUT": lambda: paths["OUT"],
        "N": lambda: str(draw.choice([1, 2, 5, 50, 1000])),
    }
    return [HOLE.sub(lambda found: fill[found[0]](), word) for word in draw.choice(CALLS).split()]


def answers(draw: Random, made: Mapping[str, Any]) -> str:
    """A file of answers."""
    return "".join(f"{name(draw, made)}: {number(draw)}\n" for _ in range(draw.choice([1, 2, 5])))


def as_text(made: Mapping[str, Any]) -> str:
    """The scenario as a file: JSON, which is YAML."""
    return json.dumps(made, indent=1, ensure_ascii=False)
