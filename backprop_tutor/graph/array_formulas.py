"""The formulas of a run of a graph of arrays: how each element is made, and its derivative, term by term.

Every op is fed arrays of letters. Forward it writes how all its elements are made; fed a letter for each ∂L/∂element of
its result, it writes, for every element of every input, the sum over all places where that element was used. So a
kernel's derivative names each window it was applied to, a recurrent weight's each step, and no rule is written twice.

An inner step that is only a part of a formula (a sum inside a square, numbers moved about) is *written through*: its
formula takes the place of its letter.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache, cached_property, reduce
from itertools import product
from operator import add
from typing import NamedTuple, TypeAlias

from backprop_tutor.formula.evaluate import evaluate
from backprop_tutor.formula.figures import figure
from backprop_tutor.formula.nodes import (
    ONE,
    ZERO,
    Call,
    Formula,
    Lit,
    Neg,
    Num,
    Partial,
    Pow,
    Sym,
    children,
    formula,
    is_zero,
    rebuild,
    substitute,
    total,
)
from backprop_tutor.formula.tidy import decided, tidied
from backprop_tutor.graph.array import AnyArray, np
from backprop_tutor.graph.graph import Element, Elements, Node
from backprop_tutor.graph.op import Op
from backprop_tutor.graph.ops.layout import Layout
from backprop_tutor.graph.ops.operation import ArrayOp, Ranges, Shape
from backprop_tutor.graph.quantity import Quantity, Section
from backprop_tutor.graph.tape import Trace

Write: TypeAlias = Callable[[Quantity], Sym]

MASKED = Num(-math.inf, "-inf")
MOST_WRITTEN = 4_000  # numbers in an array whose elements are written out
MOST_THROUGH = 40  # letters in an inner step that is written through
MOST_WEIGHED = 400  # elements among which the most informative one is searched


class Term(NamedTuple):
    """What one use of an element sends back to it: the node that used it, and the formula."""

    user: int
    written: Formula


class ArrayFormulas:
    """One trace of a graph of arrays in the letters of a notation, its numbers to so many significant figures.

    `write` gives the letter of a quantity, `loss` is that of what is differentiated, `spelling` the author's own
    figures. `whole` means that every inner step is written through, so that formulas contain only named quantities.
    """

    def __init__(
        self,
        trace: Trace,
        write: Write,
        loss: Sym,
        digits: int,
        spelling: Mapping[str, str],
        *,
        whole: bool = False,
    ) -> None:
        self.trace, self.graph, self.digits, self.spelling = trace, trace.graph, digits, spelling
        self.writes_all_through = whole
        self.write, self.loss = write, loss
        self._elements: dict[str, Element] = {}
        self.letters, self.adjoint_letters = cache(self._letters), cache(self._adjoint_letters)
        self.made, self.sent = cache(self._made), cache(self._sent)
        self.through, self.is_written = cache(self._through), cache(self._is_written)
        self.sends_written = cache(self._sends_written)

    @property
    def last(self) -> int:
        """The position of the reported loss."""
        return len(self.graph.nodes) - 1

    @cached_property
    def examples(self) -> int:
        """How many examples the trace covers."""
        return int(self.trace.values[self.graph.losses].shape[-1])

    @cached_property
    def users(self) -> tuple[tuple[tuple[int, int], ...], ...]:
        """For each node, the nodes that use it and reach the loss, each with the number of the argument."""
        found: list[list[tuple[int, int]]] = [[] for _ in self.graph.nodes]
        for i in self.graph.computed:
            if self.trace.adjoints and self.trace.adjoints[i] is not None and not self.graph.nodes[i].fused:
                for argument, j in enumerate(self.graph.nodes[i].inputs):
                    found[j].append((i, argument))
        return tuple(map(tuple, found))

    # the elements and their values

    def shape(self, node: int) -> Shape:
        """The own axes of a node."""
        assert self.graph.shapes is not None, "a graph of arrays"
        return self.graph.shapes[node]

    def single(self, node: int) -> bool:
        """Whether a node is one number alone, and none for each of several examples."""
        return not self.shape(node) and (self.graph.nodes[node].shared or self.examples == 1)

    def elements(self, node: int, example: int | None = None) -> Elements:
        """The elements of a node in reading order; of one example, with what all examples share."""
        own, shape = self.graph.nodes[node], self.trace.values[node].shape
        examples = range(shape[-1]) if example is None else (example,) if example < shape[-1] else ()
        return Elements(node, shape[: own.axes], None if own.shared else examples)

    def value(self, element: Element) -> float:
        """The value of an element."""
        return float(self.trace.values[element.node][element.place])

    def adjoint(self, element: Element) -> float:
        """∂L/∂element."""
        found = self.trace.adjoints[element.node]
        return 0.0 if found is None else float(found[element.place])

    def number(self, element: Element) -> Num:
        """The value of an element by its figures, as its author wrote it where it is given."""
        value, text = self.value(element), self.spelling.get(self.quantity(element).short)
        return figure(value, self.digits) if text is None else Num(value, text)

    def adjoint_number(self, element: Element) -> Num:
        """The figures of ∂L/∂element."""
        return figure(self.adjoint(element), self.digits)

    # letters

    def quantity(self, element: Element, section: Section = "values") -> Quantity:
        """The contract's name of an element."""
        example = element.example + 1 if element.example is not None and self.examples > 1 else None
        return Quantity(*self.graph.name_of(element.node, element.indices), example, section)

    def key(self, element: Element, section: Section = "values") -> str:
        """The contract's name of an element as a text: ``values.z[1,2]@3``."""
        return str(self.quantity(element, section))

    def letter(self, element: Element) -> Sym:
        """The symbol of an element: k₁₂, x₁,₁₀, z₁@3."""
        written = self.write(self.quantity(element))
        self._elements[written.key] = element
        return written

    def element(self, key: str) -> Element | None:
        """The element of the key of a letter that was written; None for any other letter."""
        return self._elements.get(key)

    def whole(self, node: int) -> Sym:
        """The symbol of a whole array."""
        return replace(self.write(Quantity(*self.graph.name_of(node))), bold=bool(self.shape(node)))

    def adjoint_letter(self, element: Element) -> Partial:
        """∂L/∂element as a symbol."""
        key = self.key(element, "grads")
        self._elements[key] = element
        return Partial(self.loss, self.letter(element), key)

    def whole_adjoint(self, node: int) -> Partial:
        """∂L/∂array as a symbol."""
        return Partial(self.loss, self.whole(node), str(Quantity(*self.graph.name_of(node), section="grads")))

    def numbers_in(self, written: Formula) -> Formula:
        """A formula with every letter replaced by its number."""
        known = {key: self._figure(key) for key in keys_in(written) if key in self._elements}
        return decided(substitute(written, known))

    def _figure(self, key: str) -> Num:
        element = self._elements[key]
        return self.adjoint_number(element) if key.startswith("grads.") else self.number(element)

    def worth(self, written: Formula) -> float:
        """The value of a formula of this trace, in full precision."""
        return float(evaluate(self.numbers_in(written), {}))  # type: ignore[arg-type]

    def computed(self, numbers: Formula) -> float:
        """The value of an inner function of a line in numbers, in full precision."""
        return float(evaluate(numbers, {}))  # type: ignore[arg-type]

    def worked(self, numbers: Formula) -> tuple[Formula, ...]:
        """The steps from a line in numbers to its result that one works out by hand: inner functions, the innermost
        first, then what an outer one is taken of: tanh(0.8·1 + 0.1), tanh(0.9); σ(2)·0.2, 0.880797·0.2.
        """
        steps = []
        while (after := self._step(numbers)) != numbers:
            steps.append(after)
            numbers = after
        return tuple(steps)

    def _step(self, node: Formula) -> Formula:
        if isinstance(node, Call) and len(node.arguments) == 1 and not node.primes:
            (inside,) = node.arguments
            worked = self._without_functions(inside)
            plain = worked if worked != inside or isinstance(inside, (Num, Lit)) else self._figures(inside)
            return Call(node.function, (plain,))
        return node if isinstance(node, Call) else self._without_functions(node)

    def _without_functions(self, node: Formula) -> Formula:
        """The innermost functions and roots of a formula replaced by their values."""
        parts = children(node)
        inside = tuple(map(self._without_functions, parts))
        if inside != parts:
            return rebuild(node, inside)
        root = isinstance(node, Pow) and isinstance(node.exponent, (Lit, Neg)) and not _is_whole(node.exponent)
        return self._figures(node) if isinstance(node, Call) or root else node

    def _figures(self, numbers: Formula) -> Num:
        return figure(self.computed(numbers), self.digits)

    # formulas

    def _is_written(self, node: int) -> bool:
        """Whether the elements of a node and of its inputs are few enough to be written out, with all that is written
        through into them.
        """
        parts = (node, *self.graph.nodes[node].inputs)
        inside = self.graph.nodes[node].inputs if self.writes_all_through else ()
        return all(self.trace.values[i].size <= MOST_WRITTEN for i in parts) and all(
            self.is_written(i) for i in inside if self.graph.nodes[i].inner
        )

    def _sends_written(self, node: int) -> bool:
        """Whether what a node sends back can be written out, with the nodes that it is written through into."""
        onward = self.users[node] if self.through(node) else ()
        return self.is_written(node) and all(self.sends_written(user) for user, _ in onward)

    def _letters(self, node: int) -> AnyArray:
        return self._each(node, self._unless_masked)

    def _unless_masked(self, element: Element) -> Formula:
        return self.letter(element) if self.value(element) > -math.inf else MASKED

    def _each(self, node: int, write: Callable[[Element], Formula]) -> AnyArray:
        written = np.empty(self.trace.values[node].shape, dtype=object)
        for place in np.ndindex(*written.shape):
            written[place] = write(self.graph.element(node, place))
        return written

    def _read(self, node: int) -> AnyArray:
        """A node as it is passed to the ops that use it: letters, or the formulas of what is written through."""
        return self.made(node) if self.through(node) else self.letters(node)

    def _made(self, node: int) -> AnyArray:
        """How every element of a node is made."""
        op, inputs = self._op(node), self.graph.nodes[node].inputs
        return np.asarray(op.forward(*map(self._read, inputs)), dtype=object)

    def _adjoint_letters(self, node: int) -> AnyArray:
        """∂L/∂element of every element: a letter; the exact 1 of the loss; for what is written through, the formula."""
        if node == self.last or (node == self.graph.losses and self.examples == 1):
            return np.full(self.trace.values[node].shape, ONE, dtype=object)
        if self.through(node):
            return self._total(node)
        return self._each(node, self.adjoint_letter)

    def _total(self, node: int) -> AnyArray:
        sent = (self.sent(user)[argument] for user, argument in self.users[node])
        nothing = np.full(self.trace.values[node].shape, ZERO, dtype=object)
        return reduce(add, (part for part in sent if part is not None), nothing)

    def _sent(self, node: int) -> tuple[AnyArray | None, ...]:
        """The cotangents that a node sends back to every element of each of its inputs."""
        op, inputs = self._op(node), self.graph.nodes[node].inputs
        own = self.made(node) if self.through(node) else self.letters(node)
        sent: tuple[AnyArray | None, ...] = op.vjp(self.adjoint_letters(node), own, *map(self._read, inputs))
        return sent

    def _op(self, node: int) -> Op:
        own = self.graph.nodes[node]
        assert own.op is not None, "a computed node of a graph of arrays"
        return own.op.written_for([self.trace.values[i] for i in own.inputs])

    def formula_of(self, element: Element) -> Formula:
        """How an element is made; of a large array that takes too many numbers, its number alone."""
        if self.is_written(element.node):
            return formula(self.made(element.node)[element.place])
        parts = self._needed(element.node, element.indices, None)
        if parts is None:
            return self.number(element)
        return formula(self._op(element.node).forward(*self._fed(element.node, parts[1:]))[self._at(element)])

    def terms(self, element: Element) -> tuple[Term, ...]:
        """The contribution of every use of an element, without the exact zeros; its number where it is not written."""
        found = []
        for user, argument in self.users[element.node]:
            written = self._sent_to(element, user, argument)
            if written is not None and not is_zero(written := tidied(written)):
                found.append(Term(user, written))
        return tuple(found)

    def _sent_to(self, element: Element, user: int, argument: int) -> Formula | None:
        """What a node sends back to an element of one of its inputs; None where nothing flows back to it."""
        if self.sends_written(user):
            sent = self.sent(user)[argument]
            return None if sent is None else formula(sent[element.place])
        number = (self.trace.cotangents[user] or (None,) * (argument + 1))[argument]
        parts = self._needed(user, element.indices, argument)
        if number is None or parts is None:
            return None if number is None else figure(float(number[element.place]), self.digits)
        back, own, *inputs = (
            self._part(user, parts[0], self._adjoint_formula),
            self._part(user, parts[0], self._source),
            *self._fed(user, parts[1:]),
        )
        return formula(self._op(user).vjp(back, own, *inputs)[argument][self._at(element)])

    def _needed(self, node: int, index: Shape, argument: int | None) -> tuple[Ranges, ...] | None:
        """The parts of a large node and of its inputs that one formula takes; None where they are too many."""
        op = self.graph.nodes[node].op
        parts = op.needs(index, argument) if isinstance(op, ArrayOp) and op.needs else None
        most = max((math.prod(map(len, part)) for part in parts or ()), default=0)
        return None if most * self.examples > MOST_THROUGH else parts

    def _fed(self, node: int, parts: Sequence[Ranges]) -> list[AnyArray]:
        """Parts of the inputs of a node as the op takes them, each element by its letter or its formula."""
        return [self._part(j, part, self._source) for j, part in zip(self.graph.nodes[node].inputs, parts, strict=True)]

    def _part(self, node: int, ranges: Ranges, write: Callable[[Element], Formula]) -> AnyArray:
        """A part of a node's array, in the layout of the tape."""
        own, shared = tuple(map(len, ranges)), self.graph.nodes[node].shared
        examples: Sequence[int | None] = (None,) if shared else range(self.examples)
        made = [write(Element(node, index, example)) for index in product(*ranges) for example in examples]
        return Layout(own, shared).closed(np.fromiter(made, object).reshape(*own, len(examples)))

    def _at(self, element: Element) -> tuple[int, ...]:
        """The place of an element in the part of its array that is the element alone."""
        return element._replace(indices=(0,) * len(element.indices)).place

    def _source(self, element: Element) -> Formula:
        """An element as it is passed to the ops that use it: its letter, or its formula where it is written through."""
        return self.formula_of(element) if self.through(element.node) else self._unless_masked(element)

    def _adjoint_formula(self, element: Element) -> Formula:
        """∂L/∂element: its letter, the 1 of the loss, or what is written through."""
        node = element.node
        if node == self.last or (node == self.graph.losses and self.examples == 1):
            return ONE
        if not self.through(node):
            return self.adjoint_letter(element)
        return total(tuple(term.written for term in self.terms(element)))

    def _through(self, node: int) -> bool:
        """Whether an inner step is written through into the one that uses it."""
        own, users = self.graph.nodes[node], self._all_users[node]
        if not own.inner or node == self.graph.losses or self.writes_all_through:
            return bool(own.inner)
        if len(users) != 1 or (isinstance(own.op, ArrayOp) and own.op.alone):
            return False
        if not (self.is_written(node) and self.is_written(users[0])):
            return False
        kinds = _kind(own), _kind(self.graph.nodes[users[0]])
        if kinds[0] == "selection":
            return True
        if kinds[1] == "selection" and _kind(self.graph.nodes[self._computes_with(users[0])]) == "joint":
            return False
        if kinds not in THROUGH:
            return False
        return max(_weight(formula(f)) for f in self.made(node).ravel()[:MOST_WEIGHED]) <= MOST_THROUGH

    def _computes_with(self, node: int) -> int:
        """The first step from a node on that does more than move numbers."""
        while _kind(self.graph.nodes[node]) == "selection" and self._all_users[node]:
            node = self._all_users[node][0]
        return node

    def written_example(self, node: int) -> int:
        """The node whose own line contains a step that is written through."""
        while self.through(node) and self.users[node]:
            node = self.users[node][0][0]
        return node

    def seen_as(self, node: int) -> int:
        """The node whose letter stands for the adjoint of a step that is written through: one with the very same
        adjoint.
        """
        while self.through(node) and self.users[node]:
            (above, _), *_ = self.users[node]
            ours, theirs = self.trace.adjoints[node], self.trace.adjoints[above]
            if ours is None or theirs is None or not np.array_equal(ours, theirs):
                break
            node = above
        return node

    @cached_property
    def _all_users(self) -> tuple[tuple[int, ...], ...]:
        found: list[list[int]] = [[] for _ in self.graph.nodes]
        for i in self.graph.computed:
            for j in self.graph.nodes[i].inputs:
                found[j].append(i)
        return tuple(map(tuple, found))

    # the most informative element

    def sample_element(self, node: int, example: int = 0) -> Element:
        """The element of a node whose formula has most terms and fewest zeros; the first of several."""
        return max(
            self.elements(node, example)[:MOST_WEIGHED], key=lambda element: self._worth((self.formula_of(element),))
        )

    def sample_adjoint_element(self, node: int, example: int = 0) -> Element:
        """The element with most contributions and fewest zeros among them; the first of several."""
        elements = self.elements(node, example)[:MOST_WEIGHED]
        return max(elements, key=lambda element: self._worth(tuple(term.written for term in self.terms(element))))

    def _worth(self, written: tuple[Formula, ...]) -> tuple[int, int]:
        keys = [key for part in written for key in keys_in(part) if key in self._elements]
        zeros = sum(1 for key in keys if self._figure(key).value == 0)
        return (len(keys) - 2 * zeros, -zeros)


THROUGH = frozenset(
    {("elementwise", "linear"), ("linear", "elementwise"), ("elementwise", "selection"), ("elementwise", "elementwise")}
)
"""The kinds of inner step that may be written through, and the kinds of step they may be written into."""


def _is_whole(exponent: Formula) -> bool:
    inside = exponent.operand if isinstance(exponent, Neg) else exponent
    return isinstance(inside, Lit) and inside.value.denominator == 1


def _kind(node: Node) -> str:
    return node.op.kind if isinstance(node.op, ArrayOp) else ""


def keys_in(node: Formula) -> tuple[str, ...]:
    """The keys of all letters and derivatives of a formula, as often as they occur in it."""
    if isinstance(node, (Sym, Partial)):
        return (node.key,) if node.key else ()
    return tuple(key for part in children(node) for key in keys_in(part))


def _weight(node: Formula) -> int:
    return len(keys_in(node))
