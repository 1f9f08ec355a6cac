"""A large network costs no more for each thing shown than a small one."""

import gc
import json
import tracemalloc
from collections.abc import Callable
from cProfile import Profile
from dataclasses import dataclass
from pathlib import Path

import pytest

import backprop_tutor as bt
from backprop_tutor.training.train_step import Run
from tests.conftest import EXPLORES

SLACK = 1.2  # what a call may cost more in the larger network: lines wrap differently, names get longer


@dataclass(frozen=True)
class Size:
    """A network of sigmoids: so many inputs, hidden layers of so many units, two outputs, over so many examples."""

    inputs: int = 8
    units: int = 8
    layers: int = 1
    examples: int = 1

    def run(self, folder: Path) -> Run:
        """One step of it, its weights drawn."""
        path = folder / f"{self.inputs}-{self.units}-{self.layers}-{self.examples}.yaml"
        path.write_text(json.dumps(self.scenario()))
        return bt.run(bt.load(path))

    def scenario(self) -> dict[str, object]:
        """The scenario file."""
        drawn = {"init": "normal", "std": 1, "seed": 1}
        units = [*[self.units] * self.layers, 2]
        layers = [{"units": n, "activation": "sigmoid", "weights": drawn, "bias": drawn} for n in units]
        row = {"x": [0.25] * self.inputs, "y": [0, 1]}
        return {"title": "?", "network": {"inputs": self.inputs, "layers": layers}, "data": [row] * self.examples}


def calls(work: Callable[[], object]) -> int:
    """How many functions are called by `work`: the same number every time, on every machine."""
    profile = Profile()
    profile.runcall(work)
    return sum(entry.callcount for entry in profile.getstats())


def peak(work: Callable[[], object]) -> int:
    """The most memory that `work` holds at once, in bytes.

    The collector of cycles rests meanwhile: a lesson and its caches point at each other, so how much of one is still
    held at the peak would depend on when the collector last ran, and with that on the tests that went before.
    """
    gc.collect()
    gc.disable()
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
        gc.enable()


SMALL = Size()
PAIRS = {
    "inputs": (Size(inputs=12), Size(inputs=36)),
    "units": (Size(units=4), Size(units=12)),
    "layers": (Size(units=4, layers=2), Size(units=4, layers=5)),
    "examples": (Size(inputs=3, units=3, examples=3), Size(inputs=3, units=3, examples=8)),
}
CASES = [
    (what, view, cost)
    for turn, what in enumerate(PAIRS)
    for side, view in enumerate(("paths", "graph"))
    for way, cost in enumerate((calls, peak))
    if EXPLORES or (turn + side + way) % 2 == 0
]
"""Each cost of every growth in one of the views, of each view in every second growth; all when a run explores."""


@pytest.mark.slow
@pytest.mark.parametrize(("what", "view", "cost"), CASES)
def test_the_cost_grows_with_what_is_shown_and_not_faster(
    what: str, view: str, cost: Callable[[Callable[[], object]], int], tmp_path: Path
) -> None:
    """Calls made and memory held, for every character of the lesson in text, stay the same as a network grows."""

    def per_character(size: Size) -> float:
        run = size.run(tmp_path)
        text = bt.render(bt.teach(run, view=view))
        return cost(lambda: bt.render(bt.teach(run, view=view))) / len(text)

    bt.render(bt.teach(SMALL.run(tmp_path), view=view))  # what is loaded or remembered once is of no account

    small, large = PAIRS[what]
    assert per_character(large) <= SLACK * per_character(small)
