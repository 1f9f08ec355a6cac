"""What every edit makes of the claimed numbers: the learner's solution again, with one line changed, side by side.

An edit changes a line, and what follows from it up to the next claims, with which the learner goes on.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from functools import cached_property
from itertools import takewhile
from typing import TypeAlias
from weakref import WeakKeyDictionary

from backprop_tutor.formula.figures import figure
from backprop_tutor.formula.nodes import Div, Formula, Lit, Mul, Num
from backprop_tutor.frozen import frozen
from backprop_tutor.graph.array import Array, np
from backprop_tutor.graph.scenario import Scenario
from backprop_tutor.practice.diagnosis.agreement import figures
from backprop_tutor.practice.edits.arithmetic import Numbers, worth
from backprop_tutor.practice.edits.claimed_solution import ClaimedSolution
from backprop_tutor.practice.edits.misread import misread
from backprop_tutor.practice.edits.rewrites import OFTEN, SOMETIMES, Edit, edits, twice
from backprop_tutor.practice.edits.siblings import swaps
from backprop_tutor.practice.edits.solution import Line, Solution
from backprop_tutor.practice.exercise.typed import LITERAL

MOST_EDITED, MOST_NUMBERS, MOST_READ = 40_000, 4_000_000, 200_000
"""So many edits are tried, so many numbers do all lines have in all edits, and so many are read to compute the edited
lines.
"""
DEEPER, DEEPEST, MOST_UNUSUAL, MOST_OF_TWO = 0.5, 2.0, 4.0, 4.0
MOST_PAIRED = 1_000_000
"""Where the pairs of edits of a line would read more numbers none is tried: there are so many that chance does as well."""
LAYER, EVERYWHERE = 0.1, 0.2
"""How much more unusual an edit is a line further away, and in several lines at once."""

_KNOWN: WeakKeyDictionary[Scenario, dict[tuple[str, str, Formula], tuple[Edit, ...]]] = WeakKeyDictionary()


Key: TypeAlias = "tuple[tuple[str, ...], str, str]"
"""The lines that are edited, the kind of the edit and its place."""


@frozen(eq=False)
class Edited:
    """A line with an edit, in some lines of the same form at once: `lines` are their names, the first comes first."""

    edit: Edit
    lines: tuple[str, ...]
    cost: float
    reach: str = "line"

    @property
    def key(self) -> Key:
        """What is changed, and where."""
        return self.lines, self.edit.kind, self.edit.place

    @property
    def name(self) -> str:
        """The name of the first line that is edited."""
        return self.lines[0]


_TRIED: WeakKeyDictionary[Solution, dict[tuple[int, bool], tuple[tuple[Edited, ...], Array]]] = WeakKeyDictionary()


class EditedSolutions:
    """The edits that may be behind some of the claims of a case, and what each makes of every claim.

    `own` are the claims that do not follow from those before; only lines that they follow from, without another claim in
    between, are edited. With `twice` those of the claims are so in two places, too.
    """

    def __init__(self, claimed: ClaimedSolution, own: Sequence[int] = (), twice: bool = False) -> None:
        self.claimed, self.own, self._twice = claimed, tuple(own), twice
        self.case, self.solution = claimed.case, claimed.solution

    @cached_property
    def depths(self) -> Mapping[str, int]:
        """The lines and given numbers behind the wrong claims, with how many lines lie between."""
        return self.claimed.behind([self.claimed.names[i] for i in self.own], frozenset(self.claimed.position))

    @property
    def edited(self) -> tuple[Edited, ...]:
        """Every edit, alone, in the lines of the same array and in those of the same kind everywhere."""
        return self._tried[0]

    @property
    def rows(self) -> Array:
        """(edits, claims): what each edit makes of each claim."""
        return self._tried[1]

    @cached_property
    def _tried(self) -> tuple[tuple[Edited, ...], Array]:
        """The edits and their rows. Those of one number depend on how many figures it is written with, not on which."""
        if len(self.claimed.names) > 1:
            edited = self._edits()
            return edited, self._made_by(edited)
        known, key = _TRIED.setdefault(self.solution, {}), (figures(self.case.claims[0].typed), self._twice)
        if key not in known:
            edited = self._edits()
            known[key] = edited, self._made_by(edited)
        return known[key]

    def _edits(self) -> tuple[Edited, ...]:
        found: list[Edited] = []
        alike: defaultdict[tuple[str, str, str], list[Edited]] = defaultdict(list)
        for line in self._nearest():
            further = self._further(line.name)
            for edit in (*self.edits_of(line, MOST_UNUSUAL - further), *self._pairs_of(line)):
                one = Edited(edit, (line.name,), edit.cost + further)
                found.append(one)
                alike[(self._family(line.name), edit.kind, edit.place)].append(one)
        for name in self.depths:
            if self.solution.line(name) is None:
                given = self.solution.given(name)
                read = misread(given, signed=not name.startswith("setting."))
                found += [Edited(e, (name,), e.cost + self._further(name)) for e in read]
        return tuple(found[: self._most]) + tuple(self._together(alike))

    @property
    def _most(self) -> int:
        """How many edits are tried: fewer where each of them has many lines."""
        return min(MOST_EDITED, MOST_NUMBERS // (1 + len(self.claimed.order)))

    def _nearest(self) -> list[Line]:
        """The lines behind the wrong claims in their order; of many or long ones, the nearest that have as many edits as are
        tried.
        """
        chosen, tried, read = set(), 0, 0
        behind = [line for line in self.claimed.order if line.name in self.depths]
        for line in sorted(behind, key=lambda each: self.depths[each.name]):
            if tried >= self._most or read >= MOST_READ:
                break
            chosen.add(line.name)
            tried += len(self._every_edit(line))
            read += len(self._every_edit(line)) * len(line.needs)
        return [line for line in behind if line.name in chosen]

    def _further(self, name: str) -> float:
        return min(DEEPEST, DEEPER * self.depths[name])

    def edits_of(self, line: Line, most: float = MOST_UNUSUAL) -> Iterator[Edit]:
        """The edits of a line that are not more unusual than that."""
        yield from (edit for edit in self._every_edit(line) if edit.cost <= most)
        if line.name in self.claimed.position and np.isfinite(self.claimed.base[line.name]):
            digits = figures(self.case.claims[self.claimed.position[line.name]].typed)
            result = figure(self.claimed.base[line.name], max(2, min(digits, 15)))
            yield from misread(result, of_result=True)
            yield from self._of_another_line(line.name, result)

    def _of_another_line(self, name: str, result: Num) -> Iterator[Edit]:
        """The numbers of the claims before, written down in place of the one of this line."""
        before = takewhile(lambda line: line.name != name, self.claimed.order)
        for other in (line.name for line in before if line.name in self.claimed.position):
            typed = self.case.claims[self.claimed.position[other]].typed
            if LITERAL.fullmatch(typed.text):
                shown = Num(typed.value, typed.text)
                yield Edit("value-repeated", f"#={other}", result, shown, shown, OFTEN)

    def _pairs_of(self, line: Line) -> Iterator[Edit]:
        """Two edits of the line of a wrong claim."""
        if self._twice and self.depths[line.name] == 0:
            step, once = self.solution.step(line.name), self._paired(line)
            yield from twice(once, swaps(step, line.name.removeprefix(step.prefix)), MOST_OF_TWO)

    @property
    def has_pairs(self) -> bool:
        """Whether two edits of one line are to be tried at all."""
        lines = (self.solution.line(name) for name, depth in self.depths.items() if depth == 0)
        return any(line and self._paired(line) for line in lines)

    def _paired(self, line: Line) -> Sequence[Edit]:
        """The edits of a line that are tried two at a time: none of a line that has too many."""
        once = [edit for edit in self._every_edit(line) if edit.cost < MOST_OF_TWO]
        return once if len(once) ** 2 * len(line.needs) <= MOST_PAIRED else ()

    def _every_edit(self, line: Line) -> tuple[Edit, ...]:
        """The edits of the formula of a line; each line of a scenario is gone through once."""
        step, known = self.solution.step(line.name), _KNOWN.setdefault(self.case.scenario, {})
        key = (step.lesson.notation.name, line.name, line.written)
        if key not in known:
            name = line.name.removeprefix(step.prefix)
            known[key] = (*edits(line.written, swaps(step, name), MOST_UNUSUAL), *self._by_examples(line, name))
        return known[key]

    def _by_examples(self, line: Line, name: str) -> Iterator[Edit]:
        """The gradient of a parameter, which already is a mean, taken as a sum, or divided by the examples again."""
        step = self.solution.step(line.name)
        section, _, short = name.partition(".")
        count, graph = step.lesson.examples, step.lesson.graph
        if section == "grads" and count > 1 and short.partition("[")[0] in graph.parameters:
            examples = Lit(Fraction(count))
            for sign, written in (("m", Mul((examples, line.written))), ("/m", Div(line.written, examples))):
                yield Edit("part-only", sign, line.written, written, written, SOMETIMES)

    def _family(self, name: str) -> str:
        """What lines of the same array have in common."""
        return name.partition("[")[0].partition("@")[0]

    def _together(self, alike: Mapping[tuple[str, str, str], Sequence[Edited]]) -> Iterator[Edited]:
        """The same edit in all lines of an array, and in all arrays of the same kind."""
        wide: defaultdict[tuple[str, str, str], list[Edited]] = defaultdict(list)
        for (family, kind, place), members in alike.items():
            wide[(family.rstrip("0123456789"), kind, place)] += members
            if len(members) > 1:
                yield from self._groups(members)
        for (_, _, place), members in wide.items():
            if len({self._family(each.name) for each in members}) > 1 and not place.startswith("#"):
                yield self._joined(members, EVERYWHERE, "everywhere")

    def _groups(self, members: Sequence[Edited]) -> Iterator[Edited]:
        yield self._joined(members, LAYER, "layer")
        units: defaultdict[str, list[Edited]] = defaultdict(list)
        examples: defaultdict[str, list[Edited]] = defaultdict(list)
        for each in members:
            unit, _, example = each.name.partition("@")
            units[unit.partition(",")[0]].append(each)
            examples[example].append(each)
        for reach, groups in (("unit", units), ("example", examples)):
            for group in groups.values():
                if 1 < len(group) < len(members):
                    yield self._joined(group, LAYER / 2, reach)

    def _joined(self, members: Sequence[Edited], more: float, reach: str) -> Edited:
        first = min(members, key=lambda each: each.cost)
        names = tuple(dict.fromkeys(each.name for each in members))
        return Edited(first.edit, names, first.cost + more, reach)

    def _made_by(self, edited: Sequence[Edited]) -> Array:
        """What each edit makes of each claim: of those that another search of the case tried, what that one found."""
        alone = {each.key: each.edit for each in reversed(edited) if each.reach == "line"}
        fresh = {each.key: each for each in edited if each.key not in self.claimed.made}
        found = dict(zip(fresh, self._computed(tuple(fresh.values()), alone), strict=True))
        self.claimed.made |= {key: row for key, row in found.items() if _is_tried(fresh[key], alone)}
        found |= self.claimed.made
        return np.array([found[each.key] for each in edited]).reshape(len(edited), len(self.claimed.names))

    def _computed(self, fresh: Sequence[Edited], alone: Mapping[Key, Edit]) -> Array:
        found = np.empty((len(fresh), len(self.claimed.names)))
        changed = _changed(fresh, alone)
        known = self.claimed.known()
        with np.errstate(all="ignore"):
            for name in self.depths:
                if self.solution.line(name) is None and name in changed:
                    known[name] = _apply(self.solution.right(name), changed[name], known, len(fresh))
            for line in self.claimed.order:
                value = worth(line.written, known)
                if line.name in changed:
                    value = _apply(value, changed[line.name], known, len(fresh))
                if line.name in self.claimed.position:
                    found[:, self.claimed.position[line.name]] = value
                known[line.name] = self.claimed.stands(line.name, value)
        for name, i in self.claimed.position.items():
            if name not in self.claimed.base:
                found[:, i] = self.solution.right(name)
        return found


def _is_tried(each: Edited, alone: Mapping[Key, Edit]) -> bool:
    """Whether each of the lines is edited alone as well: not where there are more edits than are tried."""
    return all(((name,), *each.key[1:]) in alone for name in each.lines)


def _changed(edited: Sequence[Edited], alone: Mapping[Key, Edit]) -> Mapping[str, list[tuple[Edit, list[int]]]]:
    """For each line its edits, each with the rows that have it."""
    held: defaultdict[str, dict[Key, tuple[Edit, list[int]]]] = defaultdict(dict)
    for row, each in enumerate(edited):
        for name in each.lines if _is_tried(each, alone) else ():
            key = ((name,), *each.key[1:])
            held[name].setdefault(key, (alone[key], []))[1].append(row)
    return {name: list(found.values()) for name, found in held.items()}


def _apply(
    value: Numbers, changed: Sequence[tuple[Edit, list[int]]], known: Mapping[str, Numbers], rows_in_all: int
) -> Array:
    found = np.array(np.broadcast_to(value, (rows_in_all,)))
    for edit, at in changed:
        if len(at) == 1:
            found[at[0]] = worth(edit.written, _One(known, at[0]))
        else:
            rows = np.array(at)
            found[rows] = worth(edit.written, _Some(known, rows))
    return found


class _One(dict[str, Numbers]):
    """The numbers of one row."""

    def __init__(self, known: Mapping[str, Numbers], row: int) -> None:
        super().__init__()
        self._all, self._row = known, row

    def __missing__(self, name: str) -> float:
        value = self._all[name]
        return float(value[self._row]) if isinstance(value, np.ndarray) else value


class _Some(dict[str, Numbers]):
    """The numbers of some rows."""

    def __init__(self, known: Mapping[str, Numbers], rows: Array) -> None:
        super().__init__()
        self._all, self._rows = known, rows

    def __missing__(self, name: str) -> Numbers:
        value = self._all[name]
        return value[self._rows] if isinstance(value, np.ndarray) else value
