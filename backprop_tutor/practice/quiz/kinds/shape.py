"""The rows and columns of a gradient of a network, the axes of an array or of a derivative by it."""

from __future__ import annotations

from collections.abc import Iterator

from backprop_tutor.formula.nodes import Role
from backprop_tutor.formula.printing.unicode import unicode
from backprop_tutor.graph.quantity import Quantity
from backprop_tutor.lesson.document import Paragraph
from backprop_tutor.lesson.lesson import Lesson
from backprop_tutor.practice.exercise.exercise import Exercise
from backprop_tutor.practice.exercise.skills import SKILLS
from backprop_tutor.practice.quiz.kinds import array_shape
from backprop_tutor.practice.quiz.kinds.kind import Kind, Subject
from backprop_tutor.practice.quiz.question import Axes, Question
from backprop_tutor.text import T

ASK = T("What is the shape of the derivative of the loss by {letter}?", "损失对 {letter} 的导数是什么形状？")
LAYERS = T(
    "Units, from the inputs to the outputs: {units}. Examples: {examples}.",
    "从输入到输出的单元数：{units}。样本数：{examples}。",
)
HOW = T(
    "Type rows x columns, such as {example}. Weights have a row for each unit; vectors of units a column for each example.",
    "请输入“行数 x 列数”，如 {example}。权重矩阵每个单元一行；单元的向量每个样本一列。",
)
RULES = {
    Role.WEIGHT: T(
        "A weight matrix has a row for each unit of its layer and a column for each unit below.",
        "权重矩阵：本层每个单元一行，前一层每个单元一列。",
    ),
    Role.BIAS: T(
        "A bias vector has a row for each unit of its layer and one column.", "偏置向量：本层每个单元一行，只有一列。"
    ),
}
UNITS = T("It has a row for each unit of its layer and a column for each example.", "本层每个单元一行，每个样本一列。")
ANSWER = T("Rows x columns: {rows}x{columns}", "行数 x 列数：{rows}x{columns}")
ASKED = (Role.WEIGHT, Role.BIAS, Role.PREACTIVATION, Role.ACTIVATION)


def subjects(exercise: Exercise) -> tuple[Subject, ...]:
    """Weights, biases, weighted inputs and activations of every layer of a network; the arrays of a graph of arrays."""
    graph = exercise.lesson.graph
    if graph.shapes is not None:
        return array_shape.subjects(exercise.lesson)
    if not graph.layers:
        return ()
    return tuple(Subject("shape", f"grads.{node.name}") for node in graph.nodes if node.role in ASKED)


def ask(exercise: Exercise, subject: Subject, level: int) -> Question:
    """Rows and columns, or the lengths of the axes of an array."""
    del level
    lesson = exercise.lesson
    if lesson.graph.shapes is not None:
        return array_shape.ask(exercise, subject)
    name = subject.name.removeprefix("grads.")
    rows, columns = lesson.reading.trace.adjoint(name).shape
    key = Axes((rows, columns), rank=2)
    node = lesson.graph.nodes[lesson.graph.index[name]]
    answer = Paragraph(lesson.say(ANSWER, rows=rows, columns=columns))
    return Question(
        exercise,
        SHAPE.name,
        subject.skill,
        subject.name,
        (
            Paragraph(lesson.say(ASK, letter=lesson.letters.value(Quantity(name)))),
            Paragraph(lesson.say(LAYERS, units=" → ".join(layers(lesson)), examples=lesson.examples)),
        ),
        lesson.say(HOW, example=key.example),
        key,
        (
            (Paragraph(lesson.say(SKILLS["shape"].principle)),),
            (Paragraph(lesson.say(RULES.get(node.role, UNITS))),),
            (answer,),
        ),
        (Paragraph(lesson.say(SKILLS["shape"].principle)), answer),
    )


def layers(lesson: Lesson) -> Iterator[str]:
    """``x: 2``, ``a²: 3``: the output of each layer, and its number of units."""
    for layer, group in enumerate(lesson.graph.groups):
        given_out = lesson.letters.value(Quantity(lesson.graph.part_name(layer, "a")))
        yield f"{unicode(given_out)}: {len(group.units)}"


SHAPE = Kind("shape", T("the shape of a gradient or an array", "梯度或数组的形状"), subjects, ask)
