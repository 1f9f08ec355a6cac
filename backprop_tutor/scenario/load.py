"""A scenario from a file: read, held against the schema, checked, and built."""

from __future__ import annotations

from pathlib import Path

from backprop_tutor.scenario.schema import GraphScenarioFile, NetworkScenarioFile
from backprop_tutor.scenario.source import Source, read_source
from backprop_tutor.scenario.validation import validated


def read(source: str | Path) -> tuple[NetworkScenarioFile | GraphScenarioFile, Source]:
    """The scenario file at a path, of a bundled name or on standard input (``-``), and where everything in it stands.

    Raises TutorError with every problem of the file, each at its line and column.
    """
    text = read_source(source)
    return validated(text), text
