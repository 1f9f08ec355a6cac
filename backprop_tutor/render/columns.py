"""What stands in each column of a drawing: its vertices, and lanes for the edges that pass on to a later column."""

from __future__ import annotations

from collections.abc import Mapping

from backprop_tutor.frozen import frozen
from backprop_tutor.lesson.document import Drawing, Edge, Vertex


@frozen(slots=True)
class Arrival:
    """A line where it arrives: the key of its source, the edge that it is (none yet in a lane), whether highlighted."""

    source: str
    edge: Edge | None
    lit: bool


@frozen(slots=True)
class Item:
    """A vertex with the edges that arrive at it, or a lane: one row for all edges of a source that pass a column."""

    source: str  # the key of the vertex whose line leaves the item to the right
    arrivals: tuple[Arrival, ...]
    vertex: Vertex | None = None

    @property
    def inner(self) -> int:
        """How many rows there are for figures and arrivals."""
        return max(len(self.arrivals), len(self.vertex.figures) if self.vertex else 0, 1)

    @property
    def height(self) -> int:
        """How many rows the item takes; a vertex has an upper and a lower edge besides."""
        return self.inner + 2 if self.vertex else 1


def columns(drawing: Drawing) -> list[list[Item]]:
    """The items of every column that has a vertex: the vertices in the order of the drawing, then the lanes."""
    filled = sorted({vertex.column for vertex in drawing.vertices})
    place = {vertex.key: filled.index(vertex.column) for vertex in drawing.vertices}
    arrivals = arrivals_of(drawing)
    items: list[list[Item]] = [[] for _ in filled]
    for vertex in drawing.vertices:
        items[place[vertex.key]].append(Item(vertex.key, arrivals[vertex.key], vertex))
    for (source, column), lit in _lanes(drawing, place).items():
        items[column].append(Item(source, (Arrival(source, None, lit),)))
    return items


def arrivals_of(drawing: Drawing) -> dict[str, tuple[Arrival, ...]]:
    """The edges that arrive at each vertex, by its key, in the order of the drawing."""
    found: dict[str, list[Arrival]] = {vertex.key: [] for vertex in drawing.vertices}
    for edge in drawing.edges:
        found[edge.target].append(Arrival(edge.source, edge, drawing.is_lit(edge)))
    return {key: tuple(arrivals) for key, arrivals in found.items()}


def _lanes(drawing: Drawing, place: Mapping[str, int]) -> dict[tuple[str, int], bool]:
    """The (source, column) of every lane, and whether an edge in it is highlighted."""
    lanes: dict[tuple[str, int], bool] = {}
    for edge in drawing.edges:
        for column in range(place[edge.source] + 1, place[edge.target]):
            lanes[edge.source, column] = lanes.get((edge.source, column), False) or drawing.is_lit(edge)
    return lanes
