"""What a reader calls a layer. Notations number layers differently, so hidden layers are counted among themselves."""

from __future__ import annotations

from backprop_tutor.engine.graph import Graph
from backprop_tutor.text import T

OUTPUT_LAYER = T("the output layer", "输出层")
HIDDEN_LAYER = T("the hidden layer", "隐藏层")
ONE_HIDDEN_LAYER = T("hidden layer {number}", "第 {number} 个隐藏层")


def layer_name(graph: Graph, layer: int) -> T:
    """What layer 1, 2, ... of a network is called within a sentence."""
    last = len(graph.network.layers) if graph.network else 0
    if layer == last:
        return OUTPUT_LAYER
    return HIDDEN_LAYER if last == 2 else ONE_HIDDEN_LAYER.format(number=layer)


def layer_title(graph: Graph, layer: int) -> T:
    """The same as a heading."""
    name = layer_name(graph, layer)
    return T(name.en[0].upper() + name.en[1:], name.zh)
