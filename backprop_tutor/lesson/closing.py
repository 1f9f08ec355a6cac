"""The end of a lesson: an independent check of its derivatives, and what to do next."""

from __future__ import annotations

import math
from dataclasses import replace

from backprop_tutor.engine.check import Difference, differences, given_elements
from backprop_tutor.engine.reading import Element
from backprop_tutor.formula.nodes import Formula
from backprop_tutor.lesson import phrases
from backprop_tutor.lesson.document import Block, Code, Flow, Text, Tone, Words
from backprop_tutor.lesson.lesson import Lesson
from backprop_tutor.text import T

MOST_CHECKED = 200


def closing(lesson: Lesson) -> tuple[Block, ...]:
    """One line: whether the derivatives agree with central differences, and the next command to try."""
    name = lesson.scenario.name
    onward = ((*lesson.say(phrases.NEXT), Code(f"tutor quiz {name}")),) if name and lesson.graph.parameters else ()
    checked = _checked(lesson)
    return (Flow((*checked, *onward)),) if checked or onward else ()


def _checked(lesson: Lesson) -> tuple[Words, ...]:
    trace = lesson.step.trace
    pairs = tuple(differences(trace, MOST_CHECKED))
    wrong = next((pair for pair in pairs if not pair.agrees), None)
    every = len(given_elements(trace))
    if wrong is not None:
        return (_differs(lesson, wrong),)
    phrase = phrases.CHECKED_SOME if every > MOST_CHECKED else phrases.CHECKED if every > 1 else phrases.CHECKED_ONE
    return (_toned(lesson, phrase, "good", count=len(pairs), all=every),) if pairs else ()


def _differs(lesson: Lesson, wrong: Difference) -> Words:
    """The first derivative that no difference agrees with, and what that can come from."""
    name = lesson.reading.letter(Element(lesson.graph.index[wrong.name], wrong.row, wrong.column))
    if math.isnan(wrong.difference):
        return _toned(lesson, phrases.NO_CHECK, "bad", name=name)
    value, check = lesson.figure(wrong.derivative), lesson.figure(wrong.difference)
    return _toned(lesson, phrases.NOT_CHECKED, "bad", name=name, value=value, check=check)


def _toned(lesson: Lesson, text: T, tone: Tone, **holes: Formula | int) -> Words:
    return tuple(replace(part, tone=tone) if isinstance(part, Text) else part for part in lesson.say(text, **holes))
