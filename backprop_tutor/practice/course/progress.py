"""How far a learner is in the course, worked out from the answers that the quiz keeps: its units, and the mistakes made
more than once.

A unit is mastered as a skill is: three unaided right answers in a row, here on the fresh numbers of its later stages.
When it should come back is left to FSRS as well. A mistake that was made twice has a contrast: the right solution and
the mistaken one side by side. It is overcome after as many answers as master a unit, which takes two sessions at least.
To see the two solutions beside each other makes the difference the thing to learn; on its own the name of a mistake
helps little (Sleeman et al. 1989, against McLaren, Adams & Mayer 2015).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from backprop_tutor.frozen import frozen
from backprop_tutor.practice.course.course import Course, Unit
from backprop_tutor.practice.quiz.plan import queue
from backprop_tutor.practice.quiz.records import Answer, Records, over
from backprop_tutor.practice.quiz.request import Request
from backprop_tutor.practice.quiz.schedule import Standing, standing
from backprop_tutor.text import Lang

if TYPE_CHECKING:  # whoever made no mistake twice needs no catalogue
    from backprop_tutor.practice.mistakes.mistake import Mistake

VERSION = 1
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
    return Contrast(mistake, _times(made), reached, reached.mastered and again < TWICE, left, made[-1].scenario)


def _times(made: Iterable[Answer]) -> int:
    """How many questions were answered so: a second try at the same question counts once."""
    return len({(answer.session, answer.turn) for answer in made})


@frozen
class Progress:
    """Where a unit stands: its questions that count, whether all of it was worked through once.

    `left` is the last session on it where that was left open, `questions` how many that has, `sessions` how many there
    were.
    """

    unit: Unit
    standing: Standing
    worked: bool = False
    left: int | None = None
    questions: int = 0
    sessions: int = 0

    @property
    def mastered(self) -> bool:
        """Whether it is."""
        return self.standing.mastered

    def is_due(self, now: datetime) -> bool:
        """Whether it was mastered, and should come back now."""
        return self.mastered and self.standing.due is not None and self.standing.due <= now


def progress(course: Course, kept: Records) -> Mapping[str, Progress]:
    """Where every unit of the course stands, in its order."""
    sessions = {number: Request.of(text) for number, text in kept.requests().items()}
    left = {number for number, _ in kept.unfinished()}
    answers: defaultdict[int, list[Answer]] = defaultdict(list)
    for answer in over(kept.answers()):
        answers[answer.session].append(answer)
    found: dict[str, Progress] = {}
    for unit in course.units.values():
        own = {number: request for number, request in sessions.items() if request.unit == unit.name}
        counted = [answer for number, request in own.items() for answer in _counted(request, answers[number])]
        reached = standing(unit.name, sorted(counted, key=lambda answer: answer.at))
        worked = any(number not in left and request.count == len(unit.asks) for number, request in own.items())
        last = max(own, default=0)
        opened, questions = (last, own[last].count) if last in left else (None, 0)
        found[unit.name] = Progress(unit, reached, worked, opened, questions, len(own))
    return found


def _counted(request: Request, answers: Sequence[Answer]) -> Iterator[Answer]:
    """The answers of a session that count for mastery: those to the stages with fresh numbers."""
    for count, answer in enumerate(answers):
        if request.asks[queue(request, answers[:count])[0].index].fresh:
            yield answer


def next_unit(
    known: Mapping[str, Progress], now: datetime, met: Mapping[str, Contrast] = MappingProxyType({})
) -> Progress | Contrast | None:
    """What to go on with: what was left open last; else a mistake made twice, where it is due; else the first unit that
    is not mastered, or the one longest due; else None.
    """
    opened: list[Progress | Contrast] = [*known.values(), *met.values()]
    left = sorted((each for each in opened if each.left), key=lambda each: -(each.left or 0))
    twice = [each for each in met.values() if each.is_due(now)]
    new = [each for each in known.values() if not each.mastered]
    due = sorted((each for each in known.values() if each.is_due(now)), key=lambda each: each.standing.due or now)
    return next(iter((*left, *twice, *new, *due)), None)


def missing(unit: Unit, known: Mapping[str, Progress]) -> tuple[Unit, ...]:
    """What the unit needs and is not mastered yet."""
    return tuple(known[name].unit for name in unit.needs if not known[name].mastered)


def course_record(
    course: Course, known: Mapping[str, Progress], met: Mapping[str, Contrast], lang: Lang
) -> dict[str, Any]:
    """The results as the JSON object other programs read."""
    return {
        "format": "backprop-tutor/course",
        "version": VERSION,
        "title": course.title[lang],
        "units": [_row(part.number, known[unit.name], lang) for part in course.parts for unit in part.units],
        "mistakes": [
            {"mistake": name, "made": one.made, "in_a_row": one.standing.streak, "overcome": one.overcome}
            for name, one in met.items()
        ],
    }


def _row(part: int, one: Progress, lang: Lang) -> dict[str, Any]:
    """A unit: the questions that count, and what was reached with them."""
    reached = one.standing
    return {
        "part": part,
        "unit": one.unit.name,
        "title": one.unit.title[lang],
        "sessions": one.sessions,
        "answered": reached.answered,
        "right": reached.right,
        "in_a_row": reached.streak,
        "mastered": reached.mastered,
        "due": reached.due.isoformat() if reached.due else None,
    }
