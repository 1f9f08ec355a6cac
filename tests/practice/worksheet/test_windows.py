"""Windows around answers: apart from each other, and the right one never narrower than its tolerance."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backprop_tutor.practice.worksheet.windows import NEAREST, Window, Wrong, windows

values = st.floats(-10, 10).filter(lambda v: v == 0 or abs(v) > 1e-6)
several = st.lists(st.tuples(values, st.floats(1e-3, 10)), max_size=12)


@given(values, st.floats(1e-9, 0.1), several)
def test_no_two_windows_meet(value: float, tolerance: float, wrong: list[tuple[float, float]]) -> None:
    """Whatever mistakes give, a typed number lies in one window at most, and the right window is whole."""
    right = Window(value, tolerance)
    named = [Wrong(v, scale, (f"m{i}",)) for i, (v, scale) in enumerate(wrong)]
    found = windows(right, named)
    everything = sorted([right, *found], key=lambda window: window.value)

    assert all(
        below.high < above.low or below.high == pytest.approx(above.low) for below, above in pairwise(everything)
    )
    assert all(abs(w.value - value) > tolerance for w in found)
    assert all(window.tolerance >= 0 for window in found)


@given(values, st.floats(1e-9, 0.1), several)
def test_each_mistake_lies_in_the_window_that_names_it(
    value: float, tolerance: float, wrong: list[tuple[float, float]]
) -> None:
    """What a mistake gives is answered with that mistake, unless it cannot be told from the right answer."""
    named = [Wrong(v, scale, (f"m{i}",)) for i, (v, scale) in enumerate(wrong)]
    found = windows(Window(value, tolerance), named)
    for each in named:
        holding = [w for w in found if each.causes[0] in w.causes]
        if abs(each.value - value) - tolerance > NEAREST * each.scale:
            (window,) = holding
            assert window.low - 1e-12 <= each.value <= window.high + 1e-12
        else:
            assert holding == []


def test_mistakes_that_give_the_same_number_share_a_window() -> None:
    """Twins are named together, once each."""
    right = Window(1.0, 0.01)
    (found,) = windows(right, [Wrong(2.0, 2.0, ("a",)), Wrong(2.0005, 2.0, ("b",)), Wrong(2.0, 2.0, ("a",))])
    assert found.causes == ("a", "b")


def test_a_mistake_alone_has_room_for_rounding() -> None:
    """Far from everything else, a number within 0.3 % of what a mistake gives counts as it."""
    (found,) = windows(Window(1.0, 0.01), [Wrong(2.0, 2.0, ("a",))])
    assert found.value == 2.0
    assert found.tolerance == pytest.approx(0.006)


def test_the_right_window_pushes_others_away() -> None:
    """A mistake just outside the tolerance keeps the side that is free."""
    (found,) = windows(Window(1.0, 0.01), [Wrong(1.011, 1.0, ("a",))])
    assert 1.01 < found.low < 1.011
    assert found.high == pytest.approx(1.014)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 1.0, 1.009, 0.99])
def test_what_cannot_be_told_from_the_right_answer_is_left_out(value: float) -> None:
    """No window for what is within the tolerance, or is no number."""
    assert windows(Window(1.0, 0.01), [Wrong(value, 1.0, ("a",))]) == ()
