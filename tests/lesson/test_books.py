"""A student with one of the five source documents open finds its formulas on the screen, letter by letter."""

from __future__ import annotations

import pytest

import backprop_tutor as bt
from backprop_tutor.lesson.teach import choose_view
from backprop_tutor.notation.table import NOTATIONS
from backprop_tutor.text import Lang

WIDE = 1000

BOOKS = [
    # 000, Θ and δ: forward with the bias unit, δ with g′(z) in place and the sign of a − y
    ("000", "two-two-two-one", "theta", "deltas", "z⁽²⁾₁ = Θ⁽¹⁾₁₀·1 + Θ⁽¹⁾₁₁·x₁ + Θ⁽¹⁾₁₂·x₂"),
    ("000", "two-two-two-one", "theta", "deltas", "z⁽³⁾₁ = Θ⁽²⁾₁₀·1 + Θ⁽²⁾₁₁·a⁽²⁾₁ + Θ⁽²⁾₁₂·a⁽²⁾₂"),
    ("000", "two-two-two-one", "theta", "deltas", "a⁽²⁾₁ = g(z⁽²⁾₁)"),
    ("000", "two-two-two-one", "theta", "deltas", "δ⁽⁴⁾₁ = a⁽⁴⁾₁ − y"),
    ("000", "two-two-two-one", "theta", "deltas", "δ⁽³⁾₂ = Θ⁽³⁾₁₂·δ⁽⁴⁾₁ · g′(z⁽³⁾₂)"),
    ("000", "two-two-two-one", "theta", "deltas", "δ⁽²⁾₂ = (Θ⁽²⁾₁₂·δ⁽³⁾₁ + Θ⁽²⁾₂₂·δ⁽³⁾₂) · g′(z⁽²⁾₂)"),
    # 001, six equations of the two-layer network, and their vectorised form
    ("001", "two-layer-classifier", "brackets", "matrix", "dz^[2] = a^[2] − y"),
    ("001", "two-layer-classifier", "brackets", "matrix", "dW^[2] = dz^[2] (a^[1])ᵀ"),
    ("001", "two-layer-classifier", "brackets", "matrix", "db^[2] = dz^[2]"),
    ("001", "two-layer-classifier", "brackets", "matrix", "dz^[1] = ((W^[2])ᵀ dz^[2]) ⊙ g^[1]′(z^[1])"),
    ("001", "two-layer-classifier", "brackets", "matrix", "dW^[1] = dz^[1] xᵀ"),
    ("001", "two-layer-classifier", "brackets", "matrix", "db^[1] = dz^[1]"),
    ("001", "two-layer-batch", "brackets", "matrix", "Z^[1] = W^[1] X + b^[1]"),
    ("001", "two-layer-batch", "brackets", "matrix", "A^[1] = g^[1](Z^[1])"),
    ("001", "two-layer-batch", "brackets", "matrix", "dZ^[2] = A^[2] − Y"),
    ("001", "two-layer-batch", "brackets", "matrix", "dW^[2] = ¼(dZ^[2] (A^[1])ᵀ)"),
    ("001", "two-layer-batch", "brackets", "matrix", "db^[2] = ¼(dZ^[2] 1)"),
    ("001", "two-layer-batch", "brackets", "matrix", "dZ^[1] = ((W^[2])ᵀ dZ^[2]) ⊙ g^[1]′(Z^[1])"),
    ("001", "two-layer-batch", "brackets", "matrix", "dW^[1] = ¼(dZ^[1] Xᵀ)"),
    ("001", "two-layer-batch", "brackets", "matrix", "db^[1] = ¼(dZ^[1] 1)"),
    ("001", "two-layer-batch", "brackets", "matrix", "J = ¼(L@1 + L@2 + L@3 + L@4)"),
    ("001 shapes", "two-layer-classifier", "brackets", "matrix", "dz^[1] (2, 1) · xᵀ (1, 3) → dW^[1] (2, 3)"),
    (
        "001 shapes",
        "two-layer-classifier",
        "brackets",
        "matrix",
        "(W^[2])ᵀ (2, 1) · dz^[2] (1, 1) ⊙ g^[1]′(z^[1]) (2, 1) → dz^[1] (2, 1)",
    ),
    # 001, logistic regression as a graph
    ("001", "logistic-regression", "brackets", "graph", "L = −(y·ln(a^[1]₁) + (1 − y)·ln(1 − a^[1]₁))"),
    ("001", "logistic-regression", "brackets", "graph", "da^[1]₁ = −y/a^[1]₁ + (1 − y)/(1 − a^[1]₁)"),
    ("001", "logistic-regression", "brackets", "matrix", "dz^[1] = a^[1] − y"),
    ("001", "logistic-regression", "brackets", "graph", "dW^[1]₁₃ = dz^[1]₁·∂z^[1]₁/∂W^[1]₁₃ = dz^[1]₁·x₃"),
    ("001", "logistic-regression", "brackets", "graph", "db^[1]₁ = dz^[1]₁·∂z^[1]₁/∂b^[1]₁ = dz^[1]₁"),
    # 002, the delta rule with δ = −∂E/∂net, for output and hidden units, in meaning (8), (16), (20)
    ("002 (8)", "single-unit", "pdp", "deltas", "Δw_(k,i1) = η·δ_k·o_i1"),
    ("002 (16)", "single-unit", "pdp", "deltas", "δ_k = −∂E/∂o_k · f′(net_k) = (d_k − o_k) · f′(net_k)"),
    ("002 (20)", "multi-output", "pdp", "deltas", "δ_j = Σ_k (δ_k·w_kj)·f′(net_j)"),
    # 003, equations 23 to 26 and the four that follow
    (
        "003 (24)",
        "quadratic-cost",
        "nielsen",
        "matrix",
        "An activation function of a vector works on each of its elements",
    ),
    ("003 (25)", "quadratic-cost", "nielsen", "matrix", "a³ = σ(z³)"),
    ("003 (26)", "quadratic-cost", "nielsen", "matrix", "C@1 = ½(a³₁@1 − y₁@1)² + ½(a³₂@1 − y₂@1)²"),
    ("003 (26)", "quadratic-cost", "nielsen", "matrix", "C = ⅓(C@1 + C@2 + C@3)"),
    ("003 BP2", "quadratic-cost", "nielsen", "matrix", "δ² = ((w³)ᵀ δ³) ⊙ σ′(z²)"),
    ("003 (23)", "mazur-with-biases", "nielsen", "paths", "z²₁ = w²₁₁·x₁ + w²₁₂·x₂ + b²₁"),
    ("003 (25)", "mazur-two-two-two", "nielsen", "matrix", "z² = w² x + b²"),
    ("003 (25)", "mazur-two-two-two", "nielsen", "matrix", "a² = σ(z²)"),
    ("003 (26)", "mazur-two-two-two", "nielsen", "paths", "C = ½(a³₁ − y₁)² + ½(a³₂ − y₂)²"),
    ("003 BP1", "mazur-two-two-two", "nielsen", "matrix", "δ³ = (a³ − y) ⊙ σ′(z³)"),
    ("003 BP2", "mazur-two-two-two", "nielsen", "matrix", "δ² = ((w³)ᵀ δ³) ⊙ σ′(z²)"),
    ("003 BP3", "mazur-with-biases", "nielsen", "matrix", "∂C/∂b³ = δ³"),
    ("003 BP4", "mazur-two-two-two", "nielsen", "matrix", "∂C/∂w³ = δ³ (a²)ᵀ"),
    # 004, the graph y = (a + b)(b c): along a path the product of its edges, where two paths meet their sum
    ("004", "sum-over-paths", "nodes", "graph", "through p  ∂y/∂p·∂p/∂b"),
    ("004", "sum-over-paths", "nodes", "graph", "∂y/∂b = 6 + 9 = 15"),
    # 004, the four steps for a weight
    ("004", "two-two-one", "nodes", "paths", "h(c) = W_ca·x_a + W_cb·x_b = 0.1·0.5 + 0.7·0.8 = 0.61"),
    ("004", "two-two-one", "nodes", "paths", "W_ca → h(c) → O(c) → h(e) → O(e) → L"),
    ("004", "two-two-one", "nodes", "paths", "O(c) = σ(h(c))   h(e) = W_ec·O(c) + W_ed·O(d)   O(e) = σ(h(e))"),
    ("004", "two-two-one", "nodes", "paths", "∂L/∂W_ec = ∂L/∂O(e) · ∂O(e)/∂h(e) · ∂h(e)/∂W_ec"),
    ("004", "two-two-one", "nodes", "paths", "W_ec ← W_ec − α·∂L/∂W_ec = 0.4 − 0.1·(−0.0522664) ≈ 0.405227"),
]


@pytest.mark.parametrize(
    ("notation", "said"),
    [
        ("brackets", "dz^[2]₁@1 belongs to one example's own loss: it is 4 times ∂J/∂z^[2]₁@1"),
        ("theta", "δ⁽³⁾₁@1 belongs to one example's own loss: it is 4 times ∂J/∂z⁽³⁾₁@1"),
        ("pdp", "δ₆@1 belongs to one example's own loss: it is −4 times ∂E_tot/∂net₆@1"),
    ],
)
def test_the_scale_of_an_error_signal_is_said_once(notation: str, said: str) -> None:
    """With its sign, where the cost is a mean and the book's signal is that of a single example."""
    for view in ("deltas", "matrix"):
        document = bt.teach(bt.run(bt.load("two-layer-batch")), notation=notation, view=view)
        assert bt.render(document, "text", width=WIDE).count(said) == 1


MEAN = {
    "en": "δ³₁@1 is a derivative of that mean and holds its 1/4: the error of the example alone is 4 times it.",
    "zh": "δ³₁@1 是对这个平均求的导数，已含 1/4；样本单独的误差项是它的 4 倍。",
}


@pytest.mark.parametrize("lang", MEAN)
@pytest.mark.parametrize("view", ["paths", "deltas", "matrix"])
def test_a_delta_of_the_mean_says_how_it_stands_to_that_of_one_example(view: str, lang: Lang) -> None:
    """Once, where several examples are averaged; of one example alone, or of a sum, there is nothing to say."""
    batch = bt.load("two-layer-batch")
    assert (
        bt.render(bt.teach(bt.run(batch), lang, notation="nielsen", view=view), "text", width=WIDE).count(MEAN[lang])
        == 1
    )
    alone = bt.render(bt.teach(bt.run(bt.load("two-two-one")), lang, notation="nielsen", view=view), "text", width=WIDE)
    assert {"en": "of that mean", "zh": "这个平均"}[lang] not in alone


LEGEND = {
    "nielsen": (
        "w²₁₃ leads from",
        "$w^{2}_ {13}$ leads from",
        "x₁@2 belongs to",
        r"$x^{\langle 2 \rangle}_ {1}$ belongs to",
    ),
    "brackets": (
        "W^[1]₂₁ leads",
        "$W^{[1]}_ {21}$ leads",
        "x₁@2 belongs to",
        r"$x^{\langle 2 \rangle}_ {1}$ belongs to",
    ),
    "theta": (
        "Θ⁽¹⁾₂₁ leads",
        r"$\Theta^{(1)}_ {21}$ leads",
        "x₁@2 belongs to",
        r"$x^{\langle 2 \rangle}_ {1}$ belongs to",
    ),
    "pdp": ("w_ji leads", "$w_{ji}$ leads", "o₁@2 belongs to", r"$o^{\langle 2 \rangle}_ {1}$ belongs to"),
}


@pytest.mark.parametrize("notation", LEGEND)
def test_the_legend_is_written_as_the_output_writes_formulas(notation: str) -> None:
    """A reader of Markdown looks for a raised ⟨2⟩, not for the @2 of a terminal."""
    document = bt.teach(bt.run(bt.load("two-layer-batch")), notation=notation)
    texts = bt.render(document, "text", width=WIDE), bt.render(document, "markdown")
    weight, in_markdown, example, example_in_markdown = LEGEND[notation]
    assert weight in texts[0]
    assert example in texts[0]
    assert in_markdown in texts[1]
    assert example_in_markdown in texts[1]
    assert "@2" not in texts[1].partition("```mermaid")[0] + texts[1].rpartition("```")[2]


def test_what_is_written_for_one_example_is_said_to_hold_for_all() -> None:
    """Path and functions are those of the first example; what is reused is the signal of every one."""
    text = bt.render(bt.teach(bt.run(bt.load("two-layer-batch")), notation="nielsen", view="paths"), "text", width=WIDE)
    assert "Written for the first example. Each of the 4 examples has the same path" in text
    assert "δ³₁@1, δ³₁@2, δ³₁@3, δ³₁@4 reused" in text
    assert "first example" not in bt.render(bt.teach(bt.run(bt.load("two-two-one"))), "text", width=WIDE)


@pytest.mark.parametrize(
    ("notation", "name", "view"),
    [("pdp", "two-two-one", "deltas"), ("nielsen", "two-two-one", "paths"), ("pdp", "sum-over-paths", "graph")],
)
def test_a_book_has_the_view_it_lives_by(notation: str, name: str, view: str) -> None:
    """The delta rule is told in error signals; an expression graph has none."""
    assert choose_view(bt.load(name).graph, NOTATIONS[notation], None).name == view


@pytest.mark.parametrize(("lang", "between"), [("en", "), b"), ("zh", ")、b")])
def test_shapes_are_listed_with_the_commas_of_the_language(lang: Lang, between: str) -> None:
    """Chinese has a comma of its own between the entries of a list."""
    document = bt.teach(bt.run(bt.load("two-layer-classifier")), lang, notation="brackets", view="matrix")
    assert f"(2, 3{between}^[1] ~ db^[1] (2, 1)" in bt.render(document, "text", width=WIDE)


@pytest.mark.parametrize(("book", "name", "notation", "view", "formula"), BOOKS)
def test_the_formula_stands_there_as_the_book_writes_it(
    book: str, name: str, notation: str, view: str, formula: str
) -> None:
    """Letters, indices, sign and order are those of the document."""
    document = bt.teach(bt.run(bt.load(name)), notation=notation, view=view)
    assert formula in bt.render(document, "text", width=WIDE), f"{book}: {formula}"
