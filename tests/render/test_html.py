"""A document as a web page: it stands alone, and no text in it is anything but text."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from hypothesis import HealthCheck, given, settings

from backprop_tutor.lesson.document import Code, Document, Equation, Flow, Link, Paragraph, Section, Table, Text
from backprop_tutor.render.html import fragment, render_html
from backprop_tutor.text import LANGUAGES, Lang
from tests.render.documents import two_two_one
from tests.render.parts import L, equation, num, weight, words
from tests.render.pictures import layers
from tests.render.strategies import HOSTILE, documents

VOID = {"meta", "wbr"}
OURS = re.compile(
    "html|head|meta|title|style|body|main|section|h[1-6]|p|div|span|dl|dt|dd|table|thead|tbody|tr|th|td|figure|code|"
    "strong|wbr|math|m(row|i|n|o|frac|sup|sub|subsup|sqrt|table|tr|td)|svg|rect|path|text|tspan|g"
)


class Page(HTMLParser):
    """Everything a browser would find: elements, their attributes, the words between them; it checks their nesting."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.words: list[str] = []
        self.open: list[str] = []
        self.feed(html)
        self.close()
        assert self.open == [], f"never closed: {self.open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element begins."""
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element of a picture with nothing in it."""
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        """An element ends, the innermost one."""
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Words."""
        self.words.append(data)

    def seen(self) -> str:
        """All words, those of the style sheet too."""
        return "".join(self.words)


@given(documents)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_text_becomes_markup(document: Document) -> None:
    """Whatever is in a document, elements are ours and nest, nothing runs, and nothing is loaded from elsewhere."""
    page = Page(render_html(document))
    names = {name for name, _ in page.attributes}

    assert all(OURS.fullmatch(tag) for tag in page.tags)
    assert not names & {"href", "src", "srcset", "action", "data", "xlink:href"}
    assert not any(name.startswith("on") for name in names)
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e]", page.seen())


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_shown_as_it_is(text: str) -> None:
    """A text that would like to be markup is read back letter by letter, its control codes written out."""
    shown = Page(fragment([Paragraph((Text(text), Code(text)))])).seen()
    assert shown.rstrip("\n") == 2 * text.translate({c: ascii(chr(c))[1:-1] for c in [*range(32), 0x202E]})


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_page_says_its_language_and_allows_nothing_from_elsewhere(lang: Lang) -> None:
    """A browser is told the language, the letters and that no script may run, and the title has no markup."""
    html = render_html(two_two_one(lang))
    page = Page(html)

    assert ("lang", {"en": "en", "zh": "zh-Hans"}[lang]) in page.attributes
    assert any(name == "content" and value.startswith("default-src 'none'") for name, value in page.attributes)
    assert "script" not in page.tags
    assert re.search(r"<title>[^<]+</title>", html)
    assert "url(" not in html


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_number_of_the_lesson_stands_on_the_page(lang: Lang) -> None:
    """Numbers, signs and letters are all there, the minus a real one."""
    seen = Page(render_html(two_two_one(lang))).seen()
    assert all(number in seen for number in ("0.61", "0.647941", "0.0623505", "−0.353130"))


def test_headings_count_and_never_go_deeper_than_six() -> None:
    """Sections within sections have smaller headings, with their numbers."""
    section = Section(words("innermost"), ())
    for depth in range(8):
        section = Section(words(f"depth {depth}"), (section,), number=depth)
    page = Page(render_html(Document("en", words("t"), (), (section,))))

    assert [tag for tag in page.tags if re.fullmatch("h[1-6]", tag)] == ["h1", "h2", "h3", "h4", "h5", *["h6"] * 5]
    assert "7. depth 7" in page.seen()


def test_a_long_equation_has_its_members_below_each_other() -> None:
    """A short equation stays on one line; a long one is marked so that the style sheet gives each member its own."""
    short = equation(L, ("=", num("0.5")))
    long = Equation(L, tuple(Link("=", weight("a" * 40)) for _ in range(3)))

    assert 'class="equation short"' in fragment([short])
    assert 'class="equation long"' in fragment([long])


def test_a_separator_stands_between_items_only() -> None:
    """The arrows of a path lead from one name to the next, and none leads away from the last."""
    seen = Page(fragment([Flow((words("a"), words("b"), words("c")), "→")])).seen()
    assert seen.split() == ["a", "→", "b", "→", "c"]


def test_numbers_of_a_table_stand_to_the_right() -> None:
    """Each cell is aligned as its column says."""
    html = fragment([Table((words("name"), words("value")), ((words("a"), words("1")),), ("left", "right"))])
    assert '<td class="left">a</td><td class="right">1</td>' in html


def test_a_drawing_is_a_picture_unless_it_is_too_dense() -> None:
    """A small network is drawn; one with too many connections is written as tables of weights."""
    assert "<svg" in fragment([layers(2, 3, 2)])
    dense = fragment([layers(7, 7)])
    assert "<svg" not in dense
    assert "<table" in dense


def test_a_page_of_somebody_else_gets_tex() -> None:
    r"""Formulas of a fragment stand between \( and \), with everything that HTML would take for its own escaped."""
    html = fragment([equation(weight("a&b"), ("≈", num("-0.5")))])
    assert r"\(W_{a{\&amp;}b}\)" in html
    assert "<math" not in html
