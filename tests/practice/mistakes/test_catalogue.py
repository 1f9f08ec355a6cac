"""The catalogue as a whole: complete, in both languages, and of one piece."""

from __future__ import annotations

import pytest

import backprop_tutor as bt
from backprop_tutor.practice.mistakes.catalogue import MISTAKES
from backprop_tutor.practice.mistakes.mistake import Mistake
from backprop_tutor.scenario.bundled import bundled
from backprop_tutor.whatif.intervention import Intervention
from tests.practice.mistakes.expected import EXPECTED
from tests.practice.mistakes.expected_arrays import EXPECTED_ARRAYS
from tests.practice.mistakes.hand import FILES, scenario
from tests.practice.mistakes.test_optimizer_mistakes import TESTED

IDS = [
    "bias-dropped",
    "weights-transposed-forward",
    "activation-skipped-hidden",
    "activation-skipped-output",
    "sigmoid-sign",
    "wrong-activation",
    "softmax-without-exp",
    "rounded-early",
    "given-miscopied",
    "weights-exchanged",
    "half-missing",
    "half-extra",
    "loss-mean-over-outputs",
    "loss-sum-over-outputs",
    "loss-absolute",
    "loss-square-of-sum",
    "loss-one-output",
    "log-base-10",
    "log-base-2",
    "bce-half-dropped",
    "batch-sum-for-mean",
    "batch-mean-for-sum",
    "sign-flipped",
    "factor-two",
    "factor-half",
    "divided-by-outputs",
    "loss-for-derivative",
    "output-derivative-omitted",
    "derivative-at-preactivation",
    "derivative-function-of-activation",
    "derivative-is-activation",
    "derivative-is-complement",
    "derivative-of-error",
    "derivative-twice",
    "derivative-of-other-function",
    "fused-derivative-twice",
    "softmax-diagonal-only",
    "softmax-true-class-for-all",
    "hidden-derivative-omitted",
    "raw-error-propagated",
    "updated-weights-used",
    "weights-not-transposed",
    "one-path-only",
    "path-average",
    "path-product",
    "weights-forgotten",
    "gradient-for-weight",
    "proportional-share",
    "output-error-reused",
    "sum-times-sum",
    "derivative-of-wrong-layer",
    "relu-gate-forgotten",
    "relu-value-for-gate",
    "early-division-by-m",
    "preactivation-for-activation",
    "own-activation",
    "network-input-for-activation",
    "outer-product-transposed",
    "input-not-transposed",
    "input-forgotten",
    "weight-for-input",
    "derivative-missing-in-gradient",
    "bias-gradient-times-input",
    "bias-not-updated",
    "bias-gradient-not-summed",
    "bias-gradient-times-bias",
    "ascent",
    "learning-rate-forgotten",
    "learning-rate-squared",
    "change-for-weight",
    "weight-scaled",
    "sequential-update",
    "divided-by-m-twice",
    "wrong-m",
    "one-example-only",
    "inputs-averaged",
    "online-in-batch",
    "l2-on-biases",
    "l2-factor",
    "momentum-form",
    "momentum-sign",
    "nesterov-as-momentum",
    "adam-uncorrected",
    "adam-correction-constant",
    "adam-correction-multiplied",
    "adam-epsilon-inside-root",
    "adam-step-off-by-one",
    "adam-betas-swapped",
    "adam-gradient-not-squared",
    *["schedule-forgotten", "schedule-step-off-by-one", "warm-up-from-zero"],
    *["clip-forgotten", "clip-each-array", "clip-by-value", "clip-after-rate"],
    "only-output-updated",
    "stale-hidden-activations",
    "loss-not-recomputed",
    *[
        "sign-lost",
        "digits-exchanged",
        "point-moved",
        "value-repeated",
        "factor-omitted",
        "term-omitted",
        "factor-inverted",
    ],
    *["sibling-used", "index-one-off", "constant-forgotten", "part-only", "penalty-forgotten", "penalty-sign"],
    *[
        "gradients-not-cleared",
        "state-reset",
        "state-stale",
        "state-corrected-kept",
        "upstream-forgotten",
        "error-gated",
    ],
    *["bias-gradient-of-layer", "bias-gradient-from-weights", "softmax-over-batch", "stale-values", "one-step-fewer"],
    "attention-keys-not-transposed",
    "attention-mask-forgotten",
    "attention-scale-forgotten",
    "attention-softmax-diagonal",
    "attention-softmax-wrong-axis",
    "attention-value-path-only",
    "channels-not-summed",
    "conv-bias-not-summed",
    "dropout-mask-not-backward",
    "dropout-scale-forgotten",
    "dropout-scaled-twice",
    "embedding-overwritten",
    "gru-update-exchanged",
    "kernel-flipped",
    "kernel-not-flipped-back",
    "kernel-one-window",
    "lstm-cell-path-cut",
    "lstm-gate-derivative-omitted",
    "lstm-squashed-twice",
    "norm-constant-statistics",
    "norm-gain-forgotten",
    "norm-mean-path-missing",
    "norm-sample-variance",
    "norm-variance-path-missing",
    "norm-wrong-axis",
    "padding-ignored",
    "pool-average-not-divided",
    "pool-gradient-shared",
    "pool-gradient-to-all",
    "pool-gradient-to-last-tie",
    "recurrent-gradient-averaged",
    "recurrent-last-step-only",
    "recurrent-path-cut",
    "residual-path-forgotten",
    "residual-path-twice",
    "shape-summed-wrong-axis",
    "stale-activations",
    "stride-ignored",
    "tied-use-forgotten",
    "upstream-ignored",
]
"""The ids that other programs rely on."""


def test_no_id_is_renamed():
    """Every id of the contract is in the catalogue."""
    assert set(IDS) <= set(MISTAKES)


def test_every_mistake_is_tested_by_hand():
    """Each entry has a formula written out by hand."""
    assert {e.mistake for e in (*EXPECTED, *EXPECTED_ARRAYS)} | TESTED == set(MISTAKES)


@pytest.mark.parametrize("mistake", MISTAKES.values(), ids=lambda m: m.name)
def test_a_mistake_says_something_else_in_each_language(mistake: Mistake):
    """Name, clause and principle stand in both languages: a clause without a full stop, a principle with one."""
    assert mistake.text.en != mistake.text.zh
    assert (mistake.clause.en[-1], mistake.clause.zh[-1]) != (".", "。")
    assert (mistake.principle.en[-1], mistake.principle.zh[-1]) == (".", "。")


@pytest.mark.parametrize("name", FILES)
def test_places_have_names_of_their_own(name: str):
    """No mistake has two places of the same name in a scenario, in either language."""
    for mistake in MISTAKES.values():
        sites = list(mistake.sites(scenario(name)))
        assert len({site.where.en for site in sites}) == len({site.where.zh for site in sites}) == len(sites)


@pytest.mark.parametrize("entry", bundled(), ids=lambda e: e.name)
def test_nobody_mistaken_is_right(entry):
    """The intervention without a change, carried out on paper, is the right one."""
    given = bt.load(entry.name)
    for right, changed in zip(
        bt.run(given).steps, Intervention.single().walk(given, given.training.steps), strict=True
    ):
        for a, b in zip(
            (*right.trace.values, *right.after.values), (*changed.trace.values, *changed.after.values), strict=True
        ):
            assert b == pytest.approx(a, rel=1e-12, abs=1e-15)
        for name, array in right.updated.items():
            assert changed.updated[name] == pytest.approx(array, rel=1e-12, abs=1e-15)


@pytest.mark.parametrize("name", ["sigmoids", "tanh", "softmax", "logistic", "batch", "penalised", "adam"])
def test_interventions_side_by_side_are_those_alone(name: str):
    """A hypothesis has the same numbers whether it is carried out alone or among all others, alone or paired."""
    given = scenario(name)
    sites = [site.changes for mistake in MISTAKES.values() if mistake.pairs for site in mistake.sites(given)]
    hypotheses = [(s,) for s in sites[::3]] + list(zip(sites[::7], sites[3::7], strict=False))
    steps = list(Intervention.batched(hypotheses).walk(given, given.training.steps))

    for intervention, hypothesis in enumerate(hypotheses):
        for together, alone in zip(
            steps, Intervention.single(*hypothesis).walk(given, given.training.steps), strict=True
        ):
            for among, own in zip(together.after.values, alone.after.values, strict=True):
                mine = among[intervention] if among.ndim > own.ndim else among
                assert mine == pytest.approx(own, rel=1e-9, abs=1e-12, nan_ok=True)


def test_an_edge_from_a_step_without_a_name_is_placed_by_the_node_it_is_in() -> None:
    """The sum in the loss of the gated unit has no letter: the place is the formula of L, as it is of other slips."""
    gated = bt.load("gru-step")
    nameless = [node.name for node in gated.graph.nodes if node.inner]
    places = [site.where.en for name in ("factor-omitted", "sign-lost") for site in MISTAKES[name].sites(gated)]
    assert any("the formula of L" in place for place in places)
    assert not [place for place in places if any(name in place for name in nameless)]
