"""Takes the equations out of a lesson and puts full-precision values in the place of their letters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from backprop_tutor.formula.evaluate import Value, evaluate
from backprop_tutor.formula.nodes import Formula, Num, Partial, Sym, children, rebuild
from backprop_tutor.graph.graph import Element
from backprop_tutor.graph.quantity import Quantity
from backprop_tutor.lesson.document import Block, Equation, Flow, Row, Rows, Section
from backprop_tutor.lesson.lesson import Lesson


def equations(blocks: tuple[Block, ...]) -> Iterator[Equation]:
    """Every equation of some blocks, however deep."""
    for block in blocks:
        match block:
            case Equation():
                yield block
            case Section(blocks=inner):
                yield from equations(inner)
            case Rows(rows=rows):
                yield from equations(tuple(inner for row in rows for inner in row.blocks))
            case Flow(items=items):
                yield from (item for item in items if isinstance(item, Equation))
            case Row() | _:
                pass


class Values:
    """What every letter and derivative of a lesson is worth, in full precision: numbers, and whole matrices."""

    def __init__(self, lesson: Lesson) -> None:
        self.lesson, reading = lesson, lesson.reading
        training = lesson.scenario.training
        self.elements = {lesson.key(e): e for i in range(len(lesson.graph.nodes)) for e in reading.elements(i)}
        self.known: dict[str, Value[float]] = {key: reading.value(e) for key, e in self.elements.items()}
        for e in self.elements.values():
            self.known[lesson.key(e, "grads")] = reading.adjoint(e)
            self.known[f"signals.{reading.quantity(e).short}"] = self._signal(e)
        for node in lesson.graph.nodes[:-1]:
            every = tuple(map(tuple, lesson.step.trace.value(node.name).tolist()))
            adjoint = lesson.step.trace.adjoint(node.name)
            factor = float(lesson.letters.factor(Quantity(node.name)))
            self.known.setdefault(f"values.{node.name}", every)
            self.known.setdefault(f"grads.{node.name}", tuple(map(tuple, adjoint.tolist())))
            self.known.setdefault(f"signals.{node.name}", tuple(map(tuple, (factor * adjoint).tolist())))
            if node.layer and lesson.graph.dense and (present := lesson.graph.dense.layers[node.layer - 1].present):
                self.known.setdefault(f"present.{node.name}", tuple(tuple(map(float, row)) for row in present))
        self.known["learning_rate"] = training.learning_rate
        self.known["ones"] = ((1.0,),) * lesson.examples

    def _signal(self, element: Element) -> float:
        factor = self.lesson.letters.factor(self.lesson.reading.quantity(element))
        return float(factor) * self.lesson.reading.adjoint(element)

    def of(self, formula: Formula) -> tuple[float, ...] | None:
        """The numbers of a formula, row by row; None where it has a letter of its own: the optimizer's, a book's, …"""
        try:
            value = evaluate(self._resolved(formula), self.known)
        except KeyError:
            return None
        return tuple(number for row in value for number in row) if isinstance(value, tuple) else (value,)

    def _resolved(self, formula: Formula) -> Formula:
        """`formula` with each local derivative ∂a/∂b replaced by its computed value."""
        if isinstance(formula, Partial) and formula.key not in self.known:
            return Num(self._local(formula.of, formula.wrt), "local")
        parts = children(formula)
        if isinstance(formula, Partial) or not parts:
            return formula
        return rebuild(formula, tuple(self._resolved(part) for part in parts))

    def _local(self, of: Formula, wrt: Formula) -> float:
        assert isinstance(of, Sym)
        assert isinstance(wrt, Sym)
        upper, lower = self._element(of), self._element(wrt)
        if upper == lower:
            return 1.0
        if upper == self._element(self.lesson.letters.loss) and lower in self._direct():
            return self.lesson.reading.adjoint(lower)
        return self.lesson.reading.local_value(upper, lower)

    def _direct(self) -> tuple[Element, ...]:
        """What the derivative of the whole loss is asked for by name: every element, in a scenario of one example."""
        return tuple(self.elements.values()) if self.lesson.examples == 1 else ()

    def _element(self, symbol: Sym) -> Element:
        return self.elements[symbol.key]


def scale(formula: Formula, known: Mapping[str, Value[float]]) -> float:
    """The size of the largest number in a formula: what cancellation is measured against."""
    size = abs(formula.value) if isinstance(formula, Num) else _largest(known.get(getattr(formula, "key", ""), 0.0))
    return max(size, *(scale(part, known) for part in children(formula)), 0.0)


def _largest(value: Value[float]) -> float:
    return max(abs(n) for row in value for n in row) if isinstance(value, tuple) else abs(value)
