"""A long run recorded: the parameters before each update are noted, everything else is computed when it is asked for.

From the parameters of thousands of steps one pass over arrays recovers every value and gradient of all of them, in
less time than it would take to keep them: by straight-line code fed arrays of numbers where a network is small, else by
the tape fed stacks of matrices.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import count
from struct import Struct
from typing import Protocol

from backprop_tutor.engine.array import Array, np, product, transposed
from backprop_tutor.engine.array_machine import ArrayMachine, fits
from backprop_tutor.engine.batches import batch_size
from backprop_tutor.engine.compiled import LoopKind, loop_function, record, step_function
from backprop_tutor.engine.graph import Graph
from backprop_tutor.engine.machine import WORTH, TapeMachine, work
from backprop_tutor.engine.position import Position, moving
from backprop_tutor.engine.scenario import Scenario
from backprop_tutor.engine.straight_line import Names, Program, program
from backprop_tutor.engine.straight_line_machine import in_a_row, numbers_at
from backprop_tutor.engine.tape import Adjoints, Backward, Contributions, Rules, Trace, Values, run, standard
from backprop_tutor.formula.nodes import ZERO, Role, Sym

NOTING = LoopKind(noting=True)
PAIR = 2


class RecordedRun(Protocol):
    """Every value and every derivative before each of many updates, an array of one number an update."""

    def value(self, node: str, row: int = 0, column: int = 0) -> Array:
        """An element of a node."""

    def adjoint(self, node: str, row: int = 0, column: int = 0) -> Array:
        """The derivative of the reported loss with respect to it."""


@dataclass(frozen=True, eq=False)
class SmallRun:
    """A run by straight-line code: `noted` has what an update changes, one row an update, `numbers` all at the start."""

    program: Program
    first: int
    noted: Array
    numbers: tuple[float, ...]

    @cached_property
    def found(self) -> Mapping[str, Array | float]:
        """Every variable of the step: an array over the updates, or a number that is always the same."""
        names, changing = self.program.moving, self.program.changing
        given = dict(zip(changing, self.numbers, strict=True)) | dict(zip(names, self.noted.T, strict=True))
        row = in_a_row(self.program.scenario.data.values())
        turns = np.arange(self.first, self.first + len(self.noted), dtype=float)
        with np.errstate(all="ignore"):
            step = step_function(self.program, arrays=True, after=False)
            found = step(turns, *row, *(given[name] for name in changing))
        outputs = zip(record(self.program, after=False), found, strict=True)
        computed = {output.base: worth for output, worth in outputs if isinstance(output, Sym)}
        return dict(zip(self.program.data, row, strict=True)) | given | computed

    def value(self, node: str, row: int = 0, column: int = 0) -> Array:
        """An element of a node before every update."""
        return self._over(self.program.values[self.program.scenario.graph.index[node]], row, column)

    def adjoint(self, node: str, row: int = 0, column: int = 0) -> Array:
        """The derivative of the reported loss with respect to an element, before every update."""
        return self._over(self.program.adjoints[self.program.scenario.graph.index[node]], row, column)

    def _over(self, names: Names | None, row: int, column: int) -> Array:
        written = ZERO if names is None else names[row, column]
        worth = self.found[written.base] if isinstance(written, Sym) else float(written.value)
        return np.broadcast_to(np.asarray(worth, dtype=float), len(self.noted))


@dataclass(frozen=True, eq=False)
class LargeRun:
    """A run by arrays: `noted` has what changes of the parameters before each update, stacked along a first axis."""

    scenario: Scenario
    updates: int
    noted: Mapping[str, Array]

    @cached_property
    def found(self) -> Trace:
        """Both passes of all updates at once, but for what is sent to weights: δ aᵀ is more numbers than all others."""
        graph = self.scenario.graph
        return run(graph, {**self.scenario.data, **self.scenario.parameters, **self.noted}, _but_for_weights(graph))

    def value(self, node: str, row: int = 0, column: int = 0) -> Array:
        """An element of a node before every update."""
        return self._over(self.found.value(node)[..., row, column])

    def adjoint(self, node: str, row: int = 0, column: int = 0) -> Array:
        """The derivative of the reported loss with respect to an element, before every update."""
        graph = self.scenario.graph
        i = graph.index[node]
        adjoint = self.found.adjoints[i]
        sent = np.zeros(()) if adjoint is None else adjoint[..., row, column]
        if graph.network is not None and graph.nodes[i].role == Role.WEIGHT:
            sent = sent + self._sent_to_weight(i, row, column)
        return self._over(sent)

    def _sent_to_weight(self, weight: int, row: int, column: int) -> Array | float:
        """An element of δ aᵀ, 0 at a missing connection."""
        graph, layer = self.scenario.graph, self.scenario.graph.nodes[weight].layer or 1
        present = graph.network.layers[layer - 1].present if graph.network else None
        if present is not None and not present[row][column]:
            return 0.0
        below = self.found.value(f"a{layer - 1}" if layer > 1 else "x")
        products: Array = self.found.adjoint(f"z{layer}")[..., row, :] * below[..., column, :]
        return products.sum(axis=-1)  # type: ignore[no-any-return]

    def _over(self, numbers: Array) -> Array:
        return np.broadcast_to(numbers, self.updates)


def _but_for_weights(graph: Graph) -> Rules:
    """The right rules, but that a pre-activation sends nothing to its weights."""
    rules = standard(graph)
    for layer in range(1, len(graph.network.layers) + 1) if graph.network else ():
        rules = rules.at(i := graph.index[f"z{layer}"], backward=_to_inputs(graph.nodes[i].inputs, i))
    return rules


def _to_inputs(inputs: tuple[int, ...], i: int) -> Backward:
    def rule(values: Values, adjoints: Adjoints) -> Contributions:
        delta = adjoints[i]
        assert delta is not None, "a rule is asked where something was sent"
        sent = None, product(transposed(values[inputs[0]]), delta)
        return sent if len(inputs) == PAIR else (*sent, delta.sum(axis=-1, keepdims=True))

    return rule


def recorded_run(scenario: Scenario, position: Position, updates: int) -> RecordedRun:
    """So many updates from a position on, recorded.

    Raises ValueError for a scenario in batches, and ArithmeticError where a number is too large for plain floats.
    """
    if batch_size(scenario) != scenario.examples:
        raise ValueError("only updates over all examples are recorded")
    carry_out = _small if work(scenario, scenario.examples) <= WORTH else _large
    return carry_out(scenario, position, updates)


def _small(scenario: Scenario, position: Position, updates: int) -> SmallRun:
    lines = program(scenario, scenario.examples)
    noted = np.empty((updates, len(lines.moving)))
    pack = Struct(f"{len(lines.moving)}d").pack_into
    row, numbers = in_a_row(scenario.data.values()), numbers_at(lines, position)
    loop_function(lines, NOTING)((row,), updates, position.updates + 1, pack, noted, *numbers)
    return SmallRun(lines, position.updates + 1, noted, numbers)


def _large(scenario: Scenario, position: Position, updates: int) -> LargeRun:
    notes = {name: np.empty((updates, *scenario.parameters[name].shape)) for name in moving(scenario)}
    numbers = count()

    def note(parameters: Mapping[str, Array]) -> None:
        row = next(numbers)
        for name, rows in notes.items():
            rows[row] = parameters[name]

    network = scenario.graph.network
    if network is not None and fits(network):
        ArrayMachine(scenario, network, note).advance(position, updates)
    else:
        tape = TapeMachine(scenario)
        for _ in range(updates):
            note(position.parameters)
            position = tape.step(position)
    return LargeRun(scenario, updates, notes)
