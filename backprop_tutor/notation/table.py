"""The notations there are, one file and one entry each."""

from __future__ import annotations

from collections.abc import Mapping

from backprop_tutor.engine.graph import Graph
from backprop_tutor.notation.brackets import BRACKETS
from backprop_tutor.notation.nielsen import NIELSEN
from backprop_tutor.notation.nodes import NODES
from backprop_tutor.notation.notation import Notation
from backprop_tutor.notation.pdp import PDP
from backprop_tutor.notation.theta import THETA
from backprop_tutor.registry import by_name

NOTATIONS: Mapping[str, Notation] = by_name(NODES, NIELSEN, BRACKETS, THETA, PDP)


def default_notation(graph: Graph) -> Notation:
    """The notation for a reader who asks for none: the author's own unit names where there are any."""
    return NODES if NODES.fits(graph) else NIELSEN
