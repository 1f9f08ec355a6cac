"""What is said between the loss and the output layer is true for its activation: no elementwise rule under a softmax."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import backprop_tutor as bt
from backprop_tutor.notation.table import NOTATIONS

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
