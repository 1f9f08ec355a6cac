"""Random scenarios: fit for hand work, two decimals, each number drawn for itself."""

from __future__ import annotations

import re

import pytest

from backprop_tutor.errors import TutorError
from backprop_tutor.graph.scenario import Scenario
from backprop_tutor.graph.tape import Trace
from backprop_tutor.practice.exercise.variant import FEATURES, random_network, variant
from backprop_tutor.scenario.bundled import bundled
from backprop_tutor.scenario.load import load
from backprop_tutor.training.train_step import run_scenario

TWO_DECIMALS = re.compile(r"-?\d+(\.\d\d?)?")


@pytest.mark.parametrize("skill", [None, *FEATURES])
@pytest.mark.parametrize("seed", range(8))
def test_random_networks_are_fit_for_hand_work(seed: int, skill: str | None) -> None:
    """No unit dead or saturated, no gradient below 0.001, numbers of two decimals."""
    scenario = random_network(None, seed, skill)
    steps = run_scenario(scenario, 2 if skill == "optimizer" else 1).steps
    for trace in (step.trace for step in steps):
        check_fit(scenario, trace)
    assert all(TWO_DECIMALS.fullmatch(text) for text in scenario.spelling.values())


def check_fit(scenario: Scenario, trace: Trace) -> None:
    """Every gradient and every activation of a pass."""
    for name in scenario.graph.parameters:
        assert abs(trace.adjoint(name)).min() >= 1e-3
    for layer in (1, 2):
        assert abs(trace.value(f"a{layer}")).max() <= 0.95
        assert abs(trace.value(f"a{layer}")).min() >= 0.05


def test_a_shape_is_as_asked() -> None:
    """2-3-2: two inputs, three hidden units, two outputs."""
    scenario = random_network("2-3-2", 1)
    assert scenario.parameters["W1"].shape == (3, 2)
    assert scenario.parameters["W2"].shape == (2, 3)


@pytest.mark.parametrize("shape", ["2", "2-", "two", "0-2", "2-10", "2-2-2-2-2-2", "2 2", "2-3\x1b"])
def test_what_is_no_shape_is_refused(shape: str) -> None:
    """With the reason, and nothing of it reaches the terminal."""
    with pytest.raises(TutorError) as refused:
        random_network(shape, 1)
    assert "\x1b" not in refused.value.problems[0].message.en


def test_the_same_seed_gives_the_same_network_for_ever() -> None:
    """These numbers may only change with the number of the generator."""
    scenario = random_network("2-2-1", 1)
    assert scenario.parameters["W2"].tolist() == [[0.84, -0.89]]
    assert scenario.data["x"].tolist() == [[0.61], [0.66]]


def _place(name: str) -> tuple[int, ...]:
    """Where an element such as W1[2,1] is in its array."""
    return tuple(int(index) - 1 for index in name[3:-1].split(","))


@pytest.mark.parametrize("name", [entry.name for entry in bundled()])
def test_a_variant_has_the_same_graph_and_other_numbers(name: str) -> None:
    """Nothing is added or lost; missing connections stay missing; figures are those of the values."""
    scenario = load(name)
    fresh = variant(scenario, 4)
    assert fresh.graph is scenario.graph
    assert fresh.digest != scenario.digest
    for given, old in ((fresh.parameters, scenario.parameters), (fresh.data, scenario.data)):
        assert {n: a.shape for n, a in given.items()} == {n: a.shape for n, a in old.items()}
    values = {n: float(t) for n, t in fresh.spelling.items() if n.startswith("W1[")}
    assert all(fresh.parameters["W1"][_place(n)].item() == v for n, v in values.items())


def test_one_whole_number_is_drawn_anew() -> None:
    """x = 2 of the example is no fresh number, whatever the seed."""
    drawn = {variant(load("chain-rule-sine"), seed).data["x"].item() for seed in range(60)}
    assert drawn == {1, 3, 4}  # at 5 the numbers are too large for work by hand


def test_variants_of_a_network_are_fit_for_hand_work() -> None:
    """As fresh networks are."""
    from backprop_tutor.practice.exercise.variant import fit

    assert all(fit(variant(load("zero-weights"), seed)) for seed in range(5))
