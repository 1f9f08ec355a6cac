"""An expression graph: one node per named formula, each value of shape (1, examples), parameters (1, 1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from backprop_tutor.formula.nodes import Formula, Lit, Role, Sym, rebuilt, substitute, symbols
from backprop_tutor.graph.array import AnyArray, Array, each, np
from backprop_tutor.graph.expression import Computation
from backprop_tutor.graph.graph import Graph, Node
from backprop_tutor.graph.op import Op
from backprop_tutor.graph.ops.affine import reduction

OWN = "node's own value"  # no name of a file can be this


def expression_graph(
    inputs: Sequence[str], parameters: Sequence[str], formulas: Mapping[str, Formula], output: str
) -> Graph:
    """The graph of named formulas whose output is differentiated; the reported loss is its mean over the examples.

    `formulas` may be in any order; every name in them is an input, a parameter or another formula, without cycles.
    """
    nodes = [Node(name, Role.INPUT, axes=0) for name in inputs]
    nodes += [Node(name, Role.WEIGHT, axes=0, shared=True) for name in parameters]
    per_example, position = set(inputs), {node.name: i for i, node in enumerate(nodes)}
    for name in in_order(formulas):
        used = names_in(formulas[name])
        shape_from = inputs[:1] if per_example.isdisjoint(used) else []
        op = formula_op(name, formulas[name], used)
        position[name] = len(nodes)
        nodes.append(Node(name, Role.NODE, op, tuple(position[n] for n in (*used, *shape_from)), axes=0))
        per_example.add(name)
    losses = position[output]
    nodes.append(Node("loss", Role.LOSS, reduction("mean"), (losses,), axes=0, shared=True))
    return Graph(tuple(nodes), losses, formulas=formulas)


def names_in(formula: Formula) -> tuple[str, ...]:
    """The names a formula uses, once each, in the order written."""
    return tuple(symbol.base for symbol in symbols(formula))


def in_order(formulas: Mapping[str, Formula]) -> tuple[str, ...]:
    """The names of `formulas`, each after those it uses, else in the order written. Raises ValueError for a cycle."""
    rank = {name: i for i, name in enumerate(formulas)}
    missing = {name: {used for used in names_in(f) if used in formulas} for name, f in formulas.items()}
    users: dict[str, list[str]] = {name: [] for name in formulas}
    for name, uses in missing.items():
        for used in uses:
            users[used].append(name)
    ordered: list[str] = []
    ready = [name for name, uses in missing.items() if not uses]
    while ready:
        ordered += ready
        freed: list[str] = []
        for name in ready:
            for user in users[name]:
                missing[user].discard(name)
                if not missing[user]:
                    freed.append(user)
        ready = sorted(freed, key=rank.__getitem__)
    if len(ordered) < len(formulas):
        raise ValueError("the formulas refer to each other in a circle")
    return tuple(ordered)


def formula_op(name: str, formula: Formula, used: tuple[str, ...]) -> Op:
    """The op of one named formula over the values of the names it uses; a last input may give only the shape."""
    from backprop_tutor.formula.derivative import derivative
    from backprop_tutor.graph.well_conditioned import well_conditioned

    computed = well_conditioned(formula)

    def forward(*values: Array) -> Array:
        value = np.asarray(Computation(computed, dict(zip(used, values, strict=False))).value, dtype=float)
        if values and all(v.shape == value.shape for v in values):
            return value + 0.0
        return value + np.zeros(np.broadcast_shapes((1, 1), *(v.shape for v in values)))

    def vjp(g: Array, _: Array, *values: Array) -> tuple[Array | None, ...]:
        found = Computation(computed, dict(zip(used, values, strict=False))).gradients(g)
        sent = tuple(_summed(found[n] * np.ones_like(g), v) for n, v in zip(used, values, strict=False))
        return (*sent, *(None for _ in values[len(used) :]))

    slopes = {n: with_own_value(derivative(formula, n), formula) for n in used}

    def known(units: tuple[Formula, ...]) -> Mapping[str, Formula]:
        return dict(zip(used, units, strict=False))

    def written(*inputs: AnyArray) -> AnyArray:
        return each(lambda *units: substitute(formula, known(units)), inputs)

    def written_vjp(g: AnyArray, out: AnyArray, *inputs: AnyArray) -> tuple[AnyArray | None, ...]:
        def local(name: str) -> AnyArray:
            return each(lambda own, *units: substitute(slopes[name], {OWN: own, **known(units)}), (out, *inputs))

        return (*(g * local(n) for n in used), *(None for _ in inputs[len(used) :]))

    return Op(name, used, forward, vjp, Op(name, used, written, written_vjp))


def with_own_value(slope: Formula, formula: Formula) -> Formula:
    """A slope in which the node's own formula, where it recurs as a whole, is replaced by the node's value: tanh′ = 1 −
    h².
    """
    if slope == formula and not isinstance(formula, (Sym, Lit)):
        return Sym(OWN)
    return rebuilt(slope, lambda part: with_own_value(part, formula))


def _summed(contribution: Array, to: Array) -> Array:
    """A contribution per example, summed for a parameter, which all examples share."""
    shared = contribution.shape[-1] != to.shape[-1]
    return contribution.sum(axis=-1, keepdims=True) if shared else contribution
