"""The view `deltas`: first every error signal, from the output layer down, then every gradient as signal times input."""

from __future__ import annotations

from backprop_tutor.engine.reading import Element
from backprop_tutor.formula.nodes import Role, Sym
from backprop_tutor.lesson import book_phrases, node_by_node
from backprop_tutor.lesson.at_the_loss import fold, mean_over_outputs, share
from backprop_tutor.lesson.deltas_blame import blame
from backprop_tutor.lesson.deltas_signal import gradient, signal, signals_times_inputs
from backprop_tutor.lesson.document import Block, Equation, Paragraph, Section
from backprop_tutor.lesson.forward import by_example
from backprop_tutor.lesson.layers import layer_name
from backprop_tutor.lesson.lesson import Lesson
from backprop_tutor.lesson.routes import parameters_of, summed
from backprop_tutor.lesson.rules import book_rules
from backprop_tutor.lesson.update import given
from backprop_tutor.lesson.words import derivation


def backward(lesson: Lesson) -> Section:
    """Signals layer by layer from the output, with the blame each weight carries; then the gradients."""
    last = _layers(lesson)
    blocks: tuple[Block, ...] = (Paragraph(lesson.say(book_phrases.DELTAS_INTRO)), *book_rules(lesson))
    layers = tuple(_signals(lesson, layer) for layer in range(last, 0, -1))
    return Section(lesson.say(book_phrases.DELTAS), (*blocks, *layers, _gradients(lesson)), "backward")


def focus(lesson: Lesson, element: Element) -> tuple[Block, ...]:
    """The signal of one unit; the gradient of one parameter, after the signals it is made of."""
    node = lesson.graph.nodes[element.node]
    if node.role == Role.PREACTIVATION:
        return (signal(lesson, element),)
    if node.role in (Role.WEIGHT, Role.BIAS):
        signals = (signal(lesson, summed(lesson, element, column)) for column in range(lesson.examples))
        return (*signals, *_told(lesson, element))
    return node_by_node.focus(lesson, element)


def _layers(lesson: Lesson) -> int:
    return max(lesson.graph.nodes[i].layer or 0 for i in lesson.nodes(Role.WEIGHT))


def _signals(lesson: Lesson, layer: int) -> Section:
    output = layer == _layers(lesson)
    title = lesson.say(book_phrases.SIGNALS, layer=layer_name(lesson.graph, layer))
    units = lesson.reading.elements(lesson.graph.index[f"z{layer}"])

    def told(column: int) -> tuple[Block, ...]:
        return tuple(signal(lesson, z) for z in units if z.column == column)

    table = () if output else (blame(lesson, layer),)
    opening = _from_the_loss(lesson) if output else (Paragraph(lesson.say(book_phrases.BLAME)),)
    return Section(title, (*opening, *by_example(lesson, told), *table), f"signals{layer}")


def _from_the_loss(lesson: Lesson) -> tuple[Block, ...]:
    """Where the factors of the output signals come from, and what folds."""
    return (*fold(lesson), *share(lesson, late=False), *mean_over_outputs(lesson))


def _gradients(lesson: Lesson) -> Section:
    blocks: list[Block] = [*share(lesson, late=True)]
    for layer in range(_layers(lesson), 0, -1):
        for unit in range(len(lesson.reading.trace.value(f"z{layer}"))):
            for parameter in parameters_of(lesson, layer, unit):
                blocks += _told(lesson, parameter)
    return Section(lesson.say(book_phrases.GRADIENTS), tuple(blocks), "gradients")


def _told(lesson: Lesson, parameter: Element) -> tuple[Block, ...]:
    """The gradient of a parameter; where the signal is its negative, the change it makes as well: Δw = η·δ·o."""
    line = gradient(lesson, parameter)
    plain = lesson.scenario.training.optimizer == "sgd" and parameter.node not in lesson.graph.nodes[-1].inputs
    moves = lesson.graph.nodes[parameter.node].name not in lesson.scenario.frozen
    return (line, _change(lesson, parameter)) if lesson.notation.sign < 0 and plain and moves else (line,)


def _change(lesson: Lesson, parameter: Element) -> Equation:
    """Δw = η·δ·o, summed over the examples."""
    training = lesson.scenario.training
    rates = lesson.letters.rate, given(lesson, "learning_rate", training.learning_rate)
    writers = lesson.reading.letter, lesson.reading.number
    made = [rate * signals_times_inputs(lesson, parameter, of) for rate, of in zip(rates, writers, strict=True)]
    base = lesson.letters.value(lesson.reading.quantity(parameter))
    changed = Sym(f"Δ{base.base}", base.sub, base.sup, key=f"changes.{lesson.reading.quantity(parameter).short}")
    return derivation(changed, *made, lesson.figure(-training.learning_rate * lesson.reading.adjoint(parameter)))
