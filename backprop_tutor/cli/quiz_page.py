"""What a session writes: a page of blocks at a time, with a blank line behind it."""

from __future__ import annotations

from backprop_tutor.cli.output import colourful, say, width
from backprop_tutor.lesson.document import Block, Document, Words
from backprop_tutor.render import render
from backprop_tutor.text import Lang


def write(
    lang: Lang,
    blocks: tuple[Block, ...],
    asked_width: int | None,
    title: Words = (),
    facts: tuple[Words, ...] = (),
) -> None:
    """Write some blocks, as wide as the terminal is now."""
    document = Document(lang, title, facts, blocks)
    text = render(document, "text", width=width(asked_width), colour=colourful())
    say("\n" + text.strip("\n"))
