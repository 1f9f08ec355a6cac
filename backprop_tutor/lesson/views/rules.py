"""The equations of a book in general form, and their names after the lines where they are used.

It also names the layers. Notations number layers differently, so hidden layers are counted among themselves.
"""

from __future__ import annotations

from backprop_tutor.formula.nodes import Formula
from backprop_tutor.graph.graph import Graph
from backprop_tutor.lesson import book_phrases
from backprop_tutor.lesson.document import Align, Block, Math, Paragraph, Table, Text, Words
from backprop_tutor.lesson.lesson import Lesson
from backprop_tutor.lesson.views.unit_paths import joint
from backprop_tutor.notation.notation import Kind
from backprop_tutor.text import T

OUTPUT_LAYER = T("the output layer", "输出层")
HIDDEN_LAYER = T("the hidden layer", "隐藏层")
ONE_HIDDEN_LAYER = T("hidden layer {number}", "第 {number} 个隐藏层")


def layer_name(graph: Graph, layer: int) -> T:
    """The name of layer 1, 2, ... of a network within a sentence."""
    last = len(graph.layers)
    if layer == last:
        return OUTPUT_LAYER
    return HIDDEN_LAYER if last == 2 else ONE_HIDDEN_LAYER.format(number=layer)


def layer_title(graph: Graph, layer: int) -> T:
    """The same as a heading."""
    name = layer_name(graph, layer)
    return T(name.en[0].upper() + name.en[1:], name.zh)


def book_rules(lesson: Lesson) -> tuple[Block, ...]:
    """The equations of the notation that apply here, a line each; empty for a book that has none of its own."""
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
    """The book's name of the equation for a step, in brackets; empty where it has none."""
    name = lesson.notation.rule_name(kind)
    return (Text(f"({name})"),) if name else ()
