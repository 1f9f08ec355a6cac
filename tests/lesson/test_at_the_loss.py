"""What is said between the loss and the output layer is true for its activation: no elementwise rule under a softmax."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

import backprop_tutor as bt
from backprop_tutor.notation.table import NOTATIONS
from tests.cli.calls import called

JOINT = "Σ_k ("
ELEMENTWISE = ("⊙ σ′(z^L)", "(d_k − o_k)·f′(net_k)", "∂L/∂W_ij = ∂L/∂O(i) · ")


def told(scenario: str | Path, view: str, notation: str) -> str:
    """The backward pass as text."""
    return bt.render(
        bt.teach(bt.run(bt.load(scenario)), notation=notation, view=view, only="backward"), "text", width=160
    )


def squared_softmax(folder: Path, examples: int = 2) -> Path:
    """A single layer of softmax behind a squared error, units with names."""
    layer = {"units": ["p", "q", "r"], "activation": "softmax", "weights": [[1, 2], [0.5, 0.25], [0, 1]]}
    rows = [{"x": [1, 2], "y": [0, 1, 0]}, {"x": [1, 0], "y": [1, 0, 0]}]
    network = {"inputs": ["s", "t"], "layers": [layer]}
    file = folder / "softmax.yaml"
    file.write_text(json.dumps({"title": "t", "network": network, "data": rows[:examples]}))
    return file


@pytest.mark.parametrize("view", ["deltas", "matrix"])
@pytest.mark.parametrize("notation", NOTATIONS)
def test_under_a_softmax_the_rule_sums_over_the_outputs(view: str, notation: str, tmp_path: Path) -> None:
    """δ_j = Σ_k ∂C/∂a_k · ∂a_k/∂z_j in every notation, and nothing that a learner would read as the diagonal alone."""
    text = told(squared_softmax(tmp_path), view, notation)
    assert JOINT in text
    assert not any(rule in text for rule in ELEMENTWISE)


def test_elsewhere_the_rule_of_the_book_stands() -> None:
    """A sigmoid layer keeps the element-by-element rule and says nothing of sums over outputs."""
    text = told("mazur-two-two-two", "deltas", "nielsen")
    assert ELEMENTWISE[0] in text
    assert JOINT not in text


@pytest.mark.parametrize("view", ["deltas", "matrix"])
@pytest.mark.parametrize(
    ("scenario", "cancelled"),
    [("softmax-classifier", "= a³₁(y₁ + y₂ + y₃) − y₁"), ("xor", "(a³₁@1 − y₁@1)/(a³₁@1·(1 − a³₁@1))")],
)
def test_the_fold_to_a_minus_y_is_derived_before_it_is_used(view: str, scenario: str, cancelled: str) -> None:
    """Why a − y, term by term, above the first line that uses it."""
    text = told(scenario, view, "nielsen")
    assert "the denominators cancel" in text
    assert text.index(cancelled) < text.index("δ³ = " if view == "matrix" else "δ³₁", text.index("denominators"))


@pytest.mark.parametrize(("examples", "owned"), [(1, ""), (2, "@1")])
def test_in_matrices_a_softmax_has_its_jacobian(examples: int, owned: str, tmp_path: Path) -> None:
    """δ = Jᵀ ∂C/∂a; of several examples the first one's."""
    text = told(squared_softmax(tmp_path, examples), "matrix", "nielsen")
    assert f"δ²{owned} = (∂a²{owned}/∂z²{owned})ᵀ ∂C/∂a²{owned}" in text


@pytest.mark.parametrize(("notation", "before"), [("nielsen", "δ²₁@1"), ("theta", "∂J/∂Θ⁽¹⁾₁₁ = ½")])
def test_the_share_of_an_example_is_named_where_it_comes_in(notation: str, before: str, tmp_path: Path) -> None:
    """With the loss where δ belongs to the mean, with the gradients where it belongs to one example."""
    text = told(squared_softmax(tmp_path), "deltas", notation)
    assert text.count("The factor ½ is the share") == 1
    assert text.index("The factor ½ is the share") < text.index(before)


def test_paths_through_a_softmax_start_at_the_loss(tmp_path: Path) -> None:
    """Along every path the derivative of the loss by an output is written out, not taken from nowhere."""
    text = told(squared_softmax(tmp_path, 1), "paths", "nielsen")
    assert "(a²₁ − y₁)·a²₁(1 − a²₁) + (a²₂ − y₂)·(−a²₂·a²₁) + (a²₃ − y₃)·(−a²₃·a²₁)" in text


BESIDE_THE_LOSS = """
title: a softmax beside its loss
graph:
  inputs: {x: [1, 2], y: [0, 1]}
  parameters: {W: [[0.5, -0.3], [0.1, 0.8]]}
  nodes: {z: W @ x, a: softmax(z), L: "sum(-y * log_softmax(z))"}
  output: L
training: {learning_rate: 0.1}
"""
BATCH = (
    BESIDE_THE_LOSS.replace("{x: [1, 2], y: [0, 1]}", "[x, y]")
    + "data: [{x: [1, 2], y: [0, 1]}, {x: [3, 1], y: [1, 0]}]\n"
)


def test_a_drawing_has_the_edges_of_the_formulas(tmp_path: Path) -> None:
    """The loss names z, so that no arrow leads from the output to it, though its derivative comes from there."""
    (tmp_path / "a.yaml").write_text(BESIDE_THE_LOSS, encoding="utf-8")
    drawn = called("graph", str(tmp_path / "a.yaml"), "--format", "mermaid").out
    names = dict(re.findall(r"^  (v\d+)\[\"([^<]*)<", drawn, re.MULTILINE))
    edges = {(names[a], names[b]) for a, b in re.findall(r"^  (v\d+) --> (v\d+)$", drawn, re.MULTILINE)}
    assert {("W", "z"), ("x", "z"), ("z", "a"), ("y", "L")} < edges
    assert not [edge for edge in edges if edge[0] == "a"]


@pytest.mark.parametrize("text", [BESIDE_THE_LOSS, BATCH])
def test_the_derivative_of_the_result_by_itself_is_called_so(tmp_path: Path, text: str) -> None:
    """It is 1 because of that, not because somebody gave it; of one example and of several, in both languages."""
    (tmp_path / "a.yaml").write_text(text, encoding="utf-8")
    for lang, words in (("en", "derivative of the result with respect to itself"), ("zh", "结果对自身的导数")):
        told = called("run", str(tmp_path / "a.yaml"), "--focus", "grads.loss", "--lang", lang).out
        assert words in told
        assert "as given" not in told
        assert "题目给定" not in told
