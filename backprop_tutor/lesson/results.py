"""The results before the derivation: one table of every value, its derivative and its new value, and the loss before
and after.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, islice

from backprop_tutor.formula.nodes import Formula, Role
from backprop_tutor.graph.graph import Element, Elements
from backprop_tutor.lesson import phrases
from backprop_tutor.lesson.document import Align, Block, Code, Paragraph, Section, Table, Words
from backprop_tutor.lesson.forward import COMPUTED, change, in_column
from backprop_tutor.lesson.inline import math, plain
from backprop_tutor.lesson.lesson import Lesson
from backprop_tutor.text import T

MOST_ROWS = 40
"""The number of rows of a table that can still be read through."""
KEPT = 3
"""The number of rows shown for each array where the table would be longer."""

MOST_LISTED = 4000
"""The number of rows from which not even a lesson in full detail has all of them: it would be longer than any book."""

GIVEN = (Role.WEIGHT, Role.BIAS)
RESULTS = T("Results", "结果")
QUANTITY, VALUE, DERIVATIVE = T("quantity", "量"), T("value", "值"), T("derivative", "导数")
DERIVATION = T("the derivation: ", "推导过程：")
EVERY_LINE = T(
    "Each kind of line is shown once in full; every line: {full} (one number: --focus NAME).",
    "每种算式只完整写出一次；全部算式：{full}（只看一个数：--focus 名字）。",
)
SOME_ROWS = T(
    "{shown} of {all} numbers. All of them: {full}, or as data: {json}",
    "共 {all} 个数，这里列出 {shown} 个。全部列出：{full}；作为数据输出：{json}",
)
TOO_MANY_ROWS = T(
    "{shown} of {all} numbers, too many to be listed. One of them: --focus NAME; all, as data: {json}",
    "共 {all} 个数，太多，无法一一列出；这里列出 {shown} 个。看其中一个：--focus 名字；全部作为数据输出：{json}",
)


def results(lesson: Lesson, *, every: bool = True) -> Section:
    """The table of a step, then the loss; a long one is reduced to a few rows of each array unless `every` is true."""
    count, in_arrays = rows(lesson), lesson.graph.shapes is not None
    whole = count <= (MOST_LISTED if every and in_arrays else count if every else MOST_ROWS)
    elements = tuple(_elements(lesson, None if whole else KEPT + 1)) if whole or not in_arrays else ()
    chosen = elements if whole else tuple(_telling(lesson) if in_arrays else _few(elements))
    shown = (_row(lesson, e) for e in chosen) if in_arrays else _with_gaps(lesson, elements, chosen)
    blocks: list[Block] = [Table(_header(lesson), tuple(shown), _align(lesson))]
    if lesson.graph.parameters and not lesson.graph.is_given_upstream:
        blocks.append(change(lesson))
    if len(chosen) < count:
        full, data = ((Code(call(lesson, option)),) for option in ("--detail full", "--format json"))
        said = TOO_MANY_ROWS if in_arrays and count > MOST_LISTED else SOME_ROWS
        text = lesson.say(said, shown=len(chosen), all=count, full=full, json=data)
        blocks.append(Paragraph(text, "muted"))
    return Section(lesson.say(RESULTS), tuple(blocks), "results")


def rows(lesson: Lesson) -> int:
    """The number of rows of the whole table."""
    if lesson.graph.shapes is not None:
        return sum(map(len, _arrays(lesson)))
    return sum(1 for _ in _elements(lesson, 0)) + sum(map(lesson.reading.count, _given(lesson)))


def way_to_the_derivation(lesson: Lesson) -> Paragraph:
    """The command that shows how the numbers are computed."""
    return Paragraph((*lesson.say(DERIVATION), Code(call(lesson))), "muted")


def way_to_every_line(lesson: Lesson) -> Paragraph:
    """What a lesson of normal detail left out, and the command that shows it."""
    return Paragraph(lesson.say(EVERY_LINE, full=(Code(call(lesson, "--detail full")),)), "muted")


def call(lesson: Lesson, options: str = "") -> str:
    """The command that shows this scenario with other options."""
    return f"tutor run {lesson.scenario.name or 'FILE'} {options}".strip()


def _elements(lesson: Lesson, most: int | None) -> Iterator[Element]:
    """Every computed value example by example, then of the given numbers with a derivative, parameters or the inputs of an
    expression graph, so many of each array.
    """
    if lesson.graph.shapes is not None:
        yield from chain.from_iterable(_arrays(lesson))
        return
    ends = lesson.letters.loss
    for column in range(lesson.examples):
        elements = (e for e in in_column(lesson, column, *COMPUTED) if not lesson.graph.nodes[e.node].inner)
        yield from (e for e in elements if not lesson.graph.parameters or lesson.reading.letter(e) != ends)
    for node in _given(lesson):
        yield from islice(lesson.reading.each_element(node), most)


def _given(lesson: Lesson) -> Iterator[int]:
    """The nodes of given numbers with a derivative."""
    nodes = lesson.nodes(*GIVEN, *(() if lesson.graph.layers else (Role.INPUT,)))
    return (node for node in nodes if node not in lesson.graph.constants)


def _arrays(lesson: Lesson) -> Iterator[Elements]:
    """The same of a graph of arrays, an array of an example at a time, so that none of a large one need be made."""
    formulas, graph = lesson.formulas, lesson.graph
    for column in range(lesson.examples):
        for node in lesson.nodes(*COMPUTED):
            every = formulas.elements(node, column)
            is_loss = graph.parameters and lesson.reading.letter(every[0]) == lesson.letters.loss
            if not (graph.nodes[node].inner or is_loss or (column and every.examples is None)):
                yield every
    yield from map(formulas.elements, _given(lesson))


def _telling(lesson: Lesson) -> Iterator[Element]:
    """Of every array the element whose derivation a lesson shows in full."""
    formulas = lesson.formulas
    for node in dict.fromkeys(elements.node for elements in _arrays(lesson)):
        computed = lesson.graph.nodes[node].op is not None
        writing = (node,) if computed else tuple(user for user, _ in formulas.users[node])
        if not all(map(formulas.is_written, writing)):
            yield formulas.elements(node)[0]
        else:
            yield formulas.sample_element(node) if computed else formulas.sample_adjoint_element(node)


def _few(elements: tuple[Element, ...]) -> Iterator[Element]:
    """The first numbers of every array, of the first example."""
    seen: dict[int, int] = {}
    for element in elements:
        seen[element.node] = seen.get(element.node, 0) + 1
        if seen[element.node] <= KEPT:
            yield element


def _with_gaps(
    lesson: Lesson, elements: tuple[Element, ...], chosen: tuple[Element, ...]
) -> Iterator[tuple[Words, ...]]:
    """A row for each chosen element, and a row of dots wherever others were left out between two of them."""
    kept, gap = set(chosen), False
    for element in elements:
        if element in kept:
            yield _row(lesson, element)
        elif not gap:
            yield tuple(plain("⋯") if column in (0, 2) else () for column in range(len(_align(lesson))))
        gap = element not in kept


def _header(lesson: Lesson) -> tuple[Words, ...]:
    new = (lesson.say(phrases.NEW),) if lesson.graph.parameters else ()
    return (lesson.say(QUANTITY), lesson.say(VALUE), lesson.say(DERIVATIVE), (), *new)


def _align(lesson: Lesson) -> tuple[Align, ...]:
    return ("left", "right", "left", "right", *(("right",) if lesson.graph.parameters else ()))


def _row(lesson: Lesson, element: Element) -> tuple[Words, ...]:
    letter, signal = lesson.shared(_row_in_letters, element)
    new = (math(_new(lesson, element)),) if lesson.graph.parameters else ()
    derivative: tuple[Words, Words] = (), ()
    if lesson.graph.shapes is None or lesson.step.trace.adjoints[element.node] is not None:
        derivative = signal, math(lesson.signal_number(element))
    return (letter, math(lesson.reading.number(element)), *derivative, *new)


def _row_in_letters(lesson: Lesson, element: Element) -> tuple[Words, Words]:
    return math(lesson.reading.letter(element)), math(lesson.signal_letter(element))


def _new(lesson: Lesson, element: Element) -> Formula:
    """The value after the update, of a trained parameter or of what is computed from it; a frozen one stays."""
    lines = lesson.step.lines.get(lesson.graph.nodes[element.node].name)
    if lines is not None:
        return lesson.figure(lesson.update_value(element, -1))
    if lesson.graph.nodes[element.node].role in (*GIVEN, Role.INPUT):
        return lesson.reading.number(element)
    return lesson.reading_after.number(element)
