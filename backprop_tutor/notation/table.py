"""The notations, one file and one entry each; a reader needs one of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from backprop_tutor.registry import OnUse

if TYPE_CHECKING:
    from backprop_tutor.graph.graph import Graph
    from backprop_tutor.notation.notation import Notation

_NUMBERED = re.compile(r"[^\W\d]+\d+")
_LETTERS = frozenset({"W", "h", "O", "L", "y"})  # the letters before the name of a unit

NOTATIONS: Mapping[str, Notation] = OnUse(
    "backprop_tutor.notation", "nodes", "layers", "nielsen", "brackets", "theta", "pdp"
)


def default_notation(graph: Graph) -> Notation:
    """The notation for a reader who chooses none: the author's own unit names where they are legible as indices."""
    named = NOTATIONS["nodes"]
    return named if named.fits(graph) and _read_well(graph) else NOTATIONS["layers"]


def _read_well(graph: Graph) -> bool:
    """Whether unit names are legible as indices: W_ca is, W_(h1,x1) and h(h) are not."""
    units = [unit for layer in graph.layers for unit in layer.units]
    return not any(_NUMBERED.fullmatch(unit) or unit in _LETTERS for unit in units)
