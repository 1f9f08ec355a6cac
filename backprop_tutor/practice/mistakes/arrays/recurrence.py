"""Mistakes of what is looked up, repeated and gated: embedding, recurrence, LSTM, GRU.

The places are found by what is computed, however its author named it: a recurrent step is a formula that depends on the
same formula with the same parameters; a gate is a sigmoid that multiplies something.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from backprop_tutor.formula.functions import slope
from backprop_tutor.formula.nodes import (
    ONE,
    Add,
    Call,
    Formula,
    Mul,
    Neg,
    Sym,
    children,
    rebuild,
)
from backprop_tutor.formula.printing.unicode import unicode
from backprop_tutor.graph.array import Array, np
from backprop_tutor.graph.graph import Graph
from backprop_tutor.graph.scenario import Scenario
from backprop_tutor.practice.mistakes import principles
from backprop_tutor.practice.mistakes.arrays.operations import (
    BOTH_PASSES,
    WAY_BACK,
    Found,
    ancestors,
    by_formula,
    call_of,
    entry,
    formula_of,
    is_made_by,
    layout,
    nothing,
    opened,
    operations,
    sends,
    sent,
    shown,
    users,
    with_slope,
)
from backprop_tutor.text import T
from backprop_tutor.whatif.intervention import Changes, Wrong
from backprop_tutor.whatif.step_context import StepContext


def named(graph: Graph, i: int) -> int:
    """The node with a name of its own that a step of a formula belongs to."""
    while graph.nodes[i].inner and users(graph)[i]:
        i = users(graph)[i][0]
    return i


def recurrent(graph: Graph) -> dict[int, tuple[int, ...]]:
    """The parameters that the same formula uses at one step after another, each with its uses, the first step first."""
    found: dict[int, tuple[int, ...]] = {}
    for name in graph.parameters if not graph.layers else ():
        j = graph.index[name]
        using = _uses(graph, j)
        lines = [named(graph, i) for i in using]
        follows = all(a in ancestors(graph)[b] for a, b in pairwise(lines))
        if len(using) > 1 and follows and len({_form(graph, i) for i in using}) == 1:
            found[j] = using
    return found


def _form(graph: Graph, i: int) -> object:
    """What the uses of a parameter at several steps have in common: the operation, or the parameters of the formula."""
    formula, op = formula_of(graph, i), graph.nodes[i].op
    if formula is None:
        return op.name if op else ""
    return "formula"


def tied(graph: Graph) -> Iterator[tuple[int, tuple[int, ...]]]:
    """The parameters that are used in several places, not step after step; each with its uses."""
    repeated = recurrent(graph)
    for name in graph.parameters if not graph.layers else ():
        j = graph.index[name]
        using = _uses(graph, j)
        if j not in repeated and len(using) > 1:
            yield j, using


def _uses(graph: Graph, j: int) -> tuple[int, ...]:
    """The nodes on the way to the loss that take all of a parameter, not one of its numbers."""
    behind = ancestors(graph)[-1]
    return tuple(i for i in users(graph)[j] if i in behind and not is_made_by(graph, i, "index"))


def _last_only(scenario: Scenario) -> Iterator[Found]:
    graph = scenario.graph
    for j, using in recurrent(graph).items():
        yield Found(shown(graph, j), {sent(graph, i, j): nothing for i in using[:-1]})


def _averaged(scenario: Scenario) -> Iterator[Found]:
    graph = scenario.graph
    for j, using in recurrent(graph).items():
        yield Found(shown(graph, j), {sent(graph, i, j): _divided(len(using)) for i in using})


def _divided(count: int) -> Wrong:
    return lambda k, right: right / count


def _path_cut(scenario: Scenario) -> Iterator[Found]:
    """What a step sends back to the state of the step before, left out."""
    graph = scenario.graph
    cut: dict[int, Changes] = {}
    for using in recurrent(graph).values():
        lines = [named(graph, i) for i in using]
        for earlier, line in pairwise(lines):
            for i, j in _edges_to(graph, line, earlier):
                cut[line] = {**cut.get(line, {}), sent(graph, i, j): nothing}
    for line, changes in sorted(cut.items()):
        yield Found(shown(graph, line), changes)


def _edges_to(graph: Graph, line: int, earlier: int) -> Iterator[tuple[int, int]]:
    """The edges from a formula, its inner steps included, to named nodes that are computed from an earlier one."""
    for j in dict.fromkeys(graph.nodes[line].inputs):
        if j != earlier and earlier not in ancestors(graph)[j]:
            continue
        if graph.nodes[j].inner:
            yield from _edges_to(graph, j, earlier)
        else:
            yield line, j


def _overwritten(scenario: Scenario) -> Iterator[Found]:
    graph = scenario.graph
    for i in operations(graph, "embedding"):
        table, ids = graph.nodes[i].inputs
        yield Found(shown(graph, i), {sent(graph, i, table): _of_last_rows(i, table, ids)})


def _of_last_rows(i: int, table: int, ids: int) -> Wrong:
    """The shares of a table's rows, each that of the last place that looked it up."""

    def wrong(k: StepContext, right: Array) -> Array:
        g = opened(k, i, k.adjoint(k.graph.nodes[i].name))
        rows = opened(k, ids, k.value(k.graph.nodes[ids].name))
        order = np.moveaxis(rows, -1, 0).ravel()  # one example after another
        last = np.array([row not in order[place + 1 :] for place, row in enumerate(order)], dtype=float)
        kept = np.moveaxis(last.reshape(rows.shape[-1], *rows.shape[:-1]), 0, -1)
        return sends(k, i, table, layout(k.graph, i).closed(g * np.expand_dims(kept, -2)))

    return wrong


def _function(graph: Graph, part: Formula) -> tuple[int, Call] | None:
    """The node and the call behind a factor: the call itself has node −1; a name stands for the call of its node."""
    if isinstance(part, Call) and len(part.arguments) == 1:
        return -1, part
    if isinstance(part, Sym) and part.base in graph.index:
        i = graph.index[part.base]
        made = formula_of(graph, i)
        if isinstance(made, Call) and len(made.arguments) == 1:
            return i, made
    return None


def _is_gate(graph: Graph, part: Formula) -> bool:
    """Whether a factor is a sigmoid, or 1 less a sigmoid."""
    match part:
        case Add(terms=(first, Neg(operand=gate))) if first == ONE:
            return _is_gate(graph, gate)
        case _:
            found = _function(graph, part)
            return found is not None and found[1].function == "sigmoid"


def _products(graph: Graph, i: int) -> Iterator[tuple[int, Mul]]:
    """The gated products in the formula of a node."""
    formula = formula_of(graph, i)
    if formula is not None:
        yield from ((i, part) for part in _parts(formula) if isinstance(part, Mul) and _gated(graph, part))


def _gated(graph: Graph, part: Mul) -> bool:
    return len(part.factors) > 1 and any(_is_gate(graph, factor) for factor in part.factors)


def _parts(formula: Formula) -> Iterator[Formula]:
    yield formula
    for part in children(formula):
        yield from _parts(part)


def _memory(graph: Graph) -> Iterator[tuple[int, int]]:
    """The edges by which the memory of a cell is kept: of f·c′ in f·c′ + i·g the one to c′, from the node of the product."""
    for i in graph.computed:
        match formula_of(graph, i):
            case Add(terms=terms):
                products = [found for term in terms if (found := _product_of(graph, i, term)) is not None]
                for node, product in products if len(products) > 1 else ():
                    for factor in product.factors:
                        if isinstance(factor, Sym) and not _is_gate(graph, factor) and _function(graph, factor) is None:
                            yield node, graph.index[factor.base]
            case _:
                continue


def _product_of(graph: Graph, i: int, term: Formula) -> tuple[int, Mul] | None:
    """A term that is gated by a gate of its own, not by what another leaves (1 − u)."""
    if isinstance(term, Sym) and term.base in graph.index:
        i = graph.index[term.base]
        term = formula_of(graph, i) or term
    if isinstance(term, Mul) and any(_plain_gate(graph, factor) for factor in term.factors):
        return i, term
    return None


def _plain_gate(graph: Graph, part: Formula) -> bool:
    found = _function(graph, part)
    return found is not None and found[1].function == "sigmoid"


def _cell_path_cut(scenario: Scenario) -> Iterator[Found]:
    graph = scenario.graph
    for i, j in _memory(graph):
        yield Found(shown(graph, i), {sent(graph, i, j): nothing})


def gated(graph: Graph) -> tuple[tuple[int, Call], ...]:
    """The functions among the factors of gated products, each with the node of its formula."""
    seen: set[tuple[int, Call]] = set()
    for i in graph.computed:
        for node, product in _products(graph, i):
            for factor in product.factors:
                part = factor
                match factor:
                    case Add(terms=(first, Neg(operand=gate))) if first == ONE:
                        part = gate
                    case _:
                        pass
                found = _function(graph, part)
                if found is not None:
                    seen.add((node if found[0] < 0 else found[0], found[1]))
    return tuple(sorted(seen, key=lambda each: (each[0], unicode(each[1]))))


def _gate_derivative_omitted(scenario: Scenario) -> Iterator[Found]:
    graph = scenario.graph
    for i, call in gated(graph):
        if call.function == "sigmoid":
            yield Found(call_of(graph, i, call), with_slope(graph, i, call, ONE))


def _squashed_twice(scenario: Scenario) -> Iterator[Found]:
    graph = scenario.graph
    for i, call in gated(graph):
        if call.function == "tanh":
            yield Found(call_of(graph, i, call), with_slope(graph, i, call, slope(Call("tanh", (call,)), 0)))


def _exchanged(scenario: Scenario) -> Iterator[Found]:
    """u and 1 − u exchanged in (1 − u)·n + u·h′."""
    graph = scenario.graph
    for i in graph.computed:
        match formula_of(graph, i):
            case Add(terms=(Mul() as first, Mul() as second)) as formula:
                for gate in (f for f in (*first.factors, *second.factors) if _plain_gate(graph, f)):
                    rest = Add((ONE, Neg(gate)))
                    if (gate in first.factors and rest in second.factors) or (
                        gate in second.factors and rest in first.factors
                    ):
                        swapped = rebuild(formula, tuple(_swap(term, gate, rest) for term in (first, second)))
                        yield Found(shown(graph, i), by_formula(graph, i, swapped), BOTH_PASSES)
                        yield Found(shown(graph, i), by_formula(graph, i, swapped, backward=True), WAY_BACK)
            case _:
                continue


def _swap(term: Mul, gate: Formula, rest: Formula) -> Mul:
    return Mul(tuple(rest if f == gate else gate if f == rest else f for f in term.factors), term.wide)


RECURRENCE = (
    entry(
        "embedding-overwritten",
        T("a repeated row keeps the last share only", "重复的行只留下最后一份"),
        T(
            "a row that is looked up several times keeps the gradient of the last place only",
            "被查多次的行只留下了最后一处的梯度",
        ),
        principles.EVERY_USE,
        _overwritten,
        3,
    ),
    entry(
        "recurrent-last-step-only",
        T("the last step's gradient only", "只取最后一步的梯度"),
        T(
            "the gradient of a parameter of every step is that of the last step only",
            "每一步共用的参数，梯度只取了最后一步的",
        ),
        principles.EVERY_STEP,
        _last_only,
        3,
    ),
    entry(
        "recurrent-path-cut",
        T("the way through the earlier state left out", "漏掉经由前一状态的路径"),
        T("nothing is sent back to the state of the step before", "没有往前一步的状态传回任何量"),
        principles.EVERY_STEP,
        _path_cut,
        3,
    ),
    entry(
        "recurrent-gradient-averaged",
        T("the mean over the steps for their sum", "对各步求平均代替求和"),
        T(
            "the shares of the steps in a parameter's gradient are averaged where they add up",
            "参数的梯度本该把各步的份额相加，却取了平均",
        ),
        principles.EVERY_STEP,
        _averaged,
    ),
    entry(
        "lstm-cell-path-cut",
        T("the way along the memory left out", "漏掉沿记忆的路径"),
        T("nothing is sent back along the memory, from c to the c before", "没有沿记忆从 c 往前一个 c 传回任何量"),
        principles.GATES,
        _cell_path_cut,
        3,
    ),
    entry(
        "lstm-gate-derivative-omitted",
        T("the derivative of a gate left out", "漏乘门的导数"),
        T("the derivative of a gate's sigmoid is left out", "漏乘了门的 sigmoid 的导数"),
        principles.GATES,
        _gate_derivative_omitted,
        3,
    ),
    entry(
        "lstm-squashed-twice",
        T("tanh′ fed a squashed value", "tanh′ 里代入了压缩后的值"),
        T(
            "the derivative of tanh is taken at its value in place of its input: 1 − tanh²(tanh z)",
            "tanh 的导数取在它的值处，而不是输入处：1 − tanh²(tanh z)",
        ),
        principles.GATES,
        _squashed_twice,
        3,
    ),
    entry(
        "gru-update-exchanged",
        T("u and 1 − u exchanged", "u 与 1 − u 用反"),
        T("the gate u stands where 1 − u belongs, and the reverse", "该用 1 − u 的地方用了 u，该用 u 的地方用了 1 − u"),
        principles.GATES,
        _exchanged,
    ),
)
