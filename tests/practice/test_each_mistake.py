"""Each mistake of the catalogue against the formula it stands for, written out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from backprop_tutor.practice.mistakes.catalogue import MISTAKES
from backprop_tutor.training.train_step import Step
from backprop_tutor.whatif.intervention import Intervention
from tests.practice.expected import EXPECTED, Expected
from tests.practice.expected_arrays import EXPECTED_ARRAYS
from tests.practice.hand import by_hand, scenario


def number(steps: list[Step], name: str):
    """The array of a name such as ``step2.grads.W1``."""
    *prefix, section, node = name.split(".")
    step = steps[int(prefix[0][4:]) - 1 if prefix else 0]
    match section:
        case "values":
            return step.trace.value(node)
        case "grads":
            return step.trace.adjoint(node)
        case "updated":
            return step.updated[node]
        case _:
            return step.after.value(node)


def changed(expected: Expected) -> list[Step]:
    """The steps of a learner with that mistake."""
    given = scenario(expected.scenario)
    sites = list(MISTAKES[expected.mistake].sites(given))
    chosen = next(site for site in sites if expected.where in (None, site.where.en))
    return list(Intervention.single(chosen.changes).walk(given, given.training.steps))


@pytest.mark.parametrize("expected", [*EXPECTED, *EXPECTED_ARRAYS], ids=lambda e: f"{e.mistake}-{e.quantity}")
def test_a_mistake_gives_what_its_formula_gives(expected: Expected):
    """The steps of a mistake have the number that its wrong formula gives by hand."""
    found = number(changed(expected), expected.quantity)
    wrong = np.asarray(expected.formula(by_hand(expected.scenario)))
    if wrong.ndim and wrong.ndim == found.ndim - 1:
        wrong = wrong[..., None]  # of the one example

    assert found == pytest.approx(np.broadcast_to(wrong, found.shape), rel=1e-9, abs=1e-15)
