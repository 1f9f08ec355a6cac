"""A session in progress: the open question, the stored answers, and how it is started or continued.

A call continues the session that was left unfinished, else starts a new one, with a seed and the skills that are due.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from functools import cached_property, lru_cache
from importlib import import_module
from itertools import takewhile
from json import dumps
from pathlib import Path
from typing import TYPE_CHECKING

from backprop_tutor import __version__
from backprop_tutor.errors import TutorError
from backprop_tutor.frozen import frozen
from backprop_tutor.practice.exercise.draw import GENERATOR
from backprop_tutor.practice.quiz.plan import Turn, level, planned, question, queue
from backprop_tutor.practice.quiz.question import Pick, Question
from backprop_tutor.practice.quiz.records import Answer, Records, Verdict, claimed, over
from backprop_tutor.practice.quiz.request import Request
from backprop_tutor.practice.quiz.schedule import due, standings
from backprop_tutor.text import Lang

if TYPE_CHECKING:
    from backprop_tutor.practice.quiz.grading import Grade


@frozen
class Help:
    """The help used on a question: the number of hints, whether the last one was among them, and the seconds."""

    hints: int = 0
    told: bool = False
    seconds: float = 0.0


@dataclass
class Session:
    """A session of the records. Its state is the list of its answers: the next question follows from them."""

    records: Records
    number: int
    request: Request
    lang: Lang
    clock: Callable[[], datetime]

    @cached_property
    def answers(self) -> list[Answer]:
        """The answers that ended a question, in order."""
        return list(over(self.records.answers(self.number)))

    @property
    def ahead(self) -> tuple[Turn, ...]:
        """The remaining turns, the open one first."""
        return queue(self.request, self.answers)

    @property
    def last(self) -> Turn:
        """The turn of the last answer."""
        return queue(self.request, self.answers[:-1])[0]

    @property
    def was_example(self) -> bool:
        """Whether the last answer was to a line of an example, which is shown in full however it was answered."""
        asks = self.request.asks
        return bool(asks) and not asks[self.last.index].fresh

    def answered(self) -> Iterator[tuple[Question, Answer]]:
        """Every question that is over, with its answer."""
        for count, answer in enumerate(self.answers):
            before = self.answers[:count]
            turn = queue(self.request, before)[0]
            yield question(self.request, turn, level(self.request, before), self.lang), answer

    def question(self) -> Question:
        """The open question."""
        return _made(self.request, self.ahead[0], self._level, self.lang)

    def after(self) -> Callable[[], None]:
        """What loads the judge, and makes the question after the open one beforehand, which comes however that is answered.

        A question that cannot be asked is left to be reported when it comes.
        """
        turns, level, request, lang = self.ahead[1:2], self._level, self.request, self.lang

        def prepare() -> None:
            import_module("backprop_tutor.practice.quiz.feedback")
            with suppress(TutorError):
                for turn in turns:
                    _made(request, turn, level, lang)

        return prepare

    @property
    def _level(self) -> int:
        """The number of lines left to the learner; a question chosen beforehand has its own."""
        return 1 if self.request.asks else level(self.request, self.answers)

    @property
    def tries(self) -> int:
        """How often the open question was answered wrongly so far."""
        since = takewhile(lambda answer: answer.judged.free, reversed(self.records.answers(self.number)))
        return sum(answer.verdict == Verdict.ONCE for answer in since)

    def answer(self, asked: Question, typed: str, had: Help, *, again: bool = False) -> Grade:
        """Grades an answer and stores it before its verdict is returned.

        With `again`, the first wrong answer gets an explanation, and the question stays open. A right answer after that
        counts as helped.
        """
        from backprop_tutor.practice.quiz.feedback import explained
        from backprop_tutor.practice.quiz.grading import grade

        graded, tries = explained(asked, grade(asked, typed)), self.tries
        if again and not tries and not isinstance(asked.key, Pick) and graded.verdict == Verdict.WRONG:
            graded = replace(graded, verdict=Verdict.ONCE)
        self._keep(asked, typed, graded.verdict, graded.mistakes, replace(had, hints=had.hints + tries))
        return graded

    def give_up(self, asked: Question, verdict: Verdict, had: Help) -> None:
        """Stores that the question was skipped, or its solution was shown."""
        self._keep(asked, "", verdict, (), had)

    def close(self) -> None:
        """Ends the session."""
        self.records.finish(self.number, self.clock())

    def _keep(self, asked: Question, typed: str, verdict: Verdict, mistakes: tuple[str, ...], had: Help) -> None:
        kept = Answer(
            self.number, len(self.answers), self.clock().isoformat(), asked.kind, asked.skill,
            asked.exercise.scenario.name, asked.exercise.scenario.digest, asked.exercise.seed, asked.quantity, typed,
            verdict.value, " ".join(mistakes), had.hints, had.told, had.seconds, __version__, GENERATOR,
        )  # fmt: skip
        self.records.add(kept)
        if not verdict.free:
            self.answers.append(kept)


@lru_cache(maxsize=8)
def _made(request: Request, turn: Turn, level: int, lang: Lang) -> Question:
    """The question of a turn, made once."""
    return question(request, turn, level, lang)


SEEDS = 1_000_000
MOST_LINES = 4


@frozen
class Call:
    """A call: the request, its seed if given, whether to start anew, the folder of the records."""

    request: Request
    seed: int | None
    new: bool
    folder: Path

    @property
    def text(self) -> str:
        """What makes two calls the same; a unit of a course goes on as it was begun, whatever its file says now."""
        asked = {k: v for k, v in asdict(self.request).items() if k not in ("unit", "asks")}
        if self.request.unit is not None:
            return dumps({"unit": self.request.unit, "count": self.request.count}, ensure_ascii=False)
        return dumps({**asked, "seed": self.seed}, ensure_ascii=False, sort_keys=True)


def start(
    call: Call, records: Records, lang: Lang, clock: Callable[[], datetime], held: ExitStack
) -> tuple[Session, bool]:
    """The session of a call, claimed until `held` is closed, and whether it is continued.

    Raises TutorError where nothing can be asked as requested.
    """
    for number, kept in () if call.new else _left(call, records):
        if held.enter_context(claimed(call.folder, number)):
            return Session(records, number, Request.of(kept), lang, clock), True
    request = _decided(call, records, clock())
    if request.asks:  # of which a file may have many, chosen with care
        _made(request, Turn(0), 1, lang)
    else:
        planned(request, lang)
    number = records.begin(call.text, request.text(), clock())
    held.enter_context(claimed(call.folder, number))
    return Session(records, number, request, lang, clock), False


def _left(call: Call, records: Records) -> Iterator[tuple[int, str]]:
    """The unfinished sessions of the same call, or, with a seed, of the same questions."""
    for number, kept in records.unfinished(call.text):
        if call.request.unit is None or call.seed in (None, Request.of(kept).seed):
            yield number, kept
    if call.seed is not None:
        wanted = replace(call.request, seed=call.seed)
        yield from ((number, kept) for number, kept in records.unfinished() if Request.of(kept) == wanted)


def _decided(call: Call, records: Records, now: datetime) -> Request:
    """The request completed by a seed, and, without a given seed, by the skills due and a level.

    With a seed of its own a call asks every learner the same questions, whatever they have answered before.
    """
    if call.seed is not None:
        return replace(call.request, seed=call.seed)
    request = replace(call.request, seed=secrets.randbelow(SEEDS), level=_level(records))
    open_choice = not (request.skills or request.asks) and (
        request.mode == "review" or not (request.scenario or request.shape)
    )
    if not open_choice:
        return request
    return replace(request, skills=due(standings(records.answers(), records.resets()), now))


def _level(records: Records) -> int:
    """One line more for each of the last solutions completed without help."""
    recent = [answer for answer in records.answers() if answer.kind == "complete"][-(MOST_LINES - 1) :]
    return 1 + sum(answer.unaided for answer in recent)
