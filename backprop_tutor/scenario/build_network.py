"""Builds the scenario of a layered network from its file: graph, parameters, data, and the author's own figures.

It also converts what both kinds of scenario have in common from the file's models to the plain record.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from backprop_tutor.errors import Place
from backprop_tutor.formula.nodes import Formula
from backprop_tutor.graph.array import Array, np
from backprop_tutor.graph.graph import Layer, Network
from backprop_tutor.graph.ops.activations import ACTIVATIONS
from backprop_tutor.graph.ops.losses import LOSSES
from backprop_tutor.graph.scenario import Presentation, Scenario, Training
from backprop_tutor.layers.dense import network_graph, node_name
from backprop_tutor.scenario.bundled import folder
from backprop_tutor.scenario.schema.model import (
    Bias,
    InitFile,
    LayerFile,
    NetworkFile,
    NetworkScenarioFile,
    Record,
    ScenarioFile,
    TrainingFile,
    Units,
    Weights,
    activation_of,
)
from backprop_tutor.scenario.yaml.source import Source
from backprop_tutor.scenario.yaml.textfile import STANDARD_INPUT_NAME


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
        "unvaried": frozenset(file.keep),
    }


def _unsaid(file: ScenarioFile) -> Iterator[str]:
    """Which of the loss and the learning rate the file could name but does not."""
    if "loss" in type(file).model_fields and "loss" not in file.model_fields_set:
        yield "loss"
    if "learning_rate" not in file.training.model_fields_set:
        yield "learning_rate"


def callable_name(file: str) -> str:
    """The scenario's name on the command line: its bundled name, or its file; empty for standard input."""
    if file == STANDARD_INPUT_NAME:
        return ""
    path = Path(file)
    return path.stem if path.parent == folder() else file


def training(file: TrainingFile) -> Training:
    """How the parameters change, as in the books or as in a framework."""
    from backprop_tutor.training.optimizers import OPTIMIZERS

    sizes = {"full": None, "online": 1}
    return Training(
        optimizer=OPTIMIZERS.like(file.optimizer.kind, file.like),
        learning_rate=file.learning_rate,
        settings=file.optimizer.settings,
        steps=file.steps,
        batch=sizes[file.batch] if isinstance(file.batch, str) else file.batch,
        stop=_given(file.stop),
        shuffle=file.shuffle,
        like=file.like,
        schedule=file.schedule.kind,
        schedule_settings=file.schedule.settings,
        clip=file.clip.kind if file.clip else None,
        limit=file.clip.limit if file.clip else 1.0,
    )


def settings_spelled(source: Source) -> Mapping[str, str]:
    """The author's figures for the settings of the training and the loss, by their names."""
    paths = [("training", "learning_rate"), ("loss", "l2")]
    parts = ("optimizer", "schedule", "clip")
    paths += [path for path in source.tree.spellings if path[:1] == ("training",) and path[1:2] and path[1] in parts]  # type: ignore[misc]
    return {str(path[-1]): text for path in paths if (text := source.spelling(path)) is not None}


def _given(record: Record) -> dict[str, float]:
    return {name: float(value) for name, value in record if value is not None}


def build_network(file: NetworkScenarioFile, source: Source) -> Scenario:
    """The scenario of a checked file. Shapes: W (units, units below), b (units, 1), x and y (units, examples)."""
    network = _network(file)
    layers = list(zip(file.network.layers, range(1, len(network.layers) + 1), strict=True))
    parameters: dict[str, Array] = {}
    for layer, number in layers:
        fans = len(network.units(number - 1)), len(network.units(number))
        parameters[node_name("W", number)] = weights(layer.weights, fans)
        if layer.bias is not None:
            parameters[node_name("b", number)] = bias(layer.bias, fans)
    frozen = {node_name("W" if part == "weights" else "b", number) for layer, number in layers for part in layer.frozen}
    return Scenario(
        graph=network_graph(network),
        data={"x": _columns(row.x for row in file.data), "y": _columns(row.y for row in file.data)},
        parameters=parameters,
        frozen=frozenset(frozen & parameters.keys()),
        spelling={**dict(_spelled(file, network, source)), **settings_spelled(source)},
        places=dict(_places(file, source)),
        **about(file, source),
    )


def _network(file: NetworkScenarioFile) -> Network:
    inputs = names(file.network.inputs, "x")
    like = file.training.like
    layers = tuple(_layer(layer, number, like) for number, layer in enumerate(file.network.layers, start=1))
    loss, l2 = file.loss.function, file.loss.l2
    if like is not None:
        from backprop_tutor.verify.frameworks import loss_like, penalty_like

        loss = loss_like(loss, len(layers[-1].units), like)
        l2 = penalty_like(l2, len(file.data), like)
    return Network(
        inputs,
        layers,
        _function(loss, LOSSES, ("a", "y")),
        file.loss.reduction,
        l2,
        named=is_named(file.network),
    )


def is_named(network: NetworkFile) -> bool:
    """Whether the author named every unit."""
    return not any(isinstance(units, int) for units in (network.inputs, *(layer.units for layer in network.layers)))


def names(units: Units, prefix: str) -> tuple[str, ...]:
    """The names of some units: the author's, or prefix1, prefix2, ... for a count."""
    return tuple(f"{prefix}{i}" for i in range(1, units + 1)) if isinstance(units, int) else units


def _layer(layer: LayerFile, number: int, like: str | None = None) -> Layer:
    present = None
    if not isinstance(layer.weights, InitFile) and any(w is None for row in layer.weights for w in row):
        present = tuple(tuple(w is not None for w in row) for row in layer.weights)
    activation = _function(str(activation_of(layer)), ACTIVATIONS, ("z",))
    if like is not None:
        from backprop_tutor.verify.frameworks import form_like, formula_like

        form = form_like(activation, like) if isinstance(activation, str) else None
        activation = (
            form.formula if form else formula_like(activation, like) if not isinstance(activation, str) else activation
        )
    return Layer(names(layer.units, f"u{number}_"), activation, layer.bias is not None, present)


def _function(text: str, named: Container[str], letters: tuple[str, ...]) -> str | Formula:
    """A name in the table `named`, or else the formula in `letters`."""
    if text in named:
        return text
    from backprop_tutor.formula.parse import parse

    return parse(text, letters)


def weights(given: Weights, fans: tuple[int, int]) -> Array:
    """The weights of a layer, 0 at a missing connection."""
    if isinstance(given, InitFile):
        return _drawn(given, fans[::-1], fans)
    return np.array([[w or 0.0 for w in row] for row in given], dtype=float)


def bias(given: Bias, fans: tuple[int, int]) -> Array:
    """The biases of a layer as a column."""
    if isinstance(given, InitFile):
        return _drawn(given, (fans[1], 1), fans)
    return np.full((fans[1], 1), given, dtype=float) if isinstance(given, (int, float)) else _columns([given])


def _drawn(given: InitFile, shape: tuple[int, ...], fans: tuple[int, int]) -> Array:
    from backprop_tutor.training.initialise import initialise

    return initialise(given.init, shape, fans, given.model_dump(exclude={"init"}, exclude_none=True))


def _columns(rows: Iterable[Any]) -> Array:
    return np.array(list(rows), dtype=np.float64).T


def _spelled(file: NetworkScenarioFile, network: Network, source: Source) -> Iterator[tuple[str, str]]:
    for number, layer in enumerate(file.network.layers, start=1):
        path, is_drawn = ("network", "layers", number - 1), isinstance(layer.weights, InitFile)
        for j in range(len(network.units(number))):
            paths = [
                (f"{node_name('W', number)}[{j + 1},{k + 1}]", (*path, "weights", j, k))
                for k in range(0 if is_drawn else len(network.units(number - 1)))
            ]
            yield from _found(source, [*paths, (f"{node_name('b', number)}[{j + 1}]", (*path, "bias", j))])
    for i, row in enumerate(file.data):
        example = f"@{i + 1}" if len(file.data) > 1 else ""
        for letter, values in (("x", row.x), ("y", row.y)):
            yield from _found(
                source, [(f"{letter}[{k + 1}]{example}", ("data", i, letter, k)) for k in range(len(values))]
            )


def _found(source: Source, paths: list[tuple[str, tuple[str | int, ...]]]) -> Iterator[tuple[str, str]]:
    for name, path in paths:
        text = source.spelling(path)
        if text is not None:
            yield name, text


def _places(file: NetworkScenarioFile, source: Source) -> Iterator[tuple[str, Place]]:
    yield "losses", source.place(("loss",))
    for number in range(1, len(file.network.layers) + 1):
        yield node_name("a", number), source.place(("network", "layers", number - 1, "activation"))
