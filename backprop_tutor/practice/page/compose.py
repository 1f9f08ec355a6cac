"""Makes a live page from a scenario: every notation it fits in both languages, the program of its numbers, the
mistakes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

from backprop_tutor.errors import TutorError
from backprop_tutor.fast.javascript import LIBRARY, javascript
from backprop_tutor.fast.program import Assignment
from backprop_tutor.fast.staged_run import StagedRun, staged_run
from backprop_tutor.formula.nodes import Formula, Neg, Num, Sym, formula, total
from backprop_tutor.formula.traced import Traced
from backprop_tutor.graph.array import AnyArray, np
from backprop_tutor.graph.scenario import Scenario
from backprop_tutor.lesson.document import Block, Equation, Flow, Section, Table, Words
from backprop_tutor.lesson.forward import COMPUTED, verdicts
from backprop_tutor.lesson.inline import math
from backprop_tutor.lesson.lesson import Lesson
from backprop_tutor.lesson.live import LiveLesson
from backprop_tutor.lesson.settled import Variables, settled, traced_in
from backprop_tutor.lesson.teach import choose_notation, choose_view, teach
from backprop_tutor.lesson.update import given
from backprop_tutor.notation.notation import Notation
from backprop_tutor.notation.table import NOTATIONS
from backprop_tutor.practice.page.signs import Signs
from backprop_tutor.practice.page.words import AFTER, BEFORE, QUANTITY, SAYS
from backprop_tutor.practice.page.wrong_rules import WrongRules, wrong_rules
from backprop_tutor.render.page import Edition, Field, LivePage, Verdicts, WrongRule
from backprop_tutor.text import LANGUAGES, Lang, T
from backprop_tutor.training.train_step import Run, Step, run_scenario

MOST = 300
"""The maximum of the given numbers of a page times its steps."""

TOO_LARGE = T(
    "a live page of {count} given numbers would be too large (at most {most}); tutor export writes the lesson itself",
    "有 {count} 个已知数，交互网页会过大（最多 {most} 个）；可用 tutor export 写出解题过程",
)


def live_page(
    scenario: Scenario,
    lang: Lang = "en",
    *,
    notation: str | None = None,
    view: str | None = None,
    digits: int | None = None,
    yaml: str = "",
    opening: Callable[[Lang], tuple[Block, ...]] = lambda _: (),
) -> LivePage:
    """`scenario` as a live page that opens in this language and notation; `yaml` is the scenario with holes, `opening`
    what comes before its lesson.

    Raises TutorError for a notation or view that does not fit, and for a scenario that is too large for a page.
    """
    opened = choose_notation(scenario.graph, notation or scenario.presentation.notation)
    choose_view(scenario.graph, opened, view)
    count = sum(array.size for array in (*scenario.data.values(), *scenario.parameters.values()))
    if count * scenario.training.steps > MOST:
        raise TutorError(TOO_LARGE.format(count=count, most=MOST // scenario.training.steps))
    run, staged = run_scenario(scenario), staged_run(scenario)
    options = {"view": view, "digits": digits}
    variables, signs = Variables(1 + max(_names(staged))), Signs()
    arrays = scenario.graph.shapes is not None
    editions = tuple(
        _opened(_edition(run, staged, each, language, {**options, "detail": detail}, variables), opening(language))
        for each in _notations(scenario, opened)
        for language in LANGUAGES
        for detail in (("normal", "full") if arrays else ("full",))
    )
    choice = _choice(run, staged, variables)
    shown = sorted(
        {_variable(number) for each in editions for number in traced_in(each.document)}
        | _of_losses(editions)
        | set(choice)
    )
    inputs = [each.variable for each in staged.given]
    program = javascript("P", inputs, _lines(staged, variables), [Sym(f"v{number}") for number in shown])
    wrong = wrong_rules(scenario, staged.steps[0], inputs, [f"v{number}" for number in shown])
    return LivePage(
        lang=lang,
        notation=opened.name,
        notations={each.name: each.text for each in _notations(scenario, opened)},
        editions=editions,
        place=signs.place,
        signs=lambda: signs.written,
        program=LIBRARY + program,
        outputs=tuple(shown),
        fields=tuple(_fields(scenario, run, staged)),
        settings=tuple(staged.settings),
        mirrors=tuple(_mirrors(variables)),
        choice=choice,
        befores=tuple(pair for pair in _pairs(staged) if pair[0] in shown),
        wrong_rules=wrong.code,
        rules=tuple(_rules_of(wrong)),
        says=SAYS,
        yaml=yaml,
    )


def _names(staged: StagedRun) -> Iterator[int]:
    """The numbers of all variables of a run."""
    for name in (*(each.variable for each in staged.given), *(line.name for line in staged.lines)):
        yield int(name.removeprefix("v"))


def _notations(scenario: Scenario, first: Notation) -> list[Notation]:
    """The notations the scenario fits, the one the page opens in first."""
    fitting = (each for each in NOTATIONS.values() if each.fits(scenario.graph) and each is not first)
    return [first, *fitting]


def _edition(
    run: Run, staged: StagedRun, notation: Notation, lang: Lang, options: Mapping[str, Any], variables: Variables
) -> Edition:
    """The lesson in one notation and language, with live figures."""
    lessons: list[LiveLesson] = []

    def read(scenario: Scenario, step: Step, written: Notation, spoken: Lang, digits: int) -> Lesson:
        written_step = staged.steps[step.number - 1]
        lessons.append(LiveLesson(scenario, step, written, spoken, digits, written_step, staged.settings))
        return lessons[-1]

    document = teach(run, lang, notation=notation.name, **options, reader=read)
    before = {key: number for lesson in lessons for key, number in _befores(lesson)}
    beside = replace(document, blocks=tuple(_side_by_side(block, lessons[0], before) for block in document.blocks))
    said = {_losses(lesson): verdicts(lesson) for lesson in lessons if lesson.graph.parameters}
    every = run.scenario.graph.shapes is not None and options["detail"] == "full"
    return Edition(lang, notation.name, every, settled(beside, variables), _said(said, variables))


def _opened(edition: Edition, first: tuple[Block, ...]) -> Edition:
    """The edition with some blocks before its lesson."""
    return replace(edition, document=replace(edition.document, blocks=(*first, *edition.document.blocks)))


def _said(said: Mapping[tuple[int, ...], Mapping[str, Words]], variables: Variables) -> Verdicts:
    """The verdicts on each change of the loss, whose figures are variables of the page."""
    return {
        losses: {relation: settled(words, variables) for relation, words in each.items()}
        for losses, each in said.items()
    }


def _losses(lesson: Lesson) -> tuple[int, ...]:
    """The variables of the loss before and after a step."""
    loss = lesson.graph.reported_loss
    return tuple(_number(reading.value(loss)) for reading in (lesson.reading, lesson.reading_after))


def _number(value: float) -> int:
    assert isinstance(value, Traced), "a live lesson reads traced numbers"
    assert isinstance(value.formula, Sym), "a number of the run is a variable"
    return int(value.formula.base.removeprefix("v"))


def _variable(number: Num) -> int:
    return _number(number.value)


def _of_losses(editions: Sequence[Edition]) -> set[int]:
    said = {number for each in editions for losses in each.verdicts for number in losses}
    return said | {
        _variable(n) for each in editions for one in each.verdicts.values() for n in traced_in(tuple(one.values()))
    }


def _befores(lesson: Lesson) -> Iterator[tuple[Formula, Formula]]:
    """The number before the update for each number of the pass after it, by their variables."""
    if not lesson.graph.parameters:
        return
    losses = (*lesson.reading.elements(lesson.graph.losses), lesson.graph.reported_loss)
    for element in (*lesson.elements(*COMPUTED), *losses):
        value = lesson.reading_after.value(element)
        if isinstance(value, Traced):
            yield value.formula, lesson.reading.number(element)


def _side_by_side(block: Block, lesson: Lesson, before: Mapping[Formula, Formula]) -> Block:
    """The results after an update as a table, beside those before it."""
    match block:
        case Section(key="after", blocks=(Flow(items=items), *rest)):
            made = (_row(item, before) for item in items if isinstance(item, Equation))
            header = tuple(lesson.say(title) for title in (QUANTITY, BEFORE, AFTER))
            return replace(block, blocks=(Table(header, tuple(made), ("left", "right", "right")), *rest))
        case Section(blocks=blocks):
            return replace(block, blocks=tuple(_side_by_side(each, lesson, before) for each in blocks))
        case _:
            return block


def _choice(run: Run, staged: StagedRun, variables: Variables) -> tuple[int, ...]:
    """The variable that is 0 as long as every maximum is where the lesson has it; none where nothing is chosen."""
    terms: list[Formula] = []
    for step, written in zip(run.steps, staged.steps, strict=True):
        for i in step.trace.graph.computed:
            node = step.trace.graph.nodes[i]
            if node.op is None or node.op.taught_by is None or node.op.whole:
                continue
            exact, now = (
                node.op.vjp(
                    np.full_like(trace.values[i], one), trace.values[i], *(trace.values[j] for j in node.inputs)
                )[0]
                for trace, one in ((step.trace, 1), (written.trace, formula(1)))
            )
            terms += [
                (formula(each) - formula(Fraction(share).limit_denominator())) ** 2
                for each, share in zip(now.flat, exact.flat, strict=True)
            ]
    return (int(variables.of(total(tuple(terms))).base.removeprefix("v")),) if terms else ()


def _mirrors(variables: Variables) -> Iterator[tuple[int, int]]:
    """The variables that are the negative of another, each with that one."""
    for name, written in variables.lines:
        match written:
            case Neg(operand=Sym(base=base)):
                yield int(name.removeprefix("v")), int(base.removeprefix("v"))
            case _:
                continue


def _pairs(staged: StagedRun) -> Iterator[tuple[int, int]]:
    """Every number after an update with the same before it, by their variables."""
    for step in staged.steps:
        arrays: list[tuple[AnyArray, AnyArray]] = [*zip(step.after.values, step.trace.values, strict=True)]
        arrays += [(names, step.trace.value(name)) for name, names in step.updated.items()]
        for now, before in arrays:
            for new, old in zip(now.ravel().tolist(), before.ravel().tolist(), strict=True):
                if isinstance(new, Sym) and isinstance(old, Sym) and new != old:
                    yield int(new.base.removeprefix("v")), int(old.base.removeprefix("v"))


def _row(item: Equation, before: Mapping[Formula, Formula]) -> tuple[Words, ...]:
    number = item.links[-1].right
    traced = isinstance(number, Num) and isinstance(number.value, Traced)
    first = before.get(number.value.formula) if traced else None  # type: ignore[union-attr]
    return math(item.left), math(first) if first else (), math(number)


def _lines(staged: StagedRun, variables: Variables) -> tuple[Assignment, ...]:
    return (*staged.lines, *(Assignment(name, written) for name, written in variables.lines))


def _fields(scenario: Scenario, run: Run, staged: StagedRun) -> Iterator[Field]:
    """Every given number, spelled as its author did."""
    lesson = Lesson(scenario, run.steps[0], NOTATIONS["nielsen"], "en", 6)
    for each in staged.given:
        spelled = scenario.spelling.get(each.name) or scenario.spelling.get(f"{each.name}@1")
        setting = each.name in staged.settings
        text = spelled or (given(lesson, each.name, each.value) if setting else lesson.figure(each.value)).text
        variable = int(each.variable.removeprefix("v"))
        yield Field(variable, each.name, text, each.value, spelled is not None or setting)


def _rules_of(wrong: WrongRules) -> Iterator[WrongRule]:
    for each in wrong.rules:
        made = each.hypothesis.definition[0].mistake
        changed = tuple((int(name.removeprefix("v")), place) for name, place in each.changed)
        yield WrongRule(made.name, made.clause, each.hypothesis.where, changed)
