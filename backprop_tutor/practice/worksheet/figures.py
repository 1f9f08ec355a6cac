"""Numbers in files for other programs: the same on every machine, whose last bits may differ."""

from __future__ import annotations

from decimal import Decimal

FIGURES = 12


def decimal(value: float) -> str:
    """`value` to 12 significant figures, without an exponent: ``0.000123``."""
    return f"{Decimal(f'{value:.{FIGURES}g}'):f}"


def stable(value: float) -> float:
    """`value` to 12 significant figures."""
    return float(f"{value:.{FIGURES}g}")
