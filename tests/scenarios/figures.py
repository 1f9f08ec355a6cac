"""The published figures in scenarios/published, and how a number of a run is found by its name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from backprop_tutor.graph.quantity import parse

SCENARIOS = Path(__file__).parents[2] / "scenarios"


@dataclass(frozen=True)
class Figure:
    """One printed figure: of which scenario, under which name, and what is known of it."""

    scenario: str
    name: str
    printed: str
    verdict: str
    note: Mapping[str, str]
    source: str

    @property
    def step(self) -> int:
        """Which step it belongs to."""
        quantity = parse(self.name)
        assert quantity is not None
        return quantity.step

    @property
    def unit(self) -> Decimal:
        """One unit of the last printed digit."""
        return Decimal(1).scaleb(int(Decimal(self.printed).as_tuple().exponent))

    def units_off(self, number: float) -> Decimal:
        """How far `number` is from the printed figure, in units of its last digit, beyond the last bit of a float."""
        distance = abs(Decimal(number) - Decimal(self.printed)) - abs(Decimal(number)) * Decimal("2.3e-16")
        return max(distance, Decimal(0)) / self.unit

    def __str__(self) -> str:
        return f"{self.scenario} {self.name} {self.printed}"


def published() -> Iterator[Figure]:
    """Every figure of every file."""
    for path in sorted((SCENARIOS / "published").glob("*.yaml")):
        file = yaml.safe_load(path.read_text(encoding="utf-8"))
        assert file["scenario"] == path.stem
        for name, row in file["figures"].items():
            yield Figure(
                path.stem, name, row["figure"], row.get("verdict", "right"), row.get("note", {}), file["source"]["en"]
            )


def number(sections: Mapping[str, Any], name: str) -> float:
    """The number called `name` in one step of the JSON trace."""
    quantity = parse(name)
    assert quantity is not None
    found = sections[quantity.section][quantity.name]
    for index in (*quantity.indices, *([quantity.example] if quantity.example else [])):
        found = found[index - 1]
    return float(found[0] if isinstance(found, list) else found)
