"""What stands in each column of a layered drawing: the frames of its vertices, and the lanes of edges that pass."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from backprop_tutor.lesson.document import Drawing
from backprop_tutor.render.terminal.frame import Arrival, Frame
from backprop_tutor.render.terminal.line import Line


@dataclass(frozen=True, slots=True)
class Item:
    """A frame, or a lane: one row for all edges of a source that pass the column (no frame)."""

    source: str  # the vertex whose line leaves the item to the right
    arrivals: tuple[Arrival, ...]
    frame: Frame | None = None

    @property
    def inner(self) -> int:
        """How many rows there are inside the frame."""
        return max(len(self.arrivals), len(self.frame.figures) if self.frame else 0, 1)

    @property
    def height(self) -> int:
        """How many rows the item takes."""
        return self.inner + 2 if self.frame else 1


def columns(drawing: Drawing, frames: Iterable[Frame]) -> list[list[Item]]:
    """The items of every column that has a vertex, first the frames in the order of the drawing."""
    filled = sorted({vertex.column for vertex in drawing.vertices})
    place = {vertex.key: filled.index(vertex.column) for vertex in drawing.vertices}
    items: list[list[Item]] = [[] for _ in filled]
    for frame in frames:
        items[place[frame.key]].append(Item(frame.key, frame.arrivals, frame))
    for (source, column), lit in _lanes(drawing, place).items():
        items[column].append(Item(source, (Arrival(source, Line(), lit),)))
    return items


def _lanes(drawing: Drawing, place: Mapping[str, int]) -> dict[tuple[str, int], bool]:
    """The (source, column) of every lane, and whether an edge in it is highlighted."""
    lanes: dict[tuple[str, int], bool] = {}
    for edge in drawing.edges:
        for column in range(place[edge.source] + 1, place[edge.target]):
            lanes[edge.source, column] = lanes.get((edge.source, column), False) or drawing.is_lit(edge)
    return lanes
