"""Mistakes of f′, the derivative of the activation function, in the output layer and in the hidden ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import TypeAlias

from backprop_tutor.formula.functions import FUNCTIONS as TAUGHT
from backprop_tutor.formula.functions import slope as taught_slope
from backprop_tutor.formula.nodes import ONE, Call, Formula
from backprop_tutor.graph.array import Array
from backprop_tutor.graph.graph import Graph
from backprop_tutor.graph.scenario import Scenario
from backprop_tutor.graph.textbook_rules import SLOPES_IN_A
from backprop_tutor.graph.tracer import function
from backprop_tutor.practice.mistakes import principles
from backprop_tutor.practice.mistakes.arrays.operations import (
    Found,
    Turned,
    ancestors,
    at_places,
    call_of,
    functions,
    with_slope,
)
from backprop_tutor.practice.mistakes.arrays.recurrence import gated
from backprop_tutor.practice.mistakes.conditions import (
    InLayer,
    both,
    curved,
    has,
    signal,
    slope,
    slope_at,
    unfolded,
    units,
    upstream,
)
from backprop_tutor.practice.mistakes.mistake import Mistake, Sites
from backprop_tutor.practice.mistakes.sites import Which, every, hidden, in_layers, output, together
from backprop_tutor.text import T
from backprop_tutor.whatif.step_context import StepContext

OTHER = {"sigmoid": "tanh", "tanh": "sigmoid"}
in_a = has(*SLOPES_IN_A)


def with_slope_in_layers(slope_of: Callable[[StepContext, int], Array], when: InLayer, which: Which = every) -> Sites:
    """δ with another derivative of the activation function."""
    return in_layers(signal, lambda k, layer, right: upstream(k, layer) * slope_of(k, layer), which, when)


def _fed_z(k: StepContext, layer: int) -> Array:
    return SLOPES_IN_A[str(k.graph.groups[layer].activation)](k.z(layer))


def _of_other(k: StepContext, layer: int) -> Array:
    return SLOPES_IN_A[OTHER[str(k.graph.groups[layer].activation)]](k.a(layer))


def _fits_above(graph: Graph, layer: int) -> bool:
    """A value of the layer above fits this layer unit by unit."""
    return units(graph, layer + 1) in (1, units(graph, layer))


def _slope_above(graph: Graph, layer: int) -> bool:
    return _fits_above(graph, layer) and curved(graph, layer) and curved(graph, layer + 1)


CURVED = tuple(name for name, entry in TAUGHT.items() if entry.text and name not in ("relu", "identity"))
SQUASHING = ("sigmoid", "tanh")

ACTIVE = (*CURVED, "relu")

Changed: TypeAlias = Callable[[Call], Formula]
InFormula: TypeAlias = Callable[[Graph, int, Call], bool]


def in_formulas(
    names: Sequence[str], changed: Changed, turned: Turned = lambda g: g, when: InFormula = lambda graph, i, call: True
) -> Sites:
    """In a graph of formulas: another derivative of the functions of those names."""

    def find(scenario: Scenario) -> Iterator[Found]:
        graph = scenario.graph
        for i, call in functions(graph, *names):
            if when(graph, i, call):
                yield Found(call_of(graph, i, call), with_slope(graph, i, call, changed(call), turned))

    return at_places(find)


def is_last(graph: Graph, i: int, call: Call) -> bool:
    """Whether no other function of a unit stands between this one, no gate, and the loss, and no parameter: else another
    layer follows.
    """
    return not _is_gate(graph, i, call) and not any(
        i in above and j in _of_units(graph) for j, above in enumerate(ancestors(graph))
    )


@lru_cache(maxsize=4)
def _of_units(graph: Graph) -> frozenset[int]:
    """The nodes that a unit is made of: functions, and what a parameter goes into directly."""
    parameters = {graph.index[name] for name in graph.parameters}
    into = (j for j, node in enumerate(graph.nodes) if parameters.intersection(node.inputs))
    return frozenset((*into, *(j for j, _ in functions(graph, *ACTIVE))))


def _is_before(graph: Graph, i: int, call: Call) -> bool:
    return not _is_gate(graph, i, call) and not is_last(graph, i, call)


def _is_gate(graph: Graph, i: int, call: Call) -> bool:
    """Whether a function is the sigmoid of a gate, whose derivative has mistakes of its own."""
    return call.function == "sigmoid" and (i, call) in gated(graph)


def _is_free(graph: Graph, i: int, call: Call) -> bool:
    """Whether a function is no tanh that a gate multiplies, which has mistakes of its own."""
    return call.function != "tanh" or (i, call) not in gated(graph)


def _in_value(value: Formula, name: str) -> Formula:
    """f′ written in a, of any number in its place."""
    return value * (1 - value) if name == "sigmoid" else 1 - value**2


def _right(call: Call) -> Formula:
    return taught_slope(call, 0)


SLOPES = (
    Mistake(
        "output-derivative-omitted",
        T("output derivative omitted", "输出层漏乘导数"),
        T(
            "the derivative of the output's activation function is left out: δ = ∂L/∂a",
            "漏乘了输出层激活函数的导数：δ = ∂L/∂a",
        ),
        principles.SLOPE,
        together(
            with_slope_in_layers(lambda k, layer: 1 + 0 * k.a(layer), both(curved, unfolded), output),
            in_formulas(CURVED, lambda call: ONE, when=is_last),
        ),
        seen=3,
    ),
    Mistake(
        "hidden-derivative-omitted",
        T("hidden derivative omitted", "隐藏层漏乘导数"),
        T(
            "the derivative of a hidden unit's activation function is left out: δ = Wᵀδ",
            "漏乘了隐藏单元激活函数的导数：δ = Wᵀδ",
        ),
        principles.SLOPE,
        together(
            with_slope_in_layers(lambda k, layer: 1 + 0 * k.a(layer), curved, hidden),
            in_formulas(CURVED, lambda call: ONE, when=_is_before),
        ),
        seen=3,
    ),
    Mistake(
        "derivative-at-preactivation",
        T("derivative fed z in place of a", "导数里代入了 z"),
        T(
            "the derivative of the activation function, written in the output a, is fed the unit's input z: z(1 − z) for "
            "a(1 − a), 1 − z² for 1 − a²",
            "导数本来用输出 a 写，却代入了 z：a(1 − a) 成了 z(1 − z)，1 − a² 成了 1 − z²",
        ),
        principles.SLOPE,
        together(
            with_slope_in_layers(_fed_z, in_a),
            in_formulas(SQUASHING, lambda call: _in_value(call.arguments[0], call.function)),
        ),
        seen=3,
    ),
    Mistake(
        "derivative-function-of-activation",
        T("derivative taken at a in place of z", "在 a 处求了导数"),
        T(
            "the derivative is taken at the output a in place of the input z: f′(a) for f′(z)",
            "导数没有在输入 z 处取，而是在输出 a 处取：f′(a) 代替了 f′(z)",
        ),
        principles.SLOPE,
        together(
            with_slope_in_layers(lambda k, layer: slope_at(k, layer, k.a(layer)), curved),
            in_formulas(CURVED, lambda call: taught_slope(Call(call.function, (call,)), 0), when=_is_free),
        ),
        seen=3,
    ),
    Mistake(
        "derivative-is-activation",
        T("f′ taken as a", "把 f′ 当成 a"),
        T("the derivative a(1 − a) loses a factor: f′ = a", "导数 a(1 − a) 丢了一个因子：f′ = a"),
        principles.SLOPE,
        together(with_slope_in_layers(lambda k, layer: k.a(layer), in_a), in_formulas(SQUASHING, lambda call: call)),
        seen=2,
    ),
    Mistake(
        "derivative-is-complement",
        T("f′ taken as 1 − a", "把 f′ 当成 1 − a"),
        T("the derivative a(1 − a) loses a factor: f′ = 1 − a", "导数 a(1 − a) 丢了一个因子：f′ = 1 − a"),
        principles.SLOPE,
        together(
            with_slope_in_layers(lambda k, layer: 1 - k.a(layer), in_a), in_formulas(SQUASHING, lambda call: 1 - call)
        ),
        seen=2,
    ),
    Mistake(
        "derivative-of-error",
        T("derivative fed the error", "导数里代入了误差"),
        T("the derivative is fed the error e: e(1 − e) for a(1 − a)", "导数里代入了误差 e：a(1 − a) 成了 e(1 − e)"),
        principles.SLOPE,
        with_slope_in_layers(lambda k, layer: k.error * (1 - k.error), in_a, output),
        seen=2,
    ),
    Mistake(
        "derivative-twice",
        T("derivative multiplied in twice", "导数乘了两次"),
        T("the derivative of the activation function is multiplied in twice", "激活函数的导数乘了两次"),
        principles.SLOPE,
        together(
            with_slope_in_layers(lambda k, layer: slope(k, layer) ** 2, both(curved, unfolded)),
            in_formulas(CURVED, lambda call: _right(call) * _right(call)),
        ),
    ),
    Mistake(
        "derivative-of-other-function",
        T("derivative of another function", "用了别的函数的导数"),
        T(
            "the derivative of another function is taken: 1 − a² for a sigmoid, a(1 − a) for tanh",
            "用了另一个函数的导数：sigmoid 用了 1 − a²，tanh 用了 a(1 − a)",
        ),
        principles.SLOPE,
        together(
            with_slope_in_layers(_of_other, in_a),
            in_formulas(SQUASHING, lambda call: _in_value(call, OTHER[call.function])),
        ),
    ),
    Mistake(
        "derivative-of-wrong-layer",
        T("derivative of the layer above", "用了后一层的导数"),
        T("the derivative is taken at the layer above", "激活函数的导数取成了后一层的"),
        principles.SLOPE,
        with_slope_in_layers(lambda k, layer: slope(k, layer + 1) + 0 * k.a(layer), _slope_above, hidden),
    ),
    Mistake(
        "relu-gate-forgotten",
        T("ReLU gate forgotten", "忘了 ReLU 的门"),
        T("the derivative of ReLU is taken as 1 although z is not positive", "z 不为正，ReLU 的导数却取成了 1"),
        principles.SLOPE,
        together(
            in_layers(signal, lambda k, layer, right: upstream(k, layer), when=has("relu")),
            in_formulas(("relu",), lambda call: ONE),
        ),
        seen=2,
    ),
    Mistake(
        "relu-value-for-gate",
        T("ReLU's value for its gate", "用 ReLU 的值代替导数"),
        T(
            "the value of ReLU stands where its derivative, 0 or 1, belongs",
            "该用 ReLU 的导数（0 或 1）的地方用了它的值",
        ),
        principles.SLOPE,
        together(
            in_layers(
                signal, lambda k, layer, right: upstream(k, layer) * function("relu", k.z(layer)), when=has("relu")
            ),
            in_formulas(("relu",), lambda call: call),
        ),
        seen=2,
    ),
    Mistake(
        "error-gated",
        T("ReLU of the error for its gate", "对误差取 ReLU"),
        T(
            "the error that comes back is passed through the ReLU: max(0, ∂L/∂a), whether the unit is open or not",
            "把传回来的误差送进了 ReLU：max(0, ∂L/∂a)，而不看单元是否打开",
        ),
        principles.SLOPE,
        together(
            in_layers(signal, lambda k, layer, right: function("relu", upstream(k, layer)), every, has("relu")),
            in_formulas(("relu",), lambda call: ONE, lambda g: function("relu", g)),
        ),
    ),
)
