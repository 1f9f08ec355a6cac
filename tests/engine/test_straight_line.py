"""Straight-line code gives the numbers of the tape, to the last figures, however far they run out."""

from __future__ import annotations

import numpy as np
import pytest

import backprop_tutor as bt
from backprop_tutor.fast.jit import record, step_function
from backprop_tutor.fast.program import program
from backprop_tutor.fast.program_trainer import ProgramTrainer, in_a_row, numbers_at
from backprop_tutor.formula.functions import KNOWN
from backprop_tutor.formula.nodes import Lit, Sym
from backprop_tutor.graph.ops.activations import ACTIVATIONS
from backprop_tutor.graph.ops.functions import FUNCTIONS, on_arrays
from backprop_tutor.graph.ops.losses import LOSSES
from backprop_tutor.graph.scenario import Scenario, Training
from backprop_tutor.graph.stable_forms import stable_form
from backprop_tutor.graph.tape import run
from backprop_tutor.training.optimizers import OPTIMIZERS
from backprop_tutor.training.train_state import TrainState, initial_state
from backprop_tutor.training.trainer import TapeTrainer
from tests.engine.networks import random_scenario
from tests.scenarios.of_numbers import BUNDLED, OF_NUMBERS

CLOSE = {"rtol": 1e-12, "atol": 1e-300}
NAMES = OF_NUMBERS
TRAINABLE = [name for name in NAMES if BUNDLED[name].parameters]


def numbers_of(scenario: Scenario, *, arrays: bool) -> dict[str, float]:
    """Every variable of a step, computed by the step function."""
    lines = program(scenario, scenario.examples)
    given = (*in_a_row(scenario.data.values()), *numbers_at(lines, initial_state(scenario)))
    fed = [np.array([number]) for number in given] if arrays else given
    with np.errstate(all="ignore"):
        values = step_function(lines, arrays=arrays)(1, *fed)
    named = zip(record(lines), values, strict=True)
    return {output.base: float(np.ravel(value)[0]) for output, value in named if isinstance(output, Sym)}


def compare(scenario: Scenario, *, arrays: bool) -> None:
    """Hold every value and every adjoint of the straight-line code against the tape's."""
    trace, lines = run(scenario.graph, {**scenario.data, **scenario.parameters}), program(scenario, scenario.examples)
    found = numbers_of(scenario, arrays=arrays)
    for i, node in enumerate(scenario.graph.nodes):
        pairs = [(lines.adjoints[i], trace.adjoints[i])]
        pairs += [(lines.values[i], trace.values[i])] if node.op is not None else []
        for names, numbers in pairs:
            if names is not None and numbers is not None:
                got = [float(e.value) if isinstance(e, Lit) else found[e.base] for e in names.flat]
                np.testing.assert_allclose(got, numbers.ravel(), **CLOSE, err_msg=node.name)


def every_number(position: TrainState) -> np.ndarray:
    """Parameters and state of a position in one array."""
    state = (array for kept in position.state.values() for array in kept.values())
    return np.concatenate([array.ravel() for array in (*position.parameters.values(), *state)])


@pytest.mark.parametrize("arrays", [False, True], ids=["floats", "arrays"])
@pytest.mark.parametrize("name", NAMES)
def test_bundled_scenarios(name: str, arrays: bool) -> None:
    """Every value and adjoint of every bundled scenario is the tape's."""
    compare(bt.load(name), arrays=arrays)


@pytest.mark.parametrize("scale", [1.0, 12.0], ids=["gentle", "saturated"])
@pytest.mark.parametrize("arrays", [False, True], ids=["floats", "arrays"])
@pytest.mark.parametrize("activation", [name for name in ACTIVATIONS if name != "softmax"])
def test_activations(activation: str, arrays: bool, scale: float) -> None:
    """Every activation computes the same by straight-line code, in hidden layers and behind an output of its own."""
    for seed in range(4):
        examples = 3 if scale == 1 else 1
        compare(
            random_scenario(activation, "half_squared_error", scale=scale, seed=seed, examples=examples), arrays=arrays
        )


@pytest.mark.parametrize("scale", [1.0, 25.0], ids=["gentle", "saturated"])
@pytest.mark.parametrize("output", ["sigmoid", "softmax"])
@pytest.mark.parametrize("loss", list(LOSSES))
def test_losses(loss: str, output: str, scale: float) -> None:
    """Every loss behind probabilities computes the same, also where they round to 0 or 1."""
    for seed in range(4):
        examples = 3 if scale == 1 else 1  # what cancels between saturated examples has no figures left to compare
        compare(random_scenario("tanh", loss, output=output, scale=scale, seed=seed, examples=examples), arrays=False)


@pytest.mark.parametrize("batch", [None, 1, 2], ids=["full", "online", "two"])
@pytest.mark.parametrize("optimizer", list(OPTIMIZERS))
def test_machines(optimizer: str, batch: int | None) -> None:
    """Both machines come to the same parameters and state: every optimizer, batches, shuffled, a last smaller one."""
    training = Training(optimizer, 0.05, batch=batch, shuffle=7)
    scenario = random_scenario("tanh", "half_squared_error", training=training)
    ends = [
        machine.run_epochs(initial_state(scenario), 20) for machine in (TapeTrainer(scenario), ProgramTrainer(scenario))
    ]
    assert ends[0].updates == ends[1].updates
    np.testing.assert_allclose(every_number(ends[1]), every_number(ends[0]), rtol=1e-11, atol=1e-14)


@pytest.mark.parametrize("stride", [1, 3])
@pytest.mark.parametrize("optimizer", list(OPTIMIZERS))
def test_samples(optimizer: str, stride: int) -> None:
    """Losses taken on the way are those of the tape there, and the training comes to where it does without them."""
    training = Training(optimizer, 0.05, schedule="exponential")
    scenario = random_scenario("tanh", "half_squared_error", training=training)
    tape, straight = TapeTrainer(scenario), ProgramTrainer(scenario)
    begin = tape.run_epochs(initial_state(scenario), 2)
    (ends, losses), (end, expected) = straight.sample(begin, stride, 5), tape.sample(begin, stride, 5)
    assert losses == pytest.approx(expected, rel=1e-11)
    np.testing.assert_allclose(every_number(ends), every_number(end), rtol=1e-11, atol=1e-14)


@pytest.mark.parametrize("name", TRAINABLE)
def test_machines_on_bundled_scenarios(name: str) -> None:
    """Both machines agree on loss and gradient norm after some epochs of every bundled scenario."""
    scenario = bt.load(name)
    machines = TapeTrainer(scenario), ProgramTrainer(scenario)
    looks = [machine.evaluate(machine.run_epochs(initial_state(scenario), 10)) for machine in machines]
    np.testing.assert_allclose(looks[1], looks[0], rtol=1e-9, atol=1e-12)


def test_missing_connections_stay_missing() -> None:
    """A connection that is not there has no variable, and its place stays 0."""
    scenario = random_scenario("tanh", "half_squared_error")
    assert ProgramTrainer(scenario).run_epochs(initial_state(scenario), 5).parameters["W1"][0, -1] == 0


def test_the_tape_takes_over_where_an_exponential_overflows() -> None:
    """Numbers that plain floats cannot hold on the way are computed all the same."""
    scenario = random_scenario("sigmoid", "half_squared_error", scale=2000.0)
    with pytest.raises(OverflowError):
        numbers_of(scenario, arrays=False)
    looks = [machine.evaluate(initial_state(scenario)) for machine in (TapeTrainer(scenario), ProgramTrainer(scenario))]
    assert looks[0] == looks[1]


@pytest.mark.parametrize("name", NAMES)
def test_array_code_leaves_its_arguments_alone(name: str) -> None:
    """What is computed in the place of something else is computed in the place of a result, never of what was given."""
    scenario = bt.load(name)
    lines = program(scenario, scenario.examples)
    given = (*in_a_row(scenario.data.values()), *numbers_at(lines, initial_state(scenario)))
    fed = [np.full(3, number) for number in given]
    with np.errstate(all="ignore"):
        step_function(lines, arrays=True)(1, *fed)
    assert [array.tolist() for array in fed] == [[number] * 3 for number in given]


def test_a_long_chain_is_not_one_expression() -> None:
    """However many numbers are each needed once, by the next of them, the code is one that Python reads."""
    nodes = {"n0": "w * x"} | {f"n{i}": f"(n{i - 1} + 1) * 2 / 3" for i in range(1, 120)} | {"L": "(n119 - y)^2"}
    graph = {"inputs": ["x", "y"], "parameters": {"w": 0.5}, "nodes": nodes, "output": "L"}
    training = {"learning_rate": 0.01}
    scenario = bt.scenario({"title": "t", "graph": graph, "data": [{"x": 1, "y": 3}], "training": training})
    ends = [m.run_epochs(initial_state(scenario), 5) for m in (TapeTrainer(scenario), ProgramTrainer(scenario))]
    np.testing.assert_allclose(every_number(ends[1]), every_number(ends[0]), rtol=1e-12)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_array_code_computes_the_stable_form(name: str) -> None:
    """The array code of every function, written by hand or not, gives the numbers of its stable form, far out too."""
    x = np.array([-40.0, -3.7, -1.5, -0.3, 0.2, 0.9, 1.5, 3.3, 40.0])
    x = np.abs(x) if name in ("log", "sqrt") else x
    given = (x, x[::-1].copy())[: KNOWN[name].arity]
    form, out = stable_form(name), FUNCTIONS[name].value(*given)
    names = dict(zip("xy", given, strict=False))
    with np.errstate(over="ignore", invalid="ignore"):  # every case is computed everywhere, also where it is not taken
        np.testing.assert_allclose(out, on_arrays(form.value)(names), rtol=1e-12)
        for slope, written in zip(FUNCTIONS[name].slopes, form.slopes, strict=True):
            right = on_arrays(written)({"out": out, **names}) + 0 * x
            np.testing.assert_allclose(slope(out, *given), right, rtol=1e-12)
