"""The costs of a run told: node by node, in all, with checkpoints, and how derivatives shrink or grow from layer to layer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from backprop_tutor.errors import TutorError, did_you_mean
from backprop_tutor.formula.nodes import Partial, Sym
from backprop_tutor.frozen import frozen
from backprop_tutor.graph.derivatives import costs as graph_costs
from backprop_tutor.graph.derivatives.costs import Checkpointed, Factor, NodeCost
from backprop_tutor.graph.quantity import Quantity
from backprop_tutor.lesson.document import Align, Block, Document, Paragraph, Section, Table, Words
from backprop_tutor.lesson.facts import facts
from backprop_tutor.lesson.inline import listed, math, plain
from backprop_tutor.lesson.lesson import Lesson
from backprop_tutor.notation.notation import layered
from backprop_tutor.text import T

RIGHT: Align = "right"
LEFT: Align = "left"
VANISHED, EXPLODED = 1e-3, 1e3

NODES = T("Node by node", "逐个节点")
NODE, SHAPE, NUMBERS = T("node", "节点"), T("shape", "形状"), T("numbers", "数的个数")
PARAMETERS, PRODUCTS, KEPT = (
    T("parameters", "参数"),
    T("multiplications", "乘法次数"),
    T("kept for backward", "为反向保留"),
)
TOTAL = T("in all", "合计")
HOW = T(
    "Multiplications are those of the forward pass as its formulas are written, for all examples; divisions, sums and "
    "functions such as exp are not counted. Kept are the computed values that a rule of the backward pass reads: given "
    "numbers and parameters are there anyway.",
    "乘法次数按前向传播写出的公式计，包括所有样本；不计除法、加法和 exp 之类的函数。保留的是反向传播规则要读取的计算结果；"
    "已知的数和参数本来就在，不算在内。",
)
NOT_COUNTED = T("–: too many formulas to be counted.", "–：公式太多，没有计数。")
CHECKPOINTS = T("With checkpoints", "使用检查点")
WITH = T(
    "Kept on the way forward: {nodes}. With the most that one stretch between them needs at once, {stored} numbers are stored "
    "instead of {before}.",
    "前向传播时只保留 {nodes}。加上检查点之间每一段同时所需的最多的数，共存 {stored} 个数，原来是 {before} 个。",
)
AGAIN = T(
    "Computed a second time: {nodes}, {products} multiplications more.",
    "需要重新计算：{nodes}，多做 {products} 次乘法。",
)
NOTHING_AGAIN = T("Nothing is computed a second time.", "没有任何量需要重新计算。")
NO_NODE = T(
    "--checkpoint takes computed quantities, one or several with commas: {known}; '{name}' is none of them{near}",
    "--checkpoint 的写法是一个或几个计算出的量，用逗号分开：{known}；'{name}' 不在其中{near}",
)
LAYERS = T("How derivatives shrink or grow on the way back", "导数在往回传的路上怎样缩小或增大")
LAYER, LOCAL, PRODUCT = T("layer", "层"), T("of this layer", "这一层"), T("from the output to here", "从输出到这里")
OF_MATRICES = T(
    "Of several units: the largest stretch of the Jacobian (its 2-norm). The product of the layers' own is at least as "
    "large as that of the whole.",
    "有多个单元时列出雅可比矩阵的最大伸长倍数（2-范数）。各层之积不小于整体的值。",
)
VANISHES = T(
    "Over {count} layers a derivative becomes {product} of what it was: it vanishes.",
    "经过 {count} 层，导数变为原来的 {product}：梯度消失。",
)
EXPLODES = T(
    "Over {count} layers a derivative becomes {product} of what it was: it explodes.",
    "经过 {count} 层，导数变为原来的 {product} 倍：梯度爆炸。",
)


@frozen(eq=False)
class CostsAnalysis:
    """The costs of the step of a lesson: of every node that holds numbers of its own, with checkpoints where asked."""

    lesson: Lesson
    nodes: tuple[NodeCost, ...]
    checkpoints: Checkpointed | None
    factors: tuple[Factor, ...]

    @property
    def shown(self) -> tuple[NodeCost, ...]:
        """The nodes with a line of their own: not the reported loss where it is that of the only example."""
        graph = self.lesson.graph
        same = self.lesson.examples == 1 and not graph.penalised and graph.losses != len(graph.nodes) - 1
        return self.nodes[:-1] if same else self.nodes

    @property
    def parameters(self) -> int:
        """The number of parameters."""
        return sum(cost.parameters for cost in self.nodes)

    @property
    def multiplications(self) -> int:
        """The multiplications of all nodes whose formulas are counted."""
        return sum(cost.multiplications or 0 for cost in self.nodes)

    @property
    def kept(self) -> int:
        """The numbers kept for the backward pass."""
        return sum(cost.numbers for cost in self.nodes if cost.kept)


def asked(lesson: Lesson, checkpoint: str | None = None) -> CostsAnalysis:
    """The costs of the first step; with checkpoints at the nodes named. Raises TutorError for a name of no such node."""
    trace, graph = lesson.step.trace, lesson.graph
    every = graph_costs.costs(trace)
    at = None if checkpoint is None else graph_costs.checkpointed(trace, every, _named(lesson, checkpoint))
    deep = layered(graph) and len(graph.layers) > 1
    return CostsAnalysis(lesson, every, at, graph_costs.factors(trace) if deep else ())


def _named(lesson: Lesson, typed: str) -> Iterator[int]:
    graph = lesson.graph
    known = [graph.nodes[i].name for i in graph.computed if not graph.nodes[i].inner and i < graph.losses]
    for name in (each.strip() for each in typed.split(",")):
        if name not in known:
            raise TutorError(NO_NODE.format(name=name, known=", ".join(known), near=did_you_mean(name, known)))
        yield graph.index[name]


def costs(analysis: CostsAnalysis) -> Document:
    """The whole lesson."""
    lesson = analysis.lesson
    parts = [_nodes(analysis)]
    if analysis.checkpoints is not None:
        parts.append(_checkpoints(analysis, analysis.checkpoints))
    if analysis.factors:
        parts.append(_layers(analysis))
    return Document(lesson.lang, plain(lesson.scenario.title[lesson.lang]), facts(lesson), tuple(parts))


def _nodes(analysis: CostsAnalysis) -> Section:
    lesson = analysis.lesson
    titles = (NODE, SHAPE, NUMBERS, PARAMETERS, PRODUCTS, KEPT)
    header = tuple(map(lesson.say, titles))
    rows = [_row(analysis, cost) for cost in analysis.shown]
    numbers = sum(cost.numbers for cost in analysis.shown)
    sums = (numbers, analysis.parameters, analysis.multiplications, analysis.kept)
    rows.append((lesson.say(TOTAL), (), *(plain(str(number)) for number in sums)))
    blocks: list[Block] = [Table(header, tuple(rows), (LEFT, LEFT, *[RIGHT] * 4)), Paragraph(lesson.say(HOW), "muted")]
    if any(cost.multiplications is None for cost in analysis.nodes):
        blocks.append(Paragraph(lesson.say(NOT_COUNTED), "muted"))
    return Section(lesson.say(NODES), tuple(blocks), "costs")


def _row(analysis: CostsAnalysis, cost: NodeCost) -> tuple[Words, ...]:
    shape = " × ".join(map(str, cost.shape)) or "1"
    products = "–" if cost.multiplications is None else str(cost.multiplications or "")
    kept = str(cost.numbers) if cost.kept else ""
    figures = (str(cost.numbers), str(cost.parameters or ""), products, kept)
    return (math(_symbol(analysis, cost.node)), plain(shape), *map(plain, figures))


def _symbol(analysis: CostsAnalysis, node: int) -> Sym:
    graph = analysis.lesson.graph
    if node == graph.losses:
        letter = analysis.lesson.reading.letter(graph.example_loss())
        return replace(letter, example=None) if isinstance(letter, Sym) else analysis.lesson.letters.loss
    return analysis.lesson.letters.value(Quantity(analysis.lesson.graph.nodes[node].name))


def _checkpoints(analysis: CostsAnalysis, found: Checkpointed) -> Section:
    """What is stored, and what is computed again."""
    lesson = analysis.lesson
    said = lesson.say(WITH, nodes=_listed(analysis, found.kept), stored=found.stored, before=analysis.kept)
    products = sum(cost.multiplications or 0 for cost in analysis.nodes if cost.node in found.recomputed)
    again = lesson.say(AGAIN, nodes=_listed(analysis, found.recomputed), products=products)
    second = again if found.recomputed else lesson.say(NOTHING_AGAIN)
    return Section(lesson.say(CHECKPOINTS), (Paragraph(said), Paragraph(second)), "checkpoints")


def _listed(analysis: CostsAnalysis, nodes: Sequence[int]) -> Words:
    return listed((_symbol(analysis, node) for node in nodes), analysis.lesson.lang)


def _layers(analysis: CostsAnalysis) -> Section:
    """The product of the local derivatives, layer by layer from the output back."""
    lesson, graph = analysis.lesson, analysis.lesson.graph
    wide = any(len(group.units) > 1 for group in graph.groups)
    header = (lesson.say(LAYER), (), lesson.say(LOCAL), (), lesson.say(PRODUCT))
    rows = tuple(_factor(analysis, factor) for factor in analysis.factors)
    blocks: list[Block] = [Table(header, rows, (LEFT, LEFT, RIGHT, LEFT, RIGHT))]
    if wide:
        blocks.append(Paragraph(lesson.say(OF_MATRICES), "muted"))
    product = analysis.factors[-1].product
    if not VANISHED < abs(product) < EXPLODED:
        words = VANISHES if abs(product) <= VANISHED else EXPLODES
        blocks.append(Paragraph(lesson.say(words, count=len(graph.layers), product=lesson.figure(product)), "bad"))
    return Section(lesson.say(LAYERS), tuple(blocks), "layers")


def _factor(analysis: CostsAnalysis, factor: Factor) -> tuple[Words, ...]:
    groups, lesson = analysis.lesson.graph.groups, analysis.lesson
    here, below, last = (_symbol(analysis, groups[n].output) for n in (factor.layer, factor.layer - 1, len(groups) - 1))
    return (
        plain(str(factor.layer)),
        math(Partial(here, below)),
        math(lesson.figure(factor.local)),
        math(Partial(last, below)),
        math(lesson.figure(factor.product)),
    )
