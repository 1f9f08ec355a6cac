"""Assigns every vertex and edge of a drawing in columns to its rows.

A column contains its vertices, and lanes for the edges that pass on to a later column. Columns are placed from left to
right: the rows where the lines of one column leave are known when the rows where they arrive in the next are chosen,
and a row where another source leaves is left free.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from backprop_tutor.frozen import frozen
from backprop_tutor.lesson.document import Drawing, Edge, Vertex


@frozen(slots=True)
class Arrival:
    """The arrival of a line: the key of its source, its edge (none yet in a lane), whether it is highlighted."""

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
        """The number of rows for figures and arrivals."""
        return max(len(self.arrivals), self.vertex.height if self.vertex else 0, 1)

    @property
    def height(self) -> int:
        """The number of rows of the item; a vertex has an upper and a lower edge besides."""
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


@frozen(slots=True)
class Spot:
    """The place of an item: its first and last row, the arrival in each row, and the row its line leaves from."""

    item: Item
    top: int
    bottom: int
    arrivals: tuple[tuple[int, Arrival], ...]
    exit: int


def place(columns: list[list[Item]]) -> Iterator[list[Spot]]:
    """Places every column of items, with its free rows spread between the items."""
    height = max((sum(item.height for item in column) for column in columns), default=0)
    exits: dict[str, int] = {}
    for column in columns:
        spots = _placed(_sorted(column, exits), exits, height)
        exits = {spot.item.source: spot.exit for spot in spots}
        yield spots


def _sorted(column: list[Item], exits: Mapping[str, int]) -> list[Item]:
    """The vertices in the order given, each lane among them about as high as its source."""
    heights, lowest = [], 0.0
    for item in column:
        rows = [exits[arrival.source] for arrival in item.arrivals]
        height = sum(rows) / max(1, len(rows))
        lowest = max(lowest, height) if item.vertex else lowest
        heights.append(lowest if item.vertex else height)
    return [item for _, item in sorted(zip(heights, column, strict=True), key=lambda pair: pair[0])]


def _placed(column: list[Item], exits: Mapping[str, int], height: int) -> list[Spot]:
    spare = max(0, height - sum(item.height for item in column))
    spots: list[Spot] = []
    above = 0  # the number of rows the items above take
    for index, item in enumerate(column):
        wanted = above + spare * (2 * index + 1) // (2 * len(column))
        free = spots[-1].bottom + 1 if spots else 0
        spots.append(_spot(item, max(wanted, free), exits))
        above += item.height
    return spots


def _spot(item: Item, top: int, exits: Mapping[str, int]) -> Spot:
    arrivals = sorted(item.arrivals, key=lambda arrival: exits[arrival.source])
    sources = [arrival.source for arrival in arrivals]
    if not item.vertex:
        row = _rows(sources, top, exits)[0]
        return Spot(item, row, row, ((row, arrivals[0]),), row)
    choices = [_rows(sources, top + 1 + shift, exits) for shift in range(item.inner - len(sources) + 1)]
    rows = max(choices, key=lambda rows: sum(row == exits[source] for row, source in zip(rows, sources, strict=True)))
    bottom = max([top + item.inner, *rows]) + 1
    return Spot(item, top, bottom, tuple(zip(rows, arrivals, strict=True)), (top + bottom) // 2)


def _rows(sources: Iterable[str], first: int, exits: Mapping[str, int]) -> list[int]:
    """A row for each source from `first` on, none of them the row where another source leaves."""
    owner = {row: source for source, row in exits.items()}
    rows: list[int] = []
    for source in sources:
        row = rows[-1] + 1 if rows else first
        while owner.get(row, source) != source:
            row += 1
        rows.append(row)
    return rows
