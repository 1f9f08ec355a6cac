"""Questions about an optimizer's second step: what it remembers is given, and nobody's first step matters."""

from __future__ import annotations

import pytest

from backprop_tutor.formula.printing.unicode import unicode
from backprop_tutor.lesson.document import Document
from backprop_tutor.lesson.inline import numbers_in
from backprop_tutor.practice.quiz.mistaken_answers import mistaken
from backprop_tutor.render import render
from tests.practice.quiz.exercises import ask, bundled_exercise


def test_what_the_optimizer_remembers_is_stated() -> None:
    """v₂ = μ·v₁ + g₂ cannot be worked out without v₁: the page has it, and the rule that is meant."""
    question = ask("value", "updated.W1[1,1]", "momentum-two-steps")
    shown = render(Document("en", (), (), question.prompt), "text", width=90)
    letter = next(key for key in question.key.line.needs if key.startswith("memory."))  # type: ignore[union-attr]
    assert f"v ≈ {question.exercise.values[letter]:.6g}".replace("-", "−") in shown
    assert "Step 2 of momentum" in shown
    assert "v ← μ·v" in shown


def test_a_schedule_states_the_step() -> None:
    """A learning rate that depends on t cannot be worked out without it; nothing is remembered, so the skill is a step's."""
    question = ask("value", "updated.W1[1,1]", "schedule-warm-up-cosine")
    shown = render(Document("en", (), (), question.prompt), "text", width=200)
    assert "t = 3   n ← max(0, t − 1 − w)" in shown
    assert question.skill == "update"
    clipped = ask("value", "updated.w", "clipped-gradient")
    assert "t =" not in render(Document("en", (), (), clipped.prompt), "text", width=200)


def test_a_mistake_of_the_update_leaves_what_was_before_it() -> None:
    """Who has the sign of the velocity wrong has the right numbers of the second step up to the update."""
    asked = bundled_exercise("momentum-two-steps")
    who = next(somebody for somebody in mistaken(asked) if somebody.mistake.name == "momentum-sign")
    wrong = [line.quantity.section for line in asked.lines if who.wrong_at(line)]
    assert wrong
    assert set(wrong) <= {"updated", "after"}


@pytest.mark.parametrize("name", ["momentum-two-steps", "adam-two-steps"])
def test_an_update_in_letters_has_its_settings_in_letters(name: str) -> None:
    """μ·v and not 0.6·v; what μ is stands among what is known, and the line is worth the same."""
    asked = bundled_exercise(name)
    line = asked.by_key["updated.W1[1,1]"]
    settings = [key for key in line.needs if key.startswith("setting.")]
    assert settings
    assert not numbers_in(line.written)
    assert line.from_values(asked.values) == pytest.approx(line.value, rel=1e-12)
    shown = render(Document("en", (), (), ask("value", line.key, name).prompt), "text", width=200)
    assert all(f"{unicode(asked.letter(key))} = {asked.values[key]:g}" in shown for key in settings)
