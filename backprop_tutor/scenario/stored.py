"""Bundled scenarios as they were built, stored in the reader's cache folder: each is parsed and checked once.

What is stored is data and never code: records of the classes below by their fields, as JSON. It is used where its own
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
from typing import Any, get_args

from backprop_tutor.errors import Place
from backprop_tutor.formula.nodes import Formula, Role
from backprop_tutor.frozen import frozen
from backprop_tutor.graph.array import np
from backprop_tutor.graph.graph import Graph, Layer, Network
from backprop_tutor.graph.scenario import Presentation, Scenario, Training
from backprop_tutor.scenario.beside import beside
from backprop_tutor.scenario.bundled import PACKAGE
from backprop_tutor.text import T

ROOMS = (".", "formula", "graph", "layers", "scenario", "scenario/checks", "scenario/schema", "scenario/yaml")
"""The modules that decide what is read from a file."""


@frozen
class Expressions:
    """What the graph of an author's formulas is made of."""

    inputs: tuple[str, ...]
    parameters: tuple[str, ...]
    formulas: Mapping[str, Formula]
    output: str


RECORDS = (T, Place, Training, Presentation, Scenario, Network, Layer, Expressions, *get_args(Formula))
MADE: Mapping[str, Callable[..., Any]] = {
    "tuple": lambda *parts: parts,
    "set": lambda *parts: frozenset(parts),
    "mapping": lambda *pairs: dict(pairs),
    "array": lambda values: np.array(values, dtype=float),
    "Fraction": Fraction,
    "Role": Role,
    **{record.__name__: record for record in RECORDS},
}


def stored(file: str, data: bytes) -> Scenario | None:
    """The scenario that was built from the bytes of a bundled file, or None where there is none to be used."""
    try:
        head, _, text = _path(file).read_text("utf-8").partition("\n")
        if head != _digest(_origin(file, data), text):
            return None
        made = _decoded(json.loads(text))
        return replace(made, graph=_graph(made.graph)) if isinstance(made, Scenario) else None
    except (OSError, ValueError, TypeError, KeyError, RuntimeError):
        return None


def store(file: str, data: bytes, scenario: Scenario) -> None:
    """Stores a scenario of layers or of formulas in numbers; where that is impossible, nothing happens."""
    made_of = _made_of(scenario)
    if made_of is None:
        return
    text = json.dumps(_encoded(replace(scenario, graph=made_of)), ensure_ascii=False)
    with suppress(OSError, RuntimeError):
        path = _path(file)
        path.parent.mkdir(parents=True, exist_ok=True)
        with beside(path) as whole:
            whole.write(f"{_digest(_origin(file, data), text)}\n{text}".encode())


def _path(file: str) -> Path:
    folder = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA") or Path.home() / ".cache"
    return Path(folder, "backprop-tutor", "scenarios", f"{Path(file).stem}.json")


def _origin(file: str, data: bytes) -> str:
    """What a stored scenario depends on: the file, and the modules as Python's own cache tells them apart."""
    modules = (entry for room in ROOMS for entry in os.scandir(PACKAGE / room) if entry.name.endswith(".py"))
    known = sorted((each.path, each.stat().st_size, each.stat().st_mtime_ns) for each in modules)
    return _digest(file, sha256(data).hexdigest(), str(known))


def _digest(*texts: str) -> str:
    return sha256("\n".join(texts).encode()).hexdigest()


def _made_of(scenario: Scenario) -> Any:
    """What the graph of a scenario is made of; None for graphs of arrays and for layers of other kinds."""
    graph = scenario.graph
    if graph.names or graph.shapes is not None:
        return None
    if graph.dense is not None:
        return graph.dense
    output = graph.nodes[graph.losses].name
    return Expressions(tuple(scenario.data), tuple(scenario.parameters), graph.formulas or {}, output)


def _graph(made_of: Any) -> Graph:
    if isinstance(made_of, Network):
        from backprop_tutor.layers.dense import network_graph

        return network_graph(made_of)
    from backprop_tutor.graph.expressions import expression_graph

    return expression_graph(made_of.inputs, made_of.parameters, made_of.formulas, made_of.output)


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


def _decoded(value: Any) -> Any:
    if not isinstance(value, list):
        return value
    name, *parts = value
    return MADE[name](*(parts if name == "array" else map(_decoded, parts)))
