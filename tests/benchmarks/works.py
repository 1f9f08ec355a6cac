"""The works to be measured: what is done, by whom, and what our ratio to hand-written NumPy should be at most."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import pairwise

import numpy as np

import backprop_tutor as bt
from backprop_tutor.fast.choice import choose_trainer
from backprop_tutor.fast.history import RecordedRun, recorded_run
from backprop_tutor.fast.jit import step_function
from backprop_tutor.fast.program import program
from backprop_tutor.fast.program_trainer import ProgramTrainer, in_a_row, numbers_at
from backprop_tutor.graph.graph import Layer, Network
from backprop_tutor.graph.scenario import Scenario, Training
from backprop_tutor.graph.tape import run
from backprop_tutor.layers.dense import network_graph
from backprop_tutor.text import same
from backprop_tutor.training.long_run import train
from backprop_tutor.training.stopping import Criteria
from backprop_tutor.training.train_state import TrainState, initial_state
from tests.benchmarks import architectures, by_hand, rivals

UPDATES = 10_000
OURS, NATIVE, BY_HAND = "backprop-tutor", "backprop-tutor with Numba", "NumPy by hand"
FLOATS = "floats by hand in Python"

Contender = Callable[[], object]


@dataclass(frozen=True)
class Work:
    """A work: its contenders, the first of them by hand, and the most that a ratio to it should be.

    Where `numbers` is not 0 what is held afterwards is measured as well, beside the room of so many numbers.
    """

    name: str
    contenders: Mapping[str, Contender]
    most: Mapping[str, float]
    numbers: int = 0


def network(sizes: tuple[int, ...], examples: int, training: Training) -> Scenario:
    """A network of sigmoids with biases, drawn by a fixed seed."""
    draw = np.random.default_rng(1)
    units = [tuple(f"u{i}" for i in range(size)) for size in sizes]
    layers = tuple(Layer(names, "sigmoid", bias=True) for names in units[1:])
    parameters = {}
    for number, (below, size) in enumerate(pairwise(sizes), start=1):
        parameters[f"W{number}"] = draw.normal(scale=below**-0.5, size=(size, below))
        parameters[f"b{number}"] = np.zeros((size, 1))
    graph = network_graph(Network(units[0], layers, "half_squared_error", "mean", 0.0, named=False))
    data = {"x": draw.normal(size=(sizes[0], examples)), "y": draw.uniform(size=(sizes[-1], examples))}
    return Scenario(same(str(sizes)), graph, data, parameters, training=training)


def arrays(scenario: Scenario) -> tuple[np.ndarray, ...]:
    """Data and parameters as the functions by hand take them."""
    return (*scenario.data.values(), *scenario.parameters.values())


def long_training() -> Work:
    """Many updates of a small network, nothing kept."""
    scenario = bt.load("mazur-two-two-two")
    given, rate = arrays(scenario), scenario.training.learning_rate
    machines = {OURS: ProgramTrainer(scenario)}
    machines |= {NATIVE: ProgramTrainer(scenario, native=True)} if find_spec("numba") else {}
    ours = {name: _advance(each, initial_state(scenario), UPDATES) for name, each in machines.items()}
    by = {
        BY_HAND: lambda: by_hand.training(*given, UPDATES, rate),
        FLOATS: lambda: by_hand.training_in_floats(*given, UPDATES, rate),
        **ours,
        **rivals.long_training(given, rate, UPDATES),
    }
    return Work(f"{UPDATES:,} updates of 2-2-2, nothing recorded", by, {OURS: 0.055, NATIVE: 0.01})


def command_training() -> Work:
    """The same as ``tutor train`` does it once it has started: with the loss curve, and an eye on where it ends."""
    scenario = bt.load("mazur-two-two-two")
    given, criteria = arrays(scenario), Criteria(epochs=UPDATES)
    contenders = {
        BY_HAND: lambda: by_hand.training(*given, UPDATES, scenario.training.learning_rate),
        OURS: lambda: train(scenario, choose_trainer(scenario, UPDATES), criteria),
    }
    return Work(f"{UPDATES:,} updates of 2-2-2 by tutor train", contenders, {OURS: 0.07})


def recorded_training() -> Work:
    """The same, every value of every update there afterwards: 8 weights, their gradients, and 17 numbers of units."""
    scenario = bt.load("mazur-two-two-two")
    given, rate = arrays(scenario), scenario.training.learning_rate
    contenders = {
        BY_HAND: lambda: by_hand.recorded_training(*given, UPDATES, rate),
        OURS: _recorded(scenario, UPDATES),
    }
    name = f"{UPDATES:,} updates of 2-2-2, every value available"
    return Work(name, contenders, {OURS: 0.06}, numbers=33 * UPDATES)


def traced_step() -> Work:
    """One step by the tape: every value, adjoint and contribution."""
    scenario = bt.load("two-two-one")
    given, by_name = arrays(scenario), {**scenario.data, **scenario.parameters}
    contenders = {
        BY_HAND: _often(lambda: by_hand.recorded_step(*given)),
        OURS: _often(lambda: run(scenario.graph, by_name)),
        **{name: _often(each) for name, each in rivals.steps(given).items()},
    }
    return Work("one traced step of 2-2-1", contenders, {OURS: 1.15})


def recorded_step() -> Work:
    """One step by straight-line code: every value and gradient in a flat record."""
    scenario = bt.load("two-two-one")
    lines, given = program(scenario, 1), arrays(scenario)
    step = step_function(lines)
    numbers = (1, *in_a_row(scenario.data.values()), *numbers_at(lines, initial_state(scenario)))
    contenders = {BY_HAND: _often(lambda: by_hand.recorded_step(*given)), OURS: _often(lambda: step(*numbers))}
    return Work("one recorded step of 2-2-1, repeated", contenders, {OURS: 0.06})


def recorded_by_size(size: int, most: float) -> Work:
    """Recorded steps of n-n-n, every value and gradient there afterwards, by what is chosen for the size."""
    scenario, updates = network((size, size, size), 1, Training()), 1000 if size <= MEDIUM else 100
    given = arrays(scenario)
    contenders = {
        BY_HAND: lambda: by_hand.recorded_steps(*given, updates, scenario.training.learning_rate),
        OURS: _recorded(scenario, updates),
    }
    return Work(f"{updates:,} recorded steps of {size}-{size}-{size}, the automatic choice", contenders, {OURS: most})


def trained_by_size(size: int) -> Work:
    """An epoch of single examples through n-n-n, nothing recorded, by the machine that is chosen for it."""
    scenario = network((size, size, size), 1000, Training(batch=1))
    given = arrays(scenario)
    contenders = {
        BY_HAND: lambda: by_hand.mini_batches(*given, 1, 0.1),
        OURS: _advance(choose_trainer(scenario), initial_state(scenario), 1),
    }
    return Work(f"1,000 updates of {size}-{size}-{size}, the automatic choice", contenders, {})


def large() -> Work:
    """200 mini-batches through 784-30-10."""
    scenario = network((784, 30, 10), 6400, Training(batch=32))
    given = arrays(scenario)
    contenders = {
        BY_HAND: lambda: by_hand.mini_batches(*given, 32, 0.1),
        OURS: _advance(choose_trainer(scenario), initial_state(scenario), 1),
        **rivals.mini_batches(given, 32, 0.1),
    }
    return Work("200 batches of 32 through 784-30-10", contenders, {OURS: 0.75})


def many_networks() -> Work:
    """One step of 10,000 variants of 2-2-1 at once, every value kept."""
    scenario, draw = bt.load("two-two-one"), np.random.default_rng(1)
    x, y = draw.normal(size=(UPDATES, 2)), draw.uniform(size=(UPDATES, 1))
    W1, W2 = draw.normal(size=(UPDATES, 2, 2)), draw.normal(size=(UPDATES, 1, 2))
    step = step_function(program(scenario, 1), arrays=True, data=False)
    columns = [np.ascontiguousarray(c) for c in (*x.T, *y.T, *W1.reshape(-1, 4).T, *W2.reshape(-1, 2).T)]
    contenders = {BY_HAND: lambda: by_hand.many_networks(x, y, W1, W2), OURS: lambda: step(1, *columns)}
    return Work("one step of 10,000 networks 2-2-1", contenders, {OURS: 0.37})


def architecture(name: str, updates: int, most: float, kept: float | None = None) -> Work:
    """So many updates of a convolution, a cell or a block; with `kept`, every value and gradient of every update."""
    file, given = getattr(architectures, name)()
    hand = getattr(architectures, f"{name}_by_hand")
    scenario = bt.scenario(file)
    contenders: dict[str, Contender] = {BY_HAND: lambda: hand(given, updates)}
    if kept is None:
        contenders[OURS] = _advance(choose_trainer(scenario, updates), initial_state(scenario), updates)
        contenders |= rivals.architecture(name, given, updates)
        return Work(f"{updates} updates of {file['title']}", contenders, {OURS: most})
    contenders = {BY_HAND: lambda: hand(given, updates, []), OURS: _recorded(scenario, updates)}
    trace = run(scenario.graph, {**scenario.data, **scenario.parameters})
    numbers = sum(array.size for array in (*trace.values, *trace.adjoints) if array is not None)
    name = f"{updates} updates of {file['title']}, every value and gradient kept"
    return Work(name, contenders, {OURS: kept}, numbers=numbers * updates)


def _recorded(scenario: Scenario, updates: int) -> Contender:
    def recorded() -> RecordedRun:
        run = recorded_run(scenario, initial_state(scenario), updates)
        run.value("loss")
        return run

    return recorded


def _advance(each: object, position: TrainState, epochs: int) -> Contender:
    return lambda: each.run_epochs(position, epochs)  # type: ignore[attr-defined]


def _often(carry_out: Contender, times: int = 2000) -> Contender:
    def repeated() -> None:
        for _ in range(times):
            carry_out()

    return repeated


MEDIUM = 32
SIZES = {2: 0.10, 8: 0.60, 32: 0.60, 128: 0.50}
WORKS = (
    long_training(),
    command_training(),
    recorded_training(),
    traced_step(),
    recorded_step(),
    *(recorded_by_size(size, most) for size, most in SIZES.items()),
    *map(trained_by_size, SIZES),
    large(),
    many_networks(),
    architecture("convolution", 200, 0.7),
    architecture("recurrent", 500, 0.6),
    architecture("memory", 500, 0.6),
    architecture("block", 200, 0.8),
    architecture("block", 200, 0.8, kept=0.95),
)
