"""A YAML text becomes the values an author means, each with its place and each number with its spelling."""

import math
import time

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from backprop_tutor.scenario.yaml import events as yaml_events
from backprop_tutor.scenario.yaml.spans import Span, UnreadableError
from backprop_tutor.scenario.yaml.tree import parse

LOADERS = [yaml.CSafeLoader, yaml.SafeLoader]


@pytest.fixture(params=LOADERS, ids=["C", "Python"])
def parser(request, monkeypatch):
    """Either of PyYAML's two parsers."""
    monkeypatch.setattr(yaml_events, "LOADER", request.param)


@pytest.mark.usefixtures("parser")
@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("1", 1),
        ("-0", 0),
        ("+1e3", 1000.0),
        ("1e-3", 0.001),
        ("1E5", 1e5),
        (".1", 0.1),
        ("1.", 1.0),
        ("0.10", 0.1),
        ("017", 17),
        ("0o17", 15),
        ("0x1F", 31),
        ("1e400", math.inf),
        ("-.inf", -math.inf),
        ("true", True),
        ("False", False),
        ("~", None),
        ("null", None),
        ("", None),
        ("yes", "yes"),
        ("on", "on"),
        ("NO", "NO"),
        ("y", "y"),
        ("1_000", "1_000"),
        ("1:30", "1:30"),
        ("2024-01-02", "2024-01-02"),
        ("'1'", "1"),
        ('"0.5"', "0.5"),
        ("1e", "1e"),
        ("0.5.1", "0.5.1"),
        ("½", "½"),
        ("１", "１"),
        ("1/2", "1/2"),
    ],
)
def test_scalars_follow_the_core_schema_of_yaml_1_2(written, value):
    """Plain scalars are what YAML 1.2 says, not what YAML 1.1 said."""
    assert parse(f"a: {written}\n").value == {"a": value}


def test_not_a_number_is_read_as_such():
    """The scalar .nan is the float that is no number, which the schema then refuses."""
    assert math.isnan(parse("[.nan]").value[0])


def test_a_number_of_ten_thousand_digits_is_read():
    """A number longer than Python would turn into an int is read as the float it is near."""
    assert parse(f"[{'9' * 10_000}, {'0' * 9_999}1]").value == [math.inf, 1.0]


@given(st.floats(allow_nan=False, allow_infinity=False) | st.integers())
def test_a_number_keeps_its_spelling(number):
    """What was written is what is read, and is remembered figure by figure."""
    tree = parse(f"weights: [0, {number!r}]\n")

    assert tree.value == {"weights": [0, number]}
    assert tree.spellings[("weights", 1)] == repr(number)


@given(st.from_regex(r"[-+]?(0|[1-9][0-9]{0,5})\.[0-9]{1,8}([eE][-+]?[0-9]{1,2})?", fullmatch=True))
def test_trailing_zeros_and_signs_are_kept(written):
    """Every spelling of a decimal number comes back as it was written."""
    tree = parse(f"a: {written}\n")

    assert tree.spellings[("a",)] == written
    assert tree.value == {"a": float(written)}


def test_a_number_in_quotes_or_in_another_base_has_no_spelling():
    """Only decimal figures are worth showing again."""
    assert parse("['1', 0x10, .inf, true, one]").spellings == {}


@pytest.mark.usefixtures("parser")
def test_every_value_and_every_key_has_its_place():
    """Lines and columns count characters from 1, also beyond wide ones; a block runs on after its first line."""
    tree = parse("😀: [1, é]\nnested:\n  - {a: '中文', b: [[2]]}\nlast: |\n  text\n")

    assert tree.keys == {
        ("😀",): Span(1, 1, 1),
        ("nested",): Span(2, 1, 6),
        ("nested", 0, "a"): Span(3, 6, 1),
        ("nested", 0, "b"): Span(3, 15, 1),
        ("last",): Span(4, 1, 4),
    }
    assert tree.values == {
        (): Span(1, 1, None),
        ("😀",): Span(1, 4, 6),
        ("😀", 0): Span(1, 5, 1),
        ("😀", 1): Span(1, 8, 1),
        ("nested",): Span(3, 3, None),
        ("nested", 0): Span(3, 5, 19),
        ("nested", 0, "a"): Span(3, 9, 4),
        ("nested", 0, "b"): Span(3, 18, 5),
        ("nested", 0, "b", 0): Span(3, 19, 3),
        ("nested", 0, "b", 0, 0): Span(3, 20, 1),
        ("last",): Span(4, 7, None),
    }


@pytest.mark.usefixtures("parser")
@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("a:\t1\n", 1, 3),
        ("a: 1\t\n", 1, 5),
        ("a: 1 \t# c\n", 1, 6),
        ("a\t: 1\n", 1, 2),
        ("[1,\t2]\n", 1, 4),
        ("a: x\ty\n", 1, 5),
        ("a: 1\nb:\t\n  c: 1\n", 2, 3),
        ("-\t1\n", 1, 2),
        ("a:\n\tb: 1\n", 2, 1),
    ],
)
def test_a_tab_is_refused_whoever_parses(text, line, column):
    """The two parsers disagree over tabs; here both refuse every tab outside quotes, comments and blocks."""
    with pytest.raises(UnreadableError) as caught:
        parse(text)

    assert caught.value.message.en == "a tab; YAML wants spaces here"
    assert caught.value.span == Span(line, column, 1)


@pytest.mark.usefixtures("parser")
def test_a_tab_in_a_text_is_kept():
    """A tab may stand in quotes, in a comment and in a block of text."""
    tree = parse("a: 'x\ty' # one\ttab\nb: |\n  x\ty\n# \t\nc: 1 # \t\n")

    assert tree.value == {"a": "x\ty", "b": "x\ty\n", "c": 1}


@pytest.mark.usefixtures("parser")
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: " + "[" * 5_000, "nested deeper than 64 levels"),
        ("a: " + "[" * 100_000, "nested deeper than 64 levels"),
        ("- " * 100_000, "nested deeper than 64 levels"),
        ("{a: " * 1_000, "nested deeper than 64 levels"),
        ("? " * 1_000, "a list or a mapping cannot be a key; a key is a single word"),
        ("a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n", "an alias (*name); write the value out instead"),
        ("a: &a [*a]\n", "an alias (*name); write the value out instead"),
    ],
)
def test_a_bomb_is_refused_at_once(text, said):
    """Deep nesting, too many values and aliases are refused within a moment and without recursion."""
    started = time.perf_counter()

    with pytest.raises(UnreadableError) as caught:
        parse(text)

    assert caught.value.message.en == said
    assert time.perf_counter() - started < 10


@pytest.mark.slow
def test_too_many_values_are_refused():
    """A text of more than 200,000 values is refused, however flat."""
    with pytest.raises(UnreadableError) as caught:
        parse("[" + "1," * 200_001 + "]")

    assert caught.value.message.en == "more than 200000 values"


@pytest.mark.usefixtures("parser")
def test_half_a_character_is_refused():
    """A surrogate escape, which no terminal could print, is refused by either parser."""
    try:
        faults = [message.en for _, message in parse('a: "\\ud800"\n').faults]
    except UnreadableError as error:
        faults = [error.message.en]

    assert len(faults) == 1


@pytest.mark.parametrize("text", ["a: '\n", 'a: "x\n\n', "a: [1\n", "{a: 1\n"])
def test_what_the_end_reveals_is_shown_where_it_began(text):
    """A quote or bracket that is never closed is reported where it opened, not behind the last line."""
    with pytest.raises(UnreadableError) as caught:
        parse(text)

    assert caught.value.span.line == 1
