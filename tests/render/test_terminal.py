"""A document as text: what it looks like, how wide it is, what can and cannot come through."""

from __future__ import annotations

import re
from io import StringIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from backprop_tutor.errors import TutorError
from backprop_tutor.lesson.document import Document
from backprop_tutor.render.terminal import render_text
from backprop_tutor.render.terminal.screen import print_document
from backprop_tutor.text import LANGUAGES, Lang
from tests.render.documents import two_two_one
from tests.render.golden import golden
from tests.render.strategies import documents

_CODE = re.compile(r"\x1b\[[0-9;]*m")


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("width", [60, 80, 120])
def test_every_block_reads_as_in_the_golden_file(lang: Lang, width: int) -> None:
    """Every kind of block comes out as in the golden file, in each language and width."""
    text = render_text(two_two_one(lang), width)

    assert golden(f"{lang}-{width}.txt", text) == text


def test_in_ascii_it_reads_as_in_the_golden_file() -> None:
    """In ASCII the whole English document is ASCII."""
    text = render_text(two_two_one("en"), 100, ascii=True)

    assert text.isascii()
    assert golden("en-100.ascii.txt", text) == text


@settings(max_examples=60, deadline=None)
@given(documents, st.integers(20, 130), st.booleans())
def test_no_line_is_wider_than_asked(document: Document, width: int, typed: bool) -> None:
    """No line takes more terminal cells than asked, for any text and formula."""
    text = render_text(document, width, ascii=typed)

    assert max(map(cell_len, text.splitlines()), default=0) <= width


@settings(max_examples=40, deadline=None)
@given(documents, st.integers(20, 130))
def test_colour_changes_no_character(document: Document, width: int) -> None:
    """Coloured text without its colour codes is the plain text: without colour nothing is lost."""
    assert _CODE.sub("", render_text(document, width, colour=True)) == render_text(document, width)


@settings(max_examples=40, deadline=None)
@given(documents)
def test_control_characters_are_shown_not_sent(document: Document) -> None:
    """Nothing but printable characters and line ends is sent to the terminal."""
    assert all(character.isprintable() or character == "\n" for character in render_text(document))


@pytest.mark.parametrize("width", [-1, 0, 19])
def test_a_width_nothing_fits_into_is_refused(width: int) -> None:
    """A width below 20 is an error that says so."""
    with pytest.raises(TutorError, match=f"width of {width} is too narrow"):
        render_text(two_two_one("en"), width)


def test_a_console_without_colour_gets_plain_text() -> None:
    """A console that is no terminal gets the plain text of its width."""
    console = Console(file=StringIO(), width=80, _environ={})
    print_document(two_two_one("zh"), console)

    assert console.file.getvalue() == render_text(two_two_one("zh"), 80)


def test_a_console_with_colour_gets_the_colours_of_the_roles() -> None:
    """A terminal of 256 colours gets an input in green, 28, and a weight in brown, 130."""
    console = Console(file=StringIO(), width=80, color_system="256", force_terminal=True, _environ={})
    print_document(two_two_one("en"), console)

    assert "\x1b[38;5;28mx_a\x1b[0m = 0.5" in console.file.getvalue()
    assert "\x1b[38;5;130mW_ca\x1b[0m = 0.1" in console.file.getvalue()
