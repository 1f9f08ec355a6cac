"""A run as a document: the parts of a lesson in their order, for every step of the run.

A lesson ends with an independent check of its derivatives, and what to do next.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Literal, Protocol, TypeAlias, TypeVar

from backprop_tutor.errors import TutorError
from backprop_tutor.formula.nodes import Formula
from backprop_tutor.graph.graph import Graph
from backprop_tutor.graph.scenario import Scenario
from backprop_tutor.lesson import forward, phrases
from backprop_tutor.lesson.detail import Detail, brief
from backprop_tutor.lesson.document import Block, Code, Document, Flow, Paragraph, Section, Text, Tone, Words
from backprop_tutor.lesson.drawing import Stage, drawing, path
from backprop_tutor.lesson.facts import facts
from backprop_tutor.lesson.lesson import Lesson
from backprop_tutor.lesson.names import element_of, factor_of, state_of
from backprop_tutor.lesson.notes import conventions, notes
from backprop_tutor.lesson.results import results, rows, way_to_every_line, way_to_the_derivation
from backprop_tutor.lesson.shorten import MOST_ITEMS, Shortener, few_given
from backprop_tutor.lesson.update import update, update_line
from backprop_tutor.lesson.views.graph import reports
from backprop_tutor.lesson.views.table import VIEWS, View, default_view
from backprop_tutor.notation.notation import Notation
from backprop_tutor.notation.table import NOTATIONS, default_notation
from backprop_tutor.registry import find, wish
from backprop_tutor.text import COMMA, Lang, T
from backprop_tutor.training.train_step import Run, Step
from backprop_tutor.verify.numerical_derivative import Difference, differences, given_elements, is_bent, loss_by

MOST_CHECKED = 200
MOST_TERMS = 3000
"""The terms of a forward pass beyond which a lesson does not show every line."""

TOO_LARGE = T(
    "The forward pass alone has {terms} terms, more than anyone reads: the results only. One number in full: --focus NAME; "
    "one part: --only forward.",
    "单是前向传播就有 {terms} 项，没有人会逐行读完：这里只列结果。看某个数的完整推导：--focus 名字；看某一部分：--only forward。",
)


def closing(lesson: Lesson) -> tuple[Block, ...]:
    """One line: whether the derivatives agree with central differences, and the next command to try."""
    name, asks = lesson.scenario.name, lesson.graph.parameters and lesson.scenario.is_by_hand
    onward = ((*lesson.say(phrases.NEXT), Code(f"tutor quiz {name}")),) if name and asks else ()
    checked = _checked(lesson)
    return (Flow((*checked, *onward)),) if checked or onward else ()


def _checked(lesson: Lesson) -> tuple[Words, ...]:
    trace = lesson.step.trace
    if lesson.graph.outputs:
        return ()
    pairs = tuple(differences(trace, MOST_CHECKED))
    apart = [pair for pair in pairs if not pair.agrees]
    every = len(given_elements(trace))
    if apart:
        wrong = (pair for pair in apart if not _is_undefined(pair) and not _at_kink(lesson, pair))
        return (_differs(lesson, next(wrong, apart[0])),)
    phrase = phrases.CHECKED_SOME if every > len(pairs) else phrases.CHECKED if every > 1 else phrases.CHECKED_ONE
    return (_toned(lesson, phrase, "good", count=len(pairs), all=every),) if pairs else ()


def _is_undefined(pair: Difference) -> bool:
    return not math.isfinite(pair.derivative) or math.isnan(pair.difference)


def _at_kink(lesson: Lesson, pair: Difference) -> bool:
    here = float(lesson.step.trace.values[pair.element.node][pair.element.place])
    return is_bent(loss_by(lesson.step.trace, pair.element), here)


def _differs(lesson: Lesson, wrong: Difference) -> Words:
    """The first derivative that differs from its difference, and its cause where it is a kink or there is none."""
    name = lesson.reading.letter(wrong.element)
    if _is_undefined(wrong):
        return lesson.say(phrases.UNDEFINED, name=name)
    value, check = lesson.figure(wrong.derivative), lesson.figure(wrong.difference)
    if _at_kink(lesson, wrong):
        return lesson.say(phrases.AT_KINK, name=name, value=value, check=check)
    return _toned(lesson, phrases.NOT_CHECKED, "bad", name=name, value=value, check=check)


def _toned(lesson: Lesson, text: T, tone: Tone, **holes: Formula | int) -> Words:
    return tuple(replace(part, tone=tone) if isinstance(part, Text) else part for part in lesson.say(text, **holes))


Part = Literal["forward", "loss", "backward", "update"]
Reader: TypeAlias = Callable[[Scenario, Step, Notation, Lang, int], Lesson]
DIGITS = 6
PICTURE_DIGITS = 4
SMALL = 14
"""The lines of a picture that fits on a screen of 24 lines together with the given numbers."""
SCREEN = 28
"""The lines of the picture and the table of results together, in a lesson that is not in full detail."""


def teach(
    run: Run,
    lang: Lang = "en",
    *,
    notation: str | None = None,
    view: str | None = None,
    digits: int | None = None,
    only: Part | None = None,
    focus: str | None = None,
    nudge: str | None = None,
    by: float | None = None,
    derive: bool = False,
    detail: Detail = "full",
    limited: bool = False,
    reader: Reader = Lesson,
) -> Document:
    """The worked solution of `run` in one language.

    `notation`, `view` and `digits` (significant figures) default to the scenario's own choice; `only` keeps one part,
    `focus` the derivation of one quantity by its name. `nudge` moves one quantity by `by` and compares, `derive` adds
    the derivations of the local derivatives. `detail` is full, with every line; normal, with each kind of line once in
    full and the others in short; or brief, with the results alone. `reader` makes the lesson of a step, for a page
    whose figures are live. A `limited` lesson of a large network is brief, and says so.

    Raises TutorError for a name that is unknown or does not fit.
    """
    scenario, chosen = run.scenario, run.scenario.presentation
    written = choose_notation(scenario.graph, notation or chosen.notation)
    chosen_view = choose_view(scenario.graph, written, view or chosen.view)
    figures = digits or chosen.digits or DIGITS
    lessons = [reader(scenario, step, written, lang, figures) for step in run.steps]
    whole = only is None and focus is None and nudge is None
    shortened = (
        limited and whole and detail != "brief" and scenario.graph.shapes is None and _terms(lessons[0]) > MOST_TERMS
    )
    detail = "brief" if shortened else detail
    blocks: list[Block] = []
    short = Shortener(lang)
    for lesson in lessons:
        if nudge is not None:
            parts: list[Block] = [_nudged(lesson, nudge, by)]
        elif whole and detail == "brief" and not lesson.graph.outputs:
            parts = [few_given(_given(lesson, SMALL, most=MOST_ITEMS), lang), results(lesson, every=False)]
        else:
            parts = _focused(lesson, chosen_view, focus) if focus else _parts(lesson, chosen_view, only, detail)
        if derive and lesson is lessons[0]:
            parts = _with_derivations(lesson, parts)
        if detail == "normal" and focus is None and nudge is None and lesson.graph.shapes is None:
            parts = list(short.blocks(parts))
        blocks += [_step(lesson, parts)] if len(lessons) > 1 or lesson.step.number > 1 else parts
    if shortened:
        blocks.insert(0, Paragraph(lessons[0].say(TOO_LARGE, terms=f"{_terms(lessons[0]):,}"), "muted"))
    if whole:
        blocks += _ending(lessons[0], lessons[-1], detail)
    document = Document(lang, (Text(scenario.title[lang]),), facts(lessons[0]), tuple(blocks))
    return brief(document) if detail == "brief" and (scenario.graph.outputs or not whole) else document


def _terms(lesson: Lesson) -> int:
    """The approximate number of terms in the forward pass of a step: every computed number, times its number of
    sources.
    """
    graph, values = lesson.graph, lesson.step.trace.values
    below = (max((values[j].shape[0] for j in graph.nodes[i].inputs), default=1) for i in graph.computed)
    return sum(values[i].size * many for i, many in zip(graph.computed, below, strict=True))


def choose_notation(graph: Graph, name: str | None) -> Notation:
    """The notation of that name, or the one that suits the graph. Raises TutorError where it does not fit."""
    default = default_notation(graph)
    return default if name is None else _fitting(NOTATIONS, name, phrases.NOTATION, graph, default)


def choose_view(graph: Graph, notation: Notation, name: str | None) -> View:
    """The view of that name, or the one that suits graph and notation. Raises TutorError where it does not fit."""
    default = default_view(graph, notation)
    return default if name is None else _fitting(VIEWS, name, phrases.VIEW, graph, default)


class _Fits(Protocol):
    @property
    def name(self) -> str: ...

    @property
    def fits(self) -> Callable[[Graph], bool]: ...


Entry = TypeVar("Entry", bound=_Fits)


def _fitting(table: Mapping[str, Entry], name: str, what: T, graph: Graph, default: Entry) -> Entry:
    """The entry of that name; the default where it was only a preference and does not fit."""
    entry = find(table, name.removesuffix("?"), what)
    if not entry.fits(graph) and name == wish(entry.name):
        return default
    if not entry.fits(graph):
        allowed = ", ".join(other.name for other in table.values() if other.fits(graph))
        raise TutorError(phrases.NOT_FOR_THIS.format(what=what, name=name, allowed=allowed))
    return entry


def _nudged(lesson: Lesson, name: str, by: float | None) -> Block:
    """The effect on the loss of moving one quantity."""
    from backprop_tutor.lesson.checks.nudge import STEP, reaction

    return reaction(lesson, name, STEP if by is None else by)


def _parts(lesson: Lesson, view: View, only: Part | None, detail: Detail) -> list[Block]:
    if lesson.graph.shapes is not None:
        return _of_arrays(lesson, view, only, detail)
    short = replace(lesson, digits=min(lesson.digits, PICTURE_DIGITS))
    passes = _pictured(short, view.forward(lesson), "forward"), _pictured(short, view.backward(lesson), "backward")
    sections = [passes[0], forward.loss(lesson), passes[1]]
    if lesson.graph.parameters:
        sections += [update(lesson), forward.after(lesson)]
    return [*(_opening(lesson, view, detail) if only is None else ()), *_numbered(sections, only)]


def _of_arrays(lesson: Lesson, view: View, only: Part | None, detail: Detail) -> list[Block]:
    from backprop_tutor.lesson.arrays.figures import is_long
    from backprop_tutor.lesson.arrays.sections import sections

    opening: list[Block] = [_given(lesson, detail=detail)] if lesson.step.number == 1 else []
    if not lesson.graph.outputs and (detail == "full" or not is_long(lesson)):
        opening.append(results(lesson, every=detail == "full"))
    opening += _about(lesson) if lesson.step.number == 1 else ()
    return [*(opening if only is None else ()), *_numbered(sections(lesson, view.name, detail), only)]


def _given(lesson: Lesson, tallest: int | None = None, detail: Detail = "normal", most: int | None = None) -> Section:
    """The given numbers, at most so many in a row, with a picture of at most so many lines of text."""
    if lesson.graph.shapes is None:
        return forward.given(lesson, tallest, most)
    from backprop_tutor.lesson.arrays.figures import is_long
    from backprop_tutor.lesson.arrays.forward import given

    return given(lesson, flat=detail != "full" and is_long(lesson), whole=detail == "full")


def _numbered(sections: Sequence[Section | None], only: Part | None) -> list[Section]:
    """The requested sections, with their numbers."""
    present = [s for s in sections if s is not None and only in (None, s.key)]
    return [Section(s.title, s.blocks, s.key, number) for number, s in enumerate(present, start=1)]


def _opening(lesson: Lesson, view: View, detail: Detail) -> Iterator[Block]:
    """The given numbers and the results; then the author's own words, and the conventions of the lesson."""
    yield _given(lesson, None if detail == "full" else max(1, min(SMALL, SCREEN - rows(lesson))))
    yield results(lesson, every=detail == "full")
    if lesson.step.number == 1:
        yield from _about(lesson)
    yield from conventions(lesson, in_signals=view.in_signals)


def _ending(first: Lesson, last: Lesson, detail: Detail) -> Iterator[Block]:
    """The notes, the author's afterword, the omissions, the check and the next command."""
    yield from notes(last)
    if detail == "brief":
        yield way_to_the_derivation(first)
        return
    if first.step.number == 1:
        yield from _afterword(first)
    if detail == "normal":
        yield way_to_every_line(first)
    yield from closing(last)


def _pictured(short: Lesson, section: Section, stage: Stage) -> Section:
    """A pass with the picture of its results at the end, by a lesson of few figures, where there is one example to draw."""
    picture = drawing(short, stage=stage) if short.examples == 1 else None
    return replace(section, blocks=(*section.blocks, picture)) if picture else section


def _with_derivations(lesson: Lesson, parts: list[Block]) -> list[Block]:
    """The derivations at the end of the backward pass, or of all parts where it is not among them."""
    from backprop_tutor.lesson.derive.derivation import derivations

    extra = derivations(lesson)
    backward = [part for part in parts if isinstance(part, Section) and part.key == "backward"]
    if not backward:
        return [*parts, *extra]
    return [replace(part, blocks=(*part.blocks, *extra)) if part in backward else part for part in parts]


def _focused(lesson: Lesson, view: View, name: str) -> list[Block]:
    """The derivation of one quantity: its formula for a value, else its derivative, or the book's δ."""
    if kept := state_of(lesson, name):
        return list(update_line(lesson, *kept))
    element, section = element_of(lesson, name)
    if element.node > lesson.graph.losses and not reports(lesson):
        element = lesson.graph.example_loss()
    if lesson.graph.shapes is not None:
        from backprop_tutor.lesson.arrays.sections import focused

        return focused(lesson, element, section)
    chosen_view = VIEWS["deltas"] if factor_of(lesson, name) != 1 else view
    node = lesson.graph.nodes[element.node]
    if section in ("updated", "after") and node.name in lesson.step.lines:
        return list(update_line(lesson, element))
    if section in ("values", "after") and node.op is not None:
        return [forward.made(lesson, element, lesson.reading_after if section == "after" else None)]
    way = drawing(lesson, lit=path(lesson, element)) if lesson.examples == 1 else None
    return [*((way,) if way else ()), *chosen_view.focus(lesson, element)]


def _step(lesson: Lesson, parts: list[Block]) -> Section:
    numbers = COMMA[lesson.lang].join(map(str, lesson.step.examples))
    every = lesson.scenario.examples == lesson.examples
    some = phrases.STEP_OVER_ONE if lesson.examples == 1 else phrases.STEP_OVER
    title = phrases.STEP if every else some
    return Section(lesson.say(title, number=lesson.step.number, examples=numbers), tuple(parts), "step")


def _about(lesson: Lesson) -> Iterator[Block]:
    """The author's own words, before the lesson: its topic, the source of its numbers."""
    scenario = lesson.scenario
    yield from _described(lesson)[:1]
    if scenario.source is not None:
        yield Paragraph(lesson.say(phrases.SOURCE, source=scenario.source), "muted")


def _afterword(lesson: Lesson) -> tuple[Block, ...]:
    """The author's words after a blank line, for the end of the lesson: an erratum, a remark."""
    return _described(lesson)[1:]


def _described(lesson: Lesson) -> tuple[Paragraph, ...]:
    """The author's description, a paragraph for each part between blank lines."""
    description = lesson.scenario.description
    parts = re.split(r"\n\s*\n", description[lesson.lang].strip()) if description else ()
    return tuple(Paragraph((Text(part),), "muted") for part in parts)
