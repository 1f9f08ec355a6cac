"""What is given and every value that follows: each array in one line with its shape, then one element of it in full."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Literal

from backprop_tutor.formula.nodes import Call, Formula, Matrix, Num
from backprop_tutor.graph.array_formulas import ArrayFormulas, keys_in
from backprop_tutor.graph.graph import Element
from backprop_tutor.graph.ops.operation import ArrayOp
from backprop_tutor.graph.quantity import Section as Of
from backprop_tutor.lesson import forward as numbers
from backprop_tutor.lesson import phrases as common
from backprop_tutor.lesson.arrays import phrases
from backprop_tutor.lesson.arrays.drawing import window_drawing
from backprop_tutor.lesson.arrays.figures import array_lines, first_of_many, shape_words, values, values_after
from backprop_tutor.lesson.arrays.nodes import formula_of, shown_nodes
from backprop_tutor.lesson.document import Block, Drawing, Equation, Paragraph, Section, Text, Words
from backprop_tutor.lesson.inline import derivation
from backprop_tutor.lesson.lesson import Lesson
from backprop_tutor.text import T

Shown = Literal["flat", "none", "one", "all"]
"""How many elements of an array are written out; flat: none, and the figures of each array in one line."""
MATRIX, MOST_TERMS = 2, 100
"""Numbers from which a line is not written unless it is asked for."""


def given(lesson: Lesson, *, flat: bool = False, whole: bool = True) -> Section:
    """The inputs, then the parameters, each with its shape; of many matrices the first alone unless `whole`."""
    nodes = [i for i, node in enumerate(lesson.graph.nodes) if node.op is None]
    blocks = tuple(line for i in nodes for line in _stated(lesson, i, flat=flat, whole=whole))
    return Section(lesson.say(common.GIVEN), blocks, "given")


def _stated(lesson: Lesson, node: int, *, flat: bool, whole: bool) -> Iterator[Block]:
    around = None if whole or flat or lesson.has_fields else first_of_many(lesson, node)
    lines = array_lines(lesson, node, lesson.formulas.whole(node), values, flat=flat, around=around)
    yield from lines if flat else _with_shape(lesson, node, lines)


def _with_shape(lesson: Lesson, node: int, lines: Iterable[Equation]) -> Iterator[Equation]:
    """Lines of an array, the first of them with its shape behind it, where it has one."""
    for i, line in enumerate(lines):
        shaped = i == 0 and not lesson.formulas.single(node)
        more = (Text(phrases.BESIDE[lesson.lang]), *line.remark) if line.remark else ()
        yield replace(line, remark=(*shape_words(lesson, node), *more)) if shaped else line


def forward(lesson: Lesson, elements: Shown) -> Section:
    """Every computed array; `elements` says how many of each are written out: none, one, all."""
    nodes = tuple(i for i in shown_nodes(lesson) if elements != "flat" or not lesson.graph.nodes[i].inner)
    intro = Paragraph(lesson.say(phrases.ONE_LINE_EACH if elements == "flat" else phrases.ONE_IN_FULL), "muted")
    blocks: list[Block] = [intro] if elements in ("one", "flat") and not all(map(lesson.formulas.single, nodes)) else []
    drawings = {i: d for i in nodes if (d := _window(lesson, i, elements)) is not None}
    blocks += [block for i in nodes for block in _made(lesson, i, elements, drawings)]
    return Section(lesson.say(phrases.FORWARD), tuple(blocks), "forward")


def _window(lesson: Lesson, node: int, elements: Shown) -> Drawing | None:
    """The picture of the window that makes the element shown, where elements are written out."""
    if elements not in ("one", "all") or not lesson.formulas.is_written(node):
        return None
    return window_drawing(lesson, node, short=elements == "one")


def _made(lesson: Lesson, node: int, elements: Shown, drawings: Mapping[int, Drawing]) -> Iterator[Block]:
    formulas = lesson.formulas
    if not formulas.single(node):
        written = formula_of(lesson, node)
        left, members = formulas.whole(node), (written,) if written else ()
        sample = _elements(lesson, node, "one") if elements == "one" else ()
        around = sample[0] if sample else None
        lines = array_lines(lesson, node, left, values, *members, flat=elements == "flat", around=around)
        if elements == "one":
            lines = (_unless_drawn(lesson, line, drawings.values()) for line in lines)
        yield from _with_shape(lesson, node, lines)
    most = MOST_TERMS if elements == "one" else None
    yield from (element_line(lesson, e, most=most) for e in _elements(lesson, node, elements))
    if node in drawings:
        yield drawings[node]
    yield from _rest(lesson, node)
    if not lesson.graph.nodes[node].inner and not formulas.users[node] and node < lesson.graph.losses:
        yield Paragraph(lesson.say(phrases.NOWHERE_FORWARD, node=formulas.whole(node)), "muted")


def _unless_drawn(lesson: Lesson, line: Equation, drawings: Iterable[Drawing]) -> Equation:
    """The line of an array with its formula alone, where a drawing has the same figures and they are a matrix."""
    grids = (vertex.grid.rows for drawing in drawings for vertex in drawing.vertices if vertex.grid)
    matrix = line.links[-1].right
    if len(line.links) > 1 and isinstance(matrix, Matrix) and len(matrix.rows) > 1 and matrix.rows in grids:
        more = (Text(phrases.BESIDE[lesson.lang]), *line.remark) if line.remark else ()
        return replace(line, links=line.links[:-1], remark=(*lesson.say(phrases.DRAWN), *more))
    return line


def _rest(lesson: Lesson, node: int) -> Iterator[Block]:
    """A word on the places at the end of an image that no window of a stride reaches, also in a step of a formula."""
    own = lesson.graph.nodes[node]
    for i in own.inputs:
        if lesson.graph.nodes[i].inner and lesson.formulas.through(i):
            yield from _rest(lesson, i)
    if isinstance(own.op, ArrayOp) and any(own.op.rest):
        said = phrases.REST.format(image="{image}", rest=_left(own.op.rest))
        yield Paragraph(lesson.say(said, image=lesson.formulas.whole(own.inputs[0])), "muted")


def _left(rest: Sequence[int]) -> T:
    """How many places of a list, or rows and columns of an image, are left."""
    kinds = range(1, 3) if len(rest) > 1 else (0,)
    left = [
        phrases.ONE_LEFT[kind] if count == 1 else phrases.MORE_LEFT[kind].format(count=count)
        for kind, count in zip(kinds, rest, strict=True)
        if count
    ]
    return left[0] if len(left) == 1 else phrases.REST_AND.format(rows=left[0], columns=left[1])


def _elements(lesson: Lesson, node: int, elements: Shown) -> Sequence[Element]:
    """Which elements of a node are written out."""
    formulas = lesson.formulas
    if formulas.single(node):
        return formulas.elements(node)
    if elements in ("none", "flat") or not formulas.is_written(node):
        return ()
    return formulas.elements(node) if elements == "all" else (formulas.sample_element(node),)


def element_line(
    lesson: Lesson, element: Element, formulas: ArrayFormulas | None = None, most: int | None = None
) -> Equation:
    """How one element is made: formula = numbers ≈ value, a function by its definition.

    A number made from more than `most` others, or too many for any line, is written by the formula of its arrays.
    """
    formulas = formulas or lesson.formulas
    section: Of = "values" if formulas is lesson.formulas else "after"
    letter, number, keys = formulas.letter(element), formulas.number(element), (formulas.key(element, section),)
    written = formulas.formula_of(element)
    is_large = isinstance(written, Num) and not formulas.is_written(element.node)
    if is_large or (most is not None and len(keys_in(written)) > most):
        whole = formula_of(lesson, element.node) if formulas.single(element.node) else None
        return derivation(letter, *((whole,) if whole else ()), number, keys=keys, remark=lesson.say(phrases.TOO_LARGE))
    members = (written, *in_numbers(formulas, written))
    remark = _winner(lesson, formulas, element, written)
    return derivation(letter, *members, number, keys=keys, remark=remark)


def _winner(lesson: Lesson, formulas: ArrayFormulas, element: Element, written: Formula) -> Words:
    """Which number a maximum or minimum is, and where several are equal, what becomes of the derivative."""
    if not isinstance(written, Call) or written.function not in phrases.WON or len(written.arguments) < MATRIX:
        return ()
    value = formulas.value(element)
    equal = tuple(part for part in written.arguments if formulas.worth(part) == value)
    if len(equal) == 1:
        return lesson.say(phrases.WON[written.function], place=equal[0])
    text = phrases.FIRST_OF_EQUAL if pools(lesson, element.node) else phrases.SHARED_BY_EQUAL
    return lesson.say(text, count=len(equal), place=equal[0])


def pools(lesson: Lesson, node: int) -> bool:
    """Whether a node takes the largest number of each window."""
    op = lesson.graph.nodes[node].op
    return isinstance(op, ArrayOp) and op.picks


def in_numbers(formulas: ArrayFormulas, written: Formula) -> tuple[Formula, ...]:
    """A formula with its numbers, then with its inner functions worked out, an outer one by its definition."""
    plain = formulas.numbers_in(written)
    *before, last = (plain, *formulas.worked(plain))
    return (*map(numbers.signs_resolved, before), numbers.signs_resolved(numbers.defined(last)))


def after(lesson: Lesson) -> Section:
    """The forward pass with the new parameters: numbers and lists again, but not what is only moved about, and the loss
    before and after.
    """
    formulas = lesson.formulas_after
    lines: list[Equation] = []
    for node in shown_nodes(lesson):
        own, is_short = lesson.graph.nodes[node], len(formulas.shape(node)) < MATRIX
        moved = isinstance(own.op, ArrayOp) and own.op.kind == "selection"
        if not (own.inner or moved) and node != lesson.graph.losses and is_short:
            lines += array_lines(lesson, node, formulas.whole(node), values_after)
    change = () if lesson.graph.nodes[lesson.graph.losses].inner else (numbers.change(lesson),)
    return Section(lesson.say(common.AFTER), (*lines, *change), "after")
