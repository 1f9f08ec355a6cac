"""Documents made by hand: one with every kind of block, drawings of networks and graphs, and random ones."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from backprop_tutor.formula.nodes import (
    Call,
    Div,
    Formula,
    Hadamard,
    Lit,
    MatMul,
    Matrix,
    Neg,
    Num,
    Partial,
    Role,
    Sym,
    Transpose,
    chain,
    total,
)
from backprop_tutor.lesson.document import (
    Block,
    Code,
    Document,
    Drawing,
    Edge,
    Equation,
    Flow,
    Link,
    Math,
    Paragraph,
    Row,
    Rows,
    Section,
    Sign,
    Table,
    Text,
    Tone,
    Vertex,
    Words,
)
from backprop_tutor.text import Lang

L, y, alpha = Sym("L", role=Role.LOSS), Sym("y", role=Role.TARGET), Sym("α", role=Role.SETTING)


def weight(sub: str) -> Sym:
    """The weight W_sub."""
    return Sym("W", sub=sub, role=Role.WEIGHT)


def given(sub: str) -> Sym:
    """The input x_sub."""
    return Sym("x", sub=sub, role=Role.INPUT)


def h(unit: str) -> Sym:
    """The pre-activation of a unit."""
    return Sym("h", of=unit, role=Role.PREACTIVATION)


def o(unit: str) -> Sym:
    """The activation of a unit."""
    return Sym("O", of=unit, role=Role.ACTIVATION)


def num(text: str) -> Num:
    """A measured number, shown as `text`."""
    return Num(float(text), text)


def equation(left: Formula, *members: tuple[Sign, Formula], remark: Words = ()) -> Equation:
    """left = right ≈ right."""
    return Equation(left, tuple(Link(sign, right) for sign, right in members), remark=remark)


def words(text: str, tone: Tone = "plain") -> Words:
    """A text alone."""
    return (Text(text, tone),)


def math(formula: Formula) -> Words:
    """A formula alone."""
    return (Math(formula),)


def two_two_one(lang: Lang) -> Document:
    """A lesson on the 2-2-1 network with every kind of block."""

    def say(en: str, zh: str, tone: Tone = "plain") -> Words:
        return words(en if lang == "en" else zh, tone)

    facts = (
        words("sigmoid"),
        say("½ squared error", "½ 平方误差"),
        (Math(alpha), Text(" = 0.1")),
        say("1 example", "1 个样本"),
    )
    sections = (
        Section(say("Given", "已知"), (*_given(say("no biases", "没有偏置")), network_drawing()), "given"),
        Section(
            say("Forward: from the inputs to the loss", "前向传播：从输入到损失"),
            _forward(say("the only output", "唯一的输出", "muted")), "forward", 1,
        ),
        Section(
            say("Backward: how much is each weight to blame?", "反向传播：每个权重该负多大责任？"),
            (
                Paragraph(say(
                    "Every weight reaches the loss along a path; the chain rule multiplies the derivatives met on the way.",
                    "每个权重都沿着一条路径影响损失；链式法则把沿途遇到的导数（每一段一个，顺序不限）逐个相乘，得到损失对这个权重的导数。",
                )),
                Section(math(Partial(L, weight("ca"))), (
                    _derivation(say("path", "路径"), say("functions", "函数"), say("chain rule", "链式法则"), say("update", "更新")),
                    Paragraph((
                        *say("The first factors, ", "前两个因子，即 "), Math(Partial(L, h("e"))), *say(", come back in ", "，会在下面"),
                        *say("every", "每个", "strong"), *say(" weight below: kept, not computed again.", "权重里再次出现：保留下来，不再重算。"),
                    )),
                )),
                _in_matrices(),
            ),
            "backward", 3,
        ),
        Section(
            (*say("Update: one step downhill, ", "更新：沿下坡走一步，"), Math(weight("")), Text(" ← "), Math(weight("") - alpha * Partial(L, weight("")))),
            (_updates(say("old", "旧值"), say("change", "变化"), say("new", "新值")),), "update", 4,
        ),
    )  # fmt: skip
    ending = Paragraph(
        (
            *say("✓ all 6 gradients agree with a numerical check", "✓ 6 个梯度都与数值检验一致", "good"),
            *say("      next: ", "      下一步："),
            Code("tutor quiz two-two-one"),
        )
    )
    return Document(lang, say("A 2-2-1 network by hand", "手算一个 2-2-1 网络"), facts, (*sections, ending))


def network_drawing() -> Drawing:
    """The 2-2-1 network and its loss, the path of one weight highlighted."""
    vertices = (
        Vertex("x_a", given("a"), (math(num("0.5")),), 0, Role.INPUT),
        Vertex("x_b", given("b"), (math(num("0.8")),), 0, Role.INPUT),
        Vertex("c", o("c"), (math(num("0.647941")),), 1, Role.ACTIVATION),
        Vertex("d", o("d"), (math(num("0.576885")),), 1, Role.ACTIVATION),
        Vertex("e", o("e"), (math(num("0.646870")),), 2, Role.ACTIVATION),
        Vertex("loss", L, (math(num("0.0623505")),), 3, Role.LOSS),
    )
    weights = (
        ("x_a", "c", "0.1"),
        ("x_b", "c", "0.7"),
        ("x_a", "d", "0.3"),
        ("x_b", "d", "0.2"),
        ("c", "e", "0.4"),
        ("d", "e", "0.6"),
    )
    edges = (Edge(a, b, math(num(text)), Role.WEIGHT, f"W_{b}{a[-1]}") for a, b, text in weights)
    return Drawing(
        vertices, (*edges, Edge("e", "loss", (), Role.LOSS)), frozenset({"x_a", "c", "e", "loss", "W_ca", "W_ec"})
    )


def _given(no_biases: Words) -> tuple[Block, ...]:
    values = (("ca", "0.1"), ("cb", "0.7"), ("da", "0.3"), ("db", "0.2"), ("ec", "0.4"), ("ed", "0.6"))
    inputs = (
        equation(given("a"), ("=", num("0.5"))),
        equation(given("b"), ("=", num("0.8"))),
        equation(y, ("=", num("1"))),
    )
    return Flow(inputs), Flow((*(equation(weight(sub), ("=", num(text))) for sub, text in values), no_biases))


def _forward(remark: Words) -> tuple[Block, ...]:
    written = weight("ca") * given("a") + weight("cb") * given("b")
    out = weight("ec") * o("c") + weight("ed") * o("d")
    return (
        equation(h("c"), ("=", written), ("=", num("0.1") * num("0.5") + num("0.7") * num("0.8")), ("=", num("0.61"))),
        equation(o("c"), ("=", Call("sigmoid", (h("c"),))), ("=", 1 / (1 + Call("exp", (Neg(num("0.61")),)))), ("≈", num("0.647941"))),
        equation(h("e"), ("=", out), ("=", num("0.4") * num("0.647941") + num("0.6") * num("0.576885")), ("≈", num("0.605307")), remark=remark),
    )  # fmt: skip


def _derivation(path: Words, functions: Words, rule: Words, update: Words) -> Rows:
    steps = (weight("ca"), h("c"), o("c"), h("e"), o("e"), L)
    links = [Partial(later, earlier) for earlier, later in zip(steps, steps[1:], strict=False)][::-1]
    slopes = (o("e") - y, o("e") * (1 - o("e")), weight("ec"), o("c") * (1 - o("c")), given("a"))
    numbers = map(num, ("-0.353130", "0.228429", "0.4", "0.228114", "0.5"))
    known = (
        equation(h("c"), ("=", weight("ca") * given("a") + weight("cb") * given("b"))),
        equation(o("c"), ("=", Call("sigmoid", (h("c"),)))),
        equation(L, ("=", Lit(Fraction(1, 2)) * (o("e") - y) ** 2)),
    )
    derivative = Partial(L, weight("ca"))
    derived = equation(
        derivative, ("=", chain(*links)), ("=", chain(*slopes)), ("≈", chain(*numbers)), ("≈", num("-0.00368017"))
    )
    moved = equation(weight("ca"), ("←", weight("ca") - alpha * derivative), ("≈", num("0.100368")))
    return Rows(
        (
            Row(path, (Flow(tuple(map(math, steps)), "→"),)),
            Row(functions, (Flow(known),)),
            Row(rule, (derived,)),
            Row(update, (moved,)),
        )
    )


def _in_matrices() -> Equation:
    def bold(base: str, layer: int, role: Role) -> Sym:
        return Sym(base, sup=f"({layer})", bold=True, role=role)

    def matrix(*rows: Sequence[str]) -> Matrix:
        return Matrix(tuple(tuple(map(num, row)) for row in rows))

    passed = MatMul((Transpose(bold("W", 3, Role.WEIGHT)), bold("δ", 3, Role.ADJOINT)))
    numbers = MatMul((Transpose(matrix(("0.4", "0.6"))), matrix(("-0.0806653",))))
    return equation(
        bold("δ", 2, Role.ADJOINT),
        ("=", Hadamard((passed, Call("sigmoid", (bold("z", 2, Role.PREACTIVATION),), 1)))),
        ("=", Hadamard((numbers, matrix(("0.228114",), ("0.244089",))))),
        ("≈", matrix(("-0.00736034",), ("-0.0118137",))),
    )


def _updates(old: Words, change: Words, new: Words) -> Table:
    rows = (
        ("ec", "0.4", "-0.0522664", "0.00522664", "0.405227"),
        ("ed", "0.6", "-0.0465346", "0.00465346", "0.604653"),
        ("ca", "0.1", "-0.00368017", "0.000368017", "0.100368"),
    )
    cells = tuple((math(weight(sub)), *(math(num(text)) for text in texts)) for sub, *texts in rows)
    return Table(
        ((), old, math(Partial(L, weight(""))), change, new), cells, ("left", "left", "right", "right", "left")
    )


def layers(*sizes: int, label: str = "0.{}{}{}", lit: frozenset[str] = frozenset()) -> Drawing:
    """A fully connected network; unit j of layer l is called n_lj."""
    units = [(layer, j) for layer, size in enumerate(sizes) for j in range(size)]
    vertices = tuple(Vertex(f"n{layer}{j}", Sym(f"n{layer}{j}"), (), layer, Role.ACTIVATION) for layer, j in units)
    edges = tuple(
        Edge(f"n{layer - 1}{k}", f"n{layer}{j}", words(label.format(layer, j, k)), Role.WEIGHT)
        for layer, j in units
        if layer
        for k in range(sizes[layer - 1])
    )
    return Drawing(vertices, edges, lit)


def graph(*edges: tuple[str, str], lit: frozenset[str] = frozenset()) -> Drawing:
    """An expression graph, each node right of everything it uses; edges are given in an order of computation."""
    depth: dict[str, int] = {}
    for source, target in edges:
        depth[target] = max(depth.get(target, 0), depth.setdefault(source, 0) + 1)
    vertices = tuple(Vertex(name, Sym(name), (words("1.5"),), column, Role.NODE) for name, column in depth.items())
    return Drawing(vertices, tuple(Edge(source, target, (), Role.NODE) for source, target in edges), lit)
