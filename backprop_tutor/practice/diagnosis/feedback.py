"""A diagnosis as a document: the network's numbers, the explanation of the figures, the principle, the line, both
numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from math import isfinite

from backprop_tutor.formula.figures import figure
from backprop_tutor.formula.nodes import Num
from backprop_tutor.lesson.document import Align, Block, Code, Document, Inline, Paragraph, Table, Text, Words
from backprop_tutor.lesson.facts import facts
from backprop_tutor.lesson.inline import math, plain, say
from backprop_tutor.practice.diagnosis import phrases
from backprop_tutor.practice.diagnosis.diagnosis import Diagnosis, Explanation
from backprop_tutor.practice.diagnosis.explanation_text import cases, message, remarks, share, what
from backprop_tutor.practice.diagnosis.first_line import Shown, edit_of, first_of, line_of
from backprop_tutor.practice.diagnosis.fresh_question import fresh_question
from backprop_tutor.practice.diagnosis.submission import FIGURES
from backprop_tutor.practice.edits.marked_correction import blocks as edit_blocks
from backprop_tutor.practice.edits.naming import address_of
from backprop_tutor.practice.exercise.page import whole
from backprop_tutor.text import COMMA

LEFT: Align = "left"
RIGHT: Align = "right"


def feedback(found: Diagnosis, every: bool = False) -> Document:
    """The document of a diagnosis; with `every`, all patterns that fit are listed."""
    lesson = found.case.lessons[0]
    title = plain(found.case.scenario.title[lesson.lang])
    return Document(lesson.lang, title, facts(lesson), tuple(Feedback(found).blocks(every)))


class Feedback:
    """The parts of the feedback on a diagnosis."""

    def __init__(self, found: Diagnosis) -> None:
        self.found, self.case = found, found.case
        self.say, self.lang = found.case.lessons[0].say, found.case.lessons[0].lang

    def blocks(self, every: bool) -> Iterator[Block]:
        """All blocks, in order."""
        yield from remarks(self.case)
        match self.found.verdict:
            case "correct":
                yield Paragraph(self.say(phrases.CORRECT), "good")
                yield self._figures()
            case "undecided":
                yield Paragraph(self.say(phrases.ALL_FEW), "plain")
                yield self._figures()
            case "explained":
                yield self._not_this()
                yield from self._explained(self.found.shown[0])
            case "unexplained":
                yield self._not_this()
                yield from self._unexplained()
        if every and (self.found.explanations or self.found.doubtful):
            yield from self._every()
        if self.found.verdict == "explained":
            yield from self._next(self.found.shown[0])

    def _not_this(self) -> Paragraph:
        said: list[Inline] = list(self.say(phrases.NOT_THIS))
        for place, i in enumerate(self.found.wrong):
            said += [Text(COMMA[self.lang])] if place else []
            said += [Text(f"{self.case.claims[i].name} = "), *math(self._right(i))]
        return Paragraph((*said, Text("." if self.lang == "en" else "。")), "bad")

    def _explained(self, best: Explanation) -> Iterator[Block]:
        if not best.sure:
            yield Paragraph(self.say(phrases.LIKELIEST, count=len(self.found.shown)))
        yield Paragraph(self.say(message(best)), "strong")
        introduced = phrases.NOTE if best.hypothesis.is_convention else phrases.PRINCIPLE
        for principle in dict.fromkeys(made.mistake.principle for made in best.hypothesis.definition):
            yield Paragraph(self.say(introduced, principle=principle))
        yield from self._legend()
        for each in best.parts or (best,):
            yield from self._where_it_shows(each)
        yield self._figures(best)
        if not best.is_possible:
            tried = self.found.tried
            yield Paragraph(self.say(phrases.BY_CHANCE, tried=tried, cases=cases(best.chance)), "muted")
        yield from (self._also(other) for other in self.found.shown[1:])

    def _legend(self) -> Iterator[Paragraph]:
        """The letters of the notation shown for those that mistakes and principles are described in."""
        lesson = self.case.lessons[0]
        if lesson.graph.layers and lesson.notation.legend is not None:
            yield Paragraph(self.say(lesson.notation.legend), "muted")

    def _where_it_shows(self, best: Explanation) -> Iterator[Block]:
        """The line where an explanation first shows; of two edits, or one of two causes, the line that was edited."""
        is_pair = len(self.found.shown[0].hypothesis.definition) > 1
        shown = None if is_pair and best.edited else first_of(self.case, best.hypothesis)
        if shown is not None:
            yield from self._first(shown, best)
        elif best.solutions and best.edited:
            yield from edit_blocks(best.solutions, best.edited)

    def _first(self, shown: Shown, best: Explanation) -> Iterator[Block]:
        later = phrases.FIRST_SHOWS_IN if self.case.since or shown.lesson.step.number > 1 else phrases.FIRST_SHOWS
        phrase = phrases.DIGITS_LOST if best.is_rounding else later
        digits = max(FIGURES, *(self.case.digits(i) for i in range(len(self.case.claims))))
        instead, right = figure(shown.instead, digits), figure(shown.line.value, digits)
        step = f"{shown.lesson.step.number:,}"
        yield Paragraph(self.say(phrase, letter=shown.line.letter, instead=instead, right=right, step=step))
        yield from self._line(shown, best)

    def _line(self, shown: Shown, best: Explanation) -> Iterator[Block]:
        """The right line, with the correction marked where an edit shows the difference."""
        edited = edit_of(self.case, best, shown)
        yield from edit_blocks(*edited) if edited else whole(shown.line)

    def _also(self, other: Explanation) -> Paragraph:
        return Paragraph(self.say(phrases.OR_WHEN, what=what(other.hypothesis)))

    def _unexplained(self) -> Iterator[Block]:
        first = self.found.wrong[0]
        claim = self.case.claims[first]
        name, typed, right = claim.name, claim.shown, self._right(first)
        yield Paragraph(say(phrases.UNKNOWN, self.lang, name=name, typed=typed, right=right), "strong")
        if self.found.doubtful and isfinite(claim.typed.value):
            likely = share(self.found.doubtful[0].chance)
            count, tried = len(self.found.doubtful), self.found.tried
            yield Paragraph(self.say(phrases.DOUBTFUL, count=count, tried=tried, share=likely))
        digits = self.case.digits(first)
        line = line_of(replace(self.case.lessons[claim.seat.step], digits=digits), claim.seat)
        if line is not None:
            yield Paragraph(self.say(phrases.RIGHT_LINE))
            yield from whole(line, digits)
        yield self._figures()
        yield from self._in_place(first)

    def _in_place(self, i: int) -> Iterator[Paragraph]:
        """The command that shows a line in its context."""
        if call := self.case.line_call(i):
            yield Paragraph(self.say(phrases.IN_PLACE, call=(Code(call),)))

    def _figures(self, best: Explanation | None = None) -> Table:
        """Every submitted value with the right one, and with that of the explanation."""
        rows = (self._row(i, best) for i in range(len(self.case.claims)))
        convention = best is not None and best.hypothesis.is_convention
        with_it = [phrases.WITH_CONVENTION if convention else phrases.WITH_MISTAKE] if best else []
        titles = (phrases.QUANTITY, phrases.YOURS, *with_it, phrases.RIGHT, phrases.VERDICT)
        return Table(tuple(map(self.say, titles)), tuple(rows), (LEFT, *[RIGHT] * (len(titles) - 2), LEFT))

    def _row(self, i: int, best: Explanation | None) -> tuple[Words, ...]:
        claim, (text, tone) = self.case.claims[i], self.case.verdict(i, self.found.verdicts[i])
        given = [math(figure(claim.named(best.numbers[i]), self.case.digits(i)))] if best else []
        verdict = plain(text[self.lang], tone)
        return plain(claim.name), (claim.shown,), *given, math(self._right(i)), verdict

    def _right(self, i: int) -> Num:
        return figure(self.case.claims[i].named(self.case.right[i]), self.case.digits(i))

    def _next(self, best: Explanation) -> Iterator[Block]:
        """The whole solution with the mistake (a page shows one, so not for a pair), and a fresh question on the point."""
        name, shown = self.case.call, best.hypothesis.page
        if name and shown:
            call = Code(f"tutor mistakes {shown} {name}")
            yield Paragraph((*self.say(phrases.SIDE_BY_SIDE), call))
        skill = None if best.hypothesis.is_convention else self._skill(best)
        asked = tuple(fresh_question(self.case, skill)) if skill else ()
        yield from asked
        if not (shown or asked):
            yield from self._in_place(self.found.wrong[0])

    def _skill(self, best: Explanation) -> str | None:
        """The skill of the line where the mistake first shows, or of the line that was edited."""
        shown = first_of(self.case, best.hypothesis)
        if shown is not None:
            return shown.line.skill
        address = best.edited and best.solutions and address_of(best.solutions, best.edited.name)
        line = line_of(self.case.lessons[address.step], address) if address else None
        return line.skill if line else None

    def _every(self) -> Iterator[Block]:
        fitting = (*self.found.explanations, *self.found.doubtful)
        header = tuple(map(self.say, (phrases.MISTAKE, phrases.WHERE, phrases.CHANCE)))
        yield Paragraph(self.say(phrases.ALL))
        yield Table(header, tuple(self._fitting(fitting)), ("left", "left", "right"))

    def _fitting(self, fitting: Iterable[Explanation]) -> Iterator[tuple[Words, ...]]:
        lang = self.lang
        for each in fitting:
            yield (
                plain(" + ".join(each.hypothesis.names)),
                plain(each.hypothesis.where[lang]),
                plain(share(each.chance)[lang]),
            )
