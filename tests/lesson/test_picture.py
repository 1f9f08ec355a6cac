"""Pictures of networks and graphs: what stands in them, and what does not."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest

import backprop_tutor as bt
from backprop_tutor.errors import TutorError
from backprop_tutor.formula.nodes import Role
from backprop_tutor.formula.printing.unicode import unicode
from backprop_tutor.lesson.document import Drawing, Equation
from backprop_tutor.lesson.drawing import Stage
from backprop_tutor.lesson.picture import Shown, lesson_of, matrices, picture
from backprop_tutor.notation.table import NOTATIONS
from backprop_tutor.render.words import plain_words
from backprop_tutor.scenario.bundled import bundled
from tests.conftest import side_by_side

FORWARD = Shown("forward")
MISSING = """
title: t
network:
  inputs: [a, b]
  layers: [{units: [c, d], activation: tanh, weights: [[0.3, null], [-0.2, 0.5]]}]
data: [{x: [1, 2], y: [0, 1]}]
"""


def drawn(name: str | Path, shown: Shown = FORWARD, notation: str | None = None) -> Drawing:
    """The picture of a scenario."""
    return picture(lesson_of(bt.run(bt.load(name)), "en", notation), shown)


def figures(drawing: Drawing) -> dict[str, tuple[str, ...]]:
    """What stands in each vertex, by its name."""
    return {unicode(v.name): tuple(map(plain_words, v.figures)) for v in drawing.vertices}


def labels(drawing: Drawing) -> dict[str, str]:
    """The label of each edge, by the names of its ends."""
    names = {vertex.key: unicode(vertex.name) for vertex in drawing.vertices}
    return {f"{names[edge.source]}{names[edge.target]}": plain_words(edge.label) for edge in drawing.edges}


def test_the_start_shows_what_is_given() -> None:
    """Inputs, weights and the target; nothing that has to be computed."""
    drawing = drawn("two-two-one", Shown("start"))
    assert figures(drawing) == {
        "x_a": ("x_a = 0.5",),
        "x_b": ("x_b = 0.8",),
        "c": (),
        "d": (),
        "e": (),
        "L": ("y = 1",),
    }
    assert labels(drawing) == {
        "x_ac": "0.1",
        "x_bc": "0.7",
        "x_ad": "0.3",
        "x_bd": "0.2",
        "ce": "0.4",
        "de": "0.6",
        "eL": "",
    }


def test_the_forward_pass_adds_the_values() -> None:
    """What each unit receives and gives, and the loss."""
    shown = figures(drawn("two-two-one", Shown("forward")))
    assert shown["c"] == ("h(c) = 0.61", "O(c) ≈ 0.6479")
    assert shown["L"] == ("y = 1", "L ≈ 0.06235")


def test_the_backward_pass_adds_the_derivatives() -> None:
    """In each unit from behind to before, on each weight in brackets."""
    drawing = drawn("two-two-one", Shown("backward"))
    assert figures(drawing)["e"][2:] == ("∂L/∂O(e) ≈ −0.3531", "∂L/∂h(e) ≈ −0.08067")
    assert labels(drawing)["ce"] == "0.4 (∂ −0.05227)"


def test_what_comes_back_along_an_edge_adds_up_in_its_node() -> None:
    """In (a + b)·bc the derivative by b is 15: 6 come back through a + b, 9 through bc."""
    drawing = drawn("sum-over-paths", Shown("backward"))
    assert (labels(drawing)["bp"], labels(drawing)["bq"]) == ("6", "9")
    assert figures(drawing)["b"] == ("b = 2", "∂y/∂b = 15")
    assert figures(drawing)["p"] == ("a + b", "p = 3", "∂y/∂p = 6")


def test_a_missing_connection_is_not_drawn(tmp_path: Path) -> None:
    """Of the four connections the one that is null has no edge."""
    file = tmp_path / "m.yaml"
    file.write_text(MISSING)
    assert {ends for ends, label in labels(drawn(file)).items() if label} == {"x_ac", "x_ad", "x_bd"}


@pytest.mark.parametrize(
    ("focus", "vertices", "edges"),
    [
        ("W_ca", {"c", "e", "L"}, {"x_ac", "ce", "eL"}),
        ("dL/dW_ed", {"e", "L"}, {"de", "eL"}),
        ("x_b", {"x_b", "c", "d", "e", "L"}, {"x_bc", "x_bd", "ce", "de", "eL"}),
        ("h(d)", {"d", "e", "L"}, {"de", "eL"}),
    ],
)
def test_the_way_to_the_loss_is_lit(focus: str, vertices: set[str], edges: set[str]) -> None:
    """Everything that a change of the quantity goes through, and nothing else."""
    drawing = drawn("two-two-one", Shown(focus=focus))
    names = {vertex.key: unicode(vertex.name) for vertex in drawing.vertices}
    assert {names[vertex.key] for vertex in drawing.vertices if vertex.key in drawing.lit} == vertices
    lit = {f"{names[edge.source]}{names[edge.target]}" for edge in drawing.edges if drawing.is_lit(edge)}
    assert lit == edges


def test_the_way_through_an_expression_graph_is_lit() -> None:
    """From a the way leads through p alone."""
    drawing = drawn("sum-over-paths", Shown(focus="a"))
    assert {vertex.key for vertex in drawing.vertices if vertex.key in drawing.lit} == {
        "values.a",
        "values.p",
        "values.y",
    }


@pytest.mark.parametrize(("turn", "name"), list(enumerate(entry.name for entry in bundled())))
def test_every_bundled_scenario_can_be_drawn(turn: int, name: str) -> None:
    """At every stage and in every notation that fits it, one vertex per unit or node and one edge per weight."""
    scenario = bt.load(name)
    graph = scenario.graph
    expected = sum(w.size for n, w in scenario.parameters.items() if graph.dense and n.startswith("W"))
    notations = [notation.name for notation in NOTATIONS.values() if notation.fits(graph)]
    for stage, notation in side_by_side(turn, get_args(Stage), notations):
        drawing = drawn(name, Shown(stage), notation)
        assert sum(edge.role == Role.WEIGHT for edge in drawing.edges) == expected


def test_one_example_of_several_is_shown() -> None:
    """The values are those of the example asked for; one that is not there is an error."""
    first, second = (figures(drawn("xor", Shown(example=number))) for number in (1, 2))
    assert list(first.values()) != list(second.values())
    with pytest.raises(TutorError, match="no example 5; the step has 4"):
        drawn("xor", Shown(example=5))


def test_a_wide_network_is_told_in_matrices(tmp_path: Path) -> None:
    """Seventeen units are too many to draw; the weight matrices are shown, the middle of them left out."""
    file = tmp_path / "w.yaml"
    layer = "{units: 17, activation: sigmoid, weights: {init: normal, std: 1, seed: 1}}"
    file.write_text(f"title: t\nnetwork: {{inputs: 2, layers: [{layer}]}}\ndata: [{{x: [1, 2], y: {[0] * 17}}}]\n")
    with pytest.raises(TutorError, match="a layer of 17 units is too large"):
        drawn(file)
    document = matrices(lesson_of(bt.run(bt.load(file)), "en"))
    assert document is not None
    (equation,) = (block for block in document.blocks if isinstance(block, Equation))
    assert "⋮" in unicode(equation.links[0].right)
    assert matrices(lesson_of(bt.run(bt.load("two-two-one")), "en")) is None
