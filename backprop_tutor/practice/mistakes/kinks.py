"""The slopes that libraries take where there is none: at a kink of a function, at a tie of two numbers.

Each was observed by running the library on such a number (`verify/frameworks.py` has the rows of the frameworks).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from fractions import Fraction
from functools import lru_cache

from backprop_tutor.formula.functions import slope
from backprop_tutor.formula.nodes import ZERO, Call, Cases, Compare, Formula, Lit
from backprop_tutor.graph.array import Array
from backprop_tutor.graph.expression import Computation, DomainError
from backprop_tutor.graph.graph import Graph
from backprop_tutor.graph.scenario import Scenario
from backprop_tutor.graph.tape import forward
from backprop_tutor.practice.mistakes import principles
from backprop_tutor.practice.mistakes.arrays.operations import formula_of, functions
from backprop_tutor.practice.mistakes.conditions import has, signal, upstream
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


def _told(sites: Iterable[Site], who: T) -> Iterator[Site]:
    for site in sites:
        yield Site(WHERE.format(where=site.where, who=who), site.changes, site.broad, lasts=False)


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
    return frozenset(of_layers | {call.function for _, call in functions(graph, *TAKEN)})


def _stands(scenario: Scenario, name: str) -> bool:
    """Whether a function is taken of 0 in the first step."""
    graph, values = scenario.graph, _values(scenario)
    fed = [values[graph.part_name(layer.number, "z")] for layer in graph.layers if layer.activation == name and values]
    fed += [_of(values, call.arguments[0]) for _, call in functions(graph, name) if values]
    return any(bool((array == 0).any()) for array in fed)


def _is_tie(scenario: Scenario, call: Call) -> bool:
    values = _values(scenario)
    return bool(values) and bool((_of(values, call.arguments[0]) == _of(values, call.arguments[1])).any())


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

KINKS = (
    Mistake(
        "slope-at-kink",
        T("another slope at a kink or a tie", "折点或并列处取另一个斜率"),
        T(
            "the derivative at a kink or a tie, where there is none, is taken as some library takes it",
            "折点或并列处没有导数，取了某个库的取法",
        ),
        principles.LIBRARIES,
        together(_kinks, _ties),
        seen=3,
        kind="convention",
        pairs=False,
        lasts=False,
    ),
)
