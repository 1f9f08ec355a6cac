"""What must hold between the values of a scenario: everything that no single field can say of itself."""

from __future__ import annotations

from itertools import chain
from typing import assert_never

from backprop_tutor.scenario.graph_checks import check_graph_scenario
from backprop_tutor.scenario.network_checks import check_network_scenario, check_optimizer
from backprop_tutor.scenario.schema import GraphScenarioFile, NetworkScenarioFile
from backprop_tutor.scenario.source import Fault


def check(file: NetworkScenarioFile | GraphScenarioFile) -> tuple[Fault, ...]:
    """Everything wrong with a file that fits the schema."""
    match file:
        case NetworkScenarioFile():
            found = check_network_scenario(file)
        case GraphScenarioFile():
            found = check_graph_scenario(file)
        case _:
            assert_never(file)
    return tuple(chain(found, check_optimizer(file.training.optimizer)))
