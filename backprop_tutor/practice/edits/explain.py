"""What explains the learner's wrong figures: edits of a line and mistakes of the catalogue, compared.

Everything that may have happened is a row of numbers, one for each claim, with how unusual it is. What covers all
wrong claims and is refuted by no right one is named, the least unusual first, as long as chance can hardly do as well:
of all rows that are not more unusual, so many lie so close to the right numbers that a slip of the pen would meet one
of them in that part of cases.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property

from backprop_tutor.frozen import frozen
from backprop_tutor.graph.array import AnyArray, Array, np
from backprop_tutor.practice.diagnosis.agreement import figures
from backprop_tutor.practice.diagnosis.diagnosis import ROUNDED, Explanation
from backprop_tutor.practice.diagnosis.diagnosis import chance as chance_of
from backprop_tutor.practice.diagnosis.hypotheses import Hypothesis
from backprop_tutor.practice.diagnosis.line_grading import Judge
from backprop_tutor.practice.diagnosis.submission import Submission
from backprop_tutor.practice.edits.claimed_solution import ClaimedSolution
from backprop_tutor.practice.edits.edited_solutions import Edited, EditedSolutions
from backprop_tutor.practice.edits.naming import TOO_GENERAL, hypothesis_of
from backprop_tutor.practice.edits.slack import Slack, within
from backprop_tutor.practice.mistakes.conditions import ENTROPIES

SURE, SURE_OF_MANY = 0.006, 0.003
"""How likely chance may be at most where something is named, with up to four figures and with more."""
TELLING_LESS, TELLING_MORE = 3.9, 4.4
"""What four and five figures tell on the average: so many powers of ten lie between their last digit and the slip."""
MANY_FIGURES, FEW_FIGURES = 4, 3
LIKELIEST, NEAR, AT_ALL = 3, 1.5, 0.5
MOST_FOUND = 300
"""Of more that give the figures, as they do where numbers vanish, the least unusual are looked at."""
SEEN_COST = {3: 1.0, 2: 1.6, 1: 2.4}
NARROW, CONVENTION, ROUNDING, SIGN_OF_A_LOGARITHM, SIGN_OF_A_DERIVATIVE = 0.6, 0.9, 3.0, 2.0, 9.0
OTHER_SIGN, FLIPPED = "delta-with-other-sign", "sign-flipped"
OF_DIGITS = frozenset({"digits-exchanged", "given-miscopied", "point-moved"})
"""What is recognised by the digits of a number."""
BARE = ("", "1")
"""The digits of 0, and of 1, -1, 10 and 0.1: far too many numbers come near to these."""
AT_MOST_BARE = 0.05
"""The chance of a coincidence up to which something may be named for such a claim."""
AROUND, STRAIGHT = 0.5, 0.2
"""What lies within half the way of a candidate is about as far out; rows of several numbers go straight to a fifth."""
AVERAGE, SHARPEST = 0.39, 0.5
"""Figures that begin with 1 are the least sharp of their number: of 1/first digit the mean is 0.39."""
AGAIN = 0.1
"""How much less likely chance is for each further claim that is given without having been asked about."""
SAME = 1e-9
USUAL = 0.3
"""So far, on the scale of a number, a slip of the pen goes at least."""


@frozen(eq=False)
class Candidate:
    """Something that gives the claims: its row, how unusual it is, and how sharp the figures are that it meets.

    It `is_exact` where it meets every wrong claim within half a unit of its last digit. So many claims that are not
    wrong, of too few digits, it gives `besides` as they were written, where what is right only rounds to them.
    """

    cost: float
    row: Array
    sharpness: float
    is_exact: bool
    besides: int = 0
    hypothesis: Hypothesis | None = None
    edited: Edited | None = None

    @property
    def rank(self) -> tuple[int, float]:
        """What explains more of the figures comes first, then what is less unusual."""
        return -self.besides, self.cost

    @property
    def kind(self) -> str:
        """What was done, in a word."""
        if self.edited:
            return self.edited.edit.kind
        return self.hypothesis.names[0] if self.hypothesis and self.hypothesis.names else ""


class Search:
    """The rows of a case: those of the catalogue's hypotheses `among`, and those of the edits."""

    def __init__(
        self,
        case: Submission,
        wrong: Sequence[int],
        kept: Sequence[int],
        among: Sequence[Hypothesis],
        rows: Array,
        twice: bool = False,
        claimed: ClaimedSolution | None = None,
        slack: Slack | None = None,
    ):
        self.case, self.among, self.rows = case, among, rows
        self.wrong, self.kept = list(wrong), list(kept)
        self.typed = np.array([claim.typed.value for claim in case.claims])
        self.right = np.array(case.right)
        self.claimed = claimed or ClaimedSolution(case)
        self.slack = slack or Slack(self.claimed)
        follows = within(self.claimed.follows, self.claimed.follows, self.typed.tolist(), self.slack.loose)
        self.own = [i for i in self.wrong if not follows[i]] or self.wrong[:1]
        self.solutions = EditedSolutions(self.claimed, self.own, twice)

    def about(self, wrong: Sequence[int]) -> Search:
        """The same search for what is behind these of the wrong claims."""
        if list(wrong) == self.wrong:
            return self
        return self._again(wrong)

    def twice(self) -> Search:
        """The same search among two edits of one line as well."""
        return self._again(self.wrong, twice=True)

    def _again(self, wrong: Sequence[int], twice: bool = False) -> Search:
        """A search with the same lines and predictions."""
        return Search(self.case, wrong, self.kept, self.among, self.rows, twice, self.claimed, self.slack)

    @cached_property
    def costs(self) -> Array:
        """How unusual each hypothesis of the catalogue is."""
        return np.array([_cost(each, self._signs) for each in self.among])

    @cached_property
    def _signs(self) -> Mapping[str, float]:
        """How unusual another sign is where a claim has one of its own: a derivative by its name, that of a logarithm."""
        of_entropy = any(map(self._is_of_entropy, self.wrong))
        if of_entropy or any(self.case.claims[i].is_derivative for i in self.wrong):
            return {OTHER_SIGN: SIGN_OF_A_DERIVATIVE} | ({FLIPPED: SIGN_OF_A_LOGARITHM} if of_entropy else {})
        return {}

    def _is_of_entropy(self, i: int) -> bool:
        """Whether a claim is the derivative of a cross-entropy by an output, which is no difference of a and y."""
        graph, seat = self.case.scenario.graph, self.case.claims[i].seat
        is_entropy = bool(graph.layers) and graph.loss in ENTROPIES
        return is_entropy and seat.section == "grads" and seat.element.node == graph.layers[-1].output

    @cached_property
    def edit_costs(self) -> Array:
        """How unusual each edit is."""
        return np.array([each.cost for each in self.solutions.edited])

    def found(self) -> list[Explanation]:
        """Everything that explains the wrong claims, the least unusual first, sure or not."""
        every = [each for each in (*self._from_catalogue(), *self._from_edits()) if self._tells(each)]
        exact = [each for each in every if each.is_exact]
        candidates = _made_throughout(sorted(exact or every, key=lambda each: each.rank))
        return [self._explanation(each) for each in self._merged(candidates)[:MOST_FOUND]]

    @cached_property
    def _is_bare(self) -> bool:
        """Whether the wrong claims have no digits that could tell anything."""
        return all(_digits(value) in BARE for value in self.typed[self.wrong])

    def _tells(self, candidate: Candidate) -> bool:
        """Whether the claims say something for a candidate: bare ones only where it gives them exactly, and of their digits
        only where the right ones are as bare.
        """
        if not self._is_bare:
            return True
        typed = self.typed[self.wrong]
        is_met = bool((np.abs(candidate.row[self.wrong] - typed) <= SAME * np.abs(typed)).all())
        by_digits = candidate.kind in OF_DIGITS
        return is_met and not (by_digits and [*map(_digits, typed)] != [*map(_digits, self.right[self.wrong])])

    def _from_catalogue(self) -> Iterator[Candidate]:
        """The mistakes that give the claims; that something was rounded is none unless it gives every figure as written."""
        for i, sharpness, exact in self._meeting(self.rows, self.right, self.wrong):
            if self.among[i].names != (ROUNDED,) or exact:
                besides = self._besides(self.rows[i], self.right)
                yield Candidate(float(self.costs[i]), self.rows[i], sharpness, exact, besides, self.among[i])

    def _from_edits(self) -> Iterator[Candidate]:
        rows = self.solutions.rows
        for i, sharpness, exact in self._meeting(rows, self.claimed.follows, self.own):
            besides = self._besides(rows[i], self.claimed.follows)
            yield Candidate(
                float(self.edit_costs[i]), rows[i], sharpness, exact, besides, edited=self.solutions.edited[i]
            )

    def _besides(self, row: Array, base: Array) -> int:
        """How many of the claims that are not wrong are the number of a row as it is, and not that of the base."""
        is_met, was_met = (np.abs(each - self.typed) <= SAME * np.abs(self.typed) for each in (row, base))
        return int((is_met & ~was_met)[self.kept].sum())

    def _meeting(self, rows: Array, base: Array, wrong: Sequence[int]) -> Iterator[tuple[int, float, bool]]:
        """The rows that cover every wrong claim, bring one of them nearer, and are refuted by none that is right.

        With the sharpness of the best figure, and whether no figure has to be rounded otherwise than it was written.
        """
        strict = within(rows, base, self.typed.tolist(), self.slack.strict)
        loose = within(rows, base, self.typed.tolist(), self.slack.loose)
        refuting = self._refuting(base)
        covering = loose[:, self.wrong + refuting].all(axis=1) & self._nearer(rows, base)[:, wrong].any(axis=1)
        off = np.abs(self._aimed(base, wrong) - base)
        for i in np.flatnonzero(covering):
            width = np.where(strict[i], self.slack.strict.whole, self.slack.loose.whole)
            sharpness = min((width[j] / off[j] for j in wrong if off[j] and np.isfinite(off[j])), default=1.0)
            yield int(i), float(sharpness), bool(strict[i, self.wrong].all())

    def _refuting(self, base: Array) -> list[int]:
        """The claims that stand and can refute something: not one that is right without following from the figures before."""
        reached = within(base, base, self.typed.tolist(), self.slack.loose)
        return [i for i in self.kept if reached[i]]

    def _nearer(self, rows: Array, base: Array) -> AnyArray:
        """Which claims a row comes nearer to than what follows without it: what leaves a number as it is explains nothing."""
        with np.errstate(all="ignore"):
            nearer: AnyArray = np.abs(rows - self.typed) < (1 - SAME) * np.abs(base - self.typed)
            nearer &= ~(np.abs(rows - base) <= SAME * np.abs(base))  # the same number but for how it was rounded
        return nearer

    @cached_property
    def _scales(self) -> Array:
        """The size each claim is measured by."""
        judge = Judge(self.case)
        return np.array([abs(judge.change(i, right)) for i, right in enumerate(self.case.right)])

    def _aimed(self, base: Array, wrong: Sequence[int]) -> Array:
        """The claims, moved out from what is right as far as slips go where all of them are nearer than that."""
        off = self.typed - base
        with np.errstate(all="ignore"):
            times = np.nan_to_num(USUAL * self._scales / np.abs(off), nan=1.0, posinf=1.0)
        aimed: Array = base + max(1.0, float(min(times[list(wrong)]))) * off
        return aimed

    def _merged(self, candidates: Sequence[Candidate]) -> Sequence[Candidate]:
        """A mistake of the catalogue and an edit that give the same numbers are one: named by the one, told by the other."""
        edits = [each for each in candidates if each.edited]
        table = _table(edits, len(self.typed))
        named = [self._with_edit(each, edits, table) for each in candidates if each.hypothesis]
        kept = [each for each in named if each is not None]
        rows = _table(kept, len(self.typed))
        kept_rows = [each for each in edits if not len(_alike(rows, each.row))]
        return sorted((*kept, *kept_rows), key=lambda each: each.rank)

    def _with_edit(self, named: Candidate, edits: Sequence[Candidate], table: Array) -> Candidate | None:
        """A mistake of the catalogue with the first edit that gives the same; None where an edit says it in plainer words."""
        assert named.hypothesis is not None, "only mistakes of the catalogue are asked about"
        twins = [edits[i] for i in _alike(table, named.row)]
        if named.hypothesis.names[0] in TOO_GENERAL and any(each.cost < named.cost for each in twins):
            return None
        return replace(named, cost=min(named.cost, twins[0].cost), edited=twins[0].edited) if twins else named

    def _explanation(self, candidate: Candidate) -> Explanation:
        hypothesis = candidate.hypothesis or hypothesis_of(self.solutions, candidate.edited)  # type: ignore[arg-type]
        rounding = hypothesis.names == (ROUNDED,)
        chance = chance_of(self.case, self.rows, self.wrong) if rounding else self.chance(candidate)
        chance *= AGAIN**candidate.besides
        return Explanation(hypothesis, tuple(candidate.row.tolist()), chance, candidate.edited, self.solutions)

    def chance(self, candidate: Candidate) -> float:
        """How likely a slip of the pen that goes as far would meet something that is not more unusual.

        A slip carries on: it moves all that follows from it, t times as far as the claims. What lies about as far out
        as the candidate, counted once where it can hardly be told apart, covers a part each that is as wide as the
        sharpest claim was written.
        """
        is_edit = candidate.edited is not None
        base, wrong = (self.claimed.follows, self.own) if is_edit else (self.right, self.wrong)
        here = float(self._shares(candidate.row[None], base, wrong).mean())
        ways, costs = self._all_ways
        near = np.sort(ways[(costs <= candidate.cost + SAME) & (np.abs(ways - here) <= AROUND)])
        count = 1 + int((np.diff(near) > candidate.sharpness).sum()) if len(near) else 1
        return float(min(1.0, count * candidate.sharpness / AROUND))

    @cached_property
    def _all_ways(self) -> tuple[Array, Array]:
        """How far everything goes that no right claim refutes, and how unusual it is."""
        catalogue, kept_rows = self._ways(self.rows, self.right, self.wrong)
        edits, of_edits = self._ways(self.solutions.rows, self.claimed.follows, self.own)
        return np.concatenate([catalogue, edits]), np.concatenate([self.costs[kept_rows], self.edit_costs[of_edits]])

    def _shares(self, rows: Array, base: Array, wrong: Sequence[int]) -> Array:
        """How far each row goes towards each wrong claim, as far as slips go being 1; from infinity nothing has a share."""
        wrong = [i for i in wrong if np.isfinite(base[i])]
        if not wrong:
            return np.zeros((len(rows), 1))
        shares: Array = (rows[:, wrong] - base[wrong]) / (self._aimed(base, wrong) - base)[wrong]
        return shares

    def _ways(self, rows: Array, base: Array, wrong: Sequence[int]) -> tuple[Array, AnyArray]:
        """How far rows go towards the claims, those that go straight and that no right claim refutes; and which they are."""
        with np.errstate(all="ignore"):
            ways = self._shares(rows, base, wrong)
            middle, spread = ways.mean(axis=1), np.ptp(ways, axis=1)
            kept = within(rows, base, self.typed.tolist(), self.slack.loose)[:, self._refuting(base)].all(axis=1)
            kept_rows = np.flatnonzero(
                np.isfinite(middle) & (spread <= STRAIGHT * np.abs(middle)) & (middle != 0) & kept
            )
        return middle[kept_rows], kept_rows

    @property
    def figures(self) -> int:
        """The most figures that a wrong claim was written with."""
        return max(figures(self.case.claims[i].typed) for i in self.wrong)

    def gives(self, explanation: Explanation, i: int) -> bool:
        """Whether an explanation gives a claim, asked about or not."""
        row, base = np.array([explanation.numbers]), self.claimed.follows if explanation.edited else self.right
        near = within(row, base, self.typed.tolist(), self.slack.loose) & self._nearer(row, base)
        return bool(near[0, i])

    def covers(self, explanation: Explanation, i: int) -> bool:
        """Whether a claim need not be looked at any more: it is given, or follows from the wrong claims before it."""
        return self.gives(explanation, i) or (i in self.wrong and i not in self.own and i in self._following)

    @cached_property
    def _following(self) -> set[int]:
        """The claims that follow from the figures before them as these were written."""
        follows = self.claimed.follows
        reached = within(follows, follows, self.typed.tolist(), self.slack.strict)
        return set(np.flatnonzero(reached).tolist())

    def is_sure(self, explanation: Explanation, more: int = 0) -> bool:
        """Whether chance can hardly do as well: held against how sharp so many figures are on the average.

        Of `more` claims that were not asked about and are given as well each makes that much less likely.
        """
        sharpest = max((self.case.claims[i].typed for i in self.wrong), key=figures)
        size = abs(sharpest.value)
        first = size / 10.0 ** np.floor(np.log10(size)) if sharpest.value and np.isfinite(size) else 1.0
        level = explanation.chance * max(first * AVERAGE, SHARPEST) * AGAIN**more
        return bool(level <= self._most_chance)

    @property
    def _most_chance(self) -> float:
        """How much is left to chance at most: of four figures' worth most, of more and of fewer less."""
        part = float(np.clip((self.significant - TELLING_LESS) / (TELLING_MORE - TELLING_LESS), 0, 1))
        fewer = 10.0 ** min(0.0, self.significant - FEW_FIGURES) if self.figures <= FEW_FIGURES else 1.0
        return float(SURE ** (1 - part) * SURE_OF_MANY**part * fewer)

    def likeliest(self, found: Sequence[Explanation]) -> list[Explanation]:
        """The few that may be named though chance could do as well, where few figures tell; none that anything meets."""
        most = AT_MOST_BARE if self._is_bare else AT_ALL
        worth = [replace(each, sure=False) for each in found if each.chance <= most]
        return worth[:LIKELIEST] if self.has_few else []

    @property
    def is_near(self) -> bool:
        """Whether the wrong claims are so near to what is right that rounding is always worth a word."""
        return self.significant <= NEAR

    @cached_property
    def significant(self) -> float:
        """How many figures tell the wrong claims from what would be right: of a loss after the update few of many do."""
        off = np.abs(self.typed - self.right)[self.wrong]
        return float(np.log10(max(off / self.slack.half[self.wrong])))

    @property
    def has_few(self) -> bool:
        """Whether so few figures tell that the likeliest are named even where chance could do as well."""
        several = len(self.wrong) > 1 or self.figures > MANY_FIGURES
        return self.figures <= FEW_FIGURES or (self.significant <= FEW_FIGURES and several)


def _made_throughout(candidates: Sequence[Candidate]) -> Sequence[Candidate]:
    """Without the mistakes that are made in one step only, where others made in every step give the claims as well."""
    lasting = [each for each in candidates if not each.hypothesis or each.hypothesis.lasting is not False]
    return lasting if any(each.hypothesis and each.hypothesis.lasting for each in lasting) else candidates


def _digits(value: float) -> str:
    """The digits of a number between its zeros."""
    return f"{abs(value):e}".partition("e")[0].rstrip("0.")


def _table(candidates: Sequence[Candidate], claims: int) -> Array:
    """The numbers of candidates, (candidates, claims)."""
    return np.array([each.row for each in candidates]).reshape(-1, claims)


def _alike(table: Array, row: Array) -> AnyArray:
    """The rows of a table that have the same numbers."""
    with np.errstate(invalid="ignore"):
        found: AnyArray = np.flatnonzero((np.abs(table - row) <= SAME * np.abs(row) + 1e-15).all(axis=1))
    return found


def _cost(hypothesis: Hypothesis, signs: Mapping[str, float]) -> float:
    """How unusual it is: by how often it was met, at a single place more, a convention less; some by what is claimed."""
    if hypothesis.names and hypothesis.names[0] in signs:
        return signs[hypothesis.names[0]]
    if hypothesis.names == (ROUNDED,):
        return ROUNDING
    if hypothesis.is_convention:
        return CONVENTION * max(SEEN_COST[made.mistake.seen] for made in hypothesis.definition)
    costs = [SEEN_COST[made.mistake.seen] + (0 if made.site.broad else NARROW) for made in hypothesis.definition]
    return sum(costs)
