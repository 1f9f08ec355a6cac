"""The catalogue's name of an edited line, where it has one, and the slip in words.

A slip is known by its rule, by what its line computes, and by the part concerned with layers counted from its own:
``a<0>`` is the activation of the line's layer, ``W<1>`` the weights above it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import reduce
from typing import Literal

from backprop_tutor.frozen import frozen
from backprop_tutor.programs.edits import Edit, Slip, relative
from backprop_tutor.programs.reference import FORMS, Line
from backprop_tutor.programs.search import Found
from backprop_tutor.text import T

Kind = Literal["mistake", "convention", "slip"]

SLOPES = ("slope", "output slope")
OUTPUT = ("output delta", "output error")
GRADIENTS = ("weight gradient", "bias gradient")
GRAPH = ("value", "adjoint", "parameter gradient")
"""The lines of a graph: a node, what arrives at it, what arrives at a parameter or input."""
ANY_LINE = (*GRADIENTS, *SLOPES, *OUTPUT, *GRAPH, "sent back", "preactivation", "activation")

SUMS = T(
    "Your gradients are sums over the examples; the loss of this scenario is their mean: each is {count} times as large.",
    "你的梯度是对样本求和；这个场景的损失取平均：你的每个梯度都是它的 {count} 倍。",
)
MEANS = T(
    "Your gradients are means over the examples; the loss of this scenario is their sum: each is 1/{count} as large.",
    "你的梯度是对样本取平均；这个场景的损失是总和：你的每个梯度都是它的 1/{count}。",
)


@frozen(slots=True)
class Known:
    """A slip with a name: the rule, the roles of its line, and a pattern of the part or, for `whole`, of the new line."""

    name: str
    rules: tuple[str, ...]
    roles: tuple[str, ...]
    part: str = ".*"
    whole: str = ".*"


def _known(name: str, rules: str, roles: Sequence[str] | str, part: str = ".*", whole: str = ".*") -> Known:
    return Known(name, tuple(rules.split()), (roles,) if isinstance(roles, str) else tuple(roles), part, whole)


NAMES: tuple[Known, ...] = (
    _known("sign-flipped", "sign-lost other-error", OUTPUT, r"a<0> - y<?.*|y", r".*y - a<0>.*"),
    _known("sign-flipped", "sign-lost", OUTPUT),
    _known("penalty-sign", "sign-lost", GRADIENTS, r"l2 \* .*"),
    _known("penalty-forgotten", "term-omitted", GRADIENTS, r"l2 \* .*"),
    _known("l2-factor", "factor-omitted constant scaled penalty-misplaced", "weight gradient", r".*l2.*"),
    _known("l2-on-biases", "penalty-misplaced", "bias gradient"),
    _known("bias-dropped", "term-omitted", "preactivation", r"b<0>.*"),
    _known("weights-transposed-forward", "transposed", "preactivation"),
    _known("upstream-forgotten", "factor-omitted", SLOPES, r"da<0>"),
    _known("output-derivative-omitted", "factor-omitted", "output slope", r"a<0> \* \(1 - a<0>\)|1 - .*|.* > 0|np\..*"),
    _known("output-derivative-omitted", "other-array other-derivative", "output slope", r"da<0>"),
    _known("hidden-derivative-omitted", "factor-omitted", "slope", r"1 - a<0> \*\* 2|.* > 0|np\..*"),
    _known("hidden-derivative-omitted", "other-array pasted-line", "slope", r"da<0>"),
    _known("derivative-is-activation", "factor-omitted", SLOPES, r"1 - a<0>"),
    _known("derivative-is-complement", "factor-omitted", SLOPES, r"a<0>"),
    _known("derivative-is-activation", "other-derivative", SLOPES, r"a<0>"),
    _known("derivative-is-complement", "other-derivative", SLOPES, r"1 - a<0>"),
    _known("derivative-function-of-activation", "other-derivative", SLOPES, r"1 / \(1 \+ np\.exp\(-a<0>\)\).*|1 - np\.tanh\(a<0>\).*"),
    _known("derivative-at-preactivation", "other-derivative", SLOPES, r"z<0> \* \(1 - z<0>\)|1 - z<0>\*\*2"),
    _known("derivative-at-preactivation", "sibling-used", SLOPES, r"z<0>"),
    _known("error-gated", "other-derivative", SLOPES, r".*da<0> > 0.*"),
    _known("derivative-of-error", "other-derivative", SLOPES, r"da<0> \* \(1 - da<0>\)|1 - da<0>\*\*2"),
    _known("derivative-of-other-function", "other-derivative", (*SLOPES, "adjoint")),
    _known("derivative-twice", "factor-doubled derivative-too-many", SLOPES),
    _known("derivative-of-wrong-layer", "sibling-used", SLOPES, r"a<-?[1-9]\d*>"),
    _known("fused-derivative-twice", "derivative-too-many", "output delta"),
    _known("fused-derivative-twice", "other-error", "output delta", r"\(a<0> - y\) \* \(.*"),
    _known("softmax-diagonal-only", "diagonal-only", "output slope", r"da<0> \* a<0> \* \(1 - a<0>\)"),
    _known("softmax-true-class-for-all", "other-error", OUTPUT, r"y \* \(a<0> - 1\)"),
    _known("loss-for-derivative", "other-error", OUTPUT, r"\(a<0> - y\)\*\*2|0\.5 \* \(a<0> - y\)\*\*2|-y \* np\.log\(a<0>\)"),
    _known("factor-two", "scaled", OUTPUT, r"2"),
    _known("factor-half", "scaled", OUTPUT, r"0\.5"),
    _known("factor-half", "factor-omitted", OUTPUT, r"2"),
    _known("factor-two", "other-error", OUTPUT, r"2 \* .*"),
    _known("factor-half", "other-error", OUTPUT, r"0\.5 \* .*"),
    _known("divided-by-outputs", "scaled", OUTPUT, r"1 / \d+"),
    _known("early-division-by-m", "scaled", (*GRADIENTS, *SLOPES, *OUTPUT, "sent back"), r"1 / m"),
    _known("early-division-by-m", "factor-doubled", (*GRADIENTS, *OUTPUT), r"m"),
    _known("early-division-by-m", "sum-and-mean", "bias gradient", r"mean"),
    _known("wrong-m", "constant", "count"),
    _known("batch-sum-for-mean", "constant-forgotten", OUTPUT, r"m"),
    _known("softmax-over-batch", "summed-over-wrong-axis summed-over-all", "activation"),
    _known("softmax-over-batch", "other-activation", "activation", r".*\.sum\(\)|.*axis.*"),
    _known("softmax-without-exp", "other-activation", "activation", r"z<0> / .*"),
    _known("activation-skipped-hidden", "other-activation function", "activation", r"z<0>"),
    _known("sigmoid-sign", "sign-lost", "activation"),
    _known("wrong-activation", "other-activation function", "activation"),
    _known("weights-not-transposed", "transposed", "sent back"),
    _known("gradient-for-weight", "sibling-used overwritten", "sent back", r"dW<1>"),
    _known("updated-weights-used", "overwritten", "sent back", r"\(W<1> [-+] .*"),
    _known("raw-error-propagated", "sibling-used", "sent back", r"da<1>"),
    _known("weights-forgotten", "one-sum", "sent back"),
    _known("weights-forgotten", "factor-omitted", "sent back", r"W<1>.*"),
    _known("outer-product-transposed", "transposed", "weight gradient"),
    _known("preactivation-for-activation", "sibling-used", "weight gradient", r"z<-1>"),
    _known("own-activation", "sibling-used", "weight gradient", r"a<0>"),
    _known("network-input-for-activation", "sibling-used", "weight gradient", r"x"),
    _known("weight-for-input", "sibling-used", "weight gradient", r"W<.*"),
    _known("derivative-missing-in-gradient", "sibling-used", "weight gradient", r"da<0>"),
    _known("input-forgotten", "factor-omitted", "weight gradient"),
    _known("bias-gradient-not-summed", "not-summed", "bias gradient"),
    _known("bias-gradient-of-layer", "summed-over-all summed-over-wrong-axis", "bias gradient"),
    _known("bias-gradient-times-bias", "bias-gradient-from-weights", "bias gradient", r".*b<0>.*"),
    _known("bias-gradient-times-input", "bias-gradient-from-weights", "bias gradient", r".*(?:a<-1>|x).*"),
    _known("bias-gradient-from-weights", "bias-gradient-from-weights", "bias gradient", r"dW<0>.*"),
    _known("one-example-only", "examples-missed", "weight gradient", r"-1:|0:1"),
    _known("bias-gradient-not-summed", "examples-missed", "bias gradient", r"-1:|0:1"),
    _known("index-one-off", "examples-missed", GRADIENTS),
    _known("relu-value-for-gate", "error-gated", SLOPES, r"z<0>"),
    _known("stale-values", "kept", (*GRADIENTS, *SLOPES, *OUTPUT, "sent back", "preactivation", "activation")),
    _known("stale-values", "overwritten", (*GRADIENTS, *SLOPES, "sent back"), r".*"),
    _known("sibling-used", "other-array pasted-line sibling-used", ANY_LINE),
    _known("index-one-off", "index-one-off", ANY_LINE),
    _known("constant-forgotten", "constant-forgotten constant scaled", (*ANY_LINE, "count")),
    _known("factor-omitted", "factor-omitted", ANY_LINE),
    _known("term-omitted", "term-omitted", ANY_LINE),
    _known("factor-inverted", "factor-inverted", ANY_LINE),
    _known("sign-lost", "sign-lost", ANY_LINE),
)  # fmt: skip
"""The names of slips; the first that fits a slip is its name."""


def name_of(slip: Slip, lines: Sequence[Line]) -> str | None:
    """The catalogue's name of a slip, None where it has none."""
    edit = slip.edits[0]
    line = lines[edit.line]
    part, whole = relative(edit, line.layer), relative_text(edit, line.layer)
    for known in NAMES:
        fits = edit.rule.name in known.rules and line.role in known.roles
        if fits and re.fullmatch(known.part, part) and re.fullmatch(known.whole, whole):
            return known.name
    return None


def relative_text(edit: Edit, layer: int) -> str:
    """The new right side with layers counted from its own."""
    return re.sub(r"(?<=[a-z])(\d+)\b", lambda number: f"<{int(number[1]) - layer}>", edit.text, flags=re.IGNORECASE)


def names_of(found: Found) -> list[str]:
    """The names of an explanation: one of each slip that has one."""
    named: Callable[[Slip], str | None] = lambda slip: name_of(slip, found.bench.program.lines)  # noqa: E731
    return [name for slip in found.slips if (name := named(slip))]


def kind_of(found: Found) -> Kind:
    """A mistake where the catalogue has its name, else a slip."""
    return "mistake" if len(names_of(found)) == len(found.slips) else "slip"


GENERAL = frozenset(
    {"sign-lost", "factor-omitted", "term-omitted", "factor-inverted", "sibling-used", "constant-forgotten"}
)
"""Names that say what was done to a line, not what was believed."""


def likelihood(found: Found) -> tuple[int, int, int, int, int, int]:
    """The order of explanations that give the same arrays: the least changed, the most seen, in the usual form, named."""
    slips, seen, lines, last = found.rank
    named = names_of(found)
    unnamed = sum(name in GENERAL for name in named) + len(found.slips) - len(named)
    length = sum(len(edit.text) for slip in found.slips for edit in slip.edits)
    return slips, seen, lines, FORMS.index(found.bench.program.form), unnamed, length if last else 0


ROLES = {
    "count": T("the number of examples", "样本数"),
    "preactivation": T("z = W a + b of layer {layer}", "第 {layer} 层的 z = W a + b"),
    "activation": T("the activation of layer {layer}", "第 {layer} 层的激活值"),
    "output error": T("the derivative of the loss by the output", "损失对输出的导数"),
    "output delta": T("the error signal of the output layer", "输出层的误差项"),
    "output slope": T("the error signal of the output layer", "输出层的误差项"),
    "slope": T("the error signal of layer {layer}", "第 {layer} 层的误差项"),
    "sent back": T("what is sent back to layer {layer}", "传回第 {layer} 层的误差"),
    "weight gradient": T("the gradient of the weights of layer {layer}", "第 {layer} 层权重的梯度"),
    "bias gradient": T("the gradient of the biases of layer {layer}", "第 {layer} 层偏置的梯度"),
    **dict.fromkeys(GRAPH, T("{name}", " {name} ")),
}
AT = T("in the line of {what}, {said}", "在计算{what}的那一行，{said}")
AND = T("{first}; and {second}", "{first}；并且{second}")
EVERY = T("{said}, and likewise in {others}", "{said}；{others} 也是这样")


def place_of(line: Line) -> T:
    """What a line computes, in words."""
    return ROLES[line.role].format(layer=line.layer, name=line.name)


def said(found: Found) -> T:
    """The explanation as one clause."""
    return reduce(
        lambda a, b: AND.format(first=a, second=b),
        (_slip_said(slip, found.bench.program.lines) for slip in found.slips),
    )


def _slip_said(slip: Slip, lines: Sequence[Line]) -> T:
    edits = sorted(slip.edits, key=lambda edit: -edit.line)
    first = edits[0]
    clause = slip.rule.text.format(part=first.part)
    sentence = AT.format(what=place_of(lines[first.line]), said=clause)
    if len(edits) == 1:
        return sentence
    return EVERY.format(said=sentence, others=", ".join(lines[edit.line].name for edit in edits[1:]))


def where_of(found: Found) -> T:
    """The lines concerned, by the names they assign."""
    names = [found.bench.program.lines[edit.line].name for slip in found.slips for edit in slip.edits]
    return T(", ".join(names), "、".join(names))
