"""What a worksheet is written as: one entry a form, each a function from a sheet to its pages."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from backprop_tutor.formula.nodes import Formula
from backprop_tutor.frozen import frozen
from backprop_tutor.lesson.document import Document
from backprop_tutor.practice.worksheet.answer_key import answer_key
from backprop_tutor.practice.worksheet.blanks import BOX, RULE, worksheet
from backprop_tutor.practice.worksheet.moodle import questions_xml
from backprop_tutor.practice.worksheet.numerical import numericals
from backprop_tutor.practice.worksheet.record import key_record, worksheet_record
from backprop_tutor.practice.worksheet.sheet import Sheet
from backprop_tutor.registry import by_name
from backprop_tutor.render import render


@frozen
class Pages:
    """What one sheet becomes: the worksheet and the key, or questions to be gathered with those of all other sheets."""

    worksheet: str = ""
    key: str = ""
    questions: str = ""


@frozen
class Form:
    """A form: its name, the ending of its files, and how a sheet is written in it."""

    name: str
    suffix: str
    pages: Callable[[Sheet], Pages]


def _rendered(format_: str, blank: Formula) -> Callable[[Sheet], Pages]:
    def written(document: Document) -> str:
        return render(document, format_)

    return lambda sheet: Pages(written(worksheet(sheet, blank)), written(answer_key(sheet)))


def _json(sheet: Sheet) -> Pages:
    records = worksheet_record(sheet), key_record(sheet, numericals(sheet))
    return Pages(*(json.dumps(record, ensure_ascii=False, allow_nan=False, indent=1) + "\n" for record in records))


def _moodle(sheet: Sheet) -> Pages:
    return Pages(questions=questions_xml(numericals(sheet)))


FORMS: Mapping[str, Form] = by_name(
    Form("markdown", ".md", _rendered("markdown", BOX)),
    Form("html", ".html", _rendered("html", RULE)),
    Form("json", ".json", _json),
    Form("moodle", ".xml", _moodle),
)
