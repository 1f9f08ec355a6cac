"""The view `paths`: weight by weight, along the paths from a weight to the loss.

For each weight the four steps of a worked example: its path, the functions on it, the derivative by the chain rule, the
update. The common factors of derivatives are stored and used again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from backprop_tutor.formula.nodes import Role, chain
from backprop_tutor.graph.graph import Element
from backprop_tutor.lesson import phrases
from backprop_tutor.lesson.document import Block, Equation, Flow, Paragraph, Row, Rows, Section, Words
from backprop_tutor.lesson.inline import derivation, listed, math
from backprop_tutor.lesson.lesson import Lesson
from backprop_tutor.lesson.update import update_line
from backprop_tutor.lesson.views import graph as node_by_node
from backprop_tutor.lesson.views.chain import error_signal, factors, folded, gradient, kept, unfolded, whole_chain
from backprop_tutor.lesson.views.unit_paths import (
    activation_of,
    count_paths,
    is_output,
    is_shared,
    parameters_of,
    paths,
    signals_above,
    summed,
    units_above,
    uses,
)
from backprop_tutor.text import T

MOST_FUNCTIONS = 9


def backward(lesson: Lesson) -> Section:
    """Every gradient, from the output layer back; the first weight of each unit in full, the others from stored
    factors, those that units share after all of these.
    """
    layers = sorted({lesson.graph.nodes[i].layer or 0 for i in lesson.nodes(Role.WEIGHT)}, reverse=True)
    blocks: list[Block] = [Paragraph(lesson.say(phrases.CHAIN_RULE_PATHS))]
    for layer in layers:
        units = range(len(lesson.graph.units(layer)))
        for unit in units:
            blocks += _unit(lesson, layer, unit)
        shared = (e for unit in units for e in parameters_of(lesson, layer, unit) if is_shared(lesson, e))
        blocks += (gradient(lesson, parameter, _reused(lesson, uses(lesson, parameter))) for parameter in shared)
    return Section(lesson.say(phrases.BACKWARD), tuple(blocks), "backward")


def focus(lesson: Lesson, element: Element) -> tuple[Block, ...]:
    """The whole derivation for one parameter, after the derivatives it takes from the layers above."""
    if lesson.graph.nodes[element.node].role not in (Role.WEIGHT, Role.BIAS):
        return node_by_node.focus(lesson, element)
    needed = dict.fromkeys(above for z in uses(lesson, element) for above in signals_above(lesson, z))
    return (*(error_signal(lesson, z) for z in needed), _in_full(lesson, element))


def _unit(lesson: Lesson, layer: int, unit: int) -> Iterator[Block]:
    parameters = [e for e in parameters_of(lesson, layer, unit) if not is_shared(lesson, e)]
    signals = [Element(lesson.graph.part(layer, "z"), (unit,), column) for column in range(lesson.examples)]
    if not parameters:
        yield from (error_signal(lesson, z) for z in signals)
    yield from (_in_full(lesson, parameter) for parameter in parameters[:1])
    reused = lesson.shared(_reused, tuple(signals))
    yield from (gradient(lesson, parameter, reused) for parameter in parameters[1:])


def _reused(lesson: Lesson, signals: Iterable[Element]) -> Words:
    return lesson.say(phrases.REUSED, kept=listed(map(lesson.adjoint_letter, signals), lesson.lang))


def _in_full(lesson: Lesson, parameter: Element) -> Section:
    z, used = summed(lesson, parameter, 0), uses(lesson, parameter)
    rows = [*lesson.shared(_rows_in_letters, parameter, z)]
    if len(used) == 1 and not lesson.graph.l2:
        parts = factors(lesson, z)
        rows.append(Row(lesson.say(phrases.CHAIN), (whole_chain(lesson, parameter, parts), *_remarks(lesson, z))))
        rows.append(Row(lesson.say(phrases.KEPT), (kept(lesson, z, parts),)))
    else:
        signals = tuple(error_signal(lesson, each) for each in used)
        rows.append(Row(lesson.say(phrases.KEPT), (*signals, *_remarks(lesson, z))))
        rows.append(Row(lesson.say(phrases.CHAIN), (gradient(lesson, parameter),)))
    if lesson.graph.nodes[parameter.node].name not in lesson.scenario.frozen:
        rows.append(Row(lesson.say(phrases.UPDATE_ROW), update_line(lesson, parameter)))
    return Section(math(lesson.adjoint_letter(parameter)), (Rows(tuple(rows)),), lesson.key(parameter, "grads"))


def _rows_in_letters(lesson: Lesson, parameter: Element, z: Element) -> tuple[Row, ...]:
    """The paths from a parameter to the loss, and the functions on them."""
    return (
        Row(lesson.say(_path_label(count_paths(lesson, z))), _path_rows(lesson, parameter, z)),
        Row(lesson.say(phrases.FUNCTIONS), (Flow(_functions(lesson, z)), *_each_example(lesson, z))),
    )


def _remarks(lesson: Lesson, z: Element) -> tuple[Block, ...]:
    """Remarks: that the last two derivatives fuse into one; in the first hidden unit, that weights are old."""
    a = activation_of(lesson, z)
    if lesson.graph.nodes[a.node].fused:
        return (Paragraph(lesson.say(phrases.FOLDED)), lesson.shared(_apart, z))
    above = () if is_output(lesson, a) or a.indices[0] else units_above(lesson, a)
    return tuple(
        Paragraph(_old_weight(lesson, a, unit)) for unit in above[:1] if is_output(lesson, activation_of(lesson, unit))
    )


def _apart(lesson: Lesson, z: Element) -> Equation:
    """Two derivatives, and what they fuse into."""
    fold = folded(lesson, z)
    return derivation(chain(*fold.partials), unfolded(lesson, z), fold.written)


def _old_weight(lesson: Lesson, a: Element, above: Element) -> Words:
    weight = Element(lesson.graph.beside(above.node, "W"), (*above.indices, *a.indices))
    letter, value = lesson.reading.letter(weight), lesson.reading.number(weight)
    return lesson.say(phrases.OLD_WEIGHTS, weight=letter, value=value)


def _path_label(count: int) -> T:
    return phrases.PATH if count == 1 else phrases.PATHS


def _path_rows(lesson: Lesson, parameter: Element, z: Element) -> tuple[Block, ...]:
    letter = lesson.reading.letter
    shown = [Flow(tuple(math(letter(e)) for e in (parameter, *way)), "→") for way in paths(lesson, z)]
    count = count_paths(lesson, z)
    more = () if count == len(shown) else (Paragraph(lesson.say(phrases.MORE_PATHS, count=count), "muted"),)
    return (*shown, *more)


def _each_example(lesson: Lesson, z: Element) -> tuple[Paragraph, ...]:
    """The remark that the lines of one example apply to all."""
    if lesson.examples == 1:
        return ()
    sentence = phrases.EACH_EXAMPLE if count_paths(lesson, z) == 1 else phrases.EACH_EXAMPLE_PATHS
    return (Paragraph(lesson.say(sentence, count=lesson.examples), "muted"),)


def _functions(lesson: Lesson, z: Element) -> tuple[Equation, ...]:
    """The functions on the way to the loss, each once, as formulas; for a wide network those of the unit itself."""
    met = dict.fromkeys(element for way in paths(lesson, z) for element in way)
    shown = met if len(met) <= MOST_FUNCTIONS else (z, activation_of(lesson, z))
    reading = lesson.reading
    return tuple(derivation(reading.letter(e), lesson.definition(e, reading.letter)) for e in sorted(shown))
