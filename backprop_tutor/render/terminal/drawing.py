"""A drawing as lines, in the first layout that fits: in columns, or else from top to bottom."""

from __future__ import annotations

from backprop_tutor.lesson.document import Drawing
from backprop_tutor.render.tables import is_dense
from backprop_tutor.render.terminal.layered import layered
from backprop_tutor.render.terminal.line import Line
from backprop_tutor.render.terminal.pen import Pen
from backprop_tutor.render.terminal.tall import tall

_DENSEST = 5 * 5  # edges into one column that the eye can still follow


def drawn(drawing: Drawing, pen: Pen, width: int) -> list[Line] | None:
    """The lines of `drawing`; None where it is too dense to be followed or fits into `width` in no layout."""
    if is_dense(drawing, _DENSEST):
        return None
    for layout in (layered, tall):
        lines = list(layout(drawing, pen))
        if all(line.width <= width for line in lines):
            return lines
    return None
