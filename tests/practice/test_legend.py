"""A diagnosis is told in z, a, δ and η; where the solution beside it has other letters, one line says which."""

from __future__ import annotations

import pytest

import backprop_tutor as bt
from backprop_tutor.graph.quantity import Quantity
from backprop_tutor.notation.table import NOTATIONS
from backprop_tutor.practice.diagnosis.claims import entries
from backprop_tutor.practice.diagnosis.feedback import feedback
from backprop_tutor.practice.diagnosis.search import diagnose
from backprop_tutor.practice.diagnosis.submission import case

LETTERS = {"z": "z1", "a": "a1"}


@pytest.mark.parametrize("name", NOTATIONS)
def test_every_letter_that_differs_is_in_the_legend(name: str) -> None:
    """z, a, η and δ, wherever the notation writes another letter or the other sign."""
    notation, graph = NOTATIONS[name], bt.load("two-two-one").graph
    said = notation.legend.en if notation.legend else ""
    for letter, node in LETTERS.items():
        base = notation.write(graph, Quantity(node, (1,))).base
        assert base == letter or base in said
    assert notation.rate == "η" or notation.rate in said
    assert (notation.error == "δ" and notation.sign == 1) or "δ" in said


@pytest.mark.parametrize("name", NOTATIONS)
def test_a_diagnosis_says_the_letters_once(name: str) -> None:
    """In the notation shown, after the principle; nothing where the letters are the same."""
    claimed = case(bt.load("two-two-one"), entries(("after.loss=0.061823158",)), notation=name)
    found = bt.render(feedback(diagnose(claimed)), "text", width=200)
    legend = NOTATIONS[name].legend
    assert "Here " not in found if legend is None else found.count(legend.en) == 1
