"""A scenario whose numbers were drawn anew, as a file of its own: what a filled worksheet is checked against."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from backprop_tutor.engine.scenario import Scenario
from backprop_tutor.scenario.save import with_parameters, yaml_text
from backprop_tutor.scenario.schema import GraphScenarioFile, NetworkScenarioFile
from backprop_tutor.text import LANGUAGES, T

ORDER = ("title", "network", "graph", "loss", "data", "training", "presentation")
"""The parts of the file in the order they are read; what the author wrote about the old numbers is left out."""


def variant_text(
    file: NetworkScenarioFile | GraphScenarioFile, scenario: Scenario, title: T, shown: Mapping[str, str], steps: int
) -> str:
    """`file` as YAML with the numbers of `scenario`, under a title of its own, showing `steps` steps.

    `shown` is how it is to be shown, such as ``notation: theta``, where that is not as the author chose.
    """
    written = with_parameters(file, scenario.graph, scenario.parameters)
    written |= {"title": {lang: title[lang] for lang in LANGUAGES}, "data": _rows(file, scenario)}
    if isinstance(file, GraphScenarioFile):
        written["graph"]["inputs"] = list(scenario.data) if file.data else written.pop("data")[0]
    if scenario.parameters:
        written["training"] = {**(written.get("training") or {}), "steps": steps}
    if shown:
        written["presentation"] = {**(written.get("presentation") or {}), **shown}
    return yaml_text({key: written[key] for key in ORDER if key in written})


def _rows(file: NetworkScenarioFile | GraphScenarioFile, scenario: Scenario) -> list[dict[str, Any]]:
    """The examples, one each."""
    columns = {name: array.T.tolist() for name, array in scenario.data.items()}
    single = isinstance(file, GraphScenarioFile)
    return [
        {name: rows[example][0] if single else rows[example] for name, rows in columns.items()}
        for example in range(scenario.examples)
    ]
