"""Each mistake of the catalogue against the formula it stands for, written out by hand."""

from __future__ import annotations

import numpy as np
import pytest

import backprop_tutor as bt
from backprop_tutor.practice.mistakes.catalogue import MISTAKES
from backprop_tutor.practice.mistakes.slopes import ACTIVE
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


@pytest.mark.parametrize("function", ACTIVE)
def test_the_derivative_of_every_function_can_be_omitted_or_doubled(function: str):
    """In a graph of arrays: upstream alone, and upstream times the square of the slope by differences."""
    x = np.array([0.7, 1.3, 0.2, 2.4])
    net = bt.scenario(
        {
            "graph": {"inputs": {"x": x}, "nodes": {"a": f"{function}(x)", "L": "sum(a^2)"}, "output": "L"},
            "title": "t",
        }
    )
    right = next(Intervention.single().walk(net, 1)).trace
    slope = (right.adjoint("x") / right.adjoint("a"))[:, 0]

    def under(mistake: str):
        (site,) = MISTAKES[mistake].sites(net)
        return next(Intervention.single(site.changes).walk(net, 1)).trace.adjoint("x")[:, 0]

    omitted = "relu-gate-forgotten" if function == "relu" else "output-derivative-omitted"
    assert under(omitted) == pytest.approx(right.adjoint("a")[:, 0], rel=1e-12)
    if function != "relu":
        assert under("derivative-twice") == pytest.approx(right.adjoint("a")[:, 0] * slope**2, rel=1e-9)
