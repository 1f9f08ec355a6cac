"""Records a long run: the parameters before each update are stored, everything else is computed on request.

From the parameters of thousands of steps, one pass over arrays recovers every value and gradient of all of them, in
less time than storing them would take: by the straight-line code fed arrays of numbers where a network is small, else
by the tape fed stacks of matrices.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from itertools import count
from struct import Struct
from typing import NamedTuple, Protocol

from backprop_tutor.fast.array_trainer import ArrayTrainer, fits
from backprop_tutor.fast.graph_trainer import GraphRun, GraphTrainer
from backprop_tutor.fast.jit import LoopKind, loop_function, record, step_function
from backprop_tutor.fast.program import Names, Program, program
from backprop_tutor.fast.program_trainer import in_a_row, numbers_at, placed
from backprop_tutor.fast.recorded import NotRecordedError
from backprop_tutor.formula.nodes import ZERO, Role, Sym
from backprop_tutor.frozen import frozen
from backprop_tutor.graph.array import Array, at, np, product, transposed
from backprop_tutor.graph.graph import Graph
from backprop_tutor.graph.op import Index
from backprop_tutor.graph.scenario import Scenario
from backprop_tutor.graph.tape import Adjoints, Backward, Contributions, Rules, Values, run, standard
from backprop_tutor.training.batches import batch_size
from backprop_tutor.training.train_state import TrainState, trainable
from backprop_tutor.training.trainer import WORTH, TapeTrainer, work

NOTING = LoopKind(noting=True)


@frozen(eq=False)
class SmallRun:
    """A run by straight-line code: `noted` contains what an update changes, one row an update, `numbers` all at the
    start.
    """

    program: Program
    first: int
    noted: Array
    numbers: tuple[float, ...]
    end: TrainState

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

    def value(self, node: str, place: Index = (0, 0)) -> Array:
        """An element of a node before every update."""
        return self._over(self.program.values[self.program.scenario.graph.index[node]], place)

    def adjoint(self, node: str, place: Index = (0, 0)) -> Array:
        """The derivative of the reported loss with respect to an element, before every update."""
        return self._over(self.program.adjoints[self.program.scenario.graph.index[node]], place)

    def _over(self, names: Names | None, place: Index) -> Array:
        written = ZERO if names is None else names.item(place)
        worth = self.found[written.base] if isinstance(written, Sym) else float(written.value)
        return np.broadcast_to(np.asarray(worth, dtype=float), len(self.noted))


def small_run(scenario: Scenario, position: TrainState, updates: int) -> SmallRun:
    """Records so many updates from a train state on, whatever the size. Raises ArithmeticError or ValueError on
    overflow.
    """
    lines = program(scenario, scenario.examples)
    noted = np.empty((updates, len(lines.moving)))
    pack = Struct(f"{len(lines.moving)}d").pack_into
    row, numbers = in_a_row(scenario.data.values()), numbers_at(lines, position)
    after = loop_function(lines, NOTING)((row,), updates, position.updates + 1, pack, noted, *numbers)
    return SmallRun(lines, position.updates + 1, noted, numbers, placed(lines, position.updates + updates, after))


PAIR = 2

AT_HAND, FEWEST = 300_000, 4
"""How many numbers a pass over many updates processes together, and the fewest updates (measured)."""


class Both(NamedTuple):
    """Values and derivatives of a node, stacked along a first axis."""

    value: Array
    adjoint: Array


@frozen(eq=False)
class LargeRun:
    """A run by arrays: `noted` contains the parameters that updates change, stacked along a first axis over the
    updates.
    """

    scenario: Scenario
    updates: int
    noted: Mapping[str, Array]
    end: TrainState

    @cached_property
    def found(self) -> Mapping[str, Both]:
        """Values and derivatives of everything except weights and data, stacked along a first axis over the updates.

        Nothing else depends on the derivatives by those, and δ aᵀ has more numbers than all the others together.
        """
        graph = self.scenario.graph
        ends = (Role.WEIGHT, Role.INPUT) if _is_plain(graph) else ()  # the cotangents of z = W a + b are known
        rules, shown = _but_for_ends(graph), [node for node in graph.nodes if node.role not in ends]
        traces = [run(graph, given, rules) for given in self._stacks()]
        return {node.name: _both([(t.value(node.name), t.adjoint(node.name)) for t in traces]) for node in shown}

    def _stacks(self) -> Iterator[Mapping[str, Array]]:
        """Data and parameters before every update, in stacks of as many updates as fit the processor's cache."""
        given = {**self.scenario.data, **self.scenario.parameters}
        room = sum(array.size for array in self.scenario.parameters.values())
        many = max(FEWEST, AT_HAND // max(room, 1))
        over = {name: self.noted.get(name, np.broadcast_to(a, (self.updates, *a.shape))) for name, a in given.items()}
        for first in range(0, self.updates, many):
            yield {name: stack[first : first + many] for name, stack in over.items()}

    def value(self, node: str, place: Index = (0, 0)) -> Array:
        """An element of a node before every update."""
        if node in self.found:
            return self._over(self.found[node].value[at(place)])
        if node in self.noted:
            noted: Array = self.noted[node][at(place)]
            return noted
        return self._over({**self.scenario.data, **self.scenario.parameters}[node][place])

    def adjoint(self, node: str, place: Index = (0, 0)) -> Array:
        """The derivative of the reported loss with respect to an element, before every update."""
        if node in self.found:
            return self._over(self.found[node].adjoint[at(place)])
        if self.scenario.graph.nodes[self.scenario.graph.index[node]].role == Role.INPUT:
            return self._sent_to_input(place)
        return self._sent_to_weight(node, place)

    def _sent_to_input(self, place: Index) -> Array:
        """An element of Wᵀ δ."""
        W, z = (self.scenario.graph.part_name(1, letter) for letter in "Wz")
        row, example = place
        units = range(len(self.scenario.parameters[W]))
        return np.sum([self.value(W, (j, row)) * self.adjoint(z, (j, example)) for j in units], axis=0)  # type: ignore[no-any-return]

    def _sent_to_weight(self, node: str, place: Index) -> Array:
        """An element of δ aᵀ + l2 W, 0 at a missing connection."""
        graph = self.scenario.graph
        layer = graph.layer_of(graph.index[node])
        row, column = place
        if place in graph.nodes[graph.index[node]].missing:
            return np.zeros(self.updates)
        inputs, z = graph.part_name(layer - 1, "a"), graph.part_name(layer, "z")
        below = self.found[inputs].value if layer > 1 else self.scenario.data[inputs]
        products: Array = (self.found[z].adjoint[..., row, :] * below[..., column, :]).sum(axis=-1)
        return products + graph.l2 * self.value(node, place)

    def _over(self, numbers: Array) -> Array:
        return np.broadcast_to(numbers, self.updates)


def _is_plain(graph: Graph) -> bool:
    """Whether every layer is z = W a + b, with parameters of its own at each place."""
    return graph.dense is not None and not graph.dense.shares


def _both(pairs: Sequence[tuple[Array, Array]]) -> Both:
    return Both(*(np.concatenate(arrays) for arrays in zip(*pairs, strict=True)))


def _but_for_ends(graph: Graph) -> Rules:
    """The right rules, without the cotangents of a pre-activation to its weights, and of the first one to the data."""
    rules = standard(graph)
    for layer in graph.layers if _is_plain(graph) else ():  # the rule below is that of z = W a + b
        i = layer.nodes["z"]
        rules = rules.at(i, backward=_to_units(graph.nodes[i].inputs, i, sends_on=layer.number > 1))
    return rules


def _to_units(inputs: tuple[int, ...], i: int, *, sends_on: bool) -> Backward:
    def rule(values: Values, adjoints: Adjoints) -> Contributions:
        delta = adjoints[i]
        assert delta is not None, "a rule is asked where something was sent"
        sent = None, product(transposed(values[inputs[0]]), delta) if sends_on else None
        return sent if len(inputs) == PAIR else (*sent, delta.sum(axis=-1, keepdims=True))

    return rule


def large_run(scenario: Scenario, position: TrainState, updates: int) -> LargeRun:
    """Records so many updates from a train state on, whatever the size."""
    noted = {name: np.empty((updates, *scenario.parameters[name].shape)) for name in trainable(scenario)}
    turns = count()

    def note(parameters: Mapping[str, Array]) -> None:
        turn = next(turns)
        for name, stack in noted.items():
            stack[turn] = parameters[name]

    network = scenario.graph.dense  # the arrays are laid out by these
    if network is not None and fits(network):
        position = ArrayTrainer(scenario, network, note).run_epochs(position, updates)
    else:
        position = TapeTrainer(scenario, note).run_epochs(position, updates)
    return LargeRun(scenario, updates, noted, position)


class RecordedRun(Protocol):
    """Every value and every derivative before each of many updates, as an array of one number an update."""

    @property
    def end(self) -> TrainState:
        """The train state after the last update."""

    def value(self, node: str, place: Index = (0, 0)) -> Array:
        """An element of a node."""

    def adjoint(self, node: str, place: Index = (0, 0)) -> Array:
        """The derivative of the reported loss with respect to it."""


def recorded_run(scenario: Scenario, position: TrainState, updates: int) -> RecordedRun:
    """Records so many updates from a train state on.

    Where a number overflows in straight-line code, arrays take over. Raises ValueError for a scenario in batches.
    """
    if batch_size(scenario) != scenario.examples:
        raise ValueError("only updates over all examples are recorded")
    if scenario.graph.shapes is not None:
        return _graph_run(scenario, position, updates) or large_run(scenario, position, updates)
    if work(scenario, scenario.examples) > WORTH:
        return large_run(scenario, position, updates)
    try:
        return small_run(scenario, position, updates)
    except (ArithmeticError, ValueError):
        return large_run(scenario, position, updates)


@lru_cache(maxsize=4)
def _graph_trainer(scenario: Scenario) -> GraphTrainer:
    return GraphTrainer(scenario)


def _graph_run(scenario: Scenario, position: TrainState, updates: int) -> GraphRun | None:
    """A run of a graph of arrays by recorded calls; None where they cannot compute it."""
    try:
        return _graph_trainer(scenario).record(position, updates)
    except NotRecordedError:
        return None
