"""Questions for learning systems that accept text: one Cloze question a network for Moodle, and GIFT.

Both have a grammar of marks inside the text; every mark in a title, a name or a sentence is escaped, so that it stays
text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from html import escape
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from backprop_tutor.errors import visible
from backprop_tutor.lesson.document import Block, Document
from backprop_tutor.practice.worksheet.moodle import RIGHT, decimal, html, title
from backprop_tutor.practice.worksheet.numerical import Numerical
from backprop_tutor.practice.worksheet.sheet import Sheet
from backprop_tutor.text import Lang, T

WIDE = 1000
MARKS = re.compile(r"[~=#{}:\\]")
CLOZE_MARKS = re.compile(r'[}#~"\\]')
CATEGORY = T("{scenario}, seed {seed}", "{scenario}，种子 {seed}")
NETWORK = T("{scenario}, variant {number}", "{scenario}，第 {number} 份")
FOR = T("{label} ({person})", "{label}（{person}）")


@lru_cache(maxsize=1024)
def plain(blocks: tuple[Block, ...], lang: Lang) -> str:
    """Some blocks as one line of plain text."""
    from backprop_tutor.render import render

    return " ".join(render(Document(lang, (), (), blocks), "text", width=WIDE).split())


def cloze_xml(questions: Sequence[Numerical]) -> str:
    """One question with a gap for every blank of a sheet, for Moodle's question bank."""
    sheet = questions[0].sheet
    element = Element("question", type="cloze")
    _said(element, "name", visible(network_title(sheet)))
    gaps = "".join(_gap(question) for question in questions)
    _said(element, "questiontext", f"{html(questions[0].known)}<ol>{gaps}</ol>", format="html")
    _said(element, "generalfeedback", "".join(html(question.solution) for question in questions), format="html")
    for tag, value in {"penalty": "0.1", "hidden": "0"}.items():
        SubElement(element, tag).text = value
    indent(element)
    return tostring(element, encoding="unicode") + "\n"


def network_title(sheet: Sheet) -> str:
    """The name of a question about the whole network."""
    label = NETWORK.format(scenario=sheet.scenario_name, number=sheet.number)
    return (FOR.format(label=label, person=sheet.person) if sheet.person else label)[sheet.assignment.lang]


def _gap(question: Numerical) -> str:
    """The request, followed by the gap with all its answers."""
    lang = question.sheet.assignment.lang
    answers = [f"={decimal(question.right.value)}:{decimal(question.right.tolerance)}#{_cloze(RIGHT[lang])}"]
    answers += [
        f"%0%{decimal(w.value)}:{decimal(w.tolerance)}#{_cloze(plain(question.diagnosis(w), lang))}"
        for w in question.wrong
    ]
    answers.append(f"%0%*#{_cloze(plain(question.principle, lang))}")
    return f"<li>{html(question.asked)} {{1:NUMERICAL:{'~'.join(answers)}}}</li>"


def _cloze(text: str) -> str:
    """`text` in a gap: its marks escaped, and then its signs of HTML, since a gap is part of HTML."""
    return escape(CLOZE_MARKS.sub(lambda mark: f"\\{mark[0]}", text), quote=False)


def gift(questions: Iterable[Numerical]) -> str:
    """Every blank as a numerical question in GIFT, a blank line between them."""
    return "".join(f"{text}\n\n" for question in questions for text in _filed(question))


def _filed(question: Numerical) -> Iterator[str]:
    sheet, lang = question.sheet, question.sheet.assignment.lang
    folder = CATEGORY.format(scenario=sheet.scenario_name, seed=sheet.assignment.seed)[lang]
    path = "/".join(part.replace("/", "//") for part in (folder, question.name))
    yield f"$CATEGORY: $course$/top/{' '.join(visible(path).split())}"
    asked = f"{html(question.known)}{html(question.asked)}".replace("\n", " ")
    answers = [_answer("100", question.right.value, question.right.tolerance, RIGHT[lang])]
    answers += [_answer("0", w.value, w.tolerance, plain(question.diagnosis(w), lang)) for w in question.wrong]
    solution = _gift(html(question.solution).replace("\n", " "))
    yield "\n".join((f"::{_gift(visible(title(question)))}::[html]{_gift(asked)}{{#", *answers, f"####{solution}", "}"))


def _answer(weight: str, value: float, tolerance: float, feedback: str) -> str:
    return f"=%{weight}%{decimal(value)}:{decimal(tolerance)}#{_gift(escape(feedback, quote=False))}"


def _gift(text: str) -> str:
    """`text` with the marks of the format escaped."""
    return MARKS.sub(lambda mark: f"\\{mark[0]}", " ".join(text.split()))


def _said(parent: Element, tag: str, text: str, **attributes: str) -> None:
    SubElement(SubElement(parent, tag, attributes), "text").text = text
