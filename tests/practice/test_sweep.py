"""Every mistake, in every bundled scenario it can show in, is found from the figures a learner would write."""

from __future__ import annotations

from functools import cache

import pytest

import backprop_tutor as bt
from backprop_tutor.practice.mistakes.catalogue import MISTAKES
from backprop_tutor.scenario.bundled import bundled
from tests.practice.learners import Classroom, ids

FIGURES, CLAIMS = 5, 3
SCENARIOS = tuple(entry.name for entry in bundled())


@cache
def found(name: str) -> dict[str, tuple[int, set[tuple[str, ...]], set[tuple[str, ...]]]]:
    """Per mistake that shows: how many figures were claimed, the explanations, and those held back as doubtful."""
    everybody = Classroom(bt.load(name))
    told = {}
    for hypothesis, entries in everybody.first_of_each(FIGURES):
        diagnosis = everybody.diagnosis(entries)
        told[hypothesis.names[0]] = (len(entries), ids(diagnosis.explanations), ids(diagnosis.doubtful))
    return told


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_mistake_is_among_its_explanations(name: str):
    """From three figures of five digits a mistake is named, alone or with those that give the same figures.

    What is missed is held back as doubtful. That one number was read as another is told in plainer words where digits or
    the point make the difference.
    """
    asked = {
        mistake: told for mistake, told in found(name).items() if told[0] == CLAIMS and mistake != "given-miscopied"
    }
    missed = {mistake: told for mistake, told in asked.items() if (mistake,) not in told[1]}

    assert len(missed) <= max(1, 0.05 * len(asked)), missed
    assert all((mistake,) in doubtful for mistake, (_, _, doubtful) in missed.items())


def test_every_mistake_is_named_alone_somewhere():
    """For every mistake there is a bundled scenario where it alone explains its figures."""
    alone = {mistake for name in SCENARIOS for mistake, (_, told, _) in found(name).items() if told == {(mistake,)}}

    assert alone == set(MISTAKES)
