"""The view `paths`: weight by weight, along the paths on which a weight reaches the loss.

For each weight the four steps of a worked example: its path, the functions on it, the derivative by the chain rule,
the update. What one derivative has in common with the next is kept and used again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from backprop_tutor.engine.reading import Element
from backprop_tutor.formula.nodes import Formula, Lit, Mul, Num, Partial, Role, chain, formula, is_one, total
from backprop_tutor.lesson import phrases
from backprop_tutor.lesson.document import Block, Equation, Flow, Paragraph, Row, Rows, Section
from backprop_tutor.lesson.lesson import Lesson
from backprop_tutor.lesson.update import update_line
from backprop_tutor.lesson.words import derivation, math
from backprop_tutor.text import T

MOST_PATHS = 6
MOST_FUNCTIONS = 9


@dataclass(frozen=True)
class Factor:
    """One factor of a chain rule: as a derivative or two, as a formula, with its numbers, and its value."""

    partials: tuple[Formula, ...]
    written: Formula
    numbers: Formula
    value: Formula


def backward(lesson: Lesson) -> Section:
    """Every gradient, from the output layer back; the first weight of each unit in full, the others from what is kept."""
    layers = sorted({lesson.graph.nodes[i].layer or 0 for i in lesson.nodes(Role.WEIGHT)}, reverse=True)
    blocks: list[Block] = [Paragraph(lesson.say(phrases.CHAIN_RULE_PATHS))]
    for layer in layers:
        for unit in range(len(lesson.reading.trace.value(f"z{layer}"))):
            blocks += _unit(lesson, layer, unit)
    return Section(lesson.say(phrases.BACKWARD), tuple(blocks), "backward")


def focus(lesson: Lesson, element: Element) -> tuple[Block, ...]:
    """The whole derivation for one parameter."""
    return (_in_full(lesson, element),)


def parameters_of(lesson: Lesson, layer: int, unit: int) -> tuple[Element, ...]:
    """The weights into a unit that exist, then its bias."""
    nodes = (i for i in lesson.nodes(Role.WEIGHT, Role.BIAS) if lesson.graph.nodes[i].layer == layer)
    return tuple(e for i in nodes for e in lesson.reading.elements(i) if e.row == unit)


def _unit(lesson: Lesson, layer: int, unit: int) -> Iterator[Block]:
    parameters = parameters_of(lesson, layer, unit)
    for i, parameter in enumerate(parameters):
        yield _in_full(lesson, parameter) if i == 0 else gradient(lesson, parameter)


def _in_full(lesson: Lesson, parameter: Element) -> Section:
    z = summed(lesson, parameter, 0)
    columns = range(lesson.examples)
    rows = [
        Row(lesson.say(_path_label(count_paths(lesson, z))), _path_rows(lesson, parameter, z)),
        Row(lesson.say(phrases.FUNCTIONS), (Flow(_functions(lesson, z)),)),
    ]
    signals = tuple(error_signal(lesson, summed(lesson, parameter, column)) for column in columns)
    if lesson.examples == 1 and not lesson.graph.network.l2:  # type: ignore[union-attr]
        rows.append(Row(lesson.say(phrases.CHAIN), (whole_chain(lesson, parameter), *_remarks(lesson, z))))
        rows.append(Row(lesson.say(phrases.KEPT), signals))
    else:
        rows.append(Row(lesson.say(phrases.KEPT), (*signals, *_remarks(lesson, z))))
        rows.append(Row(lesson.say(phrases.CHAIN), (gradient(lesson, parameter),)))
    if lesson.graph.nodes[parameter.node].name not in lesson.scenario.frozen:
        rows.append(Row(lesson.say(phrases.UPDATE_ROW), update_line(lesson, parameter)))
    return Section(math(lesson.adjoint_letter(parameter)), (Rows(tuple(rows)),), lesson.key(parameter, "grads"))


def summed(lesson: Lesson, parameter: Element, column: int) -> Element:
    """The pre-activation a weight or bias goes into, for one example."""
    layer = lesson.graph.nodes[parameter.node].layer
    return Element(lesson.graph.index[f"z{layer}"], parameter.row, column)


def gradient(lesson: Lesson, parameter: Element) -> Equation:
    """∂L/∂W from what is kept: ∂L/∂z times what the weight multiplies, summed over the examples, plus λW."""
    reading = lesson.reading
    written, numbers = [], []
    for column in range(lesson.examples):
        z = summed(lesson, parameter, column)
        local = reading.local(z, reading.letter).get(parameter, formula(0))
        local_number = reading.local(z, reading.number).get(parameter, formula(0))
        written.append(lesson.adjoint_letter(z) * local)
        numbers.append(lesson.adjoint_number(z) * local_number)
    loss = Element(len(lesson.graph.nodes) - 1, 0, 0)
    if parameter.node in lesson.graph.nodes[-1].inputs:
        written.append(reading.local(loss, reading.letter)[parameter])
        numbers.append(reading.local(loss, reading.number)[parameter])
    return derivation(
        lesson.adjoint_letter(parameter),
        total(tuple(written)),
        total(tuple(numbers)),
        lesson.adjoint_number(parameter),
        keys=(lesson.key(parameter, "grads"),),
    )


def whole_chain(lesson: Lesson, parameter: Element) -> Equation:
    """∂L/∂W as the product along its path: as derivatives, as formulas, with numbers, factor by factor, value."""
    z = summed(lesson, parameter, 0)
    return _product(lesson, parameter, (*factors(lesson, z), step_back(lesson, z, parameter)))


def error_signal(lesson: Lesson, z: Element) -> Equation:
    """∂L/∂z of one unit for one example, from the layer above or from the loss."""
    return _product(lesson, z, factors(lesson, z))


def factors(lesson: Lesson, z: Element) -> tuple[Factor, ...]:
    """The factors of ∂L/∂z: from the loss to the unit's activation, then through the activation function."""
    a = activation_of(lesson, z)
    shares = _share(lesson, z)
    if lesson.graph.nodes[a.node].folded:
        return (*shares, _folded(lesson, z, a))
    spread = [out for out in _outputs(lesson, a) if z in lesson.reading.local(out, lesson.reading.letter)]
    if len(spread) > 1:
        return (_sum(lesson, tuple((out, z) for out in spread)),)
    return (*(shares if _is_output(lesson, a) else ()), *_to_activation(lesson, a), step_back(lesson, a, z))


def step_back(lesson: Lesson, element: Element, source: Element) -> Factor:
    """∂element/∂source as one factor."""
    reading = lesson.reading
    return Factor(
        (Partial(reading.letter(element), reading.letter(source)),),
        reading.local(element, reading.letter)[source],
        reading.local(element, reading.number)[source],
        _shown(lesson, reading.local(element, reading.number)[source], reading.local_value(element, source)),
    )


def activation_of(lesson: Lesson, z: Element) -> Element:
    """The activation of the unit whose pre-activation is z, for the same example."""
    return Element(lesson.graph.index[f"a{lesson.graph.nodes[z.node].layer}"], z.row, z.column)


def _shown(lesson: Lesson, numbers: Formula, value: float) -> Formula:
    """A factor's value: an exact or authored number as it stands, else its figures."""
    return numbers if isinstance(numbers, (Lit, Num)) else lesson.figure(value)


def _is_output(lesson: Lesson, a: Element) -> bool:
    return a.node in lesson.graph.nodes[lesson.graph.losses].inputs


def _outputs(lesson: Lesson, a: Element) -> tuple[Element, ...]:
    """The activations of the same layer and example."""
    return tuple(e for e in lesson.reading.elements(a.node) if e.column == a.column)


def _share(lesson: Lesson, element: Element) -> tuple[Factor, ...]:
    """∂L/∂L@i, the share of one example in the reported loss; nothing where that is 1."""
    loss, own = Element(len(lesson.graph.nodes) - 1, 0, 0), Element(lesson.graph.losses, 0, element.column)
    share = step_back(lesson, loss, own)
    return () if is_one(share.written) else (share,)


def _to_activation(lesson: Lesson, a: Element) -> tuple[Factor, ...]:
    """∂L/∂a: from the loss for an output, else over every unit above: one kept factor and a weight, or their sum."""
    if _is_output(lesson, a):
        return (step_back(lesson, Element(lesson.graph.losses, 0, a.column), a),)
    above = units_above(lesson, a)
    if len(above) != 1:
        return (_sum(lesson, tuple((z, a) for z in above)),)
    (z,) = above
    kept = lesson.adjoint_letter(z)
    return (Factor((kept,), kept, lesson.adjoint_number(z), lesson.adjoint_number(z)), step_back(lesson, z, a))


def units_above(lesson: Lesson, a: Element) -> tuple[Element, ...]:
    """The pre-activations of the next layer that a reaches."""
    layer = (lesson.graph.nodes[a.node].layer or 0) + 1
    node = lesson.graph.index[f"z{layer}"]
    above = (e for e in lesson.reading.elements(node) if e.column == a.column)
    weight = lesson.graph.index[f"W{layer}"]
    return tuple(z for z in above if lesson.reading.exists(Element(weight, z.row, a.row)))


def _sum(lesson: Lesson, steps: tuple[tuple[Element, Element], ...]) -> Factor:
    """Σ ∂L/∂element · ∂element/∂source over the ways on which a source reaches the loss."""
    written, numbers, partials = [], [], []
    for element, source in steps:
        back = step_back(lesson, element, source)
        kept = lesson.adjoint_letter(element)
        partials.append(Mul((kept, *back.partials)))
        written.append(kept * back.written)
        numbers.append(lesson.adjoint_number(element) * back.numbers)
    value = lesson.figure(lesson.reading.adjoint(steps[0][1]) if steps else 0.0)
    return Factor((total(tuple(partials)),), total(tuple(written)), total(tuple(numbers)), value)


def _folded(lesson: Lesson, z: Element, a: Element) -> Factor:
    """∂L/∂a · ∂a/∂z where the two fold into one formula."""
    reading, loss = lesson.reading, Element(lesson.graph.losses, 0, z.column)
    partials = (
        Partial(reading.letter(loss), reading.letter(a)),
        Partial(reading.letter(a), reading.letter(z)),
    )
    numbers = reading.local(loss, reading.number)[z]
    return Factor(
        partials, reading.local(loss, reading.letter)[z], numbers, _shown(lesson, numbers, reading.local_value(loss, z))
    )


def _product(lesson: Lesson, element: Element, parts: tuple[Factor, ...]) -> Equation:
    return derivation(
        lesson.adjoint_letter(element),
        chain(*(partial for part in parts for partial in part.partials)),
        chain(*(part.written for part in parts)),
        chain(*(part.numbers for part in parts)),
        chain(*(part.value for part in parts)),
        lesson.adjoint_number(element),
        keys=(lesson.key(element, "grads"),),
    )


def _remarks(lesson: Lesson, z: Element) -> tuple[Block, ...]:
    """What to notice in this unit's derivation: that the last two derivatives fold into one."""
    a, remarks = activation_of(lesson, z), list[Block]()
    if lesson.graph.nodes[a.node].folded:
        fold = _folded(lesson, z, a)
        loss = Element(lesson.graph.losses, 0, z.column)
        apart = Mul(tuple(step_back(lesson, *step).written for step in ((loss, a), (a, z))), wide=True)
        remarks += [Paragraph(lesson.say(phrases.FOLDED)), derivation(Mul(fold.partials), apart, fold.written)]
    return tuple(remarks)


def _path_label(count: int) -> T:
    return phrases.PATH if count == 1 else phrases.PATHS


def paths(lesson: Lesson, z: Element) -> tuple[tuple[Element, ...], ...]:
    """The ways from a pre-activation to the loss, each as the elements met; at most `MOST_PATHS` of them."""
    found: list[tuple[Element, ...]] = []
    waiting: list[tuple[Element, ...]] = [(z,)]
    while waiting and len(found) < MOST_PATHS:
        way = waiting.pop()
        a = activation_of(lesson, way[-1])
        if _is_output(lesson, a):
            found.append((*way, a, Element(lesson.graph.losses, 0, a.column)))
        else:
            waiting += [(*way, a, above) for above in reversed(units_above(lesson, a))]
    return tuple(found)


def count_paths(lesson: Lesson, z: Element) -> int:
    """How many ways lead from a pre-activation to the loss: the product of the sums of what each layer reaches."""
    reached = {activation_of(lesson, z): 1}
    while not any(_is_output(lesson, a) for a in reached):
        onward: dict[Element, int] = {}
        for a, ways in reached.items():
            for above in units_above(lesson, a):
                unit = activation_of(lesson, above)
                onward[unit] = onward.get(unit, 0) + ways
        if not onward:
            return 0
        reached = onward
    return sum(reached.values())


def _path_rows(lesson: Lesson, parameter: Element, z: Element) -> tuple[Block, ...]:
    letter = lesson.reading.letter
    shown = [Flow(tuple(math(letter(e)) for e in (parameter, *way)), "→") for way in paths(lesson, z)]
    count = count_paths(lesson, z)
    more = () if count == len(shown) else (Paragraph(lesson.say(phrases.MORE_PATHS, count=count), "muted"),)
    return (*shown, *more)


def _functions(lesson: Lesson, z: Element) -> tuple[Equation, ...]:
    """The functions met on the way to the loss, each once, as formulas; for a wide network those of the unit itself."""
    met = dict.fromkeys(element for way in paths(lesson, z) for element in way)
    shown = met if len(met) <= MOST_FUNCTIONS else (z, activation_of(lesson, z))
    reading = lesson.reading
    return tuple(derivation(reading.letter(e), reading.made(e, reading.letter)) for e in sorted(shown))
