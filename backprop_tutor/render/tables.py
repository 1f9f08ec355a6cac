"""Renders a drawing too dense to be followed by eye as tables: the weights between each two columns as a matrix.

Rows are the targets and columns the sources, as in W; at a missing connection the cell is empty. Where some edges are
labelled, columns joined only by edges without a label, such as the outputs and the loss, need no table.
"""

from __future__ import annotations

from collections import Counter

from backprop_tutor.formula.nodes import Matrix
from backprop_tutor.lesson.document import Align, Block, Drawing, Edge, Flow, Math, Table, Text, Vertex, Words
from backprop_tutor.lesson.inline import derivation

_COLON, _AND = Text(": "), Text(", ")
_RIGHT: Align = "right"
_PRESENT = (Text("•"),)  # an edge without a label


def is_dense(drawing: Drawing, most: int) -> bool:
    """Whether more than `most` edges lead into one column, too many to be followed."""
    column = {vertex.key: vertex.column for vertex in drawing.vertices}
    return max(Counter(column[edge.target] for edge in drawing.edges).values(), default=0) > most


def in_tables(drawing: Drawing) -> tuple[Block, ...]:
    """The vertices of each column with their figures, and a table of edges for each pair of columns that edges connect.

    Arrays with nothing but their numbers are equations. Empty for a drawing that repeats what is shown before it.
    """
    if drawing.repeats:
        return ()
    grids = [(v.name, v.grid) for v in drawing.vertices if v.grid and not v.figures]
    if len(grids) == len(drawing.vertices):
        return tuple(derivation(name, Matrix(grid.rows)) for name, grid in grids)
    places = {vertex.key: vertex for vertex in drawing.vertices}
    between: dict[tuple[int, int], list[Edge]] = {}
    labelled = any(edge.label for edge in drawing.edges)
    for edge in drawing.edges:
        pair = (places[edge.source].column, places[edge.target].column)
        between.setdefault(pair, []).append(edge)
    tables = (
        _table(drawing, edges)
        for _, edges in sorted(between.items(), key=lambda item: item[0])
        if not labelled or any(edge.label for edge in edges)
    )
    columns = sorted({vertex.column for vertex in drawing.vertices})
    flows = (Flow(tuple(_named(each) for each in drawing.vertices if each.column == column)) for column in columns)
    return (*flows, *tables)


def _named(vertex: Vertex) -> Words:
    """``O(c): h(c) = 0.61, O(c) ≈ 0.647941``; the name only once if its only figure begins with it: ``x = 1``."""
    match vertex.figures:
        case ((Math(formula=name), *_) as figure,) if name == vertex.name:
            return figure
        case figures:
            listed = (inline for i, figure in enumerate(figures) for inline in (_AND if i else _COLON, *figure))
            return (Math(vertex.name), *listed)


def _table(drawing: Drawing, edges: list[Edge]) -> Table:
    labels: dict[tuple[str, str], Words] = {}
    for edge in edges:
        before = labels.get((edge.target, edge.source), ())
        labels[edge.target, edge.source] = (*before, *([_AND] if before else []), *(edge.label or _PRESENT))
    sources = [vertex for vertex in drawing.vertices if any(vertex.key == source for _, source in labels)]
    targets = [vertex for vertex in drawing.vertices if any(vertex.key == target for target, _ in labels)]
    header: tuple[Words, ...] = ((), *((Math(source.name),) for source in sources))
    rows = (
        ((Math(target.name),), *(labels.get((target.key, source.key), ()) for source in sources)) for target in targets
    )
    return Table(header, tuple(rows), ("left", *([_RIGHT] * len(sources))))
