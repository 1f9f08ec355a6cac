"""The equations of a book in general form, and their names behind the lines where they are used."""

from __future__ import annotations

from backprop_tutor.formula.nodes import Formula
from backprop_tutor.lesson import book_phrases
from backprop_tutor.lesson.document import Align, Block, Math, Paragraph, Table, Text, Words
from backprop_tutor.lesson.lesson import Lesson
from backprop_tutor.lesson.routes import joint
from backprop_tutor.notation.rule import Kind


def book_rules(lesson: Lesson) -> tuple[Block, ...]:
    """The equations of the notation that hold here, a line each; nothing for a book that has none of its own."""
    rules = tuple(rule for rule in lesson.notation.rules if rule.holds(joint=joint(lesson)))
    if not rules:
        return ()
    rows = tuple((_equation(r.left, r.right), (Text(r.name),), lesson.say(r.meaning)) for r in rules)
    named = any(rule.name for rule in rules)
    shown = rows if named else tuple((row[0], row[2]) for row in rows)
    align: tuple[Align, ...] = tuple("left" for _ in shown[0])
    opening = book_phrases.IN_GENERAL if all(rule.outputs != "joint" for rule in rules) else book_phrases.IN_JOINT
    return Paragraph(lesson.say(opening)), Table(((),) * len(align), shown, align)


def _equation(left: Formula, right: Formula) -> Words:
    return Math(left), Text(" = "), Math(right)


def named(lesson: Lesson, kind: Kind) -> Words:
    """The book's name of the equation for a step, in brackets; nothing where it has none."""
    name = lesson.notation.rule_name(kind)
    return (Text(f"({name})"),) if name else ()
