"""The notations there are, one file and one entry each, of which a reader needs one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from backprop_tutor.registry import OnUse

if TYPE_CHECKING:
    from backprop_tutor.graph.graph import Graph
    from backprop_tutor.notation.notation import Notation

_NUMBERED = re.compile(r"[^\W\d]+\d+")
_LETTERS = frozenset({"W", "h", "O", "L", "y"})  # what stands before the name of a unit

NOTATIONS: Mapping[str, Notation] = OnUse(
    "backprop_tutor.notation", "nodes", "layers", "nielsen", "brackets", "theta", "pdp"
)


def default_notation(graph: Graph) -> Notation:
    """The notation for a reader who asks for none: the author's own unit names where they read well as indices."""
    named = NOTATIONS["nodes"]
    return named if named.fits(graph) and _read_well(graph) else NOTATIONS["layers"]


def _read_well(graph: Graph) -> bool:
    """Whether unit names make good indices: W_ca does, W_(h1,x1) and h(h) do not."""
    units = [unit for layer in graph.layers for unit in layer.units]
    return not any(_NUMBERED.fullmatch(unit) or unit in _LETTERS for unit in units)
