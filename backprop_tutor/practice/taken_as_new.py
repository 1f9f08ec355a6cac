"""Which numbers were taken for new values though their names say nothing of it, told to whoever wrote them."""

from __future__ import annotations

from collections.abc import Iterator

from backprop_tutor.formula.rounding import figure
from backprop_tutor.lesson.document import Paragraph
from backprop_tutor.practice.case import Case
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


def taken_as_new(case: Case) -> Iterator[Paragraph]:
    """One sentence, where there are such numbers."""
    lesson = case.lessons[0]
    found = [(i, claim) for i, claim in enumerate(case.claims) if claim.instead_of is not None]
    if not found:
        return
    (i, first), names = found[0], COMMA[lesson.lang].join(claim.entry.name for _, claim in found)
    given = figure(first.instead_of or 0.0, case.digits(i))
    said = ONE if len(found) == 1 else SEVERAL
    yield Paragraph(lesson.say(said, name=names, names=names, given=given, full=first.name))
