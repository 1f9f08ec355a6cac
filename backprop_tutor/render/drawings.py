"""The formats of a separate drawing: one entry each, a function over the drawing that is loaded on first use."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from backprop_tutor.frozen import frozen
from backprop_tutor.lesson.document import Drawing
from backprop_tutor.registry import by_name


@frozen(slots=True)
class Draughtsman:
    """A format of drawings: the endings of its files, and the place of its function."""

    name: str
    suffixes: tuple[str, ...]
    module: str
    function: str

    def __call__(self, drawing: Drawing) -> Any:
        """Renders `drawing` as text, or as bytes for an image. Raises ImportError where an extra package is missing."""
        return getattr(import_module(self.module), self.function)(drawing)


DRAWINGS: Mapping[str, Draughtsman] = by_name(
    Draughtsman("svg", (".svg",), "backprop_tutor.render.svg", "svg"),
    Draughtsman("png", (".png",), "backprop_tutor.render.svg", "png"),
    Draughtsman("mermaid", (".mmd", ".mermaid"), "backprop_tutor.render.diagrams", "mermaid"),
    Draughtsman("dot", (".dot", ".gv"), "backprop_tutor.render.diagrams", "dot"),
)
