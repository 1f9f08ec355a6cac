"""The view `deltas`: first every error signal, from the output layer down, then every gradient as signal times input.

The credit assignment of one layer is a table: the contribution of each weight, the sum, the slope, the error signal.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from backprop_tutor.formula.evaluate import evaluate
from backprop_tutor.formula.nodes import Formula, Role, Sym
from backprop_tutor.graph.graph import Element
from backprop_tutor.graph.quantity import Quantity
from backprop_tutor.lesson import book_phrases
from backprop_tutor.lesson.derive.at_the_loss import fold, mean_over_outputs, share
from backprop_tutor.lesson.document import Align, Block, Equation, Paragraph, Section, Table, Words
from backprop_tutor.lesson.forward import by_example
from backprop_tutor.lesson.inline import derivation, math
from backprop_tutor.lesson.lesson import Lesson
from backprop_tutor.lesson.update import given
from backprop_tutor.lesson.views import graph as node_by_node
from backprop_tutor.lesson.views.deltas_signal import (
    gradient,
    sent_back,
    signal,
    signal_of,
    signals_times_inputs,
    slope,
)
from backprop_tutor.lesson.views.rules import book_rules, layer_name
from backprop_tutor.lesson.views.unit_paths import activation_of, parameters_of, units_above, uses
from backprop_tutor.training.rule import rule_of


def blame(lesson: Lesson, layer: int) -> Table:
    """One row per unit of a hidden layer and example; in a notation with bias units, a further one for theirs."""
    rows = tuple(row for column in range(lesson.examples) for row in _rows(lesson, layer, column))
    units = range(1, len(lesson.graph.units(layer + 1)) + 1)
    signals = (lesson.letters.signal(Quantity(lesson.graph.part_name(layer + 1, "z"), (unit,))) for unit in units)
    header = (
        lesson.say(book_phrases.RECEIVER),
        *(lesson.say(book_phrases.ALONG, unit=signal) for signal in signals),
        lesson.say(book_phrases.ADDED),
        lesson.say(book_phrases.SLOPE),
        lesson.say(book_phrases.SIGNAL),
    )
    numbers: list[Align] = ["right"] * (len(header) - 1)
    return Table(header, rows, ("left", *numbers))


def _rows(lesson: Lesson, layer: int, column: int) -> Iterator[tuple[Words, ...]]:
    units, above = (lesson.reading.of_example(lesson.graph.part(number, "z"), column) for number in (layer, layer + 1))
    yield from (_row(lesson, z, above) for z in units)
    bias = lesson.graph.groups[layer + 1].nodes.get("b")
    if bias is not None and lesson.notation.bias_unit:
        yield _bias_row(lesson, units[0], bias, above)


def _row(lesson: Lesson, z: Element, above: tuple[Element, ...]) -> tuple[Words, ...]:
    a, number = activation_of(lesson, z), lesson.reading.number
    reaching = units_above(lesson, a)
    sent = [_worth(sent_back(lesson, unit, a, number)) if unit in reaching else 0.0 for unit in above]
    factor = _worth(slope(lesson, z, number))
    figures = (lesson.figure(value) for value in (*sent, sum(sent), factor))
    return (math(lesson.reading.letter(z)), *map(math, figures), math(lesson.signal_number(z)))


def _bias_row(lesson: Lesson, z: Element, bias: int, above: tuple[Element, ...]) -> tuple[Words, ...]:
    """The row of a layer's bias unit, which gets a contribution as well, but has no unit below that could use it."""
    number, written = lesson.reading.number, lesson.reading.letter(z)
    sent = [_worth(number(Element(bias, unit.indices)) * signal_of(lesson, unit, number)) for unit in above]
    assert isinstance(written, Sym), "a pre-activation has a letter"
    unit = replace(written, base="z", sub="0", key="", role=Role.PREACTIVATION)
    figures = (lesson.figure(value) for value in (*sent, sum(sent)))
    return (math(unit), *map(math, figures), (), lesson.say(book_phrases.THROWN_AWAY))


def _worth(formula: Formula) -> float:
    """The value of a formula of measured numbers in full precision."""
    value = evaluate(formula, {})
    assert not isinstance(value, tuple), "the weights of one unit are numbers"
    return value


def backward(lesson: Lesson) -> Section:
    """The signals layer by layer from the output, with the contribution of each weight; then the gradients."""
    last = _layers(lesson)
    blocks: tuple[Block, ...] = (Paragraph(lesson.say(book_phrases.DELTAS_INTRO)), *book_rules(lesson))
    layers = tuple(_signals(lesson, layer) for layer in range(last, 0, -1))
    return Section(lesson.say(book_phrases.DELTAS), (*blocks, *layers, _gradients(lesson)), "backward")


def focus(lesson: Lesson, element: Element) -> tuple[Block, ...]:
    """The signal of one unit; the gradient of one parameter, after the signals it depends on."""
    node = lesson.graph.nodes[element.node]
    if node.role == Role.PREACTIVATION:
        return (signal(lesson, element),)
    if node.role in (Role.WEIGHT, Role.BIAS):
        signals = (signal(lesson, z) for z in uses(lesson, element))
        return (*signals, *_signal_blocks(lesson, element))
    return node_by_node.focus(lesson, element)


def _layers(lesson: Lesson) -> int:
    return max(lesson.graph.nodes[i].layer or 0 for i in lesson.nodes(Role.WEIGHT))


def _signals(lesson: Lesson, layer: int) -> Section:
    output = layer == _layers(lesson)
    title = lesson.say(book_phrases.SIGNALS, layer=layer_name(lesson.graph, layer))
    units = lesson.reading.elements(lesson.graph.part(layer, "z"))

    def signals_of(column: int) -> tuple[Block, ...]:
        return tuple(signal(lesson, z) for z in units if z.example == column)

    table = () if output else (blame(lesson, layer),)
    opening = _from_the_loss(lesson) if output else (Paragraph(lesson.say(book_phrases.BLAME)),)
    return Section(title, (*opening, *by_example(lesson, signals_of), *table), f"signals{layer}")


def _from_the_loss(lesson: Lesson) -> tuple[Block, ...]:
    """The origin of the factors of the output signals, and the fused derivatives."""
    return (*fold(lesson), *share(lesson, late=False), *mean_over_outputs(lesson))


def _gradients(lesson: Lesson) -> Section:
    blocks: list[Block] = [*share(lesson, late=True)]
    for layer in range(_layers(lesson), 0, -1):
        for unit in range(len(lesson.graph.units(layer))):
            for parameter in parameters_of(lesson, layer, unit):
                blocks += _signal_blocks(lesson, parameter)
    return Section(lesson.say(book_phrases.GRADIENTS), tuple(blocks), "gradients")


def _signal_blocks(lesson: Lesson, parameter: Element) -> tuple[Block, ...]:
    """The gradient of a parameter; where the signal is its negative, also the change of the parameter: Δw = η·δ·o."""
    line = gradient(lesson, parameter)
    plain = len(rule_of(lesson.scenario.training).lines) == 1 and parameter.node not in lesson.graph.nodes[-1].inputs
    moves = lesson.graph.nodes[parameter.node].name not in lesson.scenario.frozen
    return (line, _change(lesson, parameter)) if lesson.notation.sign < 0 and plain and moves else (line,)


def _change(lesson: Lesson, parameter: Element) -> Equation:
    """Δw = η·δ·o, summed over the examples."""
    rate = lesson.settings["learning_rate"]
    rates = lesson.letters.rate, given(lesson, "learning_rate", rate)
    writers = lesson.reading.letter, lesson.reading.number
    made = [each * signals_times_inputs(lesson, parameter, of) for each, of in zip(rates, writers, strict=True)]
    base = lesson.letters.value(lesson.reading.quantity(parameter))
    changed = Sym(f"Δ{base.base}", base.sub, base.sup, key=f"changes.{lesson.reading.quantity(parameter).short}")
    return derivation(changed, *made, lesson.figure(-rate * lesson.reading.adjoint(parameter)))
