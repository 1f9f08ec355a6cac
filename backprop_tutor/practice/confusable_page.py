"""What a scenario cannot tell apart, and why, as a page."""

from __future__ import annotations

from collections.abc import Iterator

from backprop_tutor.engine.scenario import Scenario
from backprop_tutor.lesson.document import Block, Document, Paragraph, Row, Rows, Section, Text, Words
from backprop_tutor.lesson.words import plain, say
from backprop_tutor.practice import feedback_phrases as phrases
from backprop_tutor.practice.confusable import Confusable
from backprop_tutor.practice.hypotheses import Hypothesis
from backprop_tutor.text import COMMA, Lang, T

CONFUSABLE = T("{title}: what it cannot tell apart", "{title}：无法区分哪些错误")
REASONS = T("Why", "原因")
HIDDEN = T("Change nothing here", "在这里不改变任何数")
SAME = T("Give the same numbers", "得到相同的数")
IMPOSSIBLE = T("Cannot be made here", "在这里不会发生")
NONE = T(
    "Every mistake that can be made here shows, and none looks like another.",
    "在这里可能发生的错误都看得出来，也互不混同。",
)


def confusable_page(scenario: Scenario, found: Confusable, lang: Lang) -> Document:
    """What a scenario cannot tell apart, and why."""
    return Document(lang, say(CONFUSABLE, lang, title=scenario.title), (), tuple(_confusable(found, lang)))


def _confusable(found: Confusable, lang: Lang) -> Iterator[Block]:
    if not (found.hidden or found.groups):
        yield Paragraph(say(NONE, lang), "good")
    if found.reasons:
        yield Section(say(REASONS, lang), tuple(Paragraph(say(reason, lang)) for reason in found.reasons))
    if found.groups:
        rows = tuple(
            Row(plain(str(n)), (Paragraph(_named(group, lang)),)) for n, group in enumerate(found.groups, start=1)
        )
        yield Section(say(SAME, lang), (Rows(rows),))
    if found.hidden:
        yield Section(say(HIDDEN, lang), (Paragraph(_named(found.hidden, lang)),))
    if found.impossible:
        yield Section(
            say(IMPOSSIBLE, lang),
            (Paragraph(plain(COMMA[lang].join(each.name for each in found.impossible)), "muted"),),
        )


def _named(among: tuple[Hypothesis, ...], lang: Lang) -> Words:
    """Mistakes with their places: ``factor-two (everywhere), other-loss-factor (twice the stated loss)``."""
    told = (phrases.AT.format(clause=each.names[0], where=each.where)[lang] for each in among)
    return (Text(COMMA[lang].join(told)),)
