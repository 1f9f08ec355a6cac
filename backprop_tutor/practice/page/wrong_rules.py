"""The numbers of a page under every mistake of the catalogue, as one program for the browser.

Each hypothesis is a straight-line program of its own, and shares nearly all of its lines with the others. They are
written one after the other with names that identify formulas, so every line occurs once; only numbers that a mistake
changes are listed with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from operator import lt
from typing import TypeAlias

from backprop_tutor.fast.javascript import javascript
from backprop_tutor.fast.program import Assignment, Names, eliminate_dead_code
from backprop_tutor.formula.nodes import Formula, Sym, substitute, symbols
from backprop_tutor.graph.array import AnyArray, np
from backprop_tutor.graph.op import Index
from backprop_tutor.graph.quantity import Section
from backprop_tutor.graph.scenario import Scenario
from backprop_tutor.practice.diagnosis.hypotheses import Hypothesis, Made, changes, singles
from backprop_tutor.practice.mistakes.catalogue import ARRAYS, SEQUENCES
from backprop_tutor.render.page import WrongRule
from backprop_tutor.training.train_step import Step
from backprop_tutor.whatif.intervention import Intervention
from backprop_tutor.whatif.staged_intervention import InterventionStep, intervention_step


def variable_index(name: str) -> int:
    """The index of a variable of a page: 7 of ``v7``."""
    return int(name.removeprefix("v"))


MOST_LINES = 1200
"""After this many lines only mistakes that are made throughout or in a whole layer are added."""
MOST_EVER = 8_000
"""After this many lines a page is large enough; the likeliest mistakes come first."""


def wrong_rules(
    scenario: Scenario, staged: Step, inputs: Sequence[str], asked: Sequence[str]
) -> tuple[str, tuple[WrongRule, ...]]:
    """The program of all hypotheses on the first step of a page, and the numbers each of them changes.

    The given numbers of the page are `inputs`, the numbers to compare `asked`.
    """
    places = {name: place for place, name in _places(staged) if name in asked}
    writer = _Interner()
    right = writer.step(intervention_step(Intervention.single(), scenario, len(staged.examples)), staged)
    rightly = {name: right(place) for name, place in places.items()}
    found: list[tuple[Hypothesis, dict[str, Formula]]] = []
    for hypothesis in _writable(scenario):
        if len(writer.lines) > MOST_EVER:
            break
        if len(writer.lines) > MOST_LINES and not _is_broad(hypothesis):
            continue
        step = _step(hypothesis, scenario, len(staged.examples))
        if step is None:
            continue
        wrong = writer.step(step, staged)
        made = {name: wrong(place) for name, place in places.items()}
        changed = {name: each for name, each in made.items() if each is not None and each != rightly[name]}
        found += [(hypothesis, changed)] if changed else []
    outputs = list(dict.fromkeys(each for _, changed in found for each in changed.values()))
    lines = eliminate_dead_code(writer.lines, {symbol.base for output in outputs for symbol in symbols(output)})
    index = {output: i for i, output in enumerate(outputs)}
    rules = []
    for hypothesis, changed in found:
        mistake = hypothesis.definition[0].mistake
        numbers = tuple((variable_index(name), index[each]) for name, each in changed.items())
        rules.append(WrongRule(mistake.name, mistake.clause, hypothesis.where, numbers))
    return javascript("W", inputs, lines, outputs), tuple(rules)


def _writable(scenario: Scenario) -> Iterator[Hypothesis]:
    """The mistakes that can be written as a program: those made throughout first, the most likely of them first."""
    able = (each for each in singles(scenario) if all(map(_is_written, each.definition)))
    yield from sorted(able, key=lambda each: (not _is_broad(each), -each.definition[0].mistake.seen))


def _step(hypothesis: Hypothesis, scenario: Scenario, examples: int) -> InterventionStep | None:
    """The step with a mistake; None for one that looks at numbers, such as which of two is larger."""
    try:
        return intervention_step(Intervention.single(*changes(hypothesis)), scenario, examples)
    except TypeError:  # a name is neither larger nor smaller than another, and is no number
        return None


OF_ARRAYS = frozenset(mistake.name for mistake in (*ARRAYS, *SEQUENCES))


def _is_written(made: Made) -> bool:
    """Whether a mistake is one of computing; a misread number can be typed into the fields of the page."""
    computed = made.lasts or made.mistake.name in OF_ARRAYS
    return computed and all(line.phase != "given" for line in made.site.changes)


def _is_broad(hypothesis: Hypothesis) -> bool:
    return all(made.site.broad for made in hypothesis.definition)


Place: TypeAlias = tuple[Section, int, Index]


def _places(step: Step) -> Iterator[tuple[Place, str]]:
    """The places of the variables of a step; a number after its update is left to its own line."""
    sections: tuple[tuple[Section, Sequence[Names | None]], ...] = (
        ("values", step.trace.values),
        ("grads", step.trace.adjoints),
    )
    for section, arrays in sections:
        for node, names in enumerate(arrays):
            yield from _in(section, node, names)
    for name, names in step.updated.items():
        yield from _in("updated", step.trace.graph.index[name], names)


def _in(section: Section, node: int, names: Names | None) -> Iterator[tuple[Place, str]]:
    for place, name in np.ndenumerate(names) if names is not None else ():
        if name.__class__ is Sym:
            yield (section, node, place), name.base


class _Interner:
    """Gives the same formula the same name in every hypothesis."""

    def __init__(self) -> None:
        self.lines: list[Assignment] = []
        self._known: dict[Formula, Sym] = {}

    def step(self, step: InterventionStep, staged: Step) -> Callable[[Place], Formula | None]:
        """Adds the lines of a step, from the variables of the page on; what reads its number at a place."""
        graph = staged.trace.graph
        names: dict[str, Formula] = {}
        for name, array in step.given.items():
            page: AnyArray = staged.trace.value(name)
            for own, variable in zip(array.flat, page.flat, strict=True):
                if isinstance(own, Sym):
                    names[own.base] = variable
        for line in step.lines:
            names[line.name] = self._named(substitute(line.formula, names))
        sections: dict[Section, Sequence[Names | None]] = {
            "values": step.values,
            "grads": step.adjoints,
            "updated": [step.updated.get(node.name) for node in graph.nodes],
        }

        def at(place: Place) -> Formula | None:
            section, node, index = place
            array = sections[section][node]
            if array is None or array.ndim != len(index):
                return None
            return substitute(array[index], names) if all(map(lt, index, array.shape)) else None

        return at

    def _named(self, written: Formula) -> Formula:
        if isinstance(written, Sym):
            return written
        if written not in self._known:
            self._known[written] = Sym(f"m{len(self._known)}")
            self.lines.append(Assignment(self._known[written].base, written))
        return self._known[written]
