"""What both kinds of scenario have in common, from the file's models to the plain record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from backprop_tutor.engine.scenario import Presentation, Training
from backprop_tutor.scenario.bundled import folder
from backprop_tutor.scenario.schema import Record, ScenarioFile, TrainingFile
from backprop_tutor.scenario.source import Source
from backprop_tutor.scenario.textfile import STANDARD_INPUT_NAME


def about(file: ScenarioFile, source: Source) -> dict[str, Any]:
    """The fields of `Scenario` that do not depend on its kind."""
    chosen = file.presentation
    return {
        "title": file.title.text,
        "description": file.description and file.description.text,
        "source": file.source and file.source.text,
        "training": training(file.training),
        "presentation": Presentation(chosen.notation, chosen.view, chosen.digits),
        "name": callable_name(source.file),
        "digest": source.digest,
        "unsaid": frozenset(_unsaid(file)),
    }


def _unsaid(file: ScenarioFile) -> Iterator[str]:
    """Which of the loss and the learning rate the file does not name, where it could."""
    if "loss" in type(file).model_fields and "loss" not in file.model_fields_set:
        yield "loss"
    if "learning_rate" not in file.training.model_fields_set:
        yield "learning_rate"


def callable_name(file: str) -> str:
    """What to call the scenario by on the command line: its bundled name, or its file; empty for standard input."""
    if file == STANDARD_INPUT_NAME:
        return ""
    path = Path(file)
    return path.stem if path.parent == folder() else file


def training(file: TrainingFile) -> Training:
    """How the parameters change."""
    sizes = {"full": None, "online": 1}
    return Training(
        optimizer=file.optimizer.kind,
        learning_rate=file.learning_rate,
        settings=file.optimizer.settings,
        steps=file.steps,
        batch=sizes[file.batch] if isinstance(file.batch, str) else file.batch,
        stop=_given(file.stop),
        shuffle=file.shuffle,
    )


def settings_spelled(source: Source) -> Mapping[str, str]:
    """The author's figures for the settings of the training and the loss, by their names."""
    paths = [("training", "learning_rate"), ("loss", "l2")]
    paths += [path for path in source.tree.spellings if path[:2] == ("training", "optimizer")]  # type: ignore[misc]
    return {str(path[-1]): text for path in paths if (text := source.spelling(path)) is not None}


def _given(record: Record) -> dict[str, float]:
    return {name: float(value) for name, value in record if value is not None}
