"""Parses names and values as a learner writes them: ``after.loss=0.0618``, ``O(e)=0.647``, ``step2.W_ec=0.41``.

A name is one of the contract, or one in the notation shown; either may be preceded by the step and the section. A whole
array may be named where it contains one number: ``after.a2``; else its numbers are in brackets: ``a1=[0.65, 0.58]``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from backprop_tutor.errors import Problem, TutorError, visible
from backprop_tutor.graph.graph import Element
from backprop_tutor.graph.quantity import Section
from backprop_tutor.lesson.lesson import Lesson
from backprop_tutor.practice.diagnosis.agreement import as_floats, divided, precise
from backprop_tutor.practice.diagnosis.names import Names, names_of
from backprop_tutor.practice.diagnosis.submitted_value import SubmittedValue
from backprop_tutor.practice.exercise.typed import Typed, UnreadableError
from backprop_tutor.scenario.answers import Entry, answers_in
from backprop_tutor.text import T
from backprop_tutor.training.address import Address
from backprop_tutor.whatif.follow_through import Spot

FULL_WIDTH = {0xFF01 + i: 0x21 + i for i in range(94)}
LATEX = str.maketrans("", "", "$\\")
ONE, LIST = re.compile(r"\{(\w+)\}"), re.compile(r"\{([^{}]+)\}")
PREFIX = re.compile(r"(?:step([1-9]\d{0,8})\.)?(?:(values|grads|state\.[a-z]+|updated|after)\.)?(.+)")

ARRAY = re.compile(r"\[.*,.*\]")

NO_EQUALS = T(
    "a claim is written NAME=VALUE, such as after.loss=0.0618; '{text}' is not",
    "写法是 名字=数值，如 after.loss=0.0618；'{text}' 不是这样",
)
TWO_EQUALS = T(
    "'{text}' has more than one '=': write one NAME=VALUE, and another one as a word of its own, after a blank",
    "'{text}' 中有不止一个 '='：每处只写一个 名字=数值，另一个请隔一个空格单独写",
)
NO_VALUE = T("{name}: {why}", "{name}：{why}")
NO_STEP = T(
    "step {step} is not among the steps looked at, {first} to {last}",
    "第 {step} 步不在所看的第 {first} 到 {last} 步之中",
)


def entry(text: str) -> Entry:
    """``after.loss=0.0618`` as a name and a value; without a name where the text has none."""
    name, equals, value = text.replace("＝", "=").replace("≈", "=").rpartition("=")
    return Entry(name.strip(), value.strip()) if equals and name.strip() else Entry("", text)


def entries(texts: Iterable[str]) -> tuple[Entry, ...]:
    """Several entries, parsed; an array in brackets, ``a1=[0.65, 0.58]``, is one of each of its numbers."""
    return tuple(each for text in texts for each in _elements(entry(text)))


def _elements(whole: Entry) -> tuple[Entry, ...]:
    if not (whole.name and ARRAY.fullmatch(whole.text)):
        return (whole,)
    try:
        found = answers_in(whole.name, f"{json.dumps(whole.name)}: {whole.text}")
    except TutorError:  # no list, such as one that is not closed
        return (whole,)
    return tuple(Entry(each.name, each.text) for each in found.entries)


def usual(name: str) -> str:
    """A name as it would be typed: no blanks, no full-width signs, no braces of LaTeX."""
    plain = "".join(name.split()).translate(FULL_WIDTH).translate(LATEX)
    return LIST.sub(r"(\1)", ONE.sub(r"\1", plain))


def steps_named(entries: Iterable[Entry], otherwise: int) -> tuple[int, int]:
    """The first and the last step that is named; a name without a step means step `otherwise`."""
    numbers = [step_of(each) or otherwise for each in entries] or [otherwise]
    return min(numbers), max(numbers)


def step_of(entry: Entry) -> int | None:
    """The step in a name, None where it has none."""
    found = PREFIX.fullmatch(usual(entry.name))
    return int(found[1]) if found and found[1] else None


def claims(
    lessons: Sequence[Lesson], entries: Iterable[Entry]
) -> tuple[tuple[SubmittedValue, ...], tuple[Problem, ...]]:
    """The submitted values of `entries` about the steps of `lessons`; a name without a step means the first of them.

    The second result is every entry that cannot be understood, with the reason.
    """
    names = [names_of(lesson) for lesson in lessons]
    problems: list[Problem] = []
    found: list[SubmittedValue] = []
    for each in entries:
        try:
            found.append(_claim(names, each))
        except TutorError as error:
            problems += [Problem(problem.message, problem.place or each.named) for problem in error.problems]
    return _with_floats(found), tuple(problems)


def claims_by_spot(found: Sequence[SubmittedValue]) -> dict[Spot, tuple[int, ...]]:
    """The submitted values of each quantity, by their numbers."""
    spots: dict[Spot, tuple[int, ...]] = {}
    for i, claim in enumerate(found):
        spot = Spot(claim.seat.step, claim.seat.section, claim.seat.element.node, claim.seat.state)
        spots[spot] = (*spots.get(spot, ()), i)
    return spots


def _with_floats(found: Sequence[SubmittedValue]) -> tuple[SubmittedValue, ...]:
    """The submitted values, with those that a program wrote marked as its floats, array by array."""
    spots = list(claims_by_spot(found).values())
    typed = dict[int, Typed]()
    for mine, floats in zip(spots, as_floats([[found[i].typed for i in mine] for mine in spots]), strict=True):
        typed |= zip(mine, floats, strict=True)
    return tuple(replace(claim, typed=typed[i]) for i, claim in enumerate(found))


def _claim(names: Sequence[Names], each: Entry) -> SubmittedValue:
    if not each.name:
        raise TutorError(NO_EQUALS.format(text=visible(each.text)))
    if "=" in each.name:
        raise TutorError(TWO_EQUALS.format(text=visible(f"{each.name}={each.text}")))
    step, element, section, state, factor, is_bare = _found(names, each.name)
    lesson = names[step].lesson
    quantity = lesson.reading.quantity(element, section)._replace(step=lesson.step.number, state=state)
    try:
        typed = divided(precise(each.text), factor)
        return SubmittedValue(each, quantity, Address(step, section, element, state), typed, factor, is_bare)
    except UnreadableError as error:
        raise TutorError(Problem(NO_VALUE.format(name=visible(each.name), why=error.why), each.place)) from None


def _found(names: Sequence[Names], name: str) -> tuple[int, Element, Section, str, float, bool]:
    """The step (from 0), the element, the section, the name of an optimizer's state and the factor that a name means,
    and whether its section is missing.
    """
    parts = PREFIX.fullmatch(usual(name))
    first = names[0].lesson.step.number
    step = int(parts[1] or first) - first if parts else 0
    if not 0 <= step < len(names):
        raise TutorError(NO_STEP.format(step=step + first, first=first, last=first + len(names) - 1))
    if parts is None:
        raise names[step].unknown(name)
    said, _, state = (parts[2] or "").partition(".")
    if state:
        element, state = names[step].of_state(parts[3], state)
        return step, element, "state", state, 1.0, False
    element, section = names[step].find(parts[3], said or None)
    return step, element, section, "", float(names[step].factor(parts[3])), section == "values" and not said
