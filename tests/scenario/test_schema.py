"""The models read the format of the contract."""

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import backprop_tutor as bt
from backprop_tutor.scenario.load import read
from backprop_tutor.scenario.schema import choices
from backprop_tutor.scenario.schema.model import (
    GraphScenarioFile,
    InitFile,
    LossFile,
    NetworkScenarioFile,
    OptimizerFile,
    TrainingFile,
)

from .files import GRAPH, NETWORK, spoilt

CONTRACT_NETWORK = """\
title: A 2-2-1 network by hand          # required; text, or {en: ..., zh: ...}, like the next two
description: prose                      # optional, prose
source: {en: here, zh: 这里}            # optional, where the numbers come from
network:
  inputs: [a, b]                        # unit names, or a count (2 means x1, x2)
  layers:
    - units: [c, d]                     # unit names, or a count
      activation: sigmoid
      weights: [[0.1, 0.7],             # one row per unit, one column per unit of the layer below:
                [0.3, null]]            # weights[j][k] goes from unit k to unit j; null = no connection
      bias: [0.35, 0.35]                # one per unit; a number = that for every unit; absent = no bias
      frozen: [bias]                    # optional: any of weights, bias; never updated
    - units: [e]
      activation: sigmoid
      weights: [[0.4, 0.6]]
loss: half_squared_error                # or {function: ..., reduction: mean|sum, l2: 0.01}
data:                                   # one row per example; y may be a number where there is one output
  - {x: [0.5, 0.8], y: [1]}
training:
  optimizer: sgd                        # or {kind: momentum, momentum: 0.9}
  learning_rate: 0.1
  steps: 1                              # update steps that `run` shows
  batch: full                           # full | online (= 1) | a batch size; batches go through data in order
  stop: {loss: 1e-4, gradient_norm: 1e-6, epochs: 10000}   # `train` stops at the first that holds
presentation: {notation: nodes, view: paths, digits: 6}    # optional defaults for this scenario
"""

CONTRACT_GRAPH = """\
title: Chain rule on y = (a+b)(bc)
graph:
  inputs: {a: 1, b: 2, c: 3}            # values here, or a list of names with values in data
  parameters: {w: 0.5}                  # optional; what updates change; a parameter may be used many times
  nodes:                                # any order; each a formula
    p: a + b
    q: b * c
    y: p * q * w
  output: y                             # the quantity that is differentiated; with parameters, the loss
data: [{a: 1, b: 2, c: 3}]              # optional examples; the reported loss is their mean
training: {learning_rate: 0.1, steps: 1}
"""


@pytest.fixture
def reading(tmp_path):
    """Reads a text as a scenario file."""

    def read_text(text: str) -> NetworkScenarioFile | GraphScenarioFile:
        (tmp_path / "f.yaml").write_text(text, encoding="utf-8")
        return read(tmp_path / "f.yaml")[0]

    return read_text


def test_the_network_of_the_contract(reading):
    """The network of the contract is read with every field it shows."""
    file = reading(CONTRACT_NETWORK)

    first = file.network.layers[0]
    assert isinstance(file, NetworkScenarioFile)
    assert (file.network.inputs, first.units) == (("a", "b"), ("c", "d"))
    assert (first.weights, first.bias, first.frozen) == (((0.1, 0.7), (0.3, None)), (0.35, 0.35), ("bias",))
    assert file.loss == LossFile(function="half_squared_error", reduction="mean", l2=0.0)
    assert (file.data[0].x, file.data[0].y) == ((0.5, 0.8), (1.0,))
    assert file.training.stop.epochs == 10_000
    assert file.source.text.zh == "这里"


def test_the_graph_of_the_contract(reading):
    """The graph of the contract is read with every field it shows."""
    file = reading(CONTRACT_GRAPH)

    assert isinstance(file, GraphScenarioFile)
    assert file.graph.inputs == {"a": 1, "b": 2, "c": 3}
    assert list(file.graph.nodes) == ["p", "q", "y"]
    assert file.data == ({"a": 1, "b": 2, "c": 3},)


def test_what_a_file_leaves_out(reading):
    """Without training, loss and presentation: one full step of gradient descent at 0.1 on half the squared error."""
    text = NETWORK.partition("training:")[0].replace("loss: half_squared_error\n", "")

    file = reading(text)

    assert file.training == TrainingFile(
        optimizer=OptimizerFile(kind="sgd"), learning_rate=0.1, steps=1, batch="full", shuffle=None
    )
    assert file.loss.function == "half_squared_error"
    assert file.presentation.model_dump(exclude_none=True) == {}


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("y: [1]", "y: 1", lambda file: file.data[0].y == (1.0,)),
        ("inputs: [a, b]", "inputs: 2", lambda file: file.network.inputs == 2),
        ("bias: [0.35, 0.35]", "bias: 0.35", lambda file: file.network.layers[0].bias == 0.35),
        ("bias: [0.35, 0.35]", "bias:", lambda file: file.network.layers[0].bias is None),
        (
            "[[0.4, 0.6]]",
            "{init: he_normal, seed: 3}",
            lambda file: file.network.layers[1].weights == InitFile(init="he_normal", seed=3),
        ),
        (
            "loss: half_squared_error",
            "loss: {function: squared_error, reduction: sum, l2: 0.01}",
            lambda file: file.loss == LossFile(function="squared_error", reduction="sum", l2=0.01),
        ),
        ("half_squared_error", "(a - y)^4", lambda file: file.loss.function == "(a - y)^4"),
        ("half_squared_error", "a", lambda file: file.loss.function == "a"),
        ("  learning_rate: 0.1", "  # learning_rate: 0.1", lambda file: file.training == TrainingFile()),
        (
            "learning_rate: 0.1",
            "batch: 3\n  shuffle: 7",
            lambda file: (file.training.batch, file.training.shuffle) == (3, 7),
        ),
        (
            "learning_rate: 0.1",
            "optimizer: {kind: adam, beta1: 0.5}",
            lambda file: (file.training.optimizer.kind, file.training.optimizer.settings) == ("adam", {"beta1": 0.5}),
        ),
    ],
)
def test_the_other_forms(old, new, found, reading):
    """Every short and long form of a value is read as what it stands for."""
    assert found(reading(spoilt(NETWORK, old, new)))


@pytest.mark.parametrize("activation", choices.activations())
def test_every_activation_of_the_table(activation, reading):
    """Every entry of the table may stand in the output layer."""
    text = spoilt(NETWORK, "[e]\n      activation: sigmoid", f"[e]\n      activation: {activation}")

    assert reading(text).network.layers[1].activation == activation


@pytest.mark.parametrize("loss", choices.losses())
def test_every_loss_of_the_table(loss, reading):
    """Every entry of the table may be the loss."""
    assert reading(spoilt(NETWORK, "half_squared_error", loss)).loss.function == loss


@pytest.mark.parametrize(("optimizer", "settings"), choices.optimizers().items())
def test_every_optimizer_takes_its_settings(optimizer, settings, reading):
    """Every optimizer takes all the settings its entry has, and the record has no others."""
    given_settings = "".join(f", {setting}: 0.5" for setting in settings)

    file = reading(spoilt(NETWORK, "learning_rate: 0.1", f"optimizer: {{kind: {optimizer}{given_settings}}}"))

    assert file.training.optimizer.model_dump(exclude={"kind"}, exclude_none=True) == dict.fromkeys(settings, 0.5)


def test_the_settings_are_those_of_the_tables():
    """The settings of optimizers and initialisers in the schema are those some entry takes, and no more."""
    taken = {setting for settings in choices.optimizers().values() for setting in settings}
    needed = {setting for settings in choices.initialisers().values() for setting in settings}

    assert OptimizerFile.model_fields.keys() - {"kind"} == taken
    assert InitFile.model_fields.keys() - {"init"} == needed


@pytest.mark.parametrize(("init", "needed"), choices.initialisers().items())
def test_every_initialiser_with_what_it_needs(init, needed, reading):
    """Every initialiser is read with the settings it needs."""
    settings = "".join(f", {setting}: 1" for setting in needed)

    file = reading(spoilt(NETWORK, "[[0.4, 0.6]]", f"{{init: {init}{settings}}}"))

    assert file.network.layers[1].weights.init == init


@pytest.mark.parametrize(
    "targets", ["[1, 0]", "[0.7, 0.3]", "[0.1, 0.9]", f"[{1 / 3!r}, {2 / 3!r}]", "[0.3333333333, 0.6666666667]"]
)
def test_targets_that_sum_to_one(targets, reading):
    """Targets of a softmax with a cross-entropy may miss 1 by rounding, up to 1e-9."""
    text = spoilt(NETWORK, "[e]\n      activation: sigmoid", "[e, f]\n      activation: softmax")
    text = spoilt(spoilt(text, "[[0.4, 0.6]]", "[[0.4, 0.6], [0, 1]]"), "half_squared_error", "cross_entropy")

    assert len(reading(spoilt(text, "y: [1]", f"y: {targets}")).data[0].y) == 2


def test_formulas_in_any_order_and_constants(reading):
    """Nodes may come before what they use, use a name many times, and be constants."""
    file = reading(spoilt(GRAPH, "    p: a + b\n    q: w * b\n", "    p: a + b * k\n    q: w * w\n    k: 0.50\n"))

    assert file.graph.nodes["k"] == "0.5"


def test_the_output_may_be_called_loss(reading):
    """The name loss belongs to the output, if to anything."""
    file = reading(GRAPH.replace("y: p * q", "loss: p * q").replace("output: y", "output: loss"))

    assert file.graph.output == "loss"


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=2, max_size=2))
def test_numbers_are_read_to_the_last_bit(tmp_path_factory, numbers):
    """A number written by Python is read as the same float."""
    path = tmp_path_factory.getbasetemp() / "numbers.yaml"
    path.write_text(spoilt(NETWORK, "[[0.4, 0.6]]", f"[{numbers!r}]"))

    file, source = read(path)

    assert list(file.network.layers[1].weights[0]) == numbers
    assert [source.spelling(("network", "layers", 1, "weights", 0, k)) for k in (0, 1)] == list(map(repr, numbers))


def test_a_record_cannot_be_changed(reading):
    """What was read is frozen."""
    with pytest.raises(ValueError, match="frozen"):
        reading(NETWORK).training.steps = 2


def test_the_models_are_not_built_before_they_are_needed():
    """Importing the schema builds no validator and loads neither NumPy nor anything of JSON Schema."""
    program = (
        "import sys; from backprop_tutor.scenario.schema import model as schema;"
        "print(schema.NetworkScenarioFile.__pydantic_complete__, *{'numpy', 'jsonschema'} & sys.modules.keys())"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert done.stdout == "False\n"


CONSTANTS: list[tuple[str, str, Callable[[Any, float], Any]]] = [
    ("leaky_relu", "slope", lambda z, c: np.where(z > 0, z, c * z)),
    ("elu", "alpha", lambda z, c: np.where(z > 0, z, c * np.expm1(z))),
    ("celu", "alpha", lambda z, c: np.where(z > 0, z, c * np.expm1(z / c))),
    ("softplus", "beta", lambda z, c: np.log1p(np.exp(c * z)) / c),
    ("silu", "beta", lambda z, c: z / (1 + np.exp(-c * z))),
]


@pytest.mark.parametrize(("activation", "key", "by_hand"), CONSTANTS, ids=[name for name, *_ in CONSTANTS])
@pytest.mark.parametrize("constant", [0.3, 2.0])
def test_a_constant_of_an_activation(
    activation: str, key: str, by_hand: Callable[[Any, float], Any], constant: float
) -> None:
    """As a key of a dense layer, of a layer among others and in a formula: values and derivatives by hand."""
    x, h = np.array([-1.25, 0.75]), 1e-6
    layer = {"units": 2, "activation": activation, key: constant, "weights": [[1, 0], [0, 1]]}
    about = {"title": "t", "loss": "squared_error", "data": [{"x": x.tolist(), "y": [0, 0]}]}
    dense = {**about, "network": {"inputs": 2, "layers": [layer]}}
    mixed = {**about, "network": {"inputs": {"shape": [2]}, "layers": [{"kind": "dense", **layer}]}}
    written = {"a": f"{activation}(z, {key}={constant})", "L": "a[1]^2 + a[2]^2"}
    graph = {"title": "t", "graph": {"inputs": {"z": x.tolist()}, "nodes": written, "output": "L"}}
    slope = (by_hand(x + h, constant) - by_hand(x - h, constant)) / (2 * h)
    for file, a, z in ((dense, "a1", "z1"), (mixed, "a1", "z1"), (graph, "a", "z")):
        trace = bt.run(bt.scenario(file))
        np.testing.assert_allclose(np.ravel(trace[f"values.{a}"]), by_hand(x, constant), rtol=1e-14)
        np.testing.assert_allclose(np.ravel(trace[f"grads.{z}"]), 2 * by_hand(x, constant) * slope, rtol=1e-8)
