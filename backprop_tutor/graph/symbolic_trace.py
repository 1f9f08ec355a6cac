"""The formulas of a trace, element by element, in the letters of a notation.

An element is one number of the run: (node, row, column). The ops that made the numbers are fed letters and write how
each element is made and how it reacts to each thing it is made of; fed figures, they write the same with the numbers
in place. Nothing here knows a derivative of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, cached_property
from types import MappingProxyType
from typing import NamedTuple, TypeAlias

from backprop_tutor.formula.figures import figure
from backprop_tutor.formula.nodes import Formula, Num, Role, formula, is_zero
from backprop_tutor.graph.array import AnyArray, np
from backprop_tutor.graph.op import Op
from backprop_tutor.graph.quantity import Quantity, Section
from backprop_tutor.graph.tape import Trace

Letters: TypeAlias = Callable[[Quantity], Formula]
Writer: TypeAlias = "Callable[[Element], Formula]"
Block: TypeAlias = "list[list[Element]]"


class Element(NamedTuple):
    """One number: the node's position in the graph, row and column from 0."""

    node: int
    row: int
    column: int


class SymbolicTrace:
    """One trace read in some letters, its numbers to so many significant figures.

    `letters` writes a quantity, `spelling` has the author's own figures of what is given.
    """

    def __init__(
        self, trace: Trace, letters: Letters, digits: int, spelling: Mapping[str, str] = MappingProxyType({})
    ) -> None:
        self.trace, self.letters, self.digits, self.spelling = trace, letters, digits, spelling
        self.graph = trace.graph
        self.letter = cache(self._letter)
        self.number = cache(self._number)
        self.definition = cache(self._made)
        self.local_derivatives = cache(self._local)
        self.elements = cache(self._elements)
        self._local_values = cache(self._computed_locals)

    @cached_property
    def examples(self) -> int:
        """How many examples the trace covers."""
        return int(self.trace.values[self.graph.losses].shape[1])

    def quantity(self, element: Element, section: Section = "values") -> Quantity:
        """The contract's name of an element; beside a penalty, the loss of a single example is ``loss@1``."""
        node = self.graph.nodes[element.node]
        example = element.column + 1 if self.per_example(element.node) and self.examples > 1 else None
        if element.node == len(self.graph.nodes) - 1:
            return Quantity("loss", section=section)
        if element.node == self.graph.losses and self.graph.network is not None:
            return Quantity("loss", example=element.column + 1 if self.graph.network.l2 else example, section=section)
        if self.graph.network is None:
            return Quantity(node.name, example=example, section=section)
        column = element.column + 1 if node.role == Role.WEIGHT else None
        return Quantity(node.name, element.row + 1, column, example, section)

    def per_example(self, node: int) -> bool:
        """Whether a node has a column for each example."""
        return node != len(self.graph.nodes) - 1 and self.graph.nodes[node].role not in (Role.WEIGHT, Role.BIAS)

    def _elements(self, node: int) -> tuple[Element, ...]:
        """The elements of a node that exist, row by row; missing connections are left out."""
        return tuple(element for row in range(len(self.trace.values[node])) for element in self.row(node, row))

    def row(self, node: int, row: int) -> tuple[Element, ...]:
        """The elements of one row of a node that exist: the weights into one unit."""
        places = (Element(node, row, column) for column in range(self.trace.values[node].shape[1]))
        return tuple(place for place in places if self.exists(place))

    def column(self, node: int, column: int) -> tuple[Element, ...]:
        """The elements of one column of a node that exist: the units of a layer for one example."""
        rows, columns = self.trace.values[node].shape
        places = (Element(node, row, column) for row in range(rows if column < columns else 0))
        return tuple(place for place in places if self.exists(place))

    def exists(self, element: Element) -> bool:
        """Whether an element is there: not a missing connection."""
        node = self.graph.nodes[element.node]
        if self.graph.network is None or node.role != Role.WEIGHT or node.layer is None:
            return True
        present = self.graph.network.layers[node.layer - 1].present
        return present is None or present[element.row][element.column]

    def value(self, element: Element) -> float:
        """The value of an element."""
        return float(self.trace.values[element.node][element.row, element.column])

    def adjoint(self, element: Element) -> float:
        """dLoss/d element."""
        adjoint = self.trace.adjoints[element.node]
        return 0.0 if adjoint is None else float(adjoint[element.row, element.column])

    def _letter(self, element: Element) -> Formula:
        return self.letters(self.quantity(element)) if self.exists(element) else formula(0)

    def _number(self, element: Element) -> Formula:
        if not self.exists(element):
            return formula(0)
        value = self.value(element)
        authored = self.spelling.get(self.quantity(element).short)
        return figure(value, self.digits) if authored is None else Num(value, authored)

    def _made(self, element: Element, of: Writer) -> Formula:
        """How a computed element is made, with each of its sources written by `of` (`letter` or `number`)."""
        op, seat, blocks = self._view(element)
        written = op.forward(*(_object_array(block, of) for block in blocks))
        return written[seat, 0]  # type: ignore[no-any-return]

    def sources(self, element: Element) -> tuple[Element, ...]:
        """The elements a computed element is made of, in the order of its inputs; missing connections left out.

        A loss is made of outputs and targets: that it is computed from z as well is not part of what is taught.
        """
        blocks = self._view(element)[2]
        if element.node == self.graph.losses and self.graph.network is not None:
            blocks = blocks[:2]
        return tuple(e for block in blocks for row in block for e in row if self.exists(e))

    def _local(self, element: Element, of: Writer) -> dict[Element, Formula]:
        """∂element/∂source for every source it reacts to, written with `of`.

        Where loss and activation fold, the loss reacts to z as well: that entry stands for both steps at once.
        """
        op, seat, blocks = self._view(element)
        fed = [_object_array(block, of) for block in blocks]
        seed = np.full((seat + 1 if op.name != "softmax" else len(blocks[0]), 1), formula(0), dtype=object)
        seed[seat, 0] = formula(1)
        found: dict[Element, Formula] = {}
        for block, sent in zip(
            blocks, op.vjp(seed, _object_array(self._seats(element, len(seed)), of), *fed), strict=True
        ):
            if sent is not None:
                found |= zip((e for row in block for e in row), sent.ravel(), strict=True)
        return {source: f for source, f in found.items() if not is_zero(f) and self.exists(source)}

    def local_value(self, element: Element, source: Element) -> float:
        """∂element/∂source as computed, true where the taught formula in floats is not."""
        return self._local_values(element).get(source, 0.0)

    def _computed_locals(self, element: Element) -> dict[Element, float]:
        """∂element/∂source for every source, by the op that was run, fed a seed of 1.

        A pre-activation is one row of its op, which would mask the rows of all units: the op as written does not.
        """
        node = self.graph.nodes[element.node]
        assert node.op is not None, "a given element has no sources"
        written, seat, blocks = self._view(element)
        op = written if node.role == Role.PREACTIVATION else node.op
        seed = np.zeros((len(blocks[0]) if op.name == "softmax" else 1, 1))
        seed[seat, 0] = 1
        out = self._figures(self._seats(element, len(seed)))
        with np.errstate(all="ignore"):
            sent = op.vjp(seed, out, *(self._figures(block) for block in blocks))
        found: dict[Element, float] = {}
        for block, contribution in zip(blocks, sent, strict=True):
            if contribution is not None:
                found |= zip((e for row in block for e in row), contribution.ravel().tolist(), strict=True)
        return {source: value for source, value in found.items() if self.exists(source)}

    def _figures(self, block: Block) -> AnyArray:
        return np.array([[self.value(element) for element in row] for row in block])

    def _seats(self, element: Element, rows: int) -> Block:
        """The elements of the output that the op makes together with `element`."""
        first = element.row if rows == 1 else 0
        return [[Element(element.node, first + r, element.column)] for r in range(rows)]

    def _view(self, element: Element) -> tuple[Op, int, list[Block]]:
        """The op of an element, the element's row in what the op makes of these blocks of its inputs, and the blocks."""
        node = self.graph.nodes[element.node]
        assert node.op is not None, "a given element is not made of others"
        blocks = [self._block(element, i, argument) for argument, i in enumerate(node.inputs)]
        return node.op.written, element.row if node.op.name == "softmax" else 0, blocks

    def _block(self, element: Element, node: int, argument: int) -> Block:
        """The elements of one input that an element depends on."""
        rows, columns = (range(n) for n in self.trace.values[node].shape)
        consumer = self.graph.nodes[element.node]
        if element.node != len(self.graph.nodes) - 1:
            columns = range(element.column, element.column + 1) if self.per_example(node) else columns
        if consumer.role == Role.PREACTIVATION and argument != 1:
            rows = range(element.row, element.row + 1)
        if consumer.role == Role.ACTIVATION and consumer.op is not None and consumer.op.name != "softmax":
            rows = range(element.row, element.row + 1)
        return [[Element(node, row, column) for column in columns] for row in rows]


def _object_array(block: Block, of: Writer) -> AnyArray:
    fed = np.empty((len(block), len(block[0])), dtype=object)
    for r, row in enumerate(block):
        fed[r, :] = [of(element) for element in row]
    return fed
