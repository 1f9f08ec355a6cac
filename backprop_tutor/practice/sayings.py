"""A hypothesis and its chance in words, for people and for the JSON of a diagnosis alike."""

from __future__ import annotations

from functools import reduce

from backprop_tutor.formula.rounding import rounded
from backprop_tutor.practice import feedback_phrases as phrases
from backprop_tutor.practice.diagnosis import Explanation
from backprop_tutor.practice.hypotheses import Made
from backprop_tutor.text import T

PERCENT_FROM = 0.01
"""From so much chance on it is said in per cent, below it as one in so many."""


def message(explanation: Explanation) -> T:
    """``Your figures are what you get when ...``, one sentence."""
    if explanation.is_possible:
        return phrases.POSSIBLE.format(where=explanation.hypothesis.where)
    return phrases.YOURS_ARE.format(what=what(explanation))


def what(explanation: Explanation) -> T:
    """What is believed, where and in which steps, to stand after "when"."""
    made = map(_at, explanation.hypothesis.made)
    return explanation.hypothesis.when(reduce(lambda a, b: phrases.AND.format(first=a, second=b), made))


def _at(made: Made) -> T:
    return phrases.AT.format(clause=made.mistake.clause, where=made.site.where)


def share(chance: float) -> T:
    """A chance in words: ``5 %``, ``1 in 4,200``."""
    return _told(chance, phrases.PERCENT, phrases.ONE_IN)


def cases(chance: float) -> T:
    """A chance in words: ``5 % of cases``, ``1 of 4,200 cases``."""
    return _told(chance, phrases.PERCENT_OF, phrases.ONE_OF)


def _told(chance: float, percent: T, one_in: T) -> T:
    if chance >= PERCENT_FROM:
        return percent.format(percent=rounded(100 * chance, 2))
    return one_in.format(count=f"{int(float(rounded(1 / chance, 2))):,}")
