"""Each mistake of the catalogue against the formula it stands for, written out by hand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress

import numpy as np
import pytest

import backprop_tutor as bt
from backprop_tutor.errors import TutorError
from backprop_tutor.practice.exercise.exercise import exercise
from backprop_tutor.practice.mistakes.catalogue import MISTAKES
from backprop_tutor.practice.mistakes.slopes import ACTIVE
from backprop_tutor.practice.quiz.mistaken_answers import everybody
from backprop_tutor.scenario.bundled import bundled
from backprop_tutor.training.train_step import Step
from backprop_tutor.whatif.intervention import Intervention
from tests.practice.mistakes.expected import EXPECTED, Expected
from tests.practice.mistakes.expected_arrays import EXPECTED_ARRAYS
from tests.practice.mistakes.hand import by_hand, scenario


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


TO_ASK = {name for name, mistake in MISTAKES.items() if mistake.kind != "convention"}
"""What a question is about: not what others only write or compute otherwise."""

ASKED_TWICE = {"loss-not-recomputed": "one-step-fewer"}
"""Of each of these a question leaves one other mistake possible, and a second question about the same numbers decides."""

NOT_ASKED = {
    "clip-after-rate": "as long as the limit, like the step that is not clipped: clip-forgotten",
    "only-output-updated": "old hidden weights make old hidden activations: stale-hidden-activations",
    "stale-hidden-activations": "the same the other way round: only-output-updated",
}
"""What no question tells from others, and why: twins that give the same numbers."""

LATER = ("decaying", "three steps, adam", "three steps, warming")
"""What shows in a later step only is asked about in these: a question is about the last step where the steps before count."""


def answers_of(name: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The mistakes of a scenario at their places, what each answers to every question for a number, and the right answers."""
    asked = exercise(scenario(name), "en", None, 1)
    everyone = [one for one in everybody(asked) if one.mistake.name in TO_ASK]
    rows = np.array([[f"{one.values[line.key]:.4g}" for line in asked.lines] for one in everyone])
    return (
        np.array([one.mistake.name for one in everyone]),
        rows,
        np.array([f"{line.value:.4g}" for line in asked.lines]),
    )


def told(name: str) -> Iterator[tuple[str, frozenset[str], frozenset[str]]]:
    """Each mistake that shows, with those that give its answer to the best question, and its answers to all questions."""
    names, rows, right = answers_of(name)
    same = {(j, text): frozenset(names[rows[:, j] == text]) for j in range(len(right)) for text in set(rows[:, j])}
    alike: defaultdict[bytes, set[str]] = defaultdict(set)
    for mistake, row in zip(names, rows, strict=True):
        alike[row.tobytes()].add(str(mistake))
    for mistake, row in zip(names, rows, strict=True):
        groups = [same[j, text] for j, text in enumerate(row) if text not in (right[j], "nan", "inf", "-inf")]
        if groups:
            yield str(mistake), min(groups, key=len), frozenset(alike[row.tobytes()])


def test_a_question_of_the_quiz_tells_each_mistake_from_the_others() -> None:
    """In some scenario a question has an answer of four figures that only this mistake gives, or two questions have."""
    once, twice = set(), {}
    for name in (*LATER, *(entry.name for entry in bundled())):
        missing = TO_ASK - once - set(NOT_ASKED) - set(twice)
        if not any(any(True for _ in MISTAKES[mistake].sites(scenario(name))) for mistake in missing):
            continue  # nothing that is still to be told from the others can be made here
        with suppress(TutorError):
            for mistake, by_one, by_all in told(name):
                once |= {mistake} if len(by_one) == 1 else set()
                if mistake in ASKED_TWICE and by_one == {mistake, ASKED_TWICE[mistake]} and len(by_all) == 1:
                    twice[mistake] = ASKED_TWICE[mistake]
    assert twice == ASKED_TWICE
    assert once == TO_ASK - set(ASKED_TWICE) - set(NOT_ASKED)
