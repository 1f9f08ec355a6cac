"""Questions about an optimizer's second step: what it remembers is given, and nobody's first step matters."""

from __future__ import annotations

from backprop_tutor.lesson.document import Document
from backprop_tutor.practice.quiz.mistaken import mistaken
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


def test_a_mistake_of_the_update_leaves_what_was_before_it() -> None:
    """Who has the sign of the velocity wrong has the right numbers of the second step up to the update."""
    asked = bundled_exercise("momentum-two-steps")
    who = next(somebody for somebody in mistaken(asked) if somebody.mistake.name == "momentum-sign")
    wrong = [line.quantity.section for line in asked.lines if who.wrong_at(line)]
    assert wrong
    assert set(wrong) <= {"updated", "after"}
