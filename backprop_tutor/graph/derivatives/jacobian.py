"""A Jacobian: how each number of some arrays reacts to each number of others, dy/dx, one row a number of y.

A row is a backward pass that begins with 1 at one number of y and 0 at all others: eᵢᵀJ. The formulas are those of the
operations, fed that seed, so that a softmax writes a₁(1 − a₁) and −a₁a₂.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache, cached_property

from backprop_tutor.formula.nodes import ONE, ZERO, Formula, Sym, formula, total
from backprop_tutor.formula.tidy import tidied
from backprop_tutor.frozen import frozen
from backprop_tutor.graph.array import AnyArray, Array, np, quietly
from backprop_tutor.graph.array_formulas import ArrayFormulas, Write, keys_in
from backprop_tutor.graph.graph import Element, Graph
from backprop_tutor.graph.quantity import Quantity, Section
from backprop_tutor.graph.tape import Contributions, Trace


@frozen(eq=False)
class Jacobian:
    """∂output/∂source for every output (rows) and source (columns), and the backward pass of each row."""

    outputs: tuple[Element, ...]
    sources: tuple[Element, ...]
    passes: tuple[Trace, ...]

    @property
    def rows(self) -> tuple[tuple[float, ...], ...]:
        """The entries, row by row."""
        return tuple(tuple(adjoint_in(trace, source) for source in self.sources) for trace in self.passes)


def jacobian(trace: Trace, outputs: Iterable[Element], sources: Iterable[Element]) -> Jacobian:
    """The Jacobian of some numbers of a trace by others: as many backward passes as there are outputs."""
    rows = tuple(outputs)
    return Jacobian(rows, tuple(sources), tuple(pull_back(trace, output) for output in rows))


def loss_in(trace: Trace) -> Element:
    """The loss that is differentiated: that of the only example, else the reported one of all."""
    graph = trace.graph
    alone = trace.values[graph.losses].shape[-1] == 1 and not graph.penalised and not graph.nodes[graph.losses].shared
    return graph.example_loss() if alone else graph.reported_loss


def adjoint_in(trace: Trace, element: Element) -> float:
    """What came back to an element; 0 where nothing did."""
    found = trace.adjoints[element.node]
    return 0.0 if found is None else float(found[element.place])


@quietly
def pull_back(trace: Trace, output: Element, to: int = 0) -> Trace:
    """The same values with the adjoints of one number: ∂output/∂node at every node that it depends on, else None.

    The pass ends at the node `to`: of those before it nothing need be known.
    """
    graph, values = trace.graph, trace.values
    adjoints: list[Array | None] = [None] * len(values)
    sent: list[Contributions | None] = [None] * len(values)
    seed = np.zeros_like(values[output.node])
    seed[output.place] = 1.0
    adjoints[output.node] = seed
    for i, inputs in graph.backwards:
        op = graph.nodes[i].op
        if i <= to or op is None or adjoints[i] is None or _is_folded(graph, i, output):
            continue
        sent[i] = contributions = op.vjp(adjoints[i], values[i], *(values[j] for j in inputs))
        for j, contribution in zip(inputs, contributions, strict=False):
            if contribution is not None:
                known = adjoints[j]
                adjoints[j] = contribution if known is None else known + contribution
    return Trace(graph, values, tuple(adjoints), tuple(sent))


def _is_folded(graph: Graph, node: int, output: Element) -> bool:
    """Whether the loss differentiates an activation together with itself: only where the loss is what is differentiated."""
    return graph.nodes[node].fused and output.node >= graph.losses


class OutputFormulas(ArrayFormulas):
    """The backward pass of one number of any graph, written out: every ∂output/∂element with all its terms."""

    def __init__(self, trace: Trace, write: Write, output: Element, digits: int, spelling: Mapping[str, str]) -> None:
        self.output = output
        super().__init__(trace, write, _letter(trace, write, output), digits, spelling, whole=True)
        self.terms = cache(self.terms)  # type: ignore[method-assign]

    def quantity(self, element: Element, section: Section = "values") -> Quantity:
        """The contract's name of an element; the loss of one example of several is ``loss@1``."""
        found, several = super().quantity(element, section), self.examples > 1 or self.graph.penalised
        if element.node != self.graph.losses or element.example is None:
            return found
        return found._replace(name="loss", example=element.example + 1 if several else None)

    @cached_property
    def users(self) -> tuple[tuple[tuple[int, int], ...], ...]:
        """For each node, the nodes that sent something back to it, each with the number of the argument."""
        found: list[list[tuple[int, int]]] = [[] for _ in self.graph.nodes]
        for i, sent in enumerate(self.trace.cotangents):
            for argument, (j, value) in enumerate(zip(self.graph.nodes[i].inputs, sent or (), strict=False)):
                if value is not None:
                    found[j].append((i, argument))
        return tuple(map(tuple, found))

    def _each(self, node: int, write: Callable[[Element], Formula]) -> AnyArray:
        return super()._each(node, lambda element: write(element) if self.graph.exists(element) else ZERO)

    def _adjoint_letters(self, node: int) -> AnyArray:
        """The seed; ∂output/∂element of every other element."""
        if node == self.output.node:
            return self._each(node, lambda element: ONE if element == self.output else ZERO)
        return super()._adjoint_letters(node)

    def derivative(self, element: Element) -> Formula:
        """∂output/∂element by the chain rule, in the letters of named quantities and of ∂output/∂ the next ones."""
        if element == self.output:
            return ONE
        return tidied(total(tuple(formula(term.written) for term in self.terms(element))))

    def element_called(self, key: str) -> Element:
        """The element whose value or derivative a letter with this key stands for."""
        return self._elements[key]

    def number_called(self, key: str) -> float:
        """The number that a letter with this key stands for."""
        element = self._elements[key]
        return self.adjoint(element) if key.startswith("grads.") else self.value(element)

    def needed(self, elements: Iterable[Element]) -> tuple[Element, ...]:
        """The elements whose derivatives those of `elements` are made of, and these, from the output back."""
        found: dict[Element, None] = {}
        waiting = list(elements)
        while waiting:
            element = waiting.pop()
            if element not in found:
                found[element] = None
                waiting += self._used_in(self.derivative(element))
        return tuple(sorted(found, key=lambda element: (-element.node, element.example or 0, element.indices)))

    def _used_in(self, written: Formula) -> Iterator[Element]:
        for key in keys_in(written):
            if key.startswith("grads.") and key in self._elements:
                yield self._elements[key]


def _letter(trace: Trace, write: Write, output: Element) -> Sym:
    """The letter of the output itself, before any formula is written."""
    name = ArrayFormulas(trace, write, Sym(""), 1, {}).quantity(output)
    return write(name._replace(name="loss") if output.node == trace.graph.losses else name)
