"""Bundled scenarios as they were built, stored in the reader's cache folder: each is parsed and checked once.

What is stored is data and never code: records of a store's classes by their fields, as JSON. It is used where its own
SHA-256 and that of what it was made from hold (the bytes of the file and the modules that read it); anything else
counts as not stored. A graph is not stored but made again, from the layers or the formulas it was made of.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import fields, replace
from enum import StrEnum
from fractions import Fraction
from hashlib import sha256
from pathlib import Path
from typing import Any, assert_never, cast, get_args

from backprop_tutor.errors import Place
from backprop_tutor.formula.nodes import Formula, Role
from backprop_tutor.frozen import frozen
from backprop_tutor.graph.array import np
from backprop_tutor.graph.graph import Graph, Index, Layer, Network
from backprop_tutor.graph.scenario import Presentation, Scenario, Training
from backprop_tutor.scenario.beside import beside
from backprop_tutor.scenario.bundled import PACKAGE
from backprop_tutor.text import T

ROOMS = (
    ".", "formula", "graph", "layers", "training", "scenario", "scenario/checks", "scenario/schema", "scenario/yaml",
)  # fmt: skip
"""The modules that decide what is read from a file."""


@frozen
class Expressions:
    """What the graph of an author's formulas is made of."""

    inputs: tuple[str, ...]
    parameters: tuple[str, ...]
    formulas: Mapping[str, Formula]
    output: str


@frozen
class Arrays:
    """What a graph of arrays is made of: shapes by name, formulas, outputs, whether what comes back to them is given."""

    inputs: Mapping[str, Index]
    parameters: Mapping[str, Index]
    formulas: Mapping[str, Formula]
    outputs: tuple[str, ...]
    upstream: bool
    steps: Mapping[str, tuple[str, int]] | None


PARTS: Mapping[str, Callable[..., Any]] = {
    "tuple": lambda *parts: parts,
    "set": lambda *parts: frozenset(parts),
    "mapping": lambda *pairs: dict(pairs),
    "array": lambda values: np.array(values, dtype=float),
    "Fraction": Fraction,
    "Role": Role,
}


@frozen
class Store:
    """A folder of the cache for values made of records of these classes, and the rooms whose modules make the values."""

    folder: str
    rooms: tuple[str, ...]
    records: tuple[Callable[..., Any], ...]

    def value(self, file: str, data: bytes) -> Any:
        """The value that was made from the bytes of a file, or None where there is none to be used."""
        try:
            head, _, text = self._path(file).read_text("utf-8").partition("\n")
            if head != _digest(self._origin(file, data), text):
                return None
            made = {**PARTS, **{record.__name__: record for record in self.records}}
            return _decoded(json.loads(text), made)
        except (OSError, ValueError, TypeError, KeyError, RuntimeError):
            return None

    def keep(self, file: str, data: bytes, value: Any) -> None:
        """Stores the value that was made from the bytes of a file; where that is impossible, nothing happens."""
        text = json.dumps(_encoded(value), ensure_ascii=False)
        with suppress(OSError, RuntimeError):
            path = self._path(file)
            path.parent.mkdir(parents=True, exist_ok=True)
            with beside(path) as whole:
                whole.write(f"{_digest(self._origin(file, data), text)}\n{text}".encode())

    def _path(self, file: str) -> Path:
        folder = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA") or Path.home() / ".cache"
        return Path(folder, "backprop-tutor", self.folder, f"{Path(file).stem}.json")

    def _origin(self, file: str, data: bytes) -> str:
        """What a stored value depends on: the file, and the modules as Python's own cache tells them apart."""
        modules = (entry for room in self.rooms for entry in os.scandir(PACKAGE / room) if entry.name.endswith(".py"))
        known = sorted((each.path, each.stat().st_size, each.stat().st_mtime_ns) for each in modules)
        return _digest(file, sha256(data).hexdigest(), str(known))


SCENARIOS = Store(
    "scenarios",
    ROOMS,
    (T, Place, Training, Presentation, Scenario, Network, Layer, Expressions, Arrays, *get_args(Formula)),
)


def stored(file: str, data: bytes) -> Scenario | None:
    """The scenario that was built from the bytes of a bundled file, or None where there is none to be used."""
    made = SCENARIOS.value(file, data)
    return replace(made, graph=_graph(*cast(Any, made.graph))) if isinstance(made, Scenario) else None


def store(file: str, data: bytes, scenario: Scenario) -> None:
    """Stores a scenario."""
    made_of = _made_of(scenario), scenario.graph.names
    SCENARIOS.keep(file, data, replace(scenario, graph=cast(Any, made_of)))


def _digest(*texts: str) -> str:
    return sha256("\n".join(texts).encode()).hexdigest()


def _made_of(scenario: Scenario) -> Network | Expressions | Arrays:
    """What the graph of a scenario is made of."""
    graph = scenario.graph
    if graph.dense is not None:
        return graph.dense
    formulas = graph.formulas or {}
    if graph.shapes is None:
        output = graph.nodes[graph.losses].name
        return Expressions(tuple(scenario.data), tuple(scenario.parameters), formulas, output)
    from backprop_tutor.graph.arrays import UPSTREAM

    shapes = {node.name: shape for node, shape in zip(graph.nodes, graph.shapes, strict=True)}
    inputs = {name: shapes[name] for name in graph.inputs}
    parameters = {name: shapes[name] for name in graph.parameters}
    last, upstream = graph.nodes[graph.losses], UPSTREAM in shapes
    if upstream:  # it is the sum of output · upstream
        product = graph.nodes[last.inputs[0]]
        last = graph.nodes[product.inputs[0]]
    return Arrays(inputs, parameters, formulas, graph.outputs or (last.name,), upstream, graph.steps)


def _graph(made_of: Network | Expressions | Arrays, names: Mapping[str, str]) -> Graph:
    match made_of:
        case Network():
            from backprop_tutor.layers.dense import network_graph

            graph = network_graph(made_of)
        case Expressions():
            from backprop_tutor.graph.expressions import expression_graph

            graph = expression_graph(made_of.inputs, made_of.parameters, made_of.formulas, made_of.output)
        case Arrays(inputs=inputs, parameters=parameters, formulas=formulas, outputs=outputs, upstream=upstream):
            from backprop_tutor.graph.arrays import array_graph

            graph = replace(array_graph(inputs, parameters, formulas, outputs, upstream), steps=made_of.steps)
        case _:
            assert_never(made_of)
    return replace(graph, names=names)


def _encoded(value: Any) -> Any:
    """A number, a text or None as it is; anything else as a list: what it is, and its parts."""
    match value:
        case StrEnum() | Fraction():
            return [type(value).__name__, str(value)]
        case None | bool() | int() | float() | str():
            return value
        case tuple():
            return ["tuple", *map(_encoded, value)]
        case frozenset():
            return ["set", *map(_encoded, sorted(value))]
        case Mapping():
            return ["mapping", *(_encoded(pair) for pair in value.items())]
        case np.ndarray():
            return ["array", value.tolist()]
        case _:
            return [type(value).__name__, *(_encoded(getattr(value, own.name)) for own in fields(value))]


def _decoded(value: Any, made: Mapping[str, Callable[..., Any]]) -> Any:
    if not isinstance(value, list):
        return value
    name, *parts = value
    return made[name](*(parts if name == "array" else (_decoded(part, made) for part in parts)))
