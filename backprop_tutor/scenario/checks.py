"""What must hold between the values of a scenario: everything that no single field can say of itself."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import assert_never

from backprop_tutor.scenario import choices
from backprop_tutor.scenario.layer_checks import not_taken
from backprop_tutor.scenario.schema import GraphScenarioFile, NetworkScenarioFile, OptimizerFile
from backprop_tutor.scenario.source import Fault
from backprop_tutor.text import T

NO_SETTING = T("{optimizer} takes no '{setting}:'{taken}", "{optimizer} 不接受 '{setting}:'{taken}")


def check(file: NetworkScenarioFile | GraphScenarioFile) -> tuple[Fault, ...]:
    """Everything wrong with a file that fits the schema."""
    match file:
        case NetworkScenarioFile():
            from backprop_tutor.scenario.network_checks import check_network_scenario

            found = check_network_scenario(file)
        case GraphScenarioFile():
            from backprop_tutor.scenario.graph_checks import check_graph_scenario

            found = check_graph_scenario(file)
        case _:
            assert_never(file)
    return tuple(chain(found, _optimizer(file.training.optimizer)))


def _optimizer(optimizer: OptimizerFile) -> Iterator[Fault]:
    """Settings that an optimizer does not take."""
    taken = choices.optimizers()[optimizer.kind]
    for setting in optimizer.settings:
        if setting not in taken:
            said = not_taken(NO_SETTING, taken, optimizer=optimizer.kind, setting=setting)
            yield Fault(("training", "optimizer", setting), said, key=True)
