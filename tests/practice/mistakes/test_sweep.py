"""Every mistake, in every bundled scenario it can show in, is found from the figures a learner would write."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Collection
from functools import cache
from typing import NamedTuple
from zlib import crc32

import pytest

import backprop_tutor as bt
from backprop_tutor.practice.diagnosis.submitted_value import Entry
from backprop_tutor.practice.mistakes.catalogue import MISTAKES
from backprop_tutor.scenario.bundled import bundled
from tests.conftest import EXPLORES
from tests.practice.learners import Classroom, ids
from tests.practice.mistakes.test_optimizer_mistakes import NAMED_HERE

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

EACH, LEAST = 4, 6
"""Of the mistakes that show in a scenario a fourth is looked for, and at least so many; all when a run explores."""

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


Shown = dict[str, list[Entry]]
"""The mistakes that show in a scenario, each with the figures that are claimed."""


@cache
def classroom(name: str) -> tuple[Classroom, Shown]:
    """The learners of a scenario, and what they would write."""
    everybody = Classroom(bt.load(name))
    shown = everybody.first_of_each(DEEP.get(name, FIGURES))
    return everybody, {hypothesis.names[0]: entries for hypothesis, entries in shown}


def turns(name: str) -> list[str]:
    """The mistakes whose turn it is in a scenario: by a hash, so that a mistake or a scenario more changes no other's."""
    mistakes = sorted(classroom(name)[1], key=lambda mistake: crc32(f"{name} {mistake}".encode()))
    return mistakes if EXPLORES else mistakes[: max(LEAST, len(mistakes) // EACH)]


def search(name: str, mistakes: Collection[str]) -> dict[str, Found]:
    """For each of these mistakes that shows in a scenario what is found from its figures."""
    everybody, shown = classroom(name)
    found = {}
    for mistake in (each for each in shown if each in mistakes):
        diagnosis = everybody.diagnosis(shown[mistake])
        found[mistake] = Found(
            len(shown[mistake]), bool(diagnosis.wrong), ids(diagnosis.explanations), ids(diagnosis.doubtful)
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
            rows = {m: (*f[:2], *map(sorted, f[2:])) for m, f in search(name, turns(name)).items()}
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
    elsewhere = {m for m in NAMED_HERE if MISTAKES[m].kind == "convention"}
    alone = {m for name in SCENARIOS for m, each in found(name).items() if _is_alone(m, each)}
    for name in SCENARIOS:  # what the mistakes whose turn it was leave open is looked for wherever it shows
        missing = set(MISTAKES) - elsewhere - alone
        alone |= {m for m, each in search(name, missing).items() if _is_alone(m, each)} if missing else set()
    assert alone | elsewhere == set(MISTAKES)


def _is_alone(mistake: str, found: Found) -> bool:
    """Whether a mistake explains its figures, and no other does but its twin."""
    others = found.explanations - {(mistake,)}
    return len(found.explanations) > len(others) and others <= {(TWINS.get(mistake, ""),)}
