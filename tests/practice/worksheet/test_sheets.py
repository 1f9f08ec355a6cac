"""Worksheets and keys: what is asked has one right answer, the key has it, and the worksheet does not."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from backprop_tutor.formula.nodes import Formula, Num, children
from backprop_tutor.lesson.document import Document, Equation, Math, Section, Table
from backprop_tutor.practice.exercise.exercise import exercise
from backprop_tutor.practice.worksheet.blanks import BOX, LINE, RULE, worksheet
from backprop_tutor.practice.worksheet.forms import answer_key
from backprop_tutor.practice.worksheet.sheet import PARTS, Assignment, Sheet, part, sheet, tolerances
from backprop_tutor.render import render
from backprop_tutor.scenario.bundled import bundled
from backprop_tutor.scenario.load import load, read
from backprop_tutor.scenario.save import variant_text
from backprop_tutor.text import LANGUAGES, Lang
from backprop_tutor.training.train_step import run_scenario
from backprop_tutor.verify.differences import verify
from tests.conftest import some
from tests.scenarios.independent import steps
from tests.scenarios.of_numbers import OF_ARRAYS, OF_NUMBERS

NAMES = [entry.name for entry in bundled()]


@cache
def made(name: str, lang: Lang = "en", number: int = 3) -> Sheet:
    """Variant `number` of a bundled scenario."""
    return sheet(Assignment(7, lang), load(name), number)


def sections(document: Document) -> dict[str, Section]:
    """The sections by key."""
    return {block.key: block for block in document.blocks if isinstance(block, Section)}


def numbers(node: Formula) -> set[str]:
    """The measured numbers in a formula."""
    return {node.text} if isinstance(node, Num) else {text for part in children(node) for text in numbers(part)}


def saved(one: Sheet, name: str, folder: Path) -> Path:
    """The scenario file of a variant."""
    path, step = folder / "v.yaml", one.exercise.lesson.step.number
    path.write_text(variant_text(read(name)[0], one.exercise.scenario, one.label, {}, step), "utf-8")
    return path


@pytest.mark.parametrize("name", OF_NUMBERS)
def test_the_key_is_what_an_independent_computation_gives(tmp_path: Path, name: str) -> None:
    """Every answer of the key agrees with a computation in 60 digits of the variant's own scenario file."""
    one = made(name)
    exact = steps(saved(one, name, tmp_path))[one.exercise.lesson.step.number - 1]
    for line in one.lines:
        numbers, short = exact[line.quantity.section], line.quantity.short
        found = numbers.get(short, numbers.get(f"{short}@1"))
        if not short.startswith("loss@"):  # the loss of one example of several is not computed there
            assert line.value == pytest.approx(float(found), rel=1e-9, abs=1e-15), one.name(line)


@pytest.mark.parametrize("name", some((name for name in OF_ARRAYS if name != "transformer-step"), 6))
def test_the_key_of_arrays_is_that_of_its_file(tmp_path: Path, name: str) -> None:
    """Every answer is the number of a run of the variant's own file, whose derivatives differences confirm (the largest takes
    too long to try here).
    """
    one = made(name)
    step = run_scenario(load(saved(one, name, tmp_path))).steps[one.exercise.lesson.step.number - 1]
    assert verify(step.trace, most=20).passed
    known = exercise(load(tmp_path / "v.yaml"), "en", None, 1).values
    for line in one.lines:
        assert line.value == pytest.approx(known[line.key], rel=1e-12, abs=1e-15), one.name(line)


@pytest.mark.parametrize(("name", "lang"), some(((name, lang) for name in NAMES for lang in LANGUAGES), 3))
def test_a_worksheet_asks_for_everything_and_tells_nothing(name: str, lang: Lang) -> None:
    """Each line of the solution has one blank and one row to fill in, and outside what is given stands no result."""
    one = made(name, lang)
    parts = sections(worksheet(one, BOX))
    asked = [e for key, part in parts.items() if key not in ("given", "results") for e in part.blocks]
    assert [e.keys for e in asked if isinstance(e, Equation)] == [(line.key,) for line in one.lines]
    assert all(isinstance(e, Equation) and e.links[-1].right is BOX for e in asked)

    told = {n for e in asked if isinstance(e, Equation) for link in e.links for n in numbers(link.right)}
    answers = {line.shown.text for line in one.lines if "." in line.shown.text and len(line.shown.text) > 5}
    assert not told & answers

    table = parts["results"].blocks[-1]
    assert isinstance(table, Table)
    assert [row[-1] for row in table.rows] == [()] * len(one.lines)


@pytest.mark.parametrize("name", NAMES)
def test_the_key_lists_every_answer_within_its_own_tolerance(name: str) -> None:
    """The figures printed in the key are themselves right, and the window printed is the one that is graded by."""
    one = made(name)
    table = sections(answer_key(one))["answers"].blocks[0]
    assert isinstance(table, Table)
    rooms = tolerances(one.exercise)
    for line, row in zip(one.lines, table.rows, strict=True):
        value, within = (float(cell[0].formula.text) for cell in row[2:] if isinstance(cell[0], Math))  # type: ignore[union-attr]
        room = rooms[line.key]
        assert abs(value - line.value) <= room
        assert within == pytest.approx(room, rel=0.01)


def test_a_worksheet_for_a_pen_has_nothing_to_copy() -> None:
    """Printed, the blanks are wide enough for eight handwritten figures, and no table asks for the numbers again."""
    document = worksheet(made("two-two-one"), RULE)
    links = [e.links[-1].right for part in sections(document).values() for e in part.blocks if isinstance(e, Equation)]
    assert [link for link in links if link is RULE] == [RULE] * len(made("two-two-one").lines)
    assert "results" not in sections(document)
    assert len(RULE.base) >= 2 * 8


@pytest.mark.parametrize(("notation", "said"), [("nodes", "leads from unit j to unit i"), ("theta", "Θ")])
def test_a_worksheet_says_how_to_read_its_letters(notation: str, said: str) -> None:
    """The conventions of the notation stand on the worksheet, not in the key alone, and the factor of the loss too."""
    one = sheet(Assignment(7, "en", notation=notation, formulas=False), load("two-two-one"), 3)
    text = render(worksheet(one), "text", width=300)
    assert said in text
    assert "½ Σ (output − target)²" in text


def test_a_worksheet_without_formulas_has_only_letters_and_blanks() -> None:
    """A harder worksheet: every formula is the learner's own."""
    one = sheet(Assignment(7, "en", formulas=False), load("two-two-one"), 3)
    asked = [e for part in sections(worksheet(one)).values() for e in part.blocks if isinstance(e, Equation)]
    assert len(asked) == len(one.lines)
    assert all(len(e.links) == 1 for e in asked)


def test_the_title_says_how_to_make_it_again() -> None:
    """Scenario, seed and number stand in the title of worksheet and key; a named learner on both."""
    one = sheet(Assignment(42, "en"), load("two-two-one"), 5, "Ann <b>Lee</b>")
    for document in (worksheet(one), answer_key(one)):
        text = render(document, "text", width=300)
        assert "two-two-one, seed 42, variant 5" in text
        assert "Ann <b>Lee</b>" in text


@pytest.mark.parametrize("name", NAMES)
def test_the_table_of_results_is_filled_in_by_name(name: str) -> None:
    """In Markdown each row has the contract's name in backquotes, then the letter, then an empty cell."""
    text = render(worksheet(made(name), BOX), "markdown")
    rows = re.findall(r"^\| `([^`]+)` \| .* \|  \|$", text, re.MULTILINE)
    assert rows == [made(name).name(line) for line in made(name).lines]


def test_variants_differ_and_the_same_seed_gives_the_same() -> None:
    """Twenty learners have twenty different sets of numbers; made again, they are the same to the last letter."""
    scenario, numbers = load("two-two-one"), range(1, 21)
    first, second = (
        [render(worksheet(sheet(Assignment(1, "en"), scenario, n)), "text") for n in numbers] for _ in range(2)
    )
    assert first == second
    assert len({re.sub(r"variant \d+", "", text) for text in first}) == 20


def test_the_title_does_not_say_where_the_file_lies(tmp_path: Path) -> None:
    """A class at another school, with the file in another folder, gets the same worksheets."""
    text = read("two-two-one")[1].lines
    for folder in ("here", "there"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "mine.yaml").write_text("\n".join(text), encoding="utf-8")
    first, second = (
        render(worksheet(sheet(Assignment(1, "en"), load(tmp_path / folder / "mine.yaml"), 1)), "markdown")
        for folder in ("here", "there")
    )
    assert first == second
    assert "(mine, seed 1, variant 1)" in first


@pytest.mark.parametrize("optimizer", ["momentum", "adam"])
def test_what_an_optimizer_remembers_is_given(tmp_path: Path, optimizer: str) -> None:
    """A step that rests on the one before states its memory, and the new weights of the key follow from it."""
    text = "\n".join(read("two-two-one")[1].lines).replace("learning_rate:", f"optimizer: {optimizer}, learning_rate:")
    text = text if optimizer in text else f"{text}\ntraining: {{optimizer: {optimizer}}}"
    (tmp_path / "m.yaml").write_text(text, encoding="utf-8")
    one = sheet(Assignment(1, "en"), load(tmp_path / "m.yaml"), 1)
    blocks = worksheet(one).blocks
    tables = [block for block in blocks if isinstance(block, Table)]
    state = one.exercise.lesson.step.before["W1"]

    assert one.name(one.lines[0]) == "step2.z1[1]"
    assert len(tables) == 1
    assert len(tables[0].rows) == 6
    cells = [cell[0].formula for cell in tables[0].rows[0][1:] if isinstance(cell[0], Math)]
    assert [cell.value for cell in cells] == [float(array[0, 0]) for array in state.values()]  # type: ignore[union-attr]


@pytest.mark.parametrize("only", ["forward", "loss", "backward", "update", "after"])
def test_a_worksheet_may_ask_for_one_part_and_give_the_rest(only: str) -> None:
    """Blanks stand in that part alone; what comes before has its numbers, what comes after is left out."""
    own = sheet(Assignment(7, "en", only=only), load("two-two-one"), 1)
    assert {part(line) for line in own.lines} == {only}
    shown = {part(line) for line in own.shown_lines}
    assert shown == set(PARTS[: PARTS.index(only) + 1])
    text = render(worksheet(own), "text", width=120)
    assert text.count(LINE) == len(own.lines) + 1
    assert [line for line in own.shown_lines if line not in own.lines] == [
        line for line in own.every_line if PARTS.index(part(line)) < PARTS.index(only)
    ]


def test_a_worksheet_may_ask_for_one_skill_or_a_few_blanks() -> None:
    """Only lines of that skill; only so many, others for each variant, the same for the same seed."""
    own = sheet(Assignment(7, "en", skill="hidden-delta"), load("two-two-one"), 1)
    assert [own.name(line) for line in own.lines] == ["grads.z1[1]", "grads.z1[2]"]
    few = [sheet(Assignment(7, "en", blanks=3), load("two-two-one"), number) for number in (1, 1, 2, 3, 4)]
    names = [tuple(each.name(line) for line in each.lines) for each in few]
    assert all(len(each) == 3 for each in names)
    assert names[0] == names[1]
    assert len(set(names)) > 1


def test_a_compact_key_is_one_table_of_every_answer() -> None:
    """As many values as blanks, and no solution."""
    own = sheet(Assignment(7, "en", compact=True), load("two-two-one"), 1)
    (table,) = answer_key(own).blocks
    assert isinstance(table, Table)
    values = [cell for row in table.rows for cell in row[1::2] if cell]
    assert len(values) == len(own.lines)
    assert {str(cell[0].formula) for cell in values} == {str(line.shown) for line in own.lines}  # type: ignore[union-attr]


def test_a_given_line_is_equal_only_where_nothing_was_rounded() -> None:
    """The sum of the first unit, 0.12·0.45 − 0.22·0.55, is exactly −0.067; its sigmoid is rounded."""
    one = sheet(Assignment(1, "en", skill="hidden-delta"), load("two-two-one"), 1)
    text = render(worksheet(one), "text", width=300)
    assert "W_cb·x_b = −0.067" in text
    assert "σ(h(c)) ≈ 0.483256" in text
