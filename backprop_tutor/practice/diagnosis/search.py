"""The search for a mistake: right values, conventions, single mistakes and edits at every place, two of them.

One must cover all wrong values; else one some and another the rest; else two of them in one line, or two rules changed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from backprop_tutor.graph.array import Array, quietly
from backprop_tutor.practice.diagnosis.agreement import figures, within
from backprop_tutor.practice.diagnosis.diagnosis import LIKELY_PAIR, LIKELY_PAIR_OF_ONE, Diagnosis, Explanation, chance
from backprop_tutor.practice.diagnosis.hypotheses import Hypothesis, both, hypotheses_after, is_at, pairs, placed
from backprop_tutor.practice.diagnosis.line_grading import STANDING, Judge, LineVerdict
from backprop_tutor.practice.diagnosis.submission import Submission
from backprop_tutor.practice.edits.explain import Search
from backprop_tutor.whatif.predictions import joined, matching

FIGURES_FOR_A_PAIR, FIGURES_OF_SEVERAL = 5, 4
"""One value must have this many figures, or two values each, before pairs of mistakes are considered."""


@quietly
def diagnose(case: Submission, where: str | None = None) -> Diagnosis:
    """The diagnosis of the submitted values of `case`; `where` keeps only places with that in their name.

    Raises TutorError for an unknown place.
    """
    among = placed(hypotheses_after(case.scenario, case.updates), where)
    rows = case.rows(among)
    judged = Judge(case).verdicts
    plain = Diagnosis(case, tuple(judged[i] for i in range(len(case.claims))), len(among))
    if not plain.wrong:
        return plain
    kept = [i for i in judged if judged[i] in STANDING]
    search = Search(case, plain.wrong, kept, among, rows)
    found = [each for each in search.found() if where is None or is_at(each.hypothesis, where)]
    sure = [each for each in found if search.is_sure(each) or (each.is_rounding and search.is_near)]
    tried = len(among) + len(search.solutions.edited)
    if not sure and where is None:
        sure = _of_several_lines(search)
        if not sure and search.solutions.has_pairs:
            twice = search.twice()
            sure, tried = (
                [each for each in twice.found() if twice.is_sure(each)],
                len(among) + len(twice.solutions.edited),
            )
    if not (found or sure) and _worth_pairs(plain):
        two = pairs(case.scenario, among, case.updates)
        among, rows = (*among, *two), joined(rows, case.rows(two))
        likely = LIKELY_PAIR if len(plain.wrong) > 1 else LIKELY_PAIR_OF_ONE
        sure, tried = _explained(plain, among, rows, likely), len(among) + len(search.solutions.edited)
    sure = sure or search.likeliest(found)
    named = {id(each.hypothesis) for each in sure}
    doubtful = tuple(replace(each, sure=False) for each in found if id(each.hypothesis) not in named)
    return Diagnosis(case, plain.verdicts, tried, tuple(sure), doubtful)


def _of_several_lines(search: Search) -> list[Explanation]:
    """Two causes that together cover every wrong value, where each of them alone is sure."""
    if len(search.own) < 2:
        return []
    found = tuple(_causes(search, search.wrong, misses=0))
    if len(found) != 2 or not all(each.sure for each, _ in found) or {*found[0][1], *found[1][1]} != set(search.wrong):
        return []
    first, second = (each for each, _ in found)
    if first.hypothesis.changed & second.hypothesis.changed:  # no line is changed in two ways
        return []
    numbers = (b if i in found[1][1] else a for i, (a, b) in enumerate(zip(first.numbers, second.numbers, strict=True)))
    hypothesis, chance = both(first.hypothesis, second.hypothesis), min(1.0, first.chance + second.chance)
    return [Explanation(hypothesis, tuple(numbers), chance, parts=(first, second))]


def _explained(plain: Diagnosis, among: Sequence[Hypothesis], rows: Array, likely: float) -> list[Explanation]:
    """The hypotheses that cover all values, the most common first, where that is unlikely to be chance."""
    claims = plain.case.claims
    halves = [within(claim.typed, largest) for claim, largest in zip(claims, plain.case.largest, strict=True)]
    matches = matching(rows, [claim.typed.value for claim in claims], halves)
    likelihood = chance(plain.case, rows, plain.wrong) if matches else 1.0
    if likelihood > likely:
        return []
    matches.sort(key=lambda i: -sum(each.mistake.seen for each in among[i].definition) / len(among[i].definition))
    return [Explanation(among[i], tuple(rows[i].tolist()), likelihood) for i in matches]


def _worth_pairs(plain: Diagnosis) -> bool:
    written = sorted((figures(plain.case.claims[i].typed) for i in plain.wrong), reverse=True)
    return written[0] >= FIGURES_FOR_A_PAIR or written[1:2] >= [FIGURES_OF_SEVERAL]


Cause = tuple[Explanation, tuple[int, ...]]
"""An explanation, and the wrong lines that it gives."""
MOST_MISSES, WORK, TOO_LARGE = 12, 100, 300
"""After this many wrong lines without a known cause the search ends: fewer, the more parameters there are, and none for
a network with so many, whose figures come from a program (`diagnose --gradients` is for those).
"""


def causes(case: Submission, verdicts: Mapping[int, LineVerdict]) -> Iterator[Cause]:
    """The causes of the wrong values, in the order of the computation; lines without a known cause are passed over.

    All wrong lines at once are tried first, then those of the first one's array, then the first, which may give others besides.
    """
    size = sum(array.size for array in case.scenario.parameters.values())
    wrong = [i for i, verdict in verdicts.items() if verdict == "wrong"] if size <= TOO_LARGE else []
    if not wrong:
        return
    among, kept = (
        hypotheses_after(case.scenario, case.updates),
        [i for i, verdict in verdicts.items() if verdict in STANDING],
    )
    search = Search(case, wrong, kept, among, case.rows(among))
    yield from _causes(search, wrong, min(MOST_MISSES, max(1, WORK // max(1, size))))


def _causes(search: Search, wrong: Sequence[int], misses: int) -> Iterator[Cause]:
    """The causes of these wrong values; `misses` of them may have none before the search ends."""
    left = list(wrong)
    while left:
        array = [i for i in left if _array(search.case, i) == _array(search.case, left[0])]
        groups = (group for group, larger in ((left, []), (array, left), (left[:1], array)) if group != larger)
        found = next((cause for group in groups if (cause := _best(search.about(group), left))), None)
        if found is None:
            left, misses = left[1:], misses - 1
            if misses <= 0:
                return
            continue
        yield found
        left = [i for i in left if i not in found[1]]


def _array(case: Submission, i: int) -> tuple[int, str, int]:
    """The array that a submitted value is an element of: step, section, node."""
    seat = case.claims[i].seat
    return seat.step, seat.section, seat.element.node


def _best(search: Search, left: Sequence[int]) -> Cause | None:
    """The explanation that gives most of the wrong lines, where that is unlikely to be chance; of few digits the
    likeliest.
    """
    found = search.found()
    covered = [(each, tuple(i for i in left if search.gives(each, i))) for each in found]
    told = [(each, lines) for each, lines in covered if search.is_sure(each, max(0, len(lines) - len(search.wrong)))]
    if told:
        return max(told, key=lambda cause: len(cause[1]))
    likeliest = search.likeliest(found)
    return (likeliest[0], tuple(i for i in left if search.covers(likeliest[0], i))) if likeliest else None
