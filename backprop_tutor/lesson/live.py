"""A lesson whose figures know how they are computed, so that a page can compute them again from other given numbers.

The same functions write the same lesson. Only their input differs: every number has its variable of a staged run, every
local derivative its formula.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from backprop_tutor.fast.lowering import lower_node
from backprop_tutor.formula.nodes import Formula, Num, formula, rebuilt
from backprop_tutor.formula.traced import Traced, written
from backprop_tutor.frozen import frozen
from backprop_tutor.graph.array import AnyArray, np
from backprop_tutor.graph.array_formulas import ArrayFormulas
from backprop_tutor.graph.graph import Element
from backprop_tutor.graph.stable_forms import stable
from backprop_tutor.graph.symbolic_trace import Letters, SymbolicTrace
from backprop_tutor.graph.tape import Trace
from backprop_tutor.lesson.lesson import Lesson
from backprop_tutor.training.train_step import Step

GIVEN_DIGITS = 15


class LiveReading(SymbolicTrace):
    """A trace together with the same trace written in variables."""

    def __init__(
        self, trace: Trace, staged: Trace, letters: Letters, digits: int, spelling: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(trace, letters, digits, spelling or {})
        self.staged = staged

    def value(self, element: Element) -> float:
        """The value of an element."""
        return self._traced(super().value(element), self._variable(element))

    def adjoint(self, element: Element) -> float:
        """dLoss/d element."""
        adjoint = self.staged.adjoints[element.node]
        written = formula(0) if adjoint is None else adjoint[element.place]
        return self._traced(super().adjoint(element), written)

    def local_value(self, element: Element, source: Element) -> float:
        """∂element/∂source."""
        return self._traced(super().local_value(element, source), self._written_locals(element)[source])

    def _traced(self, value: float, written: Formula) -> Traced:
        return Traced(value, formula(written), self.digits)

    def _variable(self, element: Element) -> Formula:
        written: Formula = self.staged.values[element.node][element.place]
        return written

    def _written_locals(self, element: Element) -> dict[Element, Formula]:
        """∂element/∂source for every source as the straight-line program writes it, by the op fed a seed of 1."""
        view = self._view(element, True)
        out = self._variables(*view.output)
        seed = np.full(out.shape, formula(0), dtype=object)
        seed[view.place] = formula(1)
        sent = lower_node(self.graph, element.node).vjp(seed, out, *(self._variables(*part) for part in view.inputs))
        found: dict[Element, Formula] = {}
        for part, contribution in zip(view.inputs, sent, strict=True):
            if contribution is not None:
                found |= zip(self._block(*part).flat, contribution.flat, strict=True)
        return found

    def _variables(self, node: int, ranges: tuple[range, ...]) -> AnyArray:
        """The variables of a part of a node."""
        slices = tuple(slice(r.start, r.stop, r.step) for r in ranges)
        names: AnyArray = self.staged.values[node][slices]
        return names


class LiveFormulas(ArrayFormulas):
    """A trace of a graph of arrays together with the same trace written in variables."""

    def __init__(self, trace: Trace, staged: Trace, lesson: Lesson, spelling: Mapping[str, str]) -> None:
        super().__init__(trace, lesson.letters.value, lesson.letters.loss, lesson.digits, spelling)
        self.staged = staged

    def value(self, element: Element) -> float:
        """The value of an element."""
        return Traced(super().value(element), formula(self.staged.values[element.node][element.place]), self.digits)

    def adjoint(self, element: Element) -> float:
        """dLoss/d element."""
        adjoint = self.staged.adjoints[element.node]
        made = formula(0) if adjoint is None else adjoint[element.place]
        return Traced(super().adjoint(element), formula(made), self.digits)

    def computed(self, numbers: Formula) -> float:
        """The value of a part of a line, computed from the variables of its numbers."""
        return Traced(super().computed(numbers), stable(_in_variables(numbers)), self.digits)


def _in_variables(node: Formula) -> Formula:
    """A formula with each traced number replaced by what it is computed by."""
    if isinstance(node, Num):
        return written(node.value)
    return rebuilt(node, _in_variables)


@frozen(eq=False)
class LiveLesson(Lesson):
    """One step of a scenario, and the same step written in variables."""

    staged: Step
    variables: Mapping[str, Formula]

    @cached_property
    def reading(self) -> SymbolicTrace:
        """The formulas of the step before its update."""
        return LiveReading(self.step.trace, self.staged.trace, self.letters.value, self.digits, self.spelling)

    @cached_property
    def reading_after(self) -> SymbolicTrace:
        """The formulas of the forward pass after the update."""
        return LiveReading(self.step.after, self.staged.after, self.letters.value, self.digits)

    @cached_property
    def formulas(self) -> ArrayFormulas:
        """The formulas of the step in a graph of arrays."""
        return LiveFormulas(self.step.trace, self.staged.trace, self, self.spelling)

    @cached_property
    def formulas_after(self) -> ArrayFormulas:
        """The same of the forward pass after the update."""
        return LiveFormulas(self.step.after, self.staged.after, self, {})

    @property
    def has_fields(self) -> bool:
        """The given numbers are fields of a page."""
        return True

    @property
    def settings(self) -> Mapping[str, float]:
        """The settings of the training, each under its variable."""
        known = super().settings
        return {name: Traced(value, self.variables[name], GIVEN_DIGITS) for name, value in known.items()}

    def update_value(self, parameter: Element, line: int) -> float:
        """The value of a line of the optimizer's rule for one parameter."""
        array = self.staged.lines[self.graph.nodes[parameter.node].name][line][1]
        return self._traced(super().update_value(parameter, line), array[parameter.place])

    def state_value(self, parameter: Element, name: str) -> float:
        """The optimizer's state of one parameter before the step."""
        array = self.staged.before[self.graph.nodes[parameter.node].name][name]
        return self._traced(super().state_value(parameter, name), array[parameter.place])

    def sent_value(self, element: Element, argument: int, source: Element) -> float | None:
        """The contribution of a node to one element of its inputs."""
        value = super().sent_value(element, argument, source)
        written = (self.staged.trace.cotangents[element.node] or {argument: None})[argument]
        return value if value is None or written is None else self._traced(value, written[source.place])

    def _traced(self, value: float, written: Any) -> Traced:
        return Traced(value, formula(written), self.digits)
