"""The rules of a graph, fed recorded arrays: its trace as what is computed, not as numbers.

A formula that is applied element by element is computed by its stable form, of which value and derivatives share parts;
the tape's own evaluation of it decides by the numbers, where something has no value.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from backprop_tutor.fast.recorded import Book
from backprop_tutor.formula.nodes import Call, Div, Formula, Lit, Pow, children
from backprop_tutor.graph.expressions import names_in
from backprop_tutor.graph.graph import Graph
from backprop_tutor.graph.ops.functions import on_arrays
from backprop_tutor.graph.ops.layout import Layout
from backprop_tutor.graph.ops.operation import ArrayOp, fitted, lifted
from backprop_tutor.graph.stable_forms import stable, stable_derivative
from backprop_tutor.graph.tape import Backward, Forward, Rules, Trace, run, standard


def recorded_trace(graph: Graph, given: Mapping[str, Any], book: Book) -> tuple[Trace, int]:
    """The trace of recorded arrays, and the number of the last array of its forward pass."""
    rules, last, until = recordable(graph), len(graph.nodes) - 1, []
    back = rules.backward[last]
    assert back is not None, "the reported loss is computed"

    def begin_backward(values: Any, adjoints: Any) -> Any:
        until.append(next(book.numbers))
        return back(values, adjoints)

    trace = run(graph, given, rules.at(last, backward=begin_backward))
    return trace, until[0]


def recordable(graph: Graph) -> Rules:
    """The right rules of a graph; formulas element by element by the operators they are made of."""
    rules = standard(graph)
    for i in graph.computed:
        op = graph.nodes[i].op
        if isinstance(op, ArrayOp) and op.formula is not None and graph.nodes[i].inputs:
            rules = rules.at(i, *_of_formula(graph, i, op.formula))
    return rules


def may_have_no_value(graph: Graph, i: int) -> bool:
    """Whether a node's formula has a logarithm, a root, a power or a quotient that has no value for some numbers.

    Its derivative may well have one, so the value is watched, also where no gradient needs it.
    """
    op = graph.nodes[i].op
    return isinstance(op, ArrayOp) and op.formula is not None and _is_partial(op.formula)


def _is_partial(part: Formula) -> bool:
    match part:
        case Call(function="log" | "log1p" | "sqrt"):
            return True
        case Div(denominator=below) if names_in(below):
            return True
        case Pow(exponent=Lit(value=n)) if n >= 0 and n == int(n):
            return _is_partial(part.base)
        case Pow():
            return True
    return any(map(_is_partial, children(part)))


def _of_formula(graph: Graph, i: int, formula: Formula) -> tuple[Forward, Backward]:
    """Value and contributions of a node by its formula in stable form; no update needs what goes to a fused output."""
    assert graph.shapes is not None, "it is a graph of arrays"
    node, used = graph.nodes[i], names_in(formula)
    inputs = node.inputs[: len(used)]
    layouts = [Layout(graph.shapes[j], graph.nodes[j].shared) for j in inputs]
    out = Layout(graph.shapes[i], node.shared)
    rank = len(out.own)
    value = on_arrays(stable(formula))
    slopes = [on_arrays(stable_derivative(formula, name)) for name in used]

    def known(values: Any) -> dict[str, Any]:
        opened = (layout.opened(values[j]) for layout, j in zip(layouts, inputs, strict=True))
        lifts = (lifted(array, len(layout.own), rank) for array, layout in zip(opened, layouts, strict=True))
        return dict(zip(used, lifts, strict=True))

    def value_of(values: Any) -> Any:
        return out.closed(value(known(values)))

    def backward(values: Any, adjoints: Any) -> Any:
        given, g = known(values), out.opened(adjoints[i])
        shares = (g * slope(given) for slope in slopes)
        pairs = zip(shares, layouts, inputs, strict=True)
        return tuple(
            layout.closed(fitted(s, layout.opened(values[j]), len(layout.own), rank)) for s, layout, j in pairs
        )

    return value_of, backward
