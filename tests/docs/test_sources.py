"""The table of the manual that says where each part of the five source documents is taught."""

from __future__ import annotations

import pytest

from backprop_tutor.practice.course.course import read_course
from backprop_tutor.practice.exercise.exercise import exercise
from backprop_tutor.scenario.load import load
from tests.docs.sources import SOURCES, Taught

UNITS = read_course().units


@pytest.mark.parametrize("taught", SOURCES, ids=lambda taught: f"{taught.document} {taught.part}")
def test_a_part_is_where_the_table_says(taught: Taught) -> None:
    """Its words are in the lesson of the unit, its numbers are those of the unit's scenario."""
    unit = UNITS[taught.unit]
    assert taught.says or taught.has
    assert taught.says in " ".join(" ".join(words.en.split()) for words in unit.lesson)
    values = exercise(load(unit.scenario), "en", None, 0).values
    for name, figure in taught.has.items():
        decimals = len(figure.partition(".")[2])
        assert f"{values[name]:.{decimals}f}" == figure, name


def test_every_document_is_in_it() -> None:
    """All five, each with several parts."""
    assert {taught.document for taught in SOURCES} == {"000", "001", "002", "003", "004"}
