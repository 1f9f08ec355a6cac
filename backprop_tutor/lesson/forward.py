"""The first half of every lesson: the given numbers, the forward pass, the loss; and the last part: did it help?

The defaults that are taken where the author chose no loss or learning rate are mentioned once.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import lru_cache
from itertools import islice

from backprop_tutor.formula.figures import rounded
from backprop_tutor.formula.functions import FUNCTIONS
from backprop_tutor.formula.nodes import Call, Formula, Neg, Num, Role, rebuilt, substitute, symbols
from backprop_tutor.graph.graph import Element
from backprop_tutor.graph.ops.losses import LOSSES
from backprop_tutor.graph.symbolic_trace import SymbolicTrace
from backprop_tutor.lesson import phrases
from backprop_tutor.lesson.document import Block, Equation, Flow, Inline, Link, Paragraph, Section, Text, Words
from backprop_tutor.lesson.drawing import drawing
from backprop_tutor.lesson.inline import derivation, sign, worth
from backprop_tutor.lesson.lesson import Lesson
from backprop_tutor.text import T

NO_LOSS = T("The file names no loss: {loss} is taken.", "文件里没有写损失函数，这里取 {loss}。")
NO_RATE = T(
    "The file names no learning rate: {rate} = {value} is taken.", "文件里没有写学习率，这里取 {rate} = {value}。"
)


def left_out(lesson: Lesson) -> tuple[Paragraph, ...]:
    """A muted line, in the first step only; empty where the author chose everything."""
    said = tuple(_said(lesson)) if lesson.step.number == 1 else ()
    space = Text(" " if lesson.lang == "en" else "")
    words: list[Inline] = [word for sentence in said for word in (*sentence, space)]
    return (Paragraph(tuple(words[:-1]), "muted"),) if words else ()


def _said(lesson: Lesson) -> Iterator[Words]:
    unsaid, loss, rate = lesson.scenario.unsaid, lesson.graph.loss, lesson.scenario.training.learning_rate
    if "loss" in unsaid and isinstance(loss, str):
        yield lesson.say(NO_LOSS, loss=LOSSES[loss].text)
    if "learning_rate" in unsaid and lesson.graph.parameters:
        yield lesson.say(NO_RATE, rate=lesson.letters.rate, value=Num(rate, f"{rate:g}"))


COMPUTED = (Role.PREACTIVATION, Role.ACTIVATION, Role.NODE)


def given(lesson: Lesson, tallest: int | None = None, most: int | None = None) -> Section:
    """The given numbers: data, then parameters layer by layer, then the picture, of at most so many lines of text.

    Of more than `most` in a row half as many are stated, and how many more there are.
    """
    return _given(lesson, tallest, most)


@lru_cache(maxsize=1)
def _given(lesson: Lesson, tallest: int | None, most: int | None) -> Section:
    blocks: list[Block] = [*left_out(lesson)]
    for column in range(lesson.examples):
        data = [e for i in lesson.nodes(Role.INPUT, Role.TARGET) for e in lesson.reading.of_example(i, column)]
        blocks.append(_row(lesson, data, len(data), most))
    parameters = lesson.nodes(Role.WEIGHT, Role.BIAS)
    for layer in dict.fromkeys(_layer(lesson, i) for i in lesson.nodes(Role.WEIGHT)):
        nodes = [i for i in parameters if _layer(lesson, i) == layer]
        there = (e for i in nodes for e in lesson.reading.each_element(i))
        blocks.append(_row(lesson, there, sum(map(lesson.reading.count, nodes)), most))
    if lesson.graph.layers and not lesson.nodes(Role.BIAS):
        blocks.append(Paragraph(lesson.say(phrases.NO_BIASES), "muted"))
    picture = drawing(lesson)
    if picture is not None:
        blocks.append(replace(picture, repeats=True, tallest=tallest))
    return Section(lesson.say(phrases.GIVEN), tuple(blocks), "given")


def _row(lesson: Lesson, elements: Iterable[Element], count: int, most: int | None) -> Flow:
    if most is None or count <= most:
        return Flow(tuple(_stated(lesson, e) for e in elements))
    shown = most // 2
    return Flow((*(_stated(lesson, e) for e in islice(elements, shown)), lesson.say(phrases.MORE, count=count - shown)))


def _layer(lesson: Lesson, node: int) -> int | None:
    return lesson.graph.nodes[node].layer


def _stated(lesson: Lesson, element: Element) -> Equation:
    number = lesson.reading.number(element)
    letter = lesson.reading.letter(element)
    return Equation(letter, (Link(sign(letter, number), number),), (lesson.key(element),))


def forward(lesson: Lesson) -> Section:
    """Every value up to the outputs, in the order of the computation, example by example."""
    title = phrases.FORWARD if lesson.graph.layers else phrases.FORWARD_VALUE
    blocks = by_example(lesson, lambda column: tuple(made(lesson, e) for e in in_column(lesson, column, *COMPUTED)))
    return Section(lesson.say(title), blocks, "forward")


def loss(lesson: Lesson) -> Section | None:
    """The loss of each example, and the reported loss where it differs."""
    reported = lesson.graph.reported_loss
    blocks: list[Block] = []
    if lesson.graph.nodes[lesson.graph.losses].role == Role.LOSS:
        blocks += [_loss_of_one(lesson, e) for e in lesson.reading.elements(lesson.graph.losses)]
    if lesson.examples > 1 or lesson.graph.penalised:
        blocks.append(made(lesson, reported))
    return Section(lesson.say(phrases.LOSS), tuple(blocks), "loss") if blocks else None


def _loss_of_one(lesson: Lesson, element: Element) -> Equation:
    """The formula of an example's loss, with a remark on figures that are shown as 0 or 1 and have no logarithm."""
    equation = made(lesson, element)
    *before, last = (link.right for link in equation.links)
    numbers = before[-1] if before and not symbols(before[-1]) else last
    hollow = not math.isfinite(worth(numbers)) and math.isfinite(worth(last))
    return replace(equation, remark=lesson.say(phrases.SATURATED_LOSS)) if hollow else equation


def after(lesson: Lesson) -> Section:
    """The second forward pass as a run of results, and the loss before and after."""
    columns = range(lesson.examples)
    elements = [e for column in columns for e in in_column(lesson, column, *COMPUTED)]
    if lesson.graph.nodes[lesson.graph.losses].role == Role.LOSS and lesson.examples > 1:
        elements += lesson.reading_after.elements(lesson.graph.losses)
    results = Flow(tuple(_result(lesson, e) for e in elements))
    return Section(lesson.say(phrases.AFTER), (results, change(lesson)), "after")


def _result(lesson: Lesson, element: Element) -> Equation:
    number = lesson.reading_after.number(element)
    key = lesson.key(element, "after")
    letter = lesson.reading.letter(element)
    return Equation(letter, (Link(sign(letter, number), number),), (key,))


LAST_BITS = 4
"""So many last bits a computed loss may be off."""


def change(lesson: Lesson) -> Equation:
    """The loss before and after the update: ``L ≈ 0.0623505 → 0.0618449``, and by how much it fell or rose."""
    loss = lesson.graph.reported_loss
    before, now = lesson.reading.value(loss), lesson.reading_after.value(loss)
    first, second = lesson.figure(before), lesson.figure(now)
    letter = lesson.letters.loss
    links = (Link(sign(letter, first), first), Link("→", second))
    return Equation(letter, links, ("values.loss", "after.loss"), _verdict(lesson, before, now))


def _verdict(lesson: Lesson, before: float, now: float) -> Words:
    change = now - before
    if change == 0 or not math.isfinite(change):
        return lesson.say(phrases.LOSS_SAME) if change == 0 else ()
    kept = figures_left(before, now)
    if not kept:
        return lesson.say(phrases.LOSS_LITTLE)
    part = abs(100 * change / before) if before else math.inf
    percent = rounded(part, min(percent_figures(lesson, part), kept)) if before else "∞"
    shown = replace(lesson, digits=min(lesson.digits, kept)).figure(abs(change))
    return lesson.say(phrases.LOSS_DOWN if change < 0 else phrases.LOSS_UP, change=shown, percent=percent)


def percent_figures(lesson: Lesson, percent: float) -> int:
    """Two figures of a percentage, or its whole part: 0.81, 12, 100, 1250."""
    return min(lesson.digits, max(2, len(f"{percent:.0f}"))) if math.isfinite(percent) else 2


def figures_left(before: float, now: float) -> int:
    """How many figures of ``now − before`` are true, where either may be off by some last bits of a float."""
    off = LAST_BITS * sys.float_info.epsilon * max(abs(before), abs(now))
    return max(0, math.floor(math.log10(abs(now - before) / off))) if off else sys.float_info.dig


def verdicts(lesson: Lesson) -> dict[str, Words]:
    """The sentences for a loss after the update that is less than (``<``), equal to or greater than the one before."""
    change, percent = _changes(lesson)
    short = replace(lesson, digits=percent_figures(lesson, float(percent)))
    holes = {"change": lesson.figure(change), "percent": short.figure(_changes(short)[1])}
    down, up = (lesson.say(phrase, **holes) for phrase in (phrases.LOSS_DOWN, phrases.LOSS_UP))
    return {"<": down, "=": lesson.say(phrases.LOSS_SAME), ">": up}


def _changes(lesson: Lesson) -> tuple[float, float]:
    """How much the loss changed, and in percent; each knows the figures of the lesson."""
    loss = lesson.graph.reported_loss
    before, now = lesson.reading.value(loss), lesson.reading_after.value(loss)
    return abs(now - before), abs(100 * (now - before) / before)


def made(lesson: Lesson, element: Element, reading: SymbolicTrace | None = None) -> Equation:
    """The equation of one element: formula, the same with its numbers, value; a function by its definition.

    ``O(c) = σ(h(c)) = 1/(1 + e^(−0.61)) ≈ 0.647941``, in the pass before the update or in that of `reading`.
    """
    reading = reading or lesson.reading
    written = lesson.shared(_definition_in_letters, element)
    numbers = lesson.letters.rewritten(reading.quantity(element), reading.definition(element, reading.number))
    value = reading.number(element)
    key = lesson.key(element, "values" if reading is lesson.reading else "after")
    return derivation(reading.letter(element), written, signs_resolved(defined(numbers)), value, keys=(key,))


def _definition_in_letters(lesson: Lesson, element: Element) -> Formula:
    return lesson.definition(element, lesson.reading.letter)


def defined(formula: Formula) -> Formula:
    """A function of one number by its definition, σ(z) as 1/(1 + e^(−z)); every other formula unchanged."""
    if isinstance(formula, Call) and not formula.primes and len(formula.arguments) == 1:
        taught = FUNCTIONS[formula.function].taught
        if taught is not None:
            return substitute(taught, {"x": formula.arguments[0]})
    return formula


def signs_resolved(node: Formula) -> Formula:
    """e^0.05 for e^(−(−0.05)), e^0 for e^(−0): no exponent keeps the sign of a definition before that of a number."""
    match node:
        case Call(function="exp", arguments=(Neg(operand=Num(value=value, text=text)),)):
            negative = text.removeprefix("-") if value <= 0 else f"-{text}"
            return Call("exp", (Num(-value if value else 0.0, negative),))
        case _:
            return rebuilt(node, signs_resolved)


def in_column(lesson: Lesson, column: int, *roles: Role) -> tuple[Element, ...]:
    """The elements with these roles that belong to one example, in the order of the computation, unit by unit."""
    return lesson.shared(_in_turn, column, roles)


def _in_turn(lesson: Lesson, column: int, roles: tuple[Role, ...]) -> tuple[Element, ...]:
    elements = (e for i in lesson.nodes(*roles) for e in lesson.reading.of_example(i, column))
    return tuple(sorted(elements, key=lambda e: _turn(lesson, e)))


def _turn(lesson: Lesson, element: Element) -> tuple[int, int, tuple[int, ...]]:
    """The sort key: a unit's z and a are together, except where a unit needs every z of its layer first, as in a
    softmax.
    """
    node = lesson.graph.nodes[element.node]
    if node.layer is None:
        return (element.node, 0, ())
    alone = node.role == Role.ACTIVATION and not lesson.graph.by_unit(element.node)
    return (node.layer, 1 if alone else 0, element.indices)


def by_example(lesson: Lesson, blocks_of: Callable[[int], tuple[Block, ...]]) -> tuple[Block, ...]:
    """The blocks that `blocks_of` makes for each example; under a heading each where there are several."""
    if lesson.examples == 1:
        return blocks_of(0)
    return tuple(
        Section(lesson.say(phrases.EXAMPLE, number=column + 1), blocks_of(column), f"example{column + 1}")
        for column in range(lesson.examples)
    )
