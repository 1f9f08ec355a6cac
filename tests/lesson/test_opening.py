"""How a lesson opens and ends: what the author left out is said, what they say after a blank line stands at the end."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import backprop_tutor as bt
from backprop_tutor.lesson.document import Equation, Section


def lesson(folder: Path, lang: str = "en", **more: object) -> str:
    """The lesson of a small network with these keys beside it."""
    layer = {"units": 1, "activation": "sigmoid", "weights": [[0.5]]}
    scenario = {"title": "t", "network": {"inputs": 1, "layers": [layer]}, "data": [{"x": 1, "y": 0}], **more}
    file = folder / "small.yaml"
    file.write_text(json.dumps(scenario))
    return bt.render(bt.teach(bt.run(bt.load(file)), lang), "text", width=120)  # type: ignore[arg-type]


SAID = {
    "en": ("The file names no loss: ½ squared error is taken.", "The file names no learning rate: η = 0.1 is taken."),
    "zh": ("文件里没有写损失函数，这里取 ½ 平方误差。", "文件里没有写学习率，这里取 η = 0.1。"),
}


@pytest.mark.parametrize("lang", SAID)
def test_a_default_that_the_author_did_not_write_is_said_once(lang: str, tmp_path: Path) -> None:
    """Loss and learning rate, in either language, in the first of several steps."""
    text = lesson(tmp_path, lang, training={"steps": 2})
    assert [text.count(sentence) for sentence in SAID[lang]] == [1, 1]


def test_what_the_author_wrote_is_not_said_to_be_missing(tmp_path: Path) -> None:
    """The same values, written: no word about them."""
    text = lesson(tmp_path, loss="half_squared_error", training={"learning_rate": 0.1})
    assert "The file names no" not in text
    assert "The file names no" not in bt.render(bt.teach(bt.run(bt.load("circuits"))), "text")


def test_the_description_after_a_blank_line_stands_at_the_end(tmp_path: Path) -> None:
    """What was asked for first, then what it is about, the derivation, and an erratum below it."""
    text = lesson(tmp_path, description="First things.\n\nErratum: last things.")
    assert text.index("Results") < text.index("First things.") < text.index("Did it help?") < text.index("Erratum")


def test_the_erratum_of_the_course_page_does_not_open_the_lesson() -> None:
    """The bundled scenario keeps its erratum, below the lesson, and calls no document by a number."""
    text = bt.render(bt.teach(bt.run(bt.load("two-two-one"))), "text")
    assert text.index("Did it help?") < text.index("Erratum") < text.index("0.648366218")
    assert "document 00" not in text


def test_what_a_derivative_foretells_is_near_the_change_not_equal_to_it() -> None:
    """One symbol, one value: ΔL ≈ ∂L/∂w·Δw is the forecast, ΔL = after − before the change."""
    (section,) = bt.teach(bt.run(bt.load("two-two-one")), nudge="W_ec").blocks
    assert isinstance(section, Section)
    _, foretold, real, _ = section.blocks
    assert isinstance(foretold, Equation)
    assert isinstance(real, Equation)
    assert (foretold.left, foretold.links[0].sign, real.links[0].sign) == (real.left, "≈", "=")


def test_a_sign_is_resolved_where_a_number_is_put_in(tmp_path: Path) -> None:
    """σ(−0.5) is 1/(1 + e^0.5), not 1/(1 + e^(−(−0.5)))."""
    text = lesson(tmp_path, data=[{"x": -1, "y": 0}])
    assert "σ(z⁽¹⁾₁) = 1/(1 + e^0.5)" in text


def test_zero_is_put_in_without_a_sign(tmp_path: Path) -> None:
    """tanh(0) is (e⁰ − e⁰)/(e⁰ + e⁰): there is no −0."""
    layer = {"units": 1, "activation": "tanh", "weights": [[0]]}
    text = lesson(tmp_path, network={"inputs": 1, "layers": [layer]})
    assert "tanh(z⁽¹⁾₁) = (e⁰ − e⁰)/(e⁰ + e⁰) = 0" in text


def test_a_penalty_is_written_with_the_figures_of_its_author() -> None:
    """λ/2 with λ = 0.3 is 0.3/2, not 3/20; its derivative has 0.3."""
    text = bt.render(bt.teach(bt.run(bt.load("weight-penalty"))), "text", width=200)
    assert "(0.3/2)·(" in text
    assert "0.3·W^[2]₁₁" in text
    assert "3/20" not in text
    assert "3/10" not in text
