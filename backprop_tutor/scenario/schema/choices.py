"""The names a scenario may use: read from the tables of the rooms that own them, when a file is read.

So the schema, its messages and the JSON Schema for editors know a new entry as soon as it is in its table.
"""

from __future__ import annotations

from collections.abc import Mapping

NOTATIONS = ("nodes", "layers", "nielsen", "brackets", "theta", "pdp")
VIEWS = ("paths", "deltas", "matrix", "graph")
INITIAL_ACCUMULATOR = "initial_accumulator"


def topics() -> tuple[str, ...]:
    """What a scenario can be about."""
    from backprop_tutor.scenario.topics import TOPICS

    return tuple(TOPICS)


def activations() -> tuple[str, ...]:
    """The activation functions."""
    from backprop_tutor.graph.ops.activations import ACTIVATIONS

    return tuple(ACTIVATIONS)


def constants() -> Mapping[str, tuple[str, ...]]:
    """The constants of activation functions by name, each with the functions that take it."""
    from backprop_tutor.formula.functions import SETTINGS

    names = dict.fromkeys(setting.name for setting in SETTINGS.values())
    return {name: tuple(each.of for each in SETTINGS.values() if each.name == name) for name in names}


def kinds() -> tuple[str, ...]:
    """The kinds of layers."""
    from backprop_tutor.layers.table import KINDS

    return tuple(KINDS)


def losses() -> tuple[str, ...]:
    """The losses of one example."""
    from backprop_tutor.graph.ops.losses import LOSSES

    return tuple(LOSSES)


def cross_entropies() -> tuple[str, ...]:
    """The losses whose targets are probabilities."""
    from backprop_tutor.graph.ops.losses import LOSSES

    return tuple(loss.name for loss in LOSSES.values() if loss.probabilities)


def optimizers() -> Mapping[str, tuple[str, ...]]:
    """The optimizers and the settings each of them takes."""
    from backprop_tutor.training.optimizers import OPTIMIZERS

    return {
        name: (*optimizer.settings, *((INITIAL_ACCUMULATOR,) if optimizer.accumulator else ()))
        for name, optimizer in OPTIMIZERS.items()
    }


def schedules() -> Mapping[str, tuple[str, ...]]:
    """The schedules of the learning rate and the settings each of them takes."""
    from backprop_tutor.training.rule import SCHEDULES, WARM_UP

    return {name: (*schedule.settings, *WARM_UP.settings) for name, schedule in SCHEDULES.items()}


def clippings() -> tuple[str, ...]:
    """What is clipped of a gradient."""
    from backprop_tutor.training.rule import CLIPPING

    return tuple(CLIPPING)


def frameworks() -> tuple[str, ...]:
    """The frameworks that a training can be computed like."""
    from backprop_tutor.verify.frameworks import FRAMEWORKS

    return tuple(FRAMEWORKS)


def notations() -> tuple[str, ...]:
    """The notations the format knows."""
    return NOTATIONS


def views() -> tuple[str, ...]:
    """The views the format knows; lessons are above this room, so a test compares their table with these."""
    return VIEWS


def batches() -> tuple[str, ...]:
    """The names of batch sizes."""
    return ("full", "online")


def initialisers() -> Mapping[str, tuple[str, ...]]:
    """The initialisers of weights and biases, and the settings each of them needs."""
    from backprop_tutor.training.initialise import INITIALISERS

    return {name: initialiser.settings for name, initialiser in INITIALISERS.items()}


def functions() -> tuple[str, ...]:
    """The functions a formula may call, whose names nothing else can have."""
    from backprop_tutor.formula.functions import FUNCTIONS

    return tuple(FUNCTIONS)


def operations() -> tuple[str, ...]:
    """All functions and operations on arrays that a formula of a graph may call."""
    from backprop_tutor.graph.ops.table import SIGNATURES

    return tuple(dict.fromkeys((*functions(), *SIGNATURES)))
