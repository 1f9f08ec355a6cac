"""Mistakes of the error signal of the output: the derivative of the loss, and what belongs to a softmax."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from backprop_tutor.formula.nodes import Call, Formula, Lit, Pow, children
from backprop_tutor.graph.array import Array
from backprop_tutor.graph.scenario import Scenario
from backprop_tutor.graph.textbook_rules import SLOPES_IN_A
from backprop_tutor.practice.mistakes import principles
from backprop_tutor.practice.mistakes.arrays.attention import attentions, diagonal_of
from backprop_tutor.practice.mistakes.arrays.operations import (
    Found,
    at_places,
    formula_of,
    is_made_by,
    operations,
    shown,
)
from backprop_tutor.practice.mistakes.conditions import (
    ENTROPIES,
    FOLDED,
    OUTPUTS,
    SQUARED,
    all_of,
    folded,
    from_loss,
    has,
    is_folded,
    layered,
    layers,
    loss_is,
    output_is,
    outputs,
    over_units,
    several_outputs,
    signal,
    slope,
    upstream,
)
from backprop_tutor.practice.mistakes.mistake import Mistake
from backprop_tutor.practice.mistakes.sites import in_layers, output, together, whole
from backprop_tutor.text import T
from backprop_tutor.whatif.intervention import Changes, Line
from backprop_tutor.whatif.step_context import StepContext

TWO = Lit(Fraction(2))


def scaled_error(scenario: Scenario, factor: float) -> Changes:
    """The derivative of the loss times a factor, wherever it is sent."""
    graph = scenario.graph
    if not graph.layers:
        name = graph.nodes[graph.losses].name
        return {
            Line("sent", name, n): lambda k, right: factor * right for n in range(len(graph.nodes[graph.losses].inputs))
        }
    ways = (OUTPUTS, FOLDED) if is_folded(scenario.graph) else (OUTPUTS,)
    return {from_loss(scenario.graph, way): lambda k, right: factor * right for way in ways}


def _loss_for_derivative(scenario: Scenario) -> Changes:
    """E in place of dE/da."""
    top = len(layers(scenario.graph))
    sent: Changes = {from_loss(scenario.graph, OUTPUTS): _loss}
    if is_folded(scenario.graph):
        sent = {**sent, from_loss(scenario.graph, FOLDED): lambda k, right: k.sends(OUTPUTS) * slope(k, top)}
    return sent


def _loss(k: StepContext, right: Array) -> Array:
    return _share_of(k) * k.value(k.graph.nodes[k.graph.losses].name) + 0 * right


def _lost_minus(scenario: Scenario) -> Changes:
    """+y/a for −y/a in dL/da of a cross-entropy, and what follows for δ where the two derivatives are taken as one."""
    graph, top = scenario.graph, len(layers(scenario.graph))

    def by_output(k: StepContext, right: Array) -> Array:
        turned: Array = right + 2 * _share_of(k) * k.target / k.a(top)
        return turned

    def by_preactivation(k: StepContext, right: Array) -> Array:
        a, y = k.a(top), k.target
        through = y - a * over_units(y) if output_is("softmax")(scenario) else y * (1 - a)
        turned: Array = right + 2 * _share_of(k) * through
        return turned

    sent: Changes = {from_loss(graph, OUTPUTS): by_output}
    return {**sent, from_loss(graph, FOLDED): by_preactivation} if is_folded(graph) else sent


def _share_of(k: StepContext) -> Array:
    """The share of an example in the reported loss."""
    return k.adjoint(k.graph.nodes[k.graph.losses].name)


def _diagonal(k: StepContext, layer: int, right: Array) -> Array:
    return upstream(k, layer) * SLOPES_IN_A["sigmoid"](k.a(layer))


def _true_class(k: StepContext, layer: int, right: Array) -> Array:
    y = k.target
    return _share_of(k) * over_units(y * (k.a(layer) - 1)) + 0 * right


def squared(scenario: Scenario) -> bool:
    """Whether the loss is made of squared errors: the table's, or an author's formula with a square at its end."""
    graph = scenario.graph
    if graph.layers or graph.is_given_upstream or graph.outputs:
        return loss_is(*SQUARED)(scenario)
    ends = [graph.losses, *graph.nodes[graph.losses].inputs]
    ends += [j for i in ends for j in graph.nodes[i].inputs if is_made_by(graph, i, "sum", "mean")]
    return any(_has_square(formula) for i in ends if (formula := formula_of(graph, i)) is not None)


def _has_square(formula: Formula) -> bool:
    is_here = isinstance(formula, Pow) and formula.exponent == TWO
    inside = () if isinstance(formula, Call) else children(formula)
    return is_here or any(_has_square(part) for part in inside)


def _other_softmax(scenario: Scenario) -> Iterator[Found]:
    """In a graph: a softmax that weighs nothing, as at the end of a classifier."""
    graph = scenario.graph
    weighing = {i for i, _ in attentions(graph)}
    for i in operations(graph, "softmax"):
        if i not in weighing:
            yield Found(shown(graph, i), {Line("sent", graph.nodes[i].name): diagonal_of(i)})


OUTPUT_DELTA = (
    Mistake(
        "sign-flipped",
        T("sign of the error flipped", "误差的符号反了"),
        T("the error is taken as y − a, while the update still subtracts", "误差写成了 y − a，更新时却仍然减去它"),
        principles.SIGN,
        whole(lambda s: scaled_error(s, -1.0), lambda s: layered(s) or squared(s)),
        seen=3,
    ),
    Mistake(
        "logarithm-sign",
        T("sign of the logarithm's derivative lost", "对数求导丢了负号"),
        T("the derivative of −y·ln a is taken as y/a, without its minus", "把 −y·ln a 的导数写成了 y/a，丢了负号"),
        principles.LOGARITHM,
        whole(_lost_minus, all_of(layered, loss_is(*ENTROPIES))),
        seen=2,
        pairs=False,
    ),
    Mistake(
        "factor-two",
        T("factor 2 too many in the gradient", "梯度多了因子 2"),
        T(
            "the derivative of the loss has a 2 that the stated loss does not give",
            "损失的导数多出一个 2，与所给的损失不符",
        ),
        principles.STATED_LOSS,
        whole(lambda s: scaled_error(s, 2.0), squared),
        seen=3,
    ),
    Mistake(
        "factor-half",
        T("factor ½ too many in the gradient", "梯度多了因子 ½"),
        T(
            "the derivative of the loss has a ½ that the stated loss does not give",
            "损失的导数多出一个 ½，与所给的损失不符",
        ),
        principles.STATED_LOSS,
        whole(lambda s: scaled_error(s, 0.5), squared),
        seen=3,
    ),
    Mistake(
        "divided-by-outputs",
        T("divided by the number of outputs", "除以输出个数"),
        T("the error signal of the output is divided by the number of outputs", "输出层的误差项除以了输出个数"),
        principles.STATED_LOSS,
        whole(lambda s: scaled_error(s, 1 / outputs(s)), several_outputs),
        seen=2,
    ),
    Mistake(
        "loss-for-derivative",
        T("the loss for its derivative", "用损失代替它的导数"),
        T("the loss itself stands where its derivative ∂L/∂a belongs", "该用导数 ∂L/∂a 的地方用了损失本身"),
        principles.STATED_LOSS,
        whole(_loss_for_derivative, all_of(layered, lambda s: not output_is("softmax")(s))),
    ),
    Mistake(
        "fused-derivative-twice",
        T("derivative after a − y", "a − y 之后又乘导数"),
        T(
            "a − y, which already holds the derivative, is multiplied by a(1 − a) again",
            "a − y 里已经含有导数，却又乘了一次 a(1 − a)",
        ),
        principles.FOLD,
        whole(
            lambda s: {
                from_loss(s.graph, FOLDED): lambda k, right: right * SLOPES_IN_A["sigmoid"](k.a(len(layers(s.graph))))
            },
            folded,
        ),
        seen=2,
    ),
    Mistake(
        "softmax-diagonal-only",
        T("only the diagonal of the softmax's derivatives", "只用了 softmax 导数的对角线"),
        T(
            "of the softmax's derivatives only ∂a/∂z of the same unit is used: ∂L/∂a · a(1 − a)",
            "softmax 的导数只用了同一单元的 ∂a/∂z：∂L/∂a · a(1 − a)",
        ),
        principles.SOFTMAX,
        together(in_layers(signal, _diagonal, output, has("softmax")), at_places(_other_softmax)),
        seen=3,
    ),
    Mistake(
        "softmax-true-class-for-all",
        T("the true class's error for every class", "所有类别都用正确类的误差"),
        T("every class gets the error of the true class, a − 1", "每个类别都用了正确类的误差 a − 1"),
        principles.SOFTMAX,
        in_layers(signal, _true_class, output, has("softmax")),
        seen=2,
    ),
)
