"""A mistake that was made twice: the right solution and the mistaken one side by side, then two questions about it.

It comes back as FSRS spaces it, and is overcome after as many unaided right answers in a row as master a unit, which
takes two sessions at least. To see the two solutions beside each other makes the difference the thing to learn; on its
own the name of a mistake helps little (Sleeman et al. 1989, against McLaren, Adams & Mayer 2015).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from backprop_tutor.frozen import frozen
from backprop_tutor.lesson.document import Block, Paragraph, Section, Table
from backprop_tutor.lesson.inline import math, plain, say
from backprop_tutor.practice.exercise.exercise import Exercise, exercise
from backprop_tutor.practice.exercise.lines import Line
from backprop_tutor.practice.exercise.page import known
from backprop_tutor.practice.mistakes.catalogue import MISTAKES
from backprop_tutor.practice.mistakes.mistake import Mistake
from backprop_tutor.practice.quiz.asks import Ask
from backprop_tutor.practice.quiz.history import over
from backprop_tutor.practice.quiz.kinds.complete import in_short
from backprop_tutor.practice.quiz.kinds.find_error import Flawed, flawed, mistaken_number
from backprop_tutor.practice.quiz.plan import Request
from backprop_tutor.practice.quiz.records import Answer, Records
from backprop_tutor.practice.quiz.schedule import Standing, standing
from backprop_tutor.scenario.bundled import bundled
from backprop_tutor.scenario.load import load
from backprop_tutor.text import Lang, T

TWICE = 2
STAGE = "contrast"
PREFIX = "contrast:"
"""What the session of a contrast has in place of the name of a unit, before the name of the mistake."""

SIDE_BY_SIDE = T("Right and wrong, side by side", "对与错，并排看")
SAME = T("The same solution twice; on the right, {clause}.", "同一份解答的两个版本；右边的一份里，{clause}。")
QUANTITY, RIGHT, WRONG = T("quantity", "量"), T("right", "正确"), T("with the mistake", "有错误")
FROM_HERE = T("They part at {letter}:", "从 {letter} 开始不同：")


@frozen
class Contrast:
    """A mistake made so many times, where its contrast stands, its session left open, the scenario it was made on."""

    mistake: Mistake
    made: int
    standing: Standing
    overcome: bool = False
    left: int | None = None
    scenario: str | None = None

    @property
    def unit(self) -> str:
        """What its sessions have in place of the name of a unit."""
        return PREFIX + self.mistake.name

    def is_due(self, now: datetime) -> bool:
        """Whether it should come now: new, or FSRS says so."""
        return not self.overcome and (self.standing.due is None or self.standing.due <= now)


def contrasts(kept: Records) -> Mapping[str, Contrast]:
    """Every mistake that was made twice, in the quiz or in the course, by name."""
    answers = kept.answers()
    sessions = {number: Request.of(text).unit for number, text in kept.requests().items()}
    left = {sessions.get(number): number for number, _ in reversed(kept.unfinished())}
    found: dict[str, Contrast] = {}
    for name in dict.fromkeys(name for answer in answers for name in answer.mistakes.split()):
        if name in MISTAKES and MISTAKES[name].kind == "mistake":
            one = _contrast(MISTAKES[name], answers, sessions, left.get(PREFIX + name))
            if one.made >= TWICE and (one.left or _shown_on(one.mistake, one.scenario)):
                found[name] = one
    return found


def _contrast(
    mistake: Mistake, answers: Sequence[Answer], sessions: Mapping[int, str | None], left: int | None
) -> Contrast:
    made = [answer for answer in answers if mistake.name in answer.mistakes.split()]
    own = [answer for answer in over(answers) if sessions.get(answer.session) == PREFIX + mistake.name]
    reached = standing(mistake.name, own)
    again = _times(answer for answer in made if not own or answer.at > own[-1].at)
    overcome = reached.mastered and again < TWICE
    return Contrast(mistake, _times(iter(made)), reached, overcome, left, made[-1].scenario if made else None)


def _times(made: Iterator[Answer]) -> int:
    """How many questions were answered so: a second try at the same question counts once."""
    return len({(answer.session, answer.turn) for answer in made})


def _shown_on(mistake: Mistake, first: str | None) -> str | None:
    """A bundled scenario whose solution shows the mistake: where it was made, else the first there is."""
    names = [entry.name for entry in bundled()]
    order = ([first] if first in names else []) + [name for name in SMALL if name != first]
    possible = (name for name in order if any(site.broad for site in mistake.sites(load(name))))
    return next((name for name in possible if mistake.name in flawed(exercise(load(name), "en", None, 0))), None)


SMALL = (
    "two-two-one", "mazur-with-biases", "single-unit", "logistic-regression", "closed-gate", "softmax-classifier",
    "multi-output", "two-layer-batch", "weight-penalty", "momentum-two-steps", "adam-two-steps", "quadratic-cost",
    "recurrent-three-steps", "residual-blocks", "convolution-backward",
)  # fmt: skip
"""Scenarios on which nearly every mistake shows, the smallest first."""


def request(mistake: Mistake, first: str | None, seed: int = 0) -> Request | None:
    """A session on a mistake; None where no scenario shows it."""
    scenario = _shown_on(mistake, first)
    if scenario is None:
        return None
    wrong = flawed(exercise(load(scenario), "en", None, 0))[mistake.name].wrong
    asks = (
        Ask("find-error", scenario, (mistake.name,), fresh=True, stage=STAGE),
        Ask("value", scenario, (wrong.key,), fresh=True, stage=STAGE),
    )
    return Request(seed, len(asks), unit=PREFIX + mistake.name, asks=asks)


def side_by_side(asked: Request, lang: Lang) -> tuple[Block, ...]:
    """Both solutions on the scenario's own numbers, from the line before they part, and why the right one is right."""
    find = asked.asks[0]
    shown = exercise(load(find.scenario), lang, asked.notation, 0)
    two, mistake = flawed(shown)[find.about[0]], MISTAKES[find.about[0]]
    lines = two.lines[max(0, two.lines.index(two.wrong) - 1) :]
    blocks = (
        Paragraph(say(SAME, lang, clause=mistake.clause)),
        *known(shown, two.wrong.needs),
        _table(shown, two, lines),
        Paragraph(say(FROM_HERE, lang, letter=two.wrong.letter)),
        in_short(two.wrong),
        Paragraph(say(mistake.principle, lang)),
    )
    return (Section(say(SIDE_BY_SIDE, lang), blocks, "contrast"),)


def _table(shown: Exercise, two: Flawed, lines: Sequence[Line]) -> Table:
    """A line a row: its letter, its right number, the mistaken one where it differs."""
    words, rows = shown.lesson.say, []
    for line in lines:
        number = math(mistaken_number(two.learner, line))
        mistaken = (*plain("≠ ", "bad"), *number) if two.learner.wrong_at(line) else number
        rows.append((math(line.letter), math(line.shown), mistaken))
    return Table((words(QUANTITY), words(RIGHT), words(WRONG)), tuple(rows), ("left", "right", "right"))
