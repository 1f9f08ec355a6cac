"""The update: the optimizer's rule line by line, and a table of every parameter before and after."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from types import SimpleNamespace

from backprop_tutor.formula.figures import figure
from backprop_tutor.formula.functions import call
from backprop_tutor.formula.nodes import Formula, Lit, Num, Partial, Role, Sym, total
from backprop_tutor.formula.traced import root
from backprop_tutor.graph.graph import Element
from backprop_tutor.lesson import phrases
from backprop_tutor.lesson.document import Align, Block, Equation, Flow, Link, Paragraph, Section, Table, Text, Words
from backprop_tutor.lesson.inline import derivation, listed, math
from backprop_tutor.lesson.lesson import Lesson
from backprop_tutor.training.optimizers import LETTERS, OPTIMIZERS, TITLES, Line, Optimizer
from backprop_tutor.training.rule import SHARED, before_optimizer, is_clipped_by_norm, rule_of
from backprop_tutor.training.train_step import update as by_rule

GIVEN_DIGITS = 15
CLIPPED = Sym("g\u0302", role=Role.STATE)
"""The letter of the clipped gradient."""


def update(lesson: Lesson) -> Section:
    """The rule in letters, then every parameter: old value, gradient, the optimizer's state, change, new value."""
    blocks: list[Block] = [Flow((lesson.say(phrases.EVERY_PARAMETER), *rule(lesson))), *remarks(lesson)]
    optimizer = rule_of(lesson.scenario.training)
    if optimizer.state and lesson.step.number == 1:
        starts = lesson.say(phrases.STATE_STARTS_AT, start=f"{optimizer.start:g}") if optimizer.start else None
        given = lesson.say(phrases.STATE_IS_GIVEN) if lesson.scenario.kept else starts
        blocks.append(Paragraph(given or lesson.say(phrases.STATE_STARTS), "muted"))
    blocks += counted_from(lesson)
    blocks += _like(lesson)
    moving = tuple(e for e in lesson.elements(Role.WEIGHT, Role.BIAS) if _name(lesson, e) in lesson.step.lines)
    if moving:
        blocks.append(_table(lesson, optimizer, moving))
        blocks += update_line(lesson, moving[0]) if len(optimizer.lines) > 1 else ()
    frozen = [e for e in lesson.elements(Role.WEIGHT, Role.BIAS) if _name(lesson, e) in lesson.scenario.frozen]
    if frozen:
        names = listed((lesson.reading.letter(e) for e in frozen), lesson.lang)
        blocks.append(Paragraph((*names, *lesson.say(phrases.FROZEN)), "muted"))
    return Section(lesson.say(phrases.UPDATE), tuple(blocks), "update")


def counted_from(lesson: Lesson) -> Iterator[Paragraph]:
    """The t of the first step, where updates were made before it."""
    if lesson.scenario.training.before and lesson.step.number == 1:
        yield Paragraph(
            lesson.say(phrases.COUNT_STARTS, count=lesson.scenario.training.before, t=step_count(lesson)), "muted"
        )


def _like(lesson: Lesson) -> Iterator[Paragraph]:
    """Where the step is computed as in a framework: a number that differs by the rule of the books."""
    training = lesson.scenario.training
    name, _, framework = training.optimizer.partition("@")
    if not framework or lesson.step.number != 1:
        return
    book = replace(training, optimizer=name)
    for element in lesson.elements(Role.WEIGHT, Role.BIAS):
        parameter = _name(lesson, element)
        if parameter not in lesson.step.lines:
            continue
        p, g = lesson.step.trace.value(parameter), lesson.step.trace.adjoint(parameter)
        state = dict.fromkeys(OPTIMIZERS[name].state, 0 * p)
        usual = lesson.figure(float(by_rule(book, 1, p, g, state)[-1][1][element.place]))
        found = lesson.figure(lesson.update_value(element, -1))
        if usual.text != found.text:
            letter = lesson.reading.letter(element)
            holes = {"framework": TITLES[framework], "parameter": letter, "found": found, "usual": usual, "name": name}
            yield Paragraph(lesson.say(phrases.LIKE, **holes), "muted")
            return


def remarks(lesson: Lesson) -> Iterator[Paragraph]:
    """What the schedule does to the learning rate, and what the clipping to the gradient."""
    if lesson.step.number > 1 and lesson.scenario.training.clip is None:
        return
    for part in before_optimizer(lesson.scenario.training):
        yield Paragraph(lesson.say(part.text.sentence), "muted")
    if is_clipped_by_norm(lesson.scenario.training):
        yield Paragraph(lesson.say(phrases.NORM, norm=LETTERS["norm"]), "muted")


def update_line(lesson: Lesson, parameter: Element, until: str = "p") -> tuple[Equation, ...]:
    """The rule computed for one parameter, a line each: ``W ← W − α·∂L/∂W = 0.4 − 0.1·(−0.05) = 0.405``.

    `until` is the name of the last line: the new value, or a state of the optimizer.
    """
    lines = rule_of(lesson.scenario.training).lines
    numbers = _numbers(lesson, parameter)
    equations = [_norm(lesson)] if is_clipped_by_norm(lesson.scenario.training) else []
    in_letters = lesson.shared(
        _lines_in_letters, lesson.reading.letter(parameter), lesson.adjoint_letter(parameter), lines
    )
    for number, ((name, line), written) in enumerate(zip(lines, in_letters, strict=True)):
        value = lesson.figure(lesson.update_value(parameter, number))
        section = (lesson.key(parameter, "updated"),) if name == "p" else ()
        equations.append(_assigned(derivation(*written, line(numbers), value, keys=section)))
        setattr(numbers, name, value)
        if name == until != "p":
            break
    return tuple(equations)


def rule(lesson: Lesson) -> tuple[Equation, ...]:
    """The rule of the update in letters, an assignment a line."""
    p, lines = Sym("p", role=Role.WEIGHT), rule_of(lesson.scenario.training).lines
    in_letters = lesson.shared(_lines_in_letters, p, Partial(lesson.letters.loss, p), lines)
    return tuple(_assigned(derivation(*written)) for written in in_letters)


def _lines_in_letters(
    lesson: Lesson, p: Formula, g: Formula, lines: tuple[Line, ...]
) -> tuple[tuple[Formula, Formula], ...]:
    """What each line of a rule assigns to, and what it assigns."""
    letters, found = _letters(lesson, p, g), list[tuple[Formula, Formula]]()
    for name, line in lines:
        made = line(letters)
        _assign(lesson, letters, name)
        found.append((getattr(letters, name), made))
    return tuple(found)


def _assign(lesson: Lesson, letters: SimpleNamespace, name: str) -> None:
    """Gives what a line assigns a letter of its own where it takes the place of what is given: α of the step, clipped g."""
    if name == "learning_rate":
        letters.learning_rate = replace(lesson.letters.rate, sub="t", key="")
    elif name == "g":
        letters.g = CLIPPED


MOST_IN_NORM = 12
"""So many components are written out in the norm of a gradient."""


def _norm(lesson: Lesson) -> Equation:
    """The norm of the whole gradient, with its components where they are few."""
    value = lesson.figure(norm_value(lesson))
    components = whole_gradient(lesson)
    if len(components) > MOST_IN_NORM:
        return Equation(LETTERS["norm"], (Link("≈", value),))
    return derivation(
        LETTERS["norm"],
        norm(map(lesson.adjoint_letter, components)),
        norm(map(lesson.adjoint_number, components)),
        value,
    )


def norm(components: Iterable[Formula]) -> Formula:
    """The root of the sum of some squares."""
    return call("sqrt", total(tuple(each**2 for each in components)))


def whole_gradient(lesson: Lesson) -> tuple[Element, ...]:
    """Every element of the parameters that an update changes."""
    return tuple(e for e in lesson.elements(Role.WEIGHT, Role.BIAS) if _name(lesson, e) in lesson.step.lines)


def norm_value(lesson: Lesson) -> float:
    """The norm of the whole gradient."""
    found = [lesson.reading.adjoint(e) for e in whole_gradient(lesson)]
    return root(sum((g * g for g in found[1:]), found[0] * found[0]))


def _assigned(equation: Equation) -> Equation:
    first, *rest = equation.links
    return Equation(equation.left, (Link("←", first.right), *rest), equation.keys, equation.remark)


def _name(lesson: Lesson, parameter: Element) -> str:
    return lesson.graph.nodes[parameter.node].name


def _letters(lesson: Lesson, p: Formula, g: Formula) -> SimpleNamespace:
    return SimpleNamespace(**{**LETTERS, "p": p, "g": g, "learning_rate": lesson.letters.rate})


def _numbers(lesson: Lesson, parameter: Element) -> SimpleNamespace:
    known = {n: given(lesson, n, value) for n, value in lesson.settings.items()}
    kept = {n: lesson.figure(lesson.state_value(parameter, n)) for n in lesson.step.before[_name(lesson, parameter)]}
    if is_clipped_by_norm(lesson.scenario.training):
        known["norm"] = lesson.figure(norm_value(lesson))
    p, g = lesson.reading.number(parameter), lesson.adjoint_number(parameter)
    return SimpleNamespace(**known, **kept, t=step_count(lesson), p=p, g=g)


def step_count(lesson: Lesson) -> Lit:
    """The t of the optimizer's rule in a step."""
    return Lit(Fraction(lesson.scenario.training.count(lesson.step.number)))


def given(lesson: Lesson, name: str, value: float) -> Num:
    """A setting of the training as its author wrote it, or in full where it is a default."""
    spelled = lesson.scenario.spelling.get(name)
    return figure(value, GIVEN_DIGITS) if spelled is None else Num(value, spelled)


def _table(lesson: Lesson, optimizer: Optimizer, moving: tuple[Element, ...]) -> Table:
    kept = {name: line for line, (name, _) in enumerate(optimizer.lines) if name not in ("p", *SHARED)}
    titles = (phrases.PARAMETER, phrases.OLD, phrases.GRADIENT)
    header = (
        *(lesson.say(title) for title in titles),
        *(math(CLIPPED if name == "g" else LETTERS[name]) for name in kept),
        lesson.say(phrases.CHANGE),
        lesson.say(phrases.NEW),
    )
    numbers: list[Align] = ["right"] * (len(header) - 1)
    return Table(header, tuple(_cells(lesson, e, kept) for e in moving), ("left", *numbers))


def _cells(lesson: Lesson, parameter: Element, kept: Mapping[str, int]) -> tuple[Words, ...]:
    old, new = lesson.reading.value(parameter), lesson.update_value(parameter, -1)
    alone = len(rule_of(lesson.scenario.training).lines) == 1
    change = -lesson.settings["learning_rate"] * lesson.reading.adjoint(parameter) if alone else new - old

    def number(value: float) -> Words:
        return math(lesson.figure(value))

    return (
        math(lesson.reading.letter(parameter)),
        math(lesson.reading.number(parameter)),
        math(lesson.adjoint_number(parameter)),
        *(number(lesson.update_value(parameter, line)) for line in kept.values()),
        (Text("+"), *number(change)) if change > 0 else number(change),
        number(new),
    )
