"""The reference parts of the manual, each made from the table that the program itself reads.

``python -m tests.docs.reference`` writes them into the pages, between their marks.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any
from unittest.mock import patch

import backprop_tutor as bt
from backprop_tutor.cli.app import COMMANDS
from backprop_tutor.cli.commands.export import BY_NAME, SUFFIXES
from backprop_tutor.cli.console.preferences import PREFERENCES
from backprop_tutor.formula.printing.unicode import unicode
from backprop_tutor.graph.ops.activations import ACTIVATIONS
from backprop_tutor.graph.ops.losses import LOSSES
from backprop_tutor.graph.quantity import Quantity
from backprop_tutor.layers.table import KINDS as LAYER_KINDS
from backprop_tutor.lesson.names import typeable
from backprop_tutor.lesson.views.table import VIEWS
from backprop_tutor.notation.table import NOTATIONS
from backprop_tutor.practice.course.course import read_course
from backprop_tutor.practice.exercise.skills import SKILLS
from backprop_tutor.practice.mistakes.catalogue import MISTAKES
from backprop_tutor.practice.quiz.kinds import KINDS
from backprop_tutor.practice.worksheet.forms import FORMS
from backprop_tutor.programs.layout import LAYOUTS
from backprop_tutor.scenario.array_files import READERS
from backprop_tutor.scenario.bundled import bundled, card
from backprop_tutor.scenario.schema.json_schema import json_schema
from backprop_tutor.scenario.topics import TOPICS
from backprop_tutor.training.optimizers import OPTIMIZERS
from backprop_tutor.training.rule import CLIPPING, SCHEDULES, WARM_UP
from tests.cli.calls import called
from tests.docs.sources import SOURCES

MANUAL = Path(__file__).parents[2] / "docs" / "manual"
MARKED = re.compile(r"(<!-- (?P<name>[\w-]+): written by tests/docs/reference.py -->\n).*?(<!-- end -->)", re.DOTALL)


def filled(text: str) -> str:
    """A page with each of its reference parts made anew."""
    return MARKED.sub(lambda found: f"{found[1]}\n{PARTS[found['name']]()}\n\n{found[3]}", text)


def _table(header: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """A table of Markdown; a bar within a cell is escaped."""
    names = list(header)
    lines = [names, ["---"] * len(names), *([str(cell).replace("|", "\\|") for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _commands() -> str:
    return _table(("command", "does"), ((f"[`tutor {c.name}`](#tutor-{c.name})", c.help.en) for c in COMMANDS))


def _options() -> str:
    with patch.dict(os.environ, {"COLUMNS": "80"}):
        pages = [(command.name, called(command.name, "--help").out) for command in COMMANDS]
    return "\n\n".join(f"### tutor {name}\n\n```\n{_narrow(page)}\n```" for name, page in pages)


def _narrow(page: str) -> str:
    return "\n".join(line.rstrip() for line in page.strip().splitlines())


def _keys() -> str:
    """Every key of a scenario file: its record, what it means."""
    schema = json_schema()
    records = {name: record for name, record in schema["$defs"].items() if "properties" in record}
    return "\n\n".join(_record(name.removesuffix("File"), record) for name, record in sorted(records.items()))


def _record(name: str, record: Mapping[str, Any]) -> str:
    required = set(record.get("required", ()))
    rows = [
        (f"`{key}`", "required" if key in required else _default(found), found.get("description", ""))
        for key, found in record["properties"].items()
    ]
    return f"### {name}\n\n{record.get('description', '')}\n\n" + _table(("key", "default", "meaning"), rows)


def _default(found: Mapping[str, Any]) -> str:
    value = found.get("default")
    return "" if value in (None, [], {}) else f"`{value}`"


def _layers() -> str:
    """The kinds of layers: the keys each must have and may have, and what its quantities are called."""
    rows = (
        (f"`{k.name}`", k.text.en, *(", ".join(f"`{key}`" for key in keys) for keys in (k.needs, k.takes)), k.letters)
        for k in LAYER_KINDS.values()
    )
    return _table(("kind", "what it is", "must have", "may have", "quantities"), rows)


def _notations() -> str:
    return _table(
        ("notation", "what it is", "weight, weighted sum, activation, error"), map(_letters, NOTATIONS.values())
    )


def _letters(notation: Any) -> tuple[str, str, str]:
    letters = notation.letters(bt.load("two-two-one").graph, 1)
    quantities = (Quantity("W1", (2, 1)), Quantity("z1", (2,)), Quantity("a1", (2,)))
    shown = [unicode(letters.value(quantity)) for quantity in quantities]
    typed = typeable(letters.signal(quantities[1]))
    return (
        f"`{notation.name}`",
        notation.text.en,
        ", ".join([*shown, unicode(letters.signal(quantities[1]))]) + f" (`{typed}`)",
    )


def _named(entries: Iterable[Any], *fields: Callable[[Any], object]) -> Iterator[tuple[object, ...]]:
    return ((f"`{entry.name}`", *(field(entry) for field in fields)) for entry in entries)


def _text(entry: Any) -> str:
    return str(entry.text.en)


def _scenarios() -> str:
    order = tuple(TOPICS)
    cards = sorted(map(card, bundled()), key=lambda found: (order.index(found.topic), found.level, found.name))
    rows = ((f"`{c.name}`", TOPICS[c.topic].text.en, c.level, c.size.en, c.title.en) for c in cards)
    return _table(("name", "topic", "level", "size", "title"), rows)


def _units() -> str:
    """The course, unit by unit."""
    rows = (
        (part.title.en if unit is part.units[0] else "", f"`{unit.name}`", unit.title.en, ", ".join(unit.needs))
        for part in read_course().parts
        for unit in part.units
    )
    return _table(("part", "unit", "title", "needs"), rows)


def _sources() -> str:
    """Where in the course each part of the five source documents is taught."""
    return _table(("document", "part", "unit"), ((each.document, each.part, f"`{each.unit}`") for each in SOURCES))


def _functions() -> str:
    """What `import backprop_tutor` offers, each with the first sentence of its docstring."""
    offered = {name: getattr(bt, name) for name in bt.__all__ if callable(getattr(bt, name))}
    rows = ((f"`bt.{name}`", (each.__doc__ or "").strip().partition("\n")[0]) for name, each in offered.items())
    return _table(("name", "what it does"), rows)


def _formats() -> str:
    return _table(("ending", "format"), ((f"`{suffix}`", name) for suffix, name in SUFFIXES.items()))


def _forms() -> str:
    kinds = {True: "questions for a learning system", False: "a worksheet, a key and a scenario for each person"}
    return _table(
        ("`--format`", "ending", "what"), ((f"`{f.name}`", f"`{f.suffix}`", kinds[f.gathered]) for f in FORMS.values())
    )


PARTS: Mapping[str, Callable[[], str]] = {
    "commands": _commands,
    "options": _options,
    "keys": _keys,
    "layers": _layers,
    "notations": _notations,
    "views": lambda: _table(("view", "what it is"), _named(VIEWS.values(), _text)),
    "activations": lambda: ", ".join(f"`{name}`" for name in ACTIVATIONS),
    "losses": lambda: _table(("loss", "what it is"), _named(LOSSES.values(), _text)),
    "optimizers": lambda: _table(("optimizer", "what it is"), _named(OPTIMIZERS.values(), _text)),
    "schedules": lambda: _table(("schedule", "what it is"), _named((*SCHEDULES.values(), WARM_UP), _text)),
    "clipping": lambda: _table(("clip", "what it is"), _named(CLIPPING.values(), _text)),
    "skills": lambda: _table(
        ("skill", "what it is", "the principle"), _named(SKILLS.values(), _text, lambda s: s.principle.en)
    ),
    "units": _units,
    "sources": _sources,
    "kinds": lambda: ", ".join(f"`{name}`" for name in KINDS),
    "mistakes": lambda: _table(
        ("mistake", "your figures are what you get when"), _named(MISTAKES.values(), lambda m: m.clause.en)
    ),
    "scenarios": _scenarios,
    "formats": _formats,
    "names": lambda: _table(("file", "format"), ((f"`{end}`, `NAME_{end}`", kind) for end, kind in BY_NAME.items())),
    "arrays": lambda: ", ".join(f"`{ending}`" for ending in READERS),
    "layouts": lambda: _table(
        ("layout", "how arrays are held"), _named(LAYOUTS.values(), lambda layout: layout.said.en)
    ),
    "functions": _functions,
    "forms": _forms,
    "preferences": lambda: _table(("name", "what it is"), _named(PREFERENCES.values(), _text)),
}


if __name__ == "__main__":
    for page in sorted(MANUAL.glob("*.md")):
        page.write_text(filled(page.read_text("utf-8")), encoding="utf-8")
