"""Second derivatives, forward over reverse: how every line of a backward pass changes when one number moves.

A line of the backward pass is a formula in values and in derivatives above it, g = f(v, g′). Moving w changes it by
dg/dw = Σ ∂f/∂v · dv/dw + Σ ∂f/∂g′ · dg′/dw, and the values change by dv/dw as their own formulas say. One column of the
Hessian takes one pass forward and one back. Source: B. Pearlmutter, Fast exact multiplication by the Hessian, 1994.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache, reduce
from typing import Any, NamedTuple

from backprop_tutor.formula.derivative import derivative
from backprop_tutor.formula.evaluate import evaluate
from backprop_tutor.formula.figures import FLOAT_FIGURES, figure
from backprop_tutor.formula.nodes import (
    ONE,
    ZERO,
    Call,
    Formula,
    Num,
    Partial,
    is_zero,
    mul,
    rebuilt,
    substitute,
    total,
)
from backprop_tutor.formula.tidy import decided, tidied
from backprop_tutor.graph.array import quietly
from backprop_tutor.graph.array_formulas import Write, keys_in
from backprop_tutor.graph.derivatives.jacobian import OutputFormulas, loss_in, pull_back
from backprop_tutor.graph.graph import Element
from backprop_tutor.graph.ops.operation import ArrayOp
from backprop_tutor.graph.precise import precise
from backprop_tutor.graph.tape import Trace, run

STEP = 1e-3
PAIR = 2
GRADS = "grads."
PRECISE_WORK = 2000
"""Up to so many numbers, times those that move, rates are computed in many digits: saturated units lose none of theirs."""


class Part(NamedTuple):
    """One number that changes with another: an element's value, or the derivative of the loss with respect to it."""

    element: Element
    is_gradient: bool


class Column:
    """Everything that changes when one number moves, ``d·/dw``: as formulas and as numbers."""

    def __init__(self, formulas: OutputFormulas, moved: Element, known: Precise | None = None) -> None:
        self.formulas, self.moved, self._known = formulas, moved, known
        self.rate, self.formula = cache(self._rate), cache(self._formula)
        self._precise_rate = cache(self._precisely)
        self._letters: dict[str, Part] = {}

    def letter(self, part: Part) -> Partial:
        """d part/dw as a symbol."""
        element, formulas = part.element, self.formulas
        of: Formula = formulas.adjoint_letter(element) if part.is_gradient else formulas.letter(element)
        key = f"rate.{formulas.key(element, 'grads' if part.is_gradient else 'values')}"
        self._letters[key] = part
        return Partial(of, formulas.letter(self.moved), key)

    def _written(self, part: Part) -> Formula:
        element, formulas = part.element, self.formulas
        if part.is_gradient:
            return formulas.derivative(element)
        op = formulas.graph.nodes[element.node].op
        if op is None:
            return ZERO
        written = formulas.formula_of(element)
        if isinstance(op, ArrayOp) and op.picks and isinstance(written, Call):
            return max(written.arguments, key=formulas.worth)  # the first of the largest alone passes the gradient on
        return pairwise(written)

    def _formula(self, part: Part) -> Formula:
        """d part/dw by the chain rule, in letters; the exact 1 or 0 of what is given."""
        if part == Part(self.moved, False):
            return ONE
        written, terms = self._written(part), []
        for key in dict.fromkeys(keys_in(written)):
            inner = Part(self.formulas.element_called(key), key.startswith(GRADS))
            local = derivative(written, key)
            if not is_zero(local) and self.changes(inner):
                rate = self.formula(inner)
                terms.append(local if rate == ONE else mul(local, self.letter(inner)))
        return tidied(total(tuple(terms)))

    def follow(self, *, back: bool) -> None:
        """Work out every change in the order of the passes, so that none has to wait for a long chain of others."""
        formulas = self.formulas
        nodes = [i for i in range(formulas.output.node + 1) if self._is_shown(i)]
        for is_gradient, order in ((False, nodes), (True, nodes[::-1] if back else ())):
            for node in order:
                for element in filter(formulas.graph.exists, formulas.elements(node)):
                    self.rate(Part(element, is_gradient))

    def _is_shown(self, node: int) -> bool:
        return not self.formulas.graph.nodes[node].inner or node == self.formulas.output.node

    def changes(self, part: Part) -> bool:
        """Whether a number depends on the one that moves."""
        return not is_zero(self.formula(part))

    def _rate(self, part: Part) -> float:
        return self._in_floats(part) if self._known is None else float(self._precise_rate(part))

    def _precisely(self, part: Part) -> Any:
        assert self._known is not None, "only a run of few numbers is computed in many digits"
        written, known = self.formula(part), {}
        for key in keys_in(written):
            inner = self._letters.get(key)
            known[key] = self._precise_rate(inner) if inner is not None else self._known.called(key)
        return precise(written, known)

    def _in_floats(self, part: Part) -> float:
        written = self.formula(part)
        known = {}
        for key in keys_in(written):
            inner = self._letters.get(key)
            known[key] = self.rate(inner) if inner is not None else self.formulas.number_called(key)
        return float(evaluate(written, known))  # type: ignore[arg-type]

    def numbers_in(self, written: Formula, figures: Mapping[str, Num]) -> Formula:
        """A formula with its rates replaced by these figures, and all other letters by their numbers."""
        return decided(self.formulas.numbers_in(substitute(written, figures)))

    def rates_in(self, written: Formula) -> Iterator[tuple[str, Part]]:
        """The rates that a formula names, by their keys."""
        yield from ((key, self._letters[key]) for key in dict.fromkeys(keys_in(written)) if key in self._letters)

    def needed(self, parts: Sequence[Part]) -> tuple[Part, ...]:
        """What these rates are made of, in the order of the passes: values forward, then derivatives back."""
        found: dict[Part, None] = {}
        waiting = list(parts)
        while waiting:
            part = waiting.pop()
            if part not in found:
                found[part] = None
                waiting += [inner for _, inner in self.rates_in(self.formula(part))]
        return tuple(sorted(found, key=_turn))


class Precise:
    """Every value of a run, and every derivative of its output, in many digits."""

    def __init__(self, formulas: OutputFormulas) -> None:
        self.formulas = formulas
        self.value, self.derivative = cache(self._value), cache(self._derivative)

    def called(self, key: str) -> Any:
        """The number that a letter with this key stands for."""
        element = self.formulas.element_called(key)
        return self.derivative(element) if key.startswith(GRADS) else self.value(element)

    def _value(self, element: Element) -> Any:
        formulas = self.formulas
        if formulas.graph.nodes[element.node].op is None:
            return precise(figure(formulas.value(element), FLOAT_FIGURES), {})
        return self._made(pairwise(formulas.formula_of(element)))

    def _derivative(self, element: Element) -> Any:
        return self._made(self.formulas.derivative(element))

    def _made(self, written: Formula) -> Any:
        return precise(written, {key: self.called(key) for key in dict.fromkeys(keys_in(written))})


def pairwise(written: Formula) -> Formula:
    """A formula with the maximum of several numbers as that of two, one of them a maximum again."""
    whole = rebuilt(written, pairwise)
    if isinstance(whole, Call) and whole.function in ("max", "min") and len(whole.arguments) > PAIR:
        return reduce(lambda one, other: replace(whole, arguments=(one, other)), whole.arguments)
    return whole


def _turn(part: Part) -> tuple[object, ...]:
    node = part.element.node
    return (part.is_gradient, -node if part.is_gradient else node, part.element.example or 0, part.element.indices)


def columns(
    trace: Trace, write: Write, moved: Sequence[Element], digits: int, spelling: Mapping[str, str]
) -> tuple[Column, ...]:
    """One column of the Hessian of the reported loss for each of some given numbers."""
    return _followed(trace, write, moved, digits, spelling, back=True)


def tangents_of(
    trace: Trace, write: Write, moved: Sequence[Element], digits: int, spelling: Mapping[str, str]
) -> tuple[Column, ...]:
    """How the values alone change, a sweep forward for each of some given numbers."""
    return _followed(trace, write, moved, digits, spelling, back=False)


def _followed(
    trace: Trace, write: Write, moved: Sequence[Element], digits: int, spelling: Mapping[str, str], *, back: bool
) -> tuple[Column, ...]:
    loss = loss_in(trace)
    formulas = OutputFormulas(pull_back(trace, loss), write, loss, digits, spelling)
    few = sum(value.size for value in trace.values) * len(moved) <= PRECISE_WORK
    known = Precise(formulas) if few else None
    made = tuple(Column(formulas, element, known) for element in moved)
    for column in made:
        column.follow(back=back)
    return made


@quietly
def differences_of_gradients(trace: Trace, moved: Sequence[Element]) -> tuple[tuple[float, ...], ...]:
    """(4·D(h/2) − D(h))/3 of central differences D of the gradient, a column for each number that moves."""
    return tuple(_column(trace, element, moved) for element in moved)


def _column(trace: Trace, moved: Element, others: Sequence[Element]) -> tuple[float, ...]:
    step = STEP * max(1.0, abs(float(trace.values[moved.node][moved.place])))
    narrow, wide = (_difference(trace, moved, others, size) for size in (step / 2, step))
    return tuple((4 * near - far) / 3 for near, far in zip(narrow, wide, strict=True))


def _difference(trace: Trace, moved: Element, others: Sequence[Element], step: float) -> list[float]:
    above, below = (_gradient(trace, moved, others, by) for by in (step, -step))
    return [(a - b) / (2 * step) for a, b in zip(above, below, strict=True)]


def _gradient(trace: Trace, moved: Element, others: Sequence[Element], by: float) -> list[float]:
    graph = trace.graph
    given = {n.name: v for n, v in zip(graph.nodes, trace.values, strict=True) if n.op is None}
    there = given[graph.nodes[moved.node].name].copy()
    there[moved.place] += by
    found = run(graph, {**given, graph.nodes[moved.node].name: there})
    return [float(found.adjoint(graph.nodes[each.node].name)[each.place]) for each in others]
