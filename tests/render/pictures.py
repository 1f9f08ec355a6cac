"""Drawings of networks and graphs."""

from __future__ import annotations

from backprop_tutor.formula.nodes import Role, Sym
from backprop_tutor.lesson.document import Drawing, Edge, Vertex
from tests.render.parts import L, given, math, num, o, words

PATH = frozenset({"x_a", "c", "e", "loss", "W_ca", "W_ec"})


def network_drawing() -> Drawing:
    """The 2-2-1 network and its loss, the path of one weight highlighted."""
    vertices = (
        Vertex("x_a", given("a"), (math(num("0.5")),), 0, Role.INPUT),
        Vertex("x_b", given("b"), (math(num("0.8")),), 0, Role.INPUT),
        Vertex("c", o("c"), (math(num("0.647941")),), 1, Role.ACTIVATION),
        Vertex("d", o("d"), (math(num("0.576885")),), 1, Role.ACTIVATION),
        Vertex("e", o("e"), (math(num("0.646870")),), 2, Role.ACTIVATION),
        Vertex("loss", L, (math(num("0.0623505")),), 3, Role.LOSS),
    )
    first = (("x_a", "c", "0.1"), ("x_b", "c", "0.7"), ("x_a", "d", "0.3"), ("x_b", "d", "0.2"))
    second = (("c", "e", "0.4"), ("d", "e", "0.6"))
    weights = (Edge(a, b, math(num(text)), Role.WEIGHT, f"W_{b}{a[-1]}") for a, b, text in (*first, *second))
    return Drawing(vertices, (*weights, Edge("e", "loss", (), Role.LOSS)), PATH)


def layers(*sizes: int, label: str = "0.{}{}{}", lit: frozenset[str] = frozenset()) -> Drawing:
    """A fully connected network; unit j of layer l is called nlj."""
    units = [(layer, j) for layer, size in enumerate(sizes) for j in range(size)]
    vertices = tuple(Vertex(f"n{layer}{j}", Sym(f"n{layer}{j}"), (), layer, Role.ACTIVATION) for layer, j in units)
    edges = tuple(
        Edge(f"n{layer - 1}{k}", f"n{layer}{j}", words(label.format(layer, j, k)), Role.WEIGHT)
        for layer, j in units
        if layer
        for k in range(sizes[layer - 1])
    )
    return Drawing(vertices, edges, lit)


def graph(*edges: tuple[str, str], lit: frozenset[str] = frozenset()) -> Drawing:
    """An expression graph, each node right of everything it uses; edges are given in an order of computation."""
    depth: dict[str, int] = {}
    for source, target in edges:
        depth[target] = max(depth.get(target, 0), depth.setdefault(source, 0) + 1)
    vertices = tuple(Vertex(name, Sym(name), (words("1.5"),), column, Role.NODE) for name, column in depth.items())
    return Drawing(vertices, tuple(Edge(source, target, (), Role.NODE) for source, target in edges), lit)


NETWORKS = {
    "2-2-1": layers(2, 2, 1),
    "2-3-2": layers(2, 3, 2),
    "5-3": layers(5, 3),
    "5-5": layers(5, 5),
    "1-1-1-1": layers(1, 1, 1, 1),
    "2-2-1-path": layers(2, 2, 1, lit=frozenset({"n00", "n11", "n20"})),
    "chinese-labels": layers(2, 2, label="权重{}{}{}"),
}
GRAPHS = {
    "sum-over-paths": graph(("a", "p"), ("b", "p"), ("b", "q"), ("c", "q"), ("p", "y"), ("q", "y")),
    "skip": graph(("x", "u"), ("w", "u"), ("u", "z"), ("b", "z"), ("z", "s"), ("s", "L"), ("t", "L")),
    "square": graph(("x", "u"), ("x", "u"), ("u", "v"), ("x", "v"), ("v", "y"), ("x", "y")),
    "chain": graph(("x", "s"), ("s", "e"), ("e", "c")),
}
PICTURES = {**NETWORKS, **GRAPHS}
