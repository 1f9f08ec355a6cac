"""The picture of a graph of arrays: a box for each array with its formula, its shape, and its numbers where they are few.

Where an operation slides a window, the window that makes the element shown in full is outlined, and the element as well.
A sequence is unrolled: each step of an input stands by itself. In short, for narrow outputs, parameters are letters on
the arrows instead of boxes, so that steps follow one another from left to right.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import product

from backprop_tutor.formula.nodes import Formula, Num, Role
from backprop_tutor.graph.array_formulas import keys_in
from backprop_tutor.graph.graph import Element
from backprop_tutor.graph.ops.operation import ArrayOp
from backprop_tutor.lesson.arrays.figures import adjoints, shape_words, values
from backprop_tutor.lesson.arrays.nodes import formula_of, shown_nodes
from backprop_tutor.lesson.document import Drawing, Edge, Grid, Text, Vertex, Words
from backprop_tutor.lesson.inline import listed, math, sign
from backprop_tutor.lesson.lesson import Lesson

LARGEST = 8
"""So many rows and columns of an array are shown as a grid."""
TALL = 4
"""The figures of a matrix with more rows than so many are, in short, in its drawing alone."""
TALLEST = 12
"""Up to so many lines of numbers below one another an image has its kernel beside it, in short."""
DIGITS = 3
PRODUCTS = ("matmul", "dot", "conv1d", "conv2d")
MATRIX = 2


def array_drawing(
    lesson: Lesson, lit: frozenset[str] = frozenset(), example: int = 0, *, back: bool = False, numbers: bool = True
) -> Drawing:
    """Arrays from left to right, each right of all that it is made of; steps that are written through have no box.

    The numbers are the values, or after the way `back` the derivatives; given ones alone where there are none yet.
    """
    picture, shorter = (
        _Picture(replace(lesson, digits=min(lesson.digits, digits)), example, back, numbers) for digits in (DIGITS, 2)
    )

    def short() -> Drawing:
        return replace(picture.drawing(lit, short=True), shortened=lambda: shorter.drawing(lit, short=True))

    return short() if picture.unrolls else replace(picture.drawing(lit, short=False), shortened=short)


def window_drawing(lesson: Lesson, node: int, *, short: bool = False) -> Drawing | None:
    """The arrays that meet in one window operation, with the window of the element shown in full; None for any other.

    In `short` a tall one is without the parameters, which are given before it.
    """
    if not _slides(lesson, node):
        return None
    picture = _Picture(replace(lesson, digits=min(lesson.digits, DIGITS)), 0, back=False, numbers=True)
    sources = [j for j in picture.sources(node) if lesson.formulas.shape(j)]
    if any(picture.grid(i) is None for i in (*sources, node)):
        return None
    made_of = {j: picture.vertex(j, 0, user=node) for j in sources}
    if short and sum(vertex.height for vertex in made_of.values()) > TALLEST:
        made_of = {j: vertex for j, vertex in made_of.items() if vertex.role != Role.WEIGHT}
    vertices = [*made_of.values(), picture.vertex(node, 1)]
    edges = [Edge(vertex.key, vertices[-1].key, (), Role.NODE) for vertex in vertices[:-1]]
    alone = short and any(vertex.grid and len(vertex.grid.rows) > TALL for vertex in vertices)
    return Drawing(tuple(replace(v, figures=()) for v in vertices), tuple(edges), repeats=not alone)


def _slides(lesson: Lesson, node: int) -> bool:
    """Whether a node, with what is written through into it, slides a window over an array."""
    own = lesson.graph.nodes[node]
    inside = (j for j in own.inputs if lesson.formulas.through(j))
    return (isinstance(own.op, ArrayOp) and own.op.slides > 0) or any(_slides(lesson, j) for j in inside)


class _Picture:
    """One picture: the lesson with the digits of its figures, the example, and which numbers it shows."""

    def __init__(self, lesson: Lesson, example: int, back: bool, numbers: bool) -> None:
        self.lesson, self.example, self.back, self.numbers = lesson, example, back, numbers
        self.formulas, self.nodes = lesson.formulas, lesson.graph.nodes

    def drawing(self, lit: frozenset[str], *, short: bool) -> Drawing:
        """Every array and its sources; in `short` without boxes of parameters, and of what only the loss takes.

        What is made of parameters alone has theirs, in short as well.
        """
        given = [i for i, n in enumerate(self.nodes) if n.op is None and n.role != Role.TARGET]
        made = shown_nodes(self.lesson)
        used = {j for i in made for j in self.sources(i)}
        if short:
            apart = self.lesson.graph.constants if self.lesson.graph.steps is None else frozenset[int]()
            boxes = {*made, *(i for i in given if self.nodes[i].role != Role.WEIGHT and i not in apart)}
            boxes |= {j for j in used if self._is_step(j)}
            alone = {j for i in made if boxes.isdisjoint(self.sources(i)) for j in self.sources(i)}
            given = [i for i in given if i in boxes or i in alone]
        steps = [i for i in sorted(used - {*given, *made}) if self._is_step(i)]
        shown = [*(i for i in given if i in used or (not short and not self._unrolled(i))), *steps, *made]
        depth: dict[int, int] = {}
        for i in shown:
            depth[i] = 1 + max((depth[j] for j in self.sources(i) if i in made and j in depth), default=-1)
        vertices = tuple(self.vertex(i, depth[i], short=short) for i in shown)
        edges = tuple(
            Edge(self.key(j), self.key(i), listed(map(self.formulas.whole, by), "en") if short else (), Role.NODE)
            for i in made
            for j, ways in self.ways(i).items()
            if j in depth
            for by in [[p for p in ways if p not in depth]]
        )
        return Drawing(vertices, edges, lit)

    @property
    def unrolls(self) -> bool:
        """Whether an input is taken step by step, which shows the sequence as it is usually drawn."""
        return any(map(self._is_step, range(len(self.nodes))))

    def key(self, node: int) -> str:
        """The key of the box of a node."""
        return f"values.{self.nodes[node].name}"

    def sources(self, node: int) -> tuple[int, ...]:
        """The nodes with boxes of their own that a node is made of, each once."""
        return tuple(self.ways(node))

    def ways(self, node: int) -> dict[int, tuple[int, ...]]:
        """The sources of a node, each with the parameters that it is multiplied by on the way."""
        own, found = self.nodes[node], dict[int, tuple[int, ...]]()
        parameters = [j for j in own.inputs if self.nodes[j].op is None and self.nodes[j].role == Role.WEIGHT]
        by = tuple(parameters) if own.op is not None and own.op.name in PRODUCTS else ()
        from_z = (
            isinstance(own.op, ArrayOp) and own.op.by_output is not None
        )  # it takes the output, its formula does not
        for j in own.inputs[:-1] if from_z else own.inputs:
            inside = {j: ()} if not self.formulas.through(j) or self._is_step(j) else self.ways(j)
            for source, before in inside.items():
                met = tuple(p for p in (*before, *by) if p != source)
                found[source] = tuple(dict.fromkeys((*found.get(source, ()), *met)))
        return found

    def _is_step(self, node: int) -> bool:
        """Whether a node takes one step of an input that is used step by step."""
        own = self.nodes[node]
        return bool(own.inner) and own.op is not None and own.op.name == "index" and self._unrolled(own.inputs[0])

    def _unrolled(self, given: int) -> bool:
        users = [n for n in self.nodes if given in n.inputs]
        is_input = self.nodes[given].op is None and self.nodes[given].role == Role.INPUT
        return is_input and len(users) > 1 and all(n.inner and n.op and n.op.name == "index" for n in users)

    def vertex(self, node: int, column: int, *, short: bool = False, user: int | None = None) -> Vertex:
        """The box of a node; `user` is the node whose window it shows."""
        grid = self.grid(node, user)
        figures = () if short and (grid or self.formulas.single(node)) else tuple(self._figures(node, grid, user))
        if short and not grid:
            figures = tuple(self._value(node)) if not self.formulas.shape(node) else figures[-1:]
        name = self.formulas.whole_adjoint(node) if self._is_adjoint(node) else self.formulas.whole(node)
        return Vertex(self.key(node), name, figures, column, self.nodes[node].role, grid)

    def _is_adjoint(self, node: int) -> bool:
        return self.back and self.lesson.step.trace.adjoints[node] is not None and bool(self.formulas.shape(node))

    def _figures(self, node: int, grid: Grid | None, user: int | None) -> Iterator[Words]:
        written = formula_of(self.lesson, node) if self.nodes[node].op is not None else None
        if written is not None:
            yield math(written)
        if not self.formulas.shape(node):
            yield from self._value(node)
        elif grid is None:
            yield shape_words(self.lesson, node)
        elif channel := self._channel(node, self._window(node, user)):
            yield (*shape_words(self.lesson, node), Text(f"; [{','.join(str(i + 1) for i in channel)}]:"))

    def _value(self, node: int) -> Iterator[Words]:
        if self.numbers or self.nodes[node].op is None:
            element = self.formulas.elements(node, self.example)[0]
            yield self._told(self.formulas.letter(element), self.formulas.number(element))
            if self.back and self.lesson.step.trace.adjoints[node] is not None:
                yield self._told(self.formulas.adjoint_letter(element), self.formulas.adjoint_number(element))

    def _told(self, left: Formula, number: Num) -> Words:
        return (*math(left), Text(f" {sign(left, number)} "), *math(number))

    def grid(self, node: int, user: int | None = None) -> Grid | None:
        """The numbers of an array of the example, or of one of its channels; None where they are too many or not known."""
        shape = self.formulas.shape(node)
        if not shape or max(shape[-MATRIX:]) > LARGEST or not (self.numbers or self.nodes[node].op is None):
            return None
        seen = self._window(node, user)
        before = self._channel(node, seen)
        first = self.formulas.elements(node, self.example)[0]
        elements = [first._replace(indices=(*before, *rest)) for rest in product(*map(range, shape[-MATRIX:]))]
        write = (adjoints if self._is_adjoint(node) else values)(self.lesson)
        wide = 1 if len(shape) == 1 and self.unrolls else shape[-1]
        rows = tuple(tuple(map(write, elements[i : i + wide])) for i in range(0, len(elements), wide))
        if not seen or len(seen) == len(elements) > 1:
            return Grid(rows)
        places = [divmod(elements.index(e), wide) for e in seen if e.indices[:-MATRIX] == before]
        down, across = zip(*places, strict=True)
        return Grid(rows, (min(down), min(across), max(down), max(across)))

    def _channel(self, node: int, seen: tuple[Element, ...]) -> tuple[int, ...]:
        """The indices, before the last two, of the numbers that are shown: those of the window where there is one."""
        return (seen[0] if seen else self.formulas.elements(node)[0]).indices[:-MATRIX]

    def _window(self, node: int, user: int | None) -> tuple[Element, ...]:
        """The elements of a node in the window of its first user that slides one; else the one that such a window made."""
        users = [user] if user is not None else [i for i in shown_nodes(self.lesson) if node in self.sources(i)]
        for i in users:
            if _slides(self.lesson, i) and self.nodes[node].role != Role.WEIGHT and self.formulas.is_written(i):
                keys = keys_in(self.formulas.formula_of(self.formulas.sample_element(i, self.example)))
                return tuple(e for e in map(self.formulas.element, keys) if e is not None and e.node == node)
        if self.nodes[node].op is not None and _slides(self.lesson, node) and self.formulas.is_written(node):
            return (self.formulas.sample_element(node, self.example),)
        return ()
