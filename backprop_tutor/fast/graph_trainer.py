"""Trains a graph of arrays by a list of calls that its rules wrote when they were fed recorded arrays.

Forward, backward and update are recorded once for a batch size: what no gradient needs is left out, what is computed of
the data alone is computed once where every update uses the same examples. All parameters are parts of one array, so
that each line of the optimizer is a call or two.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property, lru_cache
from itertools import count, pairwise
from operator import itemgetter
from types import SimpleNamespace
from typing import Any, TypeAlias

from backprop_tutor.fast.calls import Calls, as_function
from backprop_tutor.fast.recorded import Book, NotRecordedError, Recorded, in_order, latest
from backprop_tutor.fast.recorded_rules import may_have_no_value, recorded_trace
from backprop_tutor.fast.side_by_side import address, owner
from backprop_tutor.frozen import frozen
from backprop_tutor.graph.array import Array, at, np
from backprop_tutor.graph.graph import Graph
from backprop_tutor.graph.op import Index
from backprop_tutor.graph.scenario import Scenario
from backprop_tutor.training.batches import batch_size, data_of, updates_in
from backprop_tutor.training.rule import is_clipped_by_norm, rule_of
from backprop_tutor.training.stopping import WITHOUT_END, Goal
from backprop_tutor.training.train_state import TrainState, initial_state, trainable
from backprop_tutor.training.trainer import Evaluation, TapeTrainer, Trainer, towards


@frozen(eq=False)
class Flat:
    """Arrays of the given shapes as parts of one."""

    shapes: Mapping[str, tuple[int, ...]]
    whole: Array

    @classmethod
    def of(cls, shapes: Mapping[str, tuple[int, ...]]) -> Flat:
        """Room for arrays of the given shapes."""
        return cls(shapes, np.zeros(sum(int(np.prod(shape)) for shape in shapes.values())))

    @cached_property
    def parts(self) -> dict[str, Array]:
        """Each array, a view of the whole."""
        ends = np.cumsum([int(np.prod(shape)) for shape in self.shapes.values()])[:-1]
        views = np.split(self.whole, ends)
        return {name: view.reshape(self.shapes[name]) for name, view in zip(self.shapes, views, strict=True)}

    def fill(self, arrays: Mapping[str, Array]) -> None:
        """Copies the arrays in."""
        for name, part in self.parts.items():
            np.copyto(part, arrays[name])


Kept: TypeAlias = Callable[[Sequence[Any], Sequence[Any]], Iterable[Any]]
"""Which of the values and adjoints of a pass are kept."""


class GraphTrainer(Trainer):
    """Computes every update by recorded calls, which are made when they are needed first."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario, self._tape = scenario, TapeTrainer(scenario)
        self._rule, begin = rule_of(scenario.training), initial_state(scenario)
        shapes = {name: begin.parameters[name].shape for name in trainable(scenario)}
        shapes = dict(sorted(shapes.items(), key=itemgetter(1)))  # what is of one shape lies side by side
        self._parameters, self._gradients = Flat.of(shapes), Flat.of(shapes)
        self._state = {name: Flat.of(shapes) for name in self._rule.state}
        self._updates, self._watched = np.zeros(()), np.zeros(())
        self._is_whole = batch_size(scenario) == scenario.examples
        self._of_batch = lru_cache(maxsize=2)(self._of_size)
        self._load(begin)

    def prepare(self) -> None:
        """Records the calls of an update. Raises NotRecordedError where the rules of the graph decide by the numbers."""
        self._of_batch(batch_size(self.scenario))

    def run_epochs(self, position: TrainState, epochs: int, goal: Goal = WITHOUT_END) -> TrainState:
        """Trains for so many epochs, or fewer if the goal is reached before one of them."""
        return towards(goal, self.evaluate, self._onwards, position, epochs)

    def evaluate(self, position: TrainState) -> Evaluation:
        """The loss and the norm of its gradient at a train state; by the tape where one of them is not finite."""
        passes, look = self._look
        self._parameters.fill(position.parameters)
        self._watched[...] = 0.0
        with np.errstate(all="ignore"):
            look()
        found = Evaluation(
            float(passes.numbers(passes.values[-1]).item()), float(np.linalg.norm(self._gradients.whole))
        )
        return found if np.isfinite([*found, self._watched.item()]).all() else self._tape.evaluate(position)

    @cached_property
    def _look(self) -> tuple[Passes, Callable[[], None]]:
        passes = self._passes(self.scenario.examples, lambda values, _: values[-1:])
        return passes, as_function(passes.calls.calls)

    def _onwards(self, position: TrainState, epochs: int) -> TrainState:
        """So many epochs further; by the tape where a number is not finite, which says what has no value."""
        self._load(position)
        end = position.updates + epochs * updates_in(self.scenario)
        with np.errstate(all="ignore"):
            for number in range(position.updates + 1, end + 1):
                self._updates[...] = self.scenario.training.count(number)
                self._batch(number)()
        found = self._position(end, position)
        return found if found.finite and np.isfinite(self._watched) else self._tape.run_epochs(position, epochs)

    def _batch(self, number: int) -> Callable[[], None]:
        """The calls of the update with this number, its examples filled in."""
        if self._is_whole:
            return self._of_batch(self.scenario.examples)[0]
        data = data_of(self.scenario, number)
        calls, buffers = self._of_batch(next(iter(data.values())).shape[-1])
        for name, buffer in buffers.items():
            np.copyto(buffer, data[name])
        return calls

    def _load(self, position: TrainState) -> None:
        self._watched[...] = 0.0
        self._parameters.fill(position.parameters)
        for name, flat in self._state.items():
            flat.fill({parameter: kept[name] for parameter, kept in position.state.items()})

    def _position(self, updates: int, since: TrainState) -> TrainState:
        parameters = {name: part.copy() for name, part in self._parameters.parts.items()}
        parts = {name: flat.parts for name, flat in self._state.items()}
        state = {name: {each: part[name].copy() for each, part in parts.items()} for name in parameters}
        return TrainState(updates, {**since.parameters, **parameters}, state)

    def _of_size(self, examples: int) -> tuple[Callable[[], None], dict[str, Array]]:
        """The calls of an update over so many examples, and the arrays to put them into where they change."""
        passes = self._passes(examples, is_given=not self._is_whole)
        buffers = {name: passes.calls.buffer(each) for name, each in passes.data.items() if isinstance(each, Recorded)}
        return as_function([*passes.calls.calls, *self._update_calls()]), buffers

    def _passes(self, examples: int, kept: Kept = lambda *_: (), *, is_given: bool = False) -> Passes:
        """The forward and backward pass over so many examples.

        What is `kept` of all values and adjoints is computed as well. Data that `is_given` is filled in before an update.
        """
        scenario, book = self.scenario, Book()
        data: dict[str, Any] = {name: by_units(array[..., :examples]) for name, array in scenario.data.items()}
        if is_given:
            data = {name: book.given(array) for name, array in data.items()}
        moving = {name: book.given(array.copy()) for name, array in self._parameters.parts.items()}
        trace, until = recorded_trace(scenario.graph, {**data, **scenario.parameters, **moving}, book)
        parts, wanted = self._gradients.parts, []
        for name in moving:
            gradient = latest(trace.adjoint(name))
            if isinstance(gradient, Recorded):
                wanted.append((gradient, parts[name]))
            else:
                np.copyto(parts[name], gradient)
        begin = [(moving[name], part) for name, part in self._parameters.parts.items()]
        values, adjoints = ([latest(array) for array in arrays] for arrays in (trace.values, trace.adjoints))
        known = {id(array) for array in in_order([array for array, _ in wanted])}
        watched = [values[i] for i in scenario.graph.computed if may_have_no_value(scenario.graph, i)]
        lost = [array.sum() for array in watched if isinstance(array, Recorded) and id(array) not in known]
        if lost:
            before = book.given(self._watched)
            begin.append((before, self._watched))
            wanted.append((before + sum(lost), self._watched))
        also = [array for array in kept(values, adjoints) if isinstance(array, Recorded)]
        return Passes(Calls(wanted, begin, until, also), data, values, adjoints)

    @cached_property
    def _kept_passes(self) -> Passes:
        return self._passes(self.scenario.examples, lambda values, adjoints: (*values, *adjoints))

    def record(self, position: TrainState, updates: int) -> GraphRun | None:
        """So many updates over all examples with every value and adjoint; None where a number is not finite."""
        passes, turns = self._kept_passes, count()
        room = passes.calls.room
        sources = (self._parameters.whole, self._gradients.whole, room.whole[: room.used])
        rows = np.empty((updates, sum(each.size for each in sources)))

        ends = np.cumsum([0, *(each.size for each in sources)]).tolist()
        parts = [(rows[:, first:end], source) for (first, end), source in zip(pairwise(ends), sources, strict=True)]

        def keep() -> None:
            turn = next(turns)
            for part, source in parts:
                part[turn] = source

        update = as_function([*passes.calls.calls, (keep, ()), *self._update_calls()])
        self._load(position)
        end = position.updates + updates
        with np.errstate(all="ignore"):
            for number in range(position.updates + 1, end + 1):
                self._updates[...] = self.scenario.training.count(number)
                update()
        found = self._position(end, position)
        if not (found.finite and np.isfinite(self._watched)):
            return None
        return GraphRun(self.scenario.graph, passes, sources, rows, found)

    def _update_calls(self) -> list[Any]:
        """The lines of the rule for all parameters at once."""
        book = Book()
        flats = {"p": self._parameters, "g": self._gradients, **self._state}
        given = {name: book.given(flat.whole.copy()) for name, flat in flats.items()}
        number = book.given(np.ones(()))
        known = SimpleNamespace(**self._rule.constants(self.scenario.training), **given, t=number)
        if is_clipped_by_norm(self.scenario.training):
            known.norm = np.sqrt((known.g * known.g).sum())
        for name, line in self._rule.lines:
            setattr(known, name, line(known))
        begin = [(number, self._updates), *((given[name], flats[name].whole) for name in flats)]
        wanted = [(getattr(known, name), flats[name].whole) for name in flats if name != "g"]
        return Calls(wanted, begin).calls


@frozen(eq=False)
class Passes:
    """The calls of a forward and backward pass, and its data, values and adjoints: recorded arrays or constants."""

    calls: Calls
    data: Mapping[str, Any]
    values: Sequence[Any]
    adjoints: Sequence[Any]

    def numbers(self, array: Any) -> Array:
        """Where the numbers of a value or an adjoint are."""
        found: Array = self.calls.buffer(array) if isinstance(array, Recorded) else np.asarray(array)
        return found


@frozen(eq=False)
class GraphRun:
    """A run of which every number is kept: in each row those of the `sources` before one update, one after the other."""

    graph: Graph
    passes: Passes
    sources: Sequence[Array]
    rows: Array
    end: TrainState

    def value(self, node: str, place: Index = (0, 0)) -> Array:
        """An element of a node before every update."""
        found: Array = self._over(self.passes.values[self.graph.index[node]])[at(place)]
        return found

    def adjoint(self, node: str, place: Index = (0, 0)) -> Array:
        """The derivative of the reported loss with respect to an element, before every update."""
        i = self.graph.index[node]
        found = self.passes.adjoints[i]
        stack = self._over(np.zeros(self.passes.values[i].shape) if found is None else found)
        chosen: Array = stack[at(place)]
        return chosen

    def _over(self, array: Any) -> Array:
        """An array of every update, the updates along a first axis."""
        if not isinstance(array, Recorded):
            return np.broadcast_to(array, (len(self.rows), *array.shape))
        buffer, first = self.passes.calls.buffer(array), 0
        for source in self.sources:
            if owner(source) is owner(buffer):
                first += (address(buffer) - address(source)) // source.itemsize
                break
            first += source.size
        else:
            raise KeyError(array.number)
        steps = (self.rows.strides[0], *buffer.strides)
        found: Array = np.lib.stride_tricks.as_strided(self.rows[:, first:], (len(self.rows), *buffer.shape), steps)
        return found


def by_units(array: Array) -> Array:
    """A copy that lies in memory unit by unit (the last own axis), so that a product over the units copies nothing."""
    if array.ndim < len(("rows", "units", "examples")):
        return array.copy()
    return np.moveaxis(np.moveaxis(array, -2, 0).copy(), 0, -2)


def graph_trainer(scenario: Scenario) -> Trainer:
    """The trainer of a graph of arrays: by recorded calls, or by the tape where its rules decide by the numbers."""
    trainer = GraphTrainer(scenario)
    try:
        trainer.prepare()
    except NotRecordedError:
        return TapeTrainer(scenario)
    return trainer
