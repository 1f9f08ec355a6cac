"""A hypothesis and its probability of coincidence in words, for people and for the JSON of a diagnosis alike.

It also reports which numbers were read as new values although their names do not say so.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce

from backprop_tutor.errors import visible
from backprop_tutor.formula.figures import figure, rounded
from backprop_tutor.lesson.document import Paragraph
from backprop_tutor.practice.diagnosis import phrases
from backprop_tutor.practice.diagnosis.diagnosis import Explanation
from backprop_tutor.practice.diagnosis.hypotheses import Hypothesis, Made
from backprop_tutor.practice.diagnosis.submission import Submission
from backprop_tutor.text import COMMA, T

ONE = T(
    "{name} is given as {given}; your number is taken for the new one, after the update. Its full name is {full}.",
    "{name} 题目已给出，是 {given}；这里把你的数当作更新后的新值。新值的完整写法是 {full}。",
)
SEVERAL = T(
    "{names} are given with other numbers; yours are taken for the new ones, after the update. The full names are such "
    "as {full}.",
    "{names} 题目已给出，与你的数不同；这里把你的数都当作更新后的新值。新值的完整写法如 {full}。",
)
LEAST = 1e-15
"""A smaller probability is shown as this one."""


READ_AS = T("{name}: {typed} was read as {value}.", "{name}：{typed} 按 {value} 理解。")


OF_ONE_EXAMPLE = T(
    "Every δ is read as one of its own example's loss, as most courses write it: {examples} times the derivative of the mean "
    "over the {examples} examples.",
    "各个 δ 都按单个样本的损失来理解（多数课程的写法）：是对 {examples} 个样本的平均损失求导的 {examples} 倍。",
)


def remarks(case: Submission) -> Iterator[Paragraph]:
    """Remarks on what was read differently from how it was written: numbers in another form, and new values."""
    say = case.lessons[0].say
    for i, claim in enumerate(case.claims):
        if claim.typed.is_guess:
            value = figure(claim.named(claim.typed.value), case.digits(i))
            yield Paragraph(say(READ_AS, name=claim.name, typed=visible(claim.entry.text), value=value), "muted")
    if any(claim.of_one_example for claim in case.claims):
        yield Paragraph(say(OF_ONE_EXAMPLE, examples=case.lessons[0].reading.examples), "muted")
    yield from _taken_as_new(case)


def _taken_as_new(case: Submission) -> Iterator[Paragraph]:
    """One sentence on them, if there are any."""
    lesson = case.lessons[0]
    found = [(i, claim) for i, claim in enumerate(case.claims) if claim.instead_of is not None]
    if not found:
        return
    (i, first), names = found[0], COMMA[lesson.lang].join(claim.entry.name for _, claim in found)
    given = figure(first.instead_of or 0.0, case.digits(i))
    said = ONE if len(found) == 1 else SEVERAL
    yield Paragraph(lesson.say(said, name=names, names=names, given=given, full=first.name))


NEARLY_ALL = 0.995
"""So much is written with a third figure, for two would make it all."""
PERCENT_FROM = 0.01
"""From this probability on it is shown in per cent, below it as one in so many."""


def message(explanation: Explanation) -> T:
    """``Your figures are what you get when ...``, one sentence."""
    if explanation.is_possible:
        return phrases.POSSIBLE.format(where=explanation.hypothesis.where)
    return phrases.YOURS_ARE.format(what=what(explanation.hypothesis))


def what(hypothesis: Hypothesis) -> T:
    """The mistakes, their places and their steps, as a clause after "when"."""
    made = map(_at, hypothesis.definition)
    return hypothesis.when(reduce(lambda a, b: phrases.AND.format(first=a, second=b), made))


def _at(made: Made) -> T:
    return phrases.AT.format(clause=made.mistake.clause, where=made.site.where)


def share(chance: float) -> T:
    """A probability in words: ``5 %``, ``1 in 4,200``."""
    return _chance_text(chance, phrases.PERCENT, phrases.ONE_IN)


def cases(chance: float) -> T:
    """A probability in words: ``5 % of cases``, ``1 of 4,200 cases``."""
    return _chance_text(chance, phrases.PERCENT_OF, phrases.ONE_OF)


def _chance_text(chance: float, percent: T, one_in: T) -> T:
    if chance >= PERCENT_FROM:
        return percent.format(percent=rounded(100 * chance, 2 if chance < NEARLY_ALL else 3))
    return one_in.format(count=f"{int(float(rounded(1 / max(chance, LEAST), 2))):,}")
