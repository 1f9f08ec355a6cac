"""The bundled scenarios whose quantities are numbers: what is written for single numbers alone is tested on these."""

from __future__ import annotations

from backprop_tutor.scenario.bundled import bundled
from backprop_tutor.scenario.load import load

OF_NUMBERS = tuple(entry.name for entry in bundled() if load(entry.name).graph.shapes is None)
OF_ARRAYS = tuple(entry.name for entry in bundled() if entry.name not in OF_NUMBERS)
