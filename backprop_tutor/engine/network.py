"""A layered network as a graph: per layer z = W a + b and a = f(z), then the loss of each example, then the cost."""

from __future__ import annotations

from fractions import Fraction

from backprop_tutor.engine import activations, losses
from backprop_tutor.engine.activations import ACTIVATIONS, Activation
from backprop_tutor.engine.array import MATRIX, AnyArray, Array, np, product, transposed
from backprop_tutor.engine.graph import Graph, Layer, Network, Node
from backprop_tutor.engine.losses import LOSSES, Loss
from backprop_tutor.engine.op import Op
from backprop_tutor.formula.nodes import Formula, Lit, Role, formula, is_zero, total


def network_graph(network: Network) -> Graph:
    """The graph of `network`, its nodes named x, y, W1, b1, z1, a1, ..., losses, loss."""
    nodes = [Node("x", Role.INPUT, layer=0), Node("y", Role.TARGET)]
    activation, below = ACTIVATIONS["identity"], 0
    weights = []
    for number, layer in enumerate(network.layers, start=1):
        activation = activation_of(layer)
        weights.append(len(nodes))
        nodes += _parameters(number, layer)
        parameters = tuple(range(weights[-1], len(nodes)))
        inputs = (parameters[0], below, *parameters[1:])
        nodes.append(Node(f"z{number}", Role.PREACTIVATION, affine(layer), inputs, number))
        folded = number == len(network.layers) and (activation.name, loss_of(network).name) in losses.FOLDS
        nodes.append(Node(f"a{number}", Role.ACTIVATION, activation.op, (len(nodes) - 1,), number, folded))
        below = len(nodes) - 1
    nodes.append(Node("losses", Role.LOSS, loss_of(network).op(activation), (below, 1, below - 1)))
    penalised = tuple(weights) if network.l2 else ()
    cost = reduction(network.reduction, network.l2)
    nodes.append(Node("loss", Role.LOSS, cost, (len(nodes) - 1, *penalised)))
    return Graph(tuple(nodes), losses=len(nodes) - 2, network=network)


def activation_of(layer: Layer) -> Activation:
    """The activation of a layer: the entry of the table, or one made of the author's formula."""
    named = isinstance(layer.activation, str)
    return ACTIVATIONS[layer.activation] if named else activations.from_formula(layer.activation)  # type: ignore[index,arg-type]


def loss_of(network: Network) -> Loss:
    """The loss of one example: the entry of the table, or one made of the author's formula."""
    return LOSSES[network.loss] if isinstance(network.loss, str) else losses.from_formula(network.loss)


def affine(layer: Layer, *, sends_on: bool = True) -> Op:
    """Z = W a + b over (W, a[, b]): dL/dW = δ aᵀ, dL/da = Wᵀ δ, dL/db = δ summed over the examples.

    A missing connection has weight 0 and no gradient. Nothing is sent to a where it is not to be sent on.
    """
    present = None if layer.present is None else np.array(layer.present, dtype=float)

    def vjp(g: Array, _: Array, W: Array, a: Array, b: Array | None = None) -> tuple[Array | None, ...]:
        aT, WT = (a.T, W.T) if g.ndim == a.ndim == W.ndim == MATRIX else (transposed(a), transposed(W))
        to_weights = product(g, aT)
        if present is not None:
            to_weights = to_weights * present
        to_inputs = product(WT, g) if sends_on else None
        if b is None:
            return to_weights, to_inputs
        return to_weights, to_inputs, g if g.shape[-1] == 1 else g.sum(axis=-1, keepdims=True)

    return Op("affine", _affine, vjp, Op("affine", _affine, _affine_vjp))


def _affine(W: AnyArray, a: AnyArray, b: AnyArray | None = None) -> AnyArray:
    return product(W, a) if b is None else product(W, a) + b


def _affine_vjp(g: AnyArray, _: AnyArray, W: AnyArray, a: AnyArray, b: AnyArray | None = None) -> tuple[AnyArray, ...]:
    sent = (g @ a.T, W.T @ g)
    return sent if b is None else (*sent, g.sum(axis=1, keepdims=True))


def reduction(kind: str, l2: float = 0.0) -> Op:
    """The reported loss over (losses[, W1, W2, ...]): their mean or sum, plus (l2/2) Σ W²; shape (1, 1)."""

    def forward(each: Array, *weights: Array) -> Array:
        data = each if each.shape[-1] == 1 else over(each, axis=(-2, -1), keepdims=True)
        if not weights:
            return data
        squares: Array = sum((W * W).sum(axis=(-2, -1), keepdims=True) for W in weights)
        return data + 0.5 * l2 * squares

    def vjp(g: Array, _: Array, each: Array, *weights: Array) -> tuple[Array, ...]:
        examples = each.shape[-1]
        share = 1 / examples if kind == "mean" else 1.0
        data = g if examples == 1 else np.full_like(each, share) * g
        return (data, *(l2 * W * g for W in weights)) if weights else (data,)

    over = np.mean if kind == "mean" else np.sum
    rate = Lit(Fraction(repr(l2)), repr(l2))

    def written(each: AnyArray, *weights: AnyArray) -> AnyArray:
        terms: Formula = each.sum()
        data = formula(Fraction(1, each.size)) * terms if kind == "mean" else terms
        squares = [w**2 for W in weights for w in W.ravel() if not is_zero(w)]
        return np.array([[data + rate / 2 * total(tuple(squares))]], dtype=object)

    def written_vjp(g: AnyArray, _: AnyArray, each: AnyArray, *weights: AnyArray) -> tuple[AnyArray, ...]:
        share = formula(Fraction(1, each.size) if kind == "mean" else 1)
        sent: list[AnyArray] = [rate * W * g for W in weights]  # type: ignore[misc]
        return np.full(each.shape, share, dtype=object) * g, *sent

    return Op(kind, forward, vjp, Op(kind, written, written_vjp))


def _parameters(number: int, layer: Layer) -> list[Node]:
    weight = Node(f"W{number}", Role.WEIGHT, layer=number)
    return [weight, Node(f"b{number}", Role.BIAS, layer=number)] if layer.bias else [weight]
