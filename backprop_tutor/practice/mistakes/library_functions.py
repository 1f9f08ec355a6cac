"""What libraries compute under the name of a function: another form of it, a slope at a kink or a tie, where there is none.

Each was observed by running the library on such a number (`verify/frameworks.py` has the rows of the frameworks).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from fractions import Fraction
from functools import lru_cache

from backprop_tutor.formula.derivative import derivative
from backprop_tutor.formula.functions import SETTINGS, setting_of, slope, with_setting
from backprop_tutor.formula.nodes import ZERO, Call, Cases, Compare, Formula, Lit, Sym, substitute
from backprop_tutor.formula.parse import parse
from backprop_tutor.graph.array import Array, each, is_written, np
from backprop_tutor.graph.expression import Computation, DomainError
from backprop_tutor.graph.expressions import names_in
from backprop_tutor.graph.graph import Graph
from backprop_tutor.graph.ops.pooling import shared_by_ties, tied
from backprop_tutor.graph.scenario import Scenario
from backprop_tutor.graph.stable_forms import stable
from backprop_tutor.graph.tape import forward
from backprop_tutor.graph.tracer import Tracer, tight
from backprop_tutor.practice.mistakes import principles
from backprop_tutor.practice.mistakes.arrays.operations import (
    Finds,
    Found,
    Rule,
    at_places,
    by_formula,
    formula_of,
    functions,
    inputs,
    like,
    operations,
    rule,
    sent,
    shown,
    use_of,
)
from backprop_tutor.practice.mistakes.conditions import activation, has, signal, upstream
from backprop_tutor.practice.mistakes.forward import in_place
from backprop_tutor.practice.mistakes.mistake import WHOLE, Mistake, Site, Sites
from backprop_tutor.practice.mistakes.sites import in_layers, together
from backprop_tutor.practice.mistakes.slopes import in_formulas
from backprop_tutor.text import T
from backprop_tutor.training.batches import data_of
from backprop_tutor.whatif.intervention import Line, Wrong
from backprop_tutor.whatif.step_context import StepContext

HALF = Fraction(1, 2)
TAKEN: Mapping[str, Mapping[Fraction, T]] = {
    "relu": {
        HALF: T(
            "½, as maximum(x, 0) of PyTorch, JAX, tinygrad and autograd",
            "½，如 PyTorch、JAX、tinygrad、autograd 的 maximum(x, 0)",
        ),
        Fraction(1): T(
            "1, as maximum(x, 0) of TensorFlow, TensorFlow.js and PyTensor",
            "1，如 TensorFlow、TensorFlow.js、PyTensor 的 maximum(x, 0)",
        ),
    },
    "abs": {
        Fraction(1): T("1, as in JAX", "1，如 JAX"),
        Fraction(-1): T("−1, as in TensorFlow.js", "−1，如 TensorFlow.js"),
    },
    "leaky_relu": {Fraction(1): T("1, as in JAX and tinygrad", "1，如 JAX、tinygrad")},
}
"""For each function the slopes at 0 that are not the one taken here, and who takes them."""

TIES: Mapping[T, tuple[float, float]] = {
    T(
        "all to the first, as in TensorFlow, TensorFlow.js and PyTensor",
        "全部归第一个，如 TensorFlow、TensorFlow.js、PyTensor",
    ): (2, 0),
    T("all to the second, as in MLX", "全部归第二个，如 MLX"): (0, 2),
    T(
        "all to each, as the maximum of an array in PyTensor and TensorFlow.js",
        "每个都得全部，如 PyTensor、TensorFlow.js 的数组最大值",
    ): (2, 2),
}
"""What each of two equal numbers gets, of the half that it gets here."""


def _slope(name: str, taken: Fraction) -> Sites:
    """Another slope of a function at 0, in layers and in formulas."""
    here = {"leaky_relu": 0.01}.get(name, 0.0)

    def of_layer(k: StepContext, layer: int, right: Array) -> Array:
        other: Array = right + (float(taken) - here) * upstream(k, layer) * (k.z(layer) == 0)
        return other

    def of_call(call: Call) -> Formula:
        return Cases(((Lit(taken), Compare(call.arguments[0], "=", ZERO)),), slope(call, 0))

    return together(in_layers(signal, of_layer, when=has(name)), in_formulas((name,), of_call))


def _kinks(scenario: Scenario) -> Iterator[Site]:
    for name, ways in TAKEN.items():
        if name in _used(scenario.graph) and _stands(scenario, name):
            for taken, who in ways.items():
                yield from _told(_slope(name, taken)(scenario), who)


def _ties(scenario: Scenario) -> Iterator[Site]:
    """Another share of a tie, where the formula of a node is the maximum or minimum of two others."""
    graph = scenario.graph
    tied = [i for name in ("max", "min") for i, call in _compared(graph, name) if _is_tie(scenario, call)]
    for who, factors in TIES.items() if tied else ():
        lines = {
            Line("sent", graph.nodes[i].name, j): _at_tie(graph, i, f) for i in tied for j, f in enumerate(factors)
        }
        yield from _told([Site(WHOLE, lines)], who)


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


def _at_tie(graph: Graph, i: int, factor: float) -> Wrong:
    first, second = (graph.nodes[j].name for j in graph.nodes[i].inputs)
    return lambda k, right: right + (factor - 1) * right * (k.value(first) == k.value(second))


def _compared(graph: Graph, name: str) -> Iterator[tuple[int, Call]]:
    for i in graph.computed if not graph.layers else ():
        formula = formula_of(graph, i)
        if isinstance(formula, Call) and formula.function == name and len(graph.nodes[i].inputs) == PAIR:
            yield i, formula


def _used(graph: Graph) -> frozenset[str]:
    """The functions of the layers and of the formulas."""
    of_layers = {str(layer.activation) for layer in graph.layers}
    return frozenset(of_layers | {call.function for _, call in functions(graph, *TAKEN, *FORMS, *SETTINGS)})


def _stands(scenario: Scenario, name: str) -> bool:
    """Whether a function is taken of 0 in the first step."""
    graph, values = scenario.graph, _values(scenario)
    fed = [values[graph.part_name(layer.number, "z")] for layer in graph.layers if layer.activation == name and values]
    fed += [_of(values, call.arguments[0]) for _, call in functions(graph, name) if values]
    return any(bool(np.any(array == 0)) for array in fed)


def _is_tie(scenario: Scenario, call: Call) -> bool:
    values = _values(scenario)
    return bool(values) and bool(np.any(_of(values, call.arguments[0]) == _of(values, call.arguments[1])))


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
        together(_kinks, _ties, _pooling_ties),
        seen=3,
        kind="convention",
        pairs=False,
        lasts=False,
    ),
)
