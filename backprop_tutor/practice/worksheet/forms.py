"""The forms of a worksheet: one entry each, a function from a sheet to its pages.

The key of a worksheet is the whole worked solution, and every answer with its tolerance. The files of a class are
worksheets to hand out, keys to keep, and the scenario each is checked against.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from itertools import groupby
from pathlib import Path
from unicodedata import category, normalize

from backprop_tutor.formula.figures import figure
from backprop_tutor.formula.nodes import Formula
from backprop_tutor.frozen import frozen
from backprop_tutor.graph.scenario import Scenario
from backprop_tutor.lesson.document import Document, Math, Section, Table, Words
from backprop_tutor.lesson.facts import facts
from backprop_tutor.lesson.lesson import Lesson
from backprop_tutor.lesson.teach import teach
from backprop_tutor.notation.notation import Notation
from backprop_tutor.practice.exercise.lines import Line
from backprop_tutor.practice.worksheet.blanks import BOX, QUANTITY, RULE, WRITTEN, worksheet
from backprop_tutor.practice.worksheet.moodle import CLOSING, OPENING, questions_xml
from backprop_tutor.practice.worksheet.numerical import Numerical, numericals
from backprop_tutor.practice.worksheet.plain_questions import cloze_xml, gift
from backprop_tutor.practice.worksheet.qti import ASSESSMENT, MANIFEST, opening, qti_items
from backprop_tutor.practice.worksheet.qti import CLOSING as QTI_CLOSING
from backprop_tutor.practice.worksheet.record import key_record, worksheet_record
from backprop_tutor.practice.worksheet.sheet import Sheet
from backprop_tutor.registry import by_name
from backprop_tutor.render import render
from backprop_tutor.text import Lang, T
from backprop_tutor.training.train_step import Step

TITLE = T("Key: {label}", "答案：{label}")
FOR = T("{label}, {person}", "{label}，{person}")
ANSWERS = T("Answers", "答案")
VALUE = T("value", "值")
WITHIN = T("right within ±", "允许误差 ±")
WINDOW_DIGITS = 3
ACROSS = 3
"""The number of answers side by side in a compact key."""


def answer_key(sheet: Sheet) -> Document:
    """The worked solution of a worksheet, and a table of its answers; for a compact key, the table alone."""
    assignment, exercise = sheet.assignment, sheet.exercise
    if assignment.compact:
        return _compact_key(sheet)

    def reader(scenario: Scenario, step: Step, notation: Notation, lang: Lang, digits: int) -> Lesson:
        made = exercise.lesson
        return made if digits == made.digits else Lesson(scenario, step, notation, lang, digits)

    lesson = teach(exercise.run, assignment.lang, notation=assignment.notation, view=assignment.view, reader=reader)
    return Document(lesson.lang, _title(sheet), lesson.facts, (*lesson.blocks, _answers(sheet)))


def _title(sheet: Sheet) -> Words:
    label = FOR.format(label=sheet.label, person=sheet.person) if sheet.person else sheet.label
    return sheet.say(TITLE.format(label=label))


def _compact_key(sheet: Sheet) -> Document:
    """One table a sheet: its answers side by side, in the order of the worksheet."""
    pairs: list[tuple[Words, Words]] = [(sheet.written(line), (Math(line.shown),)) for line in sheet.lines]
    pairs += [((), ())] * (-len(pairs) % ACROSS)
    down = len(pairs) // ACROSS
    rows = tuple(tuple(cell for pair in pairs[row::down] for cell in pair) for row in range(down))
    header = tuple(sheet.say(title) for _ in range(ACROSS) for title in (QUANTITY, VALUE))
    table = Table(header, rows, ("left", "right") * ACROSS)
    return Document(sheet.assignment.lang, _title(sheet), facts(sheet.exercise.lesson), (table,))


def _answers(sheet: Sheet) -> Section:
    header = tuple(sheet.say(title) for title in (QUANTITY, WRITTEN, VALUE, WITHIN))
    rows = tuple(_row(sheet, line) for line in sheet.lines)
    return Section(sheet.say(ANSWERS), (Table(header, rows, ("left", "left", "right", "right")),), "answers")


def _row(sheet: Sheet, line: Line) -> tuple[Words, ...]:
    within = Math(figure(sheet.room[line.key], WINDOW_DIGITS))
    return *sheet.named(line), (Math(line.shown),), (within,)


@frozen
class Pages:
    """The result of one sheet: the worksheet and the key, or questions to be gathered with those of all other sheets."""

    worksheet: str | bytes = ""
    key: str | bytes = ""
    questions: str = ""


@frozen
class Form:
    """A form: its name, the ending of its files, and how a sheet is written in it.

    Questions are gathered, many sheets a file, between `opening` (given the file's name) and `closing`; where the form
    is a `package`, they are a member of an archive beside these others.
    """

    name: str
    suffix: str
    pages: Callable[[Sheet], Pages]
    gathered: bool = False
    opening: Callable[[str], str] = lambda name: ""
    closing: str = ""
    member: str = ""
    beside: tuple[tuple[str, str], ...] = ()


def _rendered(format_: str, blank: Formula) -> Callable[[Sheet], Pages]:
    def written(document: Document) -> str:
        return render(document, format_)

    return lambda sheet: Pages(written(worksheet(sheet, blank)), written(answer_key(sheet)))


def _pdf(sheet: Sheet) -> Pages:
    from backprop_tutor.render.typst import pdf

    pages = _rendered("typst", RULE)(sheet)
    return Pages(pdf(str(pages.worksheet)), pdf(str(pages.key)))


def _json(sheet: Sheet) -> Pages:
    records = worksheet_record(sheet), key_record(sheet, numericals(sheet))
    return Pages(*(json.dumps(record, ensure_ascii=False, allow_nan=False, indent=1) + "\n" for record in records))


def _questions(write: Callable[[tuple[Numerical, ...]], str]) -> Callable[[Sheet], Pages]:
    return lambda sheet: Pages(questions=write(numericals(sheet)))


def _xml(name: str) -> str:
    return OPENING


FORMS: Mapping[str, Form] = by_name(
    Form("markdown", ".md", _rendered("markdown", BOX)),
    Form("html", ".html", _rendered("html", RULE)),
    Form("pdf", ".pdf", _pdf),
    Form("typst", ".typ", _rendered("typst", RULE)),
    Form("latex", ".tex", _rendered("latex", RULE)),
    Form("json", ".json", _json),
    Form("moodle", ".xml", _questions(questions_xml), True, _xml, CLOSING),
    Form("cloze", ".xml", _questions(cloze_xml), True, _xml, CLOSING),
    Form("gift", ".gift", _questions(gift), True),
    Form(
        "qti", ".zip", _questions(qti_items), True, opening, QTI_CLOSING, ASSESSMENT, (("imsmanifest.xml", MANIFEST),)
    ),
)

NARROWEST = 2  # digits of a number, so that files are sorted in order
LONGEST = 160
"""The bytes of a name in a file's name: file systems limit it to 255, with number, ending and a mark while it is
written.
"""

PER_FILE = 100
"""The variants whose questions are in one file: some tens of megabytes, which a course still accepts."""

KEPT = "LMN"
"""The kinds of signs that stay in a file's name: letters, the marks on them, digits."""


def places(folder: Path, form: str, number: int, person: str, count: int) -> tuple[Path, Path, Path]:
    """The paths of the worksheet, the key and the scenario with its numbers; `count` is the number of worksheets."""
    digits = max(NARROWEST, len(str(count)))
    named = "-".join(filter(None, (f"{number:0{digits}d}", safe(person))))
    suffix = FORMS[form].suffix
    return (
        folder / "worksheets" / f"{named}{suffix}",
        folder / "keys" / f"{named}{suffix}",
        folder / "scenarios" / f"{named}.yaml",
    )


def question_files(folder: Path, count: int, form: str = "moodle") -> Iterator[tuple[Path, int]]:
    """The files that the questions of `count` variants are divided over, and how many variants are in each."""
    suffix = FORMS[form].suffix
    if count <= PER_FILE:
        yield folder / f"questions{suffix}", count
        return
    digits = len(str(count))
    for first in range(1, count + 1, PER_FILE):
        last = min(first + PER_FILE - 1, count)
        yield folder / f"questions-{first:0{digits}d}-{last:0{digits}d}{suffix}", last - first + 1


def safe(person: str) -> str:
    """A name as a part of a file's name: letters and digits of any script, a hyphen for everything else."""
    words = groupby(normalize("NFC", person), key=lambda sign: category(sign)[0] in KEPT)
    joined = "-".join("".join(signs) for kept, signs in words if kept)
    return joined.encode()[:LONGEST].decode(errors="ignore").rstrip("-")
