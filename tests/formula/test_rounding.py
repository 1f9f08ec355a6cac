"""How many figures a value is shown by: those it has, and no zeros for what a float's last bits add."""

from __future__ import annotations

import pytest

from backprop_tutor.formula.figures import figure, is_whole, rounded


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.1 + 0.2, "0.3"),
        (0.96 * (1 - 0.94), "0.0576"),
        (sum((0.06, 0.08, 0.02, 0.07, -0.04, -0.36, -0.4, 0.57, 0.03)), "0.03"),
        (0.7 - 0.6 - 0.07, "0.03"),
        (2 / 3, "0.666667"),
        (0.9691000004, "0.969100"),
        (1 - 1e-13, "1.00000"),
        (0.03 + 1e-13, "0.0300000"),
    ],
)
def test_a_value_is_shown_by_the_figures_it_has(value: float, shown: str) -> None:
    """An exact decimal keeps its few figures through a few operations; a rounded one keeps its zeros."""
    assert rounded(value, 6) == shown


def test_only_few_figures_forgive_the_last_bits() -> None:
    """0.0576 is all of 0.96·(1 − 0.94); 1 is not all of what is 10⁻¹³ below it, nor are six figures all of ⅔."""
    assert is_whole(figure(0.96 * (1 - 0.94), 6))
    assert not is_whole(figure(1 - 1e-13, 6))
    assert not is_whole(figure(2 / 3, 6))
