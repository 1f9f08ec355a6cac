"""Questions on the paths of a graph of arrays: the product along one, and the sum over the places where a number is used."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

from backprop_tutor.formula.nodes import Add, Formula, Mul, Partial, Role
from backprop_tutor.graph.array_formulas import keys_in
from backprop_tutor.graph.graph import Element
from backprop_tutor.graph.quantity import Quantity
from backprop_tutor.lesson.document import Paragraph, Text, Words
from backprop_tutor.lesson.inline import listed, math
from backprop_tutor.lesson.lesson import Lesson
from backprop_tutor.lesson.names import forms
from backprop_tutor.practice.exercise.array_lines import written_through
from backprop_tutor.practice.exercise.draw import pick, shuffled
from backprop_tutor.practice.exercise.exercise import Exercise
from backprop_tutor.practice.exercise.page import choose
from backprop_tutor.practice.exercise.skills import SKILLS
from backprop_tutor.practice.quiz.kinds.kind import Subject
from backprop_tutor.practice.quiz.kinds.named_arrays import Nodes, formulas, result, shapes, sources, users
from backprop_tutor.practice.quiz.question import Count, Pick, Question, Slip
from backprop_tutor.text import T

MOST_ARRAYS, MOST_ROUTES = 12, 40
"""So many formulas fit a screen; so many paths can be counted on them."""
GIVEN = (Role.INPUT, Role.WEIGHT, Role.BIAS)

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
TYPE_COUNT = T("Type a whole number.", "请输入一个整数。")
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
MOST_TERMS, MOST_NAMED = 40, 12
"""As many places as anybody counts; as many as the answer writes out."""
STEPS = 3


def subjects(exercise: Exercise) -> tuple[Subject, ...]:
    """The given arrays of a graph."""
    return tuple(Subject("chain-rule", name) for name in starts(exercise.lesson))


def starts(lesson: Lesson) -> Mapping[str, int]:
    """By name the given arrays from which paths lead to the result, on few enough arrays to be looked at together."""
    given = (i for i, node in enumerate(lesson.graph.nodes) if node.role in GIVEN and users(lesson)[i])
    few = (i for i in given if len(passed(lesson, i)) <= MOST_ARRAYS and len(routes(lesson, i)) < MOST_ROUTES)
    last = (result(lesson),)
    worth = (i for i in few if users(lesson)[i] != last or any(_used_often(lesson, _elements(lesson, i))))
    return {str(Quantity(*lesson.graph.name_of(i))): i for i in worth}


def spellings(lesson: Lesson, start: int) -> Iterator[tuple[str, str]]:
    """Other names of the arrays on the paths; the start, which need not be typed, has an empty meaning."""
    yield from ((name, "") for name in forms(lesson.formulas.whole(start)))
    for i in passed(lesson, start):
        yield from ((name, lesson.graph.nodes[i].name) for name in forms(lesson.formulas.whole(i)))


def passed(lesson: Lesson, start: int) -> Nodes:
    """The arrays on the paths from a node to the result, in their order."""
    found, waiting = set[int](), [start]
    while waiting:
        new = set(users(lesson)[waiting.pop()]) - found
        found |= new
        waiting += new
    return tuple(sorted(found))


def routes(lesson: Lesson, start: int) -> tuple[Nodes, ...]:
    """The paths from a node to the result, each with both ends; no more than `MOST_ROUTES`."""
    found: list[Nodes] = []
    waiting: list[Nodes] = [(start,)]
    while waiting and len(found) < MOST_ROUTES:
        route = waiting.pop()
        if route[-1] == result(lesson):
            found.append(route)
        waiting += [(*route, i) for i in reversed(users(lesson)[route[-1]])]
    return tuple(found)


def product(exercise: Exercise, subject: Subject, start: int) -> Question | None:
    """Which product is carried back along the first steps of a path; None where too few others are possible."""
    lesson = exercise.lesson
    every = routes(lesson, start)
    route = pick(every, exercise.seed, "route", subject.name)
    route = (route if lesson.graph.is_given_upstream else route[:-1])[: STEPS + 1]
    if len(route) < STEPS:
        return None
    right = Mul(_factors(lesson, route))
    wrong = dict(_wrong(lesson, route))
    offered = shuffled((right, *wrong), exercise.seed, "products", subject.name)
    say, whole = lesson.say, lesson.formulas.whole
    upstream = lesson.formulas.whole_adjoint(route[-1])
    flow = (*(word for i in route[:-1] for word in (*math(whole(i)), Text(" → "))), *math(whole(route[-1])))
    principle, answer = Paragraph(say(SKILLS["chain-rule"].principle)), Paragraph(math(right))
    return Question(
        exercise,
        "path",
        subject.skill,
        None,
        (
            Paragraph(say(PRODUCT, upstream=upstream, array=whole(start), route=flow)),
            formulas(lesson, passed(lesson, start)),
        ),
        choose(lesson, len(offered)),
        Pick(offered.index(right) + 1, len(offered)),
        ((principle,), (Paragraph(say(GOING)),), (answer,)),
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


def terms(exercise: Exercise, subject: Subject, start: int) -> Question | None:
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
    answer = Paragraph(say(USED_FOR, letter=letter, count=len(made), made=listed(made[:MOST_NAMED], lesson.lang)))
    principle = Paragraph(say(EACH_USE, letter=letter))
    asked = say(
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
        (Paragraph(asked), formulas(lesson, made_of), shapes(lesson, around)),
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
