"""List, or count, the paths on which a quantity reaches the loss."""

from __future__ import annotations

from backprop_tutor.engine.reading import Element
from backprop_tutor.formula.nodes import Role
from backprop_tutor.lesson.document import Block, Flow, Paragraph
from backprop_tutor.lesson.lesson import Lesson
from backprop_tutor.lesson.node_by_node import first, users
from backprop_tutor.lesson.routes import onward, summed
from backprop_tutor.lesson.words import math, plain
from backprop_tutor.practice.quiz.draw import drawn
from backprop_tutor.practice.quiz.exercise import Exercise
from backprop_tutor.practice.quiz.key import Count, Ways
from backprop_tutor.practice.quiz.kinds.kind import Kind, Subject
from backprop_tutor.practice.quiz.page import definitions
from backprop_tutor.practice.quiz.question import Question
from backprop_tutor.practice.quiz.skills import SKILLS
from backprop_tutor.text import T

COUNT = T("How many paths lead from {letter} to {loss}?", "从 {letter} 到 {loss} 有几条路径？")
LIST = T("List every path from {letter} to {loss}.", "列出从 {letter} 到 {loss} 的每条路径。")
ONE_EXAMPLE = T("One example is enough.", "只看一个样本。")
TYPE_COUNT = T("Type a whole number.", "请输入一个整数。")
TYPE_LIST = T(
    "For each path type the {what} it passes on the way, hyphens between them, and semicolons between paths: p-q; r-q.",
    "每条路径写出途中经过的{what}，用连字符相连，路径之间用分号：p-q; r-q。",
)
UNITS, NODES = T("units", "单元"), T("nodes, up to the result,", "节点（直到结果）")
FORWARD = T(
    "Follow the connections forward, away from {letter}: at every unit that feeds several others the path splits.",
    "从 {letter} 出发沿连接往前走：凡是一个单元通向几个单元的地方，路径就分叉。",
)
NEXT = T("The first step leads to {next}.", "第一步到达 {next}。")
NUMBERS = T("Paths in all: {count}.", "一共 {count} 条路径。")
MOST_LISTED = 4
MOST = 200

Way = tuple[str, ...]


def subjects(exercise: Exercise) -> tuple[Subject, ...]:
    """Every parameter of a network, every given quantity of a graph; not where a softmax ties all paths together."""
    lesson = exercise.lesson
    if any(node.op is not None and node.op.name == "softmax" for node in lesson.graph.nodes):
        return ()
    return tuple(Subject("chain-rule", lesson.key(e)) for e in _starts(lesson) if 0 < len(ways(lesson, e)) < MOST)


def _starts(lesson: Lesson) -> tuple[Element, ...]:
    if lesson.graph.network:
        return lesson.elements(Role.WEIGHT, Role.BIAS)
    return tuple(e for e in lesson.elements(Role.INPUT, Role.WEIGHT) if e.column == 0)


def ways(lesson: Lesson, start: Element) -> tuple[Way, ...]:
    """The paths from an element to the loss, each as the names of the units, or of the nodes, that it passes."""
    found: list[Way] = []
    waiting: list[tuple[Element, Way]] = [(e, ()) for e in _ahead(lesson, start)]
    while waiting and len(found) < MOST:
        element, names = waiting.pop()
        here = _name(lesson, element)
        passed = names if here is None or names[-1:] == (here,) else (*names, here)
        ahead = _ahead(lesson, element)
        if ahead:
            waiting += [(e, passed) for e in reversed(ahead)]
        elif element.node == lesson.graph.losses:
            found.append(passed)
    return tuple(found)


def _ahead(lesson: Lesson, element: Element) -> tuple[Element, ...]:
    if lesson.graph.network is None:
        return tuple(e for e in users(lesson).get(element, ()) if e.node <= lesson.graph.losses and e.column == 0)
    role = lesson.graph.nodes[element.node].role
    return (summed(lesson, element, 0),) if role in (Role.WEIGHT, Role.BIAS) else onward(lesson, element)


def _name(lesson: Lesson, element: Element) -> str | None:
    """The unit an element belongs to, or in a graph its node; nothing for the loss of a network."""
    node = lesson.graph.nodes[element.node]
    network = lesson.graph.network
    if network is None:
        return node.name
    return network.units(node.layer)[element.row] if node.layer else None


def ask(exercise: Exercise, subject: Subject, level: int) -> Question:
    """Few paths are listed or counted, many are counted."""
    del level
    lesson = exercise.lesson
    start = next(e for e in _starts(lesson) if lesson.key(e) == subject.name)
    found = ways(lesson, start)
    listed = len(found) <= MOST_LISTED and drawn(exercise.seed, "path", subject.name) % 2 == 0
    letters = {"letter": lesson.reading.letter(start), "loss": lesson.reading.letter(first(lesson))}
    shown: tuple[Block, ...] = tuple(Flow(tuple(plain(name) for name in way), "→") for way in found)
    graph = lesson.graph.network is None
    alone = () if lesson.examples == 1 else (Paragraph(lesson.say(ONE_EXAMPLE)),)
    return Question(
        exercise,
        PATH.name,
        subject.skill,
        None,
        (Paragraph(lesson.say(LIST if listed else COUNT, **letters)), *alone, *definitions(exercise)),
        lesson.say(TYPE_LIST, what=NODES if graph else UNITS) if listed else lesson.say(TYPE_COUNT),
        Ways(frozenset(found)) if listed else Count(len(found)),
        (
            (Paragraph(lesson.say(SKILLS["chain-rule"].principle)),),
            (Paragraph(lesson.say(FORWARD, letter=letters["letter"])),),
            (Paragraph(lesson.say(NEXT, next=lesson.reading.letter(_ahead(lesson, start)[0]))),),
            (*shown, Paragraph(lesson.say(NUMBERS, count=len(found)))),
        ),
        (Paragraph(math(letters["letter"])), *shown, Paragraph(lesson.say(NUMBERS, count=len(found)))),
    )


PATH = Kind("path", T("list or count the paths", "列出或数出路径"), subjects, ask)
