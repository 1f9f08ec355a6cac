"""Whether the numbers of a scenario are fit for working by hand: nothing dead, saturated or tiny."""

from __future__ import annotations

from collections.abc import Iterable
from math import isfinite

from backprop_tutor.engine.array import Array
from backprop_tutor.engine.scenario import Scenario
from backprop_tutor.engine.tape import Trace
from backprop_tutor.engine.training import run_scenario
from backprop_tutor.errors import TutorError
from backprop_tutor.formula.nodes import Role
from backprop_tutor.practice.quiz.exercise import steps_to_ask

SATURATED = 0.95
DEAD = 0.05
SMALLEST_GRADIENT = 1e-3
LARGEST = 100.0
BOUNDED = ("sigmoid", "tanh", "softmax")


def fit(scenario: Scenario, smallest: float = SMALLEST_GRADIENT) -> bool:
    """Whether every unit is alive, no gradient is below 0.001, or what else is still large enough, no number above 100."""
    try:
        steps = run_scenario(scenario, steps_to_ask(scenario)).steps
    except TutorError:
        return False
    return all(_fit(scenario, step.trace, smallest) for step in steps)


def _fit(scenario: Scenario, trace: Trace, smallest: float) -> bool:
    nodes = list(enumerate(scenario.graph.nodes))
    alive = all(_alive(trace.values[i], node.op.name) for i, node in nodes if node.op and node.role == Role.ACTIVATION)
    moving = scenario.graph.parameters or tuple(node.name for _, node in nodes if node.role == Role.INPUT)
    clear = all(abs(g) >= smallest for name in moving for g in _numbers(trace.adjoint(name)))
    bounded = all(isfinite(v) and abs(v) <= LARGEST for value in trace.values for v in _numbers(value))
    return alive and clear and bounded


def _alive(activations: Array, function: str) -> bool:
    most = SATURATED if function in BOUNDED else LARGEST
    return all(DEAD <= abs(a) <= most for a in _numbers(activations))


def _numbers(array: Array) -> Iterable[float]:
    return array.ravel().tolist()
