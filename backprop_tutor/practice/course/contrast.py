"""A mistake that was made twice, and where its contrast stands: the right solution and the mistaken one side by side.

It comes back as FSRS spaces it, and is overcome after as many unaided right answers in a row as master a unit, which
takes two sessions at least. To see the two solutions beside each other makes the difference the thing to learn; on its
own the name of a mistake helps little (Sleeman et al. 1989, against McLaren, Adams & Mayer 2015).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from backprop_tutor.frozen import frozen
from backprop_tutor.practice.quiz.plan import Request
from backprop_tutor.practice.quiz.records import Answer, Records, over
from backprop_tutor.practice.quiz.schedule import Standing, standing

if TYPE_CHECKING:  # whoever made no mistake twice needs no catalogue
    from backprop_tutor.practice.mistakes.mistake import Mistake

TWICE = 2
PREFIX = "contrast:"
"""What the session of a contrast has in place of the name of a unit, before the name of the mistake."""


@frozen
class Contrast:
    """A mistake made so many times, where its contrast stands, its session left open, the scenario it was made on."""

    mistake: Mistake
    made: int
    standing: Standing
    overcome: bool = False
    left: int | None = None
    scenario: str | None = None

    @property
    def unit(self) -> str:
        """What its sessions have in place of the name of a unit."""
        return PREFIX + self.mistake.name

    def is_due(self, now: datetime) -> bool:
        """Whether it should come now: new, or FSRS says so."""
        return not self.overcome and (self.standing.due is None or self.standing.due <= now)


def contrasts(kept: Records) -> Mapping[str, Contrast]:
    """Every mistake that was made twice, in the quiz or in the course, by name."""
    answers = kept.answers()
    names = dict.fromkeys(name for answer in answers for name in answer.mistakes.split())
    if not names:
        return {}
    from backprop_tutor.practice.course.beside import shown_on
    from backprop_tutor.practice.mistakes.catalogue import MISTAKES

    sessions = {number: Request.of(text).unit for number, text in kept.requests().items()}
    left = {sessions.get(number): number for number, _ in reversed(kept.unfinished())}
    found: dict[str, Contrast] = {}
    for name in names:
        if name in MISTAKES and MISTAKES[name].kind != "convention":
            one = _contrast(MISTAKES[name], answers, sessions, left.get(PREFIX + name))
            if one.made >= TWICE and (one.left or shown_on(one.mistake, one.scenario)):
                found[name] = one
    return found


def _contrast(
    mistake: Mistake, answers: Sequence[Answer], sessions: Mapping[int, str | None], left: int | None
) -> Contrast:
    made = [answer for answer in answers if mistake.name in answer.mistakes.split()]
    own = [answer for answer in over(answers) if sessions.get(answer.session) == PREFIX + mistake.name]
    reached = standing(mistake.name, own)
    again = _times(answer for answer in made if not own or answer.at > own[-1].at)
    overcome = reached.mastered and again < TWICE
    return Contrast(mistake, _times(iter(made)), reached, overcome, left, made[-1].scenario if made else None)


def _times(made: Iterator[Answer]) -> int:
    """How many questions were answered so: a second try at the same question counts once."""
    return len({(answer.session, answer.turn) for answer in made})
