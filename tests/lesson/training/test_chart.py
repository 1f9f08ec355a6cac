"""Loss curves: where their points lie, what their axes say, and how several are compared."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

import backprop_tutor as bt
from backprop_tutor.lesson.training.chart import LOGARITHMIC, LOSS, Chart, Scale, common_scale, loss_curve
from backprop_tutor.lesson.training.comparison import charts
from backprop_tutor.render.chart_svg import svg
from backprop_tutor.render.terminal.braille import braille, side_by_side
from backprop_tutor.text import Lang
from backprop_tutor.training.stopping import Criteria, Goal
from backprop_tutor.whatif.comparison import compare


def test_a_curve_goes_down_on_a_logarithmic_scale() -> None:
    """Where the loss falls by powers of ten the scale is logarithmic; the picture is no wider than asked."""
    chart = Chart("loss", "epochs", "loss", tuple((float(i), 10.0**-i) for i in range(6)))
    lines = braille(chart, 60).splitlines()
    assert chart.scale.logarithmic
    assert [up for _, up in chart.places] == pytest.approx([1, 0.8, 0.6, 0.4, 0.2, 0])
    assert chart.scale.marks_up(7) == pytest.approx([10.0**-i for i in range(5, -1, -1)])
    assert lines[1].split()[0] == "1"
    assert max(map(len, lines)) <= 60
    assert svg(chart).count("<polyline") == 1
    assert "<script" not in svg(replace(chart, title="<script>"))


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_logarithmic_axis_says_so(lang: Lang) -> None:
    """The axis of the loss names its scale where that is logarithmic, and only there."""
    said = LOGARITHMIC.format(label=LOSS)[lang]
    assert loss_curve("", ((0, 1.0), (1, 0.01)), lang).up == said
    assert loss_curve("", ((0, 1.0), (1, 0.5)), lang).up == LOSS[lang]


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6), st.integers(2, 9))
def test_marks_are_round_and_few(low: float, length: float, most: int) -> None:
    """Marks lie on the axis, evenly apart, at most one more than asked for, each a few figures long."""
    scale = Scale(low, low + length, low, low + length)
    marks = scale.marks_across(most)
    steps = [after - before for before, after in pairwise(marks)]
    assert len(marks) <= most + 1
    assert steps == pytest.approx([steps[0]] * len(steps)) if steps else True
    assert all(low - 1e-9 * length <= mark <= low + length * (1 + 1e-9) for mark in marks)


def test_curves_to_compare_share_their_scale() -> None:
    """Small multiples lie on one scale, and what runs away does not flatten the others."""
    contenders = list(compare(bt.load("xor"), ["sgd", "adam"], [0.1, 1.0], Criteria(Goal(), 50)))
    drawn = charts(contenders, "en")
    assert len({chart.scale for chart in drawn}) == 1
    assert drawn[0].scale == common_scale([chart.points for chart in drawn])
    assert all(0 <= across <= 1 and 0 <= up <= 1 for chart in drawn for across, up in chart.places)


def test_small_charts_stand_side_by_side() -> None:
    """Three charts of a wide terminal share their rows; in a narrow one they stand below each other."""
    chart = Chart("损失", "轮数", "损失", ((0.0, 1.0), (1.0, 0.5)))
    assert len(side_by_side([chart] * 3, 120).splitlines()) == 9
    assert len(side_by_side([chart] * 3, 40).splitlines()) == 29
