"""The views there are: ways to walk through the same trace, one entry each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from backprop_tutor.engine.graph import Graph
from backprop_tutor.engine.reading import Element
from backprop_tutor.lesson import deltas, matrix, node_by_node, paths
from backprop_tutor.lesson.document import Block, Section
from backprop_tutor.lesson.forward import forward
from backprop_tutor.lesson.lesson import Lesson
from backprop_tutor.registry import by_name
from backprop_tutor.text import T


@dataclass(frozen=True)
class View:
    """A view: its passes, the derivation of one quantity, and the graphs it can tell.

    `in_signals` tells that it shows error signals in the notation's own sign and scale, not plain derivatives.
    """

    name: str
    text: T
    backward: Callable[[Lesson], Section]
    focus: Callable[[Lesson, Element], tuple[Block, ...]]
    fits: Callable[[Graph], bool]
    forward: Callable[[Lesson], Section] = forward
    in_signals: bool = False


VIEWS: Mapping[str, View] = by_name(
    View(
        "paths",
        T("weight by weight, along its paths to the loss", "逐个权重，沿着通向损失的路径"),
        paths.backward,
        paths.focus,
        lambda graph: graph.network is not None,
    ),
    View(
        "deltas",
        T("error signals first, then every gradient as signal times input", "先求各误差项，再用误差项乘输入得到每个梯度"),
        deltas.backward,
        deltas.focus,
        lambda graph: graph.network is not None,
        in_signals=True,
    ),
    View(
        "matrix",
        T("layer by layer in matrices, with their shapes", "逐层用矩阵计算，并核对形状"),
        matrix.backward,
        deltas.focus,
        lambda graph: graph.network is not None,
        matrix.forward,
        in_signals=True,
    ),
    View(
        "graph",
        T("node by node, upstream times local derivative", "逐个节点，上游导数乘局部导数"),
        node_by_node.backward,
        node_by_node.focus,
        lambda graph: True,
    ),
)


def default_view(graph: Graph) -> View:
    """The view for a reader who asks for none."""
    return VIEWS["paths" if graph.network is not None else "graph"]
