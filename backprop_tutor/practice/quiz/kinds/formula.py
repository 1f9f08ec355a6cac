"""Type a derivative as a formula; every formula with the same value counts."""

from __future__ import annotations

from backprop_tutor.formula.nodes import Cases, Formula, children
from backprop_tutor.formula.printing.plain import plain
from backprop_tutor.lesson.document import Code, Equation, Inline, Link, Paragraph, Text, Words
from backprop_tutor.lesson.names import typeable
from backprop_tutor.practice.exercise.exercise import Exercise
from backprop_tutor.practice.exercise.lines import Line
from backprop_tutor.practice.exercise.page import around, definitions
from backprop_tutor.practice.quiz.hints import Hint, goal
from backprop_tutor.practice.quiz.kinds.kind import Kind, Subject
from backprop_tutor.practice.quiz.question import Expression, Question
from backprop_tutor.text import T

WRITE = T("Write {letter} as a formula.", "把 {letter} 写成公式。")
HOW = T(
    "Type it with * + - / ^ and parentheses; whatever is worth the same counts. Letters are typed like this: ",
    "用 * + - / ^ 和括号输入；与之相等的写法都算对。字母这样输入：",
)
MOST_LETTERS, MOST_SPELLED = 12, 24


LONGEST = 400  # characters of a formula that can be typed


def subjects(exercise: Exercise) -> tuple[Subject, ...]:
    """The derivatives, over one example, that consist of some letters and can be typed in one formula."""
    if exercise.lesson.examples > 1:
        return ()
    asked = (line for line in exercise.lines if line.quantity.section == "grads")
    return tuple(Subject("chain-rule", line.key) for line in asked if _fits(line))


def _fits(line: Line) -> bool:
    short = len(plain(line.written)) <= LONGEST
    return short and line.value != 0 and 2 <= len(line.needs) <= MOST_LETTERS and not _by_cases(line.written)


def _by_cases(formula: Formula) -> bool:
    return isinstance(formula, Cases) or any(map(_by_cases, children(formula)))


def ask(exercise: Exercise, subject: Subject, level: int) -> Question:
    """The derivative in letters; those above it may be used."""
    del level
    line, lesson = exercise.by_key[subject.name], exercise.lesson
    answer = Equation(line.letter, (Link("=", line.written),), (line.key,))
    return Question(
        exercise,
        FORMULA.name,
        subject.skill,
        line.key,
        (Paragraph(lesson.say(WRITE, letter=line.letter)), *definitions(exercise)),
        (*lesson.say(HOW), *_letters(exercise, line)),
        Expression(line),
        _hints(exercise, line, answer),
        (answer,),
    )


def _letters(exercise: Exercise, line: Line) -> Words:
    """How to type the letters, in an order that reveals nothing; for a large network those around it."""
    keys = {key for step in exercise.closure(line) for key in step.needs}
    near = keys if len(keys) <= MOST_SPELLED else set(around(exercise, line))
    shown = sorted(typeable(exercise.letter(key)) for key in near)
    words: list[Inline] = []
    for name in shown:
        words += [Text("  "), Code(name)] if words else [Code(name)]
    return tuple(words)


def _hints(exercise: Exercise, line: Line, answer: Equation) -> tuple[Hint, ...]:
    """The goal, the chain rule, the principle of this step, and its factors or terms as derivatives; the formula."""
    lesson = exercise.lesson
    principles = dict.fromkeys((exercise.principle("chain-rule"), exercise.principle(line.skill)))
    spoken = (goal(exercise, line), *map(lesson.say, principles))
    return (*((Paragraph(words),) for words in spoken), (answer,))


FORMULA = Kind("formula", T("write a derivative as a formula", "把导数写成公式"), subjects, ask, stage=1)
