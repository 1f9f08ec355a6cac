"""What every edit makes of the claimed numbers: the learner's solution again, with one line changed, side by side.

A learner goes on with the numbers already written. So a claimed number is used in all lines after it, and a
line without a claim follows from those before; an edit changes a line, and what follows from it up to the next claims.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterator, Mapping, Sequence, Set
from fractions import Fraction
from functools import cached_property
from itertools import islice, takewhile
from weakref import WeakKeyDictionary

from backprop_tutor.formula.figures import figure
from backprop_tutor.formula.nodes import Div, Formula, Lit, Mul, Num
from backprop_tutor.frozen import frozen
from backprop_tutor.graph.array import Array, np
from backprop_tutor.graph.scenario import Scenario
from backprop_tutor.practice.diagnosis.agreement import figures
from backprop_tutor.practice.diagnosis.submission import Submission
from backprop_tutor.practice.edits.arithmetic import Numbers, worth
from backprop_tutor.practice.edits.misread import misread
from backprop_tutor.practice.edits.rewrites import OFTEN, SOMETIMES, Edit, edits, twice
from backprop_tutor.practice.edits.siblings import swaps
from backprop_tutor.practice.edits.solution import Line, Solution, solution_of
from backprop_tutor.practice.exercise.typed import LITERAL

MOST_LINES, MOST_EDITED, MOST_NUMBERS, MOST_READ = 700, 40_000, 4_000_000, 200_000
"""So many lines are gone back, so many edits are tried, so many numbers do all lines have in all edits, and so many are
read to compute the edited lines.
"""
FEWEST_LINES, MOST_FACTORS = 60, 12_600
"""Of wide sums fewer lines are gone back: so many at least, and so many factors may stand in all of them."""
DEEPER, DEEPEST, MOST_UNUSUAL, MOST_OF_TWO = 0.5, 2.0, 4.0, 4.0
MOST_PAIRED = 1_000_000
"""Where the pairs of edits of a line would read more numbers none is tried: there are so many that chance does as well."""
LAYER, EVERYWHERE = 0.1, 0.2
"""How much more unusual an edit is a line further away, and in several lines at once."""

_KNOWN: WeakKeyDictionary[Scenario, dict[tuple[str, str, Formula], tuple[Edit, ...]]] = WeakKeyDictionary()


@frozen(eq=False)
class Edited:
    """A line with an edit, in some lines of the same form at once: `lines` are their names, the first comes first."""

    edit: Edit
    lines: tuple[str, ...]
    cost: float
    reach: str = "line"

    @property
    def name(self) -> str:
        """The name of the first line that is edited."""
        return self.lines[0]


_TRIED: WeakKeyDictionary[Solution, dict[tuple[int, bool], tuple[tuple[Edited, ...], Array]]] = WeakKeyDictionary()


class EditedSolutions:
    """The edits that may be behind some of the claims of a case, and what each makes of every claim.

    `own` are the claims that do not follow from those before, set before edits are asked for; only lines that they
    follow from, without another claim in between, are edited. With `twice` those of the claims are so in two places, too.
    """

    def __init__(self, case: Submission, twice: bool = False) -> None:
        self.case, self._twice = case, twice
        self.own: tuple[int, ...] = ()
        self.names = tuple(str(claim.quantity) for claim in case.claims)
        self.position = {name: i for i, name in enumerate(self.names)}
        self.solution = solution_of(case.lessons, frozenset(self.names))
        self.agreeing = {i for i, claim in enumerate(case.claims) if case.agrees(i, case.right[i])}

    @cached_property
    def depths(self) -> Mapping[str, int]:
        """The lines and given numbers behind the wrong claims, with how many lines lie between."""
        return self._behind([self.names[i] for i in self.own], frozenset(self.position))

    def _behind(self, names: Sequence[str], ends: Set[str] = frozenset()) -> dict[str, int]:
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
        near, ordered = self._behind(self.names), dict[str, Line | None]()
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
        if len(self.names) > 1:
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
        return min(MOST_EDITED, MOST_NUMBERS // (1 + len(self.order)))

    def _nearest(self) -> list[Line]:
        """The lines behind the wrong claims in their order; of many or long ones, the nearest that have as many edits as are
        tried.
        """
        chosen, tried, read = set(), 0, 0
        behind = [line for line in self.order if line.name in self.depths]
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
        if line.name in self.position and np.isfinite(self.base[line.name]):
            digits = figures(self.case.claims[self.position[line.name]].typed)
            result = figure(self.base[line.name], max(2, min(digits, 15)))
            yield from misread(result, of_result=True)
            yield from self._of_another_line(line.name, result)

    def _of_another_line(self, name: str, result: Num) -> Iterator[Edit]:
        """The numbers of the claims before, written down in place of the one of this line."""
        before = takewhile(lambda line: line.name != name, self.order)
        for other in (line.name for line in before if line.name in self.position):
            typed = self.case.claims[self.position[other]].typed
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

    @cached_property
    def base(self) -> Mapping[str, float]:
        """What follows in every line from the claims before it, without an edit; of a claim, before it was claimed."""
        found: dict[str, float] = {}
        known = self._known()
        with np.errstate(all="ignore"):
            for line in self.order:
                found[line.name] = worth(line.written, known)
                known[line.name] = self._stands(line.name, found[line.name])
        return found

    @cached_property
    def standing(self) -> Mapping[str, float]:
        """The numbers that the learner goes on with."""
        known = self._known()
        for line in self.order:
            known[line.name] = self._stands(line.name, self.base[line.name])
        return known

    def shown(self, name: str, digits: int) -> Num:
        """A number that the learner goes on with: as they wrote it, as it is given, or to so many figures."""
        if name in self.position:
            typed = self.case.claims[self.position[name]].typed
            return Num(typed.value, typed.text) if LITERAL.fullmatch(typed.text) else figure(typed.value, digits)
        if self.solution.line(name) is None and "memory." not in name:
            return self.solution.given(name)
        return figure(float(self.standing[name]), digits)

    def _known(self) -> dict[str, Numbers]:
        return _Given(self.solution)

    def _stands(self, name: str, value: Numbers) -> Numbers:
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
        found, known = np.zeros((len(shifts), len(self.names))), self._known()
        rows: defaultdict[str, list[int]] = defaultdict(list)
        for row, (name, _) in enumerate(shifts):
            rows[name].append(row)
        with np.errstate(all="ignore"):
            for line in self.order:
                value = worth(line.written, known)
                if line.name in self.position:
                    found[:, self.position[line.name]] = value - self.base[line.name]
                known[line.name] = value = self._stands(line.name, value)
                if line.name in rows:
                    moved = np.array(np.broadcast_to(value, (len(shifts),)))
                    moved[rows[line.name]] += [shifts[row][1] for row in rows[line.name]]
                    known[line.name] = moved
        return np.nan_to_num(np.abs(found), nan=0.0, posinf=0.0, neginf=0.0)

    @cached_property
    def follows(self) -> Array:
        """What follows for each claim from the claims before it."""
        return np.array([self.base.get(name, self.solution.right(name)) for name in self.names])

    def _made_by(self, edited: Sequence[Edited]) -> Array:
        found = np.empty((len(edited), len(self.names)))
        changed = _changed(edited)
        known = self._known()
        with np.errstate(all="ignore"):
            for name in self.depths:
                if self.solution.line(name) is None and name in changed:
                    known[name] = _apply(self.solution.right(name), changed[name], known, len(edited))
            for line in self.order:
                value = worth(line.written, known)
                if line.name in changed:
                    value = _apply(value, changed[line.name], known, len(edited))
                if line.name in self.position:
                    found[:, self.position[line.name]] = value
                known[line.name] = self._stands(line.name, value)
        for name, i in self.position.items():
            if name not in self.base:
                found[:, i] = self.solution.right(name)
        return found


def _changed(edited: Sequence[Edited]) -> Mapping[str, list[tuple[Edit, list[int]]]]:
    """For each line its edits, each with the rows that have it."""
    held: defaultdict[str, dict[tuple[str, str], tuple[Edit, list[int]]]] = defaultdict(dict)
    for row, each in enumerate(edited):
        if each.reach == "line":
            key = (each.edit.kind, each.edit.place)
            held[each.name].setdefault(key, (each.edit, []))[1].append(row)
    for row, each in enumerate(edited):
        key = (each.edit.kind, each.edit.place)
        if each.reach != "line" and all(key in held[name] for name in each.lines):  # else not all are tried
            for name in each.lines:
                held[name][key][1].append(row)
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


class _Given(dict[str, Numbers]):
    """Numbers by name; what no line makes is given."""

    def __init__(self, solution: Solution) -> None:
        super().__init__()
        self._solution = solution

    def __missing__(self, name: str) -> float:
        return self._solution.right(name)


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
