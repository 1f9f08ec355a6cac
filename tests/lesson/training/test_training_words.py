"""What is said of a training: why it stopped, what it shows of its troubles, and that it can be gone on with."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pytest

import backprop_tutor as bt
from backprop_tutor.fast.choice import choose_trainer
from backprop_tutor.graph.scenario import Scenario, Training
from backprop_tutor.lesson.document import Document
from backprop_tutor.lesson.lesson import Lesson
from backprop_tutor.lesson.notes import notes
from backprop_tutor.lesson.teach import choose_notation
from backprop_tutor.lesson.training.comparison import comparison_document
from backprop_tutor.lesson.training.long_run import training_document
from backprop_tutor.render import render
from backprop_tutor.scenario.bundled import bundled
from backprop_tutor.scenario.load import build, load, read
from backprop_tutor.scenario.save import saved
from backprop_tutor.training.long_run import Progress, train
from backprop_tutor.training.stopping import Criteria, Goal
from backprop_tutor.whatif.comparison import compare
from tests.engine.networks import random_scenario
from tests.scenarios.of_numbers import BUNDLED

NAMES = [entry.name for entry in bundled()]
TRAINABLE = [name for name in NAMES if BUNDLED[name].parameters]


def noted(scenario: Scenario, number: int = 1) -> str:
    """The notes on a step of a scenario, the first if not said."""
    step = bt.run(scenario).steps[number - 1]
    lesson = Lesson(scenario, step, choose_notation(scenario.graph, None), "en", 6)
    return render(Document("en", (), (), notes(lesson)), "text", width=200)


def test_units_that_stay_alike_are_named() -> None:
    """zero-weights never breaks its symmetry, random-weights has none."""
    assert "no step will ever tell them apart" in noted(bt.load("zero-weights"))
    assert "alike" not in noted(bt.load("random-weights"))
    assert "tell them apart" not in noted(bt.load("random-weights"))


def test_units_that_are_no_numbers_any_more_are_not_called_alike() -> None:
    """Where the updates have overshot to NaN in every weight, there is no symmetry to speak of."""
    scenario = random_scenario("identity", "half_squared_error", seed=3, sizes=(2, 2, 1))
    ruined = replace(scenario, training=replace(scenario.training, learning_rate=1e308, steps=5))
    trace = bt.run(ruined).steps[4].trace
    assert np.isnan(trace.value("W1")).all()
    assert "tell them apart" not in noted(ruined, 5)


def test_saturated_units_and_a_vanishing_gradient_are_named() -> None:
    """Wild weights saturate sigmoids, and the error fades before it reaches the first layer."""
    said = noted(random_scenario("sigmoid", "half_squared_error", scale=30.0, seed=3, sizes=(3, 4, 4, 2)))
    assert "saturated" in said
    assert "vanishes" in said


def test_a_dead_relu_is_named() -> None:
    """A ReLU whose bias keeps it below 0 for every example gets no gradient."""
    scenario = bt.load("relu-two-two-one")
    bias = scenario.parameters["b1"].copy()
    bias[1] = -10.0
    assert "dead" in noted(replace(scenario, parameters={**scenario.parameters, "b1": bias}))
    assert "dead" not in noted(scenario)


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("name", TRAINABLE)
def test_every_training_is_told(name: str, lang: str) -> None:
    """Loss before and after stand in the story of every bundled scenario, in both languages."""
    scenario = bt.load(name)
    run = train(scenario, choose_trainer(scenario), Criteria(epochs=20))
    text = render(training_document(run, lang, digits=4), "text", width=80)  # type: ignore[arg-type]
    assert "→" in text
    assert "20" in text


def test_divergence_is_explained() -> None:
    """The learning rate is named, and a smaller one proposed."""
    scenario = random_scenario("identity", "squared_error", training=Training(learning_rate=5.0))
    text = render(
        training_document(train(scenario, choose_trainer(scenario), Criteria(epochs=1000))), "text", width=200
    )
    assert "overshoots" in text
    assert "try 0.5" in text


def test_a_comparison_names_the_best() -> None:
    """The lowest loss at the end wins; what made the loss worse at once says so."""
    scenario = bt.load("xor")
    contenders = list(compare(scenario, ["sgd", "adam"], [0.1, 100.0], Criteria(Goal(), 200)))
    text = render(comparison_document(scenario.title, contenders, "en"), "text", width=80)
    best = min(contenders, key=lambda contender: contender.run.last.evaluate.loss)
    assert best.optimizer == "adam"
    assert "Adam with learning rate 0.1" in text
    assert text.count("optimizer") == 1, "the table is whole at 80 columns"
    assert text.count("rises at first") == sum(c.after_first > c.run.first.evaluate.loss for c in contenders)


@pytest.mark.parametrize("name", TRAINABLE)
def test_trained_parameters_are_saved_and_loaded(name: str, tmp_path: object) -> None:
    """A saved scenario loads with exactly the trained numbers and the author's own words, but for what these say of the old
    numbers.
    """
    file, source = read(name)
    scenario = build(file, source)
    position = choose_trainer(scenario).run_epochs(
        train(scenario, choose_trainer(scenario), Criteria(epochs=3)).last.position, 1
    )
    path = tmp_path / "trained.yaml"  # type: ignore[operator]
    path.write_text(saved(file, scenario.graph, position.parameters), encoding="utf-8")
    again = load(path)
    assert (again.title, again.source, again.description) == (scenario.title, scenario.source, None)
    for parameter, value in position.parameters.items():
        np.testing.assert_array_equal(again.parameters[parameter], value)


def test_an_interruption_ends_a_comparison() -> None:
    """Ctrl-C ends the training it meets, which is told as far as it came, and no other is begun."""

    @contextlib.contextmanager
    def watch(optimizer: str, rate: float) -> Iterator[Callable[[Progress], object]]:
        def interrupt(progress: Progress) -> None:
            if rate == 0.2:
                raise KeyboardInterrupt

        yield interrupt

    contenders = list(compare(bt.load("xor"), ["sgd"], [0.1, 0.2, 0.3], Criteria(epochs=20), watch))
    assert [contender.run.stopped for contender in contenders] == ["epochs", "interrupted"]
    assert "interrupted" in render(comparison_document(bt.load("xor").title, contenders, "en"), "text", width=200)


def test_what_was_not_reached_is_said() -> None:
    """A goal that the epochs did not suffice for is named."""
    scenario = bt.load("xor")
    run = train(scenario, choose_trainer(scenario), Criteria(Goal(1e-30, 1e-9), 1))
    text = render(training_document(run), "text", width=200)
    assert "after 1 epoch (1 update," in text
    assert "loss has not come down to 1·10⁻³⁰" in text
    assert "gradient has not come down to 1·10⁻⁹" in text
