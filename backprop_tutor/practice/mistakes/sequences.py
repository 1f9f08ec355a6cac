"""Mistakes of what is looked up, repeated, gated, attended to and shared: embedding, recurrence, LSTM, GRU, attention,
residual connections, tied weights.

The places are found by what is computed, however its author named it: a recurrent step is a formula that depends on the
same formula with the same parameters; a gate is a sigmoid that multiplies something; an attention is a softmax whose
result weighs a matrix.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from backprop_tutor.formula.functions import slope
from backprop_tutor.formula.nodes import (
    ONE,
    Add,
    Call,
    Div,
    Formula,
    Mul,
    Neg,
    Role,
    Sym,
    children,
    rebuild,
    symbols,
)
from backprop_tutor.formula.printing.unicode import unicode
from backprop_tutor.graph.array import Array, np
from backprop_tutor.graph.graph import Graph
from backprop_tutor.graph.scenario import Scenario
from backprop_tutor.practice.mistakes import principles
from backprop_tutor.practice.mistakes.mistake import Mistake
from backprop_tutor.practice.mistakes.operations import (
    BOTH_PASSES,
    WAY_BACK,
    Finds,
    Found,
    ancestors,
    as_another,
    at_places,
    by_formula,
    call_of,
    formula_of,
    is_made_by,
    layout,
    nothing,
    opened,
    operations,
    own,
    rebound,
    sends,
    sent,
    shown,
    use_of,
    users,
    with_slope,
)
from backprop_tutor.text import T
from backprop_tutor.whatif.intervention import Changes, Line, Wrong
from backprop_tutor.whatif.step_context import StepContext

USE = T("{name}: the use in {user}", "{name}：在 {user} 中的使用")


def _named(graph: Graph, i: int) -> int:
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
        lines = [_named(graph, i) for i in using]
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
        lines = [_named(graph, i) for i in using]
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


def attentions(graph: Graph) -> Iterator[tuple[int, int]]:
    """The softmaxes whose result weighs something, each with the product that does it."""
    for i in operations(graph, "softmax"):
        for user in users(graph)[i]:
            op = graph.nodes[user].op
            if op is not None and op.name in ("matmul", "dot"):
                yield i, user


def _scores(graph: Graph, i: int) -> int:
    """The scores below a softmax, before a mask."""
    below = graph.nodes[i].inputs[0]
    return graph.nodes[below].inputs[0] if below in set(operations(graph, "causal")) else below


def _scaled_scores(scenario: Scenario) -> Iterator[Found]:
    graph = scenario.graph
    for i, _ in attentions(graph):
        scores = _scores(graph, i)
        match formula_of(graph, scores):
            case Div(numerator=Sym() as product, denominator=below) if not symbols(below):
                yield Found(shown(graph, scores), by_formula(graph, scores, product), BOTH_PASSES)
                yield Found(shown(graph, scores), by_formula(graph, scores, product, backward=True), WAY_BACK)
            case _:
                continue


def _other_axis(scenario: Scenario) -> Iterator[Found]:
    graph = scenario.graph
    for i, _ in attentions(graph):
        if len(own(graph, i)) == 2:
            turned = rebound(graph, i, "softmax", {"axis": 2 if use_of(graph, i).options.get("axis", -1) == 1 else 1})
            yield Found(shown(graph, i), as_another(i, turned)(graph), BOTH_PASSES)
            yield Found(shown(graph, i), as_another(i, turned, backward=True)(graph), WAY_BACK)


def _diagonal(scenario: Scenario) -> Iterator[Found]:
    graph = scenario.graph
    for i, _ in attentions(graph):
        yield Found(shown(graph, i), {Line("sent", graph.nodes[i].name): diagonal_of(i)})


def diagonal_of(i: int) -> Wrong:
    """p(1 − p) times what came back to the same p."""

    def wrong(k: StepContext, right: Array) -> Array:
        name = k.graph.nodes[i].name
        p = k.value(name)
        return k.adjoint(name) * p * (1 - p)

    return wrong


def _keys(scenario: Scenario) -> Iterator[Found]:
    """The square matrix that came back to the scores, not transposed on its way to the keys."""
    graph = scenario.graph
    for i, _ in attentions(graph):
        scores = _scores(graph, i)
        products = [scores, *graph.nodes[scores].inputs]
        for product in products:
            op, shape = graph.nodes[product].op, own(graph, product)
            if op is not None and op.name == "matmul" and len(shape) == 2 and shape[0] == shape[1] > 1:
                keys = graph.nodes[product].inputs[1]
                if keys in set(operations(graph, "transpose")):
                    yield Found(shown(graph, product), {sent(graph, product, keys): _of_turned(product, keys)})


def _of_turned(i: int, keys: int) -> Wrong:
    def wrong(k: StepContext, right: Array) -> Array:
        place = layout(k.graph, i)
        g = place.opened(k.adjoint(k.graph.nodes[i].name)).swapaxes(-3, -2)
        return sends(k, i, keys, place.closed(g))

    return wrong


def _unmasked(scenario: Scenario) -> Iterator[Found]:
    graph = scenario.graph
    for i in operations(graph, "causal"):
        name, (source,) = graph.nodes[i].name, graph.nodes[i].inputs
        yield Found(shown(graph, i), _through(name, graph.nodes[source].name))


def _through(name: str, source: str) -> Changes:
    """A node that lets everything through."""
    return {
        Line("forward", name): lambda k, right: k.value(source),
        Line("sent", name): lambda k, right: k.adjoint(name),
    }


def _values_only(scenario: Scenario) -> Iterator[Found]:
    graph = scenario.graph
    for i, user in attentions(graph):
        yield Found(shown(graph, user), {sent(graph, user, i): nothing})


def residuals(graph: Graph) -> Iterator[tuple[int, int]]:
    """The sums x + F(x): the node of the sum, and x."""
    for i in graph.computed:
        match formula_of(graph, i):
            case Add(terms=terms):
                for term in terms:
                    j = graph.index.get(term.base) if isinstance(term, Sym) else None
                    if j is not None and own(graph, j) == own(graph, i) and _goes_round(graph, j, terms, term):
                        yield i, j
            case _:
                continue


def _goes_round(graph: Graph, j: int, terms: tuple[Formula, ...], bare: Formula) -> bool:
    """Whether other terms depend on a node, too."""
    others = {graph.index[s.base] for term in terms if term is not bare for s in symbols(term) if s.base in graph.index}
    given = graph.nodes[j].op is None and graph.nodes[j].role != Role.INPUT
    return not given and any(j == other or j in ancestors(graph)[other] for other in others)


def _residual(times: float) -> Finds:
    """What goes past the block, counted so many times more."""

    def find(scenario: Scenario) -> Iterator[Found]:
        graph = scenario.graph
        for i, j in residuals(graph):
            yield Found(shown(graph, i), {sent(graph, i, j): _counted(graph.nodes[i].name, times)})

    return find


def _counted(name: str, times: float) -> Wrong:
    return lambda k, right: right + times * k.adjoint(name)


def _one_use_less(scenario: Scenario) -> Iterator[Found]:
    graph = scenario.graph
    for j, using in tied(graph):
        for i in using:
            where = USE.format(name=shown(graph, j), user=shown(graph, _named(graph, i)))
            yield Found(where, {sent(graph, i, j): nothing})


def _upstream_one(scenario: Scenario) -> Iterator[Found]:
    """1 in place of the derivative that is given at the output."""
    graph = scenario.graph
    for i in graph.computed if graph.is_given_upstream else ():
        given = [j for j in graph.nodes[i].inputs if graph.nodes[j].role == Role.TARGET]
        for j in graph.nodes[i].inputs if given else ():
            if j not in given:
                yield Found(shown(graph, j), {sent(graph, i, j): lambda k, right: 0 * right + 1})


def _as_before(scenario: Scenario) -> Iterator[Found]:
    """Nodes of the second forward pass that keep their values of the first."""
    graph = scenario.graph
    parameters = {graph.index[name] for name in graph.parameters}
    for i in graph.computed if not graph.layers else ():
        before = i not in (graph.losses, len(graph.nodes) - 1)
        if before and not graph.nodes[i].inner and parameters & ancestors(graph)[i]:
            yield Found(shown(graph, i), {Line("after", graph.nodes[i].name): first_value(graph.nodes[i].name)})


def first_value(name: str) -> Wrong:
    """The value of the pass before the update."""
    return lambda k, right: k.first(name)


def _entry(name: str, text: T, clause: T, principle: T, find: Finds, seen: int = 2, together: bool = True) -> Mistake:
    return Mistake(name, text, clause, principle, at_places(find, together), seen, pairs=False)


SEQUENCES = (
    _entry(
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
    _entry(
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
    _entry(
        "recurrent-path-cut",
        T("the way through the earlier state left out", "漏掉经由前一状态的路径"),
        T("nothing is sent back to the state of the step before", "没有往前一步的状态传回任何量"),
        principles.EVERY_STEP,
        _path_cut,
        3,
    ),
    _entry(
        "recurrent-gradient-averaged",
        T("the mean over the steps for their sum", "对各步求平均代替求和"),
        T(
            "the shares of the steps in a parameter's gradient are averaged where they add up",
            "参数的梯度本该把各步的份额相加，却取了平均",
        ),
        principles.EVERY_STEP,
        _averaged,
    ),
    _entry(
        "lstm-cell-path-cut",
        T("the way along the memory left out", "漏掉沿记忆的路径"),
        T("nothing is sent back along the memory, from c to the c before", "没有沿记忆从 c 往前一个 c 传回任何量"),
        principles.GATES,
        _cell_path_cut,
        3,
    ),
    _entry(
        "lstm-gate-derivative-omitted",
        T("the derivative of a gate left out", "漏乘门的导数"),
        T("the derivative of a gate's sigmoid is left out", "漏乘了门的 sigmoid 的导数"),
        principles.GATES,
        _gate_derivative_omitted,
        3,
    ),
    _entry(
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
    _entry(
        "gru-update-exchanged",
        T("u and 1 − u exchanged", "u 与 1 − u 用反"),
        T("the gate u stands where 1 − u belongs, and the reverse", "该用 1 − u 的地方用了 u，该用 u 的地方用了 1 − u"),
        principles.GATES,
        _exchanged,
    ),
    _entry(
        "attention-scale-forgotten",
        T("the scores not divided by √d", "得分没有除以 √d"),
        T("the scores are not divided by √d", "得分没有除以 √d"),
        principles.ATTENTION,
        _scaled_scores,
        3,
    ),
    _entry(
        "attention-softmax-wrong-axis",
        T("the softmax of columns", "对列做 softmax"),
        T(
            "the softmax is taken along the other axis: of columns, not of rows",
            "softmax 沿另一个轴计算：对列，而不是对行",
        ),
        principles.ATTENTION,
        _other_axis,
    ),
    _entry(
        "attention-softmax-diagonal",
        T("only the diagonal of the attention's softmax", "注意力的 softmax 只用了对角线"),
        T(
            "of the derivative of the attention's softmax only p(1 − p) is used",
            "注意力的 softmax 的导数只用了 p(1 − p)",
        ),
        principles.SOFTMAX,
        _diagonal,
        3,
    ),
    _entry(
        "attention-keys-not-transposed",
        T("the scores' gradient not transposed for the keys", "求 key 的梯度时没有转置"),
        T(
            "what came back to the scores is not transposed on its way to the keys: Qᵀ·dSᵀ for Qᵀ·dS",
            "传回得分的矩阵在传给 key 时被转置错了：Qᵀ·dS 成了 Qᵀ·dSᵀ",
        ),
        principles.ATTENTION_BACK,
        _keys,
    ),
    _entry(
        "attention-mask-forgotten",
        T("the mask of the attention left out", "漏掉注意力的掩码"),
        T("every row looks at the later columns, too", "每一行也看到了后面的列"),
        principles.ATTENTION,
        _unmasked,
    ),
    _entry(
        "attention-value-path-only",
        T("only the way through the values", "只走 value 这条路"),
        T(
            "nothing is sent back through the weights of the attention, only through what they weigh",
            "没有经由注意力的权重往回传，只经由被加权的 value",
        ),
        principles.ATTENTION_BACK,
        _values_only,
    ),
    _entry(
        "residual-path-forgotten",
        T("the way past the block left out", "漏掉绕过块的路径"),
        T("nothing is sent back past the block, along x in x + F(x)", "没有沿 x + F(x) 中的 x 绕过块往回传"),
        principles.RESIDUAL,
        _residual(-1.0),
        3,
    ),
    _entry(
        "residual-path-twice",
        T("the way past the block twice", "绕过块的路径算了两次"),
        T(
            "what goes back past the block, along x in x + F(x), counts twice",
            "沿 x + F(x) 中的 x 绕过块传回的量算了两次",
        ),
        principles.RESIDUAL,
        _residual(1.0),
    ),
    _entry(
        "tied-use-forgotten",
        T("one use of shared weights left out", "漏掉共享权重的一处使用"),
        T("of weights that are used in several places one use is left out", "权重在多处使用，却漏掉了其中一处"),
        principles.EVERY_USE,
        _one_use_less,
        3,
        together=False,
    ),
    _entry(
        "upstream-ignored",
        T("the given upstream gradient ignored", "忽略了给出的上游梯度"),
        T("1 is taken in place of the upstream gradient that is given", "给了上游梯度，却用 1 代替"),
        principles.UPSTREAM,
        _upstream_one,
        3,
    ),
    _entry(
        "stale-activations",
        T("old activations in the second pass", "第二次前向传播用了旧的激活值"),
        T(
            "in the second forward pass a figure of the first stands where it is to be computed again",
            "第二次前向传播中该重新计算的数用了第一次的",
        ),
        principles.AFTER,
        _as_before,
        together=False,
    ),
)
