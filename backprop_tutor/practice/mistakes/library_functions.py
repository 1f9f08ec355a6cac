"""What libraries compute under the name of a function: another form of it, a slope at a kink or a tie, where there is none.

Each was observed by running the library on such a number (`verify/frameworks.py` has the rows of the frameworks).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from backprop_tutor.formula.derivative import derivative
from backprop_tutor.formula.functions import FUNCTIONS, SETTINGS, setting_of, slope, stands_for, with_setting
from backprop_tutor.formula.nodes import Call, Cases, Compare, Formula, Lit, Sym, substitute
from backprop_tutor.formula.parse import parse
from backprop_tutor.graph.array import AnyArray, Array, each, is_written, np
from backprop_tutor.graph.expression import Computation, DomainError
from backprop_tutor.graph.expressions import names_in
from backprop_tutor.graph.graph import Graph
from backprop_tutor.graph.ops.pooling import shared_by_ties, tied
from backprop_tutor.graph.ops.reductions import Along
from backprop_tutor.graph.scenario import Scenario
from backprop_tutor.graph.stable_forms import stable
from backprop_tutor.graph.tape import forward
from backprop_tutor.graph.tracer import Tracer, tight
from backprop_tutor.practice.edits.arithmetic import worth
from backprop_tutor.practice.mistakes import principles
from backprop_tutor.practice.mistakes.arrays.operations import (
    Finds,
    Found,
    Rule,
    at_places,
    by_formula,
    call_of,
    calls_in,
    derivative_with,
    formula_of,
    functions,
    inputs,
    is_made_by,
    layout,
    like,
    opened,
    operations,
    rule,
    sent,
    shown,
    use_of,
    with_slopes,
)
from backprop_tutor.practice.mistakes.conditions import activation, has, signal, upstream
from backprop_tutor.practice.mistakes.forward import in_place
from backprop_tutor.practice.mistakes.mistake import WHOLE, Mistake, Site, Sites
from backprop_tutor.practice.mistakes.sites import in_layers, together
from backprop_tutor.text import T
from backprop_tutor.training.batches import data_of
from backprop_tutor.whatif.intervention import Line, Wrong
from backprop_tutor.whatif.step_context import StepContext

TAKEN: Mapping[str, Mapping[T, Fraction]] = {
    "relu": {
        T(
            "½, as maximum(x, 0) of PyTorch, JAX, tinygrad and autograd",
            "½，如 PyTorch、JAX、tinygrad、autograd 的 maximum(x, 0)",
        ): Fraction(1, 2),
        T(
            "1, as maximum(x, 0) of TensorFlow, TensorFlow.js and PyTensor",
            "1，如 TensorFlow、TensorFlow.js、PyTensor 的 maximum(x, 0)",
        ): Fraction(1),
    },
    "abs": {
        T("1, as in JAX", "1，如 JAX"): Fraction(1),
        T("−1, as in TensorFlow.js", "−1，如 TensorFlow.js"): Fraction(-1),
    },
    "leaky_relu": {T("1, as in JAX and tinygrad", "1，如 JAX、tinygrad"): Fraction(1)},
    "elu": {T("0, as in tinygrad", "0，如 tinygrad"): Fraction(0)},
    "celu": {T("2, as in Keras on TensorFlow", "2，如后端为 TensorFlow 的 Keras"): Fraction(2)},
    "hardtanh": {T("1, as in JAX and Keras", "1，如 JAX、Keras"): Fraction(1)},
}
"""For each function who takes another slope at its kinks than the one taken here, and which."""

TIES: Mapping[T, tuple[Fraction, Fraction]] = {
    T(
        "all to the first, as in TensorFlow, TensorFlow.js and PyTensor",
        "全部归第一个，如 TensorFlow、TensorFlow.js、PyTensor",
    ): (Fraction(1), Fraction(0)),
    T("all to the second, as in MLX", "全部归第二个，如 MLX"): (Fraction(0), Fraction(1)),
    T(
        "all to each, as the maximum of an array in PyTensor and TensorFlow.js",
        "每个都得全部，如 PyTensor、TensorFlow.js 的数组最大值",
    ): (Fraction(1), Fraction(1)),
}
"""What each of two equal numbers gets, where it gets half here."""

OF_REDUCED: Mapping[T, bool] = {
    T("all to the first, as max(x, dim) of PyTorch", "全部归第一个，如 PyTorch 的 max(x, dim)"): True,
    T("all to each, as in PyTensor and TensorFlow.js", "每个都得全部，如 PyTensor、TensorFlow.js"): False,
}
"""Whether the first of the equal elements of an array gets everything, or each of them does."""


class Bend(NamedTuple):
    """A function on a kink or at a tie, in the formula of a layer or a node, and its slopes as some library takes them."""

    place: int
    written: Formula
    call: Call
    slopes: tuple[Formula, ...]


def _kinks(scenario: Scenario) -> Iterator[Site]:
    """Another slope of a function at its kink, another share of a tie, in layers and in formulas."""
    ways: dict[T, list[Bend]] = {}
    for place, written, call in _bending(scenario):
        for who, taken in _taken(written, call).items():
            ways.setdefault(who, []).append(Bend(place, written, call, _with_taken(call, taken)))
    for who, bends in ways.items():
        sites = _in_layers(bends) if scenario.graph.layers else at_places(_in_formulas(bends))
        yield from _told(sites(scenario), who)


def _bending(scenario: Scenario) -> Iterator[tuple[int, Formula, Call]]:
    """The functions that stand on a kink or at a tie in the first step: the layer or node, its formula, the call."""
    graph, values = scenario.graph, _values(scenario)
    for layer in graph.layers if values else ():
        used = layer.activation
        known = {"z": values[graph.part_name(layer.number, "z")]} if "z" in layer.nodes else {}
        written = Call(used, (Z,)) if isinstance(used, str) else used
        yield from ((layer.number, written, call) for call in calls_in(written) if known and _stands(call, known))
    for i, written in _formulas(graph) if values else ():
        yield from ((i, written, call) for call in calls_in(written) if _stands(call, values))


def _taken(written: Formula, call: Call) -> Mapping[T, tuple[Fraction, ...]]:
    """Who takes other slopes of a function, by its arguments; of leaky_relu(x, slope=0.2) where its relu stands for it."""
    if call.function in EXTREMES:
        return TIES
    name = stands_for(call, written)
    if name == "elu" != call.function:  # the ReLU in elu(x, alpha=0.5), of which the ELU is the part that differs
        return {}
    return {who: (slope,) for who, slope in TAKEN.get(name, {}).items()}


def _with_taken(call: Call, taken: Sequence[Fraction]) -> tuple[Formula, ...]:
    """The derivatives of a function by its arguments, with other ones on its kinks or at a tie."""
    first, *others = call.arguments
    where = [Compare(first, "=", other) for other in others or _kinks_of(call)]
    return tuple(
        Cases(tuple((Lit(each), condition) for condition in where), slope(call, i)) for i, each in enumerate(taken)
    )


def _kinks_of(call: Call) -> list[Formula]:
    return [Lit(Fraction(kink)) for kink in FUNCTIONS[call.function].kinks]


def _in_layers(bends: Sequence[Bend]) -> Sites:
    places = {bend.place: bend for bend in bends}

    def of_layer(k: StepContext, layer: int, right: Array) -> Array:
        _, written, call, slopes = places[layer]
        other: Array = upstream(k, layer) * worth(derivative_with(written, call, slopes, "z"), {"z": k.z(layer)})
        return other

    return in_layers(signal, of_layer, when=lambda graph, layer: layer in places)


def _in_formulas(bends: Sequence[Bend]) -> Finds:
    def find(scenario: Scenario) -> Iterator[Found]:
        graph = scenario.graph
        for i, _, call, slopes in bends:
            yield Found(call_of(graph, i, call), with_slopes(graph, i, call, slopes))

    return find


def _reduced_ties(scenario: Scenario) -> Iterator[Site]:
    """Another share of a tie in the maximum or minimum of an array."""
    graph, values = scenario.graph, _values(scenario)
    lines = [i for i in operations(graph, *EXTREMES) if values and (_won(graph, i, values).sum(axis=-1) > 1).any()]
    for who, first in OF_REDUCED.items() if lines else ():
        changes = {sent(graph, i, graph.nodes[i].inputs[0]): rule(i, _unshared(first)) for i in lines}
        yield from _told([Site(WHOLE, changes)], who)


def _won(graph: Graph, i: int, values: Mapping[str, Array]) -> AnyArray:
    """Which of the elements that a maximum or minimum compares are the best, beside one another."""
    (source,) = graph.nodes[i].inputs
    beside = Along(use_of(graph, i)).beside(layout(graph, source).opened(values[graph.nodes[source].name]))
    best = np.max if is_made_by(graph, i, "max") else np.min
    won: AnyArray = beside == best(beside, axis=-1, keepdims=True)
    return won


def _unshared(first: bool) -> Rule:
    def wrong(k: StepContext, i: int, right: Array) -> Array:
        graph, (source,) = k.graph, k.graph.nodes[i].inputs
        name, along = graph.nodes[source].name, Along(use_of(graph, i))
        won = _won(graph, i, {name: k.value(name)})
        mine = won & (won.cumsum(axis=-1) == 1) if first else won
        back = along.stretched(opened(k, i, k.adjoint(graph.nodes[i].name)))
        return layout(graph, source).closed(back * along.apart(mine, opened(k, source, k.value(name))))

    return wrong


def _pooling_ties(scenario: Scenario) -> Iterator[Site]:
    """The gradient of a window with several equal maxima in equal parts, where the first of them gets it here."""
    graph, values = scenario.graph, _values(scenario)
    lines: dict[Line, Wrong] = {}
    for axes in (1, 2):
        for i in operations(graph, f"max_pool{axes}d") if values else ():
            (source,) = graph.nodes[i].inputs
            if np.any(tied(use_of(graph, i), axes, values[graph.nodes[source].name]).sum(axis=-1) > 1):
                lines[sent(graph, i, source)] = rule(i, _shared_by_ties(axes))
    if lines:
        yield from _told(
            [Site(WHOLE, lines)], T("shared by the equal ones, as in tinygrad", "由相等的各数平分，如 tinygrad")
        )


def _shared_by_ties(axes: int) -> Rule:
    def wrong(k: StepContext, i: int, right: Array) -> Array:
        (source,) = k.graph.nodes[i].inputs
        g = k.adjoint(k.graph.nodes[i].name)
        return like(shared_by_ties(use_of(k.graph, i), axes, g, *inputs(k, i)), k, source)

    return wrong


def _told(sites: Iterable[Site], who: T, lasts: bool = False) -> Iterator[Site]:
    for site in sites:
        yield Site(WHERE.format(where=site.where, who=who), site.changes, site.broad, lasts and site.lasts)


def _used(graph: Graph) -> frozenset[str]:
    """The functions of the layers and of the formulas."""
    of_layers = {str(layer.activation) for layer in graph.layers}
    return frozenset(of_layers | {call.function for _, call in functions(graph, *TAKEN, *FORMS, *SETTINGS)})


def _stands(call: Call, values: Mapping[str, Array]) -> bool:
    """Whether a function stands on one of its kinks, or compares two equal numbers, in some element."""
    if call.function in EXTREMES:
        return len(call.arguments) == PAIR and bool(np.any(np.equal(*(_of(values, each) for each in call.arguments))))
    return call.function in TAKEN and bool(
        np.isin(_of(values, call.arguments[0]), FUNCTIONS[call.function].kinks).any()
    )


def _of(values: Mapping[str, Array], written: Formula) -> Array:
    found: Array = Computation(written, values).value
    return found


@lru_cache(maxsize=4)
def _values(scenario: Scenario) -> Mapping[str, Array]:
    """The first forward pass, by node; nothing where the scenario has no value."""
    with suppress(DomainError):
        trace = forward(scenario.graph, {**data_of(scenario, 1), **scenario.parameters})
        return {node.name: value for node, value in zip(scenario.graph.nodes, trace.values, strict=True)}
    return {}


WHERE = T("{where}: {who}", "{where}：{who}")
PAIR = 2
EXTREMES = ("max", "min")
Z = Sym("z")


def _value(written: Formula, z: Array) -> Array:
    """A formula in z at numbers or tracers, element by element."""
    return _traced(written, z) if is_written(z) else Computation(written, {"z": z}).value


def _steepness(written: Formula, z: Array) -> Array:
    """Its derivative by z, as `_value`."""
    if is_written(z):
        return _traced(derivative(written, "z"), z)
    return Computation(written, {"z": z}).gradients(np.ones_like(z))["z"]


def _traced(written: Formula, z: Array) -> Array:
    return each(lambda x: Tracer(substitute(stable(written), {"z": tight(x)})), (z,))


def _form(taken: str | Formula, written: Formula) -> Sites:
    """Another form of an activation, which is given by its name or a formula in z, with its derivative: in layers and in
    formulas.
    """

    def layers(scenario: Scenario) -> Iterator[Site]:
        values = in_layers(activation, lambda k, layer, right: _value(written, k.z(layer)), when=has(taken))
        slopes = in_layers(
            signal, lambda k, layer, right: upstream(k, layer) * _steepness(written, k.z(layer)), when=has(taken)
        )
        for value, slope_of in zip(values(scenario), slopes(scenario), strict=True):
            yield Site(value.where, {**value.changes, **slope_of.changes}, value.broad)

    if isinstance(taken, str):
        find = in_place((taken,), lambda call: substitute(written, {"z": call.arguments[0]}), both=True)
    else:
        find = _in_nodes(taken, written)
    return together(layers, at_places(find))


def _in_nodes(taken: Formula, written: Formula) -> Finds:
    """A formula in z in the place of another, where that is all of a node."""

    def find(scenario: Scenario) -> Iterator[Found]:
        graph = scenario.graph
        for i, node in _formulas(graph):
            for name in names_in(node):
                if substitute(taken, {"z": Sym(name)}) == node:
                    yield Found(shown(graph, i), by_formula(graph, i, substitute(written, {"z": Sym(name)})))

    return find


def _formulas(graph: Graph) -> Iterator[tuple[int, Formula]]:
    """The nodes that work element by element, each with its formula."""
    for i in graph.computed if not graph.layers else ():
        node = formula_of(graph, i)
        if node is not None:
            yield i, node


def _constants(scenario: Scenario) -> Iterator[Site]:
    """Another constant of a function, one that some library takes where nothing is said."""
    for taken, (name, own) in _with_constants(scenario.graph).items():
        for text, who in CONSTANTS[name].items():
            other = Lit(Fraction(text), text)
            if other.value != own:
                yield from _told(_form(taken, with_setting(name, other, Z))(scenario), who, lasts=True)


def _with_constants(graph: Graph) -> Mapping[str | Formula, tuple[str, Fraction]]:
    """The functions that take a constant, by name or as formulas in z, each with its name and its constant."""
    found: dict[str | Formula, tuple[str, Fraction]] = {
        name: (name, setting.usual) for name, setting in SETTINGS.items() if name in _used(graph)
    }
    own = [(layer.activation, "z") for layer in graph.layers]
    for written, letter in (*own, *((node, name) for _, node in _formulas(graph) for name in names_in(node))):
        known = None if isinstance(written, str) else setting_of(written, Sym(letter))
        if known is not None:
            name, constant = known
            found[with_setting(name, constant, Z)] = name, constant.value
    return found


def _forms(scenario: Scenario) -> Iterator[Site]:
    yield from _constants(scenario)
    for name, ways in FORMS.items():
        if name in _used(scenario.graph):
            for who, written in ways.items():
                yield from _told(_form(name, parse(written, ("z",)))(scenario), who, lasts=True)


FORMS: Mapping[str, Mapping[T, str]] = {
    "gelu": {T("the form with tanh, as in JAX and tinygrad", "tanh 近似，如 JAX、tinygrad"): "gelu_tanh(z)"},
    "gelu_tanh": {
        T(
            "the form with erf, as in PyTorch, Keras and TensorFlow", "erf 形式，如 PyTorch、Keras、TensorFlow"
        ): "gelu(z)"
    },
}
"""For each activation the forms that are not the one taken here, as formulas in z, and who takes them."""

CONSTANTS: Mapping[str, Mapping[str, T]] = {
    "leaky_relu": {
        "0.01": T("slope 0.01, as in PyTorch, JAX and tinygrad", "斜率 0.01，如 PyTorch、JAX、tinygrad"),
        "0.2": T("slope 0.2, as the function of TensorFlow and Keras", "斜率 0.2，如 TensorFlow、Keras 的函数"),
        "0.3": T("slope 0.3, as the layer of Keras and TensorFlow.js", "斜率 0.3，如 Keras、TensorFlow.js 的层"),
    },
    **{
        name: {"1": T("alpha 1, as in every library by itself", "alpha 为 1，即各库的默认值")}
        for name in ("elu", "celu")
    },
    **{
        name: {"1": T("beta 1, as in every library by itself", "beta 为 1，即各库的默认值")}
        for name in ("softplus", "silu")
    },
}
"""For each function the constants that libraries take where nothing is said, and who takes them."""

FUNCTIONS_OF_LIBRARIES = (
    Mistake(
        "activation-form",
        T("another form of the activation", "激活函数的另一种形式"),
        T(
            "the activation is computed in another form or with another slope, derivative included",
            "激活函数用了另一种形式或另一个斜率，导数也随之不同",
        ),
        principles.LIBRARIES,
        _forms,
        seen=2,
        kind="convention",
    ),
    Mistake(
        "slope-at-kink",
        T("another slope at a kink or a tie", "折点或并列处取另一个斜率"),
        T(
            "the derivative at a kink or a tie, where there is none, is taken as some library takes it",
            "折点或并列处没有导数，取了某个库的取法",
        ),
        principles.LIBRARIES,
        together(_kinks, _reduced_ties, _pooling_ties),
        seen=3,
        kind="convention",
        pairs=False,
        lasts=False,
    ),
)
