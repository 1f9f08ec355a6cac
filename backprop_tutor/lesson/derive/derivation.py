"""How the local derivatives of a lesson are derived, step by step, and what stored values save.

Every line is true for every value of its letters. A derivative that is not written out here follows by the rules of
differentiation from the taught definition.

By the chain rule a derivative is a sum over paths, each a product of local derivatives: a path of k steps costs k − 1
multiplications. The number of paths multiplies from layer to layer. A backward pass uses every connection once. The
whole gradient as one formula shows what backpropagation spares the reader from writing down.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from backprop_tutor.formula.derivative import derivative
from backprop_tutor.formula.functions import KNOWN
from backprop_tutor.formula.nodes import Call, Formula, Partial, Role, Sym, children, formula, substitute
from backprop_tutor.frozen import frozen
from backprop_tutor.graph.graph import Element, Group
from backprop_tutor.graph.ops.activations import ACTIVATIONS, from_formula
from backprop_tutor.graph.ops.losses import Loss, loss_of
from backprop_tutor.lesson.derive.at_the_loss import fold, letters
from backprop_tutor.lesson.derive.slope import STEPS, softmax
from backprop_tutor.lesson.document import Block, Equation, Paragraph, Section, Table
from backprop_tutor.lesson.inline import derivation, plain
from backprop_tutor.lesson.lesson import Lesson
from backprop_tutor.lesson.views.unit_paths import onward, summed
from backprop_tutor.text import T
from backprop_tutor.verify.closed_form import shortest_gradient
from backprop_tutor.verify.deadline import SECONDS
from backprop_tutor.verify.numerical_derivative import given_elements

COST_TITLE = T("Multiplications that keeping the values saves", "保留中间结果省下的乘法次数")
HERE = T(
    "For one example, all gradients of this network's weights take {paths} multiplications if every path from every "
    "weight to the loss is worked out by itself, and {kept} if each derivative is kept and used again: one backward pass.",
    "对一个样本求这个网络全部权重的梯度：若把每个权重到损失的每条路径都单独算一遍，需要 {paths} 次乘法；"
    "若把每个导数都保留下来重复使用，也就是做一次反向传播，只需 {kept} 次。",
)
GROWTH = T(
    "If every layer has the width {width}, this is how the two grow with the number of layers:",
    "若每层的宽度都是 {width}，两者随层数这样增长：",
)
LAYERS, PATHS, KEPT = T("layers", "层数"), T("path by path", "逐条路径"), T("values kept", "保留中间结果")
DEEPEST = 6


@frozen
class Cost:
    """Multiplications for the gradients of all weights, for one example: path by path, and with stored values."""

    paths: int
    kept: int


def cost(lesson: Lesson) -> Section:
    """The note of cost for a network, and a table of its growth with depth."""
    here, width = counted(lesson), _width(lesson)
    words = lesson.say(HERE, paths=here.paths, kept=here.kept)
    header = tuple(lesson.say(title) for title in (LAYERS, PATHS, KEPT))
    grown = ((depth, of_depth(width, depth)) for depth in range(1, DEEPEST + 1))
    rows = tuple(tuple(plain(str(n)) for n in (depth, found.paths, found.kept)) for depth, found in grown)
    table = Table(header, rows, ("right", "right", "right"))
    return Section(
        lesson.say(COST_TITLE), (Paragraph(words), Paragraph(lesson.say(GROWTH, width=width)), table), "cost"
    )


def counted(lesson: Lesson) -> Cost:
    """The two counts for a network, connection by connection."""
    loss = lesson.graph.example_loss()
    ways, steps, kept = {loss: 1}, {loss: 0}, 0
    for node in reversed(lesson.nodes(Role.PREACTIVATION, Role.ACTIVATION)):
        for element in lesson.reading.of_example(node, 0):
            ahead = onward(lesson, element)
            ways[element] = sum(ways[next_] for next_ in ahead)
            steps[element] = sum(steps[next_] + ways[next_] for next_ in ahead)
            kept += sum(next_ != loss for next_ in ahead)
    into = [summed(lesson, weight, 0) for weight in lesson.elements(Role.WEIGHT)]
    return Cost(sum(steps[z] for z in into), kept + len(into))


def of_depth(width: int, depth: int) -> Cost:
    """The same for so many full layers of `width` units on as many inputs, with elementwise activations.

    From a unit of layer l there are width^(depth − l) paths, each of 2(depth − l) + 2 steps after its weight.
    """
    beyond = range(depth)
    paths = sum(width**2 * width**above * (2 * above + 2) for above in beyond)
    return Cost(paths, depth * width**2 + depth * width + (depth - 1) * width**2)


def _width(lesson: Lesson) -> int:
    return max(len(layer.units) for layer in lesson.graph.layers)


CLOSED_FORM_TITLE = T("One gradient in closed form", "一个梯度的闭式表达")
TOO_LONG = T(
    "SymPy was given {seconds} seconds to find one that is short enough to read, and found none.",
    "给了 SymPy {seconds} 秒去找一个短到可读的式子，没有找到。",
)
SAID = T(
    "SymPy differentiates the loss, written in what is given alone, and finds:",
    "把损失只用已知量写出来，让 SymPy 直接求导，得到：",
)


def closed_form(lesson: Lesson) -> tuple[Section, ...]:
    """The closed form of the last given quantity's derivative that is short enough to read; empty for larger graphs."""
    if lesson.examples > 1:
        return ()
    trace = lesson.step.trace
    elements = (element for element in reversed(given_elements(trace)) if lesson.reading.exists(element))
    try:
        found = shortest_gradient(trace, elements)
    except TimeoutError:
        said = Paragraph(lesson.say(TOO_LONG, seconds=f"{SECONDS:g}"), "muted")
        return (Section(lesson.say(CLOSED_FORM_TITLE), (said,), "closed-form"),)
    return (_section(lesson, *found),) if found else ()


def _section(lesson: Lesson, element: Element, found: Formula) -> Section:
    letters = {
        lesson.key(each): lesson.reading.letter(each)
        for node, _ in enumerate(lesson.graph.nodes)
        for each in lesson.reading.elements(node)
    }
    line = derivation(lesson.adjoint_letter(element), substitute(found, letters), lesson.adjoint_number(element))
    return Section(lesson.say(CLOSED_FORM_TITLE), (Paragraph(lesson.say(SAID)), line), "closed-form")


TITLE = T("How the local derivatives come about", "局部导数的由来")


IN_THE_LINES = T(
    "In a graph of arrays each local derivative stands in the lines of the backward pass themselves.",
    "在数组的图中，局部导数都写在反向传播的各行里。",
)


def derivations(lesson: Lesson) -> tuple[Section, ...]:
    """The local derivatives of this lesson, the closed form of one gradient, and for networks the note of cost."""
    if lesson.graph.shapes is not None:
        return (Section(lesson.say(TITLE), (Paragraph(lesson.say(IN_THE_LINES), "muted"),), "derive"),)
    blocks = tuple(_network(lesson) if lesson.graph.layers else _functions(lesson))
    local = (Section(lesson.say(TITLE), blocks, "derive"),) if blocks else ()
    return (*local, *closed_form(lesson), *((cost(lesson),) if lesson.graph.layers else ()))


def _network(lesson: Lesson) -> Iterator[Block]:
    """Each activation once, in the letters of the first unit that has it, then the loss of the first output."""
    first = {layer.activation: layer for layer in reversed(lesson.graph.layers)}
    for layer in lesson.graph.layers:
        if first[layer.activation] == layer:
            yield from _activation(lesson, layer)
    yield from _loss(lesson)


def _activation(lesson: Lesson, layer: Group) -> tuple[Block, ...]:
    z, a = letters(lesson, layer.nodes["z"]), letters(lesson, layer.nodes["a"])
    if layer.activation == "softmax":
        return softmax(z, a)
    if not isinstance(layer.activation, str):
        made, slope = substitute(layer.activation, {"z": z[0]}), from_formula(layer.activation).slope
        assert slope is not None, "an author's activation works unit by unit"
        return (derivation(a[0], made), derivation(Partial(a[0], z[0]), substitute(slope, {"z": z[0], "a": a[0]})))
    if layer.activation == "identity":
        return (derivation(a[0], z[0]), derivation(Partial(a[0], z[0]), _slope_of_identity()))
    return _steps(layer.activation, z[0], a[0], Partial(a[0], z[0]))


def _slope_of_identity() -> Formula:
    slope = ACTIVATIONS["identity"].slope
    assert slope is not None, "the identity works unit by unit"
    return slope


def _functions(lesson: Lesson) -> Iterator[Block]:
    """The composed functions that an expression graph calls, each once."""
    x = Sym("x")
    for name in dict.fromkeys(n for f in (lesson.graph.formulas or {}).values() for n in _called(f)):
        yield from _steps(name, x, Call(name, (x,)), Call(name, (x,), primes=1))


def _called(node: Formula) -> Iterator[str]:
    if isinstance(node, Call) and KNOWN[node.function].taught is not None and len(node.arguments) == 1:
        yield node.function
    for part in children(node):
        yield from _called(part)


def _steps(name: str, z: Formula, a: Formula, rate: Formula) -> tuple[Equation, ...]:
    """The definition of a function and its derivative: by the steps written for it, else by the rules, then as taught."""
    function = KNOWN[name]
    assert function.taught is not None, "the function is composed of simpler ones"
    definition = substitute(function.taught, {"x": z})
    steps = STEPS[name](z) if name in STEPS else (derivative(function.taught, "x"),)
    taught = substitute(function.slopes[0], {"x": z, "out": a})
    members = tuple(substitute(step, {"x": z}) for step in steps)
    return (derivation(a, definition), derivation(rate, *members, taught))


def _loss(lesson: Lesson) -> Iterator[Block]:
    """The loss, its derivative by the first output, and how that fuses with the derivative of the activation."""
    a, y = (letters(lesson, node) for node in (lesson.graph.layers[-1].output, lesson.graph.target))
    loss = loss_of(lesson.graph.loss)
    whole = lesson.reading.letter(lesson.graph.example_loss())
    rate = Partial(whole, a[0])
    yield derivation(whole, loss.written(a, y))
    yield derivation(rate, _by_rules(loss, a, y), loss.written_slope(a[0], y[0], len(a)))
    yield from fold(lesson)


def _by_rules(loss: Loss, a: tuple[Formula, ...], y: tuple[Formula, ...]) -> Formula:
    """The derivative of the one term of the first output, before anything is cancelled."""
    share = Fraction(1, len(a)) if loss.mean else loss.factor
    return substitute(derivative(formula(share) * loss.term, "a"), {"a": a[0], "y": y[0]})
