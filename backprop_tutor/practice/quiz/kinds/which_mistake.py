"""Two students' numbers, and which of them made which mistake."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from backprop_tutor.lesson.document import Paragraph, Table, Words
from backprop_tutor.lesson.inline import math
from backprop_tutor.practice.exercise.draw import shuffled
from backprop_tutor.practice.exercise.exercise import Exercise
from backprop_tutor.practice.exercise.lines import Line
from backprop_tutor.practice.exercise.page import known, setting
from backprop_tutor.practice.exercise.skills import SKILLS
from backprop_tutor.practice.quiz.kinds.find_error import MISTAKES, mistaken_number, others, shows, solutions
from backprop_tutor.practice.quiz.kinds.kind import Kind, Subject
from backprop_tutor.practice.quiz.mistaken_answers import Mistaken, mistaken
from backprop_tutor.practice.quiz.question import Parts, Pick, Question
from backprop_tutor.text import T

WHO = T(
    "Two students worked this out, and each made one mistake throughout. Which mistake did each of them make?",
    "两名学生各自做了这道题，各犯了一种错误。他们分别犯了哪种错误？",
)
ANN, BEN = T("Ann", "小安"), T("Ben", "小明")
QUANTITY = T("number", "量")
HOW = T(
    "Type the number of Ann's mistake, then of Ben's, with a semicolon between them: 3; 1.",
    "先输入小安的错误编号，再输入小明的，用分号隔开：3; 1。",
)
FIRST = T("{learner} first goes wrong at {letter}; right is {right}.", "{learner}最先错在 {letter}；正确的是 {right}。")
MADE = T("{learner}: {mistake}.", "{learner}：{mistake}。")
LOOK = T(
    "Work out the first number in which they differ from the right solution, and ask what was left out or changed.",
    "先算出他们与正确解答最先不同的那个数，再想想漏掉或改动了什么。",
)
CHOICES = 4
MOST_LINES = 6
"""So many lines, from just before the first wrong one, fit a screen with the choices."""


class Pair(NamedTuple):
    """Two students, the lines they worked, and the mistakes to choose from."""

    ann: Mistaken
    ben: Mistaken
    lines: tuple[Line, ...]
    choices: tuple[Mistaken, ...]


def subjects(exercise: Exercise) -> tuple[Subject, ...]:
    """Ann with every mistake that shows; the skill is that of her first wrong line."""
    return tuple(Subject(_first(p.ann, p.lines).skill, name) for name, p in _pairs(exercise).items())


def _first(learner: Mistaken, lines: Sequence[Line]) -> Line:
    found = learner.first_wrong(lines)
    assert found is not None, "a learner who is asked about goes wrong somewhere"
    return found


@lru_cache(maxsize=16)
def _pairs(exercise: Exercise) -> dict[str, Pair]:
    """For each mistake a pair whose first student makes it, by name."""
    found: dict[str, Pair] = {}
    for ann in mistaken(exercise):
        if ann.mistake.name not in found and (pair := _pair(exercise, ann)):
            found[ann.mistake.name] = pair
    return found


def _pair(exercise: Exercise, ann: Mistaken) -> Pair | None:
    """Ann, with another student, and two more mistakes, all of which differ in the lines of one solution."""
    for lines in solutions(exercise):
        wrong = ann.first_wrong(lines)
        if wrong is None or not shows(ann, wrong):
            continue
        part = lines[max(0, lines.index(wrong) - 1) :][:MOST_LINES]
        unlike_ann = shuffled(others(exercise, ann, part), exercise.seed, "ben", ann.mistake.name)
        among = [other for other in unlike_ann if other.first_wrong(lines) in part]
        for ben in among:
            unlike = {other.mistake.name for other in others(exercise, ben, part)}
            more = [other for other in among if other.mistake.name in unlike]
            if len(more) >= CHOICES - 2:
                return Pair(ann, ben, part, (ann, ben, *more[: CHOICES - 2]))
    return None


def ask(exercise: Exercise, subject: Subject, level: int) -> Question:
    """A table of both students' numbers, and mistakes to choose from."""
    del level
    lesson, pair = exercise.lesson, _pairs(exercise)[subject.name]
    choices = shuffled(pair.choices, exercise.seed, "order", subject.name)
    there = {line.key for line in pair.lines}
    given = [key for line in pair.lines for key in line.needs if key not in there]
    firsts = [_first(pair.ann, pair.lines), _first(pair.ben, pair.lines)]
    named = list(zip((ANN, BEN), (pair.ann, pair.ben), firsts, strict=True))
    say = lesson.say
    where = tuple(Paragraph(say(FIRST, learner=n, letter=line.letter, right=line.shown)) for n, _, line in named)
    named_mistakes = tuple(Paragraph(say(MADE, learner=n, mistake=learner.mistake.clause)) for n, learner, _ in named)
    principles = tuple(
        Paragraph(say(SKILLS[skill].principle)) for skill in dict.fromkeys(line.skill for line in firsts)
    )
    reasons = tuple(Paragraph(say(learner.mistake.principle)) for _, learner, _ in named)
    return Question(
        exercise,
        WHICH_MISTAKE.name,
        firsts[0].skill,
        None,
        (
            Paragraph(say(WHO)),
            *setting(exercise, pair.lines),
            *known(exercise, given),
            _table(exercise, pair),
            Paragraph(say(MISTAKES)),
        ),
        say(HOW),
        Parts(tuple(Pick(choices.index(learner) + 1, len(choices)) for learner in (pair.ann, pair.ben))),
        ((Paragraph(say(LOOK)),), principles, where, named_mistakes),
        (*where, *named_mistakes, *dict.fromkeys(reasons)),
        tuple(say(learner.mistake.clause) for learner in choices),
        pair.ann.mistake.name,
    )


def _table(exercise: Exercise, pair: Pair) -> Table:
    """The numbers of both."""
    say = exercise.lesson.say
    rows = tuple((math(line.letter), _number(pair.ann, line), _number(pair.ben, line)) for line in pair.lines)
    return Table((say(QUANTITY), say(ANN), say(BEN)), rows, ("left", "right", "right"))


def _number(learner: Mistaken, line: Line) -> Words:
    return math(mistaken_number(learner, line))


WHICH_MISTAKE = Kind("which-mistake", T("who made which mistake?", "谁犯了哪种错误"), subjects, ask, stage=2)
