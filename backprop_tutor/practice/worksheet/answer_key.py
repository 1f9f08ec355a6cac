"""The key of a worksheet: the whole worked solution, and every answer with what is still counted as right."""

from __future__ import annotations

from backprop_tutor.formula.rounding import figure
from backprop_tutor.lesson.document import Code, Document, Math, Section, Table, Words
from backprop_tutor.lesson.teach import teach
from backprop_tutor.practice.quiz.line import Line
from backprop_tutor.practice.worksheet.blanks import QUANTITY, WRITTEN
from backprop_tutor.practice.worksheet.sheet import Sheet
from backprop_tutor.practice.worksheet.tolerance import tolerance
from backprop_tutor.text import T

TITLE = T("Key: {label}", "答案：{label}")
FOR = T("{label}, {person}", "{label}，{person}")
ANSWERS = T("Answers", "答案")
VALUE = T("value", "值")
WITHIN = T("right within ±", "允许误差 ±")
WINDOW_DIGITS = 3


def answer_key(sheet: Sheet) -> Document:
    """The worked solution of a worksheet, and a table of its answers."""
    assignment, exercise = sheet.assignment, sheet.exercise
    told = teach(exercise.run, assignment.lang, notation=assignment.notation, view=assignment.view)
    label = FOR.format(label=sheet.label, person=sheet.person) if sheet.person else sheet.label
    return Document(told.lang, sheet.say(TITLE.format(label=label)), told.facts, (*told.blocks, _answers(sheet)))


def _answers(sheet: Sheet) -> Section:
    header = tuple(sheet.say(title) for title in (QUANTITY, WRITTEN, VALUE, WITHIN))
    rows = tuple(_row(sheet, line) for line in sheet.lines)
    return Section(sheet.say(ANSWERS), (Table(header, rows, ("left", "left", "right", "right")),), "answers")


def _row(sheet: Sheet, line: Line) -> tuple[Words, ...]:
    within = Math(figure(tolerance(line), WINDOW_DIGITS))
    return (Code(sheet.name(line)),), sheet.written(line), (Math(line.shown),), (within,)
