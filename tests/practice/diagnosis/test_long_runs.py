"""A mistake that is made in every step: the figures of a trained network are told from where it began."""

from __future__ import annotations

import numpy as np
import pytest

import backprop_tutor as bt
from backprop_tutor.graph.scenario import Scenario
from backprop_tutor.practice.diagnosis.feedback import feedback
from backprop_tutor.practice.diagnosis.hypotheses import changes, singles
from backprop_tutor.practice.diagnosis.records import diagnosis_record
from backprop_tutor.text import LANGUAGES, Lang
from backprop_tutor.training.train_state import TrainState, initial_state
from backprop_tutor.whatif.intervention import Changes, Intervention
from backprop_tutor.whatif.staged_intervention import WORTH_ARRAYS, StagedTraining
from tests.practice.diagnosis.test_diagnose import diagnosed, shown
from tests.practice.mistakes.hand import scenario as by_hand

UPDATES = 4
SMALL = ("two-two-one", "mazur-with-biases", "adam-two-steps", "momentum-two-steps", "softmax-classifier", "lstm-cell")
IN_BATCHES = ("quadratic-cost", "weight-penalty", "xor", "relu-two-two-one-sigmoid")


def _by_arrays(scenario: Scenario, hypothesis: tuple[Changes, ...]) -> TrainState:
    intervention = Intervention.single(*hypothesis)
    read = intervention.read(scenario)
    position = initial_state(read)
    for _ in range(UPDATES):
        position = intervention.train_step(read, position)[1]
    return position


@pytest.mark.parametrize("name", [*SMALL, *IN_BATCHES])
def test_the_code_of_an_intervention_goes_where_its_arrays_go(name: str) -> None:
    """Every mistake that lasts, at its first place: straight-line code and arrays come to the same parameters."""
    scenario = bt.load(name)
    code = StagedTraining(scenario)
    first = {each.names: each for each in reversed(singles(scenario)) if each.definition[0].mistake.lasts}
    for hypothesis in map(changes, first.values()):
        arrays = _by_arrays(scenario, hypothesis)
        if all(np.abs(array).max() < 1e6 for array in arrays.parameters.values()):
            written = code.reached(Intervention.single(*hypothesis), UPDATES)
            for parameter, array in arrays.parameters.items():
                np.testing.assert_allclose(written.parameters[parameter], array, rtol=1e-7, atol=1e-12)


def test_interventions_in_mini_batches_are_followed_to_a_step_inside_an_epoch() -> None:
    """Three examples one by one, four updates: one epoch by code and one update more."""
    scenario = bt.load("random-weights")
    intervention = next(each for each in singles(scenario) if each.names == ("updated-weights-used",))
    written = StagedTraining(scenario).reached(Intervention.single(*changes(intervention)), UPDATES)
    for name, array in _by_arrays(scenario, changes(intervention)).parameters.items():
        np.testing.assert_allclose(written.parameters[name], array, rtol=1e-12)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_published_figures_of_a_trained_run_are_named(lang: Lang) -> None:
    """After 10,000 updates 0.015912196 and 0.984065734 are published: updated weights, in every step of the run."""
    claims = ("after.a2[1]=0.015912196", "after.a2[2]=0.984065734")
    found = diagnosed(
        "mazur-two-two-two", *claims, lang=lang, where={"en": "hidden", "zh": "隐藏"}[lang], at_step=10_000
    )
    (best, *_) = found.explanations
    assert (best.hypothesis.names, best.hypothesis.lasting) == (("updated-weights-used",), True)
    said = shown(feedback(found))
    for part in {
        "en": ("in every step from the first on", "It first shows in step 1", "0.015913620", "0.984064274"),
        "zh": ("从第一步起每一步都如此", "最先显出差别的是第 1 步", "0.015913620", "0.984064274"),
    }[lang]:
        assert part in said
    assert diagnosis_record(found, lang)["explanations"][0]["mistakes"] == ["updated-weights-used"]


def test_the_right_figures_of_a_trained_run_are_right() -> None:
    """After 10,000 updates 0.015913620 and 0.984064274 are right."""
    claims = ("after.a2[1]=0.015913620", "after.a2[2]=0.984064274")
    assert diagnosed("mazur-two-two-two", *claims, where="hidden", at_step=10_000).verdict == "correct"


@pytest.mark.parametrize("lasting", [True, False])
def test_a_mistake_of_every_step_is_told_from_one_of_this_step(lasting: bool) -> None:
    """δ without f′ in steps 1 to 3, or in step 3 after two right ones: its figures say which."""
    name, updates = "two-two-one", 2
    hypothesis = next(each for each in singles(bt.load(name)) if each.names == ("output-derivative-omitted",))
    intervention, scenario = Intervention.single(*changes(hypothesis)), bt.load(name)
    since = initial_state(scenario)
    for _ in range(updates):
        since = (intervention if lasting else Intervention.single()).train_step(scenario, since)[1]
    step = intervention.train_step(scenario, since)[0]
    loss, signal = step.after.loss, step.trace.adjoint("z2").item()

    found = diagnosed(name, f"after.loss={loss:.9f}", f"grads.z2={signal:.9f}", at_step=updates + 1)

    assert [(e.hypothesis.names, e.hypothesis.lasting) for e in found.shown] == [(hypothesis.names, lasting)]


def test_an_intervention_without_bounds_has_no_numbers() -> None:
    """Uphill on straight units every number grows until there is none; it explains nothing and harms nobody."""
    scenario = by_hand("relu")
    uphill = next(each for each in singles(scenario) if each.names == ("ascent",))
    lost = StagedTraining(scenario).reached(Intervention.single(*changes(uphill)), 5000)
    assert np.isnan(lost.parameters["W2"]).all()


def test_interventions_with_one_code_are_followed_side_by_side() -> None:
    """A given number read as another, at every place: each ends where it ends alone."""
    scenario = bt.load("mazur-two-two-two")
    misread = [each for each in singles(scenario) if each.names == ("given-miscopied",)][:WORTH_ARRAYS]
    interventions = [Intervention.single(*changes(each)) for each in misread]
    code = StagedTraining(scenario)
    for written, each in zip(code.all_reached(interventions, UPDATES), interventions, strict=True):
        for parameter, array in code.reached(each, UPDATES).parameters.items():
            np.testing.assert_allclose(written.parameters[parameter], array, rtol=1e-12)
