"""The table of output formats, and the colours they share."""

from __future__ import annotations

from itertools import combinations

import pytest

from backprop_tutor.errors import TutorError
from backprop_tutor.formula.nodes import Role
from backprop_tutor.render import RENDERERS, render
from backprop_tutor.render.palette import COLOURS
from backprop_tutor.text import LANGUAGES, Lang
from tests.render.documents import two_two_one


@pytest.mark.parametrize("name", RENDERERS)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_format_renders(name: str, lang: Lang) -> None:
    """Every format writes every kind of block, the same each time, ending with a line end."""
    text = render(two_two_one(lang), name)

    assert text.endswith("\n")
    assert render(two_two_one(lang), name) == text
    assert "0.0623505" in text


def test_the_first_format_is_the_default() -> None:
    """Without a format a document is rendered as text, options and all."""
    assert render(two_two_one("en"), width=60) == render(two_two_one("en"), "text", width=60)


def test_an_unknown_format_is_an_error_with_a_suggestion() -> None:
    """An unknown format is refused, saying what there is and what may be meant."""
    with pytest.raises(TutorError, match=r"'markdwon'; it can be text, markdown.*; did you mean 'markdown'\?"):
        render(two_two_one("en"), "markdwon")


def test_no_two_formats_share_an_ending() -> None:
    """The ending of a file decides its format."""
    endings = [suffix for renderer in RENDERERS.values() for suffix in renderer.suffixes]

    assert len(endings) == len(set(endings))


def test_every_role_has_a_colour_of_its_own() -> None:
    """Each kind of quantity has one colour, and no two the same."""
    assert set(COLOURS) == set(Role)
    assert all(COLOURS[a] != COLOURS[b] for a, b in combinations(Role, 2))


@pytest.mark.parametrize("role", Role)
def test_every_colour_can_be_read_on_black_and_on_white(role: Role) -> None:
    """The contrast with black and with white is at least 3, which WCAG 2.1 asks for large text and drawings."""
    light = _luminance(COLOURS[role])

    assert (light + 0.05) / 0.05 >= 3
    assert 1.05 / (light + 0.05) >= 3


def _luminance(colour: str) -> float:
    """The relative luminance of ``#rrggbb`` as WCAG 2.1 defines it."""
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(share * channel for share, channel in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
