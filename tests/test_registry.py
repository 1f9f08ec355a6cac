"""Tables of names."""

from __future__ import annotations

import pytest

from backprop_tutor.errors import TutorError
from backprop_tutor.notation.table import NOTATIONS
from backprop_tutor.registry import by_name, find
from backprop_tutor.scenario.schema import choices
from backprop_tutor.text import T

WHAT = T("the notation", "记号")


def test_a_table_loaded_on_use_is_a_table() -> None:
    """Its names are those of its entries, in the order of the contract; another name is not in it."""
    assert tuple(NOTATIONS) == choices.NOTATIONS
    assert [entry.name for entry in NOTATIONS.values()] == list(NOTATIONS)
    assert len(NOTATIONS) == len(choices.NOTATIONS)
    assert "table" not in NOTATIONS
    with pytest.raises(KeyError):
        NOTATIONS["table"]
    with pytest.raises(TutorError, match="did you mean 'nodes'"):
        find(NOTATIONS, "node", WHAT)


def test_a_name_stands_once() -> None:
    """A name given twice is an error of the table."""
    with pytest.raises(ValueError, match="twice"):
        by_name(NOTATIONS["nodes"], NOTATIONS["nodes"])
