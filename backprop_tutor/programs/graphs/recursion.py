"""A recursion whose first step leaves out a state of zeros, with that state written: V h0 beside U x1.

Programs keep the states of all steps in one list that starts with zeros, so a slip in the recursion concerns the first
step as well.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping

from backprop_tutor.formula.nodes import Add, Formula, Index, MatMul, Mul, Sym, children, rebuild, symbols, total
from backprop_tutor.graph.array import Array, np
from backprop_tutor.graph.arrays import array_graph
from backprop_tutor.graph.graph import Graph
from backprop_tutor.graph.ops.layout import Layout

NUMBERED = re.compile(r"(.*?)(\d+)")


def with_start(graph: Graph, examples: int) -> tuple[Graph, dict[str, Array]]:
    """The graph with every state before a first step as an input, and these inputs: zeros of the shape of the state.

    The graph itself, and nothing, where its first steps leave nothing out.
    """
    if graph.shapes is None or graph.formulas is None or graph.outputs or graph.reduction != "mean":
        return graph, {}
    shapes = {node.name: shape for node, shape in zip(graph.nodes, graph.shapes, strict=True)}
    given = {node.name: shapes[node.name] for node in graph.nodes if node.op is None}
    firsts = dict(_first_steps(graph.formulas, given))
    states = {each.base for first in firsts.values() for each in symbols(first)} - graph.index.keys()
    if not states:
        return graph, {}
    start = {state: shapes[_moved(state, 1)] for state in states}
    parameters = {name: given.pop(name) for name in graph.parameters}
    output = graph.nodes[graph.losses].name
    made = array_graph({**given, **start}, parameters, {**graph.formulas, **firsts}, (output,))
    zeros = {name: Layout(shape, shared=False).closed(np.zeros((*shape, examples))) for name, shape in start.items()}
    return made, zeros


def _first_steps(formulas: Mapping[str, Formula], given: Collection[str]) -> Iterator[tuple[str, Formula]]:
    """The formulas that are those of the step after them but for the terms of a state that nothing makes."""
    for name, formula in formulas.items():
        later = formulas.get(_moved(name, 1))
        if later is None:
            continue
        whole = _earlier(later, formulas, given)
        unknown = {each.base for each in symbols(whole)} - formulas.keys() - set(given)
        if unknown and _without(whole, unknown) == formula:
            yield name, whole


def _moved(name: str, steps: int) -> str:
    """The name with the number at its end so many steps on; one without a number as it is."""
    found = NUMBERED.fullmatch(name)
    return f"{found[1]}{int(found[2]) + steps}" if found and int(found[2]) + steps >= 0 else name


def _earlier(formula: Formula, formulas: Collection[str], given: Collection[str]) -> Formula:
    """A formula of the step before: h1 for h2, x[1] for x[2]."""
    match formula:
        case Sym(base=name):
            before = _moved(name, -1)
            return Sym(before) if name in formulas or before in given else formula
        case Index(operand=Sym(base=name), places=(int(first), *rest)) if (
            _moved(name, -1) not in formulas and first > 1
        ):
            return Index(Sym(name), (first - 1, *rest))
        case _:
            parts = children(formula)
            return rebuild(formula, tuple(_earlier(part, formulas, given) for part in parts)) if parts else formula


def _without(formula: Formula, names: Collection[str]) -> Formula | None:
    """A formula without the terms that have one of the names as a factor; None where nothing is left."""
    match formula:
        case Sym(base=name):
            return None if name in names else formula
        case Add(terms=terms):
            kept = tuple(left for term in terms if (left := _without(term, names)) is not None)
            return total(kept) if kept else None
        case _:
            parts = tuple(_without(part, names) for part in children(formula))
            if None not in parts:
                return rebuild(formula, parts) if parts else formula  # type: ignore[arg-type]
            return None if isinstance(formula, Mul | MatMul | Index) else formula
