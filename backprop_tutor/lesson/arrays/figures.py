"""The figures of a whole array: a number, a row, a matrix, or one matrix for each index before the last two axes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from itertools import product
from math import prod
from sys import maxsize
from typing import NamedTuple

from backprop_tutor.formula.nodes import Formula, Index, Matrix, Place, Sym
from backprop_tutor.graph.array_formulas import ArrayFormulas
from backprop_tutor.graph.graph import Element, Elements
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
    return sum(_matrices(formulas.elements(i)) for i in told) > LONG


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
    parts = [_part(formulas.elements(node), around)] if around else _parts(formulas.elements(node))
    left_out = _matrices(formulas.elements(node)) - 1 if around else 0
    remark = lesson.say(phrases.OTHERS, count=left_out) if left_out else ()
    first = members
    for part in parts:
        write = of(_with_room(lesson, len(shown_places(part.columns))) if not flat else _in_short(lesson))
        single = part.rows == part.columns == 1 and not part.places
        figures = write(part.at(0, 0)) if single else _matrix(part, write, largest, flat=flat)
        yield derivation(_cut_from(left, part.places, formulas, node), *first, figures, remark=remark)
        first = ()


MOST_MATRICES = 4


def first_of_many(lesson: Lesson, node: int, most: int = MOST_MATRICES) -> Element | None:
    """The first element of an array of more than `most` matrices, of which the first alone is shown; None of any other."""
    elements = lesson.formulas.elements(node)
    return elements[0] if _matrices(elements) > most else None


ROOM = ((6, 3), (4, 2))
"""From more columns than so many, figures of a matrix have so many digits less."""


def _in_short(lesson: Lesson) -> Lesson:
    return replace(lesson, digits=min(lesson.digits, FLAT_DIGITS))


def _with_room(lesson: Lesson, columns: int) -> Lesson:
    less = next((less for most, less in ROOM if columns > most), 0)
    return replace(lesson, digits=max(1, lesson.digits - less)) if less else lesson


class Part(NamedTuple):
    """One matrix of an array: `places` are its example and the indices before the last two axes, from 1, and 0 where
    there is one example; `at` gives the element of a row and a column.
    """

    places: tuple[int, ...]
    rows: int
    columns: int
    at: Callable[[int, int], Element]


def _parts(elements: Elements) -> Iterator[Part]:
    """The matrices of an array in reading order."""
    if len(elements.own) < MATRIX:
        yield _few(elements)
        return
    for example in (None,) if elements.examples is None else elements.examples:
        for before in product(*map(range, elements.own[:-MATRIX])):
            yield _part(elements, Element(elements.node, (*before, 0, 0), example))


def _part(elements: Elements, around: Element) -> Part:
    """The matrix that an element is in."""
    if len(elements.own) < MATRIX:
        return _few(elements)
    before, example = around.indices[:-MATRIX], around.example
    several = elements.examples is not None and len(elements.examples) > 1
    places = ((example or 0) + 1 if several else 0, *(i + 1 for i in before))
    rows, columns = elements.own[-MATRIX:]
    return Part(places, rows, columns, partial(_element, elements.node, before, example))


def _matrices(elements: Elements) -> int:
    """How many matrices an array is; a list or a number is one, whatever its examples."""
    lead = elements.own[:-MATRIX]
    return prod(lead) * len(elements.examples or (0,)) if len(elements.own) >= MATRIX else 1


def _element(node: int, before: tuple[int, ...], example: int | None, row: int, column: int) -> Element:
    return Element(node, (*before, row, column), example)


def _few(elements: Elements) -> Part:
    """A number or a list: one row, or for several examples a column each."""
    examples = len(elements.examples or (0,))
    columns = examples if elements.own and examples > 1 else len(elements)
    return Part((), len(elements) // columns, columns, lambda row, column: elements[row * columns + column])


def _matrix(part: Part, of: Write, largest: int, *, flat: bool) -> Matrix:
    """The figures row by row; of a large matrix the first and the last."""
    columns = shown_places(part.columns, largest)
    return Matrix(
        tuple(
            tuple(of(part.at(i, j)) if i >= 0 <= j else LEFT_OUT for j in columns)
            for i in shown_places(part.rows, largest)
        ),
        flat=flat,
    )


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
