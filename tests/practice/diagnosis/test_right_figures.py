"""A right solution is never called mistaken, however it is rounded."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import backprop_tutor as bt
from backprop_tutor.practice.diagnosis.submitted_value import Entry
from backprop_tutor.practice.mistakes.catalogue import MISTAKES
from backprop_tutor.training.address import numbers
from backprop_tutor.whatif.intervention import Intervention
from backprop_tutor.whatif.predictions import to_figures
from tests.practice.learners import Classroom, written

SCENARIOS = ("two-two-one", "mazur-with-biases", "softmax-classifier", "two-layer-batch", "lstm-cell", "closed-gate")

DEEP = ("attention-head", "residual-blocks", "transformer-step")


@cache
def everybody(name: str) -> Classroom:
    """All who could sit over a scenario."""
    return Classroom(bt.load(name))


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(SCENARIOS), st.integers(3, 9), st.data())
def test_right_figures_are_right(name: str, figures: int, data: st.DataObject):
    """Any right numbers, rounded at the end to 3 to 9 figures, are correct, or too few digits to tell anything."""
    room = everybody(name)
    chosen = data.draw(st.lists(st.integers(0, len(room.seats) - 1), min_size=1, max_size=4, unique=True))

    diagnosis = room.diagnosis([Entry(room.name(i), written(room.right[i], figures)) for i in chosen])

    assert set(diagnosis.verdicts) <= {"right", "undecided"}
    assert diagnosis.verdict == ("correct" if "right" in diagnosis.verdicts else "undecided")


@pytest.mark.parametrize("name", SCENARIOS[:4])
@pytest.mark.parametrize("figures", range(3, 10))
def test_rounding_on_the_way_is_no_mistake(name: str, figures: int):
    """Whoever carries 3 to 9 figures throughout and writes a part of them down is right, rounding allowed for."""
    room = everybody(name)
    where = f"{figures} significant figures"
    site = next(s for s in MISTAKES["rounded-early"].sites(room.scenario) if s.where.en == where)
    row = numbers(tuple(Intervention.single(site.changes).walk(room.scenario, 1)), room.seats)[0].tolist()

    diagnosis = room.diagnosis([Entry(room.name(i), written(row[i], figures)) for i in range(0, len(row), 4)])

    assert set(diagnosis.verdicts) <= {"right", "rounded", "undecided"}


@settings(max_examples=100, deadline=None)
@given(st.sampled_from((*SCENARIOS, *DEEP)), st.integers(3, 5), st.integers(0, 2**32 - 1))
def test_lines_rounded_at_random_are_no_mistake(name: str, figures: int, seed: int):
    """Some lines rounded to 3 to 5 figures, others kept in full, and a few of them written down: no figure is wrong."""
    room, rng = everybody(name), np.random.default_rng(seed)
    lines = next(iter(MISTAKES["rounded-early"].sites(room.scenario))).changes
    changes = {line: lambda _, right: to_figures(right, figures) for line in lines if rng.random() < 2 / 3}
    row = numbers(tuple(Intervention.single(changes).walk(room.scenario, len(room.run.steps))), room.seats)[0].tolist()
    chosen = rng.choice(len(row), min(len(row), int(rng.integers(1, 7))), replace=False)

    diagnosis = room.diagnosis([Entry(room.name(i), written(row[i], figures)) for i in chosen])

    assert set(diagnosis.verdicts) <= {"right", "rounded", "undecided"}
