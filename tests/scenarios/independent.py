"""The bundled scenarios computed a second time, sharing nothing with the program.

Forward passes are done number by number in 60 digits; a derivative is a central difference with a step of 1e-20, which
at that precision is right to some 40 digits. No rule of backpropagation is used.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import yaml
from mpmath import mp, mpf, workdps

Numbers = Mapping[str, Any]  # by contract name

STEP = "1e-20"
ACTIVATIONS = {
    "identity": lambda z: z,
    "sigmoid": lambda z: [1 / (1 + mp.exp(-v)) for v in z],
    "tanh": lambda z: [mp.tanh(v) for v in z],
    "relu": lambda z: [max(v, mpf(0)) for v in z],
    "softmax": lambda z: [mp.exp(v) / sum(map(mp.exp, z)) for v in z],
}
LOSSES = {
    "half_squared_error": lambda a, y: (a - y) ** 2 / 2,
    "mean_squared_error": lambda a, y: (a - y) ** 2,
    "binary_cross_entropy": lambda a, y: -y * mp.log(a) - (1 - y) * mp.log(1 - a),
    "cross_entropy": lambda a, y: -y * mp.log(a),
}
FUNCTIONS = {name: getattr(mp, name) for name in ("sin", "cos", "exp", "tanh")} | {
    "max": max,
    "sigmoid": lambda z: 1 / (1 + mp.exp(-z)),
}


@workdps(60)
def steps(path: Path) -> list[dict[str, Numbers]]:
    """Every step of a file: its sections values, grads, updated and after, each from contract name to number."""
    file = yaml.safe_load(path.read_text(encoding="utf-8"))
    problem: Problem = Network(file) if "network" in file else Expressions(file["graph"])
    training, parameters, found = file.get("training", {}), problem.parameters, []
    rule = Rule(training)
    size = {"full": problem.examples, "online": 1}[training.get("batch", "full")]
    for number in range(training.get("steps", 1)):
        first = number * size % problem.examples
        found.append(_step(problem, parameters, range(first, first + size), rule))
        parameters = found[-1]["updated"]
    return found


class Rule:
    """What a parameter loses in a step, for each optimizer that a bundled scenario has."""

    def __init__(self, training: Mapping[str, Any]) -> None:
        optimizer = training.get("optimizer", "sgd")
        self.settings = optimizer if isinstance(optimizer, dict) else {"kind": optimizer}
        self.given, self.history = exact(training.get("learning_rate", 1)), dict[str, list[Any]]()
        self.schedule, self.clip = training.get("schedule", {}), training.get("clip", {})

    def clipped(self, gradients: Numbers) -> Numbers:
        """The gradients, shortened together where their norm is above the limit."""
        norm = mp.sqrt(sum(g**2 for g in gradients.values()))
        if self.clip.get("kind") != "norm" or norm <= self.clip["limit"]:
            return gradients
        return {name: g * self.clip["limit"] / norm for name, g in gradients.items()}

    @property
    def rate(self) -> Any:
        """The learning rate of the step that the last gradient belongs to."""
        t = max(map(len, self.history.values()))
        warm_up = self.schedule.get("warm_up", 1)
        grown = self.given * min(mpf(1), mpf(t) / warm_up)
        if self.schedule.get("kind") != "cosine" or t <= warm_up:
            return grown
        done = min(mpf(1), mpf(t - 1 - self.schedule.get("warm_up", 0)) / self.schedule["total"])
        lowest = exact(self.schedule["lowest"])
        return lowest + (self.given - lowest) * mp.cos(mp.pi * done / 2) ** 2

    def change(self, name: str, gradient: Any) -> Any:
        """The change, from all gradients so far, each with its weight in the averages."""
        gradients = self.history.setdefault(name, [])
        gradients.insert(0, gradient)
        match self.settings["kind"]:
            case "momentum":
                return self.rate * sum(exact(self.settings["momentum"]) ** age * g for age, g in enumerate(gradients))
            case "adam":
                mean, square = (_average(gradients, b, n) for b, n in (("0.9", 1), ("0.999", 2)))
                return self.rate * mean / (mp.sqrt(square) + exact(self.settings["epsilon"]))
            case _:
                return self.rate * gradient


def _average(gradients: list[Any], beta: str, power: int) -> Any:
    """The mean of a power of the gradients, each step back counting β times as much."""
    weights = [mpf(beta) ** age for age in range(len(gradients))]
    return sum(w * g**power for w, g in zip(weights, gradients, strict=True)) / sum(weights)


def exact(number: float) -> Any:
    """The decimal number that was written, not the binary one next to it."""
    return mpf(repr(float(number)))


class Pass(dict[str, Any]):
    """The values of one forward pass by contract name, some of them nudged as they come."""

    def __init__(self, nudges: Numbers) -> None:
        super().__init__()
        self.nudges = nudges

    def keep(self, name: str, value: Any) -> Any:
        """`value`, nudged where a nudge of that name is wanted, and remembered."""
        self[name] = value + self.nudges.get(name, 0)
        return self[name]


class Problem(Protocol):
    """What a file asks for: starting parameters, those that stay as they are, examples, and a forward pass."""

    parameters: Numbers
    frozen: frozenset[str]
    examples: int

    def forward(self, given: Numbers, examples: range, nudges: Numbers) -> Numbers:
        """All values over some examples, with given parameters."""
        ...

    def computed(self, name: str) -> bool:
        """Whether the number of that name is computed, not given."""
        ...


def _step(problem: Problem, parameters: Numbers, examples: range, rule: Rule) -> dict[str, Numbers]:
    values, h = problem.forward(parameters, examples, {}), mpf(STEP)

    def loss(name: str, nudge: Any) -> Any:
        return problem.forward(parameters, examples, {name: nudge})["loss"]

    grads = {name: (loss(name, h) - loss(name, -h)) / (2 * h) for name in values if name != "loss"}
    used = rule.clipped({name: grads[name] for name in parameters if name not in problem.frozen})
    updated = {name: p - rule.change(name, used[name]) if name in used else p for name, p in parameters.items()}
    after = {n: v for n, v in problem.forward(updated, examples, {}).items() if problem.computed(n)}
    return {"values": values, "grads": grads, "updated": updated, "after": after}


class Network:
    """A file of the kind `network`."""

    def __init__(self, file: Mapping[str, Any]) -> None:
        network, loss = file["network"], file["loss"]
        self.layers, self.data, self.examples = network["layers"], file["data"], len(file["data"])
        self.widths = [_count(network["inputs"]), *(_count(layer["units"]) for layer in self.layers)]
        stated = {"function": loss} if isinstance(loss, str) else loss
        self.loss, self.reduction = stated["function"], stated.get("reduction", "mean")
        self.penalty = exact(stated.get("l2", 0)) / 2
        every = dict(self._parameters("W", "weights")) | dict(self._parameters("b", "bias"))
        self.owner = dict(_owners(every, file.get("names", {})))
        self.parameters = {name: value for name, value in every.items() if self.owner[name] == name}
        still = [f"b{i}[" for i, layer in enumerate(self.layers, start=1) if "bias" in layer.get("frozen", ())]
        self.frozen = frozenset(name for name in self.parameters if name.startswith(tuple(still)))

    def forward(self, given: Numbers, examples: range, nudges: Numbers) -> Numbers:
        """All values, unit by unit and example by example; examples count from 1 within the batch."""
        values = Pass(nudges)
        for name, value in given.items():
            values.keep(name, value)
        losses = [self._loss(values, at, self.data[i]) for at, i in enumerate(examples, start=1)]
        squares = sum(values[name] ** 2 for name in self.parameters if name.startswith("W"))
        data = sum(losses) / (len(losses) if self.reduction == "mean" else 1)
        return values | {"loss": data + self.penalty * squares}

    def computed(self, name: str) -> bool:
        """Weighted inputs, activations and the loss are computed."""
        return name[0] in "zal"

    def _loss(self, values: Pass, at: int, example: Mapping[str, Any]) -> Any:
        a = [values.keep(f"x[{k}]@{at}", exact(x)) for k, x in enumerate(example["x"], start=1)]
        for number, layer in enumerate(self.layers, start=1):
            z = [
                values.keep(f"z{number}[{j}]@{at}", _weighted_input(values, self.owner, number, j, a))
                for j in range(1, self.widths[number] + 1)
            ]
            activated = ACTIVATIONS[layer["activation"]](z)
            a = [values.keep(f"a{number}[{j}]@{at}", v) for j, v in enumerate(activated, start=1)]
        terms = [LOSSES[self.loss](v, exact(y)) for v, y in zip(a, example["y"], strict=True)]
        return sum(terms) / (len(terms) if self.loss.startswith("mean") else 1)

    def _parameters(self, letter: str, key: str) -> Iterator[tuple[str, Any]]:
        for number, layer in enumerate(self.layers, start=1):
            shape = (self.widths[number], self.widths[number - 1])[: 2 if key == "weights" else 1]
            start = _start(layer[key], shape) if key in layer else np.array(())
            for index, value in np.ndenumerate(start):
                yield f"{letter}{number}[{','.join(str(i + 1) for i in index)}]", exact(value)


def _count(units: Any) -> int:
    return units if isinstance(units, int) else len(units)


def _start(given: Any, shape: tuple[int, ...]) -> Any:
    if not isinstance(given, dict):
        return np.array(given)
    if given["init"] == "zeros":
        return np.zeros(shape)
    return np.random.default_rng(given["seed"]).uniform(given["low"], given["high"], shape)


def _owners(places: Iterable[str], names: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Each place of a parameter with the first place of the same name."""
    first: dict[str, str] = {}
    for place in places:
        parameter, index = place.rstrip("]").split("[")
        own = names.get(parameter)
        for i in index.split(",") if isinstance(own, list) else ():
            own = own[int(i) - 1]
        yield place, place if own is None else first.setdefault(own, place)


def _weighted_input(values: Numbers, owner: Mapping[str, str], layer: int, j: int, below: list[Any]) -> Any:
    terms = (values[owner[f"W{layer}[{j},{k}]"]] * a for k, a in enumerate(below, start=1))
    bias = f"b{layer}[{j}]"
    return sum(terms, values[owner[bias]] if bias in owner else 0)


class Expressions:
    """A file of the kind `graph`; the bundled ones write their nodes in order and have one example."""

    frozen: frozenset[str] = frozenset()
    examples = 1

    def __init__(self, graph: Mapping[str, Any]) -> None:
        self.graph = graph
        self.parameters = {name: exact(value) for name, value in graph.get("parameters", {}).items()}

    @cached_property
    def _inputs(self) -> Numbers:
        return {name: exact(value) for name, value in self.graph["inputs"].items()}

    def forward(self, given: Numbers, examples: range, nudges: Numbers) -> Numbers:
        """All values, node by node."""
        values = Pass(nudges)
        for name, value in {**self._inputs, **given}.items():
            values.keep(name, value)
        for name, formula in self.graph["nodes"].items():
            values.keep(name, eval(formula.replace("^", "**"), FUNCTIONS | values))
        return values | {"loss": values[self.graph["output"]]}

    def computed(self, name: str) -> bool:
        """The nodes and the loss are computed."""
        return name in self.graph["nodes"] or name == "loss"
