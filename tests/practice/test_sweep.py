"""Every mistake, in every bundled scenario it can show in, is found from the figures a learner would write."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from typing import NamedTuple

import pytest

import backprop_tutor as bt
from backprop_tutor.practice.mistakes.catalogue import MISTAKES
from backprop_tutor.scenario.bundled import bundled
from tests.conftest import EXPLORES
from tests.practice.learners import Classroom, ids
from tests.practice.test_optimizer_mistakes import NAMED_HERE

FIGURES, CLAIMS = 5, 3
DEEP = {"transformer-step": 6}
"""How many figures are written where rounding, after so many operations, reaches the fifth figure."""

LARGE = (
    "batch-norm-network",
    "lenet-step",
    "multi-output",
    "quadratic-cost",
    "transformer-step",
    "xor",
    "zero-weights",
)
"""More than ten seconds each, and no mistake is named alone in them only: looked at when a run explores."""

SCENARIOS = tuple(entry.name for entry in bundled() if EXPLORES or entry.name not in LARGE)

TWINS = {"clip-forgotten": "point-moved", "clip-after-rate": "learning-rate-forgotten"}
"""What gives the same figures in one step whatever they are: a limit read ten or a hundred times as large clips nothing; a
step that is clipped, and a clipped gradient that is the step, are both as long as the limit."""

POINT_MOVED = {"given-miscopied", "other-learning-rate"}
"""One number read as another: where digits or the point make the difference, that is said, in plainer words."""


class Found(NamedTuple):
    """How many figures were claimed, whether one is wrong, the explanations, and those held back as doubtful."""

    claims: int
    wrong: bool
    explanations: set[tuple[str, ...]]
    doubtful: set[tuple[str, ...]]


def search(name: str) -> dict[str, Found]:
    """For each mistake that shows in a scenario what is found from its figures."""
    everybody = Classroom(bt.load(name))
    found = {}
    for hypothesis, entries in everybody.first_of_each(DEEP.get(name, FIGURES)):
        diagnosis = everybody.diagnosis(entries)
        found[hypothesis.names[0]] = Found(
            len(entries), bool(diagnosis.wrong), ids(diagnosis.explanations), ids(diagnosis.doubtful)
        )
    return found


@pytest.fixture(scope="session")
def found(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], dict[str, Found]]:
    """The search of a scenario, made once by all processes of a test run together."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "sweep"
    folder.mkdir(exist_ok=True)

    def of(name: str) -> dict[str, Found]:
        kept = folder / f"{name}.json"
        if not kept.exists():
            rows = {m: (*f[:2], *map(sorted, f[2:])) for m, f in search(name).items()}
            mine = folder / f"{name}.{os.getpid()}"
            mine.write_text(json.dumps(rows), "utf-8")
            mine.replace(kept)
        rows = json.loads(kept.read_text("utf-8"))
        return {
            m: Found(claims, wrong, *({tuple(each) for each in names} for names in both))
            for m, (claims, wrong, *both) in rows.items()
        }

    return of


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", SCENARIOS)
def test_a_mistake_is_among_its_explanations(name: str, found: Callable[[str], dict[str, Found]]) -> None:
    """From three figures of five digits a mistake is named, alone or with those that give the same figures.

    What is missed is held back as doubtful, or rounding on the way could give its figures.
    """
    asked = {m: each for m, each in found(name).items() if each.claims == CLAIMS and m not in POINT_MOVED}
    missed = {m: each for m, each in asked.items() if (m,) not in each.explanations}

    assert len(missed) <= max(1, 0.05 * len(asked)), missed
    assert all((m,) in each.doubtful or not each.wrong for m, each in missed.items())


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_every_mistake_is_named_alone_somewhere(found: Callable[[str], dict[str, Found]]) -> None:
    """For every mistake there is a bundled scenario where it alone explains its figures, but for conventions of libraries
    that no bundled scenario has the optimizer or the function for.
    """
    alone = set()
    for name in SCENARIOS:
        for m, each in found(name).items():
            others = each.explanations - {(m,)}
            alone |= {m} if len(each.explanations) > len(others) and others <= {(TWINS.get(m, ""),)} else set()

    elsewhere = {m for m in NAMED_HERE if MISTAKES[m].kind == "convention"}
    assert alone | elsewhere == set(MISTAKES)
