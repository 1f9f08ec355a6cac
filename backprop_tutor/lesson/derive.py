"""How the local derivatives of a lesson come about: of its activations and its loss, step by step.

Every line is true for every value of its letters. What is not written out here follows by the rules of differentiation
from the taught definition.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from backprop_tutor.engine.activations import ACTIVATIONS, from_formula
from backprop_tutor.engine.graph import Layer, Network
from backprop_tutor.engine.losses import LOSSES, Loss
from backprop_tutor.engine.losses import from_formula as own_loss
from backprop_tutor.engine.reading import Element
from backprop_tutor.formula.derivative import derivative
from backprop_tutor.formula.functions import KNOWN
from backprop_tutor.formula.nodes import Call, Formula, Partial, Sym, children, formula, substitute
from backprop_tutor.lesson.at_the_loss import fold, letters
from backprop_tutor.lesson.closed_form import closed_form
from backprop_tutor.lesson.cost import cost
from backprop_tutor.lesson.derive_slope import STEPS, softmax
from backprop_tutor.lesson.document import Block, Equation, Section
from backprop_tutor.lesson.lesson import Lesson
from backprop_tutor.lesson.words import derivation
from backprop_tutor.text import T

TITLE = T("How the local derivatives come about", "局部导数的由来")


def derivations(lesson: Lesson) -> tuple[Section, ...]:
    """The local derivatives of this lesson, the closed form of one gradient, and for networks the note of cost."""
    network = lesson.graph.network
    blocks = tuple(_functions(lesson) if network is None else _network(lesson, network))
    local = (Section(lesson.say(TITLE), blocks, "derive"),) if blocks else ()
    return (*local, *closed_form(lesson), *((cost(lesson),) if network else ()))


def _network(lesson: Lesson, network: Network) -> Iterator[Block]:
    """Each activation once, in the letters of the first unit that has it, then the loss of the first output."""
    for number, layer in enumerate(network.layers, start=1):
        if layer.activation not in [earlier.activation for earlier in network.layers[: number - 1]]:
            yield from _activation(lesson, number, layer)
    yield from _loss(lesson, network)


def _activation(lesson: Lesson, number: int, layer: Layer) -> tuple[Block, ...]:
    z, a = letters(lesson, f"z{number}"), letters(lesson, f"a{number}")
    if layer.activation == "softmax":
        return softmax(z, a)
    if not isinstance(layer.activation, str):
        made, slope = substitute(layer.activation, {"z": z[0]}), from_formula(layer.activation).slope
        assert slope is not None, "an author's activation works unit by unit"
        return (derivation(a[0], made), derivation(Partial(a[0], z[0]), substitute(slope, {"z": z[0], "a": a[0]})))
    if layer.activation == "identity":
        return (derivation(a[0], z[0]), derivation(Partial(a[0], z[0]), _slope_of_identity()))
    return _steps(layer.activation, z[0], a[0], Partial(a[0], z[0]))


def _slope_of_identity() -> Formula:
    slope = ACTIVATIONS["identity"].slope
    assert slope is not None, "the identity works unit by unit"
    return slope


def _functions(lesson: Lesson) -> Iterator[Block]:
    """The composed functions that an expression graph calls, each once."""
    x = Sym("x")
    for name in dict.fromkeys(n for f in (lesson.graph.formulas or {}).values() for n in _called(f)):
        yield from _steps(name, x, Call(name, (x,)), Call(name, (x,), primes=1))


def _called(node: Formula) -> Iterator[str]:
    if isinstance(node, Call) and KNOWN[node.function].taught is not None and len(node.arguments) == 1:
        yield node.function
    for part in children(node):
        yield from _called(part)


def _steps(name: str, z: Formula, a: Formula, rate: Formula) -> tuple[Equation, ...]:
    """What a function is, and its derivative: by the steps written for it, else by the rules, then as taught."""
    function = KNOWN[name]
    assert function.taught is not None, "the function is composed of simpler ones"
    definition = substitute(function.taught, {"x": z})
    steps = STEPS[name](z) if name in STEPS else (derivative(function.taught, "x"),)
    taught = substitute(function.slopes[0], {"x": z, "out": a})
    members = tuple(substitute(step, {"x": z}) for step in steps)
    return (derivation(a, definition), derivation(rate, *members, taught))


def _loss(lesson: Lesson, network: Network) -> Iterator[Block]:
    """The loss, its derivative by the first output, and how that folds with the derivative of the activation."""
    last = len(network.layers)
    a, y = (letters(lesson, name) for name in (f"a{last}", "y"))
    loss = LOSSES[network.loss] if isinstance(network.loss, str) else own_loss(network.loss)
    whole = lesson.reading.letter(Element(lesson.graph.losses, 0, 0))
    rate = Partial(whole, a[0])
    yield derivation(whole, loss.written(a, y))
    yield derivation(rate, _by_rules(loss, a, y), loss.written_slope(a[0], y[0], len(a)))
    yield from fold(lesson)


def _by_rules(loss: Loss, a: tuple[Formula, ...], y: tuple[Formula, ...]) -> Formula:
    """The derivative of the one term that the first output has, before anything is cancelled."""
    share = Fraction(1, len(a)) if loss.mean else loss.factor
    return substitute(derivative(formula(share) * loss.term, "a"), {"a": a[0], "y": y[0]})
