"""The numbers of a page under every mistake of the catalogue, as one program for the browser.

Each hypothesis is a straight-line program of its own, and shares nearly all of its lines with the others. They are
written one after the other with names that identify formulas, so every line occurs once; only numbers that a mistake
changes are listed with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from backprop_tutor.fast.javascript import javascript
from backprop_tutor.fast.program import Assignment, Names, eliminate_dead_code
from backprop_tutor.formula.nodes import Formula, Sym, substitute, symbols
from backprop_tutor.frozen import frozen
from backprop_tutor.graph.array import AnyArray, np
from backprop_tutor.graph.op import Index
from backprop_tutor.graph.quantity import Section
from backprop_tutor.graph.scenario import Scenario
from backprop_tutor.practice.diagnosis.hypotheses import Hypothesis, Made, changes, singles
from backprop_tutor.practice.mistakes.catalogue import ARRAYS, SEQUENCES
from backprop_tutor.training.train_step import Step
from backprop_tutor.whatif.intervention import Intervention
from backprop_tutor.whatif.staged_intervention import InterventionStep, intervention_step

MOST_LINES = 1200
"""After this many lines only mistakes that are made throughout or in a whole layer are added."""
MOST_EVER = 8_000
"""After this many lines a page is large enough; the likeliest mistakes come first."""


@frozen(eq=False)
class WrongRule:
    """A hypothesis, and the places of its numbers that are not the right ones: (variable of the page, output) pairs."""

    hypothesis: Hypothesis
    changed: tuple[tuple[str, int], ...]


@frozen(eq=False)
class WrongRules:
    """The program of all hypotheses, from the given numbers of the page to `outputs` numbers, and what each changes."""

    code: str
    rules: tuple[WrongRule, ...]


def wrong_rules(scenario: Scenario, staged: Step, inputs: Sequence[str], asked: Sequence[str]) -> WrongRules:
    """The hypotheses on the first step of a page: its given numbers are `inputs`, the numbers to compare `asked`."""
    places = {name: place for place, name in _places(staged) if name in asked}
    writer = _Interner()
    right = writer.step(intervention_step(Intervention.single(), scenario, len(staged.examples)), staged)
    rightly = {name: _at(right, place) for name, place in places.items()}
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
        made = {name: _at(wrong, place) for name, place in places.items()}
        changed = {name: each for name, each in made.items() if each is not None and each != rightly[name]}
        found += [(hypothesis, changed)] if changed else []
    outputs = list(dict.fromkeys(each for _, changed in found for each in changed.values()))
    lines = eliminate_dead_code(writer.lines, {symbol.base for output in outputs for symbol in symbols(output)})
    index = {output: i for i, output in enumerate(outputs)}
    rules = tuple(WrongRule(h, tuple((name, index[each]) for name, each in changed.items())) for h, changed in found)
    return WrongRules(javascript("W", inputs, lines, outputs), rules)


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


@frozen(eq=False)
class _WrongStep:
    """A step with the names shared by all hypotheses."""

    sections: Mapping[Section, Sequence[Names | None]]
    names: Mapping[str, Formula]


def _at(wrong: _WrongStep, place: Place) -> Formula | None:
    section, node, at = place
    names = wrong.sections[section][node]
    if (
        names is None
        or names.ndim != len(at)
        or any(index >= size for index, size in zip(at, names.shape, strict=True))
    ):
        return None
    return substitute(names[at], wrong.names)


class _Interner:
    """Gives the same formula the same name in every hypothesis."""

    def __init__(self) -> None:
        self.lines: list[Assignment] = []
        self._known: dict[Formula, Sym] = {}

    def step(self, step: InterventionStep, staged: Step) -> _WrongStep:
        """The lines of a step, from the variables of the page on."""
        graph = staged.trace.graph
        names: dict[str, Formula] = {}
        for name, array in step.given.items():
            page: AnyArray = staged.trace.value(name)
            for own, variable in zip(array.flat, page.flat, strict=True):
                if isinstance(own, Sym):
                    names[own.base] = variable
        for line in step.lines:
            names[line.name] = self._named(substitute(line.formula, names))
        updated = [step.updated.get(node.name) for node in graph.nodes]
        sections: dict[Section, Sequence[Names | None]] = {
            "values": step.values,
            "grads": step.adjoints,
            "updated": updated,
        }
        return _WrongStep(sections, names)

    def _named(self, written: Formula) -> Formula:
        if isinstance(written, Sym):
            return written
        if written not in self._known:
            self._known[written] = Sym(f"m{len(self._known)}")
            self.lines.append(Assignment(self._known[written].base, written))
        return self._known[written]
