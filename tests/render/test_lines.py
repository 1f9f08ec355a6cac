"""Lines and how they are parted: widths in cells, Chinese marks, formulas, tables, matrices."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len, get_character_cell_size

from backprop_tutor.formula.nodes import Call, Hadamard, MatMul, Matrix, Sym, total
from backprop_tutor.lesson.document import Equation, Flow, Link, Paragraph, Table
from backprop_tutor.render.terminal.blocks import blocks_lines, flow_lines, table_lines
from backprop_tutor.render.terminal.equation import equation_lines
from backprop_tutor.render.terminal.formatter import Formatter
from backprop_tutor.render.terminal.line import GLUE, Line, cells, join, part, wrap
from tests.render.parts import equation, num, words

CLOSING, OPENING = "，。、；：！？）》」』】”’…", "（《「『【“‘"
chinese = st.text(st.sampled_from("反向传播的梯度" + CLOSING + OPENING + " ab,.("), max_size=80)


def texts(lines: object) -> list[str]:
    """The texts of lines."""
    return [line.text for line in lines]  # type: ignore[attr-defined]


def test_characters_taken_for_one_cell_take_one() -> None:
    """The shortcut for the width of a line holds for each character it is taken for."""
    printable = (chr(code) for code in range(0x20, 0x3000) if chr(code).isprintable())

    assert all(cells(character) == get_character_cell_size(character) for character in printable)


@given(chinese, st.integers(4, 40))
def test_words_are_parted_within_the_width_and_none_is_lost(text: str, width: int) -> None:
    """Wrapping keeps to the width and loses nothing but spaces where lines end."""
    lines = texts(wrap(Line(text), width))

    assert all(cell_len(line) <= width for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


@given(st.text(st.sampled_from("反向传播的梯度"), min_size=2), st.sampled_from(CLOSING), st.integers(6, 20))
def test_no_line_starts_with_a_closing_mark(text: str, mark: str, width: int) -> None:
    """A Chinese comma or full stop stays on the line of the character before it."""
    lines = texts(wrap(Line((text + mark) * 6), width))

    assert not any(line[0] in CLOSING for line in lines)


@given(st.text(st.sampled_from("反向传播的梯度"), min_size=1), st.sampled_from(OPENING), st.integers(6, 20))
def test_no_line_ends_with_an_opening_mark(text: str, mark: str, width: int) -> None:
    """A Chinese opening bracket or quote goes on to the line of the character behind it."""
    lines = texts(wrap(Line((mark + text + "ab") * 6), width))

    assert not any(line[-1] in OPENING for line in lines)


def test_a_formula_is_parted_before_its_loosest_sign() -> None:
    """A sum is parted before its signs, outside brackets, and a product only where no sum is in reach."""
    line = Line("a·b + (c − d)·e + f")

    assert texts(part(line, 17)) == ["a·b + (c − d)·e", "+ f"]
    assert texts(part(line, 12)) == ["a·b", "+ (c − d)·e", "+ f"]
    assert texts(part(Line("aaaa·bbbb·cccc"), 10)) == ["aaaa·bbbb", "·cccc"]


def test_signs_stand_below_each_other() -> None:
    """An equation too long for its line has a member a line, and a member too long goes on set in."""
    sum_of_six = total(tuple(Sym(f"w{i}") * Sym(f"x{i}") for i in range(6)))
    lines = texts(equation_lines(equation(Sym("h"), ("=", sum_of_six), ("≈", num("0.61"))), Formatter(), 30))

    assert lines == ["h = w0·x0 + w1·x1 + w2·x2", "      + w3·x3 + w4·x4 + w5·x5", "  ≈ 0.61"]


def test_a_long_left_side_stands_alone() -> None:
    """A left side that leaves too little room for the members has a line of its own."""
    lines = texts(
        equation_lines(equation(Call("a_long_function", (Sym("x"),)), ("=", num("0.123456"))), Formatter(), 24)
    )

    assert lines == ["a_long_function(x)", "  = 0.123456"]


def test_matrices_are_blocks_on_the_line_of_their_equation() -> None:
    """A matrix is a block of lines whose middle one is the line of the equation."""
    column = Matrix(((num("1"),), (num("-20"),), (num("3"),)))
    lines = texts(equation_lines(equation(Sym("z"), ("=", column)), Formatter(), 40))

    assert lines == ["    ⎡   1 ⎤", "z = ⎢ −20 ⎥", "    ⎣   3 ⎦"]


def test_a_product_too_wide_is_broken_before_a_matrix() -> None:
    """What does not fit beside it stands below, set in a little; the sign of a transpose stays with its matrix."""
    row, column = Matrix(((num("1.25"), num("2.5")),)), Matrix(((num("1.5"),), (num("-0.5"),)))
    product = Hadamard((MatMul((row.T, column)), row))
    lines = texts(equation_lines(equation(Sym("z"), ("=", product), ("≈", column)), Formatter(), 30))

    assert [line.rstrip() for line in lines] == [
        "z = ([ 1.25  2.5 ]ᵀ ⎡  1.5 ⎤)",
        "                    ⎣ −0.5 ⎦",
        "      ⊙ [ 1.25  2.5 ]",
        "  ≈ ⎡  1.5 ⎤",
        "    ⎣ −0.5 ⎦",
    ]


def test_a_flow_starts_its_new_lines_with_the_separator() -> None:
    """A path that is too long goes on with its arrow."""
    path = Flow(tuple(words(name) for name in ("W_ca", "h(c)", "O(c)", "L")), "→")

    assert texts(flow_lines(path, Formatter(), 17)) == ["W_ca → h(c)", "→ O(c) → L"]


NUMBERS = Table(
    (words(""), words("旧值"), words("梯度"), words("新值")),
    tuple(
        tuple(map(words, row)) for row in (("W_ec", "0.4", "−0.05", "0.405227"), ("W_ed", "0.6", "−0.04", "0.604653"))
    ),
    ("left", "right", "right", "right"),
)


def test_columns_with_chinese_heads_stay_aligned() -> None:
    """A Chinese character counts as two cells, so numbers stand right below their heads."""
    lines = texts(table_lines(NUMBERS, Formatter(), 60))

    assert lines == [
        "       旧值    梯度       新值",
        "W_ec    0.4   −0.05   0.405227",
        "W_ed    0.6   −0.04   0.604653",
    ]


def test_a_wide_table_comes_in_groups_of_columns() -> None:
    """A table too wide is shown in groups of columns, each with the first column."""
    lines = texts(table_lines(NUMBERS, Formatter(), 20))

    assert [line.rstrip() for line in lines] == [
        "       旧值    梯度", "W_ec    0.4   −0.05", "W_ed    0.6   −0.04", "",
        "           新值", "W_ec   0.405227", "W_ed   0.604653",
    ]  # fmt: skip


@pytest.mark.parametrize("width", range(31, 44))
def test_a_column_without_a_heading_stays_beside_its_name(width: int) -> None:
    """The derivative's letter and its number are never in different groups, wherever the table is split."""
    table = Table(
        tuple(map(words, ("quantity", "value", "derivative", "", "new"))),
        (tuple(map(words, ("W_ca", "0.1", "dW_ca", "−0.0037", "0.10037"))),),
        ("left", "right", "left", "right", "right"),
    )
    lines = texts(table_lines(table, Formatter(), width))

    assert all(cells(line) <= width for line in lines)
    assert [line for line in lines if "dW_ca" in line] == [line for line in lines if "−0.0037" in line]


def test_a_column_of_sentences_is_wrapped() -> None:
    """A table with one wide column of words wraps that column."""
    table = Table((), ((words("two-two-one"), words("A network by hand with every number shown")),), ("left", "left"))

    assert [line.rstrip() for line in texts(table_lines(table, Formatter(), 40))] == [
        "two-two-one   A network by hand with",
        "              every number shown",
    ]


@pytest.mark.parametrize("cut", [(0, 3), (2, 5), (4, 9), (0, 9)])
def test_a_cut_keeps_the_styles_of_what_is_left(cut: tuple[int, int]) -> None:
    """Cutting a line cuts the stretches of its styles with it."""
    line = join((Line("abc").styled("bold"), Line("def").styled("red"), Line("ghi"))).styled("dim")
    style = {**dict.fromkeys("abc", "dim bold"), **dict.fromkeys("def", "dim red"), **dict.fromkeys("ghi", "dim")}
    kept = line[slice(*cut)]

    assert kept.text == "abcdefghi"[slice(*cut)]
    assert all(style[character] == name for text, name in kept.stretches() for character in text)


@pytest.mark.parametrize("width", range(20, 60))
@pytest.mark.parametrize(
    ("text", "formula"),
    [
        ("This is z(1 − z) for a(1 − a), the usual slip with a sigmoid, and δ = ∂L/∂a too.", "a(1 − a)"),
        ("This is z(1 − z) for a(1 − a), the usual slip with a sigmoid, and δ = ∂L/∂a too.", "δ = ∂L/∂a"),
        ("正确的是 O(e) = 0.648304387，原文印错了，这里是 z(1 − z)。", "= 0.648"),
        ("输出的误差在 ASCII 里写作 a - y, 不是 y - a，也不是 a <= y。", "a <= y"),
        ("形状总是相同：z (2, 1) ~ dz (2, 1)、W (2, 3) ~ dW (2, 3)、b (2, 1)。", "dW (2, 3)"),
        ("The shapes are W (12, 3), b (12, 1).", "(12, 3)"),
    ],
)
def test_a_formula_in_the_middle_of_words_is_not_parted(text: str, formula: str, width: int) -> None:
    """No line ends before or after an operator where the formula fits on a line."""
    lines = texts(wrap(Line(text), width))

    assert any(formula in line.replace(GLUE, " ") for line in lines)
    assert all(cells(line) <= width for line in lines)


def test_a_tall_matrix_stands_apart_from_what_is_above_it() -> None:
    """An empty line before it; what is below belongs to it."""
    column = Equation(Sym("v"), (Link("=", Matrix(((num("1"),), (num("2"),)))),))
    lines = texts(blocks_lines((Paragraph(words("above")), column, Paragraph(words("below"))), Formatter(), 60))

    assert [line.strip() for line in lines] == ["above", "", "v = ⎡ 1 ⎤", "⎣ 2 ⎦", "below"]


def test_only_the_widest_column_of_words_is_wrapped() -> None:
    """A column of formulas keeps its width beside a long sentence, and the room is used."""
    long = "the error of the output layer, which every other one is made of"
    lines = texts(
        table_lines(Table(((),) * 2, ((words("δ = (∇_a C) ⊙ σ′(z)"), words(long)),), ("left", "left")), Formatter(), 48)
    )

    assert lines[0].startswith("δ = (∇_a C) ⊙ σ′(z)   the error")
    assert len(lines) == 3
