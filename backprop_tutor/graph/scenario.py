"""A scenario as plain data: what is to be computed, with its author's words and figures.

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

MOST_GIVEN, MOST_COMPUTED = 500, 200
"""So many numbers may be given, and so many nodes computed, where somebody works by hand."""


@frozen
class Training:
    """How parameters change: the optimizer's name and settings, steps to show, examples per step (None means all).

    `schedule` and `clip` name what is done to the learning rate and the gradient of a step, with their settings
    (`training/rule.py`). `stop` contains the criteria of a long training by name: loss, gradient_norm, epochs. `shuffle` is the seed of the
    order of the examples in each epoch, None for the order of the file. `like` is the framework whose variant is
    computed. `before` is the number of updates that were made before the first one here.
    """

    optimizer: str = "sgd"
    learning_rate: float = 0.1
    settings: Mapping[str, float] = field(default_factory=dict)
    steps: int = 1
    batch: int | None = None
    stop: Mapping[str, float] = field(default_factory=dict)
    shuffle: int | None = None
    like: str | None = None
    schedule: str = "constant"
    schedule_settings: Mapping[str, float] = field(default_factory=dict)
    clip: str | None = None
    limit: float = 1.0
    before: int = 0

    def count(self, number: int) -> int:
        """The t of the optimizer's rule in the update with this number."""
        return number + self.before


@frozen
class Presentation:
    """The author's choice of presentation, used unless the reader chooses otherwise."""

    notation: str | None = None
    view: str | None = None
    digits: int | None = None


@frozen(eq=False)
class Scenario:
    """A scenario. `data` contains each given quantity by node name, examples as columns; `parameters` the starting
    values.

    `frozen` names the parameters no update changes, `kept` is the optimizer's state at the start, by parameter and
    name. `spelling` contains the author's own figures by contract name (``W1[1,2]`` → ``0.70``; of data with
    ``@example``); `places` the position of a quantity in the file. `unsaid` names what the author left to the program:
    ``loss``, ``learning_rate``. `unvaried` names what variants keep.
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
    def count_given(self) -> int:
        """How many numbers are given, data and parameters."""
        return sum(array.size for array in (*self.parameters.values(), *self.data.values()))

    @property
    def is_by_hand(self) -> bool:
        """Whether the scenario is small enough to be worked by hand."""
        return self.count_given <= MOST_GIVEN and len(self.graph.computed) <= MOST_COMPUTED

    @property
    def examples(self) -> int:
        """The number of examples."""
        return next(iter(self.data.values())).shape[-1] if self.data else 1
