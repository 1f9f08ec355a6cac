"""The chain rule of one unit or one weight: its factors, and their equations."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

from backprop_tutor.formula.figures import is_whole
from backprop_tutor.formula.nodes import ZERO, Add, Formula, Lit, Mul, Num, Partial, chain, is_one, total
from backprop_tutor.graph.graph import Element
from backprop_tutor.graph.symbolic_trace import Writer
from backprop_tutor.lesson import phrases
from backprop_tutor.lesson.document import Equation, Link, Words
from backprop_tutor.lesson.inline import derivation, sign
from backprop_tutor.lesson.lesson import Lesson
from backprop_tutor.lesson.views.unit_paths import activation_of, is_output, reached_by, summed, units_above, uses


class Factor:
    """One factor of a chain rule: as derivatives, as a formula, with its numbers, and its value.

    The numbers and the value are made when they are asked for.
    """

    def __init__(
        self, partials: tuple[Formula, ...], written: Formula, figures: Callable[[], tuple[Formula, Formula]]
    ) -> None:
        self.partials, self.written, self._made = partials, written, figures

    @cached_property
    def _figures(self) -> tuple[Formula, Formula]:
        return self._made()

    @property
    def numbers(self) -> Formula:
        """With the numbers put in."""
        return self._figures[0]

    @property
    def value(self) -> Formula:
        """The value."""
        return self._figures[1]


def factors(lesson: Lesson, z: Element) -> tuple[Factor, ...]:
    """The factors of ∂L/∂z: from the loss to the unit's activation, then through the activation function."""
    a = activation_of(lesson, z)
    shares = _share(lesson, z)
    if lesson.graph.nodes[a.node].fused:
        return (*shares, folded(lesson, z))
    reached = reached_by(lesson, z)
    if len(reached) > 1:
        return (*shares, _through_outputs(lesson, reached, z))
    return (*(shares if is_output(lesson, a) else ()), *_to_activation(lesson, a), step_back(lesson, a, z))


def step_back(lesson: Lesson, element: Element, source: Element) -> Factor:
    """∂element/∂source as one factor; 0 where an author's formula does not use its source."""
    reading = lesson.reading

    def figures() -> tuple[Formula, Formula]:
        numbers = reading.local_derivatives(element, reading.number).get(source, ZERO)
        return numbers, _shown(lesson, numbers, reading.local_value(element, source))

    return Factor(*lesson.shared(_step_in_letters, element, source), figures)


def _step_in_letters(lesson: Lesson, element: Element, source: Element) -> tuple[tuple[Formula, ...], Formula]:
    letters = lesson.reading.local_derivatives(element, lesson.reading.letter)
    return (partial(lesson, element, source),), letters.get(source, ZERO)


def partial(lesson: Lesson, of: Element, wrt: Element) -> Partial:
    """∂of/∂wrt as a fraction."""
    return Partial(lesson.reading.letter(of), lesson.reading.letter(wrt))


def _shown(lesson: Lesson, numbers: Formula, value: float) -> Formula:
    """A factor's value: an exact or authored number unchanged, else rounded to the figures shown."""
    return numbers if isinstance(numbers, (Lit, Num)) else lesson.figure(value)


def _share(lesson: Lesson, element: Element) -> tuple[Factor, ...]:
    """∂L/∂L@i, the weight of one example in the reported loss; empty where that is 1."""
    loss, own = lesson.graph.reported_loss, lesson.graph.example_loss(element.example)
    share = step_back(lesson, loss, own)
    return () if is_one(share.written) else (share,)


def _to_activation(lesson: Lesson, a: Element) -> tuple[Factor, ...]:
    """∂L/∂a: from the loss for an output, else over every unit above: one stored factor and a weight, or their sum."""
    if is_output(lesson, a):
        return (step_back(lesson, lesson.graph.example_loss(a.example), a),)
    above = units_above(lesson, a)
    if len(above) != 1:
        return (_sum(lesson, tuple((z, a) for z in above)),)
    (z,) = above
    kept = lesson.adjoint_letter(z)
    return (Factor((kept,), kept, lambda: (lesson.adjoint_number(z),) * 2), step_back(lesson, z, a))


def _sum(lesson: Lesson, steps: tuple[tuple[Element, Element], ...]) -> Factor:
    """Σ ∂L/∂element · ∂element/∂source over the paths from a source to the loss."""
    reading = lesson.reading

    def figures() -> tuple[Formula, Formula]:
        numbers = (
            lesson.adjoint_number(element) * reading.local_derivatives(element, reading.number).get(source, ZERO)
            for element, source in steps
        )
        return total(tuple(numbers)), lesson.figure(reading.adjoint(steps[0][1]) if steps else 0.0)

    return Factor(*lesson.shared(_sum_in_letters, steps), figures)


def _sum_in_letters(lesson: Lesson, steps: tuple[tuple[Element, Element], ...]) -> tuple[tuple[Formula, ...], Formula]:
    kept = [(lesson.adjoint_letter(step[0]), lesson.shared(_step_in_letters, *step)) for step in steps]
    partials = total(tuple(Mul((letter, *partials)) for letter, (partials, _) in kept))
    return (partials,), total(tuple(letter * written for letter, (_, written) in kept))


def _through_outputs(lesson: Lesson, outputs: tuple[Element, ...], z: Element) -> Factor:
    """Σ ∂L/∂a · ∂a/∂z over every output that depends on z, as in a softmax; L is the example's own loss."""
    loss = lesson.graph.example_loss(z.example)
    ways = [(step_back(lesson, loss, a), step_back(lesson, a, z)) for a in outputs]

    def figures() -> tuple[Formula, Formula]:
        value = sum(lesson.reading.local_value(loss, a) * lesson.reading.local_value(a, z) for a in outputs)
        return total(tuple(first.numbers * second.numbers for first, second in ways)), lesson.figure(value)

    return Factor(
        (total(tuple(Mul((*first.partials, *second.partials)) for first, second in ways)),),
        total(tuple(first.written * second.written for first, second in ways)),
        figures,
    )


def folded(lesson: Lesson, z: Element) -> Factor:
    """Σ ∂L/∂a · ∂a/∂z over the activations z reaches, where the two derivatives fuse into one formula."""
    reading, loss = lesson.reading, lesson.graph.example_loss(z.example)
    pairs = [(partial(lesson, loss, a), partial(lesson, a, z)) for a in reached_by(lesson, z)]
    partials = pairs[0] if len(pairs) == 1 else (total(tuple(Mul(pair) for pair in pairs)),)

    def figures() -> tuple[Formula, Formula]:
        numbers = reading.local_derivatives(loss, reading.number)[z]
        return numbers, _shown(lesson, numbers, reading.local_value(loss, z))

    return Factor(partials, reading.local_derivatives(loss, reading.letter)[z], figures)


def unfolded(lesson: Lesson, z: Element) -> Formula:
    """The two derivatives that fuse, each by its own formula: Σ ∂L/∂a · ∂a/∂z."""
    loss = lesson.graph.example_loss(z.example)
    steps = (tuple(step_back(lesson, *way).written for way in ((loss, a), (a, z))) for a in reached_by(lesson, z))
    terms = tuple(Mul(step, wide=True) for step in steps)
    return terms[0] if len(terms) == 1 else Add(terms)


def whole_chain(lesson: Lesson, parameter: Element, parts: tuple[Factor, ...]) -> Equation:
    """∂L/∂W by the factors of its unit's ∂L/∂z: as derivatives, as formulas, with numbers, factor by factor, value."""
    z = summed(lesson, parameter, 0)
    return _product(lesson, parameter, (*parts, step_back(lesson, z, parameter)))


def error_signal(lesson: Lesson, z: Element) -> Equation:
    """∂L/∂z of one unit for one example, from the layer above or from the loss."""
    return _product(lesson, z, factors(lesson, z))


def kept(lesson: Lesson, z: Element, parts: tuple[Factor, ...]) -> Equation:
    """The common factor of a unit's gradients, ∂L/∂z, from the factors already shown."""
    partials, _ = _in_letters(lesson, parts)
    values, value = chain(*(part.value for part in parts)), lesson.adjoint_number(z)
    links = [Link("=", partials)]
    if values != value:
        links.append(Link("=" if all(is_shown_whole(part.value) for part in parts) else "≈", values))
    links.append(Link(sign(values, value) if values != value else sign(partials, value), value))
    return Equation(lesson.adjoint_letter(z), tuple(links), (lesson.key(z, "grads"),), lesson.say(phrases.NOT_AGAIN))


def is_shown_whole(value: Formula) -> bool:
    """Whether a factor's value is shown without rounding."""
    return not isinstance(value, Num) or is_whole(value)


def gradient(lesson: Lesson, parameter: Element, remark: Words = ()) -> Equation:
    """∂L/∂W from the stored factor: ∂L/∂z times the input of the weight, summed over the examples, plus λW."""
    return derivation(
        lesson.adjoint_letter(parameter),
        lesson.shared(_gradient_in_letters, parameter),
        total(gradient_terms(lesson, parameter, lesson.reading.number, lesson.adjoint_number)),
        lesson.adjoint_number(parameter),
        keys=(lesson.key(parameter, "grads"),),
        remark=remark,
    )


def _gradient_in_letters(lesson: Lesson, parameter: Element) -> Formula:
    return total(gradient_terms(lesson, parameter, lesson.reading.letter, lesson.adjoint_letter))


def gradient_terms(lesson: Lesson, parameter: Element, of: Writer, adjoint: Writer) -> tuple[Formula, ...]:
    """The terms of ∂L/∂W, values written by `of` and derivatives by `adjoint`."""
    local, loss = lesson.reading.local_derivatives, lesson.graph.reported_loss
    terms = tuple(adjoint(z) * local(z, of).get(parameter, ZERO) for z in uses(lesson, parameter))
    is_penalised = parameter.node in lesson.graph.nodes[-1].inputs
    return (*terms, local(loss, of)[parameter]) if is_penalised else terms


def _in_letters(lesson: Lesson, parts: tuple[Factor, ...]) -> tuple[Formula, Formula]:
    """The product of some factors as derivatives, and as formulas."""
    return lesson.shared(_product_in_letters, tuple((part.partials, part.written) for part in parts))


def _product_in_letters(_: Lesson, parts: tuple[tuple[tuple[Formula, ...], Formula], ...]) -> tuple[Formula, Formula]:
    return chain(*(partial for partials, _ in parts for partial in partials)), chain(*(written for _, written in parts))


def _product(lesson: Lesson, element: Element, parts: tuple[Factor, ...]) -> Equation:
    return derivation(
        lesson.adjoint_letter(element),
        *_in_letters(lesson, parts),
        chain(*(part.numbers for part in parts)),
        chain(*(part.value for part in parts)),
        lesson.adjoint_number(element),
        keys=(lesson.key(element, "grads"),),
    )
