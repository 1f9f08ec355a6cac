"""The formulas of a trace, element by element, in the letters of a notation.

The ops that computed the numbers are fed arrays of letters and write how each element is made, from which sources, and
its derivative by each of them; fed figures, they write the same with numbers. Nothing here knows a derivative of its
own, nor any operation: a source is an element that the written formula names.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from functools import cache, cached_property, lru_cache
from itertools import product
from types import MappingProxyType
from typing import Any, NamedTuple, TypeAlias, TypeVar

from backprop_tutor.formula.figures import figure
from backprop_tutor.formula.nodes import Formula, Num, Role, Sym, formula, is_zero, substitute, symbols
from backprop_tutor.formula.tidy import tidied
from backprop_tutor.graph.array import AnyArray, Array, np
from backprop_tutor.graph.graph import Element, Graph, Index
from backprop_tutor.graph.op import Op
from backprop_tutor.graph.quantity import Quantity, Section
from backprop_tutor.graph.tape import Trace

Letters: TypeAlias = Callable[[Quantity], Formula]
Writer: TypeAlias = "Callable[[Element], Formula]"
Part: TypeAlias = "tuple[int, tuple[range, ...]]"
Made = TypeVar("Made")


class View(NamedTuple):
    """The parts of its inputs that an op is fed for an element, the op, and the element's place in the result."""

    inputs: tuple[Part, ...]
    output: Part
    place: Index


class Rewritten(Mapping[Element, Formula]):
    """Formulas by element, each rewritten when it is asked for."""

    def __init__(self, made: Mapping[Element, Formula], rewrite: Callable[[Formula], Formula]) -> None:
        self._made, self._rewrite = made, rewrite
        self._known: dict[Element, Formula] = {}

    def __getitem__(self, element: Element) -> Formula:
        if element not in self._known:
            self._known[element] = self._rewrite(self._made[element])
        return self._known[element]

    def __iter__(self) -> Iterator[Element]:
        return iter(self._made)

    def __len__(self) -> int:
        return len(self._made)


class Layout:
    """What the traces of one graph over so many examples share: elements, names, and formulas in letters.

    `by_key` has the element of each letter that was written, by the letter's key.
    """

    def __init__(self, graph: Graph, shapes: tuple[Index, ...], letters: Letters) -> None:
        self.graph, self.shapes, self.letters = graph, shapes, letters
        self.letter = cache(self._letter)
        self.quantity = cache(self._quantity)
        self.key = cache(lambda element, section: str(self.quantity(element, section)))
        self.short = cache(lambda element: self.quantity(element).short)
        self.elements = cache(self._elements)
        self.by_example = cache(self._grouped)
        self.block = cache(self._block)
        self.view = cache(self._view)
        self.definition = cache(self._definition)
        self.local_derivatives = cache(self._local)
        self.sources = cache(self._sources)
        self.by_key: dict[str, Element] = {}
        self._by_mark: dict[str, Element] = {}
        self._shared: dict[Hashable, Any] = {}

    def shared(self, name: Hashable, make: Callable[[], Made]) -> Made:
        """What `make` writes in letters alone, once for all traces, by a name for it; anew where formulas depend on numbers."""
        if not self._are_fixed:
            return make()
        try:
            found: Made = self._shared[name]
        except KeyError:
            found = self._shared[name] = make()
        return found

    @cached_property
    def _are_fixed(self) -> bool:
        return all(map(self.is_fixed, self.graph.computed))

    @property
    def tells_apart(self) -> bool:
        """Whether every number has a letter with a key of its own: in a network or an expression graph, where the loss of a
        single example is that of the batch.
        """
        return self.graph.shapes is None

    @cached_property
    def examples(self) -> int:
        """How many examples the trace covers."""
        return self.shapes[self.graph.losses][-1]

    def _quantity(self, element: Element, section: Section = "values") -> Quantity:
        name, before, counted = self._names[element.node]
        example = element.example + 1 if counted and element.example is not None else None
        return Quantity(name, (*before, *[i + 1 for i in element.indices]), example, section)

    @cached_property
    def _names(self) -> tuple[tuple[str, Index, bool], ...]:
        """The contract's name of each node, the indices before its own, and whether its elements are named by their
        example.
        """
        several, loss = self.examples > 1, ("loss", ())
        return tuple(
            (*(loss if is_loss else self.graph.name_of(i)), several or (is_loss and self.graph.penalised))
            for i, is_loss in enumerate(n.role == Role.LOSS for n in self.graph.nodes)
        )

    def each_element(self, node: int) -> Iterator[Element]:
        """The existing elements of a node, row by row, made one after another."""
        found = (self.graph.element(node, place) for place in np.ndindex(*self.shapes[node]))
        return (element for element in found if self.graph.exists(element))

    def _elements(self, node: int) -> tuple[Element, ...]:
        return tuple(self.each_element(node))

    def _grouped(self, node: int) -> Mapping[int, tuple[Element, ...]]:
        groups: dict[int, list[Element]] = {}
        for element in self.elements(node):
            groups.setdefault(element.example or 0, []).append(element)
        return {example: tuple(found) for example, found in groups.items()}

    def _letter(self, element: Element) -> Formula:
        element = self.graph.own(element)
        if not self.graph.exists(element):
            return formula(0)
        letter = self.letters(self.quantity(element))
        if isinstance(letter, Sym):
            self.by_key[letter.key] = element
        return letter

    def op(self, node: int) -> Op:
        """The op that computes a node."""
        op = self.graph.nodes[node].op
        assert op is not None, "a given element is not made of others"
        return op

    def is_fixed(self, node: int) -> bool:
        """Whether the formulas of a node are the same whatever its numbers are."""
        return self.op(node).taught_by is None

    def _definition(self, element: Element) -> Formula:
        view = self.view(element, True)
        return self._output(element.node, view.inputs)[view.place]  # type: ignore[no-any-return]

    @cached_property
    def _output(self) -> Callable[[int, tuple[Part, ...]], AnyArray]:
        return cache(lambda node, inputs: self.output(self.op(node).written, inputs, self.letter))

    def output(self, op: Op, inputs: tuple[Part, ...], of: Writer) -> AnyArray:
        """The formulas that an op writes from some parts of its inputs."""
        return np.asarray(op.forward(*(_object_array(self.block(*part), of) for part in inputs)), dtype=object)

    def _sources(self, element: Element) -> tuple[Element, ...]:
        view = self.view(element, True)
        return self.named(view, self.output(self.op(element.node).written, view.inputs, _mark)[view.place])

    def named(self, view: View, made: Formula) -> tuple[Element, ...]:
        """The elements of the inputs that a formula of marks names, in their order."""
        fed = dict.fromkeys(e for part in view.inputs for e in self.block(*part).flat)
        named = {symbol.base for symbol in symbols(made)}
        return tuple(e for e in fed if self.graph.exists(e) and _mark(e).base in named)

    def _local(self, element: Element) -> Mapping[Element, Formula]:
        """The derivatives in letters: made of marks, since of thousands few are asked for."""
        return Rewritten(
            self.local(self.op(element.node).written, self.view(element, True), self._marked), self._lettered
        )

    def _marked(self, element: Element) -> Formula:
        if not self.graph.exists(element):
            return formula(0)
        mark = _mark(element)
        self._by_mark[mark.base] = element
        return mark

    def _lettered(self, made: Formula) -> Formula:
        marks = (symbol.base for symbol in symbols(made) if symbol.base in self._by_mark)
        return substitute(made, {mark: self.letter(self._by_mark[mark]) for mark in marks})

    def local(self, op: Op, view: View, of: Writer) -> dict[Element, Formula]:
        """The derivatives of an element by what an op is fed, written with `of`, exact constants multiplied out."""
        blocks = [self.block(*part) for part in view.inputs]
        out = _object_array(self.block(*view.output), of)
        seed = np.full(out.shape, formula(0), dtype=object)
        seed[view.place] = formula(1)
        found: dict[Element, Formula] = {}
        for block, sent in zip(blocks, op.vjp(seed, out, *(_object_array(block, of) for block in blocks)), strict=True):
            if sent is not None:
                found |= zip(block.flat, sent.flat, strict=True)
        return {source: tidied(f) for source, f in found.items() if not is_zero(f) and self.graph.exists(source)}

    def _view(self, element: Element, written: bool) -> View:
        """The parts of its inputs that the op of an element, or the taught one, has to be fed to make the element."""
        op = self.op(element.node)
        op = op.written if written else op
        inputs = self.graph.nodes[element.node].inputs
        cut = () if op.window is None else op.window(element.indices, [self.shapes[i] for i in inputs])
        own = tuple(range(i, i + 1) for i in element.indices) if cut else ()
        parts = tuple(self._part(i, cut[n] if cut else (), element, op) for n, i in enumerate(inputs))
        place = (*(0 for _ in own), *element.place[len(own) :])
        if element.example is not None and not op.joint:
            place = (*place[:-1], 0)
        return View(parts, self._part(element.node, own, element, op), place)

    def _part(self, node: int, cut: tuple[range, ...], element: Element, op: Op) -> Part:
        """The part of a node's array that is needed, of the element's own example where examples are independent."""
        ranges = [*cut, *map(range, self.shapes[node][len(cut) :])]
        if not self.graph.nodes[node].shared and not op.joint and element.example is not None:
            ranges[-1] = range(element.example, element.example + 1)
        return node, tuple(ranges)

    def _block(self, node: int, ranges: tuple[range, ...]) -> AnyArray:
        """The elements of a part of a node, as an array of objects."""
        elements = (self.graph.own(self.graph.element(node, place)) for place in product(*ranges))
        return np.fromiter(elements, object).reshape([len(r) for r in ranges])


layout = lru_cache(maxsize=4)(Layout)
"""The layout of a graph, made once for the variants that a class gets."""


class SymbolicTrace:
    """One trace in the letters of a notation, its numbers to so many significant figures.

    `letters` writes a quantity, `spelling` contains the author's own figures of given numbers.
    """

    def __init__(
        self, trace: Trace, letters: Letters, digits: int, spelling: Mapping[str, str] = MappingProxyType({})
    ) -> None:
        self.trace, self.digits, self.spelling = trace, digits, spelling
        self.graph = trace.graph
        self.layout = layout(trace.graph, tuple(value.shape for value in trace.values), letters)
        self.letter = self.layout.letter
        self.number = cache(self._number)
        self.definition = cache(self._made)
        self.local_derivatives = cache(self._local)
        self._output = cache(self._written)
        self._local_values = cache(self._computed_locals)

    @property
    def examples(self) -> int:
        """How many examples the trace covers."""
        return self.layout.examples

    def quantity(self, element: Element, section: Section = "values") -> Quantity:
        """The contract's name of an element; with a penalty, the loss of a single example is ``loss@1``."""
        return self.layout.quantity(element, section)

    def per_example(self, node: int) -> bool:
        """Whether a node has a value for each example."""
        return not self.graph.nodes[node].shared

    def elements(self, node: int) -> tuple[Element, ...]:
        """The existing elements of a node, row by row, without missing connections."""
        return self.layout.elements(node)

    def each_element(self, node: int) -> Iterator[Element]:
        """The same, made one after another: of a large array the first few cost little."""
        return self.layout.each_element(node)

    def count(self, node: int) -> int:
        """How many elements of a node exist."""
        found = self.graph.nodes[node]
        return self.trace.values[node].size - len(found.missing) - len(found.same)

    def row(self, node: int, row: int) -> tuple[Element, ...]:
        """The existing elements of one row of a node: the weights into one unit."""
        return tuple(element for element in self.elements(node) if element.place[0] == row)

    def of_example(self, node: int, example: int) -> tuple[Element, ...]:
        """The elements of a node for one example; those that all examples share belong to the first."""
        return self.layout.by_example(node).get(example, ())

    def exists(self, element: Element) -> bool:
        """Whether an element exists, as `Graph.exists`."""
        return self.graph.exists(element)

    def value(self, element: Element) -> float:
        """The value of an element."""
        return float(self.trace.values[element.node][element.place])

    def adjoint(self, element: Element) -> float:
        """dLoss/d element."""
        adjoint = self.trace.adjoints[element.node]
        return 0.0 if adjoint is None else float(adjoint[element.place])

    def _number(self, element: Element) -> Formula:
        element = self.graph.own(element)
        if not self.exists(element):
            return formula(0)
        value = self.value(element)
        authored = self.spelling.get(self.layout.short(element))
        return figure(value, self.digits) if authored is None else Num(value, authored)

    def _made(self, element: Element, of: Writer) -> Formula:
        """The formula of a computed element, with each of its sources written by `of` (`letter` or `number`)."""
        if self._is_filled_in(element.node, of):
            return self._filled_in(self.layout.definition(element), of)
        view = self._view(element, True)
        return self._output(element.node, view.inputs, of)[view.place]  # type: ignore[no-any-return]

    def _is_filled_in(self, node: int, of: Writer) -> bool:
        """Whether the formulas of a node are written by `of` as those in letters are, with something else for each letter."""
        return self.layout.is_fixed(node) and (of is self.letter or (of is self.number and self.layout.tells_apart))

    def _filled_in(self, written: Formula, of: Writer) -> Formula:
        if of is self.letter:
            return written
        known = self.layout.by_key
        keys = (symbol.key for symbol in symbols(written) if symbol.key in known)
        return substitute(written, {key: self.number(known[key]) for key in keys})

    def _written(self, node: int, inputs: tuple[Part, ...], of: Writer) -> AnyArray:
        return self.layout.output(self._written_op(node, inputs), inputs, of)

    def sources(self, element: Element) -> tuple[Element, ...]:
        """The elements that the formula of a computed element names, in the order of its inputs."""
        if self.layout.is_fixed(element.node):
            return self.layout.sources(element)
        return self.layout.named(self._view(element, True), self._made(element, _mark))

    def _local(self, element: Element, of: Writer) -> Mapping[Element, Formula]:
        """∂element/∂source for every source with one, written with `of`, its exact constants multiplied out.

        Where loss and activation are fused, the loss depends on z as well: that entry is the derivative of both steps
        at once.
        """
        if self._is_filled_in(element.node, of):
            return Rewritten(self.layout.local_derivatives(element), lambda made: self._filled_in(made, of))
        view = self._view(element, True)
        return self.layout.local(self._written_op(element.node, view.inputs), view, of)

    def local_value(self, element: Element, source: Element) -> float:
        """∂element/∂source as computed, accurate where the taught formula in floats is not."""
        return self._local_values(element).get(source, 0.0)

    def _computed_locals(self, element: Element) -> dict[Element, float]:
        """∂element/∂source for every source, by the op that was run, fed a seed of 1."""
        op = self.layout.op(element.node)
        view = self._view(element, op.window is op.written.window)
        out = self._figures(*view.output)
        seed = np.zeros(out.shape)
        seed[view.place] = 1
        with np.errstate(all="ignore"):
            sent = op.vjp(seed, out, *(self._figures(*part) for part in view.inputs))
        found: dict[Element, float] = {}
        for part, contribution in zip(view.inputs, sent, strict=True):
            if contribution is not None:
                found |= zip(self._block(*part).flat, contribution.ravel().tolist(), strict=True)
        return {source: value for source, value in found.items() if self.exists(source)}

    def _written_op(self, node: int, inputs: tuple[Part, ...]) -> Op:
        """The op to read formulas from, where they depend on the numbers for those of these inputs."""
        op = self.layout.op(node)
        return op.written if op.taught_by is None else op.taught_by([self._figures(*part) for part in inputs])

    def _view(self, element: Element, written: bool) -> View:
        return self.layout.view(element, written)

    def _block(self, node: int, ranges: tuple[range, ...]) -> AnyArray:
        return self.layout.block(node, ranges)

    def _figures(self, node: int, ranges: tuple[range, ...]) -> Array:
        slices = tuple(slice(r.start, r.stop, r.step) for r in ranges)
        return np.ascontiguousarray(self.trace.values[node][slices])


@lru_cache(maxsize=100_000)
def _mark(element: Element) -> Sym:
    """A unique symbol of an element."""
    return Sym(f"{element.node}{element.indices}{element.example}")


def _object_array(block: AnyArray, of: Writer) -> AnyArray:
    return np.fromiter(map(of, block.flat), object, block.size).reshape(block.shape)
