"""A nudge shows what the derivative promises: the loss goes along, up to what a straight line leaves out."""

from __future__ import annotations

import pytest

import backprop_tutor as bt
from backprop_tutor.errors import TutorError
from backprop_tutor.formula.nodes import Role
from backprop_tutor.graph.graph import Element
from backprop_tutor.lesson.checks.nudge import reaction
from backprop_tutor.lesson.document import Equation, Paragraph
from backprop_tutor.lesson.lesson import Lesson
from backprop_tutor.lesson.teach import choose_notation
from backprop_tutor.scenario.bundled import bundled
from backprop_tutor.verify.numerical_derivative import nudged

STEP = 1e-5
NAMES = [entry.name for entry in bundled()]


def lesson(name: str, lang: str = "en", notation: str | None = None) -> Lesson:
    """The first step of a bundled scenario."""
    run = bt.run(bt.load(name))
    return Lesson(run.scenario, run.steps[0], choose_notation(run.scenario.graph, notation), lang, 6)  # type: ignore[arg-type]


def movable(told: Lesson) -> list[Element]:
    """Every element that the loss is differentiated by, one per node."""
    nodes = [i for i, node in enumerate(told.graph.nodes) if node.role != Role.TARGET]
    return [told.reading.elements(i)[0] for i in nodes]


@pytest.mark.parametrize("name", NAMES)
def test_moving_any_quantity_both_ways_gives_its_derivative(name: str) -> None:
    """Input, weight, bias, pre-activation, activation and node: the symmetric slope is the adjoint, kinks aside."""
    told = lesson(name)
    for element in movable(told):
        up, down = (nudged(told.step.trace, element, by).loss for by in (STEP, -STEP))
        here = told.step.trace.loss
        if abs(up - 2 * here + down) < 1e-7:
            assert (up - down) / (2 * STEP) == pytest.approx(told.reading.adjoint(element), rel=1e-4, abs=1e-6), element


def test_what_does_not_come_after_the_moved_number_stays() -> None:
    """A moved pre-activation leaves the weights and the other unit of its layer where they were."""
    told = lesson("two-two-one")
    z = told.graph.index["z1"]
    after = nudged(told.step.trace, Element(z, (0,), 0), 0.25)

    assert after.value("z1")[0, 0] == told.step.trace.value("z1")[0, 0] + 0.25
    assert after.value("a1")[1, 0] == told.step.trace.value("a1")[1, 0]
    assert (after.value("W1") == told.step.trace.value("W1")).all()


def test_the_remainder_shrinks_faster_than_the_step() -> None:
    """With half the step the remainder is about a quarter as large."""
    told = lesson("two-two-one")
    weight = Element(told.graph.index["W1"], (0, 0))
    slope, here = told.reading.adjoint(weight), told.step.trace.loss
    large, small = (nudged(told.step.trace, weight, by).loss - here - slope * by for by in (0.1, 0.05))

    assert large / small == pytest.approx(4, rel=0.05)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_section_shows_the_prediction_and_the_real_change(lang: str) -> None:
    """The two lines of ΔL end in derivative times step and in the difference of the losses."""
    told = lesson("two-two-one", lang)
    section = reaction(told, "W1[1,1]", 0.1)
    _, foreseen, real, sentence = section.blocks
    element = Element(told.graph.index["W1"], (0, 0))

    assert isinstance(foreseen, Equation)
    assert foreseen.links[-1].right == told.figure(told.reading.adjoint(element) * 0.1)
    assert isinstance(real, Equation)
    assert real.links[-1].right == told.figure(nudged(told.step.trace, element, 0.1).loss - told.step.trace.loss)
    assert isinstance(sentence, Paragraph)


@pytest.mark.parametrize(
    ("name", "by"),
    [("nowhere", 0.1), ("y", 0.1), ("W1[1,1]", 0.0), ("W1[1,1]", float("nan")), ("W1[1,1]", float("inf"))],
)
def test_what_cannot_be_moved_is_refused(name: str, by: float) -> None:
    """An unknown name, a target, and a step that is none."""
    with pytest.raises(TutorError):
        reaction(lesson("two-two-one"), name, by)


def test_a_step_out_of_the_domain_of_the_loss_is_refused() -> None:
    """A probability moved below 0 has no logarithm."""
    with pytest.raises(TutorError, match="without a value"):
        reaction(
            lesson("logistic-regression"), "a1[1]@1" if lesson("logistic-regression").examples > 1 else "a1[1]", -2
        )
