"""Notes on numbers exactly at a kink or a tie, where the derivative is a convention and frameworks differ."""

from __future__ import annotations

from collections.abc import Iterator

from backprop_tutor.formula.evaluate import evaluate
from backprop_tutor.formula.functions import FUNCTIONS, stands_for
from backprop_tutor.formula.nodes import Call, Formula, Sym, children
from backprop_tutor.graph.expressions import names_in
from backprop_tutor.graph.graph import Element
from backprop_tutor.lesson.document import Code, Paragraph
from backprop_tutor.lesson.lesson import Lesson
from backprop_tutor.text import T

SMOOTH = frozenset({"elu", "celu"})
"""Defined by cases, but with the same slope on both sides."""

KINK = T(
    "{letter} stands on a kink of {function}: its slope there is a convention.",
    "{letter} 正好处在 {function} 的折点上：那里的斜率只是一种约定。",
)
TIE = T(
    "In {letter}, the numbers that {function} compares are equal: who gets the derivative is a convention.",
    "{letter} 中 {function} 比较的数相等：导数归谁只是一种约定。",
)
ELSEWHERE = T(" Other libraries: ", "其他库的取法：")
CALL = "tutor frameworks --of {name}"


def kinks(lesson: Lesson) -> Iterator[Paragraph]:
    """A note for each function at a kink, at the first place where this happens."""
    for name, (element, is_tie) in at_kink(lesson).items():
        from backprop_tutor.verify.frameworks import TOPICS

        text, letter = TIE if is_tie else KINK, lesson.reading.letter(element)
        topic = "max" if name in ("max", "min") else name
        words = lesson.say(text, letter=letter, function=FUNCTIONS[name].unicode)
        elsewhere = (*lesson.say(ELSEWHERE), Code(CALL.format(name=topic))) if topic in TOPICS else ()
        yield Paragraph((*words, *elsewhere), "muted")


def at_kink(lesson: Lesson) -> dict[str, tuple[Element, bool]]:
    """The functions at a kink or, where it is true, a tie, each with the first place where this happens."""
    once: dict[str, tuple[Element, bool]] = {}
    found = _of_arrays(lesson) if lesson.graph.shapes is not None else (*_of_layers(lesson), *_of_formulas(lesson))
    for name, element, is_tie in found:
        once.setdefault(name, (element, is_tie))
    return once


def _of_layers(lesson: Lesson) -> Iterator[tuple[str, Element, bool]]:
    """Pre-activations that are exactly where the activation has its kink."""
    for layer in lesson.graph.layers:
        used = layer.activation
        written = Call(used, (Sym("z"),)) if isinstance(used, str) else _as_written(lesson, used)
        bending = [call for call in _calls(written) if _may_bend(call)]
        if not bending or "z" not in layer.nodes:
            continue
        node = layer.nodes["z"]
        for row, values_of in enumerate(lesson.step.trace.values[node].tolist()):
            for example, value in enumerate(values_of):
                for call in bending:
                    found = _at_kink(call, {"z": value})
                    if found is not None:
                        yield stands_for(call, written), Element(node, (row,), example), found


def _of_formulas(lesson: Lesson) -> Iterator[tuple[str, Element, bool]]:
    """Calls in the author's formulas, in a graph of numbers, whose argument is at a kink or whose arguments are equal."""
    graph = lesson.graph
    if graph.layers:
        return
    arrays = {node.name: lesson.step.trace.values[i].ravel().tolist() for i, node in enumerate(graph.nodes)}
    for name, written in (graph.formulas or {}).items():
        bending = [call for call in _calls(_as_written(lesson, written)) if _may_bend(call)]
        used = {key: arrays[key] for key in names_in(written)} if bending else {}
        for example in range(len(arrays[name]) if bending else 0):
            known = {key: values[min(example, len(values) - 1)] for key, values in used.items()}
            for call in bending:
                found = _at_kink(call, known)
                if found is not None:
                    yield stands_for(call, written), Element(graph.index[name], (), example), found


def _of_arrays(lesson: Lesson) -> Iterator[tuple[str, Element, bool]]:
    """The functions of a graph of arrays at a kink, and its maxima and minima with a tie, those of windows included."""
    formulas = lesson.formulas
    aside = {"relu"} if lesson.scenario.training.like else set()  # the forms of other functions are written with it
    for each in (lesson.graph.formulas or {}).values() if aside else ():
        aside -= {call.function for call in _calls(_as_written(lesson, each))}
    for node in lesson.graph.computed:
        if not formulas.is_written(node) or not any(
            map(_may_bend, _calls(formulas.formula_of(formulas.elements(node)[0])))
        ):
            continue
        for element in formulas.elements(node):
            for call in _calls(formulas.numbers_in(_as_written(lesson, formulas.formula_of(element)))):
                found = None if call.function in aside else _at_kink(call, {})
                if found is not None:
                    yield call.function, element, found


def _as_written(lesson: Lesson, used: Formula) -> Formula:
    """A formula with its functions by the author's names, also where they are computed as in a framework."""
    framework = lesson.scenario.training.like
    if framework is None:
        return used
    from backprop_tutor.verify.frameworks import formula_unlike

    return formula_unlike(used, framework)


def _may_bend(call: Call) -> bool:
    extreme = call.function in ("max", "min")
    return extreme or (call.function in FUNCTIONS and bool(FUNCTIONS[call.function].kinks))


def _calls(node: Formula) -> Iterator[Call]:
    if isinstance(node, Call):
        yield node
    for part in children(node):
        yield from _calls(part)


def _at_kink(call: Call, known: dict[str, float]) -> bool | None:
    """Whether a call is at a tie (True) or at a kink (False); None where it is at neither."""
    if call.function not in FUNCTIONS or call.function in SMOOTH or not _has_values(call, known):
        return None
    values = [evaluate(argument, known) for argument in call.arguments]
    if call.function in ("max", "min"):
        best = max(values) if call.function == "max" else min(values)
        return True if values.count(best) > 1 else None
    return False if values and values[0] in FUNCTIONS[call.function].kinks else None


def _has_values(node: Formula, known: dict[str, float]) -> bool:
    return (not isinstance(node, Sym) or node.base in known) and all(
        _has_values(part, known) for part in children(node)
    )
