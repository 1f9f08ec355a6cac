"""The solution as the learner has it: the lines that the claims follow from, and what follows in each of them.

A learner goes on with the numbers already written: a claimed number is used in all lines after it, and a line without a
claim follows from those before.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Mapping, Sequence, Set
from functools import cached_property
from itertools import islice

from backprop_tutor.formula.figures import figure
from backprop_tutor.formula.nodes import Num
from backprop_tutor.graph.array import Array, np
from backprop_tutor.practice.diagnosis.agreement import figures
from backprop_tutor.practice.diagnosis.submission import Submission
from backprop_tutor.practice.edits.arithmetic import Numbers, worth
from backprop_tutor.practice.edits.solution import Line, Solution, solution_of
from backprop_tutor.practice.exercise.typed import LITERAL

MOST_LINES = 700
"""So many lines are gone back."""
FEWEST_LINES, MOST_FACTORS = 60, 12_600
"""Of wide sums fewer lines are gone back: so many at least, and so many factors may stand in all of them."""


class ClaimedSolution:
    """The lines behind the claims of a case, each with what follows in it from the claims before.

    `made` is what edits that were tried make of every claim, for all searches of the case.
    """

    def __init__(self, case: Submission) -> None:
        self.case = case
        self.names = tuple(str(claim.quantity) for claim in case.claims)
        self.position = {name: i for i, name in enumerate(self.names)}
        self.solution = solution_of(case.lessons, frozenset(self.names))
        self.agreeing = {i for i, claim in enumerate(case.claims) if case.agrees(i, case.right[i])}
        self.made: dict[tuple[tuple[str, ...], str, str], Array] = {}

    def behind(self, names: Sequence[str], ends: Set[str] = frozenset()) -> dict[str, int]:
        """The lines and given numbers behind some names, with how many lines lie between: the nearest, and none past `ends`."""
        found, layer, depth = dict.fromkeys(names, 0), list(names), 0
        most = max(FEWEST_LINES, min(MOST_LINES, MOST_FACTORS // self._widest))
        while layer and len(found) < most:
            needed = (need for name in layer if (line := self.solution.line(name)) for need in line.needs)
            fresh = (name for name in dict.fromkeys(needed) if name not in found and name not in ends)
            layer, depth = list(islice(fresh, most - len(found))), depth + 1
            found |= dict.fromkeys(layer, depth)
        return found

    @property
    def _widest(self) -> int:
        """The most numbers that a row of parameters has."""
        return max((array.shape[-1] for array in self.case.scenario.parameters.values()), default=1)

    @cached_property
    def order(self) -> tuple[Line, ...]:
        """The lines that the claims follow from, each after those it needs; of thousands the nearest, as if others were given."""
        near, ordered = self.behind(self.names), dict[str, Line | None]()
        for name in self.names:
            self._visit(name, near, ordered)
        return tuple(line for line in ordered.values() if line is not None)

    def _visit(self, name: str, near: Container[str], ordered: dict[str, Line | None]) -> None:
        """`name` after all that it needs, without recursion: a solution may have thousands of lines."""
        pending = [(name, False)]
        while pending:
            current, is_ready = pending.pop()
            if current in ordered:
                continue
            line = self.solution.line(current)
            if is_ready or line is None:
                ordered[current] = line
                continue
            pending.append((current, True))
            pending += [(need, False) for need in line.needs if need in near and need not in ordered]

    @cached_property
    def base(self) -> Mapping[str, float]:
        """What follows in every line from the claims before it, without an edit; of a claim, before it was claimed."""
        found: dict[str, float] = {}
        known = self.known()
        with np.errstate(all="ignore"):
            for line in self.order:
                found[line.name] = worth(line.written, known)
                known[line.name] = self.stands(line.name, found[line.name])
        return found

    @cached_property
    def standing(self) -> Mapping[str, float]:
        """The numbers that the learner goes on with."""
        known = self.known()
        for line in self.order:
            known[line.name] = self.stands(line.name, self.base[line.name])
        return known

    def shown(self, name: str, digits: int) -> Num:
        """A number that the learner goes on with: as they wrote it, as it is given, or to so many figures."""
        if name in self.position:
            typed = self.case.claims[self.position[name]].typed
            return Num(typed.value, typed.text) if LITERAL.fullmatch(typed.text) else figure(typed.value, digits)
        if self.solution.line(name) is None and "memory." not in name:
            return self.solution.given(name)
        return figure(float(self.standing[name]), digits)

    def known(self) -> dict[str, Numbers]:
        """Numbers by name, to which those of lines are added."""
        return _Given(self.solution)

    def stands(self, name: str, value: Numbers) -> Numbers:
        """What later lines go on with: a claim as it was written, or what it was written for, if that was cut short."""
        i = self.position.get(name)
        if i is None:
            return value
        typed = self.case.claims[i].typed
        if i not in self._cut_short:
            return typed.value
        meant: Array = np.where(np.abs(value - typed.value) <= typed.half_unit, value, typed.value)
        return meant if meant.ndim else float(meant)

    @cached_property
    def _cut_short(self) -> frozenset[int]:
        """The right claims with fewer figures than others have: nobody goes on with those."""
        counts = [figures(claim.typed) for claim in self.case.claims]
        return frozenset(i for i in self.agreeing if counts[i] < max(counts) - 1)

    def shifted(self, shifts: Sequence[tuple[str, float]]) -> Array:
        """(shifts, claims): how far each claim moves where one number is gone on with that much larger."""
        found, known = np.zeros((len(shifts), len(self.names))), self.known()
        rows: defaultdict[str, list[int]] = defaultdict(list)
        for row, (name, _) in enumerate(shifts):
            rows[name].append(row)
        with np.errstate(all="ignore"):
            for line in self.order:
                value = worth(line.written, known)
                if line.name in self.position:
                    found[:, self.position[line.name]] = value - self.base[line.name]
                known[line.name] = value = self.stands(line.name, value)
                if line.name in rows:
                    moved = np.array(np.broadcast_to(value, (len(shifts),)))
                    moved[rows[line.name]] += [shifts[row][1] for row in rows[line.name]]
                    known[line.name] = moved
        return np.nan_to_num(np.abs(found), nan=0.0, posinf=0.0, neginf=0.0)

    @cached_property
    def follows(self) -> Array:
        """What follows for each claim from the claims before it."""
        return np.array([self.base.get(name, self.solution.right(name)) for name in self.names])


class _Given(dict[str, Numbers]):
    """Numbers by name; what no line makes is given."""

    def __init__(self, solution: Solution) -> None:
        super().__init__()
        self._solution = solution

    def __missing__(self, name: str) -> Numbers:
        value = self[name] = self._solution.right(name)
        return value
