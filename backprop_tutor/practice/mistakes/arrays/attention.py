"""Mistakes of attention, residual connections and shared weights, and of values that are given or kept.

An attention is a softmax whose result weighs a matrix, however its author named it.
"""

from __future__ import annotations

from collections.abc import Iterator

from backprop_tutor.formula.nodes import (
    Add,
    Div,
    Formula,
    Role,
    Sym,
    symbols,
)
from backprop_tutor.graph.array import Array
from backprop_tutor.graph.graph import Graph
from backprop_tutor.graph.scenario import Scenario
from backprop_tutor.practice.mistakes import principles
from backprop_tutor.practice.mistakes.arrays.operations import (
    BOTH_PASSES,
    WAY_BACK,
    Finds,
    Found,
    ancestors,
    as_another,
    by_formula,
    entry,
    formula_of,
    layout,
    nothing,
    operations,
    own,
    rebound,
    sends,
    sent,
    shown,
    use_of,
    users,
)
from backprop_tutor.practice.mistakes.arrays.recurrence import named, tied
from backprop_tutor.text import T
from backprop_tutor.whatif.intervention import Changes, Line, Wrong
from backprop_tutor.whatif.step_context import StepContext

USE = T("{name}: the use in {user}", "{name}：在 {user} 中的使用")


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
            where = USE.format(name=shown(graph, j), user=shown(graph, named(graph, i)))
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


ATTENTION = (
    entry(
        "attention-scale-forgotten",
        T("the scores not divided by √d", "得分没有除以 √d"),
        T("the scores are not divided by √d", "得分没有除以 √d"),
        principles.ATTENTION,
        _scaled_scores,
        3,
    ),
    entry(
        "attention-softmax-wrong-axis",
        T("the softmax of columns", "对列做 softmax"),
        T(
            "the softmax is taken along the other axis: of columns, not of rows",
            "softmax 沿另一个轴计算：对列，而不是对行",
        ),
        principles.ATTENTION,
        _other_axis,
    ),
    entry(
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
    entry(
        "attention-keys-not-transposed",
        T("the scores' gradient not transposed for the keys", "求 key 的梯度时没有转置"),
        T(
            "what came back to the scores is not transposed on its way to the keys: Qᵀ·dSᵀ for Qᵀ·dS",
            "传回得分的矩阵在传给 key 时被转置错了：Qᵀ·dS 成了 Qᵀ·dSᵀ",
        ),
        principles.ATTENTION_BACK,
        _keys,
    ),
    entry(
        "attention-mask-forgotten",
        T("the mask of the attention left out", "漏掉注意力的掩码"),
        T("every row looks at the later columns, too", "每一行也看到了后面的列"),
        principles.ATTENTION,
        _unmasked,
    ),
    entry(
        "attention-value-path-only",
        T("only the way through the values", "只走 value 这条路"),
        T(
            "nothing is sent back through the weights of the attention, only through what they weigh",
            "没有经由注意力的权重往回传，只经由被加权的 value",
        ),
        principles.ATTENTION_BACK,
        _values_only,
    ),
    entry(
        "residual-path-forgotten",
        T("the way past the block left out", "漏掉绕过块的路径"),
        T("nothing is sent back past the block, along x in x + F(x)", "没有沿 x + F(x) 中的 x 绕过块往回传"),
        principles.RESIDUAL,
        _residual(-1.0),
        3,
    ),
    entry(
        "residual-path-twice",
        T("the way past the block twice", "绕过块的路径算了两次"),
        T(
            "what goes back past the block, along x in x + F(x), counts twice",
            "沿 x + F(x) 中的 x 绕过块传回的量算了两次",
        ),
        principles.RESIDUAL,
        _residual(1.0),
    ),
    entry(
        "tied-use-forgotten",
        T("one use of shared weights left out", "漏掉共享权重的一处使用"),
        T("of weights that are used in several places one use is left out", "权重在多处使用，却漏掉了其中一处"),
        principles.EVERY_USE,
        _one_use_less,
        3,
        together=False,
    ),
    entry(
        "upstream-ignored",
        T("the given upstream gradient ignored", "忽略了给出的上游梯度"),
        T("1 is taken in place of the upstream gradient that is given", "给了上游梯度，却用 1 代替"),
        principles.UPSTREAM,
        _upstream_one,
        3,
    ),
    entry(
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
