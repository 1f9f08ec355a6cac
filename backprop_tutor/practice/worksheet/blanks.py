"""The worksheet as a document: the given numbers, every step with a blank for its number, and a table of the results.

The table has the contract's names, so that the filled worksheet can be read and graded directly; a worksheet for pen
and paper has none, since copying sixty numbers would be a burden. The optimizer's state before the step is given, like
the weights.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby

from backprop_tutor.formula.nodes import Formula, Role, Sym
from backprop_tutor.graph.graph import Element
from backprop_tutor.lesson import phrases
from backprop_tutor.lesson.document import (
    Align,
    Block,
    Document,
    Equation,
    Link,
    Paragraph,
    Section,
    Table,
    Words,
)
from backprop_tutor.lesson.facts import facts
from backprop_tutor.lesson.forward import given
from backprop_tutor.lesson.inline import math, sign
from backprop_tutor.lesson.lesson import Lesson
from backprop_tutor.lesson.notes import conventions
from backprop_tutor.practice.exercise.lines import Form, Line
from backprop_tutor.practice.exercise.page import definitions
from backprop_tutor.practice.worksheet.sheet import Sheet, named, part
from backprop_tutor.text import T
from backprop_tutor.training.optimizers import LETTERS

STEP = T(
    "This is step {number}; what the optimizer kept of the steps before:",
    "这是第 {number} 步；优化器从前面各步留下的状态量：",
)


def memory(lesson: Lesson) -> tuple[Block, ...]:
    """A table of the optimizer's state of each parameter; empty for the first step or an optimizer without one."""
    rows = tuple(remembered(lesson))
    if not rows:
        return ()
    kept = tuple(rows[0][1])
    header = (lesson.say(phrases.PARAMETER), *(math(LETTERS[name]) for name in kept))
    numbers: list[Align] = ["right"] * len(kept)
    table = Table(header, tuple(_row(lesson, *row) for row in rows), ("left", *numbers))
    return (Paragraph(lesson.say(STEP, number=lesson.step.number)), table)


def remembered(lesson: Lesson) -> Iterator[tuple[Element, Mapping[str, float]]]:
    """Each trainable parameter with its state; empty for the first step or an optimizer without one."""
    for parameter in lesson.elements(Role.WEIGHT, Role.BIAS) if lesson.step.number > 1 else ():
        name = lesson.graph.nodes[parameter.node].name
        state = lesson.step.before[name] if name in lesson.step.lines else {}
        if state:
            yield parameter, {key: float(array[parameter.place]) for key, array in state.items()}


def _row(lesson: Lesson, parameter: Element, kept: Mapping[str, float]) -> tuple[Words, ...]:
    numbers = (math(lesson.figure(number)) for number in kept.values())
    return (math(lesson.reading.letter(parameter)), *numbers)


LINE = "_" * 20
RULE, BOX = Sym(LINE), Sym("□")
"""A blank to write on with a pen, and one to type over."""

NAME = T("Name: {person}", "姓名：{person}")
HOW = T(
    "Work out every blank with 4 significant figures, carrying 6 on the way. A new weight or bias, and the loss after "
    "the update, have enough digits when the change has 4 figures.",
    "每个空都算到 4 位有效数字，中间过程保留 6 位。新权重、新偏置和更新后的损失，要保留足够的位数，使变化量有 4 位有效数字。",
)
RESULTS = T("Your results", "你的结果")
FILL_IN = T("Copy your numbers into the last column.", "把算出的数抄到最后一列。")
QUANTITY = T("quantity", "量")
WRITTEN = T("written", "记号")
VALUE = T("your value", "你的值")

HEADINGS = {
    "forward": phrases.FORWARD,
    "loss": phrases.LOSS,
    "backward": phrases.BACKWARD,
    "update": phrases.UPDATE,
    "after": phrases.AFTER,
}
OF_EXPRESSIONS = {**HEADINGS, "forward": phrases.FORWARD_VALUE, "backward": phrases.BACKWARD_NODES}
"""The headings of the parts, and those for graphs without layers."""


def worksheet(sheet: Sheet, blank: Formula = RULE) -> Document:
    """The worksheet, with `blank` for every number that the learner computes."""
    lesson = sheet.exercise.lesson
    name = Paragraph(sheet.say(NAME, person=sheet.person or LINE))
    known = (given(lesson), *memory(lesson), *conventions(lesson, in_signals=False), *definitions(sheet.exercise))
    forms = tuple(line.form for line in sheet.lines)
    results = (lesson.shared(_results, forms),) if blank is BOX else ()
    blocks = (name, *known, Paragraph(sheet.say(HOW)), *_parts(sheet, blank), *results)
    return Document(lesson.lang, sheet.say(sheet.label), facts(lesson), blocks)


def _parts(sheet: Sheet, blank: Formula) -> tuple[Section, ...]:
    """The parts of the solution; one that is nothing but blanks is the same on the worksheets of all variants."""
    lesson, formulas = sheet.exercise.lesson, sheet.assignment.formulas
    asked = {line.key for line in sheet.lines}
    parts = []
    for number, (key, group) in enumerate(groupby(sheet.shown_lines, part), start=1):
        lines = tuple(group)
        if all(line.key in asked for line in lines):
            parts.append(lesson.shared(_blank_part, key, number, tuple(line.form for line in lines), formulas, blank))
        else:
            shown = (
                _equation(line.form, formulas, _result(line, blank if line.key in asked else None)) for line in lines
            )
            parts.append(_part(lesson, key, number, shown))
    return tuple(parts)


def _blank_part(
    lesson: Lesson, key: str, number: int, forms: tuple[Form, ...], formulas: bool, blank: Formula
) -> Section:
    return _part(lesson, key, number, (_equation(form, formulas, Link("≈", blank)) for form in forms))


def _part(lesson: Lesson, key: str, number: int, shown: Iterable[Equation]) -> Section:
    headings = HEADINGS if lesson.graph.layers else OF_EXPRESSIONS
    return Section(lesson.say(headings[key]), tuple(shown), key, number)


def _equation(form: Form, formulas: bool, result: Link) -> Equation:
    """``letter = formula ≈ ____``, or with its number where there is no blank."""
    moved = form.quantity.section == "updated"
    formula = (Link("←" if moved else "=", form.written),) if formulas else ()
    return Equation(form.letter, (*formula, result), (form.key,))


def _result(line: Line, blank: Formula | None) -> Link:
    return Link("≈", blank) if blank else Link(sign(line.written, line.shown), line.shown)


def _results(lesson: Lesson, forms: tuple[Form, ...]) -> Section:
    header = (lesson.say(QUANTITY), lesson.say(WRITTEN), lesson.say(VALUE))
    rows = tuple((*named(lesson, form), ()) for form in forms)
    table = Table(header, rows, ("left", "left", "right"))
    return Section(lesson.say(RESULTS), (Paragraph(lesson.say(FILL_IN)), table), "results")
