"""docs/extending.md is true: its code makes entries that its tables take, and every file it names is there."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from backprop_tutor.formula.functions import FUNCTIONS
from backprop_tutor.graph.ops.activations import ACTIVATIONS
from backprop_tutor.graph.ops.losses import LOSSES
from backprop_tutor.practice.mistakes.catalogue import MISTAKES
from backprop_tutor.registry import by_name
from backprop_tutor.training.optimizers import OPTIMIZERS

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "extending.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^## ([^\n]+)\n(.*?)(?=^## |\Z)", PAGE, flags=re.MULTILINE | re.DOTALL))
TABLES: dict[str, Any] = {
    "A function or an activation": FUNCTIONS,
    "A loss": LOSSES,
    "An optimizer": OPTIMIZERS,
    "A mistake": MISTAKES,
    "An operation": {"identity": ACTIVATIONS["identity"].op},
}


@pytest.mark.parametrize("section", TABLES)
def test_the_entry_on_the_page_is_one_that_its_table_takes(section: str) -> None:
    """It is made as the page says, is of the kind of the others, and has a name of its own."""
    (code,) = re.findall(r"```python\n(.*?)```", SECTIONS[section], flags=re.DOTALL)
    made: dict[str, Any] = {}
    exec(compile(code, "docs/extending.md", "exec"), made)
    known = tuple(TABLES[section].values())
    assert type(made["entry"]) is type(known[0])
    assert made["entry"].name in by_name(*known, made["entry"])


def test_every_file_that_the_page_names_is_there() -> None:
    """Folders and files, of the program and of the tests."""
    named = re.findall(r"`((?:backprop_tutor|tests|scenarios)/[\w/.]*)`", PAGE)
    assert len(named) > 20
    assert [name for name in named if not (ROOT / name).exists()] == []
