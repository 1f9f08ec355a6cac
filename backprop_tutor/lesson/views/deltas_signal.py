"""Error signals and gradients in a book's own sign and scale: δ_k, then δ_j from the layer above, then δ times input.

With s the sign of the notation and m the examples whose mean is taken later (1 where it is taken at once), the signal
is s·m·∂L/∂z. So the output signal is s times the derivative of the loss, hidden signals need no factor at all, and each
gradient is s/m times the sum of signal times input over the examples.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from backprop_tutor.formula.functions import KNOWN
from backprop_tutor.formula.nodes import Add, Formula, Lit, Mul, Neg, Role, formula, total
from backprop_tutor.graph.graph import Element
from backprop_tutor.lesson.document import Equation
from backprop_tutor.lesson.inline import derivation
from backprop_tutor.lesson.lesson import Lesson
from backprop_tutor.lesson.views.chain import partial
from backprop_tutor.lesson.views.rules import named
from backprop_tutor.lesson.views.unit_paths import activation_of, is_output, reached_by, summed, units_above, uses

Writer = Callable[[Element], Formula]


def signal(lesson: Lesson, z: Element) -> Equation:
    """The error signal of one unit for one example: from the loss, or from the units above."""
    output = is_output(lesson, activation_of(lesson, z))
    members = _from_loss(lesson, z) if output else _from_above(lesson, z)
    remark = named(lesson, "output" if output else "hidden")
    value = lesson.signal_number(z)
    return derivation(lesson.signal_letter(z), *members, value, keys=(lesson.key(z, "grads"),), remark=remark)


def gradient(lesson: Lesson, parameter: Element) -> Equation:
    """∂L/∂w of one weight or bias: its unit's signal times its input, over the examples, plus λw."""
    members = (_gradient(lesson, parameter, of) for of in (lesson.reading.letter, lesson.reading.number))
    bias = lesson.graph.nodes[parameter.node].role == Role.BIAS
    return derivation(
        lesson.adjoint_letter(parameter),
        *members,
        lesson.adjoint_number(parameter),
        keys=(lesson.key(parameter, "grads"),),
        remark=named(lesson, "bias" if bias else "weight"),
    )


def sent_back(lesson: Lesson, above: Element, a: Element, of: Writer) -> Formula:
    """The contribution of one unit above to the activation a: the weight between them times its signal."""
    return lesson.reading.local_derivatives(above, of)[a] * signal_of(lesson, above, of)


def slope(lesson: Lesson, z: Element, of: Writer) -> Formula:
    """The slope of a unit's activation function, by its formula in z and a."""
    return lesson.reading.local_derivatives(activation_of(lesson, z), of).get(z, formula(0))


def slope_called(lesson: Lesson, z: Element) -> Formula:
    """The same in the book's letters, g′(z); its formula where the function has no name of its own."""
    node = lesson.graph.nodes[activation_of(lesson, z).node]
    name = node.op.name if node.op else ""
    if name not in KNOWN:
        return slope(lesson, z, lesson.reading.letter)
    return lesson.letters.applied(node.layer or 0, name, lesson.reading.letter(z), primes=1)


def signal_of(lesson: Lesson, z: Element, of: Writer) -> Formula:
    """The signal of a unit, as its letter or its figures, in the same way as `of` writes the rest."""
    return lesson.signal_letter(z) if of == lesson.reading.letter else lesson.signal_number(z)


def _from_loss(lesson: Lesson, z: Element) -> tuple[Formula, ...]:
    a, loss = activation_of(lesson, z), lesson.graph.example_loss(z.example)
    letter, number = lesson.reading.letter, lesson.reading.number
    if lesson.graph.nodes[a.node].fused:
        return tuple(as_signal(lesson, lesson.reading.local_derivatives(loss, of)[z]) for of in (letter, number))
    reached = reached_by(lesson, z)
    if len(reached) > 1:
        partials = total(tuple(Mul((partial(lesson, loss, out), partial(lesson, out, z))) for out in reached))
        return as_signal(lesson, partials), *(
            as_signal(lesson, _spread(lesson, reached, z, of)) for of in (letter, number)
        )
    by_loss = as_signal(lesson, lesson.reading.local_derivatives(loss, letter).get(a, formula(0)))
    figures = as_signal(lesson, lesson.reading.local_derivatives(loss, number).get(a, formula(0)))
    return (
        _times(as_signal(lesson, partial(lesson, loss, a)), slope_called(lesson, z)),
        _times(by_loss, slope_called(lesson, z)),
        _times(by_loss, slope(lesson, z, letter)),
        _times(figures, slope(lesson, z, number)),
    )


def _spread(lesson: Lesson, reached: tuple[Element, ...], z: Element, of: Writer) -> Formula:
    """Σ ∂L/∂a · ∂a/∂z over every output that depends on z, as in a softmax."""
    loss = lesson.graph.example_loss(z.example)
    slopes = lesson.reading.local_derivatives(loss, of)
    return total(tuple(slopes.get(out, formula(0)) * lesson.reading.local_derivatives(out, of)[z] for out in reached))


def _from_above(lesson: Lesson, z: Element) -> tuple[Formula, ...]:
    letter, number = lesson.reading.letter, lesson.reading.number
    written, figures = (_blame(lesson, z, of) for of in (letter, number))
    return (
        _times(written, slope_called(lesson, z)),
        _times(written, slope(lesson, z, letter)),
        _times(figures, slope(lesson, z, number)),
    )


def _blame(lesson: Lesson, z: Element, of: Writer) -> Formula:
    a = activation_of(lesson, z)
    return total(tuple(sent_back(lesson, above, a, of) for above in units_above(lesson, a)))


def _times(left: Formula, right: Formula) -> Formula:
    """The product of two factors of a chain rule; an exact 1 is left out."""
    product = left * right
    return Mul((left, right), wide=True) if isinstance(product, Mul) else product


def as_signal(lesson: Lesson, by_loss: Formula) -> Formula:
    """A derivative of one example's loss in the sign and scale of the notation's error signals."""
    notation = lesson.notation
    signed = by_loss if notation.sign == 1 else negated(by_loss)
    return signed if notation.per_example else formula(lesson.letters.share) * signed


def negated(term: Formula) -> Formula:
    """−term, a difference reversed: d − o for o − d."""
    match term:
        case Neg(operand=operand):
            return operand
        case Add(terms=terms):
            turned = tuple(negated(part) for part in terms)
            return Add(tuple(sorted(turned, key=lambda part: isinstance(part, Neg))))
        case Mul(factors=(Lit() as size, Add() as difference)):
            return Mul((size, negated(difference)))
        case _:
            return Neg(term)


def _gradient(lesson: Lesson, parameter: Element, of: Writer) -> Formula:
    made = signals_times_inputs(lesson, parameter, of)
    return _penalised(lesson, parameter, made if lesson.notation.sign > 0 else Neg(made), of)


def signals_times_inputs(lesson: Lesson, parameter: Element, of: Writer) -> Formula:
    """Signal times input over the examples, with the 1/m of a mean that is taken here, and the notation's own sign."""
    added = total(tuple(_fed(lesson, parameter, z, of) for z in uses(lesson, parameter)))
    share = 1 / lesson.letters.factor(lesson.reading.quantity(summed(lesson, parameter, 0)))
    return formula(abs(share)) * added


def _fed(lesson: Lesson, parameter: Element, z: Element, of: Writer) -> Formula:
    """Signal times input of one example; the input of a bias unit is 1, which is shown."""
    local, error = lesson.reading.local_derivatives(z, of).get(parameter, formula(0)), signal_of(lesson, z, of)
    if lesson.notation.bias_unit and lesson.graph.nodes[parameter.node].role == Role.BIAS:
        return Mul((error, Lit(Fraction(1))))
    return error * local


def _penalised(lesson: Lesson, parameter: Element, gradient: Formula, of: Writer) -> Formula:
    loss = lesson.graph.reported_loss
    if parameter.node not in lesson.graph.nodes[loss.node].inputs:
        return gradient
    return gradient + lesson.reading.local_derivatives(loss, of)[parameter]
