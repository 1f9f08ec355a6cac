"""Renders documents to text: one entry per output format, each a function over the document that is loaded on first
use.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

from backprop_tutor.frozen import frozen
from backprop_tutor.registry import by_name, find
from backprop_tutor.text import T

if TYPE_CHECKING:
    from backprop_tutor.lesson.document import Document


@frozen(slots=True)
class Renderer:
    """An output format: the endings of its files, and the place of its function."""

    name: str
    suffixes: tuple[str, ...]
    module: str
    function: str

    def __call__(self, document: Document, **options: Any) -> str:
        """Renders `document` in this format. Raises TypeError for an option the format does not have."""
        written: str = getattr(import_module(self.module), self.function)(document, **options)
        return written


RENDERERS: Mapping[str, Renderer] = by_name(
    Renderer("text", (".txt",), "backprop_tutor.render.terminal", "render_text"),
    Renderer("markdown", (".md", ".markdown"), "backprop_tutor.render.markdown", "render_markdown"),
    Renderer("html", (".html", ".htm"), "backprop_tutor.render.html", "render_html"),
    Renderer("typst", (".typ",), "backprop_tutor.render.typst", "render_typst"),
    Renderer("latex", (".tex",), "backprop_tutor.render.latex", "render_latex"),
)


def render(document: Document, format: str = "text", **options: Any) -> str:  # noqa: A002 - the option's name
    """Renders `document` as text in one of the formats of `RENDERERS`, with the options of its function.

    Raises TutorError for an unknown format.
    """
    return find(RENDERERS, format, T("the format", "输出格式"))(document, **options)
