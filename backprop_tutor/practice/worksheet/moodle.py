"""Worksheets as questions of a Moodle course: XML that its question bank imports.

Each blank is a question of type ``numerical``, filed under its quantity, so that a quiz may draw a variant at random.
Moodle takes the first answer whose interval contains the typed number: first the right one, then those of known
mistakes, each with its diagnosis, and last ``*`` for everything else. Numbers are rounded so that they are the same on
every machine, whose last bits may differ.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from functools import lru_cache
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from backprop_tutor.errors import visible
from backprop_tutor.lesson.document import Block
from backprop_tutor.practice.worksheet.numerical import Numerical
from backprop_tutor.practice.worksheet.windows import PlacedMistake, Window
from backprop_tutor.render.html import fragment
from backprop_tutor.text import Lang, T

FIGURES = 12


def decimal(value: float) -> str:
    """`value` to 12 significant figures, without an exponent: ``0.000123``."""
    return f"{Decimal(f'{value:.{FIGURES}g}'):f}"


def stable(value: float) -> float:
    """`value` to 12 significant figures."""
    return float(f"{value:.{FIGURES}g}")


OPENING, CLOSING = '<?xml version="1.0" encoding="UTF-8"?>\n<quiz>\n', "</quiz>\n"
SETTINGS = {"defaultgrade": "1", "penalty": "0.1", "hidden": "0"}
UNITS = {"unitgradingtype": "0", "unitpenalty": "0.1", "showunits": "3", "unitsleft": "0"}
"""Moodle's fields for no units."""

CATEGORY = T("{scenario}, seed {seed}", "{scenario}，种子 {seed}")
VARIANT = T("{scenario}: {name}, variant {number}", "{scenario}：{name}，第 {number} 份")
FOR = T("{variant} ({person})", "{variant}（{person}）")
RIGHT = T("Right.", "正确。")


def questions_xml(questions: Iterable[Numerical]) -> str:
    """The questions, each after the category it is filed under; they belong between `OPENING` and `CLOSING`."""
    return "".join(_text(element) for question in questions for element in _filed(question))


def _text(element: Element) -> str:
    indent(element)
    return tostring(element, encoding="unicode") + "\n"


def _filed(question: Numerical) -> Iterator[Element]:
    category = Element("question", type="category")
    sheet, lang = question.sheet, _lang(question)
    folder = CATEGORY.format(scenario=sheet.scenario_name, seed=sheet.assignment.seed)[lang]
    path = "/".join(part.replace("/", "//") for part in (folder, question.name))
    _said(category, "category", f"$course$/top/{visible(path)}")
    yield category
    yield _question(question)


def _question(question: Numerical) -> Element:
    element = Element("question", type="numerical")
    _said(element, "name", visible(title(question)))
    _said(element, "questiontext", html(question.known) + html(question.asked), format="html")
    _said(element, "generalfeedback", html(question.solution), format="html")
    for tag, value in SETTINGS.items():
        SubElement(element, tag).text = value
    _answer(element, question.right, "100", RIGHT[_lang(question)])
    for window in question.wrong:
        _answer(element, window, "0", html(question.diagnosis(window)))
    _anything_else(element, html(question.principle))
    for tag, value in UNITS.items():
        SubElement(element, tag).text = value
    return element


def title(question: Numerical) -> str:
    """The name of a question: its scenario, its quantity, its variant and the learner."""
    sheet = question.sheet
    variant = VARIANT.format(scenario=sheet.scenario_name, name=question.name, number=sheet.number)
    return (FOR.format(variant=variant, person=sheet.person) if sheet.person else variant)[_lang(question)]


def _answer(question: Element, window: Window[PlacedMistake], fraction: str, feedback: str) -> None:
    """An answer with its tolerance, without which Moodle would require an exact match."""
    answer = SubElement(question, "answer", fraction=fraction, format="moodle_auto_format")
    SubElement(answer, "text").text = decimal(window.value)
    SubElement(answer, "tolerance").text = decimal(window.tolerance)
    _said(answer, "feedback", feedback, format="html")


def _anything_else(question: Element, feedback: str) -> None:
    answer = SubElement(question, "answer", fraction="0", format="moodle_auto_format")
    SubElement(answer, "text").text = "*"
    SubElement(answer, "tolerance").text = "0"
    _said(answer, "feedback", feedback, format="html")


@lru_cache(maxsize=1024)
def html(blocks: tuple[Block, ...]) -> str:
    """The blocks as HTML, cached: the given numbers recur with every blank of a sheet, a diagnosis with every sheet."""
    return fragment(blocks)


def _said(parent: Element, tag: str, text: str, **attributes: str) -> None:
    SubElement(SubElement(parent, tag, attributes), "text").text = text


def _lang(question: Numerical) -> Lang:
    return question.sheet.assignment.lang
