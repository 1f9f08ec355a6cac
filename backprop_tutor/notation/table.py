"""The notations there are, one file and one entry each, of which a reader needs one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from backprop_tutor.registry import OnUse

if TYPE_CHECKING:
    from backprop_tutor.engine.graph import Graph
    from backprop_tutor.notation.notation import Notation

NOTATIONS: Mapping[str, Notation] = OnUse("backprop_tutor.notation", "nodes", "nielsen", "brackets", "theta", "pdp")


def default_notation(graph: Graph) -> Notation:
    """The notation for a reader who asks for none: the author's own unit names where there are any."""
    named = NOTATIONS["nodes"]
    return named if named.fits(graph) else NOTATIONS["nielsen"]
