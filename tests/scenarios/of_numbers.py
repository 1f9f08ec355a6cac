"""The bundled scenarios whose quantities are numbers: what is written for single numbers alone is tested on these."""

from __future__ import annotations

from backprop_tutor.scenario.bundled import bundled
from backprop_tutor.scenario.load import load

BUNDLED = {entry.name: load(entry.name) for entry in bundled()}
"""Every bundled scenario, loaded once: what a test is made for is often asked of all of them."""

OF_NUMBERS = tuple(name for name, scenario in BUNDLED.items() if scenario.graph.shapes is None)
OF_ARRAYS = tuple(entry.name for entry in bundled() if entry.name not in OF_NUMBERS)
