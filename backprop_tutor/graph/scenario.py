"""A scenario as plain data: what is to be computed, and the words and figures its author gave it.

`scenario/` reads files into this record; everything after it (run, lesson, quiz) takes it from here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from backprop_tutor.errors import Place
from backprop_tutor.frozen import frozen
from backprop_tutor.graph.array import Array
from backprop_tutor.graph.graph import Graph
from backprop_tutor.text import T


@frozen
class Training:
    """How parameters change: the optimizer's name and settings, steps to show, examples per step (None means all).

    `stop` holds the criteria of a long training by name: loss, gradient_norm, epochs. `shuffle` is the seed of the
    order of the examples in each epoch, None for the order of the file. `like` is the framework that it computes like.
    """

    optimizer: str = "sgd"
    learning_rate: float = 0.1
    settings: Mapping[str, float] = field(default_factory=dict)
    steps: int = 1
    batch: int | None = None
    stop: Mapping[str, float] = field(default_factory=dict)
    shuffle: int | None = None
    like: str | None = None


@frozen
class Presentation:
    """How the author wants it shown, where the reader does not say otherwise."""

    notation: str | None = None
    view: str | None = None
    digits: int | None = None


@frozen(eq=False)
class Scenario:
    """A scenario. `data` holds each given quantity by node name, examples as columns; `parameters` the starting values.

    `frozen` names the parameters no update touches, `kept` is what the optimizer keeps at the start, by parameter
    and name. `spelling` has the author's own figures by contract name (``W1[1,2]`` → ``0.70``; of data with
    ``@example``); `places` tells where in the file a quantity stands. `unsaid` holds what the author left to the
    program: ``loss``, ``learning_rate``. `unvaried` names what variants keep.
    """

    title: T
    graph: Graph
    data: Mapping[str, Array]
    parameters: Mapping[str, Array]
    description: T | None = None
    source: T | None = None
    frozen: frozenset[str] = frozenset()
    kept: Mapping[str, Mapping[str, Array]] = field(default_factory=dict)
    training: Training = Training()
    presentation: Presentation = Presentation()
    spelling: Mapping[str, str] = field(default_factory=dict)
    places: Mapping[str, Place] = field(default_factory=dict)
    unsaid: frozenset[str] = frozenset()
    unvaried: frozenset[str] = frozenset()
    name: str = ""
    digest: str = ""

    @property
    def examples(self) -> int:
        """How many examples there are."""
        return next(iter(self.data.values())).shape[-1] if self.data else 1
