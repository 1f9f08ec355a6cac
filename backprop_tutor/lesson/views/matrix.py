"""The view `matrix`: layer by layer in whole matrices, with the shape of every factor; batches are shown here.

Shapes are rows and columns: of every factor under its line, of a variable beside its derivative.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import partial
from typing import NamedTuple

from backprop_tutor.formula.functions import KNOWN
from backprop_tutor.formula.nodes import Call, Formula, Hadamard, Lit, MatMul, Neg, Sym, formula
from backprop_tutor.graph.graph import Element
from backprop_tutor.graph.ops.losses import LOSSES
from backprop_tutor.lesson import book_phrases
from backprop_tutor.lesson.derive.at_the_loss import fold, mean_over_outputs, share
from backprop_tutor.lesson.derive.slope import jacobian
from backprop_tutor.lesson.document import Block, Equation, Math, Paragraph, Row, Rows, Section, Text, Words
from backprop_tutor.lesson.inline import derivation
from backprop_tutor.lesson.lesson import Lesson
from backprop_tutor.lesson.views.deltas import focus
from backprop_tutor.lesson.views.deltas_signal import as_signal, gradient
from backprop_tutor.lesson.views.matrices import cut, figures, letter, signal_letter, sized
from backprop_tutor.lesson.views.rules import book_rules, layer_title, named
from backprop_tutor.lesson.views.unit_paths import activation_of
from backprop_tutor.notation.notation import Kind
from backprop_tutor.text import COMMA


class Sized(NamedTuple):
    """A matrix or vector as written in a line, its numbers of rows and columns, and the sign before it."""

    written: Formula
    rows: int
    columns: int
    mark: str = ""

    @property
    def transposed(self) -> Sized:
        """Its rows as columns."""
        return Sized(self.written.T, self.columns, self.rows, self.mark)

    def after(self, mark: str) -> Sized:
        """The same with a sign before it."""
        return self._replace(mark=f" {mark} ")

    @property
    def words(self) -> tuple[Text | Math, ...]:
        """``· a^[1] (2, 1)``."""
        return Text(self.mark), Math(self.written), Text(f" ({self.rows}, {self.columns})")


def value(lesson: Lesson, name: str) -> Sized:
    """A whole vector or matrix by its letter."""
    return Sized(letter(lesson, name), *lesson.reading.trace.value(name).shape)


def signal(lesson: Lesson, name: str) -> Sized:
    """Its derivative in the letters of the notation, which has the same shape."""
    return Sized(signal_letter(lesson, name), *lesson.reading.trace.value(name).shape)


def shapes(lesson: Lesson, *factors: Sized) -> Rows:
    """``W (2, 3) · x (3, 1) + b (2, 1) → z (2, 1)``: whether the factors fit, and the shape of the result."""
    words = tuple(word for factor in factors for word in factor.words)
    return Rows((Row(lesson.say(book_phrases.SHAPES), (Paragraph(words, "muted"),)),))


def same_shape(lesson: Lesson, *names: str) -> Paragraph:
    """W and dW, b and db, z and dz side by side: the quickest check there is."""
    words: list[Text | Math] = []
    for name in names:
        words += [Text(COMMA[lesson.lang])] if words else []
        words += [Math(letter(lesson, name)), *signal(lesson, name).after("~").words]
    return Paragraph(lesson.say(book_phrases.SAME_SHAPE, pairs=tuple(words)), "muted")


__all__ = ["backward", "focus", "forward"]  # one quantity is shown element by element, as in the view `deltas`

_Writer = Callable[[str], Formula]
ONES = Sym("1", bold=True, key="ones")


def forward(lesson: Lesson) -> Section:
    """z = W a + b and a = f(z) of every layer, with the shapes."""
    blocks: list[Block] = [Paragraph(lesson.say(book_phrases.MATRICES_INTRO))]
    for layer in range(1, _top(lesson) + 1):
        title = lesson.say(layer_title(lesson.graph, layer))
        blocks.append(Section(title, (_sum(lesson, layer), _shapes_of_sum(lesson, layer), _activation(lesson, layer))))
    return Section(lesson.say(book_phrases.FORWARD_MATRICES), tuple(blocks), "forward")


def backward(lesson: Lesson) -> Section:
    """δ, dW and db of every layer, from the output back, each of the shape of its variable."""
    blocks: list[Block] = [*book_rules(lesson), *_ones(lesson)]
    for layer in range(_top(lesson), 0, -1):
        lines: tuple[Block, ...] = (*_signal(lesson, layer), *_weights(lesson, layer), *_bias(lesson, layer))
        names = (
            _name(lesson, layer, "z"),
            _name(lesson, layer, "W"),
            *((_name(lesson, layer, "b"),) if _has_bias(lesson, layer) else ()),
        )
        blocks.append(Section(lesson.say(layer_title(lesson.graph, layer)), (*lines, same_shape(lesson, *names))))
    return Section(lesson.say(book_phrases.MATRICES), tuple(blocks), "backward")


def _ones(lesson: Lesson) -> tuple[Paragraph, ...]:
    """The effect of the column of ones, where there is one."""
    summed = lesson.examples > 1 and any(_has_bias(lesson, layer) for layer in range(1, _top(lesson) + 1))
    return (Paragraph(lesson.say(book_phrases.ONES, one=ONES), "muted"),) if summed else ()


def _top(lesson: Lesson) -> int:
    return len(lesson.graph.layers)


def _has_bias(lesson: Lesson, layer: int) -> bool:
    return "b" in lesson.graph.groups[layer].nodes


def _name(lesson: Lesson, layer: int, letter: str) -> str:
    """The contract's name of the node with this letter in a layer."""
    return lesson.graph.part_name(layer, letter)


def _sum(lesson: Lesson, layer: int) -> Equation:
    """z = W a + b."""
    names = (_name(lesson, layer, "W"), _name(lesson, layer - 1, "a"))
    written: Formula = MatMul(tuple(letter(lesson, name) for name in names))
    numbers: Formula = MatMul(tuple(figures(lesson, name) for name in names))
    if _has_bias(lesson, layer):
        written, numbers = (
            written + letter(lesson, _name(lesson, layer, "b")),
            numbers + figures(lesson, _name(lesson, layer, "b")),
        )
    return derivation(
        letter(lesson, _name(lesson, layer, "z")), written, numbers, figures(lesson, _name(lesson, layer, "z"))
    )


def _shapes_of_sum(lesson: Lesson, layer: int) -> Rows:
    bias = (value(lesson, _name(lesson, layer, "b")).after("+"),) if _has_bias(lesson, layer) else ()
    product = value(lesson, _name(lesson, layer, "W")), value(lesson, _name(lesson, layer - 1, "a")).after("·")
    return shapes(lesson, *product, *bias, value(lesson, _name(lesson, layer, "z")).after("→"))


def _activation(lesson: Lesson, layer: int) -> Equation:
    name, z = _name(lesson, layer, "a"), letter(lesson, _name(lesson, layer, "z"))
    op = lesson.graph.nodes[lesson.graph.index[name]].op
    assert op is not None, "an activation is computed"
    called = lesson.letters.applied(layer, op.name, z) if op.name in KNOWN else Call(op.name, (z,))
    return derivation(letter(lesson, name), called, figures(lesson, name))


def _signal(lesson: Lesson, layer: int) -> tuple[Block, ...]:
    """δ of a layer: from the loss at the output, else (Wᵀ δ of the layer above) ⊙ f′(z)."""
    on_top = layer == _top(lesson)
    members = _from_loss(lesson, layer) if on_top else _from_above(lesson, layer)
    kind: Kind = "output" if on_top else "hidden"
    last = figures(lesson, _name(lesson, layer, "z"), lesson.signal_number)
    line = derivation(signal_letter(lesson, _name(lesson, layer, "z")), *members, last, remark=named(lesson, kind))
    if on_top:
        return (*jacobian(lesson), *fold(lesson), *share(lesson, late=False), *mean_over_outputs(lesson), line)
    return (line, _shapes_from_above(lesson, layer)) if members else (line,)


def _shapes_from_above(lesson: Lesson, layer: int) -> Rows:
    made, slopes = signal(lesson, _name(lesson, layer, "z")), _slopes(lesson, layer)
    assert slopes is not None, "the line under which they stand has them"
    sent = (
        value(lesson, _name(lesson, layer + 1, "W")).transposed,
        signal(lesson, _name(lesson, layer + 1, "z")).after("·"),
    )
    return shapes(lesson, *sent, made._replace(written=slopes[0]).after("⊙"), made.after("→"))


def _from_loss(lesson: Lesson, layer: int) -> tuple[Formula, ...]:
    loss, node = lesson.graph.loss, lesson.graph.part(layer, "a")
    if lesson.graph.nodes[node].fused and isinstance(loss, str) and _is_difference(lesson):
        return tuple(as_signal(lesson, of("a") + Neg(of("y"))) for of in _writers(lesson, layer))
    if not isinstance(loss, str) or lesson.graph.nodes[node].fused:
        return ()
    slopes = _slopes(lesson, layer)
    if slopes is None:
        return ()
    outputs = len(lesson.reading.trace.value("y"))
    slopes_of_loss = (LOSSES[loss].written_slope(of("a"), of("y"), outputs) for of in _writers(lesson, layer))
    by_loss = [as_signal(lesson, slope) for slope in slopes_of_loss]
    return tuple(Hadamard((left, right)) for left, right in zip(by_loss, slopes, strict=True))


def _is_difference(lesson: Lesson) -> bool:
    """Whether the fused derivative of loss and activation is a − y."""
    z = Element(lesson.graph.part(_top(lesson), "z"), (0,), 0)
    written = lesson.reading.local_derivatives(lesson.graph.example_loss(), lesson.reading.letter).get(z)
    a, y = activation_of(lesson, z), Element(lesson.graph.target, (0,), 0)
    return written == lesson.reading.letter(a) + Neg(lesson.reading.letter(y))


def _writers(lesson: Lesson, layer: int) -> tuple[_Writer, _Writer]:
    names = {"a": _name(lesson, layer, "a"), "y": "y"}
    return lambda name: letter(lesson, names[name]), lambda name: figures(lesson, names[name])


def _from_above(lesson: Lesson, layer: int) -> tuple[Formula, ...]:
    slopes = _slopes(lesson, layer)
    if slopes is None:
        return ()
    above = _name(lesson, layer + 1, "z")
    sent = (
        MatMul((letter(lesson, _name(lesson, layer + 1, "W")).T, signal_letter(lesson, above))),
        MatMul((figures(lesson, _name(lesson, layer + 1, "W")).T, figures(lesson, above, lesson.signal_number))),
    )
    return tuple(Hadamard((left, right)) for left, right in zip(sent, slopes, strict=True))


def _slopes(lesson: Lesson, layer: int) -> tuple[Formula, Formula] | None:
    """f′(z) of a layer, in the book's letters and in figures; None where a unit depends on the others' z."""
    node = lesson.graph.part(layer, "a")
    op = lesson.graph.nodes[node].op
    if op is None or op.name not in KNOWN:
        return None
    called = lesson.letters.applied(layer, op.name, letter(lesson, _name(lesson, layer, "z")), primes=1)
    return called, figures(lesson, _name(lesson, layer, "a"), lambda a: _slope(lesson, a))


def _slope(lesson: Lesson, a: Element) -> Formula:
    z = Element(lesson.graph.beside(a.node, "z"), a.indices, a.example)
    return lesson.figure(lesson.reading.local_value(a, z))


def _weights(lesson: Lesson, layer: int) -> tuple[Block, ...]:
    """dW = δ aᵀ, and M ⊙ δ aᵀ where connections are missing."""
    name = _name(lesson, layer, "W")
    if lesson.graph.nodes[lesson.graph.index[name]].same:
        return _one_by_one(lesson, name)
    written: Formula = MatMul(
        (signal_letter(lesson, _name(lesson, layer, "z")), letter(lesson, _name(lesson, layer - 1, "a")).T)
    )
    numbers: Formula = MatMul(
        (
            figures(lesson, _name(lesson, layer, "z"), lesson.signal_number),
            figures(lesson, _name(lesson, layer - 1, "a")).T,
        )
    )
    factors = (
        signal(lesson, _name(lesson, layer, "z")),
        value(lesson, _name(lesson, layer - 1, "a")).transposed.after("·"),
    )
    fit = shapes(lesson, *factors, signal(lesson, name).after("→"))
    late = share(lesson, late=True) if layer == _top(lesson) else ()
    if not lesson.graph.nodes[lesson.graph.index[name]].missing:
        return *late, _gradient(lesson, name, written, numbers, named(lesson, "weight")), fit
    mask, there = Sym("M", bold=True, key=f"present.{name}"), figures(lesson, name, partial(_there, lesson))
    masked = Hadamard((mask, written)), Hadamard((there, numbers))
    said = Paragraph(lesson.say(book_phrases.MISSING, mask=mask), "muted")
    return *late, _gradient(lesson, name, *masked, named(lesson, "weight")), fit, said


def _there(lesson: Lesson, weight: Element) -> Formula:
    return formula(int(lesson.graph.is_connected(weight)))


def _bias(lesson: Lesson, layer: int) -> tuple[Block, ...]:
    """db = δ summed over the examples, which is δ times a column of ones."""
    if not _has_bias(lesson, layer):
        return ()
    if lesson.graph.nodes[lesson.graph.index[_name(lesson, layer, "b")]].same:
        return _one_by_one(lesson, _name(lesson, layer, "b"))
    delta, numbers = (
        signal_letter(lesson, _name(lesson, layer, "z")),
        figures(lesson, _name(lesson, layer, "z"), lesson.signal_number),
    )
    if lesson.examples == 1:
        return (_gradient(lesson, _name(lesson, layer, "b"), delta, numbers, named(lesson, "bias")),)
    one = formula(1)
    ones = cut(tuple((one,) for _ in numbers.rows[0]), 1, 1)
    line = _gradient(
        lesson, _name(lesson, layer, "b"), MatMul((delta, ONES)), MatMul((numbers, ones)), named(lesson, "bias")
    )
    factors = signal(lesson, _name(lesson, layer, "z")), Sized(ONES, lesson.examples, 1).after("·")
    return line, shapes(lesson, *factors, signal(lesson, _name(lesson, layer, "b")).after("→"))


def _one_by_one(lesson: Lesson, name: str) -> tuple[Block, ...]:
    """The gradients of parameters that several units share, each summed over its uses."""
    return tuple(gradient(lesson, element) for element in lesson.reading.elements(lesson.graph.index[name]))


def _gradient(lesson: Lesson, name: str, written: Formula, numbers: Formula, remark: Words) -> Equation:
    """A gradient in the sign and scale of the cost's derivative; with λW where weights are penalised."""
    node = lesson.graph.index[name]
    sample = lesson.reading.quantity(Element(lesson.graph.beside(node, "z"), (0,), 0))
    share = 1 / lesson.letters.factor(sample)
    members = [sized(share, part) for part in (written, numbers)]
    if node in lesson.graph.nodes[-1].inputs:
        decay = Lit(Fraction(repr(lesson.graph.l2)), repr(lesson.graph.l2))
        members = [m + decay * w for m, w in zip(members, (letter(lesson, name), figures(lesson, name)), strict=True)]
    last = figures(lesson, name, lesson.adjoint_number)
    return derivation(signal_letter(lesson, name), *members, last, remark=remark)
