"""A session at the command line: it is opened, goes through its questions, and is closed or left to be continued."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from backprop_tutor.cli.console.output import INTERRUPTED
from backprop_tutor.cli.console.typed_lines import Lines, interactive, typed_lines
from backprop_tutor.cli.practice import quiz_words as words
from backprop_tutor.cli.practice.practice_state import opened
from backprop_tutor.cli.practice.quiz_turn import Asking, write
from backprop_tutor.lesson.document import Block, Code, Paragraph, Section, Words
from backprop_tutor.lesson.inline import say
from backprop_tutor.practice.course.progress import PREFIX
from backprop_tutor.practice.quiz.request import Request
from backprop_tutor.practice.quiz.schedule import standings
from backprop_tutor.practice.quiz.session import Call, Session, start
from backprop_tutor.text import Lang, T, half_width


def practise(call: Call, answers: Path | None, lang: Lang, width: int | None) -> int:
    """Runs a session and returns its exit status: 1 where an answer was wrong, 130 where it was interrupted."""
    lines = typed_lines(answers)
    with ExitStack() as held:
        kept = opened(call.folder, _now(), lang)
        session, going_on = start(call, kept, lang, _now, held)
        return Sitting(session, lines, width, again=answers is None and interactive()).through(going_on=going_on)


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Frame:
    """What surrounds the questions of a session: its title, the pages before the open one, the blocks at the end, and the
    command of the course it belongs to.
    """

    title: T = words.TITLE
    before: Callable[[Session], tuple[tuple[Block, ...], ...]] = lambda _: ()
    after: Callable[[Session], tuple[Block, ...]] = lambda _: ()
    course: str = "tutor learn"


@dataclass(frozen=True)
class Sitting:
    """A session, where its lines come from, and the width to write to; with `again` a learner types at a terminal."""

    session: Session
    lines: Lines
    width: int | None
    again: bool = False
    frame: Frame = Frame()
    _shown: set[str] = field(default_factory=set)

    def through(self, *, going_on: bool) -> int:
        """Asks every question until the session is over or left."""
        self._open(going_on=going_on)
        try:
            while self.session.ahead:
                asking = Asking(self.session, self.lines, self.width, self._shown, again=self.again)
                if not (self._pages() and asking.asked()):
                    return self._leave()
        except KeyboardInterrupt:
            sys.stdout.write("\n")
            self._leave()
            return INTERRUPTED
        self._close()
        return self._status()

    def _pages(self) -> bool:
        """What comes before the open question, a page at a time; False where the learner leaves between two."""
        for index, page in enumerate(self.frame.before(self.session)):
            if index and self.again:
                typed = self.lines(f"{words.TURN_PAGE[self.session.lang]} ")
                if typed is None or half_width(typed).strip().lower() == "q":
                    return False
            self._write(page)
        return True

    def _open(self, *, going_on: bool) -> None:
        lang, request = self.session.lang, self.session.request
        again = say(words.AGAIN, lang, call=Code(call_of(request, self.frame.course)))
        opening = tuple(Paragraph(said, "muted") for said in (again, say(words.HOW, lang)))
        count = len(self.session.answers)
        since = (Paragraph(say(words.GOING_ON, lang, count=count)),) if going_on else ()
        self._write((*opening, *since), say(self.frame.title, lang), (say(words.SEED, lang, seed=request.seed),))

    def _leave(self) -> int:
        request = self.session.request
        self._write((Paragraph(say(words.SAVED, self.session.lang, call=Code(call_of(request, self.frame.course)))),))
        return self._status()

    def _close(self) -> None:
        from backprop_tutor.practice.quiz.feedback import review
        from backprop_tutor.practice.quiz.history import summary

        session = self.session
        session.close()
        known = standings(session.records.answers(), session.records.resets())
        reviewed = review(session.answered()) if session.request.mode == "exam" else ()
        blocks = self.frame.after(session) or summary(
            session.answers, known, session.clock(), session.lang, session.request.scenario
        )
        self._write((*reviewed, Section(say(words.SUMMARY, session.lang), blocks, "summary")))

    def _status(self) -> int:
        return int(any(not answer.judged.right for answer in self.session.answers))

    def _write(self, blocks: tuple[Block, ...], title: Words = (), facts: tuple[Words, ...] = ()) -> None:
        write(self.session.lang, blocks, self.width, title, facts)


def call_of(request: Request, course: str) -> str:
    """The command that asks the same questions for everyone; those of a unit with the command of its course."""
    if request.unit is not None and request.unit.startswith(PREFIX):
        return f"{course} --mistake {request.unit.removeprefix(PREFIX)} --seed {request.seed}"
    if request.unit is not None:
        test = " --test" if all(ask.fresh for ask in request.asks) else ""
        return f"{course} --unit {shlex.quote(request.unit)}{test} --seed {request.seed}"
    on = request.scenario or request.shape
    parts = ["tutor", "quiz", *([on] if on else []), *(["--random"] if request.shape else [])]
    parts += ["--seed", str(request.seed), "--count", str(request.count)]
    for option, names in (("--kind", request.kinds), ("--skill", request.skills)):
        parts += [option, ",".join(names)] if names else []
    parts += ["--mode", request.mode] if request.mode != "learn" else []
    parts += ["--level", str(request.level)] if request.level > 1 else []
    parts += ["--notation", request.notation] if request.notation else []
    return shlex.join(parts)
