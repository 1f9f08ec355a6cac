"""The figures of a whole array: a number, a row, a matrix, or one matrix for each index before the last two axes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import groupby
from sys import maxsize

from backprop_tutor.formula.nodes import Formula, Index, Matrix, Place, Sym
from backprop_tutor.graph.array_formulas import ArrayFormulas
from backprop_tutor.graph.graph import Element
from backprop_tutor.graph.ops.operation import words
from backprop_tutor.lesson.arrays import phrases
from backprop_tutor.lesson.document import Equation, Words
from backprop_tutor.lesson.inline import derivation
from backprop_tutor.lesson.lesson import Lesson
from backprop_tutor.lesson.views.matrices import KEPT, LARGEST

MATRIX = 2
LONG = 40
"""A lesson on more matrices than this writes each of them in one line, with fewer figures and no element in full."""
FLAT_DIGITS = 4
LEFT_OUT = Sym("⋯")
Write = Callable[[Element], Formula]
Writer = Callable[[Lesson], Write]


def values(lesson: Lesson) -> Write:
    """The value of an element."""
    return lesson.formulas.number


def values_after(lesson: Lesson) -> Write:
    """The value of an element after the update."""
    return lesson.formulas_after.number


def adjoints(lesson: Lesson) -> Write:
    """∂L/∂element."""
    return lesson.formulas.adjoint_number


def shape_words(lesson: Lesson, node: int) -> Words:
    """The shape of an array in words, with how many examples have one each."""
    shape, own = words(lesson.formulas.shape(node)), lesson.graph.nodes[node]
    if lesson.examples == 1:
        return lesson.say(phrases.SHAPE, shape=shape)
    text = phrases.SHARED if own.shared else phrases.EXAMPLES_LAST
    return lesson.say(text, shape=shape, count=lesson.examples)


def is_long(lesson: Lesson) -> bool:
    """Whether a lesson tells of so many arrays, or parts of them, that each has to do with a line."""
    formulas = lesson.formulas
    told = (i for i in range(len(lesson.graph.nodes)) if formulas.shape(i) and not formulas.through(i))
    return sum(1 for i in told for _ in _parts(formulas, i)) > LONG


def array_lines(
    lesson: Lesson,
    node: int,
    left: Formula,
    of: Writer,
    *members: Formula,
    flat: bool = False,
    around: Element | None = None,
) -> Iterator[Equation]:
    """``left = formula ≈ figures``: in one line, or a line for each example and each index before the last two axes.

    The figures are those that `of` gives for the elements in a lesson with as many digits as there is room for; `flat`
    ones are all in a single line of text. Where given numbers are fields, all of them are shown. Of several matrices
    only the one `around` an element is shown, where one is given.
    """
    formulas = lesson.formulas
    largest = maxsize if lesson.has_fields and lesson.graph.nodes[node].op is None else LARGEST
    every = tuple(_parts(formulas, node))
    parts = tuple(part for part in every if around is None or any(around in row for row in part[1]))
    left_out = len(every) - len(parts)
    remark = lesson.say(phrases.OTHERS, count=left_out) if left_out else ()
    for places, elements in parts:
        write = of(_with_room(lesson, len(shown_places(len(elements[0])))) if not flat else _in_short(lesson))
        single = len(elements) == len(elements[0]) == 1 and not places
        figures = write(elements[0][0]) if single else _matrix(elements, write, largest, flat=flat)
        cut = _cut_from(left, places, formulas, node)
        first = members if places == parts[0][0] else ()
        yield derivation(cut, *first, figures, remark=remark)


MOST_MATRICES = 4


def first_of_many(lesson: Lesson, node: int, most: int = MOST_MATRICES) -> Element | None:
    """The first element of an array of more than `most` matrices, of which the first alone is shown; None of any other."""
    elements = lesson.formulas.elements(node)
    many = len({(e.indices[:-MATRIX], e.example) for e in elements}) > most
    return elements[0] if many and len(lesson.formulas.shape(node)) >= MATRIX else None


ROOM = ((6, 3), (4, 2))
"""From more columns than so many, figures of a matrix have so many digits less."""


def _in_short(lesson: Lesson) -> Lesson:
    return replace(lesson, digits=min(lesson.digits, FLAT_DIGITS))


def _with_room(lesson: Lesson, columns: int) -> Lesson:
    less = next((less for most, less in ROOM if columns > most), 0)
    return replace(lesson, digits=max(1, lesson.digits - less)) if less else lesson


def _parts(formulas: ArrayFormulas, node: int) -> Iterator[tuple[tuple[int, ...], tuple[tuple[Element, ...], ...]]]:
    """The matrices of an array in reading order, each with the indices before it, its example as the first of them."""
    rank = len(formulas.shape(node))
    elements = formulas.elements(node)
    if rank < MATRIX:
        yield (), _few(elements, rank)
        return
    by_example = sorted(elements, key=lambda e: e.example or 0)
    for (example, before), group in groupby(by_example, key=lambda e: (e.example or 0, e.indices[:-2])):
        rows = tuple(tuple(row) for _, row in groupby(group, key=lambda e: e.indices[-2]))
        several = not formulas.graph.nodes[node].shared and formulas.examples > 1
        yield ((example + 1,) if several else (0,)) + tuple(i + 1 for i in before), rows


def _few(elements: tuple[Element, ...], rank: int) -> tuple[tuple[Element, ...], ...]:
    """A number or a list: one row, or for several examples a column each."""
    examples = 1 + max(e.example or 0 for e in elements)
    if rank == 0 or examples == 1:
        return (elements,)
    return tuple(elements[i : i + examples] for i in range(0, len(elements), examples))


def _matrix(elements: tuple[tuple[Element, ...], ...], of: Write, largest: int, *, flat: bool) -> Matrix:
    """The figures row by row; of a large matrix the first and the last."""
    kept = shown_places(len(elements), largest)
    rows = tuple(_row(elements[i], of, largest) if i >= 0 else () for i in kept)
    width = max(map(len, rows))
    return Matrix(tuple(row or (LEFT_OUT,) * width for row in rows), flat=flat)


def _row(elements: tuple[Element, ...], of: Write, largest: int) -> tuple[Formula, ...]:
    return tuple(of(elements[i]) if i >= 0 else LEFT_OUT for i in shown_places(len(elements), largest))


def shown_places(length: int, largest: int = LARGEST) -> tuple[int, ...]:
    """Which of so many are shown, a gap as −1: all, or the first few and the last."""
    return tuple(range(length)) if length <= largest else (*range(KEPT), -1, length - 1)


def _cut_from(left: Formula, places: tuple[int, ...], formulas: ArrayFormulas, node: int) -> Formula:
    """The letter of the part of an array that a line shows: x[2] of x with three axes, x@2 of several examples."""
    if not places:
        return left
    example, *before = places
    index: tuple[Place, ...] = tuple(before)
    named = left
    if example and isinstance(left, Sym):
        named = Sym(left.base, left.sub, left.sup, left.of, example, left.key, left.role, left.bold)
    return Index(named, index) if index else named
