"""A page that is mostly a picture: the network or the expression graph, its figures, and a legend."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

from backprop_tutor.errors import TutorError
from backprop_tutor.formula.nodes import Matrix, Role, Sym
from backprop_tutor.frozen import frozen
from backprop_tutor.graph.quantity import Quantity
from backprop_tutor.lesson.document import Block, Document, Drawing, Equation, Link, Paragraph, Words
from backprop_tutor.lesson.drawing import Stage, drawing, path, size
from backprop_tutor.lesson.facts import facts
from backprop_tutor.lesson.inline import plain
from backprop_tutor.lesson.lesson import Lesson
from backprop_tutor.lesson.names import element_of
from backprop_tutor.lesson.teach import choose_notation
from backprop_tutor.text import Lang, T
from backprop_tutor.training.train_step import Run

Part = TypeVar("Part")

DIGITS = 4
LARGEST = 16  # units of a layer in a picture of any kind
SHOWN = 5  # rows and columns of a larger matrix

NO_EXAMPLE = T("there is no example {number}; the step has {count}", "没有第 {number} 个样本；这一步共 {count} 个")
ON_WEIGHTS = T("On each arrow stands its weight. ", "每条箭头上是它的权重。")
ON_WEIGHTS_TOO = T(
    "On each arrow stands its weight, in brackets the derivative of the loss by it. ",
    "每条箭头上是它的权重，括号里是损失对它的导数。",
)
ON_EDGES = T(
    "On each arrow stands what comes back along it: the derivative behind it times the local one; a node adds up what "
    "comes back to it. ",
    "每条箭头上是沿它传回的量：箭头所指节点的导数乘以局部导数；节点把传回来的各项相加。",
)
OF_EXAMPLE = T(
    "The units show example {number} of {count}; a weight has one derivative for all of them. ",
    "各单元显示的是 {count} 个样本中的第 {number} 个；权重的导数由全部样本共同决定。",
)
TOO_WIDE = T(
    "This is too large to be drawn here; the weights stand in tables instead.", "图太大，这里画不下；权重改列成表。"
)
IN_TABLES = T(
    "A row holds what leads to one unit, a column what comes from one. ",
    "一行是通向同一单元的权重，一列是来自同一单元的权重。",
)
IN_TABLES_TOO = T(
    "A row holds what leads to one unit, a column what comes from one; in brackets the derivative of the loss by it. ",
    "一行是通向同一单元的权重，一列是来自同一单元的权重；括号里是损失对它的导数。",
)
TOO_LARGE = T(
    "a layer of {count} units is too large to be drawn ({most} at most)",
    "有 {count} 个单元的层太大，画不出来（最多 {most} 个）",
)
TOO_MANY = T(
    "a graph of {count} nodes is too large to be drawn ({most} at most)",
    "有 {count} 个节点的图太大，画不出来（最多 {most} 个）",
)
IN_SHORT = T(
    "In short: a letter belongs to the unit that its frame names, and ∂ before it is the loss's derivative by it; "
    "--width shows the full names.",
    "简写：字母属于方框所标的单元，前面的 ∂ 表示损失对它的导数；加大 --width 可显示全名。",
)
MATRICES = T(
    "A layer of {count} units is too large to be drawn; here are the weights as matrices, one row per unit.",
    "有 {count} 个单元的层太大，画不出来；下面把权重写成矩阵，每个单元一行。",
)


@frozen
class Shown:
    """What a picture shows: the pass, the example (from 1), and the path from which quantity."""

    stage: Stage = "forward"
    example: int = 1
    focus: str | None = None


FORWARD = Shown()


def lesson_of(run: Run, lang: Lang, notation: str | None = None, digits: int | None = None) -> Lesson:
    """The lesson from which the pictures of a run are made: its first step. Raises TutorError for a notation that does
    not fit.
    """
    written = choose_notation(run.scenario.graph, notation or run.scenario.presentation.notation)
    return Lesson(run.scenario, run.steps[0], written, lang, digits or DIGITS)


def picture(lesson: Lesson, shown: Shown = FORWARD) -> Drawing:
    """The picture, with the path from the quantity in focus to the loss highlighted.

    Raises TutorError for an unknown example or quantity, and where the graph is too large to be drawn.
    """
    if not 1 <= shown.example <= lesson.examples:
        raise TutorError(NO_EXAMPLE.format(number=shown.example, count=lesson.examples))
    lit = path(lesson, element_of(lesson, shown.focus)[0]) if shown.focus else frozenset[str]()
    drawn = drawing(lesson, lit, shown.stage, shown.example, LARGEST)
    if drawn is None:
        raise TutorError(_too_large(lesson))
    return drawn


def page(lesson: Lesson, drawn: Drawing, shown: Shown, *, fits: bool = True, short: bool = False) -> Document:
    """A page with a picture and its legend, or the short form; where it does not fit, with its replacement."""
    too_wide = () if fits else (Paragraph(lesson.say(TOO_WIDE)),)
    legend = _legend(lesson, replace(shown, stage="forward") if short else shown, drawn=fits)
    legend = (*legend, *lesson.say(IN_SHORT)) if short else legend
    return _document(lesson, (*too_wide, drawn, *((Paragraph(legend, "muted"),) if legend else ())))


def matrices(lesson: Lesson) -> Document | None:
    """A page with the weights of a network too large to be drawn; None where it can be, and for an expression graph."""
    if not lesson.graph.layers or size(lesson) <= LARGEST:
        return None
    said = Paragraph(lesson.say(MATRICES, count=size(lesson)))
    return _document(lesson, (said, *(_matrix(lesson, node) for node in lesson.nodes(Role.WEIGHT))))


def _document(lesson: Lesson, blocks: tuple[Block, ...]) -> Document:
    return Document(lesson.lang, plain(lesson.scenario.title[lesson.lang]), facts(lesson), blocks)


def _too_large(lesson: Lesson) -> T:
    if lesson.graph.layers:
        return TOO_LARGE.format(count=size(lesson), most=LARGEST)
    return TOO_MANY.format(count=lesson.graph.losses + 1, most=LARGEST * LARGEST)


def _legend(lesson: Lesson, shown: Shown, *, drawn: bool) -> Words:
    """The legend of the picture, in one sentence; empty where none is needed."""
    parts: list[Words] = []
    if lesson.graph.layers:
        plainly, too = (ON_WEIGHTS, ON_WEIGHTS_TOO) if drawn else (IN_TABLES, IN_TABLES_TOO)
        parts.append(lesson.say(too if shown.stage == "backward" else plainly))
    elif shown.stage == "backward":
        parts.append(lesson.say(ON_EDGES))
    if lesson.examples > 1:
        parts.append(lesson.say(OF_EXAMPLE, number=shown.example, count=lesson.examples))
    return tuple(inline for part in parts for inline in part)


def _matrix(lesson: Lesson, node: int) -> Equation:
    """A weight matrix, of which the first rows and columns and the last are shown."""
    rows, columns = lesson.step.trace.values[node].shape
    seen = [
        [lesson.reading.number(lesson.graph.element(node, (row, column))) for column in _seen(columns)]
        for row in _seen(rows)
    ]
    written = tuple(tuple(_elided(row, columns, Sym("⋯"))) for row in seen)
    dots = tuple(Sym("⋮") for _ in written[0])
    letter = lesson.letters.value(Quantity(lesson.graph.nodes[node].name))
    return Equation(letter, (Link("≈", Matrix(tuple(_elided(written, rows, dots)))),))


def _seen(count: int) -> Sequence[int]:
    return range(count) if count <= SHOWN else (*range(SHOWN - 1), count - 1)


def _elided(parts: Sequence[Part], count: int, dots: Part) -> Sequence[Part]:
    return parts if count <= SHOWN else (*parts[:-1], dots, parts[-1])
