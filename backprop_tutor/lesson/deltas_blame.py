"""The credit assignment of one layer as a table: what each weight hands back, the sum, the slope, the error signal."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from backprop_tutor.engine.quantity import Quantity
from backprop_tutor.engine.reading import Element
from backprop_tutor.formula.evaluate import evaluate
from backprop_tutor.formula.nodes import Formula, Role, Sym
from backprop_tutor.lesson import book_phrases
from backprop_tutor.lesson.deltas_signal import sent_back, signal_of, slope
from backprop_tutor.lesson.document import Align, Table, Words
from backprop_tutor.lesson.lesson import Lesson
from backprop_tutor.lesson.routes import activation_of, units_above
from backprop_tutor.lesson.words import math


def blame(lesson: Lesson, layer: int) -> Table:
    """One row per unit of a hidden layer and example; in a notation with bias units, a further one for theirs."""
    rows = tuple(row for column in range(lesson.examples) for row in _rows(lesson, layer, column))
    units = range(1, len(lesson.reading.trace.value(f"z{layer + 1}")) + 1)
    signals = (lesson.letters.signal(Quantity(f"z{layer + 1}", unit)) for unit in units)
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
    units, above = (lesson.reading.column(lesson.graph.index[f"z{number}"], column) for number in (layer, layer + 1))
    yield from (_row(lesson, z, above) for z in units)
    bias = lesson.graph.index.get(f"b{layer + 1}")
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
    """The bias unit of a layer is handed blame as well, and nobody behind it could use it."""
    number, written = lesson.reading.number, lesson.reading.letter(z)
    sent = [_worth(number(Element(bias, unit.row, 0)) * signal_of(lesson, unit, number)) for unit in above]
    assert isinstance(written, Sym), "a pre-activation has a letter"
    unit = replace(written, base="z", sub="0", key="", role=Role.PREACTIVATION)
    figures = (lesson.figure(value) for value in (*sent, sum(sent)))
    return (math(unit), *map(math, figures), (), lesson.say(book_phrases.THROWN_AWAY))


def _worth(formula: Formula) -> float:
    """A formula of measured numbers in full precision."""
    value = evaluate(formula, {})
    assert not isinstance(value, tuple), "the weights of one unit are numbers"
    return value
