"""The skills that a learner has mastered and those that are due, derived from the answers.

A skill is mastered after three unaided right answers in a row on different numbers. When it should be repeated is
decided by FSRS, for skills and never for particular numbers: every review draws new ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from fsrs import Card, Rating, Scheduler

from backprop_tutor.frozen import frozen
from backprop_tutor.practice.exercise.skills import SKILLS
from backprop_tutor.practice.quiz.records import Answer

IN_A_ROW = 3
NEW_AT_ONCE = 4
QUICK = 15.0
"""Seconds within which an unaided right answer counts as easy."""

SCHEDULER = Scheduler(enable_fuzzing=False)


@frozen
class Standing:
    """The level of a skill: answers, right ones, unaided right ones in a row on different numbers, when it is due."""

    skill: str
    answered: int = 0
    right: int = 0
    row: tuple[str, ...] = ()
    mastered: bool = False
    due: datetime | None = None

    @property
    def streak(self) -> int:
        """The number of them in a row."""
        return len(self.row)


def standings(answers: Iterable[Answer], resets: Mapping[str, str]) -> Mapping[str, Standing]:
    """The level of every skill after these answers."""
    counted: dict[str, list[Answer]] = {skill: [] for skill in SKILLS}
    for answer in answers:
        if not answer.judged.free and answer.at > resets.get(answer.skill, ""):
            counted.setdefault(answer.skill, []).append(answer)
    return {skill: standing(skill, given) for skill, given in counted.items()}


def standing(skill: str, answers: Iterable[Answer]) -> Standing:
    """The standing of what these answers practise, a skill or a unit of a course, after the last of them."""
    reached, card = Standing(skill), Card(card_id=1)
    for answer in answers:
        card, _ = SCHEDULER.review_card(card, rating(answer), datetime.fromisoformat(answer.at))
        reached = _after(reached, answer, card.due)
    return reached


def _after(standing: Standing, answer: Answer, due: datetime) -> Standing:
    right = answer.judged.right
    numbers = f"{answer.digest}:{answer.quantity}:{answer.kind}"
    row = (*(seen for seen in standing.row if seen != numbers), numbers) if answer.unaided else ()
    mastered = len(row) >= IN_A_ROW or (standing.mastered and right)
    return Standing(standing.skill, standing.answered + 1, standing.right + right, row, mastered, due)


def rating(answer: Answer) -> Rating:
    """The rating of an answer for FSRS; learners are not asked to rate themselves."""
    if not answer.judged.right:
        return Rating.Again
    if not answer.unaided:
        return Rating.Hard
    return Rating.Easy if answer.seconds <= QUICK else Rating.Good


def due(known: Mapping[str, Standing], now: datetime) -> tuple[str, ...]:
    """The skills to practise: those that are due, the longest due first; then new ones; else those due next."""
    met = sorted((s for s in known.values() if s.due is not None), key=lambda s: s.due or now)
    overdue = tuple(s.skill for s in met if s.due and s.due <= now)
    new = tuple(s.skill for s in known.values() if s.due is None)[:NEW_AT_ONCE]
    return (*overdue, *new) or tuple(s.skill for s in met)[:NEW_AT_ONCE]
