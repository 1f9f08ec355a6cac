"""The table of files with one fault each, and how a report on a file is written in it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from backprop_tutor.errors import TutorError
from backprop_tutor.scenario.schema import choices
from backprop_tutor.scenario.schema.model import GraphScenarioFile, NetworkScenarioFile
from backprop_tutor.text import LANGUAGES, Lang

from .files import GRAPH, NETWORK, spoilt

TABLE = Path(__file__).with_suffix(".yaml")
FILES = {"network": NETWORK, "graph": GRAPH}


@dataclass(frozen=True)
class BadFile:
    """A file, what is wrong with it, and the report on it in each language."""

    fault: str
    text: str
    reports: Mapping[Lang, str]


def bad_files() -> Iterator[BadFile]:
    """Every row of the table."""
    for row in yaml.safe_load(TABLE.read_text(encoding="utf-8")):
        text = spoilt(FILES[row["file"]], row["instead of"], row["write"]) if "file" in row else row["write"]
        yield BadFile(row["fault"], text, {lang: row[lang] for lang in LANGUAGES})


def report(error: TutorError, lang: Lang) -> str:
    """The problems as the table has them, line by line: ``LINE:COLUMNS: message``, lists of names by their kind."""
    lines = []
    for problem in error.problems:
        place = problem.place
        assert place is not None
        last = place.column + place.length - 1
        lines.append(f"{place.line}:{place.column}-{last}: {abbreviated(problem.message[lang])}\n")
    return "".join(lines)


TABLES = (
    "kinds",
    "activations",
    "losses",
    "optimizers",
    "initialisers",
    "notations",
    "views",
    "operations",
    "functions",
)
KEYS = {"network": NetworkScenarioFile, "graph": GraphScenarioFile}


def abbreviated(message: str) -> str:
    """`message` with each list of names out of a table written as ``{table}``: a new entry changes no report.

    The keys of a whole file are ``{keys of network}`` or ``{keys of graph}``.
    """
    lists = {name: getattr(choices, name)() for name in TABLES}
    lists |= {f"keys of {kind}": tuple(model.model_fields) for kind, model in KEYS.items()}
    for name, entries in lists.items():
        message = message.replace(", ".join(entries), f"{{{name}}}")
    return message
