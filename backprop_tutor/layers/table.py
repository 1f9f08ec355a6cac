"""Every kind of layer a network may have, one entry each: the schema, the errors and the manual read it here."""

from __future__ import annotations

from collections.abc import Mapping

from backprop_tutor.layers.kind import Kind
from backprop_tutor.layers.sequences import RESIDUAL, SEQUENCES
from backprop_tutor.layers.spatial import SPATIAL
from backprop_tutor.layers.units import LAYERS_OF_UNITS
from backprop_tutor.registry import by_name

KINDS: Mapping[str, Kind] = by_name(*LAYERS_OF_UNITS, *SPATIAL, *SEQUENCES, RESIDUAL)
"""The kinds by name."""
