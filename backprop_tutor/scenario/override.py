"""A scenario file as if its author had chosen another optimizer or learning rate: what an option of a call says instead."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from backprop_tutor.scenario.scalars import is_decimal, resolve
from backprop_tutor.scenario.source import Source
from backprop_tutor.scenario.spans import Path
from backprop_tutor.scenario.yaml_tree import Tree

TRAINING = "training"
RATE: Path = (TRAINING, "learning_rate")
OPTIMIZER: Path = (TRAINING, "optimizer")


def overridden(source: Source, learning_rate: str | None, optimizer: str | None) -> Source:
    """`source` with these in the place of its own; what is None stays, and so do the settings of the same optimizer."""
    tree = source.tree
    if optimizer is not None and optimizer != _kind(tree.value):
        tree = _with(tree, OPTIMIZER, optimizer)
    if learning_rate is not None:
        tree = _with(tree, RATE, learning_rate)
    return replace(source, tree=tree)


def _kind(value: Any) -> object:
    """The optimizer of a file, in whichever form it is given."""
    match value:
        case {"training": {"optimizer": {"kind": kind}}} | {"training": {"optimizer": kind}}:
            return kind
        case _:
            return None


def _with(tree: Tree, path: Path, written: str) -> Tree:
    """`tree` with `written` at a path within the training; a file that has no room for it is left to its own faults."""
    root: Any = tree.value
    own = root.get(TRAINING) or {} if isinstance(root, dict) else None
    if not isinstance(own, dict):
        return tree
    value = {**root, TRAINING: {**own, path[-1]: resolve(written)}}
    spellings = {place: text for place, text in tree.spellings.items() if place[: len(path)] != path}
    return replace(tree, value=value, spellings=spellings | ({path: written} if is_decimal(written) else {}))
