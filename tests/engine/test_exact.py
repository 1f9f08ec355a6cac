"""Every number of random and of saturated networks against mpmath, to twelve digits."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from mpmath import isfinite, mpf, workdps

from backprop_tutor.formula.functions import FUNCTIONS
from backprop_tutor.graph.expression import DomainError
from backprop_tutor.graph.graph import Layer, Network
from backprop_tutor.graph.ops.activations import ACTIVATIONS
from backprop_tutor.graph.ops.losses import FUSED_GRADIENTS, LOSSES
from backprop_tutor.graph.tape import Trace, run
from backprop_tutor.layers.dense import network_graph
from tests.conftest import EXPLORES
from tests.engine.reference import DIGITS, FEW_DIGITS, STEP, Given, derivative, numbers

RELATIVE = 1e-12
CANCELLED = 1e-13  # of the largest number of its kind: the rest of larger ones that cancel
SMALLEST, LARGEST = np.finfo(float).tiny, np.finfo(float).max
NEXT_TO_NOTHING = 1e-6
EIGHTHS = st.integers(-16, 16).map(lambda eighths: eighths / 8)
SATURATING = (-800.0, -40.0, -20.0, -3.25, 0.75, 20.0, 40.0, 800.0)
HIDDEN = [name for name in ACTIVATIONS if name != "softmax"]


def one_unit(activation: str, loss: str, z: float, y: float) -> tuple[Network, Given]:
    """A layer with one weight that gives z; a softmax has a second unit at 0."""
    units, outputs = (("u", "v"), [[y], [1 - y]]) if activation == "softmax" else (("u",), [[y]])
    network = Network(("p",), (Layer(units, activation, bias=False),), loss, "mean", 0.0, named=True)
    weights = [[z], [0.0]][: len(units)]
    return network, {"x": np.array([[1.0]]), "y": np.array(outputs), "W1": np.array(weights)}


def representable(number: mpf) -> bool:
    """Whether a float can hold a number with all its digits."""
    return bool(isfinite(number)) and (number == 0 or SMALLEST <= abs(number) <= LARGEST)


def both(network: Network, given: Given, trace: Trace) -> Iterator[tuple[str, float, mpf]]:
    """Every value and every derivative: what it is, as the engine has it, and as it is in truth."""
    for (name, row, column), true in numbers(network, given).items():
        yield f"values.{name}", float(trace.value(name)[row, column]), true
        if name not in ("y", "losses"):
            slope = derivative(network, given, (name, row, column), true)
            yield f"grads.{name}", float(trace.adjoint(name)[row, column]), slope


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("z", SATURATING)
def test_no_saturated_unit_loses_a_digit(activation: str, z: float) -> None:
    """Value, loss, dL/da, dL/dz and dL/dW of one unit are right wherever a float can hold them, with every loss.

    Left out is what an output cannot tell that is not made of probabilities: how far it is from 1, or from its target,
    where that is next to nothing.
    """
    places = product(enumerate(LOSSES), enumerate((0.0, 1.0, -1.0, 0.25)))
    turn = SATURATING.index(
        z
    )  # every other pair of a loss and a target, for the next z the others; all when a run explores
    cases = [(loss, y) for (i, loss), (j, y) in places if EXPLORES or (i + j + turn) % 2 == 0]
    assert not [(loss, y, wrong) for loss, y in cases for wrong in _lost(activation, z, loss, y)]


def _lost(activation: str, z: float, loss: str, y: float) -> Iterator[str]:
    """The numbers of a unit that are not right."""
    network, numbers_given = one_unit(activation, loss, z, y)
    try:
        trace = run(network_graph(network), numbers_given)
    except DomainError:
        return  # a cross-entropy of something that is no probability
    if y < 0 and LOSSES[loss].probabilities:
        return
    a = trace.value("a1")[0, 0]
    near = min(abs(a - y), 1 - a if LOSSES[loss].probabilities else 1) < NEXT_TO_NOTHING
    if near and not ACTIVATIONS[activation].gives_probabilities:
        return
    with workdps(DIGITS if abs(z) > 40 else FEW_DIGITS):
        found = list(both(network, numbers_given, trace))
        whole = all(representable(true) for name, _, true in found if name == "grads.a1")
        if (activation, loss) in FUSED_GRADIENTS or whole:
            yield from _wrong(found)


def _wrong(found: list[tuple[str, float, mpf]]) -> Iterator[str]:
    """The names of numbers that a float can hold and that are others."""
    for name, shown, true in found:
        if representable(true) and shown != pytest.approx(float(true), rel=RELATIVE, abs=0):
            yield f"{name}: {shown!r}, not {float(true)!r}"


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("z", [(710.0, 0.0, -3.0), (800.0, -800.0, 0.0), (-40.0, 40.0, 40.0), (800.0, 800.0, 800.0)])
@pytest.mark.parametrize("y", [(0.0, 1.0, 0.0), (0.25, 0.25, 0.5), (1.0, 1.0, 1.0), (0.0, 0.0, 0.0)])
def test_no_softmax_loses_a_digit_far_apart_or_at_a_tie(loss: str, z: tuple[float, ...], y: tuple[float, ...]) -> None:
    """The loss and dL/dz behind a softmax of three outputs, with logits 710 to 1,600 apart and with equal ones.

    Between whole targets a cross-entropy has nothing that cancels; elsewhere the rest of numbers that do may be lost.
    The reference, a difference, is as far off as the square of its step.
    """
    network = Network(("p",), (Layer(("u", "v", "w"), "softmax", bias=False),), loss, "mean", 0.0, named=True)
    given = {"x": np.array([[1.0]]), "y": np.array([y]).T, "W1": np.array([z]).T}
    trace = run(network_graph(network), given)
    noise = 10 * float(STEP) ** 2 if LOSSES[loss].probabilities and set(y) <= {0.0, 1.0} else CANCELLED
    with workdps(DIGITS):
        for j in range(3):
            slope = derivative(network, given, ("z1", j, 0), numbers(network, given)["z1", j, 0])
            if representable(slope):
                assert float(trace.adjoint("z1")[j, 0]) == pytest.approx(float(slope), rel=RELATIVE, abs=noise)
        assert trace.value("loss").item() == pytest.approx(float(numbers(network, given)["loss", 0, 0]), rel=RELATIVE)


@st.composite
def networks(draw: st.DrawFn) -> tuple[Network, Given]:
    """Two layers of any kind, gentle or steep, with a missing connection, a batch, an l2 penalty."""
    loss, hidden = draw(st.sampled_from(sorted(LOSSES))), draw(st.sampled_from(HIDDEN))
    likely = ["sigmoid", "softmax"] if LOSSES[loss].probabilities else sorted(ACTIVATIONS)
    layers = (
        Layer(("c", "d"), hidden, draw(st.booleans()), ((True, draw(st.booleans())), (True, True))),
        Layer(("e", "f"), draw(st.sampled_from(likely)), draw(st.booleans())),
    )
    reduction, l2 = draw(st.sampled_from(("mean", "sum"))), draw(st.sampled_from((0.0, 0.01)))
    network, steep = Network(("a", "b"), layers, loss, reduction, l2, named=True), draw(st.sampled_from((1, 1, 8)))

    def array(rows: int, columns: int) -> np.ndarray:
        return np.array(draw(st.lists(EIGHTHS, min_size=rows * columns, max_size=rows * columns))).reshape(
            rows, columns
        )

    targets = np.abs(array(2, 2)) / 2
    given = {
        "x": array(2, 2),
        "y": np.stack([targets[0], 1 - targets[0]]),
        "W1": steep * array(2, 2),
        "W2": array(2, 2),
    }
    given["W1"][0, 1] *= layers[0].present[0][1]
    return network, given | {f"b{i}": array(2, 1) for i, layer in enumerate(layers, start=1) if layer.bias}


def _at_a_kink(layer: Layer, z: np.ndarray) -> bool:
    """Whether a unit is so near its kink that a difference, the reference's derivative, reaches across it."""
    known = FUNCTIONS.get(str(layer.activation))
    return known is not None and any((np.abs(z - kink) < NEXT_TO_NOTHING).any() for kink in known.kinks)


@pytest.mark.slow
@settings(max_examples=50, deadline=None)
@given(networks())
def test_every_number_of_a_random_network(drawn: tuple[Network, Given]) -> None:
    """Values and derivatives of every node, for every activation and loss, over a batch."""
    network, numbers_given = drawn
    trace = run(network_graph(network), numbers_given)
    assume(not any(_at_a_kink(layer, trace.value(f"z{i}")) for i, layer in enumerate(network.layers, start=1)))
    missing = network.layers[0].present == ((True, False), (True, True))
    with workdps(FEW_DIGITS):
        for name, shown, true in both(network, numbers_given, trace):
            kind = trace.value(name.split(".")[1]) if name.startswith("values") else trace.adjoint(name.split(".")[1])
            noise = CANCELLED * max(1.0, float(np.abs(kind).max()))
            if not (missing and name == "grads.W1"):
                assert shown == pytest.approx(float(true), rel=RELATIVE, abs=noise), name
