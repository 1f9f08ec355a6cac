"""A problem is printed so that its reader can mend it."""

import pickle

import pytest

from backprop_tutor.errors import Place, Problem, TutorError, describe, did_you_mean, visible
from backprop_tutor.text import T, same


def printed(source: str, column: int, length: int = 1) -> list[str]:
    """The lines printed for a problem in a line of a file."""
    return describe(Problem(same("wrong"), Place("f.yaml", 2, column, source, length)), "en").splitlines()


def test_a_problem_with_a_place():
    """The place, the word error, the message, the line, and carets under what is wrong."""
    assert printed("a: [1, true]", 8, 4) == ["f.yaml:2:8: error: wrong", "  a: [1, true]", "         ^^^^"]


def test_a_problem_without_a_place():
    """Without a file to point at there is one line."""
    assert describe(Problem(T("wrong", "错了")), "zh") == "error: 错了"


def test_the_caret_stands_below_chinese_text():
    """A Chinese character takes two columns of a terminal, so the carets move and widen with it."""
    assert printed("标题: 手算", 5, 2)[2] == "        ^^^^"


def test_control_characters_in_the_line_are_written_out():
    """A line that would drive the terminal is shown with its control characters written out, the caret with them."""
    assert printed("a: \x1b[31mx", 4, 1)[1:] == ["  a: \\x1b[31mx", "     ^^^^"]


@pytest.mark.parametrize("column", [1, 500, 9_990])
def test_of_a_long_line_the_part_around_the_place_is_shown(column):
    """A line of 10,000 characters is cut to what fits a screen, and the caret is under the right one."""
    source = "".join(chr(ord("a") + i % 26) for i in range(10_000))

    _, line, carets = printed(source, column, 3)

    assert len(line) < 110
    assert line[carets.index("^") :].startswith(source[column - 1 : column + 2])


@pytest.mark.parametrize("text", ["\x1b]0;t\a", "‮", "\x00", "\x9b", "\ud800", "a\nb"])
def test_nothing_invisible_reaches_the_screen(text):
    """Escape sequences, direction marks, lone surrogates and line breaks are written out."""
    assert visible(text).isprintable()
    assert visible("\udcff0.5") == r"\xff0.5", "a byte that is no text is written as that byte"


def test_of_words_as_near_the_first_is_offered():
    """The first example, not the last."""
    assert "'z1[1]@1'" in did_you_mean("z1[1]", [f"z1[1]@{example}" for example in range(1, 9)]).en


@pytest.mark.parametrize(
    ("word", "near"), [("sigmiod", "sigmoid"), ("ReLU", "relu"), ("SIGMOID", "sigmoid"), ("zzz", None), ("", None)]
)
def test_the_nearest_word(word, near):
    """The nearest allowed word is offered, whatever its capitals, and nothing where none is near."""
    found = did_you_mean(word, ["sigmoid", "relu", "tanh"])

    assert found == (T(f"; did you mean '{near}'?", f"；是不是想写 '{near}'？") if near else T("", ""))


def test_an_error_carries_all_its_problems():
    """Every problem is kept, in order, and stands in the text of the exception."""
    error = TutorError([Problem(same("one")), Problem(same("two"))])

    assert [problem.message.en for problem in error.problems] == ["one", "two"]
    assert str(error) == "one\ntwo"
    assert pickle.loads(pickle.dumps(error)).problems == error.problems


def test_an_exception_says_where():
    """In Python too a problem of a file has its line, its column and the caret under it."""
    place = Place("net.yaml", 3, 9, "  kind: max_pool", 8)

    said = str(TutorError([Problem(same("unknown kind"), place), Problem(same("two"))]))

    assert said == "net.yaml:3:9: error: unknown kind\n    kind: max_pool\n          ^^^^^^^^\ntwo"
