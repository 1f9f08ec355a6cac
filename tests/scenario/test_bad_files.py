"""Every fault a file can have is reported once, at its place, in both languages."""

import pytest

from backprop_tutor.errors import TutorError, describe
from backprop_tutor.scenario.load import read
from backprop_tutor.text import LANGUAGES, Lang

from .bad_files import BadFile, bad_files, report
from .files import GRAPH, NETWORK, spoilt

BAD = tuple(bad_files())


def refusal(tmp_path, text: str) -> TutorError:
    """The error with which a file of that text is refused."""
    path = tmp_path / "bad.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(TutorError) as caught:
        read(path)
    return caught.value


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("bad", BAD, ids=lambda bad: bad.fault)
def test_a_fault_gives_its_report(bad: BadFile, lang: Lang, tmp_path):
    """The report on each bad file is the one in the table, word for word and column for column."""
    error = refusal(tmp_path, bad.text)

    assert report(error, lang) == bad.reports[lang]


@pytest.mark.parametrize("text", [NETWORK, GRAPH])
def test_the_file_that_is_spoilt_is_sound(text: str, tmp_path):
    """The files the table spoils have no fault of their own."""
    (tmp_path / "good.yaml").write_text(text, encoding="utf-8")

    file, _ = read(tmp_path / "good.yaml")

    assert file.title.text.en in text


def test_an_error_shows_the_line_and_a_caret(tmp_path):
    """A problem is printed as FILE:LINE:COLUMN: error: message, the line, and carets under what is wrong."""
    error = refusal(tmp_path, spoilt(NETWORK, "learning_rate: 0.1", "learning_rate: -0.1"))

    assert describe(error.problems[0], "en").splitlines() == [
        f"{tmp_path}/bad.yaml:16:18: error: learning_rate is -0.1, but must be greater than 0",
        "    learning_rate: -0.1",
        "                   ^^^^",
    ]


def test_a_flood_of_problems_is_cut_off(tmp_path):
    """A file with thousands of faults is answered with the first hundred and a word that there are more."""
    many = ", ".join(["x"] * 3000)
    error = refusal(tmp_path, spoilt(NETWORK, "[0.35, 0.35]", f"[{many}]"))

    assert len(error.problems) == 101
    assert error.problems[-1].message.en == "there are more problems; mend these first"


@pytest.mark.parametrize("field", ["title", "description", "source"])
@pytest.mark.parametrize("written", [r"\e[31mred\a", "[bold red]a[/]", "<script>alert(1)</script>", "a\\nb", "‮abc"])
def test_texts_of_the_author_are_kept_as_they_are(field: str, written: str, tmp_path):
    """Control characters, Rich markup and HTML in a text are read as the text they are, not as orders."""
    texts = {"title": "t", "description": "d", "source": "s"} | {field: written}
    header = "".join(f'{key}: "{text}"\n' for key, text in texts.items())
    (tmp_path / "f.yaml").write_text(spoilt(NETWORK, "title: A network\n", header), encoding="utf-8")

    file, _ = read(tmp_path / "f.yaml")

    meant = written.replace(r"\e", "\x1b").replace(r"\a", "\a").replace("\\n", "\n")
    assert getattr(file, field).text.en == meant


def test_messages_show_control_characters_written_out(tmp_path):
    """A key, a name and a value with escape sequences reach the screen with the escapes written out."""
    error = refusal(tmp_path, spoilt(NETWORK, "learning_rate: 0.1", '"\\e[31m": "\\e]0;x\\a"\n  batch: "\\e[2J"'))

    shown = "\n".join(describe(problem, lang) for problem in error.problems for lang in LANGUAGES)
    assert shown.replace("\n", "").isprintable()
