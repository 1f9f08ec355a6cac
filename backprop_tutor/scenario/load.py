"""A scenario from a file: read, held against the schema, checked, and built."""

from __future__ import annotations

from pathlib import Path
from typing import assert_never

from backprop_tutor.engine.scenario import Scenario
from backprop_tutor.scenario.schema import GraphScenarioFile, NetworkScenarioFile
from backprop_tutor.scenario.source import Source, read_source
from backprop_tutor.scenario.validation import validated


def load(source: str | Path) -> Scenario:
    """The scenario at a path, of a bundled name or on standard input (``-``). Raises TutorError as `read` does."""
    return build(*read(source))


def build(file: NetworkScenarioFile | GraphScenarioFile, source: Source) -> Scenario:
    """The scenario of a file that was read."""
    match file:
        case NetworkScenarioFile():
            from backprop_tutor.scenario.network import build_network

            return build_network(file, source)
        case GraphScenarioFile():
            from backprop_tutor.scenario.expressions import build_expressions

            return build_expressions(file, source)
        case _:
            assert_never(file)


def read(
    source: str | Path, learning_rate: str | None = None, optimizer: str | None = None
) -> tuple[NetworkScenarioFile | GraphScenarioFile, Source]:
    """The scenario file at a path, of a bundled name or on standard input (``-``), and where everything in it stands.

    A learning rate or an optimizer that is given takes the place of the file's. Raises TutorError with every problem of
    the file, each at its line and column.
    """
    text = read_source(source)
    if learning_rate is not None or optimizer is not None:
        from backprop_tutor.scenario.override import overridden

        text = overridden(text, learning_rate, optimizer)
    return validated(text), text
