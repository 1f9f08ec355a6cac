"""A lesson made by hand, with every kind of block, in both languages."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

from backprop_tutor.formula.nodes import Call, Hadamard, Lit, MatMul, Neg, Partial, Role, Transpose, chain
from backprop_tutor.lesson.document import (
    Code,
    Document,
    Equation,
    Flow,
    Math,
    Paragraph,
    Row,
    Rows,
    Section,
    Table,
    Text,
)
from backprop_tutor.text import Lang
from tests.render.parts import (
    L,
    Say,
    alpha,
    bold,
    equation,
    given,
    h,
    math,
    matrix,
    num,
    o,
    speaking,
    weight,
    words,
    y,
)
from tests.render.pictures import network_drawing


def two_two_one(lang: Lang) -> Document:
    """The 2-2-1 network."""
    say = speaking(lang)
    facts = (
        words("sigmoid"),
        say("½ squared error", "½ 平方误差"),
        (Math(alpha), Text(" = 0.1")),
        say("1 example", "1 个样本"),
    )
    blocks = (_given(say), _forward(say), _backward(say), _update(say), _ending(say))
    return Document(lang, say("A 2-2-1 network by hand", "手算一个 2-2-1 网络"), facts, blocks)


def _given(say: Say) -> Section:
    values = (("ca", "0.1"), ("cb", "0.7"), ("da", "0.3"), ("db", "0.2"), ("ec", "0.4"), ("ed", "0.6"))
    inputs = ((given("a"), "0.5"), (given("b"), "0.8"), (y, "1"))
    shown = Flow(tuple(equation(name, ("=", num(text))) for name, text in inputs))
    weights = Flow(
        (*(equation(weight(sub), ("=", num(text))) for sub, text in values), say("no biases", "没有偏置")),
    )
    return Section(say("Given", "已知"), (shown, weights, network_drawing()), "given")


def _forward(say: Say) -> Section:
    hidden, below = (
        weight("ca") * given("a") + weight("cb") * given("b"),
        num("0.1") * num("0.5") + num("0.7") * num("0.8"),
    )
    output, above = (
        weight("ec") * o("c") + weight("ed") * o("d"),
        num("0.4") * num("0.647941") + num("0.6") * num("0.576885"),
    )
    sigmoid, written = Call("sigmoid", (h("c"),)), 1 / (1 + Call("exp", (Neg(num("0.61")),)))
    remark = say("the only output", "唯一的输出", "muted")
    lines = (
        equation(h("c"), ("=", hidden), ("=", below), ("=", num("0.61"))),
        equation(o("c"), ("=", sigmoid), ("=", written), ("≈", num("0.647941"))),
        equation(h("e"), ("=", output), ("=", above), ("≈", num("0.605307")), remark=remark),
    )
    return Section(say("Forward: from the inputs to the loss", "前向传播：从输入到损失"), lines, "forward", 1)


def _backward(say: Say) -> Section:
    rule = say(
        "Every weight reaches the loss along a path; the chain rule multiplies the derivatives met on the way.",
        "每个权重都沿着一条路径影响损失；链式法则把沿途遇到的导数（每一段一个，顺序不限）逐个相乘，"
        "得到损失对这个权重的导数。",
    )
    kept = (
        *say("The first factors, ", "前两个因子，即 "),
        Math(Partial(L, h("e"))),
        *say(", come back in ", "，会在下面"),
        *say("every", "每个", "strong"),
        *say(" weight below: kept, not computed again.", "权重里再次出现：保留下来，不再重算。"),
    )
    derivation = Section(math(Partial(L, weight("ca"))), (_derivation(say), Paragraph(kept)))
    title = say("Backward: how much is each weight to blame?", "反向传播：每个权重该负多大责任？")
    return Section(title, (Paragraph(rule), derivation, _in_matrices()), "backward", 3)


def _derivation(say: Say) -> Rows:
    steps = (weight("ca"), h("c"), o("c"), h("e"), o("e"), L)
    links = [Partial(later, earlier) for earlier, later in pairwise(steps)][::-1]
    slopes = (o("e") - y, o("e") * (1 - o("e")), weight("ec"), o("c") * (1 - o("c")), given("a"))
    numbers = map(num, ("-0.353130", "0.228429", "0.4", "0.228114", "0.5"))
    functions = (
        equation(h("c"), ("=", weight("ca") * given("a") + weight("cb") * given("b"))),
        equation(o("c"), ("=", Call("sigmoid", (h("c"),)))),
        equation(L, ("=", Lit(Fraction(1, 2)) * (o("e") - y) ** 2)),
    )
    slope = Partial(L, weight("ca"))
    value = num("-0.00368017")
    rule = equation(slope, ("=", chain(*links)), ("=", chain(*slopes)), ("≈", chain(*numbers)), ("≈", value))
    moved = equation(weight("ca"), ("←", weight("ca") - alpha * slope), ("≈", num("0.100368")))
    return Rows(
        (
            Row(say("path", "路径"), (Flow(tuple(map(math, steps)), "→"),)),
            Row(say("functions", "函数"), (Flow(functions),)),
            Row(say("chain rule", "链式法则"), (rule,)),
            Row(say("update", "更新"), (moved,)),
        )
    )


def _in_matrices() -> Equation:
    delta, passed = bold("δ", 2, Role.ADJOINT), (Transpose(bold("W", 3, Role.WEIGHT)), bold("δ", 3, Role.ADJOINT))
    numbers = (Transpose(matrix(("0.4", "0.6"))), matrix(("-0.0806653",)))
    slope = Call("sigmoid", (bold("z", 2, Role.PREACTIVATION),), 1)
    return equation(
        delta,
        ("=", Hadamard((MatMul(passed), slope))),
        ("=", Hadamard((MatMul(numbers), matrix(("0.228114",), ("0.244089",))))),
        ("≈", matrix(("-0.00736034",), ("-0.0118137",))),
    )


def _update(say: Say) -> Section:
    rows = (
        ("ec", "0.4", "-0.0522664", "0.00522664", "0.405227"),
        ("ed", "0.6", "-0.0465346", "0.00465346", "0.604653"),
        ("ca", "0.1", "-0.00368017", "0.000368017", "0.100368"),
    )
    slope = Partial(L, weight())
    header = ((), say("old", "旧值"), math(slope), say("change", "变化"), say("new", "新值"))
    cells = tuple((math(weight(sub)), *(math(num(text)) for text in texts)) for sub, *texts in rows)
    table = Table(header, cells, ("left", "left", "right", "right", "left"))
    title = (*say("Update: one step downhill, ", "更新：沿下坡走一步，"), Math(weight()), Text(" ← "))
    return Section((*title, Math(weight() - alpha * slope)), (table,), "update", 4)


def _ending(say: Say) -> Paragraph:
    agreed = say("✓ all 6 gradients agree with a numerical check", "✓ 6 个梯度都与数值检验一致", "good")
    return Paragraph((*agreed, *say("      next: ", "      下一步："), Code("tutor quiz two-two-one")))
