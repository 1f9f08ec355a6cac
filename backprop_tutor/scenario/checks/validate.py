"""Validates a tree of values as a scenario file, or reports every fault of it at once.

It checks the values of a scenario against each other: everything that no single field can express.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import chain
from typing import TypeAlias, assert_never

from pydantic import ValidationError

from backprop_tutor.errors import TutorError
from backprop_tutor.scenario.checks.network import not_taken
from backprop_tutor.scenario.schema import choices
from backprop_tutor.scenario.schema.model import (
    GraphScenarioFile,
    LayersScenarioFile,
    NetworkScenarioFile,
    OptimizerFile,
    ScheduleFile,
)
from backprop_tutor.scenario.yaml.source import Fault, Source
from backprop_tutor.scenario.yaml.spans import Path, is_decimal
from backprop_tutor.scenario.yaml.tree import Value
from backprop_tutor.text import T

NO_SETTING = T("{optimizer} takes no '{setting}:'{taken}", "{optimizer} 不接受 '{setting}:'{taken}")


def check(file: NetworkScenarioFile | GraphScenarioFile | LayersScenarioFile) -> tuple[Fault, ...]:
    """The faults of a file that fits the schema."""
    match file:
        case NetworkScenarioFile():
            from backprop_tutor.scenario.checks.network import check_network_scenario

            found = check_network_scenario(file)
        case GraphScenarioFile():
            from backprop_tutor.scenario.checks.graph import check_graph_scenario

            found = check_graph_scenario(file)
        case LayersScenarioFile():
            from backprop_tutor.scenario.build_layers import check_layers_scenario

            found = check_layers_scenario(file)
        case _:
            assert_never(file)
    training = file.training
    return tuple(
        chain(
            found,
            _settings("optimizer", training.optimizer, choices.optimizers()),
            _settings("schedule", training.schedule, choices.schedules()),
        )
    )


def _settings(key: str, rule: OptimizerFile | ScheduleFile, entries: Mapping[str, tuple[str, ...]]) -> Iterator[Fault]:
    """The faults of settings that an optimizer or a schedule does not have."""
    for setting, value in rule:
        if setting != "kind" and value is not None and setting not in entries[rule.kind]:
            said = not_taken(NO_SETTING, entries[rule.kind], optimizer=rule.kind, setting=setting)
            yield Fault(("training", key, setting), said, key=True)


Kind: TypeAlias = type[NetworkScenarioFile] | type[GraphScenarioFile] | type[LayersScenarioFile]

STAND_INS: Mapping[Kind, Mapping[str, Value]] = {
    NetworkScenarioFile: {"title": "?", "data": [{"x": 0, "y": 0}]},
    GraphScenarioFile: {"title": "?", "data": [{}]},
    LayersScenarioFile: {"title": "?"},
}
"""Replacements for a broken section, so that the others can be checked."""


def validated(source: Source) -> tuple[NetworkScenarioFile | GraphScenarioFile, Source]:
    """The scenario file in `source`, and where its values stand: a network of layers of any kind as its graph.

    Raises TutorError with every problem found, in the order of the lines.
    """
    kind, value = kind_of(source.tree.value), source.tree.value
    try:
        file = kind.model_validate(value)
        found: Iterable[Fault] = check(file)
    except ValidationError as error:
        from backprop_tutor.scenario.schema.errors import faults

        found = chain(faults(error, kind, source.tree), _beyond(error, kind, value))
    problems = source.problems(found)
    if problems:
        raise TutorError(problems)
    is_cut = bool(file.start.values or file.start.grads)
    if not is_cut and not isinstance(file, LayersScenarioFile):
        return file, source
    made, moved = _as_graph(file, source)
    problems = moved.problems(check(made))
    if is_cut and not problems:
        from backprop_tutor.scenario.start import from_the_middle

        made, moved = from_the_middle(made, moved)
        problems = moved.problems(check(made))
    if problems:
        raise TutorError(problems)
    return made, moved


def _as_graph(
    file: NetworkScenarioFile | GraphScenarioFile | LayersScenarioFile, source: Source
) -> tuple[GraphScenarioFile, Source]:
    """A checked file as one of a graph, and where its values stand."""
    from backprop_tutor.scenario.build_layers import as_graph_file, dense_as_graph

    match file:
        case NetworkScenarioFile():
            return dense_as_graph(file, source)
        case LayersScenarioFile():
            return as_graph_file(file, source)
        case GraphScenarioFile():
            return file, source
        case _:
            assert_never(file)


def kind_of(value: Value) -> Kind:
    """The kind of scenario that is meant: a network, unless only `graph`, or a similar key, is among the keys."""
    keys = list(value) if isinstance(value, dict) else []
    if "network" in keys:
        return LayersScenarioFile if _is_of_any_kind(value) else NetworkScenarioFile
    from difflib import get_close_matches

    return GraphScenarioFile if get_close_matches("graph", keys) else NetworkScenarioFile


def _is_of_any_kind(value: Value) -> bool:
    """Whether a network has a layer that is not dense or is tied to another, an input with a shape, or a loss with more
    steps than one.
    """
    match value:
        case {"network": {"inputs": dict()}} | {"loss": {"l1": _} | {"label_smoothing": _}}:
            return True
        case {"network": {"layers": list(layers)}}:
            return any(map(_is_more_than_dense, layers))
        case _:
            return False


def _is_more_than_dense(layer: Value) -> bool:
    return isinstance(layer, dict) and (layer.get("kind", "dense") != "dense" or "tie" in layer)


def _beyond(error: ValidationError, kind: Kind, value: Value) -> Iterator[Fault]:
    """The faults between the values that fit the schema, of those that depend on no broken one.

    Unknown keys are left out, or taken for the missing key that is meant; a broken number or activation has a stand-in; and
    so has every section that does not fit the schema even then.
    """
    mended = Mended(error, value)
    broken = _broken(kind, mended.value)
    if not isinstance(mended.value, dict):
        return
    sound = {key: part for key, part in mended.value.items() if key not in broken}
    try:
        file = kind.model_validate({key: part for key, part in STAND_INS[kind].items() if key in broken} | sound)
    except ValidationError:
        return
    for fault in check(file):
        if fault.path[0] not in broken and not mended.touches(fault.path):
            yield replace(fault, path=mended.written(fault.path))


def _broken(kind: Kind, value: Value) -> set[str | int]:
    """The sections of a file that do not fit the schema."""
    try:
        kind.model_validate(value)
    except ValidationError as error:
        return {each["loc"][0] for each in error.errors(include_url=False, include_input=False) if each["loc"]}
    return set()


class Mended:
    """The values of a file as they may have been meant, from what the schema finds wrong with them."""

    def __init__(self, error: ValidationError, value: Value) -> None:
        from backprop_tutor.scenario.schema.errors import misspelt
        from backprop_tutor.scenario.schema.locations import path_in

        details = error.errors(include_url=False)
        self._unknown = {path_in(value, e["loc"]) for e in details if e["type"] == "extra_forbidden"}
        self._meant = misspelt(details, value)
        self._patched = {path[:-1] for path in self._unknown if is_decimal(str(path[-1]))}
        found = {path_in(value, e["loc"]) for e in details} - self._unknown
        self.value = self._mended(value, {path for path in found if len(path) > 1})

    def _mended(self, value: Value, wrong: Collection[Path], path: Path = ()) -> Value:
        match value:
            case dict():
                kept = ((key, (*path, key)) for key in value)
                return {
                    self._meant.get(inside, key): self._mended(value[key], wrong, inside)
                    for key, inside in kept
                    if inside in self._meant or inside not in self._unknown
                }
            case list():
                return [self._mended(part, wrong, (*path, i)) for i, part in enumerate(value)]
            case _ if path in wrong:
                self._patched.add(path)
                return "identity" if path[-1] == "activation" else 1.0
            case _:
                return value

    def touches(self, path: Path) -> bool:
        """Whether a fault may come from a stand-in, or from numbers that became keys: it is at that place or around it, or
        about a constant of that activation.
        """
        return any(_is_around(path, patched) or _is_constant(path, patched) for patched in self._patched)

    def written(self, path: Path) -> Path:
        """The place in the file: where a key was misspelt, with the key that stands there."""
        for misspelt, key in self._meant.items():
            depth = len(misspelt)
            if path[:depth] == (*misspelt[:-1], key):
                path = (*misspelt, *path[depth:])
        return path


def _is_around(found: Path, patched: Path) -> bool:
    length = min(len(found), len(patched))
    return found[:length] == patched[:length]


def _is_constant(found: Path, patched: Path) -> bool:
    return patched[-1] == "activation" and found[:-1] == patched[:-1] and found[-1] in choices.constants()
