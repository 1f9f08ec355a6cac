"""Published figures held against a run: right, off by rounding, wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

import backprop_tutor as bt
from backprop_tutor.errors import TutorError, describe
from backprop_tutor.lesson.checks.published import compared
from backprop_tutor.records.published import Figure, Judgement, by_hand, judged
from backprop_tutor.scenario.published import published
from tests.scenarios import figures

JUDGEMENTS: dict[str, Judgement] = {"ok": "right", "rounding": "rounding", "wrong": "wrong"}
SCENARIOS = sorted({figure.scenario for figure in figures.published()})


def written(folder: Path, text: str) -> Path:
    """A file of figures."""
    file = folder / "figures.yaml"
    file.write_text(text, encoding="utf-8")
    return file


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_every_published_figure_is_judged_as_its_file_says(scenario: str) -> None:
    """The verdicts in the files were found by others; the comparison comes to the same."""
    expected = {f.name: JUDGEMENTS[f.verdict] for f in figures.published() if f.scenario == scenario}
    found = compared(bt.run(bt.load(scenario)), published(scenario))
    assert {one.figure.quantity: one.judgement for one in found} == expected


@pytest.mark.parametrize(
    ("printed", "value", "hand", "judgement"),
    [
        ("0.61", 0.6149, None, "right"),
        ("0.61", 0.615, None, "right"),
        ("0.61", 0.6151, None, "rounding"),
        ("0.61", 0.6299, None, "rounding"),
        ("0.61", 0.6301, None, "wrong"),
        ("0.6100", 0.6150, 0.61009, "rounding"),
        ("0.6100", 0.6150, 0.6102, "wrong"),
        ("-3", -3.4, None, "right"),
        ("3.7e-5", 3.74e-5, None, "right"),
        ("1", float("inf"), None, "wrong"),
        ("1", float("nan"), None, "wrong"),
    ],
)
def test_a_figure_is_judged_at_its_printed_precision(
    printed: str, value: float, hand: float | None, judgement: Judgement
) -> None:
    """Half a unit of the last digit is right; two, or one from a computation that rounds, are rounding."""
    assert judged(Figure("q", printed), value, hand) == judgement


def test_an_author_who_rounds_on_the_way_is_understood() -> None:
    """With every value rounded to three decimals the loss of the 2-2-1 network comes out as such an author prints it."""
    run = bt.run(bt.load("two-two-one"))
    rough = by_hand(run, 3)
    assert rough is not None
    trace = rough.steps[0].trace
    assert [float(trace.value("a1")[i, 0]) for i in (0, 1)] == [0.648, 0.577]
    assert trace.value("z2").item() == pytest.approx(round(0.4 * 0.648 + 0.6 * 0.577, 3))
    assert by_hand(run, 2) is None


@pytest.mark.parametrize(
    "text", ['values.loss: "0.06235"', "figures: {values.loss: 0.06235}", "loss: 6.235e-2", "L: 0.062"]
)
def test_figures_may_be_written_in_any_short_way(text: str, tmp_path: Path) -> None:
    """With or without quotes and heading, under the contract's name or the notation's."""
    (one,) = compared(bt.run(bt.load("two-two-one")), published(written(tmp_path, text)))
    assert one.judgement == "right"


def test_a_later_step_and_the_notation_are_understood(tmp_path: Path) -> None:
    """``step2.`` names a quantity of the second step."""
    run = bt.run(bt.load("zero-weights"))
    value = float(run.steps[1].trace.adjoint("W2")[0, 0])
    (one,) = compared(run, published(written(tmp_path, f"step2.grads.W2[1,1]: {value:.6f}")))
    assert one.value == value


def test_a_step_after_those_of_the_run_is_reached_by_training_on(tmp_path: Path) -> None:
    """The scenario has one step; ``step7.`` is what seven of them come to."""
    run = bt.run(bt.load("two-two-one"))
    seventh = bt.run(bt.load("two-two-one"), steps=7).steps[-1].after
    (one,) = compared(run, published(written(tmp_path, "step7.after.loss: 0.5")))
    assert one.value == pytest.approx(float(seventh.loss), rel=1e-12)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("z1[9]: 0.5", "there is no quantity 'z1[9]'"),
        ("step7.W9[1,1]: 0.5", "there is no quantity 'W9[1,1]'"),
        ("z1[1]: half", "'z1[1]' has no figure in decimal digits; this is the text 'half'"),
        ("z1[1]: {figure: .nan}", "no figure in decimal digits"),
        ("z1[1]: 1e99999", "no figure in decimal digits"),
        ("[1, 2]", "names with figures"),
        ("figures: {}", "names with figures"),
    ],
)
def test_a_file_that_cannot_be_used_says_where(text: str, said: str, tmp_path: Path) -> None:
    """Every problem has its line and column."""
    file = written(tmp_path, text)
    with pytest.raises(TutorError) as raised:
        compared(bt.run(bt.load("two-two-one")), published(file))
    (problem,) = raised.value.problems
    assert said in problem.message.en
    assert describe(problem, "en").startswith(f"{file}:1:")
