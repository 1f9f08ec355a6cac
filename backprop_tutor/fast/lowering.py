"""The ops that straight-line code is written from: fed names, they write the stable computation of every element.

An affine map, a softmax's backward pass and the reductions are plain operators, the same for numbers and for names.
Functions and losses, whose float computation differs from the taught formula, take their stable form here.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from backprop_tutor.formula.functions import FUNCTIONS, call, complement
from backprop_tutor.formula.functions import stable_softplus as softplus
from backprop_tutor.formula.nodes import Cases, Compare, Formula, Num, Role, formula, substitute
from backprop_tutor.graph.array import AnyArray, each, np
from backprop_tutor.graph.expressions import names_in
from backprop_tutor.graph.graph import Graph
from backprop_tutor.graph.op import Op
from backprop_tutor.graph.ops.activations import ACTIVATIONS, LOG_2, NEAR, Activation
from backprop_tutor.graph.ops.losses import LOSSES, Loss
from backprop_tutor.graph.stable_forms import stable, stable_derivative, stable_form
from backprop_tutor.graph.well_conditioned import well_conditioned


def lower_node(graph: Graph, i: int) -> Op:
    """The op of node i, to be fed names."""
    node = graph.nodes[i]
    assert node.op is not None, "a given node has no op"
    if node.role == Role.NODE and graph.formulas is not None and graph.shapes is None:
        written = graph.formulas[node.name]
        return _formula(written, names_in(written))
    if node.role == Role.ACTIVATION and node.layer is not None:
        return lower_activation(graph.groups[node.layer].activation).op
    if i == graph.losses and graph.loss is not None:
        last = lower_activation(graph.layers[-1].activation)
        return lower_loss(graph.loss).op(last, number=Fraction)
    return node.op.written


def lower_activation(named: str | Formula) -> Activation:
    """An activation whose op and facets write stable formulas."""
    if not isinstance(named, str):
        return replace(
            ACTIVATIONS["identity"],
            name="formula",
            op=_formula(named, ("z",)),
            log=lambda z, a: _each("log", a),
            log_complement=lambda z, a: _each("log1p", -a),
        )
    if named in _SATURATING:
        return _SATURATING[named]
    known = ACTIVATIONS[named]
    return replace(
        known,
        op=_named(named) if named in FUNCTIONS else known.op.written,
        log=lambda z, a: _each("log", a),
        log_complement=lambda z, a: _each("log1p", -a),
    )


def lower_loss(named: str | Formula) -> Loss:
    """A loss that writes stable formulas."""
    if isinstance(named, str):
        return LOSSES[named]
    op = _formula(named, ("a", "y"))
    return replace(
        LOSSES["squared_error"],
        name="formula",
        computed=(
            lambda f, a, y, z: op.forward(a, y),
            lambda f, a, y, z: op.vjp(np.full(a.shape, formula(1)), None, a, y)[0],
        ),
    )


def _named(name: str) -> Op:
    """The op of a function of the table, element by element."""
    form = stable_form(name)

    def value(x: Formula) -> Formula:
        return substitute(form.value, {"x": x})

    def slope(x: Formula, out: Formula) -> Formula:
        return substitute(form.slopes[0], {"x": x, "out": out})

    return Op(name, ("z",), lambda z: each(value, (z,)), lambda g, a, z: (g * each(slope, (z, a)),))


def _formula(written: Formula, used: tuple[str, ...]) -> Op:
    """The op of an author's formula over the values of some names; a further input gives only the shape."""
    computed = well_conditioned(written)

    def substituted(template: Formula, inputs: tuple[AnyArray, ...]) -> AnyArray:
        return each(lambda *units: substitute(template, dict(zip(used, units, strict=False))), inputs)

    def vjp(g: AnyArray, _: AnyArray, *inputs: AnyArray) -> tuple[AnyArray | None, ...]:
        slopes = (substituted(stable_derivative(computed, name), inputs) for name in used)
        sent = (_summed(g * slope, to) for slope, to in zip(slopes, inputs, strict=False))
        return (*sent, *(None for _ in inputs[len(used) :]))

    return Op("formula", used, lambda *inputs: substituted(stable(computed), inputs), vjp)


def _summed(contribution: AnyArray, to: AnyArray) -> AnyArray:
    """A contribution per example, summed for a parameter, which all examples share."""
    return contribution if contribution.shape == to.shape else contribution.sum(axis=-1, keepdims=True)


def _each(name: str, array: AnyArray) -> AnyArray:
    return each(lambda x: call(name, x), (array,))


def _softmax(z: AnyArray) -> AnyArray:
    e = each(lambda unit: call("exp", unit), (_shifted(z),))
    return e / e.sum(axis=0)  # type: ignore[no-any-return]


def _shifted(z: AnyArray) -> AnyArray:
    """z − max z, column by column."""
    return z - each(lambda *column: call("max", *column), tuple(z))[None, :] if len(z) > 1 else z - z


def _rivals(z: AnyArray) -> AnyArray:
    """ln Σ_(k≠j) e^(z_k) for every unit j."""
    rivals = [_log_of_sum([row for k, row in enumerate(z) if k != j]) for j in range(len(z))]
    return np.array(rivals, dtype=object)


def _log_of_sum(rows: list[AnyArray]) -> AnyArray:
    if len(rows) == 1:
        return rows[0]
    largest = each(lambda *column: call("max", *column), tuple(rows))
    return largest + _each("log", sum(_each("exp", row - largest) for row in rows))  # type: ignore[arg-type]


def _log_softmax(z: AnyArray, a: AnyArray) -> AnyArray:
    return -each(softplus, (_rivals(z) - z,)) if len(z) > 1 else a - a


def _others(_: AnyArray, a: AnyArray) -> AnyArray:
    return (1 - np.eye(len(a), dtype=int)).astype(object) @ a


def _log_others(z: AnyArray, a: AnyArray) -> AnyArray:
    return -each(softplus, (z - _rivals(z),)) if len(z) > 1 else _each("log1p", -a)


def _log_tanh(z: Formula, a: Formula) -> Formula:
    below_one = call("log1p", -(2 * complement(2 * z)))
    return Cases(((below_one, Compare(z, ">", _NEAR)),), call("log", a))


def _log_tanh_complement(z: Formula, a: Formula) -> Formula:
    near = Compare(call("abs", z), "<", _NEAR)
    return Cases(((call("log1p", -a), near),), Num(LOG_2, repr(LOG_2)) - softplus(2 * z))


_NEAR = Num(NEAR, repr(NEAR))

_SATURATING = {
    "tanh": replace(
        ACTIVATIONS["tanh"],
        op=_named("tanh"),
        complement=lambda z, a: 2 * each(complement, (2 * z,)),
        log=lambda z, a: each(_log_tanh, (z, a)),
        log_complement=lambda z, a: each(_log_tanh_complement, (z, a)),
    ),
    "sigmoid": replace(
        ACTIVATIONS["sigmoid"],
        op=_named("sigmoid"),
        complement=lambda z, a: each(complement, (z,)),
        log=lambda z, a: -each(softplus, (-z,)),
        log_complement=lambda z, a: -each(softplus, (z,)),
    ),
    "softmax": replace(
        ACTIVATIONS["softmax"],
        op=Op("softmax", ("z",), _softmax, ACTIVATIONS["softmax"].op.vjp),
        complement=_others,
        log=_log_softmax,
        log_complement=_log_others,
    ),
}
