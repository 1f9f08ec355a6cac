"""List, or count, the paths on which a quantity reaches the loss; of arrays also the product along a path.

The paths are written with the names of the units, nodes or arrays on them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from backprop_tutor.formula.nodes import Formula, Role
from backprop_tutor.formula.printing.unicode import unicode
from backprop_tutor.frozen import frozen
from backprop_tutor.graph.graph import Element, Graph
from backprop_tutor.graph.quantity import Quantity
from backprop_tutor.lesson.document import Block, Flow, Paragraph
from backprop_tutor.lesson.inline import math
from backprop_tutor.lesson.inline import plain as plain_words
from backprop_tutor.lesson.lesson import Lesson
from backprop_tutor.lesson.names import forms
from backprop_tutor.lesson.views.graph import first, users
from backprop_tutor.lesson.views.unit_paths import onward, uses
from backprop_tutor.practice.exercise.draw import drawn, pick
from backprop_tutor.practice.exercise.exercise import Exercise
from backprop_tutor.practice.exercise.page import definitions
from backprop_tutor.practice.exercise.skills import SKILLS
from backprop_tutor.practice.quiz.kinds import array_path
from backprop_tutor.practice.quiz.kinds.kind import Kind, Subject
from backprop_tutor.practice.quiz.kinds.named_arrays import formulas
from backprop_tutor.practice.quiz.question import Count, Question, Ways
from backprop_tutor.text import T

MOST = 200

Way = tuple[str, ...]


def ways(lesson: Lesson, start: Element) -> tuple[Way, ...]:
    """The paths from an element to the loss, each as the names of the units, or of the nodes, on it."""
    found: list[Way] = []
    waiting: list[tuple[Element, Way]] = [(e, ()) for e in ahead(lesson, start)]
    while waiting and len(found) < MOST:
        element, names = waiting.pop()
        here = _name(lesson, element)
        passed = names if here is None or names[-1:] == (here,) else (*names, here)
        onwards = ahead(lesson, element)
        if onwards:
            waiting += [(e, passed) for e in reversed(onwards)]
        elif element.node == lesson.graph.losses:
            found.append(passed)
    return tuple(found)


def ahead(lesson: Lesson, element: Element) -> tuple[Element, ...]:
    """The next elements on a path."""
    if not lesson.graph.layers:
        return tuple(e for e in users(lesson).get(element, ()) if e.node <= lesson.graph.losses and not e.example)
    role = lesson.graph.nodes[element.node].role
    return uses(lesson, element) if role in (Role.WEIGHT, Role.BIAS) else onward(lesson, element)


def _name(lesson: Lesson, element: Element) -> str | None:
    """The unit an element belongs to, or in a graph its node; empty for the loss of a network."""
    node = lesson.graph.nodes[element.node]
    if not lesson.graph.layers:
        return node.name
    return unit(lesson, node.layer, element.indices[0]) if node.layer else None


def unit(lesson: Lesson, layer: int, row: int) -> str:
    """The name of a unit: its author's, else the letter of its activation."""
    return lesson.graph.units(layer)[row] if lesson.graph.named else unicode(_given_out(lesson, layer, row))


def _given_out(lesson: Lesson, layer: int, row: int) -> Formula:
    return lesson.letters.value(Quantity(lesson.graph.part_name(layer, "a"), (row + 1,)))


def layers(graph: Graph) -> range:
    """The layers by number, 0 for the inputs."""
    return range(len(graph.groups))


def spellings(lesson: Lesson, start: Formula) -> Iterator[tuple[str, str]]:
    """Every other name of a unit; the ends of a path, which need not be typed, have an empty meaning."""
    graph = lesson.graph
    ends = (start, lesson.letters.loss) if graph.layers else (start,)
    yield from ((name, "") for end in ends for name in forms(end))
    for layer in layers(graph)[1:]:
        for row, named in enumerate(graph.units(layer)):
            contract = (Quantity(graph.part_name(layer, part), (row + 1,)).short for part in "az")
            written = forms(_given_out(lesson, layer, row))
            yield from ((name, unit(lesson, layer, row)) for name in (named, *contract, *written))


COUNT = T("How many paths lead from {letter} to {loss}?", "从 {letter} 到 {loss} 有几条路径？")
LIST = T("List every path from {letter} to {loss}.", "列出从 {letter} 到 {loss} 的每条路径。")
ONE_EXAMPLE = T("One example is enough.", "只看一个样本。")
TYPE_COUNT = T("Type a whole number.", "请输入一个整数。")
TYPE_LIST = T(
    "For each path type the {what} it passes on the way, hyphens between them, and semicolons between paths: p-q; r-q.",
    "每条路径写出途中经过的{what}，用连字符相连，路径之间用分号：p-q; r-q。",
)
LAYERS = T("Units, from the inputs to the outputs: {units}.", "从输入到输出的单元：{units}。")
MISSING = T("Not connected: {missing}.", "没有连接：{missing}。")
UNITS, NODES = T("units", "单元"), T("nodes, up to the result,", "节点（直到结果）")
ARRAYS = T("arrays, up to the result,", "数组（直到结果）")
FORWARD = T(
    "Follow the connections forward, away from {letter}: wherever one leads to several, the path splits.",
    "从 {letter} 出发沿连接往前走：凡是一处通向几处的地方，路径就分叉。",
)
NEXT = T("The first step leads to {next}.", "第一步到达 {next}。")
NUMBERS = T("Paths in all: {count}.", "一共 {count} 条路径。")
MOST_LISTED = 4


def subjects(exercise: Exercise) -> tuple[Subject, ...]:
    """Every parameter of a network, every given quantity of a graph; not where a softmax joins all paths of units."""
    lesson = exercise.lesson
    if lesson.graph.shapes is not None:
        return array_path.subjects(exercise)
    if not all(map(lesson.graph.by_unit, lesson.nodes(Role.ACTIVATION))):
        return ()
    return tuple(Subject("chain-rule", lesson.key(e)) for e in _starts(lesson) if 0 < len(ways(lesson, e)) < MOST)


def _starts(lesson: Lesson) -> tuple[Element, ...]:
    if lesson.graph.layers:
        return lesson.elements(Role.WEIGHT, Role.BIAS)
    return tuple(e for e in lesson.elements(Role.INPUT, Role.WEIGHT) if not e.example)


def _units(lesson: Lesson) -> tuple[Block, ...]:
    """The units layer by layer, and which of them have no connection; empty for a graph, whose formulas show it."""
    graph = lesson.graph
    if not graph.layers:
        return ()
    rows = [[unit(lesson, layer, row) for row in range(len(graph.units(layer)))] for layer in layers(graph)]
    shown = Paragraph(lesson.say(LAYERS, units=" → ".join(", ".join(names) for names in rows)))
    missing = [
        f"{rows[layer - 1][k]} → {rows[layer][j]}"
        for layer in layers(graph)[1:]
        for j in range(len(rows[layer]))
        for k in range(len(rows[layer - 1]))
        if not lesson.graph.is_connected(Element(lesson.graph.part(layer, "W"), (j, k)))
    ]
    return (shown, Paragraph(lesson.say(MISSING, missing=", ".join(missing)))) if missing else (shown,)


def ask(exercise: Exercise, subject: Subject, level: int) -> Question:
    """The question: few paths are listed or counted, many are counted."""
    del level
    lesson = exercise.lesson
    if lesson.graph.shapes is not None:
        return _of_arrays(exercise, subject)
    start = next(e for e in _starts(lesson) if lesson.key(e) == subject.name)
    letters = lesson.reading.letter(start), lesson.reading.letter(first(lesson))
    graph = not lesson.graph.layers
    ends = (math(letters[0]),), () if graph else (math(letters[1]),)
    found = ways(lesson, start)
    routes = Routes(
        letters,
        dict(zip(found, (Flow((*ends[0], *map(plain_words, way), *ends[1]), "→") for way in found), strict=True)),
        NODES if graph else UNITS,
        tuple(spellings(lesson, letters[0])),
        (*definitions(exercise), *_units(lesson)),
        lesson.reading.letter(ahead(lesson, start)[0]),
    )
    return _listed_or_counted(exercise, subject, routes)


def _of_arrays(exercise: Exercise, subject: Subject) -> Question:
    """One of the questions that an array allows."""
    lesson, start = exercise.lesson, array_path.starts(exercise.lesson)[subject.name]
    asked = [q for make in (array_path.product, array_path.terms) if (q := make(exercise, subject, start)) is not None]
    found = array_path.routes(lesson, start)
    if len(found) > 1 or not asked:
        whole = lesson.formulas.whole
        names = {tuple(lesson.graph.nodes[i].name for i in route[1:]): route for route in found}
        routes = Routes(
            (whole(start), whole(found[0][-1])),
            {way: Flow(tuple(math(whole(i)) for i in route), "→") for way, route in names.items()},
            ARRAYS,
            tuple(array_path.spellings(lesson, start)),
            (formulas(lesson, array_path.passed(lesson, start)),),
            whole(found[0][1]),
        )
        asked.append(_listed_or_counted(exercise, subject, routes))
    return pick(asked, exercise.seed, "path", subject.name)


@frozen
class Routes:
    """The paths between two letters by the names on them, each as it is shown; what the names are of, other spellings
    of them, the blocks that show how things are connected, and the letter that comes next.
    """

    ends: tuple[Formula, Formula]
    ways: Mapping[Way, Block]
    what: T
    spellings: tuple[tuple[str, str], ...]
    setting: tuple[Block, ...]
    next: Formula


def _listed_or_counted(exercise: Exercise, subject: Subject, routes: Routes) -> Question:
    lesson, found = exercise.lesson, routes.ways
    listed = len(found) <= MOST_LISTED and drawn(exercise.seed, "path", subject.name) % 2 == 0
    letter, loss = routes.ends
    alone = () if lesson.examples == 1 else (Paragraph(lesson.say(ONE_EXAMPLE)),)
    solution = (*found.values(), Paragraph(lesson.say(NUMBERS, count=len(found))))
    return Question(
        exercise,
        PATH.name,
        subject.skill,
        None,
        (Paragraph(lesson.say(LIST if listed else COUNT, letter=letter, loss=loss)), *alone, *routes.setting),
        lesson.say(TYPE_LIST, what=routes.what) if listed else lesson.say(TYPE_COUNT),
        Ways(frozenset(found), routes.spellings) if listed else Count(len(found)),
        (
            (Paragraph(lesson.say(SKILLS["chain-rule"].principle)),),
            (Paragraph(lesson.say(FORWARD, letter=letter)),),
            (Paragraph(lesson.say(NEXT, next=routes.next)),),
            solution,
        ),
        solution,
    )


PATH = Kind("path", T("the paths of the chain rule", "链式法则的路径"), subjects, ask)
