"""Which edit of the reference program gives the caller's arrays: one edit, the same everywhere, two; or line by line.

A line is only edited where everything that depends on it is wrong, so what is right narrows the search. Where values
on the way are given, each wrong line is searched by itself, from the values that were given before it.
"""

from __future__ import annotations

import warnings
from collections.abc import Collection, Iterable, Iterator, Mapping
from types import CodeType
from typing import Any

from backprop_tutor.frozen import frozen
from backprop_tutor.graph.array import np
from backprop_tutor.programs.edits import (
    Edit,
    Slip,
    at_every_step,
    changed_in_place,
    confused,
    exchanged,
    repeated,
    single_edits,
)
from backprop_tutor.programs.execution import Bench, compiled
from backprop_tutor.programs.target import Target

MOST_STARTS = 6
MOST_FOUND = 40


@frozen(eq=False)
class Found:
    """An explanation: the program that was edited, and the slips, each at its lines, that give all the wrong arrays."""

    bench: Bench
    slips: tuple[Slip, ...]

    @property
    def changed(self) -> frozenset[tuple[int, str]]:
        """The lines that are changed, each with its new right side."""
        return frozenset((edit.line, edit.text) for slip in self.slips for edit in slip.edits)

    @property
    def rank(self) -> tuple[int, int, int, int]:
        """The less is changed the better, then what is seen more often; a line read backwards from the gradients."""
        lines = sum(len(slip.edits) for slip in self.slips)
        seen = -sum(slip.seen for slip in self.slips)
        return len(self.slips), seen, lines, -self.slips[0].first


class Search:
    """The edits of one program held against the arrays that were given.

    `known` are lines, with their names, whose edits another form of the program has the same numbers for.
    """

    def __init__(
        self, bench: Bench, targets: Mapping[str, Target], known: frozenset[tuple[str, str]] = frozenset()
    ) -> None:
        self.bench, self.known = bench, known
        self.targets = {name: target for name, target in targets.items() if name in bench.program.place}
        self.wrong = frozenset(n for n, t in self.targets.items() if not t.agrees(bench.right[n]))
        self.right = frozenset(self.targets) - self.wrong
        self.zeros = frozenset(name for name, value in bench.right.items() if _is_zeros(value))
        """Arrays of zeros: one of them in place of another array is only a line without effect."""
        self._codes: dict[Edit, CodeType] = {}
        self.tried = 0

    @property
    def is_stated(self) -> bool:
        """Whether the program has the sum or the mean that the scenario states."""
        return self.bench.program.is_stated

    def found(self) -> list[Found]:
        """The explanations of all that is wrong, the best first; none where nothing is."""
        if not self.wrong:
            return []
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)  # an edited line may index a number
            whole, local, partial = self._one()
            whole = whole or list(self._two_apart(local)) or list(self._two_in_turn(partial))
        once: dict[object, Found] = {}
        for each in sorted(whole, key=lambda found: found.rank):
            once.setdefault(each.changed, each)
        return list(once.values())[:MOST_FOUND]

    def _one(self) -> tuple[list[Found], list[tuple[Slip, frozenset[str]]], list[tuple[Slip, frozenset[str]]]]:
        """Slips that give everything; those that give a part and touch nothing else; those that give what comes first."""
        edits = {line: list(single_edits(self.bench, line)) for line in self._lines()}
        whole: list[Found] = []
        local: list[tuple[Slip, frozenset[str]]] = []
        partial: list[tuple[Slip, frozenset[str]]] = []
        slips: Iterable[Slip] = (Slip((edit,)) for found in edits.values() for edit in found)
        lines = set(edits)
        in_place = (slip for slip in changed_in_place(self.bench) if lines.issuperset(edit.line for edit in slip.edits))
        several = (*repeated(self.bench, edits), *at_every_step(self.bench, edits), *exchanged(self.bench, edits))
        for slip in (*slips, *several, *confused(self.bench, edits), *in_place):
            if all(edit.part in self.zeros for edit in slip.edits):
                continue
            matched, is_clean = self._matched(slip)
            if is_clean and matched == self.wrong:
                whole.append(Found(self.bench, (slip,)))
            elif is_clean and matched:
                local.append((slip, matched))
            elif matched:
                partial.append((slip, matched))
        return whole, local, partial

    def _lines(self) -> Iterator[int]:
        """The lines on which only wrong arrays depend."""
        for line, names in enumerate(self.bench.downstream):
            concerned = names & self.targets.keys()
            written = self.bench.program.lines[line]
            if concerned and not concerned & self.right and (written.name, written.text) not in self.known:
                yield line

    def _matched(self, slip: Slip, known: Mapping[str, Any] | None = None) -> tuple[frozenset[str], bool]:
        """The wrong arrays that come out, up to the first array that does not, and whether there was none such."""
        matched = set[str]()
        self.tried += 1
        for name, value in self.bench.walk({edit.line: self._code(edit) for edit in slip.edits}, known):
            if value is None:
                return frozenset(matched & self.wrong), False
            target = self.targets.get(name)
            if target is None:
                continue
            if not target.loosely(value):
                return frozenset(matched & self.wrong), False
            matched.add(name)
        return frozenset(matched & self.wrong), True

    def _code(self, edit: Edit) -> CodeType:
        if edit not in self._codes:
            self._codes[edit] = compiled(edit.definition)
        return self._codes[edit]

    def _two_apart(self, local: Collection[tuple[Slip, frozenset[str]]]) -> Iterator[Found]:
        """Slips at different lines, each of which gives what the other does not touch."""
        best: dict[frozenset[str], Slip] = {}
        for slip, matched in local:
            if matched not in best or _rank(slip) < _rank(best[matched]):
                best[matched] = slip
        for cover in _covers(self.wrong, best):
            yield Found(self.bench, tuple(best[part] for part in cover))

    def _two_in_turn(self, partial: Collection[tuple[Slip, frozenset[str]]]) -> Iterator[Found]:
        """A second slip at a later line, in what the first leaves behind."""
        starts = sorted(partial, key=lambda each: (-len(each[1]), _rank(each[0])))[:MOST_STARTS]
        for slip, matched in starts:
            known = dict(self.bench.right)
            known |= dict(self.bench.walk({edit.line: self._code(edit) for edit in slip.edits}))
            rest = self.wrong - matched
            for line, names in enumerate(self.bench.downstream):
                concerned = names & self.targets.keys()
                if line <= slip.first or not concerned or not concerned <= rest:
                    continue
                for edit in single_edits(self.bench, line):
                    second = Slip((edit,))
                    if self._matched(second, known) == (rest, True):
                        yield Found(self.bench, (slip, second))

    def line_by_line(self) -> list[tuple[str, list[Found]]]:
        """Each array, in the order of the program, that does not follow from those given before it, with its causes."""
        known, touched, found = dict(self.bench.right), set[str](), []
        lines = self.bench.program.lines
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)  # an edited line may index a number
            for i, line in enumerate(lines):
                if not touched.isdisjoint(self.bench.reads[i]):
                    known[line.name] = eval(self.bench.codes[i], known)  # noqa: S307 - a line of ours
                    touched.add(line.name)
                target = self.targets.get(line.name)
                if target is None:
                    continue
                if not target.agrees(known[line.name]):
                    found.append((line.name, self._causes(line.name, known)))
                known[line.name] = target.value.reshape(np.shape(self.bench.right[line.name]))
                touched.add(line.name)
        return found

    def _causes(self, name: str, known: Mapping[str, Any]) -> list[Found]:
        """The edits of the lines that lead to an array from those given before it."""
        last = self.bench.program.place[name]
        found = []
        for line in range(last + 1):
            between = {self.bench.program.lines[i].name for i in range(line, last)} & self.targets.keys()
            reached = self.bench.downstream[line]
            if name not in reached or (between & reached):
                continue
            for edit in single_edits(self.bench, line):
                for made, value in self.bench.walk({line: self._code(edit)}, known):
                    if made == name:
                        if self.targets[name].loosely(value):
                            found.append(Found(self.bench, (Slip((edit,)),)))
                        break
        return sorted(found, key=lambda each: each.rank)[:MOST_FOUND]


def _is_zeros(value: Any) -> bool:
    return isinstance(value, np.ndarray) and value.ndim > 0 and not value.any()


def _rank(slip: Slip) -> tuple[int, int]:
    return -slip.seen, len(slip.edits)


def _covers(wanted: frozenset[str], parts: Mapping[frozenset[str], Slip]) -> Iterator[tuple[frozenset[str], ...]]:
    """Two parts that are `wanted` together, none of which overlap."""
    for part in parts:
        rest = wanted - part
        if rest in parts and sorted(part) < sorted(rest):
            yield part, rest
