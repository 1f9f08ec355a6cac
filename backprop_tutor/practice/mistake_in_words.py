"""One mistake in words, without numbers: what it is, what it violates, where it can be made, how to see it worked out."""

from __future__ import annotations

from collections.abc import Iterator

from backprop_tutor.lesson.document import Block, Code, Document, Paragraph
from backprop_tutor.lesson.words import say
from backprop_tutor.practice import feedback_phrases as phrases
from backprop_tutor.practice.mistakes.mistake import Mistake, Site
from backprop_tutor.scenario.bundled import bundled
from backprop_tutor.scenario.load import load
from backprop_tutor.text import COMMA, LANGUAGES, Lang, T, same

WHAT = {
    "mistake": T("The mistake: {clause}.", "错误：{clause}。"),
    "convention": T("Not a mistake, but another convention: {clause}.", "这不是错误，而是另一种约定：{clause}。"),
}
WHERE = T(
    "How and where it can be made, for example in {scenario}: {places}.",
    "可能怎样发生、在哪里发生，以 {scenario} 为例：{places}。",
)
WORKED_OUT = T("Worked out with numbers, beside the right solution: {call}", "带数字的完整计算，与正确解答并排：{call}")
MOST_PLACES = 6
SEE_FIRST = ("two-two-one", "mazur-two-two-two")


def mistake_in_words(mistake: Mistake, lang: Lang) -> Document:
    """What there is to say of a mistake without a scenario of one's own."""
    return Document(lang, say(mistake.text, lang), (), tuple(_told(mistake, lang)))


def _told(mistake: Mistake, lang: Lang) -> Iterator[Block]:
    yield Paragraph(say(WHAT[mistake.kind], lang, clause=mistake.clause), "strong")
    introduced = phrases.NOTE if mistake.kind == "convention" else phrases.PRINCIPLE
    yield Paragraph(say(introduced, lang, principle=mistake.principle))
    for name, sites in _first_place(mistake):
        wheres = tuple(dict.fromkeys(site.where for site in sites if site.broad)) or (sites[0].where,)
        told = (*wheres[:MOST_PLACES], *([same("…")] if len(wheres) > MOST_PLACES else []))
        places = T(*(COMMA[each].join(where[each] for where in told) for each in LANGUAGES))
        yield Paragraph(say(WHERE, lang, scenario=name, places=places))
        yield Paragraph(say(WORKED_OUT, lang, call=Code(f"tutor mistakes {mistake.name} {name}")))


def _first_place(mistake: Mistake) -> Iterator[tuple[str, tuple[Site, ...]]]:
    """The first of the bundled scenarios in which it can be made, and where."""
    names = dict.fromkeys((*SEE_FIRST, *(entry.name for entry in bundled())))
    found = ((name, tuple(mistake.sites(load(name)))) for name in names)
    yield from [next(each for each in found if each[1])][:1]
