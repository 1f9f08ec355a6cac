"""How often a mistake is recognised and a slip is not taken for one: ``python -m tests.benchmarks.recognition``.

On random networks of two inputs, two hidden units and two outputs, parameters to two decimals. A slip is a number that
comes out wrong for no reason, anywhere in the computation; everything after it follows.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

import numpy as np

from backprop_tutor.graph.array import at
from backprop_tutor.graph.graph import Layer, Network
from backprop_tutor.graph.scenario import Scenario, Training
from backprop_tutor.layers.dense import network_graph
from backprop_tutor.text import same
from backprop_tutor.training.address import Address, numbers
from backprop_tutor.whatif.intervention import Changes, Intervention, Line
from tests.practice.learners import Classroom, ids

NETWORKS, SLIPS = 20, 20
FIGURES = (3, 4, 5, 6)


def drawn(draw: np.random.Generator) -> Scenario:
    """A network of sigmoids with biases, one example, ½ squared error."""
    units = (("x1", "x2"), ("h1", "h2"), ("o1", "o2"))
    layers = tuple(Layer(names, "sigmoid", bias=True) for names in units[1:])
    graph = network_graph(Network(units[0], layers, "half_squared_error", "mean", 0.0, named=False))
    shapes = {"W1": (2, 2), "b1": (2, 1), "W2": (2, 2), "b2": (2, 1)}
    parameters = {name: np.round(draw.uniform(-1, 1, shape), 2) for name, shape in shapes.items()}
    data = {name: np.round(draw.uniform(0.1, 1, (2, 1)), 2) for name in ("x", "y")}
    return Scenario(same("drawn"), graph, data, parameters, training=Training(learning_rate=0.3))


def recognised(everybody: Classroom, figures: int) -> Iterator[tuple[bool, bool]]:
    """Of each mistake that shows in three figures, whether it is named, and whether it alone is."""
    for hypothesis, entries in everybody.first_of_each(figures):
        if len(entries) > 2:
            told = ids(everybody.diagnosis(entries).explanations)
            yield hypothesis.names in told, told == {hypothesis.names}


def taken_for_mistakes(everybody: Classroom, figures: int, draw: np.random.Generator) -> Iterator[bool]:
    """Of random slips, whether one is explained by a mistake."""
    for _ in range(SLIPS):
        seat = everybody.seats[draw.integers(len(everybody.seats))]
        intervention = Intervention.single(_slip(everybody, seat, float(draw.uniform(0.5, 1.5))))
        row = numbers(tuple(intervention.walk(everybody.scenario, 1)), everybody.seats)[0].tolist()
        entries = everybody.entries(row, figures)
        if len(entries) > 2:
            diagnosis = everybody.diagnosis(entries)
            yield any(not each.hypothesis.is_convention for each in diagnosis.explanations)


def _slip(everybody: Classroom, seat: Address, factor: float) -> Changes:
    """One number times a factor."""
    name, place = everybody.scenario.graph.nodes[seat.element.node].name, seat.element.place
    phases = {"values": "forward", "grads": "gradient", "updated": "update", "after": "after"}

    def wrong(k: object, right: np.ndarray) -> np.ndarray:
        changed = right.copy()
        changed[at(place)] *= factor
        return changed

    return {Line(phases[seat.section], name): wrong}  # type: ignore[arg-type]


def main(networks: int = NETWORKS) -> None:
    """A line for each number of figures."""
    print(f"{'figures':>8} {'named':>10} {'alone':>10} {'slips explained':>16}")
    for figures in FIGURES:
        draw = np.random.default_rng(7)
        named, slips = [], []
        for _ in range(networks):
            everybody = Classroom(drawn(draw))
            named += recognised(everybody, figures)
            slips += taken_for_mistakes(everybody, figures, draw)
        told, alone = (100 * sum(each) / len(each) for each in zip(*named, strict=True))
        print(
            f"{figures:8} {told:8.2f} % {alone:8.2f} % {100 * sum(slips) / len(slips):14.2f} %   of {len(named)}, {len(slips)}"
        )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
