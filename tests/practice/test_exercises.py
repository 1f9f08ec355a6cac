"""The 25 kinds of exercise of the manual: each has its scenarios, and fresh numbers of it are well posed."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import backprop_tutor as bt
from backprop_tutor.practice.course.course import read_course
from backprop_tutor.practice.exercise import variant as module
from backprop_tutor.practice.exercise.exercise import exercise
from backprop_tutor.practice.exercise.variant import fit, is_smooth, variant
from backprop_tutor.scenario.bundled import bundled, card
from backprop_tutor.text import LANGUAGES
from backprop_tutor.training.train_step import run_scenario
from tests.cli.calls import called

PAGE = Path(__file__).parents[2] / "docs" / "manual" / "exercises.md"
ROW = re.compile(
    r"^\| (?P<kind>[^|]+) \| (?P<level>[123]) \| (?P<names>(?:`[\w-]+`(?:, )?)+) \| `(?P<unit>[\w-]+)` \|$",
    re.MULTILINE,
)
KINDS = {
    found["kind"]: (int(found["level"]), re.findall(r"`([\w-]+)`", found["names"]))
    for found in ROW.finditer(PAGE.read_text("utf-8"))
}
UNITS = {found["kind"]: found["unit"] for found in ROW.finditer(PAGE.read_text("utf-8"))}
NAMES = tuple(dict.fromkeys(name for _, names in KINDS.values() for name in names))
CARDS = {entry.name: card(entry) for entry in bundled()}
TIES = ("max-pooling-tie", "lenet-step")
FIXED = ("lenet-step", "gradient-check")


def test_there_are_25_kinds() -> None:
    """No more and no less."""
    assert len(KINDS) == 25


def test_each_is_taught_where_the_page_says() -> None:
    """The unit of the course asks a question on one of the kind's scenarios."""
    units = read_course().units
    for kind, (_, names) in KINDS.items():
        assert {ask.scenario for ask in units[UNITS[kind]].asks} & set(names), kind


@pytest.mark.parametrize("kind", KINDS)
def test_each_has_scenarios_in_both_languages(kind: str) -> None:
    """With a title, a description and a source in English and Chinese, and the level that the page says."""
    level, names = KINDS[kind]
    assert CARDS[names[0]].level == level
    for name in names:
        scenario = bt.load(name)
        for text in (scenario.title, scenario.description, scenario.source):
            assert text is not None
            assert all(text[lang].strip() for lang in LANGUAGES)
        assert scenario.description is not None
        assert scenario.description.en != scenario.description.zh


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("name", [name for name in NAMES if name not in FIXED])
def test_fresh_numbers_are_well_posed(name: str, seed: int) -> None:
    """No tie unless it is the question, an upstream that differs, a repeated index that stays, a mask of zeros and ones."""
    own = bt.load(name)
    fresh = variant(own, seed)
    trace = run_scenario(fresh, 1).steps[0].trace
    changed = {n for n in (*own.data, *own.parameters) if not np.array_equal(_given(own, n), _given(fresh, n))}
    assert changed or own.unvaried
    if fresh.graph.shapes is not None and name not in TIES:
        assert is_smooth(run_scenario(fresh, 1).steps)
    if "upstream" in fresh.data:
        assert np.ptp(fresh.data["upstream"]) > 0
    for whole in fresh.graph.whole_numbers:
        np.testing.assert_array_equal(fresh.data[whole], own.data[whole])
    gradients = [
        trace.adjoint(n) for n in fresh.graph.parameters or fresh.graph.inputs if n not in fresh.graph.whole_numbers
    ]
    assert any(np.abs(g).max() >= 1e-5 for g in gradients) or fresh.graph.outputs


@pytest.mark.parametrize("name", ["batch-norm-backward", "layer-norm-backward", "normalisation-by-hand"])
def test_no_two_of_three_normalised_numbers_are_alike(name: str) -> None:
    """The derivative of the third would be 0, but for the ε of the norm, which nobody can work out to 4 figures."""
    own = bt.load(name)
    assert all(len({*variant(own, seed).data["x"].ravel().tolist()}) == 3 for seed in range(20))


@pytest.mark.parametrize("name", ["circuits-max", "attention-head"])
def test_what_the_author_has_is_no_fault(name: str) -> None:
    """A loser of a maximum has no derivative and what is masked no probability: drawn numbers are judged by the rest."""
    own = bt.load(name)
    drawn = [variant(own, seed, like=True) for seed in range(10)]
    assert not fit(own)
    for fresh in drawn:
        trace = run_scenario(fresh, 1).steps[0].trace
        assert all(np.abs(trace.adjoint(given)).max() <= 100 for given in (*fresh.data, *fresh.parameters))
    assert len({fresh.digest for fresh in drawn}) == 10


def test_where_no_draw_is_suitable_few_are_made(monkeypatch: pytest.MonkeyPatch) -> None:
    """A learning rate of 100 suits no draw: that is found out once, not for every sheet."""
    own = bt.load("two-two-one")
    wild = replace(own, training=replace(own.training, learning_rate=1e6, steps=3, optimizer="adam"))
    tried: list[int] = []
    monkeypatch.setattr(module, "fit", lambda *given, **known: tried.append(1) or False)
    for seed in range(50):
        variant(wild, seed)
    assert len(tried) == 2 * module.TRIED + 50


def _given(scenario: bt.Scenario, name: str) -> np.ndarray:
    return np.asarray({**scenario.data, **scenario.parameters}[name])


@pytest.mark.slow
@pytest.mark.parametrize("name", ["max-pooling", "embedding-repeated", "attention-one-unit", "two-two-one"])
def test_the_quiz_asks_about_fresh_numbers_of_each(name: str) -> None:
    """`quiz --random NAME` prints questions, other ones for another seed; the same seed gives the same."""
    first, again, other = (
        called("quiz", name, "--random", "--print", "--count", "3", "--seed", seed).out for seed in ("1", "1", "2")
    )
    assert first == again != other
    assert CARDS[name].title.en in first


def test_a_question_on_a_maximum_gives_what_was_compared() -> None:
    """∂L/∂x of a pool can only be told by who sees the window: its numbers are among what is known."""
    text = called("quiz", "max-pooling", "--kind", "complete", "--print", "--seed", "2", "--count", "1").out
    assert re.search(r"Known:\n.*x₃₁.*x₃₂.*x₄₁.*x₄₂", text)


def test_a_change_from_what_is_infinite_is_not_asked_for() -> None:
    """The loss was too large for a float and is 0 afterwards: neither number is a line to fill in."""
    layers = [{"units": 1, "activation": "identity", "weights": [[1e160]]}]
    data = [{"x": [1], "y": [0]}]
    training = {"learning_rate": 1}
    own = bt.scenario({"title": "t", "network": {"inputs": 1, "layers": layers}, "data": data, "training": training})
    asked = exercise(own, "en", None, 0)
    assert asked.run.steps[0].after.value("loss").item() == 0
    assert [line.key for line in asked.lines if "loss" in line.key] == []
    assert all(asked.values.keys() >= set(line.needs) for line in asked.lines)
    assert len(asked.lines) > 3


def test_a_line_that_needs_what_is_infinite_is_not_asked_for() -> None:
    """z of the second layer is no number, and min(z, 1) of it is: there is nothing to work it out from."""
    layers = [
        {"units": 1, "activation": "identity", "weights": [[1e308]]},
        {"units": 1, "activation": "min(z, 1)", "weights": [[10]]},
    ]
    own = bt.scenario({"title": "t", "network": {"inputs": 1, "layers": layers}, "data": [{"x": [1], "y": [0]}]})
    asked = exercise(own, "en", None, 0)
    assert float(asked.run.steps[0].trace.value("a2").item()) == 1
    assert {"values.z2[1]", "values.a2[1]"}.isdisjoint(line.key for line in asked.lines)
    assert all(asked.values.keys() >= set(line.needs) for line in asked.lines)
