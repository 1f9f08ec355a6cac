"""The end of a lesson: an independent check of its derivatives, and what to do next."""

from __future__ import annotations

from backprop_tutor.engine.check import differences, given_elements
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
        value, check = f"{wrong.derivative:.6g}", f"{wrong.difference:.6g}"
        return (_toned(lesson, phrases.NOT_CHECKED, "bad", name=wrong.name, value=value, check=check),)
    phrase = phrases.CHECKED_SOME if every > MOST_CHECKED else phrases.CHECKED
    return (_toned(lesson, phrase, "good", count=len(pairs), all=every),) if pairs else ()


def _toned(lesson: Lesson, text: T, tone: Tone, **holes: str | int) -> Words:
    return (Text(text.format(**holes)[lesson.lang], tone),)
