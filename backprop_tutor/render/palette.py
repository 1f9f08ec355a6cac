"""One colour for each kind of quantity, the same in drawings, formulas and tables of every output.

The colours are of middle brightness, so that they can be read on black and on white.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from backprop_tutor.formula.nodes import Role

COLOURS: Mapping[Role, str] = MappingProxyType(
    {
        Role.INPUT: "#008700",
        Role.WEIGHT: "#af5f00",
        Role.BIAS: "#878700",
        Role.PREACTIVATION: "#0087af",
        Role.ACTIVATION: "#5f5fff",
        Role.TARGET: "#af5faf",
        Role.LOSS: "#d70000",
        Role.NODE: "#008787",
        Role.ADJOINT: "#d70087",
        Role.SETTING: "#87875f",
        Role.STATE: "#875fd7",
    }
)
