"""Where many worlds stand after a long training: what somebody comes to who believes a mistake in every step.

A few updates are carried out side by side on arrays. For more, the step of each world is written as straight-line code;
worlds that differ only in what is given share theirs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache

from backprop_tutor.engine.array import Array, np
from backprop_tutor.engine.batches import updates_in
from backprop_tutor.engine.position import Position, start
from backprop_tutor.engine.scenario import Scenario
from backprop_tutor.engine.straight_line import Program
from backprop_tutor.engine.straight_line_machine import StraightLineMachine
from backprop_tutor.engine.world import Changes, World
from backprop_tutor.engine.written_world import world_program

WORTH_WRITING = 300
"""From so many updates on writing code for each world is faster (measured)."""


def positions(scenario: Scenario, hypotheses: Sequence[Sequence[Changes]], updates: int) -> Position:
    """Where the worlds of some hypotheses stand after so many updates, the worlds along a first axis.

    nan where the numbers of a world leave all bounds on the way.
    """
    if updates < WORTH_WRITING:
        return _further(World.side_by_side(hypotheses), scenario, updates)
    write = Writing(scenario)
    return _side_by_side([write.reached(World.alone(*hypothesis), updates) for hypothesis in hypotheses])


def _further(world: World, scenario: Scenario, updates: int, since: Position | None = None) -> Position:
    """So many updates further, on arrays."""
    read = world.read(scenario)
    position = since or start(read)
    for _ in range(updates):
        position = world.take(read, position)[1]
    return position


class Writing:
    """The code of each world of a scenario that was asked for."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self._known: dict[tuple[object, ...], Callable[[int], Program]] = {}

    def reached(self, world: World, updates: int) -> Position:
        """Where a world stands after so many updates."""
        read = world.read(self.scenario)
        epochs, rest = divmod(updates, updates_in(read))
        try:
            position = StraightLineMachine(read, write=self._program(world)).straight(start(read), epochs)
        except (ArithmeticError, ValueError):
            return _lost(start(read), updates)
        return _further(world, self.scenario, rest, position)

    def _program(self, world: World) -> Callable[[int], Program]:
        """The program of a world for each size of batch; the same for worlds that differ only in what is given."""
        held = {line: wrongs for line, wrongs in world.changes.items() if line.phase != "given"}
        key = tuple((line, id(wrong)) for line, wrongs in held.items() for _, wrong in wrongs)
        write = cache(lambda examples: world_program(World(held), self.scenario, examples))
        return self._known.setdefault(key, write)


def _lost(position: Position, updates: int) -> Position:
    """A position without a number."""
    parameters = {name: np.full_like(array, np.nan) for name, array in position.parameters.items()}
    state = {
        name: {each: np.full_like(array, np.nan) for each, array in kept.items()}
        for name, kept in position.state.items()
    }
    return Position(updates, parameters, state)


def _side_by_side(found: Sequence[Position]) -> Position:
    """Positions of single worlds as one of all of them."""

    def stacked(arrays: list[Array]) -> Array:
        return np.stack(arrays)

    first = found[0]
    parameters = {name: stacked([each.parameters[name] for each in found]) for name in first.parameters}
    state = {
        name: {s: stacked([each.state[name][s] for each in found]) for s in kept} for name, kept in first.state.items()
    }
    return Position(first.updates, parameters, state)
