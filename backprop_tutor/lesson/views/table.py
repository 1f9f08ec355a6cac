"""The table of views: ways to walk through the same trace, one entry and one file each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

from backprop_tutor.frozen import frozen
from backprop_tutor.graph.graph import Element, Graph
from backprop_tutor.lesson import forward as plain
from backprop_tutor.lesson.document import Block, Section
from backprop_tutor.lesson.lesson import Lesson
from backprop_tutor.notation.notation import Notation, layered
from backprop_tutor.registry import by_name
from backprop_tutor.text import T


@frozen
class View:
    """A view, by its name; its module of `lesson` is loaded when it is used.

    The module has ``backward`` and ``focus`` (the derivation of one quantity), and may have a ``forward`` of its own.
    `fits` accepts the graphs it supports. `in_signals` is true where it shows error signals in the notation's own sign
    and scale, not plain derivatives.
    """

    name: str
    text: T
    module: str
    fits: Callable[[Graph], bool]
    in_signals: bool = False

    @property
    def _home(self) -> Any:
        return import_module(f"backprop_tutor.lesson.views.{self.module}")

    def forward(self, lesson: Lesson) -> Section:
        """The forward pass."""
        section: Section = getattr(self._home, "forward", plain.forward)(lesson)
        return section

    def backward(self, lesson: Lesson) -> Section:
        """The backward pass."""
        section: Section = self._home.backward(lesson)
        return section

    def focus(self, lesson: Lesson, element: Element) -> tuple[Block, ...]:
        """The derivation of one quantity."""
        section: tuple[Block, ...] = self._home.focus(lesson, element)
        return section


VIEWS: Mapping[str, View] = by_name(
    View("paths", T("weight by weight, along its paths to the loss", "逐个权重，沿着通向损失的路径"), "paths", layered),
    View(
        "deltas",
        T(
            "error signals first, then every gradient as signal times input",
            "先求各误差项，再用误差项乘输入得到每个梯度",
        ),
        "deltas",
        layered,
        in_signals=True,
    ),
    View(
        "matrix",
        T("layer by layer in matrices, with their shapes", "逐层用矩阵计算，并核对形状"),
        "matrix",
        lambda graph: layered(graph) or graph.shapes is not None,
        in_signals=True,
    ),
    View(
        "graph",
        T("node by node, upstream times local derivative", "逐个节点，上游导数乘局部导数"),
        "graph",
        lambda graph: True,
    ),
)


def default_view(graph: Graph, notation: Notation) -> View:
    """The view for a reader who chooses none: for a network, that of the notation's book."""
    return VIEWS[notation.view if graph.layers else "graph"]
