"""How many parameters there are, and so how many derivatives a backward pass gives."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

from backprop_tutor.formula.nodes import Formula
from backprop_tutor.graph.derivatives.costs import size
from backprop_tutor.graph.quantity import Quantity
from backprop_tutor.lesson.document import Block, Paragraph
from backprop_tutor.lesson.inline import joined
from backprop_tutor.lesson.lesson import Lesson
from backprop_tutor.practice.exercise.exercise import Exercise
from backprop_tutor.practice.exercise.page import definitions
from backprop_tutor.practice.quiz.kinds.kind import Kind, Subject
from backprop_tutor.practice.quiz.kinds.shape import LAYERS, layers
from backprop_tutor.practice.quiz.question import Count, Question
from backprop_tutor.text import T

ASK = T(
    "How many parameters are there? A backward pass gives so many derivatives.",
    "一共有多少个参数？一次反向传播就给出这么多个导数。",
)
ARRAYS = T("All that an update changes counts: {arrays}.", "更新会改变的都算：{arrays}。")
HOW = T("Type a whole number.", "请输入一个整数。")
RULE = T(
    "An array has as many numbers as the product of its axes: n units on m inputs have n·m weights, and n biases.",
    "一个数组的元素个数等于各轴长度之积：n 个单元、m 个输入，就有 n·m 个权重和 n 个偏置。",
)
SHAPED, BARE = T("{letter} ({axes})", "{letter}（{axes}）"), T("{letter}", "{letter}")
OF_ARRAY = T("{letter}: {product}", "{letter}：{product}")
TOGETHER = T("Together: {total}", "合计：{total}")


def subjects(exercise: Exercise) -> tuple[Subject, ...]:
    """All parameters together, where there are any."""
    return (Subject("shape", "parameters"),) if exercise.lesson.step.lines else ()


def ask(exercise: Exercise, subject: Subject, level: int) -> Question:
    """The number of all parameters."""
    del level
    lesson = exercise.lesson
    sizes = {name: size(lesson.reading.trace, lesson.graph.index[name]) for name in _parameters(lesson)}
    arrays = joined(
        (lesson.say(_shaped(lesson), letter=_letter(lesson, n), axes=_axes(sizes[n][0])) for n in sizes), lesson.lang
    )
    counted = tuple(
        Paragraph(lesson.say(OF_ARRAY, letter=_letter(lesson, name), product=_product(axes, count)))
        for name, (axes, count) in sizes.items()
    )
    total = sum(count for _, count in sizes.values())
    rule, answer = Paragraph(lesson.say(RULE)), Paragraph(lesson.say(TOGETHER, total=total))
    return Question(
        exercise,
        PARAMETERS.name,
        subject.skill,
        None,
        (Paragraph(lesson.say(ASK)), *_setting(lesson, exercise), Paragraph(lesson.say(ARRAYS, arrays=arrays))),
        lesson.say(HOW),
        Count(total),
        ((rule,), counted, (answer,)),
        (rule, *counted, answer),
    )


def _parameters(lesson: Lesson) -> Iterator[str]:
    """The nodes that an update changes, in the order of the computation."""
    return (node.name for node in lesson.graph.nodes if node.name in lesson.step.lines)


def _letter(lesson: Lesson, name: str) -> Formula:
    return lesson.letters.value(Quantity(name))


def _setting(lesson: Lesson, exercise: Exercise) -> tuple[Block, ...]:
    """The sizes of the layers, or the formulas of a graph."""
    if not lesson.graph.layers:
        return definitions(exercise)
    return (Paragraph(lesson.say(LAYERS, units=" → ".join(layers(lesson)), examples=lesson.examples)),)


def _shaped(lesson: Lesson) -> T:
    """A network's layers have the shapes already."""
    return BARE if lesson.graph.layers or lesson.graph.shapes is None else SHAPED


def _axes(axes: tuple[int, ...]) -> str:
    return "×".join(map(str, axes)) or "1"


def _product(axes: tuple[int, ...], count: int) -> str:
    """``2·3 = 6``, ``2·3 − 1 = 5`` where a connection is missing; of a single axis the count alone."""
    missing = prod(axes) - count
    written = "·".join(map(str, axes)) + (f" − {missing}" if missing else "")
    return f"{written} = {count}" if len(axes) > 1 else str(count)


PARAMETERS = Kind("parameters", T("count the parameters", "数参数"), subjects, ask, stage=1)
