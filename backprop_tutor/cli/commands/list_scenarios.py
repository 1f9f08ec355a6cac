"""``tutor list``: the bundled scenarios."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from backprop_tutor.cli.console.language import here, spoken
from backprop_tutor.cli.console.options import Language
from backprop_tutor.text import T

HELP = T("List the bundled scenarios.", "列出自带的场景。")
EXAMPLES = ("tutor list", "tutor list --format json")


def list_scenarios(
    format_: Annotated[
        Literal["text", "json"], typer.Option("--format", help=here(T("How to write it.", "输出格式。")))
    ] = "text",
    lang: Language = None,
) -> None:
    """Print names and titles, names aligned."""
    from backprop_tutor.cli.console.output import json_text, say
    from backprop_tutor.scenario.bundled import bundled, title

    language = lang or spoken()
    titles = {entry.name: title(entry)[language] for entry in bundled()}
    if format_ == "json":
        rows = [{"name": name, "title": title} for name, title in titles.items()]
        say(json_text({"format": "backprop-tutor/list", "version": 1, "scenarios": rows}))
        return
    widest = max(map(len, titles), default=0)
    say("\n".join(f"{name:<{widest}}  {title}" for name, title in titles.items()))
