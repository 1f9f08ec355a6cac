"""A file of answers to fill in is written for every scenario, and read back; its mistakes are pointed at in words of answers."""

from __future__ import annotations

from pathlib import Path

import pytest

import backprop_tutor as bt
from backprop_tutor.errors import TutorError
from backprop_tutor.formula.figures import rounded
from backprop_tutor.practice.diagnosis.claims import claims
from backprop_tutor.practice.diagnosis.submission import Submission, case
from backprop_tutor.practice.grading.check import check
from backprop_tutor.practice.worksheet.blank_answers import blank_answers
from backprop_tutor.practice.worksheet.new_numbers import Label, label_in
from backprop_tutor.practice.worksheet.sheet import TITLE
from backprop_tutor.scenario.answers import Entry, answers_in
from backprop_tutor.text import LANGUAGES, Lang
from tests.cli.calls import tutor
from tests.scenarios.of_numbers import BUNDLED

SMALL = [name for name, scenario in BUNDLED.items() if scenario.training.steps <= 2]


def filled(name: str, lang: Lang = "en") -> Submission:
    """The file of a scenario with every blank filled in rightly."""
    scenario = bt.load(name)
    blank = answers_in("answers.yaml", blank_answers(scenario, lang)).entries
    assert not any(entry.text for entry in blank)
    right = case(scenario, [Entry(entry.name, "1/7") for entry in blank])
    return case(scenario, [Entry(e.name, rounded(v, 12)) for e, v in zip(blank, right.right, strict=True)])


@pytest.mark.parametrize("name", SMALL)
def test_every_blank_is_a_quantity_of_the_scenario(name: str) -> None:
    """Names that are read back, each once, in the order of the computation from the forward pass to the one after."""
    made = filled(name)
    assert claims(made.lessons, [claim.entry for claim in made.claims]) == (made.claims, ())
    sections = [claim.seat.section.replace("state", "updated") for claim in made.claims if claim.seat.step == 0]
    assert sections == sorted(sections, key=("values", "grads", "updated", "after").index)


def test_the_file_filled_in_rightly_is_right() -> None:
    """Graded as any other solution."""
    assert check(filled("two-two-one", "zh")).verdict == "correct"


@pytest.mark.parametrize(("lang", "written"), [("en", "# new W_ca"), ("zh", "# 新的 W_ca")])
def test_the_letters_stand_behind_the_names(lang: Lang, written: str) -> None:
    """A contract name for the program, the letter of the notation for the reader."""
    (line,) = (
        each for each in blank_answers(bt.load("two-two-one"), lang).splitlines() if each.startswith("updated.W1[1,1]")
    )
    assert line.endswith(written)


def test_the_command_writes_it_and_says_that_nothing_is_filled_in(tmp_path: Path) -> None:
    """To standard output, so that it can be sent to a file; all blank is no solution."""
    made = tutor("check", "two-two-one", "--blank")
    (tmp_path / "answers.yaml").write_text(made.stdout, encoding="utf-8")
    graded = tutor("check", "two-two-one", str(tmp_path / "answers.yaml"))
    assert (made.returncode, graded.returncode) == (0, 2)
    assert graded.stderr == "error: nothing is filled in yet\n"


@pytest.mark.parametrize("file", [(), ("no-such.yaml",), (".",)])
def test_who_has_no_file_is_told_how_to_get_one(file: tuple[str, ...]) -> None:
    """No file named, none there, a folder."""
    told = tutor("check", "two-two-one", *file)
    assert told.returncode == 2
    assert "'tutor check two-two-one --blank > answers.yaml' writes" in told.stderr


def test_no_call_that_is_suggested_overwrites_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where answers.yaml is there already, the blank file gets another name; the two arguments exchanged are put right."""
    monkeypatch.chdir(tmp_path)
    Path("answers.yaml").write_text("h(c): 0.61\n", encoding="utf-8")
    forgotten = tutor("check", "two-two-one")
    exchanged = tutor("check", "answers.yaml", "two-two-one")
    assert "--blank > answers-2.yaml' writes" in forgotten.stderr
    assert exchanged.stderr == "error: the scenario comes first: tutor check two-two-one answers.yaml\n"


@pytest.mark.parametrize(
    "text", ["h(c): 0.61\nloss 0.06\n", "h(c): 0.61\n---\nloss: 2\n", "h(d): !x 3\n", "h(c): 0.61: 3\n", "h(c): [1\n"]
)
def test_what_is_no_yaml_is_said_in_words_of_answers(text: str) -> None:
    """What the lines are, and nothing of scenarios."""
    try:
        problems = answers_in("answers.yaml", text).problems
    except TutorError as refused:
        problems = refused.problems
    assert problems
    for problem in problems:
        assert "lines 'name: value'" in problem.message.en
        assert "'名字: 数值'" in problem.message.zh
        assert "scenario" not in problem.message.en


@pytest.mark.parametrize(
    "text",
    [
        "hc: 0.61\nloss: abc\n",
        "hc = 0.61\nloss = abc\n",
        "| name | value |\n|---|---|\n| hc | 0.61 |\n| loss | abc |\n",
    ],
)
def test_the_caret_stands_under_what_is_wrong(text: str) -> None:
    """Under the name where that is unknown, under the value where that is no number; in all three forms."""
    with pytest.raises(TutorError) as refused:
        case(bt.load("two-two-one"), answers_in("answers.yaml", text).entries)
    places = [problem.place for problem in refused.value.problems]
    assert [p and p.source[p.column - 1 :][: p.length] for p in places] == ["hc", "abc"]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_worksheet_is_known_by_its_title(lang: Lang) -> None:
    """In both languages, and where Markdown escapes it."""
    title = TITLE.format(title="T", scenario="two-two-one", seed=7, number=3)[lang]
    assert label_in(f"# {title}\n") == label_in(title.replace("-", "\\-")) == Label("two-two-one", 7, 3)


def test_a_worksheet_is_not_graded_by_other_numbers_than_its_own(tmp_path: Path) -> None:
    """Against the scenario it came from, or another variant, it is refused, and the right call is named."""
    tutor("worksheet", "two-two-one", "--variants", "2", "--seed", "7", "-o", str(tmp_path))
    sheet, own = tmp_path / "worksheets" / "01.md", tmp_path / "scenarios" / "01.yaml"
    for other in ("two-two-one", str(tmp_path / "scenarios" / "02.yaml")):
        refused = tutor("check", other, str(sheet))
        assert refused.returncode == 2
        assert f"tutor check {own} {sheet}" in refused.stderr
    assert "nothing is filled in yet" in tutor("check", str(own), str(sheet)).stderr
