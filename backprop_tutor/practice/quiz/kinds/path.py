"""List, or count, the paths on which a quantity reaches the loss; of arrays also the product along a path, and the sum over
the places where a number is used.

The paths are written with the names of the units, nodes or arrays on them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import groupby, islice, pairwise
from typing import NamedTuple

from backprop_tutor.formula.nodes import Add, Formula, Mul, Partial, Role
from backprop_tutor.formula.printing.unicode import unicode
from backprop_tutor.graph.array_formulas import keys_in
from backprop_tutor.graph.graph import Element
from backprop_tutor.graph.quantity import Quantity
from backprop_tutor.lesson.document import Block, Flow, Paragraph, Text, Words
from backprop_tutor.lesson.inline import listed, math
from backprop_tutor.lesson.inline import plain as plain_words
from backprop_tutor.lesson.lesson import Lesson
from backprop_tutor.lesson.names import forms
from backprop_tutor.lesson.views.graph import first
from backprop_tutor.lesson.views.graph import users as element_users
from backprop_tutor.lesson.views.unit_paths import onward, paths_between, uses
from backprop_tutor.practice.exercise.draw import drawn, pick, shuffled
from backprop_tutor.practice.exercise.exercise import Exercise
from backprop_tutor.practice.exercise.named_arrays import (
    Nodes,
    formulas,
    result,
    shapes,
    sources,
    users,
    written_through,
)
from backprop_tutor.practice.exercise.page import TYPE_COUNT, choose, definitions
from backprop_tutor.practice.exercise.skills import SKILLS
from backprop_tutor.practice.quiz.kinds import Kind, Subject
from backprop_tutor.practice.quiz.question import Count, Pick, Question, Slip, Ways
from backprop_tutor.text import T

Way = tuple[str, ...]

MOST, MOST_LISTED = 200, 4
MOST_ARRAYS, MOST_ROUTES = 12, 40
"""So many formulas fit a screen; so many paths can be counted on them."""
MOST_TERMS, MOST_NAMED = 40, 12
"""As many places as anybody counts; as many as the answer writes out."""
STEPS = 3
GIVEN = (Role.INPUT, Role.WEIGHT, Role.BIAS)

COUNT = T("How many paths lead from {letter} to {loss}?", "从 {letter} 到 {loss} 有几条路径？")
LIST = T("List every path from {letter} to {loss}.", "列出从 {letter} 到 {loss} 的每条路径。")
ONE_EXAMPLE = T("One example is enough.", "只看一个样本。")
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
PRODUCT = T(
    "{upstream} is known. Which product is sent back to {array} along {route}?",
    "{upstream} 已知。沿 {route} 传回 {array} 的是哪个乘积？",
)
GOING = T(
    "Each step of the path gives one factor, and no other factor stands between.",
    "路径的每一步给出一个因子，中间没有别的因子。",
)
LEFT_OUT = T("The step from {source} to {made} has no factor here.", "这里缺了从 {source} 到 {made} 这一步的因子。")
OTHER_END = T(
    "The last factor is the derivative by {other}: this product goes to {other}, not to {array}.",
    "最后一个因子是对 {other} 的导数：这个乘积传给 {other}，而不是 {array}。",
)
ADDED = T(
    "Along one path the factors are multiplied; sums belong to several paths.",
    "一条路径上的因子要相乘；只有几条路径之间才相加。",
)
UPSIDE_DOWN = T(
    "The factor between {source} and {made} is turned over: what is computed stands above.",
    "{source} 与 {made} 之间的因子上下颠倒了：被算出的量在上面。",
)
TERMS = T(
    "{letter} is used more than once. How many numbers of {arrays} is it used for? {derivative} is a sum over them.",
    "{letter} 不止用了一次。{arrays} 中有几个数用到它？{derivative} 就是对它们求和。",
)
EACH_USE = T(
    "Every number that is made with {letter} sends a contribution back to it.",
    "凡是用 {letter} 算出的数，都传回它一份贡献。",
)
ONE_PLACE = T(
    "That is one place only: {letter} is used in others, too, and their contributions are summed.",
    "这只算了一处：{letter} 还用在别处，各处的贡献要相加。",
)
WHOLE_ARRAY = T(
    "So many numbers there are in all; not every one of them is made with {letter}.",
    "这是全部数的个数；并不是每个数都用到 {letter}。",
)
ITS_OWN_SIZE = T("So many numbers {array} has itself.", "这是 {array} 自己的元素个数。")
USED_FOR = T("{letter} is used for {count} numbers: {made}", "用到 {letter} 的有 {count} 个数：{made}")


def subjects(exercise: Exercise) -> tuple[Subject, ...]:
    """Every parameter of a network, every given quantity of a graph; not where a softmax joins all paths of units."""
    lesson = exercise.lesson
    if lesson.graph.shapes is not None:
        names: Iterable[str] = _arrays(lesson)
    elif all(map(lesson.graph.by_unit, lesson.nodes(Role.ACTIVATION))):
        names = (lesson.key(e) for e in _starts(lesson) if 0 < len(ways(lesson, e)) < MOST)
    else:
        names = ()
    return tuple(Subject("chain-rule", name) for name in names)


def _starts(lesson: Lesson) -> tuple[Element, ...]:
    if lesson.graph.layers:
        return lesson.elements(Role.WEIGHT, Role.BIAS)
    return tuple(e for e in lesson.elements(Role.INPUT, Role.WEIGHT) if not e.example)


def _arrays(lesson: Lesson) -> Mapping[str, int]:
    """By name the given arrays from which paths lead to the result, on few enough arrays to be looked at together."""
    given = (i for i, node in enumerate(lesson.graph.nodes) if node.role in GIVEN and users(lesson)[i])
    few = (i for i in given if len(_passed(lesson, i)) <= MOST_ARRAYS and len(_routes(lesson, i)) < MOST_ROUTES)
    last = (result(lesson),)
    worth = (i for i in few if users(lesson)[i] != last or any(_used_often(lesson, _elements(lesson, i))))
    return {str(Quantity(*lesson.graph.name_of(i))): i for i in worth}


def ask(exercise: Exercise, subject: Subject, level: int) -> Question:
    """The question: few paths are listed or counted, many are counted; an array allows other questions, too."""
    lesson = exercise.lesson
    if lesson.graph.shapes is None:
        return _listed_or_counted(exercise, subject, _of_elements(exercise, subject))
    start = _arrays(lesson)[subject.name]
    asked = [q for make in (_product, _terms) if (q := make(exercise, subject, start)) is not None]
    found = _routes(lesson, start)
    if len(found) > 1 or not asked:
        asked.append(_listed_or_counted(exercise, subject, _of_arrays(lesson, start, found)))
    return pick(asked, exercise.seed, "path", subject.name)


class Routes(NamedTuple):
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
    say, sentence, (letter, loss) = lesson.say, lesson.sentence, routes.ends
    as_list = len(found) <= MOST_LISTED and drawn(exercise.seed, "path", subject.name) % 2 == 0
    alone = () if lesson.examples == 1 else (sentence(ONE_EXAMPLE),)
    solution = (*found.values(), sentence(NUMBERS, count=len(found)))
    return Question(
        exercise,
        "path",
        subject.skill,
        None,
        (sentence(LIST if as_list else COUNT, letter=letter, loss=loss), *alone, *routes.setting),
        say(TYPE_LIST, what=routes.what) if as_list else say(TYPE_COUNT),
        Ways(frozenset(found), routes.spellings) if as_list else Count(len(found)),
        (
            (sentence(SKILLS["chain-rule"].principle),),
            (sentence(FORWARD, letter=letter),),
            (sentence(NEXT, next=routes.next),),
            solution,
        ),
        solution,
    )


def ways(lesson: Lesson, start: Element) -> tuple[Way, ...]:
    """The paths from an element to the loss, each as the names of the units, or of the nodes, on it."""
    ahead, is_loss = partial(_ahead, lesson), lambda element: element.node == lesson.graph.losses
    found = (path for each in reversed(ahead(start)) for path in paths_between(each, ahead, is_loss, MOST))
    named = ((name for element in path if (name := _name(lesson, element)) is not None) for path in found)
    return tuple(tuple(name for name, _ in groupby(names)) for names in islice(named, MOST))


def _ahead(lesson: Lesson, element: Element) -> tuple[Element, ...]:
    """The next elements on a path."""
    if not lesson.graph.layers:
        return tuple(
            e for e in element_users(lesson).get(element, ()) if e.node <= lesson.graph.losses and not e.example
        )
    role = lesson.graph.nodes[element.node].role
    return uses(lesson, element) if role in (Role.WEIGHT, Role.BIAS) else onward(lesson, element)


def _name(lesson: Lesson, element: Element) -> str | None:
    """The unit an element belongs to, or in a graph its node; empty for the loss of a network."""
    node = lesson.graph.nodes[element.node]
    if not lesson.graph.layers:
        return node.name
    return _unit(lesson, node.layer, element.indices[0]) if node.layer else None


def _unit(lesson: Lesson, layer: int, row: int) -> str:
    """The name of a unit: its author's, else the letter of its activation."""
    return lesson.graph.units(layer)[row] if lesson.graph.named else unicode(_output(lesson, layer, row))


def _output(lesson: Lesson, layer: int, row: int) -> Formula:
    return lesson.letters.value(Quantity(lesson.graph.part_name(layer, "a"), (row + 1,)))


def _spellings(lesson: Lesson, start: Formula) -> Iterator[tuple[str, str]]:
    """Every other name of a unit; the ends of a path, which need not be typed, have an empty meaning."""
    graph = lesson.graph
    ends = (start, lesson.letters.loss) if graph.layers else (start,)
    yield from ((name, "") for end in ends for name in forms(end))
    for layer in range(1, len(graph.groups)):
        for row, named in enumerate(graph.units(layer)):
            contract = (Quantity(graph.part_name(layer, part), (row + 1,)).short for part in "az")
            written = forms(_output(lesson, layer, row))
            yield from ((name, _unit(lesson, layer, row)) for name in (named, *contract, *written))


def _units(lesson: Lesson) -> tuple[Block, ...]:
    """The units layer by layer, and which of them have no connection; empty for a graph, whose formulas show it."""
    graph = lesson.graph
    if not graph.layers:
        return ()
    rows = [[_unit(lesson, layer, row) for row in range(len(graph.units(layer)))] for layer in range(len(graph.groups))]
    shown = lesson.sentence(LAYERS, units=" → ".join(map(", ".join, rows)))
    missing = [
        f"{rows[layer - 1][k]} → {rows[layer][j]}"
        for layer in range(1, len(rows))
        for j in range(len(rows[layer]))
        for k in range(len(rows[layer - 1]))
        if not graph.is_connected(Element(graph.part(layer, "W"), (j, k)))
    ]
    return (shown, lesson.sentence(MISSING, missing=", ".join(missing))) if missing else (shown,)


def _of_elements(exercise: Exercise, subject: Subject) -> Routes:
    """The paths from an element of a network or of an expression graph."""
    lesson = exercise.lesson
    start = next(e for e in _starts(lesson) if lesson.key(e) == subject.name)
    letter, loss = lesson.reading.letter(start), lesson.reading.letter(first(lesson))
    end = (math(loss),) if lesson.graph.layers else ()
    return Routes(
        (letter, loss),
        {way: Flow((math(letter), *map(plain_words, way), *end), "→") for way in ways(lesson, start)},
        UNITS if lesson.graph.layers else NODES,
        tuple(_spellings(lesson, letter)),
        (*definitions(exercise), *_units(lesson)),
        lesson.reading.letter(_ahead(lesson, start)[0]),
    )


def _of_arrays(lesson: Lesson, start: int, found: tuple[Nodes, ...]) -> Routes:
    """The paths from an array; the start, which need not be typed, has an empty meaning."""
    whole, nodes, passed = lesson.formulas.whole, lesson.graph.nodes, _passed(lesson, start)
    return Routes(
        (whole(start), whole(found[0][-1])),
        {tuple(nodes[i].name for i in path[1:]): Flow(tuple(math(whole(i)) for i in path), "→") for path in found},
        ARRAYS,
        tuple((name, "" if i == start else nodes[i].name) for i in (start, *passed) for name in forms(whole(i))),
        (formulas(lesson, passed),),
        whole(found[0][1]),
    )


def _passed(lesson: Lesson, start: int) -> Nodes:
    """The arrays on the paths from a node to the result, in their order."""
    found, waiting = set[int](), [start]
    while waiting:
        new = set(users(lesson)[waiting.pop()]) - found
        found |= new
        waiting += new
    return tuple(sorted(found))


def _routes(lesson: Lesson, start: int) -> tuple[Nodes, ...]:
    """The paths from a node to the result, each with both ends; no more than `MOST_ROUTES`."""
    return paths_between(start, lambda i: users(lesson)[i], lambda i: i == result(lesson), MOST_ROUTES)


def _product(exercise: Exercise, subject: Subject, start: int) -> Question | None:
    """Which product is carried back along the first steps of a path; None where too few others are possible."""
    lesson = exercise.lesson
    every = _routes(lesson, start)
    route = pick(every, exercise.seed, "route", subject.name)
    route = (route if lesson.graph.is_given_upstream else route[:-1])[: STEPS + 1]
    if len(route) < STEPS:
        return None
    right = Mul(_factors(lesson, route))
    wrong = dict(_wrong(lesson, route))
    offered = shuffled((right, *wrong), exercise.seed, "products", subject.name)
    whole, upstream = lesson.formulas.whole, lesson.formulas.whole_adjoint(route[-1])
    flow = (*(word for i in route[:-1] for word in (*math(whole(i)), Text(" → "))), *math(whole(route[-1])))
    principle, answer = lesson.sentence(SKILLS["chain-rule"].principle), Paragraph(math(right))
    return Question(
        exercise,
        "path",
        subject.skill,
        None,
        (
            lesson.sentence(PRODUCT, upstream=upstream, array=whole(start), route=flow),
            formulas(lesson, _passed(lesson, start)),
        ),
        choose(lesson, len(offered)),
        Pick(offered.index(right) + 1, len(offered)),
        ((principle,), (lesson.sentence(GOING),), (answer,)),
        (principle, answer),
        tuple(map(math, offered)),
        slips=tuple(Slip(offered.index(formula) + 1, said) for formula, said in wrong.items()),
    )


def _factors(lesson: Lesson, route: Nodes) -> tuple[Formula, ...]:
    """∂L/∂c · ∂c/∂b · ∂b/∂a along a, b, c."""
    whole = lesson.formulas.whole
    local = [Partial(whole(made), whole(source)) for source, made in pairwise(route)]
    return (lesson.formulas.whole_adjoint(route[-1]), *reversed(local))


def _wrong(lesson: Lesson, route: Nodes) -> Iterator[tuple[Formula, Words]]:
    """Products that slips give, each with what is wrong about it."""
    factors, say, whole = _factors(lesson, route), lesson.say, lesson.formulas.whole
    start, first, second = route[:3]
    shorter = Mul((*factors[:-2], factors[-1]))
    yield shorter, say(LEFT_OUT, source=whole(first), made=whole(second))
    yield Add(factors), say(ADDED)
    turned = Partial(whole(first), whole(second))
    yield Mul((*factors[:-2], turned, factors[-1])), say(UPSIDE_DOWN, source=whole(first), made=whole(second))
    other = next((i for i in sources(lesson, first) if i != start), None)
    if other is not None:
        elsewhere = Mul((*factors[:-1], Partial(whole(first), whole(other))))
        yield elsewhere, say(OTHER_END, other=whole(other), array=whole(start))


def _terms(exercise: Exercise, subject: Subject, start: int) -> Question | None:
    """For how many numbers one number of an array is used; None where it is one, very many, or not written out."""
    lesson = exercise.lesson
    elements = shuffled(_elements(lesson, start), exercise.seed, "terms", subject.name)
    found = next(_used_often(lesson, elements), None)
    if found is None:
        return None
    element, made = found
    made_of, through = users(lesson)[start], written_through(lesson)
    say, letter, whole = lesson.say, through.letter(element), through.whole
    sizes = {
        1: say(ONE_PLACE, letter=letter),
        sum(len(through.elements(i)) for i in made_of): say(WHOLE_ARRAY, letter=letter),
        len(through.elements(start)): say(ITS_OWN_SIZE, array=whole(start)),
    }
    around = dict.fromkeys((start, *(j for i in made_of for j in (*sources(lesson, i), i))))
    answer = lesson.sentence(USED_FOR, letter=letter, count=len(made), made=listed(made[:MOST_NAMED], lesson.lang))
    principle = lesson.sentence(EACH_USE, letter=letter)
    asked = lesson.sentence(
        TERMS,
        letter=letter,
        arrays=listed(map(whole, made_of), lesson.lang),
        derivative=through.adjoint_letter(element),
    )
    return Question(
        exercise,
        "path",
        subject.skill,
        None,
        (asked, formulas(lesson, made_of), shapes(lesson, around)),
        say(TYPE_COUNT),
        Count(len(made)),
        ((principle,), (answer,)),
        (principle, answer),
        slips=tuple(Slip(count, said) for count, said in sizes.items() if count != len(made)),
    )


def _elements(lesson: Lesson, start: int) -> Sequence[Element]:
    """The elements of an array of a single example that other arrays are made with, where those are written out."""
    made_of, through = users(lesson)[start], written_through(lesson)
    is_loss = result(lesson) in made_of and not lesson.graph.is_given_upstream
    if lesson.examples > 1 or is_loss or not all(map(through.is_written, (start, *made_of))):
        return ()
    return through.elements(start)


def _used_often(lesson: Lesson, elements: Iterable[Element]) -> Iterator[tuple[Element, tuple[Formula, ...]]]:
    """The elements that are used for several numbers of named arrays, but not for very many, with these numbers."""
    through = written_through(lesson)
    for element in elements:
        keys = {key for term in through.terms(element) for key in keys_in(term.written) if key.startswith("grads.")}
        made = sorted(each for key in keys if (each := through.element(key)))
        if 1 < len(made) <= MOST_TERMS:
            yield element, tuple(map(through.letter, made))


PATH = Kind("path", T("the paths of the chain rule", "链式法则的路径"), subjects, ask)
