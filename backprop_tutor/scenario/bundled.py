"""The scenarios that come with the program, found by name from any folder.

An installed package contains them in ``backprop_tutor/bundled``; in a checkout they are in ``scenarios`` beside it.
Nothing heavy is imported here: shell completion lists these names.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from backprop_tutor.errors import TutorError, visible
from backprop_tutor.frozen import frozen
from backprop_tutor.text import T

PACKAGE = Path(__file__).parents[1]
STANDARD_INPUT = "-"
SCHEMA = "scenario.schema.json"

UNKNOWN = T(
    "'{name}' is neither a file nor a bundled scenario; 'tutor list' shows the bundled ones{near}",
    "'{name}' 既不是文件，也不是自带的场景；用 'tutor list' 查看自带的场景{near}",
)


@frozen(slots=True)
class Entry:
    """A bundled scenario: its name and its file."""

    name: str
    path: Path


@cache
def folder() -> Path:
    """The folder of the bundled scenarios and of their JSON Schema."""
    installed = PACKAGE / "bundled"
    return installed if installed.is_dir() else PACKAGE.parent / "scenarios"


@cache
def bundled() -> tuple[Entry, ...]:
    """The bundled scenarios, by name."""
    return tuple(Entry(path.stem, path) for path in sorted(folder().glob("*.yaml")))


@frozen(slots=True)
class Card:
    """The entry of a scenario in a list: its title, its topic, its difficulty and its size."""

    name: str
    title: T
    topic: str
    level: int
    size: T


UNITS = T("{sizes}", "{sizes}")
ONE, NODES, LAYERS = T("1 node", "1 个节点"), T("{count} nodes", "{count} 个节点"), T("{count} layers", "{count} 层")


def card(entry: Entry) -> Card:
    """The card of a bundled scenario, whose file is not checked, being tested already."""
    from backprop_tutor.scenario.yaml.source import read_source

    written: Any = read_source(entry.path).tree.value
    topic, level = written.get("topic", "other"), int(written.get("level", 2))
    return Card(entry.name, T(**written["title"]), topic, level, _size(written))


def title(entry: Entry) -> T:
    """The title of a bundled scenario, which has both languages."""
    return card(entry).title


def _size(written: Any) -> T:
    """``2-2-1`` for a network of plain layers, else the number of nodes or layers."""
    network, graph = written.get("network"), written.get("graph")
    if network is None:
        count = len((graph or {}).get("nodes", ()))
        return ONE if count == 1 else NODES.format(count=count)
    layers = [network.get("inputs"), *(layer.get("units") for layer in network.get("layers", ()))]
    if all(isinstance(units, int | list) for units in layers):
        sizes = [len(units) if isinstance(units, list) else int(units) for units in layers]
        return UNITS.format(sizes="-".join(map(str, sizes)))
    return LAYERS.format(count=len(layers) - 1)


def find(name: str) -> Path:
    """The file of the bundled scenario `name`. Raises TutorError with the nearest name where there is none."""
    paths = {entry.name: entry.path for entry in bundled()}
    if name not in paths:
        from backprop_tutor.scenario.suggestions import nearby

        raise TutorError(UNKNOWN.format(name=visible(name), near=nearby(name)))
    return paths[name]


def locate(source: str | Path) -> Path:
    """The file meant by a path or by the name of a bundled scenario; an existing file has precedence.

    Raises TutorError where `source` is a bare name and neither exists. Whether a path can be read is not checked here.
    """
    path = Path(source)
    if isinstance(source, Path) or path.name != source or _is_there(path):
        return path
    return find(source)


def _is_there(path: Path) -> bool:
    try:
        return path.exists() and not (path.is_dir() and path.name in (entry.name for entry in bundled()))
    except OSError:
        return False


def schema_path() -> Path:
    """The path of the JSON Schema of scenario files, beside the bundled scenarios."""
    return folder() / SCHEMA
