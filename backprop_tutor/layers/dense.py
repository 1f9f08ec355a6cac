"""A layered network as a graph: per layer z = W a + b and a = f(z), then the loss of each example, then the cost."""

from __future__ import annotations

from backprop_tutor.formula.nodes import Role
from backprop_tutor.graph.array import np
from backprop_tutor.graph.graph import Graph, Group, Layer, Network, Node
from backprop_tutor.graph.ops import losses
from backprop_tutor.graph.ops.activations import ACTIVATIONS, activation_of
from backprop_tutor.graph.ops.affine import affine, reduction
from backprop_tutor.graph.ops.losses import loss_of


def node_name(letter: str, layer: int) -> str:
    """The contract's name of what a letter stands for in a layer: W2, a1; x is what the input gives."""
    return f"{letter}{layer}" if layer else "x"


def network_graph(network: Network) -> Graph:
    """The graph of `network`, its nodes named x, y, W1, b1, z1, a1, ..., losses, loss."""
    nodes = [Node("x", Role.INPUT, layer=0), Node("y", Role.TARGET)]
    groups = [Group(0, "input", network.inputs, {"a": 0})]
    activation, below = ACTIVATIONS["identity"], 0
    weights = []
    for number, layer in enumerate(network.layers, start=1):
        activation = activation_of(layer.activation)
        weights.append(len(nodes))
        nodes += _parameters(number, layer, len(network.units(number - 1)))
        parameters = tuple(range(weights[-1], len(nodes)))
        inputs = (parameters[0], below, *parameters[1:])
        nodes.append(Node(node_name("z", number), Role.PREACTIVATION, affine(layer), inputs, number))
        folded = (
            number == len(network.layers) and (activation.name, loss_of(network.loss).name) in losses.FUSED_GRADIENTS
        )
        nodes.append(Node(node_name("a", number), Role.ACTIVATION, activation.op, (len(nodes) - 1,), number, folded))
        below = len(nodes) - 1
        places = {"W": parameters[0], **({"b": parameters[1]} if layer.bias else {}), "z": below - 1, "a": below}
        groups.append(Group(number, "dense", layer.units, places, layer.activation))
    nodes.append(Node("losses", Role.LOSS, loss_of(network.loss).op(activation), (below, 1, below - 1), axes=0))
    penalised = tuple(weights) if network.l2 else ()
    cost = reduction(network.reduction, network.l2, [nodes[i] for i in penalised])
    nodes.append(Node("loss", Role.LOSS, cost, (len(nodes) - 1, *penalised), axes=0, shared=True))
    return Graph(
        tuple(nodes),
        losses=len(nodes) - 2,
        groups=tuple(groups),
        loss=network.loss,
        reduction=network.reduction,
        l2=network.l2,
        named=network.named,
        dense=network,
    )


def _parameters(number: int, layer: Layer, below: int) -> list[Node]:
    everywhere = np.ndindex(len(layer.units), below)
    missing = frozenset((j, k) for j, k in everywhere if layer.present and not layer.present[j][k])
    same = {letter: layer.same.get(letter, {}) for letter in ("W", "b")}
    weight = Node(
        node_name("W", number), Role.WEIGHT, layer=number, axes=2, shared=True, missing=missing, same=same["W"]
    )
    bias = Node(node_name("b", number), Role.BIAS, layer=number, shared=True, same=same["b"])
    return [weight, bias] if layer.bias else [weight]
