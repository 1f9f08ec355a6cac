"""The catalogue on paper: every mistake worked out beside the right solution; what a scenario hides."""

from __future__ import annotations

import re
from functools import cache

import pytest

import backprop_tutor as bt
from backprop_tutor.errors import TutorError
from backprop_tutor.lesson.document import Table, Text
from backprop_tutor.practice.diagnosis import mistake_pages
from backprop_tutor.practice.diagnosis.confusable import confusable
from backprop_tutor.practice.diagnosis.hypotheses import singles
from backprop_tutor.practice.diagnosis.mistake_pages import catalogue_page, mistake_in_words, mistake_page
from backprop_tutor.practice.diagnosis.submission import worked
from backprop_tutor.practice.mistakes.catalogue import MISTAKES
from backprop_tutor.scenario.bundled import bundled
from backprop_tutor.scenario.load import load
from backprop_tutor.text import LANGUAGES, Lang
from backprop_tutor.whatif.predictions import moved
from tests.cli.calls import tutor
from tests.practice.diagnosis.test_diagnose import shown

LOADED = cache(load)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_catalogue_lists_every_mistake(lang: Lang) -> None:
    """Each id with its clause, in either language."""
    said = shown(catalogue_page(lang))
    assert all(name in said for name in MISTAKES)


@pytest.mark.parametrize("name", ["two-two-one", "mazur-with-biases", "softmax-classifier", "xor"])
def test_a_worked_mistake_marks_its_first_wrong_line(name: str) -> None:
    """Rows above the first mark are the same in both columns; there is one first mark, where there is any."""
    case = worked(bt.load(name), "en")
    for mistake in {each.names[0] for each in singles(case.scenario)}:
        page = mistake_page(case, MISTAKES[mistake])
        table = next(block for block in page.blocks if isinstance(block, Table))
        marks = [cell[0].text for *_, cell in table.rows if isinstance(cell[0], Text)]
        firsts = [i for i, mark in enumerate(marks) if "first" in mark]
        assert len(firsts) == (1 if any(marks) else 0)
        assert not any(marks[: firsts[0]] if firsts else marks)


def test_the_published_mistake_worked_out_ends_in_the_published_figure() -> None:
    """Mazur's page with the updated weights used: 0.2910279 beside 0.2910278."""
    said = tutor("mistakes", "updated-weights-used", "mazur-two-two-two").stdout
    (last,) = [line for line in said.splitlines() if line.strip().startswith("after.loss")]
    assert last.split()[2:4] == ["0.2910278", "0.2910279"]


def test_a_mistake_that_cannot_be_made_is_refused() -> None:
    """Softmax mistakes need a softmax; an unknown id gets the nearest one."""
    with pytest.raises(TutorError, match="cannot be made in this scenario"):
        mistake_page(worked(bt.load("two-two-one"), "en"), MISTAKES["softmax-diagonal-only"])
    unknown = tutor("mistakes", "updated-weight-used", "two-two-one")
    assert unknown.returncode == 2
    assert "did you mean 'updated-weights-used'?" in unknown.stderr


@pytest.mark.parametrize("name", [entry.name for entry in bundled()])
def test_every_mistake_is_possible_or_not_never_both(name: str) -> None:
    """What cannot be made here is in no group; what is hidden is in none either; a group has several mistakes."""
    found = confusable(bt.load(name))
    grouped = {each.names[0] for group in found.groups for each in group}
    assert not {mistake.name for mistake in found.impossible} & grouped
    assert not {id(each) for each in found.hidden} & {id(each) for group in found.groups for each in group}
    assert all(len({each.names for each in group}) > 1 for group in found.groups)


def test_two_outputs_confuse_their_mean_with_one_half() -> None:
    """With two outputs, dividing δ by their number is taking half of it."""
    (group,) = [
        g for g in confusable(bt.load("mazur-with-biases")).groups if ("divided-by-outputs",) in [h.names for h in g]
    ]
    assert ("factor-half",) in [each.names for each in group]
    assert "two outputs" in tutor("mistakes", "--confusable", "mazur-with-biases").stdout


def test_moving_is_more_than_the_last_bits() -> None:
    """A number has moved when it differs by more than floats do; nan has, −∞ that stays −∞ has not."""
    assert moved([[-float("inf"), 1.0]], [-float("inf"), -float("inf")]).tolist() == [[False, True]]
    assert moved([[1.0, 1 + 1e-13, 1 + 1e-9, float("nan")]], [1.0] * 4).tolist() == [[False, False, True, True]]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_mistake_is_told_without_a_scenario(lang: Lang, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it is, what it violates, and a call that works it out, on a scenario where it can be made."""
    monkeypatch.setattr(mistake_pages, "load", LOADED)
    for mistake in MISTAKES.values():
        said = shown(mistake_in_words(mistake, lang))
        assert mistake.clause[lang] in said
        assert mistake.principle[lang] in said
        ((name, optimizer),) = re.findall(rf"tutor mistakes {mistake.name} (\S+)(?:\s--optimizer (\S+))?", said)
        assert any(mistake.sites(LOADED(name, optimizer=optimizer or None)))


def test_the_calls_that_a_refusal_names_work() -> None:
    """What the mistake is, and what cannot be made in the scenario."""
    refused = tutor("mistakes", "weights-not-transposed", "two-two-one").stderr
    for call in re.findall(r"'tutor (.+?)'", refused):
        done = tutor(*call.split())
        assert done.returncode == 0
        assert "weights-not-transposed" in done.stdout
