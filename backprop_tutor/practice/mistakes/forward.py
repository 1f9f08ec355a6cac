"""Mistakes of the forward pass: z, a, and the given numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import combinations

from backprop_tutor.formula.nodes import Add, Call, Formula, Role, Sym
from backprop_tutor.graph.array import Array, transposed
from backprop_tutor.graph.scenario import Scenario
from backprop_tutor.graph.tracer import function
from backprop_tutor.practice.mistakes import principles
from backprop_tutor.practice.mistakes.arrays.operations import (
    Finds,
    Found,
    at_places,
    by_formula,
    call_of,
    formula_of,
    functions,
    inputs,
    instead,
    is_made_by,
    is_square,
    layout,
    operations,
    own,
    shown,
    source_of,
    swapped,
    use_of,
    weighted,
)
from backprop_tutor.practice.mistakes.arrays.operations import replaced as replaced_part
from backprop_tutor.practice.mistakes.conditions import (
    activation,
    elementwise,
    has,
    has_bias,
    over_units,
    preactivation,
    signal,
    square,
    upstream,
)
from backprop_tutor.practice.mistakes.mistake import Mistake, Site
from backprop_tutor.practice.mistakes.sites import every, hidden, in_layers, output, together
from backprop_tutor.practice.mistakes.slopes import ACTIVE, OTHER, is_last
from backprop_tutor.text import T
from backprop_tutor.whatif.given import Place, given_count, given_numbers, replaced
from backprop_tutor.whatif.intervention import Changes, Line, Wrong
from backprop_tutor.whatif.step_context import StepContext

MOST_GIVEN = 40
EXCHANGED = T("{first} and {second}", "{first} 与 {second}")
READ_AS = T("{name} read as {value}", "把 {name} 看成 {value}")


def _other_function(k: StepContext, layer: int, right: Array) -> Array:
    return function(OTHER[str(k.graph.groups[layer].activation)], k.z(layer))


def _other_slope(k: StepContext, layer: int, right: Array) -> Array:
    """The slope of the other function, for the value that was used as a."""
    name, a = OTHER[str(k.graph.groups[layer].activation)], k.a(layer)
    return upstream(k, layer) * (a * (1 - a) if name == "sigmoid" else 1 - a * a)


def _wrong_activation(scenario: Scenario) -> Iterator[Site]:
    """Function and derivative are exchanged together: with tanh, tanh′ is used too."""
    values = in_layers(activation, _other_function, every, has(*OTHER))(scenario)
    slopes = in_layers(signal, _other_slope, every, has(*OTHER))(scenario)
    for value, slope in zip(values, slopes, strict=True):
        yield Site(value.where, {**value.changes, **slope.changes}, value.broad)


def _weights_transposed(k: StepContext, layer: int, right: Array) -> Array:
    W, a = k.W(layer), k.a(layer - 1)
    return right - W @ a + transposed(W) @ a


def _miscopied(scenario: Scenario) -> Iterator[Site]:
    """One given number read as another one, for each other number once."""
    if given_count(scenario) > MOST_GIVEN:
        return
    numbers = given_numbers(scenario)
    for place, value in numbers.items():
        for other in dict.fromkeys(numbers.values()):
            if other != value:
                where = READ_AS.format(name=place.name, value=f"{other:g}")
                yield Site(where, _copied(place, other), broad=False)


def _exchanged(scenario: Scenario) -> Iterator[Site]:
    """Two given weights into one unit, each read as the other."""
    if not scenario.graph.layers:
        return
    weights = {p: v for p, v in given_numbers(scenario).items() if _is_weight(scenario, p)}
    if len(weights) > MOST_GIVEN:
        return
    for (one, first), (other, second) in combinations(weights.items(), 2):
        if (one.node, one.element.indices[0]) == (other.node, other.element.indices[0]) and first != second:
            where = EXCHANGED.format(first=one.name, second=other.name)
            yield Site(where, {Line("given", one.node): _swapped(one, first, other, second)}, broad=False)


def _is_weight(scenario: Scenario, place: Place) -> bool:
    graph = scenario.graph
    return graph.nodes[graph.index[place.node]].role == Role.WEIGHT


def _swapped(one: Place, first: float, other: Place, second: float) -> Wrong:
    return lambda k, right: replaced(replaced(right, one, second), other, first)


def _copied(place: Place, value: float) -> Changes:
    return {Line("given", place.node): lambda k, right: replaced(right, place, value)}


def in_place(names: Sequence[str], changed: Callable[[Call], Formula], both: bool = False) -> Finds:
    """In a graph of formulas: something else in the place of a function, in the value only or in both passes."""

    def find(scenario: Scenario) -> Iterator[Found]:
        graph = scenario.graph
        for i, call in functions(graph, *names):
            formula = formula_of(graph, i)
            assert formula is not None, "a function stands in a formula"
            changes = by_formula(graph, i, replaced_part(formula, call, changed(call)))
            forward = Line("forward", graph.nodes[i].name)
            yield Found(call_of(graph, i, call), changes if both else {forward: changes[forward]})

    return find


def _skipped(last: bool) -> Finds:
    def find(scenario: Scenario) -> Iterator[Found]:
        graph = scenario.graph
        for found, (i, call) in zip(
            in_place(ACTIVE, lambda call: call.arguments[0])(scenario), functions(graph, *ACTIVE), strict=True
        ):
            if is_last(graph, i, call) == last:
                yield found

    return find


def _without_bias(scenario: Scenario) -> Iterator[Found]:
    """A parameter that is only added to a weighted sum, left out of its value."""
    graph = scenario.graph
    for i in graph.computed if not graph.layers else ():
        formula = formula_of(graph, i)
        terms = formula.terms if isinstance(formula, Add) else ()
        for term in terms if len(terms) > 1 else ():
            j = graph.index.get(term.base) if isinstance(term, Sym) else None
            if j is not None and graph.nodes[source_of(graph, j)].name in graph.parameters:
                kept = tuple(each for each in terms if each is not term)
                forward = Line("forward", graph.nodes[i].name)
                changes = by_formula(graph, i, Add(kept) if len(kept) > 1 else kept[0])
                yield Found(shown(graph, i), {forward: changes[forward]})


def _turned_weights(scenario: Scenario) -> Iterator[Found]:
    graph = scenario.graph
    for i, matrix, _ in weighted(graph):
        if is_square(graph, matrix):
            yield Found(shown(graph, i), {Line("forward", graph.nodes[i].name): _with_turned(i, matrix)})


def _with_turned(i: int, matrix: int) -> Wrong:
    def wrong(k: StepContext, right: Array) -> Array:
        op, weights = k.graph.nodes[i].op, k.value(k.graph.nodes[matrix].name)
        assert op is not None, "a product is computed"
        made: Array = op.forward(*instead(k, i, matrix, swapped(k, matrix, weights)))
        return made

    return wrong


def _without_exponential(scenario: Scenario) -> Iterator[Found]:
    graph = scenario.graph
    for i in operations(graph, "softmax"):
        if not is_made_by(graph, graph.nodes[i].inputs[0], "causal"):  # minus infinity has no share
            yield Found(shown(graph, i), {Line("forward", graph.nodes[i].name): _plain_shares(i)})


def _plain_shares(i: int) -> Wrong:
    def wrong(k: StepContext, right: Array) -> Array:
        place, axis = layout(k.graph, i), use_of(k.graph, i).axis(len(own(k.graph, i)), default=-1)
        z = place.opened(inputs(k, i)[0])
        return place.closed(z / z.sum(axis=axis, keepdims=True))

    return wrong


FORWARD = (
    Mistake(
        "bias-dropped",
        T("bias left out", "漏掉偏置"),
        T("the bias is left out: z = W·a", "漏掉了偏置：z = W·a"),
        principles.WEIGHTED_SUM,
        together(
            in_layers(preactivation, lambda k, layer, right: right - k.b(layer), when=has_bias),
            at_places(_without_bias),
        ),
        seen=2,
    ),
    Mistake(
        "weights-transposed-forward",
        T("weights transposed in the forward pass", "前向传播中权重转置"),
        T("the weight matrix is read by columns: z = Wᵀ·a + b", "把权重矩阵按列来读：z = Wᵀ·a + b"),
        principles.WEIGHTED_SUM,
        together(in_layers(preactivation, _weights_transposed, when=square), at_places(_turned_weights)),
        seen=2,
    ),
    Mistake(
        "activation-skipped-hidden",
        T("activation skipped in a hidden layer", "隐藏层漏掉激活函数"),
        T(
            "a hidden unit passes on its z, without the activation function: a = z",
            "隐藏单元没有经过激活函数，直接输出 z：a = z",
        ),
        principles.ACTIVATION,
        together(
            in_layers(activation, lambda k, layer, right: k.z(layer), hidden, elementwise),
            at_places(_skipped(last=False)),
        ),
    ),
    Mistake(
        "activation-skipped-output",
        T("activation skipped at the output", "输出层漏掉激活函数"),
        T("an output is its z, without the activation function: a = z", "输出没有经过激活函数，直接取 z：a = z"),
        principles.ACTIVATION,
        together(
            in_layers(
                activation,
                lambda k, layer, right: k.z(layer),
                output,
                lambda graph, layer: elementwise(graph, layer) or has("softmax")(graph, layer),
            ),
            at_places(_skipped(last=True)),
        ),
    ),
    Mistake(
        "sigmoid-sign",
        T("sign lost in the sigmoid", "sigmoid 的指数丢了负号"),
        T("the sigmoid is taken as 1/(1 + e^z), without the minus sign", "把 sigmoid 算成 1/(1 + e^z)，指数丢了负号"),
        principles.ACTIVATION,
        together(
            in_layers(activation, lambda k, layer, right: function("sigmoid", -k.z(layer)), when=has("sigmoid")),
            at_places(in_place(("sigmoid",), lambda call: Call("sigmoid", (-call.arguments[0],)))),
        ),
    ),
    Mistake(
        "wrong-activation",
        T("tanh and sigmoid exchanged", "tanh 与 sigmoid 用反"),
        T(
            "tanh is taken for the sigmoid, or the sigmoid for tanh, derivative included",
            "把 sigmoid 换成了 tanh（或反过来），连导数也一起换了",
        ),
        principles.ACTIVATION,
        together(
            _wrong_activation,
            at_places(in_place(tuple(OTHER), lambda call: Call(OTHER[call.function], call.arguments), both=True)),
        ),
    ),
    Mistake(
        "softmax-without-exp",
        T("softmax without the exponential", "softmax 漏掉指数"),
        T("the softmax is taken without exponentials: a = z/Σz", "softmax 漏掉了指数函数：a = z/Σz"),
        principles.ACTIVATION,
        together(
            in_layers(activation, lambda k, layer, right: k.z(layer) / over_units(k.z(layer)), output, has("softmax")),
            at_places(_without_exponential),
        ),
        seen=2,
    ),
    Mistake(
        "given-miscopied",
        T("a given number miscopied", "抄错已知数"),
        T("one given number is replaced by another one", "把一个已知数抄成了另一个已知数"),
        principles.COPIED,
        _miscopied,
        seen=2,
        pairs=False,
    ),
    Mistake(
        "weights-exchanged",
        T("two weights exchanged", "两个权重抄反"),
        T("two given weights of one unit are exchanged in copying", "抄写时把同一单元的两个权重对调了"),
        principles.COPIED,
        _exchanged,
        pairs=False,
    ),
)
