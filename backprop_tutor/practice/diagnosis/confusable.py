"""Mistakes that a scenario cannot distinguish: those that change nothing in it, and those that give the same numbers.

The result is also written as a page, with the reasons.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from backprop_tutor.formula.nodes import Num, Role
from backprop_tutor.frozen import frozen
from backprop_tutor.graph.scenario import Scenario
from backprop_tutor.graph.symbolic_trace import SymbolicTrace
from backprop_tutor.lesson.document import Block, Document, Paragraph, Row, Rows, Section, Text, Words
from backprop_tutor.lesson.inline import plain, say
from backprop_tutor.practice.diagnosis import phrases
from backprop_tutor.practice.diagnosis.hypotheses import Hypothesis, changes, singles
from backprop_tutor.practice.exercise.exercise import steps_to_ask
from backprop_tutor.practice.mistakes.catalogue import MISTAKES
from backprop_tutor.practice.mistakes.conditions import examples, outputs
from backprop_tutor.practice.mistakes.mistake import Mistake
from backprop_tutor.text import COMMA, Lang, T
from backprop_tutor.training.address import addresses, numbers
from backprop_tutor.training.train_step import run_scenario
from backprop_tutor.whatif.predictions import PredictionTable, alike


@frozen(eq=False)
class Confusable:
    """The mistakes that are impossible in a scenario, those that change nothing, groups with the same numbers, and why."""

    impossible: tuple[Mistake, ...]
    hidden: tuple[Hypothesis, ...]
    groups: tuple[tuple[Hypothesis, ...], ...]
    reasons: tuple[T, ...]


def confusable(scenario: Scenario) -> Confusable:
    """The mistakes that the numbers of the steps up to the one that is asked about cannot distinguish."""
    steps = steps_to_ask(scenario)
    run = run_scenario(scenario, steps)
    places = [
        seat for i, step in enumerate(run.steps) for seat in addresses(SymbolicTrace(step.trace, _unwritten, 1), i)
    ]
    among = singles(scenario)
    rows = PredictionTable(scenario, places, steps).rows([changes(each) for each in among])
    hidden, *groups = alike(rows, numbers(run.steps, places))
    able = {each.definition[0].mistake.name for each in among}
    return Confusable(
        tuple(mistake for mistake in MISTAKES.values() if mistake.name not in able),
        tuple(among[i] for i in hidden),
        tuple(_several(among, groups)),
        tuple(said for said, holds in REASONS if holds(scenario)),
    )


def _several(among: tuple[Hypothesis, ...], groups: list[list[int]]) -> Iterator[tuple[Hypothesis, ...]]:
    """The groups with more than one mistake, each mistake once."""
    for group in groups:
        once = {among[i].names: among[i] for i in reversed(group)}
        if len(once) > 1:
            yield tuple(reversed(once.values()))


def _unwritten(quantity: object) -> Num:
    return Num(0.0, "0")


def _no_bias(scenario: Scenario) -> bool:
    nodes = scenario.graph.nodes
    biases = [node.name for node in nodes if node.role == Role.BIAS and node.op is None]
    return bool(scenario.graph.layers) and not any(scenario.parameters[name].any() for name in biases)


REASONS: tuple[tuple[T, Callable[[Scenario], bool]], ...] = (
    (T("one output: nothing is summed over outputs", "只有一个输出：没有对输出的求和"), lambda s: outputs(s) == 1),
    (
        T(
            "two outputs: their mean is half their sum, like the factor ½",
            "恰有两个输出：平均等于和的一半，与系数 ½ 混同",
        ),
        lambda s: outputs(s) == 2,
    ),
    (T("no bias other than 0: leaving it out changes nothing", "偏置都是 0 或没有：漏掉也看不出"), _no_bias),
    (
        T("learning rate 1: forgetting or squaring it changes nothing", "学习率为 1：漏乘或平方都看不出"),
        lambda s: s.training.learning_rate == 1,
    ),
    (T("one example: mean and sum are the same", "只有一个样本：平均与求和相同"), lambda s: examples(s) == 1),
    (
        T("inputs of 0 or 1: a factor x is lost, or hides its weight", "输入是 0 或 1：因子 x 消失，或让权重不起作用"),
        lambda s: any(bool(((s.data[name] == 0) | (s.data[name] == 1)).any()) for name in s.graph.inputs),
    ),
)

CONFUSABLE = T("{title}: what it cannot tell apart", "{title}：无法区分哪些错误")
REASONS_SHOWN = T("Why", "原因")
HIDDEN = T("Change nothing here", "在这里不改变任何数")
SAME = T("Give the same numbers", "得到相同的数")
IMPOSSIBLE = T("Cannot be made here", "在这里不会发生")
NONE = T(
    "Every mistake that can be made here shows, and none looks like another.",
    "在这里可能发生的错误都看得出来，也互不混同。",
)


def confusable_page(scenario: Scenario, found: Confusable, lang: Lang) -> Document:
    """The page of the mistakes that a scenario cannot distinguish, with the reasons."""
    return Document(lang, say(CONFUSABLE, lang, title=scenario.title), (), tuple(_confusable(found, lang)))


def _confusable(found: Confusable, lang: Lang) -> Iterator[Block]:
    if not (found.hidden or found.groups):
        yield Paragraph(say(NONE, lang), "good")
    if found.reasons:
        yield Section(say(REASONS_SHOWN, lang), tuple(Paragraph(say(reason, lang)) for reason in found.reasons))
    if found.groups:
        rows = tuple(
            Row(plain(str(n)), (Paragraph(_named(group, lang)),)) for n, group in enumerate(found.groups, start=1)
        )
        yield Section(say(SAME, lang), (Rows(rows),))
    if found.hidden:
        yield Section(say(HIDDEN, lang), (Paragraph(_named(found.hidden, lang)),))
    if found.impossible:
        yield Section(
            say(IMPOSSIBLE, lang),
            (Paragraph(plain(COMMA[lang].join(each.name for each in found.impossible)), "muted"),),
        )


def _named(among: tuple[Hypothesis, ...], lang: Lang) -> Words:
    """Mistakes with their places: ``factor-two (everywhere), other-loss-factor (twice the stated loss)``."""
    phrased = (phrases.AT.format(clause=each.names[0], where=each.where)[lang] for each in among)
    return (Text(COMMA[lang].join(phrased)),)
