"""Every single edit of a program: one rule at one place, and the same edit wherever the program has that line.

An edit addresses a node of a line by its path in the tree; only the nodes along the path are copied.
"""

from __future__ import annotations

import ast
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from backprop_tutor.frozen import frozen
from backprop_tutor.graph.array import np
from backprop_tutor.programs.execution import BEFORE, Bench, shape_of
from backprop_tutor.programs.rules.arrays import in_place
from backprop_tutor.programs.rules.spot import AT, Rule, Spot
from backprop_tutor.programs.rules.table import RULES

Path = tuple[tuple[str, int], ...]
SHIFTED = re.compile(r"(?<=[a-z_])(\d+)\b", re.IGNORECASE)
NUMBER = re.compile(r"\d+$")
BACKWARD = (
    "output error",
    "output delta",
    "output slope",
    "slope",
    "sent back",
    "weight gradient",
    "bias gradient",
    "adjoint",
    "parameter gradient",
)
STEPPED = ("adjoint", "parameter gradient")
"""The roles of the backward lines of a graph, where a term may recur at every step."""


@frozen(eq=False)
class Edit:
    """What stands in place of one line: the rule, the part it is about, the new expression."""

    rule: Rule
    line: int
    path: Path
    part: str
    definition: ast.expr

    @cached_property
    def text(self) -> str:
        """The wrong right side."""
        return ast.unparse(self.definition)


@frozen(eq=False)
class Slip:
    """One edit, or the same edit at several lines; `where` tells at how many of the lines it could be at."""

    edits: tuple[Edit, ...]

    @property
    def rule(self) -> Rule:
        """The rule of all its edits."""
        return self.edits[0].rule

    @property
    def seen(self) -> int:
        """How often it is seen; the same confusion of names at several lines is rarer than one other line."""
        return self.rule.seen - 2 * (self.rule.name == "sibling-used" and len(self.edits) > 1)

    @property
    def first(self) -> int:
        """The first line that is changed."""
        return min(edit.line for edit in self.edits)


def single_edits(bench: Bench, line: int, rules: Sequence[Rule] | None = None) -> Iterator[Edit]:
    """Every edit of one line."""
    spots = _Spots(bench, line)
    for path, node in nodes(bench.trees[line]):
        spot = spots.at(node, not path)
        for rule in rules or tuple(RULES.values()):
            for made, part in rule.make(spot):
                yield Edit(rule, line, path, part, put(bench.trees[line], path, made))


def nodes(tree: ast.expr, path: Path = ()) -> Iterator[tuple[Path, ast.expr]]:
    """Every expression inside a tree, itself first, with the way to it."""
    yield path, tree
    for name, value in ast.iter_fields(tree):
        parts = value if isinstance(value, list) else [value]
        for i, part in enumerate(parts):
            if isinstance(part, ast.expr) and not _is_function(tree, name, part):
                yield from nodes(part, (*path, (name, i)))


def _is_function(tree: ast.expr, field: str, part: ast.expr) -> bool:
    """Whether a part is the name of a function of NumPy, which is no quantity."""
    named = isinstance(part, ast.Attribute) and isinstance(part.value, ast.Name) and part.value.id == "np"
    return (isinstance(tree, ast.Call) and field == "func" and (named or isinstance(part, ast.Name))) or (
        isinstance(part, ast.Name) and part.id == "np"
    )


def put(tree: ast.expr, path: Path, made: ast.expr) -> ast.expr:
    """`tree` with another node at the end of `path`."""
    if not path:
        return made
    (name, i), *rest = path
    values = {field: getattr(tree, field) for field in tree._fields}
    old = values[name]
    if isinstance(old, list):
        values[name] = [*old[:i], put(old[i], tuple(rest), made), *old[i + 1 :]]
    else:
        values[name] = put(old, tuple(rest), made)
    return type(tree)(**values, **AT)


class _Spots:
    """The nodes of a line with everything a rule may want to know about them."""

    def __init__(self, bench: Bench, line: int) -> None:
        program = bench.program
        self.written = program.lines[line]
        self.layout = program.layout
        kept = [name for name in bench.given if name.endswith(BEFORE)]
        known = [*program.given, *(each.name for each in program.lines[:line])]
        late = [each.name for each in program.lines[line + 1 :] if each.role.endswith("gradient")]
        self.shapes = {name: shape_of(bench.right[name]) for name in (*known, *late, *kept)}
        self.alike = {name: self._alike(name, known) for name, shape in self.shapes.items() if shape}
        self.arrays = [each.name for each in program.lines if each.role in BACKWARD]
        mine = shape_of(bench.right[self.written.name])
        self.others = [
            bench.trees[i]
            for i, other in enumerate(program.lines)
            if i != line
            and i < len(program.lines)
            and bench.reads[i] <= {*self.shapes, "np"}
            and shape_of(bench.right[other.name]) == mine
            and other.role != "preactivation"
            and np.any(bench.right[other.name])
        ]
        self.units = _units(bench, line)

    def _alike(self, name: str, known: Sequence[str]) -> list[str]:
        """The names it could be mistaken for: of the same shape, or in a gradient also of as many examples."""
        shape, axis = self.shapes[name], self.layout.axis
        found = [other for other in known if other != name and self.shapes[other] == shape]
        if self.written.role in ("weight gradient", "bias gradient") and len(shape) > 1:
            found += [
                other
                for other in known
                if other not in found
                and other[0] not in "Wb"
                and len(self.shapes[other]) > 1
                and self.shapes[other] != shape
                and self.shapes[other][axis] == shape[axis]
            ]
        return found

    def at(self, node: ast.expr, is_whole: bool) -> Spot:
        """One node of it."""
        line = self.written
        return Spot(
            node, is_whole, line.role, line.layer, line.name, self.layout, self.alike, self.shapes, self.others,
            self.arrays, self.units,
        )  # fmt: skip


def _units(bench: Bench, line: int) -> int:
    """The number of outputs of the layer of a line."""
    name = f"z{bench.program.lines[line].layer}"
    shape = shape_of(bench.right.get(name, 0))
    return shape[bench.program.layout.unit_axis] if len(shape) > 1 else 1


def repeated(bench: Bench, edits: Mapping[int, Sequence[Edit]]) -> Iterator[Slip]:
    """The same edit at every line where it can be made: of one role in all layers, or of all gradients."""
    alike: defaultdict[tuple[object, ...], list[Edit]] = defaultdict(list)
    for line, found in edits.items():
        written = bench.program.lines[line]
        counts: Counter[tuple[object, ...]] = Counter()
        for edit in found:
            part = relative(edit, written.layer)
            for role in _families(written.role, edit):
                key = (role, edit.rule.name, edit.path if role == written.role else (), part)
                alike[(*key, counts[key])].append(edit)
                counts[key] += 1
    for group in alike.values():
        if len({edit.line for edit in group}) > 1:
            yield Slip(tuple(group))


def at_every_step(bench: Bench, edits: Mapping[int, Sequence[Edit]]) -> Iterator[Slip]:
    """The same edit of a term wherever the backward pass of a graph has it, numbers counted from the term's first.

    One statement in a loop over the steps is a term of many lines: dc1 = dc2 * f2 + dh1 * o1, dc2 = dh2 * o2.
    """
    alike: defaultdict[tuple[object, ...], dict[int, list[Edit]]] = defaultdict(dict)
    for line, found in edits.items():
        if bench.program.lines[line].role not in STEPPED:
            continue
        terms: dict[Path, str] = {(): ast.unparse(bench.trees[line])}
        counts: Counter[tuple[object, ...]] = Counter()
        for edit in found:
            start = _term(bench.trees[line], edit.path)
            if start not in terms:
                terms[start] = ast.unparse(at(bench.trees[line], start))
            number = SHIFTED.search(terms[start])
            base = int(number[1]) if number else 0
            mine = (edit.rule.name, edit.path, edit.part)
            key = (edit.rule.name, shifted(terms[start], base), edit.path[len(start) :], shifted(edit.part, base))
            alike[(*key, counts[mine])].setdefault(line, []).append(edit)
            counts[mine] += 1
    for group in alike.values():
        if sum(map(len, group.values())) > 1:
            yield Slip(tuple(_together(bench, line, found) for line, found in group.items()))


def _term(tree: ast.expr, path: Path) -> Path:
    """The way to the term of a sum in which a path ends."""
    for i, (name, _) in enumerate(path):
        if not (isinstance(tree, ast.BinOp) and isinstance(tree.op, ast.Add)):
            return path[:i]
        tree = getattr(tree, name)
    return path


def exchanged(bench: Bench, edits: Mapping[int, Sequence[Edit]]) -> Iterator[Slip]:
    """Two lines with the right sides of one another, once or at every step: di = dc * i, dg = dc * g."""
    lines = {id(tree): line for line, tree in enumerate(bench.trees)}
    pasted = {
        (line, lines[id(edit.definition)]): edit
        for line, found in edits.items()
        for edit in found
        if edit.rule.name == "pasted-line"
    }
    alike: defaultdict[tuple[str, ...], list[Edit]] = defaultdict(list)
    for (one, other), edit in pasted.items():
        if one < other and (other, one) in pasted:
            both = edit, pasted[other, one]
            yield Slip(both)
            number = SHIFTED.search(edit.text)
            alike[tuple(shifted(each.text, int(number[1]) if number else 0) for each in both)] += both
    yield from (Slip(tuple(group)) for group in alike.values() if len(group) > 2)


def confused(bench: Bench, edits: Mapping[int, Sequence[Edit]]) -> Iterator[Slip]:
    """The same name in place of the same other wherever it is read backward, numbers counted from its own: h3 for h2."""
    alike: defaultdict[tuple[str, str], dict[int, list[Edit]]] = defaultdict(dict)
    for line, found in edits.items():
        for edit in found:
            old = at(bench.trees[line], edit.path)
            if (
                edit.rule.name == "sibling-used"
                and isinstance(old, ast.Name)
                and bench.program.lines[line].role in BACKWARD
            ):
                number = NUMBER.search(old.id)
                start = int(number[0]) if number else 0
                key = NUMBER.sub("", old.id), relative(edit, start)
                alike[key].setdefault(line, []).append(edit)
    for group in alike.values():
        if sum(map(len, group.values())) > 1:
            yield Slip(tuple(_together(bench, line, found) for line, found in group.items()))


def _together(bench: Bench, line: int, found: Sequence[Edit]) -> Edit:
    """Several edits of one line as one; their paths are of names, so none is inside another."""
    made = bench.trees[line]
    for edit in found:
        made = put(made, edit.path, at(edit.definition, edit.path))
    return Edit(found[0].rule, line, found[0].path, found[0].part, made)


def at(tree: ast.expr, path: Path) -> ast.expr:
    """The node at the end of a path."""
    found: Any = tree
    for name, i in path:
        value = getattr(found, name)
        found = value[i] if isinstance(value, list) else value
    assert isinstance(found, ast.expr)
    return found


def changed_in_place(bench: Bench) -> Iterator[Slip]:
    """An array overwritten at some line of the backward pass: every later line reads what it holds from then on."""
    lines = bench.program.lines
    backward = [i for i, line in enumerate(lines) if line.role in BACKWARD]
    for name in dict.fromkeys(name for i in backward for name in sorted(bench.reads[i])):
        readers = [i for i in backward if name in bench.reads[i]]
        for text in in_place(name):
            tree = ast.parse(text, mode="eval").body
            if not {each.id for each in ast.walk(tree) if isinstance(each, ast.Name)} <= bench.right.keys():
                continue
            for start in range(len(readers)):
                yield Slip(tuple(_all_replaced(bench, i, name, tree, text) for i in readers[start:]))


def _all_replaced(bench: Bench, line: int, name: str, tree: ast.expr, text: str) -> Edit:
    """A line with another expression wherever it reads a name."""
    made = bench.trees[line]
    for path, node in nodes(bench.trees[line]):
        if isinstance(node, ast.Name) and node.id == name:
            made = put(made, path, tree)
    return Edit(RULES["overwritten"], line, (), text, made)


def _families(role: str, edit: Edit) -> Iterator[str]:
    """The lines that one would write alike."""
    yield role
    if not edit.path or edit.rule.name == "examples-missed":
        if role in ("weight gradient", "bias gradient"):
            yield "gradients"
        if role in ("slope", "output slope"):
            yield "slopes"
    if role in ("slope", "output slope") and edit.path:
        yield "slopes"


def relative(edit: Edit, layer: int) -> str:
    """What an edit is about, with layers counted from its own."""
    return shifted(edit.part, layer)


def shifted(text: str, base: int) -> str:
    """A text with the numbers of its names counted from `base`."""
    return SHIFTED.sub(lambda number: f"<{int(number[1]) - base}>", text)
