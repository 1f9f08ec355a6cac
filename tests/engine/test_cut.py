"""Rounding by hand."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Context, Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backprop_tutor.whatif.predictions import to_decimals, to_figures

VALUES = st.floats(-1e6, 1e6).filter(lambda v: v == 0 or abs(v) > 1e-12)


@given(VALUES, st.integers(2, 9))
def test_significant_figures_are_those_of_a_decimal(value: float, figures: int):
    """A value cut to so many figures is the decimal number of so many digits next to it."""
    exact = Context(prec=figures, rounding=ROUND_HALF_EVEN).create_decimal(Decimal(value))
    unit = float(Decimal(1).scaleb(exact.adjusted() - figures + 1)) if value else 0.0

    assert float(to_figures(np.array([[value]]), figures).item()) == pytest.approx(float(exact), abs=unit * 1.0000001)
    assert abs(float(to_figures(np.array([[value]]), figures).item()) - value) <= 0.500001 * unit


@given(VALUES, st.integers(2, 9))
def test_decimals_are_no_further_than_half_a_unit(value: float, places: int):
    """A value cut to so many decimals is off by half of the last one at most."""
    cut = float(to_decimals(np.array([[value]]), places).item())

    assert abs(cut - value) <= 0.5 * 10.0**-places + 1e-9 * abs(value)


def test_what_is_not_finite_stays():
    """0, infinity and nan have no figures to lose."""
    odd = np.array([[0.0, np.inf, -np.inf, np.nan]])

    np.testing.assert_array_equal(to_figures(odd, 3), odd)
