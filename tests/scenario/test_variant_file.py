"""The file of a variant: read again, it is the variant."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from backprop_tutor.practice.exercise.variant import variant
from backprop_tutor.scenario.bundled import bundled
from backprop_tutor.scenario.load import build, load, read
from backprop_tutor.scenario.save import variant_text
from backprop_tutor.text import T
from backprop_tutor.training.train_step import run_scenario

TITLE = T("A title: with 'signs' #7", "标题：带“引号”")


@pytest.mark.parametrize("name", [entry.name for entry in bundled()])
def test_a_variant_read_from_its_file_is_the_same(tmp_path: Path, name: str) -> None:
    """Data, parameters and settings are equal to the last bit, what is computed from them but for the order of a sum."""
    file, source = read(name)
    drawn = variant(build(file, source), 11)
    (tmp_path / "v.yaml").write_text(variant_text(file, drawn, TITLE, {}, 2), encoding="utf-8")
    again = load(tmp_path / "v.yaml")

    assert again.title == TITLE
    assert again.description is again.source is None
    assert again.frozen == drawn.frozen
    assert again.training.learning_rate == drawn.training.learning_rate
    assert again.training.steps == (2 if drawn.parameters else 1)
    assert again.presentation == drawn.presentation
    values, expected = (run_scenario(s, 1).steps[0].trace for s in (again, drawn))
    for node, a, b in zip(values.graph.nodes, values.values, expected.values, strict=True):
        np.testing.assert_allclose(a, b, rtol=0 if node.op is None else 1e-13, atol=0 if node.op is None else 1e-16)


def test_a_notation_and_a_view_asked_for_stay_with_the_variant(tmp_path: Path) -> None:
    """The file is shown as the worksheet and its key are."""
    file, source = read("two-two-one")
    text = variant_text(file, build(file, source), TITLE, {"notation": "pdp", "view": "deltas"}, 1)
    (tmp_path / "v.yaml").write_text(text, encoding="utf-8")
    presentation = load(tmp_path / "v.yaml").presentation
    assert (presentation.notation, presentation.view) == ("pdp", "deltas")


def test_whole_numbers_have_no_point() -> None:
    """A target of 1 is written 1, as an author would."""
    file, source = read("two-two-one")
    assert "y: [1]" in variant_text(file, build(file, source), TITLE, {}, 1)
