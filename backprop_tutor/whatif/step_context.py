"""What a changed rule can read within a step.

Where many interventions are computed side by side, a rule sees only those in which its line is changed: an array that
is the same in all of them keeps the axes of its node, any other has the interventions along a first axis. Where a step
is written as code instead of computed, the numbers are formulas.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any

from backprop_tutor.frozen import frozen
from backprop_tutor.graph.array import Array, np
from backprop_tutor.graph.graph import Graph
from backprop_tutor.graph.scenario import Scenario
from backprop_tutor.graph.tape import Adjoints, Contributions, Rules, Trace, Values, run
from backprop_tutor.graph.tracer import from_tracers, to_tracers
from backprop_tutor.training.train_state import TrainState

Interventions = Any
"""Positions of interventions, as an array of integers; None for a single intervention."""


@frozen(eq=False)
class StepContext:
    """The step, and everything computed in it so far.

    `sent` is what the node of this line, at position `sender`, has sent back so far, `before` the pass before the
    update, `rule` everything an optimizer's line can use (p, g, learning_rate, t, its settings and state). `right` are
    the rules for a second pass within the step; None for those of the ops. `ndim` is the number of axes of the array of
    this line. `norm` is the norm of the whole gradient as code, where the rule of the update needs it.
    """

    scenario: Scenario
    position: TrainState
    given: Mapping[str, Array]
    values: Values = ()
    adjoints: Adjoints = ()
    cotangents: Contributions = ()
    sender: int = -1
    before: Trace | None = None
    rule: SimpleNamespace | None = None
    rows: Interventions = None
    right: Rules | None = None
    ndim: int = 2
    norm: Any = None

    def of(self, rows: Interventions) -> StepContext:
        """The same context, restricted to some interventions: asked for at every line, so without a constructor."""
        restricted = object.__new__(StepContext)
        restricted.__dict__.update(self.__dict__, rows=rows)
        return restricted

    def seen(self, array: Array, node: str = "") -> Array:
        """An array under these interventions: that of a node, or of this line."""
        ndim = self.graph.nodes[self.graph.index[node]].ndim if node else self.ndim
        alone = self.rows is None or np.ndim(array) <= ndim
        return to_tracers(array) if alone else array[self.rows]

    def another(self, given: Mapping[str, Array]) -> Trace:
        """A second pass, forward and backward, over the given numbers."""
        return run(self.graph, {name: from_tracers(array) for name, array in given.items()}, self.right)

    @property
    def graph(self) -> Graph:
        """The graph the step runs on."""
        return self.scenario.graph

    def value(self, name: str) -> Array:
        """The value of a node."""
        return self.seen(self.values[self.graph.index[name]], name)

    def adjoint(self, name: str) -> Array:
        """The adjoint accumulated at a node so far; 0 where it has none."""
        i = self.graph.index[name]
        found = self.adjoints[i]
        return np.zeros_like(self.value(name)) if found is None else self.seen(found, name)

    def sends(self, argument: str) -> Array:
        """The cotangent that the operation of this line passes to the argument of that name."""
        node = self.graph.nodes[self.sender]
        number = node.op.argument(argument) if node.op else None
        assert number is not None, "an operation is asked for its own arguments"
        found = self.cotangents[number]
        assert found is not None, "only what is sent can be looked at"
        return self.seen(found, self.graph.nodes[node.inputs[number]].name)

    def first(self, name: str) -> Array:
        """The value of a node in the pass before the update."""
        assert self.before is not None, "there is a pass before in the second one only"
        return self.seen(self.before.value(name), name)

    def setting(self, name: str) -> Any:
        """A quantity an optimizer's line can use: p, g, learning_rate, t, a setting, a state, an earlier line."""
        value = getattr(self.rule, name)
        return self.seen(value) if isinstance(value, np.ndarray) else value

    def W(self, layer: int) -> Array:
        """The weights into a layer."""
        return self.value(self.graph.part_name(layer, "W"))

    def b(self, layer: int) -> Array:
        """The biases of a layer."""
        return self.value(self.graph.part_name(layer, "b"))

    def z(self, layer: int) -> Array:
        """The pre-activations of a layer."""
        return self.value(self.graph.part_name(layer, "z"))

    def a(self, layer: int) -> Array:
        """The activations of a layer; layer 0 is the input."""
        return self.value(self.graph.part_name(layer, "a"))

    def delta(self, layer: int) -> Array:
        """dL/dz of a layer."""
        return self.adjoint(self.graph.part_name(layer, "z"))

    @property
    def target(self) -> Array:
        """The targets."""
        return self.value(self.graph.nodes[self.graph.target].name)

    @property
    def error(self) -> Array:
        """The error of the outputs: a − y."""
        return self.a(len(self.graph.layers)) - self.target


def in_row(right: Array, wrong: Array, row: int | None) -> Array:
    """`right` with the row of one unit taken from `wrong`; all of `wrong` where no row is named."""
    if row is None:
        return wrong
    changed = np.array(np.broadcast_arrays(right, wrong)[0])
    changed[..., row, :] = np.broadcast_to(wrong, changed.shape)[..., row, :]
    return changed


def row_of(values: Sequence[float]) -> Array:
    """Numbers as a row, (1, n)."""
    return np.array([values], dtype=float)
