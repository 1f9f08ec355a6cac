"""The activation functions of a layer, as ops on the pre-activations z of shape (units, examples).

An output layer may saturate and still have an accurate loss: the cross-entropy of a sigmoid at z = 40 with target 0 is
40. So the two activations whose values are probabilities, sigmoid and softmax, also give 1 − a, ln a and ln(1 − a)
straight from z; every other activation gives them from a.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from backprop_tutor.formula.functions import FUNCTIONS as TAUGHT
from backprop_tutor.formula.functions import SETTINGS, Function, setting_of
from backprop_tutor.formula.nodes import Call, Formula, Sym, formula, substitute
from backprop_tutor.frozen import frozen
from backprop_tutor.graph.array import AnyArray, Array, each, np
from backprop_tutor.graph.expression import Computation
from backprop_tutor.graph.op import Forward, Op, Vjp, unit_by_unit
from backprop_tutor.graph.ops.functions import FUNCTIONS, sigmoid_complement
from backprop_tutor.registry import by_name
from backprop_tutor.text import T, same

NEAR, LOG_2 = 0.25, math.log(2)
"""Where z is this near to 0, 1 − tanh z keeps its figures as it is written; ln 2."""

Facet = Callable[[Array, Array], Array]


@frozen
class Activation:
    """An activation function a = f(z). The facets are functions of (z, a): 1 − a, ln a, ln(1 − a).

    `slope` is f′ as taught, a formula in z and a; None where a unit depends on other units' z too (softmax).
    `gives_probabilities` means that a lies between 0 and 1 and that a cross-entropy is fused with it, `symmetric` that
    f(−z) = −f(z) and a lies between −1 and 1. `on_paper` is the one whose facets are computed from a: ln a is nan where
    a ≤ 0.
    """

    name: str
    text: T
    op: Op
    slope: Formula | None
    complement: Facet = lambda z, a: 1 - a
    log: Facet = lambda z, a: np.log(a)
    log_complement: Facet = lambda z, a: np.log1p(-a)
    gives_probabilities: bool = False
    symmetric: bool = False
    on_paper: bool = False


def elementwise(name: str) -> Op:
    """The op of the function `name`, applied unit by unit: dL/dz = dL/da ⊙ f′(z)."""
    function = FUNCTIONS[name]
    slope = function.slopes[0]

    def written(z: AnyArray) -> AnyArray:
        return each(lambda unit: Call(name, (unit,)), (z,))

    def written_vjp(g: AnyArray, a: AnyArray, z: AnyArray) -> tuple[AnyArray]:
        return (g * each(taught_slope(name), (z, a)),)

    return _op(name, function.value, lambda g, a, z: (g * slope(a, z),), _op(name, written, written_vjp))


def _op(name: str, forward: Forward, vjp: Vjp, taught: Op | None = None) -> Op:
    """An elementwise op on z."""
    return Op(name, ("z",), forward, vjp, taught, unit_by_unit)


def taught_slope(name: str) -> Callable[[Formula, Formula], Formula]:
    """f′ of the function `name` as taught, for given formulas of z and a."""
    slope = TAUGHT[name].slopes[0]
    return lambda z, a: substitute(slope, {"x": z, "out": a})


def from_formula(written: Formula) -> Activation:
    """The activation an author wrote as a formula in z; its slope follows by the chain rule."""
    from backprop_tutor.formula.derivative import derivative
    from backprop_tutor.graph.well_conditioned import well_conditioned

    computed = well_conditioned(written)

    def forward(z: Array) -> Array:
        return np.broadcast_to(Computation(computed, {"z": z}).value, z.shape)

    def vjp(g: Array, a: Array, z: Array) -> tuple[Array]:
        sent = Computation(computed, {"z": z}).gradients(g).get("z", np.zeros_like(z))
        return (np.broadcast_to(sent, np.broadcast_shapes(g.shape, z.shape)),)

    slope = derivative(written, "z")
    taught = _op(
        "formula",
        lambda z: each(lambda unit: substitute(written, {"z": unit}), (z,)),
        lambda g, _, z: (g * each(lambda unit: substitute(slope, {"z": unit}), (z,)),),
    )
    return Activation("formula", title_of(written), _op("formula", forward, vjp, taught), slope)


def title_of(written: Formula) -> T:
    """What an activation that is a formula in z is called: a function of the table with its constant, or its author's own."""
    known = setting_of(written, Sym("z"))
    if known is None:
        return T("own formula", "自定义公式")
    (name, constant), setting = known, SETTINGS[known[0]].name
    text = TAUGHT[name].text or same(name)
    return T("{function} ({setting} {value})", "{function}（{setting} = {value}）").format(
        function=text, setting=setting, value=constant.text or str(constant.value)
    )


def _softmax(z: Array) -> Array:
    e = np.exp(z - z.max(axis=-2, keepdims=True))
    return e / e.sum(axis=-2, keepdims=True)  # type: ignore[no-any-return]


def _softmax_vjp(g: AnyArray, a: AnyArray, _: AnyArray) -> tuple[AnyArray]:
    """dL/dz_j = Σ_k dL/da_k a_k (δ_kj − a_j) = a_j Σ_k a_k (dL/da_j − dL/da_k), without the cancellation in 1 − a_j."""
    differences = g[..., :, None, :] - g[..., None, :, :]
    return (a * (a[..., None, :, :] * differences).sum(axis=-2),)


def _written_softmax(z: AnyArray) -> AnyArray:
    e = each(lambda unit: Call("exp", (unit,)), (z,))
    return e / e.sum(axis=0)  # type: ignore[no-any-return]


def _written_softmax_vjp(g: AnyArray, a: AnyArray, _: AnyArray) -> tuple[AnyArray]:
    """dL/dz_j = Σ_k dL/da_k · ∂a_k/∂z_j, with ∂a_k/∂z_j = a_j(1 − a_j) for k = j and −a_k a_j otherwise."""
    sent = np.empty_like(a)
    for j, i in np.ndindex(*a.shape):
        terms = (g[k, i] * (a[k, i] * (1 - a[k, i]) if k == j else -(a[k, i] * a[j, i])) for k in range(len(a)))
        sent[j, i] = sum(terms, formula(0))
    return (sent,)


def _others(_: Array, a: Array) -> Array:
    """1 − a_k of a softmax, as the sum of the other units: accurate even where a_k rounds to 1."""
    return (1 - np.eye(a.shape[-2])) @ a


def _rivals(z: Array) -> Array:
    """ln Σ_(k≠j) e^(z_k) for every unit j: a softmax is the sigmoid of z_j minus this."""
    own = np.eye(z.shape[-2], dtype=bool)[:, :, None]
    return np.logaddexp.reduce(np.where(own, -np.inf, z[..., None, :, :]), axis=-2)  # type: ignore[no-any-return]


def _log_softmax(z: Array, _: Array) -> Array:
    return -np.logaddexp(0.0, _rivals(z) - z)


def _log_others(z: Array, _: Array) -> Array:
    return -np.logaddexp(0.0, z - _rivals(z))


def _unit(function: Function) -> Activation:
    """An entry of the table of functions as the activation function of a unit."""
    assert function.text, "an activation function has a name to be told by"
    slope = taught_slope(function.name)(Sym("z"), Sym("a"))
    return Activation(function.name, function.text, elementwise(function.name), slope, **FACETS.get(function.name, {}))


FACETS: Mapping[str, Mapping[str, Any]] = {
    "sigmoid": {
        "complement": lambda z, a: sigmoid_complement(z),
        "log": lambda z, a: -np.logaddexp(0.0, -z),
        "log_complement": lambda z, a: -np.logaddexp(0.0, z),
        "gives_probabilities": True,
    },
    "tanh": {
        "complement": lambda z, a: 2 * sigmoid_complement(2 * z),
        "log": lambda z, a: np.where(z > NEAR, np.log1p(-2 * sigmoid_complement(2 * z)), np.log(a)),
        "log_complement": lambda z, a: np.where(np.abs(z) < NEAR, np.log1p(-a), LOG_2 - np.logaddexp(0.0, 2 * z)),
        "symmetric": True,
    },
}
"""The accurate facets of the functions that may saturate at an output layer."""


ACTIVATIONS: Mapping[str, Activation] = by_name(
    Activation(
        "identity",
        T("identity", "恒等函数"),
        _op("identity", lambda z: z + 0, lambda g, a, z: (g,), _op("identity", lambda z: z, lambda g, a, z: (g,))),
        formula(1),
    ),
    *(_unit(function) for function in TAUGHT.values() if function.text),
    Activation(
        "softmax",
        T("softmax", "softmax"),
        Op("softmax", ("z",), _softmax, _softmax_vjp, Op("softmax", ("z",), _written_softmax, _written_softmax_vjp)),
        None,
        complement=_others,
        log=_log_softmax,
        log_complement=_log_others,
        gives_probabilities=True,
    ),
)


def activation_of(activation: str | Formula) -> Activation:
    """The activation of a layer: the entry of the table, or one made of the author's formula."""
    return ACTIVATIONS[activation] if isinstance(activation, str) else from_formula(activation)
