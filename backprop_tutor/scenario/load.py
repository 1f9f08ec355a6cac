"""Loads a scenario from a file: read, validated, checked, and built.

The optimizer, learning rate or framework of the file can be overridden, as by an option of a command.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any, assert_never

from backprop_tutor.errors import Place, Problem, TutorError, did_you_mean, visible
from backprop_tutor.graph.scenario import Scenario
from backprop_tutor.scenario.bundled import folder
from backprop_tutor.scenario.stored import store, stored
from backprop_tutor.scenario.yaml.textfile import read_bytes
from backprop_tutor.text import T

if TYPE_CHECKING:  # a stored scenario needs neither YAML nor pydantic
    from backprop_tutor.scenario.schema.model import GraphScenarioFile, NetworkScenarioFile
    from backprop_tutor.scenario.yaml.source import Source
    from backprop_tutor.scenario.yaml.spans import Path
    from backprop_tutor.scenario.yaml.tree import Tree

NOT_GIVEN = T(
    "'{name}' is not given here and cannot be kept; what is given: {known}{near}",
    "这里没有给出 '{name}'，无法保持不变；给出的有：{known}{near}",
)
EDITOR = "# yaml-language-server:"
TRAINING = "training"
RATE: Path = (TRAINING, "learning_rate")
OPTIMIZER: Path = (TRAINING, "optimizer")
LIKE: Path = (TRAINING, "like")


def overridden(source: Source, learning_rate: str | None, optimizer: str | None, like: str | None = None) -> Source:
    """`source` with these values in place of its own; None keeps its own, and so do the settings of the same optimizer.

    The description, which tells of the author's numbers, is left out.
    """
    tree = source.tree
    if isinstance(tree.value, dict):
        tree = replace(tree, value={key: part for key, part in tree.value.items() if key != "description"})
    if optimizer is not None and optimizer != _kind(tree.value):
        tree = _with(tree, OPTIMIZER, optimizer)
    if learning_rate is not None:
        tree = _with(tree, RATE, learning_rate)
    if like is not None:
        tree = _with(tree, LIKE, like)
    return replace(source, tree=tree)


def _kind(value: Any) -> object:
    """The optimizer of a file, in either form."""
    match value:
        case {"training": {"optimizer": {"kind": kind}}} | {"training": {"optimizer": kind}}:
            return kind
        case _:
            return None


def _with(tree: Tree, path: Path, written: str) -> Tree:
    """`tree` with `written` at a path within the training; where the file has no such path, validation reports why."""
    from backprop_tutor.scenario.yaml.spans import is_decimal, resolve

    root: Any = tree.value
    own = root.get(TRAINING) or {} if isinstance(root, dict) else None
    if not isinstance(own, dict):
        return tree
    value = {**root, TRAINING: {**own, path[-1]: resolve(written)}}
    spellings = {place: text for place, text in tree.spellings.items() if place[: len(path)] != path}
    return replace(tree, value=value, spellings=spellings | ({path: written} if is_decimal(written) else {}))


def load(
    source: str | FilePath, learning_rate: str | None = None, optimizer: str | None = None, like: str | None = None
) -> Scenario:
    """The scenario at a path, of a bundled name or on standard input (``-``), with what is given in place of its own.

    A bundled one that is stored is not read again. Raises TutorError as `read` does.
    """
    file, data = read_bytes(source)
    given = learning_rate, optimizer, like
    if FilePath(file).parent != folder() or any(each is not None for each in given):
        return build(*_read(file, data, *given))
    scenario = stored(file, data)
    if scenario is None:
        scenario = build(*_read(file, data))
        store(file, data, scenario)
    return scenario


def build(file: NetworkScenarioFile | GraphScenarioFile, source: Source) -> Scenario:
    """Builds the scenario of a file that was read. Raises TutorError where its start does not fit its parameters."""
    built = _built(file, source)
    if not file.start.state and file.start.step == 1 and file.training.optimizer.initial_accumulator is None:
        return built
    from backprop_tutor.scenario.start import started

    return started(file, built, source)


def _built(file: NetworkScenarioFile | GraphScenarioFile, source: Source) -> Scenario:
    """The scenario without its start. Raises TutorError where it keeps or names a parameter that does not exist."""
    from backprop_tutor.scenario.schema.model import GraphScenarioFile, NetworkScenarioFile

    match file:
        case NetworkScenarioFile():
            from backprop_tutor.scenario.build_network import build_network

            scenario = build_network(file, source)
        case GraphScenarioFile():
            from backprop_tutor.scenario.build_graph import build_expressions

            scenario = build_expressions(file, source)
        case _:
            assert_never(file)
    given = {**scenario.data, **scenario.parameters}
    strange = [i for i, name in enumerate(file.keep) if name not in given]
    if strange:
        raise TutorError([_not_given(file.keep[i], given, source.place(("keep", i))) for i in strange])
    if not file.names:
        return scenario
    from backprop_tutor.scenario.own_names import named

    return named(scenario, file.names, source)


def _not_given(name: str, given: Iterable[str], place: Place) -> Problem:
    known = tuple(given)
    near = did_you_mean(name, known)
    return Problem(NOT_GIVEN.format(name=visible(name), known=", ".join(known), near=near), place)


def original(source: str | FilePath) -> str:
    """The file of a scenario as its author wrote it, comments included. Raises TutorError as `read` does.

    The line that points an editor to the schema beside the bundled scenarios is left out: a copy has no schema beside
    it.
    """
    _, found = read(source)
    lines = found.lines[1:] if found.lines[0].startswith(EDITOR) else found.lines
    return "\n".join(lines).rstrip("\n") + "\n"


def read(
    source: str | FilePath, learning_rate: str | None = None, optimizer: str | None = None, like: str | None = None
) -> tuple[NetworkScenarioFile | GraphScenarioFile, Source]:
    """Reads the scenario file at a path, of a bundled name or on standard input (``-``), with the place of every value.

    A given learning rate, optimizer or framework replaces the file's. Raises TutorError with every fault of the file,
    each at its line and column.
    """
    return _read(*read_bytes(source), learning_rate, optimizer, like)


@lru_cache(maxsize=100)
def _read(
    file: str, data: bytes, learning_rate: str | None = None, optimizer: str | None = None, like: str | None = None
) -> tuple[NetworkScenarioFile | GraphScenarioFile, Source]:
    """The file of these bytes, which a course or a notebook reads again and again, checked once."""
    from backprop_tutor.scenario.checks.validate import validated
    from backprop_tutor.scenario.yaml.source import source_of

    text = source_of(file, data)
    if any(each is not None for each in (learning_rate, optimizer, like)):
        text = overridden(text, learning_rate, optimizer, like)
    return validated(text)
