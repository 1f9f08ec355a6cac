"""A reference program carried out line by line, right and with some of its lines replaced.

Only lines that this program wrote, or edits of them, are compiled; no text of a user ever is. Every name is assigned
once, so a changed line leaves the values before it as they are, and only what depends on it is computed again.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Collection, Iterator, Mapping
from functools import cached_property
from types import CodeType
from typing import Any, TypeAlias

from backprop_tutor.frozen import frozen
from backprop_tutor.graph.array import AnyArray, np
from backprop_tutor.graph.graph import Index
from backprop_tutor.graph.ops.affine import owners
from backprop_tutor.graph.scenario import Scenario
from backprop_tutor.programs.graphs.helpers import HELPERS
from backprop_tutor.programs.layout import Layout
from backprop_tutor.programs.reference import Program
from backprop_tutor.training.batches import data_of

Values: TypeAlias = Mapping[str, Any]
Changed: TypeAlias = Mapping[int, CodeType]

BUILTINS: Mapping[str, Any] = {"np": np, "erf": np.vectorize(math.erf, otypes=[float]), **HELPERS}
BEFORE = "_before"


def given_values(scenario: Scenario, layout: Layout, dtype: Any = float) -> dict[str, Any]:
    """Inputs, targets, parameters and constants of the first step as a program in that layout holds them."""
    graph = scenario.graph
    arrays = {**data_of(scenario, 1), **scenario.parameters}
    found: dict[str, Any] = {}
    for node in graph.nodes:
        if node.op is None:
            found[node.name] = np.ascontiguousarray(layout.of(arrays[node.name], node.role)).astype(dtype)
    found["m"] = next(iter(arrays.values())).shape[-1]
    found["learning_rate"] = scenario.training.learning_rate
    if graph.dense is not None:  # masks and a penalty are those of dense layers
        found["l2"] = graph.dense.l2
        for i, layer in enumerate(graph.dense.layers, 1):
            if layer.present:
                mask = np.array(layer.present, dtype=dtype)
                found[f"present{i}"] = mask if layout.weights == "out,in" else mask.T
            for letter, same in layer.same.items():
                name = f"{letter}{i}"
                found[f"same_{name}"] = _same(arrays[name].shape, same, layout.weights == "in,out").astype(dtype)
    return found


def _same(shape: Index, same: Mapping[Index, Index], turned: bool) -> AnyArray:
    """A matrix with a 1 where two places of a parameter, row by row, are one."""
    found = owners(shape, same)
    flat = (found.T if turned else found).ravel()
    return np.equal.outer(flat, flat)


def compiled(node: ast.expr) -> CodeType:
    """An expression of ours, ready to be evaluated."""
    return compile(ast.Expression(node), "<reference>", "eval")


def _read_only(value: Any) -> Any:
    """A view of an array that cannot be written into."""
    if not isinstance(value, np.ndarray):
        return value
    view = value.view()
    view.flags.writeable = False
    return view


def _live(tree: ast.AST, zeros: Collection[str]) -> Iterator[str]:
    """The names on which an expression depends: of a product with zeros none."""
    match tree:
        case ast.Name(id=name):
            yield name
        case (
            ast.BinOp(op=ast.Mult() | ast.MatMult(), left=one, right=other)
            | ast.Call(func=ast.Attribute(attr="outer"), args=[one, other])
        ) if any(isinstance(each, ast.Name) and each.id in zeros for each in (one, other)):
            return
        case _:
            for part in ast.iter_child_nodes(tree):
                yield from _live(part, zeros)


@frozen(eq=False)
class Bench:
    """A program with its given values: the right values, and those under changes of its lines."""

    program: Program
    given: Values

    @cached_property
    def trees(self) -> tuple[ast.expr, ...]:
        """The expression of each line."""
        return tuple(ast.parse(line.text, mode="eval").body for line in self.program.lines)

    @cached_property
    def codes(self) -> tuple[CodeType, ...]:
        """The compiled lines."""
        return tuple(map(compiled, self.trees))

    @cached_property
    def reads(self) -> tuple[frozenset[str], ...]:
        """The names each line reads."""
        return tuple(frozenset(code.co_names) for code in self.codes)

    @cached_property
    def right(self) -> dict[str, Any]:
        """Every name and its value; no edit of a line can write into one."""
        known: dict[str, Any] = {**BUILTINS, **{name: _read_only(value) for name, value in self.given.items()}}
        with np.errstate(all="ignore"):
            for line, code in zip(self.program.lines, self.codes, strict=True):
                known[line.name] = _read_only(eval(code, known))  # noqa: S307 - a line of ours
        return known

    @cached_property
    def downstream(self) -> tuple[frozenset[str], ...]:
        """The names that depend on each line, its own among them; a product with given zeros depends on nothing."""
        zeros = frozenset(name for name, value in self.given.items() if np.ndim(value) and not np.any(value))
        reads = tuple(frozenset(_live(tree, zeros)) for tree in self.trees) if zeros else self.reads
        found: list[frozenset[str]] = []
        for i, line in enumerate(self.program.lines):
            names = {line.name}
            for later in range(i + 1, len(self.program.lines)):
                if names & reads[later]:
                    names.add(self.program.lines[later].name)
            found.append(frozenset(names))
        return tuple(found)

    @cached_property
    def order(self) -> tuple[int, ...]:
        """The lines, a layer's small gradient of biases before its large one of weights: what is wrong shows there as well."""
        roles = [line.role for line in self.program.lines]
        swapped = {i: i + 1 for i in range(len(roles) - 1) if roles[i : i + 2] == ["weight gradient", "bias gradient"]}
        back = {later: first for first, later in swapped.items()}
        return tuple(swapped.get(i, back.get(i, i)) for i in range(len(roles)))

    def walk(self, changed: Changed, known: Mapping[str, Any] | None = None) -> Iterator[tuple[str, Any]]:
        """The values that differ in their making, in order, under changed lines; ends where a line cannot be computed."""
        values = dict(self.right if known is None else known)
        lines, touched, first = self.program.lines, set[str](), min(changed)
        for i in self.order:
            if i < first:
                continue
            code = changed.get(i)
            if code is None and touched.isdisjoint(self.reads[i]):
                continue
            try:
                value = eval(code or self.codes[i], values)  # noqa: S307 - a line of ours or an edit of it
            except (
                NameError,
                ValueError,
                IndexError,
                TypeError,
                ZeroDivisionError,
                AttributeError,
                OverflowError,
                MemoryError,
            ):
                yield lines[i].name, None
                return
            name = lines[i].name
            values[name] = value
            touched.add(name)
            yield name, value


def stale(earlier: Bench) -> dict[str, Any]:
    """The values of a call before, under the names they may be kept by: ``x_before``, ``a1_before``."""
    names = (*earlier.program.given, *(line.name for line in earlier.program.lines))
    return {f"{name}{BEFORE}": earlier.right[name] for name in names if np.ndim(earlier.right[name])}


def shape_of(value: Any) -> tuple[int, ...]:
    """The shape of a value."""
    return np.shape(value)
