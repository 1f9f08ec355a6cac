"""A mistake addresses an operation and its argument: it holds for operations and graphs that the catalogue never saw."""

from __future__ import annotations

import numpy as np
import pytest

import backprop_tutor as bt
from backprop_tutor.formula.nodes import Role
from backprop_tutor.formula.parse import parse
from backprop_tutor.graph.array import Array
from backprop_tutor.graph.expressions import expression_graph
from backprop_tutor.graph.graph import Graph, Node
from backprop_tutor.graph.op import Op
from backprop_tutor.graph.scenario import Scenario
from backprop_tutor.practice.mistakes.catalogue import MISTAKES
from backprop_tutor.practice.mistakes.sites import uses
from backprop_tutor.scenario.bundled import bundled
from backprop_tutor.text import same
from backprop_tutor.whatif.intervention import Intervention


def _product_vjp(g: Array, _: Array, M: Array, v: Array) -> tuple[Array, Array]:
    return g @ np.swapaxes(v, -1, -2), np.swapaxes(M, -1, -2) @ g


def _loss(p: Array, q: Array) -> Array:
    return (p * q).sum(axis=-2, keepdims=True)


def scenario() -> Scenario:
    """L = Σ (M v) ⊙ (N v): two products with square matrices, v used twice, under names no layer has."""
    product = Op("product", ("matrix", "vector"), lambda M, v: M @ v, _product_vjp)
    nodes = (
        Node("v", Role.INPUT),
        Node("M", Role.WEIGHT, axes=2, shared=True),
        Node("N", Role.WEIGHT, axes=2, shared=True),
        Node("p", Role.NODE, product, (1, 0)),
        Node("q", Role.NODE, product, (2, 0)),
        Node("L", Role.NODE, Op("dot", ("p", "q"), _loss, lambda g, _, p, q: (g * q, g * p)), (3, 4), axes=0),
        Node("loss", Role.LOSS, expression_graph(["L"], [], {"y": parse("L")}, "y").nodes[-1].op, (5,), shared=True),
    )
    draw = np.random.default_rng(3)
    graph = Graph(nodes, losses=5)
    parameters = {name: draw.uniform(-1, 1, (2, 2)) for name in "MN"}
    return Scenario(same("products"), graph, {"v": draw.uniform(-1, 1, (2, 1))}, parameters)


def adjoints(mistake: str, where: str, wanted: str) -> tuple[Array, Array]:
    """dL/d of a node, right and with a mistake at the site of that name."""
    given = scenario()
    site = next(site for site in MISTAKES[mistake].sites(given) if site.where.en == where)
    traces = [next(Intervention.single(*changes).walk(given, 1)).trace for changes in ((), (site.changes,))]
    return traces[0].adjoint(wanted), traces[1].adjoint(wanted)


@pytest.mark.parametrize("name", ["M", "N"])
def test_any_square_matrix_of_parameters_can_be_transposed(name: str) -> None:
    """What is sent back to M is transposed, whatever the operation is called."""
    right, wrong = adjoints("outer-product-transposed", name, name)
    np.testing.assert_array_equal(wrong, right.T)


def test_what_is_used_twice_has_two_paths() -> None:
    """Through M v alone, dL/dv is Mᵀ (N v); both paths together are the right one."""
    right, first = adjoints("one-path-only", "v: only through p", "v")
    _, second = adjoints("one-path-only", "v: only through q", "v")
    np.testing.assert_allclose(first + second, right, rtol=1e-14)


def test_in_a_dense_network_every_number_goes_one_way_between_layers() -> None:
    """No line of a bundled network of dense layers is a second use: a loss and its last activation are fused or apart."""
    for entry in bundled():
        graph = bt.load(entry.name).graph
        if graph.dense:
            nodes = [node for _, node in uses(graph)]
            assert len(nodes) == len(set(nodes)), entry.name
