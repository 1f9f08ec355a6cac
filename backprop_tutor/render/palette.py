"""One colour for each kind of quantity, the same in drawings, formulas and tables of every output.

The colours are of medium brightness, so that they are readable on black and on white.
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

CONTRAST = 4.6
"""The contrast between letters and their background; WCAG requires at least 4.5."""


def readable(ground: str) -> dict[str, str]:
    """The colour of each role, darkened or lightened until it is readable on `ground`."""
    return {role.value: _until_readable(colour, ground) for role, colour in COLOURS.items()}


def _until_readable(colour: str, ground: str) -> str:
    end = 0.0 if _brightness(_parts(ground)) > 0.2 else 255.0
    parts = _parts(colour)
    for step in range(101):
        mixed = tuple(part + (end - part) * step / 100 for part in parts)
        if _contrast(mixed, _parts(ground)) >= CONTRAST:
            return "#" + "".join(f"{round(part):02x}" for part in mixed)
    return colour


def _parts(colour: str) -> tuple[float, ...]:
    return tuple(float(int(colour[i : i + 2], 16)) for i in (1, 3, 5))


def _contrast(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    """The contrast of two colours as WCAG measures it, 1 to 21."""
    darker, lighter = sorted((_brightness(one), _brightness(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _brightness(parts: tuple[float, ...]) -> float:
    linear = [part / 255 / 12.92 if part <= 10.3 else ((part / 255 + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
