"""Mistakes of the error that a hidden unit gets from above: the sum over paths, and the weights on them.

One path may replace all: through one unit of the layer above, or, in an expression graph, through one use.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator

from backprop_tutor.graph.array import Array, transposed
from backprop_tutor.graph.graph import Graph
from backprop_tutor.graph.scenario import Scenario
from backprop_tutor.lesson.views.rules import layer_name
from backprop_tutor.practice.mistakes import principles
from backprop_tutor.practice.mistakes.arrays.attention import residuals
from backprop_tutor.practice.mistakes.arrays.normalization import norms
from backprop_tutor.practice.mistakes.arrays.operations import (
    Found,
    Rule,
    at_places,
    inputs,
    instead,
    is_square,
    matrix_of,
    nothing,
    own,
    sends,
    sent,
    shown,
    source_of,
    swapped,
    users,
    weighted,
)
from backprop_tutor.practice.mistakes.arrays.recurrence import recurrent, tied
from backprop_tutor.practice.mistakes.conditions import (
    InLayer,
    curved,
    examples,
    layers,
    moves_part_by_part,
    over_units,
    reduces_by,
    sent_back,
    several_above,
    square,
    square_above,
    units,
)
from backprop_tutor.practice.mistakes.mistake import Mistake, Site, Sites
from backprop_tutor.practice.mistakes.sites import (
    LayerWrong,
    always,
    hidden,
    in_layers,
    together,
    unit_name,
    uses,
    whole,
)
from backprop_tutor.text import T
from backprop_tutor.training.train_step import update
from backprop_tutor.whatif.intervention import Changes, Line, Wrong
from backprop_tutor.whatif.step_context import StepContext

THROUGH = T("only through {unit}", "只经过{unit}")
SAME_NUMBER = T("only to the unit of the same number in {layer}", "只到{layer}中编号相同的单元")
TWO = 2
USE = T("{name}: only through {user}", "{name}：只经过 {user}")


def single_paths(scenario: Scenario) -> Iterator[Site]:
    """Of the error of a hidden layer, only the contribution of one unit above."""
    graph = scenario.graph
    for layer in hidden(graph):
        for above in range(units(graph, layer + 1) if units(graph, layer + 1) > 1 else 0):
            where = THROUGH.format(unit=unit_name(graph, layer + 1, above))
            yield Site(where, _sent_back(graph, layer, _through(layer, above)))


def _sent_back(graph: Graph, layer: int, wrong: Wrong) -> Changes:
    line = sent_back(graph, layer)
    return {line: wrong} if line else {}


def _through(layer: int, above: int) -> Wrong:
    def wrong(k: StepContext, right: Array) -> Array:
        weights = k.W(layer + 1)[..., above, :, None]
        return weights * k.delta(layer + 1)[..., above : above + 1, :]

    return wrong


def same_numbered(scenario: Scenario) -> Iterator[Site]:
    """Each hidden unit gets only the contribution of the unit with its own number above."""
    for layer in hidden(scenario.graph):
        if square(scenario.graph, layer + 1):
            where = SAME_NUMBER.format(layer=layer_name(scenario.graph, layer + 1))
            yield Site(where, _sent_back(scenario.graph, layer, _diagonal(layer)))


def _diagonal(layer: int) -> Wrong:
    def wrong(k: StepContext, right: Array) -> Array:
        return k.W(layer + 1).diagonal(axis1=-2, axis2=-1)[..., None] * k.delta(layer + 1)

    return wrong


MANY_USES = 32


def single_uses(scenario: Scenario) -> Iterator[Site]:
    """Of everything that uses a node, only one user sends a contribution; of very many users, the first or the last.

    Where that has a name of its own it is left to it: the last of several steps, weights used in two places, a block
    whose input goes past it, the ways of a normalisation.
    """
    graph = scenario.graph
    named = {(j, using[-1]) for j, using in recurrent(graph).items()}
    named |= {(j, i) for j, using in tied(graph) if len(using) == TWO for i in using}
    named |= {(j, block) for i, j in residuals(graph) for block in users(graph)[j] if block != i}
    for norm in norms(graph):
        named |= {
            (norm.x, norm.result),
            *((norm.mean, i) for i in (norm.squares, norm.result) if norm.mean is not None),
        }
    taking: defaultdict[int, list[Line]] = defaultdict(list)
    for line, node in uses(graph):
        taking[node].append(line)
    for j, lines in taking.items():
        alone = lines if len(lines) <= MANY_USES else (lines[0], lines[-1])
        for kept in alone if len(lines) > 1 else ():
            if (j, graph.index[kept.node]) not in named:
                where = USE.format(name=graph.nodes[j].name, user=kept.node)
                yield Site(where, dict.fromkeys((line for line in lines if line != kept), nothing))


def back(wrong: LayerWrong, when: InLayer = always) -> Sites:
    """Another value in place of Wᵀ δ of the layer above."""
    return in_layers(sent_back, wrong, hidden, when)


def _new_weights(k: StepContext, layer: int, right: Array) -> Array:
    """W_newᵀ δ: the weights above after the update by this pass."""
    name = k.graph.part_name(layer + 1, "W")
    return transposed(renewed(k, name, k.sends("W") + k.adjoint(name))) @ k.delta(layer + 1)


def renewed(k: StepContext, name: str, g: Array) -> Array:
    """A parameter after its update with gradient g; unchanged where it is frozen."""
    state = k.position.state.get(name)
    if state is None:
        return k.value(name)
    seen = {kept: k.seen(array, name) for kept, array in state.items()}
    return update(k.scenario.training, k.position.updates + 1, k.value(name), g, seen)[-1][1]


def _terms(k: StepContext, layer: int) -> Array:
    """w_kj δ_k for every unit k above: (..., above, units, examples)."""
    return k.W(layer + 1)[..., :, :, None] * k.delta(layer + 1)[..., :, None, :]


def _shares(k: StepContext, layer: int, right: Array) -> Array:
    """The error above, distributed in proportion to the weights."""
    W = k.W(layer + 1)
    return transposed(W / W.sum(axis=-1, keepdims=True)) @ k.adjoint(k.graph.part_name(layer + 1, "a"))


def _fits_output(graph: Graph, layer: int) -> bool:
    """The errors of the outputs fit this layer unit by unit."""
    return units(graph, len(layers(graph))) in (1, units(graph, layer))


def _split_early(scenario: Scenario) -> Changes:
    """1/m once more on the way to the hidden layers."""
    top, count = len(layers(scenario.graph)), examples(scenario)
    return _sent_back(scenario.graph, top - 1, lambda k, right: right / count) if top > 1 else {}


def through_weights(wrong: Rule, when: Callable[[Graph, int], bool] = always) -> Sites:
    """In a graph: something else that is sent back from a product with weights; `when` asks about the weights."""

    def find(scenario: Scenario) -> Iterator[Found]:
        graph = scenario.graph
        for i, matrix, other in weighted(graph):
            if when(graph, matrix) and graph.nodes[other].op is not None:
                yield Found(shown(graph, i), {sent(graph, i, other): _with_weights(i, matrix, other, wrong)})

    return at_places(find)


def _with_weights(i: int, matrix: int, other: int, wrong: Rule) -> Wrong:
    return lambda k, right: sends(
        k, i, other, taken=instead(k, i, matrix, wrong(k, i, k.value(k.graph.nodes[matrix].name)))
    )


def _of_source(k: StepContext, i: int, wrong: Callable[[str], Array]) -> Array:
    """An array for the weights of a product, in the form in which they stand there."""
    graph = k.graph
    source, steps = matrix_of(graph, i), []
    while graph.nodes[source].op is not None:
        steps.append(graph.nodes[source].op)
        source = graph.nodes[source].inputs[0]
    array = wrong(graph.nodes[source].name)
    for op in reversed(steps):
        assert op is not None, "what brings an array into another shape is computed"
        array = op.forward(array)
    return array


def _renewed_there(k: StepContext, i: int, weights: Array) -> Array:
    return _of_source(k, i, lambda name: renewed(k, name, _whole_gradient(k, i, name)))


def _whole_gradient(k: StepContext, i: int, name: str) -> Array:
    """The gradient of weights that a product alone uses: what it sends to them."""
    source = matrix_of(k.graph, i)
    found = sends(k, i, source)
    while (op := k.graph.nodes[source].op) is not None:
        (found,) = op.vjp(found, k.value(k.graph.nodes[source].name), *inputs(k, source))
        source = k.graph.nodes[source].inputs[0]
    return found


def _used_once(graph: Graph, matrix: int) -> bool:
    return len(users(graph)[matrix]) == len(users(graph)[source_of(graph, matrix)]) == 1


def _averaged_paths(scenario: Scenario) -> Iterator[Found]:
    graph = scenario.graph
    for i, _, other in weighted(graph):
        if own(graph, i)[:1] > (1,) and graph.nodes[other].op is not None:
            yield Found(shown(graph, i), {sent(graph, i, other): _divided(own(graph, i)[0])})


def _divided(count: int) -> Wrong:
    return lambda k, right: right / count


HIDDEN_DELTA = (
    Mistake(
        "raw-error-propagated",
        T("the error sent back without f′", "误差没有乘 f′ 就往回传"),
        T(
            "what is sent back is the error ∂L/∂a of the layer above, without its derivative: Wᵀ·e for Wᵀ·δ",
            "往回传的是后一层的误差 ∂L/∂a，没有乘它的导数：Wᵀ·δ 成了 Wᵀ·e",
        ),
        principles.BACK,
        back(
            lambda k, layer, right: transposed(k.W(layer + 1)) @ k.adjoint(k.graph.part_name(layer + 1, "a")),
            lambda graph, layer: curved(graph, layer + 1),
        ),
        seen=3,
    ),
    Mistake(
        "updated-weights-used",
        T("updated weights used for the hidden layer", "隐藏层误用了更新后的权重"),
        T(
            "the already updated weights above are used for the hidden error signals: W_newᵀ·δ",
            "求隐藏层误差项时用了后一层已经更新过的权重：W_newᵀ·δ",
        ),
        principles.OLD_WEIGHTS,
        together(back(_new_weights), through_weights(_renewed_there, _used_once), when=moves_part_by_part),
        seen=3,
    ),
    Mistake(
        "weights-not-transposed",
        T("weights not transposed on the way back", "往回传时权重没有转置"),
        T("the weights above are not transposed on the way back: W·δ", "反向传播时权重没有转置：W·δ"),
        principles.BACK,
        together(
            back(lambda k, layer, right: k.W(layer + 1) @ k.delta(layer + 1), square_above),
            through_weights(lambda k, i, W: swapped(k, matrix_of(k.graph, i), W), is_square),
        ),
        seen=2,
    ),
    Mistake(
        "one-path-only",
        T("one path only", "只走了一条路径"),
        T("only one of the paths to the loss is counted", "通向损失的多条路径只算了一条"),
        principles.PATHS,
        together(single_paths, same_numbered, single_uses),
        seen=2,
    ),
    Mistake(
        "path-average",
        T("mean of the paths", "对路径取平均"),
        T("the paths are averaged where they add up", "各条路径本该相加，却取了平均"),
        principles.PATHS,
        together(
            back(lambda k, layer, right: right / k.W(layer + 1).shape[-2], several_above), at_places(_averaged_paths)
        ),
        seen=2,
    ),
    Mistake(
        "path-product",
        T("product of the paths", "把路径相乘"),
        T("the paths are multiplied where they add up", "各条路径本该相加，却乘在了一起"),
        principles.PATHS,
        back(lambda k, layer, right: _terms(k, layer).prod(axis=-3), several_above),
        seen=2,
    ),
    Mistake(
        "weights-forgotten",
        T("weights forgotten on the way back", "往回传时忘了权重"),
        T("the error signals above are added up without their weights: Σδ", "后一层的误差项没有乘权重就相加：Σδ"),
        principles.PATHS,
        together(
            back(lambda k, layer, right: over_units(k.delta(layer + 1)) + 0 * right),
            through_weights(lambda k, i, W: 1 + 0 * W),
        ),
    ),
    Mistake(
        "gradient-for-weight",
        T("gradient for weight on the way back", "往回传时用梯度代替权重"),
        T(
            "the gradients of the weights above stand where the weights belong: dWᵀ·δ",
            "该用后一层权重的地方用了它们的梯度：dWᵀ·δ",
        ),
        principles.BACK,
        together(
            back(lambda k, layer, right: transposed(k.sends("W")) @ k.delta(layer + 1)),
            through_weights(lambda k, i, W: sends(k, i, matrix_of(k.graph, i))),
        ),
        seen=2,
    ),
    Mistake(
        "proportional-share",
        T("error shared in proportion to the weights", "按权重比例分摊误差"),
        T(
            "the error above is shared out in proportion to the weights: (w/Σw)·e",
            "把后一层的误差按权重的比例分摊：(w/Σw)·e",
        ),
        principles.BACK,
        back(_shares),
        seen=2,
    ),
    Mistake(
        "output-error-reused",
        T("output error reused for the hidden layer", "隐藏层直接用输出误差"),
        T(
            "the error of the output is used for the hidden unit as it is: e·f′(z)",
            "隐藏单元直接用了输出的误差：e·f′(z)",
        ),
        principles.BACK,
        back(lambda k, layer, right: k.error + 0 * right, _fits_output),
        seen=2,
    ),
    Mistake(
        "sum-times-sum",
        T("sum of weights times sum of signals", "权重之和乘误差项之和"),
        T(
            "the weights and the error signals are added up apart and then multiplied: Σw·Σδ",
            "权重和误差项先各自求和再相乘：Σw·Σδ",
        ),
        principles.PATHS,
        back(
            lambda k, layer, right: transposed(over_units(k.W(layer + 1))) * over_units(k.delta(layer + 1)),
            several_above,
        ),
    ),
    Mistake(
        "early-division-by-m",
        T("divided by m on the way, and again", "途中除以 m，最后又除一次"),
        T(
            "the error signal is divided by m before it goes on, and the hidden gradients by m again",
            "误差项先除以 m 再往回传，隐藏层的梯度又除以一次 m",
        ),
        principles.BATCH,
        whole(_split_early, reduces_by("mean")),
        seen=2,
    ),
)
