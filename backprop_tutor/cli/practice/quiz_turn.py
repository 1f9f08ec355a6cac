"""One question at the command line: shown, then keys and answers until it is over. It needs no terminal.

A session writes a page of blocks at a time, followed by a blank line.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from shutil import get_terminal_size
from threading import Thread
from time import monotonic

from backprop_tutor.cli.console.output import colourful, width
from backprop_tutor.cli.console.output import say as say_in
from backprop_tutor.cli.console.typed_lines import Lines
from backprop_tutor.cli.practice import quiz_words as words
from backprop_tutor.lesson.document import Block, Document, Drawing, Paragraph, Section, Words
from backprop_tutor.lesson.facts import facts
from backprop_tutor.lesson.forward import given
from backprop_tutor.lesson.inline import plain, say
from backprop_tutor.practice.exercise.page import without_given
from backprop_tutor.practice.quiz.kinds import KINDS
from backprop_tutor.practice.quiz.question import Question, prompt, worked
from backprop_tutor.practice.quiz.records import WORDS, Verdict
from backprop_tutor.practice.quiz.session import Help, Session
from backprop_tutor.render import render
from backprop_tutor.text import Lang, half_width


def write(
    lang: Lang,
    blocks: tuple[Block, ...],
    asked_width: int | None,
    title: Words = (),
    facts: tuple[Words, ...] = (),
) -> None:
    """Writes some blocks, as wide as the terminal is now."""
    document = Document(lang, title, facts, blocks)
    text = render(document, "text", width=width(asked_width), colour=colourful())
    say_in("\n" + text.strip("\n"))


BAR = 20
MOST_GIVEN = 24
PROMPT = "> "
LITERALLY = "="
ASKED_IN_WORDS = frozenset(
    ["quit", "exit", "bye", "help", "hint", "hints", "skip", "menu", "keys", "q!", ":q", "退出", "帮助", "提示", "跳过"]
)
"""What people type who do not see the keys: then the keys are shown."""

GIVEN_UP = {"s": Verdict.SKIPPED, "w": Verdict.SHOWN}


@dataclass
class Asking:
    """The open question of a session, and the help used on it so far."""

    session: Session
    lines: Lines
    width: int | None
    shown: set[str]
    again: bool = False
    had: Help = field(default_factory=Help)

    def asked(self) -> bool:
        """Asks the open question until it is over; False where the learner leaves."""
        question, began = self.session.question(), monotonic()
        self._state(question)
        coming = Thread(target=self.session.after(), daemon=True)
        if self.again:
            coming.start()  # while the learner at the terminal thinks
        over = False
        while not over:
            typed = self.lines(PROMPT)
            if typed is None or half_width(typed).strip().lower() == "q":
                return False
            self.had = replace(self.had, seconds=monotonic() - began)
            over = self._taken(question, typed.strip())
        if self.again:
            coming.join()
        return True

    def _taken(self, question: Question, typed: str) -> bool:
        """Handles a line; True where the question is over."""
        exam = self.session.request.mode == "exam"
        match half_width(typed).lower():
            case "":
                return False
            case "?":
                self._state(question)
                return False
            case word if word in ASKED_IN_WORDS:
                self._show((Paragraph(say(words.KEYS, self.session.lang)), self._keys()))
                return False
            case "h" if not exam:
                self._hint(question)
                return False
            case "s" | "w" as key if key == "s" or not exam:
                self._give_up(question, GIVEN_UP[key])
                return True
            case _:
                return self._judge(question, typed.removeprefix(LITERALLY))

    def _state(self, question: Question) -> None:
        """Writes the question, after the given numbers of a network that was not shown in this session yet.

        At a terminal those are left out where the question would no longer fit the screen with them: it states what it
        needs. Below a question that is taller than the screen its heading is repeated.
        """
        exercise, lang = question.exercise, self.session.lang
        head = plain(exercise.scenario.title[lang]), facts(exercise.lesson)
        key, numbers = f"{exercise.scenario.digest} {exercise.seed}", self._numbers(question)
        page = self._page(question, prompt(question))
        if numbers and key not in self.shown:
            both = self._page(question, (*numbers, *without_given(prompt(question), exercise)))
            if not self.again or self._fits(both, *head):
                self.shown.add(key)
                page = both
        if self.again and not self._fits(page):
            page = self._page(question, (*prompt(question), Paragraph(self._place(question))))
        write(lang, (page,), self.width, *head)

    def _numbers(self, question: Question) -> tuple[Block, ...]:
        """The given numbers of a network, where they are few enough to read."""
        exercise = question.exercise
        if len(exercise.given) > MOST_GIVEN:
            return ()
        return tuple(block for block in given(exercise.lesson).blocks if not isinstance(block, Drawing))

    def _page(self, question: Question, blocks: tuple[Block, ...]) -> Section:
        """A question under its heading, with the keys below."""
        return Section(self._place(question), (*blocks, self._keys()), "question")

    def _fits(self, page: Section, title: Words = (), facts: tuple[Words, ...] = ()) -> bool:
        """Whether a page fits the screen, above the line that is typed."""
        text = render(Document(self.session.lang, title, facts, (page,)), "text", width=width(self.width))
        return len(text.strip("\n").splitlines()) < get_terminal_size().lines

    def _keys(self) -> Paragraph:
        """The keys other than an answer."""
        menu = words.EXAM_MENU if self.session.request.mode == "exam" else words.MENU
        return Paragraph(say(menu, self.session.lang), "muted")

    def _place(self, question: Question) -> Words:
        """``━━━━━───── 3/6 · compute one number``.

        A principle or the line of an error may be the answer: the heading names only the kind of question.
        """
        done, lang = len(self.session.answers), self.session.lang
        count = done + len(self.session.ahead)
        full = BAR * done // count
        kind = KINDS[question.kind].text
        return say(words.PLACE, lang, bar="█" * full + "░" * (BAR - full), at=done + 1, count=count, kind=kind)

    def _hint(self, question: Question) -> None:
        given, lang = self.had.hints, self.session.lang
        if given == len(question.hints):
            self._show((Paragraph(say(words.NO_MORE, lang)),))
            return
        self.had = replace(self.had, hints=given + 1, told=given + 1 == len(question.hints))
        self._show((Section(say(words.HINT, lang), question.hints[given], "hint"),))

    def _give_up(self, question: Question, verdict: Verdict) -> None:
        self.session.give_up(question, verdict, self.had)
        if self.session.request.mode != "exam":
            self._show((Paragraph(say(WORDS[verdict], self.session.lang)), *worked(question), *self._later()))

    def _judge(self, question: Question, typed: str) -> bool:
        """Grades and stores an answer, then prints the feedback."""
        from backprop_tutor.practice.quiz.feedback import feedback

        grade = self.session.answer(
            question, typed, self.had, again=self.again and self.session.request.mode == "learn"
        )
        if self.session.request.mode == "exam" and not grade.verdict.free:
            self._show((Paragraph(say(words.NOTED, self.session.lang)),))
        else:
            again = () if grade.verdict.right or grade.verdict.free else self._later()
            line = worked(question) if grade.verdict.right and self.session.was_example else ()
            self._show((*feedback(question, grade), *line, *again))
        return not grade.verdict.free

    def _later(self) -> tuple[Block, ...]:
        """The sentence that the question is repeated, where it is."""
        coming = any(turn.again and turn.index == self.session.last.index for turn in self.session.ahead)
        return (Paragraph(say(words.LATER, self.session.lang), "muted"),) if coming else ()

    def _show(self, blocks: tuple[Block, ...]) -> None:
        write(self.session.lang, blocks, self.width)
