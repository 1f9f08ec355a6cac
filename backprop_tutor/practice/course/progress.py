"""How far a learner is in the course, worked out from the answers that the quiz keeps.

A unit is mastered as a skill is: three unaided right answers in a row, here on the fresh numbers of its later stages.
When it should come back is left to FSRS as well.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from types import MappingProxyType

from backprop_tutor.frozen import frozen
from backprop_tutor.practice.course.contrast import Contrast
from backprop_tutor.practice.course.unit import STAGES, Course, Unit
from backprop_tutor.practice.quiz.plan import Request, queue
from backprop_tutor.practice.quiz.records import Answer, Records, over
from backprop_tutor.practice.quiz.schedule import Standing, standing
from backprop_tutor.practice.quiz.session import outcome


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
    answers = _by_session(over(kept.answers()))
    left = {number for number, _ in kept.unfinished()}
    found: dict[str, Progress] = {}
    for unit in course.units.values():
        own = {number: request for number, request in sessions.items() if request.unit == unit.name}
        counted = [answer for number, request in own.items() for answer in _counted(request, answers.get(number, ()))]
        counted.sort(key=lambda answer: answer.at)
        worked = any(number not in left and request.count == len(unit.asks) for number, request in own.items())
        found[unit.name] = Progress(unit, standing(unit.name, counted), worked, *_open(own, left), len(own))
    return found


def _open(own: Mapping[int, Request], left: Collection[int]) -> tuple[int | None, int]:
    """The last session of a unit and how many questions it has, where it was left open."""
    last = max(own, default=0)
    return (last, own[last].count) if last in left else (None, 0)


def _by_session(answers: Iterable[Answer]) -> Mapping[int, tuple[Answer, ...]]:
    sessions: dict[int, tuple[Answer, ...]] = {}
    for answer in answers:
        sessions[answer.session] = (*sessions.get(answer.session, ()), answer)
    return sessions


def _counted(request: Request, answers: tuple[Answer, ...]) -> Iterator[Answer]:
    """The answers of a session that count for mastery: those to the stages with fresh numbers."""
    outcomes = tuple(map(outcome, answers))
    for count, answer in enumerate(answers):
        turn = queue(request, outcomes[:count])[0]
        if STAGES[request.asks[turn.index].stage].counts:
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
