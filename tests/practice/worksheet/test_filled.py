"""A filled worksheet is read back as it was filled, and what the key says is graded right."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from backprop_tutor.practice.diagnosis.submission import case
from backprop_tutor.practice.grading.check import check
from backprop_tutor.practice.worksheet.blanks import BOX, worksheet
from backprop_tutor.practice.worksheet.sheet import Assignment, Sheet, sheet
from backprop_tutor.render import render
from backprop_tutor.scenario.answers import answers
from backprop_tutor.scenario.bundled import bundled
from backprop_tutor.scenario.load import build, load, read
from backprop_tutor.scenario.save import variant_text
from backprop_tutor.text import LANGUAGES, Lang
from tests.conftest import some


def filled(one: Sheet, leaving: int = 0) -> str:
    """The worksheet in Markdown with the last column filled in from the key, all but the first `leaving` rows."""
    values = {one.name(line): line.shown.text for line in one.lines[leaving:]}
    text = render(worksheet(one, BOX), "markdown")
    return re.sub(
        r"^(\| `([^`]+)` \| .* \| ) \|$", lambda m: f"{m[1]}{values.get(m[2], '')} |", text, flags=re.MULTILINE
    )


@pytest.mark.parametrize(("name", "lang"), some(((entry.name, lang) for entry in bundled() for lang in LANGUAGES), 3))
def test_the_key_copied_into_the_worksheet_is_all_right(tmp_path: Path, name: str, lang: Lang) -> None:
    """Every row is understood by its name, in either language, and no line of the key is called wrong."""
    file, source = read(name)
    one = sheet(Assignment(7, lang), build(file, source), 2)
    step = one.exercise.lesson.step.number
    (tmp_path / "variant.yaml").write_text(variant_text(file, one.exercise.scenario, one.label, {}, step), "utf-8")
    (tmp_path / "filled.md").write_text(filled(one), "utf-8")

    entries = answers(tmp_path / "filled.md").entries
    assert [entry.name for entry in entries] == [one.name(line) for line in one.lines]
    judged = check(case(load(tmp_path / "variant.yaml"), entries, lang))
    assert len(judged.lines) == len(one.lines)
    assert judged.verdict == "correct"


def test_rows_left_blank_are_known_to_be_blank(tmp_path: Path) -> None:
    """A row that was not filled in is read as blank, not as a wrong answer."""
    one = sheet(Assignment(7, "en"), load("two-two-one"), 2)
    (tmp_path / "filled.md").write_text(filled(one, leaving=3), "utf-8")
    blank = [entry.name for entry in answers(tmp_path / "filled.md").entries if not entry.text]
    assert blank == [one.name(line) for line in one.lines[:3]]


SLOPPY = (
    "≈ {}", "~{}", "**{}**", "= {}", "L = {} ?", "` {} `", "{}·10^0", "${} \\times 10^{{0}}$", "  {}  ", "\\approx {}",
)  # fmt: skip
"""How people write a number into a table."""


def test_a_number_is_read_however_it_is_written_down(tmp_path: Path) -> None:
    """Signs, emphasis, formulas, doubts and printed minus signs around a right value leave it right."""
    file, source = read("two-two-one")
    one = sheet(Assignment(7, "en"), build(file, source), 2)
    (tmp_path / "variant.yaml").write_text(variant_text(file, one.exercise.scenario, one.label, {}, 1), "utf-8")
    lines = filled(one).splitlines()
    rows = [i for i, line in enumerate(lines) if line.startswith("| `")]
    for way, row in enumerate(rows):
        before, value = lines[row].removesuffix(" |").rsplit(" ", 1)
        lines[row] = f"{before} {SLOPPY[way % len(SLOPPY)].format(value.replace('-', '−'))} |"
    (tmp_path / "filled.md").write_text("\r\n".join(lines), "utf-8-sig")

    judged = check(case(load(tmp_path / "variant.yaml"), answers(tmp_path / "filled.md").entries, "en"))
    assert len(judged.lines) == len(rows) == len(one.lines)
    assert judged.verdict == "correct"
