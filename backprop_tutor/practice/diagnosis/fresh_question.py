"""A fresh question on the line of a mistake: a random network of the same shape, with numbers of its own."""

from __future__ import annotations

from collections.abc import Iterator

from backprop_tutor.errors import TutorError
from backprop_tutor.lesson.document import Block, Code, Flow, Paragraph, Section
from backprop_tutor.lesson.facts import facts
from backprop_tutor.practice.diagnosis import phrases
from backprop_tutor.practice.diagnosis.submission import Submission
from backprop_tutor.practice.exercise.draw import drawn
from backprop_tutor.practice.exercise.variant import SHAPE
from backprop_tutor.practice.quiz.plan import Turn, question
from backprop_tutor.practice.quiz.request import Request

KIND = "value"
SEEDS = 1000


def fresh_question(case: Submission, skill: str) -> Iterator[Block]:
    """The question, and the command that asks it and grades the answer; nothing where no such network can be drawn."""
    for wanted in _requests(case, skill):
        try:
            asked = question(wanted, Turn(0), wanted.level, case.lessons[0].lang)
        except TutorError:
            continue
        lesson = asked.exercise.lesson
        answer = Paragraph((*lesson.say(phrases.ANSWER_IT), Code(_call(wanted))))
        title = lesson.say(phrases.FRESH, title=asked.exercise.scenario.title)
        yield Section(title, (Flow(facts(lesson), "·"), *asked.prompt, answer))
        return


def _requests(case: Submission, skill: str) -> Iterator[Request]:
    """The requests to try, always the same for the same values: in the notation shown, or where that does not fit the
    default.

    None where the shape is not one that is drawn.
    """
    shape = "-".join(str(len(group.units)) for group in case.scenario.graph.groups)
    seed = drawn(0, *(claim.entry.text for claim in case.claims)) % SEEDS
    for notation in (case.lessons[0].notation.name, None) if SHAPE.fullmatch(shape) else ():
        yield Request(seed, 1, shape=shape, kinds=(KIND,), skills=(skill,), notation=notation)


def _call(wanted: Request) -> str:
    notation = f" --notation {wanted.notation}" if wanted.notation else ""
    (skill,) = wanted.skills
    return f"tutor quiz --random {wanted.shape} --skill {skill} --kind {KIND} --count 1 --seed {wanted.seed}{notation}"
